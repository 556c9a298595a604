/** A bug of ours: one line that says what to report, exit code 70, the stack only for those who ask. */
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { runCommand } from '../../cli/command.ts';
import type { Io } from '../../cli/io.ts';

async function broken(env: Record<string, string>): Promise<{ code: number; err: string }> {
  let err = '';
  const io: Io = {
    cwd: '.',
    env,
    out() {
      throw new TypeError('cannot read properties of nothing');
    },
    err(text) {
      err += text;
    },
    stdin: Readable.from([]),
    colour: { out: false, err: false },
    terminal: false,
    width: 80,
    onInterrupt: () => () => undefined,
  };
  return { code: await runCommand(['explain', 'IQL'], io), err };
}

test('an apology of one line', async () => {
  const { code, err } = await broken({});
  expect(code).toBe(70);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(err).toMatch(/bug in Marl .*sorry.*`marl explain IQL`.*TypeError: cannot read properties of nothing/);
});

test('the stack on demand', async () => {
  expect((await broken({ MARL_DEBUG: '1' })).err).toMatch(/\n\s+at /);
});

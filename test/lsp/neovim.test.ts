/** Neovim attached to the server without a screen, set up by the very recipe of `docs/editors.md`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

interface Found {
  readonly problem?: string;
  readonly filetype: string;
  readonly before: readonly { readonly code: string; readonly line: number; readonly message: string }[];
  readonly after: readonly unknown[];
  readonly hover?: { readonly contents: { readonly value: string } };
  readonly definition?: unknown;
  readonly renamed: string;
  readonly formatted: string;
  readonly completion: readonly string[];
  readonly symbols: readonly string[];
}

const root = join(import.meta.dirname, '../..');
const version = neovim();
const folder = mkdtempSync(join(tmpdir(), 'marl-neovim-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `[0, 7, 2]`; undefined where there is no Neovim. */
function neovim(): readonly number[] | undefined {
  const { status, stdout } = spawnSync('nvim', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const found = /v(\d+)\.(\d+)\.(\d+)/.exec(stdout);
  return found === null ? undefined : found.slice(1).map(Number);
}

/** The recipe for a version: the first for 0.11 and newer, the second for older ones. */
function recipe([major = 0, minor = 0]: readonly number[]): string {
  const text = readFileSync(join(root, 'docs/editors.md'), 'utf8');
  const section = text.slice(text.indexOf('## Neovim'), text.indexOf('## Helix'));
  const blocks = [...section.matchAll(/```lua\n([\s\S]*?)```/g)].map(match => match[1] as string);
  expect(blocks).toHaveLength(2);
  return blocks[major > 0 || minor >= 11 ? 0 : 1] as string;
}

const program = `let speed   = 2
game Run {
  agents A
  actions { Slow, Fast }
  reward = spead
  horizon 1
}
`;

describe('Neovim', () => {
  const reason = 'there is no nvim on the path (Debian: apt-get install neovim)';
  test.skipIf(version === undefined)(
    version === undefined ? `skipped: ${reason}` : `${version.join('.')} finds mistakes, completes, renames, formats`,
    { timeout: 180_000 },
    () => {
      const bin = join(folder, 'bin');
      mkdirSync(bin);
      writeFileSync(join(folder, 'package.json'), '{}');
      writeFileSync(join(folder, 'run.marl'), program);
      writeFileSync(join(folder, 'init.lua'), recipe(version ?? []));
      // The recipe's `marl`, as it would be on the path.
      writeFileSync(join(bin, 'marl'), `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'cli/main.ts')}" "$@"\n`);
      chmodSync(join(bin, 'marl'), 0o755);
      const file = join(folder, 'found.json');
      const args = ['--headless', '-n', '-i', 'NONE', '-u', 'init.lua', 'run.marl'];
      execFileSync('nvim', [...args, '-c', `luafile ${join(import.meta.dirname, 'neovim.lua')}`], {
        cwd: folder,
        env: {
          ...process.env,
          PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
          MARL_FOUND: file,
          HOME: folder,
          XDG_CONFIG_HOME: folder,
          XDG_DATA_HOME: folder,
          XDG_STATE_HOME: folder,
          XDG_CACHE_HOME: folder,
        },
        stdio: 'pipe',
        timeout: 170_000,
      });
      expect(existsSync(file)).toBe(true);
      const found = JSON.parse(readFileSync(file, 'utf8')) as Found;
      expect(found.problem).toBeUndefined();
      expect(found.filetype).toBe('marl');
      expect(found.before.map(one => one.line)).toEqual([4]);
      expect(found.before[0]?.message).toContain('spead');
      expect(found.after).toEqual([]);
      expect(found.hover?.contents.value).toContain('let speed = 2');
      expect(JSON.stringify(found.definition)).toContain('run.marl');
      expect(found.renamed).toBe(program.replace('speed', 'pace').replace('spead', 'pace').trimEnd());
      expect(found.formatted).toBe(found.renamed.replace('pace   =', 'pace =').replace('game', '\ngame'));
      expect(found.completion).toEqual(expect.arrayContaining(['pace', 'sum']));
      expect(found.symbols).toEqual(['pace', 'Run']);
    },
  );
});

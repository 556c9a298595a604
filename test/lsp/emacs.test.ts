/** Emacs attached to the server in batch mode, set up by the very recipe of `docs/editors.md`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

interface Found {
  readonly mode: string;
  readonly before: readonly { readonly line: number; readonly under: string; readonly message: string }[];
  readonly after: readonly unknown[];
  readonly hover: string;
  readonly renamed: string;
  readonly formatted: string;
}

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'marl-emacs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const version = emacs();

/** Of Emacs; undefined where there is none, or none with Eglot. */
function emacs(): string | undefined {
  const words = ['--batch', '--eval', "(progn (require 'eglot) (princ emacs-version))"];
  const { status, stdout } = spawnSync('emacs', words, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function recipe(): string {
  const text = readFileSync(join(root, 'docs/editors.md'), 'utf8');
  return /```elisp\n([\s\S]*?)```/.exec(text.slice(text.indexOf('## Emacs')))?.[1] ?? '';
}

const program = `let speed   = 2
game Run {
  agents A
  actions { Slow, Fast }
  reward = spead
  horizon 1
}
`;

const reason = 'there is no Emacs with Eglot on the path (Debian: apt-get install emacs-nox elpa-eglot)';
test.skipIf(version === undefined)(
  version === undefined ? `skipped: ${reason}` : `Emacs ${version} finds mistakes, explains, renames, formats`,
  { timeout: 180_000 },
  () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(folder, 'run.marl'), program);
    writeFileSync(join(folder, 'init.el'), recipe());
    // The recipe's `marl`, as it would be on the path.
    writeFileSync(join(bin, 'marl'), `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'cli/main.ts')}" "$@"\n`);
    chmodSync(join(bin, 'marl'), 0o755);
    const file = join(folder, 'found.json');
    execFileSync('emacs', ['--batch', '-l', 'init.el', '-l', join(import.meta.dirname, 'emacs.el')], {
      cwd: folder,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, MARL_FOUND: file, HOME: folder },
      stdio: 'pipe',
      timeout: 170_000,
    });
    const found = JSON.parse(readFileSync(file, 'utf8')) as Found;
    expect(found.mode).toBe('marl-mode');
    expect(found.before).toHaveLength(1);
    expect(found.before[0]).toMatchObject({ line: 4, under: 'spead', message: expect.stringContaining('spead') });
    expect(found.after).toEqual([]);
    expect(found.hover).toContain('let speed = 2');
    expect(found.renamed).toBe(program.replace('speed', 'pace').replace('spead', 'pace'));
    expect(found.formatted).toBe(found.renamed.replace('pace   =', 'pace =').replace('game', '\ngame'));
  },
);

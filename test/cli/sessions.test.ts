/**
 * Literate sessions: the Markdown files of this folder show programs and commands with their output, and all of it is true.
 *
 * A fence ```` ```marl NAME ```` (any language, one file name) writes a file into the session's own empty folder. A fence
 * ```` ```console ```` holds commands (`$ marl ...`, with `< FILE` or `printf '...' |` for standard input) and what they print; both
 * streams together. `[..]` stands for any text in a line, a line `...` for any lines, and a last line `[exit N]` for the exit
 * code, which is 0 otherwise.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { marl } from './run.ts';

interface Fence {
  readonly language: string;
  readonly name: string | undefined;
  readonly text: string;
  readonly line: number;
}

interface Step {
  readonly command: string;
  readonly expected: readonly string[];
  readonly line: number;
}

const folder = import.meta.dirname;

for (const file of readdirSync(folder)
  .filter(name => name.endsWith('.md'))
  .sort()) {
  describe(file, () => {
    const fences = fencesOf(readFileSync(join(folder, file), 'utf8'));
    test('every command prints what the session shows', async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'marl-session-'));
      try {
        let commands = 0;
        for (const fence of fences) {
          if (fence.name !== undefined) writeFileSync(join(cwd, fence.name), fence.text);
          if (fence.language !== 'console') continue;
          for (const step of stepsOf(fence)) {
            commands++;
            await check(file, step, cwd);
          }
        }
        expect(commands, 'a session without commands shows nothing').toBeGreaterThan(0);
      } finally {
        rmSync(cwd, { recursive: true, force: true });
      }
    });
  });
}

async function check(file: string, step: Step, cwd: string): Promise<void> {
  const { args, stdin } = parseCommand(step.command, cwd);
  const ran = await marl(args, stdin === undefined ? { cwd } : { cwd, stdin });
  const actual = ran.all
    .replace(/\n$/, '')
    .split('\n')
    .map(line => line.trimEnd());
  if (ran.all === '') actual.length = 0;
  if (ran.code !== 0) actual.push(`[exit ${ran.code}]`);
  const expected = [...step.expected];
  if (!matches(expected, actual))
    expect.fail(
      `${file}:${step.line}: $ ${step.command}\n\nexpected\n${expected.join('\n')}\n\nbut it printed\n${actual.join('\n')}`,
    );
}

function fencesOf(markdown: string): readonly Fence[] {
  const fences: Fence[] = [];
  const lines = markdown.split('\n');
  for (let k = 0; k < lines.length; k++) {
    const open = /^```(\w+)(?:\s+(\S+))?\s*$/.exec(lines[k] as string);
    if (open === null) continue;
    const start = k + 1;
    while (k + 1 < lines.length && lines[k + 1] !== '```') k++;
    fences.push({
      language: open[1] as string,
      name: open[2],
      text: `${lines.slice(start, k + 1).join('\n')}\n`,
      line: start + 1,
    });
    k++;
  }
  return fences;
}

function stepsOf(fence: Fence): readonly Step[] {
  const steps: { command: string; expected: string[]; line: number }[] = [];
  fence.text
    .replace(/\n$/, '')
    .split('\n')
    .forEach((line, k) => {
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), expected: [], line: fence.line + k });
      else steps.at(-1)?.expected.push(line.trimEnd());
    });
  for (const step of steps) while (step.expected.at(-1) === '') step.expected.pop();
  return steps;
}

/** `printf 'a\nb\n' | marl play ...`, `marl check - < file`, words in single quotes. */
function parseCommand(command: string, cwd: string): { args: readonly string[]; stdin: string | undefined } {
  let rest = command;
  let stdin: string | undefined;
  const piped = /^printf '([^']*)' \| /.exec(rest);
  if (piped !== null) {
    stdin = (piped[1] as string).replaceAll('\\n', '\n');
    rest = rest.slice(piped[0].length);
  }
  const from = / < (\S+)$/.exec(rest);
  if (from !== null) {
    stdin = readFileSync(join(cwd, from[1] as string), 'utf8');
    rest = rest.slice(0, from.index);
  }
  const words = [...rest.matchAll(/'([^']*)'|(\S+)/g)].map(match => match[1] ?? (match[2] as string));
  if (words[0] !== 'marl') throw new Error(`a session runs marl, not ${command}`);
  return { args: words.slice(1), stdin };
}

function matches(expected: readonly string[], actual: readonly string[]): boolean {
  const [first, ...others] = expected;
  if (first === undefined) return actual.length === 0;
  if (first === '...') {
    for (let k = 0; k <= actual.length; k++) if (matches(others, actual.slice(k))) return true;
    return false;
  }
  const [line, ...rest] = actual;
  return line !== undefined && lineMatches(first, line) && matches(others, rest);
}

function lineMatches(pattern: string, line: string): boolean {
  const escaped = pattern.split('[..]').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(line);
}

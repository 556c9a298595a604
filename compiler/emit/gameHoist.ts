/**
 * Values of the state that are read more than once in a block are read into a variable at its top. State arrays do not change
 * before a step commits, so every read of one place gives one value; engines do not find this out by themselves.
 */
import { twin } from '../game/naming.ts';
import { Names } from './gameNames.ts';

/** A read that may be moved: its text, the name of its index variable if it has one, and how to call its value. */
export interface Read {
  readonly text: string;
  readonly index: string | undefined;
  readonly name: string;
}

/**
 * Moves repeated reads to the top of the block that their index variable belongs to (to the top of all lines without one).
 * @param lines code, indented by two spaces per block
 * @param taken names that must not be used
 */
export function hoistReads(
  lines: readonly string[],
  reads: Iterable<Read>,
  taken: (name: string) => boolean,
): string[] {
  let result = [...lines];
  // The last one first: each is put at the top of its block.
  for (const read of [...reads].reverse()) {
    const pattern = new RegExp(`(?<!\\w)${read.text.replace(/[[\]+$]/g, '\\$&')}`, 'g');
    const region =
      read.index === undefined
        ? [{ from: 0, to: result.length, indent: indentOf(result[0] ?? '') }]
        : regionsOf(result, read.index);
    // From the last region on, so that line numbers before it stay right.
    for (const { from, to, indent } of [...region].reverse()) {
      if (occurrences(result.slice(from, to), pattern) < 2) continue;
      const name = freeName(read.name, result, taken);
      const inside = result.slice(from, to).map(line => line.replaceAll(pattern, name));
      result = [
        ...result.slice(0, from),
        `${' '.repeat(indent)}const ${name} = ${read.text};`,
        ...inside,
        ...result.slice(to),
      ];
    }
  }
  return result;
}

interface Region {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
}

/** The lines in which a variable lives: behind its declaration, to the end of the block. */
function regionsOf(lines: readonly string[], variable: string): readonly Region[] {
  const found: Region[] = [];
  for (const [k, line] of lines.entries()) {
    const text = line.trimStart();
    const isLoop = text.startsWith(`for (let ${variable} = `) && text.endsWith('{');
    if (!isLoop && !text.startsWith(`const ${variable} = `)) continue;
    const indent = indentOf(line) + (isLoop ? 2 : 0);
    let to = k + 1;
    while (to < lines.length && (lines[to] === '' || indentOf(lines[to] as string) >= indent)) to++;
    found.push({ from: k + 1, to, indent });
  }
  return found;
}

/** Reads in a loop inside the block count twice. */
function occurrences(lines: readonly string[], pattern: RegExp): number {
  let count = 0;
  let loop = Infinity;
  for (const line of lines) {
    const indent = indentOf(line);
    if (indent <= loop) loop = Infinity;
    const times = line.match(pattern)?.length ?? 0;
    count += loop < Infinity || /^\s*for \(let \w+ = 0; [^;]*; \w+\+\+\) [^{]/.test(line) ? 2 * times : times;
    if (loop === Infinity && /^\s*for \(/.test(line) && line.endsWith('{')) loop = indent;
  }
  return count;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function freeName(base: string, lines: readonly string[], taken: (name: string) => boolean): string {
  const names = new Names();
  for (;;) {
    const name = names.declare(base);
    const pattern = new RegExp(`\\b(${name}|${twin(name) ?? name})\\b`);
    if (!taken(name) && !lines.some(line => pattern.test(line))) return name;
  }
}

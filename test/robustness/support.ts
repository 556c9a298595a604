/** Compiling from memory, and what every answer to hostile input has in common. */
import { expect } from 'vitest';
import type { Diagnostic, Host, Program } from '../../compiler/api.ts';
import { compile } from '../../compiler/index.ts';

/** A host that knows these files and no library. */
export function memoryHost(files: Readonly<Record<string, string>>): Host {
  const read: Host['read'] = path => {
    const text = Object.hasOwn(files, path) ? files[path] : undefined;
    return text === undefined ? { error: 'there is no such file' } : { text };
  };
  return {
    read,
    resolve: (_, file) => (Object.hasOwn(files, file) ? { path: file } : { error: 'there is no such file' }),
    library: () => undefined,
    libraryNames: () => [],
  };
}

export function compileText(text: string): Program {
  return compile(memoryHost({ 'main.marl': text }), 'main.marl');
}

export interface Timed {
  readonly program: Program;
  readonly errors: readonly Diagnostic[];
  /** Of this process, so that a busy machine does not count. */
  readonly cpuSeconds: number;
}

/** Compiles and expects what holds for every text whatsoever: an answer in time, short messages, places inside the text. */
export function compileHostile(text: string, limit = 5): Timed {
  const begin = process.cpuUsage();
  const program = compileText(text);
  const { user, system } = process.cpuUsage(begin);
  const cpuSeconds = (user + system) / 1e6;
  expect(cpuSeconds).toBeLessThan(limit);
  for (const { message, remedy, at } of program.diagnostics) {
    expect(message.length).toBeLessThan(2000);
    expect((remedy ?? '').length).toBeLessThan(2000);
    expect(message).not.toMatch(/undefined|NaN|\[object/);
    expect(at.span.start).toBeGreaterThanOrEqual(0);
    expect(at.span.start).toBeLessThanOrEqual(text.length);
  }
  return { program, errors: program.diagnostics.filter(d => d.severity === 'error'), cpuSeconds };
}

/** `repeat(3, k => ...)` one per line. */
export function repeat(count: number, line: (k: number) => string, between = '\n'): string {
  return Array.from({ length: count }, (_, k) => line(k)).join(between);
}

/** A game of one agent around these items. */
export function gameOf(items: string, before = ''): string {
  return `${before}\ngame G {\n  agents A\n  actions { X, Y }\n  ${items}\n}\n`;
}

export function rewardOf(expression: string, before = ''): string {
  return gameOf(`reward = ${expression}\n  horizon 3`, before);
}

export function stateOf(type: string, initial: string): string {
  return gameOf(`state { s: ${type} = ${initial} }\n  reward = 1\n  horizon 3`);
}

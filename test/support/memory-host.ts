/** Programs in memory for tests: a host over a table of files, and short cuts to what the compiler makes of them. */
import type { Diagnostic, Host, Program } from '../../compiler/api.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { compile } from '../../compiler/index.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';

export type Files = Readonly<Record<string, string>>;

/** The entry file of programs given as one text. */
export const main = 'main.marl';

/**
 * A host over files in memory. Imports are relative to the folder of the importing file; `std:games/Name.marl` are library files.
 * A file whose text is `unreadable` cannot be read.
 */
export function memoryHost(files: Files): Host {
  const text = (path: string): string | undefined => (Object.hasOwn(files, path) ? files[path] : undefined);
  return {
    read(path) {
      const found = text(path);
      if (found === undefined) return { error: 'there is no such file' };
      return found === 'unreadable' ? { error: 'it is not UTF-8 text' } : { text: found };
    },
    resolve(from, file) {
      const parts = from.split('/').slice(0, -1);
      for (const part of file.split('/')) {
        if (part === '.') continue;
        if (part !== '..') parts.push(part);
        else if (parts.pop() === undefined) return { error: 'it is outside of the project' };
      }
      const path = parts.join('/');
      return text(path) === undefined ? { error: 'there is no such file' } : { path };
    },
    library(group, name) {
      const path = `std:${group}/${name}.marl`;
      return text(path) === undefined ? undefined : path;
    },
    libraryNames(group) {
      const start = `std:${group}/`;
      return Object.keys(files).flatMap(path => (path.startsWith(start) ? [path.slice(start.length, -5)] : []));
    },
  };
}

/** Compiles one text (as `main.marl`), or several files with `main.marl` among them. */
export function program(source: string | Files): Program {
  return compile(memoryHost(typeof source === 'string' ? { [main]: source } : source), main);
}

export function errorsOf(source: string | Files): readonly Diagnostic[] {
  return program(source).diagnostics.filter(d => d.severity === 'error');
}

/** Names of all diagnostics, in order. */
export function namesOf(source: string | Files): readonly string[] {
  return program(source).diagnostics.map(d => d.name);
}

/** The last game of the program (or the one named), lowered; throws with the messages when something is wrong. */
export function modelOf(
  source: string | Files,
  name?: string,
  overrides: Readonly<Record<string, string>> = {},
): GameModel {
  const compiled = program(source);
  const { model, diagnostics } = compiled.instantiate(
    name ?? (compiled.games.at(-1)?.name as string),
    new Map(Object.entries(overrides)),
  );
  const errors = [...compiled.diagnostics, ...diagnostics].filter(d => d.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(d => `${d.code} ${d.message}`).join('\n'));
  if (model === undefined) throw new Error('no model and no diagnostics');
  return model;
}

/** The game listed by the exact reading; throws when that is impossible. */
export function tableOf(source: string | Files, name?: string): TabularGame {
  const { game, problem } = enumerate(modelOf(source, name), { maxStates: 100_000 });
  if (game === undefined) throw new Error(`${problem.kind}: ${problem.message}`);
  return game;
}

/** The first state, stepped reading, as plain values by name. */
export function firstState(source: string | Files, seed = 1): Stepped {
  return new Stepped(modelOf(source), seed);
}

/** A game of two agents around some items: `agents A, B`, actions X and Y. */
export function game(...items: readonly string[]): string {
  const defaults = [
    ['agents', 'agents A, B'],
    ['actions', 'actions { X, Y }'],
    ['reward', 'reward = 0'],
    ['horizon', 'horizon 5'],
  ] as const;
  const has = (word: string): boolean => items.some(item => item.trimStart().startsWith(word));
  const missing = defaults.flatMap(([word, text]) => (has(word) ? [] : [text]));
  return `game G {\n${[...missing, ...items].map(item => `  ${item}\n`).join('')}}\n`;
}

/** The value of an expression: put into a state variable of this type and read back. `items` are declared before. */
export function valueIn(type: string, expression: string, ...items: readonly string[]): unknown {
  return firstState(game(...items, `state { value: ${type} = ${expression} }`)).state().value;
}

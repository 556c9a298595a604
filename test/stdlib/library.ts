/** The library as the tests see it: its files, compiled once, and its games at any parameters. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileHost } from '../../cli/host.ts';
import { packageRoot } from '../../cli/package.ts';
import type { Program } from '../../compiler/api.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { compile } from '../../compiler/index.ts';

const root = packageRoot();
const host = fileHost(root, 'std:', undefined);
const programs = new Map<string, Program>();

function marlFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter(name => name.endsWith('.marl'))
    .sort();
}

/** `std:games/Kuhn.marl`, ... */
export const libraryFiles: readonly string[] = marlFiles('stdlib/games').map(name => `std:games/${name}`);
/** `examples/1-matrix-game.marl`, ... */
export const exampleFiles: readonly string[] = marlFiles('examples').map(name => `examples/${name}`);

/** A file of the library or of the examples. */
export function programOf(file: string): Program {
  let program = programs.get(file);
  if (program === undefined) {
    program = compile(file.startsWith('std:') ? host : fileHost(root, file, undefined), file);
    programs.set(file, program);
  }
  return program;
}

/** The text of a file that was compiled. */
export function textOf(file: string): string {
  const source = programOf(file).sources.get(file);
  if (source === undefined) throw new Error(`${file} cannot be read`);
  return source.text;
}

/** Every game of the library with its file, by name. */
export const libraryGames: ReadonlyMap<string, string> = new Map(
  libraryFiles.flatMap(file => programOf(file).games.map(game => [game.name, file] as const)),
);

/** The same of the examples. */
export const exampleGames: ReadonlyMap<string, string> = new Map(
  exampleFiles.flatMap(file => programOf(file).games.map(game => [game.name, file] as const)),
);

/** A game as written after `of`: `Kuhn`, `Foraging(size: 5, coop: true)`. */
export function gameOf(written: string): GameModel {
  const [, name = '', list = ''] = /^(\w+)(?:\((.*)\))?$/.exec(written) ?? [];
  const file = libraryGames.get(name) ?? exampleGames.get(name);
  if (file === undefined) throw new Error(`neither the library nor an example has a game ${name}`);
  const pairs = list.split(',').filter(part => part.trim() !== '');
  const overrides = new Map(
    pairs.map(part => {
      const [key = '', value = ''] = part.split(':');
      return [key.trim(), value.trim()] as const;
    }),
  );
  const { model, diagnostics } = programOf(file).instantiate(name, overrides);
  if (model === undefined) throw new Error(`${written}: ${diagnostics.map(d => d.message).join('; ')}`);
  return model;
}

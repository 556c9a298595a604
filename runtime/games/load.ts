/** Turns the text of an emitted game into something that runs. */
import type { CreateVectorGame, GameSpec } from './vector.ts';

export interface LoadedGame {
  readonly spec: GameSpec;
  readonly create: CreateVectorGame;
}

/**
 * Loads a game emitted as the body of a function (`emitGame(model, { types: false, module: 'function' })`). The text is plain data,
 * so a main thread sends it to workers and each loads its own copy.
 *
 * The text is run as code: pass only what the compiler emitted.
 *
 * @throws SyntaxError when the text is no program, TypeError when it is not an emitted game.
 */
export function loadGame(text: string): LoadedGame {
  const { spec } = instantiate(text);
  return { spec, create: (envs, seed, firstGame, buffers) => instantiate(text).create(envs, seed, firstGame, buffers) };
}

let instances = 0;

/**
 * Every vector of games gets code of its own: an engine that has seen only one set of arrays in a function compiles them in as
 * constants, which makes stepping about half as fast again. The number keeps it from sharing code between equal texts.
 */
function instantiate(text: string): LoadedGame {
  const game: unknown = new Function(`${text}\n// ${instances++}`)();
  if (!isGame(game)) throw new TypeError('this text is not an emitted game: it does not return { spec, create }');
  return game;
}

function isGame(value: unknown): value is LoadedGame {
  return (
    typeof value === 'object' &&
    value !== null &&
    'spec' in value &&
    typeof value.spec === 'object' &&
    'create' in value &&
    typeof value.create === 'function'
  );
}

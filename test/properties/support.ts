import type { Program } from '../../compiler/api.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { compile } from '../../compiler/index.ts';
import type { Facts } from '../../compiler/properties/base.ts';
import { classify, type GameClass } from '../../compiler/properties/classify.ts';
import { factsOf } from '../../compiler/properties/facts.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';

export interface Studied {
  readonly model: GameModel;
  readonly game: TabularGame;
  readonly facts: Facts;
  readonly cls: GameClass;
}

/** A program text, which must be right. */
export function programOf(text: string): Program {
  const host = {
    read: () => ({ text }),
    resolve: () => ({ error: 'nothing to import here' }),
    library: () => undefined,
    libraryNames: () => [],
  };
  const program = compile(host, 'test.marl');
  const errors = program.diagnostics.filter(d => d.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(d => d.message).join('\n'));
  return program;
}

/** The only (or the named) game of a program text, lowered at its defaults. */
export function modelOf(text: string, name?: string): GameModel {
  const program = programOf(text);
  const { model } = program.instantiate(name ?? (program.games.at(-1)?.name as string), new Map());
  if (model === undefined) throw new Error('no model');
  return model;
}

/** The same, listed and with all its facts. */
export function study(text: string, name?: string): Studied {
  const model = modelOf(text, name);
  const { game, problem } = enumerate(model, { maxStates: 100_000 });
  if (game === undefined) throw new Error(problem.message);
  const facts = factsOf(model, { game });
  return { model, game, facts, cls: classify(model, game, facts) };
}

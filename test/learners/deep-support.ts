/** Deep learners without the command line: a game from text or the library, settings by name, a training loop. */
import { emitGame } from '../../compiler/emit/game.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { compile } from '../../compiler/index.ts';
import { type LoadedGame, loadGame } from '../../runtime/games/load.ts';
import { algorithmNamed, completeSettings, type Settings } from '../../runtime/learners/catalogue.ts';
import type { Learner } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import type { MixerModel } from '../../runtime/mixers/model.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { adam } from '../../runtime/tensor/optimisers/spec.ts';
import type { OptimizerSetting, Schedule } from '../../runtime/train/spec.ts';
import { startTraining, type Training } from '../../runtime/train/training.ts';
import { gameOf, programOf } from '../stdlib/library.ts';
import { memoryHost } from '../support/memory-host.ts';

export const constant = (value: number): Schedule => ({ from: value, to: value, over: 0, unit: 'steps' });
export const adamAt = (lr: number): OptimizerSetting => ({ ...adam, lr: constant(lr) });
export const gru = (units: number) => ({ layers: [{ kind: 'gru', units }] }) as const;
export const mlp = (...units: number[]) => ({ layers: [{ kind: 'mlp', units, activation: 'relu' }] }) as const;

/** The game of a program that declares one, or that of this name. */
export function gameFrom(text: string, name?: string): GameModel {
  const program = compile(memoryHost({ 'game.marl': text }), 'game.marl');
  const [first] = program.games;
  const { model, diagnostics } = program.instantiate(name ?? first?.name ?? '', new Map());
  if (model === undefined) throw new Error(diagnostics.map(d => d.message).join('; '));
  return model;
}

export function loaded(model: GameModel): LoadedGame {
  return loadGame(emitGame(model, { types: false, module: 'function', state: true }));
}

export function libraryGame(written: string): LoadedGame {
  return loaded(gameOf(written));
}

/** A mixer of the library, made for a game. */
export function mixerFor(
  game: LoadedGame,
  file: string,
  name: string,
  set: Readonly<Record<string, string>> = {},
): MixerModel {
  const info = programOf(`std:mixers/${file}.marl`).mixers.find(mixer => mixer.name === name);
  if (info === undefined) throw new Error(`${file} has no mixer ${name}`);
  const sizes = {
    agents: game.spec.agents.length,
    state: Math.max(1, game.spec.stateLength),
    features: Math.max(1, ...game.spec.observationLength),
    actions: Math.max(...game.spec.actionCount),
  };
  const { model } = info.instantiate(sizes, new Map(Object.entries(set)));
  if (model === undefined) throw new Error(`${name} does not fit ${game.spec.name}`);
  return model;
}

export interface Trained {
  readonly training: Training;
  readonly learner: Learner;
}

export interface Plan {
  readonly steps: number;
  readonly envs?: number;
  readonly episodes?: number;
  readonly teamReward?: 'none' | 'sum' | 'mean';
}

/** A training that has not begun. */
export function startDeep(game: LoadedGame, name: string, settings: Settings, seed: number, plan: Plan): Trained {
  const algorithm = algorithmNamed(name);
  if (algorithm === undefined) throw new Error(`there is no algorithm ${name}`);
  const envs = plan.envs ?? 1;
  const complete = completeSettings(algorithm, settings, game.spec.discount);
  let learner: Learner | undefined;
  const training = startTraining(
    shapeOf(game.spec, envs),
    {
      teamReward: plan.teamReward ?? 'none',
      budget: { amount: plan.steps, unit: 'steps' },
      envs,
      evaluate: { every: { amount: plan.steps, unit: 'steps' }, episodes: plan.episodes ?? 20 },
      stop: undefined,
    },
    game.spec,
    game.create,
    (buffers, of) => {
      learner = algorithm.create(shapeOf(game.spec, envs), complete, buffers, of, {
        engine: wasmEngine(),
        game: game.spec,
      });
      return learner;
    },
    seed,
  );
  return { training, learner: learner as Learner };
}

/** Trains to the end; the mean return of the greedy policy. */
export function returnOf(game: LoadedGame, name: string, settings: Settings, seed: number, plan: Plan): number {
  const { training } = startDeep(game, name, settings, seed, plan);
  while (!training.done()) training.advance(100_000);
  return training.evaluate().return.mean;
}

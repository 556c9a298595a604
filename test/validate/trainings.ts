/** Trainings of deep learners for validation: several seeds, final greedy evaluation, seconds taken. */
import { compile } from '../../compiler/index.ts';
import type { LoadedGame } from '../../runtime/games/load.ts';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import type { Learner } from '../../runtime/learners/shared/learner.ts';
import { mixerFor, type Plan, startDeep } from '../learners/deep-support.ts';
import { memoryHost } from '../support/memory-host.ts';

export interface Case {
  readonly game: LoadedGame;
  readonly algorithm: string;
  readonly settings: Settings;
  readonly plan: Plan;
  readonly seeds: readonly number[];
}

export interface Outcome {
  readonly seed: number;
  /** Mean return of the greedy policy after the last step: never the best one on the way. */
  readonly final: number;
  readonly learner: Learner;
}

export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  readonly wall: number;
  readonly cpu: number;
}

/** Trains one seed after the other. */
export function trainAll({ game, algorithm, settings, plan, seeds }: Case): Outcomes {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const outcomes = seeds.map(seed => {
    const { training, learner } = startDeep(game, algorithm, settings, seed, plan);
    while (!training.done()) training.advance(100_000);
    return { seed, final: training.evaluate().return.mean, learner };
  });
  const used = process.cpuUsage(cpu);
  return { outcomes, wall: (performance.now() - began) / 1000, cpu: (used.user + used.system) / 1e6 };
}

/** Settings with the two-layer mixer of the library, made for the game. */
export function withMixer(game: LoadedGame, settings: Settings): Settings {
  return { ...settings, mixer: { name: 'TwoLayer', model: mixerFor(game, 'TwoLayer', 'TwoLayer', {}) } };
}

/** Settings with a mixer written out, made for the game; it may read utilities and state. */
export function withMixerOf(game: LoadedGame, settings: Settings, text: string): Settings {
  const [info] = compile(memoryHost({ 'mixer.marl': text }), 'mixer.marl').mixers;
  const { agents, stateLength, observationLength, actionCount } = game.spec;
  const sizes = {
    agents: agents.length,
    state: Math.max(1, stateLength),
    features: Math.max(1, ...observationLength),
    actions: Math.max(...actionCount),
  };
  const model = info?.instantiate(sizes, new Map()).model;
  if (info === undefined || model === undefined) throw new Error(`this mixer does not fit ${game.spec.name}: ${text}`);
  return { ...settings, mixer: { name: info.name, model } };
}

/** Trainings of deep learners for validation: several seeds, final greedy evaluation, seconds taken. */
import type { LoadedGame } from '../../runtime/games/load.ts';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import type { Learner } from '../../runtime/learners/shared/learner.ts';
import { mixerFor, type Plan, startDeep } from '../learners/deep-support.ts';

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

/** Trainings of deep learners for validation: several seeds, final greedy evaluation, seconds taken. */
import type { LoadedGame } from '../../runtime/games/load.ts';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import type { Learner } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { evaluate } from '../../runtime/train/evaluate.ts';
import { mixerFor, type Plan, startDeep, type Trained } from '../learners/deep-support.ts';

export interface Case {
  readonly game: LoadedGame;
  readonly algorithm: string;
  readonly settings: Settings;
  readonly plan: Plan;
  readonly seeds: readonly number[];
  /** Evaluations on the way, evenly spaced; the training is the same with and without. */
  readonly onTheWay?: OnTheWay;
}

interface OnTheWay {
  readonly evaluations: number;
  readonly episodes: number;
  /** How often each of them is repeated, in other games: what is due to the luck of the best one is measured, not had. */
  readonly repeats: number;
}

/** Papoudakis et al. 2021: 41 evaluations of 100 episodes, the first of them before learning. */
export const asPublished: OnTheWay = { evaluations: 40, episodes: 100, repeats: 1 };

export interface Outcome {
  readonly seed: number;
  /** Mean return of the greedy policy after the last step: never the best one on the way. */
  readonly final: number;
  /** Mean returns on the way by repetition, where they were asked for. */
  readonly curves: readonly (readonly number[])[];
  readonly learner: Learner;
}

export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  readonly wall: number;
  readonly cpu: number;
}

/** Trains one seed after the other. */
export function trainAll({ game, algorithm, settings, plan, seeds, onTheWay }: Case): Outcomes {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const outcomes = seeds.map(seed => {
    const trained = startDeep(game, algorithm, settings, seed, plan);
    const curves = onTheWay === undefined ? [] : watch(trained, game, seed, plan, onTheWay);
    const { training, learner } = trained;
    while (!training.done()) training.advance(100_000);
    return { seed, final: training.evaluate().return.mean, curves, learner };
  });
  const used = process.cpuUsage(cpu);
  return { outcomes, wall: (performance.now() - began) / 1000, cpu: (used.user + used.system) / 1e6 };
}

/** Trains to the end, with evaluations in games that the training's own evaluations never play. */
function watch(
  { training, learner }: Trained,
  { spec, create }: LoadedGame,
  seed: number,
  { steps, envs = 1, teamReward = 'none' }: Plan,
  { evaluations, episodes, repeats }: OnTheWay,
): number[][] {
  const shape = shapeOf(spec, envs);
  const plan = { teamReward, evaluate: { every: { amount: steps, unit: 'steps' }, episodes } } as const;
  const curves: number[][] = Array.from({ length: repeats }, () => []);
  for (let k = 0; k < evaluations; k++) {
    training.advance(Math.ceil(((k + 1) * steps) / evaluations / envs) - training.step() / envs);
    curves.forEach((curve, j) => {
      const number = 1_000_000 * (j + 1) + k;
      curve.push(evaluate(shape, plan, spec, create, learner, seed, number).return.mean);
    });
  }
  return curves;
}

/**
 * The returns by seed at the evaluation whose mean over seeds is greatest: what tables of maxima over training hold. The mean of that over
 * the repetitions, each with a best evaluation of its own.
 */
export function bestOnTheWay(outcomes: readonly Pick<Outcome, 'curves'>[]): readonly number[] {
  const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0);
  const repeats = Math.min(...outcomes.map(({ curves }) => curves.length));
  const bests = Array.from({ length: repeats }, (_, j) => {
    const curves = outcomes.map(outcome => outcome.curves[j] as readonly number[]);
    const at = (curves[0] as readonly number[]).map((_, k) => curves.map(curve => curve[k] as number));
    return at.reduce((best, returns) => (sum(returns) > sum(best) ? returns : best));
  });
  return outcomes.map((_, seed) => sum(bests.map(best => best[seed] as number)) / repeats);
}

/** Settings with the two-layer mixer of the library, made for the game. */
export function withMixer(game: LoadedGame, settings: Settings): Settings {
  return { ...settings, mixer: { name: 'TwoLayer', model: mixerFor(game, 'TwoLayer', 'TwoLayer', {}) } };
}

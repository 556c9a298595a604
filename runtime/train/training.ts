/** One seed of a training: the loop of acting, stepping and learning. `marl emit` writes the same loop out. */
import {
  allocateBuffers,
  type CreateVectorGame,
  countEnded,
  type GameBuffers,
  type GameSpec,
} from '../games/vector.ts';
import type { Arrays, Learner } from '../learners/shared/learner.ts';
import type { Shape } from '../learners/shared/shape.ts';
import { largestSquaredError, type Scale } from './diverged.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import type { TrainSpec } from './spec.ts';

/** What the loop reads of a `TrainSpec`; by convention the name `plan` means this everywhere in `runtime/train`. */
export type Plan = Pick<TrainSpec, 'teamReward' | 'budget' | 'envs' | 'evaluate' | 'report' | 'stop'>;

export interface Training {
  /** Joint steps and episodes so far, summed over the parallel games. */
  step(): number;
  episode(): number;
  /** Vector steps until an evaluation is due, the budget is used up, or `most` have been made. */
  advance(most: number): void;
  evaluationDue(): boolean;
  /** Evaluates what was learned now, with the policy that the plan says. */
  evaluate(): Evaluation;
  done(): boolean;
  /** What the learner says of its learning since it was last asked, and not only peeked at: losses, norms. */
  statistics(peek?: boolean): Readonly<Record<string, number>>;
  /** What has bounded its returns so far; known of learners that tell statistics. */
  bounds(): Pick<Scale, 'reward' | 'first'>;
  /** Everything needed to go on bit for bit, and the way back. */
  save(): Arrays;
  restore(arrays: Arrays): void;
}

/** Starts a training. A vector step is a joint step of every game; budget and evaluations may be overrun by less than that. */
export function startTraining(
  shape: Shape,
  plan: Plan,
  spec: GameSpec,
  create: CreateVectorGame,
  makeLearner: (buffers: GameBuffers, seed: number) => Learner,
  seed: number,
): Training {
  const buffers = allocateBuffers(spec, plan.envs);
  const game = create(plan.envs, seed, 0, buffers);
  game.reset();
  const learner = makeLearner(buffers, seed);
  let step = 0;
  let episode = 0;
  let rounds = 0;
  let due = plan.evaluate.every.amount;
  let largest = 0;
  let first = Number.NaN;

  const spent = () => (plan.budget.unit === 'steps' ? step : episode);
  const clock = () => (plan.evaluate.every.unit === 'steps' ? step : episode);
  const done = () => spent() >= plan.budget.amount;
  const evaluationDue = () => clock() >= due || done();

  function advance(most: number): void {
    for (let k = 0; k < most && !evaluationDue(); k++) {
      learner.act(step, episode);
      game.step();
      if (plan.teamReward !== 'none') shareRewards(shape, plan, buffers.rewards);
      if (learner.metrics !== undefined) largest = Math.max(largest, largestReward(shape, buffers.rewards));
      learner.update(step, episode);
      step += plan.envs;
      episode += shape.oneShot ? plan.envs : countEnded(buffers.ended);
    }
  }

  function evaluateNow(): Evaluation {
    const every = plan.evaluate.every.amount;
    due = (Math.floor(clock() / every) + 1) * every;
    return evaluate(shape, plan, spec, create, learner, seed, rounds++);
  }

  function statistics(peek = false): Readonly<Record<string, number>> {
    const told = learner.metrics?.(peek) ?? {};
    if (!peek && Number.isNaN(first)) first = largestSquaredError(told);
    return told;
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    for (const [name, array] of learner.save()) arrays.set(`learner.${name}`, array);
    for (const [name, array] of gameArrays()) arrays.set(name, array.slice());
    return arrays.set('progress', Float64Array.of(step, episode, rounds, due, largest, first));
  }

  function restore(arrays: Arrays): void {
    const learned: Arrays = new Map();
    for (const [name, array] of arrays) if (name.startsWith('learner.')) learned.set(name.slice(8), array);
    learner.restore(learned);
    for (const [name, array] of gameArrays()) array.set(arrays.get(name) as Float64Array);
    [step, episode, rounds, due, largest = 0, first = Number.NaN] = arrays.get('progress') as unknown as [
      number,
      number,
      number,
      number,
      number?,
      number?,
    ];
  }

  /** The state of the parallel games and the buffers they share with the learner. */
  function gameArrays(): [string, Float64Array | Float32Array | Int32Array | Uint8Array][] {
    const { observations, masks, actions, rewards, ended, finalObservations, states, finalStates, finalMasks } =
      buffers;
    const shared = { observations, masks, actions, rewards, ended, finalObservations, states, finalStates, finalMasks };
    return [
      ...Object.entries(game.state).map(([name, array]) => [`game.${name}`, array] as [string, typeof array]),
      ...Object.entries(shared).map(([name, array]) => [`buffers.${name}`, array] as [string, typeof array]),
    ];
  }

  return {
    step: () => step,
    episode: () => episode,
    advance,
    evaluationDue,
    evaluate: evaluateNow,
    done,
    statistics,
    bounds: () => ({ reward: largest, first: Number.isNaN(first) ? undefined : first }),
    save,
    restore,
  };
}

/** The largest sum over the agents of a game of the magnitudes of their rewards. */
function largestReward(shape: Shape, rewards: Float64Array): number {
  let largest = 0;
  for (let start = 0; start < rewards.length; start += shape.agents) {
    let sum = 0;
    for (let i = 0; i < shape.agents; i++) sum += Math.abs(rewards[start + i]!);
    if (sum > largest) largest = sum;
  }
  return largest;
}

/** Every agent of a game gets the team's reward. */
export function shareRewards(shape: Shape, plan: Pick<Plan, 'teamReward'>, rewards: Float64Array): void {
  for (let start = 0; start < rewards.length; start += shape.agents) {
    let sum = 0;
    for (let i = 0; i < shape.agents; i++) sum += rewards[start + i]!;
    rewards.fill(plan.teamReward === 'sum' ? sum : sum / shape.agents, start, start + shape.agents);
  }
}

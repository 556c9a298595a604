/** Playing the learned policy, and the numbers that come of it. */
import { allocateBuffers, type CreateVectorGame, type GameSpec, running } from '../games/vector.ts';
import { drawOf, policyKeys } from '../learners/shared/draws.ts';
import type { Learner } from '../learners/shared/learner.ts';
import type { Shape } from '../learners/shared/shape.ts';
import { key0, purposes } from '../rng/stream.ts';
import { reduced, reductionOf, reductionText } from './reduction.ts';
import type { TrainSpec } from './spec.ts';

/** Mean over episodes, and its standard error (0 for a single episode). */
export interface Estimate {
  readonly mean: number;
  readonly stderr: number;
}

/** What a policy earned in `episodes` episodes. Returns are undiscounted unless named otherwise. */
export interface Evaluation {
  readonly episodes: number;
  /** What played them. */
  readonly policy: 'greedy' | 'sampled';
  /** How `return` and `discounted` are made of the agents' in every episode: `mean over agents`. */
  readonly reduction: string;
  readonly return: Estimate;
  readonly discounted: Estimate;
  /** By agent, in declaration order. */
  readonly returns: readonly Estimate[];
  /** By class, with the same reduction over its agents, where `report` asks for that. */
  readonly classes?: Readonly<Record<string, Estimate>>;
  readonly length: Estimate;
  /** Episodes that did not end and were cut after as many steps as an evaluation plays of one. */
  readonly cut: number;
}

/** Games played side by side; how many does not change the result, because every episode has random numbers of its own. */
const together = 128;

/** What evaluations read of a `TrainSpec`. */
export type EvaluationPlan = Pick<TrainSpec, 'teamReward' | 'evaluate' | 'report'>;

/**
 * Plays episodes with the greedy policy, mixed where the learner's is, or draws from the stochastic one where the plan says so. Evaluation
 * number `round` of a seed has games and random numbers of its own: none is seen in training or in another evaluation, and none depends on
 * how many games are played side by side.
 *
 * @throws RangeError where there is no stochastic policy to draw from (the compiler refuses such programs with a better message).
 */
export function evaluate(
  shape: Shape,
  plan: EvaluationPlan,
  spec: GameSpec,
  create: CreateVectorGame,
  learner: Pick<Learner, 'greedy' | 'sample' | 'begin'>,
  seed: number,
  round: number,
): Evaluation {
  const { episodes, policy = 'greedy' } = plan.evaluate;
  const play = (policy === 'sampled' ? learner.sample : learner.greedy)?.bind(learner);
  if (play === undefined) throw new RangeError('this learner has no stochastic policy to sample');
  const envs = Math.min(episodes, together);
  const seedOfGames = key0(seed, purposes.evaluation, round, 0) >>> 0;
  const seedOfPolicy = key0(seed, purposes.evaluationPolicy, round, 0) >>> 0;
  const earned = new Float64Array(episodes * shape.agents);
  const discounted = new Float64Array(episodes * shape.agents);
  const length = new Float64Array(episodes);
  let cut = 0;
  for (let first = 0; first < episodes; first += envs) {
    const count = Math.min(envs, episodes - first);
    const buffers = allocateBuffers(spec, envs);
    const game = create(envs, seedOfGames, first, buffers);
    const keys = policyKeys(envs, seedOfPolicy, purposes.evaluationPolicy, first, 0);
    const draws = new Uint32Array(envs * shape.agents);
    const playing = new Uint8Array(count).fill(1);
    let left = count;
    let weight = 1;
    game.reset();
    learner.begin?.();
    for (let step = 0; left > 0 && step < shape.episodeLimit; step++) {
      for (let slot = 0; slot < draws.length; slot++) {
        draws[slot] = drawOf(keys, Math.floor(slot / shape.agents), slot % shape.agents);
      }
      keys.counter[0]! += shape.agents;
      play(buffers, envs, draws);
      game.step();
      for (let e = 0; e < count; e++) {
        if (playing[e] === 0) continue;
        for (let i = 0; i < shape.agents; i++) {
          const reward = buffers.rewards[e * shape.agents + i]!;
          earned[(first + e) * shape.agents + i]! += reward;
          discounted[(first + e) * shape.agents + i]! += weight * reward;
        }
        length[first + e]! += 1;
        if (buffers.ended[e] !== running) {
          playing[e] = 0;
          left--;
        }
      }
      weight *= shape.discount;
    }
    cut += left;
  }
  const returns = spec.agents.map((_, i) => estimate(earned, i, shape.agents));
  const all = [...spec.agents.keys()];
  const how = reductionOf(plan);
  const over = (values: Float64Array, members: readonly number[]): Estimate =>
    estimate(reduced(how, values, shape.agents, members), 0, 1);
  const classes = spec.classNames.map((name, c) => {
    const members = all.filter(i => spec.classOf[i] === c);
    return [name, over(earned, members)] as const;
  });
  return {
    episodes,
    policy,
    reduction: reductionText(plan),
    return: over(earned, all),
    discounted: over(discounted, all),
    returns,
    ...(plan.report?.per === 'class' ? { classes: Object.fromEntries(classes) } : {}),
    length: estimate(length, 0, 1),
    cut,
  };
}

/** Mean and standard error of every `stride`-th value from `start`. */
function estimate(values: Float64Array, start: number, stride: number): Estimate {
  let count = 0;
  let sum = 0;
  for (let k = start; k < values.length; k += stride) {
    sum += values[k]!;
    count++;
  }
  const mean = sum / count;
  let squares = 0;
  for (let k = start; k < values.length; k += stride) squares += (values[k]! - mean) * (values[k]! - mean);
  return { mean, stderr: count < 2 ? 0 : Math.sqrt(squares / (count - 1) / count) };
}

/** One line of `metrics.jsonl`: an evaluation, where in the training it was made, and the learner's own numbers where it has any. */
export function metricsLine(
  seed: number,
  step: number,
  episode: number,
  agents: readonly string[],
  evaluation: Evaluation,
  statistics: Readonly<Record<string, number>> = {},
): string {
  const returns = Object.fromEntries(agents.map((agent, i) => [agent, evaluation.returns[i]!]));
  return JSON.stringify({
    seed,
    step,
    episode,
    episodes: evaluation.episodes,
    policy: evaluation.policy,
    reduction: evaluation.reduction,
    return: evaluation.return,
    discounted: evaluation.discounted,
    returns,
    ...(evaluation.classes === undefined ? {} : { classes: evaluation.classes }),
    length: evaluation.length,
    cut: evaluation.cut,
    ...(Object.keys(statistics).length === 0 ? {} : { learner: statistics }),
  });
}

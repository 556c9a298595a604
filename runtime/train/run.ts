/** Training one seed from a `TrainSpec`, with hooks for a host that shows progress or stops it. */
import type { CreateVectorGame, GameBuffers, GameSpec } from '../games/vector.ts';
import { type Algorithm, algorithmNamed, algorithms, completeSettings } from '../learners/catalogue.ts';
import type { Arrays, Learner } from '../learners/shared/learner.ts';
import { type Shape, shapeOf } from '../learners/shared/shape.ts';
import { type Evaluation, metricsLine } from './evaluate.ts';
import type { TrainSpec } from './spec.ts';
import { startTraining } from './training.ts';

export interface Game {
  readonly spec: GameSpec;
  readonly create: CreateVectorGame;
}

export interface Hooks {
  /** A line of `metrics.jsonl`, without its newline, as soon as it is known. */
  metrics?(line: string, evaluation: Evaluation): void;
  /** Called about every 16 384 joint steps. */
  progress?(step: number, episode: number): void;
  /** Asked as often; true stops the training where it is. */
  stopped?(): boolean;
}

export interface SeedResult {
  readonly seed: number;
  readonly step: number;
  readonly episode: number;
  /** Why it stopped: the budget was used up, the stop condition held, or the host asked for it. */
  readonly reason: 'budget' | 'stop' | 'interrupted';
  /** The last evaluation; undefined if there was none before an interruption. */
  readonly final: Evaluation | undefined;
  /** Lines of `metrics.jsonl` made by this call. */
  readonly metrics: readonly string[];
  /** The state to go on from, tables included. */
  readonly checkpoint: Arrays;
}

/**
 * Trains one seed to the end, from the start or from a checkpoint of the same spec, game and seed; a training that was
 * interrupted and resumed gives the same metrics and tables as one that was not.
 *
 * @throws RangeError where the spec does not fit the game (the compiler refuses such programs with a better message).
 */
export function trainSeed(spec: TrainSpec, game: Game, seed: number, hooks: Hooks = {}, from?: Arrays): SeedResult {
  const { shape, makeLearner } = learnerFor(spec, game.spec);
  const training = startTraining(shape, spec, game.spec, game.create, makeLearner, seed);
  if (from !== undefined) training.restore(from);
  const metrics: string[] = [];
  let final: Evaluation | undefined;
  let reason: SeedResult['reason'] = 'budget';
  // Often enough that a host can show something and stop, whatever a step costs.
  const row = shape.observationRow + shape.actionRow;
  const pause = Math.max(1, Math.floor(Math.min(16_384, 4_000_000 / (row + 1)) / spec.envs));
  while (!training.done()) {
    if (hooks.stopped?.()) {
      reason = 'interrupted';
      break;
    }
    training.advance(pause);
    hooks.progress?.(training.step(), training.episode());
    if (!training.evaluationDue()) {
      requireEpisodes(spec, training.step(), training.episode());
      continue;
    }
    final = training.evaluate();
    requireNumbers(final, game.spec);
    const line = metricsLine(seed, training.step(), training.episode(), game.spec.agents, final);
    metrics.push(line);
    hooks.metrics?.(line, final);
    if (spec.stop !== undefined && holds(spec.stop, final, game.spec.agents)) {
      reason = 'stop';
      break;
    }
  }
  const checkpoint = training.save();
  return { seed, step: training.step(), episode: training.episode(), reason, final, metrics, checkpoint };
}

/** Steps of one game after which an episode that has not ended will not end either. */
const endless = 20_000_000;

/** A budget in episodes that never end would never be used up. */
function requireEpisodes(spec: TrainSpec, step: number, episode: number): void {
  const counts = spec.budget.unit === 'episodes' || spec.evaluate.every.unit === 'episodes';
  if (!counts || episode > 0 || step < endless * spec.envs) return;
  throw new Error(`it counts episodes, but none has ended in ${step} steps; give ${spec.game} a horizon`);
}

/** Rewards that grow beyond all numbers teach nothing. */
function requireNumbers({ returns }: Evaluation, game: GameSpec): void {
  const odd = returns.findIndex(estimate => !Number.isFinite(estimate.mean));
  if (odd < 0) return;
  throw new Error(
    `the return of ${game.agents[odd]} is ${returns[odd]?.mean}: rewards of ${game.name} grow beyond 1.8e308, or are the difference of two that do`,
  );
}

/** The algorithm of a spec, made ready for a game. */
export function learnerFor(
  spec: TrainSpec,
  game: GameSpec,
): { shape: Shape; algorithm: Algorithm; makeLearner: (buffers: GameBuffers, seed: number) => Learner } {
  const algorithm = algorithmNamed(spec.algorithm);
  if (algorithm === undefined) {
    const known = algorithms.map(a => a.name).join(', ');
    throw new RangeError(`there is no algorithm ${spec.algorithm}; there are ${known}`);
  }
  if (game.realActionLength.some(length => length > 0)) {
    throw new RangeError(`${spec.algorithm} needs finite actions, and ${game.name} has real ones`);
  }
  const shape = shapeOf(game, spec.envs);
  for (const requirement of algorithm.requires) {
    if (requirement.kind === 'agents' && requirement.count !== shape.agents) {
      throw new RangeError(`${spec.algorithm} needs ${requirement.count} agents, and ${game.name} has ${shape.agents}`);
    }
    if (requirement.kind === 'joint-actions' && shape.jointCount > requirement.atMost) {
      const count = `${shape.jointCount} joint actions, more than ${requirement.atMost}`;
      throw new RangeError(`${spec.algorithm} keeps a value for every joint action, and ${game.name} has ${count}`);
    }
  }
  const settings = completeSettings(algorithm, spec.settings, game.discount);
  return { shape, algorithm, makeLearner: (buffers, seed) => algorithm.create(shape, settings, buffers, seed) };
}

/** Does the stop condition hold? `return`, `discounted`, `length`, or `return.Agent`. */
export function holds(
  stop: NonNullable<TrainSpec['stop']>,
  evaluation: Evaluation,
  agents: readonly string[],
): boolean {
  const value = metricNamed(stop.metric, evaluation, agents);
  if (value === undefined)
    throw new RangeError(`there is no metric ${stop.metric}; there are return, discounted, length and return.Agent`);
  return stop.op === '>=' ? value >= stop.value : value <= stop.value;
}

export function metricNamed(name: string, evaluation: Evaluation, agents: readonly string[]): number | undefined {
  switch (name) {
    case 'return':
      return evaluation.return.mean;
    case 'discounted':
      return evaluation.discounted.mean;
    case 'length':
      return evaluation.length.mean;
    default:
      return name.startsWith('return.') ? evaluation.returns[agents.indexOf(name.slice(7))]?.mean : undefined;
  }
}

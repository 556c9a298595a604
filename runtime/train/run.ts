/** Training one seed from a `TrainSpec`, with hooks for a host that shows progress or stops it. */
import type { CreateVectorGame, GameBuffers, GameSpec } from '../games/vector.ts';
import { type Algorithm, algorithmNamed, algorithms, completeSettings } from '../learners/catalogue.ts';
import { DivergedUpdate } from '../learners/deep/updates.ts';
import type { Arrays, Learner } from '../learners/shared/learner.ts';
import { type Shape, shapeOf } from '../learners/shared/shape.ts';
import type { Engine } from '../tensor/engine.ts';
import { wasmEngine } from '../tensor/engines/wasm/index.ts';
import { type Divergence, divergedText, divergenceOf, explodedStatistic, oddTensor, type Scale } from './diverged.ts';
import { type Evaluation, metricsLine } from './evaluate.ts';
import type { TrainSpec } from './spec.ts';
import { startTraining, type Training } from './training.ts';

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
  /** Checkpoints on the way. When they are made changes nothing in the results. */
  readonly keeping?: {
    /** Steps between two, to the next vector step; `due` decides where missing. */
    readonly every: number | undefined;
    due(): boolean;
    keep(state: SeedState): void;
  };
}

/** Where a seed is: everything to go on from. */
export interface SeedState {
  readonly seed: number;
  readonly step: number;
  readonly episode: number;
  /** Evaluations since the start of the training, those before a resumption included. */
  readonly evaluations: number;
  /** The last evaluation made by this call. */
  readonly final: Evaluation | undefined;
  readonly checkpoint: Arrays;
}

export interface SeedResult extends SeedState {
  /** Why it stopped: the budget was used up, the stop condition held, or the host asked for it. */
  readonly reason: 'budget' | 'stop' | 'interrupted';
  /** Lines of `metrics.jsonl` made by this call. */
  readonly metrics: readonly string[];
  /** Interrupted in a state that is not good to go on from: the checkpoint before leads to where that is told. */
  readonly unsound?: true;
}

/** Learning has diverged: how far the seed came, and what was found. There is no state to go on from. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
  readonly found: Divergence;
  readonly result: Omit<SeedResult, 'checkpoint' | 'reason' | 'unsound'>;

  constructor(found: Divergence, result: Diverged['result']) {
    super(divergedText(found));
    this.found = found;
    this.result = result;
  }
}

/**
 * Trains one seed to the end, from the start or from a checkpoint of the same spec, game and seed; a training that was
 * interrupted and resumed gives the same metrics and tables as one that was not.
 *
 * @param engine of deep learners; `wasm` where missing
 * @throws RangeError where the spec does not fit the game (the compiler refuses such programs with a better message).
 * @throws Diverged where learning diverges, at the same step whenever it is trained.
 * @throws Error where the program cannot be trained: endless episodes, numbers that overflow.
 */
export function trainSeed(
  spec: TrainSpec,
  game: Game,
  seed: number,
  hooks: Hooks = {},
  from?: Arrays,
  engine?: Engine,
): SeedResult {
  const { shape, algorithm, makeLearner } = learnerFor(spec, game.spec, engine);
  const training = startTraining(shape, spec, game.spec, game.create, makeLearner, seed);
  if (from !== undefined) training.restore(from);
  const metrics: string[] = [];
  let final: Evaluation | undefined;
  let reason: SeedResult['reason'] = 'budget';
  // Often enough that a host can show something and stop, whatever a step costs.
  const row = shape.observationRow + shape.actionRow;
  const pause = Math.max(1, Math.floor(Math.min(16_384, 4_000_000 / (row + 1)) / spec.envs));
  const earlier = from?.get('progress')?.[2] ?? 0;
  const { keeping } = hooks;
  let kept = training.step();
  const { agents } = game.spec;
  const at = (step = training.step()) => ({
    seed,
    step,
    episode: training.episode(),
    evaluations: earlier + metrics.length,
    final,
    metrics,
  });
  const diverged = (statistic?: Statistic, step?: number): Diverged => {
    const result = at(step);
    return new Diverged(divergenceOf(result.step, training.save(), statistic, training.bounds().reward), result);
  };
  /** A loss beyond all bounds since the last line of metrics. */
  const exploded = (peek: boolean): { readonly told: Statistics; readonly odd: Statistic | undefined } => {
    const told = training.statistics(peek);
    const name = explodedStatistic(told, scaleOf(training, spec, game.spec));
    return { told, odd: name === undefined ? undefined : { name, value: told[name] as number } };
  };
  /** Everything to go on from; undefined where it is not good any more. What that is will be told by the next update or evaluation. */
  const goodState = (): Arrays | undefined => {
    if (exploded(true).odd !== undefined) return undefined;
    const arrays = training.save();
    return algorithm.deep === true && oddTensor(arrays) !== undefined ? undefined : arrays;
  };
  while (!training.done()) {
    if (hooks.stopped?.()) {
      reason = 'interrupted';
      break;
    }
    if (keeping !== undefined && isDue(keeping, kept, training.step())) {
      const checkpoint = goodState();
      if (checkpoint !== undefined) keeping.keep({ ...at(), checkpoint });
      kept = training.step();
    }
    try {
      training.advance(Math.min(pause, vectorStepsLeft(keeping?.every, training.step(), spec.envs)));
    } catch (error) {
      // The steps in which the update was made count.
      throw error instanceof DivergedUpdate ? diverged(error.statistic, training.step() + spec.envs) : error;
    }
    hooks.progress?.(training.step(), training.episode());
    if (!training.evaluationDue()) {
      requireEpisodes(spec, training.step(), training.episode());
      continue;
    }
    const evaluation = training.evaluate();
    requireNumbers(evaluation, game.spec);
    const { told, odd } = exploded(false);
    if (odd !== undefined) throw diverged(odd);
    final = evaluation;
    const line = metricsLine(seed, training.step(), training.episode(), agents, final, told);
    metrics.push(line);
    hooks.metrics?.(line, final);
    if (spec.stop !== undefined && holds(spec.stop, final, agents)) {
      reason = 'stop';
      break;
    }
  }
  const checkpoint = goodState();
  if (checkpoint !== undefined) return { ...at(), reason, checkpoint };
  if (reason !== 'interrupted') throw diverged();
  return { ...at(), reason, checkpoint: training.save(), unsound: true };
}

type Statistics = Readonly<Record<string, number>>;
interface Statistic {
  readonly name: string;
  readonly value: number;
}

type Keeping = NonNullable<Hooks['keeping']>;

function isDue({ every, due }: Keeping, kept: number, step: number): boolean {
  if (step === kept) return false;
  return every === undefined ? due() : Math.floor(step / every) > Math.floor(kept / every);
}

/** Vector steps until the next multiple of `every`. */
function vectorStepsLeft(every: number | undefined, step: number, envs: number): number {
  return every === undefined ? Number.POSITIVE_INFINITY : Math.ceil((every - (step % every)) / envs);
}

function scaleOf(training: Training, { settings }: TrainSpec, game: GameSpec): Scale {
  const { gamma, standardize_rewards: standardized } = settings;
  return {
    ...training.bounds(),
    gamma: typeof gamma === 'number' ? gamma : game.discount,
    steps: training.step(),
    standardized: standardized === true,
  };
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

/** Does the algorithm of a spec need an engine, and games that write their whole state? */
export function isDeep(spec: Pick<TrainSpec, 'algorithm'>): boolean {
  return algorithmNamed(spec.algorithm)?.deep === true;
}

/** The algorithm of a spec, made ready for a game; deep ones on the engine, or on `wasm`. */
export function learnerFor(
  spec: TrainSpec,
  game: GameSpec,
  engine?: Engine,
): { shape: Shape; algorithm: Algorithm; makeLearner: (buffers: GameBuffers, seed: number) => Learner } {
  const algorithm = algorithmNamed(spec.algorithm);
  if (algorithm === undefined) {
    const known = algorithms.map(a => a.name).join(', ');
    throw new RangeError(`there is no algorithm ${spec.algorithm}; there are ${known}`);
  }
  if (algorithm.realActions !== true && game.realActionLength.some(length => length > 0)) {
    throw new RangeError(`${spec.algorithm} needs finite actions, and ${game.name} has real ones`);
  }
  const shape = shapeOf(game, spec.envs);
  const { agents, jointActions } = algorithm.limits ?? {};
  if (agents !== undefined && agents !== shape.agents)
    throw new RangeError(`${spec.algorithm} needs ${agents} agents, and ${game.name} has ${shape.agents}`);
  if (jointActions !== undefined && shape.jointCount > jointActions) {
    const count = `${shape.jointCount} joint actions, more than ${jointActions}`;
    throw new RangeError(`${spec.algorithm} keeps a value for every joint action, and ${game.name} has ${count}`);
  }
  const settings = completeSettings(algorithm, spec.settings, game.discount);
  const context = algorithm.deep === true ? { engine: engine ?? wasmEngine(), game } : undefined;
  return {
    shape,
    algorithm,
    makeLearner: (buffers, seed) => algorithm.create(shape, settings, buffers, seed, context),
  };
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

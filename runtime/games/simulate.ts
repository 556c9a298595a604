/** Uniformly random legal play, and what it earns. */
import { hash32, key0, key1, purposes } from '../rng/stream.ts';
import { allocateBuffers, type CreateVectorGame, type GameBuffers, type GameSpec, offsets } from './vector.ts';

export interface SimulateOptions {
  /** Game steps in total over all games; rounded up to a whole number of steps of each game. */
  readonly steps: number;
  /** Parallel games. */
  readonly envs: number;
  readonly seed: number;
  /** Number of the first game of the seed; 0 unless the games are shared between workers. */
  readonly firstGame?: number;
  /** Seconds from some fixed moment, to time the steps with. */
  readonly clock?: () => number;
}

export interface Estimate {
  readonly mean: number;
  /** Standard error of the mean; NaN for fewer than two episodes. */
  readonly stderr: number;
}

export interface Simulation {
  /** Game steps taken and timed; the tail that finishes running episodes is not among them. */
  readonly steps: number;
  /** Episodes that the estimates rest on. */
  readonly episodes: number;
  /** Episodes that did not end within the tail. If there are no others, they are what the estimates rest on. */
  readonly unfinished: number;
  readonly seconds: number | undefined;
  /** Undiscounted return per episode, agent by agent. */
  readonly returns: readonly Estimate[];
  /** Steps per episode. */
  readonly length: Estimate;
}

/** Tail steps for games without horizon or with a long one: episodes that take longer are reported as unfinished. */
const tailSteps = 10_000;

/**
 * Plays `options.steps` steps with uniformly random legal actions (real components uniform within their bounds).
 *
 * Every episode that starts within these steps counts and is played to its end: to count only those that end in time would
 * favour short ones, while the episodes up to the first end at or after a fixed step are an unbiased sample (Wald 1944). What game g
 * does depends on the seed and g alone, never on `envs`.
 *
 * @throws RangeError for real actions without bounds and for counts that are not positive integers.
 */
export function simulate(create: CreateVectorGame, spec: GameSpec, options: SimulateOptions): Simulation {
  const { envs, seed, firstGame = 0 } = options;
  requireCount('steps', options.steps);
  requireCount('envs', envs);
  const buffers = allocateBuffers(spec, envs);
  const game = create(envs, seed, firstGame, buffers);
  const policy = randomPolicy(spec, buffers, envs, seed, firstGame);
  const record = new Record(spec.agents.length, envs, buffers);
  game.reset();
  const rounds = Math.ceil(options.steps / envs);
  const begin = options.clock?.();
  for (let t = 0; t < rounds; t++) {
    policy(t);
    game.step();
    record.step(t);
  }
  const finish = options.clock?.();
  record.startTail(rounds);
  const tail = Math.min(spec.horizon ?? tailSteps, Math.max(tailSteps, 4 * rounds));
  for (let t = rounds; t < rounds + tail && record.open > 0; t++) {
    policy(t);
    game.step();
    record.tailStep(t);
  }
  const unfinished = record.open;
  if (record.length.count === 0) record.countOpen(rounds + tail);
  return {
    steps: rounds * envs,
    episodes: record.length.count,
    unfinished,
    seconds: begin === undefined || finish === undefined ? undefined : finish - begin,
    returns: record.returns.map(sums => sums.estimate()),
    length: record.length.estimate(),
  };
}

function requireCount(name: string, value: number): void {
  if (!(Number.isInteger(value) && value > 0))
    throw new RangeError(`\`${name}\` must be a positive whole number, but it is ${value}`);
}

/** An integer in 0 .. count-1 from a word of 32 random bits. */
function scaled(word: number, count: number): number {
  return Math.floor(word * count * (1 / 4294967296)) | 0;
}

/** Steps of a game after which its policy stream gets a new key, long before the counter runs over. */
const keyLife = 1 << 20;

/** Chooses for every acting agent of every game, from a stream per game that does not depend on what the game does. */
function randomPolicy(
  spec: GameSpec,
  buffers: GameBuffers,
  envs: number,
  seed: number,
  firstGame: number,
): (t: number) => void {
  const agents = spec.agents.length;
  const starts = offsets(spec.actionCount);
  const maskRow = starts[agents] as number;
  const lows = Float64Array.from(spec.realActionLow.flat());
  const highs = Float64Array.from(spec.realActionHigh.flat());
  const reals = lows.length;
  if (![...lows, ...highs].every(Number.isFinite))
    throw new RangeError(
      `uniformly random play needs bounds on every real action, but ${spec.name} has one without; declare it as \`real in low..high\``,
    );
  const words = 2 * (agents + reals);
  const k0 = new Int32Array(envs);
  const k1 = new Int32Array(envs);
  const { realActions } = buffers;

  function rekey(block: number): void {
    for (let e = 0; e < envs; e++) {
      k0[e] = key0(seed, purposes.policy, firstGame + e, block);
      k1[e] = key1(seed, purposes.policy, firstGame + e, block);
    }
  }

  /**
   * A uniformly random action of agent i in every game, and where that one is not legal, a uniformly random legal one: together
   * each legal action is equally likely, and most games never look at the whole mask. Agent by agent, so that counts stay in registers.
   */
  function choose(i: number, word: number): void {
    const count = spec.actionCount[i] as number;
    const { masks, actions } = buffers;
    const [keys0, keys1] = [k0, k1];
    for (let e = 0, m = starts[i] as number, at = i; e < envs; e++, m += maskRow, at += agents) {
      const action = scaled(hash32(keys0[e] as number, keys1[e] as number, word), count);
      actions[at] = masks[m + action] !== 0 ? action : chooseLegal(e, m, count, (word + 1) | 0);
    }
  }

  /** The k-th legal action, k uniform; -1 for an agent that does not act, whose action is not read. */
  function chooseLegal(e: number, m: number, count: number, word: number): number {
    const { masks } = buffers;
    let legal = 0;
    for (let a = 0; a < count; a++) legal += masks[m + a] as number;
    if (legal === 0) return -1;
    let k = scaled(hash32(k0[e] as number, k1[e] as number, word), legal);
    // Counts the actions up to which at most k are legal; without a branch, because none could be predicted.
    let action = 0;
    for (let a = 0; a < count; a++) {
      k -= masks[m + a] as number;
      action += (k >>> 31) ^ 1;
    }
    return action;
  }

  /** The same as `choose` where everything is legal. */
  function chooseAny(i: number, word: number): void {
    const count = spec.actionCount[i] as number;
    const { actions } = buffers;
    const [keys0, keys1] = [k0, k1];
    for (let e = 0, at = i; e < envs; e++, at += agents)
      actions[at] = scaled(hash32(keys0[e] as number, keys1[e] as number, word), count);
  }

  function chooseReals(first: number): void {
    for (let e = 0; e < envs; e++) {
      for (let j = 0; j < reals; j++) {
        const word = first + 2 * (agents + j);
        const high = hash32(k0[e] as number, k1[e] as number, word | 0) >>> 5;
        const low = hash32(k0[e] as number, k1[e] as number, (word + 1) | 0) >>> 6;
        const unit = (high * 67108864 + low) * (1 / 9007199254740992);
        realActions[e * reals + j] = (lows[j] as number) + ((highs[j] as number) - (lows[j] as number)) * unit;
      }
    }
  }

  const chooser = spec.alwaysLegal === true ? chooseAny : choose;
  return t => {
    if (t % keyLife === 0) rekey(t / keyLife);
    const first = (t % keyLife) * words;
    for (let i = 0; i < agents; i++) chooser(i, (first + 2 * i) | 0);
    if (reals > 0) chooseReals(first);
  };
}

/** Sums over episodes of one quantity; differences to the first value, so that squares do not swamp the variance. */
class Sums {
  count = 0;
  shift = 0;
  sum = 0;
  squares = 0;

  add(value: number): void {
    if (this.count++ === 0) this.shift = value;
    const difference = value - this.shift;
    this.sum += difference;
    this.squares += difference * difference;
  }

  estimate(): Estimate {
    const { count, shift, sum, squares } = this;
    const mean = sum / count;
    const variance = Math.max(0, squares - count * mean * mean) / (count - 1);
    return { mean: shift + mean, stderr: count > 1 ? Math.sqrt(variance / count) : Number.NaN };
  }
}

/** Returns and lengths of the episodes of all games. */
class Record {
  readonly returns: readonly Sums[];
  readonly length = new Sums();
  /** Games whose last counted episode is still running; known from the start of the tail on. */
  open = 0;
  private readonly buffers: GameBuffers;
  /** Return so far of each game's running episode, agent by agent. */
  private readonly running: readonly Float64Array[];
  /** Step at which the running episode of each game began. */
  private readonly began: Float64Array;
  /** 1 once the last counted episode of a game has ended. */
  private readonly closed: Uint8Array;

  constructor(agents: number, envs: number, buffers: GameBuffers) {
    this.buffers = buffers;
    this.returns = Array.from({ length: agents }, () => new Sums());
    this.running = Array.from({ length: agents }, () => new Float64Array(envs));
    this.began = new Float64Array(envs);
    this.closed = new Uint8Array(envs);
  }

  /** Takes in the rewards and ends of step `t`. */
  step(t: number): void {
    const { ended } = this.buffers;
    for (let i = 0; i < this.running.length; i++) this.stepAgent(i, ended);
    const { began, length } = this;
    for (let e = 0; e < ended.length; e++) {
      if (ended[e] === 0) continue;
      length.add(t + 1 - (began[e] as number));
      began[e] = t + 1;
    }
  }

  /** The sums stay in registers over all games. */
  private stepAgent(i: number, ended: Uint8Array): void {
    const running = this.running[i] as Float64Array;
    const { rewards } = this.buffers;
    const agents = this.running.length;
    const sums = this.returns[i] as Sums;
    let { count, shift, sum, squares } = sums;
    for (let e = 0, k = i; e < ended.length; e++, k += agents) {
      const total = (running[e] as number) + (rewards[k] as number);
      if (ended[e] === 0) running[e] = total;
      else {
        if (count++ === 0) shift = total;
        const difference = total - shift;
        sum += difference;
        squares += difference * difference;
        running[e] = 0;
      }
    }
    sums.count = count;
    sums.shift = shift;
    sums.sum = sum;
    sums.squares = squares;
  }

  /** From step `t` on no new episode counts: games that are between two episodes are done. */
  startTail(t: number): void {
    for (let e = 0; e < this.closed.length; e++) {
      this.closed[e] = this.began[e] === t ? 1 : 0;
      if (this.closed[e] === 0) this.open++;
    }
  }

  /** Like `step`, for the games that are still open. */
  tailStep(t: number): void {
    const { rewards, ended } = this.buffers;
    const agents = this.running.length;
    for (let e = 0; e < ended.length; e++) {
      if (this.closed[e] !== 0) continue;
      for (const [i, running] of this.running.entries())
        running[e] = (running[e] as number) + (rewards[e * agents + i] as number);
      if (ended[e] !== 0) this.close(e, t + 1);
    }
  }

  /** Counts the running episodes as they are. */
  countOpen(t: number): void {
    for (let e = 0; e < this.closed.length; e++) if (this.closed[e] === 0) this.close(e, t);
  }

  private close(e: number, t: number): void {
    for (const [i, running] of this.running.entries()) (this.returns[i] as Sums).add(running[e] as number);
    this.length.add(t - (this.began[e] as number));
    this.closed[e] = 1;
    this.open--;
  }
}

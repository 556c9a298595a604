/**
 * Learning dynamics in a game of one step, played again and again. What was played, as a joint distribution, tends to the coarse
 * correlated equilibria (regret matching, multiplicative weights), or to the correlated ones (conditional regret matching); the average
 * strategies need not tend to anything, except in zero-sum and some other games.
 */
import { Rational } from '../../games/rational.ts';
import { Stream } from '../../rng/stream.ts';
import type { CourseSnapshot } from '../../verify/claim.ts';
import type { Num } from '../../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext } from '../answer.ts';
import { type NormalForm, payoffScale, withChoice } from '../normal-form.ts';
import { distancesOf } from './distances.ts';
import { expectation, offsetsOf, splitStrategies } from './expectation.ts';
import { mostCounted } from './limits.ts';
import type { Dynamics } from './methods.ts';

/** Rounds where none are asked for. */
const usualRounds = 10_000;
/** Step of the replicator equation, in units of one over the range of the payoffs. */
const timeStep = 0.05;
/** Precision of smooth fictitious play, in units of one over the range of the payoffs. */
const smoothing = 10;
const purpose = 0x44594e;

export async function solveDynamics(form: NormalForm, method: Dynamics, ctx: SolveContext): Promise<Found | Refusal> {
  const rounds = ctx.iterations ?? usualRounds;
  if (form.size > mostCounted)
    return {
      refused: `what is played is counted for every joint action, up to ${mostCounted}; ${form.name} has ${form.size}`,
      remedy: 'make the game smaller, or train learners on it',
    };
  const { snapshots, done } =
    method === 'replicator' ? await replicator(form, rounds, ctx) : await repeated(form, method, rounds, ctx);
  const last = snapshots.at(-1) as CourseSnapshot;
  return {
    kind: 'dynamics',
    method,
    note: `${done} ${method === 'replicator' ? 'steps of Runge and Kutta' : 'rounds'}; distances are what an agent could gain at most`,
    solution: { kind: 'course', unit: method === 'replicator' ? 'time' : 'rounds', snapshots },
    values: valuesOf(form, last.play),
    completeness: 'one',
    warnings: done < rounds ? [`stopped at the time limit after ${done} of ${rounds}`] : [],
  };
}

/** Lets whoever holds the signal hear that it is to be given. */
function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 0));
}

/** 1, 2, 5, 10, 20, ..., and the last round. */
function isShown(round: number, rounds: number): boolean {
  if (round === rounds) return true;
  let unit = 1;
  while (unit * 10 <= round) unit *= 10;
  return round === unit || round === 2 * unit || round === 5 * unit;
}

/**
 * Rounds of play. Each agent knows what each of its actions would have paid against what the others did.
 * - `fictitious_play` (Brown 1951): a best action against all that the others did so far, the first of several; a random one at first.
 * - `smooth_fictitious_play` (Fudenberg and Levine 1995): in proportion to exp(lambda times the average payoff against what the others did), with
 *   lambda = 10 on payoffs of range 1; where play settles, it is at a quantal response equilibrium of that lambda.
 * - `regret_matching` (Hart and Mas-Colell 2000, section 4): in proportion to positive regrets.
 * - `regret_matching_plus` (Tammelin 2014): the same with regrets floored at zero every round.
 * - `conditional_regret_matching` (Hart and Mas-Colell 2000, 2.2): from the last action to others in proportion to the regret of not
 *   having played these instead of that.
 * - `multiplicative_weights` (Freund and Schapire 1999), rate sqrt(8 ln K / t) on payoffs of range 1; the optimistic form counts the last
 *   payoffs twice (Rakhlin and Sridharan 2013; Syrgkanis et al. 2015).
 */
async function repeated(
  form: NormalForm,
  method: Exclude<Dynamics, 'replicator'>,
  rounds: number,
  ctx: SolveContext,
): Promise<{ snapshots: CourseSnapshot[]; done: number }> {
  const n = form.agents.length;
  const scale = payoffScale(form);
  const random = new Stream(ctx.seed ?? 1, purpose, 0, 0);
  const counts = new Float64Array(form.size);
  const agents = form.counts.map(count => ({
    total: new Float64Array(count),
    regret: new Float64Array(count),
    conditional: new Float64Array(count * count),
    latest: new Float64Array(count),
    last: 0,
  }));
  type Mind = (typeof agents)[number];
  const snapshots: CourseSnapshot[] = [];
  const weights = (mind: Mind, round: number): Float64Array => {
    const count = mind.total.length;
    switch (method) {
      case 'fictitious_play': {
        if (round === 1) return new Float64Array(count).fill(1 / count);
        let best = 0;
        for (let a = 1; a < count; a++)
          if ((mind.total[a] as number) > (mind.total[best] as number) + 1e-12 * scale) best = a;
        return new Float64Array(count).map((_, a) => (a === best ? 1 : 0));
      }
      case 'smooth_fictitious_play': {
        const rate = smoothing / (scale * Math.max(1, round - 1));
        return softmax(mind.total.map(sum => rate * sum));
      }
      case 'regret_matching':
      case 'regret_matching_plus':
        return proportional(mind.regret);
      case 'conditional_regret_matching': {
        // The constant that slows switching down: twice the greatest regret that is possible, so that staying has positive probability.
        const inertia = 2 * scale * Math.max(1, count - 1) * Math.max(1, round - 1);
        const row = mind.conditional.slice(mind.last * count, mind.last * count + count);
        let stay = 1;
        const next = row.map((regret, a) => (a === mind.last ? 0 : Math.max(0, regret) / inertia));
        for (const p of next) stay -= p;
        next[mind.last] = stay;
        return round === 1 ? new Float64Array(count).fill(1 / count) : next;
      }
      case 'multiplicative_weights':
      case 'optimistic_multiplicative_weights': {
        const rate = Math.sqrt((8 * Math.log(Math.max(2, count))) / Math.max(1, round)) / scale;
        const optimistic = method === 'optimistic_multiplicative_weights';
        return softmax(mind.total.map((sum, a) => rate * (sum + (optimistic ? (mind.latest[a] as number) : 0))));
      }
    }
  };
  let done = 0;
  for (let round = 1; round <= rounds; round++) {
    if (round % 256 === 0) {
      if (ctx.signal !== undefined && round % 8192 === 0) await pause();
      if (expired(ctx)) break;
      ctx.onProgress?.(round, rounds, 'rounds');
    }
    const choices = agents.map(mind => random.categorical(weights(mind, round)));
    const profile = choices.reduce((sum, choice, i) => sum + choice * (form.strides[i] as number), 0);
    counts[profile] = (counts[profile] as number) + 1;
    agents.forEach((mind, i) => {
      const played = choices[i] as number;
      const count = mind.total.length;
      const got = form.payoff[profile * n + i] as number;
      for (let a = 0; a < count; a++) {
        const would = form.payoff[withChoice(form, profile, i, a) * n + i] as number;
        mind.latest[a] = would;
        mind.total[a] = (mind.total[a] as number) + would;
        const regret = (mind.regret[a] as number) + would - got;
        mind.regret[a] = method === 'regret_matching_plus' ? Math.max(0, regret) : regret;
        const cell = played * count + a;
        mind.conditional[cell] = (mind.conditional[cell] as number) + would - got;
      }
      mind.last = played;
    });
    done = round;
    if (isShown(round, rounds)) snapshots.push(snapshotOf(form, round, counted(form, counts, round)));
  }
  if (snapshots.at(-1)?.at !== done) snapshots.push(snapshotOf(form, done, counted(form, counts, done)));
  return { snapshots, done };
}

function proportional(regret: Float64Array): Float64Array {
  const positive = regret.map(r => Math.max(0, r));
  const sum = positive.reduce((total, r) => total + r, 0);
  return sum > 0 ? positive.map(r => r / sum) : positive.fill(1 / regret.length);
}

function softmax(scores: Float64Array): Float64Array {
  const most = scores.reduce((best, s) => Math.max(best, s), Number.NEGATIVE_INFINITY);
  const weights = scores.map(s => Math.exp(s - most));
  const sum = weights.reduce((total, w) => total + w, 0);
  return weights.map(w => w / sum);
}

/** Frequencies as fractions: rounds are whole numbers. */
function counted(form: NormalForm, counts: Float64Array, rounds: number): Num[] {
  return Array.from(counts, count =>
    count === 0 ? Rational.zero : form.exact === undefined ? count / rounds : Rational.of(count, rounds),
  );
}

/**
 * The replicator equation of several populations (Taylor 1979), d x_ia / dt = x_ia (u_ia - mean), in logarithms by the method of Runge and
 * Kutta of order 4, from weights 1, 2, 3, ... on the actions; equal agents stay equal, which is the equation of one population.
 */
async function replicator(
  form: NormalForm,
  rounds: number,
  ctx: SolveContext,
): Promise<{ snapshots: CourseSnapshot[]; done: number }> {
  const offsets = offsetsOf(form);
  const length = form.counts.reduce((sum, count) => sum + count, 0);
  const step = timeStep / payoffScale(form);
  const mixed = (scores: Float64Array): Float64Array => {
    const p = new Float64Array(length);
    form.counts.forEach((count, i) => {
      const from = offsets[i] as number;
      p.set(softmax(scores.subarray(from, from + count)), from);
    });
    return p;
  };
  const speed = (scores: Float64Array): Float64Array => expectation(form, mixed(scores), false).payoff;
  let scores = new Float64Array(length);
  form.counts.forEach((count, i) => {
    for (let a = 0; a < count; a++) scores[(offsets[i] as number) + a] = Math.log(a + 1);
  });
  const joint = new Float64Array(form.size);
  const snapshots: CourseSnapshot[] = [];
  let done = 0;
  for (let round = 1; round <= rounds; round++) {
    if (round % 64 === 0) {
      if (ctx.signal !== undefined && round % 1024 === 0) await pause();
      if (expired(ctx)) break;
      ctx.onProgress?.(round, rounds, 'steps');
    }
    const at = scores;
    const ahead = (by: Float64Array, h: number): Float64Array => at.map((s, k) => s + h * (by[k] as number));
    const k1 = speed(at);
    const k2 = speed(ahead(k1, step / 2));
    const k3 = speed(ahead(k2, step / 2));
    const k4 = speed(ahead(k3, step));
    scores = at.map(
      (s, k) =>
        s + (step / 6) * ((k1[k] as number) + 2 * (k2[k] as number) + 2 * (k3[k] as number) + (k4[k] as number)),
    );
    // Scores matter up to a constant per agent; centred they stay small.
    form.counts.forEach((count, i) => {
      const from = offsets[i] as number;
      const most = scores.subarray(from, from + count).reduce((best, s) => Math.max(best, s), Number.NEGATIVE_INFINITY);
      for (let a = from; a < from + count; a++) scores[a] = (scores[a] as number) - most;
    });
    const strategies = splitStrategies(form, mixed(scores));
    addProduct(form, joint, strategies);
    done = round;
    if (isShown(round, rounds)) snapshots.push(timed(form, round, step, joint, strategies));
  }
  if (done > 0 && snapshots.at(-1)?.at !== done * step)
    snapshots.push(timed(form, done, step, joint, splitStrategies(form, mixed(scores))));
  return { snapshots, done };
}

function addProduct(form: NormalForm, joint: Float64Array, strategies: readonly (readonly number[])[]): void {
  for (let profile = 0; profile < form.size; profile++) {
    let weight = 1;
    for (let i = 0; i < strategies.length && weight !== 0; i++) {
      const choice = Math.floor(profile / (form.strides[i] as number)) % (form.counts[i] as number);
      weight *= strategies[i]?.[choice] as number;
    }
    joint[profile] = (joint[profile] as number) + weight;
  }
}

function timed(
  form: NormalForm,
  round: number,
  step: number,
  joint: Float64Array,
  current: readonly (readonly number[])[],
): CourseSnapshot {
  return {
    ...snapshotOf(
      form,
      round * step,
      Array.from(joint, x => x / round),
    ),
    current,
  };
}

function snapshotOf(form: NormalForm, at: number, play: readonly Num[]): CourseSnapshot {
  return { at, play, ...distancesOf(form, play) };
}

function valuesOf(form: NormalForm, play: readonly Num[]): Num[] {
  const n = form.agents.length;
  const { exact } = form;
  if (exact !== undefined && play.every(p => typeof p !== 'number'))
    return form.agents.map((_, i) =>
      (play as readonly Rational[]).reduce(
        (sum, p, profile) => (p.sign === 0 ? sum : sum.add(p.mul(exact[profile * n + i] as Rational))),
        Rational.zero,
      ),
    );
  return form.agents.map((_, i) =>
    play.reduce((sum: number, p, profile) => sum + (p as number) * (form.payoff[profile * n + i] as number), 0),
  );
}

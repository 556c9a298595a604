/** What the solvers of many-step games share: how play ends, who sees what, one-step lookahead, and the three ways to value time. */
import type { Rational } from '../games/rational.ts';
import { legalOf, type TabularGame } from '../games/tabular.ts';
import { type Field, floats, rationals } from '../verify/number.ts';
import type { Refusal } from './answer.ts';

/** How the values of a game are computed. */
export type Course =
  /** No state comes back: one pass from the end. */
  | { readonly kind: 'acyclic'; readonly order: Int32Array; readonly longest: number }
  /** A fixed number of steps: one pass per step. */
  | { readonly kind: 'timed'; readonly steps: number }
  /** Cycles, but a discount below one or an end that cannot be avoided: iterate to a fixed point. */
  | { readonly kind: 'cyclic' };

/** Chooses the course, or says why values do not exist. */
export function courseOf(game: TabularGame): Course | Refusal {
  const topological = topologicalOrder(game);
  const horizon = game.horizon;
  if (topological !== undefined && (horizon === undefined || topological.longest <= horizon || game.discount < 1))
    return { kind: 'acyclic', ...topological };
  if (game.discount < 1) return { kind: 'cyclic' };
  if (horizon !== undefined) return { kind: 'timed', steps: horizon };
  const trap = everlasting(game);
  if (trap === undefined) return { kind: 'cyclic' };
  return {
    refused: `${game.name} has no discount, and play can go on for ever, for example around ${game.describeState(trap)}: returns need not be finite`,
    remedy: 'add `discount 0.99` or `horizon n`, or let every step end the game with some probability',
  };
}

export function describeCourse(game: TabularGame, course: Course): string {
  if (course.kind === 'acyclic') return 'backward induction over states, each of which occurs at most once';
  if (course.kind === 'timed') return `backward induction over the ${course.steps} steps of the horizon`;
  return game.discount < 1
    ? `iteration to a fixed point, infinite horizon, discount ${game.discount}`
    : 'iteration to a fixed point, until play ends, which is certain';
}

/** A horizon that discounted values leave aside. */
export function horizonWarning(game: TabularGame, course: Course): string[] {
  const beyond = course.kind === 'cyclic' || (course.kind === 'acyclic' && course.longest > (game.horizon ?? 0));
  return game.horizon !== undefined && game.discount < 1 && beyond
    ? [
        `the horizon of ${game.horizon} steps cuts episodes short for learning only; the values are those of play that goes on`,
      ]
    : [];
}

/** States after all states they lead to, and the length of the longest episode; undefined when there is a cycle. */
function topologicalOrder(game: TabularGame): { order: Int32Array; longest: number } | undefined {
  const incoming = new Int32Array(game.stateCount);
  for (let o = 0; o < game.outcomeState.length; o++) {
    const next = game.outcomeState[o] as number;
    if (next >= 0) incoming[next] = (incoming[next] as number) + 1;
  }
  const queue: number[] = [];
  for (let s = 0; s < game.stateCount; s++) if (incoming[s] === 0) queue.push(s);
  const depth = new Int32Array(game.stateCount).fill(1);
  let longest = 0;
  for (let k = 0; k < queue.length; k++) {
    const s = queue[k] as number;
    longest = Math.max(longest, depth[s] as number);
    for (let o = outcomesFrom(game, s); o < outcomesFrom(game, s + 1); o++) {
      const next = game.outcomeState[o] as number;
      if (next < 0) continue;
      depth[next] = Math.max(depth[next] as number, (depth[s] as number) + 1);
      incoming[next] = (incoming[next] as number) - 1;
      if (incoming[next] === 0) queue.push(next);
    }
  }
  return queue.length === game.stateCount ? { order: Int32Array.from(queue.reverse()), longest } : undefined;
}

function outcomesFrom(game: TabularGame, state: number): number {
  return game.outcomeStart[game.jointStart[state] as number] as number;
}

/** A state from which some behaviour never ends, by the greatest set of states that can be kept to; undefined if every behaviour ends. */
function everlasting(game: TabularGame): number | undefined {
  const inside = new Uint8Array(game.stateCount).fill(1);
  for (let changed = true; changed; ) {
    changed = false;
    for (let s = 0; s < game.stateCount; s++) {
      if (inside[s] === 0) continue;
      let stays = false;
      for (let joint = game.jointStart[s] as number; joint < (game.jointStart[s + 1] as number) && !stays; joint++) {
        stays = true;
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
          const next = game.outcomeState[o] as number;
          if ((game.outcomeProbability[o] as number) > 0 && (next < 0 || inside[next] === 0)) stays = false;
        }
      }
      if (!stays) {
        inside[s] = 0;
        changed = true;
      }
    }
  }
  const first = inside.indexOf(1);
  return first < 0 ? undefined : first;
}

/** Two states that look alike to an agent which has to choose in both. */
export interface HiddenState {
  readonly agent: number;
  readonly states: readonly [number, number];
}

/**
 * Two states that look alike to an agent which has to choose in both; undefined when every agent sees enough. An agent counts its steps: states
 * that look alike are no secret if each is met after a number of steps of its own.
 */
export function hiddenState(game: TabularGame): HiddenState | undefined {
  return firstHidden(
    game,
    game.agents.map((_, agent) => agent),
  );
}

/** The same for one agent only: undefined where it knows the state whenever it chooses. */
export function hiddenFrom(game: TabularGame, agent: number): HiddenState | undefined {
  return firstHidden(game, [agent]);
}

function firstHidden(game: TabularGame, agents: readonly number[]): HiddenState | undefined {
  const n = game.agents.length;
  let times: Int32Array | undefined;
  for (const agent of agents) {
    const seen = new Map<number, number[]>();
    for (let s = 0; s < game.stateCount; s++) {
      if (legalOf(game, s, agent).length < 2) continue;
      const observation = game.observation[s * n + agent] as number;
      const others = seen.get(observation);
      if (others === undefined) {
        seen.set(observation, [s]);
        continue;
      }
      times ??= timesOf(game);
      const at = times[s] as number;
      const alike = others.find(
        other => at < 0 || (times as Int32Array)[other] === at || (times as Int32Array)[other] === -1,
      );
      if (alike !== undefined) return { agent, states: [alike, s] };
      others.push(s);
    }
  }
  return undefined;
}

/**
 * Does it matter that agents count their steps: because a horizon ends the values, or because states that look alike are told apart by
 * nothing else?
 */
export function countsSteps(game: TabularGame, course: Course): boolean {
  if (course.kind === 'timed') return true;
  const n = game.agents.length;
  return game.agents.some((_, agent) => {
    const seen = new Set<number>();
    for (let s = 0; s < game.stateCount; s++) {
      if (legalOf(game, s, agent).length < 2) continue;
      const observation = game.observation[s * n + agent] as number;
      if (seen.has(observation)) return hiddenFrom(game, agent) === undefined;
      seen.add(observation);
    }
    return false;
  });
}

/** The number of steps after which a state is met, or -1 where several are possible (or none: it is never met). */
function timesOf(game: TabularGame): Int32Array {
  const times = new Int32Array(game.stateCount).fill(-2);
  const queue: number[] = [];
  const meet = (state: number, time: number): void => {
    const known = times[state] as number;
    if (known === time || known === -1) return;
    times[state] = known === -2 ? time : -1;
    queue.push(state);
  };
  for (const state of game.initialStates) meet(state, 0);
  for (let k = 0; k < queue.length; k++) {
    const s = queue[k] as number;
    const after = (times[s] as number) < 0 ? -1 : (times[s] as number) + 1;
    for (let o = outcomesFrom(game, s); o < outcomesFrom(game, s + 1); o++) {
      const next = game.outcomeState[o] as number;
      if (next >= 0) meet(next, after);
    }
  }
  return times.map(time => (time === -2 ? -1 : time));
}

export function hiddenStateText(game: TabularGame, hidden: HiddenState): string {
  const [a, b] = hidden.states;
  return `agents do not see the whole state: ${game.describeState(a)} and ${game.describeState(b)} look alike to ${game.agents[hidden.agent]}`;
}

/** The numbers a solver works with: doubles or fractions. */
export interface Numbers<T> {
  readonly field: Field<T>;
  readonly initial: ArrayLike<T>;
  readonly probability: ArrayLike<T>;
  readonly discount: T;
  /** Reward of an outcome: of one agent, or the sum over agents. */
  readonly reward: (outcome: number) => T;
}

export function floatNumbers(game: TabularGame, payee: number | 'sum'): Numbers<number> {
  const n = game.agents.length;
  const reward =
    payee === 'sum'
      ? (o: number) => {
          let total = 0;
          for (let i = 0; i < n; i++) total += game.outcomeReward[o * n + i] as number;
          return total;
        }
      : (o: number) => game.outcomeReward[o * n + payee] as number;
  return {
    field: floats,
    initial: game.initialProbabilities,
    probability: game.outcomeProbability,
    discount: game.discount,
    reward,
  };
}

export function exactNumbers(game: TabularGame, payee: number | 'sum'): Numbers<Rational> | undefined {
  const exact = game.exact;
  if (exact === undefined) return undefined;
  const n = game.agents.length;
  const reward = (o: number) => {
    if (payee !== 'sum') return exact.outcomeReward[o * n + payee] as Rational;
    let total = rationals.zero;
    for (let i = 0; i < n; i++) total = total.add(exact.outcomeReward[o * n + i] as Rational);
    return total;
  };
  return {
    field: rationals,
    initial: exact.initialProbabilities,
    probability: exact.outcomeProbability,
    discount: exact.discount,
    reward,
  };
}

/** Expected reward of a joint action plus the discounted value of what follows. */
export function lookahead<T>(game: TabularGame, numbers: Numbers<T>, joint: number, values: ArrayLike<T>): T {
  const { field } = numbers;
  let total = field.zero;
  for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
    const next = game.outcomeState[o] as number;
    let worth = numbers.reward(o);
    if (next >= 0) worth = field.add(worth, field.mul(numbers.discount, values[next] as T));
    total = field.add(total, field.mul(numbers.probability[o] as T, worth));
  }
  return total;
}

/** Number of choices of every agent in a state. */
export function countsIn(game: TabularGame, state: number): number[] {
  return game.agents.map((_, i) => Math.max(1, legalOf(game, state, i).length));
}

/** Expected value at the start. */
export function startValue<T>(game: TabularGame, numbers: Numbers<T>, values: ArrayLike<T>): T {
  const { field } = numbers;
  let total = field.zero;
  game.initialStates.forEach((state, k) => {
    total = field.add(total, field.mul(numbers.initial[k] as T, values[state] as T));
  });
  return total;
}

/** True when all agents always get the same reward. */
export function commonReward(game: TabularGame): boolean {
  const n = game.agents.length;
  for (let o = 0; o < game.outcomeState.length; o++)
    for (let i = 1; i < n; i++) if (game.outcomeReward[o * n + i] !== game.outcomeReward[o * n]) return false;
  return true;
}

/** True when the rewards of every outcome cancel: exactly where they are fractions, else up to rounding. */
export function zeroSum(game: TabularGame): boolean {
  const n = game.agents.length;
  for (let o = 0; o < game.outcomeState.length; o++) {
    if (game.exact !== undefined) {
      let total = rationals.zero;
      for (let i = 0; i < n; i++) total = total.add(game.exact.outcomeReward[o * n + i] as Rational);
      if (total.sign !== 0) return false;
      continue;
    }
    let total = 0;
    let magnitude = 1;
    for (let i = 0; i < n; i++) {
      total += game.outcomeReward[o * n + i] as number;
      magnitude = Math.max(magnitude, Math.abs(game.outcomeReward[o * n + i] as number));
    }
    if (Math.abs(total) > 1e-12 * magnitude) return false;
  }
  return true;
}

/** Strategies with all weight on one choice, one object per (count, choice), so that large policies stay small. */
export class PureStrategies {
  private readonly made = new Map<number, readonly Rational[]>();

  of(count: number, choice: number): readonly Rational[] {
    const key = count * 65536 + choice;
    let strategy = this.made.get(key);
    if (strategy === undefined) {
      strategy = Array.from({ length: count }, (_, a) => (a === choice ? rationals.one : rationals.zero));
      this.made.set(key, strategy);
    }
    return strategy;
  }
}

/** Rewards as numbers that are safe to add: a refusal names the first that is not. */
export function finiteRewards(game: TabularGame): Refusal | undefined {
  const at = game.outcomeReward.findIndex(reward => !Number.isFinite(reward));
  if (at < 0) return undefined;
  return {
    refused: `a reward of ${game.agents[at % game.agents.length]} in ${game.name} is not a finite number`,
    remedy: 'give finite rewards: solvers compare and add them',
  };
}

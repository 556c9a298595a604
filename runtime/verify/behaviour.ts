/**
 * Judges behaviour in games with hidden information: what it is worth, and what each agent could gain by another behaviour. The game is
 * walked from its listing, once for each agent, by what that agent has seen: all histories that it cannot tell apart are followed side by
 * side, weighted by chance and the others, so that its best action is one for all of them.
 */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { Behaviour, Certificate, Claim, Situations } from './claim.ts';
import { Findings, valueConfirmed, valueConfirmedOfTeam } from './findings.ts';
import { type Field, isExact, type Num } from './number.ts';
import { played } from './play.ts';
import {
  absoluteTolerance,
  exactReading,
  floatReading,
  never,
  type Reading,
  type Stop,
  unlessOutOfTime,
} from './reading.ts';

/** Outcomes followed after which a walk gives up, and up to which it is done again in fractions. */
const mostWork = 60_000_000;
const exactWork = 200_000;
/** Outcomes followed for what a member of a team could gain alone: nothing, where the team's policy is the best there is. */
const memberWork = 2_000_000;
/** Steps of a play; the walk is a recursion. */
const deepest = 4_000;

export function verifyBehaviour(
  game: TabularGame,
  claim: Claim,
  agents: readonly Behaviour[],
  relative: number,
  stop: Stop = never,
): Certificate {
  const tolerance = absoluteTolerance(game.outcomeReward, relative);
  const numbers = agents.flatMap(agent => agent.strategies.flatMap(strategy => strategy ?? []));
  const rough = judge(floatReading(game, stop), claim, agents, tolerance, true);
  const exact = exactReading(game, stop);
  const inFractions =
    exact !== undefined &&
    numbers.every(isExact) &&
    claim.values?.every(isExact) !== false &&
    claim.epsilon === undefined;
  if (!inFractions || rough.work === undefined || rough.work > exactWork) return rough.certificate;
  return unlessOutOfTime(() => judge(exact, claim, agents, 0, rough.gains).certificate) ?? rough.certificate;
}

interface Judged {
  readonly certificate: Certificate;
  /** Outcomes followed; undefined where that came to no end. */
  readonly work: number | undefined;
  /** Is it known what agents could gain alone? */
  readonly gains: boolean;
}

function judge<T extends Num>(
  reading: Reading<T>,
  claim: Claim,
  agents: readonly Behaviour[],
  tolerance: number,
  lookForGains: boolean,
): Judged {
  const { game, field } = reading;
  const n = game.agents.length;
  const findings = new Findings(field, n, tolerance);
  for (const agent of agents)
    for (const strategy of agent.strategies) if (strategy !== undefined) findings.mass(strategy);
  const shape = shapeProblem(game, agents);
  const refuted = (problem: string): Judged => {
    findings.problem(problem);
    return { certificate: findings.certificate(claim.kind), work: undefined, gains: false };
  };
  if (shape !== undefined) return refuted(shape);
  const memories = agents.map((agent, i) => new Memory(game, i, agent));
  const team = claim.kind === 'decentralised' && claim.bound !== undefined;
  const values: T[] = [];
  const regret: T[] = [];
  let work = 0;
  // What a team's policy is worth is found far sooner than what its members could gain, and is worth having by itself.
  const followed =
    claim.bound === undefined ? undefined : played(reading, agents, memories, { work: mostWork, steps: deepest });
  if (followed !== undefined && 'problem' in followed) return refuted(followed.problem);
  for (let i = 0; i < n; i++) {
    const limit = (team ? memberWork : mostWork) - work;
    const walk = new Walk(reading, agents, memories, i, limit, claim.bound !== undefined);
    const found = !lookForGains
      ? undefined
      : followed === undefined
        ? walk.start()
        : unlessOutOfTime(() => walk.start());
    work += walk.work;
    if (followed !== undefined && (found === undefined || walk.exhausted)) {
      findings.profile({ values: followed.values, regret: agents.map(() => field.zero) });
      judgeBound(field, claim, followed.values[0] as T, tolerance, findings);
      findings.values(claim.values);
      // No member gains more than the bound leaves to all of them: where that is reached, gains are of no interest.
      if (team) findings.unjudged(valueConfirmedOfTeam);
      else findings.abandon(valueConfirmed);
      return { certificate: findings.certificate(claim.kind), work: team ? followed.work : undefined, gains: false };
    }
    if (found === undefined) return refuted('there are too many histories to verify');
    if ('problem' in found) return refuted(found.problem);
    values.push(found.own);
    const gain = field.sub(found.best, found.own);
    regret.push(field.sign(gain) > 0 ? gain : field.zero);
  }
  findings.profile({ values, regret });
  findings.values(claim.values);
  const most = Math.max(...regret.map(gain => field.toNumber(gain)));
  if (claim.kind === 'epsilon_nash') {
    const epsilon = claim.epsilon ?? 0;
    if (n === 2 && opposed(game)) findings.gap(...bounds(field, values, regret), Number.POSITIVE_INFINITY);
    if (claim.bound !== undefined) judgeBound(field, claim, values[0] as T, tolerance, findings);
    if (!(most <= epsilon + tolerance))
      findings.problem(`an agent could gain ${most}, more than the ${epsilon} that was claimed`);
    return { certificate: findings.certificate(most <= tolerance ? 'nash' : 'epsilon_nash'), work, gains: true };
  }
  findings.judgeRegret();
  if (claim.kind === 'minimax') findings.gap(...bounds(field, values, regret));
  if (claim.bound !== undefined) judgeBound(field, claim, values[0] as T, tolerance, findings);
  return { certificate: findings.certificate(claim.kind), work, gains: true };
}

/** A team's policy below the bound on all of them is not the best that is known to be possible; above it, the bound is wrong. */
function judgeBound<T extends Num>(
  field: Field<T>,
  claim: Claim,
  value: T,
  tolerance: number,
  findings: Findings<T>,
): void {
  const bound = field.of(claim.bound ?? 0);
  // A bound in doubles may be short of a fraction by rounding.
  const rounding = isExact(claim.bound ?? 0) ? 0 : 1e-9 * Math.max(1, Math.abs(field.toNumber(value)));
  if (field.toNumber(field.sub(value, bound)) > tolerance + rounding)
    findings.problem(`the policy is worth ${field.toNumber(value)}, more than the bound ${field.toNumber(bound)}`);
  findings.gap(value, bound, claim.kind === 'decentralised' ? tolerance * 10 : Number.POSITIVE_INFINITY);
}

/** What the first agent is sure of, and what the second does not let it exceed. */
function bounds<T>(field: Field<T>, values: readonly T[], regret: readonly T[]): [T, T] {
  const first = values[0] as T;
  return [field.sub(first, regret[1] as T), field.add(first, regret[0] as T)];
}

/** Two agents whose rewards cancel, up to rounding: only then do gains bound a value. */
function opposed(game: TabularGame): boolean {
  for (let o = 0; o < game.outcomeState.length; o++) {
    const a = game.outcomeReward[2 * o] as number;
    const b = game.outcomeReward[2 * o + 1] as number;
    if (Math.abs(a + b) > 1e-12 * Math.max(1, Math.abs(a))) return false;
  }
  return true;
}

function shapeProblem(game: TabularGame, agents: readonly Behaviour[]): string | undefined {
  if (agents.length !== game.agents.length) return 'there is not one behaviour for each agent';
  for (const [i, { parent, action, state, strategies }] of agents.entries()) {
    const size = parent.length;
    if (action.length !== size || state.length !== size || strategies.length !== size)
      return `the behaviour of ${game.agents[i]} is incomplete`;
    for (let k = 0; k < size; k++) {
      const s = state[k] as number;
      if (!((parent[k] as number) >= -1 && (parent[k] as number) < k && s >= 0 && s < game.stateCount))
        return `the behaviour of ${game.agents[i]} is out of order`;
      const strategy = strategies[k];
      const choices = legalOf(game, s, i).length;
      if (strategy !== undefined && strategy.length !== choices)
        return `the behaviour of ${game.agents[i]} has a strategy with ${strategy.length} probabilities for ${choices} actions`;
    }
  }
  return undefined;
}

/** Outcomes followed to tell which situations are met. */
const meetingWork = 200_000;

/** By agent, the situations that agents who behave like this meet at all; undefined where finding out would take long. */
export function metBy(game: TabularGame, agents: readonly Behaviour[]): readonly ReadonlySet<number>[] | undefined {
  if (shapeProblem(game, agents) !== undefined) return undefined;
  const memories = agents.map((agent, i) => new Memory(game, i, agent));
  const found = played(floatReading(game), agents, memories, { work: meetingWork, steps: deepest });
  return 'problem' in found ? undefined : found.met;
}

/** No situation of the claim. */
export const unknown = -2;

/** Finds the situation of an agent from the one before, its own action and the state. */
export class Memory {
  readonly #agent: number;
  readonly #n: number;
  readonly #sights: Int32Array;
  readonly #next: readonly Map<number, number>[];
  readonly #sightCount: number;

  constructor(game: TabularGame, agent: number, { parent, action, state }: Situations) {
    this.#agent = agent;
    this.#n = game.agents.length;
    const numbers = new Map<string, number>();
    this.#sights = new Int32Array(game.stateCount);
    for (let s = 0; s < game.stateCount; s++) {
      const legal = legalOf(game, s, agent);
      const text = `${legal.join(' ')}|${game.observation[s * this.#n + agent]}`;
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      this.#sights[s] = numbers.get(text) as number;
    }
    this.#sightCount = numbers.size;
    this.#next = Array.from({ length: parent.length + 1 }, () => new Map<number, number>());
    for (let k = 0; k < parent.length; k++)
      this.#next[(parent[k] as number) + 1]?.set(this.#key(action[k] as number, state[k] as number), k);
  }

  #key(action: number, state: number): number {
    return (action + 1) * this.#sightCount + (this.#sights[state] as number);
  }

  /** What the agent sees in a state, as a number. */
  sight(state: number): number {
    return this.#sights[state] as number;
  }

  follow(situation: number, action: number, state: number): number {
    if (situation === unknown) return unknown;
    return this.#next[situation + 1]?.get(this.#key(action, state)) ?? unknown;
  }

  get agent(): number {
    return this.#agent;
  }
}

/** Histories that look alike to one agent. `situations` holds n numbers per history. */
interface Alike<T> {
  readonly states: number[];
  readonly weights: T[];
  readonly situations: number[];
  /** Where a state with its situations stands, while equal ones are put together. */
  readonly places: Map<string, number>;
}

interface Worth<T> {
  /** What its own behaviour earns, and the best that any could. Both times the probability that chance and the others bring this about. */
  readonly own: T;
  readonly best: T;
}

class Walk<T> {
  work = 0;
  /** Too many outcomes were followed. */
  exhausted = false;
  readonly #reading: Reading<T>;
  readonly #strategies: readonly (readonly (readonly T[] | undefined)[])[];
  readonly #memories: readonly Memory[];
  readonly #agent: number;
  readonly #limit: number;
  /** Put histories together that are in one state and in the same situations: pays where agents forget what no longer matters. */
  readonly #merging: boolean;
  #problem: string | undefined;

  constructor(
    reading: Reading<T>,
    agents: readonly Behaviour[],
    memories: readonly Memory[],
    agent: number,
    limit: number,
    merging: boolean,
  ) {
    this.#reading = reading;
    this.#merging = merging;
    this.#strategies = agents.map(a => a.strategies.map(strategy => strategy?.map(p => reading.field.of(p))));
    this.#memories = memories;
    this.#agent = agent;
    this.#limit = limit;
  }

  start(): Worth<T> | { readonly problem: string } {
    const { game, field, initial } = this.#reading;
    const groups = new Map<number, Alike<T>>();
    game.initialStates.forEach((state, k) => {
      const weight = initial[k] as T;
      if (field.sign(weight) !== 0)
        this.#add(
          groups,
          state,
          weight,
          this.#memories.map(memory => memory.follow(-1, -1, state)),
        );
    });
    const found = this.#all(groups, 0, field.one, true);
    return this.#problem === undefined ? found : { problem: this.#problem };
  }

  #add(groups: Map<number, Alike<T>>, state: number, weight: T, situations: readonly number[]): void {
    const sight = (this.#memories[this.#agent] as Memory).sight(state);
    let group = groups.get(sight);
    if (group === undefined) {
      group = { states: [], weights: [], situations: [], places: new Map() };
      groups.set(sight, group);
    }
    if (this.#merging) {
      const key = `${state} ${situations.join()}`;
      const place = group.places.get(key);
      if (place !== undefined) {
        group.weights[place] = this.#reading.field.add(group.weights[place] as T, weight);
        return;
      }
      group.places.set(key, group.states.length);
    }
    group.states.push(state);
    group.weights.push(weight);
    group.situations.push(...situations);
  }

  #all(groups: ReadonlyMap<number, Alike<T>>, depth: number, scale: T, kept: boolean): Worth<T> {
    const { field } = this.#reading;
    let own = field.zero;
    let best = field.zero;
    for (const group of groups.values()) {
      const worth = this.#group(group, depth, scale, kept);
      own = field.add(own, worth.own);
      best = field.add(best, worth.best);
    }
    return { own, best };
  }

  /** @param kept whether the agent's own behaviour leads here; elsewhere it need not say what it would do. */
  #group(group: Alike<T>, depth: number, scale: T, kept: boolean): Worth<T> {
    const { game, field } = this.#reading;
    const n = game.agents.length;
    const nothing = { own: field.zero, best: field.zero };
    if (game.horizon !== undefined && depth >= game.horizon) return nothing;
    if (depth > deepest) this.#problem ??= `plays have more than ${deepest} steps, too many to verify`;
    if (this.#problem !== undefined) return nothing;
    const choices = legalOf(game, group.states[0] as number, this.#agent).length;
    const strategy = kept
      ? this.#strategyOf(this.#agent, group.states[0] as number, group.situations[this.#agent] as number)
      : undefined;
    if (kept && strategy === undefined) return nothing;
    let own = field.zero;
    let best: T | undefined;
    for (let choice = 0; choice < Math.max(1, choices); choice++) {
      const groups = new Map<number, Alike<T>>();
      let reward = field.zero;
      for (let k = 0; k < group.states.length; k++)
        reward = field.add(
          reward,
          this.#step(
            group.states[k] as number,
            group.weights[k] as T,
            group.situations.slice(k * n, k * n + n),
            choice,
            groups,
          ),
        );
      if (this.#problem !== undefined) return nothing;
      const p = strategy?.[choice] ?? field.zero;
      const rest = this.#all(groups, depth + 1, field.mul(scale, this.#reading.discount), kept && field.sign(p) !== 0);
      const earned = field.mul(scale, reward);
      own = field.add(own, field.mul(p, field.add(earned, rest.own)));
      const most = field.add(earned, rest.best);
      if (best === undefined || field.compare(most, best) > 0) best = most;
    }
    return { own, best: best ?? field.zero };
  }

  /** Probabilities of an agent's choices; `[1]` where it does not act. */
  #strategyOf(agent: number, state: number, situation: number): readonly T[] | undefined {
    const { game, field } = this.#reading;
    if (legalOf(game, state, agent).length === 0) return [field.one];
    const strategy = situation === unknown ? undefined : this.#strategies[agent]?.[situation];
    if (strategy === undefined)
      this.#problem ??= `there is no strategy for ${game.agents[agent]} at an information set with ${game.describeState(state)}`;
    return strategy;
  }

  /** Follows one history by one own choice: the expected reward, times its weight. */
  #step(state: number, weight: T, situations: readonly number[], choice: number, groups: Map<number, Alike<T>>): T {
    this.#reading.tick();
    const { game, field, counts, probability, reward } = this.#reading;
    const n = game.agents.length;
    const choices = new Array<number>(n).fill(0);
    const strategies: (readonly T[])[] = [];
    for (let i = 0; i < n; i++) {
      const strategy = i === this.#agent ? [] : this.#strategyOf(i, state, situations[i] as number);
      if (strategy === undefined) return field.zero;
      strategies.push(strategy);
    }
    let earned = field.zero;
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      let p = choices[this.#agent] === choice ? weight : field.zero;
      for (let i = 0; i < n && field.sign(p) !== 0; i++)
        if (i !== this.#agent) p = field.mul(p, strategies[i]?.[choices[i] as number] as T);
      if (field.sign(p) !== 0) {
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
          const q = field.mul(p, probability[o] as T);
          if (field.sign(q) === 0) continue;
          if (++this.work > this.#limit) {
            this.exhausted = true;
            this.#problem ??= 'there are too many histories to verify';
          }
          earned = field.add(earned, field.mul(q, reward[o * n + this.#agent] as T));
          const next = game.outcomeState[o] as number;
          if (next < 0) continue;
          const after = this.#memories.map((memory, i) => {
            const action = legalOf(game, state, i)[choices[i] as number] ?? -1;
            return memory.follow(situations[i] as number, action, next);
          });
          this.#add(groups, next, q, after);
        }
      }
      // The next joint action: the last agent's choice moves fastest.
      for (let i = n - 1; i >= 0; i--) {
        choices[i] = (choices[i] as number) + 1;
        if ((choices[i] as number) < (counts[state * n + i] as number)) break;
        choices[i] = 0;
      }
    }
    return earned;
  }
}

/**
 * Judges a mediator of a game of many steps: what its recommendations are worth to those who follow, and what an agent could gain that stops
 * listening whenever it likes. The game is walked from its listing, once for each agent, by what that agent has seen and been told; histories
 * that it cannot tell apart are followed side by side, each with the part that the mediator has drawn.
 */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import { Memory, unknown } from './behaviour.ts';
import type { Certificate, Claim, Solution } from './claim.ts';
import { Findings } from './findings.ts';
import { mediatorBound } from './mediator-bound.ts';
import { type Field, isExact, type Num } from './number.ts';
import {
  absoluteTolerance,
  exactReading,
  floatReading,
  never,
  type Reading,
  type Stop,
  unlessOutOfTime,
} from './reading.ts';

type Mixture = Extract<Solution, { kind: 'mixture' }>;

/** Outcomes followed after which a walk gives up, and up to which it is done again in fractions. */
const mostWork = 60_000_000;
const exactWork = 400_000;
/** Steps of a play; the walk is a recursion. */
const deepest = 4_000;

export function verifyMediator(
  game: TabularGame,
  claim: Claim,
  mixture: Mixture,
  relative: number,
  stop: Stop = never,
): Certificate {
  const tolerance = absoluteTolerance(game.outcomeReward, relative);
  const rough = judge(floatReading(game, stop), claim, mixture, tolerance, tolerance);
  const exact = exactReading(game, stop);
  const inFractions =
    exact !== undefined &&
    rough.work !== undefined &&
    rough.work <= exactWork &&
    claim.values?.every(isExact) !== false &&
    mixture.parts.every(
      part => isExact(part.weight) && part.strategies.every(list => list.every(s => s?.every(isExact) !== false)),
    );
  if (!inFractions) return rough.certificate;
  return unlessOutOfTime(() => judge(exact, claim, mixture, 0, tolerance).certificate) ?? rough.certificate;
}

function judge<T extends Num>(
  reading: Reading<T>,
  claim: Claim,
  mixture: Mixture,
  tolerance: number,
  floatTolerance: number,
): { readonly certificate: Certificate; readonly work: number | undefined } {
  const { game, field } = reading;
  const n = game.agents.length;
  const findings = new Findings(field, n, tolerance);
  findings.mass(mixture.parts.map(part => part.weight));
  for (const part of mixture.parts)
    for (const list of part.strategies)
      for (const strategy of list) if (strategy !== undefined) findings.mass(strategy);
  const shape = shapeProblem(game, mixture);
  if (shape !== undefined) {
    findings.problem(shape);
    return { certificate: findings.certificate(claim.kind), work: undefined };
  }
  const memories = mixture.situations.map((situations, i) => new Memory(game, i, situations));
  const values: T[] = [];
  const regret: T[] = [];
  let work = 0;
  for (let i = 0; i < n; i++) {
    const walk = new Walk(reading, mixture, memories, i, claim.kind === 'efcce', mostWork - work);
    const found = walk.start();
    work += walk.work;
    if ('problem' in found) {
      findings.problem(found.problem);
      return { certificate: findings.certificate(claim.kind), work: undefined };
    }
    values.push(found.own);
    const gain = field.sub(found.best, found.own);
    regret.push(field.sign(gain) > 0 ? gain : field.zero);
  }
  findings.profile({ values, regret });
  findings.values(claim.values);
  findings.judgeRegret();
  if (claim.optimality !== undefined) {
    const bound = unlessOutOfTime(() => mediatorBound(reading, mixture, memories, claim)) ?? {
      left: 'that no mediator does better is the word of the solver: the time was up before it was checked',
    };
    if ('problem' in bound) findings.problem(bound.problem);
    else if ('left' in bound) findings.unfinished(bound.left);
    else findings.gap(bound.reached(values), bound.upper, floatTolerance * 10);
  }
  return { certificate: findings.certificate(claim.kind), work };
}

function shapeProblem(game: TabularGame, { situations, parts }: Mixture): string | undefined {
  if (situations.length !== game.agents.length) return 'the mediator does not have one list of situations per agent';
  for (const [i, { parent, action, state }] of situations.entries()) {
    const size = state.length;
    if (parent.length !== size || action.length !== size)
      return `the situations of ${game.agents[i]} do not fit together`;
    for (let k = 0; k < size; k++) {
      const s = state[k] as number;
      if (!((parent[k] as number) >= -1 && (parent[k] as number) < k && s >= 0 && s < game.stateCount))
        return `the situations of ${game.agents[i]} are out of order`;
      for (const part of parts) {
        const strategy = part.strategies[i]?.[k];
        if (strategy !== undefined && strategy.length !== legalOf(game, s, i).length)
          return `a recommendation to ${game.agents[i]} has ${strategy.length} probabilities for ${legalOf(game, s, i).length} actions`;
      }
    }
  }
  return undefined;
}

/** Histories that look alike to one agent: the state, the part that was drawn, and n situations for each. */
interface Alike<T> {
  readonly states: number[];
  readonly parts: number[];
  readonly weights: T[];
  readonly situations: number[];
}

/** Both times the probability that chance, the mediator and the others bring this about. */
interface Worth<T> {
  /** Of following to the end, and of stopping to listen whenever that is best. */
  readonly own: T;
  readonly best: T;
}

class Walk<T> {
  work = 0;
  readonly #reading: Reading<T>;
  readonly #field: Field<T>;
  /** `[part][agent][situation]` */
  readonly #strategies: readonly (readonly (readonly (readonly T[] | undefined)[])[])[];
  readonly #weights: readonly T[];
  readonly #memories: readonly Memory[];
  readonly #agent: number;
  /** Must the agent decide before it is told? */
  readonly #coarse: boolean;
  readonly #limit: number;
  #problem: string | undefined;

  constructor(
    reading: Reading<T>,
    mixture: Mixture,
    memories: readonly Memory[],
    agent: number,
    coarse: boolean,
    limit: number,
  ) {
    const { field } = reading;
    this.#reading = reading;
    this.#field = field;
    this.#strategies = mixture.parts.map(part =>
      part.strategies.map(list => list.map(strategy => strategy?.map(p => field.of(p)))),
    );
    this.#weights = mixture.parts.map(part => field.of(part.weight));
    this.#memories = memories;
    this.#agent = agent;
    this.#coarse = coarse;
    this.#limit = limit;
  }

  start(): Worth<T> | { readonly problem: string } {
    const { game, initial } = this.#reading;
    const field = this.#field;
    const groups = new Map<number, Alike<T>>();
    game.initialStates.forEach((state, k) => {
      const chance = initial[k] as T;
      if (field.sign(chance) === 0) return;
      const situations = this.#memories.map(memory => memory.follow(-1, -1, state));
      this.#weights.forEach((weight, part) => {
        if (field.sign(weight) !== 0) this.#add(groups, state, part, field.mul(chance, weight), situations);
      });
    });
    const found = this.#following(groups, 0, field.one);
    return this.#problem === undefined ? found : { problem: this.#problem };
  }

  #add(groups: Map<number, Alike<T>>, state: number, part: number, weight: T, situations: readonly number[]): void {
    const sight = (this.#memories[this.#agent] as Memory).sight(state);
    let group = groups.get(sight);
    if (group === undefined) {
      group = { states: [], parts: [], weights: [], situations: [] };
      groups.set(sight, group);
    }
    group.states.push(state);
    group.parts.push(part);
    group.weights.push(weight);
    group.situations.push(...situations);
  }

  #over(depth: number): boolean {
    const { horizon } = this.#reading.game;
    if (horizon !== undefined && depth >= horizon) return true;
    if (depth > deepest) this.#problem ??= `plays have more than ${deepest} steps, too many to verify`;
    return this.#problem !== undefined;
  }

  /** The agent has done so far what it was told. */
  #following(groups: ReadonlyMap<number, Alike<T>>, depth: number, scale: T): Worth<T> {
    const field = this.#field;
    let own = field.zero;
    let best = field.zero;
    if (!this.#over(depth))
      for (const group of groups.values()) {
        const worth = this.#told(group, depth, scale);
        own = field.add(own, worth.own);
        best = field.add(best, worth.best);
      }
    return { own, best };
  }

  #told(group: Alike<T>, depth: number, scale: T): Worth<T> {
    const { game, discount } = this.#reading;
    const field = this.#field;
    const choices = legalOf(game, group.states[0] as number, this.#agent).length;
    const later = field.mul(scale, discount);
    if (choices === 0) {
      const step = this.#step(group, 0);
      const rest = this.#following(step.groups, depth + 1, later);
      const earned = field.mul(scale, step.reward);
      return { own: field.add(earned, rest.own), best: field.add(earned, rest.best) };
    }
    let own = field.zero;
    let best = field.zero;
    for (let choice = 0; choice < choices; choice++) {
      const recommended = this.#recommended(group, choice);
      if (recommended === undefined) continue;
      const step = this.#step(recommended, choice);
      const rest = this.#following(step.groups, depth + 1, later);
      const earned = field.mul(scale, step.reward);
      own = field.add(own, field.add(earned, rest.own));
      const followed = field.add(earned, rest.best);
      const alone = this.#coarse ? followed : this.#alone(recommended, depth, scale);
      best = field.add(best, field.compare(alone, followed) > 0 ? alone : followed);
    }
    if (this.#coarse) {
      const alone = this.#alone(group, depth, scale);
      if (field.compare(alone, best) > 0) best = alone;
    }
    return { own, best };
  }

  /** The histories in which the agent is told this choice, weighted by how likely that is; undefined where it never is. */
  #recommended(group: Alike<T>, choice: number): Alike<T> | undefined {
    const n = this.#reading.game.agents.length;
    const found: Alike<T> = { states: [], parts: [], weights: [], situations: [] };
    for (let k = 0; k < group.states.length; k++) {
      const state = group.states[k] as number;
      const situations = group.situations.slice(k * n, k * n + n);
      const part = group.parts[k] as number;
      const strategy = this.#strategyOf(this.#agent, part, state, situations[this.#agent] as number);
      const p = strategy?.[choice];
      if (p === undefined || this.#field.sign(p) === 0) continue;
      found.states.push(state);
      found.parts.push(part);
      found.weights.push(this.#field.mul(group.weights[k] as T, p));
      found.situations.push(...situations);
    }
    return found.states.length === 0 ? undefined : found;
  }

  /** The best that the agent can do by itself from here on, while the others go on following. */
  #alone(group: Alike<T>, depth: number, scale: T): T {
    const { game, discount } = this.#reading;
    const field = this.#field;
    const choices = Math.max(1, legalOf(game, group.states[0] as number, this.#agent).length);
    let best: T | undefined;
    for (let choice = 0; choice < choices; choice++) {
      const step = this.#step(group, choice);
      let worth = field.mul(scale, step.reward);
      if (!this.#over(depth + 1))
        for (const next of step.groups.values())
          worth = field.add(worth, this.#alone(next, depth + 1, field.mul(scale, discount)));
      if (this.#problem !== undefined) return field.zero;
      if (best === undefined || field.compare(worth, best) > 0) best = worth;
    }
    return best ?? field.zero;
  }

  /** Probabilities of an agent's choices; `[1]` where it does not act. */
  #strategyOf(agent: number, part: number, state: number, situation: number): readonly T[] | undefined {
    const { game } = this.#reading;
    if (legalOf(game, state, agent).length === 0) return [this.#field.one];
    const strategy = situation === unknown ? undefined : this.#strategies[part]?.[agent]?.[situation];
    if (strategy === undefined)
      this.#problem ??= `nothing is recommended to ${game.agents[agent]} at an information set with ${game.describeState(state)}`;
    return strategy;
  }

  /** One own choice in all histories: the expected reward, times their weights, and what is seen next. */
  #step(group: Alike<T>, choice: number): { readonly reward: T; readonly groups: Map<number, Alike<T>> } {
    const groups = new Map<number, Alike<T>>();
    let reward = this.#field.zero;
    const n = this.#reading.game.agents.length;
    for (let k = 0; k < group.states.length && this.#problem === undefined; k++)
      reward = this.#field.add(
        reward,
        this.#advance(group, k, group.situations.slice(k * n, k * n + n), choice, groups),
      );
    return { reward, groups };
  }

  #advance(
    group: Alike<T>,
    k: number,
    situations: readonly number[],
    choice: number,
    groups: Map<number, Alike<T>>,
  ): T {
    this.#reading.tick();
    const { game, counts, probability, reward } = this.#reading;
    const field = this.#field;
    const n = game.agents.length;
    const state = group.states[k] as number;
    const part = group.parts[k] as number;
    const strategies: (readonly T[])[] = [];
    for (let i = 0; i < n; i++) {
      const strategy = i === this.#agent ? [] : this.#strategyOf(i, part, state, situations[i] as number);
      if (strategy === undefined) return field.zero;
      strategies.push(strategy);
    }
    const choices = new Array<number>(n).fill(0);
    let earned = field.zero;
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      let p = choices[this.#agent] === choice ? (group.weights[k] as T) : field.zero;
      for (let i = 0; i < n && field.sign(p) !== 0; i++)
        if (i !== this.#agent) p = field.mul(p, strategies[i]?.[choices[i] as number] as T);
      if (field.sign(p) !== 0)
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
          const q = field.mul(p, probability[o] as T);
          if (field.sign(q) === 0) continue;
          if (++this.work > this.#limit) this.#problem ??= 'there are too many histories to verify';
          earned = field.add(earned, field.mul(q, reward[o * n + this.#agent] as T));
          const next = game.outcomeState[o] as number;
          if (next < 0) continue;
          const after = this.#memories.map((memory, i) =>
            memory.follow(situations[i] as number, legalOf(game, state, i)[choices[i] as number] ?? -1, next),
          );
          this.#add(groups, next, part, q, after);
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

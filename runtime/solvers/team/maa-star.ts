/**
 * Multi-agent A* (Szer, Charpillet and Zilberstein 2005) with incremental expansion and lossless clustering of histories (Oliehoek, Spaan, Amato
 * and Whiteson 2013): joint policies are built step by step, best bound first; every step is a collaborative Bayesian game of the histories so far.
 */
import { expired, type SolveContext } from '../answer.ts';
import { BayesianSearch, type JointType } from './bayesian.ts';
import { type Belief, TeamBound } from './bound.ts';
import { Heap } from './heap.ts';
import type { Controller, Team } from './problem.ts';

/** Open entries of all queues together, about 200 bytes each. */
const mostOpen = 3_000_000;
/** Two bounds are one when they differ by no more than this part of the largest. */
const equal = 1e-11;
/** Probabilities of clusters are one when they differ by no more. */
const likeness = 1e-12;

/** Histories of each agent after some steps, those put together that mean the same. */
interface Stage {
  readonly time: number;
  /** Expected discounted reward of the steps before. */
  readonly earned: number;
  readonly types: readonly (Belief & { readonly types: readonly number[] })[];
  /** A sight of each type of each agent. */
  readonly sights: readonly (readonly number[])[];
  /** How it came about. */
  readonly before: Stage | undefined;
  /** Choices of the step before, by agent and type; and where a type and the next sight lead. */
  readonly choice: readonly (readonly number[])[];
  readonly edges: readonly Map<number, number>[][];
}

interface Growing {
  readonly stage: Stage;
  readonly search: BayesianSearch;
}

export interface Searched {
  readonly controllers: readonly Controller[] | undefined;
  readonly value: number;
  /** Nothing pays more. */
  readonly bound: number;
  readonly exhausted: boolean;
  readonly stages: number;
  readonly policies: number;
  /** Most types of one agent at any step that was expanded. */
  readonly widest: number;
}

export class MultiAgentSearch {
  readonly #team: Team;
  readonly #bound: TeamBound;
  readonly #open = new Heap<Growing>();
  #best: { readonly value: number; readonly controllers: readonly Controller[] } | undefined;
  #stages = 0;
  #policies = 0;
  #widest = 0;
  #entries = 0;

  readonly #ctx: SolveContext;

  constructor(team: Team, ctx: SolveContext) {
    this.#team = team;
    this.#ctx = ctx;
    this.#bound = new TeamBound(team, () => expired(ctx));
  }

  async run(): Promise<Searched> {
    const ctx = this.#ctx;
    const first = this.#first();
    this.#dive(first);
    this.#grow(first);
    let rested = performance.now();
    for (let step = 0; this.#open.size > 0; step++) {
      if (this.#open.top <= this.#floor()) return this.#result(true);
      if (step % 64 === 63) {
        const now = performance.now();
        if (now - rested > 40) {
          ctx.onProgress?.(
            this.#stages,
            undefined,
            `partial policies, best ${brief(this.#best?.value)}, bound ${brief(this.#open.top)}`,
          );
          await new Promise(resolve => setTimeout(resolve, 0));
          rested = performance.now();
          if (expired(ctx) || this.#entries > mostOpen) return this.#result(false);
        }
      }
      const growing = this.#open.pop() as Growing;
      const size = growing.search.size;
      const found = growing.search.step();
      this.#entries += growing.search.size - size;
      if (growing.search.size > 0) this.#push(growing);
      if (found !== undefined) this.#take(growing.stage, found.choice, found.value);
    }
    return this.#result(true);
  }

  /** What a policy must exceed to be of interest. */
  #floor(): number {
    const best = this.#best?.value ?? Number.NEGATIVE_INFINITY;
    return best + equal * Math.max(1, Math.abs(best));
  }

  #result(exhausted: boolean): Searched {
    const value = this.#best?.value ?? Number.NEGATIVE_INFINITY;
    return {
      controllers: this.#best?.controllers,
      value,
      bound: exhausted ? value : Math.max(value, this.#open.top),
      exhausted,
      stages: this.#stages,
      policies: this.#policies,
      widest: this.#widest,
    };
  }

  #push(growing: Growing): void {
    const bound = growing.stage.earned + growing.search.bound;
    if (bound > this.#floor()) this.#open.push(bound, growing);
  }

  #grow(stage: Stage): void {
    this.#stages++;
    this.#widest = Math.max(this.#widest, ...stage.sights.map(list => list.length));
    const search = this.#game(stage);
    this.#entries += search.size;
    this.#push({ stage, search });
  }

  #take(stage: Stage, choice: readonly (readonly number[])[], value: number): Stage | undefined {
    if (stage.time === this.#team.steps - 1) {
      this.#policies++;
      const total = stage.earned + value;
      if (this.#best === undefined || total > this.#best.value)
        this.#best = { value: total, controllers: this.#controllers(stage, choice) };
      return undefined;
    }
    const next = this.#after(stage, choice);
    if (next.types.length === 0) {
      // Play is over for certain.
      this.#policies++;
      if (this.#best === undefined || next.earned > this.#best.value)
        this.#best = { value: next.earned, controllers: this.#controllers(stage, choice) };
      return undefined;
    }
    this.#grow(next);
    return next;
  }

  /** A first policy: the best by the bound at every step (Emery-Montemerlo et al. 2004). */
  #dive(first: Stage): void {
    for (let stage: Stage | undefined = first; stage !== undefined; ) {
      const search = this.#game(stage);
      let found: ReturnType<BayesianSearch['step']>;
      for (let k = 0; found === undefined && k < 200_000; k++) {
        if (k % 256 === 255 && expired(this.#ctx)) return;
        found = search.step();
      }
      if (found === undefined) return;
      if (stage.time === this.#team.steps - 1) {
        this.#take(stage, found.choice, found.value);
        return;
      }
      const next = this.#after(stage, found.choice);
      if (next.types.length === 0) {
        this.#take(stage, found.choice, found.value);
        return;
      }
      stage = next;
    }
  }

  #game(stage: Stage): BayesianSearch {
    const team = this.#team;
    let scale = 1;
    for (let t = 0; t < stage.time; t++) scale *= team.game.discount;
    const left = team.steps - stage.time;
    const joint = stage.types.map(({ types, states, weights }): JointType => {
      const first = states[0] as number;
      const size = (team.game.jointStart[first + 1] as number) - (team.game.jointStart[first] as number);
      const payoff = new Float64Array(size);
      for (let a = 0; a < size; a++) payoff[a] = scale * this.#bound.action({ states, weights }, a, left);
      return { types, payoff };
    });
    const counts = stage.sights.map((list, i) => list.map(sight => team.choices[i]?.[sight] as number));
    return new BayesianSearch({ counts, joint });
  }

  #first(): Stage {
    const { game } = this.#team;
    const weights = new Map<number, number>();
    game.initialStates.forEach((state, k) => {
      const p = game.initialProbabilities[k] as number;
      if (p > 0) weights.set(state, (weights.get(state) ?? 0) + p);
    });
    const start: Arrived[] = [...weights].map(([state, weight]) => ({
      state,
      weight,
      from: new Array<number>(this.#team.agents).fill(0),
    }));
    return this.#clustered(start, 0, 0, undefined, []);
  }

  #after(stage: Stage, choice: readonly (readonly number[])[]): Stage {
    const { game } = this.#team;
    let scale = 1;
    for (let t = 0; t < stage.time; t++) scale *= game.discount;
    let earned = 0;
    const arrived: Arrived[] = [];
    const n = this.#team.agents;
    for (const { types, states, weights } of stage.types) {
      let joint = 0;
      for (let i = 0; i < n; i++) {
        const type = types[i] as number;
        const sight = stage.sights[i]?.[type] as number;
        joint = joint * (this.#team.choices[i]?.[sight] as number) + (choice[i]?.[type] as number);
      }
      states.forEach((state, k) => {
        const at = (game.jointStart[state] as number) + joint;
        for (let o = game.outcomeStart[at] as number; o < (game.outcomeStart[at + 1] as number); o++) {
          const p = (weights[k] as number) * (game.outcomeProbability[o] as number);
          if (p === 0) continue;
          earned += p * (game.outcomeReward[o * n] as number);
          const next = game.outcomeState[o] as number;
          if (next >= 0) arrived.push({ state: next, weight: p, from: types });
        }
      });
    }
    return this.#clustered(arrived, stage.time + 1, stage.earned + scale * earned, stage, choice);
  }

  /**
   * Types after a step: an agent's earlier type and what it sees now. Two of them are put together when they leave the same probabilities to the
   * state and the others' types, which loses nothing.
   */
  #clustered(
    arrived: readonly Arrived[],
    time: number,
    earned: number,
    before: Stage | undefined,
    choice: readonly (readonly number[])[],
  ): Stage {
    const team = this.#team;
    const n = team.agents;
    const sights: number[][] = [];
    const edges = Array.from({ length: n }, (_, i) =>
      Array.from({ length: before?.sights[i]?.length ?? 1 }, () => new Map<number, number>()),
    );
    const own: Int32Array[] = [];
    for (let i = 0; i < n; i++) {
      const list: number[] = [];
      own.push(
        Int32Array.from(arrived, ({ state, from }) => {
          const sight = team.sight[i]?.[state] as number;
          const edge = edges[i]?.[from[i] as number] as Map<number, number>;
          let type = edge.get(sight);
          if (type === undefined) {
            type = list.length;
            list.push(sight);
            edge.set(sight, type);
          }
          return type;
        }),
      );
      sights.push(list);
    }
    // Putting types of one agent together may make those of another alike.
    for (let i = 0, still = 0; still < n; i = (i + 1) % n) {
      const merged = alike(team, i, sights[i]?.length ?? 0, arrived, own);
      if (merged === undefined) {
        still++;
        continue;
      }
      still = 0;
      const mine = own[i] as Int32Array;
      for (let k = 0; k < mine.length; k++) mine[k] = merged[mine[k] as number] as number;
      const kept: number[] = [];
      sights[i]?.forEach((sight, type) => {
        kept[merged[type] as number] ??= sight;
      });
      sights[i] = kept;
      for (const edge of edges[i] ?? []) for (const [sight, type] of edge) edge.set(sight, merged[type] as number);
    }
    const joint = new Map<string, { readonly types: readonly number[]; readonly weights: Map<number, number> }>();
    arrived.forEach(({ state: seen, weight }, k) => {
      const state = team.future[seen] as number;
      const types = own.map(list => list[k] as number);
      const key = types.join();
      let group = joint.get(key);
      if (group === undefined) {
        group = { types, weights: new Map() };
        joint.set(key, group);
      }
      group.weights.set(state, (group.weights.get(state) ?? 0) + weight);
    });
    const types = [...joint.values()].map(({ types, weights }) => {
      const sorted = [...weights].sort(([a], [b]) => a - b);
      return { types, states: sorted.map(([s]) => s), weights: sorted.map(([, p]) => p) };
    });
    return { time, earned, types, sights, before, choice, edges };
  }

  /** The path to a stage as one automaton per agent. */
  #controllers(stage: Stage, last: readonly (readonly number[])[]): Controller[] {
    const path: Stage[] = [];
    for (let at: Stage | undefined = stage; at !== undefined; at = at.before) path.unshift(at);
    return Array.from({ length: this.#team.agents }, (_, i) => {
      const first: number[] = [];
      let total = 0;
      for (const { sights } of path) {
        first.push(total);
        total += sights[i]?.length ?? 0;
      }
      const choice: number[] = [];
      const next: Map<number, number>[] = [];
      path.forEach(({ sights }, t) => {
        const made = path[t + 1]?.choice ?? last;
        const edges = path[t + 1]?.edges[i];
        for (let type = 0; type < (sights[i]?.length ?? 0); type++) {
          choice.push(made[i]?.[type] as number);
          next.push(
            new Map([...(edges?.[type] ?? [])].map(([sight, to]) => [sight, (first[t + 1] as number) + to] as const)),
          );
        }
      });
      return { choice, next, start: new Map(path[0]?.edges[i]?.[0]) };
    });
  }
}

interface Arrived {
  readonly state: number;
  readonly weight: number;
  /** Types of the step before. */
  readonly from: readonly number[];
}

/** New numbers for the types of one agent, or undefined where no two are alike. */
function alike(
  { future }: Team,
  agent: number,
  count: number,
  arrived: readonly Arrived[],
  own: readonly Int32Array[],
): Int32Array | undefined {
  if (count < 2) return undefined;
  const tables = Array.from({ length: count }, () => new Map<string, number>());
  const mass = new Float64Array(count);
  arrived.forEach(({ state, weight }, k) => {
    const type = own[agent]?.[k] as number;
    const key = `${future[state]} ${own.map((list, i) => (i === agent ? '' : list[k])).join()}`;
    const table = tables[type] as Map<string, number>;
    table.set(key, (table.get(key) ?? 0) + weight);
    mass[type] = (mass[type] as number) + weight;
  });
  const numbers = new Int32Array(count);
  const heads: number[] = [];
  for (let type = 0; type < count; type++) {
    const table = tables[type] as Map<string, number>;
    const head = heads.findIndex(other => {
      const one = tables[other] as Map<string, number>;
      if (one.size !== table.size) return false;
      for (const [key, weight] of table) {
        const there = one.get(key);
        if (there === undefined) return false;
        if (Math.abs(weight / (mass[type] as number) - there / (mass[other] as number)) > likeness) return false;
      }
      return true;
    });
    if (head >= 0) numbers[type] = head;
    else {
      numbers[type] = heads.length;
      heads.push(type);
    }
  }
  return heads.length === count ? undefined : numbers;
}

function brief(value: number | undefined): string {
  return value === undefined ? 'none' : `${Number(value.toPrecision(6))}`;
}

/** The sequence form of a two-agent tree (von Stengel 1996): per agent a few integers per information set, and sparse payoffs. */
import { Rational } from '../../games/rational.ts';
import type { TabularGame } from '../../games/tabular.ts';
import { rationals } from '../../verify/number.ts';
import { chance, end, type GameTree } from './tree.ts';

/** The plans of one agent. Information sets come after those that lead to them; sequence 0 is the empty one. */
export interface PlanSpace {
  readonly sets: number;
  readonly sequences: number;
  /** Of an information set: the own sequence that leads to it, its first sequence, its number of choices. */
  readonly parent: Int32Array;
  readonly first: Int32Array;
  readonly count: Int32Array;
}

/** Entries of one agent's rows: row r (a sequence of this agent) owns `start[r] .. start[r + 1]`. */
export interface PayoffRows {
  readonly start: Int32Array;
  /** Sequence of the other agent. */
  readonly other: Int32Array;
  /** Payoff of the agent whose rows these are, times the probability of chance, summed over the ends with these two sequences. */
  readonly payoff: Float64Array;
  /** The probability of chance alone. */
  readonly weight: Float64Array;
}

export interface SequenceForm {
  readonly spaces: readonly [PlanSpace, PlanSpace];
  /** `rows[i]`: payoffs of agent i, by its own sequences. */
  readonly rows: readonly [PayoffRows, PayoffRows];
  /** Least and greatest payoff of each agent at an end. */
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

export function sequenceForm(tree: GameTree): SequenceForm {
  const { ends, sequences, reach, payoff } = endsOf(tree);
  const spaces = [spaceOf(tree, 0), spaceOf(tree, 1)] as const;
  const rowsOf = (agent: 0 | 1): PayoffRows =>
    mergedRows(
      spaces[agent].sequences,
      spaces[agent === 0 ? 1 : 0].sequences,
      ends,
      k => sequences[2 * k + agent] as number,
      k => sequences[2 * k + 1 - agent] as number,
      k => (payoff[2 * k + agent] as number) * (reach[k] as number),
      k => reach[k] as number,
    );
  const bound = (agent: number, pick: (a: number, b: number) => number, from: number) => {
    let best = from;
    for (let k = 0; k < ends; k++) best = pick(best, payoff[2 * k + agent] as number);
    return best;
  };
  const [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    spaces,
    rows: [rowsOf(0), rowsOf(1)],
    low: [bound(0, Math.min, low), bound(1, Math.min, low)],
    high: [bound(0, Math.max, high), bound(1, Math.max, high)],
  };
}

/** The plans of one agent of a tree. */
export function spaceOf(tree: GameTree, agent: number): PlanSpace {
  const situations = tree.situations[agent] as GameTree['situations'][number];
  const at = situations.setSituation.finish();
  return {
    sets: at.length,
    sequences: situations.sequences,
    parent: at.map(situation => situations.sequence.get(situation)),
    first: situations.first.finish(),
    count: situations.count.finish(),
  };
}

/** Own sequences of all agents at every node: `found[node * n + i]`. */
export function sequencesAt(tree: GameTree): Int32Array {
  const n = tree.game.agents.length;
  const found = new Int32Array(tree.nodes * n);
  for (let node = 1; node < tree.nodes; node++) {
    const parent = tree.parent[node] as number;
    for (let i = 0; i < n; i++) found[node * n + i] = found[parent * n + i] as number;
    const mover = tree.mover[parent] as number;
    if (mover < 0) continue;
    const first = (tree.situations[mover] as GameTree['situations'][number]).first;
    found[node * n + mover] = first.get(tree.set[parent] as number) + node - (tree.firstChild[parent] as number);
  }
  return found;
}

/** The ends of a tree: sequences of all agents, probability of chance, discounted payoffs along the path. */
export function endsOf(tree: GameTree): {
  readonly ends: number;
  readonly sequences: Int32Array;
  readonly reach: Float64Array;
  readonly payoff: Float64Array;
} {
  const { game, nodes } = tree;
  const n = game.agents.length;
  const powers = discounts(game.discount, tree.longest);
  const at = sequencesAt(tree);
  const reachAt = new Float64Array(nodes);
  const paidAt = new Float64Array(nodes * n);
  const sequences = new Int32Array(tree.ends * n);
  const reach = new Float64Array(tree.ends);
  const payoff = new Float64Array(tree.ends * n);
  let ends = 0;
  for (let node = 0; node < nodes; node++) {
    const parent = tree.parent[node] as number;
    const origin = tree.origin[node] as number;
    reachAt[node] = (parent < 0 ? 1 : (reachAt[parent] as number)) * (tree.probability[node] as number);
    for (let i = 0; i < n; i++) {
      let paid = parent < 0 ? 0 : (paidAt[parent * n + i] as number);
      if (origin >= 0)
        paid += (powers[tree.steps[parent] as number] as number) * (game.outcomeReward[origin * n + i] as number);
      paidAt[node * n + i] = paid;
    }
    if (tree.mover[node] !== end) continue;
    reach[ends] = reachAt[node] as number;
    for (let i = 0; i < n; i++) {
      sequences[ends * n + i] = at[node * n + i] as number;
      payoff[ends * n + i] = paidAt[node * n + i] as number;
    }
    ends++;
  }
  return { ends, sequences, reach, payoff };
}

function discounts(discount: number, steps: number): Float64Array {
  const powers = new Float64Array(steps + 1).fill(1);
  for (let t = 1; t <= steps; t++) powers[t] = (powers[t - 1] as number) * discount;
  return powers;
}

/** Entries by rows, those with the same two sequences added up. */
function mergedRows(
  rows: number,
  others: number,
  entries: number,
  rowOf: (k: number) => number,
  otherOf: (k: number) => number,
  payoffOf: (k: number) => number,
  weightOf: (k: number) => number,
): PayoffRows {
  const bucket = new Int32Array(rows + 1);
  for (let k = 0; k < entries; k++) bucket[rowOf(k) + 1] = (bucket[rowOf(k) + 1] as number) + 1;
  for (let r = 0; r < rows; r++) bucket[r + 1] = (bucket[r + 1] as number) + (bucket[r] as number);
  const fill = bucket.slice();
  const order = new Int32Array(entries);
  for (let k = 0; k < entries; k++) {
    const r = rowOf(k);
    order[fill[r] as number] = k;
    fill[r] = (fill[r] as number) + 1;
  }
  const start = new Int32Array(rows + 1);
  const other = new Int32Array(entries);
  const payoff = new Float64Array(entries);
  const weight = new Float64Array(entries);
  const place = new Int32Array(others).fill(-1);
  let used = 0;
  for (let r = 0; r < rows; r++) {
    start[r] = used;
    for (let b = bucket[r] as number; b < (bucket[r + 1] as number); b++) {
      const k = order[b] as number;
      const c = otherOf(k);
      let at = place[c] as number;
      if (at < (start[r] as number)) {
        at = used++;
        place[c] = at;
        other[at] = c;
      }
      payoff[at] = (payoff[at] as number) + payoffOf(k);
      weight[at] = (weight[at] as number) + weightOf(k);
    }
  }
  start[rows] = used;
  return { start, other: other.slice(0, used), payoff: payoff.slice(0, used), weight: weight.slice(0, used) };
}

/** One end of a tree in fractions: the sequences and payoffs of all agents, and the probability of chance. */
export interface ExactEnd {
  readonly sequences: readonly number[];
  readonly payoffs: readonly Rational[];
  readonly reach: Rational;
}

/**
 * The ends in fractions, for small trees; undefined where the game has numbers that are none, unless the exact values of its doubles will do.
 */
export function exactEnds(tree: GameTree, doubles = false): readonly ExactEnd[] | undefined {
  const { game, nodes } = tree;
  const numbers = game.exact ?? (doubles ? valuesOfDoubles(game) : undefined);
  if (numbers === undefined) return undefined;
  const n = game.agents.length;
  const at = sequencesAt(tree);
  const powers: Rational[] = [rationals.one];
  for (let t = 1; t <= tree.longest; t++) powers.push(rationals.mul(powers[t - 1] as Rational, numbers.discount));
  const reach: Rational[] = [];
  const paid: (readonly Rational[])[] = [];
  const found: ExactEnd[] = [];
  for (let node = 0; node < nodes; node++) {
    const parent = tree.parent[node] as number;
    const origin = tree.origin[node] as number;
    let p = parent < 0 ? rationals.one : (reach[parent] as Rational);
    let totals = parent < 0 ? new Array<Rational>(n).fill(rationals.zero) : (paid[parent] as readonly Rational[]);
    if (origin <= -2) p = rationals.mul(p, numbers.initialProbabilities[-2 - origin] as Rational);
    if (origin >= 0) {
      // An outcome that is certain is followed by the choice itself; its probability is one.
      if (tree.mover[parent] === chance) p = rationals.mul(p, numbers.outcomeProbability[origin] as Rational);
      const power = powers[tree.steps[parent] as number] as Rational;
      totals = totals.map((total, i) =>
        rationals.add(total, rationals.mul(power, numbers.outcomeReward[origin * n + i] as Rational)),
      );
    }
    reach.push(p);
    paid.push(totals);
    if (tree.mover[node] === end)
      found.push({ sequences: [...at.subarray(node * n, node * n + n)], payoffs: totals, reach: p });
  }
  return found;
}

function valuesOfDoubles(game: TabularGame): NonNullable<TabularGame['exact']> {
  const fractions = (list: Float64Array) => Array.from(list, Rational.fromNumber);
  return {
    initialProbabilities: fractions(game.initialProbabilities),
    outcomeProbability: fractions(game.outcomeProbability),
    outcomeReward: fractions(game.outcomeReward),
    discount: Rational.fromNumber(game.discount),
  };
}

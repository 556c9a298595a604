/**
 * The duplex rule: a proof of IGM for totals that need not be monotonic (QPLEX, Wang et al. 2021).
 *
 * Compare any joint action u with the greedy one u*. A *slack* is a value that never exceeds 0 and is 0 at u*: what a never-falling
 * function a of the utilities loses, a(q) - a(best), since q_i <= best_i with equality where agent i is greedy. Every node is written
 * as what it is at u* plus slacks, each with an interval of its coefficient; coefficients may depend on u, because the slack they
 * multiply is 0 at u*. If in the total no coefficient can be negative, total(u) <= total(u*).
 */
import type { MixerModel, MixerNode, UnaryFunction } from '../../runtime/mixers/model.ts';
import { argumentsOf } from '../../runtime/mixers/model.ts';
import * as I from './interval.ts';
import { type Dependence, slopeOf } from './polarity.ts';

/** A slack: of each element of the node `base`, or sums of them, each element with a coefficient of its own. */
export interface Slack {
  readonly base: number;
  readonly summed: boolean;
  readonly coefficient: I.Interval;
}

/** A node relative to the greedy joint action; undefined where the rule does not know. */
export interface Gap {
  readonly slacks: readonly Slack[];
  /** It is 0 at the greedy joint action. */
  readonly zero: boolean;
}

const fixed: Gap = { slacks: [], zero: false };
const one = I.exactly(1);
/** Functions that are 0 at 0. */
const keepsZero: ReadonlySet<UnaryFunction> = new Set(['abs', 'square', 'sqrt', 'relu']);

export interface Gaps {
  /** By node; undefined is unknown. */
  readonly of: readonly (Gap | undefined)[];
  /** May a node change with the joint action? */
  readonly moves: readonly boolean[];
}

export function gapsOf(model: MixerModel, ranges: readonly I.Interval[], found: readonly Dependence[]): Gaps {
  const taken: boolean[] = [];
  const moves: boolean[] = [];
  const of: (Gap | undefined)[] = [];
  for (const [k, node] of model.nodes.entries()) {
    const args = argumentsOf(node);
    taken.push((node.op === 'input' && node.input === 'actions') || args.some(arg => taken[arg]));
    moves.push(taken[k]! || found[k]!.polarity !== 'constant');
    of.push(moves[k] ? new Rule(model, ranges, found, of, moves, taken).of(k, node) : fixed);
  }
  return { of, moves };
}

/** Is the node never higher than at the greedy joint action? */
export function isBelow(gap: Gap | undefined): boolean {
  return gap?.slacks.every(slack => I.isNonNegative(slack.coefficient)) ?? false;
}

class Rule {
  readonly #model: MixerModel;
  readonly #ranges: readonly I.Interval[];
  readonly #found: readonly Dependence[];
  readonly #gaps: readonly (Gap | undefined)[];
  readonly #moves: readonly boolean[];
  readonly #taken: readonly boolean[];

  constructor(
    model: MixerModel,
    ranges: readonly I.Interval[],
    found: readonly Dependence[],
    gaps: readonly (Gap | undefined)[],
    moves: readonly boolean[],
    taken: readonly boolean[],
  ) {
    this.#model = model;
    this.#ranges = ranges;
    this.#found = found;
    this.#gaps = gaps;
    this.#moves = moves;
    this.#taken = taken;
  }

  of(k: number, node: MixerNode): Gap | undefined {
    return (
      this.#advantage(node) ??
      this.#loss(k, node) ??
      (this.#keepsSlacks(node) ? (this.#linear(node) ?? this.#whole(k)) : (this.#whole(k) ?? this.#linear(node))) ??
      this.#below(k, node)
    );
  }

  /** Sums and differences say more by their parts; products with weights lose how the parts go together, unless they are 0 at u*. */
  #keepsSlacks(node: MixerNode): boolean {
    if (node.op === 'binary' && (node.fn === 'mul' || node.fn === 'div'))
      return this.#zero(node.left) || this.#zero(node.right);
    return node.op !== 'matmul' || this.#zero(node.left) || this.#zero(node.right);
  }

  #zero(node: number): boolean {
    return this.#moves[node]! && this.#gaps[node]?.zero === true;
  }

  /** `a(q) - a(best)`, or `a(best) - a(q)`. */
  #advantage(node: MixerNode): Gap | undefined {
    if (node.op !== 'binary' || node.fn !== 'sub') return undefined;
    const gap = this.#ahead(node.left, node.right, node.shape);
    if (gap !== undefined) return { slacks: gap.slacks, zero: true };
    const behind = this.#ahead(node.right, node.left, node.shape);
    return behind && weighted(behind, I.exactly(-1), true);
  }

  #ahead(left: number, right: number, shape: readonly number[]): Gap | undefined {
    const { polarity } = this.#found[left]!;
    if (this.#taken[left] || polarity === 'unknown' || this.#moves[right]) return undefined;
    if (this.#model.nodes[left]!.shape.length !== shape.length || !sameAtBest(this.#model, left, right))
      return undefined;
    return this.#gaps[left];
  }

  /** What is 0 at u* and of one sign is its own slack: `square(q - best)`. */
  #loss(k: number, node: MixerNode): Gap | undefined {
    if (node.op !== 'unary' || !keepsZero.has(node.fn) || !this.#zero(node.of)) return undefined;
    const range = this.#ranges[k]!;
    if (!I.isNonNegative(range) && !I.isNonPositive(range)) return undefined;
    const coefficient = I.exactly(I.isNonNegative(range) ? -1 : 1);
    return { slacks: [{ base: k, summed: false, coefficient }], zero: true };
  }

  /** A never-falling or never-rising function of the utilities is its own slack. */
  #whole(k: number): Gap | undefined {
    const { polarity } = this.#found[k]!;
    if (this.#taken[k] || (polarity !== 'rising' && polarity !== 'falling')) return undefined;
    return {
      slacks: [{ base: k, summed: false, coefficient: I.exactly(polarity === 'rising' ? 1 : -1) }],
      zero: false,
    };
  }

  #linear(node: MixerNode): Gap | undefined {
    switch (node.op) {
      case 'unary': {
        const of = this.#gaps[node.of];
        if (of === undefined) return undefined;
        if (node.fn === 'stop_gradient') return of;
        return node.fn === 'neg' ? weighted(of, I.exactly(-1), of.zero) : undefined;
      }
      case 'reduce': {
        const of = this.#gaps[node.of];
        if (of === undefined || (node.fn !== 'sum' && node.fn !== 'mean')) return undefined;
        const rank = this.#model.nodes[node.of]!.shape.length;
        return summed(of, node.axis !== undefined && rank > 1, node.fn === 'mean');
      }
      case 'reshape':
      case 'index': {
        // Summed slacks do not care where their element lies.
        const of = this.#gaps[node.of];
        return of?.slacks.every(slack => slack.summed) ? of : undefined;
      }
      case 'binary': {
        const left = this.#fitting(node.left, node.shape);
        const right = this.#fitting(node.right, node.shape);
        if (node.fn === 'add' || node.fn === 'sub') {
          if (left === undefined || right === undefined) return undefined;
          const second = node.fn === 'add' ? right : weighted(right, I.exactly(-1), right.zero);
          return sum(left, second);
        }
        if (node.fn === 'mul') return this.#scaled(node.left, left, node.right, right)?.gap;
        if (node.fn === 'div' && left !== undefined && (!this.#moves[node.right] || left.zero))
          return weighted(left, I.reciprocal(this.#ranges[node.right]!), left.zero);
        return undefined;
      }
      case 'matmul': {
        const found = this.#scaled(node.left, this.#gaps[node.left], node.right, this.#gaps[node.right]);
        return found && summed(found.gap, this.#model.nodes[found.of]!.shape.length > 1, false);
      }
      default:
        return undefined;
    }
  }

  /** The gap of an argument; one by elements must have the shape of the result. */
  #fitting(node: number, shape: readonly number[]): Gap | undefined {
    const gap = this.#gaps[node];
    const own = this.#model.nodes[node]!.shape;
    const same = own.length === shape.length && own.every((extent, k) => extent === shape[k]);
    return same || gap?.slacks.every(slack => slack.summed) === true ? gap : undefined;
  }

  /** A product: a fixed factor weighs slacks; any factor weighs what is 0 at u*. `of` is the factor whose slacks these are. */
  #scaled(
    a: number,
    left: Gap | undefined,
    b: number,
    right: Gap | undefined,
  ): { readonly gap: Gap; readonly of: number } | undefined {
    if (left !== undefined && this.#moves[a] && (!this.#moves[b] || left.zero))
      return { gap: weighted(left, this.#ranges[b]!, left.zero), of: a };
    if (right !== undefined && this.#moves[b] && (!this.#moves[a] || right.zero))
      return { gap: weighted(right, this.#ranges[a]!, right.zero), of: b };
    return undefined;
  }

  /** A never-falling function of values that are highest at u*. */
  #below(k: number, node: MixerNode): Gap | undefined {
    const args = argumentsOf(node);
    const below = args.every(arg => isBelow(this.#gaps[arg]));
    const rises =
      (node.op === 'unary' && slopeOf(node.fn, this.#ranges[node.of]!)?.rises === true) ||
      (node.op === 'binary' && (node.fn === 'max' || node.fn === 'min')) ||
      ['reduce', 'reshape', 'index', 'transpose', 'concat'].includes(node.op);
    return below && rises ? { slacks: [{ base: k, summed: false, coefficient: one }], zero: false } : undefined;
  }
}

function weighted(gap: Gap, by: I.Interval, zero: boolean): Gap {
  return { slacks: gap.slacks.map(slack => ({ ...slack, coefficient: I.multiply(slack.coefficient, by) })), zero };
}

/** `partly`: each result adds some of the elements; the others have the coefficient 0 in it. */
function summed(gap: Gap, partly: boolean, mean: boolean): Gap {
  return {
    zero: gap.zero,
    slacks: gap.slacks.map(({ base, summed: before, coefficient }) => {
      const all = before ? I.sumOfSome(coefficient) : partly ? I.hull(coefficient, I.exactly(0)) : coefficient;
      return { base, summed: true, coefficient: mean ? I.multiply(all, I.share) : all };
    }),
  };
}

function sum(a: Gap, b: Gap): Gap {
  const slacks = [...a.slacks];
  for (const slack of b.slacks) {
    const at = slacks.findIndex(other => other.base === slack.base && other.summed === slack.summed);
    const before = slacks[at];
    if (before === undefined) slacks.push(slack);
    else slacks[at] = { ...slack, coefficient: I.add(before.coefficient, slack.coefficient) };
  }
  return { slacks, zero: a.zero && b.zero };
}

/** Is `right` the same as `left` with `best` in the place of `q`? Networks and weights are the same only if they are one node. */
function sameAtBest(model: MixerModel, left: number, right: number): boolean {
  const known = new Map<string, boolean>();
  const same = (a: number, b: number): boolean => {
    const [x, y] = [model.nodes[a]!, model.nodes[b]!];
    if (x.op === 'input' && x.input === 'q') return y.op === 'input' && y.input === 'best';
    const key = `${a} ${b}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = compare(x, y, a === b);
    known.set(key, result);
    return result;
  };
  const compare = (x: MixerNode, y: MixerNode, identical: boolean): boolean => {
    if (x.shape.length !== y.shape.length || x.shape.some((extent, k) => extent !== y.shape[k])) return false;
    const [xs, ys] = [argumentsOf(x), argumentsOf(y)];
    if (xs.length !== ys.length) return false;
    switch (x.op) {
      case 'input':
        return y.op === 'input' && x.input === y.input;
      case 'number':
      case 'size':
        return y.op === x.op && x.value === y.value;
      case 'weight':
        return identical;
      case 'network':
        if (!identical) return false;
        break;
      case 'unary':
        if (y.op !== 'unary' || x.fn !== y.fn) return false;
        break;
      case 'binary':
        if (y.op !== 'binary' || x.fn !== y.fn) return false;
        break;
      case 'reduce':
        if (y.op !== 'reduce' || x.fn !== y.fn || x.axis !== y.axis) return false;
        break;
      case 'index':
        if (y.op !== 'index' || x.at !== y.at) return false;
        break;
      default:
        if (y.op !== x.op) return false;
    }
    return xs.every((arg, k) => same(arg, ys[k]!));
  };
  return same(left, right);
}

/**
 * How every node of a mixer depends on the utilities, all other inputs held fixed:
 *
 * - `polarity`: every element is constant, never falls, or never rises when any utility grows (`unknown`: none of these is shown);
 * - `strict`: which elements move strictly with which utilities, in the direction of the polarity;
 * - `spread`: which utilities an element depends on, for sums of one term per utility.
 *
 * One judgement stands for all elements and all utilities, and no rule looks at an extent, so the result holds for every number of
 * agents. Axes are counted from the last (-1): that is where broadcasting aligns shapes.
 */
import type { MixerModel, MixerNode, Shape, UnaryFunction } from '../../runtime/mixers/model.ts';
import { firstEquals } from './equal.ts';
import * as I from './interval.ts';

export type Polarity = 'constant' | 'rising' | 'falling' | 'unknown';

/** `own`: the element at index i of `axis` moves with utility i. `every`: each element moves with each utility. */
export type Strict =
  | { readonly kind: 'none' }
  | { readonly kind: 'every' }
  | { readonly kind: 'own'; readonly axis: number };

/**
 * `none`: no utility. `own`: the element at index i of `axis` depends on utility i alone. `single`: each element on at most one.
 * `sum`: each element is a sum of terms that depend on one utility each. `mixed`: none of these is shown. The greedy utility of an
 * agent, `best`, counts as its utility here, though it is held fixed where directions are judged.
 */
export type Spread =
  | { readonly kind: 'none' | 'single' | 'sum' | 'mixed' }
  | { readonly kind: 'own'; readonly axis: number };

export interface Dependence {
  readonly polarity: Polarity;
  readonly strict: Strict;
  readonly spread: Spread;
}

const nowhere: Strict = { kind: 'none' };
const everywhere: Strict = { kind: 'every' };
/** Depends on no utility at all. */
const constant: Dependence = { polarity: 'constant', strict: nowhere, spread: { kind: 'none' } };

/** The judgement of every node. */
export function dependences(model: MixerModel, ranges: readonly I.Interval[]): readonly Dependence[] {
  const found: Dependence[] = [];
  const first = firstEquals(model);
  for (const node of model.nodes) {
    const cancels = node.op === 'binary' && node.fn === 'sub' && first[node.left] === first[node.right];
    const judged = cancels ? constant : new Judge(model, ranges, found).of(node);
    // What moves in no known direction, or in none, moves strictly in none.
    const directed = judged.polarity === 'rising' || judged.polarity === 'falling';
    found.push(directed ? judged : { ...judged, strict: nowhere });
  }
  return found;
}

/** Of a function of no known direction. */
function freely(polarity: Polarity): Polarity {
  return polarity === 'constant' ? 'constant' : 'unknown';
}

export function flip(polarity: Polarity): Polarity {
  return polarity === 'rising' ? 'falling' : polarity === 'falling' ? 'rising' : polarity;
}

export function join(a: Polarity, b: Polarity): Polarity {
  if (a === 'constant' || a === b) return b;
  return b === 'constant' ? a : 'unknown';
}

/** The polarity of `x` times something in `by`. */
export function scaled(polarity: Polarity, by: I.Interval): Polarity {
  if (polarity === 'constant' || polarity === 'unknown') return polarity;
  return I.isNonNegative(by) ? polarity : I.isNonPositive(by) ? flip(polarity) : 'unknown';
}

const increasing: ReadonlySet<UnaryFunction> = new Set([
  'exp',
  'log',
  'sqrt',
  'elu',
  'leaky_relu',
  'softplus',
  'sigmoid',
  'tanh',
  'stop_gradient',
]);

/** Does the function never fall (or never rise), and is it strict about it, on this range? */
export function slopeOf(
  fn: UnaryFunction,
  x: I.Interval,
): { readonly rises: boolean; readonly strict: boolean } | undefined {
  if (fn === 'neg') return { rises: false, strict: true };
  if (increasing.has(fn)) return { rises: true, strict: true };
  if (fn === 'relu') return { rises: true, strict: I.isNonNegative(x) };
  if (I.isNonNegative(x)) return { rises: true, strict: true };
  return I.isNonPositive(x) ? { rises: false, strict: true } : undefined;
}

class Judge {
  readonly #model: MixerModel;
  readonly #ranges: readonly I.Interval[];
  readonly #found: readonly Dependence[];

  constructor(model: MixerModel, ranges: readonly I.Interval[], found: readonly Dependence[]) {
    this.#model = model;
    this.#ranges = ranges;
    this.#found = found;
  }

  #shape(node: number): Shape {
    return this.#model.nodes[node]!.shape;
  }

  of(node: MixerNode): Dependence {
    switch (node.op) {
      case 'input':
        if (node.input === 'best') return { ...constant, spread: { kind: 'own', axis: -1 } };
        if (node.input !== 'q') return constant;
        return { polarity: 'rising', strict: { kind: 'own', axis: -1 }, spread: { kind: 'own', axis: -1 } };
      case 'number':
      case 'size':
      case 'weight':
        return constant;
      case 'network':
        return this.#network(node);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.#binary(node);
      case 'matmul':
        return this.#matmul(node);
      case 'reduce':
        return this.#reduce(node);
      case 'softmax': {
        const { polarity, spread } = this.#found[node.of]!;
        if (spread.kind === 'none') return constant;
        const apart = spread.kind === 'own' && spread.axis !== -1;
        return { polarity: freely(polarity), strict: nowhere, spread: apart ? spread : { kind: 'mixed' } };
      }
      case 'concat':
        return this.#concat(node);
      default:
        return this.#moved(node);
    }
  }

  #network(node: MixerNode & { op: 'network' }): Dependence {
    const { polarity, spread } = this.#found[node.of]!;
    if (spread.kind === 'none') return constant;
    const free = { polarity: freely(polarity), strict: nowhere } as const;
    if (spread.kind !== 'own' || spread.axis === -1) return { ...free, spread: { kind: 'mixed' } };
    // One network for all rows: the rows stay apart, in front of the axes of the result.
    const axis = spread.axis + this.#shape(node.of).length - node.shape.length;
    return { ...free, spread: { kind: 'own', axis } };
  }

  #unary(node: MixerNode & { op: 'unary' }): Dependence {
    const of = this.#found[node.of]!;
    if (of.spread.kind === 'none') return constant;
    const linear = node.fn === 'neg' || node.fn === 'stop_gradient';
    const spread: Spread = of.spread.kind === 'sum' && !linear ? { kind: 'mixed' } : of.spread;
    const slope = slopeOf(node.fn, this.#ranges[node.of]!);
    if (slope === undefined) return { polarity: freely(of.polarity), strict: nowhere, spread };
    return {
      polarity: slope.rises ? of.polarity : flip(of.polarity),
      strict: slope.strict ? of.strict : nowhere,
      spread,
    };
  }

  /** The argument of an element-wise operation as the result sees it: `own` is lost where its axis is repeated. */
  #aligned(node: number, shape: Shape): Dependence {
    const found = this.#found[node]!;
    const own = this.#shape(node);
    const kept = (axis: number) => own.at(axis) === shape.at(axis);
    const { strict, spread } = found;
    return {
      polarity: found.polarity,
      strict: strict.kind === 'own' && !kept(strict.axis) ? nowhere : strict,
      spread: spread.kind === 'own' && !kept(spread.axis) ? { kind: 'single' } : spread,
    };
  }

  #binary(node: MixerNode & { op: 'binary' }): Dependence {
    const left = this.#aligned(node.left, node.shape);
    const right = this.#aligned(node.right, node.shape);
    if (left.spread.kind === 'none' && right.spread.kind === 'none') return constant;
    const [l, r] = [this.#ranges[node.left]!, this.#ranges[node.right]!];
    switch (node.fn) {
      case 'add':
      case 'sub': {
        const second = node.fn === 'add' ? right.polarity : flip(right.polarity);
        return {
          polarity: join(left.polarity, second),
          strict: either(left.strict, right.strict),
          spread: added(left.spread, right.spread),
        };
      }
      case 'mul':
        return {
          polarity: join(scaled(left.polarity, r), scaled(right.polarity, l)),
          strict: either(
            I.isPositive(r) || I.isNegative(r) ? left.strict : nowhere,
            I.isPositive(l) || I.isNegative(l) ? right.strict : nowhere,
          ),
          spread: multiplied(left.spread, right.spread),
        };
      case 'div': {
        const signed = I.isPositive(r) || I.isNegative(r);
        const inverse = signed || right.polarity === 'constant' ? flip(right.polarity) : 'unknown';
        const by = I.reciprocal(r);
        return {
          polarity: join(scaled(left.polarity, by), scaled(inverse, l)),
          strict: either(signed ? left.strict : nowhere, I.isPositive(l) || I.isNegative(l) ? right.strict : nowhere),
          spread: right.spread.kind === 'sum' ? { kind: 'mixed' } : multiplied(left.spread, right.spread),
        };
      }
      default: {
        const spread = multiplied(left.spread, right.spread);
        const sum = left.spread.kind === 'sum' || right.spread.kind === 'sum';
        return {
          polarity: join(left.polarity, right.polarity),
          strict: both(left.strict, right.strict),
          spread: sum ? { kind: 'mixed' } : spread,
        };
      }
    }
  }

  #matmul(node: MixerNode & { op: 'matmul' }): Dependence {
    const [left, right] = [this.#found[node.left]!, this.#found[node.right]!];
    if (left.spread.kind === 'none' && right.spread.kind === 'none') return constant;
    const [l, r] = [this.#ranges[node.left]!, this.#ranges[node.right]!];
    const definite = (x: I.Interval) => I.isPositive(x) || I.isNegative(x);
    const polarity = join(scaled(left.polarity, r), scaled(right.polarity, l));
    const rightRank = this.#shape(node.right).length;
    // The contracted axis is the last of the left and the first of the right factor; where the others end up:
    const leftAxis = (axis: number) => (axis === -1 ? undefined : rightRank === 2 ? -2 : -1);
    const rightAxis = (axis: number) => (axis === -rightRank ? undefined : -1);
    const strictOf = (strict: Strict, place: (axis: number) => number | undefined): Strict => {
      if (strict.kind !== 'own') return strict;
      const axis = place(strict.axis);
      return axis === undefined ? everywhere : { kind: 'own', axis };
    };
    const spreadOf = (spread: Spread, place: (axis: number) => number | undefined): Spread => {
      const axis = spread.kind === 'own' ? place(spread.axis) : undefined;
      if (axis !== undefined) return { kind: 'own', axis };
      return spread.kind === 'none' || spread.kind === 'mixed' ? spread : { kind: 'sum' };
    };
    const spread =
      right.spread.kind === 'none'
        ? spreadOf(left.spread, leftAxis)
        : left.spread.kind === 'none'
          ? spreadOf(right.spread, rightAxis)
          : ownProduct(left.spread, right.spread, rightRank, this.#shape(node.left).length);
    return {
      polarity,
      strict: either(
        definite(r) ? strictOf(left.strict, leftAxis) : nowhere,
        definite(l) ? strictOf(right.strict, rightAxis) : nowhere,
      ),
      spread,
    };
  }

  #reduce(node: MixerNode & { op: 'reduce' }): Dependence {
    const of = this.#found[node.of]!;
    if (of.spread.kind === 'none') return constant;
    const { strict, spread, polarity } = of;
    const adds = node.fn === 'sum' || node.fn === 'mean';
    const gone = node.axis === undefined ? undefined : node.axis - this.#shape(node.of).length;
    /** Where an axis is afterwards; undefined if it was reduced. */
    const place = (axis: number) => (gone === undefined || axis === gone ? undefined : axis < gone ? axis + 1 : axis);
    const strictAxis = strict.kind === 'own' ? place(strict.axis) : undefined;
    const spreadAxis = spread.kind === 'own' ? place(spread.axis) : undefined;
    return {
      polarity,
      strict:
        strict.kind !== 'own'
          ? strict
          : strictAxis !== undefined
            ? { kind: 'own', axis: strictAxis }
            : adds
              ? everywhere
              : nowhere,
      spread:
        spreadAxis !== undefined
          ? { kind: 'own', axis: spreadAxis }
          : spread.kind === 'none'
            ? spread
            : { kind: adds && spread.kind !== 'mixed' ? 'sum' : 'mixed' },
    };
  }

  #concat(node: MixerNode & { op: 'concat' }): Dependence {
    const parts = node.parts.map(part => this.#found[part]!);
    const polarity = parts.map(part => part.polarity).reduce(join);
    const kinds = new Set(parts.map(part => part.spread.kind));
    if (kinds.size === 1 && kinds.has('none')) return constant;
    const owned = parts.map(part => part.spread);
    const axis = owned.find(one => one.kind === 'own');
    const sameRows =
      axis?.kind === 'own' &&
      axis.axis !== -1 &&
      owned.every(one => one.kind === 'none' || (one.kind === 'own' && one.axis === axis.axis));
    const strict = parts.map(part => part.strict).reduce(both);
    return {
      polarity,
      // Along the joined axis, places shift.
      strict: strict.kind === 'own' && strict.axis === -1 ? nowhere : strict,
      spread: sameRows ? axis : { kind: kinds.has('mixed') ? 'mixed' : kinds.has('sum') ? 'sum' : 'single' },
    };
  }

  /** Elements in other places: `own` survives where its axis can be followed. */
  #moved(node: MixerNode & { op: 'reshape' | 'transpose' | 'index' }): Dependence {
    const of = this.#found[node.of]!;
    if (of.spread.kind === 'none') return constant;
    const from = this.#shape(node.of);
    const place = (axis: number): number | undefined => {
      if (node.op === 'transpose') return axis === -1 ? -2 : -1;
      if (node.op === 'index') return axis === -from.length ? undefined : axis;
      return followed(from, node.shape, axis);
    };
    const strictAxis = of.strict.kind === 'own' ? place(of.strict.axis) : undefined;
    const spreadAxis = of.spread.kind === 'own' ? place(of.spread.axis) : undefined;
    return {
      polarity: of.polarity,
      strict:
        of.strict.kind !== 'own' ? of.strict : strictAxis === undefined ? nowhere : { kind: 'own', axis: strictAxis },
      spread:
        of.spread.kind !== 'own'
          ? of.spread
          : spreadAxis === undefined
            ? { kind: 'single' }
            : { kind: 'own', axis: spreadAxis },
    };
  }
}

/** Where an axis is after a reshape that only adds or removes axes of extent 1; undefined for any other. */
function followed(from: Shape, to: Shape, axis: number): number | undefined {
  const wide = (shape: Shape) =>
    shape.flatMap((extent, k) => (extent === 1 ? [] : [{ extent, axis: k - shape.length }]));
  const [a, b] = [wide(from), wide(to)];
  if (a.length !== b.length || a.some((one, k) => one.extent !== b[k]!.extent)) return undefined;
  const k = a.findIndex(one => one.axis === axis);
  return k < 0 ? undefined : b[k]!.axis;
}

/** Strict where one of them is; the other does not move against it. */
function either(a: Strict, b: Strict): Strict {
  if (a.kind === 'every' || b.kind === 'none') return a;
  return b.kind === 'every' || a.kind === 'none' ? b : a;
}

/** Strict where both are. */
function both(a: Strict, b: Strict): Strict {
  if (a.kind === 'none' || b.kind === 'none') return nowhere;
  if (a.kind === 'every') return b;
  if (b.kind === 'every') return a;
  return a.axis === b.axis ? a : nowhere;
}

function added(a: Spread, b: Spread): Spread {
  if (a.kind === 'none') return b;
  if (b.kind === 'none') return a;
  if (a.kind === 'mixed' || b.kind === 'mixed') return { kind: 'mixed' };
  return a.kind === 'own' && b.kind === 'own' && a.axis === b.axis ? a : { kind: 'sum' };
}

/** Of any function of two elements that is linear in each; of any function at all where neither is a `sum`. */
function multiplied(a: Spread, b: Spread): Spread {
  if (a.kind === 'none') return b;
  if (b.kind === 'none') return a;
  return a.kind === 'own' && b.kind === 'own' && a.axis === b.axis ? a : { kind: 'mixed' };
}

/** Both factors depend on the utilities: the contracted sum splits only where both lie along the same agents. */
function ownProduct(left: Spread, right: Spread, rightRank: number, leftRank: number): Spread {
  const along = left.kind === 'own' && left.axis === -1 && right.kind === 'own' && right.axis === -rightRank;
  return along && leftRank >= 1 ? { kind: 'sum' } : { kind: 'mixed' };
}

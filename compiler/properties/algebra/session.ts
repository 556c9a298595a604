/** One calculation: its table of atoms and its budget of work. */
import type { Bounds } from '../../game/model.ts';
import { type Atom, boundsOf, made, Poly, type Shape } from './polynomial.ts';

/** Thrown when a calculation grows beyond its budget; whoever started it then knows nothing. */
export class Exhausted extends Error {}

/** Products inside of products. */
const deepest = 300;

export class Session {
  private readonly table = new Map<string, Atom>();
  private readonly numbers = new WeakMap<object, number>();
  private count = 0;
  private left: number;
  private fresh = 1;
  private depth = 0;
  private seen = made.terms;

  /** `work` is the number of terms that may be made. */
  constructor(work: number) {
    this.left = work;
  }

  /** @throws Exhausted */
  spend(work: number): void {
    // Also what was made since the last time.
    this.left -= work + (made.terms - this.seen) / 4;
    this.seen = made.terms;
    if (this.left < 0) throw new Exhausted('the calculation is too long');
  }

  /** Runs `calculate`, which may call itself again, but not without end. @throws Exhausted */
  nested<T>(calculate: () => T): T {
    if (this.depth >= deepest) throw new Exhausted('the calculation is nested too deeply');
    this.depth++;
    try {
      return calculate();
    } finally {
      this.depth--;
    }
  }

  /** Further work with the same atoms, for another question. */
  renew(work: number): void {
    this.left = work;
    this.seen = made.terms;
  }

  /** A stable number of a statement or the like. */
  numberOf(thing: object): number {
    let number = this.numbers.get(thing);
    if (number === undefined) {
      number = ++this.count;
      this.numbers.set(thing, number);
    }
    return number;
  }

  /** A new variable that runs over 0 .. size-1. */
  variable(name: string, size: number): Atom {
    return this.bound(this.fresh++, name, size);
  }

  bound(id: number, name: string, size: number): Atom {
    return this.intern(
      `v${id}:${size}`,
      { kind: 'var', id, size, name },
      { low: 0, high: Math.max(0, size - 1) },
      true,
    );
  }

  /** The one atom of this shape. `bounds` and `whole` must follow from the shape. */
  intern(key: string, shape: Shape, bounds: Bounds, whole: boolean): Atom {
    const known = this.table.get(key);
    if (known !== undefined) return known;
    this.spend(1);
    const { vars, height } = freeOf(shape);
    const atom: Atom = { id: this.table.size, shape, bounds, whole, vars, height };
    this.table.set(key, atom);
    return atom;
  }
}

export const truth: Bounds = { low: 0, high: 1 };
export const anything: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Is the atom always 0 or 1? */
export function isBit(atom: Atom): boolean {
  return atom.whole && atom.bounds.low >= 0 && atom.bounds.high <= 1;
}

/** The polynomials that a shape holds, those under its bound variables included. */
export function partsOf(shape: Shape): readonly Poly[] {
  switch (shape.kind) {
    case 'var':
    case 'time':
      return [];
    case 'load':
      return [...shape.args, shape.index];
    case 'local':
    case 'call':
      return shape.args;
    case 'action':
      return shape.component === undefined ? [shape.agent] : [shape.agent, shape.component];
    case 'less':
    case 'equal':
    case 'inverse':
    case 'abs':
    case 'apply':
      return [shape.of];
    case 'all':
      return shape.of;
    case 'choice':
      return [shape.condition, shape.then, shape.else];
    case 'min':
      return [shape.left, shape.right];
    case 'mod':
      return [shape.of, shape.by];
    case 'sum':
      return shape.body.map(atom => Poly.atom(atom));
    case 'fold':
      return [shape.condition, shape.body];
  }
}

function freeOf(shape: Shape): { vars: ReadonlySet<number>; height: number } {
  if (shape.kind === 'var') return { vars: new Set([shape.id]), height: 0 };
  const vars = new Set<number>();
  let height = 0;
  for (const part of partsOf(shape))
    for (const { atoms } of part.terms.values())
      for (const atom of atoms) {
        height = Math.max(height, atom.height);
        for (const id of atom.vars) vars.add(id);
      }
  if (shape.kind === 'sum' || shape.kind === 'fold') {
    const count = shape.kind === 'sum' ? shape.sizes.length : 1;
    for (let k = 1; k <= count; k++) vars.delete(-shape.low - k);
    height = Math.max(height, shape.low + count);
  }
  return { vars, height };
}

/** Interval of a polynomial as a whole number range, where it is whole and small: its values one by one. */
export function smallRange(poly: Poly, most: number): { readonly low: number; readonly high: number } | undefined {
  const bounds = boundsOf(poly);
  if (!poly.whole || !(bounds.high - bounds.low < most)) return undefined;
  return bounds;
}

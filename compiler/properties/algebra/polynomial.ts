/**
 * Polynomials with rational coefficients over atoms, in a normal form: equal polynomials over the same atoms have equal keys. An
 * atom stands for a number that the arithmetic here cannot look into: an element of the state, a choice, a condition (0 or 1),
 * a square root. Atoms are interned, so that a monomial is a sorted list of them.
 */
import { Rational } from '../../../runtime/games/rational.ts';
import type { Bounds, IrFunction, Local, Store, UnaryOperator } from '../../game/model.ts';

export interface Atom {
  readonly id: number;
  readonly shape: Shape;
  readonly bounds: Bounds;
  /** Is its value always a whole number? */
  readonly whole: boolean;
  /** The free variables in it. */
  readonly vars: ReadonlySet<number>;
  /** Variables bound inside are numbered -1 .. -height. */
  readonly height: number;
}

export type Shape =
  /** The variable of a loop or sum: 0 .. size-1. */
  | { readonly kind: 'var'; readonly id: number; readonly size: number; readonly name: string }
  /** An element of a store as it was at one moment: `version` 0 is the start of the step, `args` are the loops then running. */
  | {
      readonly kind: 'load';
      readonly store: Store;
      readonly version: number;
      readonly args: readonly Poly[];
      readonly index: Poly;
    }
  | { readonly kind: 'local'; readonly local: Local; readonly args: readonly Poly[] }
  | { readonly kind: 'action'; readonly agent: Poly; readonly part: number; readonly component: Poly | undefined }
  | { readonly kind: 'time' }
  /** 1 if `of < than`, else 0. `of` has no constant term. */
  | { readonly kind: 'less'; readonly of: Poly; readonly than: Rational }
  | { readonly kind: 'equal'; readonly of: Poly; readonly to: Rational }
  /** 1 if all of these conditions are 1: a conjunction too long to multiply out. */
  | { readonly kind: 'all'; readonly of: readonly Poly[] }
  | { readonly kind: 'choice'; readonly condition: Poly; readonly then: Poly; readonly else: Poly }
  /** 1 / of, and 0 where `of` is 0 (where no program divides). */
  | { readonly kind: 'inverse'; readonly of: Poly }
  | { readonly kind: 'abs'; readonly of: Poly }
  | { readonly kind: 'min'; readonly left: Poly; readonly right: Poly }
  | { readonly kind: 'mod'; readonly of: Poly; readonly by: Poly }
  | { readonly kind: 'apply'; readonly operator: UnaryOperator; readonly of: Poly }
  | { readonly kind: 'call'; readonly fn: IrFunction; readonly args: readonly Poly[] }
  /** The sum over bound variables -low-1, -low-2, ... (one per size) of a product. */
  | {
      readonly kind: 'sum';
      readonly low: number;
      readonly sizes: readonly number[];
      readonly names: readonly string[];
      readonly body: readonly Atom[];
    }
  /** Any other fold over the bound variable -low-1 of the elements for which `condition` is 1. */
  | {
      readonly kind: 'fold';
      readonly operator: 'product' | 'min' | 'max' | 'all' | 'argmin' | 'argmax';
      readonly low: number;
      readonly size: number;
      readonly name: string;
      readonly condition: Poly;
      readonly body: Poly;
    };

export interface Term {
  readonly coefficient: Rational;
  /** Sorted by id; a power is a repetition. */
  readonly atoms: readonly Atom[];
}

/** Terms of all polynomials made so far: what a calculation costs is measured by them. */
export const made = { terms: 0 };

/** An immutable polynomial; terms are keyed by their atoms' ids. */
export class Poly {
  readonly terms: ReadonlyMap<string, Term>;
  private text: string | undefined;

  constructor(terms: ReadonlyMap<string, Term>) {
    this.terms = terms;
    made.terms += terms.size;
  }

  static readonly zero: Poly = new Poly(new Map());
  static readonly one: Poly = Poly.constant(Rational.one);

  static constant(value: Rational): Poly {
    return value.sign === 0 ? Poly.zero : new Poly(new Map([['', { coefficient: value, atoms: [] }]]));
  }
  static int(value: number): Poly {
    return Poly.constant(Rational.of(value));
  }
  static atom(atom: Atom): Poly {
    return new Poly(new Map([[`${atom.id}`, { coefficient: Rational.one, atoms: [atom] }]]));
  }
  /** A product of atoms that is in normal form already. */
  static term(coefficient: Rational, atoms: readonly Atom[]): Poly {
    return coefficient.sign === 0 ? Poly.zero : new Poly(new Map([[keyOf(atoms), { coefficient, atoms }]]));
  }

  /** Equal polynomials have equal keys. */
  get key(): string {
    if (this.text === undefined) {
      const parts = [...this.terms].map(([key, { coefficient }]) => `${coefficient}*${key}`);
      this.text = parts.sort().join('+');
    }
    return this.text;
  }
  get isZero(): boolean {
    return this.terms.size === 0;
  }
  get constant(): Rational | undefined {
    if (this.terms.size === 0) return Rational.zero;
    return this.terms.size === 1 ? this.terms.get('')?.coefficient : undefined;
  }
  /** The constant term. */
  get offset(): Rational {
    return this.terms.get('')?.coefficient ?? Rational.zero;
  }
  /** The atom that this polynomial is, if it is one. */
  get single(): Atom | undefined {
    if (this.terms.size !== 1) return undefined;
    for (const { coefficient, atoms } of this.terms.values())
      return atoms.length === 1 && coefficient.equals(Rational.one) ? atoms[0] : undefined;
    return undefined;
  }
  equals(other: Poly): boolean {
    return this === other || (this.terms.size === other.terms.size && this.key === other.key);
  }

  add(other: Poly): Poly {
    if (this.isZero) return other;
    if (other.isZero) return this;
    const sum = new Map(this.terms);
    for (const [key, term] of other.terms) {
      const mine = sum.get(key);
      const coefficient = mine === undefined ? term.coefficient : mine.coefficient.add(term.coefficient);
      if (coefficient.sign === 0) sum.delete(key);
      else sum.set(key, { coefficient, atoms: term.atoms });
    }
    return new Poly(sum);
  }
  scale(factor: Rational): Poly {
    if (factor.sign === 0) return Poly.zero;
    if (factor.equals(Rational.one)) return this;
    const terms = new Map<string, Term>();
    for (const [key, { coefficient, atoms }] of this.terms)
      terms.set(key, { coefficient: coefficient.mul(factor), atoms });
    return new Poly(terms);
  }
  neg(): Poly {
    return this.scale(Rational.of(-1));
  }
  sub(other: Poly): Poly {
    return this.add(other.neg());
  }

  /** Does one of the free variables occur? */
  dependsOn(variable: number): boolean {
    for (const { atoms } of this.terms.values()) for (const atom of atoms) if (atom.vars.has(variable)) return true;
    return false;
  }
  /** Is the value always a whole number? */
  get whole(): boolean {
    for (const { coefficient, atoms } of this.terms.values())
      if (!coefficient.isInteger || !atoms.every(atom => atom.whole)) return false;
    return true;
  }
  get height(): number {
    let height = 0;
    for (const { atoms } of this.terms.values()) for (const atom of atoms) height = Math.max(height, atom.height);
    return height;
  }
}

/** A polynomial under construction. */
export class Collector {
  private readonly terms = new Map<string, Term>();

  add(poly: Poly, factor: Rational = Rational.one): void {
    const plain = factor.equals(Rational.one);
    for (const [key, { coefficient, atoms }] of poly.terms)
      this.put(key, plain ? coefficient : coefficient.mul(factor), atoms);
  }
  /** A product of atoms in normal form. */
  put(key: string, coefficient: Rational, atoms: readonly Atom[]): void {
    const mine = this.terms.get(key);
    const sum = mine === undefined ? coefficient : mine.coefficient.add(coefficient);
    if (sum.sign === 0) this.terms.delete(key);
    else this.terms.set(key, { coefficient: sum, atoms });
  }
  done(): Poly {
    return this.terms.size === 0 ? Poly.zero : new Poly(this.terms);
  }
}

export function keyOf(atoms: readonly Atom[]): string {
  let key = '';
  for (const atom of atoms) key += key === '' ? `${atom.id}` : `,${atom.id}`;
  return key;
}

/** The values that a polynomial may take, from those of its atoms taken one by one; a little wider where doubles round. */
export function boundsOf(poly: Poly): Bounds {
  let low = 0;
  let high = 0;
  let slack = 0;
  let exact = true;
  for (const { coefficient, atoms } of poly.terms.values()) {
    const factor = coefficient.toNumber();
    let range: Bounds = { low: factor, high: factor };
    for (let k = 0; k < atoms.length; k++) {
      const atom = atoms[k] as Atom;
      // An even power is not negative.
      if (atoms[k + 1] === atom) {
        const square = product(atom.bounds, atom.bounds);
        range = product(range, { low: Math.max(0, square.low), high: square.high });
        k++;
      } else range = product(range, atom.bounds);
    }
    low += range.low;
    high += range.high;
    if (!Number.isSafeInteger(range.low) || !Number.isSafeInteger(range.high)) exact = false;
    for (const end of [range.low, range.high]) if (Number.isFinite(end)) slack += Math.abs(end);
  }
  if (Number.isNaN(low) || Number.isNaN(high)) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  if (exact && slack <= Number.MAX_SAFE_INTEGER) return { low: low + 0, high: high + 0 };
  return { low: low - 1e-12 * slack, high: high + 1e-12 * slack };
}

function product(a: Bounds, b: Bounds): Bounds {
  const ends = [times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

/** Zero times an open end is zero: the end is not a value. */
function times(x: number, y: number): number {
  return x === 0 || y === 0 ? 0 : x * y;
}

/** What a condition says about the values of expressions, as bounds by structural key. */
import type { Bounds, IrExpr, IrFunction, Local, Store } from '../game/model.ts';
import * as B from './bounds.ts';
import { constantOf, currentFacts, keyOf, local, withFacts } from './ir.ts';
import { substitute } from './substitute.ts';

/** Immutable: each refinement adds one link. */
export class Facts {
  private readonly known: ReadonlyMap<number, Bounds>;
  private readonly outer: Facts | undefined;

  constructor(known: ReadonlyMap<number, Bounds>, outer: Facts | undefined) {
    this.known = known;
    this.outer = outer;
  }

  bounds(key: number): Bounds | undefined {
    const here = this.known.get(key);
    const there = this.outer?.bounds(key);
    if (here === undefined) return there;
    return there === undefined ? here : B.intersect(here, there);
  }
}

/** What `let` names stand for, so that a condition on the name says something about its definition. */
export interface Definitions {
  ofLocal(local: Local): IrExpr | undefined;
  /** The definition of element `index` of an array bound by `let`. */
  ofElement(store: Store, index: IrExpr): IrExpr | undefined;
}

/** The facts that hold where `condition` is true (`truth`) or false. */
export function refine(condition: IrExpr, truth: boolean, definitions: Definitions): Facts | undefined {
  const known = new Map<number, Bounds>();
  const learn = (e: IrExpr, bounds: Bounds) => {
    const key = keyOf(e);
    const old = known.get(key);
    known.set(key, old === undefined ? bounds : B.intersect(old, bounds));
  };
  const boundsOf = (e: IrExpr): Bounds => {
    const fact = known.get(keyOf(e));
    return fact === undefined ? e.bounds : B.intersect(e.bounds, fact);
  };

  /** `e` lies in `bounds`; passes the news on to what `e` is made of. */
  const narrow = (e: IrExpr, bounds: Bounds, depth: number) => {
    if (e.op === 'const' || depth > 12) return;
    learn(e, bounds);
    if (e.op === 'unary' && e.operator === 'toReal') narrow(e.operand, roundInward(bounds), depth + 1);
    if (e.op === 'unary' && e.operator === 'neg') narrow(e.operand, B.negate(bounds), depth + 1);
    if (e.op === 'binary' && e.operator === 'add') {
      const exact = isWhole(e.left) && isWhole(e.right);
      narrow(e.left, difference(bounds, boundsOf(e.right), exact), depth + 1);
      narrow(e.right, difference(bounds, boundsOf(e.left), exact), depth + 1);
    }
    if (e.op === 'binary' && e.operator === 'sub') {
      const exact = isWhole(e.left) && isWhole(e.right);
      narrow(e.left, difference(bounds, B.negate(boundsOf(e.right)), exact), depth + 1);
      narrow(e.right, difference(boundsOf(e.left), bounds, exact), depth + 1);
    }
    if (e.op === 'unary' && e.operator === 'abs' && Number.isFinite(bounds.high)) {
      narrow(e.operand, B.between(-bounds.high, bounds.high), depth + 1);
    }
    const definition = definitionOf(e);
    if (definition !== undefined) narrow(definition, bounds, depth + 1);
  };

  const definitionOf = (e: IrExpr): IrExpr | undefined => {
    if (e.op === 'local') return definitions.ofLocal(e.local);
    if (e.op === 'load') return definitions.ofElement(e.store, e.index);
    return undefined;
  };

  const compare = (operator: string, left: IrExpr, right: IrExpr, depth: number) => {
    const integral = left.scalar === 'int' && right.scalar === 'int';
    const gap = integral ? 1 : 0;
    const a = boundsOf(left);
    const b = boundsOf(right);
    switch (operator) {
      case 'eq':
        narrow(left, b, depth);
        narrow(right, a, depth);
        return;
      case 'ne':
        if (B.isConstant(b)) exclude(left, b.low, integral, depth);
        if (B.isConstant(a)) exclude(right, a.low, integral, depth);
        return;
      case 'lt':
        narrow(left, B.between(-Infinity, strictBelow(b.high, gap)), depth);
        narrow(right, B.between(strictAbove(a.low, gap), Infinity), depth);
        return;
      case 'le':
        narrow(left, B.between(-Infinity, b.high), depth);
        narrow(right, B.between(a.low, Infinity), depth);
        return;
      case 'gt':
        return compare('lt', right, left, depth);
      case 'ge':
        return compare('le', right, left, depth);
    }
  };

  const exclude = (e: IrExpr, value: number, integral: boolean, depth: number) => {
    const bounds = boundsOf(e);
    const gap = integral ? 1 : 0;
    if (bounds.low === value) narrow(e, B.between(strictAbove(value, gap), bounds.high), depth);
    if (bounds.high === value) narrow(e, B.between(bounds.low, strictBelow(value, gap)), depth);
  };

  const visit = (e: IrExpr, holds: boolean, depth: number) => {
    if (depth > 12) return;
    learn(e, B.exactly(holds ? 1 : 0));
    if (e.op === 'unary' && e.operator === 'not') return visit(e.operand, !holds, depth + 1);
    if (e.op === 'and' || e.op === 'or') {
      const both = (e.op === 'and') === holds;
      if (both) {
        visit(e.left, holds, depth + 1);
        visit(e.right, holds, depth + 1);
      } else {
        // One side already settled leaves the other: `not (a and b)` with a known true says `not b`.
        const leftKnown = settled(e.left);
        const rightKnown = settled(e.right);
        if (leftKnown === !holds) visit(e.right, holds, depth + 1);
        if (rightKnown === !holds) visit(e.left, holds, depth + 1);
      }
      return;
    }
    if (e.op === 'binary') {
      const opposite: Record<string, string> = { eq: 'ne', ne: 'eq', lt: 'ge', ge: 'lt', gt: 'le', le: 'gt' };
      if (e.operator in opposite)
        compare(holds ? e.operator : (opposite[e.operator] as string), e.left, e.right, depth + 1);
      return;
    }
    if (e.op === 'select') {
      // `if c then false else d` being true says d and not c; and the like.
      const t = constantOf(e.then);
      const f = constantOf(e.else);
      if (t !== undefined && (t !== 0) !== holds) {
        visit(e.condition, false, depth + 1);
        visit(e.else, holds, depth + 1);
      } else if (f !== undefined && (f !== 0) !== holds) {
        visit(e.condition, true, depth + 1);
        visit(e.then, holds, depth + 1);
      }
      return;
    }
    if (e.op === 'call') {
      const body = expand(e.fn, e.args);
      if (body !== undefined) visit(body, holds, depth + 1);
      return;
    }
    const definition = definitionOf(e);
    if (definition !== undefined) visit(definition, holds, depth + 1);
  };

  const settled = (e: IrExpr): boolean | undefined => {
    const bounds = boundsOf(e);
    return B.isConstant(bounds) ? bounds.low !== 0 : undefined;
  };

  // Twice: what the second half of a conjunction says may sharpen the first half.
  visit(condition, truth, 0);
  const outer = currentFacts();
  return withFacts(new Facts(new Map(known), outer), () => {
    visit(condition, truth, 0);
    return known.size === 0 ? outer : new Facts(known, outer);
  });
}

/** The body of a function without statements, at these arguments. */
function expand(fn: IrFunction, args: readonly IrExpr[]): IrExpr | undefined {
  if (fn.body.length > 0) return undefined;
  return substitute(fn.result, new Map(fn.params.map((p, k) => [p, args[k] ?? local(p)])));
}

/** Definitions of element-wise `let` arrays: the element at the loop variables, to be taken at other indices. */
export interface ElementDefinition {
  readonly variables: readonly Local[];
  readonly sizes: readonly number[];
  readonly value: IrExpr;
}

/** The value of a definition at a flat index built as `i * n + j`, if the index splits into the dimensions. */
export function elementAt(definition: ElementDefinition, index: IrExpr): IrExpr | undefined {
  const { variables, sizes, value } = definition;
  if (variables.length === 1) return substitute(value, new Map([[variables[0] as Local, index]]));
  const replacements = new Map<Local, IrExpr>();
  let rest = index;
  for (let d = variables.length - 1; d > 0; d--) {
    const size = sizes[d] as number;
    if (rest.op !== 'binary' || rest.operator !== 'add' || rest.left.op !== 'binary' || rest.left.operator !== 'mul')
      return undefined;
    if (constantOf(rest.left.right) !== size) return undefined;
    replacements.set(variables[d] as Local, rest.right);
    rest = rest.left.left;
  }
  replacements.set(variables[0] as Local, rest);
  return substitute(value, replacements);
}

function roundInward(bounds: Bounds): Bounds {
  return { low: Math.ceil(bounds.low), high: Math.floor(bounds.high) };
}

// For reals a strict bound excludes the end itself; the next double is as good as any open end.
function strictAbove(value: number, gap: number): number {
  return gap === 1 ? value + 1 : nextUp(value);
}
function strictBelow(value: number, gap: number): number {
  return gap === 1 ? value - 1 : -nextUp(-value);
}

/** The least double above `value`. */
function nextUp(value: number): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

/** Is the value a whole number even where its kind is real? Sums of those do not round. */
function isWhole(e: IrExpr): boolean {
  return (
    e.scalar === 'int' ||
    (e.op === 'unary' && e.operator === 'toReal') ||
    (e.op === 'const' && Number.isSafeInteger(constantOf(e)))
  );
}

/**
 * What is left of `whole` when `part` is taken away. A sum of doubles is rounded, so that `x + 4 <= 4` still lets x be a little
 * above 0: the ends give way by what rounding may have hidden.
 */
function difference(whole: Bounds, part: Bounds, exact: boolean): Bounds {
  const { low, high } = B.add(whole, B.negate(part));
  if (exact) return { low, high };
  const slack = (a: number, b: number) => {
    const size = (Math.abs(a) + Math.abs(b)) * 2 * Number.EPSILON;
    return Number.isFinite(size) ? size : 0;
  };
  return { low: low - slack(whole.low, part.high), high: high + slack(whole.high, part.low) };
}

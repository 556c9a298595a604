/**
 * Whole numbers are doubles, exact up to 2^53 - 1 in size. Where ranges are known the compiler refuses what could lie beyond; what
 * is made of numbers without a range is checked while the game is played, in every reading, by what this file says: a sum,
 * difference or product whose operands are exact is exact itself if the double that is computed for it lies within those limits
 * (rounding never leads back inside), so one comparison per such operation keeps every whole number right.
 */
import * as B from '../elaborate/bounds.ts';
import { OverflowError } from './evaluateErrors.ts';
import type { Bounds, GameModel, IrExpr, IrFunction, IrStmt, Local, Store, ViewValue } from './model.ts';
import { blocksOf, expressionsOf, partsOf } from './parts.ts';

/** The greatest whole number up to which all are exact. */
export const greatestWhole = Number.MAX_SAFE_INTEGER;

const exact: Bounds = { low: -greatestWhole, high: greatestWhole };
/** Steps are counted in 32 bits. */
const steps: Bounds = { low: 0, high: 2_147_483_647 };

/** What the error says: a rule and a fact, without a place. */
export function beyondWholes(of: string): string {
  return `whole numbers are exact up to 9,007,199,254,740,991 (2^53 - 1), but one made of ${of} goes beyond`;
}

/** The number, if it lies within the limits. @throws OverflowError otherwise, and for what is not a number. */
export function requireExact(value: number, of: readonly string[]): number {
  if (value >= -greatestWhole && value <= greatestWhole) return value;
  throw new OverflowError(beyondWholes(of.map(name => `\`${name}\``).join(', ')));
}

function isExact(bounds: Bounds): boolean {
  return B.contains(exact, bounds);
}

const known = new WeakMap<GameModel, Wholes>();

/** What a game's whole numbers need, worked out once. */
export function wholesOf(model: GameModel): Wholes {
  let wholes = known.get(model);
  if (wholes === undefined) {
    wholes = new Wholes(model);
    known.set(model, wholes);
  }
  return wholes;
}

/** Which whole numbers of a game have to be checked when they are computed. */
export class Wholes {
  private readonly model: GameModel;
  private ranges = new WeakMap<IrExpr, Bounds>();
  /** Sharper ranges of locals whose own say too little. */
  private locals: Map<number, Bounds> | undefined;
  /** False while ranges of parameters are not complete. */
  private entersCalls = true;

  constructor(model: GameModel) {
    this.model = model;
  }

  /** Can this sum, difference or product be too large? Then it is checked as it is computed, at every step of a fold. */
  mayLeave(e: IrExpr): boolean {
    return isArithmetic(e) && !isExact(e.bounds) && !isExact(this.computed(e));
  }

  /** Can this whole number be too large, and is it not checked where it is computed? Such is a rounded real. */
  isUnchecked(e: IrExpr): boolean {
    return e.scalar === 'int' && !isExact(e.bounds) && !isExact(this.rangeOf(e));
  }

  /** The variables that an expression is made of. */
  names(e: IrExpr): readonly string[] {
    const found = new Set<string>();
    const visit = (part: IrExpr): void => {
      if (part.op === 'load' && part.store.role.kind !== 'constant') found.add(variableOf(this.model, part.store));
      else if (part.op === 'local') found.add(part.local.name);
      if (part.op === 'load') return;
      for (const inner of partsOf(part)) visit(inner);
    };
    visit(e);
    return [...found];
  }

  /** The values of a whole number, once checked. */
  private rangeOf(e: IrExpr): Bounds {
    if (e.scalar === 'real' || isExact(e.bounds)) return e.bounds;
    const known = this.ranges.get(e);
    if (known !== undefined) return known;
    const computed = this.computed(e);
    const range = isArithmetic(e) ? B.intersect(computed, exact) : computed;
    this.ranges.set(e, range);
    return range;
  }

  private computed(e: IrExpr): Bounds {
    return B.intersect(e.bounds, this.fromParts(e));
  }

  private fromParts(e: IrExpr): Bounds {
    switch (e.op) {
      case 'local':
        this.locals ??= this.sharpened();
        return this.locals.get(e.local.id) ?? e.bounds;
      case 'load':
        // What is stored has been checked.
        return exact;
      case 'time':
        return steps;
      case 'select':
        return B.union(this.rangeOf(e.then), this.rangeOf(e.else));
      case 'call':
        return this.entersCalls ? this.rangeOf(e.fn.result) : e.bounds;
      case 'unary':
        if (e.operator === 'neg') return B.negate(this.rangeOf(e.operand));
        return e.operator === 'abs' ? B.absolute(this.rangeOf(e.operand)) : e.bounds;
      case 'binary':
        return this.ofBinary(e);
      case 'reduce':
        return this.ofFold(e);
      default:
        return e.bounds;
    }
  }

  private ofBinary(e: Extract<IrExpr, { op: 'binary' }>): Bounds {
    const a = this.rangeOf(e.left);
    const b = this.rangeOf(e.right);
    switch (e.operator) {
      case 'add':
        return B.add(a, b);
      case 'sub':
        return B.add(a, B.negate(b));
      case 'mul':
        return B.multiply(a, b);
      case 'min':
        return B.minimum(a, b);
      case 'max':
        return B.maximum(a, b);
      case 'mod':
        return B.remainder(a, b);
      case 'idiv':
        return B.floorDivide(a, b);
      default:
        return e.bounds;
    }
  }

  private ofFold(e: Extract<IrExpr, { op: 'reduce' }>): Bounds {
    const body = this.rangeOf(e.body);
    switch (e.operator) {
      case 'sum':
        return B.repeated(body, { low: 0, high: e.count.bounds.high }, false);
      case 'product': {
        const size = B.magnitude(body);
        let most = 1;
        for (let k = 0; k < e.count.bounds.high && size > 1 && most <= greatestWhole; k++) most *= size;
        return { low: body.low >= 0 ? 0 : -most, high: most };
      }
      case 'min':
      case 'max':
        return body;
      default:
        return e.bounds;
    }
  }

  /** Ranges of parameters from all calls, and of `let` variables from their values; callers come before what they call. */
  private sharpened(): Map<number, Bounds> {
    const found = new Map<number, Bounds>();
    this.locals = found;
    this.entersCalls = false;
    const widen = (param: Local, arg: IrExpr | undefined): void => {
      if (arg === undefined || isExact(param.bounds) || param.scalar === 'real') return;
      const before = found.get(param.id);
      const range = this.rangeOf(arg);
      found.set(param.id, before === undefined ? range : B.union(before, range));
    };
    const visit = (e: IrExpr): void => {
      if (e.op === 'call') for (const [k, param] of e.fn.params.entries()) widen(param, e.args[k]);
      for (const part of partsOf(e)) visit(part);
    };
    const block = (stmts: readonly IrStmt[]): void => {
      for (const stmt of stmts) {
        for (const e of expressionsOf(stmt)) visit(e);
        if (stmt.op === 'let' && stmt.local.scalar === 'int' && !isExact(stmt.local.bounds))
          found.set(stmt.local.id, this.rangeOf(stmt.value));
        for (const inner of blocksOf(stmt)) block(inner);
      }
    };
    for (const { stmts, exprs } of codeOf(this.model)) {
      block(stmts);
      exprs.forEach(visit);
    }
    this.entersCalls = true;
    this.ranges = new WeakMap();
    return found;
  }
}

interface Piece {
  readonly stmts: readonly IrStmt[];
  readonly exprs: readonly IrExpr[];
}

/** All code of a game: its own, then every function that is called, callers first. */
function codeOf(model: GameModel): readonly Piece[] {
  const { turn, active, end, legal, rewards } = model;
  const views = [...model.classes.map(cls => cls.observation), model.globalState];
  const own = [...rewards, end, turn, active?.condition, ...legal.map(clause => clause?.condition)];
  const root: Piece = {
    stmts: [...model.init, ...model.step, ...model.after, ...views.flatMap(view => view.prelude)],
    exprs: [...own.filter(e => e !== undefined), ...views.flatMap(view => view.pieces.map(piece => piece.value))],
  };
  const seen = new Set<IrFunction>();
  const calleesFirst: Piece[] = [];
  const enter = (piece: Piece): void => {
    const visit = (e: IrExpr): void => {
      if (e.op === 'call' && !seen.has(e.fn)) {
        seen.add(e.fn);
        enter({ stmts: e.fn.body, exprs: [e.fn.result] });
      }
      partsOf(e).forEach(visit);
    };
    const block = (stmts: readonly IrStmt[]): void => {
      for (const stmt of stmts) {
        expressionsOf(stmt).forEach(visit);
        blocksOf(stmt).forEach(block);
      }
    };
    block(piece.stmts);
    piece.exprs.forEach(visit);
    calleesFirst.push(piece);
  };
  enter(root);
  return calleesFirst.reverse();
}

function isArithmetic(e: IrExpr): boolean {
  if (e.scalar !== 'int') return false;
  if (e.op === 'reduce') return e.operator === 'sum' || e.operator === 'product';
  return e.op === 'binary' && (e.operator === 'add' || e.operator === 'sub' || e.operator === 'mul');
}

function variableOf(model: GameModel, store: Store): string {
  const state = model.state.find(({ role }) => role.kind === 'state' && role.next === store) ?? store;
  const within = (value: ViewValue): boolean => {
    switch (value.kind) {
      case 'number':
      case 'named':
        return value.store === state;
      case 'record':
        return value.fields.some(field => within(field.value));
      case 'array':
        return value.items.some(within);
      case 'seq':
        return value.length.store === state || value.items.some(within);
      case 'tuple':
        return value.items.some(within);
    }
  };
  return model.view.find(({ value }) => within(value))?.name ?? store.name;
}

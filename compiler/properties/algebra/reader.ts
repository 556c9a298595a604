/**
 * Reads expressions and statements of a game into polynomials over the state before the step, the actions and what is drawn. Loops
 * over families are read for one pass with a variable; what a loop carries from pass to pass stays unknown. Every draw, and
 * every value that cannot be followed, is an atom of its own named by the statement and the passes it stands in, so that
 * equations between the results hold whatever these are.
 */
import { Rational } from '../../../runtime/games/rational.ts';
import type { Bounds, GameModel, IrExpr, IrFunction, IrStmt, Local, Store } from '../../game/model.ts';
import * as F from './functions.ts';
import { layoutOf, readsStore, type Write, writtenBy } from './loops.ts';
import { type Content, type Lazy, once, read, untouched } from './memory.ts';
import { boundsOf, Poly } from './polynomial.ts';
import { equal, less, multiply } from './product.ts';
import { Exhausted, type Session } from './session.ts';
import { actionKey, callKey, fold, local, sum } from './sums.ts';

export interface Options {
  /** Folds over at most so many elements are written out. */
  readonly unroll: number;
  /** Actions that are given: the ordinal of the whole finite action of some agents. */
  readonly chosen?: ReadonlyMap<number, readonly number[]>;
}

interface Scope {
  readonly values: Map<number, Lazy>;
  readonly parent: Scope | undefined;
}

/** One place in a run: what names mean and stores hold there. */
export interface Frame {
  readonly scope: Scope;
  stores: ReadonlyMap<number, Content>;
  /** The passes of the loops around. */
  readonly passes: readonly Poly[];
}

type Known = Map<IrExpr, Poly>;

export class Reader {
  readonly session: Session;
  private readonly model: GameModel;
  private readonly options: Options;
  /** Collects what a loop writes while one of its passes is tried. */
  private writes: Write[] | undefined;

  constructor(session: Session, model: GameModel, options: Options) {
    this.session = session;
    this.model = model;
    this.options = options;
  }

  start(): Frame {
    return { scope: { values: new Map(), parent: undefined }, stores: new Map(), passes: [] };
  }

  // ------------------------------------------------------------------------------------------ statements

  run(body: readonly IrStmt[], frame: Frame): void {
    for (const stmt of body) this.statement(stmt, frame);
  }

  /** Statements of which only is known that they have run. */
  pass(body: readonly IrStmt[], frame: Frame): void {
    for (const stmt of body) this.forget(writtenBy([stmt]), this.session.numberOf(stmt), frame);
  }

  private forget(stores: ReadonlySet<Store>, version: number, frame: Frame): void {
    const next = new Map(frame.stores);
    for (const store of stores) next.set(store.id, { kind: 'plain', store, version, args: frame.passes });
    frame.stores = next;
  }

  private statement(stmt: IrStmt, frame: Frame): void {
    this.session.spend(1);
    switch (stmt.op) {
      case 'let': {
        const place = snapshot(frame);
        frame.scope.values.set(
          stmt.local.id,
          once(() => this.expression(stmt.value, place)),
        );
        return;
      }
      case 'draw': {
        const drawn = local(this.session, stmt.local, frame.passes);
        frame.scope.values.set(stmt.local.id, () => drawn);
        return;
      }
      case 'such_that':
        this.run(stmt.body, frame);
        return;
      case 'copy':
        this.put(frame, stmt.to, contentOf(frame, stmt.from));
        return;
      case 'store': {
        const place = snapshot(frame);
        const index = once(() => this.expression(stmt.index, place));
        if (this.writes !== undefined) this.writes.push({ store: stmt.store, index: index() });
        const value = once(() => this.expression(stmt.value, place));
        this.put(frame, stmt.store, { kind: 'point', index, value, under: contentOf(frame, stmt.store) });
        return;
      }
      case 'if':
        this.branch(stmt, frame);
        return;
      case 'for':
        this.loop(stmt, frame);
        return;
    }
  }

  private put(frame: Frame, store: Store, content: Content): void {
    frame.stores = new Map(frame.stores).set(store.id, content);
  }

  private branch(stmt: Extract<IrStmt, { op: 'if' }>, frame: Frame): void {
    const place = snapshot(frame);
    const condition = once(() => this.test(stmt.condition, place));
    const sides = [stmt.then, stmt.else].map(body => {
      const side = { ...inner(frame), stores: frame.stores };
      this.run(body, side);
      return side;
    });
    const stores = new Map(frame.stores);
    for (const store of writtenBy([stmt])) {
      const [then, otherwise] = sides.map(side => contentOf(side, store));
      if (then !== undefined && otherwise !== undefined)
        stores.set(store.id, { kind: 'branch', condition, then, else: otherwise });
    }
    frame.stores = stores;
  }

  private loop(stmt: Extract<IrStmt, { op: 'for' }>, frame: Frame): void {
    const count = this.expression(stmt.count, snapshot(frame)).constant?.toNumber();
    const written = writtenBy(stmt.body);
    if (count === undefined) {
      this.forgetLoop(stmt, written, frame);
      return;
    }
    const carried = [...written].filter(store => readsStore(stmt.body, store));
    if (carried.length > 0 && count <= this.options.unroll && this.writes === undefined) {
      for (let k = 0; k < count; k++) this.run(stmt.body, this.inPass(stmt, frame, frame, Poly.int(k), []));
      return;
    }
    const outer = this.writes;
    const found: Write[] = [];
    this.writes = found;
    const variable = this.session.variable(stmt.variable.name, count);
    const before: Frame = { ...frame };
    try {
      this.run(stmt.body, this.inPass(stmt, before, { ...before }, Poly.atom(variable), carried));
    } finally {
      this.writes = outer;
    }
    outer?.push(...found);
    const passes = new Map<string, Frame>();
    const at = (pass: Poly): Frame => {
      let known = passes.get(pass.key);
      if (known === undefined) {
        known = this.inPass(stmt, before, { ...before }, pass, carried);
        const collecting = this.writes;
        this.writes = undefined;
        try {
          this.run(stmt.body, known);
        } finally {
          this.writes = collecting;
        }
        passes.set(pass.key, known);
      }
      return known;
    };
    const stores = new Map(frame.stores);
    for (const store of written) {
      const layout = layoutOf(
        found.filter(write => write.store === store),
        variable,
      );
      const under = contentOf(before, store);
      if (layout === undefined)
        stores.set(store.id, { kind: 'plain', store, version: this.session.numberOf(stmt.body), args: frame.passes });
      else {
        const element = (pass: Poly, index: Poly): Poly => read(this.session, contentOf(at(pass), store), index);
        stores.set(store.id, { kind: 'family', ...layout, count, element, under });
      }
    }
    frame.stores = stores;
  }

  private forgetLoop(stmt: Extract<IrStmt, { op: 'for' }>, written: ReadonlySet<Store>, frame: Frame): void {
    if (this.writes !== undefined) for (const store of written) this.writes.push({ store, index: elsewhere });
    this.forget(written, this.session.numberOf(stmt.body), frame);
  }

  /** A frame for one pass of a loop. What the passes carry on is unknown at its start. */
  private inPass(
    stmt: Extract<IrStmt, { op: 'for' }>,
    around: Frame,
    frame: Frame,
    pass: Poly,
    carried: readonly Store[],
  ): Frame {
    const scope: Scope = { values: new Map([[stmt.variable.id, () => pass]]), parent: around.scope };
    const passes = [...around.passes, pass];
    const stores = new Map(frame.stores);
    for (const store of carried)
      stores.set(store.id, { kind: 'plain', store, version: this.session.numberOf(stmt), args: passes });
    const made: Frame = { scope, stores, passes };
    if (around !== frame) return made;
    // Passes one after the other work on the stores of the frame itself.
    return {
      scope,
      passes,
      get stores() {
        return frame.stores;
      },
      set stores(next) {
        frame.stores = next;
      },
    };
  }

  // ------------------------------------------------------------------------------------------ expressions

  /** An expression at a place. */
  value(e: IrExpr, frame: Frame): Poly {
    return this.expression(e, snapshot(frame));
  }

  private expression(e: IrExpr, place: Place): Poly {
    const known = place.known.get(e);
    if (known !== undefined) return known;
    this.session.spend(1);
    const value = this.evaluate(e, place);
    place.known.set(e, value);
    return value;
  }

  /** A condition as a number, 0 or 1. */
  private test(e: IrExpr, place: Place): Poly {
    const value = this.expression(e, place);
    return e.scalar === 'int' && e.bounds.low >= 0 && e.bounds.high <= 1 ? value : F.isTrue(this.session, value);
  }

  private evaluate(e: IrExpr, place: Place): Poly {
    const { session } = this;
    const of = (part: IrExpr): Poly => this.expression(part, place);
    const test = (part: IrExpr): Poly => this.test(part, place);
    switch (e.op) {
      case 'const':
        return Poly.constant(typeof e.value === 'number' ? Rational.fromNumber(e.value) : e.value);
      case 'local':
        return lookup(place.scope, e.local)?.() ?? local(session, e.local, []);
      case 'load':
        return read(session, place.stores.get(e.store.id) ?? untouched(e.store), of(e.index));
      case 'action':
        return this.action(of(e.agent), e.part, e.component === undefined ? undefined : of(e.component));
      case 'time':
        return Poly.atom(session.intern('t', { kind: 'time' }, { low: 0, high: Number.POSITIVE_INFINITY }, true));
      case 'unary':
        switch (e.operator) {
          case 'neg':
            return of(e.operand).neg();
          case 'not':
            return Poly.one.sub(test(e.operand));
          case 'toReal':
            return of(e.operand);
          case 'abs':
            return F.absolute(session, of(e.operand));
          case 'sign':
            return F.sign(session, of(e.operand));
          default:
            return F.apply(session, e.operator, of(e.operand));
        }
      case 'binary':
        return this.binary(e.operator, of(e.left), () => of(e.right));
      case 'and': {
        const left = test(e.left);
        return left.isZero ? left : F.all(session, [left, test(e.right)]);
      }
      case 'or': {
        const left = test(e.left);
        return left.equals(Poly.one) ? left : F.either(session, left, test(e.right));
      }
      case 'select': {
        const condition = test(e.condition);
        const constant = condition.constant;
        if (constant !== undefined) return of(constant.sign !== 0 ? e.then : e.else);
        return F.choose(session, condition, of(e.then), of(e.else));
      }
      case 'reduce':
        return this.reduce(e, place);
      case 'call':
        return this.call(e.fn, e.args.map(of));
    }
  }

  private binary(operator: Extract<IrExpr, { op: 'binary' }>['operator'], a: Poly, right: Lazy): Poly {
    const { session } = this;
    const b = right();
    switch (operator) {
      case 'add':
        return a.add(b);
      case 'sub':
        return a.sub(b);
      case 'mul':
        return multiply(session, a, b);
      case 'min':
        return F.minimum(session, a, b);
      case 'max':
        return F.maximum(session, a, b);
      case 'div':
        return multiply(session, a, F.inverse(session, b));
      case 'idiv':
        return F.quotient(session, a, b);
      case 'mod':
        return F.remainder(session, a, b);
      case 'eq':
        return equal(session, a, b);
      case 'ne':
        return Poly.one.sub(equal(session, a, b));
      case 'lt':
        return less(session, a, b);
      case 'gt':
        return less(session, b, a);
      case 'le':
        return Poly.one.sub(less(session, b, a));
      case 'ge':
        return Poly.one.sub(less(session, a, b));
    }
  }

  private action(agent: Poly, part: number, component: Poly | undefined): Poly {
    const who = agent.constant?.toNumber();
    const given = who === undefined ? undefined : this.options.chosen?.get(who)?.[part];
    if (given !== undefined && component === undefined) return Poly.int(given);
    // An unknown agent may be one whose action is given.
    if (who === undefined && this.options.chosen !== undefined) throw new Exhausted('whose action it is is not known');
    let bounds: Bounds = { low: 0, high: 0 };
    for (const space of this.model.actionSpaces) {
      const found = space.parts[part];
      if (found === undefined) continue;
      const range = found.kind === 'finite' ? { low: 0, high: found.size - 1 } : found.bounds;
      bounds = { low: Math.min(bounds.low, range.low), high: Math.max(bounds.high, range.high) };
    }
    const shape = { kind: 'action', agent, part, component } as const;
    return Poly.atom(this.session.intern(actionKey(agent, part, component), shape, bounds, component === undefined));
  }

  private call(fn: IrFunction, args: readonly Poly[]): Poly {
    // A function sees its arguments and the state before the step, and nothing of the place it is called at.
    const frame: Frame = { scope: { values: new Map(), parent: undefined }, stores: new Map(), passes: args };
    fn.params.forEach((param, k) => {
      const value = args[k] ?? Poly.zero;
      frame.scope.values.set(param.id, () => value);
    });
    const collecting = this.writes;
    this.writes = undefined;
    try {
      if (fn.body.every(stmt => stmt.op === 'let')) {
        this.run(fn.body, frame);
        return this.value(fn.result, frame);
      }
      const { bounds, scalar } = fn.result;
      return Poly.atom(this.session.intern(callKey(fn.id, args), { kind: 'call', fn, args }, bounds, scalar === 'int'));
    } finally {
      this.writes = collecting;
    }
  }

  private reduce(e: Extract<IrExpr, { op: 'reduce' }>, place: Place): Poly {
    const { session } = this;
    const count = this.expression(e.count, place);
    const exact = count.constant?.toNumber();
    const most = exact ?? boundsOf(count).high;
    if (!(most <= 10_000_000)) throw new Exhausted('a fold without limit');
    const fixed = e.operator === 'argmin' || e.operator === 'argmax';
    if (exact !== undefined && exact <= this.options.unroll && !fixed && !(filters(e) && chooses(e)))
      return this.unrolled(e, exact, place);
    const variable = session.variable(e.variable.name, Math.max(0, most));
    const element = Poly.atom(variable);
    const here = bind(place, e.variable, element);
    let condition = e.condition === undefined ? Poly.one : this.test(e.condition, here);
    if (exact === undefined) condition = F.all(session, [less(session, element, count), condition]);
    if (condition.isZero && (e.operator === 'sum' || e.operator === 'any')) return Poly.zero;
    const body = this.expression(e.body, here);
    const holds = (): Poly => this.test(e.body, here);
    switch (e.operator) {
      case 'sum':
        return sum(session, variable, multiply(session, condition, body));
      case 'all':
        return fold(session, 'all', variable, condition, holds());
      case 'any':
        return Poly.one.sub(fold(session, 'all', variable, condition, Poly.one.sub(holds())));
      case 'max':
        return fold(session, 'min', variable, condition, body.neg()).neg();
      default:
        return fold(session, e.operator, variable, condition, body);
    }
  }

  private unrolled(e: Extract<IrExpr, { op: 'reduce' }>, count: number, place: Place): Poly {
    const { session } = this;
    const conditions: Poly[] = [];
    let total: Poly | undefined;
    for (let k = 0; k < count; k++) {
      const here = bind(place, e.variable, Poly.int(k));
      const condition = e.condition === undefined ? Poly.one : this.test(e.condition, here);
      if (condition.isZero) continue;
      const body = this.expression(e.body, here);
      switch (e.operator) {
        case 'sum':
          total = (total ?? Poly.zero).add(multiply(session, condition, body));
          break;
        case 'product':
          total = multiply(session, total ?? Poly.one, F.choose(session, condition, body, Poly.one));
          break;
        case 'any':
          conditions.push(Poly.one.sub(F.all(session, [condition, this.test(e.body, here)])));
          break;
        case 'all':
          conditions.push(F.either(session, Poly.one.sub(condition), this.test(e.body, here)));
          break;
        case 'min':
          total = total === undefined ? body : F.minimum(session, total, body);
          break;
        default:
          total = total === undefined ? body : F.maximum(session, total, body);
      }
    }
    if (e.operator === 'all') return F.all(session, conditions);
    if (e.operator === 'any') return Poly.one.sub(F.all(session, conditions));
    return total ?? (e.operator === 'product' ? Poly.one : Poly.zero);
  }
}

// ---------------------------------------------------------------------------------------------- places

interface Place {
  readonly scope: Scope;
  readonly stores: ReadonlyMap<number, Content>;
  readonly known: Known;
}

function snapshot(frame: Frame): Place {
  return { scope: frame.scope, stores: frame.stores, known: new Map() };
}

function bind(place: Place, variable: Local, value: Poly): Place {
  const scope: Scope = { values: new Map([[variable.id, () => value]]), parent: place.scope };
  return { scope, stores: place.stores, known: new Map() };
}

function inner(frame: Frame): Frame {
  return { scope: { values: new Map(), parent: frame.scope }, stores: frame.stores, passes: frame.passes };
}

function lookup(scope: Scope | undefined, variable: Local): Lazy | undefined {
  for (let s = scope; s !== undefined; s = s.parent) {
    const found = s.values.get(variable.id);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function contentOf(frame: Frame, store: Store): Content {
  return frame.stores.get(store.id) ?? untouched(store);
}

const elsewhere = Poly.constant(Rational.of(-1));

function filters(e: Extract<IrExpr, { op: 'reduce' }>): boolean {
  return e.condition !== undefined;
}
function chooses(e: Extract<IrExpr, { op: 'reduce' }>): boolean {
  return e.operator === 'min' || e.operator === 'max';
}

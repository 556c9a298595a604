/**
 * The effect of expressions and statements, element by element: `at[p]` and `at[q]` are different things to read. Everything is
 * run once over ranges instead of numbers: loops of few rounds are unrolled, so that indices become numbers, and a branch whose
 * condition is settled (`if q != p` in the round of q = p) reads nothing. What is not known is taken to be read.
 */
import * as B from '../elaborate/bounds.ts';
import type { Bounds, Distribution, IrExpr, IrStmt, Local, Origin, Store } from '../game/model.ts';
import { type Elements, include, nothing, type Reads, type Trail } from './base.ts';

interface Bound {
  readonly bounds: Bounds;
  readonly reads: Reads;
  /** Length of the trail where a `let` was computed; parameters and loop variables have none. */
  readonly depth: number | undefined;
}

/** Rounds of a loop that are looked at one by one. */
const mostRounds = 512;
/** Expressions looked at before loops are no longer unrolled. */
const maxWork = 200_000;

const none = nothing();
const noTrail: Trail = [];

export class ReadsOf {
  private readonly variables = new Map<number, Bound>();
  private readonly scratch = new Map<Store, Reads>();
  private readonly nextWritten = new Map<Store, Reads>();
  private readonly trail: Origin[] = [];
  /** What decides whether the statement at hand runs at all. */
  private control: Reads = none;
  private work = 0;

  /** Fixes a variable: the agent that looks, the action that is asked for, the element of a list. */
  fix(variable: Local, value: number): this {
    this.variables.set(variable.id, { bounds: B.exactly(value), reads: none, depth: undefined });
    return this;
  }

  /** What `e` reads, and the range of its value. */
  of(e: IrExpr): { readonly reads: Reads; readonly bounds: Bounds } {
    const reads = nothing();
    const bounds = this.visit(e, reads);
    return { reads, bounds };
  }

  /** Runs statements: what they write is remembered with what it was made of. */
  run(stmts: readonly IrStmt[]): this {
    for (const stmt of stmts) this.statement(stmt);
    return this;
  }

  /** What the statements run so far made the next value of a state store of. */
  nextOf(store: Store): Reads {
    return this.nextWritten.get(store) ?? none;
  }

  // -------------------------------------------------------------------------------------------- expressions

  private visit(e: IrExpr, out: Reads): Bounds {
    this.work++;
    const depth = this.trail.length;
    for (const origin of outermostFirst(e.origin)) this.trail.push(origin);
    const bounds = this.node(e, out);
    this.trail.length = depth;
    return bounds;
  }

  private node(e: IrExpr, out: Reads): Bounds {
    switch (e.op) {
      case 'const':
        return B.exactly(typeof e.value === 'number' ? e.value : e.value.toNumber());
      case 'local':
        return this.variable(e, out);
      case 'load':
        return this.load(e, out);
      case 'action': {
        const agent = this.visit(e.agent, out);
        for (let i = Math.max(0, agent.low); i <= Math.min(agent.high, 100_000); i++) out.actions.add(i);
        if (e.component !== undefined) this.visit(e.component, out);
        return e.bounds;
      }
      case 'time':
        out.time = true;
        return e.bounds;
      case 'unary': {
        const x = this.visit(e.operand, out);
        if (e.operator === 'neg') return B.negate(x);
        if (e.operator === 'toReal') return x;
        if (e.operator === 'not') return x.high === 0 ? B.exactly(1) : isTrue(x) ? B.exactly(0) : B.truth;
        return e.bounds;
      }
      case 'binary':
        return this.binary(e, out);
      case 'and':
      case 'or': {
        const settles = (x: Bounds): boolean => (e.op === 'and' ? isFalse(x) : isTrue(x));
        const left = this.visit(e.left, out);
        if (settles(left)) return B.exactly(e.op === 'and' ? 0 : 1);
        const right = this.visit(e.right, out);
        if (settles(right)) return B.exactly(e.op === 'and' ? 0 : 1);
        const plain = e.op === 'and' ? isTrue(left) && isTrue(right) : isFalse(left) && isFalse(right);
        return plain ? B.exactly(e.op === 'and' ? 1 : 0) : B.truth;
      }
      case 'select': {
        const condition = this.visit(e.condition, out);
        if (isTrue(condition)) return this.visit(e.then, out);
        if (isFalse(condition)) return this.visit(e.else, out);
        return B.union(this.visit(e.then, out), this.visit(e.else, out));
      }
      case 'reduce':
        return this.reduce(e, out);
      case 'call': {
        const args = e.args.map((arg): Bound => {
          const reads = nothing();
          return { bounds: this.visit(arg, reads), reads, depth: undefined };
        });
        e.fn.params.forEach((param, k) => {
          this.variables.set(param.id, args[k] as Bound);
        });
        this.run(e.fn.body);
        return this.visit(e.fn.result, out);
      }
    }
  }

  private variable(e: Extract<IrExpr, { op: 'local' }>, out: Reads): Bounds {
    const bound = this.variables.get(e.local.id);
    if (bound === undefined) return e.bounds;
    const { depth } = bound;
    // The use of a `let` is a place between where it was computed and what that read.
    const place = depth === undefined ? undefined : e.origin;
    include(
      out,
      bound.reads,
      place === undefined || depth === undefined
        ? undefined
        : trail => [...trail.slice(0, depth), place, ...trail.slice(depth)],
    );
    return B.intersect(e.bounds, bound.bounds);
  }

  private load(e: Extract<IrExpr, { op: 'load' }>, out: Reads): Bounds {
    const index = this.visit(e.index, out);
    const { store } = e;
    const low = Math.max(0, index.low);
    const high = Math.min(store.size - 1, index.high);
    switch (store.role.kind) {
      case 'constant': {
        const value = low === high ? store.role.data[low] : undefined;
        return value === undefined ? e.bounds : B.exactly(typeof value === 'number' ? value : value.toNumber());
      }
      case 'scratch':
        include(out, this.scratch.get(store) ?? none);
        return e.bounds;
      case 'next':
      case 'state': {
        const elements: Elements = store.role.kind === 'state' ? out.state : out.next;
        const trail: Trail = this.trail.length === 0 ? noTrail : [...this.trail];
        for (let k = low; k <= high; k++) elements.add(store, k, trail);
        return e.bounds;
      }
    }
  }

  private binary(e: Extract<IrExpr, { op: 'binary' }>, out: Reads): Bounds {
    const a = this.visit(e.left, out);
    const b = this.visit(e.right, out);
    switch (e.operator) {
      case 'add':
        return B.add(a, b);
      case 'sub':
        return B.add(a, B.negate(b));
      case 'mul':
        return B.multiply(a, b);
      case 'idiv':
        return b.low <= 0 && b.high >= 0 ? e.bounds : B.floorDivide(a, b);
      case 'mod':
        if (B.isConstant(a) && B.isConstant(b) && b.low !== 0)
          return B.exactly(a.low - b.low * Math.floor(a.low / b.low));
        return e.bounds;
      case 'min':
        return B.minimum(a, b);
      case 'max':
        return B.maximum(a, b);
      case 'div':
        return e.bounds;
      case 'eq':
        return truth(B.isConstant(a) && B.isConstant(b) && a.low === b.low, a.high < b.low || b.high < a.low);
      case 'ne':
        return truth(a.high < b.low || b.high < a.low, B.isConstant(a) && B.isConstant(b) && a.low === b.low);
      case 'lt':
        return truth(a.high < b.low, a.low >= b.high);
      case 'le':
        return truth(a.high <= b.low, a.low > b.high);
      case 'gt':
        return truth(a.low > b.high, a.high <= b.low);
      case 'ge':
        return truth(a.low >= b.high, a.high < b.low);
    }
  }

  private reduce(e: Extract<IrExpr, { op: 'reduce' }>, out: Reads): Bounds {
    const settles = e.operator === 'any' ? isTrue : e.operator === 'all' ? isFalse : undefined;
    let open = false;
    let settled = false;
    this.rounds(e.variable, this.visit(e.count, out), () => {
      if (settled) return;
      const condition = e.condition === undefined ? B.exactly(1) : this.visit(e.condition, out);
      if (isFalse(condition)) return;
      const body = this.visit(e.body, out);
      if (settles === undefined) return;
      if (settles(body) && isTrue(condition)) settled = true;
      else if (!(e.operator === 'any' ? isFalse(body) : isTrue(body))) open = true;
    });
    if (settles === undefined) return e.bounds;
    if (settled) return B.exactly(e.operator === 'any' ? 1 : 0);
    return open ? B.truth : B.exactly(e.operator === 'any' ? 0 : 1);
  }

  /** Runs `body` for every value of the variable, or once for all of them where they are many or not known. */
  private rounds(variable: Local, count: Bounds, body: () => void): void {
    const set = (bounds: Bounds): void => {
      this.variables.set(variable.id, { bounds, reads: none, depth: undefined });
    };
    if (count.high <= 0) return;
    let k = 0;
    for (; k < count.high && count.high <= mostRounds && this.work < maxWork; k++) {
      set(B.exactly(k));
      body();
    }
    if (k >= count.high) return;
    set(B.between(k, count.high - 1));
    body();
  }

  // -------------------------------------------------------------------------------------------- statements

  private statement(stmt: IrStmt): void {
    switch (stmt.op) {
      case 'let': {
        const depth = this.trail.length;
        const { reads, bounds } = this.of(stmt.value);
        this.variables.set(stmt.local.id, { bounds, reads, depth });
        return;
      }
      case 'store': {
        const { reads } = this.of(stmt.value);
        this.visit(stmt.index, reads);
        this.written(stmt.store, reads);
        return;
      }
      case 'copy': {
        const reads = nothing();
        const { from } = stmt;
        if (from.role.kind === 'scratch') include(reads, this.scratch.get(from) ?? none);
        else if (from.role.kind !== 'constant') {
          const elements = from.role.kind === 'state' ? reads.state : reads.next;
          for (let k = 0; k < from.size; k++) elements.add(from, k);
        }
        this.written(stmt.to, reads);
        return;
      }
      case 'for': {
        const { reads, bounds } = this.of(stmt.count);
        this.under(reads, () => this.rounds(stmt.variable, bounds, () => this.run(stmt.body)));
        return;
      }
      case 'if': {
        const { reads, bounds } = this.of(stmt.condition);
        this.under(reads, () => {
          if (!isFalse(bounds)) this.run(stmt.then);
          if (!isTrue(bounds)) this.run(stmt.else);
        });
        return;
      }
      case 'draw': {
        const reads = nothing();
        for (const e of parameters(stmt.dist)) this.visit(e, reads);
        reads.chance = true;
        this.variables.set(stmt.local.id, { bounds: stmt.local.bounds, reads, depth: this.trail.length });
        return;
      }
      case 'such_that': {
        // What is drawn depends on whatever the condition looks at.
        this.run(stmt.body);
        const { reads } = this.of(stmt.condition);
        reads.chance = true;
        this.under(reads, () => this.run(stmt.body));
        return;
      }
    }
  }

  private under(reads: Reads, body: () => void): void {
    const outer = this.control;
    this.control = nothing();
    include(this.control, outer);
    include(this.control, reads);
    body();
    this.control = outer;
  }

  private written(store: Store, reads: Reads): void {
    include(reads, this.control);
    const table = store.role.kind === 'next' ? this.nextWritten : this.scratch;
    const known = table.get(store);
    if (known === undefined) table.set(store, reads);
    else include(known, reads);
  }
}

function* outermostFirst(origin: Origin | undefined): Iterable<Origin> {
  if (origin === undefined) return;
  yield* outermostFirst(origin.outer);
  yield origin;
}

function parameters(dist: Distribution): readonly IrExpr[] {
  switch (dist.kind) {
    case 'uniform_int':
      return [dist.low, dist.count];
    case 'bernoulli':
      return [dist.probability];
    case 'categorical':
      return dist.weights;
    case 'uniform_real':
      return [dist.low, dist.high];
    case 'normal':
      return [dist.mean, dist.deviation];
  }
}

function isTrue(x: Bounds): boolean {
  return x.low >= 1;
}

function isFalse(x: Bounds): boolean {
  return x.high === 0 && x.low === 0;
}

function truth(yes: boolean, no: boolean): Bounds {
  return yes ? B.exactly(1) : no ? B.exactly(0) : B.truth;
}

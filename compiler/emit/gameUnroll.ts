/**
 * Straight-line code for speed: short loops are written out and small work arrays become variables, so that an engine keeps
 * a whole step of one game in registers. Emitted programs that are meant to be read keep their loops.
 */

import type { IrExpr, IrStmt, Local, Store } from '../game/model.ts';
import { blocksOf } from '../game/parts.ts';
import { Flow } from './gameFlow.ts';
import { constantOf, intConst, localExpr, unrolledCount, walkExpr, walkStmts } from './gameFold.ts';
import { mapExpr, type Replacements, renamed, writeOut } from './gameSubstitute.ts';

/** Loops of at most this many rounds are written out, ... */
const loopRounds = 4;
/** ... while the result stays below this many operations (engines do not optimise very large functions). */
const sizeLimit = 2500;

export interface Unrolled {
  readonly stmts: readonly IrStmt[];
  readonly tail: readonly IrExpr[];
  /** Arrays that became variables: one store of size 1 per element. */
  readonly elements: ReadonlyMap<number, readonly Store[]>;
}

/**
 * Writes out the loops of a step.
 * @param tail expressions evaluated after the statements
 * @param own the next and scratch stores that nothing but these statements and expressions touch
 * @param fresh a number above all ids of locals and stores in use
 * @param given locals whose value is known from the start
 */
export function unrollStep(
  stmts: readonly IrStmt[],
  tail: readonly IrExpr[],
  own: (store: Store) => boolean,
  fresh: number,
  given: Replacements = new Map(),
): Unrolled {
  const ids: Ids = { next: fresh, statements: 0 };
  const flow = new Flow(own);
  const written = new Unroller(countDefinitions(stmts), ids).block(stmts, new Map(given), flow);
  const exprs = sharedMap(tail, (expr, done) => settled(expr, given, flow, done));
  if (sizeOf(written, exprs) > sizeLimit) {
    const plain = sharedMap(tail, (expr, done) => settled(expr, given, new Flow(() => false), done));
    return {
      stmts: new Unroller(new Map(), { next: 0, statements: Infinity }).block(
        stmts,
        new Map(given),
        new Flow(() => false),
      ),
      tail: plain,
      elements: new Map(),
    };
  }
  const elements = new Map<number, readonly Store[]>();
  for (const store of constantlyIndexed(written, exprs, own)) {
    // The id tells array and element, so that two calls for the same statements give the same ids.
    const part = (k: number): Store => ({
      ...store,
      id: 2 * fresh + 4 * loopRounds * store.id + k,
      name: `${store.name}_${k}`,
      size: 1,
    });
    elements.set(
      store.id,
      Array.from({ length: store.size }, (_, k) => part(k)),
    );
  }
  const replace = (expr: IrExpr): IrExpr => {
    const parts = expr.op === 'load' ? elements.get(expr.store.id) : undefined;
    if (expr.op !== 'load' || parts === undefined) return expr;
    return { ...expr, store: parts[constantOf(expr.index, nothing) ?? 0] as Store, index: intConst(0) };
  };
  const scalar = scalarStmts(written, elements, replace);
  const ends = sharedMap(exprs, (expr, done) => mapExpr(expr, replace, done));
  const parts = new Set([...elements.values()].flat());
  return { stmts: withoutUnread(scalar, ends, store => own(store) || parts.has(store)), tail: ends, elements };
}

interface Ids {
  /** The next unused id. */
  next: number;
  /** Statements written so far; past the limit nothing more is written out. */
  statements: number;
}

const nothing: ReadonlyMap<number, number> = new Map();

/** Maps several expressions, keeping what they share shared. */
function sharedMap(
  exprs: readonly IrExpr[],
  map: (expr: IrExpr, done: Map<IrExpr, IrExpr>) => IrExpr,
): readonly IrExpr[] {
  const done = new Map<IrExpr, IrExpr>();
  return exprs.map(expr => map(expr, done));
}

/** The expression with known locals and known work values put in and short folds written out. */
function settled(expr: IrExpr, given: Replacements, flow: Flow, done: Map<IrExpr, IrExpr> = new Map()): IrExpr {
  return mapExpr(
    expr,
    part => {
      if (part.op === 'local') return given.get(part.local.id) ?? part;
      if (part.op === 'load') {
        const value = flow.valueAt(part.store, constantOf(part.index, nothing));
        return value === undefined
          ? part
          : { op: 'const', value, scalar: part.scalar, bounds: { low: value, high: value } };
      }
      if (part.op === 'call') {
        const value = constantOf(part, nothing);
        const { scalar } = part;
        return value === undefined ? part : { op: 'const', value, scalar, bounds: { low: value, high: value } };
      }
      if (part.op !== 'reduce') return part;
      const fold = withMostRounds(part);
      const count = unrolledCount(fold, nothing);
      return count === undefined ? part : settled(writeOut(fold, count), given, flow);
    },
    done,
  );
}

/** A fold over a varying but short count as one over the longest, whose elements past the count do not take part. */
function withMostRounds(expr: IrExpr & { op: 'reduce' }): IrExpr & { op: 'reduce' } {
  const most = mostRounds(expr.count);
  if (most === undefined || !['sum', 'product', 'any', 'all'].includes(expr.operator)) return expr;
  const takesPart = isBelow(expr.variable, expr.count);
  const condition: IrExpr =
    expr.condition === undefined ? takesPart : { ...takesPart, op: 'and', left: takesPart, right: expr.condition };
  return { ...expr, count: intConst(most), condition };
}

/** The largest value of a short varying count that costs nothing to look at again; undefined for all others. */
function mostRounds(count: IrExpr): number | undefined {
  if (count.op !== 'local' && !(count.op === 'load' && count.index.op === 'const')) return undefined;
  return count.bounds.high <= loopRounds ? Math.max(0, count.bounds.high) : undefined;
}

function isBelow(variable: Local, count: IrExpr): IrExpr {
  const left = localExpr(variable);
  return { op: 'binary', operator: 'lt', left, right: count, scalar: 'int', bounds: { low: 0, high: 1 } };
}

function countDefinitions(stmts: readonly IrStmt[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  walkStmts(
    stmts,
    stmt => {
      if (stmt.op === 'let' || stmt.op === 'draw') counts.set(stmt.local.id, (counts.get(stmt.local.id) ?? 0) + 1);
    },
    () => {},
  );
  return counts;
}

// ---------------------------------------------------------------------------------------------- loops

class Unroller {
  /** How often each local is assigned in all statements. */
  private readonly definitions: ReadonlyMap<number, number>;
  private readonly ids: Ids;

  constructor(definitions: ReadonlyMap<number, number>, ids: Ids) {
    this.definitions = definitions;
    this.ids = ids;
  }

  /** Copies statements; `given` and `flow` take in what becomes known on the way. */
  block(stmts: readonly IrStmt[], given: Map<number, IrExpr>, flow: Flow): readonly IrStmt[] {
    return stmts.flatMap(stmt => this.statement(stmt, given, flow));
  }

  private statement(stmt: IrStmt, given: Map<number, IrExpr>, flow: Flow): readonly IrStmt[] {
    const { ids } = this;
    ids.statements++;
    const value = (expr: IrExpr): IrExpr => settled(expr, given, flow);
    switch (stmt.op) {
      case 'let': {
        const result = value(stmt.value);
        if (this.definitions.get(stmt.local.id) === 1 && constantOf(result, nothing) !== undefined) {
          given.set(stmt.local.id, result);
          return [];
        }
        return [{ ...stmt, local: target(stmt.local, given), value: result }];
      }
      case 'store': {
        const index = value(stmt.index);
        const result = value(stmt.value);
        flow.assign(stmt.store, constantOf(index, nothing), constantOf(result, nothing));
        return [{ ...stmt, index, value: result }];
      }
      case 'copy':
        for (let k = 0; k < stmt.to.size; k++) flow.assign(stmt.to, k, flow.valueAt(stmt.from, k));
        return [stmt];
      case 'draw':
        return [{ ...stmt, local: target(stmt.local, given), dist: mapDistribution(stmt.dist, value) }];
      case 'if': {
        const condition = value(stmt.condition);
        const known = constantOf(condition, nothing);
        if (known !== undefined) return this.block(known !== 0 ? stmt.then : stmt.else, given, flow);
        const other = flow.copy();
        const yes = this.block(stmt.then, new Map(given), flow);
        const no = this.block(stmt.else, new Map(given), other);
        flow.keepCommon(other);
        return [{ ...stmt, condition, then: yes, else: no }];
      }
      case 'such_that': {
        // Values of the last try are values after it; those of the one before are unknown.
        flow.forgetAssigned(stmt.body);
        const body = this.block(stmt.body, given, flow);
        return [{ ...stmt, body, condition: settled(stmt.condition, given, flow) }];
      }
      case 'for': {
        const count = value(stmt.count);
        const rounds = constantOf(count, nothing);
        if (rounds !== undefined && rounds <= loopRounds && ids.statements <= sizeLimit)
          return this.rounds(stmt, rounds, given, flow);
        const most = mostRounds(count);
        if (most !== undefined && ids.statements <= sizeLimit && !assigns(stmt.body, count)) {
          const guarded: IrStmt = { op: 'if', condition: isBelow(stmt.variable, count), then: stmt.body, else: [] };
          return this.rounds({ ...stmt, body: [guarded] }, most, given, flow);
        }
        flow.forgetAssigned(stmt.body);
        const body = this.block(stmt.body, new Map(given), flow);
        flow.forgetAssigned(stmt.body);
        return [{ ...stmt, count, body }];
      }
    }
  }

  /** One copy of the body per round, each with variables of its own. */
  private rounds(
    stmt: IrStmt & { op: 'for' },
    rounds: number,
    given: Map<number, IrExpr>,
    flow: Flow,
  ): readonly IrStmt[] {
    const own = [...countDefinitions(stmt.body)].filter(([id, times]) => this.definitions.get(id) === times);
    const out: IrStmt[] = [];
    for (let k = 0; k < rounds; k++) {
      const round = new Map(given).set(stmt.variable.id, intConst(k));
      for (const [id] of own) {
        const local = target(localOf(stmt.body, id) as Local, given);
        round.set(id, renamed(local, this.ids.next++, String(k)).expr);
      }
      out.push(...this.block(stmt.body, round, flow));
    }
    return out;
  }
}

/** Do these statements change the variable that a count is read from? */
function assigns(stmts: readonly IrStmt[], count: IrExpr): boolean {
  let found = false;
  walkStmts(
    stmts,
    stmt => {
      if (count.op === 'load' && stmt.op === 'store' && stmt.store.id === count.store.id) found = true;
      if (count.op === 'load' && stmt.op === 'copy' && stmt.to.id === count.store.id) found = true;
      if (count.op === 'local' && (stmt.op === 'let' || stmt.op === 'draw')) found ||= stmt.local.id === count.local.id;
    },
    () => {},
  );
  return found;
}

/** The variable that stands for a local here. */
function target(local: Local, given: Replacements): Local {
  const to = given.get(local.id);
  return to?.op === 'local' ? to.local : local;
}

function localOf(stmts: readonly IrStmt[], id: number): Local | undefined {
  for (const stmt of stmts) {
    if ((stmt.op === 'let' || stmt.op === 'draw') && stmt.local.id === id) return stmt.local;
    for (const block of blocksOf(stmt)) {
      const found = localOf(block, id);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

type Dist = (IrStmt & { op: 'draw' })['dist'];

function mapDistribution(dist: Dist, map: (expr: IrExpr) => IrExpr): Dist {
  switch (dist.kind) {
    case 'uniform_int':
      return { ...dist, low: map(dist.low), count: map(dist.count) };
    case 'bernoulli':
      return { ...dist, probability: map(dist.probability) };
    case 'categorical':
      return { ...dist, weights: dist.weights.map(map) };
    case 'uniform_real':
      return { ...dist, low: map(dist.low), high: map(dist.high) };
    case 'normal':
      return { ...dist, mean: map(dist.mean), deviation: map(dist.deviation) };
  }
}

function sizeOf(stmts: readonly IrStmt[], tail: readonly IrExpr[]): number {
  let size = 0;
  const count = (): void => {
    size++;
  };
  walkStmts(stmts, count, count);
  for (const expr of tail) walkExpr(expr, count);
  return size;
}

// --------------------------------------------------------------------------------------------- arrays

/** Private work arrays whose every access is at a constant place. */
function constantlyIndexed(
  stmts: readonly IrStmt[],
  tail: readonly IrExpr[],
  own: (store: Store) => boolean,
): ReadonlySet<Store> {
  const found = new Set<Store>();
  const refused = new Set<Store>();
  const access = (store: Store, index: IrExpr | undefined): void => {
    if (store.size === 1 || !own(store)) return;
    found.add(store);
    if (index !== undefined && constantOf(index, nothing) === undefined) refused.add(store);
    if (store.size > 4 * loopRounds) refused.add(store);
  };
  const visit = (expr: IrExpr): void => {
    if (expr.op === 'load') access(expr.store, expr.index);
  };
  walkStmts(
    stmts,
    stmt => {
      if (stmt.op === 'store') access(stmt.store, stmt.index);
      if (stmt.op === 'copy') {
        access(stmt.from, undefined);
        access(stmt.to, undefined);
      }
    },
    visit,
  );
  for (const expr of tail) walkExpr(expr, visit);
  return new Set([...found].filter(store => !refused.has(store)));
}

function scalarStmts(
  stmts: readonly IrStmt[],
  elements: ReadonlyMap<number, readonly Store[]>,
  replace: (expr: IrExpr) => IrExpr,
): readonly IrStmt[] {
  return stmts.flatMap(stmt => scalarStmt(stmt, elements, replace));
}

function scalarStmt(
  stmt: IrStmt,
  elements: ReadonlyMap<number, readonly Store[]>,
  replace: (expr: IrExpr) => IrExpr,
): readonly IrStmt[] {
  const value = (expr: IrExpr): IrExpr => mapExpr(expr, replace);
  switch (stmt.op) {
    case 'let':
      return [{ ...stmt, value: value(stmt.value) }];
    case 'draw':
      return [{ ...stmt, dist: mapDistribution(stmt.dist, value) }];
    case 'store': {
      const parts = elements.get(stmt.store.id);
      if (parts === undefined) return [{ ...stmt, index: value(stmt.index), value: value(stmt.value) }];
      const store = parts[constantOf(stmt.index, nothing) ?? 0] as Store;
      return [{ ...stmt, store, index: intConst(0), value: value(stmt.value) }];
    }
    case 'copy': {
      if (!elements.has(stmt.from.id) && !elements.has(stmt.to.id)) return [stmt];
      return Array.from({ length: stmt.to.size }, (_, k): IrStmt => {
        const to = elements.get(stmt.to.id)?.[k];
        const load: IrExpr = {
          op: 'load',
          store: stmt.from,
          index: intConst(k),
          scalar: stmt.from.scalar,
          bounds: stmt.from.bounds,
        };
        return { op: 'store', store: to ?? stmt.to, index: intConst(to === undefined ? k : 0), value: value(load) };
      });
    }
    case 'if':
      return [
        {
          ...stmt,
          condition: value(stmt.condition),
          then: scalarStmts(stmt.then, elements, replace),
          else: scalarStmts(stmt.else, elements, replace),
        },
      ];
    case 'for':
      return [{ ...stmt, count: value(stmt.count), body: scalarStmts(stmt.body, elements, replace) }];
    case 'such_that':
      return [{ ...stmt, body: scalarStmts(stmt.body, elements, replace), condition: value(stmt.condition) }];
  }
}

/** Leaves out assignments to work stores that nothing reads. */
function withoutUnread(
  stmts: readonly IrStmt[],
  tail: readonly IrExpr[],
  own: (store: Store) => boolean,
): readonly IrStmt[] {
  const read = new Set<number>();
  const visit = (expr: IrExpr): void => {
    if (expr.op === 'load') read.add(expr.store.id);
  };
  walkStmts(
    stmts,
    stmt => {
      if (stmt.op === 'copy') read.add(stmt.from.id);
    },
    visit,
  );
  for (const expr of tail) walkExpr(expr, visit);
  let dropped = false;
  const keep = (block: readonly IrStmt[]): readonly IrStmt[] =>
    block.flatMap((stmt): readonly IrStmt[] => {
      const to = stmt.op === 'store' ? stmt.store : stmt.op === 'copy' ? stmt.to : undefined;
      if (to !== undefined && to.role.kind === 'scratch' && own(to) && !read.has(to.id)) {
        dropped = true;
        return [];
      }
      if (stmt.op === 'if') return [{ ...stmt, then: keep(stmt.then), else: keep(stmt.else) }];
      return stmt.op === 'for' || stmt.op === 'such_that' ? [{ ...stmt, body: keep(stmt.body) }] : [stmt];
    });
  const kept = keep(stmts);
  return dropped ? withoutUnread(kept, tail, own) : kept;
}

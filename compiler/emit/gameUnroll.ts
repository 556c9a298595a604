/**
 * Straight-line code for speed: short loops are written out and small work arrays become variables, so that an engine keeps
 * a whole step of one game in registers. Emitted programs that are meant to be read keep their loops.
 */
import type { IrExpr, IrStmt, Local, Store } from '../game/model.ts';
import { blocksOf, constantOf, intConst, unrolledCount, walkExpr, walkStmts } from './gameFold.ts';
import { mapExpr, type Replacements, renamed, substitute, writeOut } from './gameSubstitute.ts';

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
 * @param priv the work arrays that nothing but these statements and expressions touch
 * @param fresh a number above all ids of locals and stores in use
 */
export function unrollStep(
  stmts: readonly IrStmt[],
  tail: readonly IrExpr[],
  priv: (store: Store) => boolean,
  fresh: number,
): Unrolled {
  const ids: Ids = { next: fresh, statements: 0 };
  const definitions = countDefinitions(stmts);
  const flat = unrollStmts(stmts, new Map(), definitions, ids);
  const exprs = sharedMap(tail, flatten);
  const plain: Unrolled = { stmts, tail, elements: new Map() };
  if (sizeOf(flat, exprs) > sizeLimit) return plain;
  const arrays = constantlyIndexed(flat, exprs, priv);
  const elements = new Map<number, readonly Store[]>();
  for (const store of arrays) {
    const parts = Array.from(
      { length: store.size },
      (_, k): Store => ({ ...store, id: ids.next++, name: `${store.name}_${k}`, size: 1 }),
    );
    elements.set(store.id, parts);
  }
  const replace = (expr: IrExpr): IrExpr => {
    const parts = expr.op === 'load' ? elements.get(expr.store.id) : undefined;
    if (expr.op !== 'load' || parts === undefined) return expr;
    return { ...expr, store: parts[constantOf(expr.index, nothing) ?? 0] as Store, index: intConst(0) };
  };
  return {
    stmts: scalarStmts(flat, elements, replace),
    tail: sharedMap(exprs, (expr, done) => mapExpr(expr, replace, done)),
    elements,
  };
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

/** Writes out the folds inside an expression. */
function flatten(expr: IrExpr, done: Map<IrExpr, IrExpr> = new Map()): IrExpr {
  return mapExpr(
    expr,
    part => {
      const count = part.op === 'reduce' ? unrolledCount(part, nothing) : undefined;
      return part.op === 'reduce' && count !== undefined ? flatten(writeOut(part, count)) : part;
    },
    done,
  );
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

function unrollStmts(
  stmts: readonly IrStmt[],
  given: Replacements,
  definitions: ReadonlyMap<number, number>,
  ids: Ids,
): readonly IrStmt[] {
  const value = (expr: IrExpr): IrExpr => flatten(substitute(expr, given));
  const target = (local: Local): Local => {
    const to = given.get(local.id);
    return to?.op === 'local' ? to.local : local;
  };
  const inside = (block: readonly IrStmt[], more: Replacements = given): readonly IrStmt[] =>
    unrollStmts(block, more, definitions, ids);
  return stmts.flatMap((stmt): readonly IrStmt[] => {
    ids.statements++;
    switch (stmt.op) {
      case 'let':
        return [{ ...stmt, local: target(stmt.local), value: value(stmt.value) }];
      case 'store':
        return [{ ...stmt, index: value(stmt.index), value: value(stmt.value) }];
      case 'copy':
        return [stmt];
      case 'draw':
        return [{ ...stmt, local: target(stmt.local), dist: mapDistribution(stmt.dist, value) }];
      case 'if': {
        const condition = value(stmt.condition);
        const known = constantOf(condition, nothing);
        if (known !== undefined) return inside(known !== 0 ? stmt.then : stmt.else);
        return [{ ...stmt, condition, then: inside(stmt.then), else: inside(stmt.else) }];
      }
      case 'such_that':
        return [{ ...stmt, body: inside(stmt.body), condition: value(stmt.condition) }];
      case 'for': {
        const count = value(stmt.count);
        const rounds = constantOf(count, nothing);
        if (rounds === undefined || rounds > loopRounds || ids.statements > sizeLimit)
          return [{ ...stmt, count, body: inside(stmt.body) }];
        const own = [...countDefinitions(stmt.body)].filter(([id, times]) => definitions.get(id) === times);
        return Array.from({ length: Math.max(0, rounds) }, (_, k) => {
          const round = new Map(given).set(stmt.variable.id, intConst(k));
          for (const [id] of own) {
            const local = target(localOf(stmt.body, id) as Local);
            round.set(id, renamed(local, ids.next++, String(k)).expr);
          }
          return inside(stmt.body, round);
        }).flat();
      }
    }
  });
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
  priv: (store: Store) => boolean,
): ReadonlySet<Store> {
  const found = new Set<Store>();
  const refused = new Set<Store>();
  const access = (store: Store, index: IrExpr | undefined): void => {
    if (store.size === 1 || !priv(store)) return;
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
  const value = (expr: IrExpr): IrExpr => mapExpr(expr, replace);
  return stmts.flatMap((stmt): readonly IrStmt[] => {
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
  });
}

/**
 * Folds over all agents, of which there are two kinds. In `count(at[q] == at[p] for q in Walker)` it makes no difference which agent q is: what is
 * read of it does. Such a fold is one over the crowd. In `count(sick[q] for q in Person if adjacent(p, q))` the fold picks certain agents by who
 * they are: it is a fold like any other, which happens to run over agents.
 */
import { someExpr } from '../elaborate/walk.ts';
import { numberOf } from '../game/exactNumbers.ts';
import type { IrExpr, IrFunction, IrStmt } from '../game/model.ts';

type Reduce = Extract<IrExpr, { op: 'reduce' }>;

/** A fold over all agents that reads something of each, whoever they are. */
export function overCrowd(e: Reduce, size: number): boolean {
  if (e.count.op !== 'const' || numberOf(e.count.value) !== size) return false;
  const use = new Use(size);
  const named = new Set([e.variable.id]);
  const picks = (e.condition !== undefined && use.picks(e.condition, named)) || use.picks(e.body, named);
  return use.reads && !picks;
}

/** Does the value depend on variables or actions of any agent? */
export function readsAgents(e: IrExpr): boolean {
  return someExpr(e, part => part.op === 'action' || (part.op === 'load' && part.store.role.kind !== 'constant'));
}

/** How an agent is used whose number some variables hold. */
class Use {
  reads = false;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  /** Does it matter who the agent is, beyond whose variables and action are read? `named` are the variables that hold it. */
  picks(e: IrExpr, named: ReadonlySet<number>): boolean {
    const go = (part: IrExpr | undefined): boolean => part !== undefined && this.picks(part, named);
    switch (e.op) {
      case 'const':
      case 'time':
        return false;
      case 'local':
        return named.has(e.local.id);
      case 'load':
        if (e.store.role.kind !== 'constant' && isOwnPlace(e.index, named, e.store.size / this.#size)) {
          this.reads = true;
          return false;
        }
        return go(e.index);
      case 'action':
        if (isOwnPlace(e.agent, named, 1)) {
          this.reads = true;
          return go(e.component);
        }
        return go(e.agent) || go(e.component);
      case 'unary':
        // `not (q == p)`
        if (e.operator === 'not' && e.operand.op === 'binary' && e.operand.operator === 'eq')
          return this.#compares(e.operand, named);
        return go(e.operand);
      case 'binary':
        // All but one: in a crowd without number one more or less is nothing.
        return e.operator === 'ne' ? this.#compares(e, named) : go(e.left) || go(e.right);
      case 'and':
      case 'or':
        return go(e.left) || go(e.right);
      case 'select':
        return go(e.condition) || go(e.then) || go(e.else);
      case 'reduce':
        return go(e.count) || go(e.condition) || go(e.body);
      case 'call':
        return this.#call(e.fn, e.args, named);
    }
  }

  /** Other than when it is only said not to be a certain agent? */
  #compares(e: Extract<IrExpr, { op: 'binary' }>, named: ReadonlySet<number>): boolean {
    const free = (part: IrExpr): boolean => !mentions(part, named);
    if ((isOwnPlace(e.left, named, 1) && free(e.right)) || (isOwnPlace(e.right, named, 1) && free(e.left)))
      return false;
    return this.picks(e.left, named) || this.picks(e.right, named);
  }

  #call(fn: IrFunction, args: readonly IrExpr[], named: ReadonlySet<number>): boolean {
    const inside = new Set<number>();
    for (const [k, arg] of args.entries()) {
      if (isOwnPlace(arg, named, 1)) inside.add((fn.params[k] as { id: number }).id);
      else if (this.picks(arg, named)) return true;
    }
    if (inside.size === 0) return false;
    return this.picks(fn.result, inside) || this.#block(fn.body, inside);
  }

  #block(body: readonly IrStmt[], named: ReadonlySet<number>): boolean {
    return body.some(stmt => this.#statement(stmt, named));
  }

  #statement(stmt: IrStmt, named: ReadonlySet<number>): boolean {
    const go = (e: IrExpr): boolean => this.picks(e, named);
    switch (stmt.op) {
      case 'let':
        return go(stmt.value);
      case 'store':
        return go(stmt.index) || go(stmt.value);
      case 'copy':
        return false;
      case 'for':
        return go(stmt.count) || this.#block(stmt.body, named);
      case 'if':
        return go(stmt.condition) || this.#block(stmt.then, named) || this.#block(stmt.else, named);
      // Functions hold no chance.
      case 'draw':
      case 'such_that':
        return true;
    }
  }
}

function mentions(e: IrExpr, named: ReadonlySet<number>): boolean {
  return someExpr(e, part => part.op === 'local' && named.has(part.local.id));
}

/** Is this a place among the agent's own in a list that has `width` places for each: `q`, or `q * width + k`? */
export function isOwnPlace(index: IrExpr, named: ReadonlySet<number>, width: number): boolean {
  const place = linear(index, named);
  return place !== undefined && place.factor === width && place.low >= 0 && place.high < width;
}

/** As `factor * agent + rest`, with the bounds of the rest; undefined where it is nothing of the kind. */
function linear(
  e: IrExpr,
  named: ReadonlySet<number>,
): { readonly factor: number; readonly low: number; readonly high: number } | undefined {
  if (e.op === 'local' && named.has(e.local.id)) return { factor: 1, low: 0, high: 0 };
  if (!mentions(e, named)) return { factor: 0, low: e.bounds.low, high: e.bounds.high };
  if (e.op !== 'binary' || (e.operator !== 'add' && e.operator !== 'mul')) return undefined;
  const left = linear(e.left, named);
  const right = linear(e.right, named);
  if (left === undefined || right === undefined) return undefined;
  if (e.operator === 'add')
    return { factor: left.factor + right.factor, low: left.low + right.low, high: left.high + right.high };
  const [times, of] = e.left.op === 'const' ? [e.left, right] : [e.right, left];
  if (times.op !== 'const') return undefined;
  const scale = numberOf(times.value);
  return scale > 0 ? { factor: scale * of.factor, low: scale * of.low, high: scale * of.high } : undefined;
}

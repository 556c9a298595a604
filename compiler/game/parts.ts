/** What IR is made of, one level at a time. */
import type { IrExpr, IrStmt } from './model.ts';

/** The expressions directly inside one. */
export function partsOf(e: IrExpr): readonly IrExpr[] {
  switch (e.op) {
    case 'const':
    case 'local':
    case 'time':
      return [];
    case 'load':
      return [e.index];
    case 'action':
      return e.component === undefined ? [e.agent] : [e.agent, e.component];
    case 'unary':
      return [e.operand];
    case 'binary':
    case 'and':
    case 'or':
      return [e.left, e.right];
    case 'select':
      return [e.condition, e.then, e.else];
    case 'reduce':
      return e.condition === undefined ? [e.count, e.body] : [e.count, e.condition, e.body];
    case 'call':
      return e.args;
  }
}

/** The expressions of a statement itself, not of the blocks in it. */
export function expressionsOf(stmt: IrStmt): readonly IrExpr[] {
  switch (stmt.op) {
    case 'let':
      return [stmt.value];
    case 'store':
      return [stmt.index, stmt.value];
    case 'copy':
      return [];
    case 'for':
      return [stmt.count];
    case 'if':
    case 'such_that':
      return [stmt.condition];
    case 'draw':
      switch (stmt.dist.kind) {
        case 'uniform_int':
          return [stmt.dist.low, stmt.dist.count];
        case 'bernoulli':
          return [stmt.dist.probability];
        case 'categorical':
          return stmt.dist.weights;
        case 'uniform_real':
          return [stmt.dist.low, stmt.dist.high];
        case 'normal':
          return [stmt.dist.mean, stmt.dist.deviation];
      }
  }
}

export function blocksOf(stmt: IrStmt): readonly (readonly IrStmt[])[] {
  switch (stmt.op) {
    case 'for':
    case 'such_that':
      return [stmt.body];
    case 'if':
      return [stmt.then, stmt.else];
    default:
      return [];
  }
}

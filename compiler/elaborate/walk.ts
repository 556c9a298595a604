/** Searches through IR: what an expression or a block reads. */
import type { Distribution, IrExpr, IrFunction, IrStmt } from '../game/model.ts';

/** Does any part of `e` pass `test`? Bodies of called functions are parts, too. */
export function someExpr(e: IrExpr, test: (part: IrExpr) => boolean): boolean {
  if (test(e)) return true;
  const go = (part: IrExpr | undefined): boolean => part !== undefined && someExpr(part, test);
  switch (e.op) {
    case 'const':
    case 'local':
    case 'time':
      return false;
    case 'load':
      return go(e.index);
    case 'action':
      return go(e.agent) || go(e.component);
    case 'unary':
      return go(e.operand);
    case 'binary':
    case 'and':
    case 'or':
      return go(e.left) || go(e.right);
    case 'select':
      return go(e.condition) || go(e.then) || go(e.else);
    case 'reduce':
      return go(e.count) || go(e.condition) || go(e.body);
    case 'call':
      return e.args.some(go) || someInFunction(e.fn, test);
  }
}

function someInFunction(fn: IrFunction, test: (part: IrExpr) => boolean): boolean {
  return someExpr(fn.result, test) || someInBlock(fn.body, test);
}

/** Does any expression of the statements pass `test`? */
export function someInBlock(stmts: readonly IrStmt[], test: (part: IrExpr) => boolean): boolean {
  const go = (e: IrExpr): boolean => someExpr(e, test);
  const inStatement = (stmt: IrStmt): boolean => {
    switch (stmt.op) {
      case 'let':
        return go(stmt.value);
      case 'store':
        return go(stmt.index) || go(stmt.value);
      case 'copy':
        return false;
      case 'for':
        return go(stmt.count) || someInBlock(stmt.body, test);
      case 'if':
        return go(stmt.condition) || someInBlock(stmt.then, test) || someInBlock(stmt.else, test);
      case 'such_that':
        return someInBlock(stmt.body, test) || go(stmt.condition);
      case 'draw':
        return someInDraw(stmt.dist, go);
    }
  };
  return stmts.some(inStatement);
}

function someInDraw(dist: Distribution, go: (e: IrExpr) => boolean): boolean {
  switch (dist.kind) {
    case 'uniform_int':
      return go(dist.low) || go(dist.count);
    case 'bernoulli':
      return go(dist.probability);
    case 'categorical':
      return dist.weights.some(go);
    case 'uniform_real':
      return go(dist.low) || go(dist.high);
    case 'normal':
      return go(dist.mean) || go(dist.deviation);
  }
}

/** Copies of expressions with some locals replaced, and small folds written out. Parts that do not change are not copied. */
import type { Bounds, IrExpr, Local } from '../game/model.ts';
import { constantOf, intConst, localExpr } from './gameFold.ts';

type Reduce = IrExpr & { op: 'reduce' };

/** What stands in for locals, by local id. */
export type Replacements = ReadonlyMap<number, IrExpr>;

const nothing: ReadonlyMap<number, number> = new Map();
const truth: Bounds = { low: 0, high: 1 };

/** Copies an expression with `replace` applied to every part, innermost first. */
export function mapExpr(
  expr: IrExpr,
  replace: (expr: IrExpr) => IrExpr,
  done: Map<IrExpr, IrExpr> = new Map(),
): IrExpr {
  const known = done.get(expr);
  if (known !== undefined) return known;
  const result = replace(withMappedParts(expr, part => mapExpr(part, replace, done)));
  done.set(expr, result);
  return result;
}

function withMappedParts(expr: IrExpr, map: (expr: IrExpr) => IrExpr): IrExpr {
  switch (expr.op) {
    case 'const':
    case 'local':
    case 'time':
      return expr;
    case 'load': {
      const index = map(expr.index);
      return index === expr.index ? expr : { ...expr, index };
    }
    case 'action': {
      const agent = map(expr.agent);
      const component = expr.component === undefined ? undefined : map(expr.component);
      return agent === expr.agent && component === expr.component ? expr : { ...expr, agent, component };
    }
    case 'unary': {
      const inner = map(expr.operand);
      return inner === expr.operand ? expr : { ...expr, operand: inner };
    }
    case 'binary':
    case 'and':
    case 'or': {
      const left = map(expr.left);
      const right = map(expr.right);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case 'select': {
      const condition = map(expr.condition);
      const yes = map(expr.then);
      const no = map(expr.else);
      return condition === expr.condition && yes === expr.then && no === expr.else
        ? expr
        : { ...expr, condition, then: yes, else: no };
    }
    case 'reduce': {
      const count = map(expr.count);
      const condition = expr.condition === undefined ? undefined : map(expr.condition);
      const body = map(expr.body);
      return count === expr.count && condition === expr.condition && body === expr.body
        ? expr
        : { ...expr, count, condition, body };
    }
    case 'call': {
      const args = expr.args.map(map);
      return args.every((arg, k) => arg === expr.args[k]) ? expr : { ...expr, args };
    }
  }
}

/** The expression with locals replaced. */
export function substitute(expr: IrExpr, replacements: Replacements): IrExpr {
  if (replacements.size === 0) return expr;
  return mapExpr(expr, part => (part.op === 'local' ? (replacements.get(part.local.id) ?? part) : part));
}

/** A fold over `count` elements as an expression without the fold. Not for `argmin` and `argmax`, nor a `min` or `max` with condition. */
export function writeOut(expr: Reduce, count: number): IrExpr {
  const terms: { readonly condition: IrExpr | undefined; readonly value: IrExpr }[] = [];
  for (let k = 0; k < count; k++) {
    const at = new Map([[expr.variable.id, intConst(k)]]);
    const condition = expr.condition === undefined ? undefined : substitute(expr.condition, at);
    const holds = condition === undefined ? 1 : constantOf(condition, nothing);
    if (holds === 0) continue;
    terms.push({ condition: holds === undefined ? condition : undefined, value: substitute(expr.body, at) });
  }
  const { scalar, bounds } = expr;
  const neutral = (value: number): IrExpr => ({ op: 'const', value, scalar, bounds: { low: value, high: value } });
  const guarded = (value: number): IrExpr[] =>
    terms.map(t =>
      t.condition === undefined
        ? t.value
        : {
            op: 'select',
            condition: t.condition,
            then: t.value,
            else: neutral(value),
            scalar,
            bounds: hull(t.value.bounds, value),
          },
    );
  const chain = (operator: 'add' | 'mul' | 'min' | 'max', values: readonly IrExpr[]): IrExpr =>
    values.reduce(
      (left, right): IrExpr => ({
        op: 'binary',
        operator,
        left,
        right,
        scalar,
        bounds: partial(operator, left, right, bounds),
      }),
    );
  switch (expr.operator) {
    case 'any':
      return terms
        .map(
          (t): IrExpr =>
            t.condition === undefined
              ? t.value
              : { op: 'and', left: t.condition, right: t.value, scalar, bounds: truth },
        )
        .reduce((left, right): IrExpr => ({ op: 'or', left, right, scalar, bounds: truth }), neutral(0));
    case 'all':
      return terms
        .map(
          (t): IrExpr =>
            t.condition === undefined
              ? t.value
              : { op: 'or', left: not(t.condition), right: t.value, scalar, bounds: truth },
        )
        .reduce((left, right): IrExpr => ({ op: 'and', left, right, scalar, bounds: truth }), neutral(1));
    case 'sum':
      // A sum of reals starts at 0, as the fold does: 0 + -0 is 0.
      return scalar === 'real' || terms.length === 0
        ? chain('add', [neutral(0), ...guarded(0)])
        : chain('add', guarded(0));
    case 'product':
      return terms.length === 0 ? neutral(1) : chain('mul', guarded(1));
    case 'min':
    case 'max':
      return terms.length === 0 ? neutral(0) : chain(expr.operator, guarded(0));
    case 'argmin':
    case 'argmax':
      return neutral(0);
  }
}

function not(operand: IrExpr): IrExpr {
  return { op: 'unary', operator: 'not', operand, scalar: 'int', bounds: truth };
}

function hull(bounds: Bounds, value: number): Bounds {
  return { low: Math.min(bounds.low, value), high: Math.max(bounds.high, value) };
}

/** Bounds of a part of a chain: those of the operands where that is easy, else open. */
function partial(operator: 'add' | 'mul' | 'min' | 'max', left: IrExpr, right: IrExpr, whole: Bounds): Bounds {
  const [a, b] = [left.bounds, right.bounds];
  switch (operator) {
    case 'add':
      return { low: a.low + b.low, high: a.high + b.high };
    case 'min':
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case 'max':
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case 'mul':
      return a.low >= 0 && b.low >= 0 && whole.low >= 0
        ? { low: 0, high: a.high * b.high }
        : { low: -Infinity, high: Infinity };
  }
}

/** The same variable under another name, for one of several copies of its block. */
export function renamed(local: Local, id: number, suffix: string): { readonly local: Local; readonly expr: IrExpr } {
  const copy = { ...local, id, name: `${local.name}_${suffix}` };
  return { local: copy, expr: localExpr(copy) };
}

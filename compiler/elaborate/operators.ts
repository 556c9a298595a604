import type { BinaryExpr, UnaryExpr } from '../../grammar/ast.ts';
import { replaceFix } from '../diagnostics/report.ts';
import type { IrExpr } from '../game/model.ts';
import * as B from './bounds.ts';
import { exactInteger, expectBool, expectInt, expectNumber, mismatch, nonZero } from './coerce.ts';
import { type Context, report, sourceText } from './context.ts';
import { branch, elaborate } from './expr.ts';
import * as ir from './ir.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

export function unaryExpr(ctx: Context, e: UnaryExpr, expected: Type | undefined): Value {
  if (e.op === 'not') {
    const operand = expectBool(ctx, elaborate(ctx, e.operand, T.boolType), e.operand.span, 'The operand of `not`');
    return operand === undefined ? V.invalid : V.boolean(ir.not(operand));
  }
  const operand = expectNumber(ctx, elaborate(ctx, e.operand, expected), e.operand.span, 'The operand of `-`');
  return operand === undefined ? V.invalid : V.number(ir.unary('neg', operand));
}

const comparisons = { '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' } as const;

export function binaryExpr(ctx: Context, e: BinaryExpr, expected: Type | undefined): Value {
  switch (e.op) {
    case 'and':
    case 'or':
      return logical(ctx, e, e.op);
    case '==':
    case '!=':
      return equality(ctx, e);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(ctx, e);
    case 'in':
    case 'not in': {
      const inside = membership(ctx, e);
      if (inside === undefined) return V.invalid;
      return V.boolean(e.op === 'in' ? inside : ir.not(inside));
    }
    case '|>':
      report(ctx, e.opSpan, 'not-here', {
        what: '`|>`',
        where: 'it joins the layers of a network',
        remedy: 'Write `network Name = mlp(64) |> layer_norm`, or the network as a setting.',
      });
      return V.invalid;
    default:
      return arithmetic(ctx, e, expected);
  }
}

function logical(ctx: Context, e: BinaryExpr, op: 'and' | 'or'): Value {
  const left = expectBool(ctx, elaborate(ctx, e.left, T.boolType), e.left.span, `The left side of \`${op}\``);
  if (left === undefined) {
    elaborate(ctx, e.right, T.boolType);
    return V.invalid;
  }
  // The right side is only evaluated when the left one did not decide, so it may rely on it.
  const right = branch(ctx, left, op === 'and', inner =>
    expectBool(inner, elaborate(inner, e.right, T.boolType), e.right.span, `The right side of \`${op}\``),
  );
  if (right === undefined) return V.invalid;
  return V.boolean(op === 'and' ? ir.and(left, right) : ir.or(left, right));
}

function bothSides(ctx: Context, e: BinaryExpr): [Value, Value] {
  // A bare enum member on the left learns its type from the right.
  if (e.left.kind === 'NameExpr' && ctx.scope.lookup(e.left.name.text) === undefined) {
    const right = elaborate(ctx, e.right);
    return [elaborate(ctx, e.left, V.typeOf(right)), right];
  }
  const left = elaborate(ctx, e.left);
  return [left, elaborate(ctx, e.right, left.kind === 'invalid' ? undefined : V.typeOf(left))];
}

function equality(ctx: Context, e: BinaryExpr): Value {
  const [left, right] = bothSides(ctx, e);
  if (left.kind === 'invalid' || right.kind === 'invalid') return V.invalid;
  const same = V.equal(left, right, (count, body) => conjunction(ctx, count, body));
  if (same === undefined) {
    if (meansChoice(ctx, e, left, right)) return V.invalid;
    mismatch(
      ctx,
      e.right.span,
      T.describe(V.typeOf(left)),
      right,
      `The two sides of \`${e.op}\` have one type, so this`,
    );
    return V.invalid;
  }
  return V.boolean(e.op === '==' ? same : ir.not(same));
}

/** `Player[0] == Up`: an agent is compared with an action; what it chose is `action[Player[0]]`. */
function meansChoice(ctx: Context, e: BinaryExpr, left: Value, right: Value): boolean {
  const agentLeft = isAgent(left);
  if (!agentLeft && !isAgent(right)) return false;
  const [agent, side] = agentLeft ? [left, e.left] : [right, e.right];
  const type = V.typeOf(agent);
  const found = type.kind === 'agent' ? ctx.build.actions?.typeFor(type.first, type.count) : undefined;
  const choice = V.typeOf(agentLeft ? right : left);
  if (found === undefined || !('type' in found) || !T.compatible(found.type, choice)) return false;
  const text = sourceText(ctx, side.span);
  // A class of several agents has no action of its own.
  const one = agent.kind === 'set' ? `action[${text}[0]]` : `action[${text}]`;
  const fixes = agent.kind === 'set' ? [] : [replaceFix(`Write \`${one}\``, ctx.file, side.span, one)];
  const expected = `an action, as is the other side of \`${e.op}\``;
  const remedy = `What an agent chose is \`${one}\`.`;
  report(
    ctx,
    side.span,
    'type-mismatch',
    { expected, found: agent.kind === 'set' ? `the class ${text}` : T.describe(type), because: undefined, remedy },
    { fixes },
  );
  return true;
}

function isAgent(value: Value): boolean {
  return V.typeOf(value).kind === 'agent';
}

/** All of `body(0) .. body(count - 1)`; a few are written out, more become a loop. */
export function conjunction(ctx: Context, count: IrExpr, body: (k: IrExpr) => IrExpr): IrExpr {
  const n = ir.constantOf(count);
  if (n !== undefined && n <= 4) {
    let result = ir.bool(true);
    for (let k = 0; k < n; k++) result = ir.and(result, body(ir.int(k)));
    return result;
  }
  const variable = ctx.build.local('k', 'int', B.between(0, Math.max(0, count.bounds.high - 1)));
  return ir.reduce('all', variable, count, undefined, body(ir.local(variable)));
}

export function disjunction(ctx: Context, count: IrExpr, body: (k: IrExpr) => IrExpr): IrExpr {
  return ir.not(conjunction(ctx, count, k => ir.not(body(k))));
}

function order(ctx: Context, e: BinaryExpr): Value {
  const [left, right] = bothSides(ctx, e);
  if (left.kind === 'invalid' || right.kind === 'invalid') return V.invalid;
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const a = left.type.kind;
    const b = right.type.kind;
    const numeric = (a === 'int' || a === 'real') && (b === 'int' || b === 'real');
    // Elements of one ordered set compare by their number: `for g in Food if g < f`.
    const ordered = a === b && (a === 'index' || a === 'agent' || a === 'enum') && T.compatible(left.type, right.type);
    if (numeric || ordered) return V.boolean(ir.binary(comparisons[e.op as '<'], left.e, right.e));
  }
  const wrong = left.kind === 'scalar' && (left.type.kind === 'int' || left.type.kind === 'real') ? right : left;
  mismatch(ctx, (wrong === left ? e.left : e.right).span, 'a number', wrong, `Each side of \`${e.op}\``);
  return V.invalid;
}

function membership(ctx: Context, e: BinaryExpr): IrExpr | undefined {
  const left = elaborate(ctx, e.left);
  if (e.right.kind === 'Range') {
    const x = expectNumber(ctx, left, e.left.span, 'The left side of `in`');
    const low = expectNumber(ctx, elaborate(ctx, e.right.low), e.right.low.span, 'The end of a range');
    const high = expectNumber(ctx, elaborate(ctx, e.right.high), e.right.high.span, 'The end of a range');
    if (x === undefined || low === undefined || high === undefined) return undefined;
    return ir.and(ir.binary('ge', x, low), ir.binary('le', x, high));
  }
  const type = V.typeOf(left);
  const expected: Type | undefined =
    left.kind === 'invalid' ? undefined : { kind: 'seq', element: type, capacity: Infinity };
  if (e.right.kind === 'List') {
    let found = ir.bool(false);
    for (const item of e.right.items) {
      const value = elaborate(ctx, item, type.kind === 'invalid' ? undefined : type);
      if (left.kind === 'invalid' || value.kind === 'invalid') return undefined;
      const same = V.equal(left, value, (count, body) => conjunction(ctx, count, body));
      if (same === undefined) {
        mismatch(
          ctx,
          item.span,
          T.describe(type),
          value,
          'The elements after `in` have the type of the left side, so this',
        );
        return undefined;
      }
      found = ir.or(found, same);
    }
    return found;
  }
  const right = elaborate(ctx, e.right, expected);
  if (left.kind === 'invalid' || right.kind === 'invalid') return undefined;
  if (right.kind === 'set') {
    if (left.kind === 'scalar' && T.isScalar(right.type) && T.compatible(type, right.type)) {
      const bounds = T.boundsOf(right.type);
      return ir.and(ir.binary('ge', left.e, ir.int(bounds.low)), ir.binary('le', left.e, ir.int(bounds.high)));
    }
  }
  const seq = V.toSeq(right);
  if (seq !== undefined) {
    let comparable = true;
    const test = (k: IrExpr): IrExpr => {
      const same = V.equal(left, seq.at(k), (count, body) => conjunction(ctx, count, body));
      if (same === undefined) comparable = false;
      return same ?? ir.bool(false);
    };
    const constant = ir.constantOf(seq.length);
    const found = disjunction(ctx, ir.int(seq.capacity), k =>
      constant === undefined ? ir.and(ir.binary('lt', k, seq.length), test(k)) : test(k),
    );
    if (comparable) return found;
  }
  mismatch(
    ctx,
    e.right.span,
    `a range, list, array or sequence of ${T.describe(type)}`,
    right,
    'The right side of `in`',
  );
  return undefined;
}

function arithmetic(ctx: Context, e: BinaryExpr, expected: Type | undefined): Value {
  const hint = expected?.kind === 'seq' ? expected : undefined;
  const left = elaborate(ctx, e.left, hint);
  const right = elaborate(ctx, e.right, hint ?? (left.kind === 'seq' ? V.typeOf(left) : undefined));
  if (left.kind === 'invalid' || right.kind === 'invalid') return V.invalid;
  if (e.op === '+') {
    const joined = concatenate(ctx, e, left, right);
    if (joined !== undefined) return joined;
  }
  const vectors = elementWise(ctx, e, left, right);
  if (vectors !== undefined) return vectors;
  const a = expectNumber(ctx, left, e.left.span, `The left side of \`${e.op}\``);
  const b = expectNumber(ctx, right, e.right.span, `The right side of \`${e.op}\``);
  if (a === undefined || b === undefined) return V.invalid;
  return numeric(ctx, e, a, b);
}

function numeric(ctx: Context, e: BinaryExpr, a: IrExpr, b: IrExpr): Value {
  switch (e.op) {
    case '+':
      return exactInteger(ctx, ir.binary('add', a, b), e.span);
    case '-':
      return exactInteger(ctx, ir.binary('sub', a, b), e.span);
    case '*':
      return exactInteger(ctx, ir.binary('mul', a, b), e.span);
    case '/':
      return nonZero(ctx, b, e.right, sourceText(ctx, e.right.span)) ? V.number(ir.binary('div', a, b)) : V.invalid;
    case '%': {
      const x = expectInt(ctx, V.number(a), e.left.span, 'The left side of `%`');
      const y = expectInt(ctx, V.number(b), e.right.span, 'The right side of `%`');
      if (x === undefined || y === undefined || !nonZero(ctx, y, e.right, sourceText(ctx, e.right.span)))
        return V.invalid;
      return V.number(ir.binary('mod', x, y));
    }
    default:
      return V.invalid;
  }
}

/** `s + [x]`, `s + t` */
function concatenate(ctx: Context, e: BinaryExpr, left: Value, right: Value): Value | undefined {
  if (left.kind !== 'seq' && right.kind !== 'seq' && !(e.left.kind === 'List' || e.right.kind === 'List'))
    return undefined;
  const a = V.toSeq(left);
  const b = V.toSeq(right);
  if (a === undefined || b === undefined) return undefined;
  const element = T.join(a.element, b.element);
  if (!T.compatible(a.element, b.element) && !T.compatible(b.element, a.element)) {
    mismatch(ctx, e.right.span, T.describe(V.typeOf(left)), right, 'The two sides of `+` hold one type, so this');
    return V.invalid;
  }
  return {
    kind: 'seq',
    element,
    capacity: a.capacity + b.capacity,
    length: ir.binary('add', a.length, b.length),
    at: i => {
      if (a.capacity === 0) return b.at(i);
      if (b.capacity === 0) return a.at(i);
      const inLeft = ir.binary('lt', i, a.length);
      const at = ir.constantOf(inLeft);
      if (at !== undefined) return at === 1 ? a.at(i) : b.at(ir.binary('sub', i, a.length));
      const offset = b.capacity === 1 ? ir.int(0) : ir.binary('sub', i, a.length);
      return V.select(inLeft, a.at(i), b.at(offset));
    },
  };
}

/** Vectors of numbers add, subtract and scale element by element. */
function elementWise(ctx: Context, e: BinaryExpr, left: Value, right: Value): Value | undefined {
  if (left.kind !== 'array' && right.kind !== 'array') return undefined;
  if (e.op === '%') return undefined;
  const shape = left.kind === 'array' ? left : (right as Extract<Value, { kind: 'array' }>);
  if (left.kind === 'array' && right.kind === 'array') {
    const fits =
      left.type.keys.length === right.type.keys.length &&
      left.type.keys.every((key, k) => T.sizeOf(key) === T.sizeOf(right.type.keys[k] as Type));
    if (!fits) {
      mismatch(ctx, e.right.span, T.describe(left.type), right, 'Both arrays have one shape, so this');
      return V.invalid;
    }
  }
  const scalarElements = (v: Value) =>
    v.kind === 'array' ? v.type.element.kind === 'int' || v.type.element.kind === 'real' : v.kind === 'scalar';
  if (!scalarElements(left) || !scalarElements(right)) return undefined;
  const at = (indices: readonly IrExpr[]): Value => {
    const x = left.kind === 'array' ? left.at(indices) : left;
    const y = right.kind === 'array' ? right.at(indices) : right;
    const a = expectNumber(ctx, x, e.left.span, `The left side of \`${e.op}\``);
    const b = expectNumber(ctx, y, e.right.span, `The right side of \`${e.op}\``);
    return a === undefined || b === undefined ? V.invalid : numeric(ctx, e, a, b);
  };
  const sample = at(
    shape.type.keys.map(key => ir.local(ctx.build.local('i', 'int', B.between(0, (T.sizeOf(key) ?? 1) - 1)))),
  );
  if (sample.kind === 'invalid') return V.invalid;
  return { kind: 'array', type: { ...shape.type, element: V.typeOf(sample) }, at };
}

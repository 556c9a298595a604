/** Expressions: types, ranges and lowering in one pass. */
import type { Expr, NumberLit } from '../../grammar/ast.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { IrExpr, IrStmt } from '../game/model.ts';
import * as B from './bounds.ts';
import { callExpr } from './calls.ts';
import { coerce, expectBool, mismatch } from './coerce.ts';
import { elaborateList, elaborateReduceArgument } from './comprehension.ts';
import { type Context, report } from './context.ts';
import { refine } from './facts.ts';
import * as ir from './ir.ts';
import { dictExpr, listExpr } from './literals.ts';
import { elaborateMap } from './map.ts';
import { matchExpr } from './match.ts';
import { actionExpr, memberExpr } from './members.ts';
import { binaryExpr, unaryExpr } from './operators.ts';
import { read } from './storage.ts';
import { traced } from './trace.ts';
import { resolveType } from './typeexpr.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';
import { withExpr } from './with.ts';

/** The value of an expression; `expected` guides literals and enum members, it does not convert. */
export function elaborate(ctx: Context, e: Expr, expected?: Type): Value {
  return traced(ctx.file, e, untraced(ctx, e, expected));
}

function untraced(ctx: Context, e: Expr, expected?: Type): Value {
  switch (e.kind) {
    case 'Number':
      return numberLiteral(e);
    case 'Bool':
      return V.boolean(ir.bool(e.value));
    case 'String':
      report(ctx, e.span, 'not-here', { what: 'A string', where: 'games compute with numbers and names' });
      return V.invalid;
    case 'Map':
      return elaborateMap(ctx, e, expected);
    case 'NameExpr':
      return nameExpr(ctx, e.name.text, e.name.span, expected);
    case 'NextExpr':
      return nextExpr(ctx, e.name.text, e.name.span);
    case 'Unary':
      return unaryExpr(ctx, e, expected);
    case 'Binary':
      return binaryExpr(ctx, e, expected);
    case 'Range':
    case 'TypeArg':
      return setExpr(ctx, e);
    case 'If':
      return ifExpr(ctx, e.condition, e.then, e.else, expected);
    case 'Match':
      return matchExpr(ctx, e, expected);
    case 'Call':
      return callExpr(ctx, e);
    case 'IndexExpr':
      return indexExpr(ctx, e);
    case 'Member':
      return memberExpr(ctx, e);
    case 'Tuple': {
      const types = expected?.kind === 'tuple' ? expected.items : [];
      return { kind: 'tuple', items: e.items.map((item, k) => elaborate(ctx, item, types[k])) };
    }
    case 'List':
      return listExpr(ctx, e.items, expected);
    case 'Comprehension':
      return e.list ? elaborateList(ctx, e, expected) : elaborateReduceArgument(ctx, e);
    case 'Dict':
      return dictExpr(ctx, e, expected);
    case 'With':
      return withExpr(ctx, e, expected);
    case 'Sample':
      report(ctx, e.span, 'not-here', {
        what: 'A random sample',
        where: 'chance is drawn with `~`',
        remedy: 'Write `let x ~ sample n of T`.',
      });
      return V.invalid;
    case 'Schedule':
      report(ctx, e.span, 'not-here', {
        what: 'A schedule',
        where: 'numbers that change while it learns are settings of algorithms and optimizers',
      });
      return V.invalid;
    case 'Invalid':
      return V.invalid;
  }
}

function numberLiteral(e: NumberLit): Value {
  // Beyond the exponents of fractions lie only infinity, which is refused, and what rounds to 0.
  const value = Rational.parse(e.text) ?? Number(e.text);
  const plain = typeof value === 'number' ? value : value.toNumber();
  if (/^\d+$/.test(e.text) && Number.isSafeInteger(plain)) return V.number(ir.int(plain));
  return V.number(ir.real(value));
}

// ---------------------------------------------------------------------------------------------- names

function nameExpr(ctx: Context, name: string, span: Expr['span'], expected: Type | undefined): Value {
  const binding = ctx.scope.lookup(name);
  if (binding === undefined) {
    const member = enumMember(ctx, name, span, expected);
    if (member !== undefined) return member;
    if (name === 'turn' && ctx.build.turn !== undefined) return turnValue(ctx);
    if (name === 'time') {
      if (ctx.phase === 'constant') {
        report(ctx, span, 'not-here', {
          what: '`time`',
          where: 'it is the number of steps taken, and no game is being played here',
        });
        return V.invalid;
      }
      ctx.build.usesTime = true;
      // A function is lowered once and may be called again by a move.
      if (!ctx.build.valuing || ctx.calling.length > 0) ctx.build.movesReadTime = true;
      const steps = ir.time(ctx.build.horizon === undefined ? Infinity : ctx.build.horizon);
      // In `end when` the step has been taken.
      return V.number(ctx.phase === 'end' ? ir.binary('add', steps, ir.int(1)) : steps);
    }
    unknownName(ctx, name, span, 'value');
    return V.invalid;
  }
  switch (binding.kind) {
    case 'value':
      return V.refresh(binding.value);
    case 'lazy':
      return binding.get();
    case 'state': {
      const variable = binding.variable;
      if (ctx.phase === 'constant') {
        report(ctx, span, 'not-constant', { what: 'This' });
        return V.invalid;
      }
      if (ctx.phase === 'init' && !variable.readable) {
        report(ctx, span, 'read-before-set', { name });
        return V.invalid;
      }
      return read(ctx.phase === 'end' ? (variable.next ?? variable.storage) : variable.storage);
    }
    case 'type':
      return binding.lone ?? { kind: 'set', type: binding.get() };
    case 'fn':
      report(ctx, span, 'not-here', {
        what: `The function \`${name}\``,
        where: 'functions are called, not passed around',
        remedy: `Write \`${name}(...)\`.`,
      });
      return V.invalid;
    case 'later':
      report(ctx, span, 'not-constant', { what: 'This' });
      return V.invalid;
    case 'other':
      report(ctx, span, 'not-here', { what: `\`${name}\``, where: `it is ${binding.what}, not a value` });
      return V.invalid;
  }
}

/** An enum member by name; the expected type decides between several. */
export function enumMember(
  ctx: Context,
  name: string,
  span: Expr['span'],
  expected: Type | undefined,
): Value | undefined {
  if (expected?.kind === 'enum') {
    const k = expected.members.indexOf(name);
    if (k >= 0) return V.scalar(expected, ir.int(k));
  }
  const enums = ctx.scope.enumsWith(name);
  const names = [...new Set(enums.map(type => type.name))];
  const first = enums[0];
  if (first === undefined) return undefined;
  if (names.length > 1 && expected === undefined) {
    report(ctx, span, 'ambiguous-member', { name, types: names.join(', ') });
    return V.invalid;
  }
  return V.scalar(first, ir.int(first.members.indexOf(name)));
}

export function unknownName(ctx: Context, name: string, span: Expr['span'], what: string): void {
  const candidates = [
    ...ctx.scope.all(),
    'time',
    ...(ctx.phase === 'step' ? ['action'] : []),
    ...(ctx.build.turn === undefined ? [] : ['turn']),
  ];
  const suggestion = suggest(name, candidates);
  const fixes =
    suggestion === undefined ? [] : [replaceFix(`Replace by \`${suggestion}\``, ctx.file, span, suggestion)];
  report(ctx, span, 'unknown-name', { name, what, suggestion, known: '' }, { fixes });
}

function turnValue(ctx: Context): Value {
  const turn = ctx.build.turn;
  if (turn === undefined || ctx.phase === 'constant') return V.invalid;
  if (ctx.phase === 'step' && turn.inStep !== undefined) return V.refresh(turn.inStep);
  const inner: Context = { ...ctx, scope: turn.scope, file: turn.file };
  const value = elaborate(inner, turn.expr);
  return ctx.build.agentsType === undefined
    ? value
    : coerce(inner, value, ctx.build.agentsType, turn.expr.span, '`turn`');
}

function nextExpr(ctx: Context, name: string, span: Expr['span']): Value {
  const variable = ctx.build.states.get(name);
  if (variable === undefined) {
    report(ctx, span, 'not-state', { name, suggestion: suggest(name, ctx.build.states.keys()) });
    return V.invalid;
  }
  if (ctx.phase !== 'step' && ctx.phase !== 'end') {
    report(ctx, span, 'not-here', {
      what: '`next`',
      where: 'only steps, rewards and `end when` know the state reached',
    });
    return V.invalid;
  }
  if (variable.next === undefined) return read(variable.storage);
  if (!variable.nextReady) {
    report(ctx, span, 'next-too-early', { name });
    return V.invalid;
  }
  return read(variable.next);
}

// ---------------------------------------------------------------------------------------------- sets

/** A range or type as a set of values. */
export function setExpr(ctx: Context, e: Expr): Value {
  if (e.kind === 'TypeArg') return { kind: 'set', type: resolveType(ctx, e.type) };
  if (e.kind !== 'Range') return V.invalid;
  const low = intConstant(ctx, e.low, 'The end of a range');
  const high = intConstant(ctx, e.high, 'The end of a range');
  if (low === undefined || high === undefined) return V.invalid;
  return { kind: 'set', type: T.rangeType(low, high) };
}

/** A whole number known when the game is built. */
export function intConstant(ctx: Context, e: Expr, what: string): number | undefined {
  const value = elaborate(ctx, e);
  if (value.kind === 'invalid') return undefined;
  if (value.kind !== 'scalar' || value.type.kind !== 'int') {
    mismatch(ctx, e.span, 'a whole number', value, what);
    return undefined;
  }
  const k = ir.constantOf(value.e);
  if (k === undefined) report(ctx, e.span, 'not-constant', { what });
  return k;
}

// ---------------------------------------------------------------------------------------------- conditionals

export function ifExpr(
  ctx: Context,
  condition: Expr,
  thenExpr: Expr,
  elseExpr: Expr,
  expected: Type | undefined,
): Value {
  const c = expectBool(ctx, elaborate(ctx, condition, T.boolType), condition.span, 'The condition of `if`');
  if (c === undefined) {
    elaborate(ctx, thenExpr, expected);
    elaborate(ctx, elseExpr, expected);
    return V.invalid;
  }
  const a = branch(ctx, c, true, inner => elaborate(inner, thenExpr, expected));
  const b = branch(ctx, c, false, inner => elaborate(inner, elseExpr, expected ?? V.typeOf(a)));
  return joinBranches(ctx, c, a, b, { then: thenExpr.span, else: elseExpr.span }, expected);
}

/** Elaborates one branch knowing its condition; statements it needs run only when it is taken. */
export function branch<R>(ctx: Context, condition: IrExpr, truth: boolean, body: (ctx: Context) => R): R {
  const known = refine(condition, truth, ctx.build);
  const inner: IrStmt[] = [];
  const result = ir.withFacts(known, () => body({ ...ctx, out: ctx.out === undefined ? undefined : inner }));
  if (inner.length > 0 && ctx.out !== undefined) {
    const settled = ir.constantOf(condition);
    if (settled === undefined)
      ctx.out.push({ op: 'if', condition: truth ? condition : ir.not(condition), then: inner, else: [] });
    else if ((settled !== 0) === truth) ctx.out.push(...inner);
  }
  return result;
}

/** `select` with a type check and facts kept inside lazily evaluated arrays. */
export function joinBranches(
  ctx: Context,
  condition: IrExpr,
  a: Value,
  b: Value,
  spans: { readonly then: Expr['span']; readonly else: Expr['span'] },
  expected: Type | undefined,
): Value {
  const left = guard(ctx, condition, true, a);
  const right = guard(ctx, condition, false, b);
  const ta = V.typeOf(left);
  const tb = V.typeOf(right);
  const sequences = V.toSeq(left) !== undefined && V.toSeq(right) !== undefined;
  if (!T.compatible(ta, tb) && !T.compatible(tb, ta) && !sequences) {
    // Where the place says which of the two is right, the other one is wrong.
    const fits = (type: Type): boolean => expected !== undefined && T.compatible(type, expected);
    if (expected !== undefined && fits(tb) && !fits(ta))
      mismatch(ctx, spans.then, T.describe(expected), left, undefined);
    else mismatch(ctx, spans.else, T.describe(ta), right, 'Both branches have one type, so this');
    return V.invalid;
  }
  return V.select(condition, left, right);
}

function guard(ctx: Context, condition: IrExpr, truth: boolean, value: Value): Value {
  if (value.kind !== 'array' && value.kind !== 'seq') return value;
  const known = () => refine(condition, truth, ctx.build);
  if (value.kind === 'array')
    return { ...value, at: (indices: readonly IrExpr[]) => ir.withFacts(known(), () => value.at(indices)) };
  return { ...value, at: (index: IrExpr) => ir.withFacts(known(), () => value.at(index)) };
}

// ---------------------------------------------------------------------------------------------- parts

function indexExpr(ctx: Context, e: Extract<Expr, { kind: 'IndexExpr' }>): Value {
  if (e.object.kind === 'NameExpr' && e.object.name.text === 'action' && ctx.scope.lookup('action') === undefined) {
    return actionExpr(ctx, e);
  }
  const object = elaborate(ctx, e.object);
  switch (object.kind) {
    case 'invalid':
      for (const index of e.indices) elaborate(ctx, index);
      return V.invalid;
    case 'array': {
      const indices = arrayIndices(ctx, object.type.keys, e.indices, e.span);
      return indices === undefined ? V.invalid : object.at(indices);
    }
    case 'seq': {
      const index = intIndex(ctx, e.indices, e.span, ir.binary('sub', object.length, ir.int(1)), object.length);
      return index === undefined ? V.invalid : object.at(index);
    }
    case 'set':
      return elementOfSet(ctx, object.type, e);
    default:
      report(ctx, e.object.span, 'not-indexable', { what: T.describe(V.typeOf(object)) });
      return V.invalid;
  }
}

/** `Player[0]` is an agent, `Cell[Player]` a type. */
function elementOfSet(ctx: Context, type: Type, e: Extract<Expr, { kind: 'IndexExpr' }>): Value {
  const only = e.indices[0];
  if (e.indices.length === 1 && only !== undefined && (type.kind === 'agent' || type.kind === 'index')) {
    const value = elaborate(ctx, only);
    if (value.kind === 'scalar' && value.type.kind === 'int') {
      const allowed = B.between(0, type.count - 1);
      if (!B.contains(allowed, value.e.bounds)) {
        report(ctx, only.span, 'index-out-of-bounds', { allowed: B.show(allowed), found: B.show(value.e.bounds) });
        return V.invalid;
      }
      return V.fromOrdinal(type, value.e);
    }
    if (value.kind === 'invalid') return V.invalid;
    if (value.kind !== 'set') {
      mismatch(ctx, only.span, 'a whole number', value, `The number of an element of ${T.nameOf(type)}`);
      return V.invalid;
    }
  }
  const keys = e.indices.map(index => keyTypeOf(ctx, index));
  return keys.some(key => key === undefined)
    ? V.invalid
    : { kind: 'set', type: { kind: 'array', keys: keys as Type[], element: type } };
}

/** An array dimension: a finite type, or a size. */
export function keyTypeOf(ctx: Context, e: Expr): Type | undefined {
  const value = elaborate(ctx, e);
  if (value.kind === 'invalid') return undefined;
  if (value.kind === 'set') {
    if (T.sizeOf(value.type) === undefined) {
      report(ctx, e.span, 'not-finite', { what: 'An array index', type: `\`${T.nameOf(value.type)}\`` });
      return undefined;
    }
    return value.type;
  }
  if (value.kind === 'scalar' && value.type.kind === 'agent') return value.type;
  if (value.kind === 'scalar' && value.type.kind === 'int') {
    const size = ir.constantOf(value.e);
    if (size === undefined) {
      report(ctx, e.span, 'not-constant', { what: 'The size of an array' });
      return undefined;
    }
    if (size < 1 || size > 4_000_000) {
      report(ctx, e.span, 'bad-size', { what: 'An array', size: `${size}`, limit: '1 to 4,000,000' });
      return undefined;
    }
    return T.rangeType(0, size - 1);
  }
  mismatch(ctx, e.span, 'a type or a size', value, 'An array dimension');
  return undefined;
}

/** Zero-based ordinals of index expressions, checked against their key types. One tuple or record may give all of them. */
export function arrayIndices(
  ctx: Context,
  keys: readonly Type[],
  exprs: readonly Expr[],
  span: Expr['span'],
): IrExpr[] | undefined {
  const values = exprs.map((e, k) => elaborate(ctx, e, keys[k]));
  return ordinalsFor(ctx, keys, values, exprs, span);
}

export function ordinalsFor(
  ctx: Context,
  keys: readonly Type[],
  given: readonly Value[],
  exprs: readonly Expr[],
  span: Expr['span'],
): IrExpr[] | undefined {
  let values = given;
  const only = values[0];
  // `grid[cell]` for a two-dimensional grid: a pair, or a record of two numbers, gives both indices.
  if (values.length === 1 && keys.length > 1 && only !== undefined) {
    if (only.kind === 'tuple' && only.items.length === keys.length) values = only.items;
    else if (only.kind === 'record' && only.fields.length === keys.length) values = only.fields;
  }
  if (values.length !== keys.length) {
    if (!values.some(v => v.kind === 'invalid'))
      report(ctx, span, 'index-count', { expected: keys.length, found: values.length });
    return undefined;
  }
  const result: IrExpr[] = [];
  for (let k = 0; k < keys.length; k++) {
    const key = keys[k] as Type;
    const value = values[k] as Value;
    const at = (exprs[k] ?? exprs[0])?.span ?? span;
    if (value.kind === 'invalid') return undefined;
    if (!T.compatible(V.typeOf(value), key)) {
      mismatch(ctx, at, T.describe(key), value, 'This index');
      return undefined;
    }
    const bad = V.outside(key, value);
    if (bad !== undefined) {
      report(ctx, at, 'index-out-of-bounds', { allowed: B.show(bad.allowed), found: B.show(bad.found) });
      return undefined;
    }
    const ordinal = V.toOrdinal(key, value);
    if (ordinal === undefined) {
      report(ctx, at, 'not-finite', { what: 'An index', type: `\`${T.nameOf(key)}\`` });
      return undefined;
    }
    result.push(ordinal);
  }
  return result;
}

function intIndex(
  ctx: Context,
  exprs: readonly Expr[],
  span: Expr['span'],
  last: IrExpr,
  length: IrExpr,
): IrExpr | undefined {
  const only = exprs[0];
  if (exprs.length !== 1 || only === undefined) {
    report(ctx, span, 'index-count', { expected: 1, found: exprs.length });
    return undefined;
  }
  const value = elaborate(ctx, only);
  if (value.kind === 'invalid') return undefined;
  if (value.kind !== 'scalar' || value.type.kind !== 'int') {
    mismatch(ctx, only.span, 'a whole number', value, 'The index of a sequence');
    return undefined;
  }
  const inside =
    value.e.bounds.low >= 0 &&
    (value.e.bounds.high <= last.bounds.low || ir.keyOf(value.e) === ir.keyOf(last) || provedBelow(value.e, length));
  if (!inside) {
    report(ctx, only.span, 'index-out-of-bounds', {
      allowed: last.bounds.low < 0 ? '0..(length - 1), and the sequence may be empty' : `0..${last.bounds.low}`,
      found: B.show(value.e.bounds),
    });
    return undefined;
  }
  return value.e;
}

/** `k < len(s)` is known here, by that very condition. */
function provedBelow(index: IrExpr, length: IrExpr): boolean {
  return ir.constantOf(ir.binary('lt', index, length)) === 1 || ir.binary('lt', index, length).bounds.low === 1;
}

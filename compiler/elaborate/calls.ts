/** Calls: built-in functions, record constructors, elements of sets by number, user functions. */
import type { CallExpr, Expr } from '../../grammar/ast.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { IrExpr } from '../game/model.ts';
import * as B from './bounds.ts';
import { coerce, exactInteger, expectInt, expectNumber, mismatch, nonZero } from './coerce.ts';
import { domainOf, type ReduceOperator, reduceComprehension } from './comprehension.ts';
import { type Context, completeCall, namesOfFunctions, report, sourceText } from './context.ts';
import { elaborate } from './expr.ts';
import { callFunction } from './functions.ts';
import * as ir from './ir.ts';
import { conjunction } from './operators.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

const folds: ReadonlySet<string> = new Set(['sum', 'product', 'any', 'all', 'count', 'min', 'max', 'argmin', 'argmax']);
const distributions: ReadonlySet<string> = new Set([
  'uniform',
  'bernoulli',
  'categorical',
  'normal',
  'permutation',
  'point',
]);
const unaryMath = ['abs', 'sign', 'floor', 'ceil', 'round', 'sqrt', 'exp', 'log', 'sin', 'cos', 'tanh'] as const;

type Builtin = (ctx: Context, e: CallExpr) => Value;

export function builtinNames(): readonly string[] {
  return [...folds, ...distributions, ...Object.keys(builtins)];
}

export function callExpr(ctx: Context, e: CallExpr): Value {
  if (e.callee.kind !== 'NameExpr') {
    const callee = elaborate(ctx, e.callee);
    if (callee.kind === 'set') return construct(ctx, e, callee.type);
    if (callee.kind !== 'invalid') report(ctx, e.callee.span, 'not-callable', { what: T.describe(V.typeOf(callee)) });
    return V.invalid;
  }
  const name = e.callee.name.text;
  const binding = ctx.scope.lookup(name);
  if (binding?.kind === 'fn') return callFunction(ctx, binding.fn, e);
  if (binding?.kind === 'type') return construct(ctx, e, binding.get());
  if (binding !== undefined) {
    const value = elaborate(ctx, e.callee);
    if (value.kind !== 'invalid') report(ctx, e.callee.span, 'not-callable', { what: T.describe(V.typeOf(value)) });
    return V.invalid;
  }
  if (folds.has(name)) return foldCall(ctx, e, name as ReduceOperator);
  if (Object.hasOwn(builtins, name)) return (builtins[name] as Builtin)(ctx, e);
  if (distributions.has(name)) {
    report(ctx, e.span, 'not-here', {
      what: `\`${name}(...)\``,
      where: 'a distribution stands after `~`',
      remedy: `Write \`let x ~ ${name}(...)\` and use \`x\`.`,
    });
    return V.invalid;
  }
  const suggestion = suggest(name, [...ctx.scope.all(namesOfFunctions), ...builtinNames()]);
  const fixes =
    suggestion === undefined ? [] : [replaceFix(`Replace by \`${suggestion}\``, ctx.file, e.callee.span, suggestion)];
  report(ctx, e.callee.span, 'unknown-name', { name, what: 'function', suggestion, known: '' }, { fixes });
  for (const arg of e.args) elaborate(ctx, arg);
  return V.invalid;
}

// ---------------------------------------------------------------------------------------------- folds

function foldCall(ctx: Context, e: CallExpr, name: ReduceOperator): Value {
  const only = e.args[0];
  if (e.args.length === 1 && only?.kind === 'Comprehension' && !only.list) return reduceComprehension(ctx, only, name);
  if (e.args.length === 1 && only !== undefined) {
    // `sum(xs)` folds an array or sequence itself.
    const domain = domainOf(ctx, only);
    if (domain === undefined) return V.invalid;
    const variable = ctx.build.local('k', 'int', B.between(0, Math.max(0, domain.most - 1)));
    const element = domain.element(ir.local(variable));
    const wantsBool = name === 'any' || name === 'all' || name === 'count';
    if (
      element.kind !== 'scalar' ||
      (wantsBool ? element.type.kind !== 'bool' : element.type.kind !== 'int' && element.type.kind !== 'real')
    ) {
      mismatch(ctx, only.span, wantsBool ? 'conditions' : 'numbers', element, `What \`${name}\` folds`);
      return V.invalid;
    }
    const needsOne = name === 'min' || name === 'max' || name === 'argmin' || name === 'argmax';
    if (needsOne && domain.count.bounds.low < 1) {
      report(ctx, e.span, 'empty-choice', { what: `\`${name}\`` });
      return V.invalid;
    }
    const folded = ir.reduce(name === 'count' ? 'sum' : name, variable, domain.count, undefined, element.e);
    if (name === 'argmin' || name === 'argmax')
      return domain.key === undefined ? V.number(folded) : V.fromOrdinal(domain.key, folded);
    return name === 'any' || name === 'all' ? V.boolean(folded) : exactInteger(ctx, folded, e.span);
  }
  if ((name === 'min' || name === 'max') && e.args.length >= 2) {
    const parts = e.args.map(arg => expectNumber(ctx, elaborate(ctx, arg), arg.span, `An argument of \`${name}\``));
    if (parts.some(p => p === undefined)) return V.invalid;
    return V.number((parts as IrExpr[]).reduce((a, b) => ir.binary(name, a, b)));
  }
  report(ctx, e.span, 'wrong-arity', {
    name,
    expected: `one \`... for x in T\`, array or sequence`,
    found: e.args.length,
  });
  return V.invalid;
}

// ---------------------------------------------------------------------------------------------- built-in functions

function args(ctx: Context, e: CallExpr, name: string, count: number): readonly Expr[] | undefined {
  const extra = e.named[0];
  if (extra !== undefined) {
    report(ctx, extra.span, 'unknown-argument', { name: extra.name.text, of: name, suggestion: undefined, known: '' });
    return undefined;
  }
  if (e.args.length === count) return e.args;
  report(ctx, e.span, 'wrong-arity', {
    name,
    expected: count === 1 ? 'one argument' : `${count} arguments`,
    found: e.args.length,
  });
  return undefined;
}

function math(operator: (typeof unaryMath)[number]): Builtin {
  return (ctx, e) => {
    const [x] = args(ctx, e, operator, 1) ?? [];
    if (x === undefined) return V.invalid;
    const value = expectNumber(ctx, elaborate(ctx, x), x.span, `The argument of \`${operator}\``);
    if (value === undefined) return V.invalid;
    const domain =
      operator === 'sqrt'
        ? { ok: value.bounds.low >= 0, text: 'numbers from 0' }
        : operator === 'log'
          ? { ok: value.bounds.low > 0, text: 'numbers above 0' }
          : undefined;
    if (domain !== undefined && !domain.ok) {
      report(ctx, x.span, 'outside-domain', { fn: operator, domain: domain.text, found: B.show(value.bounds) });
      return V.invalid;
    }
    return V.number(ir.unary(operator, value));
  };
}

/** An element of an ordered finite set: enum, index, agent class. */
function orderedElement(ctx: Context, e: Expr, what: string): Extract<Value, { kind: 'scalar' }> | undefined {
  const value = elaborate(ctx, e);
  if (value.kind === 'invalid') return undefined;
  if (
    value.kind === 'scalar' &&
    (value.type.kind === 'enum' ||
      value.type.kind === 'index' ||
      value.type.kind === 'agent' ||
      value.type.kind === 'bool')
  )
    return value;
  mismatch(ctx, e.span, 'an element of an enum, index or agent class', value, what);
  return undefined;
}

function around(shift: 1 | -1): Builtin {
  const name = shift === 1 ? 'next_of' : 'prev_of';
  return (ctx, e) => {
    const [x] = args(ctx, e, name, 1) ?? [];
    const value = x === undefined ? undefined : orderedElement(ctx, x, `The argument of \`${name}\``);
    if (value === undefined) return V.invalid;
    const size = T.sizeOf(value.type) ?? 1;
    const ordinal = V.toOrdinal(value.type, value) ?? ir.int(0);
    return V.fromOrdinal(
      value.type,
      ir.binary('mod', ir.binary('add', ordinal, ir.int(shift === 1 ? 1 : size - 1)), ir.int(size)),
    );
  };
}

const builtins: Readonly<Record<string, Builtin>> = {
  ...Object.fromEntries(unaryMath.map(name => [name, math(name)])),
  clamp: (ctx, e) => {
    const given = args(ctx, e, 'clamp', 3);
    const parts = given?.map(arg => expectNumber(ctx, elaborate(ctx, arg), arg.span, 'An argument of `clamp`'));
    const [x, low, high] = parts ?? [];
    if (x === undefined || low === undefined || high === undefined) return V.invalid;
    return V.number(ir.binary('min', ir.binary('max', x, low), high));
  },
  div: (ctx, e) => {
    const [x, y] = args(ctx, e, 'div', 2) ?? [];
    if (x === undefined || y === undefined) return V.invalid;
    const a = expectInt(ctx, elaborate(ctx, x), x.span, 'The first argument of `div`');
    const b = expectInt(ctx, elaborate(ctx, y), y.span, 'The second argument of `div`');
    if (a === undefined || b === undefined || !nonZero(ctx, b, y, sourceText(ctx, y.span))) return V.invalid;
    return V.number(ir.binary('idiv', a, b));
  },
  len: (ctx, e) => {
    const [x] = args(ctx, e, 'len', 1) ?? [];
    if (x === undefined) return V.invalid;
    const value = elaborate(ctx, x);
    if (value.kind === 'invalid') return V.invalid;
    if (value.kind === 'set') return sizeOfSet(ctx, value.type, x);
    const seq = V.toSeq(value);
    if (seq !== undefined) return V.number(seq.length);
    mismatch(ctx, x.span, 'a sequence or array', value, 'The argument of `len`');
    return V.invalid;
  },
  last: (ctx, e) => {
    const [x] = args(ctx, e, 'last', 1) ?? [];
    if (x === undefined) return V.invalid;
    const value = elaborate(ctx, x);
    const seq = V.toSeq(value);
    if (seq === undefined) {
      mismatch(ctx, x.span, 'a sequence', value, 'The argument of `last`');
      return V.invalid;
    }
    if (seq.length.bounds.low < 1) {
      report(ctx, x.span, 'empty-choice', { what: '`last`' });
      return V.invalid;
    }
    return seq.at(ir.binary('sub', seq.length, ir.int(1)));
  },
  rows: (ctx, e) => gridSize(ctx, e, 'rows', 0),
  cols: (ctx, e) => gridSize(ctx, e, 'cols', 1),
  find: (ctx, e) => find(ctx, e),
  next_of: around(1),
  prev_of: around(-1),
  ord: (ctx, e) => {
    const [x] = args(ctx, e, 'ord', 1) ?? [];
    const value = x === undefined ? undefined : orderedElement(ctx, x, 'The argument of `ord`');
    return value === undefined ? V.invalid : V.number(V.toOrdinal(value.type, value) ?? ir.int(0));
  },
  other: (ctx, e) => {
    const [x] = args(ctx, e, 'other', 1) ?? [];
    if (x === undefined) return V.invalid;
    const agents = ctx.build.agentsType;
    if (agents?.kind !== 'agent' || agents.count !== 2) {
      report(ctx, e.span, 'not-here', {
        what: '`other`',
        where: `it is for games of two agents, and this one has ${agents?.kind === 'agent' ? agents.count : 'none'}`,
      });
      return V.invalid;
    }
    const value = coerce(ctx, elaborate(ctx, x, agents), agents, x.span, 'The argument of `other`');
    return value.kind === 'scalar' ? V.scalar(agents, ir.binary('sub', ir.int(1), value.e)) : V.invalid;
  },
  onehot: (ctx, e) => {
    const [x] = args(ctx, e, 'onehot', 1) ?? [];
    if (x === undefined) return V.invalid;
    const value = elaborate(ctx, x);
    if (value.kind === 'invalid') return V.invalid;
    const size =
      value.kind === 'scalar' && value.e.scalar === 'int' ? value.e.bounds.high - value.e.bounds.low + 1 : Infinity;
    if (value.kind !== 'scalar' || !Number.isFinite(size)) {
      mismatch(ctx, x.span, 'a value of a range, enum, index or agent class', value, 'The argument of `onehot`');
      return V.invalid;
    }
    const low = T.isScalar(value.type) && value.type.kind !== 'int' ? T.boundsOf(value.type).low : value.e.bounds.low;
    const count = T.sizeOf(value.type) ?? size;
    return {
      kind: 'array',
      type: { kind: 'array', keys: [T.rangeType(0, count - 1)], element: T.boolType },
      at: ([k]) => V.boolean(ir.binary('eq', ir.binary('sub', value.e, ir.int(low)), k as IrExpr)),
    };
  },
};

function sizeOfSet(ctx: Context, type: Type, e: Expr): Value {
  const size = T.sizeOf(type);
  if (size !== undefined) return V.number(ir.int(size));
  report(ctx, e.span, 'not-finite', { what: 'The argument of `len`', type: `\`${T.nameOf(type)}\`` });
  return V.invalid;
}

function gridSize(ctx: Context, e: CallExpr, name: string, axis: 0 | 1): Value {
  const [x] = args(ctx, e, name, 1) ?? [];
  if (x === undefined) return V.invalid;
  const value = elaborate(ctx, x);
  if (value.kind === 'invalid') return V.invalid;
  const key = value.kind === 'array' && value.type.keys.length === 2 ? value.type.keys[axis] : undefined;
  const size = key === undefined ? undefined : T.sizeOf(key);
  if (size !== undefined) return V.number(ir.int(size));
  mismatch(ctx, x.span, 'a map or two-dimensional array', value, `The argument of \`${name}\``);
  return V.invalid;
}

/** The one place of a constant map where a value stands, as (row, column). */
function find(ctx: Context, e: CallExpr): Value {
  const [x, y] = args(ctx, e, 'find', 2) ?? [];
  if (x === undefined || y === undefined) return V.invalid;
  const grid = elaborate(ctx, x);
  if (grid.kind === 'invalid') return V.invalid;
  if (grid.kind !== 'array' || grid.type.keys.length !== 2) {
    mismatch(ctx, x.span, 'a map or two-dimensional array', grid, 'The first argument of `find`');
    return V.invalid;
  }
  const wanted = elaborate(ctx, y, grid.type.element);
  if (wanted.kind === 'invalid') return V.invalid;
  const [height, width] = grid.type.keys.map(key => T.sizeOf(key) ?? 0) as [number, number];
  const places: [number, number][] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const same = V.equal(grid.at([ir.int(row), ir.int(column)]), wanted, (count, body) =>
        conjunction(ctx, count, body),
      );
      const known = same === undefined ? undefined : ir.constantOf(same);
      if (known === undefined) {
        report(ctx, e.span, 'not-constant', { what: 'What `find` looks at' });
        return V.invalid;
      }
      if (known === 1) places.push([row, column]);
    }
  }
  const place = places[0];
  if (place === undefined || places.length > 1) {
    report(ctx, e.span, 'bad-map', {
      problem: `\`${sourceText(ctx, y.span)}\` stands at ${places.length} places, and \`find\` needs exactly one`,
    });
    return V.invalid;
  }
  return { kind: 'tuple', items: [V.number(ir.int(place[0])), V.number(ir.int(place[1]))] };
}

// ---------------------------------------------------------------------------------------------- construction

/** `Cell(2, 1)`, `Cell(row: 2, col: 1)`, `Cell(pair)`, `Food(k)`. */
function construct(ctx: Context, e: CallExpr, type: Type): Value {
  if (type.kind === 'invalid') return V.invalid;
  if (type.kind === 'record') return record(ctx, e, type);
  const only = e.args[0];
  if (
    (type.kind === 'index' || type.kind === 'enum' || type.kind === 'agent') &&
    e.args.length === 1 &&
    only !== undefined
  ) {
    const value = elaborate(ctx, only);
    const k = expectInt(ctx, value, only.span, `The number of an element of ${T.nameOf(type)}`);
    if (k === undefined) return V.invalid;
    const allowed = B.between(0, (T.sizeOf(type) ?? 1) - 1);
    if (!B.contains(allowed, k.bounds)) {
      report(ctx, only.span, 'index-out-of-bounds', { allowed: B.show(allowed), found: B.show(k.bounds) });
      return V.invalid;
    }
    return V.fromOrdinal(type, k);
  }
  report(ctx, e.callee.span, 'not-callable', { what: `the type ${T.nameOf(type)}` });
  return V.invalid;
}

function record(ctx: Context, e: CallExpr, type: Extract<Type, { kind: 'record' }>): Value {
  const fields: (Value | undefined)[] = type.fields.map(() => undefined);
  let given = e.args.map((arg, k) => elaborate(ctx, arg, type.fields[k]?.type));
  const only = given[0];
  if (given.length === 1 && only?.kind === 'tuple' && only.items.length === type.fields.length) given = [...only.items];
  if (given.length > type.fields.length) {
    report(ctx, e.span, 'wrong-arity', {
      name: type.name,
      expected: `${type.fields.length} fields`,
      found: given.length,
      call: completeCall(
        ctx,
        type.name,
        e,
        type.fields.map(f => f.name),
      ),
    });
    return V.invalid;
  }
  given.forEach((value, k) => {
    fields[k] = coerce(
      ctx,
      value,
      type.fields[k]?.type as Type,
      (e.args[k] ?? e.args[0] ?? e).span,
      `\`${type.fields[k]?.name}\` of ${type.name}`,
    );
  });
  for (const arg of e.named) {
    const k = type.fields.findIndex(field => field.name === arg.name.text);
    const field = type.fields[k];
    if (field === undefined) {
      const known = type.fields.map(f => f.name);
      report(ctx, arg.name.span, 'unknown-argument', {
        name: arg.name.text,
        of: type.name,
        suggestion: suggest(arg.name.text, known),
        known: known.join(', '),
      });
      return V.invalid;
    }
    if (fields[k] !== undefined) {
      report(ctx, arg.span, 'duplicate-name', { name: arg.name.text, what: 'field' });
      return V.invalid;
    }
    fields[k] = coerce(
      ctx,
      elaborate(ctx, arg.value, field.type),
      field.type,
      arg.value.span,
      `\`${field.name}\` of ${type.name}`,
    );
  }
  const missing = fields.indexOf(undefined);
  if (missing >= 0) {
    const count = fields.filter(f => f !== undefined).length;
    report(ctx, e.span, 'wrong-arity', {
      name: type.name,
      expected: `${type.fields.length} ${type.fields.length === 1 ? 'field' : 'fields'} (${type.fields.map(f => f.name).join(', ')})`,
      found: count,
      call: completeCall(
        ctx,
        type.name,
        e,
        type.fields.map(f => f.name),
      ),
    });
    return V.invalid;
  }
  return fields.some(f => f?.kind === 'invalid') ? V.invalid : { kind: 'record', type, fields: fields as Value[] };
}

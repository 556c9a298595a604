/**
 * User functions. One whose parameters and result are scalars (or records of scalars) becomes an IR function, checked once against
 * its declared types; others are expanded where they are called. Functions called from `end when` that read the state are expanded
 * too, because bare names mean the state reached there.
 */
import type { CallExpr, Param } from '../../grammar/ast.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { IrExpr, IrFunction, IrStmt, Local } from '../game/model.ts';
import { spend } from './budget.ts';
import { coerce } from './coerce.ts';
import { type Context, completeCall, type FnBinding, report, Scope } from './context.ts';
import { elaborate } from './expr.ts';
import * as ir from './ir.ts';
import { leaves } from './storage.ts';
import { resolveType } from './typeexpr.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';
import { someExpr, someInBlock } from './walk.ts';

export function callFunction(ctx: Context, fn: FnBinding, e: CallExpr): Value {
  spend();
  const { decl } = fn;
  if (ctx.calling.some(outer => outer.decl === decl)) {
    const start = ctx.calling.findIndex(outer => outer.decl === decl);
    const path = [...ctx.calling.slice(start).map(f => f.decl.name.text), decl.name.text].join(' calls ');
    report(ctx, e.span, 'recursive-declaration', { name: decl.name.text, path });
    return V.invalid;
  }
  const inner = bodyContext(ctx, fn);
  const types = decl.params.map(param => resolveType({ ...inner, phase: 'constant' }, param.type));
  const values = argumentsFor(ctx, e, decl.name.text, decl.params, types);
  if (values === undefined) return V.invalid;
  if (ctx.phase !== 'constant' && types.every(isFlat)) {
    const compiled = compile(inner, fn, types);
    if (compiled === 'failed') return V.invalid;
    if (compiled !== undefined && !(ctx.phase === 'end' && readsState(compiled.fn))) {
      if (ctx.phase === 'init' && !readsOnlySet(ctx, e, compiled.fn)) return V.invalid;
      return V.scalar(compiled.result, ir.call(compiled.fn, values.flatMap(flatten)));
    }
  }
  return body({ ...inner, phase: ctx.phase, out: ctx.out }, fn, values);
}

/** Reports a function that looks at a state variable to which `init` has not come yet. */
function readsOnlySet(ctx: Context, e: CallExpr, fn: IrFunction): boolean {
  for (const variable of ctx.build.states.values()) {
    const stores = leaves(variable.storage);
    const test = (part: IrExpr): boolean => part.op === 'load' && stores.includes(part.store);
    if (variable.readable || !(someExpr(fn.result, test) || someInBlock(fn.body, test))) continue;
    report(ctx, e.span, 'read-before-set', { name: variable.name });
    return false;
  }
  return true;
}

/** Elaborates a function on its own, so that one nobody calls is checked too. */
export function checkFunction(ctx: Context, fn: FnBinding): void {
  const inner = bodyContext(ctx, fn);
  const types = fn.decl.params.map(param => resolveType({ ...inner, phase: 'constant' }, param.type));
  if (types.some(type => type.kind === 'invalid')) {
    body(
      { ...inner, out: [] },
      fn,
      types.map(() => V.invalid),
    );
    return;
  }
  if (types.every(isFlat) && compile(inner, fn, types) !== undefined) return;
  const values = types.map((type, k) => symbolic(ctx, type, fn.decl.params[k]?.name.text ?? 'x'));
  body({ ...inner, out: [] }, fn, values);
}

function bodyContext(ctx: Context, fn: FnBinding): Context {
  return {
    ...ctx,
    scope: fn.scope,
    file: fn.file,
    phase: fn.inGame ? 'state' : 'constant',
    out: undefined,
    calling: [...ctx.calling, fn],
  };
}

function argumentsFor(
  ctx: Context,
  e: CallExpr,
  name: string,
  params: readonly Param[],
  types: readonly Type[],
): Value[] | undefined {
  if (e.args.length > params.length || (e.args.length < params.length && e.named.length === 0)) {
    const expected =
      params.length === 1
        ? `one argument (${params[0]?.name.text})`
        : `${params.length} arguments (${params.map(p => p.name.text).join(', ')})`;
    const call = completeCall(
      ctx,
      name,
      e,
      params.map(p => p.name.text),
    );
    report(ctx, e.span, 'wrong-arity', { name, expected, found: e.args.length + e.named.length, call });
    for (const arg of e.args) elaborate(ctx, arg);
    return undefined;
  }
  const values: (Value | undefined)[] = params.map(() => undefined);
  const put = (k: number, value: Value, span: CallExpr['span']) => {
    values[k] = coerce(ctx, value, types[k] as Type, span, `\`${params[k]?.name.text}\` of \`${name}\``);
  };
  e.args.slice(0, params.length).forEach((arg, k) => {
    put(k, elaborate(ctx, arg, types[k]), arg.span);
  });
  for (const arg of e.named) {
    const k = params.findIndex(p => p.name.text === arg.name.text);
    if (k < 0) {
      const known = params.map(p => p.name.text);
      report(ctx, arg.name.span, 'unknown-argument', {
        name: arg.name.text,
        of: name,
        suggestion: suggest(arg.name.text, known),
        known: known.join(', '),
      });
      return undefined;
    }
    if (values[k] !== undefined) {
      report(ctx, arg.span, 'duplicate-name', { name: arg.name.text, what: 'parameter' });
      return undefined;
    }
    put(k, elaborate(ctx, arg.value, types[k]), arg.value.span);
  }
  const missing = values.indexOf(undefined);
  if (missing >= 0) {
    report(ctx, e.span, 'missing-argument', { name: params[missing]?.name.text ?? '', of: name });
    return undefined;
  }
  return values.some(v => v?.kind === 'invalid') ? undefined : (values as Value[]);
}

/** The body with parameters bound to values; a scalar `let` becomes a variable in `named`, or stands for its value without it. */
function body(ctx: Context, fn: FnBinding, values: readonly Value[], named?: IrStmt[]): Value {
  const { decl } = fn;
  let scope = new Scope(fn.scope);
  decl.params.forEach((param, k) => {
    scope.names.set(param.name.text, { kind: 'value', value: values[k] ?? V.invalid });
  });
  for (const stmt of decl.lets) {
    const here: Context = { ...ctx, scope };
    let value: Value = V.invalid;
    if (stmt.value.kind === 'Draw' || stmt.binders.length > 0) {
      report(here, stmt.span, 'not-here', {
        what: stmt.value.kind === 'Draw' ? 'Chance' : 'An indexed `let`',
        where: 'functions compute one value from their arguments',
        remedy: 'Draw it in `init` or `step` and pass it in.',
      });
    } else {
      const type = stmt.type === undefined ? undefined : resolveType({ ...here, phase: 'constant' }, stmt.type);
      const given = elaborate(here, stmt.value.value, type);
      value = type === undefined ? given : coerce(here, given, type, stmt.value.span, `\`${stmt.name.text}\``);
      if (named !== undefined) value = bind(ctx, stmt.name.text, value, named);
    }
    scope = scope.with(stmt.name.text, value);
  }
  const here: Context = { ...ctx, scope };
  const type = decl.result === undefined ? undefined : resolveType({ ...here, phase: 'constant' }, decl.result);
  const result = elaborate(here, decl.body, type);
  return type === undefined
    ? result
    : coerce(here, result, type, decl.body.span, `The result of \`${decl.name.text}\``);
}

/** A scalar or record of scalars in variables of its own, evaluated once. */
export function bind(ctx: Context, name: string, value: Value, out: IrStmt[]): Value {
  if (value.kind === 'scalar') {
    if (value.e.op === 'const' || value.e.op === 'local') return value;
    const local = ctx.build.local(name, value.e.scalar, value.e.bounds);
    out.push({ op: 'let', local, value: value.e });
    if (isStable(ctx, value.e)) ctx.build.define(local, value.e);
    return V.scalar(value.type, ir.local(local));
  }
  if (value.kind === 'record') {
    return {
      ...value,
      fields: value.fields.map((field, k) => bind(ctx, `${name}_${value.type.fields[k]?.name}`, field, out)),
    };
  }
  if (value.kind === 'tuple')
    return { ...value, items: value.items.map((item, k) => bind(ctx, `${name}_${k}`, item, out)) };
  return value;
}

/**
 * Does the expression keep its value as long as it can be spoken of? In `init` the state changes from line to line, and in a step an
 * array's next value may be changed element by element; what was true of them when a `let` was computed says nothing later.
 */
export function isStable(ctx: Context, e: IrExpr): boolean {
  return !someExpr(
    e,
    part =>
      part.op === 'load' &&
      (part.store.role.kind === 'next' || (part.store.role.kind === 'state' && ctx.phase === 'init')),
  );
}

// ---------------------------------------------------------------------------------------------- compiled functions

type Compiled = { readonly fn: IrFunction; readonly result: Type };
const results = new WeakMap<object, Map<object, Compiled | 'failed' | 'expanded'>>();

/** Undefined: the result is not a scalar, expand instead. */
function compile(ctx: Context, fn: FnBinding, types: readonly Type[]): Compiled | 'failed' | undefined {
  let known = results.get(ctx.build);
  if (known === undefined) {
    known = new Map();
    results.set(ctx.build, known);
  }
  const cached = known.get(fn.decl);
  if (cached !== undefined) return cached === 'expanded' ? undefined : cached;
  const params: Local[] = [];
  const values = types.map((type, k) => parameter(ctx, type, fn.decl.params[k]?.name.text ?? 'x', params));
  const out: IrStmt[] = [];
  // The function is compiled for every call, so nothing that is known at one call may enter it.
  const value = ir.withFacts(undefined, () => body({ ...ctx, phase: 'state', out }, fn, values, out));
  let made: Compiled | 'failed' | 'expanded';
  if (value.kind === 'invalid') made = 'failed';
  else if (value.kind !== 'scalar') made = 'expanded';
  else {
    const result: IrExpr = value.e;
    made = {
      fn: ctx.build.addFunction(`${fn.file}#${fn.decl.span.start}`, {
        name: fn.decl.name.text,
        params,
        body: out,
        result,
        doc: fn.decl.doc,
      }),
      result: value.type,
    };
  }
  known.set(fn.decl, made);
  return made === 'expanded' ? undefined : made;
}

/** Scalars, and records and tuples of them: what can be passed as plain arguments. */
function isFlat(type: Type): boolean {
  spend();
  if (type.kind === 'record') return type.fields.every(field => isFlat(field.type));
  if (type.kind === 'tuple') return type.items.every(isFlat);
  return T.isScalar(type);
}

function parameter(ctx: Context, type: Type, name: string, params: Local[]): Value {
  if (type.kind === 'record') {
    return {
      kind: 'record',
      type,
      fields: type.fields.map(field => parameter(ctx, field.type, `${name}_${field.name}`, params)),
    };
  }
  if (type.kind === 'tuple')
    return { kind: 'tuple', items: type.items.map((item, k) => parameter(ctx, item, `${name}_${k}`, params)) };
  const local = ctx.build.local(name, type.kind === 'real' ? 'real' : 'int', T.boundsOf(type));
  params.push(local);
  return V.scalar(type, ir.local(local));
}

function flatten(value: Value): readonly IrExpr[] {
  if (value.kind === 'scalar') return [value.e];
  if (value.kind === 'record') return value.fields.flatMap(flatten);
  if (value.kind === 'tuple') return value.items.flatMap(flatten);
  return [];
}

/** A value of a type about which nothing else is known. */
function symbolic(ctx: Context, type: Type, name: string): Value {
  switch (type.kind) {
    case 'array':
      return { kind: 'array', type, at: () => symbolic(ctx, type.element, name) };
    case 'seq': {
      const length = ctx.build.local(`${name}_len`, 'int', { low: 0, high: type.capacity });
      return {
        kind: 'seq',
        element: type.element,
        capacity: type.capacity,
        length: ir.local(length),
        at: () => symbolic(ctx, type.element, name),
      };
    }
    case 'invalid':
      return V.invalid;
    default:
      return parameter(ctx, type, name, []);
  }
}

const stateReaders = new WeakMap<IrFunction, boolean>();

/** Does the function look at the state or the time, itself or through others? */
function readsState(fn: IrFunction): boolean {
  const cached = stateReaders.get(fn);
  if (cached !== undefined) return cached;
  const test = (part: IrExpr): boolean =>
    part.op === 'time' || part.op === 'action' || (part.op === 'load' && part.store.role.kind === 'state');
  const answer = someExpr(fn.result, test) || someInBlock(fn.body, test);
  stateReaders.set(fn, answer);
  return answer;
}

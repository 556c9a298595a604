/** Statements of `init` and `step`. */
import type { AssignStmt, Binder, Expr, LetStmt, LhsIndex, Span, Stmt } from '../../grammar/ast.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { IrExpr, IrStmt, Local } from '../game/model.ts';
import { isIndexVariable, isVariable } from './binders.ts';
import * as B from './bounds.ts';
import { coerce, expectBool } from './coerce.ts';
import { type Context, report, Scope, type StateVariable } from './context.ts';
import { draw } from './dist.ts';
import { elaborate, ordinalsFor } from './expr.ts';
import { bind, isStable } from './functions.ts';
import * as ir from './ir.ts';
import { keep, replace, scratch } from './scratch.ts';
import { elementPlace, fill, leaves, type Place, read, type Storage, write } from './storage.ts';
import { resolveType } from './typeexpr.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';
import { someExpr, someInBlock } from './walk.ts';

/** Elaborates statements in order into `out`; gives the scope with their `let` names. */
export function statements(ctx: Context, stmts: readonly Stmt[], out: IrStmt[]): Scope {
  let scope = new Scope(ctx.scope);
  const done = new Map<string, Span>();
  for (const stmt of stmts) {
    const here: Context = { ...ctx, scope, out };
    if (stmt.kind === 'Let') scope = letStmt(here, stmt, out);
    else assign(here, stmt, out, done);
  }
  return scope;
}

// ---------------------------------------------------------------------------------------------- let

function letStmt(ctx: Context, stmt: LetStmt, out: IrStmt[]): Scope {
  const name = stmt.name.text;
  if (ctx.build.states.has(name))
    report(ctx, stmt.name.span, 'duplicate-name', { name, what: 'state variable and a `let`' });
  const type = stmt.type === undefined ? undefined : resolveType({ ...ctx, phase: 'constant' }, stmt.type);
  if (stmt.binders.length > 0) return letFamily(ctx, stmt, type, out);
  if (stmt.value.kind === 'Is') {
    const given = elaborate(ctx, stmt.value.value, type);
    const value = type === undefined ? given : coerce(ctx, given, type, stmt.value.span, `\`${name}\``);
    return ctx.scope.with(name, materialise(ctx, name, value, stmt.value.span, out));
  }
  const { dist, suchThat } = stmt.value;
  const body: IrStmt[] = [];
  const drawn = draw(ctx, dist, name, type, body);
  const value = type === undefined ? drawn : coerce(ctx, drawn, type, stmt.value.span, `\`${name}\``);
  if (value.kind === 'invalid') return ctx.scope.with(name, V.invalid);
  if (suchThat === undefined) {
    out.push(...body);
    return ctx.scope.with(name, materialise(ctx, name, value, stmt.value.span, out));
  }
  // A conditioned draw is repeated as a block, so its result is kept where code after the block can read it.
  const storage = scratch(ctx, type ?? V.typeOf(value), name, stmt.span);
  if (storage === undefined) return ctx.scope.with(name, V.invalid);
  write(ctx.build, { storage, base: ir.int(0) }, value, body);
  const scope = ctx.scope.with(name, read(storage));
  condition({ ...ctx, scope }, suchThat, body, stmt.span, out);
  return scope;
}

function condition(ctx: Context, suchThat: Expr, body: IrStmt[], span: Span, out: IrStmt[]): void {
  const holds = expectBool(
    ctx,
    elaborate({ ...ctx, out: body }, suchThat, T.boolType),
    suchThat.span,
    'The condition after `such that`',
  );
  if (holds !== undefined) out.push({ op: 'such_that', body, condition: holds, span });
}

/** Arrays and sequences are stored once; scalars become variables. */
function materialise(ctx: Context, name: string, value: Value, span: Span, out: IrStmt[]): Value {
  switch (value.kind) {
    case 'record': {
      const fields = value.fields.map((field, k) =>
        materialise(ctx, `${name}_${value.type.fields[k]?.name}`, field, span, out),
      );
      return fields.some(field => field.kind === 'invalid') ? V.invalid : { ...value, fields };
    }
    case 'tuple': {
      const items = value.items.map((item, k) => materialise(ctx, `${name}_${k}`, item, span, out));
      return items.some(item => item.kind === 'invalid') ? V.invalid : { ...value, items };
    }
    case 'scalar':
      return bind(ctx, name, value, out);
    default:
      return keep(ctx, name, value, span, out);
  }
}

function letFamily(ctx: Context, stmt: LetStmt, type: Type | undefined, out: IrStmt[]): Scope {
  const name = stmt.name.text;
  const keys = stmt.binders.map(binder => binderType(ctx, binder));
  if (keys.some(key => key === undefined)) return ctx.scope.with(name, V.invalid);
  const sizes = (keys as Type[]).map(key => T.sizeOf(key) ?? 0);
  const variables = keys.map((_, d) =>
    ctx.build.local(stmt.binders[d]?.name.text ?? 'i', 'int', B.between(0, Math.max(0, (sizes[d] as number) - 1))),
  );
  const body: IrStmt[] = [];
  let storage: Storage | undefined;
  let failed = false;
  const inner = binderScope(ctx.scope, stmt.binders, keys as Type[], variables);
  const here: Context = { ...ctx, scope: inner, out: body };
  const flat = flatIndex(variables, sizes);
  const make = (element: Type): Storage | undefined =>
    scratch(ctx, { kind: 'array', keys: keys as Type[], element }, name, stmt.span);
  const put = (value: Value, target: IrStmt[]) => {
    storage ??= make(type ?? V.typeOf(value));
    if (storage?.kind === 'array') write(ctx.build, { storage: storage.element, base: flat }, value, target);
    else failed = true;
  };
  if (stmt.value.kind === 'Is') {
    const given = elaborate(here, stmt.value.value, type);
    const value = type === undefined ? given : coerce(here, given, type, stmt.value.span, `\`${name}\``);
    if (value.kind === 'invalid') failed = true;
    else put(value, body);
    if (
      !failed &&
      storage?.kind === 'array' &&
      storage.element.kind === 'scalar' &&
      value.kind === 'scalar' &&
      isStable(ctx, value.e) &&
      dependsOnlyOn(variables, value.e)
    ) {
      ctx.build.defineElements(storage.element.store, { variables, sizes, value: value.e });
    }
  } else {
    const { dist, suchThat } = stmt.value;
    const draws: IrStmt[] = [];
    const drawn = draw({ ...here, out: draws }, dist, name, type, draws);
    const value = type === undefined ? drawn : coerce(here, drawn, type, stmt.value.span, `\`${name}\``);
    if (value.kind === 'invalid') failed = true;
    else put(value, draws);
    if (!failed && storage !== undefined) {
      if (suchThat === undefined) body.push(...draws);
      else condition({ ...here, scope: inner.with(name, read(storage)) }, suchThat, draws, stmt.span, body);
    }
  }
  if (failed || storage === undefined) return ctx.scope.with(name, V.invalid);
  // A condition may look at elements that are not drawn yet: they do not hold what an earlier step left there.
  if (stmt.value.kind === 'Draw' && readsAny(body, storage)) fill(ctx.build, storage, out);
  out.push(...loops(variables, sizes, body));
  return ctx.scope.with(name, read(storage));
}

/** Is the element a function of the loop variables and of what was computed before the loop? */
function dependsOnlyOn(variables: readonly Local[], e: IrExpr): boolean {
  const before = Math.min(...variables.map(variable => variable.id));
  const bound = new Set(variables.map(variable => variable.id));
  someExpr(e, part => {
    if (part.op === 'reduce') bound.add(part.variable.id);
    if (part.op === 'call') for (const param of part.fn.params) bound.add(param.id);
    if (part.op === 'call')
      for (const stmt of part.fn.body) if (stmt.op === 'let' || stmt.op === 'draw') bound.add(stmt.local.id);
    return false;
  });
  return !someExpr(
    e,
    part =>
      (part.op === 'local' && part.local.id > before && !bound.has(part.local.id)) ||
      (part.op === 'load' && part.store.role.kind === 'scratch' && part.store.id > before),
  );
}

function readsAny(body: readonly IrStmt[], storage: Storage): boolean {
  const stores = leaves(storage);
  return someInBlock(body, part => part.op === 'load' && stores.includes(part.store));
}

// ---------------------------------------------------------------------------------------------- binders

/** The set a binder runs over: its type, or all agents. */
export function binderType(ctx: Context, binder: Binder): Type | undefined {
  if (!isVariable(ctx, binder)) return undefined;
  const type =
    binder.type === undefined ? ctx.build.agentsType : resolveType({ ...ctx, phase: 'constant' }, binder.type);
  if (type === undefined || type.kind === 'invalid') return undefined;
  const size = T.sizeOf(type);
  if (size === undefined || type.kind === 'array') {
    report(ctx, binder.span, 'not-finite', { what: 'What an equation runs over', type: `\`${T.nameOf(type)}\`` });
    return undefined;
  }
  return type;
}

function binderScope(
  scope: Scope,
  binders: readonly Binder[],
  keys: readonly Type[],
  variables: readonly Local[],
): Scope {
  let inner = scope;
  binders.forEach((binder, d) => {
    inner = inner.with(binder.name.text, V.fromOrdinal(keys[d] as Type, ir.local(variables[d] as Local)));
  });
  return inner;
}

function flatIndex(variables: readonly Local[], sizes: readonly number[]): IrExpr {
  let flat: IrExpr = ir.int(0);
  variables.forEach((variable, d) => {
    flat = ir.binary('add', ir.binary('mul', flat, ir.int(sizes[d] as number)), ir.local(variable));
  });
  return flat;
}

function loops(variables: readonly Local[], sizes: readonly number[], body: readonly IrStmt[]): IrStmt[] {
  let inner = [...body];
  for (let d = variables.length - 1; d >= 0; d--) {
    inner = [{ op: 'for', variable: variables[d] as Local, count: ir.int(sizes[d] as number), body: inner }];
  }
  return inner;
}

// ---------------------------------------------------------------------------------------------- equations

/** Which variables a step assigns, by name. */
export function assignedNames(stmts: readonly Stmt[]): ReadonlySet<string> {
  return new Set(stmts.flatMap(stmt => (stmt.kind === 'Assign' && stmt.next ? [stmt.name.text] : [])));
}

function assign(ctx: Context, stmt: AssignStmt, out: IrStmt[], done: Map<string, Span>): void {
  const name = stmt.name.text;
  const inStep = ctx.phase === 'step';
  if (stmt.next !== inStep) {
    report(ctx, stmt.span, 'not-here', {
      what: stmt.next ? `\`next ${name}\`` : `\`${name} = ...\``,
      where: inStep ? 'a step says what comes next' : '`init` sets the first state, there is nothing before it',
      remedy: inStep ? `Write \`next ${name} = ...\`.` : `Write \`${name} = ...\`.`,
    });
    return;
  }
  const variable = ctx.build.states.get(name);
  if (variable === undefined) {
    // A state variable of a wrong type was reported where it is declared.
    const known = ctx.scope.lookup(name);
    if (known?.kind === 'value' && known.value.kind === 'invalid') return;
    report(ctx, stmt.name.span, 'not-state', { name, suggestion: suggest(name, ctx.build.states.keys()) });
    elaborateRhs(ctx, stmt);
    return;
  }
  const storage = inStep ? variable.next : variable.storage;
  if (storage === undefined) return;
  const targets = indexTargets(ctx, stmt, variable);
  if (targets === undefined) return;
  const whole = targets.every(target => 'variable' in target && target.covers);
  const before = done.get(name);
  if (whole && before !== undefined && inStep) {
    report(
      ctx,
      stmt.name.span,
      'assigned-twice',
      { name },
      { related: [{ at: { file: ctx.file, span: before }, message: 'first equation' }] },
    );
    return;
  }
  // Elements that a condition may look at before they are drawn hold their old values.
  const conditioned = stmt.value.kind === 'Draw' && stmt.value.suchThat !== undefined && targets.length > 0;
  if ((!whole || conditioned) && before === undefined && inStep) copyAll(variable.storage, storage, out);
  done.set(name, stmt.name.span);
  equation(ctx, stmt, variable, storage, targets, out);
  if (inStep) variable.nextReady = true;
  else cover(variable, targets, whole);
}

/** Notes which elements have got their first value; those at an index that is not constant may be any, so none is noted. */
function cover(variable: StateVariable, targets: readonly Target[], whole: boolean): void {
  variable.readable = true;
  if (whole) variable.covered = 'all';
  if (variable.covered === 'all' || variable.type.kind !== 'array') return;
  let flat = [0];
  variable.type.keys.forEach((key, d) => {
    const size = T.sizeOf(key) ?? 0;
    const target = targets[d];
    if (target === undefined) return;
    const fixed = 'index' in target ? ir.constantOf(target.index) : undefined;
    const first = 'index' in target ? (fixed ?? 0) : target.offset;
    const count = 'index' in target ? (fixed === undefined ? 0 : 1) : (T.sizeOf(target.key) ?? 0);
    flat = flat.flatMap(before => Array.from({ length: count }, (_, k) => before * size + first + k));
  });
  for (const element of flat) variable.covered.add(element);
}

function elaborateRhs(ctx: Context, stmt: AssignStmt): void {
  if (stmt.indices.some(index => index.kind === 'Binder')) return;
  if (stmt.value.kind === 'Is') elaborate(ctx, stmt.value.value);
}

type Target =
  | {
      readonly name: string;
      readonly key: Type;
      readonly offset: number;
      readonly variable: Local;
      readonly covers: boolean;
    }
  | { readonly index: IrExpr };

function indexTargets(ctx: Context, stmt: AssignStmt, variable: StateVariable): readonly Target[] | undefined {
  if (stmt.indices.length === 0) return [];
  const keys = variable.type.kind === 'array' ? variable.type.keys : undefined;
  if (keys === undefined) {
    report(ctx, stmt.span, 'not-indexable', { what: T.describe(variable.type) });
    return undefined;
  }
  const grid = keys.length > 1 && stmt.indices.length === 1 && stmt.indices[0]?.kind !== 'Binder';
  if (grid) {
    const only = stmt.indices[0] as Expr;
    const ordinals = ordinalsFor(ctx, keys, [elaborate(ctx, only)], [only], only.span);
    return ordinals?.map(index => ({ index }));
  }
  if (stmt.indices.length !== keys.length) {
    report(ctx, stmt.span, 'index-count', { expected: keys.length, found: stmt.indices.length });
    return undefined;
  }
  const targets: Target[] = [];
  for (let d = 0; d < keys.length; d++) {
    const target = indexTarget(ctx, stmt.indices[d] as LhsIndex, keys[d] as Type);
    if (target === undefined) return undefined;
    targets.push(target);
  }
  return targets;
}

function indexTarget(ctx: Context, index: LhsIndex, key: Type): Target | undefined {
  // A bare name that means nothing yet runs over the whole index: `next at[p] = ...`.
  const free =
    index.kind === 'NameExpr' &&
    ctx.scope.lookup(index.name.text) === undefined &&
    ctx.scope.enumsWith(index.name.text).length === 0;
  if (index.kind === 'Binder' || free) {
    const named = index.kind === 'Binder' ? index.name : (index as Extract<Expr, { kind: 'NameExpr' }>).name;
    if (free && !isIndexVariable(ctx, named, key)) return undefined;
    const name = named.text;
    const type =
      index.kind === 'Binder' && index.type !== undefined
        ? resolveType({ ...ctx, phase: 'constant' }, index.type)
        : key;
    if (type.kind === 'invalid') return undefined;
    const size = T.sizeOf(type);
    const low = T.isScalar(type) && T.isScalar(key) ? T.boundsOf(type).low - T.boundsOf(key).low : 0;
    if (size === undefined || !T.compatible(type, key) || low < 0 || low + size > (T.sizeOf(key) ?? 0)) {
      report(ctx, index.span, 'type-mismatch', {
        expected: `a part of ${T.nameOf(key)}`,
        found: T.nameOf(type),
        because: 'What this equation runs over',
      });
      return undefined;
    }
    const variable = ctx.build.local(name, 'int', B.between(0, Math.max(0, size - 1)));
    return { name, key: type, offset: low, variable, covers: size === T.sizeOf(key) };
  }
  const ordinals = ordinalsFor(ctx, [key], [elaborate(ctx, index, key)], [index], index.span);
  return ordinals?.[0] === undefined ? undefined : { index: ordinals[0] };
}

function equation(
  ctx: Context,
  stmt: AssignStmt,
  variable: StateVariable,
  storage: Storage,
  targets: readonly Target[],
  out: IrStmt[],
): void {
  let scope = ctx.scope;
  const variables: Local[] = [];
  const sizes: number[] = [];
  const indices: IrExpr[] = [];
  for (const target of targets) {
    if ('index' in target) {
      indices.push(target.index);
      continue;
    }
    scope = scope.with(target.name, V.fromOrdinal(target.key, ir.local(target.variable)));
    variables.push(target.variable);
    sizes.push(T.sizeOf(target.key) ?? 0);
    indices.push(ir.binary('add', ir.local(target.variable), ir.int(target.offset)));
  }
  const body: IrStmt[] = [];
  const here: Context = { ...ctx, scope, out: body };
  const root: Place = { storage, base: ir.int(0) };
  const place = indices.length === 0 ? root : elementPlace(root, indices);
  const type =
    indices.length === 0 ? variable.type : variable.type.kind === 'array' ? variable.type.element : T.invalidType;
  if (place === undefined) return;
  const what = `\`${stmt.name.text}\``;
  if (stmt.value.kind === 'Is') {
    const value = coerce(here, elaborate(here, stmt.value.value, type), type, stmt.value.value.span, what);
    if (value.kind !== 'invalid') replace(here, place, type, value, stmt.value.span, body);
  } else {
    const draws: IrStmt[] = [];
    const value = coerce(
      here,
      draw({ ...here, out: draws }, stmt.value.dist, stmt.name.text, type, draws),
      type,
      stmt.value.dist.span,
      what,
    );
    if (value.kind === 'invalid') return;
    replace({ ...here, out: draws }, place, type, value, stmt.value.dist.span, draws);
    variable.readable = true;
    if (stmt.value.suchThat === undefined) body.push(...draws);
    else {
      const ready = variable.nextReady;
      variable.nextReady = true;
      condition(here, stmt.value.suchThat, draws, stmt.span, body);
      variable.nextReady = ready;
    }
  }
  out.push(...loops(variables, sizes, body));
}

function copyAll(from: Storage, to: Storage, out: IrStmt[]): void {
  const sources = leaves(from);
  leaves(to).forEach((target, k) => {
    out.push({ op: 'copy', from: sources[k] as (typeof sources)[number], to: target });
  });
}

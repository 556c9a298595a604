/** `sum(e for x in T if c)` and `[e for x in T if c by k]`. */
import type { ComprehensionExpr, Expr, Generator } from '../../grammar/ast.ts';
import type { IrExpr, IrStmt, Local, Store } from '../game/model.ts';
import * as B from './bounds.ts';
import { exactInteger, expectBool, expectNumber, mismatch } from './coerce.ts';
import { type Context, report, sourceText } from './context.ts';
import { branch, elaborate } from './expr.ts';
import { refine } from './facts.ts';
import * as ir from './ir.ts';
import { ranked } from './ranked.ts';
import { scratch } from './scratch.ts';
import { allocate, read, write } from './storage.ts';
import type { ArrayType, Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

/** What a generator runs over: `count` elements, each made from its number. */
export interface Domain {
  readonly count: IrExpr;
  /** Largest possible count. */
  readonly most: number;
  readonly element: (k: IrExpr) => Value;
  /** The type of the numbers, where they index one (so that `[e for x in T]` is an array over T). */
  readonly key: Type | undefined;
}

export function domainOf(ctx: Context, e: Expr): Domain | undefined {
  if (e.kind === 'Range') {
    const low = elaborate(ctx, e.low);
    const high = elaborate(ctx, e.high);
    if (low.kind !== 'scalar' || high.kind !== 'scalar') return undefined;
    if (low.e.scalar !== 'int' || high.e.scalar !== 'int') {
      mismatch(ctx, e.span, 'whole numbers', low.e.scalar === 'int' ? high : low, 'The ends of a range');
      return undefined;
    }
    const least = ir.constantOf(low.e);
    const greatest = ir.constantOf(high.e);
    const type = least !== undefined && greatest !== undefined ? T.rangeType(least, greatest) : undefined;
    const size = ir.binary('max', ir.binary('add', ir.binary('sub', high.e, low.e), ir.int(1)), ir.int(0));
    if (!Number.isFinite(size.bounds.high)) {
      report(ctx, e.span, 'not-finite', { what: 'What `for` runs over', type: 'this range' });
      return undefined;
    }
    return {
      count: size,
      most: size.bounds.high,
      key: type,
      element: k => {
        const value = ir.binary('add', low.e, k);
        return V.number({
          ...value,
          bounds: B.intersect(value.bounds, B.between(low.e.bounds.low, high.e.bounds.high)),
        });
      },
    };
  }
  const value = elaborate(ctx, e);
  if (value.kind === 'invalid') return undefined;
  if (value.kind === 'set') {
    const size = T.sizeOf(value.type);
    if (size === undefined || value.type.kind === 'array') {
      report(ctx, e.span, 'not-finite', { what: 'What `for` runs over', type: `\`${T.nameOf(value.type)}\`` });
      return undefined;
    }
    return { count: ir.int(size), most: size, key: value.type, element: k => V.fromOrdinal(value.type, k) };
  }
  // A class of one agent is a set too: `for p in Row`.
  if (value.kind === 'scalar' && value.type.kind === 'agent' && value.e.op === 'const') {
    return { count: ir.int(1), most: 1, key: value.type, element: () => value };
  }
  if (value.kind === 'array') {
    const sizes = value.type.keys.map(key => T.sizeOf(key) ?? 0);
    const total = sizes.reduce((a, b) => a * b, 1);
    const element = (k: IrExpr) => {
      const indices: IrExpr[] = [];
      let rest = k;
      for (let d = sizes.length - 1; d >= 0; d--) {
        const size = ir.int(sizes[d] as number);
        indices.unshift(d === 0 ? rest : ir.binary('mod', rest, size));
        rest = ir.binary('idiv', rest, size);
      }
      return value.at(indices);
    };
    return { count: ir.int(total), most: total, key: T.rangeType(0, total - 1), element };
  }
  if (value.kind === 'seq') return { count: value.length, most: value.capacity, key: undefined, element: value.at };
  mismatch(ctx, e.span, 'a type, range, array or sequence', value, 'What `for` runs over');
  return undefined;
}

/** Runs `inner` with the generator's name bound to element `variable`. */
export function bound(
  ctx: Context,
  generator: Generator,
  domain: Domain,
): { readonly variable: Local; readonly inside: <R>(f: (ctx: Context) => R) => R } {
  const variable = ctx.build.local(generator.name.text, 'int', B.between(0, Math.max(0, domain.most - 1)));
  const index = ir.local(variable);
  const known = refine(ir.binary('lt', index, domain.count), true, ctx.build);
  return {
    variable,
    inside: f =>
      ir.withFacts(known, () => f({ ...ctx, scope: ctx.scope.with(generator.name.text, domain.element(index)) })),
  };
}

export type ReduceOperator = 'sum' | 'product' | 'min' | 'max' | 'any' | 'all' | 'argmin' | 'argmax' | 'count';

/** Folds a comprehension; `name` is how it was called. */
export function reduceComprehension(ctx: Context, e: ComprehensionExpr, name: ReduceOperator): Value {
  if (e.order !== undefined) report(ctx, e.order.span, 'not-here', { what: '`by`', where: 'only lists have an order' });
  const picks = name === 'argmin' || name === 'argmax';
  if (picks && e.generators.length > 1) {
    report(ctx, e.span, 'not-here', { what: 'A second `for`', where: `\`${name}\` picks from one set` });
    return V.invalid;
  }
  return name === 'sum' ? sumOf(ctx, e) : fold(ctx, e, name, 0, same);
}

const same = (value: Value): Value => value;

/** `sum(v[q] for q in T)` of vectors adds them element by element. */
function sumOf(ctx: Context, e: ComprehensionExpr): Value {
  let shape: ArrayType | undefined;
  const out: IrStmt[] = [];
  const plain = fold({ ...ctx, out: ctx.out === undefined ? undefined : out }, e, 'sum', 0, value => {
    if (value.kind !== 'array') return value;
    shape = value.type;
    return V.number(ir.int(0));
  });
  if (shape === undefined || plain.kind === 'invalid') {
    ctx.out?.push(...out);
    return plain;
  }
  const element = (indices: readonly IrExpr[]): Value =>
    fold({ ...ctx, out: undefined }, e, 'sum', 0, value => (value.kind === 'array' ? value.at(indices) : value));
  const first = element(shape.keys.map(() => ir.int(0)));
  if (first.kind === 'invalid') return first;
  return {
    kind: 'array',
    type: { ...shape, element: { kind: V.typeOf(first).kind === 'real' ? 'real' : 'int', bounds: B.anything } },
    at: element,
  };
}

function fold(
  ctx: Context,
  e: ComprehensionExpr,
  name: ReduceOperator,
  k: number,
  part: (value: Value) => Value,
): Value {
  const generator = e.generators[k] as Generator;
  const domain = domainOf(ctx, generator.domain);
  if (domain === undefined) return V.invalid;
  const { variable, inside } = bound(ctx, generator, domain);
  const statements: IrStmt[] = [];
  const innermost = k === e.generators.length - 1;
  const operator = name === 'count' ? 'sum' : name;
  let condition: IrExpr | undefined;
  const body = inside(outer => {
    const inner: Context = { ...outer, out: ctx.out === undefined ? undefined : statements };
    if (!innermost) return fold(inner, e, name, k + 1, part);
    if (e.condition === undefined) return leaf(inner, e, name, part);
    condition = expectBool(
      inner,
      elaborate(inner, e.condition, T.boolType),
      e.condition.span,
      'The condition after `if`',
    );
    if (condition === undefined) return V.invalid;
    return branch(inner, condition, true, deep => leaf(deep, e, name, part));
  });
  if (body.kind !== 'scalar') return V.invalid;
  const needsOne = operator === 'min' || operator === 'max' || operator === 'argmin' || operator === 'argmax';
  if (needsOne && (domain.count.bounds.low < 1 || (condition !== undefined && ir.constantOf(condition) !== 1))) {
    report(ctx, e.span, 'empty-choice', { what: `\`${name}\``, remedy: withoutCondition(ctx, e, name) });
    return V.invalid;
  }
  const folded =
    statements.length === 0
      ? ir.reduce(operator, variable, domain.count, condition, body.e)
      : loop(ctx, e, operator, variable, domain.count, condition, body.e, statements);
  if (folded === undefined) return V.invalid;
  if (name === 'any' || name === 'all') return V.boolean(folded);
  if (name === 'argmin' || name === 'argmax') return domain.element(folded);
  return exactInteger(ctx, folded, e.span);
}

function leaf(ctx: Context, e: ComprehensionExpr, name: ReduceOperator, part: (value: Value) => Value): Value {
  const value = part(
    elaborate(ctx, e.body, name === 'any' || name === 'all' || name === 'count' ? T.boolType : undefined),
  );
  if (name === 'any' || name === 'all' || name === 'count') {
    const b = expectBool(ctx, value, e.body.span, `What \`${name}\` looks at`);
    return b === undefined ? V.invalid : V.number(b);
  }
  const n = expectNumber(ctx, value, e.body.span, `What \`${name}\` looks at`);
  return n === undefined ? V.invalid : V.number(n);
}

/** A fold whose body needs statements becomes a loop that fills a scratch cell. */
function loop(
  ctx: Context,
  e: ComprehensionExpr,
  operator: Exclude<ReduceOperator, 'count'>,
  variable: Local,
  count: IrExpr,
  condition: IrExpr | undefined,
  body: IrExpr,
  statements: IrStmt[],
): IrExpr | undefined {
  if (
    ctx.out === undefined ||
    (operator !== 'sum' && operator !== 'product' && operator !== 'any' && operator !== 'all')
  ) {
    report(ctx, e.span, 'not-here', {
      what: 'A filtered list',
      where: `it depends on the variable of the enclosing \`${operator}\``,
      remedy: 'Bind it with `let` first.',
    });
    return undefined;
  }
  const start = operator === 'product' || operator === 'all' ? 1 : 0;
  const scalar = operator === 'sum' || operator === 'product' ? body.scalar : 'int';
  const whole = ir.reduce(operator, variable, count, condition, body);
  // On the way the cell holds what the fold of the first elements gives.
  const partial =
    operator === 'sum' || operator === 'product'
      ? B.union(whole.bounds, B.union(B.exactly(start), B.union(B.exactly(0), body.bounds)))
      : B.truth;
  const cell = ctx.build.store(operator, scalar, partial, 1, { kind: 'scratch' });
  const zero = ir.int(0);
  const old: IrExpr = { op: 'load', scalar, store: cell, index: zero, bounds: partial };
  const combined =
    operator === 'sum'
      ? ir.binary('add', old, body)
      : operator === 'product'
        ? ir.binary('mul', old, body)
        : operator === 'any'
          ? ir.or(old, body)
          : ir.and(old, body);
  const update: IrStmt = { op: 'store', store: cell, index: zero, value: combined };
  ctx.out.push({ op: 'store', store: cell, index: zero, value: scalar === 'real' ? ir.real(start) : ir.int(start) });
  ctx.out.push({
    op: 'for',
    variable,
    count,
    body: [...statements, condition === undefined ? update : { op: 'if', condition, then: [update], else: [] }],
  });
  return { op: 'load', scalar, store: cell, index: zero, bounds: whole.bounds };
}

/** A comprehension outside of a call that folds it. */
export function elaborateReduceArgument(ctx: Context, e: ComprehensionExpr): Value {
  report(ctx, e.span, 'not-here', {
    what: '`... for ... in ...`',
    where: 'it stands inside `sum`, `any`, `all`, `count`, `min`, `max` and the like, or in `[ ]`',
  });
  return V.invalid;
}

// ---------------------------------------------------------------------------------------------- lists

export function elaborateList(ctx: Context, e: ComprehensionExpr, expected: Type | undefined): Value {
  const elementType = expected?.kind === 'seq' || expected?.kind === 'array' ? expected.element : undefined;
  if (e.condition === undefined && e.order === undefined) {
    const plain = unfiltered(ctx, e, elementType);
    if (plain !== undefined) return plain;
  }
  if (e.condition !== undefined && e.order === undefined && e.generators.length === 1) {
    const others = allButOneElement(ctx, e, e.condition, elementType);
    if (others !== undefined) return others;
  }
  if (e.order !== undefined) {
    const placed = ranked(ctx, e, e.order, elementType);
    if (placed !== undefined) return placed;
  }
  return filtered(ctx, e, elementType);
}

/** `[e for q in T if q != p]`: element k is that of T, passing over p; nothing needs to be collected. */
function allButOneElement(
  ctx: Context,
  e: ComprehensionExpr,
  written: Expr,
  elementType: Type | undefined,
): Value | undefined {
  const generator = e.generators[0] as Generator;
  if (written.kind !== 'Binary' || written.op !== '!=') return undefined;
  const domain = domainOf(ctx, generator.domain);
  if (domain === undefined) return V.invalid;
  const { variable, inside } = bound(ctx, generator, domain);
  const index = ir.local(variable);
  const condition = inside(inner =>
    expectBool(
      inner,
      elaborate({ ...inner, out: undefined }, written, T.boolType),
      written.span,
      'The condition after `if`',
    ),
  );
  if (condition === undefined) return V.invalid;
  const fixed = excludedValue(condition, domain.element(index), domain);
  if (fixed === undefined || domain.key === undefined) return undefined;
  const skipped = ir.binary('sub', fixed, ir.int(T.boundsOf(domain.key).low));
  const make = (k: IrExpr): Value => {
    const passed = ir.binary('add', k, ir.binary('ge', k, skipped));
    return elaborate(
      { ...ctx, out: undefined, scope: ctx.scope.with(generator.name.text, domain.element(passed)) },
      e.body,
      elementType,
    );
  };
  const sample = inside(inner => elaborate({ ...inner, out: undefined }, e.body, elementType));
  if (sample.kind === 'invalid') return V.invalid;
  return {
    kind: 'array',
    type: { kind: 'array', keys: [T.rangeType(0, domain.most - 2)], element: V.typeOf(sample) },
    at: ([k]) => make(k as IrExpr),
  };
}

/** Without condition and order the elements are computed where they are asked for; several generators make a grid. */
function unfiltered(ctx: Context, e: ComprehensionExpr, elementType: Type | undefined): Value | undefined {
  const domains: Domain[] = [];
  for (const generator of e.generators) {
    const domain = domainOf(ctx, generator.domain);
    if (domain === undefined) return V.invalid;
    // Elements of a sequence (or a generator that uses an earlier one) cannot index a grid.
    if (domain.key === undefined && e.generators.length > 1) return undefined;
    domains.push(domain);
  }
  const make = (indices: readonly IrExpr[]): Value => {
    let scope = ctx.scope;
    domains.forEach((domain, d) => {
      scope = scope.with((e.generators[d] as Generator).name.text, domain.element(indices[d] as IrExpr));
    });
    return elaborate({ ...ctx, out: undefined, scope }, e.body, elementType);
  };
  const trial = (d: number, indices: readonly IrExpr[]): Value => {
    const generator = e.generators[d];
    if (generator === undefined) return make(indices);
    const { variable, inside } = bound(ctx, generator, domains[d] as Domain);
    return inside(() => trial(d + 1, [...indices, ir.local(variable)]));
  };
  const sample = trial(0, []);
  if (sample.kind === 'invalid') return V.invalid;
  const keys = domains.map(domain => domain.key);
  if (keys.every(key => key !== undefined)) {
    return { kind: 'array', type: { kind: 'array', keys: keys as Type[], element: V.typeOf(sample) }, at: make };
  }
  const only = domains[0] as Domain;
  return { kind: 'seq', element: V.typeOf(sample), capacity: only.most, length: only.count, at: k => make([k]) };
}

/** Fills scratch with the elements that pass, in order of the key where there is one. */
function filtered(ctx: Context, e: ComprehensionExpr, elementType: Type | undefined): Value {
  if (ctx.out === undefined) {
    report(ctx, e.span, 'not-here', {
      what: 'A filtered list',
      where: 'its elements must be collected first',
      remedy: 'Bind it with `let` in the step, or use it in a function.',
    });
    return V.invalid;
  }
  const length = ctx.build.store('count', 'int', B.between(0, Infinity), 1, { kind: 'scratch' });
  const zero = ir.int(0);
  const current = (): IrExpr => ir.load(length, zero);
  // `for q in T if q != p` leaves out exactly one element, so the list has a fixed length.
  let allButOne = false;
  let found:
    | {
        readonly storage: NonNullable<ReturnType<typeof allocate>>;
        readonly keys: Store | undefined;
        readonly capacity: number;
      }
    | undefined;
  let failed = false;

  const collect = (outer: Context, k: number, capacity: number, out: IrStmt[]): void => {
    const generator = e.generators[k];
    if (generator === undefined) {
      const body: IrStmt[] = [];
      const inner: Context = { ...outer, out: body };
      const value = elaborate(inner, e.body, elementType);
      // What the place expects is a wish that nothing has checked yet: the elements are stored as what they are.
      const storage = value.kind === 'invalid' ? undefined : scratch(ctx, V.typeOf(value), 'list', e.span, capacity);
      if (storage === undefined) {
        failed = true;
        return;
      }
      let keys: Store | undefined;
      if (e.order !== undefined) {
        const key = expectNumber(inner, elaborate(inner, e.order), e.order.span, 'The key after `by`');
        if (key === undefined) {
          failed = true;
          return;
        }
        keys = ctx.build.store('key', key.scalar, key.bounds, capacity, { kind: 'scratch' });
        body.push({ op: 'store', store: keys, index: current(), value: key });
      }
      write(ctx.build, { storage, base: current() }, value, body);
      body.push({ op: 'store', store: length, index: zero, value: ir.binary('add', current(), ir.int(1)) });
      out.push(...body);
      found = { storage, keys, capacity };
      return;
    }
    const domain = domainOf({ ...outer, out }, generator.domain);
    if (domain === undefined) {
      failed = true;
      return;
    }
    const { variable, inside } = bound(outer, generator, domain);
    const body: IrStmt[] = [];
    inside(inner => {
      const here: Context = { ...inner, out: body };
      const last = k === e.generators.length - 1;
      if (!last || e.condition === undefined) return collect(here, k + 1, capacity * domain.most, body);
      const condition = expectBool(
        here,
        elaborate(here, e.condition, T.boolType),
        e.condition.span,
        'The condition after `if`',
      );
      if (condition === undefined) {
        failed = true;
        return;
      }
      if (e.generators.length === 1)
        allButOne = excludedValue(condition, domain.element(ir.local(variable)), domain) !== undefined;
      const then: IrStmt[] = [];
      ir.withFacts(refine(condition, true, ctx.build), () =>
        collect({ ...here, out: then }, k + 1, capacity * domain.most - (allButOne ? 1 : 0), then),
      );
      body.push({ op: 'if', condition, then, else: [] });
    });
    out.push({ op: 'for', variable, count: domain.count, body });
  };

  const statements: IrStmt[] = [{ op: 'store', store: length, index: zero, value: zero }];
  collect(ctx, 0, 1, statements);
  if (failed || found === undefined) return V.invalid;
  ctx.out.push(...statements);
  const { storage, keys, capacity } = found;
  const bounded: IrExpr = allButOne
    ? ir.int(capacity)
    : { op: 'load', scalar: 'int', store: length, index: zero, bounds: B.between(0, capacity) };
  const sorted = keys === undefined ? storage : sort(ctx, storage, keys, capacity, bounded);
  return { kind: 'seq', element: V.typeOf(read(sorted)), capacity, length: bounded, at: k => read(sorted, k) };
}

/** The fixed side of `x != fixed`, where x runs over a set that holds the fixed value. */
function excludedValue(condition: IrExpr, element: Value, domain: Domain): IrExpr | undefined {
  if (condition.op !== 'binary' || condition.operator !== 'ne' || element.kind !== 'scalar' || domain.key === undefined)
    return undefined;
  if (domain.count.op !== 'const' || domain.most < 2 || !isNumbered(element.e)) return undefined;
  const key = ir.keyOf(element.e);
  const fixed =
    ir.keyOf(condition.left) === key ? condition.right : ir.keyOf(condition.right) === key ? condition.left : undefined;
  return fixed !== undefined && B.contains(T.boundsOf(domain.key), fixed.bounds) && !mentions(fixed, element.e)
    ? fixed
    : undefined;
}

/** Is element k of the set k itself, or k and a constant? The elements of an array may repeat or be missing. */
function isNumbered(e: IrExpr): boolean {
  return (
    e.op === 'local' || (e.op === 'binary' && e.operator === 'add' && e.left.op === 'local' && e.right.op === 'const')
  );
}

function mentions(e: IrExpr, part: IrExpr): boolean {
  if (ir.keyOf(e) === ir.keyOf(part)) return true;
  switch (e.op) {
    case 'load':
      return mentions(e.index, part);
    case 'unary':
      return mentions(e.operand, part);
    case 'binary':
      return mentions(e.left, part) || mentions(e.right, part);
    case 'const':
    case 'local':
    case 'time':
      return false;
    default:
      return true;
  }
}

/** A sorted copy: every element goes where the number of smaller (or equal and earlier) keys says. */
function sort(
  ctx: Context,
  storage: NonNullable<ReturnType<typeof allocate>>,
  keys: Store,
  capacity: number,
  length: IrExpr,
): typeof storage {
  const type = V.typeOf(read(storage));
  const target = allocate(ctx.build, type, 'sorted', () => ({ kind: 'scratch' }), capacity) ?? storage;
  const i = ctx.build.local('i', 'int', B.between(0, capacity - 1));
  const j = ctx.build.local('j', 'int', B.between(0, capacity - 1));
  const mine = ir.load(keys, ir.local(i));
  const other = ir.load(keys, ir.local(j));
  const before = ir.or(
    ir.binary('lt', other, mine),
    ir.and(ir.binary('eq', other, mine), ir.binary('lt', ir.local(j), ir.local(i))),
  );
  const rank = ir.reduce('sum', j, length, undefined, before);
  const place = ctx.build.local('rank', 'int', B.between(0, capacity - 1));
  const body: IrStmt[] = [{ op: 'let', local: place, value: rank }];
  write(ctx.build, { storage: target, base: ir.local(place) }, read(storage, ir.local(i)), body);
  ctx.out?.push({ op: 'for', variable: i, count: length, body });
  return target;
}

/** `max(if c then e else LOW for x in T)`: an element that always counts, for a fold whose condition may leave none. */
function withoutCondition(ctx: Context, e: ComprehensionExpr, name: string): string | undefined {
  if (e.condition === undefined || (name !== 'max' && name !== 'min')) return undefined;
  const [body, condition, ...generators] = [e.body, e.condition, ...e.generators].map(part =>
    sourceText(ctx, part.span),
  );
  const [bound, side] = name === 'max' ? ['LOW', 'below'] : ['HIGH', 'above'];
  return `Write \`${name}(if ${condition} then ${body} else ${bound} for ${generators.join(', ')})\`, where ${bound} is ${side} all values that count.`;
}

/** What stands after `~`: draws a value, as statements. */
import type { Expr } from '../../grammar/ast.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { showNum } from '../../runtime/verify/number.ts';
import type { Bounds, Distribution, IrExpr, IrStmt } from '../game/model.ts';
import * as B from './bounds.ts';
import { expectBool, expectInt, expectNumber, mismatch } from './coerce.ts';
import { domainOf } from './comprehension.ts';
import { type Context, report } from './context.ts';
import { branch, elaborate } from './expr.ts';
import * as ir from './ir.ts';
import { scratch } from './scratch.ts';
import { read, write } from './storage.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

/** Pushes the draws onto `out` and gives the drawn value. */
export function draw(ctx: Context, e: Expr, name: string, expected: Type | undefined, out: IrStmt[]): Value {
  const here: Context = { ...ctx, out };
  if (e.kind === 'If') return either(here, e, name, expected, out);
  if (e.kind === 'Sample') return sample(here, e.count, e.of, name, out);
  const callee = e.kind === 'Call' && e.callee.kind === 'NameExpr' ? e.callee.name.text : undefined;
  if (e.kind !== 'Call' || callee === undefined || ctx.scope.lookup(callee) !== undefined) {
    const value = elaborate(here, e, expected);
    if (value.kind !== 'invalid') report(ctx, e.span, 'not-a-distribution', { found: T.describe(V.typeOf(value)) });
    return V.invalid;
  }
  const one = (count: number): boolean => {
    if (e.args.length === count) return true;
    report(ctx, e.span, 'wrong-arity', {
      name: callee,
      expected: count === 1 ? 'one argument' : `${count} arguments`,
      found: e.args.length,
    });
    return false;
  };
  const [first, second] = e.args;
  switch (callee) {
    case 'uniform':
      return one(1) ? uniform(here, first as Expr, name, expected, out) : V.invalid;
    case 'point':
      return one(1) ? elaborate(here, first as Expr, expected) : V.invalid;
    case 'bernoulli': {
      const p = one(1) ? probability(here, first as Expr) : undefined;
      return p === undefined
        ? V.invalid
        : V.boolean(drawn(here, name, 'int', B.truth, { kind: 'bernoulli', probability: p }, e, out));
    }
    case 'categorical':
      return one(1) ? categorical(here, first as Expr, name, expected, e, out) : V.invalid;
    case 'normal': {
      if (!one(2)) return V.invalid;
      const mean = expectNumber(here, elaborate(here, first as Expr), (first as Expr).span, 'The mean');
      const deviation = expectNumber(
        here,
        elaborate(here, second as Expr),
        (second as Expr).span,
        'The standard deviation',
      );
      if (mean === undefined || deviation === undefined) return V.invalid;
      if (deviation.bounds.low < 0) {
        report(ctx, (second as Expr).span, 'outside-domain', {
          fn: 'normal',
          domain: 'a standard deviation from 0',
          found: B.show(deviation.bounds),
        });
        return V.invalid;
      }
      return V.number(
        drawn(
          here,
          name,
          'real',
          B.anything,
          { kind: 'normal', mean: ir.toReal(mean), deviation: ir.toReal(deviation) },
          e,
          out,
        ),
      );
    }
    case 'permutation':
      return one(1) ? permutation(here, first as Expr, name, out) : V.invalid;
    default: {
      const value = elaborate(here, e, expected);
      if (value.kind !== 'invalid') report(ctx, e.span, 'not-a-distribution', { found: T.describe(V.typeOf(value)) });
      return V.invalid;
    }
  }
}

function drawn(
  ctx: Context,
  name: string,
  scalar: 'int' | 'real',
  bounds: Bounds,
  dist: Distribution,
  e: Expr,
  out: IrStmt[],
): IrExpr {
  const local = ctx.build.local(name, scalar, bounds);
  out.push({ op: 'draw', local, dist, span: e.span });
  return ir.local(local);
}

/** One of two distributions; the result lives in a cell that both write. */
function either(
  ctx: Context,
  e: Extract<Expr, { kind: 'If' }>,
  name: string,
  expected: Type | undefined,
  out: IrStmt[],
): Value {
  const condition = expectBool(ctx, elaborate(ctx, e.condition, T.boolType), e.condition.span, 'The condition of `if`');
  if (condition === undefined) return V.invalid;
  const sides = [true, false].map(truth => {
    const statements: IrStmt[] = [];
    const value = branch({ ...ctx, out: undefined }, condition, truth, inner =>
      draw({ ...inner, out: statements }, truth ? e.then : e.else, name, expected, statements),
    );
    return { statements, value };
  });
  const [a, b] = sides as [(typeof sides)[number], (typeof sides)[number]];
  if (a.value.kind === 'invalid' || b.value.kind === 'invalid') return V.invalid;
  const ta = V.typeOf(a.value);
  const tb = V.typeOf(b.value);
  if (!T.compatible(ta, tb) && !T.compatible(tb, ta)) {
    mismatch(ctx, e.else.span, T.describe(ta), b.value, 'Both branches draw one type, so this');
    return V.invalid;
  }
  const storage = scratch(ctx, T.join(ta, tb), `drawn_${name}`, e.span);
  if (storage === undefined) return V.invalid;
  for (const side of sides) write(ctx.build, { storage, base: ir.int(0) }, side.value, side.statements);
  out.push({ op: 'if', condition, then: a.statements, else: b.statements });
  return read(storage);
}

function uniform(ctx: Context, e: Expr, name: string, expected: Type | undefined, out: IrStmt[]): Value {
  if (e.kind === 'List') {
    const list = elaborate(
      ctx,
      e,
      expected === undefined ? undefined : { kind: 'seq', element: expected, capacity: e.items.length },
    );
    const seq = V.toSeq(list);
    if (seq === undefined) return V.invalid;
    if (seq.capacity === 0) {
      report(ctx, e.span, 'empty-choice', { what: '`uniform`' });
      return V.invalid;
    }
    const k = drawn(
      ctx,
      name,
      'int',
      B.between(0, seq.capacity - 1),
      { kind: 'uniform_int', low: ir.int(0), count: ir.int(seq.capacity) },
      e,
      out,
    );
    return seq.at(k);
  }
  if (e.kind === 'TypeArg' || e.kind !== 'Range') {
    const value = elaborate(ctx, e);
    if (value.kind === 'set') return ofType(ctx, value.type, name, e, out);
    if (value.kind === 'invalid') return V.invalid;
  }
  const domain = domainOf(ctx, e);
  if (domain === undefined) return V.invalid;
  if (domain.count.bounds.high < 1) {
    report(ctx, e.span, 'empty-choice', { what: '`uniform`' });
    return V.invalid;
  }
  const k = drawn(
    ctx,
    name,
    'int',
    B.between(0, Math.max(0, domain.most - 1)),
    { kind: 'uniform_int', low: ir.int(0), count: domain.count },
    e,
    out,
  );
  return domain.element(k);
}

/** Every part of a composite type independently and uniformly. */
function ofType(ctx: Context, type: Type, name: string, e: Expr, out: IrStmt[]): Value {
  switch (type.kind) {
    case 'record':
      return {
        kind: 'record',
        type,
        fields: type.fields.map(field => ofType(ctx, field.type, `${name}_${field.name}`, e, out)),
      };
    case 'tuple':
      return { kind: 'tuple', items: type.items.map((item, k) => ofType(ctx, item, `${name}_${k}`, e, out)) };
    case 'array': {
      const storage = scratch(ctx, type, `drawn_${name}`, e.span);
      const sizes = type.keys.map(key => T.sizeOf(key) ?? 0);
      if (storage?.kind !== 'array') return V.invalid;
      // Loops are written by hand here because every element is a draw of its own.
      const fill = (d: number, indices: readonly IrExpr[], target: IrStmt[]): void => {
        if (d === sizes.length) {
          let flat: IrExpr = ir.int(0);
          indices.forEach((index, k) => {
            flat = ir.binary('add', ir.binary('mul', flat, ir.int(sizes[k] as number)), index);
          });
          write(
            ctx.build,
            { storage: storage.element, base: flat },
            ofType({ ...ctx, out: target }, type.element, name, e, target),
            target,
          );
          return;
        }
        const variable = ctx.build.local('k', 'int', B.between(0, Math.max(0, (sizes[d] as number) - 1)));
        const body: IrStmt[] = [];
        fill(d + 1, [...indices, ir.local(variable)], body);
        target.push({ op: 'for', variable, count: ir.int(sizes[d] as number), body });
      };
      fill(0, [], out);
      return read(storage);
    }
    case 'real': {
      if (!Number.isFinite(type.bounds.low) || !Number.isFinite(type.bounds.high)) {
        report(ctx, e.span, 'not-finite', { what: 'What `uniform` draws from', type: '`real` (write `real in a..b`)' });
        return V.invalid;
      }
      return V.scalar(
        type,
        drawn(
          ctx,
          name,
          'real',
          type.bounds,
          {
            kind: 'uniform_real',
            low: ir.real(Rational.fromNumber(type.bounds.low)),
            high: ir.real(Rational.fromNumber(type.bounds.high)),
          },
          e,
          out,
        ),
      );
    }
    default: {
      const size = T.sizeOf(type);
      if (size === undefined) {
        report(ctx, e.span, 'not-finite', { what: 'What `uniform` draws from', type: `\`${T.nameOf(type)}\`` });
        return V.invalid;
      }
      const bounds = T.boundsOf(type);
      return V.scalar(
        type,
        drawn(ctx, name, 'int', bounds, { kind: 'uniform_int', low: ir.int(bounds.low), count: ir.int(size) }, e, out),
      );
    }
  }
}

function probability(ctx: Context, e: Expr): IrExpr | undefined {
  const p = expectNumber(ctx, elaborate(ctx, e), e.span, 'A probability');
  if (p === undefined) return undefined;
  if (!B.contains(B.between(0, 1), p.bounds)) {
    report(ctx, e.span, 'probability-range', { found: B.show(p.bounds) });
    return undefined;
  }
  return ir.toReal(p);
}

function categorical(
  ctx: Context,
  e: Expr,
  name: string,
  expected: Type | undefined,
  call: Expr,
  out: IrStmt[],
): Value {
  const key = expected !== undefined && T.isScalar(expected) && T.sizeOf(expected) !== undefined ? expected : undefined;
  const hint: Type | undefined =
    e.kind === 'Dict' && key !== undefined ? { kind: 'array', keys: [key], element: T.realType } : undefined;
  if (e.kind === 'Dict' && !e.entries.some(entry => entry.key === undefined))
    checkEntries(
      ctx,
      e.entries.map(entry => entry.value),
    );
  if (e.kind === 'List') checkEntries(ctx, e.items);
  // Names a dictionary leaves out have probability 0.
  const total =
    e.kind === 'Dict' && !e.entries.some(entry => entry.key === undefined)
      ? {
          ...e,
          entries: [
            ...e.entries,
            {
              kind: 'Entry' as const,
              key: undefined,
              value: { kind: 'Number' as const, text: '0', span: e.span },
              span: e.span,
            },
          ],
        }
      : e;
  const value = elaborate(ctx, total, hint);
  if (value.kind === 'invalid') return V.invalid;
  if (value.kind !== 'array' || value.type.keys.length !== 1) {
    mismatch(ctx, e.span, 'an array of probabilities', value, 'The argument of `categorical`');
    return V.invalid;
  }
  const over = value.type.keys[0] as Type;
  const size = T.sizeOf(over) ?? 0;
  const weights: IrExpr[] = [];
  for (let k = 0; k < size; k++) {
    const w = expectNumber(ctx, value.at([ir.int(k)]), e.span, 'A probability');
    if (w === undefined) return V.invalid;
    if (!B.contains(B.between(0, 1), w.bounds)) {
      report(ctx, e.span, 'probability-range', { found: B.show(w.bounds) });
      return V.invalid;
    }
    weights.push(ir.toReal(w));
  }
  const sum = weights.reduce((a, b) => ir.binary('add', a, b));
  const constant = sum.op === 'const' ? sum.value : undefined;
  if (constant !== undefined && Math.abs((typeof constant === 'number' ? constant : constant.toNumber()) - 1) > 1e-12) {
    report(ctx, e.span, 'probability-sum', { sum: showNum(constant, 12) });
    return V.invalid;
  }
  const k = drawn(ctx, name, 'int', B.between(0, size - 1), { kind: 'categorical', weights }, call, out);
  return V.fromOrdinal(over, k);
}

/** Each written probability is judged where it stands. */
function checkEntries(ctx: Context, values: readonly Expr[]): void {
  for (const value of values) probability(ctx, value);
}

/** A random bijection of a finite set onto itself (Fisher and Yates). */
function permutation(ctx: Context, e: Expr, name: string, out: IrStmt[]): Value {
  const shuffled = shuffle(ctx, e, name, undefined, out);
  if (shuffled === undefined) return V.invalid;
  const { type, at } = shuffled;
  return { kind: 'array', type: { kind: 'array', keys: [type], element: type }, at: ([k]) => at(k as IrExpr) };
}

/** `sample n of T`: the first n of a random order. */
function sample(ctx: Context, count: Expr, of: Expr, name: string, out: IrStmt[]): Value {
  const n = expectInt(ctx, elaborate(ctx, count), count.span, 'The size of a sample');
  if (n === undefined) return V.invalid;
  const shuffled = shuffle(ctx, of, name, n, out);
  if (shuffled === undefined) return V.invalid;
  const allowed = B.between(0, shuffled.size);
  if (!B.contains(allowed, n.bounds)) {
    report(ctx, count.span, 'out-of-range', {
      what: 'The size of a sample',
      allowed: B.show(allowed),
      found: B.show(n.bounds),
    });
    return V.invalid;
  }
  const constant = ir.constantOf(n);
  if (constant !== undefined) {
    const key = T.rangeType(0, constant - 1);
    if (constant > 0)
      return {
        kind: 'array',
        type: { kind: 'array', keys: [key], element: shuffled.type },
        at: ([k]) => shuffled.at(k as IrExpr),
      };
  }
  return { kind: 'seq', element: shuffled.type, capacity: n.bounds.high, length: n, at: shuffled.at };
}

function shuffle(
  ctx: Context,
  e: Expr,
  name: string,
  count: IrExpr | undefined,
  out: IrStmt[],
): { type: Type; size: number; at: (k: IrExpr) => Value } | undefined {
  const set = elaborate(ctx, e);
  if (set.kind === 'invalid') return undefined;
  const listed = set.kind === 'set' ? undefined : V.toSeq(set);
  const size =
    set.kind === 'set'
      ? T.sizeOf(set.type)
      : listed !== undefined && ir.constantOf(listed.length) !== undefined
        ? listed.capacity
        : undefined;
  if (size === undefined || size < 1 || size > 100_000) {
    report(ctx, e.span, 'not-finite', {
      what: 'What is put in random order',
      type: set.kind === 'set' ? `\`${T.nameOf(set.type)}\`` : 'this',
    });
    return undefined;
  }
  const store = ctx.build.store(`${name}_order`, 'int', B.between(0, size - 1), size, { kind: 'scratch' });
  const k = ctx.build.local('k', 'int', B.between(0, size - 1));
  out.push({
    op: 'for',
    variable: k,
    count: ir.int(size),
    body: [{ op: 'store', store, index: ir.local(k), value: ir.local(k) }],
  });
  const i = ctx.build.local('i', 'int', B.between(0, size - 1));
  const j = ctx.build.local('j', 'int', B.between(0, size - 1));
  const held = ctx.build.local('held', 'int', B.between(0, size - 1));
  const at = ir.local(i);
  out.push({
    op: 'for',
    variable: i,
    count: count ?? ir.int(size - 1),
    body: [
      {
        op: 'draw',
        local: j,
        dist: { kind: 'uniform_int', low: at, count: ir.binary('sub', ir.int(size), at) },
        span: e.span,
      },
      { op: 'let', local: held, value: ir.load(store, at) },
      { op: 'store', store, index: at, value: ir.load(store, ir.local(j)) },
      { op: 'store', store, index: ir.local(j), value: ir.local(held) },
    ],
  });
  const element = (index: IrExpr): Value => {
    const number = ir.load(store, index);
    return set.kind === 'set' ? V.fromOrdinal(set.type, number) : (listed?.at(number) ?? V.invalid);
  };
  return { type: set.kind === 'set' ? set.type : (listed?.element ?? T.invalidType), size, at: element };
}

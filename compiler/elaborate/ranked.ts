/** `[e for x in T if c by k]` over one set of fixed size: each element goes straight to its place in the order. */
import type { ComprehensionExpr, Expr, Generator } from '../../grammar/ast.ts';
import type { IrExpr, IrStmt } from '../game/model.ts';
import * as B from './bounds.ts';
import { expectBool, expectNumber } from './coerce.ts';
import { bound, domainOf } from './comprehension.ts';
import type { Context } from './context.ts';
import { branch, elaborate } from './expr.ts';
import * as ir from './ir.ts';
import { scratch } from './scratch.ts';
import { read, write } from './storage.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

/**
 * Marks who is in and notes the keys, then writes every element at its rank: the number of those before it. Undefined where the set
 * has no fixed size; the general way applies then.
 */
export function ranked(
  ctx: Context,
  e: ComprehensionExpr,
  order: Expr,
  elementType: Type | undefined,
): Value | undefined {
  const generator = e.generators[0] as Generator;
  if (ctx.out === undefined || e.generators.length !== 1) return undefined;
  const domain = domainOf(ctx, generator.domain);
  if (domain === undefined) return V.invalid;
  const size = ir.constantOf(domain.count);
  if (size === undefined || size < 1 || size > 64) return undefined;
  const { variable, inside } = bound(ctx, generator, domain);
  const index = ir.local(variable);
  const zero = ir.int(0);
  const marking: IrStmt[] = [];
  const writing: IrStmt[] = [];

  const parts = inside(inner => {
    const here: Context = { ...inner, out: marking };
    const written = e.condition;
    const condition =
      written === undefined
        ? ir.bool(true)
        : expectBool(here, elaborate(here, written, T.boolType), written.span, 'The condition after `if`');
    if (condition === undefined) return undefined;
    const member = ctx.build.store('within', 'int', B.truth, size, { kind: 'scratch' });
    const key = branch(here, condition, true, deep =>
      expectNumber(deep, elaborate(deep, order), order.span, 'The key after `by`'),
    );
    if (key === undefined) return undefined;
    const keys = ctx.build.store('key', key.scalar, key.bounds, size, { kind: 'scratch' });
    marking.push(
      { op: 'store', store: member, index, value: condition },
      { op: 'if', condition, then: [{ op: 'store', store: keys, index, value: key }], else: [] },
    );
    const then: IrStmt[] = [];
    const value = branch({ ...inner, out: undefined }, condition, true, deep =>
      elaborate({ ...deep, out: then }, e.body, elementType),
    );
    const storage = value.kind === 'invalid' ? undefined : scratch(ctx, V.typeOf(value), 'sorted', e.span, size);
    if (storage === undefined) return undefined;
    const place = ctx.build.local('rank', 'int', B.between(0, size - 1));
    then.push({ op: 'let', local: place, value: rank(ctx, member, keys, size, index) });
    write(ctx.build, { storage, base: ir.local(place) }, value, then);
    writing.push({ op: 'if', condition: ir.load(member, index), then, else: [] });
    return { member, storage };
  });
  if (parts === undefined) return V.invalid;
  ctx.out.push(
    { op: 'for', variable, count: ir.int(size), body: marking },
    { op: 'for', variable, count: ir.int(size), body: writing },
  );
  const { member, storage } = parts;
  const counted = ctx.build.local('k', 'int', B.between(0, size - 1));
  const length = ctx.build.store('count', 'int', B.between(0, size), 1, { kind: 'scratch' });
  ctx.out.push({
    op: 'store',
    store: length,
    index: zero,
    value: ir.reduce('sum', counted, ir.int(size), undefined, ir.load(member, ir.local(counted))),
  });
  const type = V.typeOf(read(storage));
  return { kind: 'seq', element: type, capacity: size, length: ir.load(length, zero), at: k => read(storage, k) };
}

/** How many members come before this one: smaller keys, and equal keys of earlier elements. */
function rank(
  ctx: Context,
  member: Parameters<typeof ir.load>[0],
  keys: Parameters<typeof ir.load>[0],
  size: number,
  index: IrExpr,
): IrExpr {
  const other = ctx.build.local('j', 'int', B.between(0, size - 1));
  const j = ir.local(other);
  const theirs = ir.load(keys, j);
  const mine = ir.load(keys, index);
  const before = ir.or(ir.binary('lt', theirs, mine), ir.and(ir.binary('eq', theirs, mine), ir.binary('lt', j, index)));
  return ir.reduce('sum', other, ir.int(size), undefined, ir.and(ir.load(member, j), before));
}

/** Numbers that are known when a program is compiled: settings, sizes of layers. */
import type { Expr } from '../../grammar/ast.ts';
import { type Context, report, sourceText } from './context.ts';
import { elaborate } from './expr.ts';
import * as ir from './ir.ts';

/** The number an expression stands for; `name` and `expected` say what it is for where it is none. */
export function constantNumber(ctx: Context, e: Expr, name: string, expected: string): number | undefined {
  const value = elaborate(ctx, e);
  if (value.kind === 'invalid') return undefined;
  const constant = value.kind === 'scalar' && value.type.kind !== 'bool' ? ir.constantOf(value.e) : undefined;
  if (constant === undefined)
    report(ctx, e.span, 'bad-setting', { name, expected, found: `\`${sourceText(ctx, e.span)}\`` });
  return constant;
}

/** A whole number in `low..high`. */
export function constantWhole(ctx: Context, e: Expr, name: string, low: number, high: number): number | undefined {
  const expected = `a whole number in ${low}..${high}`;
  const value = constantNumber(ctx, e, name, expected);
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  report(ctx, e.span, 'bad-setting', { name, expected, found: `${value}` });
  return undefined;
}

/** A number in `low..high`, with open ends where they are infinite. */
export function constantIn(ctx: Context, e: Expr, name: string, low: number, high: number): number | undefined {
  const expected = Number.isFinite(high) ? `a number in ${low}..${high}` : `a number from ${low}`;
  const value = constantNumber(ctx, e, name, expected);
  if (value === undefined || (value >= low && value <= high)) return value;
  report(ctx, e.span, 'bad-setting', { name, expected, found: `${value}` });
  return undefined;
}

/** `true` or `false`. */
export function constantBool(ctx: Context, e: Expr, name: string): boolean | undefined {
  const value = elaborate(ctx, e);
  if (value.kind === 'invalid') return undefined;
  const constant = value.kind === 'scalar' && value.type.kind === 'bool' ? ir.constantOf(value.e) : undefined;
  if (constant !== undefined) return constant === 1;
  const found = `\`${sourceText(ctx, e.span)}\``;
  report(ctx, e.span, 'bad-setting', { name, expected: '`true` or `false`', found });
  return undefined;
}

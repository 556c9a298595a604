/** Parameters of games: given where the game is used, from outside (`--set`), or by default. */
import type { Expr, Param } from '../../grammar/ast.ts';
import * as B from './bounds.ts';
import { coerce, expectBool } from './coerce.ts';
import { type Context, report, sourceText } from './context.ts';
import { declare } from './declare.ts';
import { elaborate } from './expr.ts';
import * as ir from './ir.ts';
import { resolveType } from './typeexpr.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import { valueName } from './valueNames.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

/** A parameter's value where the game is used. */
export interface Argument {
  readonly value: Value;
  /** Where it was written; undefined for values from outside the program (`--set`). */
  readonly at: { readonly file: string; readonly span: Expr['span'] } | undefined;
}

/** Declares the parameters in `ctx.scope` and checks the `where` condition; gives their values as text. */
export function bindParams(
  ctx: Context,
  params: readonly Param[],
  args: ReadonlyMap<string, Argument>,
  game: string,
  where: Expr | undefined,
): { name: string; value: string }[] {
  const open = params.some(param => param.default === undefined && !args.has(param.name.text));
  for (let attempt = 0; ; attempt++) {
    const shown: { name: string; value: string }[] = [];
    for (const param of params) {
      const { name } = param;
      const value = parameter(ctx, param, args.get(name.text), attempt);
      if (attempt === 0) declare(ctx, ctx.scope, name, 'parameter', { kind: 'value', value });
      else ctx.scope.names.set(name.text, { kind: 'value', value });
      shown.push({ name: name.text, value: showConstant(value) });
    }
    if (where === undefined) return shown;
    const holds = expectBool(ctx, elaborate(ctx, where, T.boolType), where.span, 'The condition after `where`');
    if (holds === undefined || ir.constantOf(holds) !== 0) return shown;
    // A parameter without default stands for any value that the condition allows; a few are tried.
    if (open && attempt < mostAttempts) continue;
    const values = shown.map(p => `${p.name} = ${p.value}`).join(', ');
    report(ctx, where.span, 'parameter-constraint', { game, condition: sourceText(ctx, where.span), values });
    return shown;
  }
}

const mostAttempts = 64;

function parameter(ctx: Context, param: Param, given: Argument | undefined, attempt: number): Value {
  const name = param.name.text;
  const type = resolveType(ctx, param.type);
  let value: Value;
  if (given !== undefined) {
    const problem = type.kind === 'invalid' ? undefined : whyNot(given.value, type);
    if (problem !== undefined) {
      const at = given.at ?? { file: ctx.file, span: param.name.span };
      const args = { name, type: `\`${T.nameOf(type)}\``, value: problem };
      ctx.build.reporter.report(at.file, at.span, 'parameter-out-of-range', args);
      return V.invalid;
    }
    value = coerce(ctx, given.value, type, param.span, `\`${name}\``);
  } else if (param.default !== undefined) {
    value = coerce(ctx, elaborate(ctx, param.default, type), type, param.default.span, `The default of \`${name}\``);
  } else value = anyValue(type, attempt);
  if (value.kind === 'scalar' && value.e.op !== 'const') {
    report(ctx, param.span, 'not-constant', { what: `\`${name}\`` });
    return V.invalid;
  }
  return value;
}

/** The value as text if it does not fit the type. */
function whyNot(value: Value, type: Type): string | undefined {
  if (value.kind === 'invalid') return 'something invalid';
  if (value.kind !== 'scalar' || !T.isScalar(type))
    return T.compatible(V.typeOf(value), type) || type.kind === 'seq' ? undefined : showConstant(value);
  if (!T.compatible(V.typeOf(value), type)) return showConstant(value);
  return B.contains(T.boundsOf(type), value.e.bounds) ? undefined : showConstant(value);
}

/** A parameter without default: the game is checked at its least value, or the one `k` further up. */
function anyValue(type: Type, k: number): Value {
  switch (type.kind) {
    case 'real': {
      const low = Number.isFinite(type.bounds.low) ? type.bounds.low : 1;
      return V.scalar(type, ir.real(Math.min(low + k, type.bounds.high)));
    }
    case 'int': {
      const low = Number.isFinite(type.bounds.low) ? type.bounds.low : Math.min(2, type.bounds.high);
      return V.scalar(type, ir.int(Math.min(low + k, type.bounds.high)));
    }
    case 'record':
      return { kind: 'record', type, fields: type.fields.map(field => anyValue(field.type, k)) };
    case 'tuple':
      return { kind: 'tuple', items: type.items.map(item => anyValue(item, k)) };
    case 'array':
      return { kind: 'array', type, at: () => anyValue(type.element, k) };
    case 'seq':
      return { kind: 'seq', element: type.element, capacity: 0, length: ir.int(0), at: () => V.invalid };
    case 'invalid':
      return V.invalid;
    default:
      return V.fromOrdinal(type, ir.int(Math.min(k, (T.sizeOf(type) ?? 1) - 1)));
  }
}

/** A value known when the game is built, as the language writes it; long ones are cut short. */
export function showConstant(value: Value): string {
  switch (value.kind) {
    case 'scalar': {
      if (value.e.op !== 'const') return 'a value that is not constant';
      const { type } = value;
      if (type.kind === 'int' || type.kind === 'real') return `${value.e.value}`;
      return valueName(type, Number(value.e.value) - T.boundsOf(type).low);
    }
    case 'record':
      return `${value.type.name}(${value.fields.map(showConstant).join(', ')})`;
    case 'tuple':
      return `(${value.items.map(showConstant).join(', ')})`;
    case 'array':
    case 'seq': {
      const seq = V.toSeq(value);
      const length = seq === undefined ? undefined : ir.constantOf(seq.length);
      if (seq === undefined || length === undefined) return T.describe(V.typeOf(value));
      const items = Array.from({ length: Math.min(length, 8) }, (_, k) => showConstant(seq.at(ir.int(k))));
      return `[${items.join(', ')}${length > 8 ? ', ...' : ''}]`;
    }
    case 'set':
      return `the type ${T.nameOf(value.type)}`;
    case 'invalid':
      return 'something invalid';
  }
}

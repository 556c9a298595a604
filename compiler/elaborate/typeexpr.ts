/** Type expressions at concrete parameters. */
import type { Expr, TypeExpr } from '../../grammar/ast.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { expectNumber } from './coerce.ts';
import { type Context, namesOfTypes, report, sourceText } from './context.ts';
import { elaborate, intConstant, keyTypeOf } from './expr.ts';
import * as ir from './ir.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';

export function resolveType(ctx: Context, type: TypeExpr): Type {
  switch (type.kind) {
    case 'NamedType':
      return namedType(ctx, type);
    case 'RangeType': {
      const array = indexedRange(ctx, type);
      if (array !== undefined) return resolveType(ctx, array);
      const low = intConstant(ctx, type.low, 'The end of a range');
      const high = intConstant(ctx, type.high, 'The end of a range');
      if (low === undefined || high === undefined) return T.invalidType;
      if (low > high) {
        report(ctx, type.span, 'empty-range', { low: `${low}`, high: `${high}` });
        return T.invalidType;
      }
      return T.rangeType(low, high);
    }
    case 'RealType': {
      const low = realConstant(ctx, type.low);
      const high = realConstant(ctx, type.high);
      if (low === undefined || high === undefined) return T.invalidType;
      if (low > high) {
        report(ctx, type.span, 'empty-range', { low: `${low}`, high: `${high}` });
        return T.invalidType;
      }
      return { kind: 'real', bounds: { low, high } };
    }
    case 'ArrayType':
      return arrayType(ctx, type);
    case 'SeqType': {
      const element = resolveType(ctx, type.element);
      const capacity = intConstant(ctx, type.capacity, 'The length of a sequence');
      if (element.kind === 'invalid' || capacity === undefined) return T.invalidType;
      if (capacity < 0 || capacity > 1_000_000) {
        report(ctx, type.capacity.span, 'bad-size', {
          what: 'A sequence',
          size: `${capacity}`,
          limit: '0 to 1,000,000',
        });
        return T.invalidType;
      }
      return { kind: 'seq', element, capacity };
    }
    case 'TupleType': {
      const items = type.items.map(item => resolveType(ctx, item));
      return items.some(item => item.kind === 'invalid') ? T.invalidType : { kind: 'tuple', items };
    }
    case 'InvalidType':
      return T.invalidType;
  }
}

/** `0..4[P]` indexes the 4; the array of ranges that was meant, after a report. */
function indexedRange(
  ctx: Context,
  type: Extract<TypeExpr, { kind: 'RangeType' }>,
): Extract<TypeExpr, { kind: 'ArrayType' }> | undefined {
  let last = type.high;
  while (last.kind === 'Binary') last = last.right;
  if (last.kind !== 'IndexExpr') return undefined;
  const { object, indices } = last;
  const named = object.kind === 'NameExpr' ? elaborate(ctx, object) : undefined;
  const number = named?.kind === 'scalar' && named.type.kind === 'int';
  if (object.kind !== 'Number' && !number) return undefined;
  const cut = { start: type.span.start, end: object.span.end };
  const written = `(${sourceText(ctx, cut)})${sourceText(ctx, { start: cut.end, end: type.span.end })}`;
  const fixes = [replaceFix(`Write \`${written}\``, ctx.file, type.span, written)];
  const remedy = `An array of ranges is written \`${written}\`.`;
  report(
    ctx,
    type.span,
    'not-indexable',
    { what: `the integer \`${sourceText(ctx, object.span)}\``, remedy },
    { fixes },
  );
  const withoutIndex = (e: Expr): Expr =>
    e === last ? object : e.kind === 'Binary' ? { ...e, right: withoutIndex(e.right) } : e;
  return {
    kind: 'ArrayType',
    element: { ...type, high: withoutIndex(type.high), span: cut },
    dims: indices.map(dimensionOf),
    span: type.span,
  };
}

/** An index set as the grammar gives it where it knows that a type is read. */
function dimensionOf(index: Expr): TypeExpr | Expr {
  if (index.kind === 'Range') return { kind: 'RangeType', low: index.low, high: index.high, span: index.span };
  return index.kind === 'TypeArg' ? index.type : index;
}

function realConstant(ctx: Context, e: Expr): number | undefined {
  const value = expectNumber(ctx, elaborate(ctx, e), e.span, 'The end of a range');
  if (value === undefined) return undefined;
  const constant = ir.constantOf(value);
  if (constant === undefined) report(ctx, e.span, 'not-constant', { what: 'The end of a range' });
  return constant;
}

const basic: Readonly<Record<string, Type>> = {
  bool: T.boolType,
  int: T.intType,
  real: T.realType,
  prob: { kind: 'real', bounds: { low: 0, high: 1 } },
};

function namedType(ctx: Context, type: Extract<TypeExpr, { kind: 'NamedType' }>): Type {
  const name = type.name.text;
  const binding = ctx.scope.lookup(name);
  if (binding?.kind === 'type') return binding.get();
  if (binding === undefined && Object.hasOwn(basic, name)) return basic[name] as Type;
  if (binding === undefined && name === 'Action' && ctx.build.agentsType?.kind === 'agent') {
    const all = ctx.build.agentsType;
    const found = ctx.build.actions?.typeFor(all.first, all.count);
    if (found === undefined) return T.invalidType;
    if ('type' in found) return found.type;
    report(ctx, type.span, 'not-here', { what: '`Action`', where: found.problem, remedy: 'Write `Action[Class]`.' });
    return T.invalidType;
  }
  if (binding !== undefined) {
    report(ctx, type.span, 'type-mismatch', { expected: 'a type', found: 'a value', because: undefined });
    return T.invalidType;
  }
  const suggestion = suggest(name, [...ctx.scope.all(namesOfTypes), ...Object.keys(basic), 'Action']);
  const fixes =
    suggestion === undefined ? [] : [replaceFix(`Replace by \`${suggestion}\``, ctx.file, type.span, suggestion)];
  report(ctx, type.span, 'unknown-name', { name, what: 'type', suggestion, known: '' }, { fixes });
  return T.invalidType;
}

function arrayType(ctx: Context, type: Extract<TypeExpr, { kind: 'ArrayType' }>): Type {
  const keys = type.dims.map(dim => dimension(ctx, dim));
  const only = keys[0];
  if (
    type.element.kind === 'NamedType' &&
    type.element.name.text === 'Action' &&
    keys.length === 1 &&
    only?.kind === 'agent'
  ) {
    const all = ctx.build.agentsType;
    const shared = all?.kind === 'agent' ? ctx.build.actions?.typeFor(all.first, all.count) : undefined;
    if (shared === undefined || 'problem' in shared) {
      const found = ctx.build.actions?.typeFor(only.first, only.count);
      return found !== undefined && 'type' in found ? found.type : T.invalidType;
    }
  }
  const element = resolveType(ctx, type.element);
  if (element.kind === 'invalid' || keys.some(key => key === undefined)) return T.invalidType;
  return { kind: 'array', keys: keys as Type[], element };
}

function dimension(ctx: Context, dim: TypeExpr | Expr): Type | undefined {
  switch (dim.kind) {
    case 'NamedType':
    case 'RangeType':
    case 'RealType':
    case 'ArrayType':
    case 'SeqType':
    case 'TupleType':
    case 'InvalidType': {
      const type = resolveType(ctx, dim);
      if (type.kind === 'invalid') return undefined;
      if (T.sizeOf(type) !== undefined) return type;
      report(ctx, dim.span, 'not-finite', { what: 'An array index', type: `\`${T.nameOf(type)}\`` });
      return undefined;
    }
    case 'NameExpr': {
      // A class of one agent names a type here, not that agent.
      const binding = ctx.scope.lookup(dim.name.text);
      if (binding?.kind === 'type') {
        const type = binding.get();
        if (T.sizeOf(type) !== undefined) return type;
      }
      return keyTypeOf(ctx, dim);
    }
    default:
      return keyTypeOf(ctx, dim);
  }
}

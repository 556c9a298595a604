/** Types are read as expressions; here they become types, or are refused. */
import type { Expr, Span, TypeArgExpr, TypeExpr } from './ast.ts';
import type { BuildContext } from './build-context.ts';
import { problem, report } from './problem.ts';

const scalarTypes: ReadonlySet<string> = new Set(['bool', 'int', 'real', 'prob']);

/** Is this a built-in type, which no name can hide? */
export function isScalarType(name: string): boolean {
  return scalarTypes.has(name);
}

export function typeArgument(type: TypeExpr): TypeArgExpr {
  return { kind: 'TypeArg', type, span: type.span };
}

/** `real in a..b` and `real[n] in a..b` where an expression could stand; undefined for any other `x in y`. */
export function asTypeArgument(left: Expr, right: Expr, span: Span): TypeArgExpr | undefined {
  if (left.kind !== 'TypeArg' || right.kind !== 'Range') return undefined;
  const real = { kind: 'RealType', low: right.low, high: right.high, span } as const;
  const type = left.type;
  if (type.kind === 'NamedType' && type.name.text === 'real') return typeArgument(real);
  if (type.kind === 'ArrayType' && type.element.kind === 'NamedType' && type.element.name.text === 'real')
    return typeArgument({ ...type, element: real, span });
  return undefined;
}

/** `T[I, J]` where `T` can only be a type: a built-in one, a range, or a tuple or array of such. */
export function asArrayType(object: Expr, indices: readonly Expr[], span: Span): TypeArgExpr | undefined {
  if (object.kind !== 'TypeArg' && object.kind !== 'Range') return undefined;
  const element = object.kind === 'TypeArg' ? object.type : rangeType(object);
  return typeArgument({ kind: 'ArrayType', element, dims: indices.map(dimension), span });
}

/** A tuple with a type among its items is a tuple type. */
export function asTupleType(ctx: BuildContext, items: readonly Expr[], span: Span): TypeArgExpr | undefined {
  if (!items.some(item => item.kind === 'TypeArg')) return undefined;
  return typeArgument({ kind: 'TupleType', items: items.map(item => toType(ctx, item)), span });
}

export function toType(ctx: BuildContext, expr: Expr): TypeExpr {
  switch (expr.kind) {
    case 'TypeArg':
      return expr.type;
    case 'NameExpr':
      return { kind: 'NamedType', name: expr.name, span: expr.span };
    case 'Range':
      return rangeType(expr);
    case 'IndexExpr':
      return {
        kind: 'ArrayType',
        element: toType(ctx, expr.object),
        dims: expr.indices.map(dimension),
        span: expr.span,
      };
    case 'Tuple':
      return { kind: 'TupleType', items: expr.items.map(item => toType(ctx, item)), span: expr.span };
    case 'Invalid':
      return { kind: 'InvalidType', span: expr.span };
    default:
      if (expr.kind === 'Binary' && expr.op === '-' && expr.left.kind === 'Number' && expr.right.kind === 'Number') {
        const text = `${expr.left.text}..${expr.right.text}`;
        const fix = { title: `Write \`${text}\``, edits: [{ span: expr.span, text }] };
        const message = 'A range has two points between its ends; here a minus stands between them.';
        report(ctx.problems, problem('M0126', expr.span, message, { remedy: `Write \`${text}\`.`, fix }));
        return { kind: 'RangeType', low: expr.left, high: expr.right, span: expr.span };
      }
      report(
        ctx.problems,
        problem('M0126', expr.span, 'A type is expected here; this is an expression.', {
          remedy:
            expr.kind === 'Number'
              ? `A number is not a type; the integers up to it are the range \`0..${expr.text}\`.`
              : 'Types are `bool`, ranges such as `0..3`, `real`, names of enums, records and classes, `T[I]`, `seq<T, n>`, `(T, U)`.',
        }),
      );
      return { kind: 'InvalidType', span: expr.span };
  }
}

function rangeType(range: Expr & { kind: 'Range' }): TypeExpr {
  return { kind: 'RangeType', low: range.low, high: range.high, span: range.span };
}

/** The index set of an array: a range or type as a type, anything else as written (a size or a name). */
function dimension(index: Expr): TypeExpr | Expr {
  if (index.kind === 'Range') return rangeType(index);
  return index.kind === 'TypeArg' ? index.type : index;
}

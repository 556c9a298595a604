/** Prints syntax trees so that tests can compare them: every operator in parentheses, every type as written. */
import type { Expr, Pattern, Stmt, TypeExpr } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';

export function showExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'Number':
      return expr.text;
    case 'Bool':
      return String(expr.value);
    case 'String':
      return JSON.stringify(expr.value);
    case 'Map':
      return `map """${expr.rows.map(row => row.text).join('\n')}""" { ${expr.legend.map(one => `'${one.char}': ${showExpr(one.value)}`).join(', ')} }`;
    case 'NameExpr':
      return expr.name.text;
    case 'NextExpr':
      return `(next ${expr.name.text})`;
    case 'Unary':
      return `(${expr.op} ${showExpr(expr.operand)})`;
    case 'Binary':
      return `(${showExpr(expr.left)} ${expr.op} ${showExpr(expr.right)})`;
    case 'Range':
      return `(${showExpr(expr.low)} .. ${showExpr(expr.high)})`;
    case 'If':
      return `(if ${showExpr(expr.condition)} then ${showExpr(expr.then)} else ${showExpr(expr.else)})`;
    case 'Match': {
      const arms = expr.arms.map(arm => `${arm.patterns.map(showPattern).join(' | ')} => ${showExpr(arm.value)}`);
      return `(match ${showExpr(expr.subject)} { ${arms.join(' ')} })`;
    }
    case 'Call': {
      const args = [...expr.args.map(showExpr), ...expr.named.map(one => `${one.name.text}: ${showExpr(one.value)}`)];
      return `${showExpr(expr.callee)}(${args.join(', ')})`;
    }
    case 'IndexExpr':
      return `${showExpr(expr.object)}[${expr.indices.map(showExpr).join(', ')}]`;
    case 'Member':
      return `${showExpr(expr.object)}.${expr.member.text}`;
    case 'Tuple':
      return `(${expr.items.map(showExpr).join(', ')})`;
    case 'List':
      return `[${expr.items.map(showExpr).join(', ')}]`;
    case 'Comprehension': {
      const generators = expr.generators.map(one => `${one.name.text} in ${showExpr(one.domain)}`).join(', ');
      const condition = expr.condition ? ` if ${showExpr(expr.condition)}` : '';
      const order = expr.order ? ` by ${showExpr(expr.order)}` : '';
      const inner = `${showExpr(expr.body)} for ${generators}${condition}${order}`;
      return expr.list ? `[${inner}]` : inner;
    }
    case 'Dict':
      return `{ ${expr.entries.map(one => `${one.key ? showExpr(one.key) : '_'}: ${showExpr(one.value)}`).join(', ')} }`;
    case 'With': {
      const updates = expr.updates.map(one => {
        const target =
          'field' in one.target ? one.target.field.text : `[${one.target.indices.map(showExpr).join(', ')}]`;
        return `${target} ${one.op} ${showExpr(one.value)}${one.mode ? ` ${one.mode}` : ''}`;
      });
      return `(${showExpr(expr.object)} with ${updates.join(', ')})`;
    }
    case 'Sample':
      return `(sample ${showExpr(expr.count)} of ${showExpr(expr.of)})`;
    case 'TypeArg':
      return `<${showType(expr.type)}>`;
    case 'Schedule':
      return `(${showExpr(expr.from)} -> ${showExpr(expr.to)} over ${showExpr(expr.over.value)} ${expr.over.unit.text})`;
    case 'Invalid':
      return '?';
  }
}

export function showPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'Wildcard':
      return '_';
    case 'NamePattern':
      return pattern.name.text;
    case 'LiteralPattern':
      return showBound(pattern.value);
    case 'RangePattern':
      return `${showBound(pattern.low)}..${showBound(pattern.high)}`;
    case 'TuplePattern':
      return `(${pattern.items.map(showPattern).join(', ')})`;
  }
}

/** Patterns take no parentheses around a negative number. */
function showBound(expr: Expr): string {
  return expr.kind === 'Unary' ? `-${showExpr(expr.operand)}` : showExpr(expr);
}

export function showType(type: TypeExpr): string {
  switch (type.kind) {
    case 'NamedType':
      return type.name.text;
    case 'RangeType':
      return `(${showExpr(type.low)}..${showExpr(type.high)})`;
    case 'RealType':
      return `real in ${showExpr(type.low)}..${showExpr(type.high)}`;
    case 'ArrayType':
      return `${showType(type.element)}[${type.dims.map(showDim).join(', ')}]`;
    case 'SeqType':
      return `seq<${showType(type.element)}, ${showExpr(type.capacity)}>`;
    case 'TupleType':
      return `(${type.items.map(showType).join(', ')})`;
    case 'InvalidType':
      return '?';
  }
}

function showDim(dim: TypeExpr | Expr): string {
  switch (dim.kind) {
    case 'NamedType':
    case 'RangeType':
    case 'RealType':
    case 'ArrayType':
    case 'SeqType':
    case 'TupleType':
    case 'InvalidType':
      return `type ${showType(dim)}`;
    default:
      return showExpr(dim);
  }
}

export function showStmt(stmt: Stmt): string {
  const side =
    stmt.value.kind === 'Is'
      ? `= ${showExpr(stmt.value.value)}`
      : `~ ${showExpr(stmt.value.dist)}${stmt.value.suchThat ? ` such that ${showExpr(stmt.value.suchThat)}` : ''}`;
  if (stmt.kind === 'Let') {
    const binders = stmt.binders.map(one => `[${one.name.text}${one.type ? `: ${showType(one.type)}` : ''}]`).join('');
    return `let ${stmt.name.text}${binders}${stmt.type ? `: ${showType(stmt.type)}` : ''} ${side}`;
  }
  const indices = stmt.indices.map(one =>
    one.kind === 'Binder' ? `[${one.name.text}: ${one.type ? showType(one.type) : '?'}]` : `[${showExpr(one)}]`,
  );
  return `${stmt.next ? 'next ' : ''}${stmt.name.text}${indices.join('')} ${side}`;
}

/** The tree without places: what is left when the same program is laid out differently. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, one]) => !/[sS]pan$/.test(key) && one !== undefined);
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutSpans(one)]));
}

/** The value of `let v = ...`, which must parse without errors. */
export function expression(text: string): Expr {
  const { ast, errors } = parse(`let v = ${text}`);
  if (errors.length > 0) throw new Error(`${text}\n${errors.map(one => one.message).join('\n')}`);
  const declaration = ast.declarations[0];
  if (ast.declarations.length !== 1 || declaration?.kind !== 'Const') throw new Error(`not one constant: ${text}`);
  return declaration.value;
}

/** The type of `let v: ... = 0`, which must parse without errors. */
export function type(text: string): TypeExpr {
  const { ast, errors } = parse(`record R { v: ${text} }`);
  if (errors.length > 0) throw new Error(`${text}\n${errors.map(one => one.message).join('\n')}`);
  const declaration = ast.declarations[0];
  const field = declaration?.kind === 'Record' ? declaration.fields[0] : undefined;
  if (field === undefined) throw new Error(`no field: ${text}`);
  return field.type;
}

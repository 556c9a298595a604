/** Sorts a flat list of operands and operators by how tightly the operators bind. */
import type { BinaryOp, Expr, Span } from './ast.ts';
import type { BuildContext } from './build-context.ts';
import { asTypeArgument } from './build-types.ts';
import { problem, report } from './problem.ts';

/** An operand with its extent in the text, which includes parentheses that the tree does not keep. */
export interface Operand {
  readonly prefixes: readonly { readonly op: '-' | 'not'; readonly span: Span }[];
  readonly expr: Expr;
  readonly span: Span;
}

export interface Operator {
  readonly op: BinaryOp | '..';
  readonly span: Span;
}

const notLevel = 3;
const comparisonLevel = 4;
const rangeLevel = 5;

const levels: Readonly<Record<BinaryOp | '..', number>> = {
  '|>': 0,
  or: 1,
  and: 2,
  '==': comparisonLevel,
  '!=': comparisonLevel,
  '<': comparisonLevel,
  '<=': comparisonLevel,
  '>': comparisonLevel,
  '>=': comparisonLevel,
  in: comparisonLevel,
  'not in': comparisonLevel,
  '..': rangeLevel,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};

interface Part {
  readonly expr: Expr;
  readonly span: Span;
}

/** `operands.length === operators.length + 1`, except where recovery lost one; what is left over is dropped. */
export function foldOperators(ctx: BuildContext, operands: readonly Operand[], operators: readonly Operator[]): Expr {
  let nextOperand = 0;
  let nextOperator = 0;

  const readPrefixed = (operand: Operand, prefix: number): Part => {
    const sign = operand.prefixes[prefix];
    if (sign === undefined) return { expr: operand.expr, span: bare(operand) };
    const inner = readPrefixed(operand, prefix + 1);
    const part = sign.op === 'not' ? extend(inner, notLevel) : inner;
    const span = { start: sign.span.start, end: part.span.end };
    return { expr: { kind: 'Unary', op: sign.op, operand: part.expr, span }, span };
  };

  /** Goes on from `left` with every operator that binds at least as tightly as `level`. */
  const extend = (left: Part, level: number): Part => {
    let comparison: Operator | undefined;
    for (;;) {
      const operator = operators[nextOperator];
      if (operator === undefined || nextOperand >= operands.length) return left;
      const binds = levels[operator.op];
      if (binds < level) return left;
      const chains = binds === comparisonLevel || binds === rangeLevel;
      if (chains && comparison !== undefined && levels[comparison.op] === binds) reportChain(ctx, comparison, operator);
      if (chains) comparison = operator;
      nextOperator++;
      const right = extend(readPrefixed(operands[nextOperand++]!, 0), binds + 1);
      left = join(left, operator, right);
    }
  };

  const first = operands[nextOperand++]!;
  return extend(readPrefixed(first, 0), 0).expr;
}

/** The extent of an operand without its signs. */
function bare(operand: Operand): Span {
  const signs = operand.prefixes.length;
  return signs === 0 ? operand.span : { start: operand.prefixes[signs - 1]!.span.end, end: operand.span.end };
}

function join(left: Part, operator: Operator, right: Part): Part {
  const span = { start: left.span.start, end: right.span.end };
  if (operator.op === '..') return { expr: { kind: 'Range', low: left.expr, high: right.expr, span }, span };
  if (operator.op === 'in') {
    const type = asTypeArgument(left.expr, right.expr, span);
    if (type !== undefined) return { expr: type, span };
  }
  const expr: Expr = {
    kind: 'Binary',
    op: operator.op,
    opSpan: operator.span,
    left: left.expr,
    right: right.expr,
    span,
  };
  return { expr, span };
}

function reportChain(ctx: BuildContext, first: Operator, second: Operator): void {
  const range = first.op === '..';
  report(
    ctx.problems,
    problem(
      'M0131',
      second.span,
      range
        ? 'A range has two ends, `a..b`; here a second `..` follows.'
        : `Comparisons do not chain; here \`${second.op}\` follows \`${first.op}\`.`,
      {
        remedy: range ? undefined : 'Join two comparisons with `and`: `a < b and b < c`.',
        related: [{ span: first.span, message: range ? 'the first `..`' : 'the first comparison' }],
      },
    ),
  );
}

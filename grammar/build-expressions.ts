import type { CstNode, IToken } from 'chevrotain';
import type {
  BinaryOp,
  DictEntry,
  Expr,
  Generator,
  IfExpr,
  MatchArm,
  NamedArg,
  Pattern,
  Quantity,
  Span,
  TypeExpr,
  Update,
} from './ast.ts';
import type { BuildContext } from './build-context.ts';
import { foldOperators, type Operand, type Operator } from './build-operators.ts';
import { asArrayType, asTupleType, isScalarType, toType, typeArgument } from './build-types.ts';
import { child, children, has, nameOf, nodeSpan, token, tokenSpan, tokens, toName } from './cst.ts';
import { buildMap, decodeString } from './literals.ts';
import { problem, report } from './problem.ts';

/** Operands and brackets around an expression, counted along any path into it; deeper programs are refused. */
const maxDepth = 1000;

const operatorKeys = [
  'BinaryOperator',
  'RangeLevelOperator',
  'SumOperator',
  'ProductOperator',
  'TypeOperator',
] as const;

/** Any of the expression rules; undefined or unreadable parts become `Invalid` at `fallback`. */
export function buildExpr(ctx: BuildContext, node: CstNode | undefined, fallback: Span): Expr {
  if (node === undefined) return invalid(fallback);
  const operandNodes = children(node, 'operand');
  const single = operandNodes.length === 1 ? operandNodes[0]! : undefined;
  if (single !== undefined && !has(single, 'PrefixOperator'))
    return nested(ctx, 1, nodeSpan(node), () => buildAtom(ctx, single));
  if (operandNodes.length === 0) return invalid(fallback);
  return nested(ctx, operandNodes.length, nodeSpan(node), () => {
    const operands = operandNodes.map((operand): Operand => {
      const prefixes = tokens(operand, 'PrefixOperator').map(sign => ({
        op: sign.image === 'not' ? ('not' as const) : ('-' as const),
        span: tokenSpan(sign),
      }));
      return { prefixes, expr: buildAtom(ctx, operand), span: nodeSpan(operand) };
    });
    return foldOperators(ctx, operands, operators(node));
  });
}

export function buildType(ctx: BuildContext, node: CstNode | undefined, fallback: Span): TypeExpr {
  return toType(ctx, buildExpr(ctx, node, fallback));
}

export function invalid(span: Span): Expr {
  return { kind: 'Invalid', span };
}

function operators(node: CstNode): readonly Operator[] {
  for (const key of operatorKeys) {
    if (has(node, key))
      return tokens(node, key).map(sign => ({ op: sign.image as BinaryOp | '..', span: tokenSpan(sign) }));
  }
  return [];
}

function nested(ctx: BuildContext, weight: number, span: Span, build: () => Expr): Expr {
  ctx.depth += weight;
  try {
    if (ctx.depth <= maxDepth) return build();
    const message = `An expression may combine at most ${maxDepth} operands along one path; this one is larger.`;
    if (!ctx.problems.some(one => one.code === 'M0114'))
      report(
        ctx.problems,
        problem('M0114', span, message, { remedy: 'Name parts of it with `let`, or use `sum(... for ...)`.' }),
      );
    return invalid(span);
  } finally {
    ctx.depth -= weight;
  }
}

/** What stands after the signs: an atom, what is applied to it, and its updates. */
function buildAtom(ctx: BuildContext, node: CstNode): Expr {
  const whole = nodeSpan(node);
  const signs = tokens(node, 'PrefixOperator');
  const start = signs.length === 0 ? whole.start : firstStart(node, whole);
  let expr = buildPrimary(ctx, node, whole);
  const applied = children(node, 'postfix');
  ctx.depth += applied.length;
  if (ctx.depth > maxDepth) expr = nested(ctx, 0, whole, () => expr);
  else for (const postfix of applied) expr = buildPostfix(ctx, expr, start, postfix);
  ctx.depth -= applied.length;
  if (!has(node, 'with')) return expr;
  const updates = children(node, 'update').flatMap(update => buildUpdate(ctx, update));
  return { kind: 'With', object: expr, updates, span: { start, end: whole.end } };
}

/** The offset where the atom begins behind its signs. */
function firstStart(node: CstNode, whole: Span): number {
  let start = whole.end;
  for (const [key, found] of Object.entries(node.children)) {
    if (key === 'PrefixOperator') continue;
    for (const one of found ?? []) {
      const at = 'image' in one ? one.startOffset : nodeSpan(one).start;
      if (at < start) start = at;
    }
  }
  return start;
}

function buildPrimary(ctx: BuildContext, node: CstNode, fallback: Span): Expr {
  const number = token(node, 'NumberLiteral');
  if (number) return numberOf(number);
  const name = nameOf(node);
  if (name) {
    if (isScalarType(name.text)) return typeArgument({ kind: 'NamedType', name, span: name.span });
    return { kind: 'NameExpr', name, span: name.span };
  }
  const string = token(node, 'StringLiteral');
  if (string) return { kind: 'String', value: decodeString(ctx, string), span: tokenSpan(string) };
  const truth = token(node, 'true') ?? token(node, 'false');
  if (truth) return { kind: 'Bool', value: truth.image === 'true', span: tokenSpan(truth) };
  for (const [rule, build] of primaries) {
    const found = child(node, rule);
    if (found) return build(ctx, found, nodeSpan(found));
  }
  return invalid(fallback);
}

type BuildRule = (ctx: BuildContext, node: CstNode, span: Span) => Expr;

const primaries: readonly (readonly [string, BuildRule])[] = [
  ['parenthesized', buildParenthesized],
  ['ifExpr', buildIf],
  ['matchExpr', buildMatch],
  ['listExpr', buildList],
  ['dictExpr', (ctx, node, span) => ({ kind: 'Dict', entries: buildEntries(ctx, node), span })],
  ['nextExpr', buildNext],
  ['mapExpr', (ctx, node) => buildMap(ctx, node, buildExpr)],
  ['sampleExpr', buildSample],
  ['seqType', buildSeq],
];

export function numberOf(literal: IToken): Expr & { kind: 'Number' } {
  return { kind: 'Number', text: literal.image.replaceAll('_', ''), span: tokenSpan(literal) };
}

/** The items of a parenthesised list, as a payoff cell reads them. */
export function buildItems(ctx: BuildContext, node: CstNode): readonly Expr[] {
  return children(node, 'expression').map(item => buildExpr(ctx, item, nodeSpan(item)));
}

function buildParenthesized(ctx: BuildContext, node: CstNode, span: Span): Expr {
  const items = buildItems(ctx, node);
  if (items.length === 0) return invalid(span);
  if (items.length === 1) return items[0]!;
  return asTupleType(ctx, items, span) ?? { kind: 'Tuple', items, span };
}

function buildIf(ctx: BuildContext, node: CstNode, span: Span): Expr {
  const end = { start: span.end, end: span.end };
  const part = (key: 'condition' | 'then' | 'else') => [key, buildExpr(ctx, child(node, `${key}Expr`), end)] as const;
  const parts = Object.fromEntries([part('condition'), part('then'), part('else')]);
  return { kind: 'If', ...(parts as Pick<IfExpr, 'condition' | 'then' | 'else'>), span };
}

function buildNext(_ctx: BuildContext, node: CstNode, span: Span): Expr {
  const name = nameOf(node);
  return name ? { kind: 'NextExpr', name, span } : invalid(span);
}

function buildSample(ctx: BuildContext, node: CstNode, span: Span): Expr {
  const count = buildExpr(ctx, child(node, 'sumLevel'), span);
  return { kind: 'Sample', count, of: buildExpr(ctx, child(node, 'rangeLevel'), span), span };
}

function buildSeq(ctx: BuildContext, node: CstNode, span: Span): Expr {
  const element = buildType(ctx, child(node, 'typeExpr'), span);
  return typeArgument({ kind: 'SeqType', element, capacity: buildExpr(ctx, child(node, 'sumLevel'), span), span });
}

function buildList(ctx: BuildContext, node: CstNode, span: Span): Expr {
  const comprehension = child(node, 'comprehension');
  const items = buildItems(ctx, node);
  if (comprehension === undefined) return { kind: 'List', items, span };
  return buildComprehension(ctx, comprehension, items, true, span);
}

function buildComprehension(ctx: BuildContext, node: CstNode, items: readonly Expr[], list: boolean, span: Span): Expr {
  const forSpan = nodeSpan(node);
  if (items.length !== 1) {
    const message =
      items.length === 0
        ? 'The value comes before `for`: `sum(x for x in T)`; here there is none.'
        : 'One value comes before `for`; here there are several.';
    const remedy = items.length === 0 ? undefined : 'Put several values in parentheses: `[(a, b) for x in T]`.';
    report(ctx.problems, problem('M0139', items[1]?.span ?? forSpan, message, { remedy }));
  }
  const condition = child(node, 'condition');
  const order = child(node, 'order');
  const generators = children(node, 'generator').flatMap((one): Generator[] => {
    const name = nameOf(one);
    const at = nodeSpan(one);
    return name ? [{ kind: 'Generator', name, domain: buildExpr(ctx, child(one, 'rangeLevel'), at), span: at }] : [];
  });
  if (generators.length === 0) return invalid(span);
  return {
    kind: 'Comprehension',
    list,
    body: items[0] ?? invalid(forSpan),
    generators,
    condition: condition && buildExpr(ctx, condition, forSpan),
    order: order && buildExpr(ctx, order, forSpan),
    span,
  };
}

function buildPostfix(ctx: BuildContext, object: Expr, start: number, node: CstNode): Expr {
  const span = { start, end: nodeSpan(node).end };
  if (has(node, 'LParen')) return buildCall(ctx, object, span, node);
  if (has(node, 'LBracket')) {
    const indices = buildItems(ctx, node);
    if (indices.length === 0) return invalid(span);
    return asArrayType(object, indices, span) ?? { kind: 'IndexExpr', object, indices, span };
  }
  const member = nameOf(node) ?? nameOf(node, 'NumberLiteral');
  return member ? { kind: 'Member', object, member, span } : invalid(span);
}

function buildCall(ctx: BuildContext, callee: Expr, span: Span, node: CstNode): Expr {
  const args: Expr[] = [];
  const named: NamedArg[] = [];
  for (const argument of children(node, 'argument')) {
    const at = nodeSpan(argument);
    const value = buildArgument(ctx, argument, at);
    const name = nameOf(argument);
    if (name) named.push({ kind: 'NamedArg', name, value, span: at });
    else {
      const before = named.at(-1);
      if (before !== undefined) {
        const related = [{ span: before.span, message: 'given by name' }];
        const message = 'Arguments given by name come last; here one without a name follows.';
        report(
          ctx.problems,
          problem('M0136', at, message, { remedy: 'Name it too, or move it to the front.', related }),
        );
      }
      args.push(value);
    }
  }
  const comprehension = child(node, 'comprehension');
  if (comprehension === undefined) return { kind: 'Call', callee, args, named, span };
  const inner = { start: args[0]?.span.start ?? nodeSpan(comprehension).start, end: nodeSpan(comprehension).end };
  const one = buildComprehension(ctx, comprehension, args, false, inner);
  return { kind: 'Call', callee, args: [one], named, span };
}

/** The value of an argument, which may be a schedule. */
function buildArgument(ctx: BuildContext, node: CstNode, at: Span): Expr {
  const from = buildExpr(ctx, child(node, 'expression'), at);
  const tail = child(node, 'scheduleTail');
  if (tail === undefined) return from;
  const end = { start: at.end, end: at.end };
  const value = buildExpr(ctx, child(tail, 'overExpr'), end);
  const unit = nameOf(tail) ?? { kind: 'Name', text: 'steps', span: end };
  const over: Quantity = { kind: 'QuantityNode', value, unit, span: { start: value.span.start, end: unit.span.end } };
  const to = buildExpr(ctx, child(tail, 'to'), end);
  return { kind: 'Schedule', from, to, over, span: { start: from.span.start, end: at.end } };
}

function buildUpdate(ctx: BuildContext, node: CstNode): readonly Update[] {
  const span = nodeSpan(node);
  const field = nameOf(node);
  const indices = buildItems(ctx, node);
  if (field === undefined && indices.length === 0) return [];
  const value = buildExpr(ctx, child(node, 'sumLevel') ?? child(node, 'productLevel'), {
    start: span.end,
    end: span.end,
  });
  const mode = has(node, 'clamped') ? 'clamped' : has(node, 'wrapped') ? 'wrapped' : undefined;
  const op = has(node, 'Plus') ? '+' : has(node, 'Minus') ? '-' : '=';
  return [{ kind: 'Update', target: field ? { field } : { indices }, op, value, mode, span }];
}

function buildEntries(ctx: BuildContext, node: CstNode): readonly DictEntry[] {
  return children(node, 'dictEntry').map((entry): DictEntry => {
    const span = nodeSpan(entry);
    const key = buildExpr(ctx, child(entry, 'key'), span);
    const rest = key.kind === 'NameExpr' && key.name.text === '_';
    const value = buildExpr(ctx, child(entry, 'value'), { start: span.end, end: span.end });
    return { kind: 'Entry', key: rest ? undefined : key, value, span };
  });
}

function buildMatch(ctx: BuildContext, node: CstNode, span: Span): Expr {
  return {
    kind: 'Match',
    subject: buildExpr(ctx, child(node, 'expression'), span),
    arms: children(node, 'matchArm').map((arm): MatchArm => {
      const at = nodeSpan(arm);
      const value = buildExpr(ctx, child(arm, 'expression'), { start: at.end, end: at.end });
      return { kind: 'Arm', patterns: children(arm, 'pattern').map(buildPattern), value, span: at };
    }),
    span,
  };
}

function buildPattern(node: CstNode): Pattern {
  const span = nodeSpan(node);
  if (has(node, 'LParen') || has(node, 'HeadParen')) {
    const items = children(node, 'pattern').map(buildPattern);
    return items.length === 1 ? items[0]! : { kind: 'TuplePattern', items, span };
  }
  const truth = token(node, 'true') ?? token(node, 'false');
  if (truth) return { kind: 'LiteralPattern', value: { kind: 'Bool', value: truth.image === 'true', span }, span };
  const [low, high] = children(node, 'patternBound');
  if (low === undefined) return { kind: 'Wildcard', span };
  if (high !== undefined) return { kind: 'RangePattern', low: buildBound(low), high: buildBound(high), span };
  const value = buildBound(low);
  if (value.kind !== 'NameExpr') return { kind: 'LiteralPattern', value, span };
  return value.name.text === '_' ? { kind: 'Wildcard', span } : { kind: 'NamePattern', name: value.name, span };
}

function buildBound(node: CstNode): Expr {
  const span = nodeSpan(node);
  const number = token(node, 'NumberLiteral');
  const name = token(node, 'Identifier');
  const value: Expr = number
    ? numberOf(number)
    : name
      ? { kind: 'NameExpr', name: toName(name), span: tokenSpan(name) }
      : invalid(span);
  return has(node, 'Minus') || has(node, 'HeadMinus') ? { kind: 'Unary', op: '-', operand: value, span } : value;
}

import type { CstNode } from 'chevrotain';
import type {
  ActionsItem,
  AgentClassDecl,
  AssertDecl,
  Binder,
  ConstDecl,
  EnumDecl,
  Expr,
  FieldDecl,
  FnDecl,
  GameItem,
  GameRef,
  LetStmt,
  LhsIndex,
  Name,
  NamedArg,
  ObserveItem,
  ObservePart,
  Param,
  PayoffCell,
  PayoffItem,
  PayoffLabel,
  PayoffRow,
  RecordDecl,
  RewardItem,
  Rhs,
  Span,
  StateField,
  Stmt,
} from './ast.ts';
import { type BuildContext, docOf, requireEntry } from './build-context.ts';
import { buildExpr, buildItems, buildType, invalid, numberOf } from './build-expressions.ts';
import { child, children, has, nameOf, nodeSpan, token, tokenSpan, tokens, toName } from './cst.ts';
import { problem, report } from './problem.ts';

// Builders return an array where a node that lost its name is left out.

export function buildItem(ctx: BuildContext, item: CstNode): readonly GameItem[] {
  for (const [rule, build] of itemBuilders) {
    const node = child(item, rule);
    if (node) return build(ctx, node, nodeSpan(node));
  }
  return [];
}

type ItemBuilder = (ctx: BuildContext, node: CstNode, span: Span) => readonly GameItem[];

const itemBuilders: readonly (readonly [string, ItemBuilder])[] = [
  ['agentsItem', (ctx, node, span) => [{ kind: 'Agents', classes: buildClasses(ctx, node), span }]],
  ['indexItem', buildIndex],
  ['enumDecl', buildEnum],
  ['recordDecl', buildRecord],
  ['constDecl', buildConst],
  ['fnDecl', buildFn],
  ['assertDecl', (ctx, node, span) => [buildAssert(ctx, node, span)]],
  ['actionsItem', (ctx, node, span) => [buildActions(ctx, node, span)]],
  ['stateItem', (ctx, node, span) => [{ kind: 'State', fields: buildStateFields(ctx, node), span }]],
  ['initItem', (ctx, node, span) => [{ kind: 'Init', stmts: buildStatements(ctx, node), span }]],
  ['legalItem', buildLegal],
  ['activeItem', buildActive],
  ['turnItem', (ctx, node, span) => [{ kind: 'Turn', agent: onlyExpr(ctx, node, span), span }]],
  ['stepItem', (ctx, node, span) => [{ kind: 'Step', stmts: buildStatements(ctx, node), span }]],
  ['rewardItem', buildReward],
  ['observeItem', buildObserve],
  ['endItem', (ctx, node, span) => [{ kind: 'End', condition: onlyExpr(ctx, node, span), span }]],
  ['horizonItem', (ctx, node, span) => [{ kind: 'Horizon', steps: onlyExpr(ctx, node, span), span }]],
  ['discountItem', (ctx, node, span) => [{ kind: 'Discount', factor: onlyExpr(ctx, node, span), span }]],
  ['payoffItem', (ctx, node, span) => [buildPayoff(ctx, node, span)]],
];

/** The first expression of a node; the place behind it where it is missing. */
export function onlyExpr(ctx: BuildContext, node: CstNode, span: Span): Expr {
  return buildExpr(ctx, child(node, 'expression'), { start: span.end, end: span.end });
}

// ---------------------------------------------------------------------------------------------- declarations

export function buildParams(ctx: BuildContext, node: CstNode | undefined): readonly Param[] {
  if (node === undefined) return [];
  return children(node, 'param').flatMap((param): Param[] => {
    const span = nodeSpan(param);
    const name = nameOf(param);
    if (name === undefined) return [];
    const given = child(param, 'expression');
    const type = buildType(ctx, child(param, 'typeExpr'), span);
    return [{ kind: 'Param', doc: docOf(ctx, span), name, type, default: given && buildExpr(ctx, given, span), span }];
  });
}

export function buildEnum(ctx: BuildContext, node: CstNode, span: Span): readonly EnumDecl[] {
  const name = nameOf(node);
  const members = tokens(node, 'member').map(toName);
  return name ? [{ kind: 'Enum', doc: docOf(ctx, span), name, members, span }] : [];
}

export function buildRecord(ctx: BuildContext, node: CstNode, span: Span): readonly RecordDecl[] {
  const name = nameOf(node);
  const fields = buildFields(ctx, child(node, 'fields'));
  requireEntry(ctx, 'recordDecl', fields.length, span);
  return name ? [{ kind: 'Record', doc: docOf(ctx, span), name, fields, span }] : [];
}

function buildFields(ctx: BuildContext, node: CstNode | undefined): readonly FieldDecl[] {
  if (node === undefined) return [];
  return children(node, 'field').flatMap((field): FieldDecl[] => {
    const span = nodeSpan(field);
    const name = nameOf(field);
    if (name === undefined) return [];
    return [{ kind: 'Field', doc: docOf(ctx, span), name, type: buildType(ctx, child(field, 'typeExpr'), span), span }];
  });
}

export function buildConst(ctx: BuildContext, node: CstNode, span: Span): readonly ConstDecl[] {
  const name = nameOf(node);
  if (name === undefined) return [];
  const type = child(node, 'typeExpr');
  const value = onlyExpr(ctx, node, span);
  return [{ kind: 'Const', doc: docOf(ctx, span), name, type: type && buildType(ctx, type, span), value, span }];
}

export function buildFn(ctx: BuildContext, node: CstNode, span: Span): readonly FnDecl[] {
  const name = nameOf(node);
  if (name === undefined) return [];
  const result = child(node, 'typeExpr');
  return [
    {
      kind: 'Fn',
      doc: docOf(ctx, span),
      name,
      params: buildParams(ctx, child(node, 'params')),
      result: result && buildType(ctx, result, span),
      lets: children(node, 'letStmt').flatMap(one => buildLet(ctx, one)),
      body: onlyExpr(ctx, node, span),
      span,
    },
  ];
}

export function buildAssert(ctx: BuildContext, node: CstNode, span: Span): AssertDecl {
  const within = child(node, 'withinExpr');
  const of = child(node, 'gameRef');
  return {
    kind: 'Assert',
    claim: buildExpr(ctx, child(node, 'claim'), { start: span.end, end: span.end }),
    within: within && buildExpr(ctx, within, span),
    of: of && buildGameRef(ctx, of, span),
    span,
  };
}

/** A reference whose path was lost has an empty path. */
export function buildGameRef(ctx: BuildContext, node: CstNode | undefined, fallback: Span): GameRef {
  if (node === undefined) return { kind: 'GameRef', path: [], base: undefined, args: [], span: fallback };
  const span = nodeSpan(node);
  const pathNode = child(node, 'path');
  const path = pathNode ? tokens(pathNode, 'Identifier').map(toName) : [];
  const repeats = path.length === 1 && path[0]!.text === 'repeated';
  let base: GameRef | undefined;
  const args: NamedArg[] = [];
  for (const arg of children(node, 'gameArg')) {
    const at = nodeSpan(arg);
    const name = nameOf(arg);
    const inner = child(arg, 'gameRef');
    if (name) args.push({ kind: 'NamedArg', name, value: onlyExpr(ctx, arg, at), span: at });
    else if (inner && repeats && base === undefined) base = buildGameRef(ctx, inner, at);
    else if (inner) reportPositional(ctx, inner, repeats);
  }
  return { kind: 'GameRef', path, base, args, span };
}

function reportPositional(ctx: BuildContext, arg: CstNode, repeats: boolean): void {
  const message = repeats
    ? '`repeated` takes one game and then settings by name; this is a second value without a name.'
    : 'Parameters of a game are given by name, `Foraging(size: 5)`; this one has no name.';
  report(
    ctx.problems,
    problem('M0134', nodeSpan(arg), message, { remedy: 'Write the name of the parameter and a colon before it.' }),
  );
}

// ---------------------------------------------------------------------------------------------- items

function buildClasses(ctx: BuildContext, node: CstNode): readonly AgentClassDecl[] {
  return children(node, 'agentClass').flatMap((one): AgentClassDecl[] => {
    const span = nodeSpan(one);
    const name = nameOf(one);
    if (name === undefined) return [];
    return [{ kind: 'AgentClass', name, count: has(one, 'LBracket') ? onlyExpr(ctx, one, span) : undefined, span }];
  });
}

function buildIndex(ctx: BuildContext, node: CstNode, span: Span): readonly GameItem[] {
  const name = nameOf(node);
  return name ? [{ kind: 'Index', doc: docOf(ctx, span), name, count: onlyExpr(ctx, node, span), span }] : [];
}

function buildActions(ctx: BuildContext, node: CstNode, span: Span): ActionsItem {
  const of = nameOf(node);
  const names = child(node, 'actionNames');
  const parts = child(node, 'fields');
  if (parts) {
    const space = { kind: 'ActionParts', parts: buildFields(ctx, parts), span: nodeSpan(parts) } as const;
    return { kind: 'Actions', of, space, span };
  }
  if (names) {
    const members = tokens(names, 'Identifier').map(toName);
    return { kind: 'Actions', of, space: { kind: 'ActionEnum', members, span: nodeSpan(names) }, span };
  }
  const type = buildType(ctx, child(node, 'typeExpr'), { start: span.end, end: span.end });
  return { kind: 'Actions', of, space: { kind: 'ActionType', type, span: type.span }, span };
}

function buildStateFields(ctx: BuildContext, node: CstNode): readonly StateField[] {
  return children(node, 'stateField').flatMap((field): StateField[] => {
    const span = nodeSpan(field);
    const name = nameOf(field);
    if (name === undefined) return [];
    const initial = has(field, 'Equals') ? onlyExpr(ctx, field, span) : undefined;
    const type = buildType(ctx, child(field, 'typeExpr'), span);
    return [{ kind: 'StateField', doc: docOf(ctx, span), name, type, initial, span }];
  });
}

function buildLegal(ctx: BuildContext, node: CstNode, span: Span): readonly GameItem[] {
  const binder = buildBinder(ctx, child(node, 'binder'));
  if (binder === undefined) return [];
  const actions = tokens(node, 'Identifier').map(toName);
  return [{ kind: 'Legal', actions, binder, condition: onlyExpr(ctx, node, span), span }];
}

function buildActive(ctx: BuildContext, node: CstNode, span: Span): readonly GameItem[] {
  const binder = buildBinder(ctx, child(node, 'binder'));
  return binder ? [{ kind: 'Active', binder, condition: onlyExpr(ctx, node, span), span }] : [];
}

function buildReward(ctx: BuildContext, node: CstNode, span: Span): readonly GameItem[] {
  const value = onlyExpr(ctx, node, span);
  let form: RewardItem['form'] = { kind: 'common' };
  if (has(node, 'zero_sum')) {
    const agent = nameOf(node);
    if (agent === undefined) return [];
    form = { kind: 'zero_sum', agent };
  } else if (has(node, 'LBracket')) {
    const binder = buildBinder(ctx, child(node, 'binder'));
    if (binder === undefined) return [];
    form = { kind: 'each', binder };
  }
  return [{ kind: 'Reward', form, value, span }];
}

function buildObserve(ctx: BuildContext, node: CstNode, span: Span): readonly GameItem[] {
  return [{ kind: 'Observe', ...buildSeen(ctx, node), span }];
}

/** The binder and the parts of `observe`, `policy reads` and `critic reads`. */
export function buildSeen(ctx: BuildContext, node: CstNode): Pick<ObserveItem, 'binder' | 'parts'> {
  const parts = children(node, 'observePart').map((part): ObservePart => {
    const at = nodeSpan(part);
    const pad = child(part, 'pad');
    return {
      kind: 'ObservePart',
      doc: docOf(ctx, at),
      name: nameOf(part),
      value: buildExpr(ctx, child(part, 'value'), at),
      pad: pad && buildExpr(ctx, pad, at),
      span: at,
    };
  });
  return { binder: buildBinder(ctx, child(node, 'binder')), parts };
}

// ---------------------------------------------------------------------------------------------- statements

function buildStatements(ctx: BuildContext, node: CstNode): readonly Stmt[] {
  const block = child(node, 'statements');
  if (block === undefined) return [];
  return children(block, 'statement').flatMap((statement): readonly Stmt[] => {
    const letStmt = child(statement, 'letStmt');
    if (letStmt) return buildLet(ctx, letStmt);
    const assign = child(statement, 'assignStmt');
    return assign ? buildAssign(ctx, assign) : [];
  });
}

function buildLet(ctx: BuildContext, node: CstNode): readonly LetStmt[] {
  const span = nodeSpan(node);
  const name = nameOf(node);
  if (name === undefined) return [];
  const binders = children(node, 'binder').flatMap(one => buildBinder(ctx, one) ?? []);
  const type = child(node, 'typeExpr');
  const value = buildRightSide(ctx, child(node, 'rightSide'), span);
  return [{ kind: 'Let', name, binders, type: type && buildType(ctx, type, span), value, span }];
}

function buildAssign(ctx: BuildContext, node: CstNode): readonly Stmt[] {
  const span = nodeSpan(node);
  const name = nameOf(node);
  if (name === undefined) return [];
  const indices = children(node, 'leftIndex').flatMap((index): readonly LhsIndex[] => {
    const binder = child(index, 'binder');
    if (binder) return [buildBinder(ctx, binder) ?? invalid(nodeSpan(index))];
    return [onlyExpr(ctx, index, nodeSpan(index))];
  });
  const value = buildRightSide(ctx, child(node, 'rightSide'), span);
  return [{ kind: 'Assign', next: has(node, 'next'), name, indices, value, span }];
}

function buildRightSide(ctx: BuildContext, node: CstNode | undefined, fallback: Span): Rhs {
  const end = { start: fallback.end, end: fallback.end };
  if (node === undefined) return { kind: 'Is', value: invalid(end), span: end };
  const span = nodeSpan(node);
  const value = onlyExpr(ctx, node, span);
  if (!has(node, 'Tilde')) return { kind: 'Is', value, span };
  const suchThat = child(node, 'suchThat');
  return { kind: 'Draw', dist: value, suchThat: suchThat && buildExpr(ctx, suchThat, span), span };
}

function buildBinder(ctx: BuildContext, node: CstNode | undefined): Binder | undefined {
  const name = node && nameOf(node);
  if (node === undefined || name === undefined) return undefined;
  const type = child(node, 'typeExpr');
  const span = nodeSpan(node);
  return { kind: 'Binder', name, type: type && buildType(ctx, type, span), span };
}

// ---------------------------------------------------------------------------------------------- payoff tables

function buildPayoff(ctx: BuildContext, node: CstNode, span: Span): PayoffItem {
  const header = children(node, 'payoffLabel').flatMap(buildLabel);
  const rows = children(node, 'payoffRow').map((row): PayoffRow => {
    const labels = children(row, 'payoffLabel').flatMap(buildLabel);
    const cells = children(row, 'payoffCell').map(cell => buildCell(ctx, cell));
    return { kind: 'PayoffRow', labels, cells, span: nodeSpan(row) };
  });
  requireEntry(ctx, 'payoffItem', rows.length, span);
  return { kind: 'Payoff', header: header.length === 0 ? undefined : header, rows, span };
}

function buildLabel(node: CstNode): readonly PayoffLabel[] {
  const name: Name | undefined = nameOf(node);
  if (name) return [name];
  const number = token(node, 'NumberLiteral');
  if (number === undefined) return [];
  const literal = numberOf(number);
  return [has(node, 'Minus') ? { ...literal, text: `-${literal.text}`, span: nodeSpan(node) } : literal];
}

function buildCell(ctx: BuildContext, node: CstNode): PayoffCell {
  const alternatives = children(node, 'payoffValue').map((value): readonly Expr[] => {
    const tuple = child(value, 'parenthesized');
    return tuple ? buildItems(ctx, tuple) : [buildCellValue(value)];
  });
  return { kind: 'PayoffCell', alternatives, span: nodeSpan(node) };
}

/** A signed number, fraction or name, shaped as the same expression would be elsewhere. */
function buildCellValue(node: CstNode): Expr {
  const span = nodeSpan(node);
  const [top, bottom] = tokens(node, 'NumberLiteral');
  const name = nameOf(node);
  const bare: Expr = top ? numberOf(top) : name ? { kind: 'NameExpr', name, span: name.span } : invalid(span);
  const start = { start: span.start, end: bare.span.end };
  const left: Expr = has(node, 'Minus') ? { kind: 'Unary', op: '-', operand: bare, span: start } : bare;
  const slash = token(node, 'Slash');
  if (slash === undefined || bottom === undefined) return left;
  return { kind: 'Binary', op: '/', opSpan: tokenSpan(slash), left, right: numberOf(bottom), span };
}

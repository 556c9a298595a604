import type { CstNode } from 'chevrotain';
import type {
  Declaration,
  Expr,
  GameAliasDecl,
  GameDecl,
  ImportDecl,
  MixerDecl,
  Name,
  NetworkDecl,
  Quantity,
  Setting,
  SettingValue,
  SolveDecl,
  SourceFile,
  Span,
  SweepAxis,
  SweepDecl,
  TrainClause,
  TrainDecl,
} from './ast.ts';
import { type BuildContext, docOf, requireEntry } from './build-context.ts';
import { buildExpr } from './build-expressions.ts';
import {
  buildAssert,
  buildConst,
  buildEnum,
  buildFn,
  buildGameRef,
  buildItem,
  buildParams,
  buildRecord,
  buildSeen,
  onlyExpr,
} from './build-games.ts';
import { child, children, has, nameOf, nodeSpan, token, tokenSpan, tokens, toName } from './cst.ts';
import { decodeString } from './literals.ts';
import { problem, report } from './problem.ts';

/** Turns the concrete syntax trees of a file's declarations into its abstract one. Broken parts become `Invalid`. */
export function buildFile(ctx: BuildContext, declarations: readonly CstNode[], span: Span): SourceFile {
  return { kind: 'SourceFile', declarations: declarations.flatMap(one => buildDeclaration(ctx, one)), span };
}

function buildDeclaration(ctx: BuildContext, declaration: CstNode): readonly Declaration[] {
  for (const [rule, build] of builders) {
    const node = child(declaration, rule);
    if (node) return build(ctx, node, nodeSpan(node));
  }
  return [];
}

type Builder = (ctx: BuildContext, node: CstNode, span: Span) => readonly Declaration[];

const builders: readonly (readonly [string, Builder])[] = [
  ['importDecl', buildImport],
  ['gameDecl', buildGame],
  ['enumDecl', buildEnum],
  ['recordDecl', buildRecord],
  ['constDecl', buildConst],
  ['fnDecl', buildFn],
  ['mixerDecl', buildMixer],
  ['networkDecl', buildNetwork],
  ['solveDecl', buildSolve],
  ['trainDecl', buildTrain],
  ['sweepDecl', buildSweep],
  ['assertDecl', (ctx, node, span) => [buildAssert(ctx, node, span)]],
];

function buildImport(ctx: BuildContext, node: CstNode, span: Span): readonly ImportDecl[] {
  const file = token(node, 'StringLiteral');
  if (file) {
    const from = { file: decodeString(ctx, file), fileSpan: tokenSpan(file) };
    return [{ kind: 'Import', from, names: undefined, span }];
  }
  const path = tokens(node, 'segment').map(toName);
  if (path.length === 0) return [];
  if (has(node, 'LBrace'))
    return [{ kind: 'Import', from: { path }, names: tokens(node, 'imported').map(toName), span }];
  return [{ kind: 'Import', from: { path: path.slice(0, -1) }, names: path.slice(-1), span }];
}

function buildGame(ctx: BuildContext, node: CstNode, span: Span): readonly (GameDecl | GameAliasDecl)[] {
  const name = nameOf(node);
  if (name === undefined) return [];
  const whereNode = child(node, 'whereExpr');
  const params = buildParams(ctx, child(node, 'params'));
  const where = whereNode && buildExpr(ctx, whereNode, span);
  const doc = docOf(ctx, span);
  if (has(node, 'Equals')) {
    const of = buildGameRef(ctx, child(node, 'gameRef'), { start: span.end, end: span.end });
    return [{ kind: 'GameAlias', doc, name, params, where, of, span }];
  }
  const items = children(node, 'gameItem').flatMap(item => buildItem(ctx, item));
  return [{ kind: 'Game', doc, name, params, where, items, span }];
}

function buildMixer(ctx: BuildContext, node: CstNode, span: Span): readonly MixerDecl[] {
  const name = nameOf(node);
  if (name === undefined) return [];
  const bindings = children(node, 'mixerBinding').flatMap(binding => {
    const at = nodeSpan(binding);
    const bound = nameOf(binding);
    return bound ? [{ name: bound, value: onlyExpr(ctx, binding, at), span: at }] : [];
  });
  requireEntry(ctx, 'mixerDecl', bindings.length, span);
  const claims = tokens(node, 'claim').map(toName);
  return [
    {
      kind: 'Mixer',
      doc: docOf(ctx, span),
      name,
      params: buildParams(ctx, child(node, 'params')),
      bindings,
      claims,
      span,
    },
  ];
}

function buildNetwork(ctx: BuildContext, node: CstNode, span: Span): readonly NetworkDecl[] {
  const name = nameOf(node);
  if (name === undefined) return [];
  const params = buildParams(ctx, child(node, 'params'));
  return [{ kind: 'Network', doc: docOf(ctx, span), name, params, value: onlyExpr(ctx, node, span), span }];
}

function buildSolve(ctx: BuildContext, node: CstNode, span: Span): readonly SolveDecl[] {
  const concept = nameOf(node, 'concept');
  if (concept === undefined) return [];
  let method: Name | undefined;
  let iterations: Expr | undefined;
  let maximizing: Name | undefined;
  const seen = new Map<string, Span>();
  for (const clause of children(node, 'solveClause')) {
    const at = nodeSpan(clause);
    const word = has(clause, 'by') ? 'by' : has(clause, 'for') ? 'for' : 'maximizing';
    reportRepeated(ctx, seen, word, `A \`solve\` has at most one \`${word}\``, at);
    if (word === 'by') method = nameOf(clause);
    else if (word === 'for') iterations = onlyExpr(ctx, clause, at);
    else maximizing = nameOf(clause);
  }
  const of = buildGameRef(ctx, child(node, 'gameRef'), { start: span.end, end: span.end });
  const doc = docOf(ctx, span);
  return [{ kind: 'Solve', doc, name: nameOf(node, 'name'), concept, of, method, iterations, maximizing, span }];
}

function reportRepeated(ctx: BuildContext, seen: Map<string, Span>, key: string, rule: string, at: Span): void {
  const before = seen.get(key);
  if (before === undefined) seen.set(key, at);
  else {
    const related = [{ span: before, message: 'the first one' }];
    report(
      ctx.problems,
      problem('M0135', at, `${rule}; here is a second one.`, { remedy: 'Remove one of them.', related }),
    );
  }
}

// ---------------------------------------------------------------------------------------------- training

function buildTrain(ctx: BuildContext, node: CstNode, span: Span): readonly TrainDecl[] {
  const name = nameOf(node);
  if (name === undefined) return [];
  const seen = new Map<string, Span>();
  const clauses = children(node, 'trainClause').flatMap(clause => {
    const built = buildClause(ctx, clause);
    for (const one of built) {
      // Like `observe`, what is read may be said class by class.
      if (one.kind === 'Reads') continue;
      const word = clauseWords[one.kind];
      reportRepeated(ctx, seen, word, `A \`train\` has at most one \`${word}\``, one.span);
    }
    return built;
  });
  const of = buildGameRef(ctx, child(node, 'gameRef'), { start: span.end, end: span.end });
  return [{ kind: 'Train', doc: docOf(ctx, span), name, of, clauses, span }];
}

const clauseWords: Readonly<Record<Exclude<TrainClause['kind'], 'Reads'>, string>> = {
  TeamReward: 'team reward',
  Algorithm: 'algorithm',
  Budget: 'budget',
  Envs: 'envs',
  Seeds: 'seeds',
  Evaluate: 'evaluate',
  Report: 'report',
  Stop: 'stop',
};

function buildClause(ctx: BuildContext, node: CstNode): readonly TrainClause[] {
  const span = nodeSpan(node);
  const name = nameOf(node);
  if (has(node, 'team')) return name ? [{ kind: 'TeamReward', how: name, span }] : [];
  const algorithm = child(node, 'algorithmClause');
  if (algorithm) return buildAlgorithm(ctx, algorithm, span);
  const reads = child(node, 'readsClause');
  if (reads)
    return [{ kind: 'Reads', who: has(reads, 'critic') ? 'critic' : 'policy', ...buildSeen(ctx, reads), span }];
  const [first, second] = children(node, 'quantity').map(one => buildQuantity(ctx, one));
  if (has(node, 'budget')) return first ? [{ kind: 'Budget', amount: first, span }] : [];
  if (has(node, 'evaluate')) {
    const policy = nameOf(node, 'player');
    return first && second ? [{ kind: 'Evaluate', every: first, episodes: second, policy, span }] : [];
  }
  const told = child(node, 'reportClause');
  if (told) return [{ kind: 'Report', how: nameOf(told), per: nameOf(told, 'group'), span }];
  const value = onlyExpr(ctx, node, span);
  if (has(node, 'envs')) return [{ kind: 'Envs', count: value, span }];
  if (has(node, 'seeds')) return [{ kind: 'Seeds', seeds: value, span }];
  const op = has(node, 'LessEqual') ? '<=' : '>=';
  return has(node, 'stop') && name ? [{ kind: 'Stop', metric: name, op, value, span }] : [];
}

function buildQuantity(ctx: BuildContext, node: CstNode): Quantity | undefined {
  const span = nodeSpan(node);
  const unit = nameOf(node);
  return unit && { kind: 'QuantityNode', value: onlyExpr(ctx, node, span), unit, span };
}

function buildAlgorithm(ctx: BuildContext, node: CstNode, span: Span): readonly TrainClause[] {
  const name = nameOf(node);
  if (name === undefined) return [];
  const settings = children(node, 'setting').flatMap((setting): Setting[] => {
    const at = nodeSpan(setting);
    const key = nameOf(setting, 'name');
    return key ? [{ kind: 'Setting', name: key, value: buildSetting(ctx, setting, at), span: at }] : [];
  });
  return [{ kind: 'Algorithm', name, settings, span }];
}

function buildSetting(ctx: BuildContext, node: CstNode, at: Span): SettingValue {
  const label = nameOf(node, 'label');
  const value = buildExpr(ctx, child(node, 'value'), { start: at.end, end: at.end });
  const span = { start: label?.span.start ?? value.span.start, end: at.end };
  const unit = nameOf(node, 'unit');
  if (has(node, 'Arrow') || label) {
    const over = buildExpr(ctx, child(node, 'overExpr'), { start: at.end, end: at.end });
    const steps = unit ?? { kind: 'Name', text: 'steps', span: { start: at.end, end: at.end } };
    if (!unit || !has(node, 'Arrow')) reportSchedule(ctx, span);
    const quantity: Quantity = {
      kind: 'QuantityNode',
      value: over,
      unit: steps,
      span: { start: over.span.start, end: at.end },
    };
    return { kind: 'Schedule', label, from: value, to: buildExpr(ctx, child(node, 'to'), span), over: quantity, span };
  }
  if (unit === undefined) return { kind: 'Value', value, span };
  return { kind: 'Quantity', quantity: { kind: 'QuantityNode', value, unit, span }, span };
}

function reportSchedule(ctx: BuildContext, span: Span): void {
  // A parse error in the same place has said it already.
  if (ctx.problems.some(one => one.span.start <= span.end && one.span.end >= span.start)) return;
  const message = 'A schedule says where it starts, where it ends and how long it takes; a part of it is missing.';
  report(ctx.problems, problem('M0140', span, message, { remedy: 'Write `epsilon 1.0 -> 0.05 over 50_000 steps`.' }));
}

function buildSweep(ctx: BuildContext, node: CstNode, span: Span): readonly SweepDecl[] {
  const [name, of] = tokens(node, 'Identifier').map(toName);
  if (name === undefined || of === undefined) return [];
  const axes = children(node, 'sweepAxis').flatMap((axis): SweepAxis[] => {
    const at = nodeSpan(axis);
    const pathNode = child(axis, 'path');
    const path = pathNode ? tokens(pathNode, 'Identifier').map(toName) : [];
    return path.length === 0 ? [] : [{ kind: 'SweepAxis', path, values: onlyExpr(ctx, axis, at), span: at }];
  });
  requireEntry(ctx, 'sweepDecl', axes.length, span);
  return [{ kind: 'Sweep', doc: docOf(ctx, span), name, of, axes, span }];
}

/** Code actions that take something out: a number as a parameter, an expression as a function. */
import type { Declaration, Expr, GameItem, Param } from '../grammar/ast.ts';
import { type Action, around, freeName, rewrite } from './actionsBase.ts';
import type { Sheet, Span } from './base.ts';
import { within } from './base.ts';
import { builtinNamed } from './builtins.ts';
import { type Decl, namesOf } from './names.ts';
import type { Project } from './project.ts';
import { typeOfDecl } from './typeNames.ts';

export function extractions(project: Project, sheet: Sheet, declaration: Declaration, range: Span): readonly Action[] {
  return [...parameterOfNumber(sheet, declaration, range), ...functionOf(project, sheet, declaration, range)];
}

// ---------------------------------------------------------------------------------------------- a parameter

interface Literal {
  readonly kind: 'Number';
  readonly span: Span;
  readonly text: string;
}

/** A number becomes a parameter of the game, mixer or network around it, with this number as its default. */
function parameterOfNumber(sheet: Sheet, declaration: Declaration, range: Span): readonly Action[] {
  if (declaration.kind !== 'Game' && declaration.kind !== 'Mixer' && declaration.kind !== 'Network') return [];
  const number = around<Literal>(declaration, 'Number', range.start).at(-1);
  if (number === undefined || range.end > number.span.end) return [];
  const inHead = (one: Span): boolean => within(number.span, one);
  if (declaration.params.some(param => inHead(param.span))) return [];
  // Claims, labels of tables and patterns are about just this number.
  const fixed = ['Assert', 'LiteralPattern'].some(kind => around(declaration, kind, number.span.start).length > 0);
  if (fixed || isLabel(declaration, number)) return [];
  const name = freeName(sheet, /^\d+$/.test(number.text) ? 'size' : 'rate');
  const parameter = `${name}: ${typeOfNumber(declaration, number)} = ${sheet.slice(number.span)}`;
  return [
    rewrite(
      `Make ${number.text} a parameter`,
      sheet,
      [parameterEdit(sheet, declaration, parameter), { ...number.span, text: name }],
      'refactor.extract',
    ),
  ];
}

function isLabel(declaration: Declaration, { span }: Literal): boolean {
  const items: readonly GameItem[] = declaration.kind === 'Game' ? declaration.items : [];
  return items.some(
    item =>
      item.kind === 'Payoff' &&
      [...(item.header ?? []), ...item.rows.flatMap(row => row.labels)].some(label => label.span.start === span.start),
  );
}

function typeOfNumber(declaration: Declaration, { span, text }: Literal): string {
  if (/^\d+$/.test(text)) return 'int';
  const callee = around<Extract<Expr, { kind: 'Call' }>>(declaration, 'Call', span.start).at(-1)?.callee;
  const drawn = callee?.kind === 'NameExpr' && ['bernoulli', 'categorical'].includes(callee.name.text);
  const discount = around(declaration, 'Discount', span.start).length > 0;
  return (drawn || discount) && Number(text) <= 1 ? 'prob' : 'real';
}

/** Where a parameter more is written. */
function parameterEdit(
  sheet: Sheet,
  { params, name }: { readonly params: readonly Param[]; readonly name: { readonly span: Span } },
  parameter: string,
): Span & { readonly text: string } {
  const last = params.at(-1);
  if (last !== undefined) return { start: last.span.end, end: last.span.end, text: `, ${parameter}` };
  const { end } = name.span;
  const open = /^\s*\(\s*\)/.exec(sheet.text.slice(end))?.[0].length ?? 0;
  return { start: end, end: end + open, text: `(${parameter})` };
}

// ---------------------------------------------------------------------------------------------- a function

/** Items of games whose expressions may become a function of the game. */
const withFunctions: ReadonlySet<GameItem['kind']> = new Set([
  'Step',
  'Init',
  'Reward',
  'Observe',
  'End',
  'Legal',
  'Active',
  'Turn',
  'Fn',
]);

/** What the expression reads that a function does not see: it becomes a parameter. */
interface Captured {
  readonly span: Span;
  readonly argument: string;
  readonly wanted: string;
  readonly type: string;
}

/** The selected expression becomes a function before the item that it stands in. */
function functionOf(project: Project, sheet: Sheet, declaration: Declaration, range: Span): readonly Action[] {
  const item = placeOf(declaration, range);
  const selected = item === undefined ? undefined : expressionAt(sheet, item, range);
  if (item === undefined || selected === undefined) return [];
  const captured = capturedBy(project, sheet, declaration, selected);
  if (captured === undefined) return [];
  const names = new Map<string, string>();
  const types: string[] = [];
  for (const { argument, wanted, type } of captured) {
    if (names.has(argument)) continue;
    let name = wanted;
    for (let k = 2; [...names.values()].includes(name); k++) name = `${wanted}${k}`;
    names.set(argument, name);
    types.push(`${name}: ${type}`);
  }
  const body = replaced(sheet, selected.span, captured, names);
  const name = freeName(sheet, 'extracted');
  const { at, before, behind } = lineOf(sheet, item.span.start);
  return [
    rewrite(
      'Extract into a function',
      sheet,
      [
        { start: at, end: at, text: `${before}fn ${name}(${types.join(', ')}) = ${body}${behind}` },
        { ...trimmed(sheet, range), text: `${name}(${[...names.keys()].join(', ')})` },
      ],
      'refactor.extract',
    ),
  ];
}

function placeOf(declaration: Declaration, range: Span): GameItem | Declaration | undefined {
  if (declaration.kind === 'Fn') return declaration;
  if (declaration.kind !== 'Game') return undefined;
  const item = declaration.items.find(({ span }) => within(range, span));
  return item !== undefined && withFunctions.has(item.kind) ? item : undefined;
}

function trimmed(sheet: Sheet, { start, end }: Span): Span {
  const text = sheet.slice({ start, end });
  return { start: start + (text.length - text.trimStart().length), end: end - (text.length - text.trimEnd().length) };
}

/** The expression that is selected, with or without its parentheses; nothing for a distribution, a name or a number alone. */
function expressionAt(sheet: Sheet, item: GameItem | Declaration, range: Span): Expr | undefined {
  const whole = trimmed(sheet, range);
  if (whole.end <= whole.start) return undefined;
  const text = sheet.slice(whole);
  const inner =
    text.startsWith('(') && text.endsWith(')')
      ? trimmed(sheet, { start: whole.start + 1, end: whole.end - 1 })
      : undefined;
  let found: Expr | undefined;
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object' || found !== undefined) return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    const { kind, span } = node as { readonly kind?: string; readonly span?: Span };
    if (span !== undefined && (span.end < whole.start || span.start > whole.end)) return;
    const same = (one: Span | undefined): boolean => one?.start === span?.start && one?.end === span?.end;
    if (
      span !== undefined &&
      kind !== undefined &&
      extractable.has(kind as Expr['kind']) &&
      (same(whole) || same(inner))
    )
      found = node as Expr;
    // What stands behind `~` is drawn from, not computed.
    if (kind === 'Draw') return;
    for (const child of Object.values(node)) visit(child);
  };
  visit(item);
  if (found?.kind !== 'Call' || found.callee.kind !== 'NameExpr') return found;
  return builtinNamed(found.callee.name.text)?.kind === 'distribution' ? undefined : found;
}

const extractable: ReadonlySet<Expr['kind']> = new Set<Expr['kind']>([
  'Unary',
  'Binary',
  'If',
  'Match',
  'Call',
  'IndexExpr',
  'Member',
  'Tuple',
  'List',
  'Comprehension',
  'With',
]);

/** Undefined where the type of something that has to be handed over is not known. */
function capturedBy(
  project: Project,
  sheet: Sheet,
  declaration: Declaration,
  selected: Expr,
): readonly Captured[] | undefined {
  // The body of a fold is no value by itself.
  if (selected.kind === 'Comprehension' && !selected.list) return undefined;
  const { uses } = namesOf(sheet);
  const game = declaration.kind === 'Game' ? declaration.name.text : undefined;
  const found: Captured[] = [];
  let open = false;

  const outside = (decl: Decl): boolean => !within(decl.span, selected.span);
  const localAt = (span: Span): Decl | undefined => {
    const use = uses.find(one => one.span.start === span.start && one.span.end === span.end);
    const decl = use?.target.kind === 'decl' ? use.target.decl : undefined;
    if (decl === undefined || !outside(decl)) return undefined;
    const local = decl.kind === 'local' || decl.kind === 'binder';
    return local || (decl.kind === 'parameter' && decl.of !== game) ? decl : undefined;
  };
  const boundInside = (node: unknown): boolean => {
    if (node === null || typeof node !== 'object') return false;
    if (Array.isArray(node)) return node.some(boundInside);
    const { kind, name } = node as { readonly kind?: string; readonly name?: { readonly span: Span } };
    if (kind === 'NameExpr' && name !== undefined) {
      const use = uses.find(one => one.span.start === name.span.start);
      if (use?.target.kind === 'decl' && !outside(use.target.decl)) return true;
    }
    return Object.values(node).some(boundInside);
  };
  const capture = (span: Span, wanted: string, decl: Decl | undefined): void => {
    const type = (decl === undefined ? undefined : declaredType(decl)) ?? project.typeAt(sheet, span);
    const known = type ?? (decl === undefined ? undefined : typeOfDecl(project, sheet, decl));
    if (known === undefined || known.startsWith('an ')) open = true;
    else found.push({ span, argument: sheet.slice(span), wanted, type: known });
  };
  /** What an expression is called where it is handed over as it stands; undefined where its parts are looked at. */
  const handedOver = (e: Expr): string | undefined => {
    if (e.kind === 'NextExpr') return `next_${e.name.text}`;
    if (e.kind !== 'IndexExpr' || e.indices.some(boundInside)) return undefined;
    const { object } = e;
    if (object.kind === 'NextExpr') return `next_${object.name.text}`;
    if (object.kind !== 'NameExpr') return undefined;
    if (object.name.text === 'action') return 'chosen';
    return localAt(object.span) === undefined ? undefined : object.name.text;
  };
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    const e = node as Expr;
    const whole = handedOver(e);
    if (whole !== undefined) capture(e.span, whole, undefined);
    else if (e.kind === 'NameExpr') {
      const decl = localAt(e.span);
      if (decl !== undefined) capture(e.span, decl.name, decl);
      // What all agents do cannot be handed over.
      if (e.name.text === 'action') open = true;
    } else for (const child of Object.values(e)) visit(child);
  };
  visit(selected);
  return open ? undefined : found;
}

/** A type that the program gives, which holds for all parameters of the game, and not only for their defaults. */
function declaredType(decl: Decl): string | undefined {
  if (decl.kind !== 'binder' && decl.kind !== 'parameter') return undefined;
  return /^\w+\s*:\s*([^=]+)$/.exec(decl.written)?.[1]?.trim();
}

function replaced(sheet: Sheet, span: Span, captured: readonly Captured[], names: ReadonlyMap<string, string>): string {
  let text = '';
  let from = span.start;
  for (const one of [...captured].sort((a, b) => a.span.start - b.span.start)) {
    text += sheet.text.slice(from, one.span.start) + (names.get(one.argument) ?? one.argument);
    from = one.span.end;
  }
  return text + sheet.text.slice(from, span.end);
}

/** The line of an item, above its comments; in front of the item where others stand on its line. */
function lineOf(
  { text }: Sheet,
  start: number,
): { readonly at: number; readonly before: string; readonly behind: string } {
  let line = text.lastIndexOf('\n', start - 1) + 1;
  const indent = text.slice(line, start);
  if (indent.trim() !== '') return { at: start, before: '', behind: '\n  ' };
  while (line > 0) {
    const above = text.lastIndexOf('\n', line - 2) + 1;
    if (!text.slice(above, line).trimStart().startsWith('//')) break;
    line = above;
  }
  return { at: line, before: indent, behind: '\n' };
}

/** What is declared and never used: parameters, variables, functions, enum members, state variables. */
import type { ConstDecl, Declaration, EnumDecl, FnDecl, GameDecl, LetStmt, Name, Span } from '../../grammar/ast.ts';
import type { Fix } from '../api.ts';
import type { Reporter } from '../diagnostics/report.ts';
import { replaceFix } from '../diagnostics/report.ts';
import { isNode, references, type Tree } from './tree.ts';

export interface FileOf {
  readonly path: string;
  readonly text: string;
  readonly declarations: readonly Declaration[];
}

/** A name that begins with `_` is meant to be unused. */
const meant = (name: Name): boolean => name.text.startsWith('_');

/** Declarations that make a file a program; a file without any is there to be imported. */
const programs: ReadonlySet<Declaration['kind']> = new Set(['Game', 'GameAlias', 'Solve', 'Train', 'Sweep', 'Assert']);

export function lintNames(file: FileOf, reporter: Reporter): void {
  const { declarations } = file;
  const isProgram = declarations.some(d => programs.has(d.kind));
  for (const declaration of declarations) {
    switch (declaration.kind) {
      case 'Game':
        game(file, declaration, reporter);
        break;
      case 'GameAlias': {
        const used = references([declaration.where, declaration.of, declaration.params]);
        for (const { name } of declaration.params) if (!used.has(name.text)) tell(file, reporter, 'parameter', name);
        break;
      }
      case 'Fn':
        inFunction(file, declaration, reporter);
        if (isProgram) unusedIn(file, reporter, 'function', declaration, others(declarations, declaration));
        break;
      case 'Const':
        if (isProgram) unusedIn(file, reporter, 'variable', declaration, others(declarations, declaration));
        break;
      case 'Enum':
        if (isProgram) members(file, declaration, declarations, reporter);
        break;
      default:
    }
  }
}

function others<T extends object>(all: readonly T[], one: T): readonly T[] {
  return all.filter(other => other !== one);
}

function unusedIn(file: FileOf, reporter: Reporter, what: string, declaration: FnDecl | ConstDecl, places: Tree): void {
  if (references(places).has(declaration.name.text)) return;
  tell(file, reporter, what, declaration.name, declaration.doc === undefined ? [removal(file, declaration.span)] : []);
}

function game(file: FileOf, decl: GameDecl, reporter: Reporter): void {
  const { items } = decl;
  const everywhere: Tree = [items, decl.where, decl.params];
  const used = references(everywhere);
  for (const { name } of decl.params) if (!used.has(name.text)) tell(file, reporter, 'parameter', name);
  for (const item of items) {
    if (item.kind === 'Fn') {
      inFunction(file, item, reporter);
      unusedIn(file, reporter, 'function', item, others(items, item));
    } else if (item.kind === 'Const') {
      unusedIn(file, reporter, 'variable', item, [others(items, item), decl.params]);
    } else if (item.kind === 'Enum') {
      members(file, item, items, reporter);
    } else if (item.kind === 'Step' || item.kind === 'Init') {
      for (const stmt of item.stmts)
        if (stmt.kind === 'Let') {
          const rest = item.stmts.filter(other => other !== stmt);
          lets(
            file,
            stmt,
            [rest, others(items, item), stmt.value.kind === 'Draw' ? stmt.value.suchThat : undefined],
            reporter,
          );
        }
    }
  }
  // Without `observe` all agents see the whole state: every variable is used.
  const shown = !items.some(item => item.kind === 'Observe');
  for (const item of items)
    if (item.kind === 'State' && !shown)
      for (const field of item.fields) {
        const { name } = field;
        const elsewhere = references(everywhere, node => isOwnEquation(node, name.text));
        if (elsewhere.has(name.text)) continue;
        const itself = used.has(name.text) ? ', except to compute its own next value' : '';
        tell(file, reporter, 'state variable', name, [], itself);
      }
}

/** `next n = n + 1`: what only feeds itself is not used. */
function isOwnEquation(node: object, name: string): boolean {
  return isNode(node, 'Assign') && (node as { readonly name: Name }).name.text === name;
}

function lets(file: FileOf, stmt: LetStmt, places: Tree, reporter: Reporter): void {
  const { name } = stmt;
  if (!references(places).has(name.text)) tell(file, reporter, 'variable', name, [removal(file, stmt.span)]);
}

function inFunction(file: FileOf, fn: FnDecl, reporter: Reporter): void {
  const used = references([fn.params.map(p => p.type), fn.result, fn.lets, fn.body]);
  for (const { name } of fn.params) if (!used.has(name.text)) tell(file, reporter, 'parameter', name);
  for (const stmt of fn.lets) lets(file, stmt, [fn.lets.filter(other => other !== stmt), fn.body], reporter);
}

/**
 * A member that nobody writes is still used where values of the type come about without being written: drawn, looped over,
 * counted on, chosen as an action, or given as a parameter.
 */
function members(file: FileOf, decl: EnumDecl, siblings: Tree & readonly object[], reporter: Reporter): void {
  const places = [file.declarations.filter(d => d !== decl), siblings.filter(s => s !== decl)];
  const used = references(places);
  if (isProduced(decl.name.text, file.declarations)) return;
  for (const member of decl.members) if (!used.has(member.text)) tell(file, reporter, 'enum member', member);
}

function isProduced(type: string, declarations: readonly Declaration[]): boolean {
  let produced = false;
  const records = new Set<string>([type]);
  const visit = (node: Tree, inExpression: boolean): void => {
    if (produced || node === undefined || node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node as readonly Tree[]) visit(child, inExpression);
      return;
    }
    const { kind } = node as { readonly kind?: string };
    const values =
      kind === 'Binder' || kind === 'Param' || kind === 'ActionType' || kind === 'ActionParts' || kind === 'TypeArg';
    // Parameters of functions are given values that were made elsewhere.
    const params = kind === 'Fn' ? (node as unknown as FnDecl).params : undefined;
    if (kind === 'NameExpr' || (kind === 'NamedType' && inExpression)) {
      if (records.has((node as unknown as { readonly name: Name }).name.text)) produced = true;
      return;
    }
    for (const [key, child] of Object.entries(node))
      if (key !== 'span' && child !== params) visit(child as Tree, inExpression || values);
  };
  const inRecords = (node: Tree): void => {
    if (node === undefined || node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) for (const child of node as readonly Tree[]) inRecords(child);
    else if (isNode(node, 'Record')) {
      const record = node as unknown as { readonly name: Name; readonly fields: Tree };
      if ([...records].some(name => references([record.fields]).has(name))) records.add(record.name.text);
    } else if (isNode(node, 'Game')) inRecords((node as unknown as GameDecl).items as Tree);
  };
  inRecords(declarations as Tree);
  visit(declarations as Tree, false);
  if (produced) return true;
  // These make a value from another one of the type.
  const used = references(declarations as Tree);
  return ['next_of', 'prev_of', 'previous_of'].some(name => used.has(name));
}

function tell(file: FileOf, reporter: Reporter, what: string, name: Name, fixes: readonly Fix[] = [], but = ''): void {
  if (meant(name)) return;
  reporter.report(file.path, name.span, 'unused', { what, name: name.text, but }, { fixes });
}

/** Takes a declaration out, with its line where it has lines of its own. */
function removal(file: FileOf, span: Span): Fix {
  const { text } = file;
  let { start, end } = span;
  while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
  const ownLine = start === 0 || text[start - 1] === '\n';
  while (end < text.length && (text[end] === ' ' || text[end] === '\t' || text[end] === ',')) end++;
  if (ownLine && text[end] === '\n') return replaceFix('Remove it', file.path, { start, end: end + 1 }, '');
  return replaceFix('Remove it', file.path, span, '');
}

/** The outline of a file, and names across all files. */
import type { Declaration, GameItem } from '../grammar/ast.ts';
import type { Place, Sheet, Span } from './base.ts';
import { type Decl, type DeclKind, namesOf } from './names.ts';
import type { Project } from './project.ts';

export type SymbolKind = DeclKind | 'section';

export interface SymbolNode {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly detail: string;
  readonly span: Span;
  readonly extent: Span;
  readonly children: readonly SymbolNode[];
}

export function documentSymbols(sheet: Sheet): readonly SymbolNode[] {
  return sheet.ast.declarations.flatMap(one => symbolsOf(sheet, one));
}

function symbolsOf(sheet: Sheet, one: Declaration | GameItem): readonly SymbolNode[] {
  const line = (span: Span): string => {
    const text = sheet.slice(span).replace(/\s+/g, ' ');
    return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
  };
  const leaf = (
    kind: SymbolKind,
    name: { readonly text: string; readonly span: Span },
    extent: Span,
    detail = '',
  ): SymbolNode => ({
    name: name.text === '' ? '?' : name.text,
    kind,
    detail,
    span: name.span,
    extent: around(extent, name.span),
    children: [],
  });
  const section = (name: string, children: readonly SymbolNode[] = [], detail = ''): SymbolNode => ({
    name,
    kind: 'section',
    detail,
    span: { start: one.span.start, end: Math.min(one.span.end, one.span.start + name.length) },
    extent: one.span,
    children,
  });
  switch (one.kind) {
    case 'Import':
      return [];
    case 'Game':
      return [{ ...leaf('game', one.name, one.span), children: one.items.flatMap(item => symbolsOf(sheet, item)) }];
    case 'GameAlias':
      return [leaf('game', one.name, one.span, line(one.of.span))];
    case 'Enum':
      return [
        {
          ...leaf('enum', one.name, one.span),
          children: one.members.map(member => leaf('member', member, member.span)),
        },
      ];
    case 'Record':
      return [
        {
          ...leaf('record', one.name, one.span),
          children: one.fields.map(field => leaf('field', field.name, field.span, line(field.type.span))),
        },
      ];
    case 'Const':
      return [leaf('constant', one.name, one.span, line(one.value.span))];
    case 'Fn':
      return [leaf('function', one.name, one.span, one.result === undefined ? '' : line(one.result.span))];
    case 'Mixer':
      return [leaf('mixer', one.name, one.span, one.claims.map(claim => claim.text).join(' '))];
    case 'Network':
      return [leaf('network', one.name, one.span, line(one.value.span))];
    case 'Train':
      return [leaf('training', one.name, one.span, line(one.of.span))];
    case 'Sweep':
      return [leaf('sweep', one.name, one.span, one.of.text)];
    case 'Solve':
      return [
        leaf(
          'solve',
          one.name ?? { text: `${one.concept.text} of ${line(one.of.span)}`, span: one.concept.span },
          one.span,
        ),
      ];
    case 'Agents':
      return one.classes.map(cls => leaf('agents', cls.name, cls.span));
    case 'Index':
      return [leaf('index', one.name, one.span)];
    case 'Actions': {
      const { space } = one;
      const children =
        space.kind === 'ActionEnum' ? space.members.map(member => leaf('action', member, member.span)) : [];
      return [section(one.of === undefined ? 'actions' : `actions[${one.of.text}]`, children)];
    }
    case 'State':
      return [
        section(
          'state',
          one.fields.map(field => leaf('state', field.name, field.span, line(field.type.span))),
        ),
      ];
    case 'Step':
    case 'Init':
      return [
        section(
          one.kind.toLowerCase(),
          one.stmts.flatMap(stmt => (stmt.kind === 'Let' ? [leaf('local', stmt.name, stmt.span)] : [])),
        ),
      ];
    case 'Assert':
      return [section('assert', [], line(one.claim.span))];
    case 'Reward':
    case 'Observe':
    case 'Payoff':
    case 'Legal':
    case 'Active':
    case 'Turn':
    case 'End':
    case 'Horizon':
    case 'Discount':
      return [section(one.kind.toLowerCase())];
  }
}

/** Editors ask that the whole holds the name. */
function around(extent: Span, span: Span): Span {
  return { start: Math.min(extent.start, span.start), end: Math.max(extent.end, span.end) };
}

const listed: ReadonlySet<DeclKind> = new Set([
  'game',
  'enum',
  'record',
  'function',
  'constant',
  'state',
  'agents',
  'training',
  'solve',
  'sweep',
  'mixer',
  'network',
]);

export interface FoundSymbol extends Place {
  readonly name: string;
  readonly kind: DeclKind;
  readonly of: string | undefined;
}

const mostFound = 500;

/** Names that hold the letters of the query in order; those that begin with it first. */
export function workspaceSymbols(project: Project, query: string): readonly FoundSymbol[] {
  const wanted = query.toLowerCase();
  const matches = (decl: Decl): boolean => {
    let at = 0;
    for (const letter of decl.name.toLowerCase()) if (letter === wanted[at]) at++;
    return at >= wanted.length;
  };
  const found = project
    .sheets()
    .flatMap(sheet => namesOf(sheet).decls)
    .filter(decl => listed.has(decl.kind) && decl.name !== '' && matches(decl));
  const rank = (decl: Decl): number => (decl.name.toLowerCase().startsWith(wanted) ? 0 : 1);
  return found
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, mostFound)
    .map(({ name, kind, of, path, span }) => ({ name, kind, of, path, span }));
}

/** Every word and sign of a file with what it is, for colours that know more than a pattern can. */
import type { Piece } from '../grammar/index.ts';
import { keywordTypes } from '../grammar/tokens.ts';
import type { Sheet, Span } from './base.ts';
import { builtinNamed, builtinTypes } from './builtins.ts';
import { type DeclKind, namesOf } from './names.ts';
import type { Project } from './project.ts';

export const tokenTypes = [
  'keyword',
  'class',
  'type',
  'enum',
  'enumMember',
  'property',
  'variable',
  'parameter',
  'function',
  'number',
  'string',
  'comment',
  'operator',
  'macro',
] as const;

export const tokenModifiers = ['declaration', 'readonly', 'modification', 'defaultLibrary', 'documentation'] as const;

export type TokenType = (typeof tokenTypes)[number];
export type TokenModifier = (typeof tokenModifiers)[number];

export interface Token extends Span {
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

type About = Omit<Token, 'start' | 'end'>;

const typeOf: Readonly<Record<DeclKind, TokenType>> = {
  game: 'class',
  enum: 'enum',
  member: 'enumMember',
  record: 'type',
  field: 'property',
  constant: 'variable',
  function: 'function',
  parameter: 'parameter',
  agents: 'type',
  index: 'type',
  action: 'enumMember',
  state: 'variable',
  local: 'variable',
  binder: 'parameter',
  training: 'class',
  solve: 'class',
  sweep: 'class',
  mixer: 'function',
  network: 'function',
};

const constant: ReadonlySet<DeclKind> = new Set(['constant', 'parameter', 'binder', 'local', 'member', 'action']);

/** In order, without overlaps; tokens of several lines (maps, comments) are whole here. */
export function semanticTokens(project: Project, sheet: Sheet): readonly Token[] {
  const names = namesOf(sheet);
  const known = new Map<number, About>();
  for (const decl of names.decls)
    known.set(decl.span.start, {
      type: typeOf[decl.kind],
      modifiers: constant.has(decl.kind) ? ['declaration', 'readonly'] : ['declaration'],
    });
  for (const use of names.uses) {
    const { kind } = use.target;
    if (kind === 'algorithm' || kind === 'concept' || kind === 'method')
      known.set(use.span.start, { type: 'class', modifiers: ['defaultLibrary'] });
    else if (kind === 'setting' || kind === 'argument') known.set(use.span.start, { type: 'property', modifiers: [] });
    else if (kind === 'property' || kind === 'claim')
      known.set(use.span.start, { type: 'macro', modifiers: ['defaultLibrary'] });
    else {
      const decl = project.resolve(sheet, use);
      if (decl === undefined) continue;
      const fixed: readonly TokenModifier[] = constant.has(decl.kind) ? ['readonly'] : [];
      known.set(use.span.start, { type: typeOf[decl.kind], modifiers: use.writes ? ['modification'] : fixed });
    }
  }
  return sheet.pieces.flatMap(piece => {
    const found = known.get(piece.start) ?? plain(piece);
    return found === undefined ? [] : [{ start: piece.start, end: piece.end, ...found }];
  });
}

/** What a piece is by its form alone. */
function plain({ kind, text }: Piece): About | undefined {
  switch (kind) {
    case 'comment':
      return { type: 'comment', modifiers: [] };
    case 'doc':
      return { type: 'comment', modifiers: ['documentation'] };
    case 'number':
      return { type: 'number', modifiers: [] };
    case 'string':
      return { type: 'string', modifiers: [] };
    case 'word':
      return word(text);
    case 'sign':
      return /^[-+*/%=<>!~|.]+$/.test(text) ? { type: 'operator', modifiers: [] } : undefined;
    case 'mistake':
      return undefined;
  }
}

function word(text: string): About | undefined {
  if (keywordTypes.has(text)) return { type: 'keyword', modifiers: [] };
  if (builtinNamed(text) !== undefined) return { type: 'function', modifiers: ['defaultLibrary'] };
  if (builtinTypes.some(([name]) => name === text)) return { type: 'type', modifiers: ['defaultLibrary'] };
  return text === 'time' || text === 'action'
    ? { type: 'variable', modifiers: ['defaultLibrary', 'readonly'] }
    : undefined;
}

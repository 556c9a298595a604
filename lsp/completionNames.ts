/** Completion of names: what is in scope, members of what stands before a dot, types. */
import type { Sheet } from './base.ts';
import { builtins, builtinTypes } from './builtins.ts';
import type { CompletionItem, CompletionKind } from './completion.ts';
import { type Decl, type DeclKind, namesOf, type Scope, scopeAt } from './names.ts';
import type { Project } from './project.ts';
import type { Situation } from './situation.ts';
import { typeOfDecl, typeOfName } from './typeNames.ts';

const kinds: Readonly<Record<DeclKind, CompletionKind>> = {
  game: 'game',
  enum: 'enum',
  member: 'member',
  record: 'type',
  field: 'field',
  constant: 'constant',
  function: 'function',
  parameter: 'constant',
  agents: 'type',
  index: 'type',
  action: 'member',
  state: 'variable',
  local: 'variable',
  binder: 'variable',
  training: 'value',
  solve: 'value',
  sweep: 'value',
  mixer: 'function',
  network: 'function',
};

const inExpressions: ReadonlySet<DeclKind> = new Set([
  'enum',
  'member',
  'record',
  'constant',
  'function',
  'parameter',
  'agents',
  'index',
  'action',
  'state',
  'local',
  'binder',
]);

/** Names in sight of an offset, the nearest first; hidden ones are left out. */
export function visible(
  project: Project,
  sheet: Sheet,
  offset: number,
): readonly { readonly decl: Decl; readonly distance: number }[] {
  const names = namesOf(sheet);
  const seen = new Set<string>();
  const found: { decl: Decl; distance: number }[] = [];
  const add = (decl: Decl, distance: number): void => {
    if (seen.has(decl.name)) return;
    seen.add(decl.name);
    found.push({ decl, distance });
  };
  let distance = 0;
  for (let at: Scope | undefined = scopeAt(names, offset); at !== undefined; at = at.outer) {
    for (const decl of [...at.names.values(), ...at.members.values()]) add(decl, distance);
    distance++;
  }
  for (const decl of project.importedNames(sheet)) add(decl, distance + 1);
  return found;
}

export function expressionItems(project: Project, sheet: Sheet, offset: number): readonly CompletionItem[] {
  const own = visible(project, sheet, offset)
    .filter(({ decl }) => inExpressions.has(decl.kind))
    .map(({ decl, distance }) => declItem(project, sheet, decl, 2 + Math.min(distance, 9) / 10));
  const names = new Set(own.map(item => item.label));
  const words: readonly (readonly [string, string])[] = [
    ['if', 'if ${1:condition} then ${2:a} else ${0:b}'],
    ['match', 'match ${1:x} {\n  ${2:A} => $0\n}'],
    ['action', 'action[${0:p}]'],
  ];
  return [
    ...own,
    ...builtins
      .filter(one => !names.has(one.name))
      .map(
        (one): CompletionItem => ({
          label: one.name,
          kind: 'function',
          detail: one.form,
          doc: one.doc,
          insert: `${one.name}($0)`,
          snippet: true,
          rank: 6,
        }),
      ),
    ...words.map(
      ([label, insert]): CompletionItem => ({
        label,
        kind: 'keyword',
        insert,
        snippet: true,
        doc: project.desk.word(label)?.text,
        rank: 5,
      }),
    ),
    ...['true', 'false', 'time', 'turn', 'not', 'for', 'in', 'with'].map(
      (label): CompletionItem => ({ label, kind: 'keyword', doc: project.desk.word(label)?.text, rank: 7 }),
    ),
  ];
}

export function declItem(project: Project, sheet: Sheet, decl: Decl, rank: number): CompletionItem {
  const call = decl.kind === 'function' || decl.kind === 'record';
  const type = decl.kind === 'local' || decl.kind === 'constant' ? typeOfDecl(project, sheet, decl) : undefined;
  return {
    label: decl.name,
    kind: kinds[decl.kind],
    detail: type === undefined ? decl.written : `${decl.name}: ${type}`,
    doc: decl.doc,
    rank,
    ...(call ? { insert: `${decl.name}($0)`, snippet: true as const } : {}),
  };
}

export function typeItems(project: Project, sheet: Sheet, offset: number): readonly CompletionItem[] {
  const own = visible(project, sheet, offset)
    .filter(({ decl }) => ['enum', 'record', 'agents', 'index'].includes(decl.kind))
    .map(
      ({ decl, distance }): CompletionItem => ({
        label: decl.name,
        kind: 'type',
        detail: decl.written,
        doc: decl.doc,
        rank: 2 + distance / 10,
      }),
    );
  return [
    ...own,
    ...builtinTypes.map(([label, doc]): CompletionItem => ({ label, kind: 'type', doc, rank: 4 })),
    { label: 'range', kind: 'snippet', insert: '${1:0}..${2:9}', snippet: true, detail: '0..9', rank: 4 },
    {
      label: 'seq',
      kind: 'snippet',
      insert: 'seq<${1:Action}, ${2:3}>',
      snippet: true,
      doc: project.desk.word('seq')?.text,
      rank: 5,
    },
  ];
}

/** After a dot: fields of a record, members of an enum. */
export function memberItems(project: Project, sheet: Sheet, offset: number, at: Situation): readonly CompletionItem[] {
  const before = at.before.slice(0, -1);
  const word = wordBefore(before);
  if (word === undefined) return [];
  const names = visible(project, sheet, offset).map(({ decl }) => decl);
  const decl = names.find(one => one.name === word);
  const parts = (owner: Decl | undefined, kind: CompletionKind): readonly CompletionItem[] =>
    (owner?.parts ?? []).map((part, k) => ({
      label: part.name,
      kind,
      detail: part.written,
      doc: part.doc,
      rank: 1 + k / 100,
    }));
  if (decl?.kind === 'enum') return parts(decl, 'member');
  const type = decl === undefined ? typeOfName(project, sheet, word) : typeOfDecl(project, sheet, decl);
  const name = /[A-Za-z_]\w*/.exec(type ?? '')?.[0];
  const owner = names.find(one => one.kind === 'record' && one.name === (decl?.kind === 'record' ? decl.name : name));
  return parts(owner, 'field');
}

/** The name that the object before a dot begins with: of `at[p]` and `toward(c, m)` it stands before the bracket. */
export function wordBefore(before: readonly string[]): string | undefined {
  let at = before.length - 1;
  const last = before[at];
  if (last === ']' || last === ')') {
    const opening = last === ']' ? '[' : '(';
    let depth = 0;
    for (; at >= 0; at--) {
      if (before[at] === last) depth++;
      else if (before[at] === opening && --depth === 0) break;
    }
    at--;
  }
  const word = before[at];
  return word !== undefined && /^[A-Za-z_]/.test(word) ? word : undefined;
}

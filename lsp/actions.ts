/** Changes that an editor offers at a place: repairs of what is wrong, and what people often write next. */

import type { Diagnostic } from '../compiler/api.ts';
import type { Declaration, GameDecl, MatchExpr, PayoffItem } from '../grammar/ast.ts';
import { algorithmNamed } from '../runtime/learners/catalogue.ts';
import type { Edit, Sheet, Span } from './base.ts';
import { contains } from './base.ts';
import { gameOf } from './hover.ts';
import { type Decl, lookup, namesOf, scopeAt } from './names.ts';
import { declarationAt, type Project } from './project.ts';

export interface Action {
  readonly title: string;
  readonly kind: 'quickfix' | 'refactor' | 'source';
  readonly edits: readonly Edit[];
  /** Of a repair: what it repairs. */
  readonly repairs: Diagnostic | undefined;
  /** The one an editor may apply without asking. */
  readonly preferred?: true;
}

/** Everything offered for a stretch; `diagnostics` are those of the file. */
export function actions(
  project: Project,
  sheet: Sheet,
  range: Span,
  diagnostics: readonly Diagnostic[],
): readonly Action[] {
  const fixes = diagnostics
    .filter(({ at }) => at.span.start <= range.end && range.start <= at.span.end)
    .flatMap(one =>
      one.fixes.map(
        (fix, k): Action => ({
          title: fix.title,
          kind: 'quickfix',
          edits: fix.edits.map(({ file, span, text }) => ({ path: file, span, text })),
          repairs: one,
          ...(k === 0 && one.fixes.length === 1 ? { preferred: true as const } : {}),
        }),
      ),
    );
  const declaration = declarationAt(sheet, range.start);
  if (declaration === undefined) return fixes;
  return [
    ...fixes,
    ...missingArms(project, sheet, declaration, range.start),
    ...completeTable(sheet, declaration, range.start),
    ...otherAlgorithms(project, sheet, declaration, range.start),
    ...observeVariable(project, sheet, declaration, range.start),
    ...addLegality(project, sheet, declaration, range.start),
    ...knownValues(project, sheet, declaration, range.start),
    ...parameterOfNumber(sheet, declaration, range),
  ];
}

function refactor(title: string, sheet: Sheet, at: number, text: string): Action {
  return {
    title,
    kind: 'refactor',
    edits: [{ path: sheet.path, span: { start: at, end: at }, text }],
    repairs: undefined,
  };
}

// ---------------------------------------------------------------------------------------------- match

/** Every node of a kind around an offset, the innermost last. */
function around<T extends { readonly kind: string; readonly span: Span }>(
  tree: unknown,
  kind: string,
  offset: number,
): readonly T[] {
  const found: T[] = [];
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    const { span, kind: own } = node as { readonly span?: Span; readonly kind?: string };
    if (span !== undefined && !contains(span, offset)) return;
    if (own === kind) found.push(node as T);
    for (const child of Object.values(node)) visit(child);
  };
  visit(tree);
  return found;
}

function missingArms(project: Project, sheet: Sheet, declaration: Declaration, offset: number): readonly Action[] {
  const match = around<MatchExpr>(declaration, 'Match', offset).at(-1);
  if (match === undefined || match.arms.some(arm => arm.patterns.some(p => p.kind === 'Wildcard'))) return [];
  const covered = match.arms.flatMap(arm => arm.patterns.flatMap(p => (p.kind === 'NamePattern' ? [p.name] : [])));
  const members = membersLike(project, sheet, covered[0]?.span.start, match);
  const missing = members.filter(member => !covered.some(name => name.text === member));
  const last = match.arms.at(-1);
  if (missing.length === 0) return [];
  const close = match.span.end - 1;
  const indent = indentOf(sheet, last?.span.start ?? match.span.start);
  const value = last === undefined ? '0' : sheet.slice(last.value.span);
  const inLine = last === undefined || !sheet.slice({ start: match.span.start, end: last.span.start }).includes('\n');
  const arms = missing.map(name => (inLine ? ` ${name} => ${value} ` : `\n${indent}${name} => ${value}`)).join('');
  const at = last?.span.end ?? close;
  return [
    refactor(
      missing.length === 1 ? `Add the missing arm ${missing[0]}` : `Add ${missing.length} missing arms`,
      sheet,
      at,
      arms,
    ),
  ];
}

/** The members of the set that a name of a pattern belongs to, or that the subject ranges over. */
function membersLike(project: Project, sheet: Sheet, offset: number | undefined, match: MatchExpr): readonly string[] {
  const decl = offset === undefined ? undefined : project.at(sheet, offset)?.decl;
  const names = namesOf(sheet);
  if (decl?.kind === 'action')
    return names.decls.filter(one => one.kind === 'action' && one.of === decl.of).map(one => one.name);
  const home = decl === undefined ? undefined : project.sheet(decl.path);
  const owner =
    home === undefined || decl === undefined
      ? undefined
      : namesOf(home).decls.find(one => one.kind === 'enum' && one.parts.includes(decl));
  if (owner !== undefined) return owner.parts.map(part => part.name);
  if (decl !== undefined) return [];
  const type = project.typeAt(sheet, match.subject.span);
  const byType =
    type === undefined ? undefined : (lookup(scopeAt(names, match.span.start), type) ?? project.global(sheet, type));
  return byType?.kind === 'enum' ? byType.parts.map(part => part.name) : [];
}

function indentOf(sheet: Sheet, offset: number): string {
  return /^[ \t]*/.exec(sheet.lines.lineText(sheet.lines.position(offset).line))?.[0] ?? '';
}

// ---------------------------------------------------------------------------------------------- payoff

/** Rows and columns that a table of two agents lacks; new cells are zero. */
function completeTable(sheet: Sheet, declaration: Declaration, offset: number): readonly Action[] {
  if (declaration.kind !== 'Game') return [];
  const table = declaration.items.find(
    (item): item is PayoffItem => item.kind === 'Payoff' && contains(item.span, offset),
  );
  const agents = declaration.items.flatMap(item => (item.kind === 'Agents' ? item.classes : []));
  if (table === undefined || agents.length !== 2 || agents.some(one => one.count !== undefined)) return [];
  const actionsOf = (agent: string): readonly string[] =>
    declaration.items.flatMap(item =>
      item.kind === 'Actions' && item.space.kind === 'ActionEnum' && (item.of === undefined || item.of.text === agent)
        ? item.space.members.map(member => member.text)
        : [],
    );
  const rows = actionsOf(agents[0]!.name.text);
  const columns = actionsOf(agents[1]!.name.text);
  if (rows.length === 0 || columns.length === 0 || rows.length * columns.length > 400) return [];
  if (table.header === undefined && table.rows.length > 0) return [];
  const header = (table.header ?? []).flatMap(label => (label.kind === 'Name' ? [label.text] : []));
  if (table.header !== undefined && header.length !== table.header.length) return [];
  const order = [...header, ...columns.filter(name => !header.includes(name))];
  const cell = (row: string, column: string): string => {
    const at = table.rows.find(one => one.labels[0]?.kind === 'Name' && one.labels[0].text === row);
    const given = at?.cells[header.indexOf(column)];
    return header.includes(column) && given !== undefined ? sheet.slice(given.span) : '(0, 0)';
  };
  const old = table.rows.flatMap(one => (one.labels[0]?.kind === 'Name' ? [one.labels[0].text] : []));
  const all = [...old, ...rows.filter(name => !old.includes(name))];
  const full =
    header.length === order.length &&
    old.length === all.length &&
    table.rows.every(row => row.cells.length === order.length);
  if (full) return [];
  const indent = `${indentOf(sheet, table.span.start)}  `;
  const lines = [order.join('  '), ...all.map(row => `${row}: ${order.map(column => cell(row, column)).join('  ')}`)];
  const text = `payoff {\n${lines.map(line => `${indent}${line}\n`).join('')}${indent.slice(2)}}`;
  return [
    {
      title: 'Complete the payoff table',
      kind: 'refactor',
      edits: [{ path: sheet.path, span: table.span, text }],
      repairs: undefined,
    },
  ];
}

// ---------------------------------------------------------------------------------------------- trainings

/** Other learners that fit the game, at the name of the one that is there. */
function otherAlgorithms(project: Project, sheet: Sheet, declaration: Declaration, offset: number): readonly Action[] {
  if (declaration.kind !== 'Train') return [];
  const clause = declaration.clauses.find(one => one.kind === 'Algorithm');
  if (clause?.kind !== 'Algorithm' || !contains(clause.name.span, offset)) return [];
  const fits = project.insight(sheet.path)?.trains.find(one => one.name === declaration.name.text)?.fits ?? [];
  return fits
    .filter(fit => fit.available && fit.status === 'fits' && fit.name !== clause.name.text)
    .slice(0, 8)
    .map((fit): Action => {
      const edits: Edit[] = [{ path: sheet.path, span: clause.name.span, text: fit.name }];
      // Settings that the other algorithm does not have would only be refused.
      const known = algorithmNamed(fit.name)?.settings.map(one => one.name) ?? [];
      const foreign = clause.settings.filter(setting => !known.includes(setting.name.text));
      for (const setting of foreign) edits.push({ path: sheet.path, span: wholeLine(sheet, setting.span), text: '' });
      return { title: `Use ${fit.name}, which fits`, kind: 'refactor', edits, repairs: undefined };
    });
}

/** A stretch with the spaces before it, and its line if nothing else stands on it. */
function wholeLine(sheet: Sheet, { start, end }: Span): Span {
  const { text } = sheet;
  let from = start;
  while (from > 0 && (text[from - 1] === ' ' || text[from - 1] === '\t')) from--;
  const alone =
    (from === 0 || text[from - 1] === '\n') && (end === text.length || /^[ \t]*\r?\n/.test(text.slice(end)));
  if (!alone) return { start: from, end };
  return { start: from, end: end + (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0) };
}

// ---------------------------------------------------------------------------------------------- games

/** The declaration of a game's own name at an offset. */
function declaredHere(project: Project, sheet: Sheet, offset: number, kind: Decl['kind']): Decl | undefined {
  const found = project.at(sheet, offset);
  return found?.use === undefined && found?.decl?.kind === kind ? found.decl : undefined;
}

function observeVariable(project: Project, sheet: Sheet, declaration: Declaration, offset: number): readonly Action[] {
  const decl = declaredHere(project, sheet, offset, 'state');
  if (decl === undefined || declaration.kind !== 'Game') return [];
  const observes = declaration.items.flatMap(item => (item.kind === 'Observe' ? [item] : []));
  const uses = namesOf(sheet).uses.filter(use => use.target.kind === 'decl' && use.target.decl === decl);
  if (observes.length === 0) {
    const state = declaration.items.find(item => item.kind === 'State');
    const end = declaration.items.findLast(item => item.kind === 'Reward' || item.kind === 'Step') ?? state;
    if (end === undefined) return [];
    return [
      refactor(
        `Let everyone observe ${decl.name}`,
        sheet,
        end.span.end,
        `\n\n${indentOf(sheet, end.span.start)}observe { ${decl.name} }`,
      ),
    ];
  }
  return observes
    .filter(item => !uses.some(use => contains(item.span, use.span.start)))
    .map(item => {
      const binder = item.binder;
      const type = binder?.type?.kind === 'NamedType' ? binder.type.name.text : undefined;
      // What there is one of for each agent of the binder is observed for that agent.
      const own =
        binder !== undefined && type !== undefined && new RegExp(`\\[\\s*(${type}|agents)\\s*\\]`).test(decl.written);
      const text = own ? `${decl.name}[${binder.name.text}]` : decl.name;
      const last = item.parts.at(-1);
      const at = last?.span.end ?? item.span.end - 1;
      return refactor(`Observe ${decl.name}`, sheet, at, last === undefined ? ` ${text} ` : `, ${text}`);
    });
}

function addLegality(project: Project, sheet: Sheet, declaration: Declaration, offset: number): readonly Action[] {
  const decl = declaredHere(project, sheet, offset, 'action');
  if (decl === undefined || declaration.kind !== 'Game') return [];
  const has = declaration.items.some(
    item => item.kind === 'Legal' && item.actions.some(name => name.text === decl.name),
  );
  const after = declaration.items.findLast(
    item => item.kind === 'Legal' || item.kind === 'State' || item.kind === 'Init' || item.kind === 'Actions',
  );
  if (has || after === undefined) return [];
  const text = `\n${indentOf(sheet, after.span.start)}legal ${decl.name} for p = true`;
  return [refactor(`Say when ${decl.name} is legal`, sheet, after.span.end, text)];
}

/** Assertions of what the last analysis found, at the name of a game. */
function knownValues(project: Project, sheet: Sheet, declaration: Declaration, offset: number): readonly Action[] {
  if (declaration.kind !== 'Game' || !contains(declaration.name.span, offset)) return [];
  const game = gameOf(project, sheet, declaration.name.text);
  if (game === undefined) return [];
  const claimed = declaration.items.flatMap(item => (item.kind === 'Assert' ? [sheet.slice(item.claim.span)] : []));
  const telling = [
    'zero_sum',
    'common_reward',
    'turn_based',
    'perfect_information',
    'deterministic',
    'terminating',
    'symmetric',
  ];
  const facts = game.facts
    .filter(fact => fact.status === 'proved' && telling.includes(fact.property))
    .map(fact => fact.property);
  const states = 'count' in game.states && game.states.count > 1 ? [`states == ${game.states.count}`] : [];
  const all = [...facts, ...states].filter(
    claim => !claimed.some(text => text.startsWith(claim.split(' ')[0] as string)),
  );
  const end = closingBrace(sheet, declaration);
  if (all.length === 0 || end === undefined) return [];
  const text = `\n${all.map(claim => `  assert ${claim}\n`).join('')}`;
  return [refactor('Assert what is known of this game', sheet, end, text)];
}

function closingBrace(sheet: Sheet, { span }: GameDecl): number | undefined {
  const at = span.end - 1;
  return sheet.text[at] === '}' ? at : undefined;
}

/** A number in a game becomes a parameter with this number as its default. */
function parameterOfNumber(sheet: Sheet, declaration: Declaration, range: Span): readonly Action[] {
  if (declaration.kind !== 'Game') return [];
  const number = around<{ readonly kind: 'Number'; readonly span: Span; readonly text: string }>(
    declaration.items,
    'Number',
    range.start,
  ).at(-1);
  if (number === undefined || !/^\d+$/.test(number.text)) return [];
  const taken = new Set(namesOf(sheet).decls.map(decl => decl.name));
  let name = 'size';
  for (let k = 2; taken.has(name); k++) name = `size${k}`;
  const parameter = `${name}: int = ${number.text}`;
  const last = declaration.params.at(-1);
  const at = last?.span.end ?? declaration.name.span.end;
  const open = sheet.text.slice(declaration.name.span.end, declaration.name.span.end + 2) === '()';
  const edits: Edit[] = [
    last !== undefined
      ? { path: sheet.path, span: { start: at, end: at }, text: `, ${parameter}` }
      : { path: sheet.path, span: { start: at, end: at + (open ? 2 : 0) }, text: `(${parameter})` },
    { path: sheet.path, span: number.span, text: name },
  ];
  return [{ title: `Make ${number.text} a parameter`, kind: 'refactor', edits, repairs: undefined }];
}

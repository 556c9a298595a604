/** What a place asks for, where the words around it say so: it comes first, or nothing else does. */
import { conceptNames } from '../compiler/requirements/table.ts';
import { algorithmNamed } from '../runtime/learners/catalogue.ts';
import { optimizerNamed } from '../runtime/train/optimizers.ts';
import type { SettingDoc } from '../runtime/train/spec.ts';
import { writtenSetting } from '../runtime/train/written.ts';
import type { Sheet } from './base.ts';
import type { CompletionItem } from './completion.ts';
import { settingDoc } from './completionLearning.ts';
import { declItem, expressionItems, visible, wordBefore } from './completionNames.ts';
import { type Decl, namesOf } from './names.ts';
import type { Project } from './project.ts';
import type { Situation } from './situation.ts';
import { typeOfDecl, typeOfName } from './typeNames.ts';

/** Items where only some names can stand; undefined where any expression may. */
export function onlyItems(
  project: Project,
  sheet: Sheet,
  offset: number,
  at: Situation,
): readonly CompletionItem[] | undefined {
  const last = at.before.at(-1);
  const inGame = at.declaration[0] === 'game' && at.brackets.length === 1;
  const kind = last === 'next' ? 'state' : last === 'legal' && inGame ? 'action' : undefined;
  if (kind !== undefined) return namesOfKind(project, sheet, offset, kind, 2);
  if (last === 'for' && inGame && at.before.at(-3) === 'legal')
    return namesOfKind(project, sheet, offset, 'agents', 2).map(item => {
      const many = item.detail?.includes(`${item.label}[`) === true;
      return many ? { ...item, label: `p: ${item.label}`, insert: `\${1:p}: ${item.label} = $0`, snippet: true } : item;
    });
  const top = at.brackets.at(-1);
  const asserting = at.declaration[0] === 'assert' || top?.head.includes('assert') === true;
  if (top?.sign === '(' && top.head.at(-1) === 'value' && asserting) {
    if (top.commas === 0)
      return conceptNames.map((label, k) => ({ label, kind: 'algorithm', detail: 'concept', rank: 2 + k / 100 }));
    if (inGame || at.declaration[0] === 'game') return namesOfKind(project, sheet, offset, 'agents', 2);
  }
  if (last === 'with') return fieldItems(project, sheet, offset, at);
  return undefined;
}

function namesOfKind(
  project: Project,
  sheet: Sheet,
  offset: number,
  kind: Decl['kind'],
  rank: number,
): readonly CompletionItem[] {
  return visible(project, sheet, offset)
    .filter(({ decl }) => decl.kind === kind)
    .map(({ decl }, k) => declItem(project, sheet, decl, rank + k / 100));
}

/** Fields of the record that an update begins with. */
function fieldItems(
  project: Project,
  sheet: Sheet,
  offset: number,
  at: Situation,
): readonly CompletionItem[] | undefined {
  const word = wordBefore(at.before.slice(0, -1));
  const owner = word === undefined ? undefined : ownerOf(project, sheet, offset, word);
  if (owner?.kind !== 'record') return undefined;
  return owner.parts.map((part, k) => ({
    label: part.name,
    kind: 'field',
    detail: part.written,
    doc: part.doc,
    insert: `${part.name} = `,
    rank: 1 + k / 100,
  }));
}

/** The enum, record or class of agents that the values of a name belong to. */
function ownerOf(project: Project, sheet: Sheet, offset: number, word: string): Decl | undefined {
  const names = visible(project, sheet, offset).map(({ decl }) => decl);
  const decl = names.find(one => one.name === word);
  const type = decl === undefined ? undefined : typeOfDecl(project, sheet, decl);
  return typeNamed(names, type ?? writtenType(sheet, offset, word) ?? typeOfName(project, sheet, word));
}

/** What stands behind the last `word:` before an offset: a declaration that is being typed may have no tree yet. */
function writtenType(sheet: Sheet, offset: number, word: string): string | undefined {
  const pieces = sheet.pieces.filter(piece => piece.end <= offset);
  const at = pieces.findLastIndex((piece, k) => piece.text === word && pieces[k + 1]?.text === ':');
  return at < 0 ? undefined : pieces[at + 2]?.text;
}

function typeNamed(names: readonly Decl[], type: string | undefined): Decl | undefined {
  const name = /^[A-Za-z_]\w*/.exec(type ?? '')?.[0];
  return names.find(one => ['enum', 'record', 'agents'].includes(one.kind) && one.name === name);
}

/** All that may stand in an expression, what the place is about first. */
export function fittingItems(project: Project, sheet: Sheet, offset: number, at: Situation): readonly CompletionItem[] {
  const first = expectedNames(project, sheet, offset, at);
  const items = expressionItems(project, sheet, offset);
  return first.length === 0
    ? items
    : items.map(item => (first.includes(item.label) ? { ...item, rank: 1 + first.indexOf(item.label) / 100 } : item));
}

/** Names of what is compared with, of the type that is written before `=`, or of what a `match` is about. */
function expectedNames(project: Project, sheet: Sheet, offset: number, at: Situation): readonly string[] {
  const { before } = at;
  const last = before.at(-1) ?? '';
  const names = visible(project, sheet, offset).map(({ decl }) => decl);
  const valuesOf = (owner: Decl | undefined): readonly string[] =>
    owner?.kind === 'enum' ? owner.parts.map(part => part.name) : owner?.kind === 'record' ? [owner.name] : [];
  const top = at.brackets.at(-1);
  const matched = top?.sign === '{' ? top.head.lastIndexOf('match') : -1;
  if (top !== undefined && matched >= 0 && (last === '{' || at.lineStart)) {
    const word = wordBefore(top.head.slice(matched + 1).flatMap(one => (one.length === 2 ? [...one] : [one])));
    const values =
      word === 'action'
        ? names.filter(one => one.kind === 'action').map(one => one.name)
        : word === undefined
          ? []
          : valuesOf(ownerOf(project, sheet, offset, word));
    return values.filter(name => !top.given.includes(name));
  }
  if (last === '==' || last === '!=') {
    const word = wordBefore(before.slice(0, -1));
    if (word === undefined) return [];
    if (word === 'action') return names.filter(one => one.kind === 'action').map(one => one.name);
    if (word === 'turn') return names.filter(one => one.kind === 'agents').map(one => one.name);
    return valuesOf(ownerOf(project, sheet, offset, word));
  }
  if (last !== '=') return [];
  // `x: Side =`, `x: Side[Agent] =`, or `next x =`.
  const type = wordBefore(before.slice(0, -1));
  const colon = before.lastIndexOf(':');
  const written = colon >= 0 && type === before[colon + 1] ? typeNamed(names, type) : undefined;
  if (written !== undefined) return valuesOf(written);
  const assigned = before.lastIndexOf('next');
  const target = assigned >= 0 ? before[assigned + 1] : undefined;
  return target === undefined ? [] : valuesOf(ownerOf(project, sheet, offset, target));
}

/** In a sweep: what it may vary, `envs` and the settings of the training's algorithm. */
export function sweepItems(project: Project, sheet: Sheet, at: Situation): readonly CompletionItem[] {
  const last = at.before.at(-1);
  const training = at.declaration[at.declaration.indexOf('of') + 1] ?? '';
  if (last === '.') return axes(sweptSettings(project, sheet, training, at.before.at(-2) ?? ''), '');
  if (!at.lineStart && last !== '{') return [];
  const envs: CompletionItem = {
    label: 'envs',
    kind: 'keyword',
    doc: project.desk.word('envs')?.text,
    insert: 'envs in [${0:1, 8}]',
    snippet: true,
    rank: 2,
  };
  return [...axes(sweptSettings(project, sheet, training, 'algorithm'), 'algorithm.'), envs];
}

/** What may stand behind `algorithm.`, or behind `optimizer.`, where the training is one of this file. */
export function sweptSettings(project: Project, sheet: Sheet, training: string, of: string): readonly SettingDoc[] {
  const decl = project.global(sheet, training);
  if (decl?.path !== sheet.path) return [];
  const { start, end } = decl.extent;
  const use = namesOf(sheet).uses.find(
    one => one.target.kind === 'algorithm' && one.span.start >= start && one.span.end <= end,
  );
  const settings = use === undefined ? [] : (algorithmNamed(use.name)?.settings ?? []);
  if (of === 'algorithm') return settings;
  const setting = settings.find(one => one.name === of);
  const called = setting === undefined ? '' : (writtenSetting(setting.default).split('(')[0] ?? '');
  return optimizerNamed(called)?.settings ?? [];
}

function axes(settings: readonly SettingDoc[], prefix: string): readonly CompletionItem[] {
  return settings.map((one, k) => {
    const value = typeof one.default === 'number' ? writtenSetting(one.default) : '';
    const [open, varied] = one.type === 'optimizer' ? ['.', '$0'] : [' in [', `\${0:${value}}]`];
    return {
      label: `${prefix}${one.name}`,
      kind: 'setting',
      detail: `default ${writtenSetting(one.default)}`,
      doc: settingDoc(one),
      insert: `${prefix}${one.name}${open}${varied}`,
      snippet: true,
      rank: 1 + k / 100,
    };
  });
}

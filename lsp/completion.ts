/** What can be written at the cursor. */
import { activations, layerForms } from '../compiler/networks/layers.ts';
import { propertyNames } from '../compiler/properties/base.ts';
import { conceptNames, solversOf } from '../compiler/requirements/table.ts';
import { conditionOf, rulesOf } from '../runtime/solvers/equations.ts';
import { objectiveWords } from '../runtime/solvers/normal/methods.ts';
import { docAlone, solverTable } from '../runtime/solvers/table.ts';
import { optimizerNamed, optimizers } from '../runtime/train/optimizers.ts';
import { reductions } from '../runtime/train/spec.ts';
import type { Edit, Sheet, Span } from './base.ts';
import { fittingItems, onlyItems, sweepItems } from './completionExpected.ts';
import { algorithmItems, settingItems, valueItems } from './completionLearning.ts';
import { expressionItems, memberItems, typeItems } from './completionNames.ts';
import { gameKeywords, keywordItems, topKeywords, trainKeywords } from './completionWords.ts';
import { lookup, namesOf } from './names.ts';
import type { Project } from './project.ts';
import { type Situation, situationAt } from './situation.ts';

export type CompletionKind =
  | 'keyword'
  | 'snippet'
  | 'function'
  | 'variable'
  | 'constant'
  | 'field'
  | 'enum'
  | 'member'
  | 'type'
  | 'module'
  | 'setting'
  | 'value'
  | 'algorithm'
  | 'game';

export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** One short line beside the label. */
  readonly detail?: string | undefined;
  /** A word or two that stand beside the label in a list, also while it is not selected. */
  readonly aside?: string | undefined;
  /** Markdown. */
  readonly doc?: string | undefined;
  /** What is inserted, if not the label; `$1` and `${1:name}` are places to fill where `snippet` is set. */
  readonly insert?: string;
  readonly snippet?: true;
  /** Items with smaller ranks come first; 5 unless given. */
  readonly rank?: number;
  /** It exists but will be refused here. */
  readonly unfit?: true;
  /** Further changes, such as an import. */
  readonly edits?: readonly Edit[];
}

export interface Completion {
  readonly replace: Span;
  readonly items: readonly CompletionItem[];
}

export function complete(project: Project, sheet: Sheet, offset: number): Completion {
  const situation = situationAt(sheet, offset);
  if (situation.silent) return { replace: situation.replace, items: [] };
  return { replace: situation.replace, items: itemsFor(project, sheet, offset, situation) };
}

function itemsFor(project: Project, sheet: Sheet, offset: number, at: Situation): readonly CompletionItem[] {
  const last = at.before.at(-1);
  const [keyword] = at.declaration;
  const top = at.brackets.at(-1);
  if (keyword === 'import' && !(at.lineStart && at.brackets.length === 0)) return importItems(project, sheet, at);
  if (keyword === 'sweep' && at.brackets.length === 1) return sweepItems(project, sheet, at);
  if (last === '.') return memberItems(project, sheet, offset, at);
  if (top === undefined) return outside(project, sheet, offset, at, keyword);
  if (keyword === 'train') {
    const items = inTraining(project, sheet, at);
    if (items !== undefined) return items;
  }
  if (top.sign === '(') {
    const called = top.head.at(-1) ?? '';
    const named = argumentItems(project, sheet, called, top.given);
    if (named.length > 0 && (last === '(' || last === ',')) {
      const game = project.global(sheet, called)?.kind === 'game';
      return game ? named : [...named, ...expressionItems(project, sheet, offset)];
    }
  }
  if (keyword === 'game' || keyword === 'record' || keyword === 'enum') {
    if (top.sign === '{' && at.brackets.length === 1 && keyword === 'game' && (at.lineStart || last === '{'))
      return keywordItems(project, gameKeywords);
    if (last === 'assert') return claimItems(project);
  }
  if (last === '|>' || (keyword === 'network' && last === '=')) return layerItems(project, sheet);
  if (wantsType(at)) return typeItems(project, sheet, offset);
  return onlyItems(project, sheet, offset, at) ?? fittingItems(project, sheet, offset, at);
}

/** After `:` a type is wanted, except behind the name of an argument, a key or a label. */
function wantsType(at: Situation): boolean {
  const last = at.before.at(-1);
  const top = at.brackets.at(-1);
  if (last !== ':' || top === undefined) return false;
  const [word, ...rest] = top.head;
  if (top.sign === '[') return true;
  if (top.sign === '(') return ['fn', 'game', 'mixer', 'network'].includes(word ?? '') && rest.length <= 1;
  return word === 'state' || word === 'record' || word === 'actions';
}

function outside(
  project: Project,
  sheet: Sheet,
  offset: number,
  at: Situation,
  keyword: string | undefined,
): readonly CompletionItem[] {
  const last = at.before.at(-1);
  switch (last) {
    case 'on':
      return gameItems(project, sheet);
    case 'of':
      return keyword === 'sweep' ? declared(sheet, 'training') : gameItems(project, sheet);
    case 'solve':
    case ':':
      if (keyword === 'solve') return conceptItems(project, sheet);
      break;
    case 'by': {
      const concept = at.declaration.find(word => conceptNames.includes(word)) ?? '';
      const rows = solversOf(concept);
      // A method that takes games of several forms stands in the table once for each.
      return rows.flatMap((row, k) =>
        rows.findIndex(one => one.method === row.method) < k
          ? []
          : [
              {
                label: row.method,
                kind: 'algorithm' as const,
                detail: solverDoc(row) ?? row.title,
                doc: [fenced(rulesOf(concept, row.method)), row.paper].filter(Boolean).join('\n\n'),
                rank: row.available ? 3 : 8,
                ...(row.available ? {} : { unfit: true as const }),
              },
            ],
      );
    }
    case 'maximizing': {
      const concept = at.declaration.find(word => conceptNames.includes(word)) ?? '';
      return (objectiveWords(concept) ?? []).map(label => ({ label, kind: 'value' }));
    }
    case 'assert':
      return claimItems(project);
    default:
  }
  if (keyword === 'solve' && !at.lineStart) {
    const words = ['of', 'by', 'for', 'maximizing'].filter(word => !at.declaration.includes(word));
    return words.map(label => ({ label, kind: 'keyword' }));
  }
  if (keyword === 'network' || keyword === 'let' || keyword === 'fn') {
    if (!at.lineStart)
      return last === '|>' || keyword === 'network'
        ? layerItems(project, sheet)
        : expressionItems(project, sheet, offset);
  }
  if (keyword === 'game' && last === '=') return [...gameItems(project, sheet), repeated];
  return at.lineStart ? keywordItems(project, topKeywords) : [];
}

const repeated: CompletionItem = {
  label: 'repeated',
  kind: 'function',
  detail: 'a game of one step, again and again',
  insert: 'repeated(${1:Game}, rounds: ${2:10}, memory: ${3:1})',
  snippet: true,
};

/** Equations as they stand: the signs are those of plain text. */
function fenced(equations: string | undefined): string | undefined {
  return equations === undefined ? undefined : `\`\`\`text\n${equations}\n\`\`\``;
}

function solverDoc({ concept, method }: { readonly concept: string; readonly method: string }): string | undefined {
  const found = solverTable.find(row => row.concept === concept && row.method === method);
  return found === undefined ? undefined : docAlone(found);
}

// ---------------------------------------------------------------------------------------------- imports, games, claims

function importItems(project: Project, sheet: Sheet, at: Situation): readonly CompletionItem[] {
  const host = project.host(sheet.path);
  const path = at.declaration.slice(1).filter(word => word !== '.');
  if (path[0] === undefined) return [{ label: 'std', kind: 'module', detail: 'the library', insert: 'std.' }];
  if (path[0] !== 'std') return [];
  const group = path[1];
  if (group === undefined) return host.groups().map(label => ({ label, kind: 'module' }));
  const given = at.brackets.at(-1)?.given ?? [];
  return host
    .libraryNames(group)
    .filter(name => !given.includes(name))
    .map(label => {
      const decl = project.libraryDecl(sheet, group, label);
      return { label, kind: 'game' as const, detail: decl?.written, doc: decl?.doc };
    });
}

/** Games of the file, then those of the library, which bring their import along. */
export function gameItems(project: Project, sheet: Sheet): readonly CompletionItem[] {
  const own = [...namesOf(sheet).file.names.values(), ...project.importedNames(sheet)].filter(d => d.kind === 'game');
  const names = new Set(own.map(decl => decl.name));
  const insight = project.insight(sheet.path);
  const here = own.map((decl): CompletionItem => {
    const words = insight?.games.find(game => game.name === decl.name)?.words;
    return { label: decl.name, kind: 'game', detail: words ?? decl.written, doc: decl.doc, rank: 2 };
  });
  const start = { start: 0, end: 0 };
  const library = project
    .host(sheet.path)
    .libraryNames('games')
    .filter(name => !names.has(name))
    .flatMap((label): CompletionItem[] => {
      const decl = project.libraryDecl(sheet, 'games', label);
      if (decl?.kind !== 'game') return [];
      const edits = [{ path: sheet.path, span: start, text: `import std.games.${label}\n` }];
      return [{ label, kind: 'game', detail: 'std.games', doc: decl.doc, rank: 7, edits }];
    });
  return [...here, ...library];
}

function declared(sheet: Sheet, kind: 'training'): readonly CompletionItem[] {
  return [...namesOf(sheet).file.names.values()].flatMap(decl =>
    decl.kind === kind ? [{ label: decl.name, kind: 'value' as const, detail: decl.written, doc: decl.doc }] : [],
  );
}

function conceptItems(project: Project, sheet: Sheet): readonly CompletionItem[] {
  const fits = project.insight(sheet.path)?.games.flatMap(game => game.fits) ?? [];
  return conceptNames.map((label, k): CompletionItem => {
    const rows = solversOf(label);
    const fit = fits.some(one => one.concept === label && one.status === 'fits');
    const here = rows.some(row => row.available);
    const methods = rows.filter(row => row.available).map(row => `- \`by ${row.method}\`: ${row.title} (${row.paper})`);
    return {
      label,
      kind: 'algorithm',
      detail: rows[0]?.title,
      doc: [project.desk.word(label)?.text, fenced(conditionOf(label)), methods.join('\n')]
        .filter(Boolean)
        .join('\n\n'),
      rank: (label === 'nash' ? -0.1 : k / 100) + (fit ? 2 : here ? 5 : 9),
      ...(here ? {} : { unfit: true as const }),
    };
  });
}

function claimItems(project: Project): readonly CompletionItem[] {
  const properties = propertyNames.map(
    (label): CompletionItem => ({
      label,
      kind: 'value',
      detail: 'property',
      doc: project.desk.word(label)?.summary,
    }),
  );
  const quantities: readonly CompletionItem[] = [
    { label: 'states', kind: 'value', detail: 'the number of states', insert: 'states == ${1:1}', snippet: true },
    { label: 'terminals', kind: 'value', detail: 'the number of ends', insert: 'terminals == ${1:1}', snippet: true },
    { label: 'horizon', kind: 'value', detail: 'the number of steps', insert: 'horizon == ${1:1}', snippet: true },
    {
      label: 'value',
      kind: 'function',
      detail: 'the value of a solution to an agent',
      insert: 'value(${1:minimax}, ${2:Agent}) == ${3:0}',
      snippet: true,
    },
  ];
  return [...properties, ...quantities];
}

// ---------------------------------------------------------------------------------------------- trainings

/** Behind `report`, and behind the episodes of `evaluate`. */
function reportedItems(before: readonly string[]): readonly CompletionItem[] | undefined {
  const [third, second, last] = [before.at(-3) ?? '', before.at(-2) ?? '', before.at(-1) ?? ''];
  const word = (label: string, detail: string): CompletionItem => ({ label, kind: 'keyword', detail });
  if (last === 'report')
    return [
      ...reductions.map(how => word(`${how} over agents`, `the ${how} of the agents' returns in every episode`)),
      ...reductions.map(how => word(`${how} per class`, `the ${how} over the agents of each class`)),
      word('per agent', "every agent's own return"),
    ];
  if (last === 'per') {
    const both = [word('class', 'a number for each class'), word('agent', "every agent's own return")];
    return second === 'report' ? both : both.slice(0, 1);
  }
  if (last === 'episodes' && third === 'for')
    return [word('sampled', 'draws from the stochastic policy'), word('greedy', 'its likeliest actions, the default')];
  return undefined;
}

function inTraining(project: Project, sheet: Sheet, at: Situation): readonly CompletionItem[] | undefined {
  const last = at.before.at(-1);
  const [outer, inner] = at.brackets;
  if (at.brackets.length === 1 && outer?.sign === '{') {
    if (last === 'algorithm') return algorithmItems(project, sheet, at);
    if (last === '=' && at.before.at(-2) === 'reward')
      return ['sum', 'mean'].map(label => ({ label, kind: 'value', detail: 'how individual rewards become one' }));
    if (/^\d/.test(last ?? '') && ['budget', 'every', 'over'].includes(at.before.at(-2) ?? ''))
      return ['steps', 'episodes'].map(label => ({ label, kind: 'keyword' }));
    const reported = at.lineStart ? undefined : reportedItems(at.before);
    if (reported !== undefined) return reported;
    if (at.lineStart || last === '{') return keywordItems(project, trainKeywords);
    return [];
  }
  if (outer?.sign !== '{' || inner === undefined) return undefined;
  if (inner.head[0] === 'algorithm' && inner.sign === '{') {
    const algorithm = inner.head[1] ?? '';
    if (at.brackets.length === 2) {
      if (last === '=') return valueItems(project, sheet, algorithm, at.before.at(-2) ?? '');
      if (last === '|>') return layerItems(project, sheet);
      if (/^\d/.test(last ?? '') && !at.lineStart)
        return ['steps', 'episodes'].map(label => ({ label, kind: 'keyword' }));
      return settingItems(algorithm, inner.given);
    }
    const call = at.brackets.at(-1);
    const called = call?.head.at(-1) ?? '';
    const optimizer = optimizerNamed(called);
    if (call?.sign === '(' && optimizer !== undefined && last !== ':') return settingItems(optimizer, call.given, ': ');
    const layer = layerForms.find(one => one.name === called);
    if (layer !== undefined) return layerArguments(layer);
  }
  if (inner.head.includes('reads')) return expressionItemsInside(project, sheet, at);
  return undefined;
}

function expressionItemsInside(project: Project, sheet: Sheet, at: Situation): readonly CompletionItem[] {
  const game = at.declaration[at.declaration.indexOf('on') + 1] ?? '';
  const scope = project.inside(sheet, game)?.scope;
  const own = [...(scope?.names.values() ?? [])].map(
    (decl): CompletionItem => ({
      label: decl.name,
      kind: decl.kind === 'state' ? 'variable' : decl.kind === 'function' ? 'function' : 'type',
      detail: decl.written,
      doc: decl.doc,
    }),
  );
  return [
    { label: 'observation', kind: 'keyword', detail: 'what the game lets the agent observe', rank: 2 },
    { label: 'last_action', kind: 'keyword', detail: 'what the agent chose last', rank: 2 },
    { label: 'agent', kind: 'keyword', detail: 'which agent it is', rank: 3 },
    ...own,
  ];
}

function layerItems(project: Project, sheet: Sheet): readonly CompletionItem[] {
  const own = [...namesOf(sheet).file.names.values(), ...project.importedNames(sheet)].filter(
    d => d.kind === 'network',
  );
  return [
    ...own.map(
      (decl): CompletionItem => ({ label: decl.name, kind: 'function', detail: decl.written, doc: decl.doc, rank: 2 }),
    ),
    ...layerForms.map(
      (layer): CompletionItem => ({
        label: layer.name,
        kind: 'function',
        detail: layer.form,
        doc: layer.doc,
        rank: 3,
        ...(layer.bare === true ? {} : { insert: `${layer.name}($1)`, snippet: true as const }),
      }),
    ),
    ...activations.map((label): CompletionItem => ({ label, kind: 'function', detail: 'element by element', rank: 6 })),
  ];
}

function layerArguments(layer: (typeof layerForms)[number]): readonly CompletionItem[] {
  return [
    ...layer.named.map(
      (name): CompletionItem => ({ label: name, kind: 'setting', insert: `${name}: `, detail: layer.form }),
    ),
    ...(layer.activation === true ? activations.map((label): CompletionItem => ({ label, kind: 'value' })) : []),
  ];
}

/** Arguments by name: parameters of a game, mixer or network, settings of an optimizer. */
function argumentItems(
  project: Project,
  sheet: Sheet,
  called: string,
  given: readonly string[],
): readonly CompletionItem[] {
  const optimizer = optimizerNamed(called);
  if (optimizer !== undefined && optimizers.includes(optimizer)) return settingItems(optimizer, given, ': ');
  if (called === 'repeated')
    return ['rounds', 'memory']
      .filter(name => !given.includes(name))
      .map(label => ({ label, kind: 'setting', insert: `${label}: ` }));
  const decl = project.global(sheet, called) ?? lookup(namesOf(sheet).file, called);
  if (decl === undefined || !['game', 'mixer', 'network'].includes(decl.kind)) return [];
  return decl.parts
    .filter(part => part.kind === 'parameter' && !given.includes(part.name))
    .map(part => ({
      label: part.name,
      kind: 'setting',
      detail: part.written,
      doc: part.doc,
      insert: `${part.name}: `,
      rank: 1,
    }));
}

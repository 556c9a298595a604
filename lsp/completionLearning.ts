/** Completion inside of trainings: algorithms by how well they fit the game, their settings, what settings may be. */
import { activations, layerForms } from '../compiler/networks/layers.ts';
import { learnerRows } from '../compiler/requirements/table.ts';
import { algorithmNamed } from '../runtime/learners/catalogue.ts';
import { optimizers } from '../runtime/train/optimizers.ts';
import type { SettingDoc } from '../runtime/train/spec.ts';
import { writtenSetting } from '../runtime/train/written.ts';
import type { Sheet } from './base.ts';
import type { CompletionItem } from './completion.ts';
import type { FitInsight } from './insight.ts';
import { namesOf } from './names.ts';
import type { Project } from './project.ts';
import type { Situation } from './situation.ts';

const ranks: Readonly<Record<FitInsight['status'], number>> = {
  fits: 1,
  'meant for other games': 3,
  'with team reward': 4,
  undecided: 5,
  no: 8,
};

/** What is known of how learners fit the game of the training around; none where nothing is. */
export function fitsAround(project: Project, sheet: Sheet, declaration: readonly string[]): readonly FitInsight[] {
  const insight = project.insight(sheet.path);
  const name = declaration[1] ?? '';
  const game = declaration[declaration.indexOf('on') + 1] ?? '';
  const own = insight?.trains.find(train => train.name === name && train.game === game)?.fits;
  return own ?? insight?.games.find(one => one.name === game)?.fits.filter(fit => fit.kind === 'learner') ?? [];
}

export function algorithmItems(project: Project, sheet: Sheet, at: Situation): readonly CompletionItem[] {
  const fits = fitsAround(project, sheet, at.declaration);
  return learnerRows.map((row): CompletionItem => {
    const fit = fits.find(one => one.name === row.name);
    const algorithm = algorithmNamed(row.name);
    const unfit = !row.available || fit?.status === 'no';
    const title = algorithm?.title ?? row.title;
    return {
      label: row.name,
      kind: 'algorithm',
      detail: fitText(title, fit, row.available),
      aside: !row.available ? 'announced' : fit?.status === 'no' ? 'does not fit' : fit?.status,
      doc: [
        ...(fit === undefined || fit.status === 'fits'
          ? []
          : [`**${fit.status === 'no' ? 'Does not fit' : sentence(fit.status)}**: ${fit.reason}`]),
        ...(algorithm === undefined ? [] : [algorithm.doc]),
        row.paper,
      ].join('\n\n'),
      rank: row.available ? (fit === undefined ? 4 : ranks[fit.status]) : 9,
      ...(unfit ? { unfit: true as const } : {}),
    };
  });
}

function fitText(title: string, fit: FitInsight | undefined, available: boolean): string {
  if (!available) return `${title}: announced, not in this version`;
  if (fit === undefined) return title;
  return fit.status === 'fits'
    ? `${title}: fits`
    : `${title}: ${fit.status === 'no' ? 'does not fit' : fit.status}; ${fit.reason}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Settings that were not given yet, of an algorithm by name or of an optimizer; `sign` stands behind the name. */
export function settingItems(
  of: string | { readonly settings: readonly SettingDoc[] },
  given: readonly string[],
  sign = ' = ',
): readonly CompletionItem[] {
  const settings = typeof of === 'string' ? algorithmNamed(of)?.settings : of.settings;
  return (settings ?? [])
    .filter(one => !given.includes(one.name))
    .map((one, k): CompletionItem => {
      const value = writtenSetting(one.default);
      return {
        label: one.name,
        kind: 'setting',
        detail: `${describeSetting(one)}; default ${value}`,
        doc: settingDoc(one),
        insert: `${one.name}${sign}${canBeWritten(one) ? `\${0:${value.replace(/[$}\\]/g, '\\$&')}}` : '$0'}`,
        snippet: true,
        rank: 1 + k / 100,
      };
    });
}

/**
 * Whether the default can be put in as it is: a discount that is the game's own, or a rhythm that the network decides, has no words, and a
 * mixer of the library has to be imported, as its own completion does.
 */
function canBeWritten(one: SettingDoc): boolean {
  return typeof one.default !== 'string' || one.type === 'choice';
}

/** Kind, range and unit: `number from 0 to 1`. */
export function describeSetting(one: SettingDoc): string {
  const range =
    one.low === undefined && one.high === undefined
      ? ''
      : one.high === undefined
        ? ` from ${one.low}`
        : one.low === undefined
          ? ` up to ${one.high}`
          : ` from ${one.low} to ${one.high}`;
  const kind = one.type === 'choice' ? (one.choices ?? []).join(' | ') : kinds[one.type];
  return `${kind}${range}${one.unit === undefined ? '' : ` ${one.unit}`}`;
}

const kinds: Readonly<Record<SettingDoc['type'], string>> = {
  real: 'number',
  int: 'whole number',
  bool: 'true or false',
  schedule: 'number or schedule',
  choice: 'choice',
  quantity: 'number of steps or episodes',
  network: 'network',
  optimizer: 'optimizer',
  mixer: 'mixer',
};

/** Markdown about a setting. */
export function settingDoc(one: SettingDoc): string {
  return [
    `${sentence(one.doc).replace(/\.$/, '')}.`,
    `${sentence(describeSetting(one))}. Default: \`${writtenSetting(one.default)}\` (${one.source}).`,
  ].join('\n\n');
}

/** What may stand behind `name =`. */
export function valueItems(project: Project, sheet: Sheet, algorithm: string, name: string): readonly CompletionItem[] {
  const doc = algorithmNamed(algorithm)?.settings.find(one => one.name === name);
  if (doc === undefined) return [];
  const preset: readonly CompletionItem[] = canBeWritten(doc)
    ? [
        {
          label: writtenSetting(doc.default),
          kind: 'value',
          detail: `default (${doc.source})`,
          doc: settingDoc(doc),
          rank: 1,
        },
      ]
    : [];
  const declared = (kind: 'mixer' | 'network'): readonly CompletionItem[] =>
    [...namesOf(sheet).file.names.values(), ...project.importedNames(sheet)]
      .filter(decl => decl.kind === kind)
      .map(decl => ({ label: decl.name, kind: 'function', detail: decl.written, doc: decl.doc, rank: 2 }));
  switch (doc.type) {
    case 'bool':
      return ['true', 'false'].map(label => ({ label, kind: 'value', doc: settingDoc(doc) }));
    case 'choice':
      return (doc.choices ?? []).map(label => ({ label, kind: 'value', doc: settingDoc(doc) }));
    case 'optimizer':
      return [
        ...preset,
        ...optimizers.map(
          (one): CompletionItem => ({
            label: one.name,
            kind: 'function',
            detail: `${one.title} (${one.paper})`,
            insert: `${one.name}(lr: \${0:${writtenSetting(one.defaults.lr)}})`,
            snippet: true,
          }),
        ),
      ];
    case 'network':
      return [
        ...preset,
        ...declared('network'),
        ...layerForms.map(
          (layer): CompletionItem => ({
            label: layer.name,
            kind: 'function',
            detail: layer.form,
            doc: layer.doc,
            insert: `${layer.name}($0)`,
            snippet: true,
          }),
        ),
        ...activations.map((label): CompletionItem => ({ label, kind: 'function', rank: 7 })),
      ];
    case 'mixer':
      return [
        ...preset,
        ...declared('mixer'),
        ...project
          .host(sheet.path)
          .libraryNames('mixers')
          .map(
            (label): CompletionItem => ({
              label,
              kind: 'function',
              detail: 'std.mixers',
              doc: project.libraryDecl(sheet, 'mixers', label)?.doc,
              edits: [{ path: sheet.path, span: { start: 0, end: 0 }, text: `import std.mixers.${label}\n` }],
              rank: label === doc.default ? 1 : 6,
            }),
          ),
      ];
    default:
      return preset;
  }
}

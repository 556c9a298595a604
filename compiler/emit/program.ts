/**
 * A training as a TypeScript program: settings, the learner and the loop around it, specialised from the runtime's own source for this
 * spec, and the game in a file beside it. It imports building blocks from the runtime (`programBlocks.ts`) and prints the lines of
 * `metrics.jsonl`, the same bytes as `marl train` writes.
 */
import { ts } from 'ts-morph';
import type { GameSpec } from '../../runtime/games/vector.ts';
import {
  type Algorithm,
  algorithmNamed,
  completeSettings,
  type Settings,
  settledSettings,
} from '../../runtime/learners/catalogue.ts';
import { type Group, type GroupOptions, groupsOf } from '../../runtime/learners/deep/groups.ts';
import { orthogonalStart } from '../../runtime/learners/deep/policy-networks.ts';
import { isRecurrent } from '../../runtime/learners/deep/q-networks.ts';
import { type Shape, shapeOf } from '../../runtime/learners/shared/shape.ts';
import type { MixerModel } from '../../runtime/mixers/model.ts';
import type { Schedule, TrainSpec } from '../../runtime/train/spec.ts';
import { ice } from './ice.ts';
import { importedFrom, isImported, specifierOf } from './programBlocks.ts';
import { removeUnused, usedNames } from './programClean.ts';
import { specialise } from './programFold.ts';
import { gameModule } from './programGame.ts';
import { elementOf, holdsUnknown, NamedNumber, unknown } from './programKnown.ts';
import { mixerImports, mixerPart } from './programMixer.ts';
import type { Part } from './programScope.ts';
import { type Entity, keyOf, type ReadSource, Sources } from './programSources.ts';
import {
  banner,
  data,
  type Files,
  formatted,
  headerPart,
  loopImports,
  loopPart,
  namesRead,
  type Origin,
  settingsPart,
} from './programText.ts';
import { tidied, withoutShadows } from './programTidy.ts';

export type { Origin } from './programText.ts';

export interface ProgramInput {
  readonly train: TrainSpec;
  readonly game: GameSpec;
  /** `emitGame(model, { types: true, module: 'function', state })`. */
  readonly gameText: string;
  /** Source text of a file under `runtime/`, by its path from the root of the package. */
  readonly read: ReadSource;
  /** What the two files will be called, with their ending. */
  readonly files: Files;
  /** Where the training was declared. */
  readonly origin?: Origin | undefined;
}

/** Text of the two files. */
export interface ProgramText {
  readonly program: string;
  readonly game: string;
}

/** Members that only checkpoints, reports and play by hand use; and `sample`, where evaluations do not. */
const dropped = ['save', 'restore', 'view', 'probabilities', 'decide'];

/** Functions that are computed when the program is written, to know which branches are taken. */
const pure: ReadonlyMap<string, (values: readonly unknown[]) => unknown> = new Map([
  [
    'runtime/learners/deep/groups.ts#groupsOf',
    whenKnown((...given: Parameters<typeof groupsOf>) => groupsOf(...given).map(countedCopies)),
  ],
  ['runtime/learners/deep/q-networks.ts#isRecurrent', whenKnown(isRecurrent)],
  ['runtime/learners/deep/policy-networks.ts#orthogonalStart', whenKnown(orthogonalStart)],
]);

function whenKnown<A extends readonly unknown[]>(
  compute: (...values: A) => unknown,
): (values: readonly unknown[]) => unknown {
  return values => (values.some(holdsUnknown) ? unknown : compute(...(values as A)));
}

/** The number of copies, where there are any, is written as a number: types cannot know that there are. */
function countedCopies({ copies, ...group }: Group): unknown {
  return { ...group, copies: copies === undefined ? undefined : new NamedNumber(copies, String(copies)) };
}

export function emitProgram({ train, game, gameText, read, files, origin }: ProgramInput): ProgramText {
  const algorithm = algorithmNamed(train.algorithm) ?? ice(`there is no algorithm ${train.algorithm}`);
  const sources = new Sources(read);
  const complete = completeSettings(algorithm, train.settings, game.discount);
  const settings = settledSettings(complete, shapeOf(game, train.envs).episodeLimit);
  const constants = constantSchedules(settings);
  const found = learnerOf(algorithm, sources, { train, game, settings, constants });
  // Settings that are handed on whole are what their type says.
  const whole = namesRead(found.own, 'settings') === 'all';
  const { own, imports, nameOf, mixes } = whole
    ? learnerOf(algorithm, sources, { train, game, settings, constants: new Map() })
    : found;
  const deep = algorithm.deep === true;
  const settingsSection = settingsPart(
    train,
    algorithm,
    settings,
    whole ? settings : withNumbers(settings, constants),
    own,
    origin,
  );
  const setup = [
    `/** Sizes of the game, and where the agents' slices are in its rows. */\nconst shape = shapeOf(spec, training.envs);`,
    ...(deep ? ['const engine = wasmEngine();'] : []),
    ...(usedNames(own).has('context') ? ['const context = { game: spec, engine };'] : []),
  ].join('\n');
  const text = [settingsSection, setup, own].join('\n\n');
  const entities: Entity[] = [
    ...imports.filter(({ path }) => path.startsWith('runtime/')),
    ...namedEntities(deep),
    ...(mixes ? mixerImports : []),
  ];
  const program = formatted(
    [
      headerPart(train, algorithm, sources.module(rootOf(algorithm).path).file, files, origin),
      [importsPart(entities, text, sources, nameOf), `import { create, spec } from './${files.game}';`].join('\n'),
      text,
    ].join('\n\n'),
  );
  return { program, game: gameModule(train.game, gameText, files, origin) };
}

/** What the functions of the settings' mixers are called. */
function mixerNames(settings: Settings): ReadonlyMap<MixerModel, string> {
  const names = new Map<MixerModel, string>();
  for (const value of Object.values(settings)) {
    if (typeof value !== 'object' || !('model' in value)) continue;
    const own = `mix${value.model.name.replaceAll(/\W/g, '_')}`;
    const taken = [...names.values()].filter(name => name === own || name.startsWith(`${own}_`)).length;
    names.set(value.model, taken === 0 ? own : `${own}_${taken + 1}`);
  }
  return names;
}

interface Given {
  readonly train: TrainSpec;
  readonly game: GameSpec;
  readonly settings: Settings;
  /** Schedules that are numbers in the program, by what they are called. */
  readonly constants: ReadonlyMap<Schedule, NamedNumber>;
}

interface WrittenLearner {
  /** The learner and the loop around it. */
  readonly own: string;
  readonly imports: readonly Entity[];
  nameOf(entity: Entity): string;
  /** Whether mixers are written out. */
  readonly mixes: boolean;
}

function rootOf({ source }: Algorithm): Entity {
  return { path: `runtime/learners/${source.file}`, name: source.create };
}

function learnerOf(algorithm: Algorithm, sources: Sources, given: Given): WrittenLearner {
  const { train, game, settings, constants } = given;
  const root = rootOf(algorithm);
  const shape = shapeOf(game, train.envs);
  const deep = algorithm.deep === true;
  const names = mixerNames(settings);
  const mixers = new Map<string, MixerModel>();
  const { parts, imports, nameOf } = specialise(root, {
    sources,
    constants: new Set(['shape', 'settings', 'context']),
    aliases: new Map([
      ['context.game', 'spec'],
      ['context.engine', 'engine'],
    ]),
    globals: new Map<string, unknown>([
      ['shape', shape],
      ['settings', withNames(settings)],
      ['context', { game, engine: Symbol('engine') }],
    ]),
    namedValues: new Map<unknown, string>([
      ...Object.entries(settings).flatMap(([name, value]) =>
        typeof value === 'object' ? [[value, `settings.${name}`] as const] : [],
      ),
      ...[...constants.keys()].map(schedule => [schedule, data(schedule)] as const),
    ]),
    reserved: ['shape', 'settings', 'training', 'spec', 'create', 'engine', ...names.values()],
    named: [root, ...namedEntities(deep)],
    typed: new Map('sharing' in settings ? [['Group', commonOf(shape, game, settings)]] : []),
    replaceCall(callee, values, texts) {
      const [, model] = values;
      if (keyOf(callee) !== 'runtime/mixers/tensor.ts#mix' || holdsUnknown(model)) return undefined;
      const [g, , ...rest] = texts;
      const name = names.get(model as MixerModel);
      if (name === undefined) return undefined;
      mixers.set(name, model as MixerModel);
      return `${name}(${[g, ...rest].join(', ')})`;
    },
    pure: new Map([
      ...pure,
      ['runtime/learners/shared/schedule.ts#valueAt', ([schedule]) => constants.get(schedule as Schedule) ?? unknown],
    ]),
    dropped: new Set(train.evaluate.policy === 'sampled' ? dropped : [...dropped, 'sample']),
    isImported: ({ path }) => isImported(path),
  });
  const body = sections(algorithm, root, joinedEntry(root, parts, nameOf), sources, mixers);
  const tidy = tidied(removeUnused(`${body}\n\n${loopPart(train, game, algorithm, nameOf(root))}`));
  const own = withoutShadows(tidy, new Set(imports.map(nameOf)));
  return { own, imports, nameOf, mixes: mixers.size > 0 };
}

/** Schedules that never change, by the names of their numbers. */
function constantSchedules(settings: Settings): ReadonlyMap<Schedule, NamedNumber> {
  const found = new Map<Schedule, NamedNumber>();
  const add = (value: unknown, name: string): void => {
    if (isConstantSchedule(value)) found.set(value, new NamedNumber(value.from, name));
  };
  for (const [name, value] of Object.entries(settings)) {
    add(value, `settings.${name}`);
    if (typeof value === 'object' && 'lr' in value) add(value.lr, `settings.${name}.lr`);
  }
  return found;
}

function isConstantSchedule(value: unknown): value is Schedule {
  if (typeof value !== 'object' || value === null || !('over' in value && 'from' in value && 'to' in value))
    return false;
  return value.over === 0 || value.from === value.to;
}

/** Settings as a program has them: numbers where schedules never change. */
function withNumbers(
  settings: Settings,
  constants: ReadonlyMap<Schedule, NamedNumber>,
): Readonly<Record<string, unknown>> {
  const shown = (value: unknown): unknown => constants.get(value as Schedule)?.value ?? value;
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      typeof value === 'object' && 'lr' in value ? { ...value, lr: shown(value.lr) } : shown(value),
    ]),
  );
}

/** Settings whose numbers know what they are called. */
function withNames(settings: Settings): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      typeof value === 'number' ? new NamedNumber(value, `settings.${name}`) : value,
    ]),
  );
}

/** What the loop and the mixer import. */
function namedEntities(deep: boolean): readonly Entity[] {
  return [
    ...loopImports,
    { path: 'runtime/learners/shared/shape.ts', name: 'shapeOf' },
    ...(deep ? [{ path: 'runtime/tensor/engines/wasm/index.ts', name: 'wasmEngine' }, ...mixerImports] : []),
    { path: 'runtime/games/vector.ts', name: 'GameBuffers' },
  ];
}

/** What the groups of a training have in common. */
function commonOf(shape: Shape, game: GameSpec, settings: Settings): unknown {
  const { sharing, agent_ids: agentIds, last_action: lastAction } = settings;
  const options = { sharing, agentIds, lastAction } as GroupOptions;
  return elementOf(groupsOf(shape, game, options).map(countedCopies));
}

/** The written-out declarations, file by file: what others build on first. */
function sections(
  algorithm: Algorithm,
  root: Entity,
  parts: readonly Part[],
  sources: Sources,
  mixers: ReadonlyMap<string, MixerModel>,
): string {
  const paths = [...new Set(parts.map(({ entity }) => entity.path))];
  const order = new Map(paths.map(path => [path, rankOf(path, root.path)]));
  paths.sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
  const out: string[] = [];
  const mixing = [...mixers].flatMap(([name, model]) => [banner(`mixer ${model.name}`), mixerPart(model, name)]);
  for (const path of paths) {
    if (path === paths.find(p => (order.get(p) as number) >= 1)) out.push(...mixing.splice(0));
    const own = parts.filter(({ entity }) => entity.path === path);
    const types = own.filter(({ entity }) => isType(entity, sources));
    out.push(banner(titleOf(path, root.path, algorithm, sources)));
    for (const { text } of [
      ...types,
      ...inOrder(
        own.filter(part => !types.includes(part)),
        sources,
      ),
    ])
      out.push(text);
  }
  return out.join('\n\n');
}

/** A learner that only hands its arguments on to another function is that function under its own name. */
function joinedEntry(root: Entity, parts: readonly Part[], nameOf: (entity: Entity) => string): readonly Part[] {
  const entry = parts.find(({ entity }) => keyOf(entity) === keyOf(root));
  const handed = /\bfunction (\w+)\([^)]*\)\s*\{\s*return (\w+)\(buffers, seed\);\s*\}\s*$/.exec(entry?.text ?? '');
  if (handed === null) return parts;
  const [, own, other] = handed as unknown as [string, string, string];
  if (!parts.some(({ entity }) => nameOf(entity) === other)) return parts;
  return parts
    .filter(part => part !== entry)
    .map(({ entity, text }) => ({ entity, text: text.replaceAll(new RegExp(`\\b${other}\\b`, 'g'), own) }));
}

/** Networks, targets and losses before the update, and that before the learner that puts them together. */
function rankOf(path: string, root: string): number {
  if (path === root) return 2.5;
  const ranks = [/networks/, /targets|actor-critic/, /mixing/, /program/, /learner|decentralised/];
  const found = ranks.findIndex(words => words.test(path.slice(path.lastIndexOf('/') + 1)));
  return found < 0 ? 2 : found;
}

function inOrder<P extends { readonly entity: Entity }>(parts: readonly P[], sources: Sources): readonly P[] {
  const position = ({ entity }: P): number => {
    const declared = [...sources.module(entity.path).declared.keys()];
    return declared.indexOf(entity.name.replace(/\$$/, ''));
  };
  return [...parts].sort((a, b) => position(a) - position(b));
}

function titleOf(path: string, root: string, { name }: Algorithm, sources: Sources): string {
  if (path === root) return name;
  if (/(learner|decentralised)\.ts$/.test(path)) return 'acting, learning, updates';
  const text = sources.module(path).file.getFullText();
  const doc =
    /^\/\*\*([\s\S]*?)\*\//
      .exec(text)?.[1]
      ?.replaceAll(/\s*\n\s*\*\s?/g, ' ')
      .trim() ?? path;
  const [sentence] = doc.replaceAll(/ \([^)]*\)/g, '').split(/[:.;](?=\s|$)/);
  return (sentence ?? doc).replace(/ as (a description|descriptions) for .*$/, '').toLowerCase();
}

function isType(entity: Entity, sources: Sources): boolean {
  const node = sources.declaration(entity);
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

/** One import per module, of what the text uses. */
function importsPart(
  entities: readonly Entity[],
  text: string,
  sources: Sources,
  nameOf: (entity: Entity) => string,
): string {
  const byPath = new Map<string, Map<string, string>>();
  const seen = new Set<string>();
  const used = usedNames(text);
  for (const entity of entities) {
    if (seen.has(keyOf(entity))) continue;
    seen.add(keyOf(entity));
    const local = nameOf(entity);
    if (!used.has(local)) continue;
    const from = importedFrom(entity.path);
    const names = byPath.get(from) ?? new Map<string, string>();
    byPath.set(from, names);
    const alias = local === entity.name ? local : `${entity.name} as ${local}`;
    names.set(alias, isType(entity, sources) ? 'type' : 'value');
  }
  const lines = [...byPath]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, names]) => {
      const sorted = [...names].sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
      const onlyTypes = sorted.every(([, kind]) => kind === 'type');
      const list = sorted.map(([name, kind]) => (kind === 'type' && !onlyTypes ? `type ${name}` : name)).join(', ');
      return `import ${onlyTypes ? 'type ' : ''}{ ${list} } from '${specifierOf(path)}';`;
    });
  return lines.join('\n');
}

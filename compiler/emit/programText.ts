/** The parts of an emitted program around the learner: what it is, settings, the game, the loop. */
import { Project, ts } from 'ts-morph';
import type { GameSpec } from '../../runtime/games/vector.ts';
import type { Algorithm, Settings } from '../../runtime/learners/catalogue.ts';
import type { SettingValue, TrainSpec } from '../../runtime/train/spec.ts';
import { writtenSetting } from '../../runtime/train/written.ts';
import { ice } from './ice.ts';
import { fitted } from './programFit.ts';
import type { Entity } from './programSources.ts';
import { quote } from './programSyntax.ts';
import type { GameOrigin } from './programTrace.ts';

/** Where things stand in the `.marl` source. */
export interface Origin {
  /** The name of the file with the training, without its folder: programs move. */
  readonly file: string;
  /** Lines of the training, and of its settings and clauses (`budget`, `envs`, ...) by name, counted from 1. */
  readonly train: number;
  readonly lines: Readonly<Record<string, number>>;
  /** Absent where the game is made by the language itself. */
  readonly game?: GameOrigin | undefined;
}

/** Where the game and the program that trains on it find each other: names of files side by side. */
export interface Files {
  readonly program: string;
  readonly game: string;
}

export function headerPart(
  train: TrainSpec,
  algorithm: Algorithm,
  learner: ts.SourceFile,
  { game }: Files,
  origin: Origin | undefined,
): string {
  const own = /^\/\*\*\n?([\s\S]*?)\s*\*\//.exec(learner.getFullText())?.[1] ?? '';
  const doc = own.split('\n').map(line => line.replace(/^\s*\*? ?/, ''));
  const from = origin === undefined ? '' : `, from ${origin.file}:${origin.train}`;
  const lines = [
    `${train.name}: ${algorithm.name} on ${train.game}${from}. The game is in ${game}.`,
    '',
    ...doc,
    '',
    'Prints one line of JSON per evaluation: the same as `marl train` writes to metrics.jsonl.',
    'Run: node FILE (Node 22.18 or later, with the package `marl` installed beside it); with the sources of a checkout of Marl,',
    'node --conditions=marl-source FILE.',
  ];
  return ['/**', ...lines.map(line => ` * ${oneLine(line).replaceAll('*/', '* /')}`.trimEnd()), ' */'].join('\n');
}

export function banner(title: string): string {
  const clean = oneLine(title);
  return `// ${'-'.repeat(Math.max(4, 100 - clean.length))} ${clean}`;
}

export function oneLine(text: string): string {
  return text.replaceAll(/[\n\r\u2028\u2029]/g, ' ');
}

// ------------------------------------------------------------------------------------------ settings

/** The settings that the program still reads, as they are `shown`, with what they mean; the others decided what it looks like. */
export function settingsPart(
  train: TrainSpec,
  algorithm: Algorithm,
  settings: Settings,
  shown: Readonly<Record<string, unknown>>,
  text: string,
  origin: Origin | undefined,
): string {
  const read = namesRead(text, 'settings');
  const kept = algorithm.settings.filter(({ name }) => read === 'all' || read.has(name));
  const decided = algorithm.settings.filter(doc => !kept.includes(doc));
  const lineOf = (name: string): string => {
    const line = origin?.lines[name];
    return line === undefined ? '' : ` (line ${line})`;
  };
  const entries = kept.map(({ name, doc }) => {
    const entry = `  ${name}: ${data(shown[name])},`;
    const remark = `${oneLine(doc).replace(/[;.] .*$/, '.')}${lineOf(name)}`;
    return entry.length + remark.length < 116 ? `${entry} // ${remark}` : `  // ${remark}\n${entry}`;
  });
  const told = decided
    .map(({ name }) => `${name} = ${writtenSetting(settings[name] as SettingValue)}${lineOf(name)}`)
    .join(', ');
  const plan = {
    seeds: train.seeds,
    envs: train.envs,
    budget: train.budget,
    evaluate: train.evaluate,
    teamReward: train.teamReward,
    ...(train.report === undefined ? {} : { report: train.report }),
  };
  const planEntries = Object.entries(plan).map(([name, value]) => `  ${name}: ${data(value)},${comment(lineOf(name))}`);
  const at = origin === undefined ? '' : ` of ${origin.file}`;
  return [
    banner('settings'),
    `/** What is trained, for how long, and how it is evaluated${at === '' ? '' : `; lines are those${at}`}. */\nconst training = {\n${planEntries.join('\n')}\n} as const;`,
    entries.length === 0
      ? ''
      : `/** Settings of the algorithm. */\nconst settings = {\n${entries.join('\n')}\n} as const;`,
    ...(decided.length === 0 ? [] : [wrapped(`Decided when this program was written, or not needed by it: ${told}.`)]),
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

function comment(text: string): string {
  return text === '' ? '' : ` //${text}`;
}

/** Members that are read of a record of this name; `all` where it is handed on whole. */
export function namesRead(text: string, record: string): ReadonlySet<string> | 'all' {
  const names = new Set<string>();
  let whole = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === record) {
      const { parent } = node;
      if (ts.isPropertyAccessExpression(parent) && parent.expression === node) names.add(parent.name.text);
      else if (
        ts.isVariableDeclaration(parent) &&
        parent.initializer === node &&
        ts.isObjectBindingPattern(parent.name)
      )
        for (const { propertyName, name } of parent.name.elements) names.add((propertyName ?? name).getText());
      else if (!(ts.isPropertyAccessExpression(parent) && parent.name === node)) whole = true;
    }
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile('part.ts', text, ts.ScriptTarget.ES2023, true));
  return whole ? 'all' : names;
}

/** A line comment of several lines. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '//';
  for (const word of oneLine(text).split(/(?<!=) (?!=)/)) {
    if (line.length + word.length > 118) {
      lines.push(line);
      line = '//';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}

/** Plain data as it is written in a program. */
export function data(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(data).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{ ${members.map(([name, member]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : quote(name)}: ${data(member)}`).join(', ')} }`;
}

// ------------------------------------------------------------------------------------------ the loop

export const loopImports: readonly Entity[] = [
  { path: 'runtime/games/vector.ts', name: 'allocateBuffers' },
  { path: 'runtime/train/evaluate.ts', name: 'evaluate' },
  { path: 'runtime/train/evaluate.ts', name: 'metricsLine' },
  { path: 'runtime/games/vector.ts', name: 'countEnded' },
  { path: 'runtime/train/training.ts', name: 'shareRewards' },
];

export function loopPart(train: TrainSpec, game: GameSpec, algorithm: Algorithm, create: string): string {
  const { budget, evaluate, stop, teamReward } = train;
  const clock = (unit: 'steps' | 'episodes'): string => (unit === 'steps' ? 'step' : 'episode');
  const spent = `${clock(budget.unit)} < training.budget.amount`;
  const every = `training.evaluate.every.amount`;
  const due = clock(evaluate.every.unit);
  const deep = algorithm.deep === true;
  const line = `metricsLine(seed, step, episode, spec.agents, evaluation${deep ? ', learner.metrics()' : ''})`;
  return `${banner('training and evaluation')}

for (const seed of training.seeds) {
  const buffers = allocateBuffers(spec, training.envs);
  const game = create(training.envs, seed, 0, buffers);
  game.reset();
  const learner = ${create}(buffers, seed);
  let step = 0; // joint steps, summed over the parallel games
  let episode = 0;
  let round = 0;
  let due: number = ${every};

  while (${spent}) {
    learner.act(step, episode);
    game.step();${teamReward === 'none' ? '' : '\n    shareRewards(shape, training, buffers.rewards);'}
    learner.update(step, episode);
    step += training.envs;
    episode += ${game.oneShot ? 'training.envs' : 'countEnded(buffers.ended)'};

    if (${due} < due && ${spent}) continue;
    due = (Math.floor(${due} / ${every}) + 1) * ${every};
    const evaluation = evaluate(shape, training, spec, create, learner, seed, round++);
    console.log(${line});${stop === undefined ? '' : `\n    if (${metricText(stop.metric, game)} ${stop.op} ${stop.value}) break;`}
  }
}
`;
}

/** The number that a stop condition compares. */
function metricText(metric: string, game: GameSpec): string {
  if (metric === 'return' || metric === 'discounted' || metric === 'length') return `evaluation.${metric}.mean`;
  const agent = game.agents.indexOf(metric.replace(/^return\./, ''));
  if (agent < 0) return ice(`there is no metric ${metric}`);
  return `evaluation.returns[${agent}]!.mean`;
}

// ------------------------------------------------------------------------------------------ form

/** Two-space indentation, at most one blank line in a row, lists on one line where they fit and one by one where they do not. */
export function formatted(text: string): string {
  const project = new Project({ useInMemoryFileSystem: true });
  const file = project.createSourceFile('program.ts', fitted(text));
  file.formatText({ indentSize: 2, convertTabsToSpaces: true, ensureNewLineAtEndOfFile: true });
  return `${file
    .getFullText()
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/\{\n\n/g, '{\n')
    .trimEnd()}\n`;
}

/**
 * A training as one TypeScript file that needs nothing but Node: the game, the learner and the loop around them, specialised
 * from the runtime's own source for this spec. Run with `node`, it prints the lines of `metrics.jsonl`, the same bytes as
 * `marl train` writes.
 */
import { Project, ts } from 'ts-morph';
import type { GameSpec } from '../../runtime/games/vector.ts';
import { algorithmNamed, completeSettings } from '../../runtime/learners/catalogue.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';
import { ice } from './ice.ts';
import { removeUnused } from './programClean.ts';
import { type FoldContext, fold, quote } from './programFold.ts';
import { type Declaration, identifiersIn, type ReadSource, readSources } from './programSources.ts';

export interface ProgramInput {
  readonly train: TrainSpec;
  readonly game: GameSpec;
  /** `emitGame(model, { types: true, module: 'function' })`. */
  readonly gameText: string;
  /** Source text of a file under `runtime/`, by its path from the root of the package. */
  readonly read: ReadSource;
}

/** Members that only checkpoints and reports use, and what only deep learners have or read of a game. */
const dropped = new Set([
  ...['save', 'restore', 'view', 'key', 'statistics', 'states', 'finalStates', 'finalMasks'],
  ...['begin', 'metrics', 'sample', 'decide'],
]);

export function emitProgram({ train, game, gameText, read }: ProgramInput): string {
  const algorithm = algorithmNamed(train.algorithm);
  if (algorithm === undefined) return ice(`there is no algorithm ${train.algorithm}`);
  const learnerFile = `runtime/learners/${algorithm.source.file}`;
  const { declarations, ambiguous } = readSources([learnerFile, 'runtime/train/training.ts'], read);
  const shape = shapeOf(game, train.envs);
  const hoisted = new Map<string, readonly unknown[]>();
  const ctx: FoldContext = {
    constants: new Map<string, unknown>([
      ['shape', shape],
      ['settings', completeSettings(algorithm, train.settings, game.discount)],
      ['plan', train],
      ['spec', game],
    ]),
    globals: new Set(['shape', 'settings', 'plan', 'spec', 'create', 'makeLearner']),
    renamed: new Map([
      ['makeLearner', algorithm.source.create],
      /** One kind of table is left, so its class is the type. */
      ['Rows', shape.observationRow === 0 ? 'SingleRow' : 'ObservationRows'],
    ]),
    dropped,
    parameters: name => parametersOf(declarations.get(name)),
    inlined: name => inlinable(declarations.get(name)),
    hoist(name, value) {
      const before = hoisted.get(name);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value)) return ice(`two constants ${name}`);
      hoisted.set(name, value);
      return name;
    },
  };

  const texts = new Map<string, string>();
  const add = (name: string): void => {
    const node = declarations.get(name);
    if (node === undefined || texts.has(name)) return;
    if (ambiguous.has(name)) ice(`${name} is declared in two files of the same program`);
    const text = commentOf(node) + removeUnused(fold(node, ctx), name);
    texts.set(name, text);
    for (const used of identifiersIn(text)) add(used);
  };
  for (const root of ['startTraining', 'metricsLine', algorithm.source.create]) add(root);

  const kept = [...declarations.keys()].filter(name => texts.has(name));
  const part = (test: (name: string) => boolean) => kept.filter(test).map(name => texts.get(name) as string);
  const isType = (name: string) => {
    const node = declarations.get(name) as Declaration;
    return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
  };
  const isLoop = (name: string) => fileOf(declarations, name).startsWith('runtime/train/');
  const isLearner = (name: string) => fileOf(declarations, name) === learnerFile;
  const sections = [
    header(train, algorithm.title, algorithm.paper),
    banner('types'),
    ...part(isType),
    banner(`the game ${train.game}`),
    nested(gameText),
    banner('random numbers, tables and exploration'),
    [['agentNames', game.agents] as const, ...hoisted]
      .map(([name, value]) => `const ${name} = ${arrayText(value)};`)
      .join('\n'),
    ...part(name => !isType(name) && !isLoop(name) && !isLearner(name)),
    banner(algorithm.title),
    ...part(name => !isType(name) && isLearner(name)),
    banner('training and evaluation'),
    ...part(name => !isType(name) && isLoop(name)),
    main(train, game),
  ];
  return format(removeUnused(sections.filter(text => text !== '').join('\n\n')));
}

function header(train: TrainSpec, title: string, paper: string): string {
  const lines = [
    `${train.name}: ${title} (${paper}) on ${train.game}.`,
    '',
    `Seeds ${train.seeds.join(', ')}; ${train.budget.amount} ${train.budget.unit}, ${train.envs} parallel ${train.envs === 1 ? 'game' : 'games'}.`,
    'Prints one line of JSON per evaluation. Run it with Node 22.18 or later: node FILE',
  ];
  return [
    '/**',
    ...lines.map(line => ` * ${line.replaceAll('*/', '* /').replaceAll(/[\n\r\u2028\u2029]/g, ' ')}`.trimEnd()),
    ' */',
  ].join('\n');
}

function banner(title: string): string {
  const clean = title.replaceAll(/[\n\r\u2028\u2029]/g, ' ');
  return `// ${'-'.repeat(Math.max(4, 90 - clean.length))} ${clean}`;
}

/**
 * The game in a scope of its own. Its facts are constants of the program, so it keeps neither them nor the types that describe
 * them; what is left is inferred.
 */
function nested(gameText: string): string {
  const file = ts.createSourceFile('game.ts', gameText, ts.ScriptTarget.ES2023, true);
  let body = '';
  for (const statement of file.statements) {
    if (ts.isInterfaceDeclaration(statement) || ts.isReturnStatement(statement) || isDirective(statement)) continue;
    if (ts.isVariableStatement(statement) && statement.getText().startsWith('const spec')) continue;
    body += ts.isFunctionDeclaration(statement) ? withoutType(statement, 'VectorGame') : statement.getFullText();
  }
  return `const create = (() => {\n${body.trim()}\n\nreturn create;\n})();`;
}

function isDirective(statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
}

/** The text of a function, without its return type if that has this name. */
function withoutType(node: ts.FunctionDeclaration, name: string): string {
  const text = node.getFullText();
  if (node.type?.getText() !== name) return text;
  const at = node.getFullStart();
  return `${text.slice(0, node.parameters.end + 1 - at)}${text.slice(node.type.end - at)}`;
}

function main(train: TrainSpec, game: GameSpec): string {
  const { stop } = train;
  return `for (const seed of [${train.seeds.join(', ')}]) {
  const training = startTraining(seed);
  while (!training.done()) {
    training.advance(Number.MAX_SAFE_INTEGER);
    const evaluation = training.evaluate();
    console.log(metricsLine(seed, training.step(), training.episode(), agentNames, evaluation));${
      stop === undefined ? '' : `\n    if (${metricText(stop.metric, game)} ${stop.op} ${stop.value}) break;`
    }
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

function arrayText(value: readonly unknown[]): string {
  return `[${value.map(item => (Array.isArray(item) ? arrayText(item) : typeof item === 'string' ? quote(item) : String(item))).join(', ')}]`;
}

/** The doc comment of a declaration, with its line end. */
function commentOf(node: Declaration): string {
  const text = node.getSourceFile().text.slice(node.getFullStart(), node.getStart());
  const start = text.lastIndexOf('/**');
  return start < 0 ? '' : `${text.slice(start).trimEnd()}\n`;
}

function fileOf(declarations: ReadonlyMap<string, Declaration>, name: string): string {
  return (declarations.get(name) as Declaration).getSourceFile().fileName;
}

function parametersOf(node: Declaration | undefined): readonly string[] | undefined {
  if (node === undefined || !ts.isFunctionDeclaration(node)) return undefined;
  return node.parameters.map(parameter => (ts.isIdentifier(parameter.name) ? parameter.name.text : ''));
}

function inlinable(node: Declaration | undefined): ReturnType<FoldContext['inlined']> {
  if (node === undefined || !ts.isFunctionDeclaration(node)) return undefined;
  const [only, ...more] = node.body?.statements ?? [];
  if (more.length > 0 || only === undefined || !ts.isReturnStatement(only) || only.expression === undefined)
    return undefined;
  return { parameters: parametersOf(node) ?? [], result: only.expression };
}

/** Two-space indentation, and at most one blank line in a row. */
function format(text: string): string {
  const project = new Project({ useInMemoryFileSystem: true });
  const file = project.createSourceFile('program.ts', text);
  file.formatText({ indentSize: 2, convertTabsToSpaces: true, ensureNewLineAtEndOfFile: true });
  return `${file
    .getFullText()
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/\{\n\n/g, '{\n')
    .trimEnd()}\n`;
}

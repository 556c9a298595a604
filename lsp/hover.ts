/** What is known of the thing under the cursor, as Markdown. */
import { layerForms } from '../compiler/networks/layers.ts';
import { solversOf } from '../compiler/requirements/table.ts';
import { algorithmNamed } from '../runtime/learners/catalogue.ts';
import { conditionOf, rulesOf } from '../runtime/solvers/equations.ts';
import { objectiveWords } from '../runtime/solvers/normal/methods.ts';
import { docAlone, solverTable } from '../runtime/solvers/table.ts';
import { optimizerNamed } from '../runtime/train/optimizers.ts';
import type { Sheet, Span } from './base.ts';
import { contains } from './base.ts';
import { builtinNamed, builtinTypes } from './builtins.ts';
import { sweptSettings } from './completionExpected.ts';
import { settingDoc } from './completionLearning.ts';
import type { AgentInsight, FactInsight, FitInsight, GameInsight } from './insight.ts';
import { type Decl, namesOf, type Use } from './names.ts';
import { tableText } from './payoffText.ts';
import { declarationAt, type Project } from './project.ts';
import { situationAt } from './situation.ts';
import { typeOfDecl } from './typeNames.ts';

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

export function hover(project: Project, sheet: Sheet, offset: number): Hover | undefined {
  const found = project.at(sheet, offset);
  if (found !== undefined) {
    const markdown =
      (found.use === undefined ? undefined : special(project, sheet, found.use, offset)) ??
      (found.decl === undefined ? undefined : aboutDecl(project, sheet, found.decl, found.span));
    if (markdown !== undefined) return { span: found.span, markdown };
  }
  const at = sheet.pieceAt(offset);
  const piece = at === undefined ? undefined : sheet.pieces[at];
  if (piece === undefined || piece.kind === 'comment' || piece.kind === 'doc') return undefined;
  const markdown =
    aboutPayoffs(project, sheet, offset) ??
    (piece.kind === 'word' ? aboutWord(project, sheet, piece.text, offset) : undefined);
  return markdown === undefined ? undefined : { span: { start: piece.start, end: piece.end }, markdown };
}

const code = (text: string): string => `\`\`\`marl\n${text}\n\`\`\``;

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join('\n\n');
}

/** In a payoff table: all of it as the compiler reads it, with its equilibria. */
function aboutPayoffs(project: Project, sheet: Sheet, offset: number): string | undefined {
  const declaration = declarationAt(sheet, offset);
  if (declaration?.kind !== 'Game') return undefined;
  const inside = declaration.items.some(item => item.kind === 'Payoff' && contains(item.span, offset));
  const table = inside ? gameOf(project, sheet, declaration.name.text)?.table : undefined;
  return table === undefined ? undefined : tableText(table);
}

// ---------------------------------------------------------------------------------------------- names of the program

function aboutDecl(project: Project, sheet: Sheet, decl: Decl, span: Span): string {
  const here = project.typeAt(sheet, span);
  const type = here ?? typeOfDecl(project, sheet, decl);
  const home = decl.path === sheet.path ? undefined : `From ${shortPath(decl.path)}.`;
  switch (decl.kind) {
    case 'game':
      return joined([code(decl.written), decl.doc, home, gameText(project, sheet, decl)]);
    case 'agents':
      return joined([code(decl.written), agentText(project, sheet, decl)]);
    case 'action':
    case 'member':
      return joined([code(decl.written), decl.doc, home]);
    case 'mixer': {
      const facts = project.insight(sheet.path)?.mixers.find(one => one.name === decl.name)?.facts ?? [];
      const lines = facts.map(fact => `- ${mark(fact.status)} \`${fact.property}\`: ${fact.text}`);
      return joined([code(decl.written), decl.doc, home, lines.join('\n')]);
    }
    case 'state':
    case 'field':
    case 'parameter': {
      const known = here !== undefined && !decl.written.includes(here) ? `Here: \`${alone(here)}\`.` : undefined;
      return joined([code(`${labels[decl.kind]}${decl.written}`), decl.doc, known, owner(decl)]);
    }
    case 'local':
    case 'constant':
    case 'binder':
      return joined([
        code(type === undefined || alone(type) !== type ? decl.written : `${decl.name}: ${type}`),
        decl.doc,
        decl.kind === 'binder' || type === undefined || alone(type) !== type ? undefined : code(decl.written),
      ]);
    default:
      return joined([code(decl.written), decl.doc, home]);
  }
}

/** A range of one number is that number. */
function alone(type: string): string {
  return /^(-?\d+)\.\.\1$/.exec(type)?.[1] ?? type;
}

const labels = { state: 'state ', field: '', parameter: '' } as const;

function owner(decl: Decl): string | undefined {
  if (decl.of === undefined) return undefined;
  return decl.kind === 'state'
    ? `State of ${decl.of}.`
    : decl.kind === 'field'
      ? `Field of ${decl.of}.`
      : `Parameter of ${decl.of}.`;
}

function shortPath(path: string): string {
  return `\`${path.slice(path.lastIndexOf('/') + 1)}\``;
}

/** The insight of a game, from the file it is shown in. */
export function gameOf(project: Project, sheet: Sheet, name: string): GameInsight | undefined {
  return project.insight(sheet.path)?.games.find(game => game.name === name);
}

function gameText(project: Project, sheet: Sheet, decl: Decl): string | undefined {
  const game = gameOf(project, sheet, decl.name);
  if (game === undefined) return undefined;
  const states = 'count' in game.states ? grouped(game.states.count) : `not counted: ${game.states.why}`;
  return joined([
    `**${game.words}**`,
    [`- states: ${states}`, `- horizon: ${game.horizon ?? 'none'}`, ...game.agents.map(agentLine)].join('\n'),
    game.table === undefined ? undefined : tableText(game.table),
    [...game.facts.filter(tells).map(factLine), ...(game.values ?? []).map(one => `- \`${one.claim}\``)].join('\n'),
  ]);
}

function agentText(project: Project, sheet: Sheet, decl: Decl): string | undefined {
  const agent = gameOf(project, sheet, decl.of ?? '')?.agents.find(one => one.class === decl.name);
  return agent === undefined ? undefined : agentLine(agent);
}

function agentLine({ class: name, count, actions, realActions, observation, pieces }: AgentInsight): string {
  const who = count === 1 ? name : `${name} (${count})`;
  const choices = [
    ...(actions.length > 0 && (actions.length > 1 || realActions === 0) ? [`${actions.length} actions`] : []),
    ...(realActions > 0 ? [`${realActions} real numbers`] : []),
  ].join(' and ');
  const sees = observation === 0 ? 'nothing' : `${observation} numbers (${pieces.slice(0, 8).join(', ')})`;
  return `- ${who}: chooses from ${choices}, sees ${sees}`;
}

/** Facts that tell a game apart; what nearly every game has is left out. */
function tells({ property, status }: FactInsight): boolean {
  const usual = [
    'finite',
    'legal_action',
    'well_formed_chance',
    'perfect_recall',
    'informative_observations',
    'distinguishing',
    'rewards_reachable',
  ];
  return status !== 'unknown' && !(usual.includes(property) && status === 'proved');
}

function factLine({ property, status, text }: FactInsight): string {
  return `- ${mark(status)} \`${property}\`: ${text}`;
}

function mark(status: string): string {
  return status === 'proved' ? 'yes' : status === 'refuted' ? 'no' : '?';
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

// ---------------------------------------------------------------------------------------------- names of the catalogue

function special(project: Project, sheet: Sheet, use: Use, offset: number): string | undefined {
  switch (use.target.kind) {
    case 'algorithm':
      return algorithmText(project, sheet, use.name, offset);
    case 'setting': {
      const setting = algorithmNamed(use.target.algorithm)?.settings.find(one => one.name === use.name);
      return setting === undefined ? undefined : joined([code(setting.name), settingDoc(setting)]);
    }
    case 'argument': {
      const setting = optimizerNamed(use.target.of)?.settings.find(one => one.name === use.name);
      return setting === undefined ? undefined : joined([code(setting.name), settingDoc(setting)]);
    }
    case 'concept': {
      const rows = solversOf(use.name).filter(row => row.available);
      const word = project.desk.word(use.name);
      const lines = rows.map(
        row => `- \`by ${row.method}\`: ${solverText(row.concept, row.method) ?? `${row.title}.`} (${row.paper})`,
      );
      return rows.length === 0 && word === undefined
        ? undefined
        : joined([code(use.name), word?.text, equationText(conditionOf(use.name)), lines.join('\n')]);
    }
    case 'method': {
      const declaration = declarationAt(sheet, offset);
      const concept = declaration?.kind === 'Solve' ? declaration.concept.text : '';
      const [row] = solversOf(concept, use.name);
      return row === undefined
        ? undefined
        : joined([
            code(row.method),
            solverText(concept, row.method) ?? `${row.title}.`,
            equationText(rulesOf(concept, row.method)),
            row.paper,
          ]);
    }
    case 'property': {
      const declaration = declarationAt(sheet, offset);
      const name =
        declaration?.kind === 'Game'
          ? declaration.name.text
          : declaration?.kind === 'Assert'
            ? (declaration.of?.path.at(-1)?.text ?? '')
            : '';
      const fact = gameOf(project, sheet, name)?.facts.find(one => one.property === use.name);
      const word = project.desk.word(use.name);
      return word === undefined && fact === undefined
        ? undefined
        : joined([
            code(use.name),
            word?.summary,
            fact === undefined ? undefined : `Of ${name}: ${mark(fact.status)}. ${fact.text}`,
          ]);
    }
    default:
      return undefined;
  }
}

/** What a solver says of itself, in a sentence. */
function solverText(concept: string, method: string): string | undefined {
  const found = solverTable.find(row => row.concept === concept && row.method === method);
  return found === undefined ? undefined : docAlone(found);
}

function algorithmText(project: Project, sheet: Sheet, name: string, offset: number): string | undefined {
  const algorithm = algorithmNamed(name);
  if (algorithm === undefined) return undefined;
  const declaration = declarationAt(sheet, offset);
  const train = declaration?.kind === 'Train' ? declaration.name.text : '';
  const fit = project
    .insight(sheet.path)
    ?.trains.find(one => one.name === train)
    ?.fits.find(one => one.name === name);
  return joined([
    `**${algorithm.title}** (${algorithm.paper})`,
    algorithm.doc,
    equationText(project.desk.equations(name)),
    fit === undefined ? undefined : fitSentence(fit, train),
    `Settings: ${algorithm.settings.map(one => `\`${one.name}\``).join(', ')}`,
  ]);
}

/** As it stands: the signs are those of plain text. */
function equationText(equations: string | undefined): string | undefined {
  return equations === undefined ? undefined : `\`\`\`text\n${equations}\n\`\`\``;
}

function fitSentence({ status, reason }: FitInsight, train: string): string {
  if (status === 'fits') return `It fits the game of ${train}.`;
  return status === 'no' ? `It does not fit the game of ${train}: ${reason}` : `${train}: ${status}; ${reason}`;
}

/** What `maximizing` makes as great as it can be. */
const objectives: Readonly<Record<string, string>> = {
  welfare: 'The sum of all payoffs: sum over i of u_i.',
  egalitarian: 'The least payoff of any agent: min over i of u_i.',
  social_cost:
    'The sum of all payoffs with its sign turned, -sum over i of u_i: the solution that is worst for all together.',
  entropy:
    'The entropy of what is drawn, -sum over joint actions a of p(a) log p(a): the least that is assumed beyond being an equilibrium.',
};

function aboutWord(project: Project, sheet: Sheet, word: string, offset: number): string | undefined {
  const builtin = builtinNamed(word);
  if (builtin !== undefined && !namesOf(sheet).file.names.has(word)) return joined([code(builtin.form), builtin.doc]);
  const optimizer = optimizerNamed(word);
  const layer = layerForms.find(one => one.name === word);
  const inside = situationAt(sheet, offset).brackets.some(
    one => one.head[0] === 'algorithm' || one.head[0] === 'network',
  );
  if (optimizer !== undefined && inside)
    return joined([
      `**${optimizer.title}** (${optimizer.paper})`,
      optimizer.settings.map(one => `- \`${one.name}\`: ${one.doc}`).join('\n'),
    ]);
  if (layer !== undefined) return joined([code(layer.form), `${layer.doc}.`]);
  const declaration = declarationAt(sheet, offset);
  if (declaration?.kind === 'Sweep') {
    const path = declaration.axes.find(axis => axis.path.some(name => contains(name.span, offset)))?.path ?? [];
    const of = path[path.findIndex(name => contains(name.span, offset)) - 1]?.text;
    const settings = of === undefined ? [] : sweptSettings(project, sheet, declaration.of.text, of);
    const setting = settings.find(one => one.name === word);
    if (setting !== undefined) return joined([code(setting.name), settingDoc(setting)]);
  }
  // There `for` counts iterations.
  const solving = declaration?.kind === 'Solve';
  const objective = solving && objectiveWords(declaration.concept.text)?.includes(word) ? objectives[word] : undefined;
  if (objective !== undefined) return joined([code(`maximizing ${word}`), objective]);
  const about = project.desk.word(solving && (word === 'for' || word === 'iterations') ? 'solve' : word);
  if (about !== undefined) return joined([`**${word}**: ${about.summary}`, about.text]);
  const type = builtinTypes.find(([name]) => name === word);
  return type === undefined ? undefined : joined([code(word), type[1]]);
}

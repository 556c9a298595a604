/** What was learned, as text for people. */
import type { GameSpec } from '../games/vector.ts';
import type { LearnedTable } from '../learners/shared/learner.ts';
import { episodeLimit } from '../learners/shared/shape.ts';
import type { Estimate } from './evaluate.ts';
import type { Summary } from './folder.ts';
import type { TrainSpec } from './spec.ts';

/** Tables with more rows or columns than this are summed up in a line. */
export interface DescribeLimits {
  readonly rows: number;
  readonly columns: number;
}

const small: DescribeLimits = { rows: 12, columns: 12 };

/** Agents that are shown one by one. */
const mostAgents = 20;

/** One line per seed and one over all seeds. */
export function describeSummary(summary: Summary, game: GameSpec): string {
  const agents = game.agents.slice(0, mostAgents);
  const lines = [['seed', 'steps', 'episodes', 'return', 'episode length', ...agents]];
  for (const { seed, step, episode, reason, final } of summary.seeds) {
    const start = [`${seed}${reason === 'interrupted' ? ' (interrupted)' : ''}`, String(step), String(episode)];
    if (final === undefined) lines.push([...start, 'not evaluated']);
    else
      lines.push([
        ...start,
        show(final.return),
        short(final.length.mean),
        ...final.returns.slice(0, mostAgents).map(show),
      ]);
  }
  const left = game.agents.length - agents.length;
  const text = align(lines, 1) + (left === 0 ? '' : `\n  (the first ${mostAgents} of ${game.agents.length} agents)`);
  if (summary.return === undefined || summary.seeds.length < 2) return text;
  return `${text}\nover ${summary.seeds.length} seeds: return ${show(summary.return)}`;
}

/** What the numbers of the summary mean, where they could be misread: a line each. */
export function summaryNotes(
  train: Pick<TrainSpec, 'teamReward'>,
  game: GameSpec,
  summary: Summary,
): readonly string[] {
  const finals = summary.seeds.flatMap(({ final }) => (final === undefined ? [] : [final]));
  const notes: string[] = [];
  const unequal = finals.some(({ returns }) => returns.some(({ mean }) => mean !== returns[0]?.mean));
  if (unequal || (game.discount < 1 && finals.length > 0)) {
    const over =
      train.teamReward === 'sum' ? 'the sum over agents of ' : game.agents.length > 1 ? 'the mean over agents of ' : '';
    const cancel = finals.every(({ returns: [a, b, ...more] }) => more.length === 0 && a?.mean === -(b?.mean ?? 0));
    const zero = unequal && cancel ? '; 0 where the rewards cancel, so look at the agents' : '';
    notes.push(`return: ${over}what an episode gives, undiscounted${zero}`);
  }
  for (const { seed, final } of summary.seeds) {
    if (final === undefined || !(final.cut > 0)) continue;
    const { episodes, cut } = final;
    notes.push(
      `seed ${seed}: ${cut} of ${episodes} evaluation episodes did not end and were cut after ${episodeLimit(game)} steps`,
    );
  }
  return notes;
}

/**
 * The tables of one seed: a line per observation seen, a column per action, `*` at the greedy action; mixed policies as
 * probabilities.
 */
export function describePolicy(
  tables: readonly LearnedTable[],
  game: GameSpec,
  limits: DescribeLimits = small,
): string {
  const parts = tables.slice(0, mostAgents).map(table => {
    const columns = columnsOf(table, game);
    const who = table.agent === undefined ? 'all agents' : game.agents[table.agent];
    if (table.rows === 0) return `${who}: nothing learned yet`;
    if (table.rows > limits.rows || columns.length > limits.columns) {
      return `${who}: ${table.rows} ${table.rows === 1 ? 'observation' : 'observations'}, ${columns.length} actions`;
    }
    return `${who} (${meaning[table.quantity] ?? table.quantity})\n${align(linesOf(table, columns), table.keyLength > 0 ? 1 : 0)}`;
  });
  if (tables.length > mostAgents) parts.push(`(the first ${mostAgents} of ${tables.length} tables)`);
  return parts.join('\n\n');
}

/** The greedy joint action of a game without observations, by agent; undefined where a policy is mixed or there is more to see. */
export function greedyActions(tables: readonly LearnedTable[], game: GameSpec): readonly string[] | undefined {
  const choices: string[] = [];
  for (const table of tables) {
    const best = table.rows === 1 && table.keyLength === 0 ? table.best(0) : undefined;
    if (best === undefined) return undefined;
    choices.push(columnsOf(table, game)[best] as string);
  }
  return choices;
}

const meaning: Readonly<Record<string, string>> = {
  Q: 'Q, * greedy',
  AV: 'expected value against the models of the others, * greedy',
  probability: 'probability of each action',
};

/** Action names: of the agent, or of all joint actions with the last agent fastest. */
function columnsOf(table: LearnedTable, game: GameSpec): readonly string[] {
  if (table.agent !== undefined) return game.actionNames[table.agent]!;
  return game.actionNames.reduce<readonly string[]>(
    (joint, names) => joint.flatMap(first => names.map(name => (first === '' ? name : `${first} ${name}`))),
    [''],
  );
}

function linesOf(table: LearnedTable, columns: readonly string[]): string[][] {
  const seen = table.keyLength > 0;
  const lines = [[...(seen ? ['observation'] : []), ...columns]];
  for (let row = 0; row < table.rows; row++) {
    const best = table.best(row);
    const cells = columns.map((_, a) => {
      if (!table.legal(row, a)) return '-';
      return `${short(table.value(row, a))}${best === undefined ? '' : a === best ? '*' : ' '}`;
    });
    lines.push([...(seen ? [Array.from(table.key(row), short).join(' ')] : []), ...cells]);
  }
  return lines;
}

function show({ mean, stderr }: Estimate): string {
  return stderr === 0 ? short(mean) : `${short(mean)} +- ${short(stderr)}`;
}

/** Four significant digits, without trailing zeros. */
function short(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}

/** Columns two spaces apart: the first `labels` flush left, numbers flush right. */
function align(lines: readonly (readonly string[])[], labels: number): string {
  const widths: number[] = [];
  for (const line of lines) for (const [k, cell] of line.entries()) widths[k] = Math.max(widths[k] ?? 0, cell.length);
  const pad = (cell: string, k: number) => (k < labels ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!));
  return lines.map(line => `  ${line.map(pad).join('  ')}`.trimEnd()).join('\n');
}

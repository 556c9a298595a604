/** What was learned, as text for people. */
import type { GameSpec } from '../games/vector.ts';
import type { LearnedTable } from '../learners/shared/learner.ts';
import { episodeLimit } from '../learners/shared/shape.ts';
import type { Estimate } from './evaluate.ts';
import { figure, overSeeds, withNoise } from './figures.ts';
import { type Summary, sound } from './folder.ts';
import { reductionOf, type Told } from './reduction.ts';
import { type Ended, returnLabel, returnsCancel, type ShownReturn, shownOverSeeds, shownReturns } from './reported.ts';
import type { TrainSpec } from './spec.ts';

/** How much of a table is shown; what is left out is counted. */
export interface DescribeLimits {
  readonly rows: number;
  /** Actions side by side; tables with more show the best one of each row. */
  readonly columns: number;
}

const small: DescribeLimits = { rows: 12, columns: 12 };

/** What one agent (or, for `undefined`, all together) saw in a row of a table, in the game's words: `card=King moves=[Pass]`. */
export type ReadKey = (agent: number | undefined, key: Float32Array) => string;

/** Which of two keys comes first: negative, 0 or positive, as `sort` takes it. */
export type OrderKeys = (agent: number | undefined, a: Float32Array, b: Float32Array) => number;

const asNumbers: ReadKey = (_, key) => Array.from(key, figure).join(' ');

/** Agents that are shown one by one. */
const mostAgents = 20;

/** Losses and norms of the learner that are shown beside the returns. */
const mostStatistics = 6;

/**
 * One line per seed and one over all seeds. Columns are the return of all agents and each agent's, or the classes' or agents' where
 * `report` asks for them; the mean over agents is left out where it is 0 because the rewards cancel. `statistics`: what the learner of a
 * seed said of itself, a column each.
 */
export function describeSummary(
  summary: Summary,
  game: GameSpec,
  train: Told = { teamReward: 'none' },
  statistics: (seed: number) => Readonly<Record<string, number>> = () => ({}),
): string {
  const seeds = sound(summary);
  const names = [...new Set(seeds.flatMap(({ seed }) => Object.keys(statistics(seed))))].slice(0, mostStatistics);
  const finals = finalsOf(summary);
  const { columns, left } = returnColumns(train, game, finals);
  const [team, others] = [columns.filter(c => c.agent === undefined), columns.filter(c => c.agent !== undefined)];
  const labels = (some: readonly ShownReturn[]): string[] => some.map(({ label, agent }) => agent ?? label);
  const lines = [['seed', 'steps', 'episodes', ...labels(team), 'episode length', ...labels(others), ...names]];
  for (const { seed, step, episode, reason, final, diverged } of summary.seeds) {
    if (diverged !== undefined) {
      lines.push([`${seed}`, String(step), String(episode), `diverged at step ${diverged.step}`]);
      continue;
    }
    const start = [`${seed}${reason === 'interrupted' ? ' (interrupted)' : ''}`, String(step), String(episode)];
    if (final === undefined) lines.push([...start, 'not evaluated']);
    else
      lines.push([
        ...start,
        ...team.map(column => noisy(column.of(final))),
        figure(final.length.mean),
        ...others.map(column => noisy(column.of(final))),
        ...names.map(name => {
          const value = statistics(seed)[name];
          return value === undefined ? '' : figure(value);
        }),
      ]);
  }
  const text = align(lines, 1) + (left === '' ? '' : `\n  (${left})`);
  if (summary.return === undefined || seeds.length < 2) return text;
  const over = headlines(summary, game, train)
    .slice(0, mostAgents)
    .map(({ label, value }) => `${label} ${noisy(value)}`);
  const counted = seeds.length < summary.seeds.length ? `${seeds.length} of ${summary.seeds.length}` : seeds.length;
  return `${text}\nover ${counted} seeds: ${over.join(', ')}`;
}

/** The columns of returns in tables of a line per seed, and a remark on what is not shown. */
export function returnColumns(
  train: Told,
  game: GameSpec,
  finals: readonly Ended[],
): { readonly columns: readonly ShownReturn[]; readonly left: string } {
  const shown = shownReturns(train, game, finals).filter(({ agent }) => agent === undefined);
  const agents = shownReturns({ teamReward: 'none', report: { reduction: 'mean', per: 'agent' } }, game, finals);
  const few = (some: readonly ShownReturn[]): readonly ShownReturn[] => some.slice(0, mostAgents);
  if (train.report?.per === 'class') {
    const count = game.classNames.length;
    return { columns: few(shown), left: count <= mostAgents ? '' : `the first ${mostAgents} of ${count} classes` };
  }
  const count = game.agents.length;
  const left = count <= mostAgents ? '' : `the first ${mostAgents} of ${count} agents`;
  return { columns: [...shown, ...few(agents)], left };
}

function noisy(value: Estimate | undefined): string {
  return value === undefined ? '' : withNoise(value);
}

/**
 * The one number that stands for a training: the return over the seeds, or that of the first agent where the mean over agents
 * is always 0. Undefined before the first evaluation.
 */
export function headline(
  summary: Summary,
  game: Pick<GameSpec, 'agents'>,
  train: Told,
): { readonly label: string; readonly value: Estimate | undefined; readonly agent: string | undefined } {
  const finals = finalsOf(summary);
  if (!returnsCancel(train, finals))
    return { label: returnLabel(train, game, finals), value: summary.return, agent: undefined };
  const means = finals.flatMap(({ returns: [first] }) => (first === undefined ? [] : [first.mean]));
  const [agent] = game.agents;
  return { label: `return of ${agent ?? 'the first agent'}`, value: overSeeds(means), agent };
}

/** The returns that are shown of a training, with their values over the seeds. */
export function headlines(
  summary: Summary,
  game: GameSpec,
  train: Told,
): readonly (ShownReturn & { readonly value: Estimate | undefined })[] {
  const finals = finalsOf(summary);
  return shownReturns(train, game, finals).map(shown => ({ ...shown, value: shownOverSeeds(shown, finals) }));
}

function finalsOf(summary: Summary): readonly NonNullable<Summary['seeds'][number]['final']>[] {
  return sound(summary).flatMap(({ final }) => (final === undefined ? [] : [final]));
}

/** What `return` means, in a line. */
function returnNote(train: Told, game: GameSpec): string {
  const names = { mean: 'the mean', sum: 'the sum', max: 'the greatest', min: 'the least' } as const;
  const per = train.report?.per ?? 'team';
  const which = names[reductionOf(train)];
  const alone =
    per === 'agent' || (train.report === undefined && train.teamReward !== 'sum' && game.agents.length === 1);
  const over = alone ? '' : `${which} over ${per === 'class' ? 'the agents of each class' : 'agents'} of `;
  return `return: ${over}what an episode gives${per === 'agent' ? ' each agent' : ''}, undiscounted`;
}

/** What the numbers of the summary mean, where they could be misread: a line each. */
export function summaryNotes(
  train: Told & Partial<Pick<TrainSpec, 'evaluate'>>,
  game: GameSpec,
  summary: Summary,
  statistics: (seed: number) => Readonly<Record<string, number>> = () => ({}),
): readonly string[] {
  const finals = finalsOf(summary);
  const notes: string[] = [];
  const unequal = finals.some(({ returns }) => returns.some(({ mean }) => mean !== returns[0]?.mean));
  const told = train.report !== undefined || unequal || game.discount < 1;
  if (!returnsCancel(train, finals) && told && finals.length > 0) notes.push(returnNote(train, game));
  if (train.evaluate?.policy === 'sampled') notes.push('evaluated with the sampled policy');
  const untrained = sound(summary).filter(({ seed }) => statistics(seed).updates === 0);
  if (untrained.length > 0)
    notes.push(
      `nothing was learned: no update was made (seed ${untrained.map(({ seed }) => seed).join(', ')}), and the policies are those that the training began with; give it a larger budget, or let it update earlier`,
    );
  for (const { seed, final } of sound(summary)) {
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
 * probabilities. `read` puts observations into words; without it they are the numbers that the learner was given. `order` is that of the
 * observations; without it the lines stand as the learner has them.
 */
export function describePolicy(
  tables: readonly LearnedTable[],
  game: GameSpec,
  limits: DescribeLimits = small,
  read: ReadKey = asNumbers,
  order?: OrderKeys,
): string {
  const parts = tables.slice(0, mostAgents).map(unordered => {
    const table = inOrder(unordered, order);
    const columns = columnsOf(table, game);
    const who = table.agent === undefined ? 'all agents' : game.agents[table.agent];
    if (table.rows === 0) return `${who}: nothing learned yet`;
    const labels = table.keyLength > 0 ? 1 : 0;
    const shown = Math.min(table.rows, limits.rows);
    const left = table.rows - shown;
    const more = left === 0 ? '' : `\n  ... and ${left} more observation${left === 1 ? '' : 's'}`;
    const wide = columns.length > limits.columns;
    const lines = wide ? bestLines(table, columns, shown, read) : linesOf(table, columns, shown, read);
    const heading = `${who} (${(wide ? bestMeaning : meaning)[table.quantity] ?? table.quantity})`;
    return `${heading}\n${align(lines, wide ? labels + 1 : labels)}${more}`;
  });
  if (tables.length > mostAgents) parts.push(`(the first ${mostAgents} of ${tables.length} tables)`);
  return parts.join('\n\n');
}

/** One learned table as data for other programs. */
export interface PolicyTable {
  /** Undefined where one table is for all agents. */
  readonly agent: string | undefined;
  /** `Q`, `AV`, `probability`: what the numbers are. */
  readonly quantity: string;
  /** Observations seen, of which `table` holds the first ones. */
  readonly observations: number;
  readonly table: readonly {
    /** In words, and as the numbers that the learner was given. */
    readonly observation: string;
    readonly numbers: readonly number[];
    /** Legal actions only. */
    readonly values: Readonly<Record<string, number>>;
    /** Undefined where the policy is mixed. */
    readonly greedy: string | undefined;
  }[];
}

/** The tables of one seed as data, at most `rows` observations and `columns` actions of each; wider tables are left out. */
export function policyTables(
  tables: readonly LearnedTable[],
  game: GameSpec,
  limits: DescribeLimits,
  read: ReadKey = asNumbers,
  order?: OrderKeys,
): readonly PolicyTable[] {
  return tables.slice(0, mostAgents).map(unordered => {
    const table = inOrder(unordered, order);
    const columns = columnsOf(table, game);
    const shown = columns.length > limits.columns ? 0 : Math.min(table.rows, limits.rows);
    return {
      agent: table.agent === undefined ? undefined : game.agents[table.agent],
      quantity: table.quantity,
      observations: table.rows,
      table: Array.from({ length: shown }, (_, row) => {
        const key = table.key(row);
        const best = table.best(row);
        const legal = columns.flatMap((name, a) => (table.legal(row, a) ? [[name, table.value(row, a)] as const] : []));
        return {
          observation: table.keyLength === 0 ? '' : read(table.agent, key),
          numbers: [...key],
          values: Object.fromEntries(legal),
          greedy: best === undefined ? undefined : columns[best],
        };
      }),
    };
  });
}

/** The same table with its lines in order; those that are equal to `order` stay as they are. */
function inOrder(table: LearnedTable, order: OrderKeys | undefined): LearnedTable {
  if (order === undefined || table.rows < 2 || table.keyLength === 0) return table;
  const keys = Array.from({ length: table.rows }, (_, row) => table.key(row));
  const rows = keys.map((_, row) => row);
  rows.sort((a, b) => order(table.agent, keys[a]!, keys[b]!));
  return {
    ...table,
    key: row => keys[rows[row]!]!,
    value: (row, action) => table.value(rows[row]!, action),
    legal: (row, action) => table.legal(rows[row]!, action),
    best: row => table.best(rows[row]!),
  };
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
  action: 'what it does',
  Q: 'Q, * greedy',
  AV: 'expected value against the models of the others, * greedy',
  probability: 'probability of each action',
};

const bestMeaning: Readonly<Record<string, string>> = {
  Q: 'greedy action and its Q',
  AV: 'greedy action and its expected value against the models of the others',
  probability: 'likeliest action and its probability',
};

/** Action names: of the agent, with its real numbers as `[0]`, `[1]` behind; or of all joint actions with the last agent fastest. */
function columnsOf(table: LearnedTable, game: GameSpec): readonly string[] {
  const { columns } = table;
  if (table.agent !== undefined && columns !== undefined) {
    const names = game.actionNames[table.agent]!.slice(0, columns.finite);
    return [...names, ...Array.from({ length: columns.reals }, (_, k) => `[${k}]`)];
  }
  if (table.agent !== undefined) return game.actionNames[table.agent]!;
  return game.actionNames.reduce<readonly string[]>(
    (joint, names) => joint.flatMap(first => names.map(name => (first === '' ? name : `${first} ${name}`))),
    [''],
  );
}

function linesOf(table: LearnedTable, columns: readonly string[], rows: number, read: ReadKey): string[][] {
  const seen = table.keyLength > 0;
  const lines = [[...(seen ? ['observation'] : []), ...columns]];
  for (let row = 0; row < rows; row++) {
    const best = table.best(row);
    const cells = columns.map((_, a) => {
      if (!table.legal(row, a)) return '-';
      return `${figure(table.value(row, a))}${best === undefined ? '' : a === best ? '*' : ' '}`;
    });
    lines.push([...(seen ? [keyText(table, row, read)] : []), ...cells]);
  }
  return lines;
}

/** The best action of each row only, for tables too wide to show. */
function bestLines(table: LearnedTable, columns: readonly string[], rows: number, read: ReadKey): string[][] {
  const seen = table.keyLength > 0;
  const lines = [[...(seen ? ['observation'] : []), 'action', table.quantity]];
  for (let row = 0; row < rows; row++) {
    const best = table.best(row) ?? likeliest(table, row, columns.length);
    lines.push([...(seen ? [keyText(table, row, read)] : []), columns[best] as string, figure(table.value(row, best))]);
  }
  return lines;
}

function likeliest(table: LearnedTable, row: number, count: number): number {
  let best = 0;
  for (let a = 1; a < count; a++) if (table.value(row, a) > table.value(row, best)) best = a;
  return best;
}

/** Columns of an observation on the terminal; whole boards are cut. */
const mostKey = 100;

function keyText(table: LearnedTable, row: number, read: ReadKey): string {
  const text = read(table.agent, table.key(row));
  return text.length <= mostKey ? text : `${text.slice(0, mostKey - 3)}...`;
}

/** Columns two spaces apart: the first `labels` flush left, numbers flush right. */
function align(lines: readonly (readonly string[])[], labels: number): string {
  const widths: number[] = [];
  for (const line of lines) for (const [k, cell] of line.entries()) widths[k] = Math.max(widths[k] ?? 0, cell.length);
  const pad = (cell: string, k: number) => (k < labels ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!));
  return lines.map(line => `  ${line.map(pad).join('  ')}`.trimEnd()).join('\n');
}

/** What was learned, in words: the policy of a small game, observation by observation. */
import type { GameSpec } from '../runtime/games/vector.ts';
import type { LearnedTable } from '../runtime/learners/shared/learner.ts';
import { shortNumber } from './text.ts';

const mostRows = 12;

/** One line per agent (or for all together) of a one-step game; up to a dozen observations otherwise. */
export function learnedLines(tables: readonly LearnedTable[], game: GameSpec): readonly string[] {
  return tables.flatMap(table => {
    const who = table.agent === undefined ? 'all' : (game.agents[table.agent] as string);
    const rows = Array.from({ length: Math.min(table.rows, mostRows) }, (_, row) => {
      const seen = [...table.key(row)].map(shortNumber).join(' ');
      return `  ${who}${seen === '' ? '' : ` on (${seen})`}: ${rowText(table, row, game)}`;
    });
    return table.rows > mostRows ? [...rows, `  ${who}: ${table.rows - mostRows} more observations`] : rows;
  });
}

/** The best action and what it is worth, or the probabilities of a mixed policy. */
function rowText(table: LearnedTable, row: number, game: GameSpec): string {
  const names = namesOf(table, game);
  const best = table.best(row);
  const values = names.flatMap((name, action) => (table.legal(row, action) ? [{ name, value: table.value(row, action) }] : []));
  const shown = values.slice(0, 9).map(({ name, value }) => `${name} ${shortNumber(value)}`).join(', ');
  const rest = values.length > 9 ? ', ...' : '';
  if (best === undefined) return `${shown}${rest}`;
  return `${names[best]} (${table.quantity}: ${shown}${rest})`;
}

/** Joint actions by name, the last agent fastest. */
function namesOf(table: LearnedTable, game: GameSpec): readonly string[] {
  if (table.agent !== undefined) return game.actionNames[table.agent] as readonly string[];
  return game.actionNames.reduce<readonly string[]>((all, names) => all.flatMap(before => names.map(name => (before === '' ? name : `${before} ${name}`))), ['']);
}

/** The payoffs of a small one-step game of two agents, with its equilibria in pure strategies. */
import type { TabularGame } from '../runtime/games/tabular.ts';
import { type NormalForm, normalForm } from '../runtime/solvers/normal-form.ts';

export interface PayoffTable {
  readonly agents: readonly string[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Payoffs of both agents, row by row. */
  readonly cells: readonly (readonly (readonly [string, string])[])[];
  /** Row and column of every cell from which nobody gains by leaving alone. */
  readonly equilibria: readonly (readonly [number, number])[];
}

/** Actions of one agent that still make a table to read. */
const widest = 12;

/** Undefined for games of several steps, of other numbers of agents, or with too many actions. */
export function payoffTable(game: TabularGame): PayoffTable | undefined {
  if (game.agents.length !== 2 || game.stateCount !== 1) return undefined;
  const form = normalForm(game);
  if ('refused' in form) return undefined;
  const [height = 0, width = 0] = form.counts;
  if (height > widest || width > widest || height * width < 2) return undefined;
  const cells = numbers(height).map(row =>
    numbers(width).map((column): readonly [string, string] => {
      const profile = row * width + column;
      return [shown(form, profile, 0), shown(form, profile, 1)];
    }),
  );
  return {
    agents: form.agents,
    rows: form.choiceNames[0] ?? [],
    columns: form.choiceNames[1] ?? [],
    cells,
    equilibria: pureEquilibria(form, height, width),
  };
}

function pureEquilibria(form: NormalForm, height: number, width: number): readonly (readonly [number, number])[] {
  const pay = (row: number, column: number, agent: number): number =>
    form.payoff[(row * width + column) * 2 + agent] as number;
  return numbers(height).flatMap(row =>
    numbers(width).flatMap(column => {
      const stays =
        numbers(height).every(other => pay(other, column, 0) <= pay(row, column, 0)) &&
        numbers(width).every(other => pay(row, other, 1) <= pay(row, column, 1));
      return stays ? [[row, column] as const] : [];
    }),
  );
}

function shown(form: NormalForm, profile: number, agent: number): string {
  const exact = form.exact?.[profile * 2 + agent];
  if (exact !== undefined) return exact.toString();
  return String(Number((form.payoff[profile * 2 + agent] as number).toPrecision(4)));
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, k) => k);
}

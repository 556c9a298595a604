/** The payoffs of a small one-step game of two agents, with its equilibria in pure strategies. */
import type { Rational } from '../runtime/games/rational.ts';
import type { TabularGame } from '../runtime/games/tabular.ts';
import { bilinear, matricesOf } from '../runtime/solvers/normal/bimatrix.ts';
import { type NormalForm, normalForm } from '../runtime/solvers/normal-form.ts';
import { extremeEquilibria } from '../runtime/solvers/vertices.ts';

export interface PayoffTable {
  readonly agents: readonly string[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Payoffs of both agents, row by row. */
  readonly cells: readonly (readonly (readonly [string, string])[])[];
  /** Row and column of every cell from which nobody gains by leaving alone. */
  readonly equilibria: readonly (readonly [number, number])[];
  /** Extreme equilibria in which somebody mixes, in words; undefined where they were not looked for. */
  readonly mixed?: readonly string[];
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
    ...mixedEquilibria(form, height, width),
  };
}

/** Actions of both agents together up to which all vertices are looked at: a few milliseconds. */
const mostMixed = 8;
const mostBases = 2_000;

/** Nothing where payoffs are no fractions, or where the search was too long to be complete. */
function mixedEquilibria(form: NormalForm, height: number, width: number): Pick<PayoffTable, 'mixed'> {
  if (form.exact === undefined || height + width > mostMixed) return {};
  const [a, b] = matricesOf(form.exact, height, width);
  let bases = 0;
  const { equilibria, complete } = extremeEquilibria(a, b, height, width, () => ++bases > mostBases);
  if (!complete) return {};
  const mixes = (strategy: readonly Rational[]): boolean => strategy.filter(p => p.sign !== 0).length > 1;
  const plays = (agent: number, strategy: readonly Rational[]): string => {
    const weights = strategy.flatMap((p, k) => (p.sign === 0 ? [] : [`${p} ${form.choiceNames[agent]?.[k]}`]));
    return `${form.agents[agent]} ${weights.join(' + ')}`;
  };
  return {
    mixed: equilibria
      .filter(([x, y]) => mixes(x) || mixes(y))
      .map(([x, y]) => {
        const worth = [bilinear(a, x, y), bilinear(b, x, y)].join(', ');
        return `${plays(0, x)}; ${plays(1, y)}; worth ${worth}`;
      }),
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

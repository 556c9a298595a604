/** What importers of all formats share. */
import { exactText } from '../../runtime/formats/numbers.ts';
import type { Rational } from '../../runtime/games/rational.ts';
import { docLines, Names, plainly, reservedNames } from './names.ts';

/** A program, or why there is none: message and remedy. */
export type Imported =
  | { readonly text: string; readonly game: string; readonly notes: readonly string[]; readonly refused?: undefined }
  | { readonly refused: string; readonly remedy: string };

/** Agents of a game with names for them and their actions. */
export interface Cast {
  readonly game: string;
  readonly agents: readonly string[];
  /** Per agent; agents may share names. */
  readonly actions: readonly (readonly string[])[];
  /** Have all agents the same actions? Then there is one set, and its type is `Action`. */
  readonly shared: boolean;
  /** Gives names that none of the above has. */
  readonly names: Names;
}

export function castOf(
  title: string,
  file: string,
  players: readonly string[],
  actions: readonly (readonly string[])[],
): Cast {
  const names = new Names(reservedNames);
  const game = names.fresh(/[A-Za-z0-9]/.test(title) ? title : file, 'Game');
  const agents = names.all(players, 'Player');
  const shared = actions.every(
    list => list.length === actions[0]?.length && list.every((label, k) => label === actions[0]?.[k]),
  );
  const taken = [...names.used];
  const lists = actions.map(labels => {
    const own = new Names(taken);
    return own.all(labels, 'A');
  });
  return { game, agents, actions: lists, shared, names: new Names([...taken, ...lists.flat()]) };
}

/** `actions { A, B }`, or a set per agent. */
export function actionTypes({ shared, agents, actions }: Cast): readonly string[] {
  return agents.map(agent => (shared || actions.length === 1 ? 'Action' : `Action[${agent}]`));
}

/** The head of a game: what is known of it, and the labels of agents whose names differ from them. */
export function headLines(title: string, comment: string, cast: Cast, players: readonly string[]): readonly string[] {
  const renamed = players.flatMap((label, i) =>
    plainly(cast.agents[i] ?? '', label) ? [] : [`${cast.agents[i]} is ${JSON.stringify(label)}.`],
  );
  return docLines(title, comment, renamed.join(' '));
}

export function numberText(value: Rational): string {
  return exactText(value);
}

/** A training that fits every imported game. */
export function trainLines(game: string, steps: number): readonly string[] {
  const grouped = (n: number): string => `${n}`.replace(/\B(?=(\d{3})+$)/g, '_');
  return [
    `train Learn on ${game} {`,
    '  algorithm IQL {',
    '    alpha   = 0.1',
    `    epsilon = 1.0 -> 0.05 over ${grouped(steps * 0.8)} steps`,
    '  }',
    `  budget ${grouped(steps)} steps`,
    '}',
  ];
}

/** Columns of words, aligned to the right. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((word, k) => {
      widths[k] = Math.max(widths[k] ?? 0, word.length);
    });
  return rows.map(row =>
    row
      .map((word, k) => word.padStart(widths[k] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

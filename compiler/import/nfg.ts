/** A strategic form as a program: a payoff table. */
import type { NfgGame } from '../../runtime/formats/nfg.ts';
import type { Rational } from '../../runtime/games/rational.ts';
import { listing } from './names.ts';
import { actionTypes, aligned, castOf, headLines, type Imported, numberText, trainLines } from './program.ts';

/** Profiles that are written out. */
const mostProfiles = 20_000;

/** @param file names the game where its title does not */
export function nfgProgram(game: NfgGame, file: string): Imported {
  const profiles = game.payoffs.length / game.players.length;
  if (profiles > mostProfiles)
    return {
      refused: `the game has ${profiles} profiles, and a payoff table of more than ${mostProfiles} is no readable program`,
      remedy: 'write the rule behind the payoffs as a `reward` instead',
    };
  const cast = castOf(game.title, file, game.players, game.strategies);
  const { agents, actions } = cast;
  const types = actionTypes(cast);
  const lists =
    types[0] === 'Action'
      ? listing('actions', actions[0] ?? [], game.strategies[0] ?? [], '  ')
      : agents.flatMap((agent, i) => listing(`actions[${agent}]`, actions[i] ?? [], game.strategies[i] ?? [], '  '));
  const concepts = agents.length === 2 ? ['pure', 'nash'] : ['pure'];
  const lines = [
    ...headLines(game.title, game.comment, cast, game.players),
    `game ${cast.game} {`,
    `  agents ${agents.join(', ')}`,
    ...lists,
    '  payoff {',
    ...(agents.length === 2 ? table(game, actions) : profileLines(game, actions)),
    '  }',
    '}',
    '',
    ...concepts.map(concept => `solve ${concept} of ${cast.game}`),
    '',
    ...trainLines(cast.game, 20_000),
  ];
  return { text: `${lines.join('\n')}\n`, game: cast.game, notes: [] };
}

function cell(game: NfgGame, profile: number): string {
  const n = game.players.length;
  const values = game.payoffs.slice(profile * n, profile * n + n).map((value: Rational) => numberText(value));
  return n === 1 ? (values[0] ?? '0') : `(${values.join(', ')})`;
}

/** Two agents: a row per action of the first, a column per action of the second. */
function table(game: NfgGame, actions: readonly (readonly string[])[]): readonly string[] {
  const [rows = [], columns = []] = actions;
  const lines = rows.map((row, r) => [`${row}:`, ...columns.map((_, c) => cell(game, r + c * rows.length))]);
  return aligned([['', ...columns], ...lines]).map(line => `    ${line}`);
}

/** Any number of agents: a line per profile, last agent fastest as in tables of the language. */
function profileLines(game: NfgGame, actions: readonly (readonly string[])[]): readonly string[] {
  const lines: string[] = [];
  const choice = actions.map(() => 0);
  for (;;) {
    let profile = 0;
    for (let i = actions.length - 1; i >= 0; i--) profile = profile * (actions[i]?.length ?? 1) + (choice[i] ?? 0);
    lines.push(`    (${choice.map((a, i) => actions[i]?.[a]).join(', ')}): ${cell(game, profile)}`);
    let i = actions.length - 1;
    for (; i >= 0; i--) {
      choice[i] = (choice[i] ?? 0) + 1;
      if ((choice[i] ?? 0) < (actions[i]?.length ?? 1)) break;
      choice[i] = 0;
    }
    if (i < 0) return lines;
  }
}

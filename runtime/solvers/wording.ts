/** Pieces of answers in words. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { Strategy } from '../verify/claim.ts';
import { isExact, type Num, showNum, toFloat } from '../verify/number.ts';

/** States, device entries and profiles printed before the rest is only counted. */
export const mostLines = 24;

/** `decimals`: fractions too, because others beside them are too long for fractions. */
export function perAgent(game: TabularGame, numbers: readonly Num[], digitCount = 6, decimals = false): string {
  return game.agents.map((agent, i) => `${agent} ${showNum(numbers[i] as Num, digitCount, decimals)}`).join(', ');
}

export function more(lines: string[], rest: number, what: string): string[] {
  return rest > 0 ? [...lines, `  ... and ${rest} more ${what}`] : lines;
}

export function strategyLines(
  game: TabularGame,
  state: number,
  profile: readonly Strategy[],
  indent: string,
): string[] {
  const width = Math.max(...game.agents.map(agent => agent.length));
  return game.agents.map(
    (agent, i) => `${indent}${agent.padEnd(width)}  ${strategyText(game, state, i, profile[i] ?? [])}`,
  );
}

/** `Rock 1/3, Paper 1/3, Scissors 1/3`; a single action without its 1. */
export function strategyText(game: TabularGame, state: number, agent: number, strategy: Strategy): string {
  const used = strategy.flatMap((p, choice) => (toFloat(p) > 0 ? [{ p, choice }] : []));
  const [only] = used;
  if (used.length === 1 && only !== undefined) return choiceName(game, state, agent, only.choice);
  return used
    .map(({ p, choice }) => `${choiceName(game, state, agent, choice)} ${showNum(p, isExact(p) ? 24 : 6)}`)
    .join(', ');
}

export function profileText(game: TabularGame, state: number, choices: readonly number[]): string {
  return `(${choices.map((choice, i) => choiceName(game, state, i, choice)).join(', ')})`;
}

export function choiceName(game: TabularGame, state: number, agent: number, choice: number): string {
  const action = legalOf(game, state, agent)[choice];
  return action === undefined ? '-' : (game.actionNames[agent]?.[action] ?? String(action));
}

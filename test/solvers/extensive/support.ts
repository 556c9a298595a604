/** Library games and small ones as trees, and an exploitability by hand that shares nothing with the solvers. */
import { enumerate } from '../../../compiler/game/exact.ts';
import type { TabularGame } from '../../../runtime/games/tabular.ts';
import { type SequenceForm, sequenceForm } from '../../../runtime/solvers/extensive/form.ts';
import { buildTree, type GameTree } from '../../../runtime/solvers/extensive/tree.ts';
import { type Answer, isRefusal, type SolveOptions, solve } from '../../../runtime/solvers/index.ts';
import { gameOf } from '../../stdlib/library.ts';

const listed = new Map<string, TabularGame>();

/** A game of the library, as written after `of`. */
export function library(written: string): TabularGame {
  let game = listed.get(written);
  if (game === undefined) {
    const found = enumerate(gameOf(written), { maxStates: 100_000 });
    if (found.game === undefined) throw new Error(found.problem.message);
    game = found.game;
    listed.set(written, game);
  }
  return game;
}

export function treeOf(game: TabularGame): GameTree {
  const tree = buildTree(game);
  if (isRefusal(tree)) throw new Error(tree.refused);
  return tree;
}

export function formOf(game: TabularGame): SequenceForm {
  return sequenceForm(treeOf(game));
}

export async function answerOf(game: TabularGame, options: SolveOptions): Promise<Answer> {
  const answer = await solve(game, options);
  if (isRefusal(answer)) throw new Error(`${answer.refused}; ${answer.remedy}`);
  return answer;
}

/** Kuhn poker by hand (Kuhn 1950): strategies as the probability of betting or calling. */
export interface KuhnPlay {
  /** First with Jack, Queen, King: opens with a bet; calls after passing. */
  readonly open: readonly number[];
  readonly call: readonly number[];
  /** Second: bets after a pass; calls a bet. */
  readonly bet: readonly number[];
  readonly match: readonly number[];
}

/** Expected payoff to First, from the rules. */
export function kuhnValue({ open, call, bet, match }: KuhnPlay): number {
  let total = 0;
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) {
      if (a === b) continue;
      const wins = a > b ? 1 : -1;
      const [o, c] = [open[a] as number, call[a] as number];
      const [p, m] = [bet[b] as number, match[b] as number];
      total += o * (m * 2 * wins + (1 - m)) + (1 - o) * (p * (c * 2 * wins - (1 - c)) + (1 - p) * wins);
    }
  return total / 6;
}

/** What a best pure reply of one side earns, over all 64 of them. */
export function kuhnBest(play: KuhnPlay, side: 'First' | 'Second'): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < 64; k++) {
    const bits = Array.from({ length: 6 }, (_, b) => (k >> b) & 1);
    const [low, high] = [bits.slice(0, 3), bits.slice(3)];
    const value =
      side === 'First' ? kuhnValue({ ...play, open: low, call: high }) : -kuhnValue({ ...play, bet: low, match: high });
    best = Math.max(best, value);
  }
  return best;
}

/** Facts about rewards: zero-sum, constant-sum, common; by looking at every outcome. */
import { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { everywhere, type Fact, namedAction, proved, refuted, rewardText, unknown, where } from './base.ts';

/** The rewards of every step add up to 0. */
export function zeroSum(game: TabularGame): Fact {
  if (game.agents.length < 2) return refuted('Zero-sum is about two or more agents, and the game has one.');
  return sameSum(game, 0);
}

/**
 * The rewards of every step add up to one number. A step that ends the game counts like any other, so that in games of
 * varying length the sum of a whole play may still vary.
 */
export function constantSum(game: TabularGame): Fact {
  if (game.agents.length < 2) return refuted('Constant-sum is about two or more agents, and the game has one.');
  return sameSum(game, undefined);
}

/** Every agent gets the same reward in every step. */
export function commonReward(game: TabularGame): Fact {
  const n = game.agents.length;
  if (n < 2) return proved('construction', 'there is one agent');
  for (let state = 0; state < game.stateCount; state++)
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++)
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++)
        for (let agent = 1; agent < n; agent++) {
          if (sameReward(game, o * n, o * n + agent)) continue;
          const numbers = `${game.agents[0]} gets ${rewardText(game, o, 0)} and ${game.agents[agent]} ${rewardText(game, o, agent)}`;
          return refuted(
            sentence(numbers, where(game, state, joint)),
            game.describeState(state),
            namedAction(game, state, joint),
          );
        }
  return proved('exhaustive', everywhere(game));
}

/** Least and greatest reward of an agent in one step; both 0 for a game without steps. */
export function rewardRange(game: TabularGame, agent: number): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let k = agent; k < game.outcomeReward.length; k += game.agents.length) {
    const reward = game.outcomeReward[k] as number;
    if (reward < low) low = reward;
    if (reward > high) high = reward;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

function sameSum(game: TabularGame, wanted: number | undefined): Fact {
  const n = game.agents.length;
  let first: { sum: number; exact: Rational | undefined } | undefined =
    wanted === undefined ? undefined : { sum: wanted, exact: Rational.of(wanted) };
  let rounded = false;
  for (let state = 0; state < game.stateCount; state++)
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++)
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const found = sumOf(game, o);
        first ??= found;
        const equal =
          found.exact !== undefined && first.exact !== undefined
            ? found.exact.equals(first.exact)
            : Math.abs(found.sum - first.sum) <= 1e-9 * found.size;
        if (!equal) {
          const parts = game.agents.map((agent, i) => `${agent} ${rewardText(game, o, i)}`).join(', ');
          const expected = wanted === undefined ? `, elsewhere to ${first.exact ?? first.sum}` : '';
          const text = `the rewards add up to ${found.exact ?? found.sum}${expected}: ${parts}`;
          return refuted(
            sentence(text, where(game, state, joint)),
            game.describeState(state),
            namedAction(game, state, joint),
          );
        }
        if (found.exact === undefined && found.sum !== first.sum) rounded = true;
      }
  if (first === undefined) return unknown('the game has no step');
  const sum = wanted === undefined ? `the sum is ${first.exact ?? first.sum}, ` : '';
  return proved('exhaustive', `${sum}${everywhere(game)}${rounded ? ', up to rounding' : ''}`);

  function sumOf(game: TabularGame, o: number): { sum: number; size: number; exact: Rational | undefined } {
    let sum = 0;
    let size = 0;
    for (let agent = 0; agent < n; agent++) {
      sum += game.outcomeReward[o * n + agent] as number;
      size += Math.abs(game.outcomeReward[o * n + agent] as number);
    }
    if (game.exact === undefined) return { sum, size, exact: undefined };
    let exact = Rational.zero;
    for (let agent = 0; agent < n; agent++) exact = exact.add(game.exact.outcomeReward[o * n + agent] as Rational);
    return { sum, size, exact };
  }
}

function sameReward(game: TabularGame, a: number, b: number): boolean {
  if (game.exact !== undefined)
    return (game.exact.outcomeReward[a] as Rational).equals(game.exact.outcomeReward[b] as Rational);
  return game.outcomeReward[a] === game.outcomeReward[b];
}

function sentence(fact: string, place: string): string {
  const text = place === '' ? fact : `${place}, ${fact}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

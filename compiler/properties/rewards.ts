/** Facts about the rewards of single steps: zero-sum, constant-sum, common; by looking at every outcome. */
import { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import {
  everywhere,
  type Fact,
  nearlyEqual,
  proved,
  refuted,
  rewardText,
  sentence,
  shown,
  unknown,
  where,
} from './base.ts';
import { type Case, refutedAt } from './evidence.ts';

/** The rewards of every step add up to 0. */
export function zeroSum(game: TabularGame): Fact {
  if (game.agents.length < 2) return refuted('Zero-sum is about two or more agents, and the game has one.');
  return sameSum(game, { sum: 0, exact: Rational.zero, at: undefined });
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
          const [left, right] = [rewardText(game, o, 0), rewardText(game, o, agent)];
          return refutedAt(
            game,
            sentence(`${game.agents[0]} gets ${left} and ${game.agents[agent]} ${right}`, where(game, state, joint)),
            { state, joint, outcome: o },
            {
              left: { text: `reward of ${game.agents[0]}`, value: left },
              right: { text: `reward of ${game.agents[agent]}`, value: right },
            },
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

interface Sum {
  readonly sum: number;
  readonly exact: Rational | undefined;
  /** Where it was met; undefined for the number that is wanted. */
  readonly at: Case | undefined;
}

function sameSum(game: TabularGame, wanted: Sum | undefined): Fact {
  const n = game.agents.length;
  let first = wanted;
  let rounded = false;
  for (let state = 0; state < game.stateCount; state++)
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++)
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const at = { state, joint, outcome: o };
        const found = sumOf(game, o);
        first ??= { ...found, at };
        const equal =
          found.exact !== undefined && first.exact !== undefined
            ? found.exact.equals(first.exact)
            : nearlyEqual(found.sum, first.sum, found.size);
        if (!equal) return unequal(game, at, found, first);
        if (found.exact === undefined && found.sum !== first.sum) rounded = true;
      }
  if (first === undefined) return unknown('the game has no step');
  const sum = wanted === undefined ? `the sum is ${first.exact ?? shown(first.sum)}, ` : '';
  return proved('exhaustive', `${sum}${everywhere(game)}${rounded ? ', up to rounding' : ''}`);

  function sumOf(game: TabularGame, o: number): { sum: number; size: number; exact: Rational | undefined } {
    let sum = 0;
    let size = 0;
    for (let agent = 0; agent < n; agent++) {
      sum += game.outcomeReward[o * n + agent] as number;
      size += Math.abs(game.outcomeReward[o * n + agent] as number);
    }
    if (game.exact === undefined) return { sum, size, exact: undefined };
    // Sums of small whole numbers are exact in doubles too.
    if (Number.isSafeInteger(sum) && size < 1e15 && wholeRewards(game, o, n))
      return { sum, size, exact: Rational.of(sum) };
    let exact = Rational.zero;
    for (let agent = 0; agent < n; agent++) exact = exact.add(game.exact.outcomeReward[o * n + agent] as Rational);
    return { sum, size, exact };
  }
}

function unequal(game: TabularGame, at: Required<Case>, found: Omit<Sum, 'at'>, first: Sum): Fact {
  const outcome = at.outcome as number;
  const [left, right] = [`${found.exact ?? shown(found.sum)}`, `${first.exact ?? shown(first.sum)}`];
  const parts = game.agents.map((agent, i) => `${agent} ${rewardText(game, outcome, i)}`);
  const listed = parts.length <= 6 ? parts.join(', ') : `${parts.slice(0, 5).join(', ')}, ...`;
  const expected = first.at === undefined ? '' : `, elsewhere to ${right}`;
  const elsewhere = first.at === undefined ? '' : where(game, first.at.state, first.at.joint);
  return refutedAt(
    game,
    sentence(`the rewards add up to ${left}${expected}: ${listed}`, where(game, at.state, at.joint)),
    at,
    {
      left: { text: 'sum of the rewards', value: left },
      right: { text: first.at === undefined ? 'zero' : `their sum ${elsewhere}`, value: right },
    },
    first.at,
  );
}

function wholeRewards(game: TabularGame, outcome: number, n: number): boolean {
  for (let k = outcome * n; k < (outcome + 1) * n; k++) if (!Number.isSafeInteger(game.outcomeReward[k])) return false;
  // A fraction may be so close to a whole number that its double is one.
  for (let k = outcome * n; k < (outcome + 1) * n; k++)
    if (game.exact?.outcomeReward[k]?.denominator !== 1n) return false;
  return true;
}

function sameReward(game: TabularGame, a: number, b: number): boolean {
  if (game.outcomeReward[a] !== game.outcomeReward[b]) return false;
  if (game.exact === undefined) return true;
  return (game.exact.outcomeReward[a] as Rational).equals(game.exact.outcomeReward[b] as Rational);
}

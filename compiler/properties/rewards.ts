/** Facts about the rewards of single steps: zero-sum, constant-sum, common; by looking at every outcome. */
import { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import { constantTotal } from './algebra/sumsOfRewards.ts';
import {
  everywhere,
  exactText,
  type Fact,
  proved,
  provedUpToRounding,
  refuted,
  rewardText,
  sentence,
  shown,
  unknown,
  where,
} from './base.ts';
import { type Comparison, certain, compareDoubles, compareToZero } from './doubles.ts';
import { type Case, refutedAt } from './evidence.ts';
import { errorOf, type Rounding, rewardErrors } from './rewardErrors.ts';
import { getsText } from './wording.ts';

/** The rewards of every step add up to 0. Where the doubles leave it open, a calculation with the program may still say to what. */
export function zeroSum(game: TabularGame, model?: GameModel): Fact {
  if (game.agents.length < 2) return refuted('Zero-sum is about two or more agents, and the game has one.');
  const total = (): Rational | undefined => (model === undefined ? undefined : constantTotal(model));
  return sameSum(game, model, { sum: 0, size: 0, error: 0, exact: Rational.zero, at: undefined }, total);
}

/**
 * The rewards of every step add up to one number. A step that ends the game counts like any other, so that in games of
 * varying length the sum of a whole play may still vary.
 */
export function constantSum(game: TabularGame, model?: GameModel): Fact {
  if (game.agents.length < 2) return refuted('Constant-sum is about two or more agents, and the game has one.');
  return sameSum(game, model, undefined, () => undefined);
}

/** Every agent gets the same reward in every step. */
export function commonReward(game: TabularGame, model?: GameModel): Fact {
  const n = game.agents.length;
  if (n < 2) return proved('construction', 'there is one agent');
  let open: string | undefined;
  const errors = errorsOf(game, model);
  for (let state = 0; state < game.stateCount; state++)
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++)
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++)
        for (let agent = 1; agent < n; agent++) {
          const error = errorIn(game, errors, o, 0) + errorIn(game, errors, o, agent);
          const compared = doubted(compareRewards(game, o * n, o * n + agent, error), error, errors);
          if (compared === 'equal') continue;
          const [left, right] = [rewardText(game, o, 0), rewardText(game, o, agent)];
          if (compared === 'close') {
            const place = where(game, state, joint);
            open ??= tooClose(
              `${game.agents[0]} gets ${left} and ${game.agents[agent]} ${right}`,
              place,
              error,
              errors,
            );
            continue;
          }
          return refutedAt(
            game,
            sentence(
              `${game.agents[0]} gets ${left} but ${game.agents[agent]} gets ${right}`,
              where(game, state, joint),
            ),
            { state, joint, outcome: o },
            {
              left: { text: `reward of ${game.agents[0]}`, value: left },
              right: { text: `reward of ${game.agents[agent]}`, value: right },
            },
          );
        }
  if (open !== undefined) return unknown(open);
  return game.exact === undefined ? provedUpToRounding(everywhere(game)) : proved('exhaustive', everywhere(game));
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
  /** The sizes of its terms, added up. */
  readonly size: number;
  /** What its terms may be off by, as far as the program shows it. */
  readonly error: number;
  readonly exact: Rational | undefined;
  /** Where it was met; undefined for the number that is wanted. */
  readonly at: Case | undefined;
}

/** `calculated` is the number that all sums come to by the program, asked for where the doubles leave it open. */
function sameSum(
  game: TabularGame,
  model: GameModel | undefined,
  wanted: Sum | undefined,
  calculated: () => Rational | undefined,
): Fact {
  const n = game.agents.length;
  const errors = errorsOf(game, model);
  let first = wanted;
  let rounded = false;
  let open: string | undefined;
  for (let state = 0; state < game.stateCount; state++)
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++)
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const at = { state, joint, outcome: o };
        const found = sumOf(game, errors, o);
        first ??= { ...found, at };
        const error = found.error + first.error;
        const compared = doubted(compareSums(found, first, n), error, errors);
        if (compared === 'different') return unequal(game, at, found, first);
        if (compared === 'close' && open === undefined) {
          const total = calculated();
          if (total !== undefined && first.exact !== undefined && !total.equals(first.exact))
            return unequal(game, at, { ...found, exact: total }, first);
          const other = first.at === undefined ? '' : `, elsewhere to ${shown(first.sum)}`;
          open = tooClose(
            `the rewards of size ${shown(found.size)} add up to ${shown(found.sum)}${other}`,
            where(game, state, joint),
            error,
            errors,
          );
        }
        if (found.exact === undefined) rounded = true;
      }
  if (first === undefined) return unknown('the game has no step');
  if (open !== undefined) return unknown(open);
  const sum = wanted === undefined ? `the sum is ${first.exact ?? shown(first.sum)}, ` : '';
  const how = `${sum}${everywhere(game)}`;
  return rounded ? provedUpToRounding(how) : proved('exhaustive', how);
}

function sumOf(game: TabularGame, errors: Errors, o: number): Omit<Sum, 'at'> {
  const n = game.agents.length;
  let sum = 0;
  let size = 0;
  let error = 0;
  for (let agent = 0; agent < n; agent++) {
    error += errorIn(game, errors, o, agent);
    sum += game.outcomeReward[o * n + agent] as number;
    size += Math.abs(game.outcomeReward[o * n + agent] as number);
  }
  if (game.exact === undefined) return { sum, size, error, exact: undefined };
  // Sums of small whole numbers are exact in doubles too.
  if (Number.isSafeInteger(sum) && size < 1e15 && wholeRewards(game, o, n))
    return { sum, size, error: 0, exact: Rational.of(sum) };
  let exact = Rational.zero;
  for (let agent = 0; agent < n; agent++) exact = exact.add(game.exact.outcomeReward[o * n + agent] as Rational);
  return { sum, size, error: 0, exact };
}

/** Where doubles were computed, how far each agent's rewards may be off; none where the table is exact or the program is not at hand. */
function errorsOf(game: TabularGame, model: GameModel | undefined): Errors {
  if (game.exact !== undefined || model === undefined) return { by: [], most: 0 };
  const largest = game.outcomeReward.reduce((most, reward) => Math.max(most, Math.abs(reward)), 0);
  return { by: rewardErrors(model), most: certain * largest };
}

interface Errors {
  /** By agent. */
  readonly by: readonly Rounding[];
  /** What may be lost without a doubt: half of the digits of the largest reward. */
  readonly most: number;
}

/** What looks equal need not be where too many digits were lost on the way. */
function doubted(compared: Comparison, error: number, { most }: Errors): Comparison {
  return compared === 'equal' && error > most ? 'close' : compared;
}

function errorIn(game: TabularGame, errors: Errors, outcome: number, agent: number): number {
  const found = errors.by[agent];
  return found === undefined ? 0 : errorOf(found, game.outcomeReward[outcome * game.agents.length + agent] as number);
}

function compareSums(a: Omit<Sum, 'at'>, b: Omit<Sum, 'at'>, agents: number): Comparison {
  if (a.exact !== undefined && b.exact !== undefined) return a.exact.equals(b.exact) ? 'equal' : 'different';
  return compareToZero(a.sum - b.sum, a.size + b.size, 2 * agents, a.error + b.error);
}

/** Why a difference settles nothing. */
function tooClose(fact: string, place: string, error: number, { most }: Errors): string {
  const at = place === '' ? '' : `${place}, `;
  if (error > most)
    return `${at}${fact}, but the rewards are differences of larger numbers: what rounding leaves of those ${Number.isFinite(error) ? `may come to ${error.toPrecision(1)}` : 'is not known'}`;
  return `${at}${fact}: too near to be told from rounding, and too far apart to be nothing but that`;
}

function unequal(game: TabularGame, at: Required<Case>, found: Omit<Sum, 'at'>, first: Sum): Fact {
  const outcome = at.outcome as number;
  const text = ({ exact, sum }: Pick<Sum, 'exact' | 'sum'>): string =>
    exact === undefined ? shown(sum) : exactText(exact);
  const [left, right] = [text(found), text(first)];
  const paid = getsText(
    game.agents,
    game.agents.map((_, i) => rewardText(game, outcome, i)),
  );
  const elsewhere = first.at === undefined ? '' : where(game, first.at.state, first.at.joint);
  const instead = first.at === undefined ? ', not to 0' : `, but to ${right} ${elsewhere}`;
  return refutedAt(
    game,
    sentence(`${paid}: the rewards add up to ${left}${instead}`, where(game, at.state, at.joint)),
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

function compareRewards(game: TabularGame, a: number, b: number, error: number): Comparison {
  if (game.exact === undefined)
    return compareDoubles(game.outcomeReward[a] as number, game.outcomeReward[b] as number, error);
  if (game.outcomeReward[a] !== game.outcomeReward[b]) return 'different';
  return (game.exact.outcomeReward[a] as Rational).equals(game.exact.outcomeReward[b] as Rational)
    ? 'equal'
    : 'different';
}

import { Rational } from '../games/rational.ts';
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { Refusal } from './answer.ts';

/** A game of one simultaneous move, as a tensor of expected payoffs. */
export interface NormalForm {
  readonly name: string;
  readonly agents: readonly string[];
  /** Names of each agent's choices; a single `-` for an agent that does not act. */
  readonly choiceNames: readonly (readonly string[])[];
  readonly counts: readonly number[];
  /** Profile number = sum of choice * stride; the last agent's stride is 1. */
  readonly strides: readonly number[];
  /** Number of profiles. */
  readonly size: number;
  /** `payoff[profile * n + i]`. */
  readonly payoff: Float64Array;
  /** The same as fractions, where the game is rational. */
  readonly exact: readonly Rational[] | undefined;
  /** The constant that all agents' payoffs sum to in every profile, if there is one. */
  readonly constantSum: number | Rational | undefined;
}

/** Reads a one-step game; chance after the move, and before it where no agent sees any of it, is averaged (exactly, if rational). */
export function normalForm(game: TabularGame): NormalForm | Refusal {
  const n = game.agents.length;
  const first = game.initialStates[0];
  if (first === undefined)
    return {
      refused: `${game.name} has no initial state`,
      remedy: 'give every variable an initial value that can happen',
    };
  for (let o = 0; o < game.outcomeState.length; o++)
    if ((game.outcomeState[o] as number) >= 0)
      return {
        refused: `${game.name} lasts more than one step: from ${game.describeState(first)} play can go on to ${game.describeState(game.outcomeState[o] as number)}`,
        remedy:
          'solve a game with `payoff`, or use `minimax`, `optimal` or `welfare`, which handle games of many steps',
      };
  const legal = game.agents.map((_, i) => Array.from(legalOf(game, first, i)));
  for (const state of game.initialStates)
    for (let i = 0; i < n; i++) {
      if (game.observation[state * n + i] !== game.observation[first * n + i])
        return {
          refused: `${game.agents[i]} learns something before it moves: ${game.describeState(first)} and ${game.describeState(state)} look different to it`,
          remedy:
            'hide the initial draw from all agents; games with private information need the sequence form, which arrives later',
        };
      if (Array.from(legalOf(game, state, i)).join() !== (legal[i] as number[]).join())
        return {
          refused: `the legal actions of ${game.agents[i]} differ between ${game.describeState(first)} and ${game.describeState(state)}`,
          remedy: 'let the same actions be legal wherever an agent sees the same',
        };
    }
  const counts = legal.map(list => Math.max(1, list.length));
  const strides = new Array<number>(n).fill(1);
  for (let i = n - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (counts[i + 1] as number);
  const size = counts.reduce((product, count) => product * count, 1);
  const payoff = new Float64Array(size * n);
  const exact = game.exact === undefined ? undefined : new Array<Rational>(size * n).fill(Rational.zero);
  game.initialStates.forEach((state, k) => {
    const start = game.jointStart[state] as number;
    for (let profile = 0; profile < size; profile++)
      for (
        let o = game.outcomeStart[start + profile] as number;
        o < (game.outcomeStart[start + profile + 1] as number);
        o++
      ) {
        const weight = (game.initialProbabilities[k] as number) * (game.outcomeProbability[o] as number);
        for (let i = 0; i < n; i++)
          payoff[profile * n + i] =
            (payoff[profile * n + i] as number) + weight * (game.outcomeReward[o * n + i] as number);
        if (exact === undefined || game.exact === undefined) continue;
        const part = (game.exact.initialProbabilities[k] as Rational).mul(game.exact.outcomeProbability[o] as Rational);
        for (let i = 0; i < n; i++)
          exact[profile * n + i] = (exact[profile * n + i] as Rational).add(
            part.mul(game.exact.outcomeReward[o * n + i] as Rational),
          );
      }
  });
  if (!payoff.every(Number.isFinite))
    return {
      refused: `a payoff of ${game.name} is not a finite number`,
      remedy: 'give finite rewards: solvers compare and add them',
    };
  if (exact !== undefined) payoff.set(exact.map(value => value.toNumber()));
  return {
    name: game.name,
    agents: game.agents,
    choiceNames: legal.map((list, i) =>
      list.length === 0 ? ['-'] : list.map(a => game.actionNames[i]?.[a] ?? String(a)),
    ),
    counts,
    strides,
    size,
    payoff,
    exact,
    constantSum: constantSum(n, size, payoff, exact),
  };
}

function constantSum(
  n: number,
  size: number,
  payoff: Float64Array,
  exact: readonly Rational[] | undefined,
): number | Rational | undefined {
  if (exact !== undefined) {
    const sum = (profile: number) =>
      exact.slice(profile * n, profile * n + n).reduce((total, value) => total.add(value), Rational.zero);
    const first = sum(0);
    for (let profile = 1; profile < size; profile++) if (!sum(profile).equals(first)) return undefined;
    return first;
  }
  let first = 0;
  for (let profile = 0; profile < size; profile++) {
    let total = 0;
    let magnitude = 0;
    for (let i = 0; i < n; i++) {
      total += payoff[profile * n + i] as number;
      magnitude += Math.abs(payoff[profile * n + i] as number);
    }
    if (profile === 0) first = total;
    // Doubles that were meant to cancel do so up to rounding.
    else if (Math.abs(total - first) > 1e-12 * Math.max(1, magnitude)) return undefined;
  }
  return first;
}

/** The choices of a profile. */
export function choicesOf(form: NormalForm, profile: number): number[] {
  return form.counts.map((count, i) => Math.floor(profile / (form.strides[i] as number)) % count);
}

/** The profile in which agent i plays `choice` instead. */
export function withChoice(form: NormalForm, profile: number, agent: number, choice: number): number {
  const stride = form.strides[agent] as number;
  const here = Math.floor(profile / stride) % (form.counts[agent] as number);
  return profile + (choice - here) * stride;
}

/** Exact payoffs, taken from the doubles where the game has no fractions. */
export function rationalPayoffs(form: NormalForm): readonly Rational[] {
  return form.exact ?? Array.from(form.payoff, value => Rational.fromNumber(value));
}

/** Range of all payoffs, 1 when they are all equal. */
export function payoffScale(form: NormalForm): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of form.payoff) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high > low ? high - low : 1;
}

/** What an agent gains in a profile by deviating alone. */
export function gainOf(
  form: NormalForm,
  { agent, deviation }: { readonly agent: number; readonly deviation: number },
  profile: number,
): number {
  const n = form.agents.length;
  const other = withChoice(form, profile, agent, deviation);
  return (form.payoff[other * n + agent] as number) - (form.payoff[profile * n + agent] as number);
}

/** The same as a fraction. */
export function exactGainOf(
  form: NormalForm,
  payoffs: readonly Rational[],
  { agent, deviation }: { readonly agent: number; readonly deviation: number },
  profile: number,
): Rational {
  const n = form.agents.length;
  const other = withChoice(form, profile, agent, deviation);
  return (payoffs[other * n + agent] as Rational).sub(payoffs[profile * n + agent] as Rational);
}

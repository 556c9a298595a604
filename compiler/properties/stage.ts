/** The expected payoffs of one state, in whole numbers where the table has fractions that allow it: then sums of them are exact. */
import { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';

export interface Stage {
  /** Expected reward, agent fastest, times `unit`. */
  readonly payoff: Float64Array;
  /** All are whole numbers, so small that sums of a few are exact. */
  readonly exact: boolean;
  /** Of every payoff, the sizes of what it was added up from. */
  readonly sizes: Float64Array;
  readonly unit: number;
}

/** Rewards of a table that are turned into fractions; beyond, doubles are compared. */
const mostFractions = 1_000_000;
/** Sums of eight whole numbers below this are exact in doubles. */
const whole = 2 ** 49;

export function stageOf(game: TabularGame, state: number): Stage {
  const n = game.agents.length;
  const from = game.jointStart[state] as number;
  const joints = (game.jointStart[state + 1] as number) - from;
  const { exact } = game;
  if (exact !== undefined && exact.outcomeReward.length <= mostFractions) {
    const payoff: Rational[] = [];
    let unit = Rational.one;
    for (let j = 0; j < joints; j++)
      for (let agent = 0; agent < n; agent++) {
        let sum = Rational.zero;
        for (let o = game.outcomeStart[from + j] as number; o < (game.outcomeStart[from + j + 1] as number); o++) {
          const [share, reward] = [
            exact.outcomeProbability[o] as Rational,
            exact.outcomeReward[o * n + agent] as Rational,
          ];
          sum = sum.add(share.mul(reward));
        }
        payoff.push(sum);
        // The least common multiple of the denominators.
        const left = Rational.of(unit.numerator, sum.denominator);
        unit = Rational.of(left.numerator * sum.denominator);
      }
    const scaled = payoff.map(value => value.mul(unit));
    const small = Rational.of(whole);
    if (unit.compare(small) < 0 && scaled.every(value => value.abs().compare(small) < 0)) {
      const numbers = Float64Array.from(scaled, value => Number(value.numerator));
      return { payoff: numbers, exact: true, sizes: numbers.map(Math.abs), unit: Number(unit.numerator) };
    }
  }
  const payoff = new Float64Array(joints * n);
  const sizes = new Float64Array(joints * n);
  for (let j = 0; j < joints; j++)
    for (let o = game.outcomeStart[from + j] as number; o < (game.outcomeStart[from + j + 1] as number); o++)
      for (let agent = 0; agent < n; agent++) {
        const part = (game.outcomeProbability[o] as number) * (game.outcomeReward[o * n + agent] as number);
        const k = j * n + agent;
        payoff[k] = (payoff[k] as number) + part;
        // Long sums collect more roundings than one term is allowed.
        sizes[k] = (sizes[k] as number) + Math.abs(part) * roundings(game, from + j);
      }
  return { payoff, exact: false, sizes, unit: 1 };
}

function roundings(game: TabularGame, joint: number): number {
  const terms = (game.outcomeStart[joint + 1] as number) - (game.outcomeStart[joint] as number);
  return 1 + terms / 16;
}

/** Mixtures that make others indifferent, in fractions. */
import { Rational } from '../../games/rational.ts';

/**
 * The mixture on `columns` against which all `rows` pay the same, if there is exactly one and it is positive.
 * @param at payoff of a row against a column.
 * @param length number of all columns: the result has zeros elsewhere.
 */
export function mixtureOn(
  at: (row: number, column: number) => Rational,
  rows: readonly number[],
  columns: readonly number[],
  length: number,
): Rational[] | undefined {
  const size = columns.length;
  const [head = 0, ...rest] = rows;
  // Differences of payoffs from the first row are zero, and the probabilities sum to one.
  const equations = rest.map(i => [...columns.map(j => at(i, j).sub(at(head, j))), Rational.zero]);
  equations.push([...columns.map(() => Rational.one), Rational.one]);
  for (let c = 0; c < size; c++) {
    const pivot = equations.findIndex((row, r) => r >= c && row[c]?.sign !== 0);
    if (pivot < 0) return undefined;
    [equations[c], equations[pivot]] = [equations[pivot] as Rational[], equations[c] as Rational[]];
    const top = equations[c] as Rational[];
    equations.forEach((row, r) => {
      if (r === c || row[c]?.sign === 0) return;
      const factor = (row[c] as Rational).div(top[c] as Rational);
      for (let k = c; k <= size; k++) row[k] = (row[k] as Rational).sub(factor.mul(top[k] as Rational));
    });
  }
  // What is left of the equations must not contradict the solution.
  if (equations.slice(size).some(row => row[size]?.sign !== 0)) return undefined;
  const mixture = new Array<Rational>(length).fill(Rational.zero);
  for (const [c, j] of columns.entries()) {
    const row = equations[c] as Rational[];
    const x = (row[size] as Rational).div(row[c] as Rational);
    if (x.sign <= 0) return undefined;
    mixture[j] = x;
  }
  return mixture;
}

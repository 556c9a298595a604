/** Two-agent games as a pair of matrices. */
import { Rational } from '../../games/rational.ts';

/** The payoffs of the row agent and of the column agent, row-major, from a table with both side by side. */
export function matricesOf(payoffs: readonly Rational[], m: number, n: number): [Rational[], Rational[]] {
  const of = (agent: number) => Array.from({ length: m * n }, (_, k) => payoffs[2 * k + agent] as Rational);
  return [of(0), of(1)];
}

/** Expected payoff of two mixed strategies. */
export function bilinear(matrix: readonly Rational[], x: readonly Rational[], y: readonly Rational[]): Rational {
  let total = Rational.zero;
  x.forEach((p, i) => {
    if (p.sign === 0) return;
    y.forEach((q, j) => {
      if (q.sign !== 0) total = total.add(p.mul(q).mul(matrix[i * y.length + j] as Rational));
    });
  });
  return total;
}

/**
 * Alpha-Rank (Omidshafiei et al. 2019) in the limit of strong selection: the stationary distribution of a chain over pure profiles in
 * which one agent at a time may switch: to what pays it more with probability eta, to what pays the same with eta / m, to what pays less
 * with eta times a vanishing amount.
 */
import type { Num } from '../../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { type NormalForm, payoffScale, withChoice } from '../normal-form.ts';
import { mostRanked } from './limits.ts';

/** Size of the populations, of which a neutral mutant takes over one in so many times. */
const populationSize = 50;
/** The vanishing amount. Elimination without subtraction resolves it to full relative precision. */
const vanishing = 1e-12;

export function solveAlphaRank(form: NormalForm, ctx: SolveContext): Found | Refusal {
  if (form.size > mostRanked)
    return {
      refused: `\`alpha_rank\` takes up to ${mostRanked} pure profiles; ${form.name} has ${form.size}`,
      remedy: 'make the game smaller, or use `pure` or `dynamics`',
    };
  const rates = ratesOf(form);
  const masses = stationary(rates, form.size, () => expired(ctx));
  if (masses === undefined) return stopped;
  const n = form.agents.length;
  const values = form.agents.map(
    (_, i): Num => masses.reduce((sum, p, profile) => sum + p * (form.payoff[profile * n + i] as number), 0),
  );
  const visited = masses.filter(p => p > 1e-6).length;
  return {
    kind: 'alpha_rank',
    method: 'markov_chain',
    note: `${visited} of ${form.size} profiles keep mass in the limit of strong selection, populations of ${populationSize}`,
    solution: { kind: 'device', probabilities: masses },
    values,
    chain: { neutral: 1 / populationSize, against: vanishing },
    completeness: 'one',
    warnings: [],
  };
}

/** Probabilities of leaving `from` for `to`: entry `from * size + to`, zero on the diagonal. */
function ratesOf(form: NormalForm): Float64Array {
  const n = form.agents.length;
  const { size } = form;
  const slack = 1e-12 * payoffScale(form);
  const switches = form.counts.reduce((sum, count) => sum + count - 1, 0);
  const eta = switches === 0 ? 1 : 1 / switches;
  const rates = new Float64Array(size * size);
  for (let from = 0; from < size; from++)
    for (let i = 0; i < n; i++)
      for (let a = 0; a < (form.counts[i] as number); a++) {
        const to = withChoice(form, from, i, a);
        if (to === from) continue;
        const gain = (form.payoff[to * n + i] as number) - (form.payoff[from * n + i] as number);
        rates[from * size + to] = gain > slack ? eta : gain < -slack ? eta * vanishing : eta / populationSize;
      }
  return rates;
}

/** Grassmann, Taksar and Heyman (1985): elimination of states from the last, which never subtracts. */
function stationary(rates: Float64Array, size: number, stop: () => boolean): number[] | undefined {
  const work = rates.slice();
  const outs = new Float64Array(size);
  for (let k = size - 1; k > 0; k--) {
    if (k % 32 === 0 && stop()) return undefined;
    let out = 0;
    for (let j = 0; j < k; j++) out += work[k * size + j] as number;
    outs[k] = out;
    for (let i = 0; i < k; i++) {
      const into = work[i * size + k] as number;
      if (into === 0) continue;
      const factor = into / out;
      for (let j = 0; j < k; j++)
        if (j !== i) work[i * size + j] = (work[i * size + j] as number) + factor * (work[k * size + j] as number);
    }
  }
  const masses = new Array<number>(size).fill(0);
  masses[0] = 1;
  let total = 1;
  for (let k = 1; k < size; k++) {
    let inflow = 0;
    for (let i = 0; i < k; i++) inflow += (masses[i] as number) * (work[i * size + k] as number);
    masses[k] = inflow / (outs[k] as number);
    total += masses[k] as number;
  }
  return masses.map(p => p / total);
}

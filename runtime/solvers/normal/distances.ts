/** How far a joint distribution is from equilibrium: what one agent could gain at most, in payoff units. */
import type { Profile } from '../../verify/claim.ts';
import { type Num, toFloat } from '../../verify/number.ts';
import { choicesOf, type NormalForm, withChoice } from '../normal-form.ts';
import { regretsOf } from './expectation.ts';

export interface Distances {
  /** Average strategy of each agent. */
  readonly average: Profile;
  readonly distances: {
    /** By leaving the average strategies, everybody mixing independently. */
    readonly nash: number;
    /** By following any rule from own actions to own actions. */
    readonly ce: number;
    /** By always playing one action. */
    readonly cce: number;
  };
}

export function distancesOf(form: NormalForm, play: readonly Num[]): Distances {
  const n = form.agents.length;
  const average = form.counts.map(count => new Array<number>(count).fill(0));
  const gains = form.counts.map(count => new Float64Array(count * count));
  play.forEach((probability, profile) => {
    const p = toFloat(probability);
    if (p === 0) return;
    const choices = choicesOf(form, profile);
    for (let i = 0; i < n; i++) {
      const own = choices[i] as number;
      const mine = average[i] as number[];
      mine[own] = (mine[own] as number) + p;
      const count = form.counts[i] as number;
      const row = gains[i] as Float64Array;
      const here = form.payoff[profile * n + i] as number;
      for (let a = 0; a < count; a++) {
        const there = form.payoff[withChoice(form, profile, i, a) * n + i] as number;
        row[own * count + a] = (row[own * count + a] as number) + p * (there - here);
      }
    }
  });
  let [ce, cce] = [0, 0];
  gains.forEach((table, i) => {
    const count = form.counts[i] as number;
    let sum = 0;
    const columns = new Float64Array(count);
    for (let own = 0; own < count; own++) {
      let best = 0;
      for (let a = 0; a < count; a++) {
        const gain = table[own * count + a] as number;
        best = Math.max(best, gain);
        columns[a] = (columns[a] as number) + gain;
      }
      sum += best;
    }
    ce = Math.max(ce, sum);
    cce = Math.max(cce, ...columns);
  });
  const nash = Math.max(0, ...regretsOf(form, Float64Array.from(average.flat())));
  return { average, distances: { nash, ce, cce } };
}

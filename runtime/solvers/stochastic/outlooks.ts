/** Every agent by itself: a state as it looks to one who expects help from all others, or the worst from them (Littman 2001). */
import { Rational } from '../../games/rational.ts';
import { isExact, type Num, toFloat } from '../../verify/number.ts';
import { solveMatrix, solveMatrixExactly } from '../matrix-game.ts';
import { choicesOf, type NormalForm, payoffScale } from '../normal-form.ts';
import { better, revalued, type StagePlay, type StageRule } from './stage.ts';

/** Number of what all agents but one do, the last of them fastest. */
function othersOf(form: NormalForm, choices: readonly number[], agent: number): number {
  return choices.reduce(
    (number, choice, i) => (i === agent ? number : number * (form.counts[i] as number) + choice),
    0,
  );
}

/** The others' joint action and an agent's own put together. */
function together(form: NormalForm, agent: number, own: readonly Num[], others: readonly Num[]): readonly Num[] {
  return Array.from({ length: form.size }, (_, profile) => {
    const choices = choicesOf(form, profile);
    const p = own[choices[agent] as number] as Num;
    const q = others[othersOf(form, choices, agent)] as Num;
    return isExact(p) && isExact(q) ? p.mul(q) : toFloat(p) * toFloat(q);
  });
}

/** Every agent as if all others worked together for it (Littman 2001). */
export const friendRule: StageRule = form => {
  const n = form.agents.length;
  const slack = 1e-12 * payoffScale(form);
  const tables: (readonly Num[])[] = [];
  form.agents.forEach((_, i) => {
    const at = (profile: number): Num => form.exact?.[profile * n + i] ?? (form.payoff[profile * n + i] as number);
    let top = 0;
    for (let profile = 1; profile < form.size; profile++) if (better(at(profile), at(top), slack)) top = profile;
    const choices = choicesOf(form, top);
    const count = form.counts[i] as number;
    tables.push(line(count, choices[i] as number), line(form.size / count, othersOf(form, choices, i)));
  });
  return outlooks(form, tables);
};

function line(length: number, at: number): readonly Rational[] {
  return Array.from({ length }, (_, k) => (k === at ? Rational.one : Rational.zero));
}

/** Every agent as if all others worked together against it (Littman 2001): a matrix game of its own payoffs. */
export const foeRule: StageRule = form => {
  const n = form.agents.length;
  const tables: (readonly Num[])[] = [];
  form.agents.forEach((_, i) => {
    const m = form.counts[i] as number;
    const rest = form.size / m;
    const place = new Int32Array(form.size);
    for (let profile = 0; profile < form.size; profile++) {
      const choices = choicesOf(form, profile);
      place[(choices[i] as number) * rest + othersOf(form, choices, i)] = profile;
    }
    const { exact } = form;
    const { row, column } =
      exact !== undefined
        ? solveMatrixExactly(
            Array.from(place, profile => exact[profile * n + i] as Rational),
            m,
            rest,
          )
        : solveMatrix(
            Array.from(place, profile => form.payoff[profile * n + i] as number),
            m,
            rest,
          );
    tables.push(row, column);
  });
  return outlooks(form, tables);
};

function outlooks(form: NormalForm, tables: readonly (readonly Num[])[]): StagePlay {
  const mixes = form.agents.map((_, i) =>
    together(form, i, tables[2 * i] as readonly Num[], tables[2 * i + 1] as readonly Num[]),
  );
  return revalued(form, { tables, mixes, worth: [] });
}

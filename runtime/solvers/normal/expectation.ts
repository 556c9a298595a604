/** Expected payoffs of mixed strategies of any number of agents in doubles, with derivatives, and a dense linear solver. */
import { Rational } from '../../games/rational.ts';
import { type NormalForm, payoffScale } from '../normal-form.ts';

/** Mixed strategies of all agents in one array: agent i's probabilities begin at `offsets[i]`. */
export function offsetsOf(form: NormalForm): readonly number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const count of form.counts) {
    offsets.push(at);
    at += count;
  }
  return offsets;
}

export interface Expectation {
  /** `payoff[offsets[i] + a]`: what agent i gets from choice a while the others mix. */
  readonly payoff: Float64Array;
  /** `slope[(offsets[i] + a) * N + offsets[j] + b]`: derivative of that by the probability of agent j's choice b. */
  readonly slope: Float64Array | undefined;
}

export function expectation(form: NormalForm, p: Float64Array, withSlope: boolean): Expectation {
  const n = form.agents.length;
  const offsets = offsetsOf(form);
  const size = p.length;
  const payoff = new Float64Array(size);
  const slope = withSlope ? new Float64Array(size * size) : undefined;
  const places = new Int32Array(n);
  for (let profile = 0; profile < form.size; profile++) {
    for (let i = 0; i < n; i++)
      places[i] =
        (offsets[i] as number) + (Math.floor(profile / (form.strides[i] as number)) % (form.counts[i] as number));
    for (let i = 0; i < n; i++) {
      const worth = form.payoff[profile * n + i] as number;
      if (worth === 0) continue;
      let weight = worth;
      for (let k = 0; k < n; k++) if (k !== i) weight *= p[places[k] as number] as number;
      const own = places[i] as number;
      payoff[own] = (payoff[own] as number) + weight;
      if (slope === undefined) continue;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        let rest = worth;
        for (let k = 0; k < n; k++) if (k !== i && k !== j) rest *= p[places[k] as number] as number;
        const cell = own * size + (places[j] as number);
        slope[cell] = (slope[cell] as number) + rest;
      }
    }
  }
  return { payoff, slope };
}

/** What each agent could gain by deviating alone. */
export function regretsOf(form: NormalForm, p: Float64Array): number[] {
  const { payoff } = expectation(form, p, false);
  return form.counts.map((count, i) => {
    const from = offsetsOf(form)[i] as number;
    let mean = 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let a = from; a < from + count; a++) {
      mean += (p[a] as number) * (payoff[a] as number);
      best = Math.max(best, payoff[a] as number);
    }
    return best - mean;
  });
}

/** Splits the one array into one list per agent. */
export function splitStrategies(form: NormalForm, p: Float64Array): number[][] {
  const offsets = offsetsOf(form);
  return form.counts.map((count, i) => Array.from(p.subarray(offsets[i], (offsets[i] as number) + count)));
}

/**
 * Solves `matrix x = right` in place by elimination with the largest pivot; undefined when the matrix is singular to working precision.
 * `sign` is that of the determinant.
 */
export function solveDense(
  matrix: Float64Array,
  right: Float64Array,
): { readonly x: Float64Array; readonly sign: number } | undefined {
  const n = right.length;
  let sign = 1;
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let r = c + 1; r < n; r++)
      if (Math.abs(matrix[r * n + c] as number) > Math.abs(matrix[best * n + c] as number)) best = r;
    const pivot = matrix[best * n + c] as number;
    if (!(Math.abs(pivot) > 1e-300)) return undefined;
    if (best !== c) {
      sign = -sign;
      for (let k = 0; k < n; k++) {
        const held = matrix[c * n + k] as number;
        matrix[c * n + k] = matrix[best * n + k] as number;
        matrix[best * n + k] = held;
      }
      const held = right[c] as number;
      right[c] = right[best] as number;
      right[best] = held;
    }
    if (pivot < 0) sign = -sign;
    for (let r = c + 1; r < n; r++) {
      const factor = (matrix[r * n + c] as number) / pivot;
      if (factor === 0) continue;
      for (let k = c; k < n; k++)
        matrix[r * n + k] = (matrix[r * n + k] as number) - factor * (matrix[c * n + k] as number);
      right[r] = (right[r] as number) - factor * (right[c] as number);
    }
  }
  for (let r = n - 1; r >= 0; r--) {
    let total = right[r] as number;
    for (let k = r + 1; k < n; k++) total -= (matrix[r * n + k] as number) * (right[k] as number);
    right[r] = total / (matrix[r * n + r] as number);
  }
  return right.every(Number.isFinite) ? { x: right, sign } : undefined;
}

/**
 * The equilibrium with the given supports near a starting point: Newton's method on equal payoffs within each support. Undefined
 * where it does not converge to probabilities, or where leaving the supports pays.
 * @param supports choices in use, per agent, ascending.
 */
export function equilibriumOn(
  form: NormalForm,
  supports: readonly (readonly number[])[],
  start: Float64Array,
): Float64Array | undefined {
  const n = form.agents.length;
  const offsets = offsetsOf(form);
  const scale = payoffScale(form);
  const used = supports.flatMap((support, i) => support.map(a => (offsets[i] as number) + a));
  const owner = supports.flatMap((support, i) => support.map(() => i));
  const size = used.length + n;
  const p = new Float64Array(start.length);
  for (const place of used) p[place] = start[place] as number;
  const values = new Float64Array(n);
  const first = expectation(form, p, false).payoff;
  used.forEach((place, k) => {
    values[owner[k] as number] =
      (values[owner[k] as number] as number) + (p[place] as number) * (first[place] as number);
  });
  let settled = 0;
  for (let round = 0; round < 60; round++) {
    const { payoff, slope } = expectation(form, p, true);
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    used.forEach((place, r) => {
      const i = owner[r] as number;
      used.forEach((other, c) => {
        matrix[r * size + c] = ((slope as Float64Array)[place * p.length + other] as number) / scale;
      });
      matrix[r * size + used.length + i] = -1 / scale;
      right[r] = ((values[i] as number) - (payoff[place] as number)) / scale;
      matrix[(used.length + i) * size + r] = 1;
      right[used.length + i] = (right[used.length + i] as number) - (p[place] as number);
    });
    for (let i = 0; i < n; i++) right[used.length + i] = (right[used.length + i] as number) + 1;
    const solved = solveDense(matrix, right);
    if (solved === undefined) return undefined;
    let size1 = 0;
    for (let k = 0; k < used.length; k++) size1 = Math.max(size1, Math.abs(solved.x[k] as number));
    if (!(size1 < 1e6)) return undefined;
    // A full step once it is short; before, no probability moves by more than a half.
    const damping = Math.min(1, 0.5 / size1);
    used.forEach((place, k) => {
      p[place] = (p[place] as number) + damping * (solved.x[k] as number);
    });
    for (let i = 0; i < n; i++) values[i] = (values[i] as number) + damping * (solved.x[used.length + i] as number);
    if (size1 < 1e-14 || (size1 < 1e-11 && ++settled === 2)) return accepted(form, p, used, scale);
  }
  return undefined;
}

function accepted(form: NormalForm, p: Float64Array, used: readonly number[], scale: number): Float64Array | undefined {
  if (used.some(place => !((p[place] as number) > 1e-10))) return undefined;
  const offsets = offsetsOf(form);
  form.counts.forEach((count, i) => {
    let sum = 0;
    for (let a = 0; a < count; a++) sum += p[(offsets[i] as number) + a] as number;
    for (let a = 0; a < count; a++) p[(offsets[i] as number) + a] = (p[(offsets[i] as number) + a] as number) / sum;
  });
  return regretsOf(form, p).every(regret => regret <= 1e-10 * scale) ? p : undefined;
}

/** Expected payoffs and regrets in fractions. */
export function exactly(
  form: NormalForm,
  profile: readonly (readonly Rational[])[],
): { readonly values: Rational[]; readonly equilibrium: boolean } | undefined {
  const { exact } = form;
  if (exact === undefined) return undefined;
  const n = form.agents.length;
  const gets = form.counts.map(count => new Array<Rational>(count).fill(Rational.zero));
  for (let number = 0; number < form.size; number++) {
    const choices = form.counts.map((count, i) => Math.floor(number / (form.strides[i] as number)) % count);
    for (let i = 0; i < n; i++) {
      let weight = exact[number * n + i] as Rational;
      for (let k = 0; k < n && weight.sign !== 0; k++)
        if (k !== i) weight = weight.mul(profile[k]?.[choices[k] as number] as Rational);
      const own = gets[i] as Rational[];
      const choice = choices[i] as number;
      own[choice] = (own[choice] as Rational).add(weight);
    }
  }
  const values = gets.map((own, i) =>
    own.reduce((sum, worth, a) => sum.add(worth.mul(profile[i]?.[a] as Rational)), Rational.zero),
  );
  const equilibrium = gets.every((own, i) => own.every(worth => worth.compare(values[i] as Rational) <= 0));
  return { values, equilibrium };
}

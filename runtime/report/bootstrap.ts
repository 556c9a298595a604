/** How far a mean over seeds can be trusted: the percentile bootstrap. */
import { purposes, Stream } from '../rng/stream.ts';

/** Samples that are drawn with replacement from the seeds. */
const resamples = 2_000;

export interface Interval {
  readonly mean: number;
  /** Ends of the interval that holds the mean with 95 %; undefined for a single number, which says nothing about others. */
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/**
 * Mean and its 95 % percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13). The same numbers give the same interval
 * always, and every list of one length is drawn from in the same way, so that bands of curves do not tremble from point to point.
 */
export function bootstrap(values: readonly number[]): Interval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2 || !Number.isFinite(mean)) return { mean, low: undefined, high: undefined };
  const draws = drawsFor(n);
  const means = new Float64Array(resamples);
  for (let k = 0; k < resamples; k++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += values[draws[k * n + j]!]!;
    means[k] = sum / n;
  }
  means.sort();
  return { mean, low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

const known = new Map<number, Int32Array>();

/** Places of the values of every sample; drawn once for every length, since a report asks for thousands of intervals. */
function drawsFor(n: number): Int32Array {
  const before = known.get(n);
  if (before !== undefined) return before;
  const stream = new Stream(0, purposes.bootstrap, n, 0);
  const draws = Int32Array.from({ length: resamples * n }, () => stream.below(n));
  known.set(n, draws);
  return draws;
}

/** Between the two nearest, as NumPy does it. */
function quantile(sorted: Float64Array, part: number): number {
  const at = part * (sorted.length - 1);
  const below = Math.floor(at);
  const a = sorted[below]!;
  const b = sorted[Math.min(sorted.length - 1, below + 1)]!;
  return a + (b - a) * (at - below);
}

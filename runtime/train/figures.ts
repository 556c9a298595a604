/** Numbers of trainings as people read them. */
import type { Estimate } from './evaluate.ts';

/** Four significant digits, without trailing zeros. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return String(value + 0);
  return String(Number(value.toPrecision(4)));
}

/**
 * `-0.12 +- 0.10`: the noise to two significant digits, the mean to the same decimal place, so that no digit is shown that the
 * noise drowns. Without noise (or with one that a single episode cannot tell) the mean alone.
 */
export function withNoise({ mean, stderr }: Estimate): string {
  if (!(Number.isFinite(stderr) && Number.isFinite(mean) && stderr > smallest)) return figure(mean);
  const places = Math.min(mostPlaces, Math.max(0, 1 - Math.floor(Math.log10(Number(stderr.toPrecision(2))))));
  const text = mean.toFixed(places);
  return `${Number(text) === 0 ? text.replace('-', '') : text} +- ${stderr.toFixed(places)}`;
}

/** Mean and standard error of one number per seed. */
export function overSeeds(means: readonly number[]): Estimate | undefined {
  if (means.length === 0) return undefined;
  const mean = means.reduce((sum, m) => sum + m, 0) / means.length;
  const squares = means.reduce((sum, m) => sum + (m - mean) * (m - mean), 0);
  return { mean, stderr: means.length < 2 ? 0 : Math.sqrt(squares / (means.length - 1) / means.length) };
}

const mostPlaces = 8;
/** Noise below this is that of rounding. */
const smallest = 1e-7;

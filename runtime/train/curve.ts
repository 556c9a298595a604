/** The return over the steps of a training: as text for a terminal, as CSV and as SVG for the run folder. */
import { figure, overSeeds } from './figures.ts';

/** One evaluation of one seed. */
export interface Point {
  readonly seed: number;
  readonly step: number;
  readonly value: number;
}

/** The seeds' evaluations at one number of steps. */
export interface MeanPoint {
  readonly step: number;
  readonly mean: number;
  readonly stderr: number;
  readonly seeds: number;
}

/** Reads the points of `metrics.jsonl`: the return, or that of one agent or class. Lines that are torn are left out. */
export function pointsOf(metrics: string, name?: string, among: 'returns' | 'classes' = 'returns'): readonly Point[] {
  return metrics.split('\n').flatMap(line => {
    try {
      const { seed, step, return: all, [among]: each } = JSON.parse(line);
      const value: unknown = name === undefined ? all?.mean : each?.[name]?.mean;
      const whole = typeof seed === 'number' && typeof step === 'number' && typeof value === 'number';
      return whole ? [{ seed, step, value }] : [];
    } catch {
      return [];
    }
  });
}

/** Mean over the seeds that were evaluated at a step, in the order of the steps. */
export function meanCurve(points: readonly Point[]): readonly MeanPoint[] {
  const bySteps = new Map<number, number[]>();
  for (const { step, value } of points) {
    const values = bySteps.get(step);
    if (values === undefined) bySteps.set(step, [value]);
    else values.push(value);
  }
  const curve = [...bySteps].flatMap(([step, values]) => {
    const found = overSeeds(values);
    return found === undefined ? [] : [{ step, ...found, seeds: values.length }];
  });
  return curve.sort((a, b) => a.step - b.step);
}

const eighths = ' ▁▂▃▄▅▆▇█';

/**
 * A plot of a few lines: columns of blocks from the lowest value up, the greatest and the lowest value at the left, the steps below.
 * Empty where there are not two points to connect.
 *
 * @param width columns for all of it, `height` lines without the axis
 */
export function plotCurve(curve: readonly MeanPoint[], label: string, width: number, height = 8): string {
  const finite = curve.filter(point => Number.isFinite(point.mean));
  const [first] = finite;
  const last = finite.at(-1);
  if (first === undefined || last === undefined || finite.length < 2) return '';
  const values = finite.map(point => point.mean);
  const high = Math.max(...values);
  const low = Math.min(...values);
  const names = [figure(high), figure(low)];
  const margin = Math.max(...names.map(name => name.length)) + 1;
  const columns = Math.max(2, Math.min(width - margin - 3, 72));
  const heights = Array.from({ length: columns }, (_, k) => {
    const step = first.step + ((last.step - first.step) * k) / (columns - 1);
    const value = valueAt(finite, step);
    // The lowest value still shows: a column of nothing would look like no evaluation.
    return 1 + Math.round((high === low ? 0.5 : (value - low) / (high - low)) * (8 * height - 1));
  });
  const lines = Array.from({ length: height }, (_, row) => {
    const base = 8 * (height - 1 - row);
    const name = row === 0 ? names[0] : row === height - 1 ? names[1] : '';
    const blocks = heights.map(h => eighths[Math.max(0, Math.min(8, h - base))]).join('');
    return `${(name ?? '').padStart(margin)} ┤${blocks}`.trimEnd();
  });
  const [from, to] = [String(first.step), String(last.step)];
  const axis = `${' '.repeat(margin + 2)}${from}${to.padStart(Math.max(to.length + 1, columns - from.length))} steps`;
  return [`${label}, by steps`, ...lines, axis].join('\n');
}

/** Straight lines between evaluations. */
function valueAt(curve: readonly MeanPoint[], step: number): number {
  const after = curve.findIndex(point => point.step >= step);
  const b = curve[after < 0 ? curve.length - 1 : after] as MeanPoint;
  const a = curve[Math.max(0, (after < 0 ? curve.length : after) - 1)] as MeanPoint;
  if (b.step <= a.step) return b.mean;
  return a.mean + ((b.mean - a.mean) * (step - a.step)) / (b.step - a.step);
}

/** `step,mean,stderr,seeds` and a column per seed, empty where a seed was not evaluated at that step. */
export function curveCsv(points: readonly Point[]): string {
  const seeds = [...new Set(points.map(point => point.seed))].sort((a, b) => a - b);
  const at = new Map(points.map(({ seed, step, value }) => [`${seed} ${step}`, value]));
  const rows = meanCurve(points).map(({ step, mean, stderr, seeds: count }) =>
    [step, mean, stderr, count, ...seeds.map(seed => at.get(`${seed} ${step}`) ?? '')].join(','),
  );
  return `${[['step', 'mean', 'stderr', 'seeds', ...seeds.map(seed => `seed ${seed}`)].join(','), ...rows].join('\n')}\n`;
}

/** A line for the mean, a thin one for every seed, and a band of one standard error; 640 x 400. */
export function curveSvg(points: readonly Point[], label: string): string {
  const curve = meanCurve(points);
  const steps = curve.map(point => point.step);
  const values = [...points.map(point => point.value), ...curve.flatMap(p => [p.mean - p.stderr, p.mean + p.stderr])];
  const [left, top, width, height] = [70, 30, 550, 320];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [Math.min(...steps), Math.max(...steps)];
  const x = (step: number) => (left + (to > from ? (width * (step - from)) / (to - from) : width / 2)).toFixed(1);
  const y = (value: number) => (top + (high > low ? (height * (high - value)) / (high - low) : height / 2)).toFixed(1);
  const path = (line: readonly { readonly step: number; readonly value: number }[]) =>
    line.map(point => `${x(point.step)},${y(point.value)}`).join(' ');
  const seeds = [...new Set(points.map(point => point.seed))];
  const band = [
    ...curve.map(p => ({ step: p.step, value: p.mean + p.stderr })),
    ...[...curve].reverse().map(p => ({ step: p.step, value: p.mean - p.stderr })),
  ];
  const text = (at: string, anchor: string, content: string) =>
    `<text ${at} text-anchor="${anchor}">${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;
  return `${[
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400" font-family="sans-serif" font-size="12">',
    '<rect width="640" height="400" fill="white"/>',
    `<path d="M${left} ${top}V${top + height}H${left + width}" fill="none" stroke="#888"/>`,
    `<polygon points="${path(band)}" fill="#3366cc" fill-opacity="0.15"/>`,
    ...seeds.map(
      seed =>
        `<polyline points="${path(points.filter(p => p.seed === seed))}" fill="none" stroke="#3366cc" stroke-opacity="0.3"/>`,
    ),
    `<polyline points="${path(curve.map(p => ({ step: p.step, value: p.mean })))}" fill="none" stroke="#3366cc" stroke-width="2"/>`,
    text(`x="${left - 6}" y="${top + 4}"`, 'end', figure(high)),
    text(`x="${left - 6}" y="${top + height + 4}"`, 'end', figure(low)),
    text(`x="${left}" y="${top + height + 18}"`, 'middle', String(from)),
    text(`x="${left + width}" y="${top + height + 18}"`, 'middle', `${to} steps`),
    text(`x="${left}" y="18"`, 'start', label),
    '</svg>',
  ].join('\n')}\n`;
}

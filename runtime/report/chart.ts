/** Curves as inline SVG: axes with round ticks, a band for the interval, a legend. Colours come from the style sheet of the page. */
import { figure } from '../train/figures.ts';
import type { CurvePoint } from './curves.ts';
import { html, type Markup } from './markup.ts';

export interface Line {
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

/** Colours that people with every kind of colour vision tell apart (Okabe and Ito 2008); lines after these differ by their dashes. */
export const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f'] as const;
const dashes = ['', '7 4', '2 3', '9 3 2 3'] as const;

const width = 640;
const height = 300;
const plot = { left: 64, top: 12, right: 26, bottom: 40 } as const;

/** Steps to the right, the metric upwards. A curve of one point is a dot with its interval. */
export function chart(lines: readonly Line[], label: string): Markup {
  const all = lines.flatMap(line => line.points);
  const values = all.flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean]).filter(Number.isFinite);
  if (values.length === 0) return html`<p>nothing was evaluated</p>`;
  const steps = all.map(point => point.step);
  const across = axis(0, Math.max(...steps));
  const up = axis(Math.min(...values), Math.max(...values));
  const inner = { width: width - plot.left - plot.right, height: height - plot.top - plot.bottom };
  const x = (step: number): string =>
    (plot.left + (inner.width * (step - across.low)) / (across.high - across.low)).toFixed(1);
  const y = (value: number): string => (plot.top + (inner.height * (up.high - value)) / (up.high - up.low)).toFixed(1);
  const base = plot.top + inner.height;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}, by steps">
${up.ticks.map(
  tick =>
    html`<path class="grid" d="M${plot.left} ${y(tick)}H${width - plot.right}"/><text class="up" x="${plot.left - 8}" y="${y(tick)}">${tickText(tick)}</text>
`,
)}${across.ticks.map(
  tick =>
    html`<path class="tick" d="M${x(tick)} ${base}v4"/><text class="across" x="${x(tick)}" y="${base + 18}">${tickText(tick)}</text>
`,
)}<path class="axis" d="M${plot.left} ${plot.top}V${base}H${width - plot.right}"/>
<text class="across" x="${plot.left + inner.width / 2}" y="${height - 4}">steps</text>
${lines.map((line, k) => (line.points.length === 0 ? undefined : curve(line, colourClass(k), dashes[Math.floor(k / colours.length) % dashes.length] ?? '', x, y)))}</svg>`;
}

/** Which line is which. */
export function legend(names: readonly string[]): Markup {
  const entries = names.map(
    (name, k) =>
      html`<li><svg viewBox="0 0 28 10" class="key" aria-hidden="true"><path class="mean ${colourClass(k)}" stroke-dasharray="${dashes[Math.floor(k / colours.length) % dashes.length] ?? ''}" d="M0 5H28"/></svg> ${name}</li>`,
  );
  return html`<ul class="legend">${entries}</ul>`;
}

function colourClass(k: number): string {
  return `c${k % colours.length}`;
}

function curve(
  { name, points }: Line,
  colour: string,
  dash: string,
  x: (step: number) => string,
  y: (value: number) => string,
): Markup {
  const finite = points.filter(point => Number.isFinite(point.mean));
  const banded = finite.filter(point => point.low !== undefined);
  const last = finite.at(-1);
  const high = banded.map(p => `${x(p.step)},${y(p.high ?? p.mean)}`);
  const low = banded.map(p => `${x(p.step)},${y(p.low ?? p.mean)}`).reverse();
  const band = html`<polygon class="band ${colour}" points="${[...high, ...low].join(' ')}"/>`;
  const [only] = banded;
  const bar =
    only === undefined
      ? undefined
      : html`<path class="mean ${colour}" d="M${x(only.step)} ${y(only.low ?? only.mean)}V${y(only.high ?? only.mean)}"/>`;
  const title = last === undefined ? name : `${name}: ${withInterval(last)} after ${last.step} steps`;
  const mean = finite.map(p => `${x(p.step)},${y(p.mean)}`).join(' ');
  return html`<g>${banded.length > 1 ? band : bar}<polyline class="mean ${colour}" stroke-dasharray="${dash}" points="${mean}"/>${finite.length === 1 && last !== undefined ? html`<circle class="dot ${colour}" cx="${x(last.step)}" cy="${y(last.mean)}" r="3.5"/>` : undefined}<title>${title}</title></g>
`;
}

/** `0.95 [0.9, 1]`: the mean, and the interval where there is one. */
export function withInterval({
  mean,
  low,
  high,
}: {
  mean: number;
  low: number | undefined;
  high: number | undefined;
}): string {
  return low === undefined || high === undefined ? figure(mean) : `${figure(mean)} [${figure(low)}, ${figure(high)}]`;
}

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Four to nine ticks at 1, 2 or 5 times a power of ten, the ends on ticks. */
export function axis(low: number, high: number): Axis {
  const flat = high - low <= 1e-12 * Math.max(Math.abs(high), Math.abs(low));
  const [from, to] = flat ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
  const rough = (to - from) / 5;
  const power = Number(`1e${Math.floor(Math.log10(rough))}`);
  const step = ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  // Multiples of the step, not sums of it: 0.30000000000000004 is no label.
  const ticks = Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
  return { low: ticks[0] as number, high: ticks.at(-1) as number, ticks };
}

function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6 && size < 1e12) return `${Number((value / 1e6).toPrecision(4))}M`;
  if (size >= 1e4 && size < 1e6) return `${Number((value / 1e3).toPrecision(4))}k`;
  return figure(value);
}

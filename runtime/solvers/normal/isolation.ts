/**
 * Every equilibrium that uses given supports, with a proof that there are no others: boxes of probabilities are excluded by the bounds of what
 * actions gain, or shown to hold exactly one solution (Krawczyk 1969; Moore 1977), or cut in two.
 */
import type { NormalForm } from '../normal-form.ts';
import { type Box, Supports } from './corners.ts';
import { solveDense } from './expectation.ts';

/** Boxes narrower than this are not cut again: what is in them is no isolated equilibrium, or nearly none. */
const narrowest = 1e-6;
/** How far a solution may be from the point that stands for it. */
const nearness = 1e-9;

export interface Isolated {
  /** Free probabilities of the solutions. */
  readonly solutions: Float64Array[];
  /** `open`: numbers too near zero to tell, as around equilibria that are not isolated; `stopped`: too many boxes, or no time. */
  readonly state: 'decided' | 'open' | 'stopped';
  readonly boxes: number;
}

/** A box in which there is exactly one solution, and where in it. */
interface Region {
  readonly box: Box;
  readonly near: Box;
}

/** @param most boxes that may be looked at. */
export function isolate(
  form: NormalForm,
  lists: readonly (readonly number[])[],
  most: number,
  stop: () => boolean,
): Isolated {
  const supports = new Supports(form, lists);
  const { size } = supports;
  const regions: Region[] = [];
  const solutions: Float64Array[] = [];
  const open: Box[] = [{ low: new Float64Array(size), high: new Float64Array(size).fill(1) }];
  let boxes = 0;
  const end = (state: Isolated['state']): Isolated => ({ solutions, state, boxes });
  for (let box = open.pop(); box !== undefined; box = open.pop()) {
    const here = box;
    if (++boxes > most || (boxes % 256 === 0 && stop())) return end('stopped');
    if (regions.some(region => holds(region.box, here)) || excluded(supports, here)) continue;
    const found = krawczyk(supports, here, 0.1);
    if (found.kind === 'none') continue;
    if (found.kind === 'one') {
      const near = refined(supports, found.within);
      if (near === undefined) return end('open');
      if (regions.some(region => holds(region.box, near))) continue;
      if (regions.some(region => meet(region.near, near))) return end('open');
      regions.push({ box: found.alone, near });
      const judged = judge(supports, near);
      if (judged === 'open') return end('open');
      if (judged === 'equilibrium') solutions.push(middleOf(near));
      continue;
    }
    const rest = found.kind === 'part' ? found.within : here;
    if (widest(rest) < 0.7 * widest(here)) open.push(rest);
    else if (widest(rest) < narrowest) return end('open');
    else open.push(...cut(rest));
  }
  return end('decided');
}

/** Strategies of all agents in one array from free probabilities. */
export function spreadOut(form: NormalForm, lists: readonly (readonly number[])[], free: Float64Array): Float64Array {
  const p = new Float64Array(form.counts.reduce((sum, count) => sum + count, 0));
  let [offset, at] = [0, 0];
  lists.forEach((support, i) => {
    let rest = 1;
    for (const a of support.slice(1)) {
      p[offset + a] = free[at] as number;
      rest -= free[at++] as number;
    }
    p[offset + (support[0] as number)] = rest;
    offset += form.counts[i] as number;
  });
  return p;
}

/** Can the box be seen to hold no equilibrium: probabilities above one, an action in use that pays differently, a better one outside? */
function excluded(supports: Supports, box: Box): boolean {
  for (const [i, support] of supports.lists.entries()) {
    let sum = 0;
    for (let a = 1; a < support.length; a++) sum += box.low[(supports.from[i] as number) + a - 1] as number;
    if (sum > 1 + supports.rounding) return true;
  }
  for (const gain of supports.equations) {
    const { low, high } = supports.range(gain, box);
    if (low > 0 || high < 0) return true;
  }
  return supports.outside.some(gain => supports.range(gain, box).low > 0);
}

type Found =
  | { readonly kind: 'none' | 'unknown' }
  /** All solutions in the box are in this part of it. */
  | { readonly kind: 'part'; readonly within: Box }
  /** There is exactly one solution in `alone`, a box a little larger than the one asked about, and it is in `within`. */
  | { readonly kind: 'one'; readonly within: Box; readonly alone: Box };

/**
 * K = c - Y f(c) + (I - Y J)(X - c) holds all solutions of f in X, a little larger than the box, where J holds all derivatives in X and Y is any matrix;
 * K inside X proves that there is exactly one.
 */
function krawczyk(supports: Supports, box: Box, margin: number): Found {
  const { size, equations, rounding } = supports;
  const alone = enlarged(box, margin);
  const centre = middleOf(box);
  const { middle, spread } = derivatives(supports, alone);
  const inverse = inverted(middle, size);
  if (inverse === undefined) return { kind: 'unknown' };
  const value = Float64Array.from(equations, gain => supports.at(gain, centre));
  const within = { low: new Float64Array(size), high: new Float64Array(size) };
  let inside = true;
  for (let r = 0; r < size; r++) {
    let step = 0;
    let around = 1e-14;
    for (let k = 0; k < size; k++) {
      const y = inverse[r * size + k] as number;
      step += y * (value[k] as number);
      around += Math.abs(y) * 2 * rounding;
    }
    for (let s = 0; s < size; s++) {
      // Entry (r, s) of I - Y J; its middle is not quite 0, Y being an inverse in doubles.
      let off = r === s ? 1 : 0;
      let wide = 1e-15;
      for (let k = 0; k < size; k++) {
        const y = inverse[r * size + k] as number;
        off -= y * (middle[k * size + s] as number);
        wide += Math.abs(y) * ((spread[k * size + s] as number) + 1e-15);
      }
      around += (Math.abs(off) + wide) * ((alone.high[s] as number) - (centre[s] as number)) * (1 + 1e-12);
    }
    const to = (centre[r] as number) - step;
    if (!(to - around > (alone.low[r] as number) && to + around < (alone.high[r] as number))) inside = false;
    within.low[r] = to - around;
    within.high[r] = to + around;
  }
  if (!meet(within, box)) return { kind: 'none' };
  if (inside) return { kind: 'one', within, alone };
  return {
    kind: 'part',
    within: {
      low: within.low.map((l, k) => Math.max(l, box.low[k] as number)),
      high: within.high.map((h, k) => Math.min(h, box.high[k] as number)),
    },
  };
}

/** Middles and half widths of the bounds of all derivatives over a box. */
function derivatives(supports: Supports, box: Box): { readonly middle: Float64Array; readonly spread: Float64Array } {
  const { size, equations, lists, from } = supports;
  const middle = new Float64Array(size * size);
  const spread = new Float64Array(size * size);
  equations.forEach((gain, r) => {
    lists.forEach((support, j) => {
      for (let b = 1; b < support.length; b++) {
        const { low, high } = supports.slope(gain, box, j, b);
        const at = r * size + (from[j] as number) + b - 1;
        middle[at] = (low + high) / 2;
        spread[at] = (high - low) / 2;
      }
    });
  });
  return { middle, spread };
}

/** A box of `nearness` around the one solution in a box; undefined where rounding leaves it wider. */
function refined(supports: Supports, box: Box): Box | undefined {
  let near = box;
  for (let round = 0; round < 60 && widest(near) > nearness; round++) {
    const next = krawczyk(supports, near, 1e-3);
    if (!('within' in next && widest(next.within) < 0.9 * widest(near))) return undefined;
    near = next.within;
  }
  return near;
}

/** Is the one solution in a small box an equilibrium? `open` where a number is too near zero to tell. */
function judge(supports: Supports, near: Box): 'equilibrium' | 'none' | 'open' {
  let open = false;
  for (const [i, support] of supports.lists.entries()) {
    // Of the first action, which has the rest.
    let [least, most] = [1 - supports.rounding, 1 + supports.rounding];
    for (let a = 1; a < support.length; a++) {
      const k = (supports.from[i] as number) + a - 1;
      const [low, high] = [near.low[k] as number, near.high[k] as number];
      if (high < 0) return 'none';
      if (low <= 0) open = true;
      least -= high;
      most -= low;
    }
    if (most < 0) return 'none';
    if (least <= 0) open = true;
  }
  for (const gain of supports.outside) {
    const { low, high } = supports.range(gain, near);
    if (low > 0) return 'none';
    if (high >= 0) open = true;
  }
  return open ? 'open' : 'equilibrium';
}

function enlarged(box: Box, margin: number): Box {
  const more = box.low.map((l, k) => ((box.high[k] as number) - l) * margin + 1e-12);
  return { low: box.low.map((l, k) => l - (more[k] as number)), high: box.high.map((h, k) => h + (more[k] as number)) };
}

function middleOf({ low, high }: Box): Float64Array {
  return low.map((l, k) => (l + (high[k] as number)) / 2);
}

function holds(outer: Box, inner: Box): boolean {
  return inner.low.every(
    (l, k) => l >= (outer.low[k] as number) && (inner.high[k] as number) <= (outer.high[k] as number),
  );
}

function meet(one: Box, other: Box): boolean {
  return one.low.every((l, k) => l <= (other.high[k] as number) && (other.low[k] as number) <= (one.high[k] as number));
}

function widest({ low, high }: Box): number {
  return low.reduce((most, l, k) => Math.max(most, (high[k] as number) - l), 0);
}

/** Across its longest side, a little beside the middle: solutions like to be there. */
function cut(box: Box): Box[] {
  const side = box.low.reduce(
    (best, l, k) => ((box.high[k] as number) - l > (box.high[best] as number) - (box.low[best] as number) ? k : best),
    0,
  );
  const at = 0.487 * (box.high[side] as number) + 0.513 * (box.low[side] as number);
  return [
    { low: box.low, high: box.high.map((h, k) => (k === side ? at : h)) },
    { low: box.low.map((l, k) => (k === side ? at : l)), high: box.high },
  ];
}

function inverted(matrix: Float64Array, size: number): Float64Array | undefined {
  const inverse = new Float64Array(size * size);
  for (let c = 0; c < size; c++) {
    const solved = solveDense(
      matrix.slice(),
      Float64Array.from({ length: size }, (_, r) => (r === c ? 1 : 0)),
    );
    if (solved === undefined) return undefined;
    for (let r = 0; r < size; r++) inverse[r * size + c] = solved.x[r] as number;
  }
  return inverse;
}

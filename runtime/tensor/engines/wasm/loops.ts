/** Walking several tensors together: strides, and dimensions that are one run in all of them. */
import type { Shape } from '../../ir.ts';

/** Elements from one index to the next, per axis, of a dense row-major tensor. */
export function denseStrides(shape: Shape): number[] {
  const strides: number[] = new Array(shape.length).fill(0);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d]!;
  }
  return strides;
}

/** Strides with which a tensor of shape `from` is read as if broadcast to `to`. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const dense = denseStrides(from);
  const shift = to.length - from.length;
  return to.map((_, d) => (d < shift || from[d - shift] === 1 ? 0 : dense[d - shift]!));
}

export interface Walk {
  readonly sizes: readonly number[];
  /** One list of strides per tensor. */
  readonly strides: readonly (readonly number[])[];
}

/** The same walk in as few dimensions as possible; always at least one. */
export function collapse(shape: Shape, strides: readonly (readonly number[])[]): Walk {
  const sizes: number[] = [];
  const out: number[][] = strides.map(() => []);
  for (const [d, size] of shape.entries()) {
    if (size === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && strides.every((of, k) => out[k]![last] === of[d]! * size);
    if (joins) {
      sizes[last]! *= size;
      for (const [k, of] of strides.entries()) out[k]![last] = of[d]!;
    } else {
      sizes.push(size);
      for (const [k, of] of strides.entries()) out[k]!.push(of[d]!);
    }
  }
  if (sizes.length === 0) return { sizes: [1], strides: strides.map(() => [1]) };
  return { sizes, strides: out };
}

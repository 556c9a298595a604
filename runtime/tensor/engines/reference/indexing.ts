import type { Shape } from '../../ir.ts';

/** Row-major strides. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = shape.map(() => 1);
  for (let k = shape.length - 2; k >= 0; k--) strides[k] = strides[k + 1]! * shape[k + 1]!;
  return strides;
}

/** Strides of a tensor read as if it had the (broadcast) shape `out`: 0 where it stretches. */
export function broadcastStrides(shape: Shape, out: Shape): number[] {
  const strides = stridesOf(shape);
  const lead = out.length - shape.length;
  return out.map((_, k) => (k < lead || shape[k - lead] === 1 ? 0 : strides[k - lead]!));
}

/** Positions visited by walking `shape` row-major with these strides from `base`. */
export function offsets(shape: Shape, strides: readonly number[], base = 0): number[] {
  let list = [base];
  shape.forEach((length, axis) => {
    const stride = strides[axis]!;
    const next: number[] = [];
    for (const at of list) for (let i = 0; i < length; i++) next.push(at + i * stride);
    list = next;
  });
  return list;
}

/** A tensor seen as [outer, axis, inner]. */
export function around(shape: Shape, axis: number): { outer: number; length: number; inner: number } {
  let outer = 1;
  let inner = 1;
  shape.forEach((d, k) => {
    if (k < axis) outer *= d;
    if (k > axis) inner *= d;
  });
  return { outer, length: shape[axis]!, inner };
}

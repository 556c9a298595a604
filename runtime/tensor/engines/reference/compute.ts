import type { Op, Shape } from '../../ir.ts';
import { sizeOf } from '../../ir.ts';
import { binaryFunctions, unaryFunctions } from './functions.ts';
import { around, broadcastStrides, offsets, stridesOf } from './indexing.ts';

/** A tensor's numbers, row-major. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** Operations that compute from their operands alone; leaves, scans and their parts are the interpreter's. */
export type PureOp = Exclude<Op, { readonly kind: 'input' | 'state' | 'argument' | 'scan' | 'part' }>;

/**
 * One operation, in double precision, written to be read: this is what the operations mean. Sums run in row-major order. The caller
 * rounds the result to the precision it keeps.
 */
export function compute(op: PureOp, inputs: readonly Tensor[], shape: Shape): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const x = inputs[0] as Tensor;
  const y = inputs[1] as Tensor;
  switch (op.kind) {
    case 'constant':
      return op.data.length === 1 ? out.fill(op.data[0]!) : Float64Array.from(op.data);
    case 'unary': {
      const f = unaryFunctions[op.fn];
      return out.map((_, i) => f(x.data[i]!));
    }
    case 'binary': {
      const f = binaryFunctions[op.fn];
      const [a, b] = inputs.map(input => spread(input, shape)) as [number[], number[]];
      return out.map((_, i) => f(x.data[a[i]!]!, y.data[b[i]!]!));
    }
    case 'select': {
      const [c, a, b] = inputs.map(input => spread(input, shape)) as [number[], number[], number[]];
      const z = inputs[2] as Tensor;
      return out.map((_, i) => (x.data[c[i]!] !== 0 ? y.data[a[i]!]! : z.data[b[i]!]!));
    }
    case 'float':
    case 'stopGradient':
    case 'reshape':
      return out.map((_, i) => x.data[i]!);
    case 'broadcast':
      return read(out, x, spread(x, shape));
    case 'transpose': {
      const strides = stridesOf(x.shape);
      return read(
        out,
        x,
        offsets(
          shape,
          op.permutation.map(p => strides[p]!),
        ),
      );
    }
    case 'slice': {
      const strides = stridesOf(x.shape);
      return read(out, x, offsets(shape, strides, start(op.starts, strides)));
    }
    case 'pad': {
      const strides = stridesOf(shape);
      offsets(x.shape, strides, start(op.before, strides)).forEach((at, i) => {
        out[at] = x.data[i]!;
      });
      return out;
    }
    case 'concat': {
      const strides = stridesOf(shape);
      let from = 0;
      for (const part of inputs) {
        offsets(part.shape, strides, from * strides[op.axis]!).forEach((at, i) => {
          out[at] = part.data[i]!;
        });
        from += part.shape[op.axis]!;
      }
      return out;
    }
    case 'matmul':
      return product(out, x, y, op.transposeA, op.transposeB, shape);
    case 'reduce':
      return reduction(out, x, op.fn, op.axes);
    case 'argmax':
      return largest(out, x, op.axis);
    case 'softmax':
      return softmax(out, x, op.log);
    case 'oneHot':
      for (let i = 0; i < x.data.length; i++) {
        const k = x.data[i]!;
        if (k >= 0 && k < op.depth) out[i * op.depth + k] = 1;
      }
      return out;
    case 'take':
    case 'takeAlong':
      return indexed(
        shape,
        x.shape,
        op.axis,
        y,
        op.kind === 'take',
        (i, at) => {
          out[i] = x.data[at]!;
        },
        out,
      );
    case 'scatterAdd':
    case 'scatterAlong':
      return indexed(
        x.shape,
        shape,
        op.axis,
        y,
        op.kind === 'scatterAdd',
        (i, at) => {
          out[at]! += x.data[i]!;
        },
        out,
      );
  }
}

function spread(tensor: Tensor, shape: Shape): number[] {
  return offsets(shape, broadcastStrides(tensor.shape, shape));
}

function read(out: Float64Array, x: Tensor, from: readonly number[]): Float64Array {
  return out.map((_, i) => x.data[from[i]!]!);
}

function start(starts: readonly number[], strides: readonly number[]): number {
  return starts.reduce((sum, from, k) => sum + from * strides[k]!, 0);
}

function product(out: Float64Array, a: Tensor, b: Tensor, ta: boolean, tb: boolean, shape: Shape): Float64Array {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const inner = a.shape.at(ta ? -2 : -1)!;
  const batch = shape.length === 3 ? shape[0]! : 1;
  for (let p = 0; p < batch; p++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const left = a.data[p * rows * inner + (ta ? k * rows + i : i * inner + k)]!;
          const right = b.data[p * inner * columns + (tb ? j * inner + k : k * columns + j)]!;
          sum += left * right;
        }
        out[(p * rows + i) * columns + j] = sum;
      }
    }
  }
  return out;
}

function reduction(out: Float64Array, x: Tensor, fn: 'sum' | 'max', axes: readonly number[]): Float64Array {
  const strides = stridesOf(x.shape);
  const kept = x.shape.map((d, k) => (axes.includes(k) ? 1 : d));
  const reduced = x.shape.map((d, k) => (axes.includes(k) ? d : 1));
  const inside = offsets(reduced, strides);
  offsets(kept, strides).forEach((base, i) => {
    let value = fn === 'sum' ? 0 : Number.NEGATIVE_INFINITY;
    for (const at of inside) value = fn === 'sum' ? value + x.data[base + at]! : Math.max(value, x.data[base + at]!);
    out[i] = value;
  });
  return out;
}

function largest(out: Float64Array, x: Tensor, axis: number): Float64Array {
  const { outer, length, inner } = around(x.shape, axis);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (k: number): number => x.data[(o * length + k) * inner + i]!;
      let best = 0;
      for (let k = 1; k < length; k++) if (at(k) > at(best)) best = k;
      out[o * inner + i] = best;
    }
  }
  return out;
}

function softmax(out: Float64Array, x: Tensor, log: boolean): Float64Array {
  const n = x.shape.at(-1)!;
  for (let row = 0; row < out.length; row += n) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < n; k++) top = Math.max(top, x.data[row + k]!);
    let sum = 0;
    for (let k = 0; k < n; k++) sum += Math.exp(x.data[row + k]! - top);
    for (let k = 0; k < n; k++) {
      const shifted = x.data[row + k]! - top;
      out[row + k] = log ? shifted - Math.log(sum) : Math.exp(shifted) / sum;
    }
  }
  return out;
}

/**
 * Walks `walked` (the shape of the side with one entry per index) and calls `move(i, at)` with each position and the one it points to in
 * a tensor of shape `indexedShape`. Indices are one list for the whole axis, or one per entry. Those outside the axis are passed over.
 */
function indexed(
  walked: Shape,
  indexedShape: Shape,
  axis: number,
  indices: Tensor,
  oneList: boolean,
  move: (i: number, at: number) => void,
  out: Float64Array,
): Float64Array {
  const { outer, length, inner } = around(walked, axis);
  const size = indexedShape[axis]!;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < length; j++) {
      for (let i = 0; i < inner; i++) {
        const position = (o * length + j) * inner + i;
        const k = indices.data[oneList ? j : position]!;
        if (k >= 0 && k < size) move(position, (o * size + k) * inner + i);
      }
    }
  }
  return out;
}

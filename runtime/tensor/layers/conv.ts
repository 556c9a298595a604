import type { Graph } from '../graph.ts';
import type { Node } from '../ir.ts';
import type { ConvSpec } from './spec.ts';
import type { Place } from './weights.ts';
import { activate, addBias, biasInitial, parameter, product, weightInitial } from './weights.ts';

/**
 * Two-dimensional cross-correlation, stride 1: x [.., rows, columns, channels in] -> [.., rows', columns', channels]. `same` keeps rows
 * and columns with zeros around (for an even window one more behind than in front), `valid` shrinks them by size - 1. The windows are
 * gathered with a constant table of positions, where -1 reads as zero, and multiplied with the weights [size size channels in, channels]
 * as one product. With copies x is [.., copies, rows of inputs, rows, columns, channels in], and each copy has weights of its own.
 */
export function conv(g: Graph, place: Place, spec: ConvSpec, x: Node): Node {
  if (x.shape.length < 3) g.refuse(`expects a grid [rows, columns, channels], got ${x.shape.length} axes`);
  const [rows, columns, channels] = x.shape.slice(-3) as [number, number, number];
  const lead = x.shape.slice(0, -3);
  const [height, width] = spec.size;
  const same = spec.padding === 'same';
  const outRows = same ? rows : rows - height + 1;
  const outColumns = same ? columns : columns - width + 1;
  if (outRows < 1 || outColumns < 1) {
    g.refuse(
      `a window of ${height} x ${width} does not fit into ${rows} x ${columns}; use padding same, or a smaller window`,
    );
  }
  const top = same ? Math.floor((height - 1) / 2) : 0;
  const left = same ? Math.floor((width - 1) / 2) : 0;
  const table: number[] = [];
  for (let i = 0; i < outRows; i++) {
    for (let j = 0; j < outColumns; j++) {
      for (let di = 0; di < height; di++) {
        for (let dj = 0; dj < width; dj++) {
          const r = i + di - top;
          const c = j + dj - left;
          const inside = r >= 0 && r < rows && c >= 0 && c < columns;
          table.push(inside ? r * columns + c : -1);
        }
      }
    }
  }
  const cells = g.reshape(x, [...(lead.length === 0 ? [1] : [-1]), rows * columns, channels]);
  const windows = g.take(cells, g.constant(table, [table.length], 'i32'), 1);
  const fanIn = height * width * channels;
  const weight = parameter(
    g,
    place,
    'weight',
    [fanIn, spec.channels],
    weightInitial(spec.weights, fanIn, spec.channels),
  );
  const bias = parameter(g, place, 'bias', [spec.channels], biasInitial(spec.weights, fanIn));
  // The windows of all inputs of a copy are rows of its product.
  const flat = place.copies === undefined ? [-1, fanIn] : [...lead.slice(0, -1), -1, fanIn];
  const y = addBias(g, place, product(g, place, g.reshape(windows, flat), weight), bias);
  return activate(g, spec.activation, g.reshape(y, [...lead, outRows, outColumns, spec.channels]));
}

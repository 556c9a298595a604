/**
 * Which utilities reach the total by a path on which gradient flows: `stop_gradient(q[1]) + q[0]` depends on both and teaches agent 0
 * only. Followed element by element at the sizes of a representative team. Paths are counted whether or not they cancel, so that a
 * utility without one gets no gradient for certain. `best` is a utility of its agent, too, as in `teachesNothing`.
 */
import { argumentsOf, type MixerModel, type MixerNode, type Shape, sizeOfShape } from '../../runtime/mixers/model.ts';

/** By element: the agents whose utilities reach it, bit i for agent i. */
type Masks = Uint32Array;

/** Elements followed in one mixer; what is larger is not judged. */
const mostFollowed = 2_000_000;

export interface Unreached {
  /** Agents whose utilities move the total while no gradient of it reaches them, in order. */
  readonly agents: readonly number[];
  /** Agents that it does reach, in order; never empty. */
  readonly reached: readonly number[];
  /** The first `stop_gradient` that such a utility goes through. */
  readonly at: number;
}

/** What `stop_gradient` keeps some agents from learning; undefined where it does not, or where it keeps all of them from it. */
export function unreachedBy(model: MixerModel): Unreached | undefined {
  const stops = model.nodes.flatMap((node, k) => (node.op === 'unary' && node.fn === 'stop_gradient' ? [k] : []));
  if (stops.length === 0 || model.sizes.agents > 31) return undefined;
  const values = reachOf(model, true);
  const gradients = reachOf(model, false);
  if (values === undefined || gradients === undefined) return undefined;
  const reached = gradients[model.output]?.[0] ?? 0;
  const missing = (values[model.output]?.[0] ?? 0) & ~reached;
  if (missing === 0 || reached === 0) return undefined;
  const needed = neededBy(model);
  const at = stops.find(k => needed.has(k) && (values[k] ?? []).some(mask => (mask & missing) !== 0));
  if (at === undefined) return undefined;
  const listed = (mask: number): readonly number[] =>
    Array.from({ length: model.sizes.agents }, (_, i) => i).filter(i => ((mask >> i) & 1) === 1);
  return { agents: listed(missing), reached: listed(reached), at };
}

function neededBy(model: MixerModel): ReadonlySet<number> {
  const needed = new Set([model.output]);
  for (let k = model.output; k >= 0; k--)
    if (needed.has(k)) for (const argument of argumentsOf(model.nodes[k]!)) needed.add(argument);
  return needed;
}

/** By node; undefined for a node that no utility reaches, or, of the whole, for a mixer that is too large to follow. */
function reachOf(model: MixerModel, throughStops: boolean): readonly (Masks | undefined)[] | undefined {
  const found: (Masks | undefined)[] = [];
  let followed = 0;
  for (const node of model.nodes) {
    const { op } = node;
    const utilities = op === 'input' && (node.input === 'q' || node.input === 'best');
    const stopped = op === 'unary' && node.fn === 'stop_gradient' && !throughStops;
    if (!utilities && (stopped || argumentsOf(node).every(argument => found[argument] === undefined))) {
      found.push(undefined);
      continue;
    }
    followed += sizeOfShape(node.shape);
    if (followed > mostFollowed) return undefined;
    found.push(masksOf(model, node, found));
  }
  return found;
}

function masksOf(model: MixerModel, node: MixerNode, found: readonly (Masks | undefined)[]): Masks {
  const masks = new Uint32Array(sizeOfShape(node.shape));
  const shapeOf = (k: number): Shape => model.nodes[k]!.shape;
  /** Joins into element `e` of the result what reaches element `from` of an argument. */
  const join = (e: number, argument: number, from: number): void => {
    masks[e] = (masks[e] as number) | (found[argument]?.[from] ?? 0);
  };
  switch (node.op) {
    case 'input':
      masks.forEach((_, i) => {
        masks[i] = 1 << i;
      });
      break;
    case 'unary':
    case 'reshape':
      return found[node.of] as Masks;
    case 'binary':
      for (const argument of [node.left, node.right]) {
        const from = repeated(shapeOf(argument), node.shape);
        masks.forEach((_, e) => {
          join(e, argument, from(e));
        });
      }
      break;
    case 'network':
    case 'softmax': {
      // Along the last axis everything may depend on everything.
      const width = shapeOf(node.of).at(-1) as number;
      const rows = sizeOfShape(shapeOf(node.of)) / width;
      const wide = masks.length / rows;
      const { of } = node;
      const row = rowsOf(found[of] as Masks, rows, width);
      masks.forEach((_, e) => {
        masks[e] = row[Math.floor(e / wide)] as number;
      });
      break;
    }
    case 'matmul': {
      const [left, right] = [shapeOf(node.left), shapeOf(node.right)];
      const inner = right[0] as number;
      const [rows, columns] = [sizeOfShape(left) / inner, sizeOfShape(right) / inner];
      masks.forEach((_, e) => {
        for (let i = 0; i < inner; i++) {
          join(e, node.left, Math.floor(e / columns) * inner + i);
          join(e, node.right, i * columns + (e % columns));
        }
      });
      if (rows * columns !== masks.length) throw new Error('the shapes of a product do not fit');
      break;
    }
    case 'reduce': {
      const shape = shapeOf(node.of);
      const axis = node.axis;
      const inner = axis === undefined ? sizeOfShape(shape) : sizeOfShape(shape.slice(axis + 1));
      const extent = axis === undefined ? 1 : (shape[axis] as number);
      (found[node.of] as Masks).forEach((_, from) => {
        join(axis === undefined ? 0 : Math.floor(from / (inner * extent)) * inner + (from % inner), node.of, from);
      });
      break;
    }
    case 'concat': {
      const wide = node.shape.at(-1) as number;
      let offset = 0;
      for (const part of node.parts) {
        const width = shapeOf(part).at(-1) as number;
        (found[part] ?? []).forEach((_, from) => {
          join(Math.floor(from / width) * wide + offset + (from % width), part, from);
        });
        offset += width;
      }
      break;
    }
    case 'transpose': {
      const [rows, columns] = shapeOf(node.of) as readonly [number, number];
      masks.forEach((_, e) => {
        join(e, node.of, (e % rows) * columns + Math.floor(e / rows));
      });
      break;
    }
    case 'index':
      masks.forEach((_, e) => {
        join(e, node.of, node.at * masks.length + e);
      });
      break;
    default:
  }
  return masks;
}

/** What reaches any element of a row. */
function rowsOf(masks: Masks, rows: number, width: number): Masks {
  const joined = new Uint32Array(rows);
  masks.forEach((mask, e) => {
    const row = Math.floor(e / width);
    joined[row] = (joined[row] as number) | mask;
  });
  return joined;
}

/** The element of an argument that element `e` of a result of `shape` is made of: extents of 1, and missing axes, are repeated. */
function repeated(own: Shape, shape: Shape): (e: number) => number {
  const strides: { readonly extent: number; readonly stride: number }[] = [];
  let stride = 1;
  for (let axis = 1; axis <= shape.length; axis++) {
    const extent = own.at(-axis) ?? 1;
    strides.push({ extent: shape.at(-axis) as number, stride: axis > own.length || extent === 1 ? 0 : stride });
    stride *= axis > own.length ? 1 : extent;
  }
  return e => {
    let rest = e;
    let from = 0;
    for (const { extent, stride: step } of strides) {
      from += (rest % extent) * step;
      rest = Math.floor(rest / extent);
    }
    return from;
  };
}

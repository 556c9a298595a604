/** The shape of every operation, or why its arguments do not fit. */
import type { Shape } from '../../runtime/mixers/model.ts';

export type Shaped = { readonly shape: Shape } | { readonly problem: string };

/** `a number`, `a vector of 3`, `a 3 x 32 matrix`, `a 2 x 3 x 4 array`. */
export function showShape(shape: Shape): string {
  if (shape.length === 0) return 'a number';
  if (shape.length === 1) return `a vector of ${shape[0]}`;
  return `a ${shape.join(' x ')} ${shape.length === 2 ? 'matrix' : 'array'}`;
}

/** Element by element: aligned at the last axes, an extent of 1 or a missing one is repeated. */
export function broadcast(left: Shape, right: Shape): Shaped {
  const rank = Math.max(left.length, right.length);
  const shape: number[] = [];
  for (let k = 1; k <= rank; k++) {
    const a = left[left.length - k] ?? 1;
    const b = right[right.length - k] ?? 1;
    if (a !== b && a !== 1 && b !== 1)
      return { problem: `${showShape(left)} and ${showShape(right)} have no common shape` };
    shape.unshift(a === 1 ? b : a);
  }
  return { shape };
}

/** Does `*` of these mean the product of a vector and a matrix? It depends on the number of axes alone, never on their extents. */
export function isProduct(left: Shape, right: Shape): boolean {
  return (left.length === 1 && right.length === 2) || (left.length === 2 && right.length === 1);
}

/** `[k]·[k]`, `[k]·[k, m]`, `[m, k]·[k]`, `[m, k]·[k, p]`. */
export function product(left: Shape, right: Shape): Shaped {
  const fits = [1, 2].includes(left.length) && [1, 2].includes(right.length);
  if (!fits) return { problem: `${showShape(left)} times ${showShape(right)} is no product of vectors and matrices` };
  if (left.at(-1) !== right[0]) {
    const of = left.length === 1 ? 'numbers of the vector' : 'columns of the left one';
    const by = right.length === 1 ? 'numbers of the vector' : 'rows of the matrix';
    return {
      problem: `${showShape(left)} times ${showShape(right)}: the ${left.at(-1)} ${of} meet ${right[0]} ${by}`,
    };
  }
  return { shape: [...left.slice(0, -1), ...right.slice(1)] };
}

/** Along the last axis; numbers count as vectors of 1. */
export function joined(parts: readonly Shape[]): Shaped {
  const shapes = parts.map(part => (part.length === 0 ? [1] : part));
  const first = shapes[0] ?? [1];
  for (const shape of shapes) {
    const same =
      shape.length === first.length && shape.every((extent, k) => k === shape.length - 1 || extent === first[k]);
    if (!same) return { problem: `${showShape(first)} and ${showShape(shape)} cannot be joined along their last axis` };
  }
  return { shape: [...first.slice(0, -1), shapes.reduce((sum, shape) => sum + shape.at(-1)!, 0)] };
}

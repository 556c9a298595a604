/**
 * What every node of a mixer can be, whatever the weights, the inputs and the sizes are. Sums are of one or more terms and counts
 * are at least 1, never the numbers of this instance, so that what holds here holds for every number of agents.
 */
import { argumentsOf, type MixerModel, type MixerNode } from '../../runtime/mixers/model.ts';
import { firstEquals } from './equal.ts';
import * as I from './interval.ts';

export function rangesOf(model: MixerModel): readonly I.Interval[] {
  const ranges: I.Interval[] = [];
  const first = firstEquals(model);
  const equal = (a: number, b: number) => first[a] === first[b];
  const at = (node: number) => ranges[node]!;
  for (const node of model.nodes)
    ranges.push(node.op === 'matmul' ? productOf(model, node, at, equal) : rangeOf(node, at, equal));
  return ranges;
}

/**
 * The first node behind the output that need not be a finite number: a constant beyond the largest double, or a quotient whose divisor may
 * be 0. (`log` and `sqrt` are refused where they may have no value, and weights that are large enough to overflow are not looked at.)
 */
export function withoutValue(model: MixerModel, ranges: readonly I.Interval[]): number | undefined {
  const needed = new Set([model.output]);
  for (let k = model.output; k >= 0; k--)
    if (needed.has(k)) for (const argument of argumentsOf(model.nodes[k]!)) needed.add(argument);
  const found = model.nodes.findIndex((node, k) => {
    if (!needed.has(k)) return false;
    const range = ranges[k]!;
    if (!(range.low < Infinity && range.high > -Infinity)) return true;
    if (node.op !== 'binary' || node.fn !== 'div') return false;
    const divisor = ranges[node.right]!;
    return !I.isPositive(divisor) && !I.isNegative(divisor);
  });
  return found === -1 ? undefined : found;
}

type At = (node: number) => I.Interval;
type Equal = (a: number, b: number) => boolean;

function productOf(model: MixerModel, node: MixerNode & { op: 'matmul' }, at: At, equal: Equal): I.Interval {
  // Of a vector with itself it adds up squares; the elements of a matrix times itself are none.
  const squares = equal(node.left, node.right) && model.nodes[node.left]!.shape.length === 1;
  return I.sumOfSome(squares ? I.apply('square', at(node.left)) : I.multiply(at(node.left), at(node.right)));
}

function rangeOf(node: Exclude<MixerNode, { readonly op: 'matmul' }>, at: At, equal: Equal): I.Interval {
  switch (node.op) {
    case 'input':
      return node.input === 'actions' ? { low: 0, high: 1, lowOpen: false, highOpen: false } : I.anything;
    case 'number':
      return I.exactly(node.value);
    case 'size':
      return I.count;
    case 'weight':
    case 'network':
      return I.anything;
    case 'unary':
      return I.apply(node.fn, at(node.of));
    case 'binary': {
      const [left, right] = [at(node.left), at(node.right)];
      switch (node.fn) {
        case 'add':
          return I.add(left, right);
        case 'sub':
          return equal(node.left, node.right) ? I.exactly(0) : I.add(left, I.negate(right));
        case 'mul':
          return equal(node.left, node.right) ? I.apply('square', left) : I.multiply(left, right);
        case 'div':
          return I.multiply(left, I.reciprocal(right));
        case 'max':
          return I.larger(left, right);
        case 'min':
          return I.smaller(left, right);
      }
      break;
    }
    case 'reduce':
      return node.fn === 'sum' ? I.sumOfSome(at(node.of)) : at(node.of);
    case 'softmax':
      return I.share;
    case 'concat':
      return node.parts.map(at).reduce(I.hull);
    case 'reshape':
    case 'transpose':
    case 'index':
      return at(node.of);
  }
}

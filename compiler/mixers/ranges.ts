/**
 * What every node of a mixer can be, whatever the weights, the inputs and the sizes are. Sums are of one or more terms and counts
 * are at least 1, never the numbers of this instance, so that what holds here holds for every number of agents.
 */
import type { MixerModel, MixerNode } from '../../runtime/mixers/model.ts';
import * as I from './interval.ts';

export function rangesOf(model: MixerModel): readonly I.Interval[] {
  const ranges: I.Interval[] = [];
  for (const node of model.nodes) ranges.push(rangeOf(node, k => ranges[k]!));
  return ranges;
}

function rangeOf(node: MixerNode, at: (node: number) => I.Interval): I.Interval {
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
          return I.add(left, I.negate(right));
        case 'mul':
          return node.left === node.right ? I.apply('square', left) : I.multiply(left, right);
        case 'div':
          return I.multiply(left, I.reciprocal(right));
        case 'max':
          return I.larger(left, right);
        case 'min':
          return I.smaller(left, right);
      }
      break;
    }
    case 'matmul':
      return I.sumOfSome(
        node.left === node.right ? I.apply('square', at(node.left)) : I.multiply(at(node.left), at(node.right)),
      );
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

/** Functions, distributions and types that are always there, as completion, hover and signature help show them. */

export interface Builtin {
  readonly name: string;
  /** `clamp(x, low, high)`; parameters are what stands between the parentheses. */
  readonly form: string;
  readonly doc: string;
  readonly kind: 'function' | 'fold' | 'distribution';
}

const math: readonly (readonly [string, string])[] = [
  ['abs', 'The size of a number without its sign.'],
  ['sign', '-1, 0 or 1.'],
  ['floor', 'The next integer below.'],
  ['ceil', 'The next integer above.'],
  ['round', 'The nearest integer.'],
  ['sqrt', 'The square root.'],
  ['exp', 'e to the power of a number.'],
  ['log', 'The natural logarithm of a positive number.'],
  ['sin', 'The sine of an angle in radians.'],
  ['cos', 'The cosine of an angle in radians.'],
  ['tanh', 'The hyperbolic tangent.'],
];

export const builtins: readonly Builtin[] = [
  fold('sum', 'e for x in T if c', 'Adds up a value for every element.'),
  fold('product', 'e for x in T if c', 'Multiplies a value for every element.'),
  fold('any', 'c for x in T', 'True where the condition holds for some element.'),
  fold('all', 'c for x in T', 'True where the condition holds for every element.'),
  fold('count', 'c for x in T', 'The number of elements for which the condition holds.'),
  fold('min', 'a, b', 'The smaller of two values, or the smallest of many: `min(e for x in T)`.'),
  fold('max', 'a, b', 'The greater of two values, or the greatest of many: `max(e for x in T)`.'),
  fold('argmin', 'e for x in T', 'The element with the smallest value, the first of several.'),
  fold('argmax', 'e for x in T', 'The element with the greatest value, the first of several.'),
  distribution('uniform', 'T', 'Every element of a type, a range or a list equally likely.'),
  distribution('bernoulli', 'p', 'True with probability `p`.'),
  distribution('categorical', 'weights', 'An index with a probability proportional to its weight.'),
  distribution('normal', 'mean, deviation', 'The normal distribution.'),
  distribution('permutation', 'T', 'All elements of a type in random order.'),
  distribution('point', 'x', 'Always `x`.'),
  ...math.map(([name, doc]): Builtin => ({ name, form: `${name}(x)`, doc, kind: 'function' })),
  plain('clamp', 'x, low, high', '`x`, or the nearer end where it lies outside of the range.'),
  plain('div', 'a, b', 'Division of integers, rounded down.'),
  plain('len', 's', 'The number of elements of a sequence, an array or a type.'),
  plain('last', 's', 'The last element of a sequence that is never empty here.'),
  plain('rows', 'm', 'The number of rows of a map.'),
  plain('cols', 'm', 'The number of columns of a map.'),
  plain('find', 'm, x', 'The one place of a constant map where `x` stands, as (row, column).'),
  plain('next_of', 'x', 'The element after `x` in its type; the first after the last.'),
  plain('prev_of', 'x', 'The element before `x` in its type; the last before the first.'),
  plain('ord', 'x', 'The number of an element of an enum, an index or a class of agents, from 0.'),
  plain('other', 'p', 'The other one of two agents.'),
  plain('onehot', 'x', 'As many conditions as the type of `x` has values: true at the value, false elsewhere.'),
];

export const builtinTypes: readonly (readonly [string, string])[] = [
  ['bool', 'true or false'],
  ['int', 'a whole number; give a range such as `0..9` where it is part of the state'],
  ['real', 'a number; `real in -1..1` has bounds'],
  ['prob', 'a number from 0 to 1'],
  ['agents', 'all agents in the order of their declaration'],
  ['Action', 'the actions of the agents'],
];

function fold(name: string, parameters: string, doc: string): Builtin {
  return { name, form: `${name}(${parameters})`, doc, kind: 'fold' };
}

function distribution(name: string, parameters: string, doc: string): Builtin {
  return { name, form: `${name}(${parameters})`, doc, kind: 'distribution' };
}

function plain(name: string, parameters: string, doc: string): Builtin {
  return { name, form: `${name}(${parameters})`, doc, kind: 'function' };
}

const byName: ReadonlyMap<string, Builtin> = new Map(builtins.map(one => [one.name, one]));

export function builtinNamed(name: string): Builtin | undefined {
  return byName.get(name);
}

/** The functions of mixers: their arguments, the shapes of their results, the nodes they become. */
import type { CallExpr, Expr, Span } from '../../grammar/ast.ts';
import type { Reduction, Shape, UnaryFunction } from '../../runtime/mixers/model.ts';
import { sizeOfShape } from '../../runtime/mixers/model.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { report } from '../elaborate/context.ts';
import type { Elaboration } from './elaborate.ts';
import type { Term } from './graph.ts';
import { joined, product, showShape } from './shapes.ts';

/** Functions of one argument, element by element, with what they are. */
export const elementwise: Readonly<Record<string, { readonly fn: UnaryFunction; readonly doc: string }>> = {
  abs: { fn: 'abs', doc: 'the absolute value' },
  exp: { fn: 'exp', doc: 'e to this power' },
  log: { fn: 'log', doc: 'the natural logarithm of a positive number' },
  sqrt: { fn: 'sqrt', doc: 'the square root of a number that is not negative' },
  square: { fn: 'square', doc: 'x times x' },
  relu: { fn: 'relu', doc: 'x, or 0 where x is negative' },
  elu: { fn: 'elu', doc: 'x where it is positive, else e^x - 1' },
  leaky_relu: { fn: 'leaky_relu', doc: 'x where it is positive, else x / 100' },
  softplus: { fn: 'softplus', doc: 'log(1 + e^x), always positive' },
  sigmoid: { fn: 'sigmoid', doc: '1 / (1 + e^-x), between 0 and 1' },
  tanh: { fn: 'tanh', doc: 'the hyperbolic tangent, between -1 and 1' },
  stop_gradient: { fn: 'stop_gradient', doc: 'x, through which no gradient flows' },
};

interface Signature {
  /** Fewest and most positional arguments. */
  readonly args: readonly [number, number];
  readonly named: readonly string[];
  /** How a call looks. */
  readonly form: string;
}

/** Every function of mixers but the element-wise ones. */
export const signatures: Readonly<Record<string, Signature>> = {
  hyper: { args: [1, 1], named: ['hidden', 'layers', 'of'], form: 'hyper([agents, 32], hidden: 64)' },
  weight: { args: [1, 1], named: [], form: 'weight([agents])' },
  sum: { args: [1, 1], named: ['axis'], form: 'sum(x)' },
  mean: { args: [1, 1], named: ['axis'], form: 'mean(x)' },
  max: { args: [1, 8], named: ['axis'], form: 'max(x)' },
  min: { args: [1, 8], named: ['axis'], form: 'min(x)' },
  dot: { args: [2, 2], named: [], form: 'dot(x, w)' },
  matmul: { args: [2, 2], named: [], form: 'matmul(a, b)' },
  softmax: { args: [1, 1], named: [], form: 'softmax(x)' },
  clamp: { args: [3, 3], named: [], form: 'clamp(x, low, high)' },
  concat: { args: [1, 32], named: [], form: 'concat(x, y)' },
  reshape: { args: [2, 2], named: [], form: 'reshape(x, [agents, 1])' },
  flatten: { args: [1, 1], named: [], form: 'flatten(x)' },
  transpose: { args: [1, 1], named: [], form: 'transpose(x)' },
};

/** `unknown` where this is none of them; that it is no function of the file either was reported. */
export function call(on: Elaboration, name: string, e: CallExpr): Term | undefined | 'unknown' {
  const known = [...Object.keys(signatures), ...Object.keys(elementwise)];
  const simple = Object.hasOwn(elementwise, name) ? elementwise[name] : undefined;
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (simple === undefined && signature === undefined) {
    if (on.plain.scope.lookup(name)?.kind === 'fn') return 'unknown';
    const suggestion = suggest(name, known);
    report(on.sized, e.callee.span, 'unknown-name', { name, what: 'function', suggestion, known: known.join(', ') });
    return undefined;
  }
  const [fewest, most] = signature?.args ?? [1, 1];
  if (e.args.length < fewest || e.args.length > most) {
    const expected =
      fewest === most ? `${fewest} argument${fewest === 1 ? '' : 's'}` : `${fewest} to ${most} arguments`;
    const form = signature?.form ?? `${name}(x)`;
    report(on.sized, e.span, 'wrong-arity', { name, expected, found: e.args.length, call: form });
    return undefined;
  }
  for (const { name: given } of e.named) {
    const names = signature?.named ?? [];
    if (names.includes(given.text)) continue;
    const suggestion = suggest(given.text, names);
    report(on.sized, given.span, 'unknown-argument', {
      name: given.text,
      of: name,
      suggestion,
      known: names.join(', '),
    });
    return undefined;
  }
  if (name === 'hyper') return hyper(on, e);
  if (name === 'weight') {
    const shape = on.shape(e.args[0]!);
    if (shape === undefined) return undefined;
    const weight = on.graph.weight(on.binding, shape, shape[0] ?? 1);
    return on.graph.add({ op: 'weight', weight, shape }, e.span, [], e.callee.span);
  }
  const terms: Term[] = [];
  for (const argument of name === 'reshape' ? e.args.slice(0, 1) : e.args) {
    const term = on.term(argument);
    if (term !== undefined) terms.push(term);
    else if (argument === e.args.at(-1) || name !== 'concat') return undefined;
  }
  if (terms.length < (name === 'reshape' ? 1 : e.args.length)) return undefined;
  const spans = e.args.map(argument => argument.span);
  if (simple !== undefined) {
    const { node: of, shape } = terms[0]!;
    return on.graph.add({ op: 'unary', fn: simple.fn, of, shape }, e.span, spans, e.callee.span);
  }
  return operation(on, name, e, terms, spans);
}

function operation(
  on: Elaboration,
  name: string,
  e: CallExpr,
  terms: readonly Term[],
  spans: readonly Span[],
): Term | undefined {
  const first = terms[0]!;
  const callee = e.callee.span;
  const make = (shape: Shape) => ({ of: first.node, shape });
  switch (name) {
    case 'sum':
    case 'mean':
    case 'max':
    case 'min':
      return terms.length === 1 ? reduce(on, name, e, first) : among(on, name as 'max' | 'min', e, terms, spans);
    case 'dot':
    case 'matmul': {
      const second = terms[1]!;
      const vectors = first.shape.length === 1 && second.shape.length === 1;
      const shaped =
        name === 'dot' && !vectors
          ? {
              problem: `\`dot\` takes two vectors, and these are ${showShape(first.shape)} and ${showShape(second.shape)}`,
            }
          : product(first.shape, second.shape);
      if ('problem' in shaped) return on.misfit(e.span, shaped.problem);
      return on.graph.add(
        { op: 'matmul', left: first.node, right: second.node, shape: shaped.shape },
        e.span,
        spans,
        callee,
      );
    }
    case 'softmax':
      if (first.shape.length === 0)
        return on.misfit(e.span, '`softmax` takes a vector or matrix, and this is a number');
      return on.graph.add({ op: 'softmax', ...make(first.shape) }, e.span, spans, callee);
    case 'clamp': {
      const [, low, high] = terms as [Term, Term, Term];
      const [at, atLow, atHigh] = spans as [Span, Span, Span];
      const above = on.binary('max', first, low, e.span, [at, atLow], callee);
      return above === undefined ? undefined : on.binary('min', above, high, e.span, [at, atHigh], callee);
    }
    case 'concat': {
      const shaped = joined(terms.map(term => term.shape));
      if ('problem' in shaped) return on.misfit(e.span, shaped.problem);
      return on.graph.add(
        { op: 'concat', parts: terms.map(term => term.node), shape: shaped.shape },
        e.span,
        spans,
        callee,
      );
    }
    case 'reshape': {
      const shape = on.shape(e.args[1]!);
      if (shape === undefined) return undefined;
      if (sizeOfShape(shape) !== sizeOfShape(first.shape))
        return on.misfit(
          e.span,
          `${showShape(first.shape)} cannot become ${showShape(shape)}: ${sizeOfShape(first.shape)} elements are not ${sizeOfShape(shape)}`,
        );
      return on.graph.add({ op: 'reshape', ...make(shape) }, e.span, spans.slice(0, 1), callee);
    }
    case 'flatten':
      return on.graph.add({ op: 'reshape', ...make([sizeOfShape(first.shape)]) }, e.span, spans, callee);
    default: {
      if (first.shape.length !== 2)
        return on.misfit(e.span, `\`transpose\` takes a matrix, and this is ${showShape(first.shape)}`);
      const [rows, columns] = first.shape as readonly [number, number];
      return on.graph.add({ op: 'transpose', ...make([columns, rows]) }, e.span, spans, callee);
    }
  }
}

function reduce(on: Elaboration, fn: Reduction, e: CallExpr, of: Term): Term | undefined {
  const named = e.named.find(one => one.name.text === 'axis');
  let axis: number | undefined;
  if (named !== undefined) {
    axis = on.whole(named.value, 'An axis');
    if (axis === undefined) return undefined;
    if (axis < 0 || axis >= of.shape.length)
      return on.misfit(named.value.span, `${showShape(of.shape)} has no axis ${axis}; its axes count from 0`);
  }
  const shape = axis === undefined ? [] : of.shape.filter((_, k) => k !== axis);
  return on.graph.add({ op: 'reduce', fn, of: of.node, axis, shape }, e.span, [e.args[0]!.span], e.callee.span);
}

/** `max(a, b, c)`: element by element. */
function among(
  on: Elaboration,
  fn: 'max' | 'min',
  e: CallExpr,
  terms: readonly Term[],
  spans: readonly Span[],
): Term | undefined {
  let result: Term | undefined = terms[0];
  for (let k = 1; k < terms.length && result !== undefined; k++)
    result = on.binary(fn, result, terms[k]!, e.span, [k === 1 ? spans[0]! : e.span, spans[k]!], e.callee.span);
  return result;
}

/** `hyper(shape, hidden: h, layers: k, of: x)`: a network of the state (or of `x`) that gives an array of this shape. */
function hyper(on: Elaboration, e: CallExpr): Term | undefined {
  const named = (name: string): Expr | undefined => e.named.find(one => one.name.text === name)?.value;
  const shape = on.shape(e.args[0]!);
  const [hiddenExpr, layersExpr, ofExpr] = [named('hidden'), named('layers'), named('of')];
  const hidden = hiddenExpr === undefined ? 0 : positive(on, hiddenExpr, '`hidden`', 100_000);
  const layers = layersExpr === undefined ? 1 : positive(on, layersExpr, '`layers`', 16);
  const of = ofExpr === undefined ? on.graph.input('state', e.span) : on.term(ofExpr);
  if (shape === undefined || hidden === undefined || layers === undefined || of === undefined) return undefined;
  if (of.shape.length === 0) return on.misfit(ofExpr?.span ?? e.span, 'a network reads a vector, and this is a number');
  if (layersExpr !== undefined && hidden === 0)
    return on.misfit(
      layersExpr.span,
      '`layers` counts hidden layers, and `hidden` does not give their width',
      'Add `hidden: 64`.',
    );
  const widths = hidden === 0 ? [] : Array.from({ length: layers }, () => hidden);
  return on.graph.network(on.binding, of, widths, shape, e.span, [ofExpr?.span ?? e.span]);
}

function positive(on: Elaboration, e: Expr, what: string, most: number): number | undefined {
  const value = on.whole(e, what);
  if (value === undefined || (value >= 1 && value <= most)) return value;
  return on.misfit(e.span, `${what} is a whole number in 1..${most}, and this is ${value}`);
}

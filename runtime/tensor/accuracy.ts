import type { Op, UnaryFunction } from './ir.ts';

/**
 * How far an engine's result may be from the exact value of the operation on its (float32) operands. This is what an engine's own
 * polynomials must reach and what conformance tests check: |got - exact| <= relative |exact| + absolute scale, where `scale` is the
 * magnitude of what was summed. Results below the smallest normal float32 may be flushed to zero; an overflow gives infinity.
 */
export interface Tolerance {
  /** Of the exact value. */
  readonly relative: number;
  /** Of 1, for functions; of the sum of absolute terms, for sums and products. */
  readonly absolute: number;
}

/** Half a unit in the last place of float32. */
const rounding = 1 / 16777216;

const exact: Tolerance = { relative: 0, absolute: 0 };
/** The exact value, correctly rounded. */
const rounded: Tolerance = { relative: rounding, absolute: 0 };
const ulps = (count: number): Tolerance => ({ relative: count * 2 * rounding, absolute: 0 });

const unaryTolerance: Readonly<Record<UnaryFunction, Tolerance>> = {
  neg: exact,
  abs: exact,
  sign: exact,
  floor: exact,
  not: exact,
  relu: exact,
  square: rounded,
  sqrt: rounded,
  reciprocal: rounded,
  // The polynomials of the usual vector libraries (Cephes) stay within these.
  exp: ulps(2),
  // Near 1 the logarithm goes through 0: there the absolute part counts.
  log: { relative: 4 * rounding, absolute: rounding },
  // Rational fits without a call of exp lose a few more than Cephes does.
  tanh: ulps(6),
  sigmoid: ulps(4),
  softplus: { relative: 8 * rounding, absolute: 2 * rounding },
  // exp(x) - 1 may cancel below 0.
  elu: { relative: 8 * rounding, absolute: 2 * rounding },
};

/** Terms are summed in any order, with or without fused multiply-add: the error grows with their number at worst. */
function sums(terms: number): Tolerance {
  return { relative: 0, absolute: (terms + 2) * rounding };
}

/**
 * The tolerance of one operation; `terms` is the number of terms summed into one entry (matrix products, sums, softmax rows, scatters).
 * For a softmax the absolute part is of 1, for a log-softmax of the largest |x - max| in its row.
 */
export function toleranceOf(op: Op, terms = 1): Tolerance {
  switch (op.kind) {
    case 'unary':
      return unaryTolerance[op.fn];
    case 'binary':
      return ['add', 'sub', 'mul', 'div'].includes(op.fn) ? rounded : exact;
    case 'matmul':
    case 'scatterAdd':
    case 'scatterAlong':
      return sums(terms);
    case 'reduce':
      return op.fn === 'sum' ? sums(terms) : exact;
    case 'softmax':
      return { relative: 8 * rounding, absolute: (terms + 8) * rounding };
    case 'float':
      return rounded;
    default:
      return exact;
  }
}

/** Atoms of functions: what can be said of their form is said here, once. */
import { Rational } from '../../../runtime/games/rational.ts';
import type { Bounds, UnaryOperator } from '../../game/model.ts';
import { boundsOf, Poly } from './polynomial.ts';
import { equalTo, less, multiply, primitive } from './product.ts';
import { anything, isBit, type Session, truth } from './session.ts';

/** 1 / of, and 0 where `of` is 0: so `of * inverse(of)` is 1 wherever `of` is not 0. */
export function inverse(session: Session, of: Poly): Poly {
  const constant = of.constant;
  if (constant !== undefined) return constant.sign === 0 ? Poly.zero : Poly.constant(Rational.one.div(constant));
  if (of.terms.size === 1)
    for (const { coefficient, atoms } of of.terms.values()) {
      if (atoms.length === 1) break;
      // The inverse of a product is the product of the inverses.
      let product = Poly.constant(Rational.one.div(coefficient));
      for (const atom of atoms) product = multiply(session, product, inverse(session, Poly.atom(atom)));
      return product;
    }
  const { part, unit, offset } = primitive(of);
  const scaled = part.add(Poly.constant(offset.div(unit)));
  const atom = scaled.single;
  if (atom?.shape.kind === 'inverse') return atom.shape.of.scale(Rational.one.div(unit));
  if (atom !== undefined && isBit(atom)) return scaled.scale(Rational.one.div(unit));
  const bounds = invertedBounds(boundsOf(scaled));
  const inverted = session.intern(`/${scaled.key}`, { kind: 'inverse', of: scaled }, bounds, false);
  return Poly.atom(inverted).scale(Rational.one.div(unit));
}

function invertedBounds({ low, high }: Bounds): Bounds {
  if (!(low > 0 || high < 0)) return anything;
  return { low: 1 / high, high: 1 / low };
}

export function absolute(session: Session, of: Poly): Poly {
  const constant = of.constant;
  if (constant !== undefined) return Poly.constant(constant.abs());
  const { low, high } = boundsOf(of);
  if (low >= 0) return of;
  if (high <= 0) return of.neg();
  const { part, unit, offset } = primitive(of);
  // |x| = |-x|, and factors come out.
  const scaled = part.add(Poly.constant(offset.div(unit)));
  const range = boundsOf(scaled);
  const bounds = { low: 0, high: Math.max(Math.abs(range.low), Math.abs(range.high)) };
  const atom = session.intern(`|${scaled.key}`, { kind: 'abs', of: scaled }, bounds, scaled.whole);
  return Poly.atom(atom).scale(unit.abs());
}

export function minimum(session: Session, a: Poly, b: Poly): Poly {
  if (a.equals(b)) return a;
  const { low, high } = boundsOf(a.sub(b));
  if (high <= 0) return a;
  if (low >= 0) return b;
  const [left, right] = a.key < b.key ? [a, b] : [b, a];
  const [x, y] = [boundsOf(left), boundsOf(right)];
  const bounds = { low: Math.min(x.low, y.low), high: Math.min(x.high, y.high) };
  const whole = left.whole && right.whole;
  return Poly.atom(session.intern(`m${left.key};${right.key}`, { kind: 'min', left, right }, bounds, whole));
}

/** The one that is not the minimum. */
export function maximum(session: Session, a: Poly, b: Poly): Poly {
  return a.add(b).sub(minimum(session, a, b));
}

export function sign(session: Session, of: Poly): Poly {
  const below = less(session, of, Poly.zero);
  return Poly.one.sub(below.scale(Rational.of(2))).sub(equalTo(session, of, Rational.zero));
}

/** Is the quantity other than 0? */
export function isTrue(session: Session, of: Poly): Poly {
  const { low, high } = boundsOf(of);
  if (of.whole && low >= 0 && high <= 1) return of;
  return Poly.one.sub(equalTo(session, of, Rational.zero));
}

/** The remainder of whole numbers, with the sign of the divisor. */
export function remainder(session: Session, of: Poly, by: Poly): Poly {
  const divisor = by.constant;
  if (divisor === undefined || !divisor.isInteger || divisor.sign === 0 || !of.whole) {
    return Poly.atom(session.intern(`%${of.key};${by.key}`, { kind: 'mod', of, by }, anything, of.whole && by.whole));
  }
  // Multiples of the divisor do not matter.
  let reduced = Poly.zero;
  for (const { coefficient, atoms } of of.terms.values())
    reduced = reduced.add(Poly.term(modulo(coefficient, divisor), atoms));
  const constant = reduced.constant;
  if (constant !== undefined) return Poly.constant(modulo(constant, divisor));
  const { low, high } = boundsOf(reduced);
  const size = divisor.toNumber();
  if (size > 0 && low >= 0 && high < size) return reduced;
  const bounds = size > 0 ? { low: 0, high: size - 1 } : { low: size + 1, high: 0 };
  return Poly.atom(session.intern(`%${reduced.key};${by.key}`, { kind: 'mod', of: reduced, by }, bounds, true));
}

function modulo(value: Rational, divisor: Rational): Rational {
  return value.sub(divisor.mul(Rational.of(value.div(divisor).floor())));
}

/** Division of whole numbers, rounded down. */
export function quotient(session: Session, of: Poly, by: Poly): Poly {
  return multiply(session, of.sub(remainder(session, of, by)), inverse(session, by));
}

export function apply(
  session: Session,
  operator: Exclude<UnaryOperator, 'neg' | 'not' | 'abs' | 'sign' | 'toReal'>,
  of: Poly,
): Poly {
  const rounds = operator === 'floor' || operator === 'ceil' || operator === 'round';
  const constant = of.constant;
  if (rounds) {
    if (of.whole) return of;
    if (constant !== undefined) {
      const shifted = operator === 'round' ? constant.add(Rational.of(1, 2)) : constant;
      return Poly.constant(Rational.of(operator === 'ceil' ? -shifted.neg().floor() : shifted.floor()));
    }
  }
  if (constant?.sign === 0) {
    if (operator === 'exp' || operator === 'cos') return Poly.one;
    if (operator === 'sqrt' || operator === 'sin' || operator === 'tanh') return Poly.zero;
  }
  if (constant?.equals(Rational.one) && operator === 'sqrt') return Poly.one;
  const { low, high } = boundsOf(of);
  return Poly.atom(
    session.intern(
      `${operator}(${of.key})`,
      { kind: 'apply', operator, of },
      appliedBounds(operator, low, high),
      rounds,
    ),
  );
}

function appliedBounds(operator: UnaryOperator, low: number, high: number): Bounds {
  switch (operator) {
    case 'sin':
    case 'cos':
    case 'tanh':
      return { low: -1, high: 1 };
    case 'sqrt':
      return { low: 0, high: widened(Math.sqrt(Math.max(0, high))) };
    case 'exp':
      return { low: 0, high: widened(Math.exp(high)) };
    case 'floor':
    case 'ceil':
    case 'round':
      return { low: Math.floor(low), high: Math.ceil(high) };
    default:
      return anything;
  }
}

function widened(value: number): number {
  return value * (1 + 1e-12);
}

// ---------------------------------------------------------------------------------------------- conditions

/** Conditions whose product has at most so many terms are multiplied out. */
const longestProduct = 24;

/** 1 where all conditions are 1. */
export function all(session: Session, conditions: readonly Poly[]): Poly {
  const parts = new Map<string, Poly>();
  let simple = Poly.one;
  const add = (condition: Poly): void => {
    const atom = condition.single;
    if (atom?.shape.kind === 'all') atom.shape.of.forEach(add);
    else if (condition.terms.size * simple.terms.size <= longestProduct) simple = multiply(session, simple, condition);
    else parts.set(condition.key, condition);
  };
  for (const condition of conditions) add(condition);
  if (simple.isZero || [...parts.values()].some(part => part.isZero)) return Poly.zero;
  if (parts.size === 0) return simple;
  // Single factors stay outside, so that they still meet their complements.
  if (simple.terms.size > 1) parts.set(simple.key, simple);
  const of = [...parts.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const only = of[0] as Poly;
  const key = of.map(part => part.key).join(';');
  const joint = of.length === 1 ? only : Poly.atom(session.intern(`&${key}`, { kind: 'all', of }, truth, true));
  return simple.terms.size > 1 ? joint : multiply(session, simple, joint);
}

export function either(session: Session, a: Poly, b: Poly): Poly {
  return Poly.one.sub(all(session, [Poly.one.sub(a), Poly.one.sub(b)]));
}

/** `then` where the condition is 1, `otherwise` where it is 0. */
export function choose(session: Session, condition: Poly, then: Poly, otherwise: Poly): Poly {
  const constant = condition.constant;
  if (constant !== undefined) return constant.sign !== 0 ? then : otherwise;
  const difference = then.sub(otherwise);
  if (condition.terms.size * difference.terms.size <= 400)
    return otherwise.add(multiply(session, condition, difference));
  const [x, y] = [boundsOf(then), boundsOf(otherwise)];
  const bounds = { low: Math.min(x.low, y.low), high: Math.max(x.high, y.high) };
  const key = `?${condition.key};${then.key};${otherwise.key}`;
  const shape = { kind: 'choice', condition, then, else: otherwise } as const;
  return Poly.atom(session.intern(key, shape, bounds, then.whole && otherwise.whole));
}

/** Is a polynomial the same number whatever its atoms are? By its normal form, and by cases of the conditions in it. */
import type { Rational } from '../../../runtime/games/rational.ts';
import { type Atom, boundsOf, Poly } from './polynomial.ts';
import { primitive, solve } from './product.ts';
import { Exhausted, isBit, partsOf, type Session, smallRange } from './session.ts';
import { rewrite } from './sums.ts';

/** Conditions decided one inside the other, and cases in all. */
const deepest = 12;
const mostCases = 400;

/** The one number that `poly` is, if it is shown to be one. */
export function numberOf(session: Session, poly: Poly): Rational | undefined {
  let cases = 0;
  let found: Rational | undefined;
  const go = (p: Poly, depth: number): boolean => {
    const constant = p.constant;
    if (constant !== undefined) {
      found ??= constant;
      return constant.equals(found);
    }
    const atom = depth >= deepest ? undefined : candidate(p);
    if (atom === undefined) return false;
    for (const part of split(session, p, atom)) {
      if (++cases > mostCases) throw new Exhausted('too many cases');
      if (!go(part, depth + 1)) return false;
    }
    return true;
  };
  return go(poly, 0) ? found : undefined;
}

export function isZero(session: Session, poly: Poly): boolean {
  return poly.isZero || numberOf(session, poly)?.sign === 0;
}

/** The values of a polynomial in the cases of its conditions, and so a range that is no wider than that of its atoms. */
export function rangeOf(session: Session, poly: Poly): { readonly low: number; readonly high: number } {
  let cases = 0;
  const go = (p: Poly, depth: number): { low: number; high: number } => {
    const constant = p.constant?.toNumber();
    if (constant !== undefined) return { low: constant, high: constant };
    const whole = boundsOf(p);
    const atom = p.terms.size > 100 || depth >= 8 ? undefined : candidate(p);
    if (atom === undefined || cases > 60) return whole;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const part of split(session, p, atom)) {
      cases++;
      const range = go(part, depth + 1);
      low = Math.min(low, range.low);
      high = Math.max(high, range.high);
    }
    return { low: Math.max(low, whole.low), high: Math.min(high, whole.high) };
  };
  return go(poly, 0);
}

/** Quantities with at most so many values are tried value by value, if nothing else is left. */
const fewValues = 6;

/** The atom to decide next: the commonest among the factors, else one inside of them. */
function candidate(poly: Poly): Atom | undefined {
  const counts = new Map<Atom, number>();
  for (const { atoms } of poly.terms.values())
    for (const atom of atoms) if (isFree(atom) && decidable(atom)) counts.set(atom, (counts.get(atom) ?? 0) + 1);
  let best: Atom | undefined;
  for (const [atom, count] of counts) if (best === undefined || count > (counts.get(best) as number)) best = atom;
  if (best !== undefined) return best;
  return inside(poly, new Set(), decidable) ?? inside(poly, new Set(), few);
}

function decidable(atom: Atom): boolean {
  switch (atom.shape.kind) {
    case 'less':
    case 'equal':
    case 'abs':
    case 'min':
      return true;
    case 'all':
    case 'choice':
    case 'fold':
    case 'sum':
      return isBit(atom);
    default:
      return isBit(atom);
  }
}

function few(atom: Atom): boolean {
  return atom.shape.kind !== 'sum' && atom.whole && atom.bounds.high - atom.bounds.low < fewValues;
}

/** Names bound by a sum mean nothing outside of it. */
function isFree(atom: Atom): boolean {
  for (const id of atom.vars) if (id < 0) return false;
  return true;
}

function inside(poly: Poly, seen: Set<Atom>, wanted: (atom: Atom) => boolean): Atom | undefined {
  for (const { atoms } of poly.terms.values())
    for (const atom of atoms) {
      if (seen.has(atom)) continue;
      seen.add(atom);
      if (isFree(atom) && wanted(atom)) return atom;
      for (const part of partsOf(atom.shape)) {
        const found = inside(part, seen, wanted);
        if (found !== undefined) return found;
      }
    }
  return undefined;
}

/** The polynomial in every case of an atom. */
function split(session: Session, poly: Poly, atom: Atom): readonly Poly[] {
  const { shape } = atom;
  switch (shape.kind) {
    case 'less':
      return [true, false].map(holds => compared(session, poly, shape.of, shape.than, holds));
    case 'equal': {
      const solved = solve(shape.of, shape.to);
      const yes = rewrite(
        session,
        poly,
        other => (other === atom ? Poly.one : other === solved?.atom ? solved.value : undefined),
        everything,
      );
      const no = rewrite(session, poly, other => (other === atom ? Poly.zero : undefined), everything);
      return [yes, no];
    }
    case 'abs': {
      const { part, unit, offset } = primitive(shape.of);
      return [true, false].map(holds => compared(session, poly, part, offset.neg().div(unit), holds));
    }
    case 'min': {
      const { part, unit, offset } = primitive(shape.left.sub(shape.right));
      return [true, false].map(holds => compared(session, poly, part, offset.neg().div(unit), holds));
    }
    case 'all':
    case 'choice': {
      // What it is made of may also stand elsewhere.
      const within = partsOf(shape)
        .map(part => inside(part, new Set(), decidable))
        .find(found => found !== undefined);
      if (within !== undefined) return split(session, poly, within);
      break;
    }
    default:
      break;
  }
  const range = smallRange(Poly.atom(atom), fewValues);
  if (range === undefined) return [poly];
  const cases: Poly[] = [];
  for (let value = range.low; value <= range.high; value++) {
    const here = Poly.int(value);
    cases.push(rewrite(session, poly, other => (other === atom ? here : undefined), everything));
  }
  return cases;
}

const everything = (): boolean => true;

/** The polynomial where `of < than` (or where not). */
function compared(session: Session, poly: Poly, of: Poly, than: Rational, holds: boolean): Poly {
  /** Is `unit * of + offset` at most 0 (-1) or at least 0 (1) then? */
  const signOf = (expression: Poly): -1 | 1 | undefined => {
    const { part, unit, offset } = primitive(expression);
    if (!part.equals(of)) return undefined;
    const edge = than.compare(offset.neg().div(unit));
    if (holds ? edge <= 0 : edge >= 0) return (holds ? -unit.sign : unit.sign) as -1 | 1;
    return undefined;
  };
  return rewrite(
    session,
    poly,
    atom => {
      const { shape } = atom;
      switch (shape.kind) {
        case 'less':
          if (!shape.of.equals(of)) return undefined;
          if (holds && than.compare(shape.than) <= 0) return Poly.one;
          return !holds && than.compare(shape.than) >= 0 ? Poly.zero : undefined;
        case 'equal':
          if (!shape.of.equals(of)) return undefined;
          return holds === shape.to.compare(than) >= 0 ? Poly.zero : undefined;
        case 'abs': {
          const sign = signOf(shape.of);
          return sign === undefined ? undefined : sign > 0 ? shape.of : shape.of.neg();
        }
        case 'min': {
          const sign = signOf(shape.left.sub(shape.right));
          return sign === undefined ? undefined : sign > 0 ? shape.right : shape.left;
        }
        default:
          return undefined;
      }
    },
    everything,
  );
}

/** Conditions, inverses and products: where atoms are known to be related, products simplify. */
import { Rational } from '../../../runtime/games/rational.ts';
import { type Atom, boundsOf, Collector, keyOf, Poly, type Term } from './polynomial.ts';
import { isBit, type Session, truth } from './session.ts';

export function multiply(session: Session, a: Poly, b: Poly): Poly {
  const x = a.constant;
  if (x !== undefined) return b.scale(x);
  const y = b.constant;
  if (y !== undefined) return a.scale(y);
  session.spend(a.terms.size * b.terms.size);
  return session.nested(() => product(session, a, b));
}

function product(session: Session, a: Poly, b: Poly): Poly {
  const sum = new Collector();
  for (const s of a.terms.values())
    for (const t of b.terms.values()) {
      const atoms = merge(s.atoms, t.atoms);
      if (atoms === undefined) continue;
      const coefficient = s.coefficient.equals(Rational.one) ? t.coefficient : s.coefficient.mul(t.coefficient);
      const reduced = simplify(session, atoms);
      if (reduced === undefined) sum.put(keyOf(atoms), coefficient, atoms);
      else sum.add(reduced, coefficient);
    }
  return sum.done();
}

/** Both lists in order; a condition twice is once. Undefined: the product is 0, as conditions exclude each other. */
function merge(a: readonly Atom[], b: readonly Atom[]): readonly Atom[] | undefined {
  const atoms: Atom[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    const next = y === undefined || (x !== undefined && x.id <= y.id) ? (x as Atom) : y;
    if (next === x) i++;
    else j++;
    if (isBit(next) && atoms.at(-1) === next) continue;
    atoms.push(next);
  }
  return exclusive(atoms);
}

/** Comparisons of the same quantity: the stronger one implies the weaker. */
function exclusive(atoms: readonly Atom[]): readonly Atom[] | undefined {
  let kept: readonly Atom[] = atoms;
  for (let i = 0; i < atoms.length; i++) {
    const a = (atoms[i] as Atom).shape;
    if (a.kind !== 'less' && a.kind !== 'equal') continue;
    for (let j = i + 1; j < atoms.length; j++) {
      const b = (atoms[j] as Atom).shape;
      if ((b.kind !== 'less' && b.kind !== 'equal') || !a.of.equals(b.of)) continue;
      if (a.kind === 'equal' && b.kind === 'equal') return undefined;
      let weaker: Atom;
      if (a.kind === 'less' && b.kind === 'less') weaker = (a.than.compare(b.than) > 0 ? atoms[i] : atoms[j]) as Atom;
      else {
        const equal = a.kind === 'equal' ? a : (b as Extract<typeof b, { kind: 'equal' }>);
        const less = a.kind === 'less' ? a : (b as Extract<typeof b, { kind: 'less' }>);
        if (equal.to.compare(less.than) >= 0) return undefined;
        weaker = (a.kind === 'less' ? atoms[i] : atoms[j]) as Atom;
      }
      kept = kept.filter(atom => atom !== weaker);
    }
  }
  return kept;
}

/** A product that a known equation changes; undefined where none does. */
function simplify(session: Session, atoms: readonly Atom[]): Poly | undefined {
  if (vanishes(atoms)) return Poly.zero;
  const gone = new Set<Atom>();
  for (const atom of atoms) {
    const { shape } = atom;
    if (shape.kind === 'equal') {
      // Where x = c, a factor x is c.
      const solved = solve(shape.of, shape.to);
      if (solved === undefined) continue;
      gone.add(solved.atom);
      const k = atoms.indexOf(solved.atom);
      if (k < 0) continue;
      session.spend(1);
      return multiply(session, Poly.term(Rational.one, without(atoms, [k])), solved.value);
    }
    if (shape.kind === 'inverse') {
      const lead = leading(shape.of);
      const places = lead === undefined ? undefined : find(atoms, lead.atoms);
      if (lead === undefined || places === undefined) continue;
      // lead / of = (1 - rest / of) / coefficient where `of` is not 0, and 0 where it is.
      const own = atoms.findIndex((other, k) => other === atom && !places.includes(k));
      if (own < 0) continue;
      const remaining = Poly.term(Rational.one, without(atoms, [...places, own]));
      const rest = shape.of.sub(Poly.term(lead.coefficient, lead.atoms));
      // What an equation takes out must not come back by this one.
      if ([...rest.terms.values()].some(term => term.atoms.some(other => gone.has(other)))) continue;
      const nonzero = Poly.one.sub(equalTo(session, shape.of, Rational.zero));
      const value = nonzero.sub(multiply(session, rest, Poly.atom(atom))).scale(Rational.one.div(lead.coefficient));
      return multiply(session, remaining, value);
    }
  }
  return undefined;
}

/** The inverse of what is 0 by a condition beside it. */
function vanishes(atoms: readonly Atom[]): boolean {
  return atoms.some(({ shape }) => {
    if (shape.kind !== 'inverse') return false;
    const { part, unit, offset } = primitive(shape.of);
    const zero = offset.neg().div(unit);
    return atoms.some(({ shape: other }) => other.kind === 'equal' && other.to.equals(zero) && other.of.equals(part));
  });
}

function without(atoms: readonly Atom[], places: readonly number[]): readonly Atom[] {
  return atoms.filter((_, k) => !places.includes(k));
}

/** Where the atoms of `part` stand among `atoms`, all of them and each once. */
function find(atoms: readonly Atom[], part: readonly Atom[]): readonly number[] | undefined {
  const places: number[] = [];
  for (const wanted of part) {
    const k = atoms.findIndex((atom, place) => atom === wanted && !places.includes(place));
    if (k < 0) return undefined;
    places.push(k);
  }
  return places;
}

/** The greatest term by degree, then by its atoms (a monomial order), the constant left out. */
export function leading(poly: Poly): Term | undefined {
  let best: Term | undefined;
  for (const term of poly.terms.values())
    if (term.atoms.length > 0 && (best === undefined || precedes(best.atoms, term.atoms))) best = term;
  return best;
}

function precedes(a: readonly Atom[], b: readonly Atom[]): boolean {
  if (a.length !== b.length) return a.length < b.length;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k] as Atom, b[k] as Atom];
    if (x !== y) return x.id > y.id;
  }
  return false;
}

/** An atom of `of = to` that the others give, if one stands alone in a linear term: the newest. */
export function solve(of: Poly, to: Rational): { readonly atom: Atom; readonly value: Poly } | undefined {
  let best: Term | undefined;
  for (const term of of.terms.values()) {
    const atom = term.atoms[0];
    if (term.atoms.length !== 1 || atom === undefined || atom.shape.kind === 'inverse') continue;
    if (best === undefined || atom.id > (best.atoms[0] as Atom).id) best = term;
  }
  if (best === undefined) return undefined;
  const atom = best.atoms[0] as Atom;
  for (const term of of.terms.values()) {
    if (term === best) continue;
    // Ids grow from parts to wholes, so the value is made of older atoms and the exchange comes to an end.
    if (term.atoms.some(other => other.id >= atom.id)) return undefined;
  }
  const rest = of.sub(Poly.term(best.coefficient, best.atoms));
  return { atom, value: Poly.constant(to).sub(rest).scale(Rational.one.div(best.coefficient)) };
}

// ---------------------------------------------------------------------------------------------- comparisons

/** Whole coefficients without common factor, the leading one positive; `poly = unit * primitive + offset`. */
export function primitive(poly: Poly): { readonly part: Poly; readonly unit: Rational; readonly offset: Rational } {
  const offset = poly.offset;
  const varying = offset.sign === 0 ? poly : poly.sub(Poly.constant(offset));
  let top = 0n;
  let bottom = 1n;
  for (const { coefficient } of varying.terms.values()) {
    top = gcd(top, coefficient.numerator < 0n ? -coefficient.numerator : coefficient.numerator);
    bottom = (bottom / gcd(bottom, coefficient.denominator)) * coefficient.denominator;
  }
  if (top === 0n) return { part: Poly.zero, unit: Rational.one, offset };
  const sign = (leading(varying) as Term).coefficient.sign;
  const unit = Rational.of(BigInt(sign) * top, bottom);
  return { part: varying.scale(Rational.one.div(unit)), unit, offset };
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** 1 where `a < b`, else 0. */
export function less(session: Session, a: Poly, b: Poly): Poly {
  const { part, unit, offset } = primitive(a.sub(b));
  if (part.isZero) return offset.sign < 0 ? Poly.one : Poly.zero;
  const edge = offset.neg().div(unit);
  return unit.sign > 0
    ? below(session, part, edge)
    : Poly.one.sub(below(session, part, edge)).sub(equals(session, part, edge));
}

/** 1 where `a = b`, else 0. */
export function equal(session: Session, a: Poly, b: Poly): Poly {
  return equalTo(session, a.sub(b), Rational.zero);
}

export function equalTo(session: Session, poly: Poly, to: Rational): Poly {
  const { part, unit, offset } = primitive(poly.sub(Poly.constant(to)));
  if (part.isZero) return offset.sign === 0 ? Poly.one : Poly.zero;
  return equals(session, part, offset.neg().div(unit));
}

/** Whole quantities with at most so many values are told apart value by value, the last one by not being any other. */
const fewValues = 6;

function equals(session: Session, of: Poly, to: Rational): Poly {
  const { low, high } = boundsOf(of);
  const value = to.toNumber();
  if (of.whole) {
    if (!to.isInteger || value < low || value > high) return Poly.zero;
    if (low === high) return Poly.one;
    const atom = of.single;
    if (atom !== undefined && isBit(atom)) return value === 1 ? of : Poly.one.sub(of);
    if (value === high && high - low < fewValues) {
      let others = Poly.zero;
      for (let k = low; k < high; k++) others = others.add(equals(session, of, Rational.of(k)));
      return Poly.one.sub(others);
    }
  } else if (value < low - margin(low) || value > high + margin(high)) return Poly.zero;
  return Poly.atom(session.intern(`=${of.key}:${to}`, { kind: 'equal', of, to }, truth, true));
}

/** Doubles may round bounds that are not whole. */
function margin(end: number): number {
  return Number.isInteger(end) ? 0 : 1e-12 * Math.abs(end);
}

/** 1 where `of < edge`; near the ends of its range and near 0 a whole quantity is told by its values. */
function below(session: Session, of: Poly, edge: Rational): Poly {
  const { low, high } = boundsOf(of);
  if (!of.whole) {
    const value = edge.toNumber();
    if (high + margin(high) < value) return Poly.one;
    if (low - margin(low) >= value) return Poly.zero;
    return Poly.atom(session.intern(`<${of.key}:${edge}`, { kind: 'less', of, than: edge }, truth, true));
  }
  const than = Number(edge.neg().floor()) * -1;
  if (high < than) return Poly.one;
  if (low >= than) return Poly.zero;
  const among = (from: number, to: number): Poly => {
    let sum = Poly.zero;
    for (let k = from; k < to; k++) sum = sum.add(equals(session, of, Rational.of(k)));
    return sum;
  };
  if (than - low <= 3 || high - low < fewValues) return among(low, than);
  if (high + 1 - than <= 3) return Poly.one.sub(among(than, high + 1));
  if (than > 0 && than <= 3) return below(session, of, Rational.zero).add(among(0, than));
  if (than < 0 && than >= -3) return below(session, of, Rational.zero).sub(among(than, 0));
  return Poly.atom(session.intern(`<${of.key}:${than}`, { kind: 'less', of, than: Rational.of(than) }, truth, true));
}

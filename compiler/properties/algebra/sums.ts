/**
 * Sums and other folds over bound variables, and substitution. A sum is linear, so only products are kept under it; what does not
 * depend on a variable leaves its sum; sums inside products are drawn together and fall apart again where they share no
 * variable; an equation with a variable evaluates the sum at one place (the diagonal). What remains is named by its nesting
 * and put into the least order, so that neither the names of variables nor the order of sums matter.
 */
import { Rational } from '../../../runtime/games/rational.ts';
import * as F from './functions.ts';
import { type Atom, boundsOf, Collector, keyOf, Poly, type Shape } from './polynomial.ts';
import { equalTo, less, multiply } from './product.ts';
import { anything, type Session } from './session.ts';

/** The sum of `body` over `variable`, a `var` atom. */
export function sum(session: Session, variable: Atom, body: Poly): Poly {
  return sumOver(session, [variable], body);
}

function sumOver(session: Session, variables: readonly Atom[], body: Poly): Poly {
  const total = new Collector();
  for (const { coefficient, atoms } of body.terms.values())
    total.add(sumOfProduct(session, variables, atoms), coefficient);
  return total.done();
}

function sizeOf(variable: Atom): number {
  return variable.shape.kind === 'var' ? variable.shape.size : 0;
}
function idOf(variable: Atom): number {
  return variable.shape.kind === 'var' ? variable.shape.id : 0;
}
function nameOf(variable: Atom): string {
  return variable.shape.kind === 'var' ? variable.shape.name : '';
}

function sumOfProduct(session: Session, variables: readonly Atom[], factors: readonly Atom[]): Poly {
  session.spend(1 + factors.length);
  if (variables.some(variable => sizeOf(variable) === 0)) return Poly.zero;
  const bound = [...variables];
  const inside: Atom[] = [];
  const outside: Atom[] = [];
  let opened = Poly.one;
  for (const atom of factors) {
    if (!variables.some(variable => atom.vars.has(idOf(variable)))) outside.push(atom);
    else if (atom.shape.kind === 'sum') {
      const inner = open(session, atom);
      bound.push(...inner.variables);
      opened = multiply(session, opened, inner.body);
    } else inside.push(atom);
  }
  const apart = Poly.term(Rational.one, outside);
  if (bound.length > variables.length) {
    // The opened bodies are multiplied anew: their conditions may now meet.
    const body = inside.reduce((product, atom) => multiply(session, product, Poly.atom(atom)), opened);
    return multiply(session, apart, sumOver(session, bound, body));
  }
  const diagonal = evaluated(session, bound, inside);
  if (diagonal !== undefined) return multiply(session, apart, diagonal);
  let total = apart;
  for (const { variables: own, atoms } of components(bound, inside))
    total = multiply(session, total, closed(session, own, atoms));
  return total;
}

/** Groups of factors that share variables; a variable that no factor mentions stands alone. */
function components(
  variables: readonly Atom[],
  atoms: readonly Atom[],
): readonly { readonly variables: readonly Atom[]; readonly atoms: readonly Atom[] }[] {
  const groups: { variables: Atom[]; atoms: Atom[] }[] = variables.map(variable => ({
    variables: [variable],
    atoms: [],
  }));
  for (const atom of atoms) {
    const touched = groups.filter(group => group.variables.some(variable => atom.vars.has(idOf(variable))));
    const [first, ...others] = touched;
    if (first === undefined) continue;
    for (const other of others) {
      first.variables.push(...other.variables);
      first.atoms.push(...other.atoms);
      groups.splice(groups.indexOf(other), 1);
    }
    first.atoms.push(atom);
  }
  return groups;
}

/** A sum in which an equation or an upper limit settles a variable. */
function evaluated(session: Session, variables: readonly Atom[], atoms: readonly Atom[]): Poly | undefined {
  for (const atom of atoms) {
    const { shape } = atom;
    if (shape.kind !== 'equal' && shape.kind !== 'less') continue;
    for (const variable of variables) {
      const term = shape.of.terms.get(`${variable.id}`);
      if (term === undefined) continue;
      const rest = shape.of.sub(Poly.term(term.coefficient, term.atoms));
      if (rest.dependsOn(idOf(variable))) continue;
      const others = atoms.filter(other => other !== atom);
      if (shape.kind === 'equal') {
        if (!rest.whole || !term.coefficient.abs().equals(Rational.one)) continue;
        const value = Poly.constant(shape.to).sub(rest).scale(term.coefficient);
        const left = variables.filter(other => other !== variable);
        return sumOver(session, left, at(session, variable, value, others));
      }
      if (!rest.isZero || term.coefficient.sign < 0) continue;
      // `variable < than`: the sum is shorter.
      const size = Number(shape.than.div(term.coefficient).neg().floor()) * -1;
      const shorter = session.variable(nameOf(variable), Math.max(0, Math.min(sizeOf(variable), size)));
      const renamed = product(session, substituteAll(session, others, variable, Poly.atom(shorter)));
      return sumOver(
        session,
        variables.map(other => (other === variable ? shorter : other)),
        renamed,
      );
    }
  }
  return undefined;
}

/** The product at `variable = value`, and 0 where the variable never has this value. */
function at(session: Session, variable: Atom, value: Poly, atoms: readonly Atom[]): Poly {
  let result = product(session, substituteAll(session, atoms, variable, value));
  const { low, high } = boundsOf(value);
  if (low < 0) result = multiply(session, Poly.one.sub(less(session, value, Poly.zero)), result);
  const size = sizeOf(variable);
  if (high > size - 1) result = multiply(session, less(session, value, Poly.int(size)), result);
  return result;
}

function product(session: Session, factors: readonly Poly[]): Poly {
  return factors.reduce((a, b) => multiply(session, a, b), Poly.one);
}

function substituteAll(session: Session, atoms: readonly Atom[], variable: Atom, value: Poly): readonly Poly[] {
  return atoms.map(atom => substitute(session, Poly.atom(atom), idOf(variable), value));
}

function closed(session: Session, variables: readonly Atom[], atoms: readonly Atom[]): Poly {
  if (atoms.length === 0) return variables.reduce((n, v) => n.scale(Rational.of(sizeOf(v))), Poly.one);
  const [first, second] = atoms;
  if (variables.length === 1 && second === undefined && first === variables[0]) {
    const n = sizeOf(variables[0] as Atom);
    return Poly.constant(Rational.of(BigInt(n) * BigInt(n - 1), 2n));
  }
  const low = atoms.reduce((height, atom) => Math.max(height, atom.height), 0);
  let best: Poly | undefined;
  let average = Poly.zero;
  let names: readonly Atom[] = [];
  let turned = false;
  const tried = orders(variables);
  for (const order of tried) {
    names = order.map((variable, k) => session.bound(-low - k - 1, nameOf(variable), sizeOf(variable)));
    let factors: readonly Poly[] = atoms.map(atom => Poly.atom(atom));
    order.forEach((variable, k) => {
      factors = factors.map(factor => substitute(session, factor, idOf(variable), Poly.atom(names[k] as Atom)));
    });
    const renamed = product(session, factors);
    turned ||= renamed.terms.size !== 1;
    average = average.add(renamed);
    if (best === undefined || renamed.key < best.key) best = renamed;
  }
  // Renaming may turn a comparison round (`q < p` is `1 - (p < q) - (p = q)`): then no order is like another, and the mean of
  // all of them is taken, which is the same for every order.
  const form = turned ? average.scale(Rational.of(1, tried.length)) : (best ?? Poly.zero);
  let total = Poly.zero;
  for (const { coefficient, atoms: body } of form.terms.values())
    total = total.add(named(session, low, names, body, turned).scale(coefficient));
  return total;
}

/** The sum atom of a product over bound names, or the sum of something simpler where a name has gone or is settled. */
function named(session: Session, low: number, names: readonly Atom[], body: readonly Atom[], turned: boolean): Poly {
  const whole = body.every(atom => atom.whole);
  const settled =
    (turned && !body.some(atom => atom.shape.kind === 'less')) ||
    (turned && body.some(atom => atom.shape.kind === 'equal' && mentions(atom.shape.of, names))) ||
    body.reduce((h, a) => Math.max(h, a.height), 0) > low;
  if (settled || components(names, body).length !== 1 || body.length === 0) {
    session.spend(20);
    let opened = Poly.term(Rational.one, body);
    const fresh = names.map(name => session.variable(nameOf(name), sizeOf(name)));
    names.forEach((name, k) => {
      opened = substitute(session, opened, idOf(name), Poly.atom(fresh[k] as Atom));
    });
    return sumOver(session, fresh, opened);
  }
  const sizes = names.map(sizeOf);
  const shape: Shape = { kind: 'sum', low, sizes, names: names.map(nameOf), body };
  const most = sizes.reduce((n, size) => n * size, 1);
  const { low: least, high: greatest } = boundsOf(Poly.term(Rational.one, body));
  const bounds = { low: least === 0 ? 0 : least * most, high: greatest === 0 ? 0 : greatest * most };
  const key = `S${low};${sizes.join(',')}:${keyOf(body)}`;
  return Poly.atom(session.intern(key, shape, whole ? bounds : widened(bounds), whole));
}

function widened({ low, high }: { low: number; high: number }): { low: number; high: number } {
  return { low: low - 1e-9 * Math.abs(low), high: high + 1e-9 * Math.abs(high) };
}

/** Does a name itself occur, not only what it picks? */
function mentions(poly: Poly, names: readonly Atom[]): boolean {
  return names.some(name => poly.terms.has(`${name.id}`));
}

/** The orders in which shorter sums come first, all of them if they are few. */
function orders(variables: readonly Atom[]): readonly (readonly Atom[])[] {
  const sorted = [...variables].sort((a, b) => sizeOf(a) - sizeOf(b));
  if (variables.length > 3) return [sorted];
  const result: (readonly Atom[])[] = [];
  const extend = (chosen: readonly Atom[]): void => {
    const size = sizeOf(sorted[chosen.length] ?? (sorted[0] as Atom));
    if (chosen.length === sorted.length) result.push(chosen);
    else for (const v of sorted) if (!chosen.includes(v) && sizeOf(v) === size) extend([...chosen, v]);
  };
  extend([]);
  return result;
}

/** The sum with variables of its own, for its body to be worked on. */
function open(session: Session, atom: Atom): { readonly variables: readonly Atom[]; readonly body: Poly } {
  const shape = atom.shape as Extract<Shape, { kind: 'sum' }>;
  const variables = shape.sizes.map((size, k) => session.variable(shape.names[k] ?? '', size));
  let body = Poly.term(Rational.one, shape.body);
  variables.forEach((variable, k) => {
    body = substitute(session, body, -shape.low - k - 1, Poly.atom(variable));
  });
  return { variables, body };
}

/** Any other fold of `body` over the elements of `variable` for which `condition` holds. */
export function fold(
  session: Session,
  operator: Extract<Shape, { kind: 'fold' }>['operator'],
  variable: Atom,
  condition: Poly,
  body: Poly,
): Poly {
  const size = sizeOf(variable);
  const free = !body.dependsOn(idOf(variable)) && !condition.dependsOn(idOf(variable));
  if (free && size > 0) {
    if (operator === 'min' || operator === 'max') return body;
    if (operator === 'argmin' || operator === 'argmax') return Poly.zero;
    if (operator === 'all') return F.either(session, Poly.one.sub(condition), body);
  }
  if (operator === 'all') {
    if (size === 0) return Poly.one;
    body = F.either(session, Poly.one.sub(condition), body);
    condition = Poly.one;
    const constant = body.constant;
    if (constant !== undefined) return constant.sign === 0 ? Poly.zero : Poly.one;
  }
  const low = Math.max(body.height, condition.height);
  const name = session.bound(-low - 1, nameOf(variable), size);
  const inner = substitute(session, body, idOf(variable), Poly.atom(name));
  const filter = substitute(session, condition, idOf(variable), Poly.atom(name));
  const key = `F${operator}${low};${size};${filter.key};${inner.key}`;
  const shape: Shape = { kind: 'fold', operator, low, size, name: nameOf(variable), condition: filter, body: inner };
  const { bounds, whole } = foldBounds(operator, size, inner);
  return Poly.atom(session.intern(key, shape, bounds, whole));
}

function foldBounds(operator: string, size: number, body: Poly) {
  if (operator === 'all') return { bounds: { low: 0, high: 1 }, whole: true };
  if (operator === 'argmin' || operator === 'argmax')
    return { bounds: { low: 0, high: Math.max(0, size - 1) }, whole: true };
  return { bounds: operator === 'product' ? anything : boundsOf(body), whole: body.whole };
}

// ---------------------------------------------------------------------------------------------- substitution

/** `poly` with a variable replaced. */
export function substitute(session: Session, poly: Poly, variable: number, value: Poly): Poly {
  if (!poly.dependsOn(variable)) return poly;
  return rewrite(
    session,
    poly,
    atom => (atom.shape.kind === 'var' && atom.shape.id === variable ? value : undefined),
    atom => atom.vars.has(variable),
  );
}

export type Change = (atom: Atom) => Poly | undefined;

/** `poly` with every atom that `concerns` admits rebuilt from its parts, or replaced where `change` says so. */
export function rewrite(session: Session, poly: Poly, change: Change, concerns: (atom: Atom) => boolean): Poly {
  const done = new Map<Atom, Poly>();
  const go = (p: Poly): Poly => {
    const result = new Collector();
    let touched = false;
    session.spend(1 + (p.terms.size >> 2));
    for (const [key, { coefficient, atoms }] of p.terms) {
      if (!atoms.some(concerns)) {
        result.put(key, coefficient, atoms);
        continue;
      }
      touched = true;
      let product = Poly.one;
      for (const atom of atoms) product = multiply(session, product, one(atom));
      result.add(product, coefficient);
    }
    return touched ? result.done() : p;
  };
  const one = (atom: Atom): Poly => {
    if (!concerns(atom)) return Poly.atom(atom);
    const known = done.get(atom);
    if (known !== undefined) return known;
    session.spend(1);
    const made = change(atom) ?? rebuilt(session, atom, go);
    done.set(atom, made);
    return made;
  };
  return go(poly);
}

/** The atom made anew from parts that `go` has changed. */
function rebuilt(session: Session, atom: Atom, go: (part: Poly) => Poly): Poly {
  const { shape } = atom;
  const again = (key: string, shape: Shape): Poly => Poly.atom(session.intern(key, shape, atom.bounds, atom.whole));
  switch (shape.kind) {
    case 'var':
    case 'time':
      return Poly.atom(atom);
    case 'load':
      return load(session, shape, shape.args.map(go), go(shape.index));
    case 'local':
      return local(session, shape.local, shape.args.map(go));
    case 'call': {
      const args = shape.args.map(go);
      return again(callKey(shape.fn.id, args), { ...shape, args });
    }
    case 'action': {
      const agent = go(shape.agent);
      const component = shape.component === undefined ? undefined : go(shape.component);
      return again(actionKey(agent, shape.part, component), { ...shape, agent, component });
    }
    case 'less':
      return less(session, go(shape.of), Poly.constant(shape.than));
    case 'equal':
      return equalTo(session, go(shape.of), shape.to);
    case 'all':
      return F.all(session, shape.of.map(go));
    case 'choice':
      return F.choose(session, go(shape.condition), go(shape.then), go(shape.else));
    case 'inverse':
      return F.inverse(session, go(shape.of));
    case 'abs':
      return F.absolute(session, go(shape.of));
    case 'min':
      return F.minimum(session, go(shape.left), go(shape.right));
    case 'mod':
      return F.remainder(session, go(shape.of), go(shape.by));
    case 'apply':
      return F.apply(session, shape.operator as Parameters<typeof F.apply>[1], go(shape.of));
    case 'sum': {
      const { variables, body } = open(session, atom);
      return sumOver(session, variables, go(body));
    }
    case 'fold': {
      const variable = session.variable(shape.name, shape.size);
      const fresh = (part: Poly): Poly => go(substitute(session, part, -shape.low - 1, Poly.atom(variable)));
      return fold(session, shape.operator, variable, fresh(shape.condition), fresh(shape.body));
    }
  }
}

// ---------------------------------------------------------------------------------------------- keys of leaves

export function load(
  session: Session,
  from: { readonly store: Extract<Shape, { kind: 'load' }>['store']; readonly version: number },
  args: readonly Poly[],
  index: Poly,
): Poly {
  const { store, version } = from;
  const place = index.constant;
  if (store.role.kind === 'constant' && place !== undefined) {
    const value = store.role.data[place.toNumber()];
    if (typeof value === 'number') return Poly.constant(Rational.fromNumber(value));
    if (value !== undefined) return Poly.constant(value);
  }
  const key = `L${store.id}.${version}(${args.map(arg => arg.key).join(';')})[${index.key}]`;
  const shape = { kind: 'load', store, version, args, index } as const;
  return Poly.atom(session.intern(key, shape, store.bounds, store.scalar === 'int'));
}

export function local(
  session: Session,
  variable: Extract<Shape, { kind: 'local' }>['local'],
  args: readonly Poly[],
): Poly {
  const key = `l${variable.id}(${args.map(arg => arg.key).join(';')})`;
  const shape = { kind: 'local', local: variable, args } as const;
  return Poly.atom(session.intern(key, shape, variable.bounds, variable.scalar === 'int'));
}

export function actionKey(agent: Poly, part: number, component: Poly | undefined): string {
  return `a${agent.key}.${part}.${component?.key ?? ''}`;
}

export function callKey(fn: number, args: readonly Poly[]): string {
  return `f${fn}(${args.map(arg => arg.key).join(';')})`;
}

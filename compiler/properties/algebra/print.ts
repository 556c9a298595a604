/** Polynomials in the game's own names, for people. */

import { Rational } from '../../../runtime/games/rational.ts';
import type { GameModel, Store, ViewValue } from '../../game/model.ts';
import { type Atom, Poly, type Term } from './polynomial.ts';
import type { Session } from './session.ts';
import { substitute } from './sums.ts';

/** `2*bonus[A] - sum(x[q] for q)`; cut off where it gets long. */
export function printed(session: Session, model: GameModel, poly: Poly): string {
  const printer = new Printer(session, model);
  const text = printer.poly(poly);
  return text.length <= 160 ? text : `${text.slice(0, 157)}...`;
}

class Printer {
  private readonly session: Session;
  private readonly model: GameModel;
  private readonly places: ReadonlyMap<string, string>;
  private budget = 400;

  constructor(session: Session, model: GameModel) {
    this.session = session;
    this.model = model;
    this.places = placesOf(model);
  }

  poly(poly: Poly): string {
    if (poly.isZero) return '0';
    const parts: string[] = [];
    // What is added before what is taken away, and the constant last, as people write it.
    const rank = ({ coefficient, atoms }: Term): number => (atoms.length === 0 ? 2 : coefficient.sign < 0 ? 1 : 0);
    const terms = [...poly.terms.values()].sort((a, b) => rank(a) - rank(b));
    for (const { coefficient, atoms } of terms) {
      if (this.budget-- < 0) {
        parts.push(' + ...');
        break;
      }
      const size = coefficient.abs();
      const sign = coefficient.sign < 0 ? (parts.length === 0 ? '-' : ' - ') : parts.length === 0 ? '' : ' + ';
      const factors = this.product(atoms);
      const one = size.equals(Rational.one);
      parts.push(sign + (factors === '' ? `${size}` : one ? factors : `${size}*${factors}`));
    }
    return parts.join('');
  }

  private product(atoms: readonly Atom[]): string {
    const conditions = atoms.filter(atom => atom.shape.kind === 'equal' || atom.shape.kind === 'less');
    const others = atoms.filter(atom => !conditions.includes(atom)).map(atom => this.atom(atom));
    return [...others, ...conditions.map(atom => `[${this.atom(atom)}]`)].join('*');
  }

  private atom(atom: Atom): string {
    const { shape } = atom;
    const factor = (p: Poly): string => (p.terms.size > 1 ? `(${this.poly(p)})` : this.poly(p));
    switch (shape.kind) {
      case 'var':
        return shape.name;
      case 'load':
        return this.load(shape.store, shape.index);
      case 'local':
        return shape.local.name;
      case 'action': {
        const who = shape.agent.constant?.toNumber();
        const name = who === undefined ? this.poly(shape.agent) : (this.model.agents[who]?.label ?? `${who}`);
        return `action[${name}]`;
      }
      case 'time':
        return 'time';
      case 'less':
        return `${this.poly(shape.of)} < ${shape.than}`;
      case 'equal':
        return `${this.poly(shape.of)} == ${shape.to}`;
      case 'all':
        return `(${shape.of.map(part => `(${this.poly(part)})`).join(' and ')})`;
      case 'choice':
        return `(if ${this.poly(shape.condition)} then ${this.poly(shape.then)} else ${this.poly(shape.else)})`;
      case 'inverse':
        return `1/${factor(shape.of)}`;
      case 'abs':
        return `abs(${this.poly(shape.of)})`;
      case 'min':
        return `min(${this.poly(shape.left)}, ${this.poly(shape.right)})`;
      case 'mod':
        return `${factor(shape.of)} % ${factor(shape.by)}`;
      case 'apply':
        return `${shape.operator}(${this.poly(shape.of)})`;
      case 'call':
        return `${shape.fn.name}(${shape.args.map(arg => this.poly(arg)).join(', ')})`;
      case 'sum': {
        let body = Poly.term(Rational.one, shape.body);
        const names = this.names(shape.names);
        shape.sizes.forEach((size, k) => {
          const shown = Poly.atom(this.session.variable(names[k] ?? 'k', size));
          body = substitute(this.session, body, -shape.low - k - 1, shown);
        });
        return `sum(${this.poly(body)} for ${names.join(', ')})`;
      }
      case 'fold': {
        const shown = Poly.atom(this.session.variable(shape.name, shape.size));
        const body = substitute(this.session, shape.body, -shape.low - 1, shown);
        return `${shape.operator}(${this.poly(body)} for ${shape.name})`;
      }
    }
  }

  /** Two variables of one name are told apart. */
  private names(names: readonly string[]): readonly string[] {
    return names.map((name, k) => (names.indexOf(name) === k ? name : `${name}${k + 1}`));
  }

  private load(store: Store, index: Poly): string {
    const owner = store.role.kind === 'next' ? this.model.state.find(s => isNext(s, store)) : undefined;
    const known = owner ?? store;
    const prefix = owner === undefined ? '' : 'next ';
    const place = index.constant?.toNumber();
    if (place !== undefined) {
      const name = this.places.get(`${known.id}:${place}`);
      if (name !== undefined) return prefix + name;
      if (store.size === 1) return prefix + plainName(known);
    }
    return `${prefix}${plainName(known)}[${this.poly(index)}]`;
  }
}

function isNext(state: Store, store: Store): boolean {
  return state.role.kind === 'state' && state.role.next === store;
}

/** Stores carry a number behind their name where it is taken. */
function plainName(store: Store): string {
  return store.name;
}

/** `at[A].row` for every scalar of the state. */
function placesOf(model: GameModel): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  let left = 20_000;
  const visit = (value: ViewValue, name: string): void => {
    if (left-- < 0) return;
    switch (value.kind) {
      case 'number':
      case 'named':
        places.set(`${value.store.id}:${value.offset}`, name);
        return;
      case 'record':
        for (const field of value.fields) visit(field.value, `${name}.${field.name}`);
        return;
      case 'array':
        value.items.forEach((item, k) => {
          visit(item, `${name}[${value.keys[k] ?? k}]`);
        });
        return;
      case 'seq':
        places.set(`${value.length.store.id}:${value.length.offset}`, `len(${name})`);
        value.items.forEach((item, k) => {
          visit(item, `${name}[${k}]`);
        });
        return;
      case 'tuple':
        value.items.forEach((item, k) => {
          visit(item, `${name}.${k}`);
        });
        return;
    }
  };
  for (const { name, value } of model.view) visit(value, name);
  return places;
}

/** What a polynomial of the algebra is worth at a state and joint action, by the meaning of its atoms and by nothing else. */
import type { GameModel } from '../../compiler/game/model.ts';
import type { Atom, Poly } from '../../compiler/properties/algebra/polynomial.ts';

export interface Point {
  readonly model: GameModel;
  /** Values of the state stores, by the number of the store. */
  readonly state: ReadonlyMap<number, readonly number[]>;
  /** The ordinal of the one finite action part of every agent. */
  readonly actions: readonly number[];
}

/** The value says nothing: the atom stands for something that was not followed. */
export class Unfollowed extends Error {}

type Variables = ReadonlyMap<number, number>;

export function worth(poly: Poly, point: Point, variables: Variables = new Map()): number {
  let total = 0;
  for (const { coefficient, atoms } of poly.terms.values()) {
    let product = coefficient.toNumber();
    for (const atom of atoms) product *= atomValue(atom, point, variables);
    total += product;
  }
  return total;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

function atomValue(atom: Atom, point: Point, variables: Variables): number {
  const { shape } = atom;
  const of = (poly: Poly): number => worth(poly, point, variables);
  switch (shape.kind) {
    case 'var': {
      const value = variables.get(shape.id);
      if (value === undefined) throw new Error(`the variable ${shape.name} is free`);
      return value;
    }
    case 'load': {
      if (shape.version !== 0) throw new Unfollowed();
      const { role } = shape.store;
      const data = role.kind === 'constant' ? role.data : point.state.get(shape.store.id);
      if (data === undefined) throw new Unfollowed();
      // Where no program looks, any number will do.
      return Number(data[Math.round(of(shape.index))] ?? 7);
    }
    case 'local':
    case 'call':
    case 'time':
      throw new Unfollowed();
    case 'action':
      return point.actions[Math.round(of(shape.agent))] ?? 0;
    case 'less': {
      const value = of(shape.of);
      return value < shape.than.toNumber() && !near(value, shape.than.toNumber()) ? 1 : 0;
    }
    case 'equal':
      return near(of(shape.of), shape.to.toNumber()) ? 1 : 0;
    case 'all':
      return shape.of.every(part => !near(of(part), 0)) ? 1 : 0;
    case 'choice':
      return near(of(shape.condition), 0) ? of(shape.else) : of(shape.then);
    case 'inverse': {
      const value = of(shape.of);
      return near(value, 0) ? 0 : 1 / value;
    }
    case 'abs':
      return Math.abs(of(shape.of));
    case 'min':
      return Math.min(of(shape.left), of(shape.right));
    case 'mod': {
      const [a, b] = [of(shape.of), of(shape.by)];
      return b === 0 ? 0 : a - b * Math.floor(a / b);
    }
    case 'apply':
      return applied(shape.operator, of(shape.of));
    case 'sum': {
      let total = 0;
      const go = (k: number, inner: Map<number, number>): void => {
        if (k === shape.sizes.length) {
          total += shape.body.reduce((product, part) => product * atomValue(part, point, inner), 1);
          return;
        }
        for (let value = 0; value < (shape.sizes[k] as number); value++)
          go(k + 1, new Map(inner).set(-shape.low - k - 1, value));
      };
      go(0, new Map(variables));
      return total;
    }
    case 'fold': {
      const chosen: { k: number; value: number }[] = [];
      for (let k = 0; k < shape.size; k++) {
        const inner = new Map(variables).set(-shape.low - 1, k);
        if (!near(worth(shape.condition, point, inner), 0)) chosen.push({ k, value: worth(shape.body, point, inner) });
      }
      const values = chosen.map(({ value }) => value);
      const first = (best: number): number => chosen.find(({ value }) => near(value, best))?.k ?? 0;
      if (shape.operator === 'product') return values.reduce((a, b) => a * b, 1);
      if (shape.operator === 'all') return values.every(value => !near(value, 0)) ? 1 : 0;
      if (values.length === 0) return 0;
      if (shape.operator === 'min') return Math.min(...values);
      if (shape.operator === 'max') return Math.max(...values);
      return first(shape.operator === 'argmin' ? Math.min(...values) : Math.max(...values));
    }
  }
}

function applied(operator: string, x: number): number {
  switch (operator) {
    case 'floor':
      return Math.floor(x + 1e-9);
    case 'ceil':
      return Math.ceil(x - 1e-9);
    case 'round':
      return Math.floor(x + 0.5 + 1e-9);
    case 'sqrt':
      return Math.sqrt(Math.max(0, x));
    case 'exp':
      return Math.exp(x);
    case 'log':
      return Math.log(x);
    case 'sin':
      return Math.sin(x);
    case 'cos':
      return Math.cos(x);
    default:
      return Math.tanh(x);
  }
}

/** Random mixers as text. Shapes are right by construction; signs and directions are left to chance, with a bias to what may be proved. */
import type { Stream } from '../../runtime/rng/stream.ts';

/** A vector of agents, a vector of 3, a matrix of agents x 3, a number. */
type Kind = 'agents' | 'units' | 'matrix' | 'number';

const shapes: Readonly<Record<Kind, string>> = {
  agents: '[agents]',
  units: '[3]',
  matrix: '[agents, 3]',
  number: '[1]',
};

export class MixerGenerator {
  readonly #stream: Stream;
  /** May read `best` and `actions`. */
  readonly #duplex: boolean;
  #names: { readonly name: string; readonly kind: Kind }[] = [];

  constructor(stream: Stream, duplex: boolean) {
    this.#stream = stream;
    this.#duplex = duplex;
  }

  /** Bindings, the last of them `total`. */
  bindings(): string {
    this.#names = [];
    const lines: string[] = [];
    const count = this.#stream.below(4);
    for (let k = 0; k < count; k++) {
      const kind = this.#pick<Kind>(['agents', 'units', 'matrix', 'number']);
      lines.push(`x${k} = ${this.#term(kind, 2)}`);
      this.#names.push({ name: `x${k}`, kind });
    }
    lines.push(`total = ${this.#term('number', 4)}`);
    return lines.join('\n');
  }

  #pick<T>(all: readonly T[]): T {
    return all[this.#stream.below(all.length)]!;
  }

  #leaf(kind: Kind): string {
    const known = this.#names.filter(one => one.kind === kind);
    if (known.length > 0 && this.#stream.unit() < 0.5) return this.#pick(known).name;
    switch (kind) {
      case 'agents':
        if (this.#duplex && this.#stream.unit() < 0.4)
          return this.#pick(['best', '(q - best)', this.#network('agents')]);
        return this.#stream.unit() < 0.7 ? 'q' : 'hyper([agents])';
      case 'units':
        return this.#stream.unit() < 0.4 ? `(q * ${this.#weight('matrix')})` : 'hyper([3])';
      case 'matrix':
        return this.#stream.unit() < 0.3 ? '(reshape(q, [agents, 1]) + hyper([agents, 3]))' : 'hyper([agents, 3])';
      case 'number':
        return this.#pick(['sum(q)', 'hyper([1])', '0.5', '2', '-1', 'agents']);
    }
  }

  #network(kind: Kind): string {
    return `hyper(${shapes[kind]}, of: flatten(actions))`;
  }

  /** Mostly of one sign. */
  #weight(kind: Kind): string {
    const base = this.#duplex && this.#stream.unit() < 0.3 ? this.#network(kind) : `hyper(${shapes[kind]})`;
    const sign = this.#pick(['abs', 'softplus', 'exp', 'sigmoid', 'relu', 'square', 'tanh', '']);
    const made = sign === '' ? base : `${sign}(${base})`;
    return this.#stream.unit() < 0.15 ? `(1 - ${made})` : made;
  }

  #term(kind: Kind, depth: number): string {
    if (depth === 0) return this.#leaf(kind);
    const inner = (): string => this.#term(kind, depth - 1);
    const other = (of: Kind): string => this.#term(of, depth - 1);
    const chance = this.#stream.unit();
    if (chance < 0.3) {
      const fn = this.#pick([
        'elu',
        'elu',
        'relu',
        'tanh',
        'leaky_relu',
        'softplus',
        'sigmoid',
        'exp',
        'abs',
        'square',
        'stop_gradient',
      ]);
      return `${fn}(${inner()})`;
    }
    if (chance < 0.5) return `(${inner()} + ${this.#stream.unit() < 0.5 ? inner() : this.#leaf(kind)})`;
    if (chance < 0.56) return `(${inner()} - ${this.#stream.unit() < 0.5 ? inner() : `hyper(${shapes[kind]})`})`;
    if (chance < 0.68) return `(${inner()} * ${this.#weight(kind)})`;
    if (chance < 0.71) return `(${inner()} / ${this.#pick(['softplus', 'exp'])}(${this.#leaf(kind)}))`;
    if (chance < 0.75) return `(${inner()} * ${inner()})`;
    if (chance < 0.78) return `${this.#pick(['max', 'min'])}(${inner()}, ${inner()})`;
    if (chance < 0.8) return `clamp(${inner()}, -1, 2)`;
    if (chance < 0.82) return `-${inner()}`;
    switch (kind) {
      case 'agents':
        return this.#pick([
          () => `softmax(${other('agents')})`,
          () => `sum(${other('matrix')}, axis: 1)`,
          () => `(${other('matrix')} * ${this.#weight('units')})`,
        ])();
      case 'units':
        return this.#pick([
          () => `(${other('agents')} * ${this.#weight('matrix')})`,
          () => `sum(${other('matrix')}, axis: 0)`,
          () => `max(${other('matrix')}, axis: 0)`,
        ])();
      case 'matrix':
        return this.#pick([
          () => `(reshape(${other('agents')}, [agents, 1]) * ${this.#weight('matrix')})`,
          () => `softmax(${other('matrix')})`,
          () => `(${other('matrix')} + ${other('units')})`,
        ])();
      case 'number':
        return this.#pick([
          () => `sum(${other('agents')})`,
          () => `mean(${other('units')})`,
          () => `dot(${other('agents')}, ${this.#weight('agents')})`,
          () => `dot(${other('units')}, ${this.#weight('units')})`,
          () => `max(${other('agents')})`,
          () => `min(${other('units')})`,
          () => `sum(${other('matrix')})`,
          () => `sum(concat(${other('agents')}, ${other('units')}))`,
          () =>
            `${this.#pick(
              this.#names
                .filter(one => one.kind === 'agents')
                .map(one => one.name)
                .concat('q'),
            )}[0]`,
        ])();
    }
  }
}

import { purposes, Stream } from '../rng/stream.ts';
import type { Session } from './engine.ts';
import type { Initial, Shape, StateDeclaration } from './ir.ts';
import { sizeOf } from './ir.ts';

/** PyTorch's default for Linear and Conv: Kaiming uniform with a = sqrt(5), which is uniform in +-1/sqrt(fan in). He et al. 2015. */
export function kaimingUniform(fanIn: number): Initial {
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
}

/** Glorot and Bengio 2010, uniform: variance 2 gain^2 / (fan in + fan out). */
export function xavierUniform(fanIn: number, fanOut: number, gain = 1): Initial {
  return { kind: 'uniform', bound: gain * Math.sqrt(6 / (fanIn + fanOut)) };
}

/**
 * Writes the initial value of every state into a session. Each random tensor draws from a stream named by the seed and the state's name,
 * so a network starts the same whatever other networks there are.
 */
export function initialise(session: Session, seed: number): void {
  for (const [name, values] of initialValues(session.states, seed)) session.write(name, values);
}

/** The initial values of states in double precision, by name. Throws where a copy names a state that is not there. */
export function initialValues(states: readonly StateDeclaration[], seed: number): Map<string, Float64Array> {
  const byName = new Map(states.map(state => [state.name, state]));
  return new Map(states.map(state => [state.name, valuesOf(original(state, byName), seed)]));
}

/** The state whose start this one takes. */
function original(state: StateDeclaration, byName: ReadonlyMap<string, StateDeclaration>): StateDeclaration {
  let current = state;
  for (let steps = 0; current.initial.kind === 'copy'; steps++) {
    const next = byName.get(current.initial.of);
    if (next === undefined || sizeOf(next.shape) !== sizeOf(state.shape) || steps > byName.size) {
      throw new Error(`state ${state.name} copies ${current.initial.of}, which is no state of the same size`);
    }
    current = next;
  }
  return current;
}

function valuesOf({ name, shape, initial }: StateDeclaration, seed: number): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const stream = new Stream(seed, purposes.initial, hashOf(name, 0x811c9dc5), hashOf(name, 0x01234567));
  switch (initial.kind) {
    case 'constant':
      return out.fill(initial.value);
    case 'values':
      if (initial.data.length !== out.length)
        throw new Error(`state ${name} starts with ${initial.data.length} values`);
      return Float64Array.from(initial.data);
    case 'uniform':
      return out.map(() => (2 * stream.unit() - 1) * initial.bound);
    case 'normal':
      return out.map(() => stream.normal() * initial.deviation);
    case 'orthogonal':
      return orthogonal(shape, initial.gain, stream);
    case 'copy':
      throw new Error('a copy is resolved before');
  }
}

/** FNV-1a over UTF-16 units. */
function hashOf(name: string, basis: number): number {
  let hash = basis;
  for (let k = 0; k < name.length; k++) hash = Math.imul(hash ^ name.charCodeAt(k), 0x01000193);
  return hash >>> 0;
}

/**
 * Every matrix in the last two axes (semi-)orthogonal and uniformly distributed: Gram-Schmidt on normal vectors, which gives the QR
 * factor with a positive diagonal in R. The vectors are the columns or the rows, whichever are fewer.
 */
function orthogonal(shape: Shape, gain: number, stream: Stream): Float64Array {
  if (shape.length < 2) throw new Error('orthogonal initialisation needs a matrix');
  const [rows, columns] = shape.slice(-2) as [number, number];
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const out = new Float64Array(sizeOf(shape));
  for (let base = 0; base < out.length; base += rows * columns) {
    const vectors = orthonormal(count, length, stream);
    for (let v = 0; v < count; v++) {
      for (let k = 0; k < length; k++) {
        const at = rows <= columns ? v * columns + k : k * columns + v;
        out[base + at] = gain * vectors[v]![k]!;
      }
    }
  }
  return out;
}

function orthonormal(count: number, length: number, stream: Stream): Float64Array[] {
  const done: Float64Array[] = [];
  for (let v = 0; v < count; v++) {
    const vector = Float64Array.from({ length }, () => stream.normal());
    // Twice is enough (Kahan, Parlett): the second round removes what rounding left.
    for (let round = 0; round < 2; round++) {
      for (const other of done) {
        const overlap = dot(vector, other);
        for (let k = 0; k < length; k++) vector[k]! -= overlap * other[k]!;
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    done.push(vector.map(x => x / norm));
  }
  return done;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

import type { Engine, Entry, Session } from '../engine.ts';
import { checkStates } from '../engine.ts';
import type { Node, Program } from '../ir.ts';
import { sizeOf } from '../ir.ts';
import { type Buffer, floats, integers, lookUp } from './named.ts';
import { interpret } from './reference/interpret.ts';

/**
 * The oracle: interprets a program node by node in plain TypeScript, without any optimisation, rounding to float32 after every operation.
 * Other engines are compared with it. For derivatives by finite differences use `interpret` with `float64` directly.
 */
export const referenceEngine: Engine = {
  name: 'reference',
  synchronous: true,
  open(programs) {
    return new ReferenceSession(programs);
  },
};

class ReferenceSession implements Session {
  readonly states;
  readonly #values = new Map<string, Float32Array>();
  readonly #entries: ReadonlyMap<string, ReferenceEntry>;

  constructor(programs: readonly Program[]) {
    this.states = checkStates(programs);
    for (const state of this.states) this.#values.set(state.name, new Float32Array(sizeOf(state.shape)));
    this.#entries = new Map(programs.map(program => [program.name, new ReferenceEntry(program, this.#values)]));
  }

  entry(program: string): Entry {
    return lookUp(this.#entries, 'program', program);
  }

  read(state: string): Float32Array {
    return lookUp(this.#values, 'state', state).slice();
  }

  write(state: string, values: ArrayLike<number>): void {
    const target = lookUp(this.#values, 'state', state);
    if (values.length !== target.length) {
      throw new Error(`state ${state} has ${target.length} elements, got ${values.length}`);
    }
    target.set(values);
  }

  close(): void {
    this.#values.clear();
  }
}

class ReferenceEntry implements Entry {
  readonly #program: Program;
  readonly #states: ReadonlyMap<string, Float32Array>;
  readonly #inputs = new Map<string, Float32Array | Int32Array>();
  readonly #outputs = new Map<string, Float32Array | Int32Array>();

  constructor(program: Program, states: ReadonlyMap<string, Float32Array>) {
    this.#program = program;
    this.#states = states;
    for (const node of program.inputs) {
      if (node.op.kind === 'input') this.#inputs.set(node.op.name, bufferFor(node));
    }
    for (const { name, node } of program.outputs) this.#outputs.set(name, bufferFor(node));
  }

  input(name: string): Float32Array {
    return floats(lookUp(this.#inputs, 'input', name), name);
  }

  indices(name: string): Int32Array {
    return integers(lookUp(this.#inputs, 'input', name), name);
  }

  output(name: string): Float32Array {
    return floats(lookUp(this.#outputs, 'output', name), name);
  }

  indexOutput(name: string): Int32Array {
    return integers(lookUp(this.#outputs, 'output', name), name);
  }

  run(): void {
    const { outputs, assigned } = interpret(this.#program, this.#inputs, this.#states, 'float32');
    for (const [name, tensor] of outputs) this.#outputs.get(name)?.set(tensor.data);
    // A value assigned may be another state's own array; all are copied before any is written.
    const copies = [...assigned].map(([state, tensor]) => [state, Float32Array.from(tensor.data)] as const);
    for (const [state, values] of copies) this.#states.get(state)?.set(values);
  }
}

function bufferFor(node: Node): Buffer {
  return node.type === 'f32' ? new Float32Array(sizeOf(node.shape)) : new Int32Array(sizeOf(node.shape));
}

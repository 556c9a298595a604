/**
 * Programs through TensorFlow.js: an independent oracle on its cpu and wasm backends, and the way to the GPU through WebGPU or CUDA. One
 * operation at a time, as the library works; for small networks the generated WebAssembly is much faster (docs/decisions/engines.md).
 */
import { checkStates, type Engine, type Entry, type Session } from '../../engine.ts';
import type { Node, Program, StateDeclaration } from '../../ir.ts';
import { sizeOf } from '../../ir.ts';
import { optimise } from '../../passes/index.ts';
import { type Buffer, floats, integers, lookUp } from '../named.ts';
import { backends, loadTfjs, type TfjsEngineName } from './load.ts';
import { type Plan, planNodes } from './plan.ts';
import type { LoweringContext, Tensor, Tf } from './tensors.ts';

export { EngineUnavailable, type TfjsEngineName, tfjsEngines } from './load.ts';

/** Loads a backend; throws EngineUnavailable with what to install. */
export async function tfjsEngine(name: TfjsEngineName): Promise<Engine> {
  const tf = await loadTfjs(name);
  const { backend, synchronous } = backends[name];
  return {
    name,
    synchronous,
    open: programs => new TfjsSession(tf, backend, synchronous, programs.map(optimise)),
  };
}

class TfjsSession implements Session {
  readonly states: readonly StateDeclaration[];
  readonly #library: Library;
  readonly #values: States;
  readonly #entries: ReadonlyMap<string, TfjsEntry>;

  constructor(tf: Tf, backend: string, synchronous: boolean, programs: readonly Program[]) {
    this.states = checkStates(programs);
    this.#library = new Library(tf, backend, synchronous);
    this.#library.activate();
    this.#values = new States(this.#library, this.states);
    this.#entries = new Map(programs.map(p => [p.name, new TfjsEntry(p, this.#library, this.#values)]));
  }

  entry(program: string): Entry {
    return lookUp(this.#entries, 'program', program);
  }

  read(state: string): Float32Array | Promise<Float32Array> {
    const tensor = this.#values.get(state);
    this.#library.activate();
    if (this.#library.synchronous) return tensor.dataSync<'float32'>().slice();
    return tensor.data<'float32'>().then(values => values.slice());
  }

  write(state: string, values: ArrayLike<number>): void {
    this.#library.activate();
    this.#values.write(state, values);
  }

  close(): void {
    this.#library.activate();
    this.#values.dispose();
    this.#library.dispose();
  }
}

/** TensorFlow.js with one of its backends, and the tensors that live as long as the session. */
class Library implements LoweringContext {
  readonly tf: Tf;
  readonly synchronous: boolean;
  readonly #backend: string;
  readonly #constants: Tensor[] = [];

  constructor(tf: Tf, backend: string, synchronous: boolean) {
    this.tf = tf;
    this.synchronous = synchronous;
    this.#backend = backend;
  }

  /**
   * The library has one current backend; sessions on several take turns. One that has been started, as `loadTfjs` does, is switched to
   * at once, although the library answers with a promise.
   */
  activate(): void {
    if (this.tf.getBackend() !== this.#backend) void this.tf.setBackend(this.#backend);
  }

  /** A tensor with a copy of these numbers, which the caller owns. The copy matters: the cpu backend keeps the array it is given. */
  tensor(values: ArrayLike<number>, shape: readonly number[], type: 'f32' | 'i32'): Tensor {
    return type === 'f32'
      ? this.tf.tensor(Float32Array.from(values), [...shape], 'float32')
      : this.tf.tensor(Int32Array.from(values), [...shape], 'int32');
  }

  constant(values: ArrayLike<number>, shape: readonly number[], type: 'f32' | 'i32'): Tensor {
    const made = this.tf.keep(this.tensor(values, shape, type));
    this.#constants.push(made);
    return made;
  }

  dispose(): void {
    this.tf.dispose(this.#constants.splice(0));
  }
}

/** The states' tensors by name; every one is kept until it is replaced. */
class States {
  readonly #library: Library;
  readonly #tensors = new Map<string, Tensor>();

  constructor(library: Library, declared: readonly StateDeclaration[]) {
    this.#library = library;
    for (const { name, shape } of declared) this.#replace(name, library.tf.zeros([...shape], 'float32'));
  }

  get(name: string): Tensor {
    return lookUp(this.#tensors, 'state', name);
  }

  write(name: string, values: ArrayLike<number>): void {
    const before = this.get(name);
    if (values.length !== before.size) {
      throw new Error(`state ${name} has ${before.size} elements, got ${values.length}`);
    }
    this.#replace(name, this.#library.tensor(values, before.shape, 'f32'));
  }

  /** Takes over tensors made for these states, all at once. */
  assign(next: ReadonlyMap<string, Tensor>): void {
    for (const [name, tensor] of next) this.#replace(name, tensor);
  }

  #replace(name: string, tensor: Tensor): void {
    this.#tensors.get(name)?.dispose();
    this.#tensors.set(name, this.#library.tf.keep(tensor));
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}

class TfjsEntry implements Entry {
  readonly #program: Program;
  readonly #library: Library;
  readonly #states: States;
  readonly #plan: Plan;
  readonly #inputs = new Map<string, { readonly node: Node; readonly buffer: Buffer }>();
  readonly #outputs = new Map<string, Buffer>();

  constructor(program: Program, library: Library, states: States) {
    this.#program = program;
    this.#library = library;
    this.#states = states;
    this.#plan = planNodes(library, program.nodes);
    for (const node of program.inputs) {
      if (node.op.kind === 'input') this.#inputs.set(node.op.name, { node, buffer: bufferFor(node) });
    }
    for (const { name, node } of program.outputs) this.#outputs.set(name, bufferFor(node));
  }

  input(name: string): Float32Array {
    return floats(lookUp(this.#inputs, 'input', name).buffer, name);
  }

  indices(name: string): Int32Array {
    return integers(lookUp(this.#inputs, 'input', name).buffer, name);
  }

  output(name: string): Float32Array {
    return floats(lookUp(this.#outputs, 'output', name), name);
  }

  indexOutput(name: string): Int32Array {
    return integers(lookUp(this.#outputs, 'output', name), name);
  }

  run(): void | Promise<void> {
    const { tf } = this.#library;
    this.#library.activate();
    const { outputs, assigned } = this.#compute();
    this.#states.assign(assigned);
    if (this.#library.synchronous) {
      for (const [name, tensor] of outputs) this.#outputs.get(name)!.set(tensor.dataSync());
      tf.dispose([...outputs.values()]);
      return;
    }
    return this.#collect(outputs);
  }

  /** Everything is computed and tidied up but the outputs and the states' next values, which are the caller's. */
  #compute(): { readonly outputs: Map<string, Tensor>; readonly assigned: Map<string, Tensor> } {
    const { tf } = this.#library;
    const outputs = new Map<string, Tensor>();
    const assigned = new Map<string, Tensor>();
    tf.tidy(() => {
      const values = this.#plan(node => this.#leaf(node));
      // Clones share the numbers and are owned alone: a value may be a state's own tensor, a constant, or stand in two places.
      const own = (node: Node): Tensor => tf.keep(tf.clone(values[node.id] as Tensor));
      for (const { name, node } of this.#program.outputs) outputs.set(name, own(node));
      for (const { state, value } of this.#program.assignments) assigned.set(state, own(value));
    });
    return { outputs, assigned };
  }

  #leaf(node: Node): Tensor {
    if (node.op.kind === 'state') return this.#states.get(node.op.name);
    if (node.op.kind !== 'input') throw new Error(`a leaf (${node.op.kind}) without a value`);
    const { buffer } = lookUp(this.#inputs, 'input', node.op.name);
    return this.#library.tensor(buffer, node.shape, node.type);
  }

  async #collect(outputs: ReadonlyMap<string, Tensor>): Promise<void> {
    const read = [...outputs].map(async ([name, tensor]) => this.#outputs.get(name)!.set(await tensor.data()));
    await Promise.all(read);
    this.#library.tf.dispose([...outputs.values()]);
  }
}

function bufferFor(node: Node): Buffer {
  return node.type === 'f32' ? new Float32Array(sizeOf(node.shape)) : new Int32Array(sizeOf(node.shape));
}

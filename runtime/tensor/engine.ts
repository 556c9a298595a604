import type { Program, StateDeclaration } from './ir.ts';

/**
 * What compiles and runs tensor programs. Learners know this interface only; the engine is chosen by name when a training starts.
 *
 * A session holds several programs over one set of states: acting on E rows, acting on one row, a training step, a target update. They
 * share states by name. Buffers are the engine's and stay at their place, so that a game may write its observations straight into the
 * input of the acting program; a run allocates nothing that the caller sees.
 */
export interface Engine {
  /** `wasm`, `reference`, `tfjs-cpu`, ... */
  readonly name: string;
  /** True when `open`, `run` and `read` never return a promise. */
  readonly synchronous: boolean;
  /**
   * Compiles programs with different names. A state declared by several of them must have one shape everywhere (`checkStates` throws
   * otherwise). States start at zero; `initialise` (initialise.ts) fills them from a seed.
   */
  open(programs: readonly Program[]): Session | Promise<Session>;
}

export interface Session {
  /** One program by name; throws on a name that was not opened. */
  entry(program: string): Entry;
  /** All states, sorted by name: what a checkpoint holds. */
  readonly states: readonly StateDeclaration[];
  /** A copy of a state's value, row-major. */
  read(state: string): Float32Array | Promise<Float32Array>;
  /** Replaces a state's value; throws when the number of elements is wrong. */
  write(state: string, values: ArrayLike<number>): void;
  /** Gives the memory back; nothing of the session may be used afterwards. */
  close(): void;
}

export interface Entry {
  /**
   * The buffer of an input, row-major, one fixed array for the life of the session. Fill it before `run`; what was written stays until
   * overwritten.
   */
  input(name: string): Float32Array;
  /** The same for an input of element type i32. */
  indices(name: string): Int32Array;
  /** Executes the program once: outputs computed, then all assignments done. */
  run(): void | Promise<void>;
  /** The buffer of an f32 output; holds the result of the last `run` of this entry until its next `run`. */
  output(name: string): Float32Array;
  /** The same for an output of element type i32 (an argmax). */
  indexOutput(name: string): Int32Array;
}

/** The states of several programs, sorted by name; throws when two programs disagree about a shape. */
export function checkStates(programs: readonly Program[]): StateDeclaration[] {
  const byName = new Map<string, StateDeclaration>();
  const names = new Set<string>();
  for (const program of programs) {
    if (names.has(program.name)) throw new Error(`two programs of a session are named ${program.name}`);
    names.add(program.name);
    for (const state of program.states) {
      const known = byName.get(state.name);
      if (known === undefined) byName.set(state.name, state);
      else if (known.shape.join() !== state.shape.join()) {
        throw new Error(
          `state ${state.name} has shape [${known.shape.join(', ')}] in one program and [${state.shape.join(', ')}] in ${program.name}`,
        );
      }
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

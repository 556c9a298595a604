/**
 * An engine that answers later, as one that answers at once: it computes in a thread of its own, and the caller waits for every answer.
 * Learners step inside the loop of the games and cannot wait for promises; graphics cards behind WebGPU answer with nothing else.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { checkStates, type Engine, type Entry, type Session } from '../tensor/engine.ts';
import { EngineUnavailable } from '../tensor/engines/index.ts';
import { type Buffer, floats, integers, lookUp } from '../tensor/engines/named.ts';
import { type Node, type Program, type StateDeclaration, sizeOf } from '../tensor/ir.ts';
import { threadEnvironment } from '../threads.ts';

/** The memory that both sides see, by name. */
export interface EntryBuffers {
  readonly inputs: ReadonlyMap<string, Buffer>;
  readonly outputs: ReadonlyMap<string, Buffer>;
}

export interface ThreadData {
  readonly name: string;
  readonly port: MessagePort;
  /** One whole number: how many answers were given. */
  readonly answered: SharedArrayBuffer;
}

/** What the thread is asked; `session` is a number that the caller chose. */
export type Question = { readonly session: number } & (
  | { readonly kind: 'open'; readonly programs: readonly Program[]; readonly buffers: readonly EntryBuffers[] }
  | { readonly kind: 'run'; readonly entry: number }
  | { readonly kind: 'read'; readonly state: string }
  | { readonly kind: 'write'; readonly state: string; readonly values: Float32Array }
  | { readonly kind: 'close' }
);

export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'values'; readonly values: Float32Array }
  | { readonly kind: 'failed'; readonly message: string };

/** Starts the thread and waits until its engine is loaded. @throws EngineUnavailable with the engine's own words where it is not. */
export function waitingEngine(name: string): Engine {
  const thread = new Thread(name);
  const loaded = thread.wait();
  if (loaded.kind === 'failed') throw new EngineUnavailable(loaded.message);
  let sessions = 0;
  return { name, synchronous: true, open: programs => new WaitingSession(thread, sessions++, programs) };
}

class Thread {
  readonly #port: MessagePort;
  readonly #answered: Int32Array;
  #heard = 0;

  constructor(name: string) {
    const { port1, port2 } = new MessageChannel();
    const answered = new SharedArrayBuffer(4);
    const data: ThreadData = { name, port: port2, answered };
    const file = import.meta.url.endsWith('.ts') ? './engine-thread.ts' : './engine-thread.js';
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData: data,
      transferList: [port2],
      env: threadEnvironment(),
    });
    // The process may end while the engine waits for questions.
    worker.unref();
    this.#port = port1;
    this.#answered = new Int32Array(answered);
  }

  /** @throws Error with the engine's message where it failed. */
  ask(question: Question): Answer {
    this.#port.postMessage(question);
    const answer = this.wait();
    if (answer.kind === 'failed') throw new Error(answer.message);
    return answer;
  }

  wait(): Answer {
    Atomics.wait(this.#answered, 0, this.#heard);
    this.#heard++;
    return receiveMessageOnPort(this.#port)?.message as Answer;
  }
}

class WaitingSession implements Session {
  readonly states: readonly StateDeclaration[];
  readonly #thread: Thread;
  readonly #session: number;
  readonly #entries: ReadonlyMap<string, Entry>;

  constructor(thread: Thread, session: number, programs: readonly Program[]) {
    this.states = checkStates(programs);
    this.#thread = thread;
    this.#session = session;
    const buffers = programs.map(buffersOf);
    thread.ask({ kind: 'open', session, programs, buffers });
    const entryOf = (k: number): Entry => ({
      input: name => floats(lookUp(buffers[k]!.inputs, 'input', name), name),
      indices: name => integers(lookUp(buffers[k]!.inputs, 'input', name), name),
      output: name => floats(lookUp(buffers[k]!.outputs, 'output', name), name),
      indexOutput: name => integers(lookUp(buffers[k]!.outputs, 'output', name), name),
      run: () => void thread.ask({ kind: 'run', session, entry: k }),
    });
    this.#entries = new Map(programs.map(({ name }, k) => [name, entryOf(k)]));
  }

  entry(program: string): Entry {
    return lookUp(this.#entries, 'program', program);
  }

  read(state: string): Float32Array {
    const answer = this.#thread.ask({ kind: 'read', session: this.#session, state });
    if (answer.kind !== 'values') throw new Error(`the state ${state} was not read`);
    return answer.values;
  }

  write(state: string, values: ArrayLike<number>): void {
    this.#thread.ask({ kind: 'write', session: this.#session, state, values: Float32Array.from(values) });
  }

  close(): void {
    this.#thread.ask({ kind: 'close', session: this.#session });
  }
}

function buffersOf({ inputs, outputs }: Program): EntryBuffers {
  const named = inputs.map((node): [string, Buffer] => [node.op.kind === 'input' ? node.op.name : '', shared(node)]);
  return { inputs: new Map(named), outputs: new Map(outputs.map(({ name, node }) => [name, shared(node)])) };
}

function shared(node: Node): Buffer {
  const memory = new SharedArrayBuffer(4 * sizeOf(node.shape));
  return node.type === 'f32' ? new Float32Array(memory) : new Int32Array(memory);
}

/**
 * `marl solve` in a thread of its own. Solvers compute without a pause, and a signal is only heard where somebody pauses: this thread does
 * nothing but listen, write, and say now and then that the work goes on.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { threadEnvironment } from '../runtime/threads.ts';
import { exitCode, type Interruption, type Io } from './io.ts';
import { packageRoot } from './package.ts';
import { duration } from './progress.ts';

/** What the thread is started with. */
export interface SolverStart extends Pick<Io, 'cwd' | 'colour' | 'terminal' | 'width'> {
  readonly args: readonly string[];
  /** One number: how often somebody has asked to stop. */
  readonly asked: Int32Array<SharedArrayBuffer>;
}

export type FromSolver = { readonly stream: 'out' | 'err'; readonly text: string } | { readonly code: number };
export interface ToSolver {
  readonly interrupted: Interruption;
}

/** Milliseconds without a word after which people are told that the work goes on. */
const quiet = 10_000;
/** Milliseconds that a solver may take to hand over what it has, once it was asked to stop. */
const grace = 30_000;
/** Milliseconds in which a second signal is the first one again: npm and shells pass on what the terminal has sent to all. */
const echo = 400;

/** Runs the command line `solve ...` and returns its exit code. */
export function solveInThread(args: readonly string[], io: Io): Promise<number> {
  const asked = new Int32Array(new SharedArrayBuffer(4));
  const { cwd, colour, terminal, width } = io;
  const start: SolverStart = { args, asked, cwd, colour, terminal, width };
  const source = import.meta.url.endsWith('.ts');
  const worker = new Worker(join(packageRoot(), source ? 'cli/solveThread.ts' : 'dist/cli/solveThread.js'), {
    workerData: start,
    env: threadEnvironment(),
    stdin: true,
    resourceLimits: { stackSizeMb: 16 },
  });
  const piped = args.includes('-') ? io.stdin : undefined;
  if (worker.stdin !== null) piped?.pipe(worker.stdin);

  return new Promise(resolve => {
    const began = performance.now();
    let spoke = began;
    let code: number | undefined;
    let ending: NodeJS.Timeout | undefined;
    const end = (result: number): void => {
      clearInterval(beat);
      clearTimeout(ending);
      release();
      piped?.unpipe();
      resolve(result);
    };
    /** Ends the thread without an answer. */
    const abandon = (result: number, message: string, help: string): void => {
      code = result;
      void worker.terminate();
      problem(io, args, result, message, help);
      end(result);
    };
    const beat = setInterval(() => {
      if (terminal || performance.now() - spoke < quiet) return;
      spoke = performance.now();
      io.err(`at work for ${duration((spoke - began) / 1000)}\n`);
    }, 1_000);
    beat.unref();
    let last = Number.NEGATIVE_INFINITY;
    let terminated = false;
    const release = io.onInterrupt(signal => {
      const now = performance.now();
      if (now - last < echo) return;
      last = now;
      terminated = signal === 'SIGTERM';
      const result = signal === 'SIGTERM' ? exitCode.terminated : exitCode.interrupted;
      const times = Atomics.add(asked, 0, 1) + 1;
      const message: ToSolver = { interrupted: signal };
      worker.postMessage(message);
      const help = 'Methods that go step by step keep what they have; `marl explain concepts` lists the methods.';
      if (times > 1) {
        abandon(result, 'stopped at once; what was found is lost.', help);
        return;
      }
      if (!args.includes('--json')) io.err('stopping with what was found so far; once more ends at once\n');
      ending = setTimeout(
        () => abandon(result, 'interrupted in a step that cannot be cut short; nothing was found so far.', help),
        grace,
      );
    });
    worker.on('message', (message: FromSolver) => {
      if ('code' in message) {
        code = message.code;
        return;
      }
      spoke = performance.now();
      io[message.stream](message.text);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (code !== undefined) return;
      const full = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      abandon(
        full ? exitCode.wrong : exitCode.bug,
        full ? 'the memory ran out before anything was found.' : `the solver ended: ${error.message}`,
        'Make the game smaller or its horizon shorter.',
      );
    });
    worker.on('exit', () =>
      end(code === exitCode.interrupted && terminated ? exitCode.terminated : (code ?? exitCode.bug)),
    );
  });
}

/** As `Reply.problem`, without loading what it stands among. */
function problem(io: Io, args: readonly string[], code: number, message: string, help: string): void {
  if (args.includes('--json')) {
    const error = { message, help, exit: code };
    io.out(`${JSON.stringify({ verb: 'solve', ok: false, error, interrupted: true, diagnostics: [] })}\n`);
  } else io.err(`marl solve: ${message}\n  help: ${help}\n`);
}

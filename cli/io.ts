/** The process that a verb runs in. */
import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { packageRoot } from './package.ts';

/** What a verb may touch of the process it runs in. Tests hand in their own. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output: answers. Text is written as it is; end lines yourself. */
  out(text: string): void;
  /** Standard error: progress, problems, apologies. */
  err(text: string): void;
  readonly stdin: NodeJS.ReadableStream;
  /** May text on standard output (or error) carry colours? */
  readonly colour: { readonly out: boolean; readonly err: boolean };
  /** Is standard error a terminal on which a line can be redrawn? */
  readonly terminal: boolean;
  /** Columns of that terminal. */
  readonly width: number;
  /**
   * How often the user or a queue has asked to stop so far. Heard even while the verb computes without a pause; undefined where the verb runs
   * in the thread that would have to hear it.
   */
  asked?(): number;
  /** Calls `stop` when the user (Ctrl-C) or a cluster's queue (SIGTERM) asks to stop; the returned function takes that back. */
  onInterrupt(stop: (signal: Interruption) => void): () => void;
}

/** What asks a process to stop in good order. */
export type Interruption = 'SIGINT' | 'SIGTERM';

/** Exit codes: the contract that scripts rely on. 130 and 143 are what shells give a process that Ctrl-C or SIGTERM ended. */
export const exitCode = { done: 0, wrong: 1, usage: 2, bug: 70, interrupted: 130, terminated: 143 } as const;

export function processIo(): Io {
  // `marl info x | head` closes our output early: that is not an error of ours or of the user's.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode.done);
    throw error;
  });
  const { env } = process;
  return {
    cwd: workingFolder(env, process.cwd(), packageRoot()),
    env,
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
    stdin: process.stdin,
    colour: { out: wantsColour(env, process.stdout.isTTY), err: wantsColour(env, process.stderr.isTTY) },
    terminal: process.stderr.isTTY === true,
    width: process.stderr.columns ?? 80,
    onInterrupt(stop) {
      process.on('SIGINT', stop);
      process.on('SIGTERM', stop);
      return () => {
        process.off('SIGINT', stop);
        process.off('SIGTERM', stop);
      };
    },
  };
}

/**
 * The folder that relative paths start from. npm runs the scripts of a package in its root, whatever folder the user is in: of
 * `npm run marl` in a checkout the folder is the one that npm was called in. Scripts of other packages go where they want.
 */
export function workingFolder(env: Io['env'], cwd: string, root: string): string {
  const { INIT_CWD: called, npm_lifecycle_event: script } = env;
  return script === 'marl' && called !== undefined && isAbsolute(called) && same(cwd, root) ? called : cwd;
}

function same(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** NO_COLOR (any non-empty value) wins over FORCE_COLOR, which wins over what the stream is. */
export function wantsColour(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean | undefined,
): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true;
  return isTerminal === true && env.TERM !== 'dumb';
}

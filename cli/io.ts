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
  /** Calls `stop` when the user asks to stop (Ctrl-C); the returned function takes that back. */
  onInterrupt(stop: () => void): () => void;
}

/** Exit codes: the contract that scripts rely on. 130 is what shells give a process that Ctrl-C ended. */
export const exitCode = { done: 0, wrong: 1, usage: 2, bug: 70, interrupted: 130 } as const;

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
      return () => void process.off('SIGINT', stop);
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

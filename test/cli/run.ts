/** Runs the command line inside the test process, as `cli/main.ts` would, and collects what it says. */
import { Readable } from 'node:stream';
import { runCommand } from '../../cli/command.ts';
import type { Io } from '../../cli/io.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Both streams in the order of writing. */
  readonly all: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly colour?: boolean;
  /** Interrupts (as Ctrl-C would) as soon as somebody listens for it and this many milliseconds have passed. */
  readonly interruptAfter?: number;
}

export async function marl(args: readonly string[], options: RunOptions): Promise<Ran> {
  let out = '';
  let err = '';
  let all = '';
  const colour = options.colour === true;
  const io: Io = {
    cwd: options.cwd,
    env: options.env ?? {},
    out(text) {
      out += text;
      all += text;
    },
    err(text) {
      err += text;
      all += text;
    },
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin as string)]),
    colour: { out: colour, err: colour },
    terminal: false,
    width: 100,
    onInterrupt(stop) {
      if (options.interruptAfter === undefined) return () => undefined;
      const timer = setTimeout(() => stop('SIGINT'), options.interruptAfter);
      return () => clearTimeout(timer);
    },
  };
  const code = await runCommand(args, io);
  return { code, out, err, all };
}

/** The one JSON object on standard output; fails if there is anything else. */
export async function marlJson(
  args: readonly string[],
  options: RunOptions,
): Promise<{ code: number; json: Record<string, unknown> }> {
  const ran = await marl([...args, '--json'], options);
  if (!ran.out.endsWith('\n') || ran.out.trimEnd().includes('\n'))
    throw new Error(`not one line of JSON: ${ran.out.slice(0, 500)}\n${ran.err.slice(0, 500)}`);
  return { code: ran.code, json: JSON.parse(ran.out) as Record<string, unknown> };
}

/** From what was typed (`FILE[:name]`) to a checked program, a game, a training. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Diagnostic, GameInfo, Host, Instance, Program, Source } from '../compiler/api.ts';
import type { GameModel } from '../compiler/game/model.ts';
import { blocks, sayOthers, showConcerning } from './concern.ts';
import { decode, type FileHost, fileHost, reason, stdinPath } from './host.ts';
import { exitCode } from './io.ts';
import { jsonDiagnostics, type Reply } from './reply.ts';
import { candidates, listed } from './suggest.ts';
import { quoted } from './text.ts';

/** What all verbs on programs take. */
export interface ProgramOptions {
  readonly json?: boolean;
  /** `p=v`, as typed. */
  readonly set?: readonly string[];
}

export interface Opened {
  readonly program: Program;
  readonly host: Host;
  /** The file as it was typed, without the name behind the colon. */
  readonly file: string;
  /** What stood behind the colon. */
  readonly name: string | undefined;
  /** `Kuhn` of `std.games.Kuhn`. */
  readonly libraryName: string | undefined;
  readonly overrides: ReadonlyMap<string, string>;
}

/** A value, or the exit code after the reason was shown. */
export type Got<T> =
  | { readonly value: T; readonly exit?: undefined }
  | { readonly value?: undefined; readonly exit: number };

/** Compiles a file; programs with errors that concern it are refused here. Warnings are shown when it is known what was asked for. */
export async function openProgram(reply: Reply, typed: string, options: ProgramOptions): Promise<Got<Opened>> {
  const run = reply.verb === 'train' ? runIn(reply, typed) : undefined;
  if (run !== undefined) return { exit: run };
  const overrides = readOverrides(reply, options.set ?? []);
  if (overrides.exit !== undefined) return overrides;
  const located = await locate(reply, typed);
  if (located.exit !== undefined) return located;
  const { host, entry, name, libraryName } = located.value;
  const { compile } = await import('../compiler/index.ts');
  const program = compile(host, entry);
  if (blocks(program, reply.verb, name)) return { exit: refuseErrors(reply, program, located.value.file) };
  return { value: { program, host, file: located.value.file, name, libraryName, overrides: overrides.value } };
}

/** Whoever names the folder of a run wants to go on with it. */
function runIn(reply: Reply, typed: string): number | undefined {
  if (!existsSync(join(resolve(reply.io.cwd, typed), 'spec.json'))) return undefined;
  return reply.problem(
    exitCode.usage,
    `${typed} is the folder of a training, and without --resume \`marl train\` takes a program.`,
    `Go on with what it holds by: marl train --resume ${quoted(typed)}`,
  );
}

/** All errors, and how many warnings `marl check` would show beside them. */
function refuseErrors(reply: Reply, program: Program, file: string): number {
  const errors = program.diagnostics.filter(d => d.severity === 'error');
  reply.show(errors, program.sources);
  sayOthers(reply, file, program.diagnostics.filter(d => d.severity === 'warning').length);
  reply.object(false, { diagnostics: jsonDiagnostics(program.diagnostics, program.sources) });
  return exitCode.wrong;
}

export interface Located {
  readonly host: FileHost;
  /** As typed: a path, `-`, or a library name. */
  readonly file: string;
  readonly entry: string;
  readonly name: string | undefined;
  readonly libraryName: string | undefined;
}

/** Finds the file that was meant; reads standard input for `-`. Whether a file can be read is for the compiler to say. */
export async function locate(reply: Reply, typed: string): Promise<Got<Located>> {
  const { file, name } = splitTarget(typed, path => existsSync(resolve(reply.io.cwd, path)));
  if (file === '-') {
    const stdin = await readStdin(reply.io.stdin);
    return {
      value: { host: fileHost(reply.io.cwd, stdinPath, stdin), file, entry: stdinPath, name, libraryName: undefined },
    };
  }
  const parts = libraryPath(file);
  if (parts === undefined)
    return {
      value: { host: fileHost(reply.io.cwd, file, undefined), file, entry: file, name, libraryName: undefined },
    };
  const host = fileHost(reply.io.cwd, 'std:', undefined);
  const id = host.library(parts.group, parts.name);
  if (id !== undefined) return { value: { host, file, entry: id, name, libraryName: parts.name } };
  const known = host.libraryNames(parts.group);
  if (known.length === 0) {
    const groups = host.groups().map(group => `std.${group}`);
    return {
      exit: reply.problem(
        exitCode.wrong,
        `the library has no part \`std.${parts.group}\`.`,
        candidates(`std.${parts.group}`, groups),
      ),
    };
  }
  const help = candidates(parts.name, known);
  return { exit: reply.problem(exitCode.wrong, `the library has no \`${file}\`.`, help) };
}

/** `f.marl:Name` -> file and name. A file whose own name holds a colon is taken as it is. */
export function splitTarget(
  typed: string,
  exists: (path: string) => boolean,
): { file: string; name: string | undefined } {
  const colon = typed.lastIndexOf(':');
  // One letter before the colon is a drive of Windows.
  if (colon <= 0 || (colon === 1 && /[\\/]/.test(typed.slice(2))) || exists(typed))
    return { file: typed, name: undefined };
  const name = typed.slice(colon + 1);
  if (/[\\/]/.test(name)) return { file: typed, name: undefined };
  return { file: typed.slice(0, colon), name: name === '' ? undefined : name };
}

function libraryPath(file: string): { group: string; name: string } | undefined {
  const match = /^std((?:\.[A-Za-z_][A-Za-z0-9_]*)+)$/.exec(file);
  if (match === null || file.endsWith('.marl')) return undefined;
  const parts = (match[1] as string).slice(1).split('.');
  return { group: parts.slice(0, -1).join('.'), name: parts.at(-1) as string };
}

export async function readStdin(stream: NodeJS.ReadableStream): Promise<{ text: string } | { error: string }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  } catch (error) {
    return { error: reason(error) };
  }
  return decode(Buffer.concat(chunks));
}

function readOverrides(reply: Reply, set: readonly string[]): Got<ReadonlyMap<string, string>> {
  const overrides = new Map<string, string>();
  for (const text of set) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(\S.*)$/s.exec(text);
    if (match === null)
      return {
        exit: reply.problem(
          exitCode.usage,
          `\`--set\` takes \`parameter=value\`, but \`${text}\` is not of that form.`,
        ),
      };
    overrides.set(match[1] as string, match[2] as string);
  }
  return { value: overrides };
}

/** The game that was meant: by name, by its library name, or the only one there is. */
export function chooseGame(reply: Reply, opened: Opened): Got<GameInfo> {
  const { program, name, libraryName } = opened;
  const wanted = name ?? (program.games.some(game => game.name === libraryName) ? libraryName : undefined);
  const chosen = choose(reply, opened, 'game', program.games, wanted);
  if (chosen.exit === undefined) showConcerning(reply, opened, { name: chosen.value.name });
  return chosen;
}

/** One of several by name, or the only one; the candidates are named otherwise. */
export function choose<T extends { readonly name: string }>(
  reply: Reply,
  opened: Pick<Opened, 'file'>,
  noun: string,
  all: readonly T[],
  wanted: string | undefined,
): Got<T> {
  const names = all.map(item => item.name);
  if (wanted !== undefined) {
    const found = all.find(item => item.name === wanted);
    if (found !== undefined) return { value: found };
    return {
      exit: reply.problem(exitCode.usage, `${opened.file} has no ${noun} \`${wanted}\`.`, candidates(wanted, names)),
    };
  }
  const [only] = all;
  if (only === undefined) return { exit: reply.problem(exitCode.usage, `${opened.file} declares no ${noun}.`) };
  if (all.length === 1) return { value: only };
  const target = `${opened.file}:${only.name}`;
  const example = /^[\w./:@-]+$/.test(target) ? target : `'${target}'`;
  return {
    exit: reply.problem(
      exitCode.usage,
      `${opened.file} declares ${all.length} ${noun}s; say which.`,
      `${listed(names)} For example: marl ${reply.verb} ${example}`,
    ),
  };
}

/** The model of an instance; refused with its diagnostics if it has none. */
export function modelOf(reply: Reply, instance: Instance, sources: ReadonlyMap<string, Source>): Got<GameModel> {
  if (instance.model === undefined) return { exit: reply.refuse(instance.diagnostics, sources) };
  return { value: instance.model };
}

/** Diagnostics of several programs, those of a library file that two of them import only once. */
export function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(d => {
    const key = `${d.code} ${d.at.file} ${d.at.span.start} ${d.at.span.end} ${d.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** `marl fmt FILE...`: the one style of programs. Folders stand for the programs in them. */
import { chmodSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format } from '../../compiler/format/index.ts';
import { LineMap } from '../../grammar/position.ts';
import { readText, reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import { readStdin } from '../open.ts';
import { Reply } from '../reply.ts';
import { counted } from '../text.ts';

interface FmtOptions {
  readonly json?: boolean;
  readonly check?: boolean;
}

interface FileReport {
  readonly file: string;
  readonly changed: boolean;
  /** Lines of declarations that have errors, which were left as they are. */
  readonly kept: readonly { readonly from: number; readonly to: number }[];
}

export async function fmt(io: Io, typed: readonly string[], options: FmtOptions): Promise<number> {
  const reply = new Reply(io, 'fmt', options.json === true);
  if (typed.includes('-')) return await standardInput(reply, typed, options);
  const found = typed.map(path => programsIn(io.cwd, path));
  const files = [...new Set(found.flatMap(each => each ?? []))];
  const missing = typed.filter((_, k) => found[k] === undefined);
  if (missing.length > 0) return reply.problem(exitCode.wrong, `there is no file or folder ${missing.join(', ')}.`);
  if (files.length === 0) return reply.problem(exitCode.wrong, `${typed.join(', ')} holds no .marl files.`);
  const reports: FileReport[] = [];
  for (const file of files) {
    const path = resolve(io.cwd, file);
    const read = readText(path);
    if ('error' in read) return reply.problem(exitCode.wrong, `${file} cannot be read: ${read.error}.`);
    const { text, kept } = format(read.text);
    const changed = text !== read.text;
    if (changed && options.check !== true) {
      const failure = write(path, text);
      if (failure !== undefined) return reply.problem(exitCode.wrong, `${file} cannot be written: ${failure}.`);
    }
    reports.push({ file, changed, kept: linesOf(read.text, kept) });
    if (changed) reply.say(options.check === true ? `${file} is not formatted` : `formatted ${file}`);
    sayKept(reply, reports.at(-1)!);
  }
  const changed = reports.filter(report => report.changed).length;
  const wrong = options.check === true && changed > 0;
  reply.object(!wrong, { files: reports, diagnostics: [] });
  if (wrong) reply.say(`next: marl fmt ${typed.join(' ')}`);
  else if (changed === 0) reply.say(`${counted(files.length, 'file')}, all formatted`);
  return wrong ? exitCode.wrong : exitCode.done;
}

/** Formats what comes in and writes it out, for editors and pipes. */
async function standardInput(reply: Reply, typed: readonly string[], options: FmtOptions): Promise<number> {
  if (typed.length > 1) return reply.problem(exitCode.usage, '`-` stands for standard input and goes with no files.');
  const read = await readStdin(reply.io.stdin);
  if ('error' in read) return reply.problem(exitCode.wrong, `standard input cannot be read: ${read.error}.`);
  const { text, kept } = format(read.text);
  const report = { file: '-', changed: text !== read.text, kept: linesOf(read.text, kept) };
  const wrong = options.check === true && report.changed;
  reply.object(!wrong, { files: [report], ...(options.check === true ? {} : { text }), diagnostics: [] });
  if (!reply.json && options.check !== true) reply.io.out(text);
  if (wrong) reply.say('standard input is not formatted');
  sayKept(reply, report);
  return wrong ? exitCode.wrong : exitCode.done;
}

function sayKept(reply: Reply, { file, kept }: FileReport): void {
  for (const { from, to } of kept) {
    const lines = from === to ? `line ${from}` : `lines ${from} to ${to}`;
    reply.note(`marl fmt: ${file}: ${lines} left alone, because of errors; see marl check`);
  }
}

function linesOf(text: string, parts: readonly { readonly start: number; readonly end: number }[]): FileReport['kept'] {
  const lines = new LineMap(text.replaceAll('\r\n', '\n'));
  return parts.map(({ start, end }) => ({ from: lines.position(start).line, to: lines.position(end).line }));
}

/** A file itself, or the programs in a folder and below, in order; undefined where there is neither. */
function programsIn(cwd: string, typed: string): readonly string[] | undefined {
  const status = statSync(resolve(cwd, typed), { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (!status.isDirectory()) return [typed];
  const found: string[] = [];
  for (const entry of readdirSync(resolve(cwd, typed), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(typed, entry.name);
    if (entry.isDirectory()) found.push(...(programsIn(cwd, path) ?? []));
    else if (entry.isFile() && entry.name.endsWith('.marl')) found.push(path);
  }
  return found;
}

/** Writes beside the file and renames, so that a process that dies leaves the old text or the new one; links and rights stay. */
function write(path: string, text: string): string | undefined {
  try {
    const real = realpathSync(path);
    const beside = `${real}.new`;
    try {
      writeFileSync(beside, text, { flag: 'wx' });
      chmodSync(beside, statSync(real).mode);
      renameSync(beside, real);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) rmSync(beside, { force: true });
      throw error;
    }
    return undefined;
  } catch (error) {
    return reason(error);
  }
}

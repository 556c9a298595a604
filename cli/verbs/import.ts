/** `marl import FILE -o x.marl`: a game of another format as a program. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Host } from '../../compiler/api.ts';
import { dpomdpProgram, efgProgram, type Imported, nfgProgram } from '../../compiler/import/index.ts';
import { makeFolder } from '../../runtime/checkpoint/disk.ts';
import { type Parsed, type Problem, parseDpomdp, parseEfg, parseNfg } from '../../runtime/formats/index.ts';
import { readText, reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import { Reply } from '../reply.ts';
import { counted, printable } from '../text.ts';

interface ImportOptions {
  readonly json?: boolean;
  readonly out?: string;
  readonly force?: boolean;
}

/** What came of reading: a program or a refusal, and what was tolerated. */
type Outcome = { readonly warnings: readonly Problem[] } & (
  | { readonly error: Problem; readonly program?: undefined }
  | { readonly error?: undefined; readonly program: Imported }
);

export async function importVerb(io: Io, typed: string, options: ImportOptions): Promise<number> {
  const reply = new Reply(io, 'import', options.json === true);
  const read = readText(resolve(io.cwd, typed));
  if ('error' in read) return reply.problem(exitCode.wrong, `${typed} cannot be read: ${read.error}.`);
  const stem = basename(typed, extname(typed));
  const format = formatOf(typed, read.text);
  if (format === undefined)
    return reply.problem(
      exitCode.wrong,
      `${typed} is of no format that Marl reads.`,
      'Files begin with `NFG 1`, `EFG 2` or `agents:`, or their names end in .nfg, .efg or .dpomdp.',
    );
  const outcome = readers[format](read.text, stem);
  const warnings = outcome.warnings.map(({ line, column, rule, fact, remedy }) => ({
    line,
    column,
    message: `${rule}; ${fact}`,
    remedy: remedy ?? null,
  }));
  for (const { line, column, message } of warnings)
    reply.note(`${typed}:${line}:${column}: warning: ${printable(message)}.`);
  if (outcome.error !== undefined) {
    const { line, column, rule, fact, remedy, other } = outcome.error;
    const second = other === undefined ? '' : ` (${other.what} ${typed}:${other.line}:${other.column})`;
    return reply.problem(
      exitCode.wrong,
      printable(`${typed}:${line}:${column}: ${rule}, but ${fact}${second}.`),
      remedy === undefined ? undefined : `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`,
    );
  }
  const { program } = outcome;
  if (program.refused !== undefined)
    return reply.problem(
      exitCode.wrong,
      printable(`${typed} was read, but cannot be written as a program: ${program.refused}.`),
      `${program.remedy.charAt(0).toUpperCase()}${program.remedy.slice(1)}.`,
    );
  const limit = await beyondLimits(program.text);
  if (limit !== undefined)
    return reply.problem(
      exitCode.wrong,
      printable(`${typed} was read, but the program that it makes is too large: ${limit}`),
      'Write the rules of the game as a program of your own.',
    );
  const out = options.out ?? `${stem}.marl`;
  if (existsSync(resolve(io.cwd, out)) && options.force !== true)
    return reply.problem(exitCode.wrong, `${out} exists already.`, 'Choose another -o, or replace it with --force.');
  try {
    makeFolder(dirname(resolve(io.cwd, out)));
    writeFileSync(resolve(io.cwd, out), program.text);
  } catch (error) {
    return reply.problem(exitCode.wrong, `${out} cannot be written: ${reason(error)}.`);
  }
  for (const note of program.notes) reply.note(`marl import: ${note}`);
  reply.object(true, { file: typed, format, out, game: program.game, notes: program.notes, warnings, diagnostics: [] });
  reply.say(`wrote ${out} (${counted(program.text.split('\n').length - 1, 'line')}): the game ${program.game}`);
  reply.say(`next: marl info ${out}`);
  return exitCode.done;
}

/** The compiler has limits that only it knows: nothing is written that it would refuse. */
async function beyondLimits(text: string): Promise<string | undefined> {
  const { compile } = await import('../../compiler/index.ts');
  const nothing = { error: 'an imported game stands alone' };
  const host: Host = {
    read: () => ({ text }),
    resolve: () => nothing,
    library: () => undefined,
    libraryNames: () => [],
  };
  return compile(host, 'imported.marl').diagnostics.find(({ severity }) => severity === 'error')?.message;
}

type Format = 'nfg' | 'efg' | 'dpomdp';

const readers: Readonly<Record<Format, (text: string, stem: string) => Outcome>> = {
  nfg: (text, stem) => outcomeOf(parseNfg(text), game => nfgProgram(game, stem)),
  efg: (text, stem) => outcomeOf(parseEfg(text), game => efgProgram(game, stem)),
  dpomdp: (text, stem) => outcomeOf(parseDpomdp(text), game => dpomdpProgram(game, stem)),
};

function outcomeOf<T>(parsed: Parsed<T>, write: (game: T) => Imported): Outcome {
  const { warnings } = parsed;
  return parsed.error === undefined ? { program: write(parsed.game), warnings } : { error: parsed.error, warnings };
}

/** By the name of a file, else by how it begins. */
function formatOf(file: string, text: string): Format | undefined {
  const extension = extname(file).toLowerCase();
  if (extension === '.nfg') return 'nfg';
  if (extension === '.efg') return 'efg';
  if (extension === '.dpomdp') return 'dpomdp';
  const begin = text.slice(0, 4096).trimStart();
  if (/^NFG\s/.test(begin)) return 'nfg';
  if (/^EFG\s/.test(begin)) return 'efg';
  return /^(?:#[^\n]*\n\s*)*agents\s*:/.test(begin) ? 'dpomdp' : undefined;
}

/** `marl emit FILE[:name] -o DIR`: a training as a TypeScript program to read, change and run, with its game beside it. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../runtime/checkpoint/disk.ts';
import { reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import { type ProgramsOptions, programsOf, refusePresent } from '../programs.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { runningOf } from '../running.ts';
import { counted } from '../text.ts';
import { folderName } from '../training.ts';

interface EmitOptions extends ProgramsOptions {
  readonly out?: string;
  readonly force?: boolean;
}

export async function emit(io: Io, typed: string, options: EmitOptions): Promise<number> {
  const reply = new Reply(io, 'emit', options.json === true);
  const found = await programsOf(reply, typed, options);
  if (found.exit !== undefined) return found.exit;
  const { programs, sweep, opened } = found.value;
  const name = sweep ?? programs[0]?.name;
  const out = options.out ?? folderName(name ?? 'program');
  const files = programs
    .flatMap(({ program, game }) => [program, game])
    .map(({ file, text }) => ({ file: join(out, file), text }));
  const present = files.find(({ file }) => existsSync(resolve(io.cwd, file)));
  if (present !== undefined && options.force !== true) return refusePresent(reply, present.file, 'folder');
  try {
    makeFolder(resolve(io.cwd, out));
    for (const { file, text } of files) writeFileSync(resolve(io.cwd, file), text);
  } catch (error) {
    return reply.problem(exitCode.wrong, `${out} cannot be written: ${reason(error)}.`);
  }
  const { diagnostics, sources } = opened.program;
  reply.object(true, {
    name,
    out,
    files: files.map(({ file }) => file),
    diagnostics: jsonDiagnostics(diagnostics, sources),
  });
  for (const { file, text } of files) reply.say(`wrote ${file} (${counted(text.split('\n').length - 1, 'line')})`);
  const { first, command } = runningOf(files[0]?.file ?? out, io.cwd);
  reply.say(
    first === undefined
      ? 'they import the runtime of the package `marl`, which is found from there; `marl bundle` makes a file that needs nothing'
      : `they import the runtime: \`${first}\` brings it, or let \`marl bundle\` make a file that needs nothing`,
  );
  reply.say(`next: ${first === undefined ? '' : `${first} && `}${command} (Node 22.18 or newer)`);
  return exitCode.done;
}

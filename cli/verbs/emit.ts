/** `marl emit FILE[:name] -o DIR`: a training as a TypeScript program of its own. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { emitGame } from '../../compiler/emit/game.ts';
import { emitProgram } from '../../compiler/emit/program.ts';
import { makeFolder } from '../../runtime/checkpoint/disk.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { isDeep } from '../../runtime/train/run.ts';
import { reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import { modelOf, openProgram, type ProgramOptions } from '../open.ts';
import { ownSource } from '../package.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { counted } from '../text.ts';
import { chooseTrainings, folderName } from '../training.ts';

interface EmitOptions extends ProgramOptions {
  readonly out?: string;
  readonly seed?: readonly number[];
  readonly force?: boolean;
}

export async function emit(io: Io, typed: string, options: EmitOptions): Promise<number> {
  const reply = new Reply(io, 'emit', options.json === true);
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened.exit;
  const chosen = chooseTrainings(reply, opened.value);
  if (chosen.exit !== undefined) return chosen.exit;
  const { program, overrides } = opened.value;
  const { runs, sweep } = chosen.value;
  const out = options.out ?? folderName(sweep ?? runs[0]?.name ?? 'program');
  const files: { file: string; text: string }[] = [];
  for (const run of runs) {
    const built = modelOf(reply, run.instantiate(overrides), program.sources);
    if (built.exit !== undefined) return built.exit;
    if (isDeep(run.spec))
      return reply.problem(
        exitCode.wrong,
        `${run.spec.algorithm} computes with networks, and programs of their own are written for learners that keep tables.`,
        `Train it with \`marl train\`; what it learned can be played with \`marl play --policy\`.`,
      );
    const { spec: game } = loadGame(emitGame(built.value, { types: false, module: 'function' }));
    const gameText = emitGame(built.value, { types: true, module: 'function' });
    const fitted = run.specFor(built.value);
    if (fitted.spec === undefined) return reply.refuse(fitted.diagnostics, program.sources);
    const train = { ...fitted.spec, name: run.name, seeds: options.seed ?? run.spec.seeds };
    const text = emitProgram({ train, game, gameText, read: ownSource });
    files.push({ file: join(out, `${folderName(run.name)}.ts`), text });
  }
  const present = files.find(({ file }) => existsSync(resolve(io.cwd, file)));
  if (present !== undefined && options.force !== true)
    return reply.problem(
      exitCode.wrong,
      `${present.file} exists already.`,
      'Replace it with --force, or choose another folder with --out.',
    );
  try {
    makeFolder(resolve(io.cwd, out));
    for (const { file, text } of files) writeFileSync(resolve(io.cwd, file), text);
  } catch (error) {
    return reply.problem(exitCode.wrong, `${out} cannot be written: ${reason(error)}.`);
  }
  reply.object(true, {
    name: sweep ?? runs[0]?.name,
    out,
    files: files.map(({ file }) => file),
    diagnostics: jsonDiagnostics(program.diagnostics, program.sources),
  });
  for (const { file, text } of files) reply.say(`wrote ${file} (${counted(text.split('\n').length - 1, 'line')})`);
  reply.say(`next: node ${files[0]?.file} (Node 22.18 or newer)`);
  return exitCode.done;
}

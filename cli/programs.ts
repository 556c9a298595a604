/** The programs that `marl emit` writes and `marl bundle` packs: one per training that was named. */
import { basename } from 'node:path';
import { emitGame } from '../compiler/emit/game.ts';
import { emitProgram, type Origin } from '../compiler/emit/program.ts';
import { gameOriginOf } from '../compiler/emit/programTrace.ts';
import type { Span, TrainClause } from '../grammar/ast.ts';
import { LineMap } from '../grammar/position.ts';
import { loadGame } from '../runtime/games/load.ts';
import { isDeep } from '../runtime/train/run.ts';
import { exitCode } from './io.ts';
import { type Got, modelOf, type Opened, openProgram, type ProgramOptions } from './open.ts';
import { ownSource } from './package.ts';
import type { Reply } from './reply.ts';
import { chooseTrainings, folderName, type Trainable } from './training.ts';

export interface ProgramsOptions extends ProgramOptions {
  readonly seed?: readonly number[];
}

export interface WrittenProgram {
  readonly name: string;
  /** The program and its game, which it imports: names of files side by side, and their texts. */
  readonly program: WrittenFile;
  readonly game: WrittenFile;
}

export interface WrittenFile {
  readonly file: string;
  readonly text: string;
}

export interface Programs {
  readonly opened: Opened;
  readonly programs: readonly WrittenProgram[];
  /** The sweep whose runs they are. */
  readonly sweep: string | undefined;
}

/** Writes the programs of `typed` (FILE[:name]); what is wrong is told to the user. */
export async function programsOf(reply: Reply, typed: string, options: ProgramsOptions): Promise<Got<Programs>> {
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened;
  const chosen = chooseTrainings(reply, opened.value);
  if (chosen.exit !== undefined) return chosen;
  const { program, overrides } = opened.value;
  const { runs, sweep } = chosen.value;
  const programs: WrittenProgram[] = [];
  for (const run of runs) {
    const built = modelOf(reply, run.instantiate(overrides), program.sources);
    if (built.exit !== undefined) return built;
    const state = isDeep(run.spec);
    const { spec: game } = loadGame(emitGame(built.value, { types: false, module: 'function', state }));
    const fitted = run.specFor(built.value);
    if (fitted.spec === undefined) return { exit: reply.refuse(fitted.diagnostics, program.sources) };
    const train = { ...fitted.spec, name: run.name, seeds: options.seed ?? run.spec.seeds };
    const gameText = emitGame(built.value, { types: true, module: 'function', state });
    const files = { program: `${folderName(run.name)}.ts`, game: `${folderName(run.name)}.game.ts` };
    const origin = originOf(opened.value, run, sweep);
    const text = emitProgram({ train, game, gameText, read: ownSource, files, origin });
    programs.push({
      name: run.name,
      program: { file: files.program, text: text.program },
      game: { file: files.game, text: text.game },
    });
  }
  return { value: { opened: opened.value, programs, sweep } };
}

/** A line for people: the file is there already, and what to do about it. */
export function refusePresent(reply: Reply, file: string, option: string): number {
  return reply.problem(
    exitCode.wrong,
    `${file} exists already.`,
    `Replace it with --force, or choose another ${option} with --out.`,
  );
}

/** The lines of the `train` that a program comes from. */
function originOf({ program, file }: Opened, run: Trainable, sweep: string | undefined): Origin | undefined {
  const source = program.sources.get(program.entry);
  if (source === undefined) return undefined;
  const map = new LineMap(source.text);
  const lineOf = ({ start }: Span): number => map.position(start).line;
  const { declarations } = source.ast;
  const of = declarations.find(d => d.kind === 'Sweep' && d.name.text === sweep);
  const wanted = of?.kind === 'Sweep' ? of.of.text : run.name;
  const train = declarations.find(d => d.kind === 'Train' && d.name.text === wanted);
  if (train?.kind !== 'Train') return undefined;
  const lines: Record<string, number> = {};
  for (const clause of train.clauses) {
    const name = clauseNames[clause.kind];
    if (name !== undefined) lines[name] = lineOf(clause.span);
    if (clause.kind === 'Algorithm')
      for (const setting of clause.settings) lines[setting.name.text] = lineOf(setting.span);
  }
  return {
    file: basename(file),
    train: lineOf(train.span),
    lines,
    game: gameOriginOf([source, ...program.sources.values()], train.of.path.at(-1)?.text ?? ''),
  };
}

/** What clauses of a `train` are called in the program. */
const clauseNames: Readonly<Partial<Record<TrainClause['kind'], string>>> = {
  TeamReward: 'teamReward',
  Budget: 'budget',
  Envs: 'envs',
  Seeds: 'seeds',
  Evaluate: 'evaluate',
  Report: 'report',
};

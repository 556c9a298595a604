/** Trainings: which one was meant, and their games compiled again from what a run folder recorded. */
import { join, posix } from 'node:path';
import type { FittedSpec, Host, Instance, Program, TrainInfo } from '../compiler/api.ts';
import { emitGame } from '../compiler/emit/game.ts';
import type { GameModel } from '../compiler/game/model.ts';
import { compile } from '../compiler/index.ts';
import type { RunDescription } from '../runtime/train/folder.ts';
import { isDeep } from '../runtime/train/run.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import { showConcerning } from './concern.ts';
import { stdinPath } from './host.ts';
import { Library } from './library.ts';
import { choose, type Got, type Opened } from './open.ts';
import { packageRoot } from './package.ts';
import type { Reply } from './reply.ts';
import { quoted } from './text.ts';

/** One training: a `train`, or one run of a `sweep`. */
export interface Trainable {
  readonly name: string;
  readonly spec: TrainSpec;
  instantiate(overrides: ReadonlyMap<string, string>): Instance;
  /** `spec` for a game that `instantiate` gave. */
  specFor(model: GameModel): FittedSpec;
}

/** All that `marl train FILE:name` can mean, sweeps run by run. */
export function trainables(program: Program): readonly Trainable[] {
  return [
    ...program.trains.map(ofTrain),
    ...program.sweeps.flatMap(sweep =>
      sweep.runs.map(run => ({
        name: run.label,
        spec: run.spec,
        instantiate: run.instantiate.bind(run),
        specFor: run.specFor.bind(run),
      })),
    ),
  ];
}

function ofTrain(info: TrainInfo): Trainable {
  const { name, spec } = info;
  return { name, spec, instantiate: info.instantiate.bind(info), specFor: info.specFor.bind(info) };
}

/** The game of a training as its threads load it; deep learners also read the whole state. */
export function gameTextOf(model: GameModel, train: Pick<TrainSpec, 'algorithm'>): string {
  return emitGame(model, { types: false, module: 'function', state: isDeep(train) });
}

/** A host that reads the recorded texts, so that a run can be read after its program has changed. */
export function recordedHost(run: RunDescription): Host {
  const library = new Library(join(packageRoot(), 'stdlib'));
  const has = (path: string): boolean => Object.hasOwn(run.sources, path);
  return {
    read: path => (has(path) ? { text: run.sources[path] as string } : { error: 'the run did not record it' }),
    resolve(from, file) {
      const prefix = from.startsWith('std:') ? 'std:' : '';
      const target = posix.normalize(posix.join(posix.dirname(from.slice(prefix.length)), file));
      const path = Object.keys(run.sources).find(
        key => key.startsWith(prefix) && posix.normalize(key.slice(prefix.length)) === target,
      );
      return path === undefined ? { error: 'the run did not record it' } : { path };
    },
    library(group, name) {
      const id = library.find(group, name);
      return id !== undefined && has(id) ? id : undefined;
    },
    libraryNames: group => library.names(group),
  };
}

/** The game that a run was trained on, compiled again from what its folder recorded; undefined where that gives no game any more. */
export function recordedModel(run: RunDescription): GameModel | undefined {
  const program = compile(recordedHost(run), run.entry);
  const training = trainables(program).find(candidate => candidate.name === run.train.name);
  return training?.instantiate(new Map(Object.entries(run.parameters))).model;
}

/**
 * How a user names the game of a run: `game.marl:Learn --set size=5`; undefined where that cannot be known (a program from standard
 * input).
 */
export function targetOf(run: RunDescription): string | undefined {
  const file = run.entry.startsWith('std:') ? libraryName(run) : run.entry === stdinPath ? undefined : run.entry;
  if (file === undefined) return undefined;
  const set = Object.entries(run.parameters).map(([name, value]) => ` --set ${quoted(`${name}=${value}`)}`);
  return `${quoted(`${file}:${run.train.name}`)}${set.join('')}`;
}

/** `std.games.Kuhn` for a library file: by the game it trains, or by its own name. */
function libraryName(run: RunDescription): string | undefined {
  const library = new Library(join(packageRoot(), 'stdlib'));
  const group = posix.dirname(run.entry.slice('std:'.length));
  const names = [/^\w+/.exec(run.train.game)?.[0] ?? '', posix.basename(run.entry, '.marl')];
  const name = names.find(candidate => library.find(group, candidate) === run.entry);
  return name === undefined ? undefined : `std.${group}.${name}`;
}

/** The training that was named, all runs of the sweep that was named, or the only one there is. */
export function chooseTrainings(
  reply: Reply,
  opened: Opened,
): Got<{ runs: readonly Trainable[]; sweep: string | undefined }> {
  const { program, name, libraryName } = opened;
  const sweep = program.sweeps.find(candidate => candidate.name === name);
  if (sweep !== undefined) {
    showConcerning(reply, opened, { name: sweep.name });
    return {
      value: { runs: trainables(program).filter(run => sweep.runs.some(r => r.label === run.name)), sweep: sweep.name },
    };
  }
  const named = trainables(program);
  const found = name === undefined ? undefined : trainableNamed(reply, opened, name);
  if (found !== undefined) return { value: { runs: [found], sweep: undefined } };
  const trains = named.slice(0, program.trains.length);
  // `std.games.Climbing` means the trainings of Climbing where its file holds others too.
  const own =
    libraryName === undefined || name !== undefined
      ? []
      : trains.filter(run => run.spec.game === libraryName || run.spec.game.startsWith(`${libraryName}(`));
  const pool =
    own.length > 0
      ? own
      : [...trains, ...(name === undefined ? [] : program.sweeps.map(s => ({ name: s.name }) as Trainable))];
  const one = choose(reply, opened, 'training', pool, name);
  if (one.exit !== undefined) return one;
  showConcerning(reply, opened, { name: one.value.name });
  return { value: { runs: [one.value], sweep: undefined } };
}

/** The training, or the run of a sweep, with this name; the warnings that concern it are shown. */
export function trainableNamed(reply: Reply, opened: Opened, name: string): Trainable | undefined {
  const found = trainables(opened.program).find(run => run.name === name);
  if (found === undefined) return undefined;
  const sweep = opened.program.sweeps.find(({ runs }) => runs.some(run => run.label === name));
  showConcerning(reply, opened, { name: sweep?.name ?? name });
  return found;
}

/** `Lr[lr=0.1, envs=4]` as the folder `Lr_lr=0.1_envs=4`: no character that a file system refuses, and never `..`. */
export function folderName(label: string): string {
  if (/^\w+$/.test(label)) return label;
  return label.replace(/[^A-Za-z0-9_.=+-]+/g, '_').replace(/^[._]+|_+$/g, '');
}

/** Trainings: which one was meant, and their games compiled again from what a run folder recorded. */
import { join, posix } from 'node:path';
import type { Host, Instance, Program, TrainInfo } from '../compiler/api.ts';
import type { RunDescription } from '../runtime/train/folder.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import { Library } from './library.ts';
import { choose, type Got, type Opened } from './open.ts';
import { packageRoot } from './package.ts';
import type { Reply } from './reply.ts';

/** One training: a `train`, or one run of a `sweep`. */
export interface Trainable {
  readonly name: string;
  readonly spec: TrainSpec;
  instantiate(overrides: ReadonlyMap<string, string>): Instance;
}

/** All that `marl train FILE:name` can mean, sweeps run by run. */
export function trainables(program: Program): readonly Trainable[] {
  return [
    ...program.trains.map(ofTrain),
    ...program.sweeps.flatMap(sweep =>
      sweep.runs.map(run => ({ name: run.label, spec: run.spec, instantiate: run.instantiate.bind(run) })),
    ),
  ];
}

function ofTrain(info: TrainInfo): Trainable {
  return { name: info.name, spec: info.spec, instantiate: info.instantiate.bind(info) };
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

/** The training that was named, all runs of the sweep that was named, or the only one there is. */
export function chooseTrainings(
  reply: Reply,
  opened: Opened,
): Got<{ runs: readonly Trainable[]; sweep: string | undefined }> {
  const { program, name, libraryName } = opened;
  const sweep = program.sweeps.find(candidate => candidate.name === name);
  if (sweep !== undefined)
    return {
      value: { runs: trainables(program).filter(run => sweep.runs.some(r => r.label === run.name)), sweep: sweep.name },
    };
  const named = trainables(program);
  if (name !== undefined) {
    const found = named.find(run => run.name === name);
    if (found !== undefined) return { value: { runs: [found], sweep: undefined } };
  }
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
  return one.exit !== undefined ? one : { value: { runs: [one.value], sweep: undefined } };
}

/** `Lr[lr=0.1]` as a folder: no character that a file system refuses, and never `..`. */
export function folderName(label: string): string {
  return label.replace(/[^A-Za-z0-9_.=,+-]+/g, '_').replace(/^[._]+|_+$/g, '');
}

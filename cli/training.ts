/** A training's game, compiled again from what its run folder recorded. */
import { join, posix } from 'node:path';
import type { Host, Instance, Program, TrainInfo } from '../compiler/api.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import type { RunDescription } from '../runtime/train/folder.ts';
import { Library } from './library.ts';
import { packageRoot } from './package.ts';

/** One training: a `train`, or one run of a `sweep`. */
export interface Trainable {
  readonly name: string;
  readonly spec: TrainSpec;
  instantiate(overrides: ReadonlyMap<string, string>): Instance;
}

/** All that `marl train FILE:name` can mean, sweeps run by run. */
export function trainables(program: Program): readonly Trainable[] {
  return [...program.trains.map(ofTrain), ...program.sweeps.flatMap(sweep => sweep.runs.map(run => ({ name: run.label, spec: run.spec, instantiate: run.instantiate.bind(run) })))];
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
      const path = Object.keys(run.sources).find(key => key.startsWith(prefix) && posix.normalize(key.slice(prefix.length)) === target);
      return path === undefined ? { error: 'the run did not record it' } : { path };
    },
    library(group, name) {
      const id = library.find(group, name);
      return id !== undefined && has(id) ? id : undefined;
    },
    libraryNames: group => library.names(group),
  };
}

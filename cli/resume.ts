/** Going on with a run: the program that its folder recorded, and whether a program still declares the training that it holds. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { GameModel } from '../compiler/game/model.ts';
import { compile } from '../compiler/index.ts';
import type { GameSpec } from '../runtime/games/vector.ts';
import { type RunDescription, readRunFolder, runFoldersIn } from '../runtime/train/folder.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import { blocks } from './concern.ts';
import { exitCode } from './io.ts';
import type { Got, Opened, ProgramOptions } from './open.ts';
import { packageVersion } from './package.ts';
import { differs } from './policy.ts';
import type { Reply } from './reply.ts';
import { quoted } from './text.ts';
import { gameTextOf, recordedHost, recordedModel } from './training.ts';

// ------------------------------------------------------------------------------------ the program of a folder

/** A program as a folder recorded it. */
export interface Recorded {
  /** As if its file had been typed with the name of the training or the sweep, and `--set` as it was then. */
  readonly opened: Opened;
  /** The folder as it was typed. */
  readonly out: string;
}

/** What `marl train --resume DIR` goes on with; undefined where what was typed is not the folder of a run or a sweep. */
export function openRecorded(
  reply: Reply,
  typed: string,
  options: ProgramOptions & { readonly out?: string },
): Got<Recorded> | undefined {
  const folder = resolve(reply.io.cwd, typed);
  const single = existsSync(join(folder, 'spec.json'));
  const inner = single ? [] : runFoldersIn(folder);
  if (!single && inner.length === 0) return undefined;
  const refuse = (message: string, help?: string) => ({ exit: reply.problem(exitCode.usage, message, help) });
  if (options.out !== undefined && resolve(reply.io.cwd, options.out) !== folder)
    return refuse(`a run is gone on with in its own folder, ${typed}.`, 'Leave --out out.');
  if ((options.set ?? []).length > 0)
    return refuse(`${typed} holds the parameters that its game was trained with.`, 'Leave --set out.');
  const runs = single ? [readRunFolder(folder)] : inner.map(name => readRunFolder(join(folder, name)));
  const run = runs.find((found): found is RunDescription => !('error' in found));
  if (run === undefined) {
    const error = runs.flatMap(found => ('error' in found ? [found.error] : []))[0] ?? '';
    return { exit: reply.problem(exitCode.wrong, `${error.replaceAll(folder, typed)}.`) };
  }
  const host = recordedHost(run);
  const program = compile(host, run.entry);
  const sweep = single
    ? undefined
    : program.sweeps.find(({ runs: all }) => all.some(({ label }) => label === run.train.name));
  const name = sweep?.name ?? run.train.name;
  if (!single && sweep === undefined)
    return refuse(
      `${typed} holds folders of trainings, but not of a sweep.`,
      `Name one of them: marl train --resume ${quoted(join(typed, inner[0] ?? ''))}`,
    );
  if (blocks(program, reply.verb, name)) return { exit: reply.problem(exitCode.wrong, ...outdated(typed, run)) };
  const opened = {
    program,
    host,
    file: run.entry,
    name,
    libraryName: undefined,
    overrides: new Map(Object.entries(run.parameters)),
  };
  return { value: { opened, out: typed } };
}

/** What is wrong where a recorded program says less to this version of Marl than to the one that recorded it, and what to do. */
function outdated(out: string, run: RunDescription): [message: string, help: string] {
  return [
    `the program recorded in ${out} cannot be compiled any more.`,
    `It was written by Marl ${run.versions.marl}; go on with that version, or train again with this one (${packageVersion()}).`,
  ];
}

// ------------------------------------------------------------------------------------ is it the same training?

/** A training as a program declares it now. */
export interface Declared {
  readonly name: string;
  readonly train: TrainSpec;
  readonly model: GameModel;
  readonly game: GameSpec;
  readonly parameters: Readonly<Record<string, string>>;
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * The training that a folder holds, if the program declares the same: going on with another game or other settings would give what
 * nobody asked for. What the game and the training mean is compared: comments, layout, names of files, the name of the training and
 * other declarations may change. Seeds are those of the folder.
 */
export async function resumable(
  reply: Reply,
  folder: string,
  out: string,
  now: Declared,
): Promise<Got<RunDescription>> {
  const before = readRunFolder(folder);
  if ('error' in before) return { exit: reply.problem(exitCode.wrong, `${before.error.replaceAll(folder, out)}.`) };
  const settings = await otherSettings(before.train, now.train);
  const game = otherGame(before, now);
  if (game === 'unknown') return { exit: reply.problem(exitCode.wrong, ...outdated(out, before)) };
  const found = [...settings, ...(game === undefined ? [] : [game])];
  if (found.length > 0) {
    const told = found.slice(0, 5).join('; ') + (found.length > 5 ? `; and ${found.length - 5} more` : '');
    const message =
      before.train.name === now.name
        ? `${now.name} has changed since ${out} was written: ${told}.`
        : `${out} holds the training ${before.train.name}, and ${now.name} is another: ${told}.`;
    const help = `Go on with what the folder recorded by \`marl train --resume ${quoted(out)}\`, or train anew into another folder with --out.`;
    return { exit: reply.problem(exitCode.wrong, message, help) };
  }
  if (before.train.name !== now.name)
    reply.note(`marl train: ${out} holds this training under the name ${before.train.name}, which it keeps`);
  if (before.versions.marl !== packageVersion())
    reply.note(
      `marl train: ${out} was begun by Marl ${before.versions.marl}, and this is ${packageVersion()}: its numbers may differ from those of a training that was not interrupted`,
    );
  return { value: before };
}

/** Would the training give the same numbers, seed by seed, as the one that a folder holds? */
export function isSameTraining(before: RunDescription, now: Declared, engine: string | undefined): boolean {
  const facts = ({ name: _, game: __, ...facts }: TrainSpec) => facts;
  return (
    before.train.name === now.name &&
    same(facts(before.train), facts(now.train)) &&
    before.engine?.name === engine &&
    otherGame(before, now) === undefined
  );
}

/** How the settings differ, a clause each. */
async function otherSettings(before: TrainSpec, now: TrainSpec): Promise<readonly string[]> {
  const facts = ({ settings, name: _, seeds: __, game: ___, ...others }: TrainSpec): Map<string, unknown> =>
    new Map(Object.entries({ ...settings, ...others }));
  const [old, fresh] = [facts(before), facts(now)];
  const changed = [...new Set([...old.keys(), ...fresh.keys()])].filter(key => !same(old.get(key), fresh.get(key)));
  if (changed.length === 0) return [];
  if (before.algorithm !== now.algorithm) return [`the algorithm was ${before.algorithm} and is ${now.algorithm}`];
  const { settingsOf } = await import('./reported.ts');
  const [was, is] = [before, now].map(train => new Map(settingsOf({ train, parameters: {} })));
  return changed.map(key => {
    const shown = key === 'teamReward' ? 'team reward' : key;
    const [a, b] = [was?.get(shown), is?.get(shown)];
    if (a === b) return `${shown} is declared in another way`;
    return `${shown} was ${a ?? 'not set'} and is ${b ?? 'not set any more'}`;
  });
}

/** How the game differs, a clause; `unknown` where the recorded one cannot be compiled any more. */
function otherGame(before: RunDescription, now: Declared): string | undefined {
  const texts = ({ sources }: Pick<RunDescription, 'sources'>) => Object.values(sources).sort();
  if (same(texts(before), texts(now)) && same(sorted(before.parameters), sorted(now.parameters)))
    return before.train.game === now.train.game
      ? undefined
      : `the game was ${before.train.game} and is ${now.train.game}`;
  const model = recordedModel(before);
  if (model === undefined) return 'unknown';
  if (meaningOf(model, now.train) === meaningOf(now.model, now.train)) return undefined;
  if (model.name !== now.model.name) return `the game was ${model.name} and is ${now.model.name}`;
  const values = new Map(now.model.params.map(({ name, value }) => [name, value]));
  const parameter = model.params.find(({ name, value }) => values.get(name) !== value);
  if (parameter !== undefined)
    return `${parameter.name} of the game was ${parameter.value} and is ${values.get(parameter.name) ?? 'not there any more'}`;
  const other = differs(before.game, now.game);
  return `the game ${model.name} is another one${other === undefined ? '' : ` (${other} in ${before.train.name})`}`;
}

/** A game as the threads of a training run it, without what its author says of it. */
function meaningOf(model: GameModel, train: TrainSpec): string {
  const functions = model.functions.map(fn => ({ ...fn, doc: undefined }));
  return gameTextOf({ ...model, doc: undefined, functions }, train);
}

function sorted(parameters: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A training made ready: its game built, its folder looked at, its engine loaded. Nothing is written yet. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { GameModel } from '../compiler/game/model.ts';
import { loadGame } from '../runtime/games/load.ts';
import type { GameSpec } from '../runtime/games/vector.ts';
import type { Engine } from '../runtime/tensor/engine.ts';
import { engineNames } from '../runtime/tensor/engines/index.ts';
import { defaultEngine, engineFor, factsOf } from '../runtime/train/engines.ts';
import { type OlderRun, type RunDescription, wouldReplace } from '../runtime/train/folder.ts';
import { isDeep } from '../runtime/train/run.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import { exitCode } from './io.ts';
import { type Got, modelOf, type Opened } from './open.ts';
import { packageVersion } from './package.ts';
import type { Reply } from './reply.ts';
import { isSameTraining, resumable } from './resume.ts';
import { stuckAtStart, tooMuchMemory } from './study.ts';
import { quoted } from './text.ts';
import { gameTextOf, type Trainable } from './training.ts';

export interface PrepareOptions {
  readonly seed?: readonly number[];
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly engine?: string;
}

export interface Prepared {
  readonly run: Trainable;
  readonly model: GameModel;
  readonly game: GameSpec;
  readonly gameText: string;
  readonly spec: TrainSpec;
  readonly description: RunDescription;
  /** Of deep learners. */
  readonly engine: Engine | undefined;
  /** The folder as the user would type it, and as the system finds it. */
  readonly out: string;
  readonly folder: string;
  /** Go on with what the folder holds; with these seeds of it only, where some are named. */
  readonly resume: boolean;
  readonly only: readonly number[] | undefined;
}

/** @param sweep with `--resume`, runs of a sweep that were not begun are begun */
export async function prepare(
  reply: Reply,
  opened: Opened,
  run: Trainable,
  out: string,
  options: PrepareOptions,
  sweep: boolean,
): Promise<Got<Prepared>> {
  const { program, overrides } = opened;
  const built = modelOf(reply, run.instantiate(overrides), program.sources);
  if (built.exit !== undefined) return built;
  const model = built.value;
  const stuck = stuckAtStart(model);
  if (stuck !== undefined) return { exit: reply.problem(exitCode.wrong, `${model.name} cannot be played: ${stuck}.`) };
  const fitted = run.specFor(model);
  if (fitted.spec === undefined) return { exit: reply.refuse(fitted.diagnostics, program.sources) };
  const declared = fitted.spec;
  const tooMuch = tooMuchMemory(model, Math.max(declared.envs, Math.min(128, declared.evaluate.episodes)));
  if (tooMuch !== undefined)
    return {
      exit: reply.problem(exitCode.wrong, tooMuch, 'Choose fewer `envs` or episodes of evaluation, or a smaller game.'),
    };
  const gameText = gameTextOf(model, declared);
  const { spec: game } = loadGame(gameText);
  const folder = isAbsolute(out) ? out : resolve(reply.io.cwd, out);
  const written = { ...declared, name: run.name, seeds: options.seed ?? declared.seeds };
  const sources = Object.fromEntries([...program.sources].map(([path, source]) => [path, source.text]));
  const resume = options.resume === true && !(sweep && !existsSync(join(folder, 'spec.json')));
  const now = { name: run.name, train: written, model, game, parameters: Object.fromEntries(overrides), sources };
  const before: Got<RunDescription | undefined> = resume
    ? await resumable(reply, folder, out, now)
    : { value: undefined };
  if (before.exit !== undefined) return before;
  const begun = before.value?.train.seeds;
  const strange = begun === undefined ? [] : (options.seed ?? []).filter(seed => !begun.includes(seed));
  if (begun !== undefined && strange.length > 0)
    return {
      exit: reply.problem(
        exitCode.usage,
        `seed ${strange.join(', ')} does not belong to the run in ${out}, which has seed ${begun.join(', ')}.`,
        'With --resume, --seed names seeds of the run to go on with; train others into another folder with --out.',
      ),
    };
  const engine = await engineOf(reply, declared, options.engine, before.value);
  if (engine.exit !== undefined) return engine;
  const spec = before.value?.train ?? written;
  const only = resume ? options.seed : undefined;
  const description: RunDescription = {
    train: spec,
    game,
    parameters: now.parameters,
    entry: program.entry,
    sources,
    versions: { marl: packageVersion(), node: process.versions.node },
    ...(engine.value === undefined ? {} : { engine: factsOf(engine.value) }),
  };
  if (!resume && options.force !== true) {
    const older = wouldReplace(folder, before => isSameTraining(before, now, engine.value?.name));
    if (older !== undefined) return { exit: refuseToReplace(reply, out, older) };
  }
  return { value: { run, model, game, gameText, spec, description, engine: engine.value, out, folder, resume, only } };
}

/** The engine that was asked for, that the run began on, or the default; none for learners that keep tables. */
async function engineOf(
  reply: Reply,
  train: TrainSpec,
  asked: string | undefined,
  before: RunDescription | undefined,
): Promise<Got<Engine | undefined>> {
  if (asked !== undefined && !engineNames.some(name => name === asked))
    return {
      exit: reply.problem(
        exitCode.usage,
        `there is no engine \`${asked}\`.`,
        `The engines are ${engineNames.join(', ')}.`,
      ),
    };
  if (!isDeep(train)) {
    if (asked !== undefined) reply.note(`${train.algorithm} keeps tables, so that --engine ${asked} changes nothing`);
    return { value: undefined };
  }
  const began = before?.engine?.name;
  if (asked !== undefined && began !== undefined && asked !== began)
    return {
      exit: reply.problem(
        exitCode.wrong,
        `the run began on the engine ${began}, and on ${asked} it would not give the same numbers.`,
        'Leave --engine out, or train anew into another folder with --out.',
      ),
    };
  const name = asked ?? began ?? defaultEngine;
  const engine = await engineFor(name);
  if (!('error' in engine)) return { value: engine };
  return {
    exit: reply.problem(
      exitCode.wrong,
      `the engine ${name} cannot train: ${engine.error}.`,
      `Leave --engine out for ${defaultEngine}; \`marl doctor\` says what works on this machine.`,
    ),
  };
}

/** An earlier run is somebody's work: only the same training at its end is replaced without being asked. */
function refuseToReplace(reply: Reply, out: string, older: OlderRun): number {
  const which = older.same ? 'this training' : 'another training (its program, settings, seeds or parameters differ)';
  const state = older.finished
    ? ''
    : older.killed
      ? ', killed before its end or still running'
      : ', interrupted before its end';
  const others = `choose another folder with --out, or replace it with --force.`;
  const goOn = older.same && !older.finished;
  const help = goOn
    ? `Go on with it by \`marl train --resume ${quoted(out)}\`, ${others}`
    : `${others.charAt(0).toUpperCase()}${others.slice(1)}`;
  return reply.problem(exitCode.wrong, `${out} holds ${which}${state}, which would be lost.`, help);
}

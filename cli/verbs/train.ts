/** `marl train FILE[:name]`: every seed of a training, or of all runs of a sweep. */
import { isAbsolute, join, resolve } from 'node:path';
import { emitGame } from '../../compiler/emit/game.ts';
import { loadGame } from '../../runtime/games/load.ts';
import type { GameSpec } from '../../runtime/games/vector.ts';
import { describePolicy, describeSummary, summaryNotes } from '../../runtime/train/describe.ts';
import {
  type OlderRun,
  type RunDescription,
  readRunFolder,
  readTables,
  wouldReplace,
} from '../../runtime/train/folder.ts';
import { policyFrom } from '../../runtime/train/policy.ts';
import { TrainingFault } from '../../runtime/train/pool.ts';
import type { SeedResult } from '../../runtime/train/run.ts';
import { type Outcome, resumeSession, startSession } from '../../runtime/train/session.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';
import { exitCode, type Io } from '../io.ts';
import { type Got, modelOf, type Opened, openProgram, type ProgramOptions } from '../open.ts';
import { packageVersion } from '../package.ts';
import { duration, Progress } from '../progress.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { stuckAtStart, tooMuchMemory } from '../study.ts';
import { counted, grouped, shortNumber, table } from '../text.ts';
import { chooseTrainings, folderName, type Trainable } from '../training.ts';

interface TrainOptions extends ProgramOptions {
  readonly seed?: readonly number[];
  readonly out?: string;
  readonly workers?: number;
  readonly resume?: boolean;
  readonly force?: boolean;
}

export async function train(io: Io, typed: string, options: TrainOptions): Promise<number> {
  const reply = new Reply(io, 'train', options.json === true);
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened.exit;
  const chosen = chooseTrainings(reply, opened.value);
  if (chosen.exit !== undefined) return chosen.exit;
  const { runs, sweep } = chosen.value;
  const reports: Report[] = [];
  for (const run of runs) {
    const out =
      sweep === undefined
        ? (options.out ?? join('runs', run.name))
        : join(options.out ?? join('runs', sweep), folderName(run.name));
    const done = await one(reply, opened.value, run, out, options);
    if (done.exit !== undefined) return done.exit;
    reports.push(done.value);
    if (done.value.interrupted) break;
  }
  const [first] = reports;
  const { program } = opened.value;
  const diagnostics = jsonDiagnostics(program.diagnostics, program.sources);
  reply.object(
    true,
    sweep === undefined
      ? { ...first, diagnostics }
      : { name: sweep, out: options.out ?? join('runs', sweep), runs: reports, diagnostics },
  );
  if (sweep !== undefined) sayTable(reply, reports);
  return exitCode.done;
}

/** What `--json` prints of a training (docs/cli.md). */
interface Report {
  readonly name: string;
  readonly game: string;
  readonly algorithm: string;
  readonly seeds: readonly number[];
  readonly out: string;
  readonly interrupted: boolean;
  readonly steps: number;
  readonly seconds: number;
  readonly return: { readonly mean: number; readonly stderr: number } | null;
  readonly metrics: readonly Record<string, unknown>[];
}

async function one(
  reply: Reply,
  opened: Opened,
  run: Trainable,
  out: string,
  options: TrainOptions,
): Promise<Got<Report>> {
  const { program, overrides } = opened;
  const built = modelOf(reply, run.instantiate(overrides), program.sources);
  if (built.exit !== undefined) return built;
  const stuck = stuckAtStart(built.value);
  if (stuck !== undefined)
    return { exit: reply.problem(exitCode.wrong, `${built.value.name} cannot be played: ${stuck}.`) };
  const tooMuch = tooMuchMemory(built.value, Math.max(run.spec.envs, Math.min(128, run.spec.evaluate.episodes)));
  if (tooMuch !== undefined)
    return {
      exit: reply.problem(exitCode.wrong, tooMuch, 'Choose fewer `envs` or episodes of evaluation, or a smaller game.'),
    };
  const gameText = emitGame(built.value, { types: false, module: 'function' });
  const { spec: game } = loadGame(gameText);
  const folder = isAbsolute(out) ? out : resolve(reply.io.cwd, out);
  const written = { ...run.spec, name: run.name, seeds: options.seed ?? run.spec.seeds };
  const sources = Object.fromEntries([...program.sources].map(([path, source]) => [path, source.text]));
  const continued = options.resume === true ? resumable(reply, folder, out, written, sources) : { value: written };
  if (continued.exit !== undefined) return continued;
  const spec = continued.value;
  const description: RunDescription = {
    train: spec,
    game,
    parameters: Object.fromEntries(overrides),
    entry: program.entry,
    sources,
    versions: { marl: packageVersion(), node: process.versions.node },
  };
  if (options.resume !== true && options.force !== true) {
    const older = wouldReplace(folder, description);
    if (older !== undefined) return { exit: refuseToReplace(reply, opened, run, out, older) };
  }

  reply.say(
    `${run.name}: ${spec.algorithm} on ${spec.game}, ${grouped(spec.budget.amount)} ${spec.budget.unit} for ${counted(spec.seeds.length, 'seed')}`,
  );
  const progress = reply.json ? undefined : new Progress(reply.io, spec.budget, spec.seeds.length);
  const hooks = { progress: (seed: number, step: number, episode: number) => progress?.update(seed, step, episode) };
  const began = performance.now();
  const session =
    options.resume === true
      ? resumeSession(folder, gameText, hooks, options.workers)
      : startSession(description, gameText, folder, hooks, options.workers);
  if ('error' in session) return { exit: reply.problem(exitCode.wrong, `${session.error.replaceAll(folder, out)}.`) };
  let interrupted = false;
  const release = reply.io.onInterrupt(() => {
    // A second Ctrl-C ends the process at once: an evaluation may take long, and cannot be cut in two.
    release();
    interrupted = true;
    progress?.clear();
    reply.note('stopping and writing a checkpoint; Ctrl-C again to stop without');
    session.stop();
  });
  let outcome: Outcome;
  try {
    outcome = await session.finished;
  } catch (error) {
    if (!(error instanceof TrainingFault)) throw error;
    return { exit: reply.problem(exitCode.wrong, `${run.name} cannot go on: ${error.message}`) };
  } finally {
    release();
    progress?.clear();
  }
  const seconds = (performance.now() - began) / 1000;
  const report = reportOf(run, spec, game, outcome, out, interrupted, seconds);
  sayOutcome(reply, spec, game, outcome, report);
  if (!interrupted && outcome.results[0] !== undefined) sayLearned(reply, spec, game, outcome.results[0], folder);
  sayNext(reply, opened, run, outcome, out);
  return { value: report };
}

/**
 * The training that a folder holds, if it is still the one that the program declares: going on with another game or other
 * settings would give tables that nobody asked for.
 */
function resumable(
  reply: Reply,
  folder: string,
  out: string,
  written: TrainSpec,
  sources: RunDescription['sources'],
): Got<TrainSpec> {
  const before = readRunFolder(folder);
  if ('error' in before) return { exit: reply.problem(exitCode.wrong, `${before.error.replaceAll(folder, out)}.`) };
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const { seeds: _, ...settings } = before.train;
  const { seeds: __, ...now } = written;
  if (same(settings, now) && same(before.sources, sources)) return { value: before.train };
  return {
    exit: reply.problem(
      exitCode.wrong,
      `the program has changed since ${out} was written, so it cannot be gone on with.`,
      'Train anew into another folder with --out, or take the change back.',
    ),
  };
}

/** An earlier run is somebody's work: only the same training at its end is replaced without being asked. */
function refuseToReplace(reply: Reply, opened: Opened, run: Trainable, out: string, older: OlderRun): number {
  const which = older.same ? 'this training' : 'another training (its program, settings, seeds or parameters differ)';
  const state = older.finished
    ? ''
    : older.resumable
      ? ', interrupted before its end'
      : ', killed before its end or still running';
  const others = `choose another folder with --out, or replace it with --force.`;
  const goOn = older.same && older.resumable;
  const help = goOn
    ? `Go on with it by \`marl train ${opened.file}:${run.name} --resume --out ${out}\`, ${others}`
    : `${others.charAt(0).toUpperCase()}${others.slice(1)}`;
  return reply.problem(exitCode.wrong, `${out} holds ${which}${state}, which would be lost.`, help);
}

function reportOf(
  run: Trainable,
  spec: TrainSpec,
  game: GameSpec,
  outcome: Outcome,
  out: string,
  interrupted: boolean,
  seconds: number,
): Report {
  return {
    name: run.name,
    game: spec.game,
    algorithm: spec.algorithm,
    seeds: spec.seeds,
    out,
    interrupted: interrupted && outcome.unfinished.length > 0,
    steps: outcome.results.reduce((sum, result) => sum + result.step, 0),
    seconds,
    return: outcome.summary.return ?? null,
    metrics: outcome.summary.seeds.map(({ seed, step, episode, reason, final }) => ({
      seed,
      step,
      episode,
      reason,
      ...named(final, game),
    })),
  };
}

/** The last evaluation with the agents' names; nothing before the first. */
function named(final: SeedResult['final'], game: GameSpec): Record<string, unknown> {
  if (final === undefined) return {};
  const { returns, ...rest } = final;
  return { ...rest, returns: Object.fromEntries(returns.map((estimate, i) => [game.agents[i] as string, estimate])) };
}

function sayOutcome(reply: Reply, spec: TrainSpec, game: GameSpec, outcome: Outcome, report: Report): void {
  reply.say();
  reply.say(describeSummary(outcome.summary, game));
  for (const note of summaryNotes(spec, game, outcome.summary)) reply.say(note);
  reply.say();
  reply.say(
    `${grouped(report.steps)} steps in ${duration(report.seconds)}, ${grouped(report.steps / report.seconds)} steps per second`,
  );
}

/** What the first seed learned, if it is small enough to read. */
function sayLearned(
  reply: Reply,
  spec: TrainSpec,
  game: RunDescription['game'],
  result: SeedResult,
  folder: string,
): void {
  if (reply.json) return;
  const tables = readTables(folder, result.seed);
  if ('error' in tables) return;
  const policy = policyFrom(spec, game, tables as Exclude<typeof tables, { error: string }>);
  reply.say();
  reply.say(`What seed ${result.seed} learned:`);
  reply.say(describePolicy(policy.view(), game));
}

function sayNext(reply: Reply, opened: Opened, run: Trainable, outcome: Outcome, out: string): void {
  const target = `${opened.file}:${run.name}`;
  reply.say();
  if (outcome.unfinished.length > 0) {
    reply.say(`interrupted; go on with: marl train ${target} --resume --out ${out}`);
    return;
  }
  reply.say(`written to ${out}; next: marl eval ${out}`);
}

/** A sweep's runs side by side. */
function sayTable(reply: Reply, reports: readonly Report[]): void {
  const rows = reports.map(report => [
    report.name,
    report.return === null ? '' : shortNumber(report.return.mean),
    report.return === null ? '' : shortNumber(report.return.stderr),
  ]);
  reply.say();
  reply.say(table(['run', 'return', 'std. error'], rows));
}

/** `marl train FILE[:name]`: every seed of a training, or of all runs of a sweep, side by side on the cores there are. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { divergedText } from '../../runtime/train/diverged.ts';
import { TrainingFault } from '../../runtime/train/pool.ts';
import { type Outcome, resumeSession, type Session, startSession } from '../../runtime/train/session.ts';
import { Slots } from '../../runtime/train/slots.ts';
import { exitCode, type Interruption, type Io } from '../io.ts';
import { type Got, openProgram, type ProgramOptions } from '../open.ts';
import { type Prepared, type PrepareOptions, prepare } from '../prepare.ts';
import { Progress } from '../progress.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { openRecorded } from '../resume.ts';
import { type SweepRun, sweepTable } from '../sweeps.ts';
import { counted, grouped, quoted } from '../text.ts';
import { type Report, tell } from '../trained.ts';
import { chooseTrainings, folderName } from '../training.ts';

interface TrainOptions extends ProgramOptions, PrepareOptions {
  readonly out?: string;
  readonly workers?: number;
  /** Steps between two checkpoints. */
  readonly checkpoint?: number;
  readonly plot?: boolean;
  readonly takeOver?: boolean;
}

export async function train(io: Io, typed: string, options: TrainOptions): Promise<number> {
  const reply = new Reply(io, 'train', options.json === true);
  // The folder of a run knows its program; a program with --resume is compared with it.
  const recorded = options.resume === true ? openRecorded(reply, typed, options) : undefined;
  if (recorded?.exit !== undefined) return recorded.exit;
  const opened = recorded === undefined ? await openProgram(reply, typed, options) : { value: recorded.value.opened };
  if (opened.exit !== undefined) return opened.exit;
  const chosen = chooseTrainings(reply, opened.value);
  if (chosen.exit !== undefined) return chosen.exit;
  const { runs, sweep } = chosen.value;
  const whole = options.out ?? recorded?.value.out ?? join('runs', sweep ?? folderName(runs[0]?.name ?? ''));
  // All of them before the first is begun: what is wrong with the last shows at once, and no older run is lost for it.
  const all: Prepared[] = [];
  for (const run of runs) {
    const out = sweep === undefined ? whole : join(whole, folderName(run.name));
    const prepared = await prepare(reply, opened.value, run, out, options, sweep !== undefined);
    if (prepared.exit !== undefined) return prepared.exit;
    all.push(prepared.value);
  }
  const working = new Working(reply, all, options);
  const begun = working.begin();
  if (begun.exit !== undefined) return begun.exit;
  const reports: Report[] = [];
  const endings: SweepRun[] = [];
  const diverged: string[] = [];
  try {
    for (const [k, prepared] of all.entries()) {
      if (k > 0) reply.say();
      sayHeading(reply, prepared);
      const outcome = await working.outcome(k);
      if (outcome.exit !== undefined) return outcome.exit;
      // A run whose seeds had no core before the interruption has nothing to tell.
      if (outcome.value.summary.seeds.length === 0) continue;
      const { summary } = outcome.value;
      const { interrupted, seconds } = working;
      const plot = options.plot === true || io.terminal;
      const report = await tell(reply, prepared, outcome.value, { interrupted, seconds, plot });
      reports.push(report);
      for (const { seed, diverged: found } of summary.seeds)
        if (found !== undefined) diverged.push(`seed ${seed} of ${prepared.run.name}: ${divergedText(found)}`);
      const { run, out, spec, game } = prepared;
      const finished = !report.interrupted;
      endings.push({ name: run.name, out, finished, seeds: spec.seeds.length, summary, game, train: spec });
    }
  } finally {
    working.end();
  }
  const interrupted =
    working.interrupted && (reports.some(report => report.interrupted) || reports.length < all.length);
  const [first] = reports;
  const { program } = opened.value;
  const diagnostics = jsonDiagnostics(program.diagnostics, program.sources);
  const code = interrupted ? interruptionCode(working.signal) : diverged.length > 0 ? exitCode.wrong : exitCode.done;
  const failed = diverged.length === 0 ? {} : { error: { message: diverged.join('; '), help: null, exit: code } };
  reply.object(
    code === exitCode.done,
    sweep === undefined
      ? { ...first, ...failed, diagnostics }
      : { name: sweep, out: whole, interrupted, runs: reports, ...failed, diagnostics },
  );
  if (sweep !== undefined) {
    reply.say();
    reply.say(sweepTable(endings));
    const left = runs.length - reports.length;
    if (left > 0) reply.say(`(${counted(left, 'run')} of ${runs.length} not begun)`);
    reply.say();
    if (!interrupted) reply.say(`next: marl eval ${quoted(whole)}`);
  }
  for (const sentence of diverged) reply.note(`marl train: ${sentence}`);
  return code;
}

function interruptionCode(signal: Interruption | undefined): number {
  return signal === 'SIGTERM' ? exitCode.terminated : exitCode.interrupted;
}

function sayHeading(reply: Reply, { run, spec, engine, only = spec.seeds }: Prepared): void {
  const on = engine === undefined ? '' : `, engine ${engine.name}`;
  reply.say(
    `${run.name}: ${spec.algorithm} on ${spec.game}, ${grouped(spec.budget.amount)} ${spec.budget.unit} for ${counted(only.length, 'seed')}${on}`,
  );
}

/** Trainings at work. They share the cores: as many seeds at a time as there are, those of the first run first. */
class Working {
  readonly #reply: Reply;
  readonly #all: readonly Prepared[];
  readonly #options: TrainOptions;
  readonly #progress: Progress | undefined;
  readonly #sessions: Session[] = [];
  readonly #outcomes: Promise<Outcome | { readonly failed: unknown }>[] = [];
  readonly #began = performance.now();
  #release: () => void = () => undefined;
  interrupted = false;
  /** What asked to stop. */
  signal: Interruption | undefined;

  constructor(reply: Reply, all: readonly Prepared[], options: TrainOptions) {
    this.#reply = reply;
    this.#all = all;
    this.#options = options;
    const parts = all.map(({ spec, only = spec.seeds }) => ({ budget: spec.budget, seeds: only.length }));
    this.#progress = reply.json ? undefined : new Progress(reply.io, parts);
  }

  /** Starts all of them; a folder that cannot be made ends the others. */
  begin(): Got<undefined> {
    const threads = new Slots(this.#options.workers ?? availableParallelism());
    const { checkpoint, takeOver } = this.#options;
    const options = { threads, checkpoint, takeOver };
    for (const [k, { gameText, folder, out, description, resume, only }] of this.#all.entries()) {
      const hooks = {
        progress: (seed: number, step: number, episode: number) => this.#progress?.update(k, seed, step, episode),
      };
      const session = resume
        ? resumeSession(folder, gameText, hooks, { ...options, only }, description)
        : startSession(description, gameText, folder, hooks, options);
      if ('error' in session) {
        this.#stop();
        return { exit: this.#reply.problem(exitCode.wrong, `${session.error.replaceAll(folder, out)}.`) };
      }
      for (const note of session.notes) this.#reply.note(`marl train: ${note.replaceAll(folder, out)}`);
      this.#sessions.push(session);
      this.#outcomes.push(
        session.finished.catch((failed: unknown) => {
          // Nobody may be waiting for this one yet, and the others would train in vain.
          this.#stop();
          return { failed };
        }),
      );
    }
    this.#release = this.#reply.io.onInterrupt(signal => {
      // A second Ctrl-C ends the process at once: an evaluation may take long, and cannot be cut in two.
      this.#release();
      this.interrupted = true;
      this.signal = signal;
      this.#progress?.clear();
      const again = signal === 'SIGTERM' ? 'SIGTERM' : 'Ctrl-C';
      this.#reply.note(`stopping and writing a checkpoint; ${again} again to stop without`);
      this.#stop();
    });
    return { value: undefined };
  }

  /** What came of one of them; a failure of any ends the command. */
  async outcome(k: number): Promise<Got<Outcome>> {
    const outcome = await (this.#outcomes[k] as Promise<Outcome | { readonly failed: unknown }>);
    this.#progress?.clear();
    const broken = this.#sessions.length > 1 && this.#failedAny ? await this.#firstFailure() : undefined;
    const failure = 'failed' in outcome ? { failed: outcome.failed, k } : broken;
    if (failure === undefined) return { value: outcome as Outcome };
    const { failed } = failure;
    if (!(failed instanceof TrainingFault)) throw failed;
    const { run, folder, out } = this.#all[failure.k] as Prepared;
    const message = `${run.name} cannot go on: ${failed.message.replaceAll(folder, out)}`;
    return { exit: this.#reply.problem(exitCode.wrong, message) };
  }

  #failedAny = false;

  async #firstFailure(): Promise<{ readonly failed: unknown; readonly k: number } | undefined> {
    const outcomes = await Promise.all(this.#outcomes);
    const k = outcomes.findIndex(outcome => 'failed' in outcome);
    const found = outcomes[k];
    return found !== undefined && 'failed' in found ? { failed: found.failed, k } : undefined;
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  #stop(): void {
    if (!this.interrupted) this.#failedAny = true;
    for (const session of this.#sessions) session.stop();
  }

  end(): void {
    this.#release();
    this.#progress?.clear();
  }
}

/** `marl eval DIR`: plays what a training learned, without exploring, in games it has not seen; lists the runs of a sweep. */
import { resolve } from 'node:path';
import { returnColumns } from '../../runtime/train/describe.ts';
import { divergedSeeds } from '../../runtime/train/diverged-seed.ts';
import { engineFor } from '../../runtime/train/engines.ts';
import { type Estimate, type Evaluation, evaluate } from '../../runtime/train/evaluate.ts';
import { withNoise } from '../../runtime/train/figures.ts';
import {
  type RunDescription,
  readRunFolder,
  readSeed,
  readSummary,
  soundSeedsIn,
  unfinishedIn,
} from '../../runtime/train/folder.ts';
import { learnerFrom } from '../../runtime/train/policy.ts';
import { reductionText, reportText } from '../../runtime/train/reduction.ts';
import { learnerFor } from '../../runtime/train/run.ts';
import { exitCode, type Io } from '../io.ts';
import { learnedBy } from '../learned.ts';
import { recordedGame } from '../recorded.ts';
import { Reply } from '../reply.ts';
import { sweepRunsIn, sweepTable, sweepValue } from '../sweeps.ts';
import { counted, grouped, quoted, shortNumber, table } from '../text.ts';
import { divergedJson } from '../trained.ts';
import { targetOf } from '../training.ts';

interface EvalOptions {
  readonly json?: boolean;
  readonly episodes: number;
  readonly seed: number;
  readonly sampled?: boolean;
  readonly greedy?: boolean;
}

/** Number of an evaluation that no training reaches, so that its games are new. */
const unseen = 1_000_000_007;

export async function evalVerb(io: Io, dir: string, options: EvalOptions): Promise<number> {
  const reply = new Reply(io, 'eval', options.json === true);
  if (options.sampled === true && options.greedy === true)
    return reply.problem(exitCode.usage, '--sampled and --greedy name two policies.', 'Leave one of them out.');
  const folder = resolve(io.cwd, dir);
  const run = readRunFolder(folder);
  if ('error' in run) {
    const listed = sweep(reply, folder, dir);
    return listed ?? reply.problem(exitCode.wrong, `${run.error.replaceAll(folder, dir)}.`);
  }
  const seeds = soundSeedsIn(folder);
  const diverged = divergedSeeds(folder, run.train.seeds);
  for (const { seed, found } of diverged)
    if (found.damage !== undefined) reply.note(`marl eval: ${found.damage}; seed ${seed} counts as diverged`);
  if (seeds.length === 0) {
    const why = diverged.map(({ seed, step }) => `; seed ${seed} diverged at step ${step}`).join('');
    return reply.problem(exitCode.wrong, `${dir} holds no checkpoints${diverged.length > 0 ? ' to play' : ''}${why}.`);
  }
  const summary = readSummary(folder);
  if ('error' in summary && summary.absent !== true)
    reply.note(`marl eval: ${summary.error.replaceAll(folder, dir)}; its checkpoints are played all the same`);
  const unfinished = unfinishedIn(folder, run.train, summary);
  const rebuilt = recordedGame(reply, run, dir);
  if (rebuilt.exit !== undefined) return rebuilt.exit;
  const { spec, create, model } = rebuilt.value;

  const engine = run.engine === undefined ? undefined : await engineFor(run.engine.name);
  if (engine !== undefined && 'error' in engine)
    return reply.problem(
      exitCode.wrong,
      `the engine ${run.engine?.name} of this training cannot be used: ${engine.error}.`,
    );

  // As the training evaluated, unless it is said.
  const declared = run.train.evaluate.policy === 'sampled' && options.greedy !== true;
  const policy = options.sampled === true || declared ? ('sampled' as const) : undefined;
  const results: { readonly seed: number; readonly step: number; readonly found: Evaluation }[] = [];
  for (const seed of seeds) {
    const read = readSeed(folder, seed, run.train);
    if ('error' in read) return reply.problem(exitCode.wrong, `${read.error.replaceAll(folder, dir)}.`);
    for (const sentence of read.damaged)
      reply.note(
        `marl eval: ${sentence.replaceAll(folder, dir)}; playing what was learned after ${read.manifest.step} steps`,
      );
    const learner = learnerFrom(run.train, spec, read.arrays, engine);
    if (policy === 'sampled' && learner.sample === undefined)
      return reply.problem(
        exitCode.usage,
        `${run.train.algorithm} learns no stochastic policy to sample from.`,
        'Leave --sampled out.',
      );
    const { shape } = learnerFor(run.train, spec, engine);
    const { every } = run.train.evaluate;
    const { episodes } = options;
    const plan = { ...run.train, evaluate: { every, episodes, ...(policy === undefined ? {} : { policy }) } };
    results.push({
      seed,
      step: read.manifest.step,
      found: evaluate(shape, plan, spec, create, learner, options.seed, unseen),
    });
  }
  const learned = learnedBy(run.train, spec, model, folder, seeds[0] as number, engine);
  reply.object(true, {
    out: dir,
    name: run.train.name,
    game: run.train.game,
    finished: unfinished.length === 0,
    episodes: options.episodes,
    sampled: policy === 'sampled',
    reduction: reductionText(run.train),
    report: reportText(run.train),
    seeds: results.map(({ seed, step, found }) => ({
      seed,
      step,
      return: found.return,
      discounted: found.discounted,
      length: found.length,
      cut: found.cut,
      returns: Object.fromEntries(spec.agents.map((agent, i) => [agent, found.returns[i] as Estimate])),
      ...(found.classes === undefined ? {} : { classes: found.classes }),
    })),
    diverged: diverged.map(({ seed, found }) => ({ seed, ...divergedJson(found) })),
    learned: reply.json && learned !== undefined ? { seed: learned.seed, tables: learned.tables() } : null,
    diagnostics: [],
  });
  if (reply.json) return exitCode.done;
  reply.say(
    `${run.train.name}: ${run.train.algorithm} on ${run.train.game}, ${grouped(options.episodes)} episodes per seed ${policy === 'sampled' ? 'with the sampled policy' : 'without exploration'}`,
  );
  reply.say();
  const { columns, left } = returnColumns(
    run.train,
    spec,
    results.map(({ found }) => found),
  );
  reply.say(
    table(
      ['seed', ...columns.map(({ label, agent }) => agent ?? label), 'length'],
      [
        ...results.map(({ seed, found }) => [
          `${seed}`,
          ...columns.map(column => withNoise(column.of(found) as Estimate)),
          shortNumber(found.length.mean),
        ]),
        ...diverged.map(({ seed, step }) => [`${seed}`, `diverged at step ${step}`]),
      ],
    ),
  );
  if (left !== '') reply.say(`(${left}; --json lists all)`);
  if (unfinished.length > 0) {
    sayUnfinished(reply, run, seeds, unfinished, 'absent' in summary);
    const played = results.filter(({ seed }) => unfinished.includes(seed));
    if (played.length > 0)
      reply.say(
        `played as learned after ${played.map(({ seed, step }) => `${grouped(step)} steps (seed ${seed})`).join(', ')}`,
      );
  }
  if (learned !== undefined) {
    reply.say();
    reply.say(`What seed ${learned.seed} learned:`);
    reply.say(learned.text());
  }
  const target = targetOf(run);
  if (target !== undefined) {
    reply.say();
    reply.say(`next: marl play ${target} --policy ${quoted(dir)}`);
  }
  return exitCode.done;
}

function sayUnfinished(
  reply: Reply,
  run: RunDescription,
  seeds: readonly number[],
  unfinished: readonly number[],
  killed: boolean,
): void {
  const absent = run.train.seeds.filter(seed => !seeds.includes(seed));
  const cut = unfinished.filter(seed => seeds.includes(seed));
  const facts = [
    ...(cut.length > 0 ? [`${killed ? 'written' : 'interrupted'}: seed ${cut.join(', ')}`] : []),
    ...(absent.length > 0 ? [`not written: seed ${absent.join(', ')}`] : []),
  ];
  reply.say();
  reply.say(`the training ${killed ? 'was killed or still runs' : 'did not finish'} (${facts.join('; ')})`);
}

/** The runs of a sweep with what they recorded of their last evaluation; undefined where the folder holds none. */
function sweep(reply: Reply, folder: string, dir: string): number | undefined {
  const { runs, damaged } = sweepRunsIn(folder, dir);
  if (runs.length === 0) return undefined;
  reply.object(true, {
    out: dir,
    runs: runs.map(run => {
      const { of, value } = sweepValue(run);
      return {
        name: run.name,
        out: run.out,
        finished: run.finished,
        seeds: run.seeds,
        return: run.summary?.return ?? null,
        metric: { of, mean: value?.mean ?? null, stderr: value?.stderr ?? null },
      };
    }),
    damaged,
    diagnostics: [],
  });
  reply.say(`${dir}: ${counted(runs.length, 'training')}, the last evaluation of each over its seeds`);
  reply.say();
  reply.say(sweepTable(runs));
  for (const reason of damaged) reply.note(`marl eval: ${reason}`);
  reply.say();
  reply.say(`next: marl eval ${quoted(runs[0]?.out ?? dir)}`);
  return exitCode.done;
}

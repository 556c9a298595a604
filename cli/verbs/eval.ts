/** `marl eval DIR`: plays what a training learned, without exploring, in games it has not seen; lists the runs of a sweep. */
import { resolve } from 'node:path';
import type { Learner } from '../../runtime/learners/shared/learner.ts';
import { returnsCancel } from '../../runtime/train/describe.ts';
import { engineFor } from '../../runtime/train/engines.ts';
import { type Estimate, type Evaluation, evaluate } from '../../runtime/train/evaluate.ts';
import { withNoise } from '../../runtime/train/figures.ts';
import {
  type RunDescription,
  readRunFolder,
  readSeed,
  readSummary,
  seedsIn,
  unfinishedSeeds,
} from '../../runtime/train/folder.ts';
import { learnerFrom } from '../../runtime/train/policy.ts';
import { learnerFor } from '../../runtime/train/run.ts';
import { exitCode, type Io } from '../io.ts';
import { learnedBy } from '../learned.ts';
import { recordedGame } from '../recorded.ts';
import { Reply } from '../reply.ts';
import { sweepRunsIn, sweepTable, sweepValue } from '../sweeps.ts';
import { counted, grouped, quoted, shortNumber, table } from '../text.ts';
import { targetOf } from '../training.ts';

interface EvalOptions {
  readonly json?: boolean;
  readonly episodes: number;
  readonly seed: number;
  readonly sampled?: boolean;
}

/** Number of an evaluation that no training reaches, so that its games are new. */
const unseen = 1_000_000_007;

/** Agents whose returns people are shown. */
const mostAgents = 20;

export async function evalVerb(io: Io, dir: string, options: EvalOptions): Promise<number> {
  const reply = new Reply(io, 'eval', options.json === true);
  const folder = resolve(io.cwd, dir);
  const run = readRunFolder(folder);
  if ('error' in run) {
    const listed = sweep(reply, folder, dir);
    return listed ?? reply.problem(exitCode.wrong, `${run.error.replaceAll(folder, dir)}.`);
  }
  const seeds = seedsIn(folder);
  if (seeds.length === 0) return reply.problem(exitCode.wrong, `${dir} holds no checkpoints.`);
  const summary = readSummary(folder);
  const unfinished = 'error' in summary ? run.train.seeds : unfinishedSeeds(run.train, summary);
  const rebuilt = recordedGame(reply, run, dir);
  if (rebuilt.exit !== undefined) return rebuilt.exit;
  const { spec, create, model } = rebuilt.value;

  const engine = run.engine === undefined ? undefined : await engineFor(run.engine.name);
  if (engine !== undefined && 'error' in engine)
    return reply.problem(
      exitCode.wrong,
      `the engine ${run.engine?.name} of this training cannot be used: ${engine.error}.`,
    );

  const results: { readonly seed: number; readonly step: number; readonly found: Evaluation }[] = [];
  for (const seed of seeds) {
    const read = readSeed(folder, seed);
    if ('error' in read) return reply.problem(exitCode.wrong, `${read.error.replaceAll(folder, dir)}.`);
    for (const sentence of read.damaged)
      reply.note(
        `marl eval: ${sentence.replaceAll(folder, dir)}; playing what was learned after ${read.manifest.step} steps`,
      );
    const learner = learnerFrom(run.train, spec, read.arrays, engine);
    const player = options.sampled === true ? sampling(learner) : learner;
    if (player === undefined)
      return reply.problem(
        exitCode.usage,
        `${run.train.algorithm} learns no stochastic policy to sample from.`,
        'Leave --sampled out.',
      );
    const { shape } = learnerFor(run.train, spec, engine);
    const plan = { ...run.train, evaluate: { ...run.train.evaluate, episodes: options.episodes } };
    results.push({
      seed,
      step: read.manifest.step,
      found: evaluate(shape, plan, spec, create, player, options.seed, unseen),
    });
  }
  const learned = learnedBy(run.train, spec, model, folder, seeds[0] as number, engine);
  reply.object(true, {
    out: dir,
    name: run.train.name,
    game: run.train.game,
    finished: unfinished.length === 0,
    episodes: options.episodes,
    sampled: options.sampled === true,
    seeds: results.map(({ seed, step, found }) => ({
      seed,
      step,
      return: found.return,
      discounted: found.discounted,
      length: found.length,
      cut: found.cut,
      returns: Object.fromEntries(spec.agents.map((agent, i) => [agent, found.returns[i] as Estimate])),
    })),
    learned: reply.json && learned !== undefined ? { seed: learned.seed, tables: learned.tables() } : null,
    diagnostics: [],
  });
  if (reply.json) return exitCode.done;
  reply.say(
    `${run.train.name}: ${run.train.algorithm} on ${run.train.game}, ${grouped(options.episodes)} episodes per seed ${options.sampled === true ? 'with the sampled policy' : 'without exploration'}`,
  );
  reply.say();
  const agents = spec.agents.slice(0, mostAgents);
  const cancel = returnsCancel(
    run.train,
    results.map(({ found }) => found),
  );
  reply.say(
    table(
      ['seed', ...(cancel ? [] : ['return']), ...agents, 'length'],
      results.map(({ seed, found }) => [
        `${seed}`,
        ...(cancel ? [] : [withNoise(found.return)]),
        ...agents.map((_, i) => withNoise(found.returns[i] as Estimate)),
        shortNumber(found.length.mean),
      ]),
    ),
  );
  if (agents.length < spec.agents.length)
    reply.say(`(the first ${mostAgents} of ${grouped(spec.agents.length)} agents; --json lists all)`);
  if (unfinished.length > 0) {
    sayUnfinished(reply, run, seeds, unfinished, 'error' in summary);
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

/** The learner as evaluations play it, its policy sampled; undefined where it has none to sample. */
function sampling(learner: Learner): Learner | undefined {
  const sample = learner.sample?.bind(learner);
  if (sample === undefined) return undefined;
  const begin = learner.begin?.bind(learner);
  return {
    act: (step, episode) => learner.act(step, episode),
    update: (step, episode) => learner.update(step, episode),
    greedy: sample,
    ...(begin === undefined ? {} : { begin }),
    save: () => learner.save(),
    restore: arrays => learner.restore(arrays),
    view: () => learner.view(),
  };
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

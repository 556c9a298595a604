/** A run folder as a report shows it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMetrics } from '../runtime/report/curves.ts';
import type { ReportedRun } from '../runtime/report/page.ts';
import { divergenceFacts } from '../runtime/train/diverged.ts';
import { divergedSeeds } from '../runtime/train/diverged-seed.ts';
import { engineFor } from '../runtime/train/engines.ts';
import {
  type RunDescription,
  readSeed,
  readSummary,
  seedFolder,
  sound,
  soundSeedsIn,
  unfinishedIn,
} from '../runtime/train/folder.ts';
import { reductionText, reportText } from '../runtime/train/reduction.ts';
import { classLabel, returnsCancel } from '../runtime/train/reported.ts';
import { writtenSetting } from '../runtime/train/written.ts';
import { describeExactly, exactlyOf, isBound, nameOf, numberOf } from './exactly.ts';
import type { Got } from './open.ts';
import { recordedGame } from './recorded.ts';
import { replaysOf } from './replays.ts';
import type { Reply } from './reply.ts';

/** Reads a run, plays the best and the worst episode again, and measures it beside the exact answer where there is one. */
export async function reportedRun(
  reply: Reply,
  run: RunDescription,
  folder: string,
  shown: string,
): Promise<Got<ReportedRun>> {
  const rebuilt = recordedGame(reply, run, shown);
  if (rebuilt.exit !== undefined) return rebuilt;
  const { train } = run;
  const { spec, model } = rebuilt.value;
  const summary = readSummary(folder);
  const diverged = divergedSeeds(folder, train.seeds);
  for (const { seed, found } of diverged)
    if (found.damage !== undefined) reply.note(`marl report: ${found.damage}; seed ${seed} counts as diverged`);
  const files = train.seeds
    .filter(seed => diverged.every(other => other.seed !== seed))
    .map(seed => join(seedFolder(folder, seed), 'metrics.jsonl'))
    .filter(file => existsSync(file));
  const seeds = soundSeedsIn(folder).filter(seed => train.seeds.includes(seed));
  if ('error' in summary && summary.absent !== true)
    reply.note(`marl report: ${summary.error.replaceAll(folder, shown)}; the report shows what else there is`);
  const unfinished = unfinishedIn(folder, train, summary);
  const base = {
    label: train.name,
    folder: shown,
    game: train.game,
    algorithm: train.algorithm,
    agents: spec.agents,
    seeds: train.seeds,
    unfinished,
    diverged: diverged.map(({ seed, step, found }) => ({ seed, step, facts: divergenceFacts(found) })),
    reduction: reductionText(train),
    report: train.report,
    sampled: train.evaluate.policy === 'sampled',
    classes: spec.classNames.map((name, c) => [name, classLabel(train, spec, c)] as const),
    metrics: readMetrics(files.map(file => readFileSync(file, 'utf8')).join(''), spec.agents),
    settings: settingsOf(run),
    sources: sourcesOf(run),
    versions: versionsOf(run),
  };
  const nothing = (why: string): Got<ReportedRun> => ({
    value: { ...base, exact: { why }, best: undefined, worst: undefined, noReplay: why },
  });
  if (seeds.length === 0)
    return nothing(diverged.length > 0 ? 'no seed came to its end' : 'no seed has a checkpoint yet');
  const engine = run.engine === undefined ? undefined : await engineFor(run.engine.name);
  if (engine !== undefined && 'error' in engine)
    return nothing(`the engine ${run.engine?.name} of this training cannot be used: ${engine.error}`);
  for (const seed of seeds) {
    const read = readSeed(folder, seed, train);
    if ('error' in read) return nothing(read.error.replaceAll(folder, shown));
    for (const sentence of read.damaged)
      reply.note(
        `marl report: ${sentence.replaceAll(folder, shown)}; reporting what was learned after ${read.manifest.step} steps`,
      );
  }
  const finals = 'error' in summary ? [] : sound(summary).flatMap(({ final }) => (final === undefined ? [] : [final]));
  const cancel = returnsCancel(train, finals);
  const replays = replaysOf(
    run,
    rebuilt.value,
    folder,
    seeds,
    episode => (cancel ? (episode.returns[0] as number) : episode.return),
    engine,
  );
  const exactly = await exactlyOf(model, spec, train, folder, seeds, engine);
  return {
    value: {
      ...base,
      exact:
        'why' in exactly
          ? exactly
          : {
              name: nameOf(exactly.kind),
              values: exactly.seeds.map(({ gap }) => numberOf(gap)),
              bounds: exactly.seeds.map(({ gap }) => isBound(gap)),
              notes: exactly.notes,
              text: describeExactly(exactly, spec.agents, spec.discount),
            },
      best: 'why' in replays ? undefined : replays.best,
      worst: 'why' in replays ? undefined : replays.worst,
      noReplay: 'why' in replays ? replays.why.replaceAll(folder, shown) : undefined,
    },
  };
}

/** The settings of a training as the language writes them, by name. */
export function settingsOf({
  train,
  parameters,
}: Pick<RunDescription, 'train' | 'parameters'>): readonly (readonly [string, string])[] {
  const { budget, envs, seeds, evaluate, stop, teamReward, report } = train;
  return [
    ['algorithm', train.algorithm],
    ...Object.entries(train.settings).map(([name, value]) => [name, writtenSetting(value)] as const),
    ['budget', writtenSetting(budget)],
    ['envs', `${envs}`],
    ['seeds', seeds.join(', ')],
    [
      'evaluate',
      `every ${writtenSetting(evaluate.every)} for ${evaluate.episodes} episodes${evaluate.policy === undefined ? '' : ` ${evaluate.policy}`}`,
    ],
    ...(report === undefined ? [] : [['report', reportText(train)] as const]),
    ...(stop === undefined ? [] : [['stop', `when ${stop.metric} ${stop.op} ${stop.value}`] as const]),
    ...(teamReward === 'none' ? [] : [['team reward', teamReward] as const]),
    ...Object.entries(parameters).map(([name, value]) => [`--set ${name}`, value] as const),
  ];
}

/** The file of the training first, then what it imports. */
function sourcesOf({ entry, sources }: RunDescription): readonly (readonly [string, string])[] {
  const all = Object.entries(sources);
  return [...all.filter(([path]) => path === entry), ...all.filter(([path]) => path !== entry)];
}

function versionsOf({ versions, engine }: RunDescription): readonly (readonly [string, string])[] {
  const fused = engine?.fma === undefined ? '' : `, multiply-adds ${engine.fma ? 'fused' : 'not fused'}`;
  return [
    ['marl', versions.marl],
    ['node', versions.node],
    ...(engine === undefined ? [] : [['engine', `${engine.name}${fused}`] as const]),
  ];
}

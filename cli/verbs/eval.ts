/** `marl eval DIR`: plays what a training learned, without exploring, in games it has not seen. */
import { resolve } from 'node:path';
import { emitGame } from '../../compiler/emit/game.ts';
import { compile } from '../../compiler/index.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { type Estimate, evaluate } from '../../runtime/train/evaluate.ts';
import {
  type RunDescription,
  readRunFolder,
  readSummary,
  readTables,
  seedsIn,
  unfinishedSeeds,
} from '../../runtime/train/folder.ts';
import { learnerFrom } from '../../runtime/train/policy.ts';
import { learnerFor } from '../../runtime/train/run.ts';
import { exitCode, type Io } from '../io.ts';
import { differs } from '../policy.ts';
import { Reply } from '../reply.ts';
import { grouped, shortNumber, table } from '../text.ts';
import { recordedHost, trainables } from '../training.ts';

interface EvalOptions {
  readonly json?: boolean;
  readonly episodes: number;
  readonly seed: number;
}

/** Number of an evaluation that no training reaches, so that its games are new. */
const unseen = 1_000_000_007;

export async function evalVerb(io: Io, dir: string, options: EvalOptions): Promise<number> {
  const reply = new Reply(io, 'eval', options.json === true);
  const folder = resolve(io.cwd, dir);
  const run = readRunFolder(folder);
  if ('error' in run) return reply.problem(exitCode.wrong, `${run.error.replaceAll(folder, dir)}.`);
  const seeds = seedsIn(folder);
  if (seeds.length === 0) return reply.problem(exitCode.wrong, `${dir} holds no learned tables.`);
  const summary = readSummary(folder);
  const unfinished = 'error' in summary ? run.train.seeds : unfinishedSeeds(run.train, summary);
  const rebuilt = rebuild(reply, run, dir);
  if ('exit' in rebuilt) return rebuilt.exit;
  const { spec, create } = rebuilt;

  const results: {
    seed: number;
    return: Estimate;
    discounted: Estimate;
    length: Estimate;
    cut: number;
    returns: Record<string, Estimate>;
  }[] = [];
  for (const seed of seeds) {
    const tables = readTables(folder, seed);
    if ('error' in tables) return reply.problem(exitCode.wrong, `${String(tables.error).replaceAll(folder, dir)}.`);
    const learner = learnerFrom(run.train, spec, tables as Exclude<typeof tables, { error: string }>);
    const { shape } = learnerFor(run.train, spec);
    const plan = { ...run.train, evaluate: { ...run.train.evaluate, episodes: options.episodes } };
    const found = evaluate(shape, plan, spec, create, learner, options.seed, unseen);
    results.push({
      seed,
      return: found.return,
      discounted: found.discounted,
      length: found.length,
      cut: found.cut,
      returns: Object.fromEntries(spec.agents.map((agent, i) => [agent, found.returns[i] as Estimate])),
    });
  }
  reply.object(true, {
    out: dir,
    name: run.train.name,
    game: run.train.game,
    finished: unfinished.length === 0,
    episodes: options.episodes,
    seeds: results,
    diagnostics: [],
  });
  reply.say(
    `${run.train.name}: ${run.train.algorithm} on ${run.train.game}, ${grouped(options.episodes)} episodes per seed without exploration`,
  );
  reply.say();
  const cells = (e: Estimate | undefined): string =>
    e === undefined ? '' : `${shortNumber(e.mean)} +- ${shortNumber(e.stderr)}`;
  reply.say(
    table(
      ['seed', 'return', ...spec.agents, 'length'],
      results.map(r => [
        `${r.seed}`,
        cells(r.return),
        ...spec.agents.map(agent => cells(r.returns[agent])),
        shortNumber(r.length.mean),
      ]),
    ),
  );
  if (unfinished.length > 0) {
    const absent = run.train.seeds.filter(seed => !seeds.includes(seed));
    const cut = unfinished.filter(seed => seeds.includes(seed));
    const facts = [
      ...(cut.length > 0 ? [`${'error' in summary ? 'written' : 'interrupted'}: seed ${cut.join(', ')}`] : []),
      ...(absent.length > 0 ? [`not written: seed ${absent.join(', ')}`] : []),
    ];
    const why = 'error' in summary ? 'was killed or still runs' : 'did not finish';
    reply.say();
    reply.say(`the training ${why} (${facts.join('; ')})`);
  }
  return exitCode.done;
}

/** Compiles the recorded program again and builds its game. */
function rebuild(
  reply: Reply,
  run: RunDescription,
  dir: string,
): ReturnType<typeof loadGame> | { readonly exit: number } {
  const program = compile(recordedHost(run), run.entry);
  const changed = `the program recorded in ${dir} does not give the game of this training any more`;
  const help = `It was written by Marl ${run.versions.marl}; train again with this version.`;
  const training = trainables(program).find(candidate => candidate.name === run.train.name);
  if (training === undefined) return { exit: reply.problem(exitCode.wrong, `${changed}.`, help) };
  const { model } = training.instantiate(new Map(Object.entries(run.parameters)));
  if (model === undefined) return { exit: reply.problem(exitCode.wrong, `${changed}.`, help) };
  const loaded = loadGame(emitGame(model, { types: false, module: 'function' }));
  const difference = differs(run.game, loaded.spec);
  if (difference !== undefined) return { exit: reply.problem(exitCode.wrong, `${changed}: ${difference}.`, help) };
  return loaded;
}

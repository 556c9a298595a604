/** What was learned beside the exact answer, in words and as data; for games small enough to be listed and solved at once. */
import type { GameModel } from '../compiler/game/model.ts';
import type { GameSpec } from '../runtime/games/vector.ts';
import type { Engine } from '../runtime/tensor/engine.ts';
import { overSeeds, withNoise } from '../runtime/train/figures.ts';
import { readSeed } from '../runtime/train/folder.ts';
import { countsSum, type Gap, yardstickFor } from '../runtime/train/gap.ts';
import { learnerFrom } from '../runtime/train/policy.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import { Study } from './study.ts';
import { shortNumber, table } from './text.ts';

/** Listed at most: beyond it a training would wait for its answer. */
const mostStates = 3_000;
const effort = 2e8;
/** Agents whose gains people are shown. */
const mostAgents = 8;

/** The gap of every seed, in the order of the seeds. */
export interface Exactly {
  readonly kind: Gap['kind'];
  readonly seeds: readonly { readonly seed: number; readonly gap: Gap }[];
  /** What a team's numbers are of its agents', where that was declared: `sum over agents`. */
  readonly reduction?: string | undefined;
  /** What the numbers count that what was played does not. */
  readonly notes: readonly string[];
}

/** Measures the policies in a run folder; the reason where there is no exact answer to stand beside them. */
export async function exactlyOf(
  model: GameModel,
  game: GameSpec,
  train: TrainSpec,
  folder: string,
  seeds: readonly number[],
  engine?: Engine,
): Promise<Exactly | { readonly why: string }> {
  const listed = new Study(mostStates, effort).list(model);
  if (listed.game === undefined) return { why: listed.why };
  const yardstick = await yardstickFor(listed.game, game, train);
  if ('why' in yardstick) return yardstick;
  const found: { seed: number; gap: Gap }[] = [];
  for (const seed of seeds) {
    const read = readSeed(folder, seed);
    if ('error' in read) return { why: read.error };
    const gap = yardstick.measure(learnerFrom(train, game, read.arrays, engine));
    if ('why' in gap) return gap;
    found.push({ seed, gap });
  }
  const [first] = found;
  if (first === undefined) return { why: 'no seed was trained' };
  const declared = train.report !== undefined || train.teamReward === 'sum';
  const reduction = declared ? `${countsSum(train) ? 'sum' : 'mean'} over agents` : undefined;
  return { kind: first.gap.kind, seeds: reached(found), reduction, notes: yardstick.notes };
}

/** A seed that reaches the bound shows that it is the optimum, for the others too. */
function reached(seeds: Exactly['seeds']): Exactly['seeds'] {
  if (!seeds.some(({ gap }) => gap.kind === 'optimum' && gap.gap === 0)) return seeds;
  return seeds.map(({ seed, gap }) => ({ seed, gap: gap.kind === 'optimum' ? { ...gap, bound: undefined } : gap }));
}

/** As `--json` prints it (docs/cli.md). */
export function exactJson(exactly: Exactly, agents: readonly string[]): object {
  const named = (values: readonly number[]) =>
    Object.fromEntries(values.map((value, i) => [agents[i] as string, value]));
  return {
    kind: exactly.kind,
    notes: exactly.notes,
    seeds: exactly.seeds.map(({ seed, gap }) =>
      gap.kind === 'optimum'
        ? {
            ...{ seed, value: gap.value, optimum: gap.optimum, gap: gap.gap, bound: gap.bound ?? null },
            ...(gap.policies === undefined ? {} : { policies: gap.policies }),
          }
        : {
            seed,
            values: named(gap.values),
            regret: named(gap.regret),
            exploitability: gap.exploitability ?? null,
            nashConv: gap.regret.reduce((sum, gain) => sum + gain, 0),
            policies: gap.policies,
            bound: gap.bound ?? null,
            bounded: agents.filter((_, i) => gap.bounded[i] === true),
          },
    ),
  };
}

/** A table with a line per seed, and what its words mean. */
export function describeExactly(
  { kind, seeds, notes, reduction }: Exactly,
  agents: readonly string[],
  discount: number,
): string {
  const return_ = discount < 1 ? 'discounted return' : 'return';
  const bound = seeds.map(({ gap }) => gap.bound).find(reason => reason !== undefined);
  const lines: string[] = [];
  if (kind === 'optimum') {
    const counted = reduction === undefined ? '' : `, ${reduction},`;
    const drawn = seeds.some(({ gap }) => gap.kind === 'optimum' && gap.policies === 'sampled');
    const played = drawn ? 'of the sampled policy' : 'without exploration';
    lines.push(`beside the exact answer (expected ${return_}${counted} ${played}):`);
    const rows = seeds.flatMap(({ seed, gap }) =>
      gap.kind === 'optimum'
        ? [[`${seed}`, shortNumber(gap.value), shortNumber(gap.optimum), upTo(isBound(gap), shortNumber(gap.gap))]]
        : [],
    );
    lines.push(table(['seed', 'learned', bound === undefined ? 'optimum' : 'at most', 'gap'], rows, '  '));
  } else {
    const sampled = seeds.some(({ gap }) => gap.kind !== 'optimum' && gap.policies === 'sampled');
    const against = sampled ? 'the policies as they are drawn from' : 'the policies without exploration';
    const device = seeds.some(({ gap }) => gap.kind !== 'optimum' && gap.policies === 'device');
    lines.push(
      device
        ? `what an agent would gain by not doing as it is told (expected ${return_}, exact, without exploration):`
        : `what a best reply would gain (expected ${return_}, exact, against ${against}):`,
    );
    const shown = agents.slice(0, mostAgents);
    const zeroSum = kind === 'exploitability';
    const general = kind === 'regret' && agents.length > 1;
    const rows = seeds.flatMap(({ seed, gap }) =>
      gap.kind === 'optimum'
        ? []
        : [
            [
              `${seed}`,
              ...(zeroSum ? [upTo(isBound(gap), shortNumber(gap.exploitability ?? Number.NaN))] : []),
              ...(general
                ? [upTo(gap.bound !== undefined, shortNumber(gap.regret.reduce((sum, gain) => sum + gain, 0)))]
                : []),
              ...shown.map((_, i) => upTo(gap.bounded[i] === true, shortNumber(gap.regret[i] as number))),
            ],
          ],
    );
    lines.push(
      table(
        [
          'seed',
          ...(zeroSum ? ['exploitability'] : []),
          ...(general ? ['NashConv'] : []),
          ...shown.map(name => `${name} gains`),
        ],
        rows,
        '  ',
      ),
    );
  }
  if (seeds.length > 1) {
    const over = overSeeds(seeds.map(({ gap }) => numberOf(gap)));
    const none = seeds.filter(({ gap }) => numberOf(gap) === 0).length;
    if (over !== undefined)
      lines.push(
        `over ${seeds.length} seeds: ${nameOf(kind)} ${upTo(
          seeds.some(({ gap }) => isBound(gap)),
          withNoise(over),
        )}${none === 0 ? '' : `, and 0 in ${none} of them`}`,
      );
  }
  if (bound !== undefined) lines.push(`${kind === 'optimum' ? 'at most' : 'up to'}: ${bound}`);
  for (const note of notes) lines.push(`note: ${note}`);
  return lines.join('\n');
}

/** The one number of a gap: what is missing to the optimum, the exploitability, or the greatest gain. */
export function numberOf(gap: Gap): number {
  return gap.kind === 'optimum' ? gap.gap : (gap.exploitability ?? Math.max(...gap.regret));
}

/** What that number is called. */
export function nameOf(kind: Gap['kind']): string {
  if (kind === 'optimum') return 'gap';
  return kind === 'exploitability' ? 'exploitability' : 'greatest gain of an agent';
}

/** Is `numberOf` only known not to be greater? The greatest gain is not, where that of an agent with an exact one is as great. */
export function isBound(gap: Gap): boolean {
  if (gap.kind !== 'regret') return gap.bound !== undefined;
  const most = Math.max(...gap.regret);
  return !gap.regret.some((gain, i) => gain === most && gap.bounded[i] !== true);
}

function upTo(bound: boolean, text: string): string {
  return bound && text !== '0' ? `<= ${text}` : text;
}

/**
 * Nash-Q, correlated-Q, friend-Q and foe-Q on the games of their papers, beside the exact answers: what a best reply to what was learned
 * would gain, computed from the listed game, and who gets what.
 */
import { emitGame } from '../../compiler/emit/game.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import { loadGame } from '../../runtime/games/load.ts';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import { type Gap, yardstickFor } from '../../runtime/train/gap.ts';
import { learnerFrom } from '../../runtime/train/policy.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import type { Schedule } from '../../runtime/train/spec.ts';
import { trainSpec } from '../learners/support.ts';
import { gameOf } from '../stdlib/library.ts';
import type { Suite, Validation } from './result.ts';

interface Case {
  readonly game: string;
  readonly algorithm: string;
  readonly settings: Settings;
  readonly steps: number;
  readonly seeds: number;
  /** Undefined: reported only. */
  readonly gate: ((gap: Measured) => boolean) | undefined;
  readonly reference: string;
}

/** Expected discounted returns, and what each agent would gain. */
type Measured = Extract<Gap, { readonly regret: readonly number[] }>;

const steady = (from: number, to: number, over: number): Schedule => ({ from, to, over, unit: 'steps' });
/** Step sizes as Greenwald and Hall let them fall; exploration and first values as Littman has them in soccer. */
const falling = (over: number): Settings => ({ alpha: steady(0.5, 0.001, over), visits: false });
const littman: Settings = { explore: steady(0.2, 0.2, 0), initial: 1 };

const near = (a: number, b: number, slack: number): boolean => Math.abs(a - b) <= slack;
/** Two shortest paths that do not collide: 100 * 0.99^3. */
const round = ({ values, regret }: Measured): boolean =>
  values.every(value => near(value, 97.0299, 0.5)) && Math.max(...regret) <= 0.5;
const balanced = ({ regret }: Measured): boolean => Math.max(...regret) <= 0.5;
/** One goes round, worth 99 * 0.99; the other tries the barrier, worth half of that. */
const barrier = ({ values, regret }: Measured): boolean =>
  near(Math.max(...values), 98.01, 0.5) && near(Math.min(...values), 49.005, 0.5) && Math.max(...regret) <= 0.5;

const cases: readonly Case[] = [
  ...['NashQ', 'CorrelatedQ'].flatMap((algorithm): Case[] => [
    {
      game: 'GridGame1',
      algorithm,
      settings: {},
      steps: 50_000,
      seeds: 5,
      gate: balanced,
      reference: 'an equilibrium in every run (Hu and Wellman 2003)',
    },
    {
      game: 'GridGame1',
      algorithm,
      // Without chance nothing has to be averaged.
      settings: { alpha: steady(1, 1, 0), visits: false },
      steps: 50_000,
      seeds: 5,
      gate: round,
      reference: '(97.03, 97.03), nobody gains (Hu and Wellman 2003)',
    },
  ]),
  {
    game: 'GridGame1',
    algorithm: 'FriendQ',
    settings: {},
    steps: 50_000,
    seeds: 3,
    gate: undefined,
    reference: 'expects 97.03; who counts on the other may run into it for ever',
  },
  {
    game: 'GridGame1',
    algorithm: 'IQL',
    settings: { epsilon: steady(1, 0.05, 40_000) },
    steps: 50_000,
    seeds: 5,
    gate: undefined,
    reference: 'about 20 % reach an equilibrium (Hu and Wellman 2003)',
  },
  {
    game: 'GridGame2',
    algorithm: 'NashQ',
    // Both equilibria have the same sum; what chance adds to it would choose between them for ever.
    settings: { selection: 'first' },
    steps: 100_000,
    seeds: 10,
    gate: barrier,
    reference: '(98.01, 49) or (49, 98.01), nobody gains (Hu and Wellman 2003)',
  },
  ...(['utilitarian', 'egalitarian', 'republican'] as const).map(selection => ({
    game: 'GridGame2',
    algorithm: 'CorrelatedQ',
    settings: { selection },
    steps: 100_000,
    seeds: 5,
    gate: undefined,
    reference: '(98.01, 49) or the other way round; no fixed point treats both alike',
  })),
  {
    game: 'Soccer',
    algorithm: 'FoeQ',
    settings: { ...littman, ...falling(1_000_000) },
    steps: 1_000_000,
    seeds: 2,
    gate: ({ exploitability }: Measured) => (exploitability ?? 1) < 0.1,
    reference: 'as minimax-Q: exploitability below 0.1 (Littman 2001)',
  },
  {
    game: 'Soccer',
    algorithm: 'FriendQ',
    settings: { ...littman, ...falling(400_000) },
    steps: 400_000,
    seeds: 2,
    gate: ({ exploitability }: Measured) => (exploitability ?? 0) > 0.1,
    reference: 'a deterministic policy that is exploited (Greenwald and Hall 2003)',
  },
];

async function* equilibria(): AsyncGenerator<Validation> {
  for (const { game, algorithm, settings, steps, seeds, gate, reference } of cases) {
    const model = gameOf(game);
    const loaded = loadGame(emitGame(model, { types: false, module: 'function' }));
    const listed = enumerate(model, { maxStates: 3000 });
    if (listed.game === undefined) throw new Error(listed.problem.message);
    const budget = { amount: steps, unit: 'steps' } as const;
    const spec = trainSpec(algorithm, { settings, budget, evaluate: { every: budget, episodes: 1 } });
    const yardstick = await yardstickFor(listed.game, loaded.spec, spec);
    if ('why' in yardstick) throw new Error(yardstick.why);
    for (let seed = 1; seed <= seeds; seed++) {
      const gap = yardstick.measure(learnerFrom(spec, loaded.spec, trainSeed(spec, loaded, seed).checkpoint));
      if ('why' in gap || gap.kind === 'optimum') throw new Error(`${algorithm} on ${game} has no gains`);
      const words = [settings.selection, settings.visits === false ? 'step sizes by time' : undefined];
      const said = words.filter(word => word !== undefined).join(', ');
      const chosen = said === '' ? '' : ` (${said})`;
      const numbers = (list: readonly number[]): string => list.map(x => Number(x.toFixed(3))).join(', ');
      yield {
        name: `${algorithm}${chosen} on ${game}, seed ${seed}, ${steps} steps`,
        passed: gate?.(gap),
        detail: `values (${numbers(gap.values)}), gains (${numbers(gap.regret)}); ${reference}`,
      };
    }
  }
}

export const equilibriumLearners: Suite = {
  name: 'equilibria',
  about:
    'Nash-Q, correlated-Q, friend-Q and foe-Q on the grid games and soccer: what was learned, valued exactly, and what a best reply to it would gain.',
  validate: equilibria,
};

/**
 * MADDPG with the settings of its authors, a tenth of their episodes: particle games against random, still and greedy play, and the two
 * quadratics, where it is known to end on the lower hill.
 */
import type { Settings } from '../../runtime/learners/catalogue.ts';
import { drawCount } from '../../runtime/learners/shared/explore.ts';
import type { Learner } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { type Evaluation, evaluate } from '../../runtime/train/evaluate.ts';
import { adamAt, libraryGame, startDeep } from '../learners/deep-support.ts';
import { ofRuns, type Suite, seedsFrom, type Validation } from './result.ts';
import { trainAll } from './trainings.ts';

/** The defaults are the authors' but for the size of the replay, which is never full here. */
const settings: Settings = {};
const settingsText = 'defaults, 4 parallel games';

/** Means per agent of 400 episodes of the original code (design notes), and how much of the way from standing still to greedy is wanted. */
const teams = [
  { written: 'SpeakerListener', steps: 600_000, random: -42.5, still: -33.6, greedy: -6.4, published: '-6.8 +- 0.9' },
  { written: 'SimpleSpread', steps: 600_000, random: -78.4, still: -72.1, greedy: -41.5, published: '-47.2 +- 0.6' },
] as const;
const share = 0.5;

export const maddpg: Suite = {
  name: 'maddpg',
  about:
    'MADDPG (Lowe et al. 2017) on particle games, mean return per agent of the final greedy policies; wanted: half of the way from standing still to greedy play with full information. Published: EPyMARL’s maximum over 2 million steps, divided by the number of agents. On the two quadratics (Wei et al. 2018) it is known to miss the higher hill.',
  long: true,
  *validate() {
    const seeds = seedsFrom(2);
    for (const { written, steps, random, still, greedy, published } of teams) {
      const game = libraryGame(written);
      const plan = { steps, envs: 4, episodes: 500 };
      const { outcomes, wall, cpu } = trainAll({ game, algorithm: 'MADDPG', settings, plan, seeds });
      const finals = outcomes.map(({ final }) => final);
      const mean = finals.reduce((sum, x) => sum + x, 0) / finals.length;
      const least = still + share * (greedy - still);
      yield ofRuns(
        {
          game: written,
          algorithm: 'MADDPG',
          settings: settingsText,
          seeds,
          steps,
          measure: 'mean return per agent, 500 episodes',
          finals,
          wall,
          cpu,
          reference: `${published}; random ${random}, still ${still}, greedy ${greedy}`,
        },
        mean >= least,
        `a mean of at least ${least.toFixed(1)}`,
      );
    }
    yield* adversary(seeds);
    yield quadratics();
    yield* matrixGames();
  },
};

const matrixPlan = { steps: 20_000, envs: 4, episodes: 1 } as const;

/** Payoff of the greedy actions; published are returns of 25 repetitions, the best over training. */
const matrices = [
  { written: 'Climbing', published: '170 +- 10 of 25 steps: 6.8 a step' },
  { written: 'Penalty(k: 0)', published: '250 of 25 steps: 10 a step' },
  { written: 'Penalty(k: -25)', published: '50 of 25 steps: 2 a step' },
  { written: 'Penalty(k: -100)', published: '50 of 25 steps: 2 a step' },
] as const;

function* matrixGames(): Generator<Validation> {
  const seeds = seedsFrom(5);
  for (const { written, published } of matrices) {
    const game = libraryGame(written);
    const { outcomes, wall, cpu } = trainAll({ game, algorithm: 'MADDPG', settings, plan: matrixPlan, seeds });
    const runs = {
      game: written,
      algorithm: 'MADDPG',
      settings: settingsText,
      seeds,
      steps: matrixPlan.steps,
      measure: 'payoff',
      finals: outcomes.map(({ final }) => final),
      wall,
      cpu,
      reference: published,
    };
    yield ofRuns(runs, undefined, `published ${published}`);
  }
}

/** Random play of everybody: 40 000 episodes of the original physics in separate code. */
const randomAdversary = { Adversary: -40.32, Good: 7.506 };

/** Each side of what was learned against random play of the other, and against each other. */
function* adversary(seeds: readonly number[]): Generator<Validation> {
  const game = libraryGame('SimpleAdversary');
  const steps = 600_000;
  const began = performance.now();
  const cpu = process.cpuUsage();
  const found = seeds.map(seed => {
    const { training, learner } = startDeep(game, 'MADDPG', settings, seed, { steps, envs: 4 });
    while (!training.done()) training.advance(100_000);
    const play = (random: readonly number[]): Evaluation =>
      evaluate(
        shapeOf(game.spec, 4),
        { teamReward: 'none', evaluate: { every: { amount: 1, unit: 'steps' }, episodes: 500 } },
        game.spec,
        game.create,
        withRandom(learner, random, game.spec.actionCount),
        seed,
        77,
      );
    return { together: play([]), goods: play([0]), adversary: play([1, 2]) };
  });
  const used = process.cpuUsage(cpu);
  const common = {
    game: 'SimpleAdversary',
    algorithm: 'MADDPG',
    settings: settingsText,
    seeds,
    steps,
    wall: (performance.now() - began) / 1000 / 3,
    cpu: (used.user + used.system) / 1e6 / 3,
  };
  const of = (evaluations: readonly Evaluation[], agent: number): number[] =>
    evaluations.map(({ returns }) => returns[agent]!.mean);
  const goods = of(
    found.map(({ goods }) => goods),
    1,
  );
  const { Good, Adversary } = randomAdversary;
  yield ofRuns(
    {
      ...common,
      measure: 'return of a good agent against a random adversary, 500 episodes',
      finals: goods,
      reference: `random ${Good}`,
    },
    goods.every(x => x > 2 * Good),
    `more than ${(2 * Good).toFixed(2)} in every seed`,
  );
  const opponents = of(
    found.map(({ adversary }) => adversary),
    0,
  );
  yield ofRuns(
    {
      ...common,
      measure: 'return of the adversary against random good agents, 500 episodes',
      finals: opponents,
      reference: `random ${Adversary}`,
    },
    opponents.every(x => x > 0.75 * Adversary),
    `more than ${(0.75 * Adversary).toFixed(2)} in every seed`,
  );
  const together = found.map(({ together }) => together);
  yield ofRuns(
    {
      ...common,
      measure: 'return of a good agent against the adversary that learned with it, 500 episodes',
      finals: of(together, 1),
      reference: 'none',
      note: `the adversary gets ${of(together, 0)
        .map(x => x.toFixed(1))
        .join(', ')}`,
    },
    undefined,
    'no reference',
  );
}

/** The learned policy with some agents choosing uniformly. Every action is legal. */
function withRandom(learner: Learner, random: readonly number[], counts: readonly number[]): Learner {
  return {
    ...learner,
    greedy(on, envs, draws) {
      learner.greedy(on, envs, draws);
      for (let e = 0; e < envs; e++)
        for (const agent of random) {
          const slot = e * counts.length + agent;
          on.actions[slot] = Math.floor((draws[slot]! / drawCount) * counts[agent]!);
        }
    },
  };
}

function quadratics(): Validation {
  const game = libraryGame('TwoQuadratics');
  const seeds = Array.from({ length: 10 }, (_, k) => k + 1);
  const settings: Settings = {
    batch: 128,
    train_every: { amount: 4, unit: 'steps' },
    optimizer: adamAt(1e-3),
    noise: { from: 0.5, to: 0.05, over: 6000, unit: 'steps' },
  };
  const steps = 8000;
  const { outcomes, wall, cpu } = trainAll({
    game,
    algorithm: 'MADDPG',
    settings,
    plan: { steps, episodes: 1 },
    seeds,
  });
  const finals = outcomes.map(({ final }) => final);
  return ofRuns(
    {
      game: 'TwoQuadratics',
      algorithm: 'MADDPG',
      settings: 'as in std.games',
      seeds,
      steps,
      measure: 'return',
      finals,
      wall,
      cpu,
      reference: '0, the lower of two hills, in most runs (Wen et al. 2019)',
    },
    finals.filter(x => x <= 1 && x > -1).length >= 8,
    'the lower hill (0 +- 1) in at least 8 of 10 seeds',
  );
}

/**
 * Particle games: MAPPO and QMIX on simple_spread and speaker-listener. Published figures are the maximum over training of the sum over
 * agents, after 20 million steps (MAPPO) and 2 million (QMIX); ours the final one.
 */
import type { Settings } from '../../runtime/learners/catalogue.ts';
import { adam } from '../../runtime/tensor/optimisers/spec.ts';
import type { OptimizerSetting } from '../../runtime/train/spec.ts';
import { adamAt, libraryGame } from '../learners/deep-support.ts';
import { ofRuns, type Suite, seedsFrom } from './result.ts';
import { trainAll, withMixer } from './trainings.ts';

interface Chosen {
  readonly settings: Settings;
  /** What differs from the defaults, as in a program. */
  readonly text: string;
  readonly steps: number;
}

const falling = (from: number, to: number, over: number, eps = adam.eps): OptimizerSetting => ({
  ...adam,
  eps,
  lr: { from, to, over, unit: 'steps' },
});

const spreadPolicies: Chosen = {
  settings: { optimizer: adamAt(7e-4), rollout: 100, epochs: 10, gamma: 0.99 },
  text: 'team reward = sum, 32 parallel games, rollout = 100, optimizer = adam(7e-4), gamma = 0.99',
  steps: 3_000_000,
};

/** A message pays only once the other understands it: more steps of the optimiser per game than where everybody sees what to do. */
const speakerPolicies: Chosen = {
  settings: {
    optimizer: falling(7e-4, 5e-5, 4_000_000, 1e-5),
    rollout: 100,
    epochs: 10,
    minibatches: 4,
    gamma: 0.95,
    entropy: { from: 0.01, to: 0.001, over: 3_000_000, unit: 'steps' },
  },
  text: 'team reward = sum, 32 parallel games, rollout = 100, minibatches = 4, optimizer = adam(lr: 7e-4 -> 5e-5 over 4_000_000 steps, eps: 1e-5), entropy = 0.01 -> 0.001 over 3_000_000 steps, gamma = 0.95',
  steps: 4_000_000,
};

/**
 * Time limits are no ends here, so that at a discount of 0.99 values would be those of a hundred steps: most of them the same whatever is
 * done now. Listeners learn little of messages for as long as those of speakers that explored are replayed.
 */
const values = (steps: number): Chosen => ({
  settings: {
    optimizer: falling(5e-4, 5e-5, 900_000),
    explore: { from: 1, to: 0.05, over: 100_000, unit: 'steps' },
    train_every: { amount: 8, unit: 'steps' },
    batch: 64,
    replay: { amount: 200_000, unit: 'steps' },
    gamma: 0.9,
    standardize_rewards: true,
  },
  text: 'team reward = mean, 8 parallel games, optimizer = adam(lr: 5e-4 -> 5e-5 over 900_000 steps), batch = 64, train_every = 8 steps, replay = 200_000 steps, explore = 1 -> 0.05 over 100_000 steps, gamma = 0.9, standardize_rewards = true',
  steps,
});

/** Sum over agents: published mean and deviation, and the least that counts as within its range (two deviations and five percent). */
const games = [
  {
    written: 'SimpleSpread',
    agents: 3,
    published: { MAPPO: [-133.5, 3.1], QMIX: [-126.6, 3] },
    chosen: { MAPPO: spreadPolicies, QMIX: values(1_000_000) },
  },
  {
    written: 'SpeakerListener',
    agents: 2,
    published: { MAPPO: [-10.7, 0.3], QMIX: [-11.6, 0.5] },
    chosen: { MAPPO: speakerPolicies, QMIX: values(2_000_000) },
  },
] as const;

export const particles: Suite = {
  name: 'particles',
  about: `Particle games (Lowe et al. 2017). Published: the maximum over training of the sum over agents; here the final one, wanted within two published deviations and five percent.`,
  long: true,
  *validate() {
    const seeds = seedsFrom(5);
    for (const { written, agents, published, chosen } of games) {
      const game = libraryGame(written);
      for (const algorithm of ['MAPPO', 'QMIX'] as const) {
        const gradient = algorithm === 'MAPPO';
        const { settings, text, steps } = chosen[algorithm];
        const { outcomes, wall, cpu } = trainAll({
          game,
          algorithm,
          settings: gradient ? settings : withMixer(game, settings),
          plan: { steps, envs: gradient ? 32 : 8, episodes: 500, teamReward: gradient ? 'sum' : 'mean' },
          seeds,
        });
        const finals = outcomes.map(({ final }) => (gradient ? final : final * agents));
        const mean = finals.reduce((sum, x) => sum + x, 0) / finals.length;
        const [wanted, deviation] = published[algorithm];
        const least = wanted - 2 * deviation - 0.05 * Math.abs(wanted);
        yield ofRuns(
          {
            game: written,
            algorithm,
            settings: text,
            seeds,
            steps,
            measure: 'sum of returns, 500 episodes',
            finals,
            wall,
            cpu,
            reference: `${wanted} +- ${deviation}`,
          },
          mean >= least,
          `a mean of at least ${least.toFixed(1)}`,
        );
      }
    }
  },
};

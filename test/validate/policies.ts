/**
 * IPPO and MAPPO on matrix games and on foraging. In the matrix games a plain run ends at a safe equilibrium: with the code of Papoudakis
 * et al. 2021 MAPPO's final returns per step are 7, 5, 5, 5, 5 on climbing, and 2 on penalty. What is gated is the final greedy
 * evaluation, never the best one on the way.
 */
import { libraryGame, returnOf } from '../learners/deep-support.ts';
import type { Validation } from './main.ts';

const seeds = [1, 2, 3, 4, 5];

export function* policies(): Generator<Validation> {
  for (const name of ['IPPO', 'MAPPO']) {
    const finals = (game: string): readonly number[] => {
      const plan = { steps: 20_000, envs: 16, episodes: 1 };
      return seeds.map(seed => returnOf(libraryGame(game), name, { rollout: 16 }, seed, plan));
    };
    const climbing = finals('Climbing');
    yield {
      name: `${name} on Climbing, 20 000 steps, ${seeds.length} seeds`,
      passed: climbing.filter(final => final < 8).length >= 4 && climbing.every(final => final >= 5),
      detail: `payoffs ${climbing.join(', ')}; at least 4 of 5 from 5 to 7, where published runs end, not at the optimum of 11`,
    };
    const penalty = finals('Penalty(k: -25)');
    yield {
      name: `${name} on Penalty(-25), 20 000 steps, ${seeds.length} seeds`,
      passed: penalty.every(final => final === 2),
      detail: `payoffs ${penalty.join(', ')}; 2, the safe equilibrium`,
    };
    const plan = { steps: 200_000, envs: 16, episodes: 500, teamReward: 'sum' } as const;
    for (const seed of [1, 2]) {
      const game = libraryGame('Foraging(size: 5, players: 2, foods: 1, coop: true)');
      const final = returnOf(game, name, { rollout: 64, minibatches: 2 }, seed, plan);
      yield {
        name: `${name} on Foraging 5x5-2p-1f-coop, 200 000 steps, seed ${seed}`,
        passed: final >= 0.9,
        detail: `return ${final.toFixed(3)}, at least 0.9; random play 0.06`,
      };
    }
  }
}

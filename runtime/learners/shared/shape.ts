import { type GameSpec, offsets } from '../../games/vector.ts';

/**
 * The numbers of a game that tabular learners loop over, and nothing else. In an emitted program every one of them is a
 * constant; by convention the name `shape` means this object everywhere in `runtime/learners` and `runtime/train`.
 */
export interface Shape {
  /** Parallel games of the training. */
  readonly envs: number;
  readonly agents: number;
  readonly actionCount: readonly number[];
  /** Start of each agent's slice in a row of masks, and the length of the row. */
  readonly actionStart: readonly number[];
  readonly actionRow: number;
  readonly observationLength: readonly number[];
  readonly observationStart: readonly number[];
  readonly observationRow: number;
  /** Joint actions, numbered with the last agent fastest; agent i's action counts `jointStride[i]`. */
  readonly jointCount: number;
  readonly jointStride: readonly number[];
  readonly discount: number;
  readonly oneShot: boolean;
  /** Evaluation episodes are cut after this many steps. */
  readonly episodeLimit: number;
}

export function shapeOf(game: GameSpec, envs: number): Shape {
  const actionStart = offsets(game.actionCount);
  const observationStart = offsets(game.observationLength);
  const stride = game.actionCount.map((_, agent) => game.actionCount.slice(agent + 1).reduce((p, n) => p * n, 1));
  return {
    envs,
    agents: game.agents.length,
    actionCount: game.actionCount,
    actionStart: actionStart.slice(0, -1),
    actionRow: actionStart.at(-1) as number,
    observationLength: game.observationLength,
    observationStart: observationStart.slice(0, -1),
    observationRow: observationStart.at(-1) as number,
    jointCount: game.actionCount.reduce((product, count) => product * count, 1),
    jointStride: stride,
    discount: game.discount,
    oneShot: game.oneShot,
    episodeLimit: episodeLimit(game),
  };
}

/**
 * The horizon; without one, as many steps as it takes until a reward counts less than a millionth (at most 10 000), because a
 * learned policy may play for ever.
 */
export function episodeLimit(game: Pick<GameSpec, 'discount' | 'horizon' | 'oneShot'>): number {
  if (game.oneShot) return 1;
  if (game.horizon !== undefined) return game.horizon;
  let steps = 0;
  for (let weight = 1; weight > 1e-6 && steps < 10_000; weight *= game.discount) steps++;
  return steps;
}

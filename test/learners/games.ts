/** Small games written by hand, so that learners are tested without the compiler. */
import type { CreateVectorGame, GameBuffers, GameSpec, VectorGame } from '../../runtime/games/vector.ts';
import { hash32, key0, key1, purposes } from '../../runtime/rng/stream.ts';

export interface TestGame {
  readonly spec: GameSpec;
  readonly create: CreateVectorGame;
  /** Mean payoff of agent 0 by joint action, of matrix games. */
  readonly means: readonly number[];
}

/** Two agents that see one number each and choose one of two actions, discount 0.5: for updates worked out by hand. */
export const handSpec: GameSpec = {
  name: 'Hand',
  agents: ['First', 'Second'],
  classOf: [0, 1],
  classNames: ['First', 'Second'],
  observationLength: [1, 1],
  actionCount: [2, 2],
  actionNames: [
    ['A', 'B'],
    ['A', 'B'],
  ],
  realActionLength: [0, 0],
  realActionLow: [[], []],
  realActionHigh: [[], []],
  horizon: undefined,
  discount: 0.5,
  oneShot: false,
  stateLength: 0,
};

/** Two agents, common reward; a cell with two numbers is a fair lottery. Row-major, as learners.md prints them. */
export function matrixGame(
  name: string,
  size: number,
  cells: readonly (number | readonly [number, number])[],
): TestGame {
  return payoffGame(name, size, cells, cells);
}

export function zeroSumGame(name: string, size: number, cells: readonly number[]): TestGame {
  return payoffGame(
    name,
    size,
    cells,
    cells.map(c => -c),
  );
}

export function payoffGame(
  name: string,
  size: number,
  row: readonly (number | readonly [number, number])[],
  column: readonly (number | readonly [number, number])[],
): TestGame {
  const names = [...'ABCDEFGH'.slice(0, size)];
  const spec: GameSpec = {
    name,
    agents: ['Row', 'Column'],
    classOf: [0, 1],
    classNames: ['Row', 'Column'],
    observationLength: [0, 0],
    actionCount: [size, size],
    actionNames: [names, names],
    realActionLength: [0, 0],
    realActionLow: [[], []],
    realActionHigh: [[], []],
    horizon: undefined,
    discount: 1,
    oneShot: true,
    stateLength: 0,
  };
  const side = (cells: typeof row, k: 0 | 1) => Float64Array.from(cells.map(c => (typeof c === 'number' ? c : c[k])));
  const low = [side(row, 0), side(column, 0)] as const;
  const high = [side(row, 1), side(column, 1)] as const;
  const chance = row.some(c => typeof c !== 'number');
  const create: CreateVectorGame = (envs, seed, firstGame, buffers) => {
    const { actions, rewards, ended, masks } = buffers;
    const episode = new Int32Array(envs);
    const [lowRow, lowColumn] = low;
    const [highRow, highColumn] = high;
    return {
      envs,
      buffers,
      state: { $episode: episode },
      reset() {
        masks.fill(1);
        episode.fill(0);
      },
      step() {
        for (let e = 0; e < envs; e++) {
          const cell = actions[2 * e]! * size + actions[2 * e + 1]!;
          let first = true;
          if (chance) {
            const game = firstGame + e;
            const k = episode[e]!;
            first = hash32(key0(seed, purposes.game, game, k), key1(seed, purposes.game, game, k), 0) < 2147483648;
          }
          rewards[2 * e] = first ? lowRow[cell]! : highRow[cell]!;
          rewards[2 * e + 1] = first ? lowColumn[cell]! : highColumn[cell]!;
          ended[e] = 1;
          episode[e]!++;
        }
      },
    };
  };
  const means = row.map(c => (typeof c === 'number' ? c : (c[0] + c[1]) / 2));
  return { spec, create, means };
}

export const climbing = matrixGame('Climbing', 3, [11, -30, 0, -30, 7, 6, 0, 0, 5]);
export const partlyStochasticClimbing = matrixGame('PartlyStochasticClimbing', 3, [
  11,
  -30,
  0,
  -30,
  [14, 0],
  6,
  0,
  0,
  5,
]);
// biome-ignore format: the table is the point
export const stochasticClimbing = matrixGame('StochasticClimbing', 3, [
  [10, 12], [5, -65], [8, -8],
  [5, -65], [14, 0], [12, 0],
  [5, -5], [5, -5], [7, 3],
]);
/**
 * As Claus and Boutilier print it, optima on the main diagonal: where both are valued alike, lowest-index ties meet in one. With
 * the columns reversed they would miss.
 */
export const penalty = (k: number) => matrixGame(`Penalty(${k})`, 3, [10, 0, k, 0, 2, 0, k, 0, 10]);
export const coordination = matrixGame('Coordination', 2, [1, 0, 0, 1]);

export type { GameBuffers, VectorGame };

/**
 * Q_tot of joint actions from what a learner saved: utilities by its networks, the mixer in doubles with the saved weights, which is
 * other code than the one it was trained with.
 */
import type { LoadedGame } from '../../runtime/games/load.ts';
import { allocateBuffers } from '../../runtime/games/vector.ts';
import type { LearnedTable, Learner } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { evaluateMixer } from '../../runtime/mixers/evaluate.ts';
import type { MixerModel } from '../../runtime/mixers/model.ts';

/** What every agent sees, and the whole state, after some joint actions from the start of a game without chance. */
export interface Moment {
  readonly observations: readonly Float32Array[];
  readonly state: Float32Array;
}

export function momentAfter(game: LoadedGame, path: readonly (readonly number[])[]): Moment {
  const shape = shapeOf(game.spec, 1);
  const buffers = allocateBuffers(game.spec, 1);
  const played = game.create(1, 1, 0, buffers);
  played.reset();
  for (const joint of path) {
    buffers.actions.set(joint);
    played.step();
  }
  return {
    observations: shape.observationLength.map((length, agent) => {
      const start = shape.observationStart[agent]!;
      return buffers.observations.slice(start, start + length);
    }),
    // A game without state: mixers read a constant.
    state: game.spec.stateLength === 0 ? Float32Array.of(1) : buffers.states.slice(0, game.spec.stateLength),
  };
}

/** Q_tot by joint action, the first agent's action by row; without a mixer the sum. Two agents. */
export function totals(game: LoadedGame, learner: Learner, moment: Moment, mixer?: MixerModel): readonly number[][] {
  const saved = learner.save();
  const weights = (mixer?.weights ?? []).map(({ name }) => {
    const weight = saved.get(`tensor.online/mixer/${name}`);
    if (weight === undefined) throw new Error(`the learner saved no weight ${name} of its mixer`);
    return weight;
  });
  const utilities = learner.view().map((table, agent) => {
    const row = rowOf(table, moment.observations[agent]!);
    return Array.from({ length: game.spec.actionCount[agent]! }, (_, action) => table.value(row, action));
  });
  const [first, second] = utilities as [number[], number[]];
  const best = [Math.max(...first), Math.max(...second)];
  return first.map((a, row) =>
    second.map((b, column) => {
      if (mixer === undefined) return a + b;
      const actions = oneHot(game, [row, column]);
      return evaluateMixer(mixer, weights, { q: [a, b], best, state: moment.state, actions });
    }),
  );
}

/** Q_jt of QTRAN by joint action: three layers, ReLU between them, of the state and the one-hot actions. Two agents. */
export function jointValues(game: LoadedGame, learner: Learner, moment: Moment): readonly number[][] {
  const saved = learner.save();
  const at = (name: string): ArrayLike<number> => {
    const weight = saved.get(`tensor.online/joint/${name}`);
    if (weight === undefined) throw new Error(`the learner saved no weight ${name} of a joint value`);
    return weight;
  };
  const [rows, columns] = game.spec.actionCount as [number, number];
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      let x = [...moment.state, ...oneHot(game, [row, column])];
      for (const layer of ['mlp0/dense0', 'mlp0/dense1', 'dense1']) {
        const [weight, bias] = [at(`${layer}/weight`), at(`${layer}/bias`)];
        const sums = Array.from(bias, (b, unit) => x.reduce((s, v, i) => s + v * weight[i * bias.length + unit]!, b));
        x = layer === 'dense1' ? sums : sums.map(s => Math.max(0, s));
      }
      return x[0]!;
    }),
  );
}

/** Of two agents, each as long as the longer one's. */
function oneHot(game: LoadedGame, actions: readonly number[]): number[] {
  const most = Math.max(...game.spec.actionCount);
  return actions.flatMap(action => Array.from({ length: most }, (_, k) => (k === action ? 1 : 0)));
}

function rowOf(table: LearnedTable, seen: Float32Array): number {
  for (let row = 0; row < table.rows; row++) if (table.key(row).every((x, k) => x === seen[k])) return row;
  throw new Error(`the learner never saw ${seen.join()}`);
}

/** The largest difference of two tables. */
export function largestError(found: readonly number[][], wanted: readonly (readonly number[])[]): number {
  return Math.max(...found.flatMap((row, a) => row.map((x, b) => Math.abs(x - wanted[a]![b]!))));
}

/** `[6.93, 6.93; 7.92, 7.92]` */
export function tableText(table: readonly (readonly number[])[]): string {
  return `[${table.map(row => row.map(x => `${Math.round(x * 100) / 100 + 0}`).join(', ')).join('; ')}]`;
}

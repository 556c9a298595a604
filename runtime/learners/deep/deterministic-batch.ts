/** What an update of deterministic policies reads besides a batch of windows: real actions, and noise for the finite ones. */
import type { Stream } from '../../rng/stream.ts';
import type { Entry } from '../../tensor/engine.ts';
import type { ActionVector, RealRange } from './deterministic-actions.ts';
import { fillGumbel } from './deterministic-gumbel.ts';
import type { Replay } from './replay.ts';

/** Fills the inputs `reals/GROUP` (where agents choose real numbers) and `gumbel/GROUP` of `deterministicTensors`. */
export function actionFiller(
  entry: Entry,
  vectors: readonly ActionVector[],
  replay: Replay,
  range?: RealRange,
): (drawn: Int32Array, noise: Stream) => void {
  const noises = vectors.flatMap(({ finite, group }) => (finite > 0 ? [entry.input(`gumbel/${group.name}`)] : []));
  const numbers = vectors.map(({ real, group }) => (real > 0 ? entry.input(`reals/${group.name}`) : undefined));

  /** Real numbers of the drawn windows, as critics read them; 0 behind the end of a window. */
  function fillReals(drawn: Int32Array, range: RealRange): void {
    const windows = drawn.length;
    const { length } = replay;
    for (const [k, into] of numbers.entries()) {
      if (into === undefined) continue;
      const { group, real } = vectors[k]!;
      for (const [a, agent] of group.agents.entries())
        for (let t = 0; t < length; t++)
          for (let b = 0; b < windows; b++) {
            const from = (drawn[b]! * length + t) * range.row;
            const to = ((t * group.agents.length + a) * windows + b) * real;
            const inside = t < replay.steps[drawn[b]!]!;
            for (let n = 0; n < range.counts[agent]!; n++) {
              const at = range.starts[agent]! + n;
              into[to + n] = inside ? range.toUnit(at, replay.reals[from + at]!) : 0;
            }
          }
    }
  }

  return (drawn, noise) => {
    if (range !== undefined) fillReals(drawn, range);
    for (const input of noises) fillGumbel(noise, input);
  };
}

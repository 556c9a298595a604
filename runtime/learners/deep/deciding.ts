/** One decision of one agent from all it has seen: for play by hand, where nobody else is asked. */
import { type GameBuffers, running } from '../../games/vector.ts';
import type { Seen } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import type { Acting } from './acting.ts';

/**
 * Takes the agent's network through an episode from its beginning, in game 0 of `on`; afterwards `on.values` says what it makes of the
 * last thing seen. What `on` remembered of its games is lost.
 *
 * @throws RangeError where nothing was seen.
 */
export function replayOf(on: Acting, shape: Shape, agent: number, seen: readonly Seen[]): void {
  if (seen.length === 0) throw new RangeError('an agent that has seen nothing cannot choose');
  const buffers = oneGame(shape);
  on.forget();
  for (const { observation, mask, before } of seen) {
    buffers.observations.set(observation, shape.observationStart[agent]!);
    buffers.masks.set(mask, shape.actionStart[agent]!);
    on.lastActions[agent] = before;
    on.run(buffers, 1);
  }
}

function oneGame(shape: Shape): GameBuffers {
  return {
    observations: new Float32Array(shape.observationRow),
    masks: new Uint8Array(shape.actionRow),
    actions: new Int32Array(shape.agents),
    realActions: new Float64Array(0),
    rewards: new Float64Array(shape.agents),
    ended: new Uint8Array(1).fill(running),
    finalObservations: new Float32Array(0),
    states: new Float32Array(0),
    finalStates: new Float32Array(0),
    finalMasks: new Uint8Array(0),
  };
}

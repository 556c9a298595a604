/** Lengths of plays, as far as a quick listing shows them. */
import type { GameModel } from '../game/model.ts';
import { depths } from '../properties/evidence.ts';
import { quickListing } from '../requirements/quick.ts';

/** Steps of the shortest episode; undefined where that is not known. */
export function shortestEpisode(model: GameModel): number | undefined {
  if (model.oneShot) return 1;
  const horizon = model.horizon ?? Number.POSITIVE_INFINITY;
  const ends = model.end !== undefined && !(model.end.op === 'const' && model.end.value.toString() === '0');
  const first = ends ? shortestTo(model, 'end') : Number.POSITIVE_INFINITY;
  if (first === undefined) return undefined;
  const shortest = Math.min(first, horizon);
  return Number.isFinite(shortest) ? shortest : undefined;
}

/**
 * Steps of the shortest play, of any behaviour and any chance, to a step that ends the game or that pays some agent more than 0;
 * infinite where there is none, undefined where the game is not listed.
 */
export function shortestTo(model: GameModel, what: 'end' | 'win'): number | undefined {
  const { game } = quickListing(model);
  // Time in the state cuts plays at the horizon.
  if (game === undefined || model.usesTime) return undefined;
  const n = game.agents.length;
  const depth = depths(game);
  let shortest = Number.POSITIVE_INFINITY;
  for (let state = 0; state < game.stateCount; state++) {
    const steps = (depth[state] as number) + 1;
    if (steps >= shortest) continue;
    const end = game.outcomeStart[game.jointStart[state + 1] as number] as number;
    for (let o = game.outcomeStart[game.jointStart[state] as number] as number; o < end; o++) {
      const hit =
        what === 'end'
          ? game.outcomeState[o] === -1
          : game.outcomeReward.subarray(o * n, (o + 1) * n).some(reward => reward > 0);
      if (!hit) continue;
      shortest = steps;
      break;
    }
  }
  return shortest;
}

/** A moment of play, for games that cannot be listed: does a draw break off whose form does not show that it is one? */
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { GameError, ProbabilityError } from '../game/evaluateErrors.ts';
import { spaceOf } from '../game/evaluateMemory.ts';
import { type Problem, problemOf } from '../game/exact.ts';
import type { GameModel } from '../game/model.ts';
import { Stepped } from '../game/stepped.ts';
import { workOf } from '../game/work.ts';
import { wellFormedByForm } from './chance.ts';
import { realsOf } from './random.ts';
import { glance } from './search.ts';

/** Longer episodes than this are left. */
const longest = 100;

/** The first probability that is none in a few hundred steps of random play, always the same ones; undefined where none was met. */
export function problemInPlay(model: GameModel): Problem | undefined {
  if (wellFormedByForm(model) !== undefined) return undefined;
  const most = Math.min(glance.steps, Math.floor(glance.work / workOf(model).step));
  const stream = new Stream(glance.seed, purposes.policy, 0, 0);
  let steps = 0;
  try {
    const game = most === 0 ? undefined : new Stepped(model, glance.seed);
    for (let episode = 0; game !== undefined && steps < most; episode++) {
      if (episode > 0) game.reset(episode);
      for (let time = 0; time < longest && steps < most && game.ended === 'running'; time++, steps++) {
        const legal = model.agents.map((_, agent) => game.legal(agent));
        game.step(
          legal.map(actions => (actions.length === 0 ? undefined : actions[stream.below(actions.length)]?.action)),
          model.agents.map((agent, i) => {
            const space = spaceOf(model, agent.cls);
            return legal[i]?.length === 0 || space.realSize === 0 ? undefined : realsOf(space, stream);
          }),
        );
      }
    }
  } catch (error) {
    // Whatever else breaks off is found by those who look for it.
    if (!(error instanceof GameError)) throw error;
    if (error instanceof ProbabilityError) return problemOf(error, 0);
  }
  return undefined;
}

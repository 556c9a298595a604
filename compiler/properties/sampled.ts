/** Plays of the stepped reading told step by step: they are played again, so that nothing has to be written down while searching. */
import { GameError } from '../game/evaluateErrors.ts';
import { spaceOf } from '../game/evaluateMemory.ts';
import type { GameModel } from '../game/model.ts';
import { Stepped } from '../game/stepped.ts';
import type { Play, PlayStep } from './base.ts';

/** A joint action: flat actions and real components, agent by agent. */
export interface Move {
  readonly actions: readonly (number | undefined)[];
  readonly reals: readonly (readonly number[] | undefined)[];
}

/** A point of a play: everything needed to play it again. The last of `moves` is the one under way. */
export interface Moment {
  readonly model: GameModel;
  readonly seed: number;
  readonly episode: number;
  readonly moves: readonly Move[];
}

/** The play that a moment's moves make; it stops where the game breaks off. */
export function sampledPlay({ model, seed, episode, moves }: Moment): Play {
  const drawn = { seed, episode };
  let stepped: Stepped;
  try {
    stepped = new Stepped(model, seed);
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
    return { start: '(not known)', steps: [], drawn };
  }
  const steps: PlayStep[] = [];
  let start = stepped.describe();
  try {
    stepped.reset(episode);
    start = stepped.describe();
    for (const move of moves) {
      const time = stepped.time;
      const step = { jointAction: named(model, move), real: realsNamed(model, move) };
      try {
        stepped.step(move.actions, move.reals);
      } finally {
        // An agent found without a legal action is found after the step.
        if (stepped.time > time) steps.push({ ...step, reached: stepped.describe() });
      }
    }
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
    if (steps.length === 0) start = stepped.describe();
  }
  return { start, steps, drawn };
}

export function named(model: GameModel, { actions }: Move): Readonly<Record<string, string>> {
  return Object.fromEntries(
    model.agents.map((agent, i) => {
      const action = actions[i];
      return [agent.label, action === undefined ? '-' : (spaceOf(model, agent.cls).names[action] ?? `${action}`)];
    }),
  );
}

export function realsNamed(model: GameModel, { reals }: Move): Readonly<Record<string, readonly number[]>> | undefined {
  const given = model.agents.flatMap((agent, i) => {
    const values = reals[i];
    return values === undefined ? [] : [[agent.label, values] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

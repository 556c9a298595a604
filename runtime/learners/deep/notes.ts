/** Numbers that a replay keeps of every choice, beside the action and what it brought: for losses that weigh transitions by them. */
import type { GameBuffers } from '../../games/vector.ts';
import type { Arrays } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import type { Acting } from './acting.ts';
import type { Group } from './groups.ts';
import type { Replay } from './replay.ts';

/** One choice of one agent in one game. */
export interface Choice {
  readonly agent: number;
  readonly action: number;
  /** What it saw: `observationLength[agent]` numbers from `observationAt` on. */
  readonly observations: Float32Array;
  readonly observationAt: number;
  /** Values of its actions and whether they are available, from `start` on. */
  readonly values: Float32Array;
  readonly available: Float32Array;
  readonly start: number;
  readonly actionCount: number;
  /** Probability of exploring. */
  readonly epsilon: number;
}

export interface Note {
  /** First part of the name of the tensor that the loss reads. */
  readonly name: string;
  /** The number kept of a choice; called once per choice, in the order of play. */
  keep(choice: Choice): number;
  /** What the loss is given each time that the number is drawn from the replay. */
  recall(kept: number): number;
  save(into: Arrays): void;
  restore(from: Arrays): void;
}

/** Keeps the notes of what every agent does now; call between `replay.see` and `replay.add`. `epsilon`: the probability of exploring. */
export function keepNotes(
  notes: readonly Note[],
  replay: Replay,
  actor: Acting,
  buffers: GameBuffers,
  { agents, envs, observationRow, observationStart }: Shape,
  groups: readonly Group[],
  epsilon: number,
): void {
  for (const [k, group] of groups.entries())
    for (const [a, agent] of group.agents.entries())
      for (let e = 0; e < envs; e++) {
        const choice = {
          agent,
          action: buffers.actions[e * agents + agent]!,
          observations: buffers.observations,
          observationAt: e * observationRow + observationStart[agent]!,
          values: actor.values(k),
          available: actor.available(k),
          start: actor.at(k, a, e),
          actionCount: group.actionCount,
          epsilon,
        };
        for (const [n, note] of notes.entries()) replay.note(n, e, agent, note.keep(choice));
      }
}

/** The probability with which an epsilon-greedy agent chose what it chose, for importance weights (Foerster et al. 2017). */
export function behaviourNote(): Note {
  return {
    name: 'behaviour',
    keep({ action, values, available, start, actionCount, epsilon }) {
      let best = -1;
      let legal = 0;
      for (let a = 0; a < actionCount; a++) {
        if (available[start + a] === 0) continue;
        legal++;
        if (best < 0 || values[start + a]! > values[start + best]!) best = a;
      }
      return (action === best ? 1 - epsilon : 0) + epsilon / legal;
    },
    recall: kept => kept,
    save() {},
    restore() {},
  };
}

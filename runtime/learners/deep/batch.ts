/** Windows of a replay as inputs of a training program. Time on the first axis, agents on the second, windows on the third. */
import type { Entry } from '../../tensor/engine.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Shape } from '../shared/shape.ts';
import { type Group, writeAvailable, writeInputs } from './groups.ts';
import type { Note } from './notes.ts';
import type { Replay } from './replay.ts';

export interface GroupBatch {
  readonly group: Group;
  /** [T + 1, agents, windows, features] */
  readonly x: Node;
  /** [T + 1, agents, windows, actions]: 0 or 1 */
  readonly available: Node;
  /** [T, agents, windows]: what was done. i32 */
  readonly actions: Node;
  /** [T, agents, windows] */
  readonly rewards: Node;
  /** [T, agents, windows] each: what the replay keeps besides, by the names of the notes. */
  readonly notes: Readonly<Record<string, Node>>;
}

export interface Batch {
  readonly groups: readonly GroupBatch[];
  /** [T + 1, windows, numbers of the whole state]; absent where nobody reads it. */
  readonly state: Node | undefined;
  /** [T, 1, windows]: 1 where the step ended the problem. */
  readonly terminated: Node;
  /** [T, 1, windows]: 1 on the last step of the window. */
  readonly last: Node;
  /** [T, 1, windows]: 1 where the step counts in the loss. */
  readonly weight: Node;
}

/** Declares the inputs. */
export function batchInputs(
  g: Graph,
  groups: readonly Group[],
  length: number,
  windows: number,
  stateLength: number,
  notes: readonly Note[] = [],
): Batch {
  const flags = (name: string): Node => g.reshape(g.input(name, [length, windows]), [length, 1, windows]);
  return {
    groups: groups.map(group => {
      const agents = group.agents.length;
      return {
        group,
        x: g.input(`x/${group.name}`, [length + 1, agents, windows, group.inputLength]),
        available: g.input(`available/${group.name}`, [length + 1, agents, windows, group.actionCount]),
        actions: g.input(`actions/${group.name}`, [length, agents, windows], 'i32'),
        rewards: g.input(`rewards/${group.name}`, [length, agents, windows]),
        notes: Object.fromEntries(
          notes.map(({ name }) => [name, g.input(`${name}/${group.name}`, [length, agents, windows])]),
        ),
      };
    }),
    state: stateLength === 0 ? undefined : g.input('state', [length + 1, windows, stateLength]),
    terminated: flags('terminated'),
    last: flags('last'),
    weight: flags('weight'),
  };
}

/**
 * Fills the inputs of `batchInputs` from windows of a replay that are no longer than `length` steps. With `firstOnly` a window counts in
 * the loss with its first step.
 */
export function batchFiller(
  entry: Entry,
  shape: Shape,
  groups: readonly Group[],
  replay: Replay,
  length: number,
  windows: number,
  stateLength: number,
  firstOnly: boolean,
  notes: readonly Note[] = [],
): (drawn: Int32Array) => void {
  const { agents: n, observationRow, actionRow } = shape;
  const into = groups.map(group => ({
    group,
    x: entry.input(`x/${group.name}`),
    available: entry.input(`available/${group.name}`),
    actions: entry.indices(`actions/${group.name}`),
    rewards: entry.input(`rewards/${group.name}`),
    noted: notes.map(note => entry.input(`${note.name}/${group.name}`)),
  }));
  const state = stateLength === 0 ? undefined : entry.input('state');
  const terminated = entry.input('terminated');
  const last = entry.input('last');
  const weight = entry.input('weight');
  const none = new Uint8Array(actionRow);

  return drawn => {
    for (let b = 0; b < windows; b++) {
      const window = drawn[b]!;
      const steps = replay.steps[window]!;
      for (let t = 0; t <= length; t++) {
        // Behind the end of a short window its last row stands again; nothing there counts.
        const row = replay.row(window, Math.min(t, steps));
        const before = t === 0 ? undefined : (window * replay.length + Math.min(t, steps) - 1) * n;
        for (const { group, x, available } of into) {
          const place = t * group.agents.length * windows + b;
          const seen = {
            observations: replay.observations,
            observationAt: row * observationRow,
            lastActions: before === undefined ? replay.before : replay.actions,
            lastActionsAt: before ?? window * n,
          };
          writeInputs(shape, group, seen, x, place, windows);
          if (t > steps) writeAvailable(shape, group, none, 0, available, place, windows);
          else writeAvailable(shape, group, replay.masks, row * actionRow, available, place, windows);
        }
        if (state !== undefined) {
          const at = (t * windows + b) * stateLength;
          for (let k = 0; k < stateLength; k++) state[at + k] = replay.states[row * stateLength + k]!;
        }
      }
      for (let t = 0; t < length; t++) {
        const inside = t < steps;
        const at = (window * replay.length + t) * n;
        for (const { group, actions, rewards, noted } of into)
          for (let a = 0; a < group.agents.length; a++) {
            const place = (t * group.agents.length + a) * windows + b;
            const kept = at + group.agents[a]!;
            actions[place] = inside ? replay.actions[kept]! : 0;
            rewards[place] = inside ? replay.reward(kept, group.agents[a]!) : 0;
            notes.forEach((note, k) => {
              noted[k]![place] = inside ? note.recall(replay.notes[k]![kept]!) : 1;
            });
          }
        terminated[t * windows + b] = t === steps - 1 ? replay.ended[window]! : 0;
        last[t * windows + b] = t === steps - 1 ? 1 : 0;
        weight[t * windows + b] = inside && (!firstOnly || t === 0) ? 1 : 0;
      }
    }
  };
}

/** What the acting network says of a list of observations, as a table for people. */
import type { Session } from '../../tensor/engine.ts';
import type { LearnedTable } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import { playRows } from './acting.ts';
import type { Group } from './groups.ts';

/**
 * The table of one agent, number `a` of its group, from inputs of its network and what is available there: at most `playRows` of them.
 * Memory of the games played is not touched, but is not asked either: only for networks without memory.
 */
export function playedTable(
  session: Session,
  shape: Shape,
  group: Group,
  agent: number,
  a: number,
  seen: readonly Float32Array[],
  allowed: readonly Float32Array[],
  quantity: string,
): LearnedTable {
  const entry = session.entry('play');
  const inputs = entry.input(`x/${group.name}`);
  const legal = entry.input(`available/${group.name}`);
  for (let r = 0; r < seen.length; r++) {
    inputs.set(seen[r]!, (a * playRows + r) * group.inputLength);
    legal.set(allowed[r]!, (a * playRows + r) * group.actionCount);
  }
  void entry.run();
  const output = entry.output(`out/${group.name}`);
  const values = seen.map((_, r) => {
    const start = (a * playRows + r) * group.actionCount;
    return output.slice(start, start + group.actionCount);
  });
  const keyLength = shape.observationLength[agent]!;
  return {
    agent,
    quantity,
    rows: seen.length,
    keyLength,
    key: row => seen[row]!.subarray(0, keyLength),
    value: (row, action) => values[row]![action]!,
    legal: (row, action) => allowed[row]![action] === 1,
    best(row) {
      let best = -1;
      for (let action = 0; action < group.actionCount; action++)
        if (allowed[row]![action] === 1 && (best < 0 || values[row]![action]! > values[row]![best]!)) best = action;
      return best;
    },
  };
}

/** Action values on the observations of the replay, as tables for people. */
import type { Session } from '../../tensor/engine.ts';
import type { LearnedTable } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import { playRows } from './acting.ts';
import { type Group, writeAvailable, writeInputs } from './groups.ts';
import { playedTable } from './played-table.ts';
import type { Replay } from './replay.ts';

/** One table per agent; none at all where an agent saw too many different things. */
export function valueTables(
  session: Session,
  shape: Shape,
  groups: readonly Group[],
  replay: Replay,
): readonly LearnedTable[] {
  const tables: LearnedTable[] = [];
  for (let agent = 0; agent < shape.agents; agent++) {
    const group = groups.find(({ agents }) => agents.includes(agent))!;
    const a = group.agents.indexOf(agent);
    const rows = distinctRows(shape, group, a, replay);
    if (rows === undefined) return [];
    tables.push(
      playedTable(
        session,
        shape,
        group,
        agent,
        a,
        rows.map(row => row.seen),
        rows.map(row => row.allowed),
        'Q',
      ),
    );
  }
  return tables;
}

interface Row {
  readonly seen: Float32Array;
  readonly allowed: Float32Array;
}

/** What an agent saw and might do in the replay, every different row once; undefined where there are more than a table shows. */
export function distinctRows(shape: Shape, group: Group, a: number, replay: Replay): readonly Row[] | undefined {
  const found = new Map<string, Row>();
  const inputs = new Float32Array(group.agents.length * group.inputLength);
  const available = new Float32Array(group.agents.length * group.actionCount);
  const nothing = new Int32Array(shape.agents).fill(-1);
  for (let window = 0; window < replay.count; window++)
    for (let t = 0; t < replay.steps[window]!; t++) {
      const row = replay.row(window, t);
      const place = { observations: replay.observations, observationAt: row * shape.observationRow };
      writeInputs(shape, group, { ...place, lastActions: nothing, lastActionsAt: 0 }, inputs, 0, 1);
      writeAvailable(shape, group, replay.masks, row * shape.actionRow, available, 0, 1);
      const seen = inputs.slice(a * group.inputLength, (a + 1) * group.inputLength);
      const allowed = available.slice(a * group.actionCount, (a + 1) * group.actionCount);
      const key = `${seen.join()};${allowed.join()}`;
      if (!found.has(key)) found.set(key, { seen, allowed });
      if (found.size > playRows) return undefined;
    }
  return [...found.values()];
}

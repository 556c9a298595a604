/** What policies with real numbers or Gumbel draws do on the observations of the replay, as tables for people. */
import type { Session } from '../../tensor/engine.ts';
import type { LearnedTable } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import { playRows } from './acting.ts';
import type { ActionVector, RealRange } from './deterministic-actions.ts';
import { playedTable } from './played-table.ts';
import type { Replay } from './replay.ts';
import { distinctRows } from './value-table.ts';

/**
 * One table per agent; none at all where an agent saw too many different things. Agents without real numbers have probabilities; of others
 * a row says how probable every finite action is, if there are any, and the numbers chosen with it.
 */
export function deterministicTables(
  session: Session,
  shape: Shape,
  vectors: readonly ActionVector[],
  range: RealRange | undefined,
  replay: Replay,
): readonly LearnedTable[] {
  const tables: LearnedTable[] = [];
  for (let agent = 0; agent < shape.agents; agent++) {
    const vector = vectors.find(({ group }) => group.agents.includes(agent))!;
    const a = vector.group.agents.indexOf(agent);
    const rows = distinctRows(shape, vector.group, a, replay);
    if (rows === undefined) return [];
    const seen = rows.map(row => row.seen);
    const allowed = rows.map(row => row.allowed);
    tables.push(
      vector.real === 0 || range === undefined
        ? playedTable(session, shape, vector.group, agent, a, seen, allowed, 'probability')
        : realTable(session, shape, vector, range, { agent, a, reals: range.counts[agent]! }, seen, allowed),
    );
  }
  return tables;
}

function realTable(
  session: Session,
  shape: Shape,
  { group, finite, width }: ActionVector,
  range: RealRange,
  { agent, a, reals }: { readonly agent: number; readonly a: number; readonly reals: number },
  seen: readonly Float32Array[],
  allowed: readonly Float32Array[],
): LearnedTable {
  const entry = session.entry('play');
  for (let r = 0; r < seen.length; r++) {
    entry.input(`x/${group.name}`).set(seen[r]!, (a * playRows + r) * group.inputLength);
    entry.input(`available/${group.name}`).set(allowed[r]!, (a * playRows + r) * group.actionCount);
  }
  void entry.run();
  const output = entry.output(`out/${group.name}`);
  const count = shape.actionCount[agent]!;
  const shown = count > 1 ? count : 0;
  const values = seen.map((_, r) => {
    const start = (a * playRows + r) * width;
    const numbers = Array.from({ length: reals }, (_, k) =>
      range.fromUnit(range.starts[agent]! + k, output[start + finite + k]!),
    );
    return [...output.slice(start, start + shown), ...numbers];
  });
  const keyLength = shape.observationLength[agent]!;
  return {
    agent,
    quantity: 'action',
    columns: { finite: shown, reals },
    rows: seen.length,
    keyLength,
    key: row => seen[row]!.subarray(0, keyLength),
    value: (row, column) => values[row]![column]!,
    legal: (row, column) => column >= shown || allowed[row]![column] === 1,
    best: () => undefined,
  };
}

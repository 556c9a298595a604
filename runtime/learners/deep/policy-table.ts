/** What a policy without memory does on the observations of the last rollout, as tables for people. */
import type { Session } from '../../tensor/engine.ts';
import type { LearnedTable } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import { playRows } from './acting.ts';
import type { GroupRollout, Rollout } from './rollout.ts';

/** Observations up to which an agent has a table; more say nothing to anybody. */
const mostRows = playRows;

/** One table per agent; none at all where an agent saw too many different things. */
export function policyTables(session: Session, shape: Shape, rollout: Rollout): readonly LearnedTable[] {
  const tables: LearnedTable[] = [];
  for (let agent = 0; agent < shape.agents; agent++) {
    const of = rollout.groups.find(({ group }) => group.agents.includes(agent))!;
    const rows = distinctRows(of, rollout, of.group.agents.indexOf(agent));
    if (rows === undefined) return [];
    tables.push(tableOf(session, shape, of, agent, rows));
  }
  return tables;
}

/** Entries of the rollout that differ in what the agent saw or might do; undefined where there are too many. */
function distinctRows(
  { group, x, available, active }: GroupRollout,
  rollout: Rollout,
  a: number,
): number[] | undefined {
  const found = new Map<string, number>();
  for (let t = 0; t < rollout.steps; t++)
    for (let e = 0; e < rollout.games; e++) {
      const at = (t * group.agents.length + a) * rollout.games + e;
      // What was never recorded is inactive.
      if (active[at] === 0) continue;
      const seen = x.subarray(at * group.inputLength, (at + 1) * group.inputLength);
      const legal = available.subarray(at * group.actionCount, (at + 1) * group.actionCount);
      const key = `${seen.join()};${legal.join()}`;
      if (!found.has(key)) found.set(key, at);
      if (found.size > mostRows) return undefined;
    }
  return [...found.values()];
}

function tableOf(
  session: Session,
  shape: Shape,
  { group, x, available }: GroupRollout,
  agent: number,
  rows: readonly number[],
): LearnedTable {
  const entry = session.entry('play');
  const inputs = entry.input(`x/${group.name}`);
  const legal = entry.input(`available/${group.name}`);
  const a = group.agents.indexOf(agent);
  const seen = rows.map(at => x.slice(at * group.inputLength, (at + 1) * group.inputLength));
  const allowed = rows.map(at => available.slice(at * group.actionCount, (at + 1) * group.actionCount));
  for (let r = 0; r < rows.length; r++) {
    inputs.set(seen[r]!, (a * playRows + r) * group.inputLength);
    legal.set(allowed[r]!, (a * playRows + r) * group.actionCount);
  }
  void entry.run();
  const output = entry.output(`out/${group.name}`);
  const probabilities = rows.map((_, r) => {
    const start = (a * playRows + r) * group.actionCount;
    return output.slice(start, start + group.actionCount);
  });
  const keyLength = shape.observationLength[agent]!;
  return {
    agent,
    quantity: 'probability',
    rows: rows.length,
    keyLength,
    key: row => seen[row]!.subarray(0, keyLength),
    value: (row, action) => probabilities[row]![action]!,
    legal: (row, action) => allowed[row]![action] === 1,
    best(row) {
      const own = probabilities[row]!;
      let best = 0;
      // Actions that are not available have probability 0.
      for (let action = 1; action < own.length; action++) if (own[action]! > own[best]!) best = action;
      return best;
    },
  };
}

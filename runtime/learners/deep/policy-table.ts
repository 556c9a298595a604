/** What a policy without memory does on the observations of the last rollout, as tables for people. */
import type { Session } from '../../tensor/engine.ts';
import type { LearnedTable } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import { playRows } from './acting.ts';
import { playedTable } from './played-table.ts';
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
    const a = of.group.agents.indexOf(agent);
    const part = (from: Float32Array, length: number) => rows.map(at => from.slice(at * length, (at + 1) * length));
    const seen = part(of.x, of.group.inputLength);
    const allowed = part(of.available, of.group.actionCount);
    tables.push(playedTable(session, shape, of.group, agent, a, seen, allowed, 'probability'));
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

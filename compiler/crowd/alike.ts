/** Whether all agents of a class are alike, as members of a crowd are, and which of its own states an agent can tell apart. */
import type { CrowdStep } from '../../runtime/games/crowd.ts';
import { anyShares, describe, Reading } from './reading.ts';
import { NoCrowd, type Setting } from './setting.ts';

/** Rows (states, actions, agents) looked at to see that all agents are alike, and outcomes of what they do. */
const mostCompared = 400_000;
const mostEffort = 2_000_000;

/** Every agent in turn, in a crowd of no particular kind: what differs is not a crowd of agents that are alike. The others that one of them meets. */
export function compare(setting: Setting, first: Reading, name: string): number {
  const { size, values, actions, model } = setting;
  const rows = values.length * actions;
  const shares = anyShares(first.legal);
  const wanted = rows * size > mostCompared ? undefined : signature(first.step(0, shares), first);
  if (wanted === undefined || first.effort * size > mostEffort)
    throw new NoCrowd(
      'There are too many states, actions and agents to see that all agents are alike; declare fewer agents',
    );
  const label = (agent: number): string => `${model.agents[agent]?.label}`;
  const metBy = new Array<number>(size).fill(0);
  for (let self = 0; self < size; self++) {
    const reading = self === 0 ? first : new Reading(setting, self);
    const found: string = self === 0 ? wanted : signature(reading.step(0, shares), reading);
    const [mine, theirs] = [reading.met.size, first.met.size];
    if (mine !== theirs)
      throw new NoCrowd(
        `${label(self)} reads ${others(mine)} and ${label(0)} ${others(theirs)}, so that agents of ${name} are not alike: let all have as many neighbours, as on a ring or a torus`,
      );
    if (found !== wanted)
      throw new NoCrowd(`${label(self)} is not like ${label(0)}: the rules tell agents of ${name} apart`);
    for (const agent of reading.met) metBy[agent] = (metBy[agent] as number) + 1;
  }
  const odd = metBy.findIndex(count => count !== metBy[0]);
  if (odd >= 0)
    throw new NoCrowd(
      `${label(odd)} is read by ${others(metBy[odd] as number)} and ${label(0)} by ${others(metBy[0] as number)}, so that agents of ${name} are not alike: let all be neighbours of as many`,
    );
  return first.met.size;
}

function others(count: number): string {
  return count === 0 ? 'no other' : count === 1 ? 'one other' : `${count} others`;
}

function signature({ reward, start, next, probability }: CrowdStep, reading: Reading): string {
  const rows: string[] = [];
  reward.forEach((r, row) => {
    if (reading.legal[row] !== 1) return;
    const entries: string[] = [];
    for (let k = start[row] as number; k < (start[row + 1] as number); k++)
      entries.push(`${next[k]}:${(probability[k] as number).toPrecision(9)}`);
    rows.push(`${r.toPrecision(9)} ${entries.sort().join()}`);
  });
  return `${reading.initial().join()} ${reading.legal.join('')} ${rows.join(';')}`;
}

/**
 * The first state that looks to the agent like each state. A member of the crowd acts on its own state: states may look alike where that loses nothing,
 * because rewards, and what they lead to as far as it can be told apart, are the same.
 */
export function looksOf(setting: Setting, reading: Reading): Int32Array {
  const { values, actions, model } = setting;
  const seen = new Map<string, number>();
  const looks = Int32Array.from(values, (_, s) => {
    const key = reading.sight(s);
    const first = seen.get(key) ?? s;
    seen.set(key, first);
    return first;
  });
  if (seen.size === values.length) return looks;
  const times = model.usesTime && model.horizon !== undefined ? [0, 1, model.horizon - 1] : [0];
  for (const time of times) {
    const { reward, start, next, probability } = reading.step(time, anyShares(reading.legal));
    const rowText = (row: number): string => {
      const to = new Map<number, number>();
      for (let k = start[row] as number; k < (start[row + 1] as number); k++) {
        const look = looks[next[k] as number] as number;
        to.set(look, (to.get(look) ?? 0) + (probability[k] as number));
      }
      const entries = [...to].sort(([a], [b]) => a - b).map(([look, p]) => `${look}:${p.toPrecision(9)}`);
      return `${(reward[row] as number).toPrecision(9)} ${entries.join()}`;
    };
    looks.forEach((first, s) => {
      for (let a = 0; a < actions && first !== s; a++)
        if (reading.legal[s * actions + a] === 1 && rowText(first * actions + a) !== rowText(s * actions + a))
          throw new NoCrowd(
            `An agent does not see its own state: ${describe(setting, first)} and ${describe(setting, s)} look alike to it, and it does not get the same there: observe what tells them apart`,
          );
    });
  }
  return looks;
}

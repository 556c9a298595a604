/** What a crowd does, for people and for programs. */
import type { TabularGame } from '../../games/tabular.ts';
import type { Solution } from '../../verify/claim.ts';
import { showNum, toFloat } from '../../verify/number.ts';
import { type PerAgent, table } from '../plain.ts';
import { more } from '../wording.ts';

type FlowSolution = Extract<Solution, { kind: 'flow' }>;

/** Lines about one moment, and moments that are shown: the first, the middle and the last. */
const mostShown = 10;
/** States and moments written out for programs. */
const mostStates = 20_000;

export function flowLines(member: TabularGame, { rules, shares }: FlowSolution): string[] {
  const last = rules.length - 1;
  const moments = [...new Set([0, Math.floor(last / 2), last])];
  return moments.flatMap(t => {
    const mass = shares[t] as ArrayLike<number>;
    const met = Array.from({ length: member.stateCount }, (_, s) => s).filter(s => (mass[s] as number) > 0);
    met.sort((a, b) => (mass[b] as number) - (mass[a] as number) || a - b);
    const lines = met.slice(0, mostShown).map(s => {
      const rule = rules[t]?.[s] ?? [];
      const used = rule.flatMap((p, a) => (toFloat(p) >= 5e-7 ? [{ p, a }] : []));
      const text = used.map(
        ({ p, a }) => `${member.actionNames[0]?.[a]}${used.length === 1 ? '' : ` ${showNum(p, 4)}`}`,
      );
      return `  ${member.describeState(s)} | ${text.join(', ')} | ${showNum(100 * (mass[s] as number), 4)} % of the crowd`;
    });
    return [`  step ${t}:`, ...more(lines, met.length - mostShown, 'states')];
  });
}

export function flowJson(member: TabularGame, { rules, shares }: FlowSolution): { entries: object[]; leftOut: number } {
  const entries: object[] = [];
  let met = 0;
  rules.forEach((rule, time) => {
    rule.forEach((list, s) => {
      const share = (shares[time] as ArrayLike<number>)[s] as number;
      if (share === 0) return;
      met++;
      if (entries.length >= mostStates) return;
      const strategy: PerAgent<number> = table(
        list.map((p, a) => [member.actionNames[0]?.[a] ?? `${a}`, toFloat(p)] as const),
      );
      entries.push({ time, state: member.describeState(s), share, strategy });
    });
  });
  return { entries, leftOut: met - entries.length };
}

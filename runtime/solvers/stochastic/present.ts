/** Devices and outlooks of games of many steps, for people and for programs. */
import { legalOf, type TabularGame } from '../../games/tabular.ts';
import type { Outlook, Solution } from '../../verify/claim.ts';
import { type Num, showNum, toFloat } from '../../verify/number.ts';
import { digits } from '../../verify/reading.ts';
import { perAgent as byAgent, number, strategyJson, table } from '../plain.ts';
import { choiceName, more, mostLines, perAgent, profileText, strategyText } from '../wording.ts';

type JointSolution = Extract<Solution, { kind: 'devices' | 'outlooks' }>;

/** States of a policy written out for programs. */
const mostStates = 2_000;

function countsOf(game: TabularGame, state: number): number[] {
  return game.agents.map((_, i) => Math.max(1, legalOf(game, state, i).length));
}

/** What the others do together: `(Left, Up) 1/2, (Right, Up) 1/2`, without the agent itself. */
function othersText(game: TabularGame, state: number, agent: number, others: readonly Num[]): string {
  return others
    .flatMap((p, b) => (toFloat(p) > 0 ? [[othersNames(game, state, agent, b).join(', '), p] as const] : []))
    .map(([names, p], _, all) => (all.length === 1 ? `(${names})` : `(${names}) ${showNum(p)}`))
    .join(', ');
}

function othersNames(game: TabularGame, state: number, agent: number, joint: number): string[] {
  const rest = game.agents.flatMap((_, i) => (i === agent ? [] : [i]));
  const counts = countsOf(game, state);
  const choices = digits(
    rest.map(i => counts[i] as number),
    joint,
  );
  return rest.map((i, k) => choiceName(game, state, i, choices[k] as number));
}

export function jointLines(game: TabularGame, solution: JointSolution): string[] {
  const n = game.agents.length;
  const states = Math.min(game.stateCount, mostLines);
  const lines: string[] = solution.time === 'timed' ? ['  rules of the first step:'] : [];
  for (let s = 0; s < states; s++) {
    const value = `value ${perAgent(game, solution.stateValues[s] ?? [])}`;
    if (solution.kind === 'devices') {
      const counts = countsOf(game, s);
      const support = (solution.rules[0]?.[s] ?? []).flatMap((p, k) => (toFloat(p) > 0 ? [{ p, k }] : []));
      const text = support
        .map(({ p, k }) => {
          const profile = profileText(game, s, digits(counts, k));
          return support.length === 1 ? profile : `${profile} ${showNum(p)}`;
        })
        .join(', ');
      lines.push(`  ${game.describeState(s)} | ${text} | ${value}`);
      continue;
    }
    const texts = game.agents.flatMap((agent, i) => {
      const outlook = solution.rules[0]?.[s * n + i];
      if (outlook === undefined) return [];
      const others = n > 1 ? ` with ${othersText(game, s, i, outlook.others)}` : '';
      return [`${agent}: ${strategyText(game, s, i, outlook.own)}${others}`];
    });
    lines.push(`  ${game.describeState(s)} | ${texts.join(' | ')} | ${value}`);
  }
  return more(lines, game.stateCount - states, 'states');
}

export function jointJson(game: TabularGame, solution: JointSolution): { entries: object[]; leftOut: number } {
  const n = game.agents.length;
  const entries: object[] = [];
  const timed = solution.time === 'timed';
  solution.rules.forEach((rule, t) => {
    for (let s = 0; s < game.stateCount && entries.length < mostStates; s++) {
      const values = t === 0 ? { values: byAgent(game, solution.stateValues[s] as readonly Num[], number) } : {};
      const head = { state: game.describeState(s), ...(timed ? { time: t } : {}) };
      if (solution.kind === 'devices') {
        const counts = countsOf(game, s);
        const device = (rule[s] as readonly Num[]).flatMap((p, k) =>
          toFloat(p) > 0 ? [{ actions: actions(game, s, digits(counts, k)), probability: number(p) }] : [],
        );
        entries.push({ ...head, device, ...values });
        continue;
      }
      const outlooks = table(
        game.agents.map((agent, i) => {
          const { own, others } = rule[s * n + i] as Outlook;
          const rest = others.flatMap((p, b) =>
            toFloat(p) > 0 ? [{ actions: othersNames(game, s, i, b), probability: number(p) }] : [],
          );
          return [agent, { own: strategyJson(game, s, i, own), others: rest }] as const;
        }),
      );
      entries.push({ ...head, outlooks, ...values });
    }
  });
  return { entries, leftOut: solution.rules.length * game.stateCount - entries.length };
}

function actions(game: TabularGame, state: number, choices: readonly number[]): object {
  return table(choices.map((choice, i) => [game.agents[i] as string, choiceName(game, state, i, choice)] as const));
}

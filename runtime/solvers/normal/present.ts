/** Components, branches and courses for people. */
import type { TabularGame } from '../../games/tabular.ts';
import type { Component, Profile, Solution, Strategy } from '../../verify/claim.ts';
import { type Num, showNum } from '../../verify/number.ts';
import type { Answer } from '../answer.ts';
import { more, mostLines, strategyLines, strategyText } from '../wording.ts';

const startOf = (game: TabularGame): number => game.initialStates[0] ?? 0;

/** Components of the set of equilibria: isolated ones as usual, the others as segments and mixtures. */
export function componentLines(
  answer: Answer,
  game: TabularGame,
  profiles: readonly Profile[],
  components: readonly Component[],
): string[] {
  const lines = components.slice(0, mostLines).flatMap((component, c) => {
    const [first = 0] = component.members;
    const alone = component.members.length === 1;
    const what = alone ? 'isolated' : `${shape(component)}, ${component.members.length} extreme equilibria`;
    const head = `  component ${c + 1}: ${what}; value ${valueText(answer, game, component)}`;
    if (alone) return [head, ...strategyLines(game, startOf(game), profiles[first] ?? [], '    ')];
    const sets = component.sets.flatMap((set, k) => {
      const several = component.sets.length > 1 ? [`    convex set ${k + 1} of ${component.sets.length}`] : [];
      return [...several, ...setLines(game, [set.row, set.column])];
    });
    return [head, ...more(sets.slice(0, mostLines), Math.max(0, sets.length - mostLines), 'lines')];
  });
  return more(lines, components.length - mostLines, 'components');
}

function shape({ dimension, sets }: Component): string {
  if (dimension === 1) return sets.length === 1 ? 'a segment' : `${sets.length} segments that meet`;
  return sets.length === 1
    ? `a convex set of dimension ${dimension}`
    : `${sets.length} convex sets that meet, of dimension up to ${dimension}`;
}

/** The payoffs of a component: one value, or the range over its extreme points, where the least and the greatest are. */
function valueText(answer: Answer, game: TabularGame, component: Component): string {
  const list = component.members.map(k => answer.profileValues?.[k] ?? []);
  return game.agents
    .map((agent, i) => {
      const values = list.map(one => one[i] as Num);
      const sorted = [...values].sort((a, b) => Number(inDouble(a)) - Number(inDouble(b)));
      const [low, high] = [sorted[0] as Num, sorted.at(-1) as Num];
      const [from, to] = [showNum(low), showNum(high)];
      return from === to ? `${agent} ${from}` : `${agent} ${from} to ${to}`;
    })
    .join(', ');
}

function inDouble(value: Num): number {
  return typeof value === 'number' ? value : value.toNumber();
}

/** One line per agent that does one thing, one line per vertex of what the other mixes. */
function setLines(game: TabularGame, sides: readonly (readonly Strategy[])[]): string[] {
  const width = Math.max(...game.agents.map(agent => agent.length));
  return sides.flatMap((vertices, i) => {
    const name = (game.agents[i] as string).padEnd(width);
    const text = vertices.map(vertex => strategyText(game, startOf(game), i, vertex));
    if (text.length === 1) return [`    ${name}  ${text[0]}`];
    if (text.length === 2) return [`    ${name}  from ${text[0]}`, `    ${' '.repeat(width)}  to   ${text[1]}`];
    return text.map(
      (one, k) => `    ${k === 0 ? name : ' '.repeat(width)}  ${k === 0 ? 'any mixture of' : '           and'} ${one}`,
    );
  });
}

/** Points of a branch about equally far apart in what is played, then its end. */
export function branchLines(game: TabularGame, solution: Extract<Solution, { kind: 'branch' }>): string[] {
  const { points, limit } = solution;
  const shown = 10;
  const way = [0];
  points.slice(1).forEach(({ profile }, k) => {
    const before = (points[k] as (typeof points)[number]).profile;
    const moved = profile.flatMap((strategy, i) =>
      strategy.map((p, a) => Math.abs(inDouble(p) - inDouble(before[i]?.[a] ?? 0))),
    );
    way.push((way.at(-1) as number) + moved.reduce((sum, x) => sum + x, 0));
  });
  const total = way.at(-1) as number;
  let next = 0;
  const lines = points.flatMap(({ lambda, profile }, k) => {
    if ((way[k] as number) < next && k < points.length - 1) return [];
    next = Math.min((way[k] as number) + total / (shown - 2), total * (1 - 1e-6));
    if (k > 0 && k < points.length - 1 && (way[k] as number) >= total * (1 - 1e-6)) next = Number.POSITIVE_INFINITY;
    return [
      `  lambda ${showNum(lambda, 4).padEnd(9)} ${profile.map((strategy, i) => `${game.agents[i]}: ${short(game, i, strategy)}`).join(' | ')}`,
    ];
  });
  if (limit !== undefined) lines.push('  limit', ...strategyLines(game, startOf(game), limit, '  '));
  return lines;
}

/** Probabilities with four digits; vanishing ones left out. */
function short(game: TabularGame, agent: number, strategy: Strategy): string {
  const rounded = strategy.map(p => Number(inDouble(p).toFixed(4)));
  return strategyText(game, startOf(game), agent, rounded);
}

/** Distances at each moment, then the average strategies at the end. */
export function courseLines(game: TabularGame, solution: Extract<Solution, { kind: 'course' }>): string[] {
  const { snapshots, unit } = solution;
  const cell = (x: number): string => showNum(Math.abs(x) < 1e-15 ? 0 : x, 3).padStart(11);
  const lines = [`  ${unit.padStart(10)}  to Nash    to correl.   to coarse correl.`];
  for (const { at, distances } of snapshots)
    lines.push(
      `  ${showNum(at, unit === 'time' ? 4 : 9).padStart(10)}${cell(distances.nash)}${cell(distances.ce)}${cell(distances.cce)}`,
    );
  const last = snapshots.at(-1);
  if (last === undefined) return lines;
  lines.push('  average play', ...strategyLines(game, startOf(game), last.average, '  '));
  if (last.current !== undefined) lines.push('  at the end', ...strategyLines(game, startOf(game), last.current, '  '));
  return lines;
}

/** Plain values out of answers. */
import type { TabularGame } from '../games/tabular.ts';
import type { Strategy } from '../verify/claim.ts';
import { isExact, type Num } from '../verify/number.ts';
import { choiceName } from './wording.ts';

/** A list of [agent, number] as an object without a prototype, so that agents may have any name. */
export type PerAgent<T> = Readonly<Record<string, T>>;

export function perAgent<S, T>(game: TabularGame, list: readonly S[], of: (value: S) => T): PerAgent<T> {
  return table(game.agents.map((agent, i) => [agent, of(list[i] as S)] as const));
}

export function table<T>(entries: readonly (readonly [string, T])[]): PerAgent<T> {
  const result: Record<string, T> = Object.create(null) as Record<string, T>;
  for (const [key, value] of entries) result[key] = value;
  return result;
}

export function number(value: Num): number | string {
  return isExact(value) ? value.toString() : value;
}

export function strategyJson(
  game: TabularGame,
  state: number,
  agent: number,
  strategy: Strategy,
): PerAgent<number | string> {
  return table(strategy.map((p, choice) => [choiceName(game, state, agent, choice), number(p)] as const));
}

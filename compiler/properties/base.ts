/** Facts about a game: what is known, how, and what shows the contrary. */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { type Num, showNum } from '../../runtime/verify/number.ts';
import { jointText } from './wording.ts';

export const propertyNames = [
  'finite',
  'deterministic',
  'turn_based',
  'simultaneous',
  'perfect_information',
  'terminating',
  'zero_sum',
  'constant_sum',
  'common_reward',
  'symmetric',
  'no_conflict',
  'exact_potential',
  'rewards_reachable',
  'legal_action',
  'well_formed_chance',
  'perfect_recall',
  'informative_observations',
  'distinguishing',
] as const;

export type PropertyName = (typeof propertyNames)[number];

/**
 * What kind of argument shows a fact: the form of the program; a calculation with its expressions; every reachable state; or,
 * where the fact is that something can happen, plays in which it does.
 */
export type Argument = 'construction' | 'algebra' | 'exhaustive' | 'example';

/** Never silently assumed: a fact that is not shown is `unknown`, with the reason. */
export type Fact =
  | {
      readonly status: 'proved';
      readonly by: Argument;
      readonly how: string;
      /** Doubles were compared: it holds up to the last digits of what was computed. `how` says so, too. */
      readonly rounded?: true;
    }
  | { readonly status: 'refuted'; readonly witness: Witness }
  | { readonly status: 'unknown'; readonly why: string };

/** A concrete case that breaks a property, with the play that leads to it where there is one. */
export interface Witness extends Evidence {
  /** One sentence with the numbers, complete in itself. */
  readonly text: string;
  /** The state in the game's own words, if the case is about one. */
  readonly state: string | undefined;
  /** The joint action by name, agent by agent (`-` for who does not act), if the case is about one. */
  readonly jointAction: Readonly<Record<string, string>> | undefined;
}

/** What makes a witness checkable. */
export interface Evidence {
  /** The two sides of the equation that should hold and does not. */
  readonly sides?: Sides | undefined;
  /** From an initial state to `state`. */
  readonly play?: Play | undefined;
  /** The state that the joint action reaches in this case, or `the end`, if chance or the step matters. */
  readonly reached?: string | undefined;
  /** Real components of the joint action, agent by agent, where there are any. */
  readonly real?: Readonly<Record<string, readonly number[]>> | undefined;
  /** The second place of a case about two. */
  readonly other?: Place | undefined;
}

export interface Sides {
  readonly left: Side;
  readonly right: Side;
}

/** What is measured, in words, and its value: fractions as written. */
export interface Side {
  readonly text: string;
  readonly value: string;
}

export interface Place {
  readonly state: string;
  readonly jointAction?: Readonly<Record<string, string>> | undefined;
  readonly real?: Readonly<Record<string, readonly number[]>> | undefined;
  readonly play: Play;
}

/** How a state is reached. Where chance had a choice, `reached` says what it chose. */
export interface Play {
  readonly start: string;
  readonly steps: readonly PlayStep[];
  /** The stream of the stepped reading that drew it; undefined where it was read off the table of all states. */
  readonly drawn?: { readonly seed: number; readonly episode: number } | undefined;
}

export interface PlayStep {
  readonly jointAction: Readonly<Record<string, string>>;
  readonly real?: Readonly<Record<string, readonly number[]>> | undefined;
  readonly reached: string;
}

export type Facts = Readonly<Record<PropertyName, Fact>>;

export const proved = (by: Argument, how: string): Fact => ({ status: 'proved', by, how });
/** Proved by a listing in which doubles had to be compared. */
export const provedUpToRounding = (how: string): Fact => ({
  status: 'proved',
  by: 'exhaustive',
  how: `${how}, up to rounding`,
  rounded: true,
});
export const unknown = (why: string): Fact => ({ status: 'unknown', why });
export const refuted = (
  text: string,
  state?: string,
  jointAction?: Readonly<Record<string, string>>,
  evidence: Evidence = {},
): Fact => ({ status: 'refuted', witness: { text, state, jointAction, ...evidence } });

/** A sentence from its pieces: the place first, a capital, a full stop. */
export function sentence(fact: string, place = ''): string {
  const text = place === '' ? fact : `${place}, ${fact}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `checked in all 761 states` */
export function everywhere(game: TabularGame): string {
  return game.stateCount === 1 ? 'checked for every joint action' : `checked in all ${game.stateCount} states`;
}

/** Number of agents that act in a state. */
export function actingCount(game: TabularGame, state: number): number {
  let count = 0;
  for (let agent = 0; agent < game.agents.length; agent++) if (acts(game, state, agent)) count++;
  return count;
}

export function acts(game: TabularGame, state: number, agent: number): boolean {
  const k = state * game.agents.length + agent;
  return game.legalStart[k] !== game.legalStart[k + 1];
}

/** Number of choices of every agent in a state; 1 for who does not act. */
export function legalCounts(game: TabularGame, state: number): readonly number[] {
  const n = game.agents.length;
  return game.agents.map((_, agent) => {
    const k = state * n + agent;
    return Math.max(1, (game.legalStart[k + 1] as number) - (game.legalStart[k] as number));
  });
}

/**
 * The action index of every agent in joint action `joint` of `state` (-1 for who does not act), written to `into`.
 * Joint actions are numbered with the last agent fastest.
 */
export function decode(game: TabularGame, state: number, joint: number, into: Int32Array): void {
  const n = game.agents.length;
  let rest = joint - (game.jointStart[state] as number);
  for (let agent = n - 1; agent >= 0; agent--) {
    const from = game.legalStart[state * n + agent] as number;
    const count = (game.legalStart[state * n + agent + 1] as number) - from;
    if (count === 0) into[agent] = -1;
    else {
      into[agent] = game.legalActions[from + (rest % count)] as number;
      rest = Math.floor(rest / count);
    }
  }
}

/** A joint action by name. */
export function namedAction(game: TabularGame, state: number, joint: number): Record<string, string> {
  const actions = new Int32Array(game.agents.length);
  decode(game, state, joint, actions);
  // Agents may be called `__proto__`: entries are defined, not assigned.
  return Object.fromEntries(
    game.agents.map((agent, i) => [
      agent,
      actions[i] === -1 ? '-' : (game.actionNames[i]?.[actions[i] as number] ?? '?'),
    ]),
  );
}

/** A state as it stands in a sentence: long ones are cut (the witness has them whole beside it). */
export function brief(state: string): string {
  if (state.length <= 160) return state;
  const cut = state.slice(0, 150);
  const whole = cut.replace(/,? *[^,]*$/, '');
  // A state that is one long list is cut inside of it.
  return whole === '' ? `${cut.replace(/ [^ ]*$/, '')} ...` : `${whole}, ...`;
}

/** `in the state at[A] = Cell(2, 1), after (A North, B Stand)` */
export function where(game: TabularGame, state: number, joint?: number): string {
  const described = brief(game.describeState(state));
  const place = game.stateCount === 1 || described === '' ? '' : `in the state ${described}`;
  if (joint === undefined) return place;
  const choices = jointText(namedAction(game, state, joint));
  const after = choices === '' ? '' : `after ${choices}`;
  return [place, after].filter(part => part !== '').join(', ');
}

/** Absolute or relative difference below which doubles count as equal. */
export const rounding = 1e-9;

export function nearlyEqual(a: number, b: number, size = Math.max(Math.abs(a), Math.abs(b))): boolean {
  return Math.abs(a - b) <= rounding * Math.max(1, size);
}

/** A computed number for people: twelve digits. */
export function shown(value: number): string {
  return `${Number(value.toPrecision(12)) + 0}`;
}

/** A number as it is; a fraction that nobody can read (`1e-300` has three hundred digits) to twelve digits, with `~` in front. */
export function exactText(value: Num): string {
  const text = `${value}`;
  return text.length <= readable ? text : showNum(value, 12);
}

const readable = 60;

/** The outcome's reward of an agent as written in the game, exact where it is. */
export function rewardText(game: TabularGame, outcome: number, agent: number): string {
  const k = outcome * game.agents.length + agent;
  return exactText(game.exact?.outcomeReward[k] ?? (game.outcomeReward[k] as number));
}

export function probabilityText(game: TabularGame, outcome: number): string {
  return exactText(game.exact?.outcomeProbability[outcome] ?? (game.outcomeProbability[outcome] as number));
}

/**
 * One game at a table: every agent is played by hand, or at random where the player does not care. A table is told moves and answers with
 * views, plain data both, so that it can live in a process of its own; `tablePage.ts` draws the views.
 */
import type { Program } from '../../compiler/api.ts';
import { GameError } from '../../compiler/game/evaluateErrors.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { IllegalActionError, type LegalAction, type Snapshot, Stepped } from '../../compiler/game/stepped.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';

/** What an agent does: a flat action, and its real components where it has any. */
export interface Choice {
  readonly action: number;
  readonly reals: readonly number[];
}

export type Move =
  /** One joint step. Agents without a choice, and those that do not act, are left to chance. */
  | { readonly kind: 'step'; readonly choices: readonly (Choice | undefined)[] }
  | { readonly kind: 'undo' }
  /** The same episode from its beginning, or another seed. */
  | { readonly kind: 'restart'; readonly seed?: number }
  /** The episode that follows. */
  | { readonly kind: 'next' };

export interface Real {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

export interface Seat {
  readonly label: string;
  readonly acts: boolean;
  readonly legal: readonly LegalAction[];
  readonly reals: readonly Real[];
  /** What the agent sees, a line per piece of its observation. */
  readonly sees: readonly string[];
  /** Of the last step; undefined before the first. */
  readonly reward: number | undefined;
  /** The sum of its rewards in this episode, undiscounted. */
  readonly total: number;
}

/** One step that was taken. */
export interface Taken {
  readonly actions: readonly { readonly agent: string; readonly action: string; readonly byChance: boolean }[];
  readonly rewards: readonly number[];
}

export interface View {
  readonly game: string;
  /** `size = 5, foods = 2` */
  readonly parameters: string;
  readonly seed: number;
  readonly episode: number;
  readonly time: number;
  readonly ended: 'running' | 'terminated' | 'truncated';
  /** The state as text, one variable after the other. */
  readonly state: string;
  readonly seats: readonly Seat[];
  /** Steps of this episode, the last one last; only the last hundred. */
  readonly taken: readonly Taken[];
  /** What the player should know of the last move; undefined where nothing. */
  readonly note: string | undefined;
}

/** A move that cannot be made, in words; the table stays as it was. */
export interface Refusal {
  readonly problem: string;
}

/** What the process of a table is asked (`cli/playProcess.ts`). Every order has one answer, with its number. */
export type Order = { readonly id: number } & (
  | {
      readonly kind: 'open';
      /** The program, absolute, and the game in it; empty for its first. */
      readonly path: string;
      readonly game: string;
      readonly seed: number;
      /** Texts of open files, by absolute path: what was not saved yet. */
      readonly texts: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'move'; readonly move: Move }
);

export interface Answer {
  readonly id: number;
  readonly found: View | Refusal;
}

interface Moment {
  readonly snapshot: Snapshot;
  readonly totals: readonly number[];
  readonly choices: readonly (Choice | undefined)[];
  readonly taken: Taken;
}

const shown = 100;

/** The model of a game of a program, or why it cannot be played. */
export function gameOfProgram(program: Program, name: string): GameModel | Refusal {
  const wanted = program.games.find(game => game.name === name) ?? (name === '' ? program.games[0] : undefined);
  const syntax = program.diagnostics.find(({ severity, code }) => severity === 'error' && code.startsWith('M01'));
  if (syntax !== undefined) return { problem: syntax.message };
  if (wanted === undefined)
    return { problem: name === '' ? 'This file declares no game.' : `This file declares no game \`${name}\`.` };
  const { model, diagnostics } = program.instantiate(wanted.name, new Map());
  if (model !== undefined) return model;
  const reason = [...diagnostics, ...program.diagnostics].find(({ severity }) => severity === 'error');
  return { problem: reason?.message ?? `${wanted.name} cannot be played with its defaults.` };
}

export class Table {
  readonly #past: Moment[] = [];
  #model: GameModel;
  #stepped: Stepped;
  #totals: number[];

  /** @throws GameError where the game cannot begin */
  constructor(model: GameModel, seed: number) {
    this.#model = model;
    this.#stepped = new Stepped(model, seed);
    this.#totals = model.agents.map(() => 0);
  }

  move(move: Move): View | Refusal {
    try {
      switch (move.kind) {
        case 'step':
          this.#step(move.choices);
          return this.view();
        case 'undo':
          this.#undo();
          return this.view();
        case 'restart':
          this.#begin(new Stepped(this.#model, move.seed ?? this.#stepped.seed), move.seed === undefined);
          return this.view();
        case 'next':
          this.#stepped.reset();
          this.#forget();
          return this.view();
      }
    } catch (error) {
      return refusal(error);
    }
  }

  /** The program has changed: the same moves in the new game, as far as they go. */
  reload(model: GameModel): View | Refusal {
    const before = this.#past.map(({ choices, taken }) => ({ choices, taken }));
    const { seed, episode } = this.#stepped;
    try {
      const stepped = new Stepped(model, seed);
      if (episode > 0) stepped.reset(episode);
      this.#model = model;
      this.#begin(stepped, true);
    } catch (error) {
      return refusal(error);
    }
    let again = 0;
    for (const { choices, taken } of before) {
      const same = choices.map((choice, agent) => this.#renamed(agent, choice, taken));
      try {
        this.#step(same);
      } catch (error) {
        if (!(error instanceof IllegalActionError || error instanceof GameError)) throw error;
        break;
      }
      again++;
    }
    if (before.length === 0) return this.view();
    const left = again < before.length ? `; ${before.length - again} of ${before.length} moves do not go any more` : '';
    return this.view(`The program has changed, and the game was played again${left}.`);
  }

  view(note?: string): View {
    const { name, params, agents } = this.#model;
    const stepped = this.#stepped;
    const acting = new Set(stepped.acting());
    const rewards = this.#past.at(-1)?.taken.rewards;
    return {
      game: name,
      parameters: params.map(p => `${p.name} = ${p.value}`).join(', '),
      seed: stepped.seed,
      episode: stepped.episode,
      time: stepped.time,
      ended: stepped.ended,
      state: stepped.print(),
      seats: agents.map(({ label }, agent) => ({
        label,
        acts: acting.has(agent),
        legal: acting.has(agent) ? stepped.legal(agent) : [],
        reals: this.#reals(agent),
        sees: stepped
          .printObservation(agent)
          .split('\n')
          .filter(line => line !== ''),
        reward: rewards?.[agent],
        total: this.#totals[agent] ?? 0,
      })),
      taken: this.#past.slice(-shown).map(({ taken }) => taken),
      note,
    };
  }

  #step(given: readonly (Choice | undefined)[]): void {
    const stepped = this.#stepped;
    const { agents } = this.#model;
    // Where the player leaves a choice to chance it is the same after going back, whatever was tried meanwhile.
    const random = new Stream(stepped.seed, purposes.policy, stepped.time, stepped.episode);
    const acting = new Set(stepped.acting());
    const drawn = agents.map((_, agent) => (acting.has(agent) ? this.#draw(random, agent) : undefined));
    const chosen = agents.map((_, agent) => (acting.has(agent) ? (given[agent] ?? drawn[agent]) : undefined));
    const snapshot = stepped.snapshot();
    const { rewards } = stepped.step(
      chosen.map(choice => choice?.action),
      chosen.map(choice => choice?.reals),
    );
    const actions = agents.flatMap(({ label }, agent) => {
      const choice = chosen[agent];
      if (choice === undefined) return [];
      return [{ agent: label, action: this.#actionName(agent, choice), byChance: given[agent] === undefined }];
    });
    this.#past.push({ snapshot, totals: this.#totals, choices: chosen, taken: { actions, rewards } });
    this.#totals = this.#totals.map((sum, agent) => sum + (rewards[agent] ?? 0));
  }

  #undo(): void {
    const moment = this.#past.pop();
    if (moment === undefined) return;
    this.#stepped.restore(moment.snapshot);
    this.#totals = [...moment.totals];
  }

  #begin(stepped: Stepped, sameEpisode: boolean): void {
    if (sameEpisode && this.#stepped.episode > 0 && stepped.episode === 0) stepped.reset(this.#stepped.episode);
    this.#stepped = stepped;
    this.#forget();
  }

  #forget(): void {
    this.#past.length = 0;
    this.#totals = this.#model.agents.map(() => 0);
  }

  #draw(random: Stream, agent: number): Choice {
    const legal = this.#stepped.legal(agent);
    const { action } = legal[random.below(legal.length)] as LegalAction;
    const reals = this.#reals(agent).map(({ low, high }) => {
      const from = Number.isFinite(low) ? low : -1;
      const to = Number.isFinite(high) ? high : 1;
      return from + (to - from) * random.unit();
    });
    return { action, reals };
  }

  /** The choice that has the same name in a game that was changed. */
  #renamed(agent: number, choice: Choice | undefined, taken: Taken): Choice | undefined {
    if (choice === undefined) return undefined;
    const label = this.#model.agents[agent]?.label;
    const text = taken.actions.find(one => one.agent === label)?.action;
    const same = this.#stepped
      .legal(agent)
      .find(({ action }) => this.#actionName(agent, { action, reals: choice.reals }) === text);
    // An action that is not there any more is illegal in every game.
    return { action: same?.action ?? -1, reals: choice.reals };
  }

  #actionName(agent: number, { action, reals }: Choice): string {
    const space = this.#space(agent);
    const name = space?.names[action] ?? `${action}`;
    const numbers = reals.map(value => String(Number(value.toPrecision(4)))).join(' ');
    if (reals.length === 0) return name;
    return space?.count === 1 ? `(${numbers})` : `${name} (${numbers})`;
  }

  #reals(agent: number): readonly Real[] {
    const found: Real[] = [];
    for (const part of this.#space(agent)?.parts ?? []) {
      if (part.kind !== 'real') continue;
      for (let k = 0; k < part.size; k++) {
        const name = part.size === 1 ? part.name : `${part.name}[${k}]`;
        found[part.offset + k] = { name, low: part.bounds.low, high: part.bounds.high };
      }
    }
    return found;
  }

  #space(agent: number): GameModel['actionSpaces'][number] | undefined {
    const cls = this.#model.classes[this.#model.agents[agent]?.cls ?? 0];
    return this.#model.actionSpaces[cls?.actionSpace ?? 0];
  }
}

/** What a game does wrong is told; a mistake of ours is not hidden. */
export function refusal(error: unknown): Refusal {
  if (error instanceof IllegalActionError || error instanceof GameError)
    return { problem: `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.` };
  throw error;
}

/**
 * The rules of a game carried out for one agent. Of all others one stands for the crowd inside sums over all agents: there it takes every state and
 * action in turn, weighted by the shares of the crowd. Certain others, whom the rules name by who they are, are met: each is a member of the crowd of its
 * own (`Encounters`), and what the rules make of it is gone through for every value of what they read.
 */
import { someExpr } from '../elaborate/walk.ts';
import type { GameModel } from '../game/model.ts';
import type { Value } from '../game/operators.ts';
import { overCrowd } from './identity.ts';
import { isPlain } from './plain.ts';
import { Rules, type Run } from './rules.ts';
import { type Follower, type Met, NoCrowd, type OwnSlot, type Setting } from './setting.ts';

export class Person {
  /** The reward does not depend on what happens in the step. */
  readonly plainReward: boolean;
  readonly #setting: Setting;
  readonly #self: number;
  readonly #rules: Rules;
  readonly #step: Run;
  readonly #after: Run;
  readonly #reward: Value;

  /** `rows`: what others may be, as rows of own state and action. `follower` says what becomes of them. */
  constructor(setting: Setting, self: number, rows: readonly number[], follower?: Follower) {
    const { model } = setting;
    this.#setting = setting;
    this.#self = self;
    this.#rules = new Rules(setting, self, rows, follower);
    const reward = model.rewards[self];
    if (reward === undefined) throw new NoCrowd('An agent has no reward');
    this.plainReward = isPlain(model, reward);
    this.#step = this.#rules.block(model.step);
    this.#after = this.#rules.block(model.after);
    this.#reward = this.#rules.number(reward);
  }

  /** Others are spread over states and actions like this from now on. */
  meet(time: number, shares: Float64Array): void {
    this.#rules.spread(time, shares);
  }

  /** Agents that were ever met, other than in sums over all. */
  get everMet(): ReadonlySet<number> {
    return this.#rules.others.encounters.everMet;
  }

  /** How likely it is to meet these members. */
  chance(met: Met): number {
    return this.#rules.others.encounters.chance(met);
  }

  /** Every first state of the agent with its probability. */
  begin(found: (state: number, probability: number) => void): void {
    const { model, slots } = this.#setting;
    const run = this.#rules.block(model.init);
    for (const store of model.state) this.#rules.memory.data(store).fill(Number.NaN);
    this.#rules.enter(-1, -1, 'The first state of an agent depends on the others');
    run(() => {
      const values = slots.map(slot => {
        const value = this.#rules.memory.data(slot.store)[this.#rules.place(slot, this.#self)] as number;
        return Number.isNaN(value) ? 0 : value;
      });
      found(this.#stateOf(values), this.#rules.weight);
    });
    this.#rules.memory.restore(0);
  }

  /** What may come of an action: the next state with its weight, and the rewards that may come with it. The chance to meet those who are met is left out. */
  act(
    state: number,
    action: number,
    moved: (next: number, weight: number, met: Met) => void,
    earned?: (reward: number, weight: number, met: Met) => void,
  ): void {
    this.#rules.enter(state, action);
    this.#step(() => {
      const values = this.#setting.slots.map((slot, k) => {
        const { role } = slot.store;
        const next = role.kind === 'state' ? role.next : undefined;
        const value =
          next === undefined
            ? Number.NaN
            : (this.#rules.memory.data(next)[this.#rules.place(slot, this.#self)] as number);
        return Number.isNaN(value) ? (this.#setting.values[state]?.[k] as number) : value;
      });
      moved(this.#stateOf(values), this.#rules.weight, this.#rules.others.encounters.there());
      if (earned !== undefined) this.#earn(earned);
    });
    this.#rules.memory.restore(0);
  }

  /** The rewards alone, where `plainReward` says that they depend on nothing else. */
  earn(state: number, action: number, earned: (reward: number, weight: number, met: Met) => void): void {
    this.#rules.enter(state, action);
    this.#earn(earned);
    this.#rules.memory.restore(0);
  }

  #earn(earned: (reward: number, weight: number, met: Met) => void): void {
    this.#after(() =>
      this.#rules.each(this.#reward, reward =>
        earned(reward, this.#rules.weight, this.#rules.others.encounters.there()),
      ),
    );
  }

  legal(state: number, action: number): boolean {
    const { model } = this.#setting;
    const rule = model.legal[model.classes[0]?.actionSpace ?? 0];
    if (rule === undefined) return true;
    const why = 'What an agent may do depends on the others';
    if (someExpr(rule.condition, part => part.op === 'reduce' && overCrowd(part, this.#setting.size)))
      throw new NoCrowd(why);
    this.#rules.enter(state, -1, why);
    this.#rules.memory.cell(rule.self).value = this.#self;
    this.#rules.memory.cell(rule.action).value = action;
    return this.#rules.number(rule.condition)() !== 0;
  }

  /** What the agent sees of itself: parts that are about others are left out. */
  sight(state: number): string {
    const { observation } = this.#setting.model.classes[0] as GameModel['classes'][number];
    this.#rules.enter(state, -1, 'What an agent sees is about others');
    this.#rules.memory.cell(observation.self).value = this.#self;
    const seen: string[] = [];
    try {
      this.#rules.block(observation.prelude)(() => {
        for (const piece of observation.pieces) {
          const { size } = this.#setting;
          if (someExpr(piece.value, part => part.op === 'reduce' && overCrowd(part, size))) continue;
          const value = this.#rules.number(piece.value);
          for (let k = 0; k < piece.count; k++) {
            this.#rules.memory.cell(piece.variable).value = k;
            try {
              seen.push(`${piece.label} ${k} ${value()}`);
            } catch (error) {
              // Somebody else's.
              if (!(error instanceof NoCrowd)) throw error;
            }
          }
        }
      });
    } catch (error) {
      if (!(error instanceof NoCrowd)) throw error;
    }
    this.#rules.memory.restore(0);
    return seen.join(';');
  }

  #stateOf(values: readonly number[]): number {
    return values.reduce((number, value, k) => {
      const { low, count, store } = this.#setting.slots[k] as OwnSlot;
      if (!(value >= low && value < low + count)) throw new NoCrowd(`\`${store.name}\` leaves its range`);
      return number * count + value - low;
    }, 0);
  }
}

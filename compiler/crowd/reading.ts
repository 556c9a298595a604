/** A game as it looks to one of its agents: first states, legal actions, and what comes of them in a crowd that is spread in some way. */
import type { CrowdStep } from '../../runtime/games/crowd.ts';
import { describe as describeState } from '../game/describe.ts';
import { Following } from './following.ts';
import { Person } from './person.ts';
import { type Dependence, dependence } from './plain.ts';
import type { Setting } from './setting.ts';
import { Terms } from './terms.ts';

/** Terms that are kept for steps to come. */
const mostKept = 400_000;

/** Where actions lead: the arrays of a step without its rewards. */
type Moves = Pick<CrowdStep, 'start' | 'next' | 'probability'>;

/** What is worked out for one moment. */
interface Worked {
  readonly moves: Terms;
  readonly rewards: Terms;
}

export class Reading {
  /** 1 for every row (state, action) where the action is legal. */
  readonly legal: Uint8Array;
  /** Outcomes that were looked at so far. */
  effort = 0;
  readonly #setting: Setting;
  readonly #person: Person;
  readonly #moving: Dependence;
  readonly #earning: Dependence;
  readonly #keptMoves = new Map<number, Terms>();
  readonly #keptRewards = new Map<number, Terms>();
  #lastMoves: Moves | undefined;
  #kept = 0;

  constructor(setting: Setting, self: number) {
    const { model, size, values, actions } = setting;
    this.#setting = setting;
    // Nobody is met while it is asked what is legal.
    this.legal = legalOf(setting, new Person(setting, self, []));
    const rows = Array.from({ length: values.length * actions }, (_, row) => row).filter(row => this.legal[row] === 1);
    this.#person = new Person(setting, self, rows, new Following(setting, self, rows));
    this.#moving = dependence(model.step, undefined, size);
    const earning = dependence(model.after, model.rewards[self], size);
    this.#earning = this.#person.plainReward
      ? earning
      : { crowd: earning.crowd || this.#moving.crowd, time: earning.time || this.#moving.time };
  }

  /** Agents whom it meets, other than in sums over all, in the steps that were looked at. */
  get met(): ReadonlySet<number> {
    return this.#person.everMet;
  }

  /** Share of each state at the start. */
  initial(): Float64Array {
    const shares = new Float64Array(this.#setting.values.length);
    this.#person.begin((state, p) => {
      shares[state] = (shares[state] as number) + p;
    });
    return shares;
  }

  /** What the agent sees of its own state, as a text that differs where it can tell states apart. */
  sight(state: number): string {
    const { actions } = this.#setting;
    return `${this.#person.sight(state)} ${this.legal.subarray(state * actions, (state + 1) * actions).join('')}`;
  }

  step(time: number, shares: Float64Array): CrowdStep {
    const { values, actions } = this.#setting;
    const rows = values.length * actions;
    const person = this.#person;
    person.meet(time, shares);
    const { moves, rewards } = this.#work(time);
    const chance = (met: readonly number[]): number => person.chance(met);
    const reward = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      reward[row] = rewards.reward(row, chance);
      if (!Number.isFinite(reward[row]))
        throw new RangeError(
          `the reward in the state ${describe(this.#setting, Math.floor(row / actions))} is not a finite number`,
        );
    }
    if (this.#lastMoves !== undefined) return { reward, ...this.#lastMoves };
    const start = new Int32Array(rows + 1);
    const next: number[] = [];
    const probability: number[] = [];
    for (let row = 0; row < rows; row++) {
      for (const [to, p] of moves.moves(row, chance)) {
        next.push(to);
        probability.push(p);
      }
      start[row + 1] = next.length;
    }
    const made = { start, next: Int32Array.from(next), probability: Float64Array.from(probability) };
    // Where nothing that happens is made of the crowd, of time or of whom an agent meets, it is the same at every step.
    if (!this.#moving.crowd && !this.#moving.time && !moves.meets) this.#lastMoves = made;
    return { reward, ...made };
  }

  /** Works out what was not kept of a moment like this one. */
  #work(time: number): Worked {
    const { values, actions } = this.#setting;
    const movesKey = this.#moving.time ? time : 0;
    const rewardsKey = this.#earning.time ? time : 0;
    let moves = this.#keptMoves.get(movesKey);
    let rewards = this.#keptRewards.get(rewardsKey);
    const person = this.#person;
    const apart = person.plainReward;
    const newMoves = moves === undefined ? new Terms(values.length * actions) : undefined;
    const newRewards = rewards === undefined ? new Terms(values.length * actions) : undefined;
    for (let s = 0; s < values.length; s++)
      for (let a = 0; a < actions; a++) {
        const row = s * actions + a;
        const earned = (reward: number, weight: number, met: readonly number[]): void => {
          this.effort++;
          newRewards?.earn(row, met, weight * reward);
        };
        if (newMoves !== undefined || (newRewards !== undefined && !apart))
          person.act(
            s,
            a,
            (to, weight, met) => {
              this.effort++;
              newMoves?.move(row, to, met, weight);
            },
            apart || newRewards === undefined ? undefined : earned,
          );
        if (newRewards !== undefined && apart) person.earn(s, a, earned);
      }
    moves ??= newMoves as Terms;
    rewards ??= newRewards as Terms;
    if (newMoves !== undefined && !this.#moving.crowd) this.#keep(this.#keptMoves, movesKey, newMoves);
    if (newRewards !== undefined && !this.#earning.crowd) this.#keep(this.#keptRewards, rewardsKey, newRewards);
    return { moves, rewards };
  }

  #keep(kept: Map<number, Terms>, key: number, terms: Terms): void {
    if (this.#kept + terms.count > mostKept && kept.size > 0) return;
    this.#kept += terms.count;
    kept.set(key, terms);
  }
}

function legalOf({ values, actions }: Setting, person: Person): Uint8Array {
  const table = new Uint8Array(values.length * actions).fill(1);
  for (let s = 0; s < values.length; s++) {
    let some = false;
    for (let a = 0; a < actions; a++) {
      const may = person.legal(s, a);
      table[s * actions + a] = may ? 1 : 0;
      some ||= may;
    }
    // Such a state is one that never arises, or the game is at fault, which its other readings report.
    if (!some) table.fill(1, s * actions, (s + 1) * actions);
  }
  return table;
}

/** One agent's own state in words. */
export function describe({ model, slots, values, size }: Setting, state: number): string {
  const mine = values[state] as readonly number[];
  const at = new Map(slots.map((slot, k) => [`${slot.store.id} ${slot.offset}`, mine[k] as number] as const));
  const view = model.view.flatMap(({ name, value }) => {
    const [first] = value.kind === 'array' ? value.items : [];
    return first === undefined ? [] : [{ name, value: first }];
  });
  return describeState(
    { ...model, view },
    (store, offset) => at.get(`${store.id} ${offset % (store.size / size)}`) ?? 0,
  );
}

/** A crowd of no particular kind: shares that are no simple fractions of each other, of legal actions only. */
export function anyShares(legal: Uint8Array): Float64Array {
  const shares = Float64Array.from(legal, (may, row) => (may === 1 ? 1 + ((row * 7_919) % 1_009) / 1_009 : 0));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map(share => share / total);
}

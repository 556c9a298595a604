/**
 * The mean field reading of a game: one agent among many that are alike. It is taken from the game as written for a number of agents: a sum over
 * all agents becomes that number times its mean over the crowd. Everything else that an agent does, gets or becomes may depend on
 * itself alone. Whatever does not fit is said with its place in the game.
 */
import type { CrowdGame, CrowdStep } from '../../runtime/games/crowd.ts';
import { someInBlock } from '../elaborate/walk.ts';
import { describe as describeState } from '../game/describe.ts';
import { numberOf } from '../game/exactNumbers.ts';
import type { GameModel, Store } from '../game/model.ts';
import { NoCrowd, Person } from './person.ts';

/** Own states of an agent, as a product of the ranges of its variables. */
const mostStates = 4_000;
/** Rows (states, actions, agents) looked at to see that all agents are alike. */
const mostCompared = 400_000;

export type CrowdReading = { readonly crowd: CrowdGame } | { readonly why: string };

const known = new WeakMap<GameModel, CrowdReading>();

/** Reads a game as one of a crowd, or says why it is none. */
export function crowdOf(model: GameModel): CrowdReading {
  const before = known.get(model);
  if (before !== undefined) return before;
  let reading: CrowdReading;
  try {
    reading = { crowd: read(model) };
  } catch (error) {
    if (error instanceof NoCrowd) reading = { why: error.message };
    else if (error instanceof RangeError) reading = { why: brokenText(error) };
    else throw error;
  }
  known.set(model, reading);
  return reading;
}

/** A reward that is not finite, or loops that nest deeper than they can be followed. */
function brokenText({ message }: RangeError): string {
  return message.startsWith('the reward')
    ? `${message.charAt(0).toUpperCase()}${message.slice(1)}`
    : 'A step of one agent is too long to be followed';
}

/** One variable of an agent: a slot of a store. */
interface Slot {
  readonly store: Store;
  readonly offset: number;
  readonly low: number;
  readonly count: number;
}

function read(model: GameModel): CrowdGame {
  const size = model.agents.length;
  const [cls] = model.classes;
  if (cls === undefined || model.classes.length > 1)
    throw new NoCrowd('The agents are not of one class: write `agents Walker[n]`');
  if (size < 4) throw new NoCrowd(`The game has ${size} agents; a crowd is read off the rules for 4 or more`);
  const space = model.actionSpaces[cls.actionSpace];
  if (space === undefined || space.realSize > 0) throw new NoCrowd(`Actions of ${cls.name} are real numbers`);
  if (model.turn !== undefined || model.active !== undefined)
    throw new NoCrowd('Agents take turns, so that they do not act as a crowd');
  const once = model.end?.op === 'const' && numberOf(model.end.value) === 1;
  if (model.end !== undefined && !once && !(model.end.op === 'const'))
    throw new NoCrowd('`end when` ends the game for all agents at once');
  const steps = once ? 1 : model.horizon;
  if (steps === undefined) throw new NoCrowd('It has no `horizon`, which a crowd needs');
  const slots = slotsOf(model, size);
  const stateCount = slots.reduce((product, slot) => product * slot.count, 1);
  if (stateCount > mostStates)
    throw new NoCrowd(`An agent has ${stateCount} states of its own, more than ${mostStates}`);
  const actions = space.count;
  const values = Array.from({ length: stateCount }, (_, s) => decode(slots, s));
  const setting = { model, size, values, actions, slots };
  const reader = new Reading(setting, 0, 2);
  const legal = reader.legal();
  const initial = reader.initial();
  reader.observes(legal);
  compare(setting, reader, initial, legal, cls.name);
  return {
    name: model.name,
    member: cls.name,
    size,
    actionNames: space.names,
    stateCount,
    steps,
    discount: numberOf(model.discount),
    initial,
    legal,
    step: (time, shares) => reader.step(time, shares),
    describeState: state => describe(setting, state),
  };
}

interface Setting {
  readonly model: GameModel;
  readonly size: number;
  readonly values: readonly (readonly number[])[];
  readonly actions: number;
  readonly slots: readonly Slot[];
}

function slotsOf(model: GameModel, size: number): Slot[] {
  return model.state.flatMap(store => {
    if (store.size % size !== 0) throw new NoCrowd(`The variable \`${store.name}\` belongs to no agent`);
    const { low, high } = store.bounds;
    if (store.scalar === 'real' || !Number.isFinite(low) || !Number.isFinite(high))
      throw new NoCrowd(`The variable \`${store.name}\` has not finitely many values`);
    return Array.from({ length: store.size / size }, (_, offset) => ({ store, offset, low, count: high - low + 1 }));
  });
}

function decode(slots: readonly Slot[], state: number): number[] {
  const values = new Array<number>(slots.length);
  let rest = state;
  for (let k = slots.length - 1; k >= 0; k--) {
    const { low, count } = slots[k] as Slot;
    values[k] = low + (rest % count);
    rest = Math.floor(rest / count);
  }
  return values;
}

function describe({ model, slots, values, size }: Setting, state: number): string {
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

/** The rules for one agent, at a place among all, with another place for whom it meets. */
class Reading {
  readonly #setting: Setting;
  readonly #person: Person;
  readonly #steady: boolean;
  #kept: Pick<CrowdStep, 'start' | 'next' | 'probability'> | undefined;

  constructor(setting: Setting, self: number, other: number) {
    const { model, size, values, actions, slots } = setting;
    this.#setting = setting;
    this.#person = new Person(model, size, slots, values, actions, self, other);
    // Where nothing that happens is made of sums, time or others' actions, it is the same at every step.
    this.#steady = !someInBlock(model.step, part => part.op === 'reduce' || part.op === 'time');
  }

  /** Share of each state at the start. */
  initial(): Float64Array {
    const { values } = this.#setting;
    const shares = new Float64Array(values.length);
    this.#person.begin((state, p) => {
      shares[state] = (shares[state] as number) + p;
    });
    return shares;
  }

  legal(): Uint8Array {
    const { values, actions } = this.#setting;
    const table = new Uint8Array(values.length * actions).fill(1);
    for (let s = 0; s < values.length; s++) {
      let some = false;
      for (let a = 0; a < actions; a++) {
        const may = this.#person.legal(s, a);
        table[s * actions + a] = may ? 1 : 0;
        some ||= may;
      }
      // Such a state is one that never arises, or the game is at fault, which its other readings report.
      if (!some) table.fill(1, s * actions, (s + 1) * actions);
    }
    return table;
  }

  /** A member of the crowd acts on its own state: it must see it. */
  observes(legal: Uint8Array): void {
    const { values, actions } = this.#setting;
    const seen = new Map<string, number>();
    for (let s = 0; s < values.length; s++) {
      const key = `${this.#person.sight(s)} ${legal.subarray(s * actions, s * actions + actions).join('')}`;
      const other = seen.get(key);
      if (other !== undefined)
        throw new NoCrowd(
          `An agent does not see its own state: ${describe(this.#setting, other)} and ${describe(this.#setting, s)} look alike to it`,
        );
      seen.set(key, s);
    }
  }

  step(time: number, shares: Float64Array): CrowdStep {
    const { values, actions } = this.#setting;
    const rows = values.length * actions;
    const reward = new Float64Array(rows);
    const person = this.#person;
    person.meet(time, shares);
    const kept = this.#kept;
    const keeps = kept !== undefined && person.plainReward;
    const start = new Int32Array(rows + 1);
    const next: number[] = [];
    const probability: number[] = [];
    for (let s = 0; s < values.length; s++)
      for (let a = 0; a < actions; a++) {
        const row = s * actions + a;
        if (keeps) reward[row] = person.reward(s, a);
        else {
          const reached = new Map<number, number>();
          let total = 0;
          person.act(s, a, (to, p, earned) => {
            reached.set(to, (reached.get(to) ?? 0) + p);
            total += p * earned;
          });
          reward[row] = total;
          for (const [to, p] of reached) {
            next.push(to);
            probability.push(p);
          }
          start[row + 1] = next.length;
        }
        if (!Number.isFinite(reward[row]))
          throw new RangeError(`the reward in the state ${describe(this.#setting, s)} is not a finite number`);
      }
    if (keeps) return { reward, ...kept };
    const made = { start, next: Int32Array.from(next), probability: Float64Array.from(probability) };
    if (this.#steady) this.#kept = made;
    return { reward, ...made };
  }
}

/** Every agent in turn, in a crowd of no particular kind: what differs is not a crowd of agents that are alike. */
function compare(setting: Setting, first: Reading, initial: Float64Array, legal: Uint8Array, name: string): void {
  const { size, values, actions, model } = setting;
  const rows = values.length * actions;
  if (rows * size > mostCompared)
    throw new NoCrowd(
      'There are too many states, actions and agents to see that all agents are alike; declare fewer agents',
    );
  const shares = new Float64Array(rows);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    // Shares that are no simple fractions of each other, for legal rows only.
    shares[row] = legal[row] === 1 ? 1 + ((row * 7_919) % 1_009) / 1_009 : 0;
    total += shares[row] as number;
  }
  for (let row = 0; row < rows; row++) shares[row] = (shares[row] as number) / total;
  const wanted = first.step(0, shares);
  const text = signature(wanted, initial, legal);
  for (let self = 1; self < size; self++) {
    const reading = new Reading(setting, self, (self + (self % 2 === 0 ? 2 : size - 2)) % size);
    const begins = reading.initial();
    const may = reading.legal();
    if (signature(reading.step(0, shares), begins, may) !== text)
      throw new NoCrowd(
        `${model.agents[self]?.label} is not like ${model.agents[0]?.label}: the rules tell agents of ${name} apart`,
      );
  }
}

function signature({ reward, start, next, probability }: CrowdStep, initial: Float64Array, legal: Uint8Array): string {
  const rows: string[] = [];
  reward.forEach((r, row) => {
    if (legal[row] !== 1) return;
    const entries: string[] = [];
    for (let k = start[row] as number; k < (start[row + 1] as number); k++)
      entries.push(`${next[k]}:${(probability[k] as number).toPrecision(9)}`);
    rows.push(`${r.toPrecision(9)} ${entries.sort().join()}`);
  });
  return `${initial.join()} ${legal.join('')} ${rows.join(';')}`;
}

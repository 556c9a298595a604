/**
 * The mean field reading of a game: one agent among many that are alike. It is taken from the game as written for a number of agents: a sum over
 * all agents becomes that number times its mean over the crowd, and certain others, such as neighbours, are members of the crowd, each drawn on its own.
 * Everything else that an agent does, gets or becomes may depend on itself alone. Whatever does not fit is said with its place in the game.
 */
import type { CrowdGame } from '../../runtime/games/crowd.ts';
import { numberOf } from '../game/exactNumbers.ts';
import type { GameModel, Store, ViewValue } from '../game/model.ts';
import { compare, looksOf } from './alike.ts';
import { describe, Reading } from './reading.ts';
import { NoCrowd, type OwnSlot, type Setting } from './setting.ts';

/** Own states of an agent, as a product of the ranges of its variables. */
const mostStates = 4_000;

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

function read(model: GameModel): CrowdGame {
  const size = model.agents.length;
  const [cls] = model.classes;
  if (cls === undefined || model.classes.length > 1)
    throw new NoCrowd('The agents are not of one class: write `agents Walker[n]`');
  if (size < 4) throw new NoCrowd(`The game has ${size} agents; a crowd is read off the rules for 4 or more`);
  const space = model.actionSpaces[cls.actionSpace];
  if (space === undefined || space.realSize > 0)
    throw new NoCrowd(`Actions of ${cls.name} are real numbers: let it choose among finitely many`);
  if (model.turn !== undefined || model.active !== undefined)
    throw new NoCrowd('Agents take turns, so that they do not act as a crowd');
  const once = model.end?.op === 'const' && numberOf(model.end.value) === 1;
  if (model.end !== undefined && !once && !(model.end.op === 'const'))
    throw new NoCrowd(
      '`end when` ends the game for all agents at once: leave it out, and let those who are done earn nothing',
    );
  const steps = once ? 1 : model.horizon;
  if (steps === undefined) throw new NoCrowd('It has no `horizon`, which a crowd needs: write `horizon 20`');
  const slots = slotsOf(model, size);
  const stateCount = slots.reduce((product, slot) => product * slot.count, 1);
  if (stateCount > mostStates)
    throw new NoCrowd(
      `An agent has ${stateCount} states of its own, more than ${mostStates}: give its variables fewer values`,
    );
  const values = Array.from({ length: stateCount }, (_, s) => decode(slots, s));
  const setting: Setting = { model, size, values, actions: space.count, slots };
  const reading = new Reading(setting, 0);
  const meets = compare(setting, reading, cls.name);
  return {
    name: model.name,
    member: cls.name,
    size,
    meets,
    actionNames: space.names,
    stateCount,
    steps,
    discount: numberOf(model.discount),
    initial: reading.initial(),
    legal: reading.legal,
    looks: looksOf(setting, reading),
    step: (time, shares) => reading.step(time, shares),
    describeState: state => describe(setting, state),
  };
}

function slotsOf(model: GameModel, size: number): OwnSlot[] {
  const owned = new Set<number>();
  for (const { value } of model.view) collectOwned(value, model, owned);
  const { name } = model.classes[0] as { name: string };
  return model.state.flatMap((store: Store) => {
    if (store.size % size !== 0 || !owned.has(store.id))
      throw new NoCrowd(
        `The variable \`${store.name}\` belongs to no agent; in a crowd everybody has its own: write \`${store.name}: T[${name}]\``,
      );
    const { low, high } = store.bounds;
    if (store.scalar === 'real' || !Number.isFinite(low) || !Number.isFinite(high))
      throw new NoCrowd(
        `The variable \`${store.name}\` has not finitely many values: give it a range, as in \`(0..9)[${name}]\``,
      );
    return Array.from({ length: store.size / size }, (_, offset) => ({ store, offset, low, count: high - low + 1 }));
  });
}

/** Stores of what is listed by agents first of all. */
function collectOwned(value: ViewValue, model: GameModel, owned: Set<number>): void {
  if (value.kind === 'record') for (const field of value.fields) collectOwned(field.value, model, owned);
  else if (value.kind === 'tuple') for (const item of value.items) collectOwned(item, model, owned);
  else if (value.kind === 'array') {
    const each = value.keys.length / model.agents.length;
    const byAgents = value.keys.every((key, k) => {
      const label = model.agents[Math.floor(k / each)]?.label ?? '';
      return key === label || key.startsWith(`${label}, `);
    });
    if (byAgents) for (const item of value.items) collectStores(item, owned);
  }
}

function collectStores(value: ViewValue, owned: Set<number>): void {
  switch (value.kind) {
    case 'number':
    case 'named':
      owned.add(value.store.id);
      return;
    case 'record':
      for (const field of value.fields) collectStores(field.value, owned);
      return;
    case 'array':
    case 'tuple':
      for (const item of value.items) collectStores(item, owned);
      return;
    case 'seq':
      owned.add(value.length.store.id);
      for (const item of value.items) collectStores(item, owned);
  }
}

function decode(slots: readonly OwnSlot[], state: number): number[] {
  const values = new Array<number>(slots.length);
  let rest = state;
  for (let k = slots.length - 1; k >= 0; k--) {
    const { low, count } = slots[k] as OwnSlot;
    values[k] = low + (rest % count);
    rest = Math.floor(rest / count);
  }
  return values;
}

/**
 * Is something a function of what an agent sees? Two states that look alike to the agent and differ in it answer no. In small games
 * every reachable state is looked at, which also answers yes; in others games played at random may find two such states.
 */

import * as ir from '../elaborate/ir.ts';
import { describe } from '../game/describe.ts';
import { GameError } from '../game/evaluateErrors.ts';
import { readerOf } from '../game/evaluateMemory.ts';
import { problemOf } from '../game/exact.ts';
import { Explorer } from '../game/exactExplore.ts';
import { KeyTable } from '../game/exactPacking.ts';
import type { GameModel, IrStmt, ObservationSpace } from '../game/model.ts';
import { Stepped } from '../game/stepped.ts';
import { workOf } from '../game/work.ts';

/** Something computed for an agent of each class (undefined: nothing is asked about that class). */
export interface Probe {
  readonly spaces: readonly (ObservationSpace | undefined)[];
  /** Only states in which the agent chooses count: nobody asks for its actions elsewhere. */
  readonly acting: boolean;
  /** Agents count the steps, so that time is no secret; true where the probe looks at it. */
  readonly time: boolean;
}

export interface Pair {
  readonly agent: number;
  /** The two states in the game's words. */
  readonly states: readonly [string, string];
  /** The probe in them, and the observation that they share. */
  readonly values: readonly [readonly number[], readonly number[]];
  readonly observation: readonly number[];
}

export type Alike =
  /** Checked in all this many states. */
  | { readonly kind: 'function'; readonly states: number }
  | { readonly kind: 'differs'; readonly pair: Pair }
  | { readonly kind: 'undecided'; readonly why: string };

export interface Budget {
  readonly states: number;
  /** Expressions evaluated, about. */
  readonly effort: number;
}

/** What a check of a file may take. */
export const quick: Budget = { states: 3_000, effort: 2e7 };

/** Looks at all states where that fits the budget, else plays at random. */
export function compare(model: GameModel, probe: Probe, budget: Budget = quick): Alike {
  const joined = withProbe(model, probe);
  const { step } = workOf(joined);
  const all = everyState(joined, probe, model, budget, Math.max(1, budget.effort / step));
  if (all.kind !== 'undecided') return all;
  const pair = byPlaying(joined, probe, model, Math.min(2_000, Math.floor(budget.effort / 10 / step)));
  return pair === undefined ? all : { kind: 'differs', pair };
}

/** The model with the probe behind each observation. */
export function withProbe(model: GameModel, probe: Probe): GameModel {
  return {
    ...model,
    usesTime: model.usesTime || probe.time,
    classes: model.classes.map((cls, c) => {
      const space = probe.spaces[c];
      return space === undefined ? cls : { ...cls, observation: behind(cls.observation, space) };
    }),
  };
}

/** Two observations of one agent, one behind the other. */
export function behind(first: ObservationSpace, second: ObservationSpace): ObservationSpace {
  const same = first.self.id === second.self.id;
  const self: IrStmt = { op: 'let', local: second.self, value: ir.local(first.self) };
  return {
    length: first.length + second.length,
    self: first.self,
    prelude: [...first.prelude, ...(same ? [] : [self]), ...second.prelude],
    pieces: [...first.pieces, ...second.pieces.map(piece => ({ ...piece, offset: piece.offset + first.length }))],
  };
}

function everyState(joined: GameModel, probe: Probe, model: GameModel, budget: Budget, steps: number): Alike {
  if (!joined.finite) return { kind: 'undecided', why: 'the game has real numbers or unbounded integers' };
  let met = 0;
  try {
    // One draw may come apart into all of these before anything else is counted.
    const explorer = new Explorer(joined, Math.min(100_000, Math.max(100, Math.floor(steps / 50))));
    const states = new KeyTable(explorer.packing.width);
    const meet = (): void => {
      states.add(explorer.key);
      met = states.count;
    };
    const tooMany: Alike = { kind: 'undecided', why: `the game has more than ${budget.states} states` };
    const tooSlow: Alike = { kind: 'undecided', why: 'looking at all states takes too long' };
    explorer.start(meet);
    const ledger = new Ledger(model, probe);
    let taken = 0;
    // States are met level by level; those that only a cut game would reach are not looked at.
    let level = 0;
    let levelEnd = states.count;
    for (let state = 0; state < states.count; state++) {
      if (states.count > budget.states) return tooMany;
      if (state === levelEnd) {
        level++;
        levelEnd = states.count;
      }
      if (joined.horizon !== undefined && level >= joined.horizon) break;
      explorer.open(states, state);
      const { memory } = explorer.evaluator;
      const differs = ledger.enter(
        agent => explorer.evaluator.acts(agent),
        (agent, into) => explorer.evaluator.observe(agent, into),
        memory.time,
        () => describe(joined, readerOf(memory), joined.usesTime ? memory.time : undefined),
      );
      if (differs !== undefined) return { kind: 'differs', pair: differs };
      if (explorer.jointCount() > 100_000) return tooSlow;
      do {
        if (++taken > steps) return tooSlow;
        explorer.outcomes((_, ended) => {
          if (!ended) meet();
        });
      } while (explorer.nextJoint());
    }
    return { kind: 'function', states: met };
  } catch (error) {
    return { kind: 'undecided', why: problemOf(error, met).message.replace(/\.$/, '') };
  }
}

/** Two states met in play. Draws come from a fixed stream, so that a check always says the same. */
function byPlaying(joined: GameModel, probe: Probe, model: GameModel, steps: number): Pair | undefined {
  if (steps < 1 || joined.actionSpaces.some(space => space.realSize > 0)) return undefined;
  const ledger = new Ledger(model, probe);
  try {
    const game = new Stepped(joined, 1);
    const look = (): Pair | undefined => {
      const acting = game.acting();
      return ledger.enter(
        agent => acting.includes(agent),
        (agent, into) => into.set(game.observation(agent).numbers),
        game.time,
        () => game.describe(),
      );
    };
    let state = 1;
    for (let taken = 0; taken < steps; taken++) {
      const found = look();
      if (found !== undefined) return found;
      const choices = joined.agents.map((_, agent) => {
        const legal = game.legal(agent);
        // A plain congruential sequence: all that is asked of it is to try different actions.
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return legal.length === 0 ? undefined : legal[(state >>> 8) % legal.length]?.action;
      });
      if (game.step(choices).ended !== 'running') game.reset();
    }
  } catch (error) {
    if (!(error instanceof GameError)) throw error;
  }
  return undefined;
}

/** What each agent saw together with the probe, and where. */
class Ledger {
  private readonly model: GameModel;
  private readonly probe: Probe;
  private readonly seen: readonly Map<string, { readonly values: Float64Array; readonly state: string }>[];
  private readonly buffers: readonly (Float64Array | undefined)[];

  constructor(model: GameModel, probe: Probe) {
    this.model = model;
    this.probe = probe;
    this.seen = model.agents.map(() => new Map());
    this.buffers = model.agents.map(agent => {
      const space = probe.spaces[agent.cls];
      const own = model.classes[agent.cls]?.observation.length ?? 0;
      return space === undefined ? undefined : new Float64Array(own + space.length);
    });
  }

  /** Notes a state; gives the pair that differs if there is one now. */
  enter(
    acts: (agent: number) => boolean,
    observe: (agent: number, into: Float64Array) => void,
    time: number,
    describeState: () => string,
  ): Pair | undefined {
    for (let agent = 0; agent < this.model.agents.length; agent++) {
      const buffer = this.buffers[agent];
      if (buffer === undefined || (this.probe.acting && !acts(agent))) continue;
      observe(agent, buffer);
      // Minus zero and zero are one number.
      for (let k = 0; k < buffer.length; k++) buffer[k] = (buffer[k] as number) + 0;
      const own = this.model.classes[this.model.agents[agent]?.cls ?? 0]?.observation.length ?? 0;
      const observation = buffer.subarray(0, own);
      const values = buffer.subarray(own);
      const key = `${this.probe.time ? time : ''};${observation.join(' ')}`;
      const known = this.seen[agent]?.get(key);
      if (known === undefined) this.seen[agent]?.set(key, { values: values.slice(), state: describeState() });
      else if (known.values.some((value, k) => value !== values[k]))
        return {
          agent,
          states: [known.state, describeState()],
          values: [Array.from(known.values), Array.from(values)],
          observation: Array.from(observation),
        };
    }
    return undefined;
  }
}

/** Holds what is drawn against the exact reading: transitions, and how often they happen. */
import { describe } from '../../compiler/game/describe.ts';
import { Explorer } from '../../compiler/game/exactExplore.ts';
import { numberOf } from '../../compiler/game/exactNumbers.ts';
import { KeyTable } from '../../compiler/game/exactPacking.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { type Ended, Stepped } from '../../compiler/game/stepped.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { VectorGame } from '../../runtime/games/vector.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { jointOf } from '../game/tables.ts';

/** What a joint action can lead to. */
export interface ExactOutcome {
  /** Packed state reached. */
  readonly key: string;
  readonly probability: number;
  readonly rewards: readonly number[];
  readonly ended: boolean;
}

/** The state stores of one game, by name. */
export type StateValues = ReadonlyMap<string, readonly number[]>;

/** Asks the exact reading about single states, whether the whole game can be listed or not. */
export class ExactStep {
  private readonly model: GameModel;
  private readonly explorer: Explorer;
  private readonly table: KeyTable;

  /** @throws NotFiniteError for games with real numbers. */
  constructor(model: GameModel) {
    this.model = model;
    this.explorer = new Explorer(model, 1_000_000);
    this.table = new KeyTable(this.explorer.packing.width);
  }

  /** The packed form of a state. */
  keyOf(state: StateValues, time: number): string {
    return this.pack(state, time).join(' ');
  }

  /** Legal flat actions of every agent. */
  legal(state: StateValues, time: number): readonly (readonly number[])[] {
    this.open(state, time);
    return this.explorer.legal.map(actions => [...actions]);
  }

  /** Outcomes of a joint action (-1 where an agent does not act), equal ones merged. */
  outcomes(state: StateValues, time: number, actions: readonly number[]): readonly ExactOutcome[] {
    this.open(state, time);
    const { evaluator, key } = this.explorer;
    evaluator.memory.actions.set(actions);
    const found = new Map<string, ExactOutcome>();
    this.explorer.outcomes((probability, ended) => {
      const rewards = this.model.agents.map((_, agent) => numberOf(evaluator.reward(agent)));
      const name = `${key.join(' ')} ${rewards.join(' ')} ${ended}`;
      const sum = (found.get(name)?.probability ?? 0) + numberOf(probability);
      found.set(name, { key: key.join(' '), probability: sum, rewards, ended });
    });
    return [...found.values()];
  }

  /** Packed initial states and their probabilities. */
  initial(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    this.explorer.start(probability => {
      const key = this.explorer.key.join(' ');
      found.set(key, (found.get(key) ?? 0) + numberOf(probability));
    });
    return found;
  }

  private pack(state: StateValues, time: number): Int32Array {
    const { evaluator, packing } = this.explorer;
    for (const store of this.model.state)
      (evaluator.memory.store(store) as Int32Array).set(state.get(store.name) as readonly number[]);
    const words = new Int32Array(packing.width);
    packing.pack(words, false, time);
    return words;
  }

  private open(state: StateValues, time: number): void {
    const words = this.pack(state, time);
    this.explorer.evaluator.memory.time = time;
    this.explorer.open(this.table, this.table.add(words));
  }
}

export function stateOf(stepped: Stepped): StateValues {
  return new Map(stepped.model.state.map(store => [store.name, stepped.store(store.name)]));
}

/** State of game e of a vector. */
export function stateOfVector(model: GameModel, game: VectorGame, e: number): StateValues {
  return new Map(
    model.state.map(({ name, size }) => [name, Array.from(game.state[name]?.subarray(e * size, (e + 1) * size) ?? [])]),
  );
}

/** A moment at which a joint action was chosen. */
export interface Moment {
  readonly state: StateValues;
  readonly time: number;
  readonly actions: readonly number[];
  readonly outcomes: readonly ExactOutcome[];
  /** What came of it by hand. */
  readonly reached: StateValues;
  readonly rewards: readonly number[];
  readonly ended: Ended;
}

/**
 * Plays `steps` steps by hand with random legal actions and finds each transition among the outcomes of the exact reading;
 * throws at the first that is not there. Returns every moment on the way.
 */
export function followExactly(model: GameModel, seed: number, steps: number): readonly Moment[] {
  const exact = new ExactStep(model);
  const game = new Stepped(model, seed);
  const choice = new Stream(seed, 98, 0, 0);
  const moments: Moment[] = [];
  for (let t = 0; t < steps; t++) {
    const state = stateOf(game);
    const { time } = game;
    const legal = model.agents.map((_, agent) => game.legal(agent).map(({ action }) => action));
    const listed = exact.legal(state, time);
    if (JSON.stringify(listed) !== JSON.stringify(legal))
      throw new Error(`${game.print()}\nlegal ${JSON.stringify(legal)} stepped, ${JSON.stringify(listed)} exact`);
    const actions = legal.map(mine => (mine.length === 0 ? -1 : (mine[choice.below(mine.length)] as number)));
    const outcomes = exact.outcomes(state, time, actions);
    const before = game.print();
    const { rewards, ended } = game.step(actions);
    const after = stateOf(game);
    moments.push({ state, time, actions, outcomes, reached: after, rewards, ended });
    const reached = exact.keyOf(after, game.time);
    const match = outcomes.some(
      outcome =>
        outcome.key === reached &&
        outcome.ended === (ended === 'terminated') &&
        outcome.rewards.every((reward, i) => near(reward, rewards[i] as number)),
    );
    if (!match)
      throw new Error(
        `${before}\nafter ${actions.join(' ')} came ${ended}, rewards ${rewards.join(' ')}\n${game.print()}\nwhich is none of ${outcomes.length} exact outcomes`,
      );
    if (ended !== 'running') game.reset();
  }
  return moments;
}

/** Finds every step of a walk in the table of the whole game; throws at the first that is not there. */
export function followTable(model: GameModel, table: TabularGame, moments: readonly Moment[]): void {
  const numbers = new Map<string, number>();
  for (let state = 0; state < table.stateCount; state++) numbers.set(table.describeState(state), state);
  if (numbers.size !== table.stateCount) throw new Error('two states of the table look alike');
  const numberOfState = (state: StateValues, time: number): number =>
    numbers.get(describe(model, (store, k) => state.get(store.name)?.[k] ?? 0, model.usesTime ? time : undefined)) ??
    Number.NaN;
  for (const { state, time, actions, reached, rewards, ended } of moments) {
    const joint = jointOf(table, numberOfState(state, time), actions);
    const over = ended === 'terminated' || (ended === 'truncated' && model.usesTime);
    const next = over ? -1 : numberOfState(reached, time + 1);
    const [from, to] = [table.outcomeStart[joint] as number, table.outcomeStart[joint + 1] as number];
    const found = Array.from({ length: to - from }, (_, k) => from + k).some(
      o =>
        table.outcomeState[o] === next &&
        rewards.every((reward, i) => near(table.outcomeReward[o * rewards.length + i] as number, reward)),
    );
    if (!found) throw new Error(`time ${time}, actions ${actions.join(' ')}: state ${next} is no outcome in the table`);
  }
}

/** Fractions and doubles that followed different ways round differently. */
function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a));
}

/**
 * Pearson's statistic of counts against probabilities, in standard normal deviations (Wilson and Hilferty 1931). Categories that
 * expect fewer than five are pooled. Infinite where something impossible happened, or where the probabilities do not add up.
 */
export function deviation(counts: ReadonlyMap<string, number>, probabilities: ReadonlyMap<string, number>): number {
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const mass = [...probabilities.values()].reduce((sum, p) => sum + p, 0);
  if (Math.abs(mass - 1) > 1e-9) return Number.POSITIVE_INFINITY;
  for (const name of counts.keys()) if (!probabilities.has(name)) return Number.POSITIVE_INFINITY;
  const bins: { seen: number; expected: number }[] = [];
  const pool = { seen: 0, expected: 0 };
  for (const [name, p] of probabilities) {
    const bin = { seen: counts.get(name) ?? 0, expected: p * total };
    if (bin.expected >= 5) bins.push(bin);
    else {
      pool.seen += bin.seen;
      pool.expected += bin.expected;
    }
  }
  if (pool.expected >= 5) bins.push(pool);
  if (bins.length < 2) return 0;
  const square = bins.reduce((sum, { seen, expected }) => sum + ((seen - expected) * (seen - expected)) / expected, 0);
  const freedom = bins.length - 1;
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(square / freedom) - (1 - spread)) / Math.sqrt(spread);
}

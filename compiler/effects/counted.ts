/**
 * Is something a function of what an agent sees and of the time? Whoever is there at every step can count them, so that two states that
 * look alike give nothing away if they never occur at the same time.
 */
import { describe } from '../game/describe.ts';
import { readerOf } from '../game/evaluateMemory.ts';
import { problemOf } from '../game/exact.ts';
import { Explorer } from '../game/exactExplore.ts';
import { KeyTable } from '../game/exactPacking.ts';
import type { GameModel } from '../game/model.ts';
import { workOf } from '../game/work.ts';
import { type Alike, type Budget, compare, type Pair, type Probe, quick, withProbe } from './alike.ts';

/** States looked at, counted once for each time at which they occur, per state of the budget. */
const visitsPerState = 30;

/**
 * As `compare`, which decides most cases without time. Where it finds two states that differ, the sets of states that may occur after 0,
 * 1, 2, ... steps are followed up to the horizon, or until a set returns: from then on they repeat.
 */
export function compareInTime(model: GameModel, probe: Probe, budget: Budget = quick): Alike {
  const timeless = compare(model, probe, budget);
  if (timeless.kind !== 'differs' || probe.time || !model.finite) return timeless;
  const followed = follow(model, probe, budget);
  if (followed.kind !== 'undecided') return followed;
  // Play at random may still find two states of the same time.
  const played = compare(model, { ...probe, time: true }, budget);
  return played.kind === 'differs' ? played : followed;
}

function follow(model: GameModel, probe: Probe, budget: Budget): Alike {
  const joined = withProbe(model, probe);
  let met = 0;
  try {
    const steps = Math.max(1, budget.effort / workOf(joined).step);
    const walk = new Walk(joined, probe, model, steps, budget.states);
    let level = walk.start();
    const before = new Set<string>();
    let visits = 0;
    for (let time = 0; level.length > 0 && time < (joined.horizon ?? Number.POSITIVE_INFINITY); time++) {
      const key = level.join(' ');
      if (before.has(key)) break;
      before.add(key);
      visits += level.length;
      const pair = walk.differing(level);
      if (pair !== undefined) return { kind: 'differs', pair };
      if (walk.count > budget.states || visits > visitsPerState * budget.states || walk.taken > steps)
        return {
          kind: 'undecided',
          why: 'it differs between states at different times, and there are too many to compare',
        };
      level = walk.after(level);
    }
    met = walk.count;
  } catch (error) {
    return { kind: 'undecided', why: problemOf(error, met).message.replace(/\.$/, '') };
  }
  return { kind: 'function', states: met };
}

/** What an agent sees in a state, and the probe. */
interface Seen {
  readonly observation: readonly number[];
  readonly values: readonly number[];
  readonly key: string;
  readonly value: string;
}

interface Place {
  readonly text: string;
  /** By agent; undefined for those that are not asked. */
  readonly seen: readonly (Seen | undefined)[];
  readonly next: readonly number[];
}

/** States by number, each opened once. */
class Walk {
  /** Joint actions taken so far. */
  taken = 0;
  private readonly explorer: Explorer;
  private readonly states: KeyTable;
  private readonly places: (Place | undefined)[] = [];
  private readonly joined: GameModel;
  private readonly probe: Probe;
  private readonly model: GameModel;

  private readonly mostTaken: number;
  private readonly mostStates: number;

  /** States and joint actions beyond the bounds are left out; whoever walks on looks at `count` and `taken` first. */
  constructor(joined: GameModel, probe: Probe, model: GameModel, steps: number, mostStates: number) {
    this.mostTaken = steps;
    this.mostStates = mostStates;
    this.joined = joined;
    this.probe = probe;
    this.model = model;
    this.explorer = new Explorer(joined, Math.min(100_000, Math.max(100, Math.floor(steps / 50))));
    this.states = new KeyTable(this.explorer.packing.width);
  }

  get count(): number {
    return this.states.count;
  }

  /** The states of a level are sorted, so that equal levels read the same. */
  start(): readonly number[] {
    const found = new Set<number>();
    this.explorer.start(() => found.add(this.states.add(this.explorer.key)));
    return sorted(found);
  }

  after(level: readonly number[]): readonly number[] {
    const found = new Set<number>();
    for (const state of level) for (const next of this.place(state).next) found.add(next);
    return sorted(found);
  }

  /** Two states of a level that look alike to an agent and differ in the probe. */
  differing(level: readonly number[]): Pair | undefined {
    for (let agent = 0; agent < this.model.agents.length; agent++) {
      const known = new Map<string, number>();
      for (const state of level) {
        const seen = this.place(state).seen[agent];
        if (seen === undefined) continue;
        const first = known.get(seen.key);
        if (first === undefined) {
          known.set(seen.key, state);
          continue;
        }
        const other = this.place(first).seen[agent] as Seen;
        if (other.value === seen.value) continue;
        return {
          agent,
          states: [this.place(first).text, this.place(state).text],
          values: [other.values, seen.values],
          observation: seen.observation,
        };
      }
    }
    return undefined;
  }

  private place(state: number): Place {
    const before = this.places[state];
    if (before !== undefined) return before;
    const { explorer, joined } = this;
    explorer.open(this.states, state);
    const { memory } = explorer.evaluator;
    const text = describe(joined, readerOf(memory), joined.usesTime ? memory.time : undefined);
    const seen = joined.agents.map((_, agent) => this.seenBy(agent));
    const next = new Set<number>();
    do {
      this.taken++;
      explorer.outcomes((_, ended) => {
        if (!ended) next.add(this.states.add(explorer.key));
      });
    } while (this.taken <= this.mostTaken && this.count <= this.mostStates && explorer.nextJoint());
    const place = { text, seen, next: sorted(next) };
    this.places[state] = place;
    return place;
  }

  private seenBy(agent: number): Seen | undefined {
    const { evaluator } = this.explorer;
    const cls = this.model.agents[agent]?.cls ?? 0;
    const space = this.probe.spaces[cls];
    if (space === undefined || (this.probe.acting && !evaluator.acts(agent))) return undefined;
    const own = this.model.classes[cls]?.observation.length ?? 0;
    const buffer = new Float64Array(own + space.length);
    evaluator.observe(agent, buffer);
    // Minus zero and zero are one number.
    const numbers = Array.from(buffer, number => number + 0);
    const [observation, values] = [numbers.slice(0, own), numbers.slice(own)];
    return { observation, values, key: observation.join(' '), value: values.join(' ') };
  }
}

function sorted(states: ReadonlySet<number>): readonly number[] {
  return [...states].sort((a, b) => a - b);
}

/** Updates as a learner counts and reports them: programs that take a step and tell some numbers of it. */
import type { Entry, Session } from '../../tensor/engine.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import type { Shape } from '../shared/shape.ts';
import { batchFiller } from './batch.ts';
import type { Group } from './groups.ts';
import type { Note } from './notes.ts';
import type { Replay } from './replay.ts';

/**
 * Numbers of an update that are reported under their names: outputs of the program, in this order. Where they are sums over so many
 * `policies`, their means.
 */
export function tell(g: Graph, numbers: Readonly<Record<string, Node>>, policies = 1): void {
  for (const [name, number] of Object.entries(numbers)) {
    const mean = policies === 1 ? number : g.div(number, policies);
    g.output(`${told}${name}`, g.reshape(mean, [1]));
  }
}

/** What several losses tell under the same names, summed. */
export function sumByName(
  g: Graph,
  losses: readonly { readonly told?: Readonly<Record<string, Node>> }[],
): Readonly<Record<string, Node>> {
  const names = Object.keys(losses[0]?.told ?? {});
  const sum = (name: string): Node => losses.map(of => of.told![name]!).reduce((total, number) => g.add(total, number));
  return Object.fromEntries(names.map(name => [name, sum(name)]));
}

const told = 'told ';

/** An update told a number that is none. What was learned until then is lost; what was kept of it before is not. */
export class DivergedUpdate extends Error {
  override readonly name = 'DivergedUpdate';
  /** What was told, and under which name. */
  readonly statistic: { readonly name: string; readonly value: number };

  constructor(statistic: DivergedUpdate['statistic'], update: number, tensor: string | undefined) {
    const where = tensor === undefined ? '' : `, and the tensor ${tensor} holds NaN`;
    super(
      `learning has diverged in update ${update}: ${statistic.name} is ${statistic.value}${where}; lower the learning rate or clip the gradient`,
    );
    this.statistic = statistic;
  }
}

/** The programs of an update, all of which tell the same; runs, and means of what they told. */
export class Updates {
  /** Updates so far. */
  count = 0;
  readonly #names: readonly string[];
  readonly #outputs: readonly (readonly Float32Array[])[];
  readonly #runs: readonly (() => void)[];
  readonly #session: Session;
  /** Sums of what was told since it was last asked for, and over how many updates. */
  readonly #sums: Float64Array;

  constructor(session: Session, programs: readonly Program[]) {
    const names = programs[0]!.outputs.flatMap(({ name }) => (name.startsWith(told) ? [name.slice(told.length)] : []));
    const entries = programs.map(({ name }) => session.entry(name));
    this.#names = names;
    this.#session = session;
    this.#outputs = entries.map(entry => names.map(name => entry.output(`${told}${name}`)));
    this.#runs = entries.map(entry => () => void entry.run());
    this.#sums = new Float64Array(names.length + 1);
  }

  /** An update by program number `k`, whose inputs are filled. Throws `DivergedUpdate` where it tells a number that is none. */
  run(k = 0): void {
    this.#runs[k]!();
    this.count++;
    const outputs = this.#outputs[k]!;
    for (let j = 0; j < outputs.length; j++) {
      const value = outputs[j]![0]!;
      if (!Number.isFinite(value)) throw new DivergedUpdate({ name: this.#names[j]!, value }, this.count, this.#odd());
      this.#sums[j]! += value;
    }
    this.#sums[outputs.length]! += 1;
  }

  /** The first of the session's tensors that holds NaN. */
  #odd(): string | undefined {
    const { states } = this.#session;
    return states.find(({ name }) => (this.#session.read(name) as Float32Array).some(Number.isNaN))?.name;
  }

  /** The number of updates, and means over those since the last call that did not only `peek`. */
  metrics(peek = false): Readonly<Record<string, number>> {
    const over = this.#sums[this.#names.length]!;
    const means = over === 0 ? [] : this.#names.map((name, k) => [name, this.#sums[k]! / over] as const);
    if (!peek) this.#sums.fill(0);
    return { updates: this.count, ...Object.fromEntries(means) };
  }

  get sums(): ArrayLike<number> & Iterable<number> {
    return this.#sums;
  }

  restore(count: number, sums: ArrayLike<number>): void {
    this.count = count;
    this.#sums.set(sums);
  }
}

/** Shapes are fixed: batches of short episodes are learned from by programs for short ones. Their lengths, ascending. */
export function lengthsBelow(length: number): readonly number[] {
  const lengths: number[] = [];
  for (let next = length; next > 16 && lengths.length < 3; ) {
    next = Math.ceil(next / 2);
    lengths.unshift(next);
  }
  return lengths;
}

/** Updates from windows of a replay, by the shortest program with room for them: one per entry of `lengths`. */
export class ReplayUpdates extends Updates {
  readonly #replay: Replay;
  readonly #lengths: readonly number[];
  readonly #entries: readonly Entry[];
  readonly #fill: readonly ((drawn: Int32Array) => void)[];

  /** `batch` windows at a time; with `firstOnly` a window counts with its first step. */
  constructor(
    session: Session,
    programs: readonly Program[],
    lengths: readonly number[],
    replay: Replay,
    shape: Shape,
    groups: readonly Group[],
    options: { readonly batch: number; readonly stateLength: number; readonly firstOnly: boolean },
    notes: readonly Note[] = [],
  ) {
    super(session, programs);
    const { batch, stateLength, firstOnly } = options;
    this.#replay = replay;
    this.#lengths = lengths;
    this.#entries = programs.map(({ name }) => session.entry(name));
    this.#fill = this.#entries.map((entry, k) =>
      batchFiller(entry, shape, groups, replay, lengths[k]!, batch, stateLength, firstOnly, notes),
    );
  }

  /** An update from these windows, with numbers such as the learning rate. */
  learn(drawn: Int32Array, numbers: Readonly<Record<string, number>>): void {
    const longest = drawn.reduce((most, window) => Math.max(most, this.#replay.steps[window]!), 0);
    const found = this.#lengths.findIndex(length => length >= longest);
    const k = found < 0 ? this.#lengths.length - 1 : found;
    this.#fill[k]!(drawn);
    for (const [name, value] of Object.entries(numbers)) this.#entries[k]!.input(name)[0] = value;
    this.run(k);
  }
}

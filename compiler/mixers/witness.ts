/**
 * Refutations in numbers: random weights, inputs and utilities for which a claim fails. A search, so that finding nothing means
 * nothing; what it finds is a counterexample. The draws are fixed, so that a message never changes.
 */
import { evaluateMixer, type MixerInputs } from '../../runtime/mixers/evaluate.ts';
import { inputShape, type MixerInput, type MixerModel, sizeOfShape } from '../../runtime/mixers/model.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import type { MixerProperty } from './analysis.ts';

const draws = 40;
/** Numbers that a search may compute, some 50 ms; larger mixers are searched less. */
const mostWork = 1_000_000;
/** Evaluations that one draw takes, at most. */
const evaluations = { monotonic: 2, strictly_monotonic: 2, additive: 4, igm: 9 } as const;
/** Differences that rounding can explain. */
const tolerance = 1e-7;

/** Is the mixer small enough to be searched at all? */
export function isSearched(model: MixerModel, property: MixerProperty): boolean {
  return triesFor(model, evaluations[property]) > 0;
}

function triesFor(model: MixerModel, each: number): number {
  const size = [...model.nodes, ...model.weights].reduce((sum, { shape }) => sum + sizeOfShape(shape), 0);
  return Math.min(draws, Math.floor(mostWork / (size * (1 + each))));
}

/** Signs that elements of a node had in some draw. What was not seen may still be. */
export interface Seen {
  readonly negative: boolean;
  readonly positive: boolean;
  readonly zero: boolean;
}

/** Which signs a node has in numbers; in the first draw all weights, utilities and states are 0. */
export function signsSeen(model: MixerModel, node: number): Seen {
  const stream = new Stream(20_181_206, purposes.initial, node, model.sizes.agents);
  const before = model.nodes.slice(0, node + 1);
  const seen = { negative: false, positive: false, zero: false };
  for (let k = 0; k < triesFor({ ...model, nodes: before }, 3); k++) {
    const weights = randomWeights(model, stream);
    const inputs = randomInputs(model, stream);
    if (k === 0) for (const one of [...weights, inputs.q, inputs.best, inputs.state, inputs.features]) one.fill(0);
    for (const fn of ['min', 'max'] as const) {
      const nodes = [...before, { op: 'reduce', fn, of: node, axis: undefined, shape: [] } as const];
      const value = evaluateMixer({ ...model, nodes, output: node + 1 }, weights, inputs);
      if (value < -tolerance) seen.negative = true;
      if (value > tolerance) seen.positive = true;
      if (value === 0) seen.zero = true;
    }
  }
  return seen;
}

/** A case as a sentence, or undefined. */
export function refute(model: MixerModel, property: MixerProperty): string | undefined {
  const tries = triesFor(model, evaluations[property]);
  const stream = new Stream(20_181_206, purposes.initial, model.nodes.length, model.sizes.agents);
  for (let k = 0; k < tries; k++) {
    const found =
      property === 'igm'
        ? exceeded(model, stream)
        : property === 'additive'
          ? mixed(model, stream)
          : fallen(model, stream);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Weights and inputs in the range in which networks live, some of them large. */
export function randomWeights(model: MixerModel, stream: Stream): Float64Array[] {
  const scale = stream.unit() < 0.5 ? 2 : 6;
  return model.weights.map(({ shape, init }) =>
    Float64Array.from({ length: sizeOfShape(shape) }, () => scale * init.bound * stream.normal()),
  );
}

export function randomInputs(model: MixerModel, stream: Stream): { readonly [input in MixerInput]: Float64Array } {
  const drawn = (input: MixerInput) =>
    Float64Array.from({ length: sizeOfShape(inputShape(input, model.sizes)) }, () => 2 * stream.normal());
  const q = drawn('q');
  const actions = new Float64Array(sizeOfShape(inputShape('actions', model.sizes)));
  for (let i = 0; i < model.sizes.agents; i++) actions[i * model.sizes.actions + stream.below(model.sizes.actions)] = 1;
  const best = q.map(value => value + (stream.unit() < 0.5 ? 0 : 3 * stream.unit()));
  return { q, best, state: drawn('state'), features: drawn('features'), actions };
}

function fallen(model: MixerModel, stream: Stream): string | undefined {
  const weights = randomWeights(model, stream);
  const inputs = randomInputs(model, stream);
  const agent = stream.below(model.sizes.agents);
  const raised = Float64Array.from(inputs.q);
  const by = [0.1, 1, 5][stream.below(3)]!;
  raised[agent] = raised[agent]! + by;
  const before = evaluateMixer(model, weights, inputs);
  const after = evaluateMixer(model, weights, { ...inputs, q: raised });
  if (!(after < before - tolerance * (1 + Math.abs(before) + Math.abs(after)))) return undefined;
  if (short(after) === short(before)) return undefined;
  const q = [...inputs.q].map(short).join(', ');
  return `With random weights, raising \`q[${agent}]\` by ${by} at q = [${q}] lowers the total from ${short(before)} to ${short(after)}.`;
}

/** Tables of utilities for two actions each: some joint action beats the greedy one. */
function exceeded(model: MixerModel, stream: Stream): string | undefined {
  const { agents, actions } = model.sizes;
  const weights = randomWeights(model, stream);
  const inputs = randomInputs(model, stream);
  const tables = Array.from({ length: agents }, () => [2 * stream.normal(), 2 * stream.normal()] as const);
  const best = Float64Array.from(tables, ([a, b]) => Math.max(a, b));
  const at = (joint: number): MixerInputs => {
    const choice = (i: number) => (joint >> i) & 1;
    const taken = new Float64Array(agents * actions);
    for (let i = 0; i < agents; i++) taken[i * actions + Math.min(choice(i), actions - 1)] = 1;
    return { ...inputs, best, q: Float64Array.from(tables, (row, i) => row[choice(i)]!), actions: taken };
  };
  const greedy = tables.reduce((joint, [a, b], i) => joint | (b > a ? 1 << i : 0), 0);
  const top = evaluateMixer(model, weights, at(greedy));
  for (let joint = 0; joint < 1 << agents; joint++) {
    const total = evaluateMixer(model, weights, at(joint));
    if (!(total > top + tolerance * (1 + Math.abs(top) + Math.abs(total)))) continue;
    const chosen = [...(at(joint).q as Float64Array)].map(short).join(', ');
    return `With random weights, the total is ${short(top)} where every agent is greedy (q = [${[...best].map(short).join(', ')}]) and ${short(total)} at q = [${chosen}].`;
  }
  return undefined;
}

/** Two utilities whose effects do not add up. */
function mixed(model: MixerModel, stream: Stream): string | undefined {
  const { agents } = model.sizes;
  if (agents < 2) return undefined;
  const weights = randomWeights(model, stream);
  const inputs = randomInputs(model, stream);
  const first = stream.below(agents);
  const second = (first + 1 + stream.below(agents - 1)) % agents;
  // The utility of an agent is `q` and, where it is read, `best`.
  const greedy = model.reads.includes('best') ? ' (with `best`)' : '';
  const total = (...raised: readonly number[]): number => {
    const q = Float64Array.from(inputs.q);
    const best = Float64Array.from(inputs.best);
    for (const agent of raised) {
      q[agent] = q[agent]! + 2;
      best[agent] = best[agent]! + 2;
    }
    return evaluateMixer(model, weights, { ...inputs, q, best });
  };
  const values = [total(), total(first), total(second), total(first, second)] as const;
  const [none, one, other, bothRaised] = values;
  const gap = bothRaised - one - other + none;
  if (!(Math.abs(gap) > tolerance * (1 + values.reduce((sum, value) => sum + Math.abs(value), 0)))) return undefined;
  return `With random weights, raising \`q[${first}]\` and \`q[${second}]\` by 2${greedy} changes the total by ${short(one - none)} and ${short(other - none)} alone, and by ${short(bothRaised - none)} together.`;
}

function short(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

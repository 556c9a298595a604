/** Mixers from text, and claims about them tested in numbers, by code that shares nothing with the proofs. */
import type { MixerInfo, Program } from '../../compiler/api.ts';
import { evaluateMixer, evaluateSlopes, type MixerInputs } from '../../runtime/mixers/evaluate.ts';
import { inputShape, type MixerInput, type MixerModel, sizeOfShape } from '../../runtime/mixers/model.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { type Files, program } from '../support/memory-host.ts';

export const sizes = { agents: 3, state: 4, features: 3, actions: 2 } as const;

/** `mixer M { bindings } claims`; bindings are separated by line ends. */
export function mixerText(bindings: string, claims = ''): string {
  return `mixer M {\n${bindings
    .trim()
    .split('\n')
    .map(line => `  ${line.trim()}\n`)
    .join('')}} ${claims}\n`;
}

export function compiled(source: string | Files): Program {
  return program(source);
}

export function infoOf(source: string | Files, name = 'M'): MixerInfo {
  const compiledProgram = program(source);
  const info = compiledProgram.mixers.find(mixer => mixer.name === name);
  if (info === undefined) throw new Error(`no mixer ${name}`);
  return info;
}

export function modelOf(
  source: string | Files,
  name = 'M',
  at: Parameters<MixerInfo['instantiate']>[0] = sizes,
  overrides: Readonly<Record<string, string>> = {},
): MixerModel {
  const { model, diagnostics } = infoOf(source, name).instantiate(at, new Map(Object.entries(overrides)));
  if (model === undefined) throw new Error(diagnostics.map(d => d.message).join('\n'));
  return model;
}

/** What is proved of a mixer whether it claims it or not. */
export function proved(info: MixerInfo): readonly string[] {
  return info.facts.flatMap(fact => (fact.status === 'proved' ? [fact.property] : []));
}

export function randomCase(model: MixerModel, stream: Stream, scale: number) {
  const weights = model.weights.map(({ shape }) =>
    Float64Array.from({ length: sizeOfShape(shape) }, () => (stream.unit() < 0.05 ? 0 : scale * stream.normal())),
  );
  const drawn = (input: MixerInput) =>
    Float64Array.from({ length: sizeOfShape(inputShape(input, model.sizes)) }, () => scale * stream.normal());
  const q = drawn('q');
  const actions = new Float64Array(sizeOfShape(inputShape('actions', model.sizes)));
  for (let i = 0; i < model.sizes.agents; i++) actions[i * model.sizes.actions + stream.below(model.sizes.actions)] = 1;
  const best = q.map(value => value + (stream.unit() < 0.5 ? 0 : stream.unit() * scale));
  return { weights, inputs: { q, best, state: drawn('state'), features: drawn('features'), actions } };
}

const slack = 1e-9;
const scales = [0.3, 1, 4];

/** A case that contradicts the claim, in words; undefined if none of `draws` does. */
export function counterexample(model: MixerModel, property: string, draws: number, seed = 1): string | undefined {
  const stream = new Stream(seed, 3, model.nodes.length, model.weights.length);
  for (let k = 0; k < draws; k++) {
    const scale = scales[k % scales.length]!;
    const found =
      property === 'monotonic'
        ? falls(model, stream, scale)
        : property === 'strictly_monotonic'
          ? standsStill(model, stream)
          : property === 'additive'
            ? interacts(model, stream, scale)
            : beaten(model, stream, scale);
    if (found !== undefined) return found;
  }
  return undefined;
}

const near = (...values: readonly number[]) => slack * (1 + values.reduce((sum, value) => sum + Math.abs(value), 0));

function falls(model: MixerModel, stream: Stream, scale: number): string | undefined {
  const { weights, inputs } = randomCase(model, stream, scale);
  const agent = stream.below(model.sizes.agents);
  const q = Float64Array.from(inputs.q);
  q[agent] = q[agent]! + scale * stream.unit() * 3;
  const before = evaluateMixer(model, weights, inputs);
  const after = evaluateMixer(model, weights, { ...inputs, q });
  if (after < before - near(before, after)) return `q[${agent}]: ${before} falls to ${after}`;
  const { slopes } = evaluateSlopes(model, weights, inputs, 1e-4 * scale);
  const down = slopes.findIndex(slope => slope < -1e-4 * (1 + Math.abs(before)));
  return down < 0 ? undefined : `the slope in q[${down}] is ${slopes[down]}`;
}

/** Small numbers, so that no function is flat in floating point. */
function standsStill(model: MixerModel, stream: Stream): string | undefined {
  const { weights, inputs } = randomCase(model, stream, 0.4);
  const q = Float64Array.from(inputs.q);
  const agent = stream.below(model.sizes.agents);
  q[agent] = q[agent]! + 0.2;
  const before = evaluateMixer(model, weights, inputs);
  const after = evaluateMixer(model, weights, { ...inputs, q });
  return after > before ? undefined : `q[${agent}]: ${before} becomes ${after}`;
}

function interacts(model: MixerModel, stream: Stream, scale: number): string | undefined {
  const { weights, inputs } = randomCase(model, stream, scale);
  const at = (...raised: readonly number[]): number => {
    const q = Float64Array.from(inputs.q);
    const best = Float64Array.from(inputs.best);
    for (const agent of raised) {
      q[agent] = q[agent]! + 2 * scale;
      best[agent] = best[agent]! + 2 * scale;
    }
    return evaluateMixer(model, weights, { ...inputs, q, best });
  };
  const [none, one, other, both] = [at(), at(0), at(1), at(0, 1)] as const;
  const gap = both - one - other + none;
  return Math.abs(gap) <= 10 * near(none, one, other, both) ? undefined : `0 and 1 interact by ${gap}`;
}

/** Two actions per agent: some joint action has a higher total than the greedy one. */
function beaten(model: MixerModel, stream: Stream, scale: number): string | undefined {
  const { agents, actions } = model.sizes;
  const { weights, inputs } = randomCase(model, stream, scale);
  const tables = Array.from({ length: agents }, () => [scale * stream.normal(), scale * stream.normal()]);
  const best = Float64Array.from(tables, row => Math.max(...row));
  const total = (choice: (agent: number) => number): number => {
    const taken = new Float64Array(agents * actions);
    for (let i = 0; i < agents; i++) taken[i * actions + choice(i)] = 1;
    const q = Float64Array.from(tables, (row, i) => row[choice(i)]!);
    const full: MixerInputs = { ...inputs, best, q, actions: taken };
    return evaluateMixer(model, weights, full);
  };
  const top = total(i => (tables[i]![1]! > tables[i]![0]! ? 1 : 0));
  for (let joint = 0; joint < 1 << agents; joint++) {
    const value = total(i => (joint >> i) & 1);
    if (value > top + 100 * near(value, top)) return `joint action ${joint}: ${value} beats the greedy ${top}`;
  }
  return undefined;
}

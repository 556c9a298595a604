/** Random mixers: whatever fails in numbers was never proved; and the proofs are not vacuous. */
import { describe, expect, test } from 'vitest';
import { evaluateMixer } from '../../runtime/mixers/evaluate.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { MixerGenerator } from './generate.ts';
import { compiled, counterexample, mixerText, modelOf, proved, randomCase, sizes } from './support.ts';

interface Tally {
  mixers: number;
  proved: Record<string, number>;
  /** Not proved, though no draw contradicts it. */
  missed: Record<string, number>;
  wrong: string[];
}

const properties = ['monotonic', 'strictly_monotonic', 'additive', 'igm'] as const;

function run(seed: number, count: number, duplex: boolean): Tally {
  const generator = new MixerGenerator(new Stream(seed, 3, 0, 0), duplex);
  const tally: Tally = { mixers: 0, proved: {}, missed: {}, wrong: [] };
  while (tally.mixers < count) {
    const text = mixerText(generator.bindings());
    const program = compiled(text);
    const problems = program.diagnostics.filter(d => d.severity === 'error');
    expect(`${text}${problems.map(d => d.message).join('\n')}`).toBe(text);
    const [info] = program.mixers;
    const model = modelOf(text);
    if (!model.reads.includes('q') || !tame(text)) continue;
    tally.mixers++;
    const known = proved(info!);
    for (const property of properties) {
      if (known.includes(property)) tally.proved[property] = (tally.proved[property] ?? 0) + 1;
      const found = counterexample(model, property, known.includes(property) ? 60 : 24, tally.mixers);
      if (found === undefined && !known.includes(property)) tally.missed[property] = (tally.missed[property] ?? 0) + 1;
      // In floating point a growing function may stand still: strict claims are tested where numbers resolve them.
      if (found !== undefined && known.includes(property) && !(property === 'strictly_monotonic' && saturates(text)))
        tally.wrong.push(`${text}${property}: ${found}`);
    }
  }
  return tally;
}

/** Numbers stay in a range in which differences mean something. */
function tame(text: string): boolean {
  const model = modelOf(text);
  const stream = new Stream(9, 3, 0, 0);
  for (let k = 0; k < 6; k++) {
    const { weights, inputs } = randomCase(model, stream, 4);
    if (!(Math.abs(evaluateMixer(model, weights, inputs)) < 1e8)) return false;
  }
  return true;
}

const saturates = (text: string): boolean => /exp|softplus|tanh|sigmoid|square|elu/.test(text);

describe('random mixers', () => {
  test('nothing is proved of the reading of utilities and state that numbers contradict', () => {
    const tally = run(1, 200, false);
    expect(tally.wrong).toEqual([]);
    // Not vacuous: of what looks monotonic in numbers, most is proved.
    expect(tally.proved.monotonic).toBeGreaterThan(50);
    expect(tally.missed.monotonic ?? 0).toBeLessThan(tally.proved.monotonic!);
    expect(tally.proved.strictly_monotonic).toBeGreaterThan(15);
    expect(tally.proved.additive).toBeGreaterThan(30);
    expect(tally.proved.igm).toBe(tally.proved.monotonic);
    expect(tally.missed.igm ?? 0).toBeLessThan(30);
  });

  test('nor of mixers that read greedy utilities and joint actions', () => {
    const tally = run(2, 150, true);
    expect(tally.wrong).toEqual([]);
    expect(tally.proved.igm).toBeGreaterThan(20);
  });

  test('the search does find what is wrong', () => {
    for (const [bindings, property] of [
      ['total = dot(q, hyper([agents]))', 'monotonic'],
      ['total = dot(q, tanh(hyper([agents])))', 'igm'],
      ['total = sum(relu(q))', 'strictly_monotonic'],
      ['total = elu(sum(q))', 'additive'],
    ] as const)
      expect(counterexample(modelOf(mixerText(bindings), 'M', sizes), property, 60)).toBeDefined();
  });
});

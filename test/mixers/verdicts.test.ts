/** The corpus: what is proved holds in numbers, what is refused is refused where and why it should be, and its fixes repair it. */
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { acceptedMixers, refusedMixers } from './corpus.ts';
import { compiled, counterexample, infoOf, mixerText, modelOf, proved } from './support.ts';

test('the corpus is large and half of it refused', () => {
  const names = [...acceptedMixers, ...refusedMixers].map(mixer => mixer.name);
  expect(new Set(names).size).toBe(names.length);
  expect(acceptedMixers.length).toBeGreaterThanOrEqual(30);
  expect(refusedMixers.length).toBeGreaterThanOrEqual(30);
});

describe.each(acceptedMixers)('$name', ({ bindings, claims, proved: expected }) => {
  const text = mixerText(bindings, claims);

  test('is accepted, and exactly this is proved', () => {
    expect(compiled(text).diagnostics.map(d => d.message)).toEqual([]);
    expect(proved(infoOf(text))).toEqual(expected);
  });

  test('what is proved holds in numbers, for several sizes', () => {
    for (const agents of [1, 2, 3, 5]) {
      const model = modelOf(text, 'M', { agents, state: 4, features: 3, actions: 2 });
      for (const property of agents === 1 ? expected.filter(one => one !== 'additive') : expected)
        expect(`${property}: ${counterexample(model, property, 150, agents)}`).toBe(`${property}: undefined`);
    }
  });
});

describe.each(refusedMixers)('$name', ({ bindings, claims, rule, at, says, witness }) => {
  const text = mixerText(bindings, claims);
  const [only, ...others] = compiled(text).diagnostics as readonly [Diagnostic, ...Diagnostic[]];

  test('is refused at the sub-term', () => {
    expect(others.map(d => d.message)).toEqual([]);
    expect(only.name).toBe(rule);
    expect(text.slice(only.at.span.start, only.at.span.end)).toBe(at);
    expect(only.message).toMatch(says);
    expect(only.message.includes('With random weights')).toBe(witness);
    expect(only.related.at(-1)?.message).toBe('claimed here');
  });

  test('what its message says in numbers is so', () => {
    if (!witness) return;
    const property = {
      'not-monotonic': 'monotonic',
      'not-strictly-monotonic': 'monotonic',
      'not-additive': 'additive',
      'not-igm': 'igm',
    }[rule]!;
    expect(counterexample(modelOf(mixerText(bindings)), property, 2000)).toBeDefined();
  });

  test('every fix that is offered repairs it', () => {
    for (const fix of only.fixes) {
      let fixed = text;
      for (const { span, text: replacement } of [...fix.edits].sort((a, b) => b.span.start - a.span.start))
        fixed = fixed.slice(0, span.start) + replacement + fixed.slice(span.end);
      const left = compiled(fixed).diagnostics;
      // `relu` cures a sign, not a strict claim; another sub-term may then be the next to blame.
      expect(left.map(d => fixed.slice(d.at.span.start, d.at.span.end))).not.toContain(at);
    }
  });
});

test('weights of unknown sign get a fix, at the definition where the name is used once', () => {
  const [once] = compiled(mixerText('w = hyper([agents])\ntotal = dot(q, w)', 'monotonic')).diagnostics;
  expect(once?.fixes.map(fix => fix.edits[0]?.text)).toEqual([
    'abs(hyper([agents]))',
    'softplus(hyper([agents]))',
    'relu(hyper([agents]))',
  ]);
  expect(once?.related[0]?.message).toBe('`w` is made here');
  const [twice] = compiled(mixerText('w = hyper([agents])\ntotal = dot(q, w) + sum(w)', 'monotonic')).diagnostics;
  expect(twice?.fixes[0]?.edits[0]?.text).toBe('abs(w)');
});

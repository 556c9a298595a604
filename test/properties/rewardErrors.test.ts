/** Rewards that lose digits on the way: nothing is proved or refuted by what rounding may have made. */
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { factsOf } from '../../compiler/properties/facts.ts';
import { errorOf, rewardErrors } from '../../compiler/properties/rewardErrors.ts';
import { program } from '../support/memory-host.ts';

function modelOf(a: string, b: string, step = 'next n ~ uniform(0..3)'): GameModel {
  const text = `game G {
  agents A, B
  actions { X, Y }
  state { n: 0..3 = 1 }
  step { ${step} }
  reward[A] = ${a}
  reward[B] = ${b}
  horizon 1
}
`;
  const { model, diagnostics } = program(text).instantiate('G', new Map());
  if (model === undefined) throw new Error(diagnostics.map(d => d.message).join('\n'));
  return model;
}

function statuses(a: string, b: string, step?: string): Readonly<Record<string, string>> {
  const model = modelOf(a, b, step);
  const facts = factsOf(model, enumerate(model, { maxStates: 100 }) as Parameters<typeof factsOf>[1]);
  return { zero_sum: facts.zero_sum.status, no_conflict: facts.no_conflict.status };
}

describe('cancellation inside of a reward', () => {
  test('what was rounded to the same is not called equal', () => {
    // Doubles at 1e16 are 2 apart: the reward of A comes to 2 where it says e, so that the sum of both looks like 0.
    expect(1e16 + Math.exp(1) - 1e16).toBe(2);
    expect(statuses('1e16 + exp(n) - 1e16', '-2', 'next n = n')).toEqual({
      zero_sum: 'unknown',
      no_conflict: 'unknown',
    });
  });

  test('what differs by rounding alone is not called different: the calculation decides', () => {
    expect(statuses('1e16 + exp(n) - 1e16', '-exp(n)').zero_sum).toBe('proved');
  });

  test('what differs by more than any rounding is', () => {
    expect(statuses('1e16 + exp(n) - 1e16', '1000').zero_sum).toBe('refuted');
  });

  test('through names, functions, sums and choices', () => {
    for (const a of ['sum(1e16 + exp(n) - 1e16 for k in 0..2) / 3', 'if n > 0 then 1e16 + exp(n) - 1e16 else exp(n)'])
      expect(statuses(a, '-2', 'next n = n').zero_sum).toBe('unknown');
    const named = 'let big = 1e16 + exp(n)\n next n = n';
    expect(statuses('big - 1e16', '-2', named).zero_sum).toBe('unknown');
  });

  test('as many digits as are usual are lost without a doubt', () => {
    expect(statuses('exp(n) - 1', '1 - exp(n) * exp(n + 1) / exp(n + 1)').zero_sum).toBe('proved');
    // Fractions cancel exactly, however large they are.
    expect(statuses('1e16 + 0.3 - 1e16 + exp(n)', '-0.3 - exp(n)').zero_sum).toBe('proved');
  });
});

/** Values in units of 2^-400, far beyond doubles; `exp` by its series. */
const scale = 1n << 400n;
function expOf(n: number): bigint {
  let [sum, term] = [0n, scale];
  for (let k = 1n; term !== 0n; k++) {
    sum += term;
    term = (term * BigInt(n)) / k;
  }
  return sum;
}

test.each([
  ['exp(n) - 1', (n: number) => expOf(n) - scale],
  ['(exp(n) + 1000) - 1000', (n: number) => expOf(n)],
  ['exp(n) * exp(n) - 7 * exp(n)', (n: number) => (expOf(n) * expOf(n)) / scale - 7n * expOf(n)],
  ['1 / (exp(n) + 1) - exp(-n)', (n: number) => (scale * scale) / (expOf(n) + scale) - (scale * scale) / expOf(n)],
  ['1e12 + exp(n) - 1e12', (n: number) => expOf(n)],
  ['sum(exp(n) * 1e6 - k for k in 0..9) - 1e7 * exp(n)', () => -45n * scale],
])('the bound holds against many digits: %s', (text, truth) => {
  const model = modelOf(text, '0');
  const found = enumerate(model, { maxStates: 100 }).game;
  const [error] = rewardErrors(model);
  if (found === undefined || error === undefined) throw new Error('not listed');
  expect(error.absolute).toBeLessThan(1);
  for (let state = 0; state < found.stateCount; state++) {
    const n = Number(/n = (\d)/.exec(found.describeState(state))?.[1]);
    const outcome = found.outcomeStart[found.jointStart[state] as number] as number;
    const reward = found.outcomeReward[outcome * 2] as number;
    // A double is a fraction: it is compared as one.
    const off = exactly(reward) - truth(n);
    const bound = exactly(errorOf(error, reward));
    expect(off < 0n ? -off : off).toBeLessThanOrEqual(bound + 1000n);
  }
});

/** A double in units of 1 / scale. */
function exactly(value: number): bigint {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  return (BigInt(mantissa) * scale) >> BigInt(exponent);
}

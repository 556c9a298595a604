import { describe, expect, test } from 'vitest';
import { figure, withNoise } from '../../runtime/train/figures.ts';
import { returnsCancel } from '../../runtime/train/reported.ts';

describe('numbers with noise', () => {
  test.each([
    [-0.12, 0.09978, '-0.12 +- 0.10'],
    [-0.5, 0.08704, '-0.500 +- 0.087'],
    [1234.5678, 12.34, '1235 +- 12'],
    [1234.5678, 345.6, '1235 +- 346'],
    [0.99999, 0.000123, '0.99999 +- 0.00012'],
    [-0.0001, 0.25, '0.00 +- 0.25'],
    [3, 0, '3'],
    [0.3333333, 0, '0.3333'],
    [0.3333333, 1e-12, '0.3333'],
    [2.5, Number.NaN, '2.5'],
  ])('%d, %d', (mean, stderr, text) => expect(withNoise({ mean, stderr })).toBe(text));

  test('no negative zero', () => expect(figure(-0)).toBe('0'));
});

describe('returns that cancel', () => {
  const at = (...means: number[]) => ({ returns: means.map(mean => ({ mean, stderr: 0 })) });
  test.each([
    ['two agents', 'none', [at(1, -1), at(0, 0)], true],
    ['three agents, rounded', 'none', [at(0.1, 0.2, -0.3)], true],
    ['a common reward', 'none', [at(1, 1)], false],
    ['nothing paid', 'none', [at(0, 0)], false],
    ['once only', 'none', [at(1, -1), at(1, 1)], false],
    ['a declared team', 'sum', [at(1, -1)], false],
    ['nothing evaluated', 'none', [], false],
  ] as const)('%s', (_, teamReward, evaluations, expected) =>
    expect(returnsCancel({ teamReward }, evaluations)).toBe(expected),
  );
});

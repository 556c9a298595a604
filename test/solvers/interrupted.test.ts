/** Solvers and checks that are told to stop: what they have by then, and an honest word about the rest. */
import { expect, test } from 'vitest';
import { pureDevice } from '../../runtime/solvers/correlated-hurry.ts';
import { isRefusal, solve, toJson } from '../../runtime/solvers/index.ts';
import { givenUp, solveLargeMatrix } from '../../runtime/solvers/matrix-game.ts';
import { normalForm } from '../../runtime/solvers/normal-form.ts';
import { toFloat } from '../../runtime/verify/number.ts';
import { verify } from '../../runtime/verify/verify.ts';
import { answerOf, library } from './extensive/support.ts';
import { integers } from './games.ts';

test('a linear program that is given up leaves strategies with bounds that hold', async () => {
  const size = 900;
  const next = integers(7, 1000);
  const matrix = Float64Array.from({ length: size * size }, () => next() / 1000);
  const found = await solveLargeMatrix(matrix, size, size, { signal: { aborted: true } });
  expect(found.backend).toBe(givenUp);
  const sum = (list: readonly number[]) => list.reduce((total, p) => total + p, 0);
  expect(sum(found.row)).toBeCloseTo(1, 9);
  expect(sum(found.column)).toBeCloseTo(1, 9);
  const gets = Array.from({ length: size }, (_, i) =>
    found.column.reduce((total, q, j) => total + q * (matrix[i * size + j] as number), 0),
  );
  const loses = Array.from({ length: size }, (_, j) =>
    found.row.reduce((total, p, i) => total + p * (matrix[i * size + j] as number), 0),
  );
  const [low, high] = [Math.min(...loses), Math.max(...gets)];
  expect(low).toBeLessThanOrEqual(found.value);
  expect(found.value).toBeLessThanOrEqual(high);
  // Payoffs spread over [0, 1]: playing evenly would leave about 2 * 3.2 * 0.289 / 30 = 0.062.
  expect(high - low).toBeLessThan(0.055);
}, 120_000);

test('in place of the best correlated equilibrium, the best pure one', () => {
  const form = normalForm(library('StagHunt'));
  if (isRefusal(form)) throw new Error(form.refused);
  const stag = pureDevice(form, { kind: 'welfare' });
  expect(stag?.map(toFloat)).toEqual([1, 0, 0, 0]);
  const pennies = normalForm(library('MatchingPennies'));
  expect(!isRefusal(pennies) && pureDevice(pennies, { kind: 'welfare' })).toBeUndefined();
});

test('a check that is out of time confirms nothing, keeps the value where it has it, and says so', async () => {
  const tiger = library('DecTiger(steps: 3)');
  const answer = await answerOf(tiger, { concept: 'decentralised' });
  const claim = {
    kind: 'decentralised' as const,
    solution: answer.solution,
    values: answer.values,
    completeness: answer.completeness,
    bound: answer.certificate.gap?.upper ?? 0,
  };
  expect(verify(tiger, claim, 1e-9).kind).toBe('decentralised');
  // That nobody gains alone is not known without following it through.
  const { bound: _, ...alone } = claim;
  const nothing = verify(tiger, { ...alone, kind: 'nash' }, 1e-9, () => true);
  expect(nothing.kind).toBe('approximate');
  expect(nothing.unfinished).toContain('the time was up');
  expect(nothing.regret.every(gain => Number.isNaN(toFloat(gain)))).toBe(true);
  expect(nothing.problems).toContain(nothing.unfinished);
  // A team's optimum stands by its value and the bound, which are found sooner.
  const half = verify(tiger, claim, 1e-9, () => true);
  expect(half.kind).toBe('decentralised');
  expect(toFloat(half.values?.[0] ?? 0)).toBeCloseTo(5.1908125, 9);
  expect(half.unfinished).toContain('what a member could gain');
  expect(half.regret.every(gain => Number.isNaN(toFloat(gain)))).toBe(true);
  expect(half.problems).toEqual([]);
  const data = toJson({ ...answer, certificate: nothing }, tiger);
  expect(data.certificate).toMatchObject({ kind: 'approximate', unfinished: nothing.unfinished });
  expect(Object.values(data.certificate.regret)).toEqual([null, null]);
});

test('what is interrupted before it begins is a value with the reason', async () => {
  const answer = await solve(library('Kuhn'), { concept: 'minimax' }, { signal: { aborted: true } });
  expect(isRefusal(answer) && answer.refused).toContain('interruption');
});

/** What the extension answers where `marl` would ask GLPK: an approximate answer with its certificate, or a refusal, each with what helps. */
import { expect, test, vi } from 'vitest';
import { isRefusal, solve } from '../../runtime/solvers/index.ts';
import { toFloat } from '../../runtime/verify/number.ts';
import { answerOf, library } from '../solvers/extensive/support.ts';

vi.mock('../../runtime/solvers/glpk.ts', () => import('../../lsp/vscode/linearPrograms.ts'));

const helps = /extension comes without GLPK.*npm install marl/;

test('Leduc: average strategies instead of its linear program, as far from its value as they say', {
  timeout: 60_000,
}, async () => {
  const answer = await answerOf(library('Leduc'), { concept: 'minimax' });
  expect(answer.method).toBe('sequence_form');
  expect(answer.warnings.join('\n')).toMatch(helps);
  // -0.085606424078 is what it is worth; the certificate encloses it.
  const { lower, upper } = answer.certificate.gap ?? {};
  expect(toFloat(lower ?? 0)).toBeLessThanOrEqual(-0.085606424078);
  expect(toFloat(upper ?? 0)).toBeGreaterThanOrEqual(-0.085606424079);
  expect(toFloat(upper ?? 0) - toFloat(lower ?? 0)).toBeLessThan(0.1);
});

test('Kuhn needs no GLPK, and no word about it', async () => {
  const answer = await solve(library('Kuhn'), { concept: 'minimax' });
  if (isRefusal(answer)) throw new Error(answer.refused);
  expect(answer.values?.map(String)).toEqual(['-1/18', '1/18']);
  expect(answer.warnings).toEqual([]);
});

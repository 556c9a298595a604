/** The policy behind `evaluate`, and `report`. */
import { expect, test } from 'vitest';
import { parse } from '../../grammar/index.ts';

function clauses(text: string) {
  const { ast, errors } = parse(`train T on G {\n${text}\n}\n`);
  const [train] = ast.declarations;
  return { errors, clauses: train?.kind === 'Train' ? train.clauses : [] };
}

const evaluate = 'evaluate every 10 steps for 5 episodes';

test.each([
  [evaluate, undefined],
  [`${evaluate} greedy`, 'greedy'],
  [`${evaluate} sampled`, 'sampled'],
  [`${evaluate} sampled stop when return >= 1`, 'sampled'],
  // Words that are neither are left to the compiler, which says what there is.
  [`${evaluate} sample`, 'sample'],
])('%s', (text, policy) => {
  const found = clauses(text);
  expect(found.errors).toEqual([]);
  const [{ policy: written } = { policy: undefined }] = found.clauses as readonly { policy?: { text: string } }[];
  expect(written?.text).toBe(policy);
});

test.each([
  ['report max over agents', 'max', undefined],
  ['report sum per class', 'sum', 'class'],
  ['report per class', undefined, 'class'],
  ['report per agent', undefined, 'agent'],
])('%s', (text, how, per) => {
  const found = clauses(`${text}\n  budget 5 steps`);
  expect(found.errors).toEqual([]);
  expect(found.clauses.map(({ kind }) => kind)).toEqual(['Report', 'Budget']);
  const [report] = found.clauses as readonly { how?: { text: string }; per?: { text: string } }[];
  expect([report?.how?.text, report?.per?.text]).toEqual([how, per]);
});

test.each([
  // A misspelt clause is not taken for a policy.
  [`${evaluate}\n  reprot mean over agents`, 'M0142', 'Did you mean `report`?'],
  [`${evaluate}\n  polcy reads { a }`, 'M0142', 'Did you mean `policy`?'],
  ['report mean', 'M0127', 'Write `over` or `per`.'],
  ['report max over agents  report per agent', 'M0135', 'Remove one of them.'],
])('%s is an error', (text, code, remedy) => {
  expect(clauses(text).errors).toMatchObject([{ code, remedy }]);
});

test('the words stay usable as names', () => {
  const { errors } = parse(
    'game G { agents report, per actions { sampled, greedy } state { reports: bool = true } reward = if action[report] == sampled then 1 else 0 }',
  );
  expect(errors).toEqual([]);
});

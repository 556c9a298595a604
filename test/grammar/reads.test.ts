/** `policy reads` and `critic reads` in a training. */
import { expect, test } from 'vitest';
import { parse } from '../../grammar/index.ts';

function clauses(text: string) {
  const { ast, errors } = parse(`train T on G {\n${text}\n}\n`);
  const [train] = ast.declarations;
  return { errors, clauses: train?.kind === 'Train' ? train.clauses : [] };
}

test('clauses with and without a binder, in any number', () => {
  const found = clauses(`  algorithm IQL
  policy[p: Player] reads { observation, goal: goals[p], [x for x in s] else 0 }
  policy[Prey] reads { at[Prey], }
  critic reads { state }
  budget 100 steps
  policy reads { }`);
  expect(found.errors).toEqual([]);
  expect(found.clauses).toMatchObject([
    { kind: 'Algorithm' },
    {
      kind: 'Reads',
      who: 'policy',
      binder: { name: { text: 'p' }, type: { kind: 'NamedType' } },
      parts: [
        { name: undefined, value: { kind: 'NameExpr' }, pad: undefined },
        { name: { text: 'goal' }, value: { kind: 'IndexExpr' } },
        { value: { kind: 'Comprehension' }, pad: { kind: 'Number' } },
      ],
    },
    { kind: 'Reads', who: 'policy', binder: { name: { text: 'Prey' }, type: undefined }, parts: [{}] },
    { kind: 'Reads', who: 'critic', binder: undefined, parts: [{ value: { kind: 'NameExpr' } }] },
    { kind: 'Budget' },
    { kind: 'Reads', who: 'policy', parts: [] },
  ]);
});

test('the words stay usable as names', () => {
  const { ast, errors } = parse(
    'game G { agents policy, critic actions { reads, X } state { policies: bool = true } reward = if action[policy] == reads then 1 else 0 }',
  );
  expect(errors).toEqual([]);
  expect(ast.declarations[0]).toMatchObject({ kind: 'Game' });
});

test('what is missing is said, and the other clauses are kept', () => {
  const found = clauses('  policy reads x\n  budget 100 steps');
  expect(found.errors.length).toBe(1);
  expect(found.errors[0]?.message).toContain('What is read is written `policy[p: Player] reads { observation, a }`');
  expect(found.clauses.some(clause => clause.kind === 'Budget')).toBe(true);
});

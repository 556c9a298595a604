/** `network` declarations and schedules as arguments: how they are read, and what is said of broken ones. */
import { describe, expect, test } from 'vitest';
import type { NetworkDecl } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';
import { showExpr } from '../grammar/show.ts';

const networks = (text: string): readonly NetworkDecl[] => {
  const { ast, errors } = parse(text);
  expect(errors.map(one => one.message)).toEqual([]);
  return ast.declarations.filter(one => one.kind === 'Network');
};

describe('networks', () => {
  test('with parameters, documentation and layers over several lines', () => {
    const [one, two] = networks(
      '/// A body.\nnetwork Wide(units: int = 128) = mlp(units, units, tanh)\n  |> layer_norm\n  |> gru(8)\nnetwork Other = Wide\n',
    );
    expect([one?.name.text, one?.doc, one?.params.map(param => param.name.text)]).toEqual([
      'Wide',
      'A body.',
      ['units'],
    ]);
    expect(showExpr(one!.value)).toBe('((mlp(units, units, tanh) |> layer_norm) |> gru(8))');
    expect(two?.name.text).toBe('Other');
  });

  test('after a mixer, whose claims end there', () => {
    const { ast, errors } = parse(
      'mixer M { total = sum(q) } monotonic igm network N = mlp(3)\nmixer O { total = sum(q) }\n',
    );
    expect(errors).toEqual([]);
    expect(ast.declarations.map(one => one.kind)).toEqual(['Mixer', 'Network', 'Mixer']);
  });

  test('`|>` binds less than any other operator', () => {
    expect(showExpr(networks('network N = a + b |> c or d |> e')[0]!.value)).toBe('(((a + b) |> (c or d)) |> e)');
  });

  test('a schedule as an argument', () => {
    const [one] = networks('network N = adam(lr: 2 * a -> b over 3 * c steps, eps: 1)');
    expect(showExpr(one!.value)).toBe('adam(lr: ((2 * a) -> b over (3 * c) steps), eps: 1)');
  });
});

describe('broken ones', () => {
  test.each([
    ['network = mlp(3)\n', 'network Name(params) = mlp(64, 64) |> layer_norm'],
    ['network N mlp(3)\n', 'network Name(params) = mlp(64, 64) |> layer_norm'],
    ['network N = \n', 'network'],
    ['network N = mlp(3) |> \n', ''],
    ['netwrok N = mlp(3)\n', '`network`'],
    ['network N = adam(lr: 1 -> 2 over 3)\n', '1e-3 -> 1e-4 over 50_000 steps'],
    ['network N = adam(lr: 1 -> 2)\n', '1e-3 -> 1e-4 over 50_000 steps'],
  ])('%s', (text, part) => {
    const { errors, ast } = parse(`let before = 1\n${text}let after = 2\n`);
    expect(errors).toHaveLength(1);
    expect(`${errors[0]?.message} ${errors[0]?.remedy}`).toContain(part);
    // What stands around it is read all the same.
    const names = ast.declarations.flatMap(one => (one.kind === 'Const' ? [one.name.text] : []));
    expect(names).toEqual(['before', 'after']);
  });
});

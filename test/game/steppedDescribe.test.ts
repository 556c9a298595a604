import { expect, test } from 'vitest';
import { describe, printNumber, printState, stateValues } from '../../compiler/game/describe.ts';
import type { GameModel, Scalar, Store, ViewValue } from '../../compiler/game/model.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { actions, Builder, shown } from './build.ts';

const values: Readonly<Record<string, readonly Scalar[]>> = {
  grid: [2, 3, 2, 2, 2, 3],
  mixed: [4, 0, 7],
  exact: [Rational.of(-1, 3), 0.1 + 0.2, -0],
};
const read = (store: Store, offset: number): Scalar => values[store.name]?.[offset] ?? 0;

function model(view: (store: (name: string) => Store) => GameModel['view']): GameModel {
  const b = new Builder();
  const store = (name: string) => b.state(name, values[name]?.length ?? 1, { low: 0, high: 9 })[0];
  return b.finish({ name: 'View', classes: [], actions: [actions('Go')], view: view(store), rewards: [] });
}

test('grids line up, names start at the low end of their range', () => {
  const game = model(store => {
    const grid = store('grid');
    const items = [0, 1, 2, 3, 4, 5].map(k => shown.named(grid, ['Wall', 'Go'], k, 2));
    return [{ name: 'map', value: shown.array(['', '', '', '', '', ''], items, [2, 3]) }];
  });
  expect(printState(game, read)).toBe('map\n     0    1    2\n  0  Wall Go   Wall\n  1  Wall Wall Go');
  expect(describe(game, read)).toBe('map = [Wall Go   Wall / Wall Wall Go]');
  expect(stateValues(game, read)).toEqual({
    map: [
      ['Wall', 'Go', 'Wall'],
      ['Wall', 'Wall', 'Go'],
    ],
  });
});

test('records, tuples, sequences and arrays nest; long arrays are lists', () => {
  const game = model(store => {
    const mixed = store('mixed');
    const number = (offset: number): ViewValue => shown.number(mixed, offset);
    const tuple: ViewValue = {
      kind: 'tuple',
      items: [number(0), shown.record('Cell', { row: number(1), col: number(2) })],
    };
    const empty: ViewValue = { kind: 'seq', length: { store: mixed, offset: 1 }, items: [number(0), number(2)] };
    const long = Array.from({ length: 7 }, () => number(0));
    const inner = shown.array(['0', '1'], [number(0), number(2)]);
    return [
      { name: 'tuple', value: tuple },
      { name: 'empty', value: empty },
      { name: 'by', value: shown.array(['A', 'Long'], [inner, empty]) },
      { name: 'long', value: shown.array(['0', '1', '2', '3', '4', '5', '6'], long) },
    ];
  });
  expect(describe(game, read, 3)).toBe(
    'tuple = (4, Cell(0, 7)), empty = [], by[A] = [4, 7], by[Long] = [], long = [4, 4, 4, 4, 4, 4, 4], time = 3',
  );
  expect(printState(game, read).split('\n').slice(0, 5)).toEqual([
    'tuple  (4, Cell(0, 7))',
    'empty  []',
    'by',
    '  A     [4, 7]',
    '  Long  []',
  ]);
  expect(stateValues(game, read)).toEqual({
    tuple: [4, { row: 0, col: 7 }],
    empty: [],
    by: { A: [4, 7], Long: [] },
    long: [4, 4, 4, 4, 4, 4, 4],
  });
});

test('numbers: fractions as they are, doubles to six digits, no minus zero', () => {
  expect((values.exact ?? []).map(printNumber)).toEqual(['-1/3', '0.3', '0']);
  expect([1e21, 123456.789, 0.000012345678].map(printNumber)).toEqual(['1e+21', '123457', '0.0000123457']);
  const game = model(store => [{ name: 'x', value: shown.number(store('exact'), 2) }]);
  expect(Object.is(stateValues(game, read).x, 0)).toBe(true);
});

test('names that mean something to JavaScript are only names', () => {
  const game = model(store => {
    const number = shown.number(store('mixed'), 2);
    const record: ViewValue = { kind: 'record', type: 'constructor', fields: [{ name: '__proto__', value: number }] };
    return [{ name: '__proto__', value: record }];
  });
  expect(JSON.stringify(stateValues(game, read))).toBe('{"__proto__":{"__proto__":7}}');
  expect(describe(game, read)).toBe('__proto__ = constructor(7)');
});

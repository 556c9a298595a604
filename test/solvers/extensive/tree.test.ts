/** Trees and sequence forms: sizes that are known, payoffs, simultaneous moves, discounts, horizons, limits. */
import { describe, expect, test } from 'vitest';
import { sequenceForm } from '../../../runtime/solvers/extensive/form.ts';
import { gains, planOf, strategyOf } from '../../../runtime/solvers/extensive/response.ts';
import { buildTree, end } from '../../../runtime/solvers/extensive/tree.ts';
import { isRefusal, solve } from '../../../runtime/solvers/index.ts';
import { game } from '../games.ts';
import { formOf, kuhnBest, kuhnValue, library, treeOf } from './support.ts';

describe('known sizes', () => {
  test('Kuhn: 12 information sets, 13 sequences each, 30 ends', () => {
    const tree = treeOf(library('Kuhn'));
    const { spaces } = sequenceForm(tree);
    expect(spaces.map(space => [space.sets, space.sequences])).toEqual([
      [6, 13],
      [6, 13],
    ]);
    expect(tree.ends).toBe(30);
  });

  test('Leduc: 936 information sets', () => {
    const { spaces } = formOf(library('Leduc'));
    expect(spaces.map(space => space.sets)).toEqual([468, 468]);
    // 120 deals of three cards; after each 30 of two, the 1 + 2 * 2 folds of the first round are one entry: 5520 ends in OpenSpiel's tree.
    expect(formOf(library('Leduc')).rows[0].other.length).toBe(5520);
  });

  test('chance adds up to one under any strategies, and parents come first', () => {
    for (const name of ['Kuhn', 'Leduc', 'TicTacToe']) {
      const tree = treeOf(library(name));
      const { spaces, rows } = sequenceForm(tree);
      const plans = spaces.map(space => planOf(space, strategyOf(space, new Float64Array(space.sequences))));
      let total = 0;
      for (let s = 0; s < rows[0].start.length - 1; s++)
        for (let k = rows[0].start[s]!; k < rows[0].start[s + 1]!; k++)
          total += plans[0]![s]! * plans[1]![rows[0].other[k]!]! * rows[0].weight[k]!;
      expect(total).toBeCloseTo(1, 10);
      for (const { parent, first } of spaces) expect(parent.every((sequence, h) => sequence < first[h]!)).toBe(true);
      expect(tree.parent.every((parent, node) => parent < node)).toBe(true);
    }
  });
});

describe('values and gains', () => {
  test('uniform Kuhn: the value from the rules, NashConv 11/12', () => {
    const form = formOf(library('Kuhn'));
    const half = [0.5, 0.5, 0.5];
    const play = { open: half, call: half, bet: half, match: half };
    const plans = form.spaces.map(space => planOf(space, strategyOf(space, new Float64Array(space.sequences))));
    const found = gains(form, plans as [Float64Array, Float64Array]);
    expect(found.values[0]).toBeCloseTo(kuhnValue(play), 14);
    expect(found.gains[0]).toBeCloseTo(kuhnBest(play, 'First') - kuhnValue(play), 14);
    expect(found.gains[1]).toBeCloseTo(kuhnBest(play, 'Second') + kuhnValue(play), 14);
    expect(found.nashConv).toBeCloseTo(11 / 12, 14);
  });

  test('always passing: NashConv 2', () => {
    const form = formOf(library('Kuhn'));
    const plans = form.spaces.map(space => {
      const weights = new Float64Array(space.sequences);
      for (let h = 0; h < space.sets; h++) weights[space.first[h]!] = 1;
      return planOf(space, strategyOf(space, weights));
    });
    expect(gains(form, plans as [Float64Array, Float64Array]).nashConv).toBeCloseTo(2, 14);
  });
});

/** Two rounds of matching pennies; the second pays double; A sees nothing of the first round but its own move. */
const rounds = (discount: string, horizon?: number) =>
  game({
    name: 'Rounds',
    agents: ['A', 'B'],
    actions: [
      ['h', 't'],
      ['h', 't'],
    ],
    discount,
    ...(horizon === undefined ? {} : { horizon }),
    states: [
      {
        name: 'first',
        sees: [0, 0],
        step: ([i, j]) => [{ p: 1, to: 1, r: i === j ? [1, -1] : [-1, 1] }],
      },
      { name: 'second', sees: [1, 1], step: ([i, j]) => [{ p: 1, to: -1, r: i === j ? [2, -2] : [-2, 2] }] },
    ],
  });

describe('unrolling', () => {
  test('simultaneous moves become information sets: nobody sees what the other does at the same time', () => {
    const tree = treeOf(rounds('1'));
    // 2 + 4 choices one after the other, twice: 1 + 2 + 4 * (1 + 2 + 4) nodes, an end for each of 16 plays.
    expect([tree.nodes, tree.ends]).toEqual([1 + 2 + 4 + 8 + 16, 16]);
    const { spaces } = sequenceForm(tree);
    // At first one set; afterwards own move remembered: two more.
    expect(spaces.map(space => space.sets)).toEqual([3, 3]);
  });

  test('rewards add up along the path, discounted', () => {
    for (const [discount, factor] of [
      ['1', 1],
      ['1/2', 0.5],
    ] as const) {
      const { low, high } = formOf(rounds(discount));
      expect([low[0], high[0]]).toEqual([-1 - 2 * factor, 1 + 2 * factor]);
    }
  });

  test('the horizon ends plays and is counted', () => {
    const tree = treeOf(rounds('1', 1));
    expect([tree.ends, tree.cut, tree.longest]).toEqual([4, 4, 1]);
  });

  test('chance in the middle, outcomes of probability zero left out', () => {
    const tree = treeOf(
      game({
        agents: ['A', 'B'],
        actions: [['go'], ['go']],
        states: [
          {
            legal: [[0], []],
            step: () => [
              { p: '1/3', to: -1, r: [3, -3] },
              { p: '2/3', to: -1, r: [0, 0] },
              { p: 0, to: -1, r: [9, -9] },
            ],
          },
        ],
      }),
    );
    expect([...tree.mover].filter(mover => mover === end)).toHaveLength(2);
    expect(sequenceForm(tree).rows[0].payoff[0]).toBeCloseTo(1, 15);
  });

  test('states that return have no tree; large trees are given up with a reason', () => {
    const cycle = buildTree(
      game({
        agents: ['A', 'B'],
        actions: [['x'], ['x']],
        discount: '1/2',
        states: [{ step: () => [{ p: 1, to: 0, r: [0, 0] }] }],
      }),
    );
    expect(isRefusal(cycle) && cycle.refused).toContain('no finite tree');
    const large = buildTree(library('TicTacToe'), {}, 10_000);
    expect(isRefusal(large) && large.refused).toBe('the tree of TicTacToe has more than 10000 nodes');
    const late = buildTree(library('TicTacToe'), { deadline: performance.now() - 1 });
    expect(isRefusal(late) && late.refused).toContain('time limit');
  });
});

test('a linear program that GLPK could not finish is refused, with what works', async () => {
  const answer = await solve(library('TicTacToe'), { concept: 'minimax', method: 'sequence_form' });
  expect(isRefusal(answer) && `${answer.refused}; ${answer.remedy}`).toMatch(
    /too large \(\d+ rows, \d+ variables\); use `by predictive_cfr_plus`/,
  );
});

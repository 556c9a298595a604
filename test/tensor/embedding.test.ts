/** `embedding`: a table for each entry of an input, shared or one for each agent. */
import { describe, expect, test } from 'vitest';
import type { LayerSpec, NetworkSpec } from '../../runtime/tensor/index.ts';
import { Graph, networkSequence, networkStep } from '../../runtime/tensor/index.ts';
import { checkGradient, evaluate } from './support.ts';

const options = { path: 'net', owner: 'the policy of Player' };
const one = (layer: LayerSpec): NetworkSpec => ({ layers: [layer] });

describe('embeddings', () => {
  // A number in 3..5, two one-hot values of two, interleaved with a number in 0..1 that is divided by 4, and one that is handed on.
  const given = {
    P: [
      { from: 0, values: 3, low: 3 },
      { from: 1, count: 2, stride: 3, values: 2 },
      { from: 3, values: 2, low: 0, scale: 4 },
      { from: 6, values: 1 },
    ],
  };
  const spec = one({ kind: 'embedding', units: 2, given });
  const place = { ...options, group: 'P' };
  const rows = [
    [4, 1, 0, 0.25, 0, 1, 9.5],
    // Nothing was observed: 3 is the least that the first number can be.
    [0, 0, 0, 0, 0, 0, 0],
  ];

  test('a table for each entry, the vector 0 for what is no value, other numbers as they are', () => {
    const g = new Graph('embed');
    g.output('y', networkStep(g, spec, place, g.constant(rows.flat(), [2, 7])).output);
    const tables = new Map([
      ['net/embedding0/table2', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
      ['net/embedding0/table3', [21, 22, 23, 24, 25, 26]],
    ]);
    const y = evaluate(g.program(), tables).get('y')!;
    expect(y.slice(0, 9)).toEqual([1, 2, 7, 8, 11, 12, 23, 24, 9.5]);
    expect(y.slice(9)).toEqual([0, 0, 0, 0, 9, 10, 0, 0, 0]);
  });

  test('copies look up in tables of their own', () => {
    const g = new Graph('embed');
    // [time 2, copies 2, rows 1]
    const x = g.constant([...rows, ...rows].flat(), [2, 2, 1, 7]);
    g.output('y', networkSequence(g, spec, { ...place, copies: 2 }, x).output);
    const count = (n: number): number[] => Array.from({ length: n }, (_, k) => k + 1);
    const tables = new Map([
      ['net/embedding0/table2', count(24)],
      ['net/embedding0/table3', count(12)],
    ]);
    const y = evaluate(g.program(), tables).get('y')!;
    for (const time of [0, 18]) {
      expect(y.slice(time, time + 9)).toEqual([1, 2, 7, 8, 11, 12, 3, 4, 9.5]);
      expect(y.slice(time + 9, time + 18)).toEqual([0, 0, 0, 0, 21, 22, 0, 0, 0]);
    }
  });

  test.each([undefined, 2])('gradients of the tables, copies: %s', copies => {
    const shape = copies === undefined ? [2, 7] : [copies, 1, 7];
    const lead = copies === undefined ? [] : [copies];
    checkGradient(
      [
        [...lead, 3, 2, 2],
        [...lead, 1, 3, 2],
      ],
      (g, ...parameters) => {
        let next = 0;
        g.parameter = () => parameters[next++]!;
        const own = copies === undefined ? place : { ...place, copies };
        return g.square(networkStep(g, spec, own, g.constant(rows.flat(), shape)).output);
      },
      { tolerance: 1e-6 },
    );
  });
});

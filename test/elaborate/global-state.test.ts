/** The state as critics and mixers read it: numbers with bounds are of the size of 1, what agents observe is as declared. */
import { expect, test } from 'vitest';
import { Stepped } from '../../compiler/game/stepped.ts';
import { modelOf } from '../support/memory-host.ts';

const source = `
enum Colour { Red, Green }
game Scales {
  agents A
  actions { Go }
  state {
    cell:  0..8 = 6
    shift: -4..2 = -3
    near:  real in -0.5..0.5 = 0.25
    free:  real = 40
    count: int = 70
    flag:  bool = true
    none:  0..0 = 0
    hue:   Colour = Green
    cells: (0..5)[0..1] = 5
    row:   seq<0..10, 2> = [5]
  }
  reward = 0
  horizon 2
}`;

test('bounded numbers are divided by the largest magnitude of their type, others approach 1', () => {
  const game = new Stepped(modelOf(source), 1);
  expect([...game.globalState()]).toEqual([
    0.75,
    -0.75,
    0.5,
    Math.fround(40 / 41),
    Math.fround(70 / 71),
    1,
    0,
    0,
    1,
    1,
    1,
    0.5,
    0,
  ]);
});

test('what agents observe keeps its values', () => {
  const game = new Stepped(modelOf(source), 1);
  expect([...game.observation(0).numbers]).toEqual([6, -3, 0.25, 40, 70, 1, 0, 0, 1, 5, 5, 5, 0]);
});

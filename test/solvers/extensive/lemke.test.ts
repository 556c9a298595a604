/** Equilibria of two-agent games of several steps with rewards of any kind: known ones, and random trees judged by the verifier. */
import { describe, expect, test } from 'vitest';
import { isRefusal, solve } from '../../../runtime/solvers/index.ts';
import { game, integers, type Outcome } from '../games.ts';
import { answerOf, library } from './support.ts';

const lemke = { concept: 'nash', method: 'sequence_form_lemke' };

/** Beer-quiche (Cho and Kreps 1987): the sender is strong with probability 9/10 and likes beer then, else quiche; who is let go gains 2. */
const beerQuiche = game({
  name: 'BeerQuiche',
  agents: ['Sender', 'Receiver'],
  actions: [
    ['beer', 'quiche'],
    ['fight', 'leave'],
  ],
  initial: [
    [0, '9/10'],
    [1, '1/10'],
  ],
  states: [
    ...[0, 1].map(kind => ({
      name: kind === 0 ? 'strong' : 'weak',
      legal: [[0, 1], []],
      sees: [kind, 9],
      step: ([drink = 0]: readonly number[]) => [{ p: 1, to: 2 + 2 * kind + drink, r: [drink === kind ? 1 : 0, 0] }],
    })),
    ...[0, 1, 2, 3].map(k => ({
      legal: [[], [0, 1]],
      sees: [9, k % 2],
      step: ([, act]: readonly number[]) => [{ p: 1, to: -1, r: [act === 1 ? 2 : 0, k >= 2 === (act === 0) ? 1 : 0] }],
    })),
  ],
});

/** Who stops takes two thirds of a pot that doubles with every pass. */
const centipede = game({
  name: 'Centipede',
  agents: ['A', 'B'],
  actions: [
    ['take', 'pass'],
    ['take', 'pass'],
  ],
  states: [0, 1, 2, 3].map(k => ({
    legal: k % 2 === 0 ? [[0, 1], []] : [[], [0, 1]],
    step: (actions: readonly number[]) => {
      const act = actions[k % 2];
      const [much, little] = [4 * 2 ** k, 2 ** k];
      if (act === 0) return [{ p: 1, to: -1, r: k % 2 === 0 ? [much, little] : [little, much] }];
      return k < 3 ? [{ p: 1, to: k + 1, r: [0, 0] }] : [{ p: 1, to: -1, r: [64, 16] }];
    },
  })),
});

describe('known equilibria', () => {
  test('Beer-quiche: everybody pools, and the receiver leaves', async () => {
    const answer = await answerOf(beerQuiche, lemke);
    expect(answer.certificate).toMatchObject({ kind: 'nash', arithmetic: 'rational' });
    // Both pooling equilibria: the receiver is right in 9 of 10 cases; beer pays the strong 3 and the weak 2, quiche the other way round.
    expect(String(answer.values?.[1])).toBe('9/10');
    expect(['29/10', '21/10']).toContain(String(answer.values?.[0]));
  });

  test('the centipede ends at once in every equilibrium', async () => {
    const answer = await answerOf(centipede, { concept: 'nash', method: 'sequence_form_lemke' });
    expect(answer.method).toBe('sequence_form_lemke');
    expect(answer.values?.map(String)).toEqual(['4', '1']);
  });

  test('the prisoner’s dilemma twice, Kuhn, matrix games', async () => {
    const twice = game({
      name: 'Twice',
      agents: ['A', 'B'],
      actions: [
        ['C', 'D'],
        ['C', 'D'],
      ],
      states: Array.from({ length: 5 }, (_, s) => ({
        step: ([i = 0, j = 0]: readonly number[]) => [
          {
            p: 1,
            to: s === 0 ? 1 + 2 * i + j : -1,
            r: [
              [
                [-1, -1],
                [-5, 0],
              ],
              [
                [0, -5],
                [-3, -3],
              ],
            ][i]?.[j] as number[],
          },
        ],
      })),
    });
    // Every equilibrium of a finite repetition defects on its path where the stage game's equilibrium holds everybody to its minimax value.
    expect((await answerOf(twice, lemke)).values?.map(String)).toEqual(['-6', '-6']);
    expect((await answerOf(library('Kuhn'), lemke)).values?.map(String)).toEqual(['-1/18', '1/18']);
    expect((await answerOf(library('RockPaperScissors'), lemke)).values?.map(String)).toEqual(['0', '0']);
  });
});

describe('random trees', () => {
  /** Two rounds of two or three actions, chance between; who sees what is random, rewards are any. */
  function randomGame(seed: number, exact: boolean) {
    const next = integers(seed, 1_000_003);
    const pick = (count: number) => Math.abs(next()) % count;
    const layers = [2, 4, 4];
    const offset = [0, 2, 6];
    const states = layers.flatMap((count, layer) =>
      Array.from({ length: count }, () => {
        const legal = [0, 1].map(() => (pick(4) === 0 ? [] : [0, 1, 2].slice(0, 2 + pick(2))));
        const moves = new Map<string, readonly Outcome[]>();
        return {
          legal,
          sees: [pick(2), pick(2)],
          step: (actions: readonly number[]) => {
            const key = actions.join();
            let outcomes = moves.get(key);
            if (outcomes === undefined) {
              const to = () => (layer === 2 || pick(3) === 0 ? -1 : (offset[layer + 1] as number) + pick(4));
              const pay = () => [pick(13) - 6, pick(13) - 6];
              outcomes = [
                { p: '1/3', to: to(), r: pay() },
                { p: '2/3', to: to(), r: pay() },
              ];
              moves.set(key, outcomes);
            }
            return outcomes;
          },
        };
      }),
    );
    return game({
      agents: ['A', 'B'],
      actions: [
        ['x', 'y', 'z'],
        ['x', 'y', 'z'],
      ],
      initial: [
        [0, '1/4'],
        [1, '3/4'],
      ],
      states,
      exact,
    });
  }

  test('every answer is an equilibrium, proved in fractions', async () => {
    let solved = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const answer = await solve(randomGame(seed, true), lemke);
      if (isRefusal(answer)) {
        expect(answer.refused).toContain('choices over all information sets');
        continue;
      }
      solved++;
      expect(answer.certificate, `seed ${seed}`).toMatchObject({ kind: 'nash', arithmetic: 'rational', problems: [] });
      expect(answer.certificate.regret.map(String)).toEqual(['0', '0']);
    }
    expect(solved).toBeGreaterThan(10);
  });

  test('rewards that are no fractions', async () => {
    const answer = await answerOf(randomGame(2, false), lemke);
    expect(answer.certificate).toMatchObject({ kind: 'nash', arithmetic: 'float64' });
  });
});

test('too many choices are refused with the number', async () => {
  const answer = await solve(library('Leduc'), lemke);
  expect(isRefusal(answer) && answer.refused).toContain('up to 160 choices over all information sets; Leduc has 2184');
});

/** Games of many steps: stochastic games, turn-based games, decision processes; what agents see and whether play ends. */
import { describe, expect, it } from 'vitest';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { type Answer, format, isRefusal, solve, toJson } from '../../runtime/solvers/index.ts';
import { toFloat } from '../../runtime/verify/number.ts';
import { game, integers, type Outcome, type StateSpec } from './games.ts';

async function answerOf(tabular: TabularGame, concept: string): Promise<Answer> {
  const answer = await solve(tabular, { concept });
  if (isRefusal(answer)) throw new Error(`${answer.refused}; ${answer.remedy}`);
  return answer;
}

const two = [
  ['a', 'b'],
  ['a', 'b'],
];

/** (1,1) pays 1 and stays, (2,2) pays 1 and ends, the rest pays 0 and ends; discount 1/2. */
const oneState = game({
  agents: ['A', 'B'],
  actions: two,
  discount: '1/2',
  states: [{ step: ([i, j]) => [{ p: 1, to: i === 0 && j === 0 ? 0 : -1, r: i === j ? [1, -1] : [0, 0] }] }],
});

/** Rock-paper-scissors; A wants to win at least once in `rounds` rounds. */
function winOnce(rounds: number): TabularGame {
  const names = ['Rock', 'Paper', 'Scissors'];
  return game({
    agents: ['A', 'B'],
    actions: [names, names],
    states: Array.from({ length: rounds }, (_, t) => ({
      name: `round ${t + 1}`,
      step: ([i = 0, j = 0]) => [
        (i + 2) % 3 === j ? { p: 1, to: -1, r: [1, -1] } : { p: 1, to: t + 1 < rounds ? t + 1 : -1, r: [0, 0] },
      ],
    })),
  });
}

/** A corridor of cells, moves succeed with probability 4/5, 1 at the right end, -1/10 a step. */
function corridor(cells: number, discount: string, horizon?: number): TabularGame {
  return game({
    name: 'Corridor',
    agents: ['Walker'],
    actions: [['Left', 'Right']],
    discount,
    ...(horizon === undefined ? {} : { horizon }),
    states: Array.from({ length: cells }, (_, c) => ({
      name: `cell ${c}`,
      step: ([a = 0]) => {
        const next = a === 1 ? c + 1 : Math.max(0, c - 1);
        return [
          { p: '4/5', to: next === cells ? -1 : next, r: [next === cells ? 1 : '-1/10'] },
          { p: '1/5', to: c, r: ['-1/10'] },
        ];
      },
    })),
  });
}

describe('zero-sum Markov games', () => {
  it('the one-state game with an irrational value', async () => {
    const answer = await answerOf(oneState, 'minimax');
    expect(answer.method).toBe('shapley_iteration');
    expect(Math.abs(toFloat(answer.values?.[0] as number) - (Math.sqrt(17) - 3) / 2)).toBeLessThan(1e-12);
    expect(answer.certificate.kind).toBe('minimax');
    expect(toFloat(answer.certificate.epsilon)).toBeLessThan(1e-12);
    expect(answer.exact).toBe(false);
  });

  it('winning once in two rounds of rock-paper-scissors has probability 5/9, exactly', async () => {
    const answer = await answerOf(winOnce(2), 'nash');
    expect(answer.values?.map(String)).toEqual(['5/9', '-5/9']);
    expect(answer.exact).toBe(true);
    expect(answer.certificate.kind).toBe('minimax');
    expect(answer.method).toBe('backward_induction');
    expect(format(answer, winOnce(2)).join('\n')).toContain('round 2 | A: Rock 1/3, Paper 1/3, Scissors 1/3');
  });

  it('the same in doubles agrees', async () => {
    const exact = winOnce(6);
    const answer = await answerOf({ ...exact, exact: undefined }, 'minimax');
    expect(toFloat(answer.values?.[0] as number)).toBeCloseTo(1 - (2 / 3) ** 6, 12);
    expect(answer.certificate.kind).toBe('minimax');
  });

  it('turn-based states are games of one row or one column', async () => {
    // Nim with three objects, take 1 or 2; the one who takes the last wins: 3 is lost for the first mover.
    const nim = game({
      agents: ['A', 'B'],
      actions: [
        ['One', 'Two'],
        ['One', 'Two'],
      ],
      states: [0, 1].flatMap(mover =>
        [3, 2, 1].map((left): StateSpec => {
          const legal = left >= 2 ? [0, 1] : [0];
          return {
            name: `${left} left, ${mover === 0 ? 'A' : 'B'} to move`,
            legal: mover === 0 ? [legal, []] : [[], legal],
            step: actions => {
              const rest = left - 1 - (actions[mover] as number);
              const win = mover === 0 ? [1, -1] : [-1, 1];
              return [rest === 0 ? { p: 1, to: -1, r: win } : { p: 1, to: (1 - mover) * 3 + (3 - rest), r: [0, 0] }];
            },
          };
        }),
      ),
    });
    const answer = await answerOf(nim, 'minimax');
    expect(answer.values?.map(String)).toEqual(['-1', '1']);
    expect(answer.exact).toBe(true);
    expect(answer.certificate.worstState).toBe(0);
  });

  it('random discounted games: regret of both agents is confirmed at every state', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const next = integers(seed, 5);
      const size = 12;
      const table = new Map<string, readonly Outcome[]>();
      const states = Array.from(
        { length: size },
        (_, s): StateSpec => ({
          step: actions => {
            const key = `${s},${actions.join()}`;
            const made = table.get(key) ?? [
              { p: '2/3', to: (s * 5 + next() + 60) % size, r: [1, -1].map(sign => sign * actions.length) },
              { p: '1/3', to: next() > 3 ? -1 : (s + next() + 60) % size, r: ((r: number) => [r, -r])(next()) },
            ];
            table.set(key, made);
            return made;
          },
        }),
      );
      const random = game({
        agents: ['A', 'B'],
        actions: [
          ['x', 'y', 'z'],
          ['x', 'y'],
        ],
        states,
        discount: '9/10',
      });
      const answer = await answerOf(random, 'minimax');
      expect(answer.certificate.kind).toBe('minimax');
      expect(toFloat(answer.certificate.epsilon)).toBeLessThan(1e-10);
      expect(answer.certificate.worstState).toBeLessThan(1e-10);
    }
  });

  it('an end that nobody can avoid needs no discount', async () => {
    // Each round ends with probability 1/2 whatever happens; pennies for 1 meanwhile.
    const fading = game({
      agents: ['A', 'B'],
      actions: two,
      states: [
        {
          step: ([i, j]) => {
            const r = i === j ? [2, -2] : [-1, 1];
            return [
              { p: '1/2', to: 0, r },
              { p: '1/2', to: -1, r },
            ];
          },
        },
      ],
    });
    const answer = await answerOf(fading, 'minimax');
    // The stage game has value 1/2 and is played twice on average.
    expect(toFloat(answer.values?.[0] as number)).toBeCloseTo(0.5 * 0 + 1, 10);
    expect(answer.certificate.kind).toBe('minimax');
  });
});

describe('decision processes', () => {
  it('value iteration on a corridor, in fractions', async () => {
    const tabular = corridor(3, '9/10');
    const answer = await answerOf(tabular, 'optimal');
    expect(answer.method).toBe('value_iteration');
    expect(answer.exact).toBe(true);
    // Going right: v(2) = 4/5 + 1/5 (-1/10 + 9/10 v(2)), and so on back.
    const [v2, v1, v0] = ((last: number) => {
      const back = (v: number) => (-0.1 + 0.8 * 0.9 * v) / (1 - 0.18);
      return [last, back(last), back(back(last))];
    })((0.8 - 0.02) / 0.82);
    if (answer.solution.kind !== 'policy') throw new Error('no policy');
    expect(answer.solution.stateValues.map(row => toFloat(row[0] as number))).toEqual(
      [v0, v1, v2].map(v => expect.closeTo(v as number, 12)),
    );
    expect(String(answer.solution.stateValues[2]?.[0])).toBe('39/41');
    expect(String(answer.certificate.gap?.lower)).toBe(String(answer.certificate.gap?.upper));
  });

  it('the same in doubles is within its certificate', async () => {
    const tabular = { ...corridor(40, '99/100'), exact: undefined };
    const answer = await answerOf(tabular, 'optimal');
    expect(answer.certificate.kind).toBe('optimal');
    expect(answer.certificate.arithmetic).toBe('float64');
    expect(toFloat(answer.certificate.epsilon)).toBeLessThan(1e-9);
  });

  it('a horizon without discount: backward induction over time, with a rule per step', async () => {
    const tabular = corridor(2, '1', 3);
    const answer = await answerOf(tabular, 'optimal');
    expect(answer.method).toBe('backward_induction');
    expect(answer.note).toContain('3 steps of the horizon');
    if (answer.solution.kind !== 'policy') throw new Error('no policy');
    expect(answer.solution.policy.rules.length).toBe(3);
    // By hand: W1 = (-1/10, 39/50), W2, W3 from the end.
    const back = (w0: number, w1: number) => [
      Math.max(-0.1 + 0.8 * w1 + 0.2 * w0, -0.1 + w0),
      Math.max(0.8 + 0.2 * (-0.1 + w1), -0.1 + 0.8 * w0 + 0.2 * w1),
    ];
    let w = [0, 0];
    for (let t = 0; t < 3; t++) w = back(w[0] as number, w[1] as number);
    expect(toFloat(answer.values?.[0] as number)).toBeCloseTo(w[0] as number, 12);
    expect(answer.exact).toBe(true);
    expect(toJson(answer, tabular).strategies.length).toBe(6);
  });

  it('no discount, no horizon, no certain end: refused, naming where play goes round', async () => {
    const answer = await solve(corridor(3, '1'), { concept: 'optimal' });
    expect(isRefusal(answer) && answer.refused).toContain('cell 0');
    expect(isRefusal(answer) && answer.remedy).toContain('discount');
  });

  it('a discount beside a horizon is reported', async () => {
    const answer = await answerOf(corridor(3, '9/10', 5), 'optimal');
    expect(answer.warnings.join()).toContain('horizon of 5');
  });

  it('welfare of a game of many steps is the joint optimum of the sum', async () => {
    const tabular = game({
      agents: ['A', 'B'],
      actions: two,
      states: [
        { step: ([i]) => [{ p: 1, to: i === 0 ? 1 : -1, r: [i === 0 ? -1 : 1, 0] }] },
        { step: ([, j]) => [{ p: 1, to: -1, r: [0, j === 0 ? 3 : 0] }] },
      ],
    });
    const answer = await answerOf(tabular, 'welfare');
    expect(answer.values?.map(String)).toEqual(['-1', '3']);
    expect(String(answer.certificate.gap?.upper)).toBe('2');
    expect(answer.exact).toBe(true);
  });
});

describe('hidden information', () => {
  const tiger = (agents: readonly string[]) =>
    game({
      name: 'Tiger',
      agents,
      actions: agents.map(() => ['Left', 'Right']),
      initial: [
        [0, '1/2'],
        [1, '1/2'],
      ],
      states: [
        ...[0, 1].map(
          (side): StateSpec => ({
            name: side === 0 ? 'tiger left' : 'tiger right',
            sees: agents.map(() => 0),
            step: actions => [{ p: 1, to: 2, r: agents.map(() => (actions.every(a => a !== side) ? 1 : -1)) }],
          }),
        ),
        { name: 'over', sees: agents.map(() => 1), step: () => [{ p: 1, to: -1, r: agents.map(() => 0) }] },
      ],
    });

  it('minimax works on information sets, or names two states that look alike', async () => {
    const hidden = (returns: boolean) =>
      game({
        ...(returns ? { discount: '9/10' } : {}),

        name: 'Hidden',
        agents: ['First', 'Second'],
        actions: two,
        states: [
          { name: 'X', sees: [0, 0], step: () => [{ p: 1, to: 1, r: [0, 0] }] },
          {
            name: 'Y',
            sees: [0, 1],
            step: ([i, j]) => [{ p: 1, to: returns && i === 1 && j === 1 ? 0 : -1, r: [1, -1] }],
          },
        ],
      });
    // Met first and second, X and Y are told apart by whoever counts its steps.
    const answer = await answerOf(hidden(false), 'minimax');
    expect([answer.method, String(answer.values?.[0])]).toEqual(['backward_induction', '1']);
    const tree = await solve(hidden(false), { concept: 'minimax', method: 'sequence_form' });
    expect(isRefusal(tree) ? tree.refused : String(tree.values?.[0])).toBe('1');
    const refused = await solve(hidden(true), { concept: 'minimax' });
    expect(isRefusal(refused) && refused.refused).toContain('X and Y look alike to First');
  });

  it('optimal gives an upper bound and says so', async () => {
    const answer = await answerOf(tiger(['A', 'B']), 'optimal');
    expect(answer.values?.map(String)).toEqual(['1', '1']);
    expect(answer.warnings.join()).toContain('upper bound');
  });

  it('a one-shot game with a private signal is refused', async () => {
    const signal = game({
      agents: ['A', 'B'],
      actions: two,
      initial: [
        [0, '1/2'],
        [1, '1/2'],
      ],
      states: [0, 1].map(s => ({ name: `signal ${s}`, sees: [s, 0], step: () => [{ p: 1, to: -1, r: [0, 1] }] })),
    });
    const answer = await solve(signal, { concept: 'pure' });
    expect(isRefusal(answer) && answer.refused).toContain('A learns something');
  });

  it('a hidden draw that nobody sees is averaged', async () => {
    const coin = game({
      agents: ['A', 'B'],
      actions: two,
      initial: [
        [0, '1/4'],
        [1, '3/4'],
      ],
      states: [0, 1].map(s => ({ sees: [0, 0], step: ([i]) => [{ p: 1, to: -1, r: [i === s ? 1 : 0, 0] }] })),
    });
    const answer = await answerOf(coin, 'welfare');
    expect(answer.values?.map(String)).toEqual(['3/4', '0']);
  });
});

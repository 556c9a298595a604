/** Published answers (docs: von Stengel, Aumann, Shapley, Kuhn) that the solvers must meet, exactly where they are fractions. */
import { describe, expect, it } from 'vitest';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { type Answer, format, isRefusal, type SolveOptions, solve, toJson } from '../../runtime/solvers/index.ts';
import { type Num, toFloat } from '../../runtime/verify/number.ts';
import { bimatrix, game, matrix, rockPaperScissors } from './games.ts';

async function answerOf(tabular: TabularGame, options: SolveOptions): Promise<Answer> {
  const answer = await solve(tabular, options);
  if (isRefusal(answer)) throw new Error(`${answer.refused}; ${answer.remedy}`);
  return answer;
}

function texts(list: readonly (readonly Num[])[]): string {
  return list.map(strategy => strategy.map(String).join(' ')).join(' ; ');
}

function profiles(answer: Answer): string[] {
  if (answer.solution.kind !== 'profiles') throw new Error('no profiles');
  return answer.solution.profiles.map(texts);
}

const chicken = bimatrix(
  [
    [0, 7],
    [2, 6],
  ],
  [
    [0, 2],
    [7, 6],
  ],
);

const prisoners = matrix(
  [
    ['Cooperate', 'Defect'],
    ['Cooperate', 'Defect'],
  ],
  ([i = 0, j = 0]) => [[3, 0, 5, 1][2 * i + j] as number, [3, 5, 0, 1][2 * i + j] as number],
  { name: 'PrisonersDilemma' },
);

describe('zero-sum matrix games', () => {
  it('rock-paper-scissors has value 0 at thirds, exactly', async () => {
    const answer = await answerOf(bimatrix(rockPaperScissors), { concept: 'minimax' });
    expect(profiles(answer)).toEqual(['1/3 1/3 1/3 ; 1/3 1/3 1/3']);
    expect(answer.values?.map(String)).toEqual(['0', '0']);
    expect(answer.exact).toBe(true);
    expect(answer.certificate.kind).toBe('minimax');
    expect(answer.certificate.regret.map(String)).toEqual(['0', '0']);
  });

  it('matching pennies has value 0 at halves, also as `nash`', async () => {
    const pennies = bimatrix([
      [1, -1],
      [-1, 1],
    ]);
    const answer = await answerOf(pennies, { concept: 'nash' });
    expect(answer.method).toBe('linear_program');
    expect(profiles(answer)).toEqual(['1/2 1/2 ; 1/2 1/2']);
    expect((await answerOf(pennies, { concept: 'pure' })).completeness).toBe('none-proved');
  });

  it('a constant sum other than zero, fractions included', async () => {
    const shared = bimatrix(
      [
        ['1/3', 0],
        [0, '2/3'],
      ],
      [
        ['2/3', 1],
        [1, '1/3'],
      ],
    );
    const answer = await answerOf(shared, { concept: 'minimax' });
    expect(answer.values?.map(String)).toEqual(['2/9', '7/9']);
    expect(answer.exact).toBe(true);
  });

  it('a continuum: four extreme equilibria in one component', async () => {
    const a = [
      [1, -1, 2, -2],
      [-1, 1, -2, 2],
      [2, -2, 1, -1],
      [-2, 2, -1, 1],
    ];
    const answer = await answerOf(bimatrix(a), { concept: 'nash', method: 'vertex_enumeration' });
    expect(profiles(answer)).toEqual([
      '1/2 1/2 0 0 ; 1/2 1/2 0 0',
      '1/2 1/2 0 0 ; 0 0 1/2 1/2',
      '0 0 1/2 1/2 ; 1/2 1/2 0 0',
      '0 0 1/2 1/2 ; 0 0 1/2 1/2',
    ]);
    expect(answer.components?.map(component => component.members)).toEqual([[0, 1, 2, 3]]);
    expect(answer.note).toContain('degenerate');
  });
});

describe('bimatrix games', () => {
  const a = [
    [3, 3],
    [2, 5],
    [0, 6],
  ];

  it('three equilibria', async () => {
    const b = [
      [3, 2],
      [2, 6],
      [3, 1],
    ];
    const answer = await answerOf(bimatrix(a, b), { concept: 'nash' });
    expect(profiles(answer)).toEqual(['1 0 0 ; 1 0', '4/5 1/5 0 ; 2/3 1/3', '0 1/3 2/3 ; 1/3 2/3']);
    expect(answer.completeness).toBe('all-proved');
    expect(answer.exact).toBe(true);
    expect(answer.certificate.kind).toBe('nash');
  });

  it('a segment of equilibria and an isolated one', async () => {
    const b = [
      [3, 3],
      [2, 6],
      [3, 1],
    ];
    const answer = await answerOf(bimatrix(a, b), { concept: 'nash' });
    expect(profiles(answer)).toEqual(['1 0 0 ; 1 0', '1 0 0 ; 2/3 1/3', '0 1/3 2/3 ; 1/3 2/3']);
    expect(answer.components?.map(component => component.members)).toEqual([[0, 1], [2]]);
  });

  it('a degenerate game on which naive pivoting cycles', async () => {
    const answer = await answerOf(
      bimatrix(
        [
          [0, 0, 0],
          [0, 1, 1],
          [1, 1, 0],
        ],
        [
          [1, 0, 1],
          [1, 1, 0],
          [0, 0, 2],
        ],
      ),
      { concept: 'nash' },
    );
    expect(profiles(answer)).toEqual(['0 1 0 ; 0 1 0', '0 2/3 1/3 ; 1/2 0 1/2', '0 2/3 1/3 ; 0 1 0']);
  });

  it('all 75 equilibria of the 6x6 game of von Stengel', async () => {
    const rows = [
      [9504, -660, 19976, -20526, 1776, -8976],
      [-111771, 31680, -130944, 168124, -8514, 52764],
      [397584, -113850, 451176, -586476, 29216, -178761],
      [171204, -45936, 208626, -263076, 14124, -84436],
      [1303104, -453420, 1227336, -1718376, 72336, -461736],
      [737154, -227040, 774576, -1039236, 48081, -300036],
    ];
    const columns = [
      [72336, 48081, 29216, 14124, 1776, -8514],
      [-461736, -300036, -178761, -84436, -8976, 52764],
      [1227336, 774576, 451176, 208626, 19976, -130944],
      [-1718376, -1039236, -586476, -263076, -20526, 168124],
      [1303104, 737154, 397584, 171204, 9504, -111771],
      [-453420, -227040, -113850, -45936, -660, 31680],
    ];
    const answer = await answerOf(bimatrix(rows, columns), { concept: 'nash' });
    const found = profiles(answer);
    expect(new Set(found).size).toBe(75);
    expect(found).toContain('132/245 66/245 6/49 12/245 4/245 1/245 ; 4/245 1/245 6/49 12/245 132/245 66/245');
    expect(answer.completeness).toBe('all-proved');
    expect(answer.certificate.regret.map(String)).toEqual(['0', '0']);
  });

  it('a unique equilibrium at the end of long Lemke-Howson paths', async () => {
    const rows = [
      [-180, 72, -333, 297, -153, 270],
      [-30, 17, -33, 42, -3, 20],
      [-81, 36, -126, 126, -36, 90],
      [90, -36, 126, -126, 36, -81],
      [20, -3, 42, -33, 17, -30],
      [270, -153, 297, -333, 72, -180],
    ];
    const columns = [
      [72, 36, 17, -3, -36, -153],
      [-180, -81, -30, 20, 90, 270],
      [297, 126, 42, -33, -126, -333],
      [-333, -126, -33, 42, 126, 297],
      [270, 90, 20, -30, -81, -180],
      [-153, -36, -3, 17, 36, 72],
    ];
    expect(profiles(await answerOf(bimatrix(rows, columns), { concept: 'nash' }))).toEqual([
      '1/30 1/6 3/10 3/10 1/6 1/30 ; 1/6 1/30 3/10 3/10 1/30 1/6',
    ]);
  });

  it("Shapley's 3x3 game has one equilibrium, at thirds", async () => {
    const answer = await answerOf(
      bimatrix(
        [
          [0, 0, 1],
          [1, 0, 0],
          [0, 1, 0],
        ],
        [
          [0, 1, 0],
          [0, 0, 1],
          [1, 0, 0],
        ],
      ),
      { concept: 'nash' },
    );
    expect(profiles(answer)).toEqual(['1/3 1/3 1/3 ; 1/3 1/3 1/3']);
    expect(answer.values?.map(String)).toEqual(['1/3', '1/3']);
  });

  it('a constant game is an ordinary game for every concept', async () => {
    const flat = bimatrix(
      [
        [2, 2],
        [2, 2],
      ],
      [
        [2, 2],
        [2, 2],
      ],
    );
    for (const concept of [
      'pure',
      'dominance',
      'minimax',
      'correlated',
      'coarse_correlated',
      'welfare',
      'pareto',
      'optimal',
      'nash',
    ] as const) {
      const answer = await answerOf(flat, { concept });
      expect(answer.certificate.kind, concept).not.toBe('approximate');
      if (concept !== 'dominance') expect(answer.values?.map(String), concept).toEqual(['2', '2']);
    }
  });
});

describe('correlated equilibria of Chicken', () => {
  it('greatest welfare 21/2, with a proof', async () => {
    const answer = await answerOf(chicken, { concept: 'correlated', maximizing: 'welfare' });
    if (answer.solution.kind !== 'device') throw new Error('no device');
    expect(answer.solution.probabilities.map(String)).toEqual(['0', '1/4', '1/4', '1/2']);
    expect(String(answer.objective?.value)).toBe('21/2');
    expect(answer.certificate.kind).toBe('ce');
    expect(String(answer.certificate.gap?.upper)).toBe('21/2');
    expect(answer.exact).toBe(true);
  });

  it('egalitarian 21/4 and the best for one agent 7', async () => {
    const fair = await answerOf(chicken, { concept: 'correlated', maximizing: 'egalitarian' });
    expect(String(fair.objective?.value)).toBe('21/4');
    expect(fair.certificate.kind).toBe('ce');
    const row = await answerOf(chicken, { concept: 'correlated', maximizing: 'Row' });
    expect(row.values?.map(String)).toEqual(['7', '2']);
  });

  it('coarse correlated welfare is at least correlated welfare', async () => {
    const answer = await answerOf(chicken, { concept: 'coarse_correlated' });
    expect(answer.certificate.kind).toBe('cce');
    expect(toFloat(answer.objective?.value ?? 0)).toBeGreaterThanOrEqual(10.5);
  });
});

describe('dominance, welfare, Pareto', () => {
  it("prisoner's dilemma", async () => {
    const dominance = await answerOf(prisoners, { concept: 'dominance' });
    if (dominance.solution.kind !== 'elimination') throw new Error('no elimination');
    expect(dominance.solution.surviving).toEqual([[1], [1]]);
    expect(dominance.values?.map(String)).toEqual(['1', '1']);
    expect(dominance.certificate.kind).toBe('dominance');
    const welfare = await answerOf(prisoners, { concept: 'welfare' });
    expect(welfare.values?.map(String)).toEqual(['3', '3']);
    // Cooperation is best for the sum and no equilibrium: each could gain 2.
    expect(welfare.certificate.regret.map(String)).toEqual(['2', '2']);
    const pareto = await answerOf(prisoners, { concept: 'pareto' });
    if (pareto.solution.kind !== 'outcomes') throw new Error('no outcomes');
    expect(pareto.solution.outcomes).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  it('an action dominated only by a mixture', async () => {
    const mixed = bimatrix(
      [
        [4, 0],
        [0, 4],
        [1, 1],
      ],
      [
        [1, 0],
        [0, 1],
        [0, 0],
      ],
    );
    const answer = await answerOf(mixed, { concept: 'dominance' });
    if (answer.solution.kind !== 'elimination') throw new Error('no elimination');
    expect(answer.solution.surviving).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(answer.solution.steps[0]?.by.map(String)).toEqual(['1/2', '1/2', '0']);
  });

  it('weak elimination goes further than strict, and says that order matters', async () => {
    const weak = bimatrix(
      [
        [1, 1],
        [1, 0],
      ],
      [
        [2, 1],
        [1, 2],
      ],
    );
    const strict = await answerOf(weak, { concept: 'dominance' });
    expect(strict.note).toContain('4 of 4');
    const more = await answerOf(weak, { concept: 'dominance', method: 'weak' });
    expect(more.values?.map(String)).toEqual(['1', '2']);
    expect(more.warnings.join()).toContain('order');
  });
});

describe('more than two agents', () => {
  // Three agents; each pays 1 to contribute; with two or more contributors everyone gets 2.
  const good = matrix(
    [
      ['no', 'yes'],
      ['no', 'yes'],
      ['no', 'yes'],
    ],
    choices => {
      const total = choices.reduce((sum, x) => sum + x, 0);
      return choices.map(x => (total >= 2 ? 2 : 0) - x);
    },
  );

  it('all pure equilibria of a threshold public good', async () => {
    const answer = await answerOf(good, { concept: 'pure' });
    expect(profiles(answer)).toEqual(['1 0 ; 1 0 ; 1 0', '1 0 ; 0 1 ; 0 1', '0 1 ; 1 0 ; 0 1', '0 1 ; 0 1 ; 1 0']);
    expect(answer.completeness).toBe('all-proved');
  });

  it('`nash` lists pure equilibria only and says so', async () => {
    const answer = await answerOf(good, { concept: 'nash' });
    expect(answer.completeness).toBe('some');
    expect(answer.warnings.join()).toContain('pure');
  });

  it('a correlated equilibrium with three agents is proved optimal', async () => {
    const answer = await answerOf(good, { concept: 'correlated' });
    expect(String(answer.objective?.value)).toBe('4');
    expect(answer.certificate.kind).toBe('ce');
  });

  it('chance after the move is averaged exactly, and an agent may have nothing to do', async () => {
    const lottery = game({
      agents: ['Row', 'Column', 'Watcher'],
      actions: [['Up', 'Down'], ['Left', 'Right'], ['Look']],
      states: [
        {
          legal: [[0, 1], [0, 1], []],
          step: ([i = 0, j = 0]) => [
            { p: '1/3', to: -1, r: [i === j ? 1 : 0, 0, 1] },
            { p: '2/3', to: -1, r: [0, i === j ? 1 : 0, 1] },
          ],
        },
      ],
    });
    const answer = await answerOf(lottery, { concept: 'pure' });
    expect(answer.values?.map(String)).toEqual(['1/3', '2/3', '1']);
    expect(profiles(answer)[0]).toBe('1 0 ; 1 0 ; 1');
  });
});

describe('what people and programs read', () => {
  it('shows fractions, regrets and the claim', async () => {
    const rps = matrix(
      [
        ['Rock', 'Paper', 'Scissors'],
        ['Rock', 'Paper', 'Scissors'],
      ],
      ([i = 0, j = 0]) => [rockPaperScissors[i]?.[j] as number, -(rockPaperScissors[i]?.[j] as number)],
      { name: 'RPS' },
    );
    const answer = await answerOf(rps, { concept: 'minimax' });
    const lines = format(answer, rps).join('\n');
    expect(lines).toContain('Row     Rock 1/3, Paper 1/3, Scissors 1/3');
    expect(lines).toContain('regret   Row 0, Column 0 (exact; minimax, verifier@1)');
    const json = toJson(answer, rps);
    expect(JSON.parse(JSON.stringify(json)).strategies[0].strategies.Row).toEqual({
      Rock: '1/3',
      Paper: '1/3',
      Scissors: '1/3',
    });
    expect(json.certificate.regret).toMatchObject({ Row: 0, Column: 0 });
    expect(json.exactValues).toMatchObject({ Row: '0' });
  });

  it('refuses with a reason and a remedy', async () => {
    const cases: [TabularGame, SolveOptions, RegExp][] = [
      [prisoners, { concept: 'minimax' }, /sum to a constant/],
      [prisoners, { concept: 'optimal' }, /paid differently/],
      [prisoners, { concept: 'nosh' }, /no concept/],
      [prisoners, { concept: 'pure', method: 'guessing' }, /no method/],
      [prisoners, { concept: 'correlated', maximizing: 'Nobody' }, /Nobody/],
      [prisoners, { concept: 'pure', maximizing: 'welfare' }, /maximises nothing/],
      [prisoners, { concept: 'minimax', method: 'shapley_iteration' }, /sum to a constant/],
      [prisoners, { concept: 'pure', tolerance: -1 }, /tolerance/],
    ];
    for (const [tabular, options, pattern] of cases) {
      const answer = await solve(tabular, options);
      expect(isRefusal(answer) && answer.refused).toMatch(pattern);
      expect(isRefusal(answer) && answer.remedy.length > 5).toBe(true);
    }
  });
});

/** All equilibria, components, Lemke and Howson, logit branches: published answers and exact facts. */
import { describe, expect, it } from 'vitest';
import { type Answer, format, isRefusal, type SolveOptions, solve, toJson } from '../../../runtime/solvers/index.ts';
import type { Component } from '../../../runtime/verify/claim.ts';
import { type Num, toFloat } from '../../../runtime/verify/number.ts';
import { verify } from '../../../runtime/verify/verify.ts';
import { bimatrix, integers, matrix, randomMatrix } from '../games.ts';

async function answerOf(game: Parameters<typeof solve>[0], options: SolveOptions): Promise<Answer> {
  const answer = await solve(game, options);
  if (isRefusal(answer)) throw new Error(`${answer.refused}; ${answer.remedy}`);
  return answer;
}

const text = (profile: readonly (readonly Num[])[]): string =>
  profile.map(strategy => strategy.map(String).join(' ')).join(' ; ');

function profiles(answer: Answer): string[] {
  if (answer.solution.kind !== 'profiles') throw new Error('no profiles');
  return answer.solution.profiles.map(text);
}

const a = [
  [3, 3],
  [2, 5],
  [0, 6],
];
const b = [
  [3, 2],
  [2, 6],
  [3, 1],
];
const segment = bimatrix(a, [
  [3, 3],
  [2, 6],
  [3, 1],
]);

/** Rows and columns in another order. */
function permuted(
  list: readonly (readonly number[])[],
  rows: readonly number[],
  columns: readonly number[],
): number[][] {
  return rows.map(i => columns.map(j => list[i]?.[j] as number));
}

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

describe('components', () => {
  it('a segment and a point: vertices, dimensions, payoffs, in words and as JSON', async () => {
    const answer = await answerOf(segment, { concept: 'nash' });
    const shapes = answer.components?.map(({ members, dimension, sets }) => ({
      members,
      dimension,
      sets: sets.length,
    }));
    expect(shapes).toEqual([
      { members: [0, 1], dimension: 1, sets: 1 },
      { members: [2], dimension: 0, sets: 1 },
    ]);
    const set = answer.components?.[0]?.sets[0];
    expect(set?.row.map(x => x.map(String))).toEqual([['1', '0', '0']]);
    expect(set?.column.map(y => y.map(String))).toEqual([
      ['1', '0'],
      ['2/3', '1/3'],
    ]);
    const printed = format(answer, segment).join('\n');
    expect(printed).toContain('component 1: a segment, 2 extreme equilibria; value Row 3, Column 3');
    expect(printed).toContain('from a0\n            to   a0 2/3, a1 1/3');
    expect(printed).toContain('component 2: isolated; value Row 4, Column 8/3');
    expect(JSON.parse(JSON.stringify(toJson(answer, segment))).components[0]).toEqual({
      members: [0, 1],
      dimension: 1,
      sets: [
        {
          dimension: 1,
          vertices: {
            Row: [{ a0: '1', a1: '0', a2: '0' }],
            Column: [
              { a0: '1', a1: '0' },
              { a0: '2/3', a1: '1/3' },
            ],
          },
        },
      ],
      setsComplete: true,
    });
  });

  it('a zero-sum continuum is one convex set of dimension 2', async () => {
    const game = bimatrix([
      [1, -1, 2, -2],
      [-1, 1, -2, 2],
      [2, -2, 1, -1],
      [-2, 2, -1, 1],
    ]);
    const answer = await answerOf(game, { concept: 'nash', method: 'vertex_enumeration' });
    expect(answer.components).toHaveLength(1);
    expect(answer.components?.[0]).toMatchObject({ members: [0, 1, 2, 3], dimension: 2, setsComplete: true });
    expect(answer.components?.[0]?.sets).toHaveLength(1);
    expect(answer.certificate.kind).toBe('nash');
  });

  it('two segments that share a point are one component of two convex sets', async () => {
    const rows = [
      [0, 0, 0],
      [0, 1, 1],
      [1, 1, 0],
    ];
    const columns = [
      [1, 0, 1],
      [1, 1, 0],
      [0, 0, 2],
    ];
    const answer = await answerOf(bimatrix(rows, columns), { concept: 'nash' });
    expect(answer.components?.map(c => [c.dimension, c.sets.length, c.members.length])).toEqual([[1, 2, 3]]);
  });

  it('a constant game: everything, of dimension 2 + 1', async () => {
    const flat = bimatrix(
      [
        [2, 2],
        [2, 2],
        [2, 2],
      ],
      [
        [5, 5],
        [5, 5],
        [5, 5],
      ],
    );
    const answer = await answerOf(flat, { concept: 'nash', method: 'vertex_enumeration' });
    expect(answer.components?.map(c => [c.dimension, c.members.length])).toEqual([[3, 6]]);
  });

  it('the verifier refuses sets that are no equilibria, wrong dimensions and sets that do not hang together', async () => {
    const answer = await answerOf(segment, { concept: 'nash' });
    const judge = (components: readonly Component[]) =>
      verify(
        segment,
        { kind: 'nash', solution: answer.solution, values: answer.values, completeness: 'all-proved', components },
        0,
      ).problems.join();
    const [first, second] = answer.components as [Component, Component];
    expect(judge([first, second])).toBe('');
    const [set] = first.sets as [Component['sets'][number]];
    expect(judge([{ ...first, dimension: 2, sets: [{ ...set, dimension: 2 }] }, second])).toContain('dimension 2');
    const wide = { ...set, row: [...set.row, ...(second.sets[0]?.row ?? [])] };
    expect(judge([{ ...first, sets: [wide] }, second])).toContain('not listed');
    expect(judge([first])).toContain('belongs to no component');
    const joined = { ...first, members: [0, 1, 2], sets: [...first.sets, ...second.sets] };
    expect(judge([joined])).toContain('do not hang together');
  });

  it('random points of a convex set are equilibria, in degenerate games with many ties', async () => {
    const next = integers(7, 1);
    let sets = 0;
    for (let k = 0; k < 60; k++) {
      const [rows, columns] = [randomMatrix(3, 3, next), randomMatrix(3, 3, next)];
      const game = bimatrix(rows, columns);
      const answer = await answerOf(game, { concept: 'nash', method: 'vertex_enumeration' });
      expect(answer.certificate.kind).toBe('nash');
      for (const component of answer.components ?? [])
        for (const { row, column, dimension } of component.sets) {
          if (dimension === 0) continue;
          sets++;
          // The barycentre of the vertices lies in the relative interior.
          const middle = (list: readonly (readonly Num[])[]): Num[] =>
            (list[0] ?? []).map((_, i) => list.reduce((sum, x) => sum + toFloat(x[i] as Num), 0) / list.length);
          const claim = {
            kind: 'nash' as const,
            solution: { kind: 'profiles' as const, profiles: [[middle(row), middle(column)]] },
            values: undefined,
            completeness: 'one' as const,
          };
          expect(verify(game, claim, 1e-12).kind).toBe('nash');
        }
    }
    expect(sets).toBeGreaterThan(20);
  });

  it('what is found does not depend on the order of actions', async () => {
    const next = integers(3, 1);
    for (let k = 0; k < 8; k++) {
      const [rows, columns] = [randomMatrix(3, 3, next), randomMatrix(3, 3, next)];
      const counts = new Set<string>();
      for (const [i, order] of orders.entries()) {
        const other = orders[(i * 2 + 1) % 6] as number[];
        const game = bimatrix(permuted(rows, order, other), permuted(columns, order, other));
        const answer = await answerOf(game, { concept: 'nash', method: 'vertex_enumeration' });
        const shapes = answer.components?.map(c => `${c.members.length}/${c.dimension}/${c.sets.length}`).sort();
        counts.add(`${profiles(answer).length}: ${shapes?.join(' ')}`);
      }
      expect(counts.size).toBe(1);
    }
  });
});

describe('Lemke and Howson', () => {
  it('the first label leads to the first equilibrium, the second to the last, by the published numbering', async () => {
    const answer = await answerOf(bimatrix(a, b), { concept: 'nash', method: 'lemke_howson' });
    const from = (label: string): string | undefined =>
      profiles(answer)[answer.remarks?.findIndex(remark => remark.includes(`${label} (`)) ?? -1];
    expect(from('Row a0')).toBe('1 0 0 ; 1 0');
    expect(from('Row a1')).toBe('0 1/3 2/3 ; 1/3 2/3');
    expect(answer.completeness).toBe('all-proved');
    // Indices of equilibria sum to one: paths from two of them end at the third, which no label reaches directly.
    expect(answer.remarks?.[profiles(answer).indexOf('4/5 1/5 0 ; 2/3 1/3')]).toMatch(/^from equilibrium/);
  });

  it('ends from every label where naive ties cycle, whatever the order', async () => {
    const rows = [
      [0, 0, 0],
      [0, 1, 1],
      [1, 1, 0],
    ];
    const columns = [
      [1, 0, 1],
      [1, 1, 0],
      [0, 0, 2],
    ];
    for (const order of orders)
      for (const other of orders) {
        const game = bimatrix(permuted(rows, order, other), permuted(columns, order, other));
        const answer = await answerOf(game, { concept: 'nash', method: 'lemke_howson' });
        expect(answer.certificate.kind).toBe('nash');
        expect(answer.certificate.regret.map(String)).toEqual(['0', '0']);
        expect(answer.remarks?.[0]?.match(/\(/g)).not.toBeNull();
      }
  });

  it('paths are long where they were made to be, and all lead to the only equilibrium', async () => {
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
    const answer = await answerOf(bimatrix(rows, columns), { concept: 'nash', method: 'lemke_howson' });
    expect(profiles(answer)).toEqual(['1/30 1/6 3/10 3/10 1/6 1/30 ; 1/6 1/30 3/10 3/10 1/30 1/6']);
    const pivots = [...(answer.remarks?.[0] ?? '').matchAll(/\((\d+)\)/g)].map(match => Number(match[1]));
    expect(pivots).toHaveLength(12);
    // The shortest path of these games of d x d has length that grows like the golden ratio to the power 3d/4 (Savani and von Stengel 2006).
    expect(Math.min(...pivots)).toBeGreaterThan(12);
    // The same payoffs with A's rows in another order: 75 equilibria.
    const many = bimatrix(
      permuted(
        rows,
        [3, 1, 5, 2, 6, 4].map(k => k - 1),
        [0, 1, 2, 3, 4, 5],
      ),
      columns,
    );
    const all = await answerOf(many, { concept: 'nash' });
    expect(profiles(all)).toHaveLength(75);
    expect(all.components).toHaveLength(75);
    const reached = await answerOf(many, { concept: 'nash', method: 'lemke_howson' });
    expect(new Set(profiles(reached))).toEqual(new Set(profiles(all)));
  });

  it('agrees with the full enumeration on random games: nondegenerate ones have an odd number', async () => {
    const next = integers(11, 1_000_000);
    for (let k = 0; k < 25; k++) {
      const game = bimatrix(randomMatrix(4, 5, next), randomMatrix(4, 5, next));
      const all = profiles(await answerOf(game, { concept: 'nash', method: 'vertex_enumeration' }));
      expect(all.length % 2).toBe(1);
      const paths = await answerOf(game, { concept: 'nash', method: 'lemke_howson' });
      expect(new Set(profiles(paths))).toEqual(new Set(all));
      const supports = await answerOf(game, { concept: 'nash', method: 'support_enumeration' });
      expect(new Set(profiles(supports))).toEqual(new Set(all));
    }
  });
});

describe('time limits', () => {
  it('an enumeration that is cut short has at least the end of one path, and says what it does not know', async () => {
    const next = integers(2, 100);
    const game = bimatrix(randomMatrix(14, 14, next), randomMatrix(14, 14, next));
    const answer = await solve(
      game,
      { concept: 'nash', method: 'vertex_enumeration' },
      { deadline: performance.now() + 30 },
    );
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.completeness).toBe('some');
    expect(answer.warnings.join()).toContain('there may be more equilibria');
    expect(answer.certificate.kind).toBe('nash');
    expect(profiles(answer).length).toBeGreaterThan(0);
  });
});

describe('choosing among equilibria', () => {
  const battle = bimatrix(
    [
      [3, 0],
      [0, 2],
    ],
    [
      [2, 0],
      [0, 4],
    ],
  );

  it('the best for all, for one, for the worst off, and the worst', async () => {
    const best = (maximizing: string) => answerOf(battle, { concept: 'nash', maximizing });
    expect(profiles(await best('welfare'))).toEqual(['0 1 ; 0 1']);
    expect(profiles(await best('Row'))).toEqual(['1 0 ; 1 0']);
    const fair = await best('egalitarian');
    expect(profiles(fair)).toEqual(['1 0 ; 1 0', '0 1 ; 0 1']);
    expect(String(fair.objective?.value)).toBe('2');
    expect(profiles(await best('social_cost'))).toEqual(['2/3 1/3 ; 2/5 3/5']);
    const refused = await solve(battle, { concept: 'nash', maximizing: 'entropy' });
    expect(isRefusal(refused) && refused.remedy).toContain('correlated');
  });
});

describe('logit equilibria', () => {
  const dove = matrix(
    [
      ['Hawk', 'Dove'],
      ['Hawk', 'Dove'],
    ],
    ([i = 0, j = 0]) => [[-1, 4, 0, 2][2 * i + j] as number, [-1, 0, 4, 2][2 * i + j] as number],
  );

  it('hawk and dove: the symmetric branch to 2/3, and where others cross it', async () => {
    const answer = await answerOf(dove, { concept: 'quantal_response' });
    if (answer.solution.kind !== 'branch') throw new Error('no branch');
    expect(answer.certificate.kind).toBe('qre');
    expect(answer.solution.points[0]?.profile).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    expect(text(answer.solution.limit ?? [])).toBe('2/3 1/3 ; 2/3 1/3');
    expect(answer.exact).toBe(true);
    // On the symmetric branch log(p/(1-p)) = lambda (2 - 3p); others leave it where 3 lambda p (1-p) = 1. Bisection on p:
    let [low, high] = [0.5, 2 / 3];
    for (let k = 0; k < 60; k++) {
      const p = (low + high) / 2;
      const off = Math.log(p / (1 - p)) - (2 - 3 * p) / (3 * p * (1 - p));
      if (off < 0) low = p;
      else high = p;
    }
    const lambda = 1 / (3 * low * (1 - low));
    const warning = answer.warnings.find(one => one.includes('cross')) ?? '';
    expect(Number(/near lambda ([\d.]+)/.exec(warning)?.[1])).toBeCloseTo(lambda, 3);
    for (const point of answer.solution.points) {
      const p = toFloat(point.profile[0]?.[0] as Num);
      expect(Math.abs(Math.log(p / (1 - p)) - point.lambda * (2 - 3 * p))).toBeLessThan(
        1e-8 * Math.max(1, point.lambda * 5),
      );
    }
  });

  it('`nash by homotopy` selects the risk-dominant equilibrium of a stag hunt', async () => {
    const stag = bimatrix(
      [
        [9, 0],
        [8, 7],
      ],
      [
        [9, 8],
        [0, 7],
      ],
    );
    const answer = await answerOf(stag, { concept: 'nash', method: 'homotopy' });
    expect(profiles(answer)).toEqual(['0 1 ; 0 1']);
    expect(answer.certificate.kind).toBe('nash');
    expect((await answerOf(stag, { concept: 'risk_dominant' })).values?.map(String)).toEqual(['7', '7']);
  });

  it('an end that cannot be confirmed is approximate, never nash', async () => {
    // Row's second action is weakly dominated: its probability falls like a power of lambda, and the end lies on a segment.
    const answer = await answerOf(segment, { concept: 'nash', method: 'homotopy' });
    expect(['nash', 'approximate']).toContain(answer.certificate.kind);
    if (answer.certificate.kind === 'nash')
      expect(toFloat(answer.certificate.epsilon)).toBeLessThanOrEqual(answer.certificate.tolerance);
    const claim = {
      kind: 'qre' as const,
      solution: {
        kind: 'branch' as const,
        points: [
          {
            lambda: 1,
            profile: [
              [0.9, 0.1],
              [0.5, 0.5],
            ],
          },
        ],
        limit: undefined,
      },
      values: undefined,
      completeness: 'one' as const,
    };
    expect(verify(dove, claim, 1e-9).problems.join()).toContain('logit condition');
  });
});

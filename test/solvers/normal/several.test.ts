/** Equilibria of several agents: published games, laws that regular games obey, and lists that are proved or not called complete. */
import { describe, expect, it } from 'vitest';
import { type Answer, isRefusal, type SolveOptions, solve } from '../../../runtime/solvers/index.ts';
import { isolate, spreadOut } from '../../../runtime/solvers/normal/isolation.ts';
import { normalForm } from '../../../runtime/solvers/normal-form.ts';
import { type Num, toFloat } from '../../../runtime/verify/number.ts';
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

// McKelvey and McLennan: nine equilibria, two of them completely mixed.
const nine = matrix(
  [
    ['1', '2'],
    ['1', '2'],
    ['1', '2'],
  ],
  ([i = 0, j = 0, k = 0]) =>
    new Map([
      ['000', [9, 8, 12]],
      ['110', [9, 8, 2]],
      ['101', [3, 4, 6]],
      ['011', [3, 4, 4]],
    ]).get(`${i}${j}${k}`) ?? [0, 0, 0],
);

describe('several agents', () => {
  it('all nine equilibria of a 2x2x2 game, two of them completely mixed, in fractions', async () => {
    const answer = await answerOf(nine, { concept: 'nash', method: 'support_enumeration' });
    const found = profiles(answer);
    expect(new Set(found).size).toBe(9);
    expect(found.filter(one => !/(^| )0( |$)/.test(one)).sort()).toEqual([
      '1/2 1/2 ; 1/4 3/4 ; 1/4 3/4',
      '1/3 2/3 ; 1/2 1/2 ; 1/3 2/3',
    ]);
    expect(answer.exact).toBe(true);
    // Nine is the most that regular games of this size have (McKelvey and McLennan 1997).
    expect(answer.completeness).toBe('all-proved');
    expect(answer.note).toMatch(/^9 equilibria, .* boxes of probabilities hold no other$/);
  });

  it('random games of three and four have an odd number, all proved, every pure one among them', async () => {
    for (let seed = 1; seed <= 6; seed++)
      for (const actions of [3, 4].map(n => Array.from({ length: n }, () => ['a', 'b']))) {
        const next = integers(seed, 1_000_000);
        const game = matrix(actions, () => actions.map(next));
        const answer = await answerOf(game, { concept: 'nash', method: 'support_enumeration' });
        expect(answer.completeness, `seed ${seed}`).toBe('all-proved');
        expect(answer.certificate.kind).toBe('nash');
        const found = answer.solution.kind === 'profiles' ? answer.solution.profiles : [];
        expect(found.length % 2).toBe(1);
        const pure = profiles(await answerOf(game, { concept: 'pure' }));
        const among = found.filter(one => one.every(s => s.every(p => toFloat(p) % 1 === 0)));
        expect(among.map(one => one.map(s => s.map(toFloat).join(' ')).join(' ; ')).sort()).toEqual(pure.sort());
      }
  });

  it('boxes of probabilities find what the vertices of two agents show', async () => {
    const next = integers(5, 1_000_000);
    for (let k = 0; k < 6; k++) {
      const game = bimatrix(randomMatrix(3, 4, next), randomMatrix(3, 4, next));
      const form = normalForm(game);
      if ('refused' in form) throw new Error(form.refused);
      const subsets = (count: number) =>
        Array.from({ length: 2 ** count - 1 }, (_, s) =>
          Array.from({ length: count }, (_, a) => a).filter(a => ((s + 1) & (1 << a)) !== 0),
        );
      const found: string[] = [];
      for (const one of subsets(3))
        for (const two of subsets(4)) {
          const part = isolate(form, [one, two], 10_000, () => false);
          expect(part.state).toBe('decided');
          for (const free of part.solutions)
            found.push(Array.from(spreadOut(form, [one, two], free), x => Math.abs(x).toFixed(6)).join(' '));
        }
      const all = await answerOf(game, { concept: 'nash', method: 'vertex_enumeration' });
      const known = all.solution.kind === 'profiles' ? all.solution.profiles : [];
      expect(found.sort()).toEqual(
        known
          .map(one =>
            one
              .flat()
              .map(p => toFloat(p).toFixed(6))
              .join(' '),
          )
          .sort(),
      );
    }
  });

  it('where equilibria are not isolated no list is called complete', async () => {
    const same = [0, 1, 2].map(() => ['a', 'b']);
    const idle = await answerOf(
      matrix(same, () => [1, 1, 1]),
      { concept: 'nash', method: 'support_enumeration' },
    );
    expect(idle.completeness).toBe('some');
    expect(idle.warnings.join()).toContain(
      'are not isolated, or too nearly so to be told apart: they are not all listed',
    );
    // The third does not mind, and what it does matters to nobody: every pure profile of the others comes with a segment.
    const dummy = await answerOf(
      matrix(same, ([i, j]) => (i === j ? [1, 1, 0] : [0, 0, 0])),
      { concept: 'nash', method: 'support_enumeration' },
    );
    expect(dummy.completeness).toBe('some');
  });

  it('`nash` finds one that mixes where there is no pure one: Jordan, matching pennies of three', async () => {
    // Each wants to match the next one, the last wants to differ from the first: only one half each is an equilibrium (Jordan 1993).
    const jordan = matrix(
      [
        ['H', 'T'],
        ['H', 'T'],
        ['H', 'T'],
      ],
      ([x, y, z]) => [x === y ? 1 : -1, y === z ? 1 : -1, z === x ? -1 : 1],
    );
    const answer = await answerOf(jordan, { concept: 'nash' });
    expect(profiles(answer)).toEqual(['1/2 1/2 ; 1/2 1/2 ; 1/2 1/2']);
    expect(answer.certificate.kind).toBe('nash');
    expect(answer.exact).toBe(true);
  });

  it('a mixed equilibrium without fractions is confirmed in doubles', async () => {
    // Volunteer's dilemma of three with cost 1/2 and benefit 1: the others both stay out with probability q^2 = 1/2.
    const volunteers = matrix(
      [
        ['Act', 'Wait'],
        ['Act', 'Wait'],
        ['Act', 'Wait'],
      ],
      choices => choices.map(choice => (choice === 0 ? '1/2' : choices.includes(0) ? 1 : 0)),
    );
    const answer = await answerOf(volunteers, { concept: 'nash', method: 'support_enumeration' });
    if (answer.solution.kind !== 'profiles') throw new Error('no profiles');
    const mixed = answer.solution.profiles.find(profile => profile.every(s => toFloat(s[0] as Num) % 1 !== 0));
    for (const strategy of mixed ?? []) expect(toFloat(strategy[1] as Num)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(mixed).toBeDefined();
    // One acts alone; two mix by halves while the third waits; all three mix.
    expect(answer.solution.profiles).toHaveLength(7);
    expect(answer.completeness).toBe('all-proved');
    expect(answer.exact).toBe(false);
    expect(answer.certificate.kind).toBe('nash');
  });

  it('a large game of two agents without pure equilibrium is solved by pivoting', async () => {
    const size = 18;
    // Hide and seek on a circle with payoffs that do not cancel: uniform play is an equilibrium, and none is pure.
    const rows = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
    const columns = rows.map(row => row.map(x => -2 * x));
    const answer = await answerOf(bimatrix(rows, columns), { concept: 'nash' });
    expect(answer.method).toBe('lemke_howson');
    expect(answer.certificate.regret.map(String)).toEqual(['0', '0']);
    expect(answer.values?.map(String)).toEqual(['1/18', '-1/9']);
  });
});

/** A team's optimum is confirmed by its value and a bound, also where what its members could gain takes too long to look for. */
import { expect, test } from 'vitest';
import { enumerate } from '../../../compiler/game/exact.ts';
import { Rational } from '../../../runtime/games/rational.ts';
import { format, isRefusal, solve } from '../../../runtime/solvers/index.ts';
import type { Behaviour } from '../../../runtime/verify/claim.ts';
import { verify } from '../../../runtime/verify/verify.ts';
import { gameFrom } from '../../learners/deep-support.ts';

/**
 * Three meet on the corners of a square without seeing each other; who knows where it is goes to the agreed corner within two steps. Of the 64
 * starts 4 are over before they begin pay; the others pay 10 when all have met, less 1/10 for every step before.
 */
const text = `game Rendezvous {
  agents Robot[3]
  actions { North, South, West, East, Stay }
  record Cell { row: 0..1, col: 0..1 }
  state { at: Cell[Robot] }
  init { at ~ uniform(Cell[Robot]) }
  fn move(c: Cell, a: Action): Cell = match a {
    North => c with row - 1 clamped
    South => c with row + 1 clamped
    West => c with col - 1 clamped
    East => c with col + 1 clamped
    Stay => c
  }
  fn together(a: Cell[Robot]): bool = all(a[r] == a[Robot[0]] for r in Robot)
  step { next at[r: Robot] = move(at[r], action[r]) }
  reward = if together(next at) then 10 else -0.1
  observe[r: Robot] { at[r] }
  end when together(at)
  horizon 20
}`;

/**
 * The greatest part of the 64 starts that can meet in the first step, as the best choice of one target per corner: by trying all 4^4 maps from
 * corners to corners that a step can make (5 actions, of which two stay put in a corner), the same for all three or not.
 */
function mostInOneStep(): number {
  const maps: number[][] = [];
  const near = (c: number): number[] => [c, c ^ 1, c ^ 2];
  for (const a of near(0))
    for (const b of near(1)) for (const c of near(2)) for (const d of near(3)) maps.push([a, b, c, d]);
  let best = 0;
  for (const x of maps)
    for (const y of maps) {
      // How many starts of two robots end in each corner together decides how the third does best.
      const pairs = [0, 1, 2, 3].map(to => x.filter(at => at === to).length * y.filter(at => at === to).length);
      for (const z of maps)
        best = Math.max(
          best,
          z.reduce((sum, to) => sum + pairs[to]!, 0),
        );
    }
  return best;
}

test('its optimum is confirmed and exact, within a work that does not grow with the histories of deviations', async () => {
  const { game } = enumerate(gameFrom(text), { maxStates: 5000 });
  const answer = await solve(game!, { concept: 'decentralised' });
  if (isRefusal(answer)) throw new Error(answer.refused);
  const { certificate } = answer;
  expect(certificate).toMatchObject({ kind: 'decentralised', arithmetic: 'rational', problems: [] });
  expect(certificate.unfinished).toContain('too many histories');
  expect(certificate.regret.every(gain => Number.isNaN(gain))).toBe(true);
  expect(certificate.gap?.lower).toEqual(certificate.gap?.upper);
  // From anywhere all are together after two steps, so that as many as can be should meet in the first.
  const first = mostInOneStep();
  const value = Rational.fromNumber(10).sub(Rational.of(BigInt(64 - first), 640n));
  expect(String(answer.values?.[0])).toBe(String(value));
  expect(format(answer, game!).some(line => line.startsWith('checked  value recomputed (exact; decentralised'))).toBe(
    true,
  );

  // A bound that the policy does not reach, and a value that it does not have, are found out all the same.
  if (answer.solution.kind !== 'behaviour') throw new Error('behaviour');
  const claim = { kind: 'decentralised', solution: answer.solution, completeness: 'one' } as const;
  const better = verify(game!, { ...claim, values: answer.values!, bound: 10 }, 1e-9);
  expect(better).toMatchObject({ kind: 'approximate' });
  const wrong = verify(game!, { ...claim, values: game!.agents.map(() => 10), bound: 10 }, 1e-9);
  expect(wrong.problems.join()).toContain('was said to get 10');
  const broken: Behaviour[] = answer.solution.agents.map((agent, i) =>
    i === 0 ? { ...agent, strategies: agent.strategies.map((s, k) => (k === 0 ? undefined : s)) } : agent,
  );
  const lame = verify(
    game!,
    { ...claim, solution: { kind: 'behaviour', agents: broken }, values: answer.values!, bound: answer.values![0]! },
    1e-9,
  );
  expect(lame.problems.join()).toContain('no strategy');
}, 120_000);

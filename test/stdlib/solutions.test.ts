/** What the library and the examples ask to be solved has the published values, each with a certificate of the verifier. */
import { describe, expect, test } from 'vitest';
import type { SolveSpec } from '../../compiler/api.ts';
import { crowdOf } from '../../compiler/crowd/read.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { CrowdGame } from '../../runtime/games/crowd.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { type Answer, isRefusal, solve, solveMeanField } from '../../runtime/solvers/index.ts';
import { toFloat } from '../../runtime/verify/number.ts';
import { soccer } from '../game/models.ts';
import { exampleFiles, libraryFiles, programOf } from './library.ts';

interface KnownSolution {
  /** `concept of Game`, and what it maximises. */
  readonly solve: string;
  /** Values to the agents, solution by solution in any order; none where it is proved that there is none. */
  readonly values: readonly (readonly number[])[];
  /** In fractions, so that the values are met exactly. */
  readonly exact?: false;
}

const third = 1 / 3;

/** Sources: the doc comments of the games; those of the examples follow from a line of arithmetic. */
const known: readonly KnownSolution[] = [
  {
    solve: 'pure of BattleOfTheSexes',
    values: [
      [2, 1],
      [1, 2],
    ],
  },
  {
    solve: 'nash of BattleOfTheSexes',
    values: [
      [2, 1],
      [1, 2],
      [2 * third, 2 * third],
    ],
  },
  { solve: 'correlated of BattleOfTheSexes maximizing egalitarian', values: [[1.5, 1.5]] },
  {
    solve: 'pure of Chicken',
    values: [
      [2, 7],
      [7, 2],
    ],
  },
  {
    solve: 'nash of Chicken',
    values: [
      [2, 7],
      [7, 2],
      [14 / 3, 14 / 3],
    ],
  },
  { solve: 'correlated of Chicken maximizing welfare', values: [[5.25, 5.25]] },
  { solve: 'correlated of Chicken maximizing egalitarian', values: [[5.25, 5.25]] },
  {
    solve: 'pure of Climbing',
    values: [
      [11, 11],
      [7, 7],
    ],
  },
  { solve: 'optimal of Climbing', values: [[11, 11]] },
  // Both arrive after four moves, the last of them paid at once: 100 * 0.99^3.
  { solve: 'welfare of GridGame1', values: [[97.0299, 97.0299]], exact: false },
  // The MADP toolbox prints 5.1908125 for horizon 3.
  { solve: 'decentralised of DecTiger', values: [[5.1908125, 5.1908125]] },
  { solve: 'minimax of Kuhn', values: [[-1 / 18, 1 / 18]] },
  { solve: 'minimax of Leduc', values: [[-0.085606424078, 0.085606424078]] },
  { solve: 'minimax of MatchingPennies', values: [[0, 0]] },
  {
    solve: 'pure of Penalty',
    values: [
      [10, 10],
      [2, 2],
      [10, 10],
    ],
  },
  { solve: 'optimal of Penalty', values: [[10, 10]] },
  { solve: 'dominance of PrisonersDilemma', values: [[-3, -3]] },
  { solve: 'pure of PrisonersDilemma', values: [[-3, -3]] },
  { solve: 'welfare of PrisonersDilemma', values: [[-1, -1]] },
  { solve: 'dominance of PublicGoods', values: [[1, 1, 1]] },
  { solve: 'pure of PublicGoods', values: [[1, 1, 1]] },
  { solve: 'welfare of PublicGoods', values: [[2, 2, 2]] },
  {
    solve: 'pure of Qtran',
    values: [
      [8, 8],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  },
  { solve: 'optimal of Qtran', values: [[8, 8]] },
  { solve: 'minimax of RockPaperScissors', values: [[0, 0]] },
  { solve: 'pure of Shapley', values: [] },
  { solve: 'nash of Shapley', values: [[third, third]] },
  { solve: 'correlated of Shapley maximizing welfare', values: [[0.5, 0.5]] },
  // By symmetry: the ball is tossed.
  { solve: 'minimax of Soccer', values: [[0, 0]], exact: false },
  {
    solve: 'pure of StagHunt',
    values: [
      [4, 4],
      [2, 2],
    ],
  },
  {
    solve: 'nash of StagHunt',
    values: [
      [4, 4],
      [2, 2],
      [8 / 3, 8 / 3],
    ],
  },
  { solve: 'welfare of StagHunt', values: [[4, 4]] },
  { solve: 'minimax of TicTacToe', values: [[0, 0]] },
  { solve: 'optimal of TwoStep', values: [[7.92, 7.92]] },
  // Half up, half down, which is where both methods start: up earns 4 / 2 - 2.
  { solve: 'mean_field of Ising(n: 4, steps: 5)', values: [[0]], exact: false },
  { solve: 'mean_field of Epidemic', values: [[epidemic()]], exact: false },
  // Every action of Cafes is a best reply to another: nothing is dominated, and no single outcome is left.
  { solve: 'dominance of Cafes', values: [] },
  {
    solve: 'pure of Cafes',
    values: [
      [5, 5],
      [5, 5],
    ],
  },
  {
    solve: 'welfare of Cafes',
    values: [
      [5, 5],
      [5, 5],
    ],
  },
  {
    solve: 'pareto of Cafes',
    values: [
      [5, 5],
      [5, 5],
    ],
  },
  { solve: 'correlated of Cafes maximizing welfare', values: [[5, 5]] },
  { solve: 'correlated of Cafes maximizing Left', values: [[5, 5]] },
  { solve: 'coarse_correlated of Cafes maximizing egalitarian', values: [[5, 5]] },
  // Lift, then walk: 10 after one step, 0.9 * 10.
  { solve: 'optimal of TwoRooms', values: [[9, 9]] },
  { solve: 'pure of FairShare', values: [[1, 1, 1]] },
  { solve: 'pure of FairShare(fine: 0.5)', values: [[2, 2, 2]] },
  { solve: 'welfare of FairShare(people: 4)', values: [[2, 2, 2, 2]] },
  // A goes round in three steps; B passes the barrier in half of the games and follows.
  { solve: 'nash of GridGame2 maximizing A', values: [[98.01, 49.005]], exact: false },
  // The first robot needs 6 moves to the exit, the second 7; both pay for every robot still inside.
  { solve: 'optimal of Evacuation', values: [[evacuation(), evacuation()]], exact: false },
];

/** -2 in each of the first six steps (discounted by 0.95), then -1 while one robot is left, in the seventh. */
function evacuation(): number {
  let total = 0;
  let weight = 1;
  for (const inside of [2, 2, 2, 2, 2, 2, 1]) {
    total -= inside * weight;
    weight *= 0.95;
  }
  return total;
}

/**
 * Whoever is healthy stays in at the steps 0, 1, 2 and 4. It is an equilibrium: what is computed here backwards, with the share of the sick as it
 * comes of that, leaves no better choice at any step.
 */
function epidemic(): number {
  const [infect, recover, cost, steps] = [0.3, 0.2, 0.25, 10];
  const stays = [true, true, true, false, true, false, false, false, false, false];
  let sick = 0.25;
  const risks = stays.map(stay => {
    const risk = 1 - (1 - infect * sick) * (1 - infect * sick);
    sick = sick * (1 - recover) + (1 - sick) * (stay ? 0 : risk);
    return risk;
  });
  let [healthy, ill] = [0, 0];
  for (let t = steps - 1; t >= 0; t--) {
    const risk = risks[t] as number;
    const [out, inside] = [(1 - risk) * healthy + risk * ill, healthy - cost];
    if (inside >= out !== stays[t]) throw new Error(`step ${t} is no best choice`);
    [healthy, ill] = [Math.max(out, inside), -1 + recover * healthy + (1 - recover) * ill];
  }
  return 0.75 * healthy + 0.25 * ill;
}

const asked = [...libraryFiles, ...exampleFiles].flatMap(file =>
  programOf(file).solves.map(spec => [file, spec] as const),
);

function written(spec: SolveSpec): string {
  return `${spec.concept} of ${spec.game}${spec.maximizing === undefined ? '' : ` maximizing ${spec.maximizing}`}`;
}

test('everything that is asked has a known value', () => {
  const names = new Set(asked.map(([, spec]) => written(spec)));
  expect([...names].sort()).toEqual(known.map(one => one.solve).sort());
});

function tableOf(spec: SolveSpec): TabularGame {
  const { model } = spec.instantiate(new Map());
  if (model === undefined) throw new Error(`${spec.name} cannot be built`);
  const { game, problem } = enumerate(model, { maxStates: 50_000 });
  if (game === undefined) throw new Error(problem.message);
  return game;
}

function crowdOfSpec(spec: SolveSpec): CrowdGame {
  const { model } = spec.instantiate(new Map());
  const reading = model === undefined ? { why: 'it cannot be built' } : crowdOf(model);
  if ('why' in reading) throw new Error(`${spec.name}: ${reading.why}`);
  return reading.crowd;
}

async function answerTo(spec: SolveSpec): Promise<Answer> {
  const { concept, method, maximizing } = spec;
  const options = { concept, method, maximizing };
  const answer =
    concept === 'mean_field' ? await solveMeanField(crowdOfSpec(spec), options) : await solve(tableOf(spec), options);
  if (isRefusal(answer)) throw new Error(`${spec.name}: ${answer.refused}`);
  return answer;
}

describe('solved, certified, and as published', () => {
  for (const [file, spec] of asked)
    test(`${written(spec)} (${file})`, async () => {
      const expected = known.find(one => one.solve === written(spec));
      const answer = await answerTo(spec);
      expect(answer.certificate.kind).not.toBe('approximate');
      expect(answer.certificate.problems).toEqual([]);
      expect(answer.exact).toBe(expected?.exact !== false);
      // Outcomes that nobody need stick to leave regret; equilibria leave none.
      if (!['welfare', 'pareto'].includes(spec.concept))
        for (const regret of answer.certificate.regret)
          expect(toFloat(regret)).toBeLessThanOrEqual(answer.exact ? 0 : answer.certificate.tolerance);
      const rows = answer.profileValues ?? (answer.values === undefined ? [] : [answer.values]);
      const found = sorted(rows.map(row => row.map(toFloat)));
      const wanted = sorted(expected?.values ?? []);
      expect(found.length).toBe(wanted.length);
      found.forEach((row, k) => {
        row.forEach((value, i) => {
          expect(value).toBeCloseTo(wanted[k]?.[i] ?? Number.NaN, answer.exact ? 12 : 6);
        });
      });
      if (wanted.length === 0 && spec.concept === 'pure') expect(answer.completeness).toBe('none-proved');
    });
});

function sorted(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return [...rows].sort((a, b) => a.reduce((order, value, i) => (order !== 0 ? order : value - (b[i] as number)), 0));
}

test('soccer: who has the ball at the start expects as much as the other would', async () => {
  const spec = asked.map(([, one]) => one).find(one => one.game === 'Soccer') as SolveSpec;
  const table = tableOf(spec);
  const { solution } = await answerTo(spec);
  if (solution.kind !== 'policy') throw new Error('no policy');
  const [first, second] = Array.from(
    table.initialStates,
    state => solution.stateValues[state]?.map(toFloat) as number[],
  );
  expect(first?.[0]).toBeCloseTo(-(second?.[0] as number), 8);
  expect(Math.abs(first?.[0] as number)).toBeGreaterThan(0.1);
  // The rules written out by hand, for another test, are worth as much.
  const other = enumerate(soccer(), { maxStates: 2_000 }).game as TabularGame;
  const again = await solve(other, { concept: 'minimax' });
  if (isRefusal(again) || again.solution.kind !== 'policy') throw new Error('no policy');
  const values = again.solution.stateValues;
  const theirs = Array.from(other.initialStates, state => toFloat(values[state]?.[0] ?? Number.NaN));
  expect(Math.max(...theirs)).toBeCloseTo(Math.abs(first?.[0] as number), 8);
  expect(Math.min(...theirs)).toBeCloseTo(-Math.abs(first?.[0] as number), 8);
  // Somewhere both mix: no pure policy is safe.
  const mixed = solution.policy.rules[0]?.some(strategy => strategy.filter(p => toFloat(p) > 1e-6).length > 1);
  expect(mixed).toBe(true);
});

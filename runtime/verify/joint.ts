/**
 * Judges what is said state by state about games of many steps beyond policies: devices that recommend joint actions, and what every agent
 * reckons with. Each number is found again from the transitions, by dynamic programming.
 */
import type { TabularGame } from '../games/tabular.ts';
import type { Certificate, Claim, Outlook, Solution } from './claim.ts';
import { Findings } from './findings.ts';
import { evaluationOrder } from './graph.ts';
import { atStart, MarkovChecker } from './markov.ts';
import { type Field, floats, isExact, type Num, rationals, toFloat } from './number.ts';
import {
  absoluteTolerance,
  choiceCount,
  exactReading,
  floatReading,
  never,
  type Reading,
  type Stop,
} from './reading.ts';

type JointSolution = Extract<Solution, { kind: 'devices' | 'outlooks' }>;

/** Recomputing with fractions is tried up to this many outcomes (times steps). */
const exactWork = 200_000;

/** Values a state after t steps by the values of what follows. */
type Backup<T> = (t: number, state: number, values: ArrayLike<T>) => T;

export function verifyJoint(
  game: TabularGame,
  claim: Claim,
  solution: JointSolution,
  relative: number,
  stop: Stop = never,
): Certificate {
  const tolerance = absoluteTolerance(game.outcomeReward, relative);
  const broken = shapeProblem(game, solution);
  if (broken !== undefined) {
    const findings = new Findings(floats, game.agents.length, tolerance);
    findings.problem(broken);
    return findings.certificate(claim.kind);
  }
  const exact = exactReading(game, stop);
  const order = evaluationOrder(game);
  const once = solution.time === 'timed' || order.acyclic;
  if (
    exact !== undefined &&
    once &&
    game.outcomeState.length * solution.rules.length <= exactWork &&
    numbersOf(solution).every(isExact) &&
    claim.values?.every(isExact) !== false
  )
    return judge(exact, claim, solution, 0, passes(rationals, game, solution, order.states));
  const reading = floatReading(game, stop);
  if (once) return judge(reading, claim, solution, tolerance, passes(floats, game, solution, order.states));
  const checker = new MarkovChecker(game, stop);
  let error = 0;
  const settle = (backup: Backup<number>): number[] => {
    const found = checker.fixedPointOf((s, values) => backup(0, s, values));
    error = Math.max(error, 2 * found.error);
    return [...found.values];
  };
  return judge(reading, claim, solution, tolerance, settle, () => error);
}

/** One pass per step of the horizon, or one over states that never return. */
function passes<T>(
  field: Field<T>,
  game: TabularGame,
  solution: JointSolution,
  order: Int32Array,
): (backup: Backup<T>) => T[] {
  return backup => {
    let values = new Array<T>(game.stateCount).fill(field.zero);
    if (solution.time === 'stationary') {
      for (const s of order) values[s] = backup(0, s, values);
      return values;
    }
    for (let t = solution.rules.length - 1; t >= 0; t--) {
      const after = values;
      values = Array.from({ length: game.stateCount }, (_, s) => backup(t, s, after));
    }
    return values;
  };
}

function numbersOf(solution: JointSolution): Num[] {
  if (solution.kind === 'devices') return solution.rules.flat(2);
  return solution.rules.flatMap(rule => rule.flatMap(({ own, others }) => [...own, ...others]));
}

function shapeProblem(game: TabularGame, solution: JointSolution): string | undefined {
  const n = game.agents.length;
  if (solution.rules.length === 0) return 'nothing is said about any step';
  for (let t = 0; t < solution.rules.length; t++)
    for (let s = 0; s < game.stateCount; s++) {
      const size = (game.jointStart[s + 1] as number) - (game.jointStart[s] as number);
      if (solution.kind === 'devices') {
        if (solution.rules[t]?.[s]?.length !== size) return `the device does not fit ${game.describeState(s)}`;
        continue;
      }
      for (let i = 0; i < n; i++) {
        const own = choiceCount(game, s, i);
        const outlook = solution.rules[t]?.[s * n + i];
        if (outlook?.own.length !== own || outlook.others.length !== size / own)
          return `what ${game.agents[i]} reckons with does not fit ${game.describeState(s)}`;
      }
    }
  return undefined;
}

function judge<T extends Num>(
  reading: Reading<T>,
  claim: Claim,
  solution: JointSolution,
  tolerance: number,
  settle: (backup: Backup<T>) => T[],
  error: () => number = () => 0,
): Certificate {
  const { game, field } = reading;
  const n = game.agents.length;
  const findings = new Findings(field, n, tolerance);
  const values: T[] = [];
  const regret: T[] = [];
  let worst = 0;
  const compare = (low: readonly T[], high: readonly T[]) => {
    const gain = field.sub(atStart(reading, high), atStart(reading, low));
    regret.push(field.sign(gain) < 0 ? field.zero : gain);
    for (let s = 0; s < game.stateCount; s++) worst = Math.max(worst, toFloat(field.sub(high[s] as T, low[s] as T)));
  };
  if (solution.kind === 'devices') for (const rule of solution.rules) for (const device of rule) findings.mass(device);
  else
    for (const rule of solution.rules)
      for (const { own, others } of rule) {
        findings.mass(own);
        findings.mass(others);
      }
  for (let i = 0; i < n; i++) {
    if (solution.kind === 'devices') {
      const at = (t: number, s: number) => solution.rules[t]?.[s] as readonly Num[];
      const obeying = settle((t, s, after) => obey(reading, i, s, at(t, s), after));
      values.push(atStart(reading, obeying));
      compare(
        obeying,
        settle((t, s, after) => deviate(reading, i, s, at(t, s), after)),
      );
      continue;
    }
    const at = (t: number, s: number) => solution.rules[t]?.[s * n + i] as Outlook;
    const expected = settle((t, s, after) => expect(reading, i, s, at(t, s), after));
    values.push(atStart(reading, expected));
    if (claim.kind === 'friend')
      compare(
        expected,
        settle((_, s, after) => most(reading, i, s, after)),
      );
    else
      compare(
        settle((t, s, after) => secured(reading, i, s, at(t, s), after)),
        settle((t, s, after) => conceded(reading, i, s, at(t, s), after)),
      );
  }
  findings.profile({ values, regret });
  findings.judgeRegret();
  findings.uncertainty(error(), worst);
  findings.values(claim.values);
  return findings.certificate(claim.kind);
}

/** What a joint action is worth to an agent. */
function jointWorth<T>(reading: Reading<T>, agent: number, joint: number, after: ArrayLike<T>): T {
  reading.tick();
  const { game, field } = reading;
  const n = game.agents.length;
  let total = field.zero;
  for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
    const next = game.outcomeState[o] as number;
    let worth = reading.reward[o * n + agent] as T;
    if (next >= 0) worth = field.add(worth, field.mul(reading.discount, after[next] as T));
    total = field.add(total, field.mul(reading.probability[o] as T, worth));
  }
  return total;
}

/** A state's joint actions by an agent's own choice and the number of what the others do. */
function grid<T>(reading: Reading<T>, agent: number, state: number, after: ArrayLike<T>): T[][] {
  const { game } = reading;
  const n = game.agents.length;
  const from = game.jointStart[state] as number;
  const to = game.jointStart[state + 1] as number;
  const table: T[][] = Array.from({ length: choiceCount(game, state, agent) }, () => []);
  // Joint actions are numbered with the last agent fastest; taking one agent out keeps the order of the others.
  let stride = 1;
  for (let j = agent + 1; j < n; j++) stride *= choiceCount(game, state, j);
  for (let joint = from; joint < to; joint++)
    table[Math.floor((joint - from) / stride) % table.length]?.push(jointWorth(reading, agent, joint, after));
  return table;
}

function dot<T>(field: Field<T>, weights: readonly Num[], worths: readonly T[]): T {
  return weights.reduce((sum: T, p, k) => {
    const weight = field.of(p);
    return field.sign(weight) === 0 ? sum : field.add(sum, field.mul(weight, worths[k] as T));
  }, field.zero);
}

function greatest<T>(field: Field<T>, list: readonly T[]): T {
  return list.reduce((a, b) => (field.compare(b, a) > 0 ? b : a));
}

function least<T>(field: Field<T>, list: readonly T[]): T {
  return list.reduce((a, b) => (field.compare(b, a) < 0 ? b : a));
}

function obey<T>(reading: Reading<T>, agent: number, state: number, device: readonly Num[], after: ArrayLike<T>): T {
  const from = reading.game.jointStart[state] as number;
  return dot(
    reading.field,
    device,
    device.map((_, k) => jointWorth(reading, agent, from + k, after)),
  );
}

/** The best answer to every recommendation, now and whenever play goes on. */
function deviate<T>(reading: Reading<T>, agent: number, state: number, device: readonly Num[], after: ArrayLike<T>): T {
  const { field, game } = reading;
  const table = grid(reading, agent, state, after);
  const told: Num[][] = table.map(() => []);
  let stride = 1;
  for (let j = agent + 1; j < game.agents.length; j++) stride *= choiceCount(game, state, j);
  device.forEach((p, k) => {
    told[Math.floor(k / stride) % table.length]?.push(p);
  });
  return told.reduce(
    (sum: T, weights) =>
      field.add(
        sum,
        greatest(
          field,
          table.map(worths => dot(field, weights, worths)),
        ),
      ),
    field.zero,
  );
}

function expect<T>(
  reading: Reading<T>,
  agent: number,
  state: number,
  { own, others }: Outlook,
  after: ArrayLike<T>,
): T {
  const { field } = reading;
  return dot(
    field,
    own,
    grid(reading, agent, state, after).map(worths => dot(field, others, worths)),
  );
}

function most<T>(reading: Reading<T>, agent: number, state: number, after: ArrayLike<T>): T {
  return greatest(reading.field, grid(reading, agent, state, after).flat());
}

/** What the own strategy is sure of, whatever the others do. */
function secured<T>(
  reading: Reading<T>,
  agent: number,
  state: number,
  { own, others }: Outlook,
  after: ArrayLike<T>,
): T {
  const { field } = reading;
  const table = grid(reading, agent, state, after);
  return least(
    field,
    others.map((_, b) =>
      dot(
        field,
        own,
        table.map(worths => worths[b] as T),
      ),
    ),
  );
}

/** What the others do not let the agent exceed. */
function conceded<T>(reading: Reading<T>, agent: number, state: number, { others }: Outlook, after: ArrayLike<T>): T {
  const { field } = reading;
  return greatest(
    field,
    grid(reading, agent, state, after).map(worths => dot(field, others, worths)),
  );
}

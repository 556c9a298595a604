/** Small enumerated games, built by hand so that solver tests depend on nothing of the compiler. */
import { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';

/** A fraction as text (`1/3`) or an integer or a double. */
export type Value = string | number;

export interface Outcome {
  readonly p: Value;
  /** State reached, or -1. */
  readonly to: number;
  readonly r: readonly Value[];
}

export interface StateSpec {
  readonly name?: string;
  /** Legal action numbers per agent; all of them when missing; [] for an agent that does not act. */
  readonly legal?: readonly (readonly number[])[];
  /** What each agent sees; the state's own number when missing. */
  readonly sees?: readonly number[];
  /** Outcomes of a joint action, given the action numbers (-1 for an agent that does not act). */
  readonly step: (actions: readonly number[]) => readonly Outcome[];
}

export interface GameInput {
  readonly name?: string;
  readonly agents: readonly string[];
  readonly actions: readonly (readonly string[])[];
  readonly states: readonly StateSpec[];
  readonly initial?: readonly (readonly [number, Value])[];
  readonly discount?: Value;
  readonly horizon?: number;
  /** False leaves the fractions out. */
  readonly exact?: boolean;
}

function fraction(value: Value): Rational {
  if (typeof value === 'number') return Rational.fromNumber(value);
  const parsed = Rational.parse(value);
  if (parsed === undefined) throw new Error(`not a fraction: ${value}`);
  return parsed;
}

export function game(input: GameInput): TabularGame {
  const n = input.agents.length;
  const legalStart = [0];
  const legalActions: number[] = [];
  const jointStart = [0];
  const outcomeStart = [0];
  const outcomeState: number[] = [];
  const probabilities: Value[] = [];
  const rewards: Value[] = [];
  const observation: number[] = [];
  let terminals = 0;
  input.states.forEach((state, s) => {
    const legal = input.actions.map((names, i) => [...(state.legal?.[i] ?? names.keys())]);
    for (const list of legal) {
      legalActions.push(...list);
      legalStart.push(legalActions.length);
    }
    for (let i = 0; i < n; i++) observation.push(state.sees?.[i] ?? s);
    let joints: number[][] = [[]];
    for (const list of legal)
      joints = joints.flatMap(joint => (list.length === 0 ? [-1] : list).map(action => [...joint, action]));
    for (const joint of joints) {
      for (const outcome of state.step(joint)) {
        outcomeState.push(outcome.to);
        if (outcome.to < 0) terminals++;
        probabilities.push(outcome.p);
        rewards.push(...outcome.r);
      }
      outcomeStart.push(outcomeState.length);
    }
    jointStart.push(outcomeStart.length - 1);
  });
  const initial = input.initial ?? [[0, 1]];
  const number = (value: Value) => (typeof value === 'number' ? value : fraction(value).toNumber());
  return {
    name: input.name ?? 'Game',
    agents: input.agents,
    actionNames: input.actions,
    stateCount: input.states.length,
    terminalCount: terminals,
    initialStates: Int32Array.from(initial, ([state]) => state),
    initialProbabilities: Float64Array.from(initial, ([, p]) => number(p)),
    legalStart: Int32Array.from(legalStart),
    legalActions: Int32Array.from(legalActions),
    jointStart: Int32Array.from(jointStart),
    outcomeStart: Int32Array.from(outcomeStart),
    outcomeState: Int32Array.from(outcomeState),
    outcomeProbability: Float64Array.from(probabilities, number),
    outcomeReward: Float64Array.from(rewards, number),
    observation: Int32Array.from(observation),
    exact:
      input.exact === false
        ? undefined
        : {
            initialProbabilities: initial.map(([, p]) => fraction(p)),
            outcomeProbability: probabilities.map(fraction),
            outcomeReward: rewards.map(fraction),
            discount: fraction(input.discount ?? 1),
          },
    discount: number(input.discount ?? 1),
    horizon: input.horizon,
    describeState: state => input.states[state]?.name ?? `s${state}`,
  };
}

const letters = (count: number) => Array.from({ length: count }, (_, k) => `a${k}`);

/** A one-shot game of any number of agents from a payoff function. */
export function matrix(
  actions: readonly (readonly string[])[],
  payoff: (actions: readonly number[]) => readonly Value[],
  options: { readonly exact?: boolean; readonly name?: string; readonly agents?: readonly string[] } = {},
): TabularGame {
  return game({
    agents: options.agents ?? (actions.length === 2 ? ['Row', 'Column'] : actions.map((_, i) => `P${i + 1}`)),
    actions,
    states: [{ step: choice => [{ p: 1, to: -1, r: payoff(choice) }] }],
    ...(options.exact === undefined ? {} : { exact: options.exact }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
}

/** Two agents; without `b` the game is zero-sum. */
export function bimatrix(
  a: readonly (readonly Value[])[],
  b?: readonly (readonly Value[])[],
  options: { readonly exact?: boolean } = {},
): TabularGame {
  const columns = a[0]?.length ?? 0;
  const negative = (value: Value) => (typeof value === 'number' ? 0 - value : fraction(value).neg().toString());
  return matrix(
    [letters(a.length), letters(columns)],
    ([i = 0, j = 0]) => {
      const mine = a[i]?.[j] as Value;
      return [mine, b === undefined ? negative(mine) : (b[i]?.[j] as Value)];
    },
    options,
  );
}

export const rockPaperScissors = [
  [0, -1, 1],
  [1, 0, -1],
  [-1, 1, 0],
];

/** Random integers from a seed, -range .. range. */
export function integers(seed: number, range: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (x + 0x9e3779b9) >>> 0;
    let z = x;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    z = (z ^ (z >>> 15)) >>> 0;
    return (z % (2 * range + 1)) - range;
  };
}

export function randomMatrix(rows: number, columns: number, next: () => number): number[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, next));
}

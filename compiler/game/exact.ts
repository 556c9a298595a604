/**
 * The exact reading: every reachable state of a finite game, every joint action, every outcome of chance with its probability,
 * exact where the game is rational. Breadth-first, states packed into words and numbered in the order they are met.
 */
import type { Span } from '../../grammar/ast.ts';
import { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { describe } from './describe.ts';
import {
  BudgetError,
  GameError,
  type GameFault,
  NoLegalActionError,
  NotActingError,
  RewardError,
} from './evaluateErrors.ts';
import { Memory, readerOf, spaceOf } from './evaluateMemory.ts';
import { Explorer } from './exactExplore.ts';
import { numberOf, rationalOf } from './exactNumbers.ts';
import { GrowingInts, KeyTable, StatePacking } from './exactPacking.ts';
import { InitialTable, OutcomeTable, RewardTable } from './exactTables.ts';
import type { GameModel, Origin, Scalar } from './model.ts';

export interface EnumerateOptions {
  /** States, terminal ones included, after which to give up. */
  readonly maxStates: number;
  /** Outcomes of chance of one step (and attempts inside one `such that`) after which to give up; default one million. */
  readonly maxOutcomes?: number;
  /** Outcomes in the whole table after which to give up; default five million. */
  readonly maxTransitions?: number;
  /** Called now and then with the states met and those already expanded. */
  readonly onProgress?: (states: number, expanded: number) => void;
}

export interface Problem {
  readonly kind: GameFault;
  readonly message: string;
  /** States met before the problem, terminal ones included. */
  readonly states: number;
  /** The draw that caused it, if one did. */
  readonly span: Span | undefined;
  /** The expression that caused it, if it is known: of models that were lowered with places (`elaborate/trace.ts`). */
  readonly origin?: Origin | undefined;
  /** Who is to act and cannot (`no-legal-action`), and what is so without the remedy. */
  readonly stuck?: { readonly agent: number; readonly fact: string };
}

export type Enumerated =
  | { readonly game: TabularGame; readonly problem: undefined }
  | { readonly game: undefined; readonly problem: Problem };

/**
 * Lists a game. A horizon is not part of the table (it is reported beside it), with one exception: where the game reads `time`,
 * time is part of the state, and a step that reaches the horizon leads nowhere (-1), as no decision is taken there. Such outcomes are
 * marked (`outcomeCut`): they bound what is earned, but they are no end of the game.
 */
export function enumerate(model: GameModel, options: EnumerateOptions): Enumerated {
  const progress = { states: 0 };
  try {
    return { game: list(model, options, progress), problem: undefined };
  } catch (error) {
    return { game: undefined, problem: problemOf(error, progress.states) };
  }
}

/** Game errors become values; anything else is a bug of ours and goes on. */
export function problemOf(error: unknown, states: number): Problem {
  if (!(error instanceof GameError)) throw error;
  const origin = error instanceof NotActingError ? error.origin : undefined;
  const stuck = error instanceof NoLegalActionError ? { stuck: { agent: error.agent, fact: error.fact } } : {};
  return { kind: error.fault, message: error.message, states, span: error.span, origin, ...stuck };
}

function list(model: GameModel, options: EnumerateOptions, progress: { states: number }): TabularGame {
  const { maxStates, maxOutcomes = 1_000_000, maxTransitions = 5_000_000, onProgress } = options;
  const explorer = new Explorer(model, maxOutcomes);
  const { evaluator, key } = explorer;
  const agents = model.agents.length;
  const states = new KeyTable(explorer.packing.width);
  const terminals = new KeyTable(explorer.packing.width);
  const meet = (table: KeyTable): number => {
    const index = table.add(key);
    progress.states = states.count + terminals.count;
    if (progress.states > maxStates) {
      throw new BudgetError(`the game has more than ${maxStates} states, the most that were to be listed`);
    }
    return index;
  };

  const requireRoom = (transitions: number): void => {
    if (transitions > maxTransitions) {
      throw new BudgetError(`the game has more than ${maxTransitions} transitions, the most that were to be listed`);
    }
  };

  const initial = new InitialTable();
  explorer.start(probability => initial.add(meet(states), probability));

  const legalStart = new GrowingInts();
  const legalActions = new GrowingInts();
  const jointStart = new GrowingInts();
  const outcomeStart = new GrowingInts();
  const rewards = new RewardTable(agents);
  const outcomes = new OutcomeTable();
  const observations = new ObservationTable(model, explorer);
  let joints = 0;
  for (let state = 0; state < states.count; state++) {
    explorer.open(states, state);
    observations.add();
    for (const legal of explorer.legal) {
      legalStart.push(legalActions.length);
      for (const action of legal) legalActions.push(action);
    }
    jointStart.push(joints);
    // Every joint action has an outcome: a hundred agents are refused at once, not after the last transition that fits.
    const ways = explorer.jointCount();
    if (ways > maxTransitions && ways > 1e6)
      throw new BudgetError(`a state of the game has ${explorer.describeJoints()}, too many to list`);
    requireRoom(outcomes.length + ways);
    do {
      joints++;
      outcomeStart.push(outcomes.length);
      explorer.outcomes((probability, ended) => {
        for (let i = 0; i < agents; i++) rewards.set(i, finiteReward(model, i, evaluator.reward(i)));
        const reward = rewards.add();
        let next = -1;
        if (ended) meet(terminals);
        else if (model.usesTime && evaluator.memory.time + 1 >= (model.horizon ?? Infinity)) next = cutOff;
        else next = meet(states);
        outcomes.add(next, reward, probability);
      });
      outcomes.endJoint();
      requireRoom(outcomes.length);
    } while (explorer.nextJoint());
    if (onProgress !== undefined && state % 1024 === 1023) onProgress(progress.states, state + 1);
  }
  legalStart.push(legalActions.length);
  jointStart.push(joints);
  outcomeStart.push(outcomes.length);
  onProgress?.(progress.states, states.count);

  const discount = rationalOf(model.discount);
  const rational = explorer.rational && initial.rational && outcomes.rational && rewards.rational;
  const outcomeReward = new Float64Array(outcomes.length * agents);
  for (let o = 0; o < outcomes.length; o++) rewards.copyTo(outcomes.rewardOf(o), outcomeReward, o * agents);
  const reached = outcomes.states();
  const outcomeCut = reached.includes(cutOff) ? Uint8Array.from(reached, next => (next === cutOff ? 1 : 0)) : undefined;
  return {
    name: model.name,
    agents: model.agents.map(agent => agent.label),
    actionNames: model.agents.map(agent => spaceOf(model, agent.cls).names),
    stateCount: states.count,
    terminalCount: terminals.count,
    initialStates: initial.states(),
    initialProbabilities: Float64Array.from(initial.probabilities, numberOf),
    legalStart: legalStart.finish(),
    legalActions: legalActions.finish(),
    jointStart: jointStart.finish(),
    outcomeStart: outcomeStart.finish(),
    outcomeState: reached.map(next => Math.max(-1, next)),
    outcomeCut,
    outcomeProbability: Float64Array.from(outcomes.probabilities, numberOf),
    outcomeReward,
    observation: observations.finish(),
    observedNumbers: (agent, observation) => observations.numbersOf(agent, observation),
    exact:
      rational && discount !== undefined
        ? {
            initialProbabilities: initial.probabilities.map(fraction),
            outcomeProbability: outcomes.probabilities.map(fraction),
            outcomeReward: Array.from({ length: outcomes.length * agents }, (_, k) =>
              fraction(rewards.value(outcomes.rewardOf(Math.floor(k / agents)), k % agents)),
            ),
            discount,
          }
        : undefined,
    discount: numberOf(model.discount),
    horizon: model.horizon,
    describeState: describer(model, states),
  };
}

/** What is earned can be added up and compared. @throws RewardError */
function finiteReward(model: GameModel, agent: number, reward: Scalar): Scalar {
  if (Number.isFinite(numberOf(reward))) return reward;
  throw new RewardError(`the reward of ${model.agents[agent]?.label} is not a finite number`);
}

/** What an outcome reaches at the horizon, while a game is listed: apart from the end, so that the two are not one outcome. */
const cutOff = -2;

function fraction(value: number | Rational): Rational {
  return rationalOf(value) ?? Rational.zero;
}

/** Describes listed states from their packed form, in a memory of its own. */
function describer(model: GameModel, states: KeyTable): (state: number) => string {
  let memory: Memory | undefined;
  let packing: StatePacking | undefined;
  return state => {
    if (!(state >= 0 && state < states.count)) throw new RangeError(`state ${state} of ${states.count}`);
    memory ??= new Memory(model, true);
    packing ??= new StatePacking(model, memory);
    packing.unpack(states.words, state * states.width);
    return describe(model, readerOf(memory), model.usesTime ? memory.time : undefined);
  };
}

/** Observations of every agent in every state, equal ones (of one agent) sharing a number. */
class ObservationTable {
  private readonly model: GameModel;
  private readonly explorer: Explorer;
  private readonly numbers = new GrowingInts();
  private readonly tables: readonly { values: Float64Array; words: Int32Array; table: KeyTable }[];

  constructor(model: GameModel, explorer: Explorer) {
    this.model = model;
    this.explorer = explorer;
    this.tables = model.agents.map(agent => {
      const values = new Float64Array(Math.max(1, model.classes[agent.cls]?.observation.length ?? 0));
      const words = new Int32Array(values.buffer);
      return { values, words, table: new KeyTable(words.length, 256) };
    });
  }

  /** Appends the observations of the current state. */
  add(): void {
    for (let i = 0; i < this.model.agents.length; i++) {
      const { values, words, table } = this.tables[i] as (typeof this.tables)[number];
      this.explorer.evaluator.observe(i, values);
      // Minus zero and zero are one number.
      for (let k = 0; k < values.length; k++) values[k] = (values[k] as number) + 0;
      this.numbers.push(table.add(words));
    }
  }

  finish(): Int32Array {
    return this.numbers.finish();
  }

  /** What an agent sees by one of its numbers. */
  numbersOf(agent: number, observation: number): Float64Array {
    const { words, width } = (this.tables[agent] as (typeof this.tables)[number]).table;
    return new Float64Array(words.slice(observation * width, (observation + 1) * width).buffer);
  }
}

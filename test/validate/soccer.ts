/**
 * Minimax-Q on Littman's soccer: what it learned against the exact values of the same rules, and against the best response to it.
 * The same 0.1 is the slack everywhere: a mixed policy loses less than that to its best response, its likeliest actions lose more.
 */
import { emitGame } from '../../compiler/emit/game.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import { loadGame } from '../../runtime/games/load.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { LearnedTable } from '../../runtime/learners/shared/learner.ts';
import { solveMatrix } from '../../runtime/solvers/matrix-game.ts';
import { policyFrom } from '../../runtime/train/policy.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import { gameOf, programOf } from '../stdlib/library.ts';
import type { Validation } from './result.ts';

const actions = 5;
/** Littman's 10 % chance per step that the game ends in a draw. */
const gamma = 0.9;

type Strategies = (state: number) => Float64Array;

export function* soccer(): Generator<Validation> {
  const model = gameOf('Soccer');
  const listed = enumerate(model, { maxStates: 1000 });
  if (listed.game === undefined) throw new Error(listed.problem.message);
  const game = listed.game;
  const info = programOf('std:games/Soccer.marl').trains.find(train => train.name === 'Learn');
  if (info === undefined) throw new Error('Soccer.marl has no training Learn');
  const loaded = loadGame(emitGame(model, { types: false, module: 'function' }));
  const shapley = shapleyValues(game);
  for (const seed of [1, 2]) {
    const { checkpoint } = trainSeed(info.spec, loaded, seed);
    const learner = policyFrom(info.spec, loaded.spec, checkpoint);
    for (const agent of [0, 1]) {
      const table = learner.view()[agent]!;
      const learned = strategies(game, table);
      const values = checkpoint.get(`learner.agent${agent}.value`)!;
      const sign = agent === 0 ? 1 : -1;
      // The ball is tossed: the state in which A has it, then the one in which B has it.
      for (const state of game.initialStates) {
        const exact = sign * shapley[state]!;
        const found = values[rowsOf(game, table)(state)!]!;
        yield {
          name: `MinimaxQ on Soccer, seed ${seed}, value for ${game.agents[agent]} from ${game.describeState(state)}`,
          passed: Math.abs(found - exact) < 0.1,
          detail: `${found.toFixed(3)}, Shapley ${exact.toFixed(3)} +- 0.1`,
        };
      }
      const mixed = -start(game, bestResponse(game, agent, learned));
      yield {
        name: `MinimaxQ on Soccer, seed ${seed}, ${game.agents[agent]} against its best response`,
        passed: mixed > -0.1,
        detail: `guarantees ${mixed.toFixed(3)}; the game is worth 0, at least -0.1`,
      };
      const pure = -start(game, bestResponse(game, agent, argmax(learned)));
      yield {
        name: `MinimaxQ on Soccer, seed ${seed}, the likeliest action of ${game.agents[agent]} against its best response`,
        passed: pure < -0.1,
        detail: `guarantees ${pure.toFixed(3)}, less than -0.1: the mixing matters`,
      };
    }
  }
}

/** The row of the table in which the agent is in a state; undefined if it never was. */
function rowsOf(game: TabularGame, table: LearnedTable): (state: number) => number | undefined {
  const rows = new Map<string, number>();
  for (let row = 0; row < table.rows; row++) rows.set(table.key(row).join(), row);
  return state => rows.get(keyOf(game, state));
}

/** Probability of every action by state; uniform where the learner has never been, as it plays there. */
function strategies(game: TabularGame, table: LearnedTable): Strategies {
  const rowOf = rowsOf(game, table);
  return state => {
    const row = rowOf(state);
    return Float64Array.from({ length: actions }, (_, a) => (row === undefined ? 1 / actions : table.value(row, a)));
  };
}

/** What both agents see: the cells of A and of B, and who has the ball, one-hot. */
function keyOf(game: TabularGame, state: number): string {
  const text = game.describeState(state);
  const cells = [...text.matchAll(/\d+/g)].map(match => match[0]);
  if (cells.length !== 4) throw new Error(`not a state of soccer: ${text}`);
  return [...cells, ...(text.endsWith('ball = A') ? [1, 0] : [0, 1])].join();
}

function argmax(of: Strategies): Strategies {
  return state => {
    const mixed = of(state);
    const best = mixed.indexOf(Math.max(...mixed));
    return mixed.map((_, a) => (a === best ? 1 : 0));
  };
}

/** Expected reward of A plus the discounted value of where the joint action leads. */
function lookahead(game: TabularGame, values: Float64Array, joint: number): number {
  let sum = 0;
  for (let o = game.outcomeStart[joint]!; o < game.outcomeStart[joint + 1]!; o++) {
    const next = game.outcomeState[o]!;
    sum += game.outcomeProbability[o]! * (game.outcomeReward[o * 2]! + (next < 0 ? 0 : gamma * values[next]!));
  }
  return sum;
}

/** Values for A by one matrix game per state, to a fixed point. */
function shapleyValues(game: TabularGame): Float64Array {
  const values = new Float64Array(game.stateCount);
  for (let pass = 0; pass < 200; pass++)
    for (let state = 0; state < game.stateCount; state++) {
      const from = game.jointStart[state]!;
      const matrix = Float64Array.from({ length: actions * actions }, (_, k) => lookahead(game, values, from + k));
      values[state] = solveMatrix(matrix, actions, actions).value;
    }
  return values;
}

/** Values for the other of the best it can do against `agent` playing `fixed`. */
function bestResponse(game: TabularGame, agent: number, fixed: Strategies): Float64Array {
  // Values for A while iterating: the opponent of A minimises them, the opponent of B maximises.
  const values = new Float64Array(game.stateCount);
  const better = agent === 0 ? Math.min : Math.max;
  const mixed = Array.from({ length: game.stateCount }, (_, state) => fixed(state));
  for (let pass = 0; pass < 200; pass++)
    for (let state = 0; state < game.stateCount; state++) {
      const from = game.jointStart[state]!;
      let best: number | undefined;
      for (let own = 0; own < actions; own++) {
        let sum = 0;
        for (let theirs = 0; theirs < actions; theirs++) {
          const joint = agent === 0 ? theirs * actions + own : own * actions + theirs;
          sum += mixed[state]![theirs]! * lookahead(game, values, from + joint);
        }
        best = best === undefined ? sum : better(best, sum);
      }
      values[state] = best ?? 0;
    }
  return agent === 0 ? values.map(v => 0 - v) : values;
}

/** The value before the ball is tossed. */
function start(game: TabularGame, values: Float64Array): number {
  return game.initialStates.reduce((sum, state, k) => sum + game.initialProbabilities[k]! * values[state]!, 0);
}

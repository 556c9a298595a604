import { BudgetError } from './evaluateErrors.ts';
import { type Problem, problemOf } from './exact.ts';
import { Explorer } from './exactExplore.ts';
import { KeyTable } from './exactPacking.ts';
import type { GameModel } from './model.ts';

export interface LevelOptions {
  /** States of one level after which to give up. */
  readonly maxStates: number;
  readonly maxOutcomes?: number;
  /** Called after every level with its number, its states and how many of them are terminal. */
  readonly onLevel?: (depth: number, states: number, terminals: number) => void;
}

export interface Levels {
  /** `states[d]`: distinct states reachable in exactly d steps, terminal ones included. */
  readonly states: readonly number[];
  /** `terminals[d]`: how many of them end the game. */
  readonly terminals: readonly number[];
  /** What stopped the count before `maxDepth`, other than the game's end. */
  readonly problem: Problem | undefined;
}

/**
 * Counts distinct states by number of steps, keeping one level of packed states at a time. Stops early when a level holds no
 * state to go on from. A state that one path ends in and another only passes counts once as each.
 */
export function countLevels(model: GameModel, maxDepth: number, options: LevelOptions): Levels {
  const { maxStates, maxOutcomes = 1_000_000, onLevel } = options;
  const states: number[] = [];
  const terminals: number[] = [];
  let met = 0;
  try {
    const explorer = new Explorer(model, maxOutcomes);
    const width = explorer.packing.width;
    let level = new KeyTable(width);
    let ends = new KeyTable(width);
    const check = () => {
      met = level.count + ends.count;
      if (met > maxStates) {
        throw new BudgetError(
          `level ${states.length} of the game has more than ${maxStates} states, the most that were to be listed`,
        );
      }
    };
    explorer.start(() => {
      level.add(explorer.key);
      check();
    });
    for (let depth = 0; ; depth++) {
      states.push(level.count + ends.count);
      terminals.push(ends.count);
      onLevel?.(depth, level.count + ends.count, ends.count);
      if (depth === maxDepth || level.count === 0) break;
      if (model.usesTime && depth >= (model.horizon ?? Infinity)) break;
      const current = level;
      level = new KeyTable(width, nextPowerOfTwo(current.count));
      ends = new KeyTable(width);
      for (let state = 0; state < current.count; state++) {
        explorer.open(current, state);
        do {
          explorer.outcomes((_, ended) => {
            (ended ? ends : level).add(explorer.key);
            check();
          });
        } while (explorer.nextJoint());
      }
    }
    return { states, terminals, problem: undefined };
  } catch (error) {
    return { states, terminals, problem: problemOf(error, met) };
  }
}

function nextPowerOfTwo(n: number): number {
  let power = 1024;
  while (power < n) power *= 2;
  return power;
}

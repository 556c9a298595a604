/** Lists games once per command and remembers them. */
import { enumerate, type Problem } from '../compiler/game/exact.ts';
import { notListable } from '../compiler/game/listable.ts';
import type { GameModel } from '../compiler/game/model.ts';
import { tooLongToList, workOf } from '../compiler/game/work.ts';
import type { AssertTools, SolvedValues } from '../compiler/properties/asserts.ts';
import type { Listed } from '../compiler/properties/facts.ts';
import { counted, grouped } from './text.ts';

/** Numbers in all states of a listing together. */
const maxStored = 500_000_000;

/** A listing, with the problem that stopped it for messages. */
export type Listing = Listed & { readonly problem?: Problem };

export class Study implements AssertTools {
  readonly #maxStates: number;
  readonly #effort: number;
  readonly #known = new Map<string, Listing>();

  /**
   * @param maxStates states, terminal ones included, after which a listing gives up
   * @param effort expressions evaluated, about, after which it gives up too: a step of some games takes seconds
   */
  constructor(maxStates: number, effort = 5e9) {
    this.#maxStates = maxStates;
    this.#effort = effort;
  }

  list(model: GameModel): Listing {
    const key = JSON.stringify([model.name, model.params]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const listing = this.#enumerate(model);
    this.#known.set(key, listing);
    return listing;
  }

  async solve(
    _model: GameModel,
    listed: Listed,
    concept: string,
  ): Promise<SolvedValues | { readonly refused: string }> {
    if (listed.game === undefined) return { refused: listed.why };
    const { valuesOf } = await import('./answers.ts');
    return valuesOf(listed.game, concept);
  }

  #enumerate(model: GameModel): Listing {
    const never = notListable(model);
    if (never !== undefined) return { game: undefined, why: never };
    const { step, state } = workOf(model);
    const steps = Math.max(1, Math.floor(this.#effort / step));
    const { game, problem } = enumerate(model, {
      maxStates: Math.min(this.#maxStates, Math.max(1, Math.floor(maxStored / (state + 1)))),
      maxTransitions: Math.min(5_000_000, steps),
      // One step may come apart into all of these before anything else is counted.
      maxOutcomes: Math.min(1_000_000, Math.max(100, Math.floor(steps / 50))),
    });
    if (game !== undefined) return { game };
    const why =
      problem.kind === 'budget' && problem.states > this.#maxStates
        ? `the game has more than ${grouped(this.#maxStates)} states`
        : problem.kind === 'budget' && steps < 5_000_000 && / transitions,/.test(problem.message)
          ? tooLongToList(model)
          : problem.message.replace(/\.$/, '');
    return { game: undefined, why, problem };
  }
}

/** Bytes that games played side by side may take. */
const memory = 4 * 1024 ** 3;

/** What is too much about this many games at once, if it is. */
export function tooMuchMemory(model: GameModel, envs: number): string | undefined {
  const row = model.classes.reduce((sum, { count, observation, actionSpace }) => {
    const actions = model.actionSpaces[actionSpace];
    return sum + count * (8 * observation.length + (actions?.count ?? 1) + 8 * (actions?.realSize ?? 0) + 24);
  }, 0);
  const bytes = envs * (row + model.stores.reduce((sum, store) => sum + 8 * store.size, 0));
  if (bytes <= memory) return undefined;
  return `${counted(envs, 'game')} of ${model.name} would take about ${grouped(bytes / 1024 ** 3)} GB, more than ${memory / 1024 ** 3} GB.`;
}

/** Why play cannot go on from a state that was met; undefined where it can, or where nobody looked. */
export function stuckBecause({ problem }: Listing): string | undefined {
  if (problem === undefined || problem.kind === 'budget' || problem.kind === 'not-finite') return undefined;
  return problem.message.replace(/\.$/, '');
}

/** Looks at a few states before a game is played for long: being stuck at the start has a clear reason then. */
export function stuckAtStart(model: GameModel): string | undefined {
  return stuckBecause(new Study(500, 2e6).list(model));
}

/** Lists games once per command and remembers them. */
import { enumerate, type Problem } from '../compiler/game/exact.ts';
import type { GameModel } from '../compiler/game/model.ts';
import type { AssertTools, SolvedValues } from '../compiler/properties/asserts.ts';
import type { Listed } from '../compiler/properties/facts.ts';
import { grouped } from './text.ts';

/** A listing, with the problem that stopped it for messages. */
export type Listing = Listed & { readonly problem?: Problem };

export class Study implements AssertTools {
  readonly #maxStates: number;
  readonly #known = new Map<string, Listing>();

  /** @param maxStates states, terminal ones included, after which a listing gives up */
  constructor(maxStates: number) {
    this.#maxStates = maxStates;
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
    if (!model.finite)
      return { game: undefined, why: 'the game has real-valued states or actions, or unbounded integers' };
    const { game, problem } = enumerate(model, { maxStates: this.#maxStates });
    if (game !== undefined) return { game };
    const why =
      problem.kind === 'budget' && problem.states > this.#maxStates
        ? `the game has more than ${grouped(this.#maxStates)} states`
        : problem.message.replace(/\.$/, '');
    return { game: undefined, why, problem };
  }
}

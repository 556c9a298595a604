/** What a check may look at while a file is written: a listing of few states, within a bound on work. */
import { enumerate } from '../game/exact.ts';
import { notListable } from '../game/listable.ts';
import type { GameModel } from '../game/model.ts';
import { tooLongToList, workOf } from '../game/work.ts';
import type { Listed } from '../properties/facts.ts';

/** States up to which the checker looks at every one while a file is checked; larger games stay undecided there. */
export const quickStates = 3_000;
/** Expressions evaluated, about: a step of some games takes seconds. */
const quickEffort = 4e7;

const known = new WeakMap<GameModel, Listed>();

/** Lists a game once, if that is quick. */
export function quickListing(model: GameModel): Listed {
  const before = known.get(model);
  if (before !== undefined) return before;
  const listed = list(model);
  known.set(model, listed);
  return listed;
}

function list(model: GameModel): Listed {
  const never = notListable(model);
  if (never !== undefined) return { game: undefined, why: never };
  const steps = Math.max(1, Math.floor(quickEffort / workOf(model).step));
  const { game, problem } = enumerate(model, {
    maxStates: quickStates,
    maxTransitions: Math.min(500_000, steps),
    maxOutcomes: Math.min(100_000, Math.max(100, Math.floor(steps / 50))),
  });
  if (game !== undefined) return { game };
  const why =
    problem.kind === 'budget' && problem.states > quickStates
      ? `the game has more than ${quickStates} states, the most that are looked at while a file is checked`
      : problem.kind === 'budget' && steps < 500_000 && / transitions,/.test(problem.message)
        ? tooLongToList(model)
        : problem.message.replace(/\.$/, '');
  return { game: undefined, why };
}

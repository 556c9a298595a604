/** What a calculation left over, in a sentence: why rewards do not add up, or how they differ. */
import type { GameModel } from '../game/model.ts';
import { residual } from './algebra/index.ts';
import type { PropertyName } from './base.ts';

/** Longer expressions say less than the case that was found, or than nothing. */
const longest = 80;
/** Names that the compiler made, not the program: tables of payoffs, constants without a name, draws of a lottery. */
const made = /\b(payoff|table|chance)(_\d+)?\b/;

/** `in general the rewards add up to \`2*bonus[A]\``; undefined where there is nothing short to say in the game's own names. */
export function inGeneral(model: GameModel, property: PropertyName): string | undefined {
  const text = residual(model, property);
  if (text === undefined || text === '0' || text.length > longest || made.test(text)) return undefined;
  if (property !== 'common_reward') return `in general the rewards add up to \`${text}\``;
  const [first, second] = model.agents;
  return model.agents.length === 2
    ? `in general ${first?.label} gets \`${text}\` more than ${second?.label}`
    : `in general the rewards of two agents differ by \`${text}\``;
}

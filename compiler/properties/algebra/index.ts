/**
 * Properties of rewards by calculation with their expressions, for games of any size and with real numbers. The rewards are
 * brought to a normal form (polynomials over the state, the choices and conditions, with sums over families kept as sums); what
 * is proved holds for every state within the types, every joint action and every draw, in the arithmetic of the real numbers:
 * the literals as fractions, without rounding. What is not proved here may still be true.
 */
import type { GameModel } from '../../game/model.ts';
import { type Fact, type PropertyName, proved } from '../base.ts';
import { exchangeable } from './exchange.ts';
import { exactPotential, positiveMultiples } from './potential.ts';
import { constantTotal, differenceText, sameForAll, totalText } from './sumsOfRewards.ts';

export { rewardBounds } from './range.ts';

/** A fact that the calculation shows; undefined where it shows nothing. Never refutes. */
export function algebraicFact(model: GameModel, property: PropertyName): Fact | undefined {
  if (model.agents.length < 2) return undefined;
  switch (property) {
    case 'zero_sum':
      return constantTotal(model)?.sign === 0
        ? proved('algebra', 'the sum of the rewards comes to 0, whatever the state and the choices')
        : undefined;
    case 'constant_sum': {
      const total = constantTotal(model);
      return total === undefined
        ? undefined
        : proved('algebra', `the sum of the rewards comes to ${total}, whatever the state and the choices`);
    }
    case 'common_reward':
      return sameForAll(model) ? proved('algebra', 'the rewards of all agents come to the same expression') : undefined;
    case 'no_conflict':
      if (sameForAll(model)) return proved('algebra', 'the rewards of all agents come to the same expression');
      return positiveMultiples(model)
        ? proved('algebra', 'the reward of every agent is a positive multiple of one expression')
        : undefined;
    case 'exact_potential':
      if (sameForAll(model)) return proved('algebra', 'the common reward is a potential');
      return exactPotential(model);
    case 'symmetric':
      return exchangeable(model);
    default:
      return undefined;
  }
}

/**
 * Why the calculation proves nothing, in the game's own names: for `zero_sum` and `constant_sum` what the rewards add up to
 * (`2*bonus[A]`), for `common_reward` how the rewards of two agents differ. Undefined where there is nothing short to say.
 */
export function residual(model: GameModel, property: PropertyName): string | undefined {
  if (model.agents.length < 2) return undefined;
  switch (property) {
    case 'zero_sum':
    case 'constant_sum':
      return totalText(model);
    case 'common_reward':
      return differenceText(model);
    default:
      return undefined;
  }
}

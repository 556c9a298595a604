/** Does an algorithm fit a game? One table (the learners' catalogue) says what it needs; facts say what the game is. */
import type { Algorithm, Requirement } from '../../runtime/learners/catalogue.ts';
import { enumerate } from '../game/exact.ts';
import type { GameModel } from '../game/model.ts';
import type { Fact } from '../properties/base.ts';
import { decide, type Listed } from '../properties/facts.ts';

export interface Misfit {
  readonly severity: 'error' | 'warning';
  /** `two agents`, `rewards that sum to zero` */
  readonly needs: string;
  /** What was found, with the case that shows it. */
  readonly fact: string;
  readonly remedy: string | undefined;
}

/** States up to which the checker looks at every one while a file is checked; larger games stay undecided there. */
const quickStates = 3_000;

export function misfits(
  algorithm: Algorithm,
  model: GameModel,
  teamReward: 'none' | 'sum' | 'mean',
): readonly Misfit[] {
  let listed: Listed | undefined;
  const list = (): Listed => {
    if (listed === undefined) {
      const result = model.finite ? enumerate(model, { maxStates: quickStates }) : undefined;
      listed =
        result !== undefined && 'game' in result && result.game !== undefined
          ? { game: result.game }
          : {
              game: undefined,
              why: model.finite ? `the game has more than ${quickStates} states` : 'the game is not finite',
            };
    }
    return listed;
  };
  return algorithm.requires.flatMap(requirement => misfit(requirement, algorithm, model, teamReward, list) ?? []);
}

function misfit(
  requirement: Requirement,
  algorithm: Algorithm,
  model: GameModel,
  teamReward: string,
  list: () => Listed,
): Misfit | undefined {
  const instead =
    algorithm.instead[0] === undefined
      ? undefined
      : `Use ${algorithm.instead.map(name => `\`${name}\``).join(' or ')}.`;
  switch (requirement.kind) {
    case 'finite-actions': {
      const real = model.actionSpaces.find(space => space.realSize > 0);
      if (real === undefined) return undefined;
      return {
        severity: 'error',
        needs: 'finitely many actions',
        fact: 'an action here has real parts',
        remedy: 'Give the game a finite action set.',
      };
    }
    case 'agents':
      if (model.agents.length === requirement.count) return undefined;
      return {
        severity: 'error',
        needs: `${requirement.count} agents`,
        fact: `the game has ${model.agents.length}`,
        remedy: instead,
      };
    case 'zero-sum':
      return refuted(decide(model, 'zero_sum', list), 'rewards that sum to zero', instead);
    case 'team': {
      if (teamReward !== 'none') return undefined;
      const repair = `Say how individual rewards become one: \`team reward = sum\`${instead === undefined ? '' : `; or use ${algorithm.instead.map(name => `\`${name}\``).join(' or ')}`}.`;
      return refuted(decide(model, 'common_reward', list), 'a reward that all agents share', repair);
    }
    case 'deterministic': {
      const found = refuted(decide(model, 'deterministic', list), 'a game without chance', instead);
      return found === undefined ? undefined : { ...found, severity: requirement.severity };
    }
    case 'joint-actions': {
      const joint = model.agents.reduce(
        (n, agent) => n * (model.actionSpaces[model.classes[agent.cls]?.actionSpace ?? 0]?.count ?? 1),
        1,
      );
      if (joint <= requirement.atMost) return undefined;
      return {
        severity: 'error',
        needs: `at most ${requirement.atMost} joint actions`,
        fact: `the game has ${joint}`,
        remedy: instead,
      };
    }
  }
}

function refuted(fact: Fact, needs: string, remedy: string | undefined): Misfit | undefined {
  if (fact.status === 'proved') return undefined;
  if (fact.status === 'refuted') return { severity: 'error', needs, fact: lowered(fact.witness.text), remedy };
  return {
    severity: 'warning',
    needs,
    fact: `whether that holds is not known: ${fact.why}`,
    remedy: 'Add an `assert` that the full check decides, or make sure of it yourself.',
  };
}

function lowered(text: string): string {
  return (text.charAt(0).toLowerCase() + text.slice(1)).replace(/\.$/, '');
}

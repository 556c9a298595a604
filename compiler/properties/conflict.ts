/** Do the agents agree on what would be best? */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import {
  everywhere,
  type Fact,
  namedAction,
  proved,
  provedUpToRounding,
  sentence,
  shown,
  unknown,
  where,
} from './base.ts';
import { certain } from './doubles.ts';
import { refutedAt } from './evidence.ts';
import { type Plan, planOf } from './planning.ts';
import { errorOf, type Rounding, rewardErrors } from './rewardErrors.ts';
import { amountsText, jointText, namesText } from './wording.ts';

/**
 * No conflict (Rapoport & Guyer, A taxonomy of 2x2 games, 1966): one outcome is the most preferred of every agent. In a game of
 * many steps an outcome is a joint plan that sees the state, and what it is worth to an agent is its expected (discounted)
 * return: the game has no conflict if one plan gives every agent the most that any plan could. Such a plan takes, in every
 * state that it reaches, a joint action that is best for all; the largest set of states in which that can be kept up is found
 * by removing states without such an action.
 */
export function noConflict(game: TabularGame, model?: GameModel): Fact {
  const n = game.agents.length;
  if (n < 2) return proved('construction', 'there is one agent');
  const odd = game.outcomeReward.findIndex(reward => !Number.isFinite(reward));
  if (odd >= 0) return unknown(`a reward of ${game.agents[odd % n]} is not a finite number`);
  const lost = game.exact !== undefined || model === undefined ? undefined : lossy(game, model);
  if (lost !== undefined)
    return unknown(
      `the rewards of ${lost} are differences of larger numbers, and what rounding leaves of those may decide`,
    );
  const plan = planOf(
    game,
    game.agents.map((_, agent) => agent),
  );
  if ('why' in plan) return unknown(plan.why);
  const found = decided(game, plan, plan.surely);
  if (found.status === 'proved' || !plan.rounded) return found;
  // What rounding may explain speaks neither for nor against.
  const again = decided(game, plan, plan.possibly);
  return again.status === 'proved'
    ? unknown('what the agents prefer differs by too little to be told from rounding')
    : again;
}

/** The first agent some reward of which may have lost more than half of its digits: `planOf` allows for less. */
function lossy(game: TabularGame, model: GameModel): string | undefined {
  const n = game.agents.length;
  const errors = rewardErrors(model);
  return game.agents.find((_, agent) => {
    let [error, size] = [0, 0];
    for (let k = agent; k < game.outcomeReward.length; k += n) {
      const reward = game.outcomeReward[k] as number;
      error = Math.max(error, errorOf(errors[agent] as Rounding, reward));
      size = Math.max(size, Math.abs(reward));
    }
    return !(error <= certain * size);
  });
}

type Best = Plan['surely'];

function decided(game: TabularGame, plan: Plan, best: Best): Fact {
  const agents = game.agents.map((_, agent) => agent);
  const size = game.stateCount;
  const steps = plan.layers;
  /** 0: a plan that suits everyone goes on from here; else the how-manieth state this was to be removed. */
  const removed = new Int32Array(size * steps);
  let removals = 0;
  const keeps = (state: number, time: number): boolean => {
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++)
      if (bestForAll(best, agents, state, joint, time) && staysIn(joint, time)) return true;
    return false;
  };
  const staysIn = (joint: number, time: number): boolean => {
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
      const next = game.outcomeState[o] as number;
      const later = steps === 1 ? 0 : time + 1;
      if (next !== -1 && (steps === 1 || later < steps) && removed[later * size + next] !== 0) return false;
    }
    return true;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let time = steps - 1; time >= 0; time--)
      for (let state = size - 1; state >= 0; state--) {
        if (removed[time * size + state] !== 0 || keeps(state, time)) continue;
        removed[time * size + state] = ++removals;
        changed = true;
      }
  }
  const start = game.initialStates.find(state => removed[state] !== 0);
  if (start === undefined) {
    const how = `one plan is best for everyone; ${everywhere(game)}`;
    return plan.rounded ? provedUpToRounding(how) : proved('exhaustive', how);
  }
  // The play that suits everyone as long as it can leads to a state where nothing does.
  let state = start;
  let time = 0;
  for (;;) {
    const next = follow(state, time);
    if (next === undefined) break;
    state = next;
    if (steps > 1) time++;
  }
  return disagreement(game, plan, best, state, time);

  /** A state removed earlier that follows a joint action that is best for everyone, if there is such an action. */
  function follow(state: number, time: number): number | undefined {
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      if (!bestForAll(best, agents, state, joint, time)) continue;
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const next = game.outcomeState[o] as number;
        const later = steps === 1 ? 0 : time + 1;
        if (next === -1 || later >= steps) continue;
        const rank = removed[later * size + next] as number;
        if (rank !== 0 && rank < (removed[time * size + state] as number)) return next;
      }
    }
    return undefined;
  }
}

function bestForAll(best: Best, agents: readonly number[], state: number, joint: number, time: number): boolean {
  return agents.every(agent => best(state, joint, agent, time));
}

/** Which agent cannot get its most once the agents before it get theirs. */
function disagreement(game: TabularGame, plan: Plan, best: Best, state: number, time: number): Fact {
  const joints = Array.from(
    { length: (game.jointStart[state + 1] as number) - (game.jointStart[state] as number) },
    (_, k) => (game.jointStart[state] as number) + k,
  );
  const bestFor = (agent: number, among: readonly number[]): number[] =>
    among.filter(joint => best(state, joint, agent, time));
  let common = bestFor(0, joints);
  for (let agent = 1; agent < game.agents.length; agent++) {
    const both = bestFor(agent, common);
    if (both.length > 0) {
      common = both;
      continue;
    }
    const mine = bestFor(agent, joints)[0] as number;
    const most = plan.value(state, agent, time);
    const left = common.reduce((most, joint) =>
      plan.gain(joint, agent, time) > plan.gain(most, agent, time) ? joint : most,
    );
    const name = game.agents[agent] as string;
    const before = namesText(game.agents.slice(0, agent));
    const late = plan.layers > 1 && time > 0 ? ` after ${time} ${time === 1 ? 'step' : 'steps'}` : '';
    /** `(A Left, B Right) is best for B and gives A 0, B 2`: what follows the step, if anything does, is at its best for each. */
    const told = (who: string, joint: number): string => {
      const amounts = game.agents.map((_, one) => shown(plan.gain(joint, one, time)));
      const gives = goesOn(game, joint) ? 'allows at most' : 'gives';
      const action = jointText(namedAction(game, state, joint));
      return `${action} is best for ${who} and ${gives} ${amountsText(game.agents, amounts)}`;
    };
    return refutedAt(
      game,
      sentence(
        `no joint action is best for everyone: ${told(before, left)}; ${told(name, mine)}`,
        `${where(game, state)}${late}`,
      ),
      { state, joint: mine },
      {
        left: { text: `the most that ${name} can get`, value: shown(most) },
        right: {
          text: `the most that it can get where ${before} gets the most`,
          value: shown(plan.gain(left, agent, time)),
        },
      },
      { state, joint: left },
    );
  }
  return unknown('what the agents prefer is too close to tell apart');
}

/** May play go on after a joint action? */
function goesOn(game: TabularGame, joint: number): boolean {
  const [from, to] = [game.outcomeStart[joint] as number, game.outcomeStart[joint + 1] as number];
  return game.outcomeState.subarray(from, to).some(next => next !== -1);
}

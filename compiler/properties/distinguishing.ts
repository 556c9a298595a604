/** Does an agent know enough to choose well? */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import { acts, brief, decode, everywhere, type Fact, proved, provedUpToRounding, unknown } from './base.ts';
import { refutedAt } from './evidence.ts';
import { eachConfusedPair, knowsState } from './information.ts';
import { type Plan, planOf } from './planning.ts';
import { commonReward } from './rewards.ts';

/**
 * In any two states in which an agent acts and that it cannot tell apart, by all it has seen and done, some action of it is best
 * in both. Best is meant for a team (or a single agent) that sees everything from there on: an action is best in a state if an optimal joint
 * action contains it. Where this fails, not knowing the state costs something or forces the agents to find out. What is best
 * for an agent with interests of its own depends on the others; then only games in which agents know the state are decided.
 */
export function distinguishing(game: TabularGame, model?: GameModel): Fact {
  const n = game.agents.length;
  if (game.stateCount === 1 || knowsState(game, model).status === 'proved')
    return proved('exhaustive', `every agent sees the state; ${everywhere(game)}`);
  const team = n === 1 || commonReward(game).status === 'proved';
  const plan = team ? planOf(game, [0]) : undefined;
  const steps = plan !== undefined && 'layers' in plan && plan.layers > 1 ? plan.layers : undefined;
  let open = false;
  for (let agent = 0; agent < n; agent++) {
    let broken: readonly [number, number, number] | undefined;
    let problem: string | undefined;
    const best = { surely: new Map<number, readonly number[]>(), possibly: new Map<number, readonly number[]>() };
    const all = eachConfusedPair(game, agent, steps, (a, b, time) => {
      if (!acts(game, a, agent)) return true;
      if (plan === undefined || 'why' in plan) {
        problem =
          plan?.why ??
          `${game.agents[agent]} cannot tell some states apart, and what is best for an agent with interests of its own depends on the others`;
        return false;
      }
      const at = plan.layers === 1 ? 0 : time;
      const inBoth = (reading: Reading): boolean => {
        const inB = bestOf(plan, reading, b, at);
        return bestOf(plan, reading, a, at).some(action => inB.includes(action));
      };
      if (inBoth('surely')) return true;
      if (plan.rounded && inBoth('possibly')) {
        open = true;
        return true;
      }
      broken = [a, b, at];
      return false;
    });
    if (problem !== undefined) return unknown(problem);
    if (broken !== undefined) {
      const [a, b, at] = broken;
      const name = game.agents[agent];
      const named = (state: number): string =>
        bestOf(plan as Plan, 'possibly', state, at)
          .map(action => game.actionNames[agent]?.[action] ?? '?')
          .join(' or ');
      return refutedAt(
        game,
        `${name} cannot tell the state ${brief(game.describeState(a))}, where ${named(a)} is best, from the state ${brief(game.describeState(b))}, where ${named(b)} is best.`,
        { state: b },
        {
          left: { text: `best for ${name} in ${game.describeState(a)}`, value: named(a) },
          right: { text: `best for ${name} in ${game.describeState(b)}`, value: named(b) },
        },
        { state: a },
      );
    }
    if (!all) return unknown(`too many pairs of states would have to be compared for ${game.agents[agent]}`);

    function bestOf(plan: Plan, reading: Reading, state: number, time: number): readonly number[] {
      const key = time * game.stateCount + state;
      const known = best[reading].get(key);
      if (known !== undefined) return known;
      const actions = new Int32Array(n);
      const found = new Set<number>();
      for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
        if (!plan[reading](state, joint, 0, time)) continue;
        decode(game, state, joint, actions);
        found.add(actions[agent] as number);
      }
      const list = [...found];
      best[reading].set(key, list);
      return list;
    }
  }
  if (open)
    return unknown(
      'what is best in states that an agent cannot tell apart differs by too little to be told from rounding',
    );
  const how = `wherever an agent may be in several states, one action is best in all of them; ${everywhere(game)}`;
  return plan !== undefined && 'layers' in plan && plan.rounded ? provedUpToRounding(how) : proved('exhaustive', how);
}

/** How actions count as best: as in `Plan`. */
type Reading = 'surely' | 'possibly';

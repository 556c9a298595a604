/** Reading a tabular game in tests. */

import { type EnumerateOptions, enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { legalOf, type TabularGame } from '../../runtime/games/tabular.ts';

/** The table of a model that can be listed. */
export function tableOf(model: GameModel, options: Partial<EnumerateOptions> = {}): TabularGame {
  const { game, problem } = enumerate(model, { maxStates: 100_000, ...options });
  if (game === undefined) throw new Error(`${model.name}: ${problem.message}`);
  return game;
}

export interface Outcome {
  /** The state reached in words, or `end`. */
  readonly to: string;
  /** Exact where the game is, printed. */
  readonly probability: string;
  readonly rewards: readonly string[];
}

/** The joint action number of flat actions, one per agent (-1 where an agent does not act). */
export function jointOf(game: TabularGame, state: number, actions: readonly number[]): number {
  let joint = 0;
  for (const [agent, action] of actions.entries()) {
    const legal = legalOf(game, state, agent);
    if (legal.length === 0 && action === -1) continue;
    const at = legal.indexOf(action);
    if (at < 0) throw new Error(`agent ${agent} may not choose ${action} in ${game.describeState(state)}`);
    joint = joint * legal.length + at;
  }
  return (game.jointStart[state] as number) + joint;
}

/** The number of the state with this description. */
export function stateNamed(game: TabularGame, text: string): number {
  for (let state = 0; state < game.stateCount; state++) if (game.describeState(state) === text) return state;
  throw new Error(`no state ${text}`);
}

/** What a joint action leads to, sorted by text. */
export function outcomesOf(game: TabularGame, state: number, actions: readonly number[]): Outcome[] {
  const joint = jointOf(game, state, actions);
  const found: Outcome[] = [];
  for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
    const to = game.outcomeState[o] as number;
    found.push({
      to: to < 0 ? 'end' : game.describeState(to),
      probability: `${game.exact?.outcomeProbability[o] ?? game.outcomeProbability[o]}`,
      rewards: game.agents.map((_, i) => {
        const at = o * game.agents.length + i;
        return `${game.exact?.outcomeReward[at] ?? game.outcomeReward[at]}`;
      }),
    });
  }
  return found.sort((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : a.rewards.join() < b.rewards.join() ? -1 : 1));
}

/** Everything that must hold of any table; returns the number of outcomes checked. */
export function checkTable(game: TabularGame): number {
  const agents = game.agents.length;
  const problems: string[] = [];
  const check = (holds: boolean, text: string) => {
    if (!holds) problems.push(text);
  };
  const sums = (values: readonly Rational[]) =>
    values.reduce((sum, p) => sum.add(p), Rational.zero).equals(Rational.one);
  check(
    game.initialProbabilities.every(p => p > 0),
    'initial probabilities are positive',
  );
  check(Math.abs(game.initialProbabilities.reduce((a, b) => a + b, 0) - 1) < 1e-12, 'initial probabilities sum to one');
  if (game.exact !== undefined) check(sums(game.exact.initialProbabilities), 'exactly');
  check(new Set(game.initialStates).size === game.initialStates.length, 'initial states are distinct');
  const met = new Set<number>(game.initialStates);
  for (let state = 0; state < game.stateCount; state++) {
    // Breadth-first numbering: whatever is numbered was met from a smaller number.
    check(met.has(state), `state ${state} is met before it is expanded`);
    let joints = 1;
    for (let agent = 0; agent < agents; agent++) {
      const legal = legalOf(game, state, agent);
      joints *= Math.max(1, legal.length);
      check(
        legal.every(
          (a, k) => a >= 0 && a < (game.actionNames[agent]?.length ?? 0) && (k === 0 || a > (legal[k - 1] as number)),
        ),
        `legal actions of ${agent} in ${state}`,
      );
    }
    const first = game.jointStart[state] as number;
    check((game.jointStart[state + 1] as number) - first === joints, `joint actions of ${state}`);
    for (let joint = first; joint < first + joints; joint++) {
      const from = game.outcomeStart[joint] as number;
      const to = game.outcomeStart[joint + 1] as number;
      let sum = 0;
      const seen = new Set<string>();
      for (let o = from; o < to; o++) {
        sum += game.outcomeProbability[o] as number;
        const next = game.outcomeState[o] as number;
        check(next >= -1 && next < game.stateCount, `outcome ${o}`);
        if (next >= 0) met.add(next);
        seen.add(`${next} ${game.outcomeReward.subarray(o * agents, (o + 1) * agents).join()}`);
        const exact = game.exact?.outcomeProbability[o];
        check(exact === undefined || exact.toNumber() === game.outcomeProbability[o], `exact probability ${o}`);
        check((game.outcomeProbability[o] as number) > 0, `outcome ${o} is possible`);
      }
      check(Math.abs(sum - 1) < 1e-12, `probabilities of joint action ${joint} sum to one`);
      check(seen.size === to - from, `outcomes of joint action ${joint} are merged`);
      if (game.exact !== undefined) check(sums(game.exact.outcomeProbability.slice(from, to)), `exactly (${joint})`);
    }
  }
  check(game.jointStart.length === game.stateCount + 1, 'jointStart');
  check(game.outcomeStart.length === (game.jointStart.at(-1) as number) + 1, 'outcomeStart');
  check(game.outcomeStart.at(-1) === game.outcomeState.length, 'outcomes');
  check(game.legalStart.length === game.stateCount * agents + 1, 'legalStart');
  check(game.observation.length === game.stateCount * agents, 'observations');
  check(game.outcomeReward.length === game.outcomeState.length * agents, 'rewards');
  if (problems.length > 0) throw new Error(`${game.name}: ${problems.slice(0, 5).join('; ')}`);
  return game.outcomeState.length;
}

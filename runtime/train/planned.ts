/** The optimum of small teams whose members see different things, for the gap to it. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import { isRefusal, solve } from '../solvers/index.ts';
import type { Course } from '../solvers/markov.ts';
import { toFloat } from '../verify/number.ts';

/** Choices of all agents over what each may have seen and done, up to which a team is planned for while a training waits. */
const mostChoices = 300;

/**
 * What a team with a common reward can reach whose members remember what each has seen: the value to one agent. Undefined where finding out
 * would take long, or where play goes on past the horizon, so that a plan up to it says nothing.
 */
export async function plannedOptimum(game: TabularGame, course: Course): Promise<number | undefined> {
  if (course.kind === 'cyclic' || (course.kind === 'timed' && game.discount < 1)) return undefined;
  const steps = course.kind === 'timed' ? course.steps : course.longest + 1;
  let left = mostChoices;
  for (let agent = 0; agent < game.agents.length; agent++) {
    const choices = choicesOf(game, agent, steps, left);
    if (choices === undefined) return undefined;
    left -= choices;
  }
  const answer = await solve(game, { concept: 'decentralised' });
  if (isRefusal(answer) || answer.certificate.kind !== 'decentralised') return undefined;
  const [value] = answer.values ?? [];
  return value === undefined ? undefined : toFloat(value);
}

/** Choices of one agent over all its histories, each known by the states that may be behind it; undefined beyond `most`. */
function choicesOf(game: TabularGame, agent: number, steps: number, most: number): number | undefined {
  let total = 0;
  let alike: readonly (readonly number[])[] = bySight(game, agent, game.initialStates);
  for (let t = 0; t < steps; t++) {
    const next: (readonly number[])[] = [];
    for (const states of alike) {
      const own = legalOf(game, states[0] as number, agent).length;
      total += own;
      if (total > most || next.length > 10 * most) return undefined;
      for (let choice = 0; choice < Math.max(1, own); choice++)
        next.push(...bySight(game, agent, reached(game, agent, states, choice)));
    }
    alike = next;
  }
  return total;
}

/** States that can follow some states when the agent makes a choice and the others make any. */
function reached(game: TabularGame, agent: number, states: readonly number[], choice: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (const s of states) {
    const counts = game.agents.map((_, i) => Math.max(1, legalOf(game, s, i).length));
    const stride = counts.slice(agent + 1).reduce((product, count) => product * count, 1);
    const from = game.jointStart[s] as number;
    for (let j = from; j < (game.jointStart[s + 1] as number); j++) {
      if (Math.floor((j - from) / stride) % (counts[agent] as number) !== choice) continue;
      for (let o = game.outcomeStart[j] as number; o < (game.outcomeStart[j + 1] as number); o++)
        if ((game.outcomeState[o] as number) >= 0 && (game.outcomeProbability[o] as number) > 0)
          found.add(game.outcomeState[o] as number);
    }
  }
  return found;
}

/** States by what the agent sees and may do in them. */
function bySight(game: TabularGame, agent: number, states: Iterable<number>): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const s of states) {
    const key = `${game.observation[s * game.agents.length + agent]} ${legalOf(game, s, agent).join()}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [s]);
    else group.push(s);
  }
  return [...groups.values()];
}

/** What a small game is worth, as assertions write it: found when the file is saved. */
import type { GameModel } from '../compiler/game/model.ts';
import type { AssertTools, SolvedValues } from '../compiler/properties/asserts.ts';
import type { Listed } from '../compiler/properties/facts.ts';
import type { FactInsight, KnownValue } from './insight.ts';

/** States up to which values are looked for without being asked: solvers take moments for these. */
const mostStates = 2_000;

/** The value of the concept that says most of the game, where every solution has the same. */
export async function knownValuesOf(
  model: GameModel,
  listed: Listed,
  facts: readonly FactInsight[],
  tools: AssertTools,
): Promise<readonly KnownValue[]> {
  if (listed.game === undefined || listed.game.stateCount > mostStates) return [];
  const proved = (property: string): boolean =>
    facts.some(fact => fact.property === property && fact.status === 'proved');
  const { agents, stateCount } = listed.game;
  const concept =
    agents.length === 1 || proved('common_reward')
      ? 'optimal'
      : agents.length === 2 && proved('zero_sum')
        ? 'minimax'
        : agents.length === 2 && stateCount === 1
          ? 'nash'
          : undefined;
  if (concept === undefined) return [];
  const solved = await tools.solve(model, listed, concept);
  if ('refused' in solved || solved.atMost !== undefined) return [];
  const claims =
    concept === 'optimal' ? [claim(solved, concept, undefined)] : agents.map(one => claim(solved, concept, one));
  // In a zero-sum game one value says the other.
  const kept = concept === 'minimax' ? claims.slice(0, 1) : claims;
  return kept.flatMap(one => (one === undefined ? [] : [{ claim: one }]));
}

/** Undefined where solutions differ in it. */
function claim(solved: SolvedValues, concept: string, agent: string | undefined): string | undefined {
  const column = agent === undefined ? 0 : solved.agents.indexOf(agent);
  const values = solved.values.map(row => row[column] as number);
  const [first] = values;
  const slack = Math.max(solved.tolerance, 1e-9);
  if (first === undefined || values.some(value => Math.abs(value - first) > slack)) return undefined;
  const written = fraction(first, slack);
  const whole = /^-?\d+$/.test(written) && solved.tolerance === 0;
  const of = agent === undefined ? `value(${concept})` : `value(${concept}, ${agent})`;
  return `${of} == ${written}${whole ? '' : ` within ${slack <= 1e-9 ? '1e-9' : slack.toExponential(0)}`}`;
}

/** `-1/18` where a fraction with a small denominator is as good as the number, else its digits. */
function fraction(value: number, slack: number): string {
  for (let denominator = 1; denominator <= 1_000; denominator++) {
    const numerator = Math.round(value * denominator);
    if (Math.abs(numerator / denominator - value) > Math.min(slack, 1e-12)) continue;
    return denominator === 1 ? `${numerator + 0}` : `${numerator}/${denominator}`;
  }
  return String(Number(value.toPrecision(12)));
}

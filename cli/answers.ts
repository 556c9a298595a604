/** Values of solution concepts, for assertions. */
import type { SolvedValues } from '../compiler/properties/asserts.ts';
import type { TabularGame } from '../runtime/games/tabular.ts';
import { isRefusal, solve } from '../runtime/solvers/index.ts';
import { toFloat } from '../runtime/verify/number.ts';

/**
 * The value of a concept to each agent, one row per solution found. Refused where no solver applies, where the verifier did not
 * confirm the answer, or where it has no value.
 */
export async function valuesOf(
  game: TabularGame,
  concept: string,
): Promise<SolvedValues | { readonly refused: string }> {
  const answer = await solve(game, { concept });
  if (isRefusal(answer)) return { refused: answer.refused };
  const { certificate, profileValues, values } = answer;
  if (certificate.kind === 'approximate')
    return { refused: `the answer was not confirmed: ${certificate.problems.join('; ')}` };
  if (certificate.unfinished !== undefined)
    return { refused: `the certificate was not finished: ${certificate.unfinished}` };
  const rows =
    profileValues !== undefined && profileValues.length > 0 ? profileValues : values === undefined ? [] : [values];
  if (rows.length === 0) return { refused: `the answer to \`${concept}\` has no single value` };
  // What a solver warns about is not part of what was proved.
  const bound = answer.warnings.find(warning => warning.includes('upper bound'));
  const reservation = answer.warnings.find(warning => warning !== bound);
  if (reservation !== undefined) return { refused: `the answer comes with a reservation: ${reservation}` };
  const tolerance = answer.exact ? 0 : certificate.tolerance;
  return { agents: game.agents, values: rows.map(row => row.map(toFloat)), tolerance, atMost: bound };
}

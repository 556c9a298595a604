/** Mixed equilibria of the game of one state, for any number of agents. */
import { type Num, toFloat } from '../../verify/number.ts';
import { isRefusal, type SolveContext } from '../answer.ts';
import { solveByHomotopy } from '../normal/quantal-response.ts';
import { solveBySupports } from '../normal/supports.ts';
import type { NormalForm } from '../normal-form.ts';
import { equilibriaOfTwo } from './stage.ts';

/** All extreme equilibria of two agents with few actions, else one; none where no method finds one. */
export function mixedEquilibria(form: NormalForm, ctx: SolveContext): readonly (readonly (readonly Num[])[])[] {
  if (form.agents.length === 2) return equilibriaOfTwo(form, ctx);
  for (const way of [() => solveByHomotopy(form, ctx), () => solveBySupports(form, ctx, 1)]) {
    const found = way();
    if (isRefusal(found) || found.solution.kind !== 'profiles') continue;
    const [first] = found.solution.profiles;
    if (first !== undefined) return [form.exact === undefined ? first.map(list => list.map(toFloat)) : first];
  }
  return [];
}

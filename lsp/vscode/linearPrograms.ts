/**
 * Stands in for `runtime/solvers/glpk.ts` in what the extension carries: glpk.js is under the GNU General Public Licence, and a package that
 * contains it could be passed on under that licence only (docs/decisions/dependencies.md). The built-in simplex solves what is not too large
 * for a dense table; for the rest a `marl` that the folder has installed is preferred by the extension, and has GLPK.
 */
import { failedSolution, type LinearBackend } from '../../runtime/solvers/linear-program.ts';
import { builtIn } from '../../runtime/solvers/simplex.ts';

/** Rows times variables: about as many as take a minute. */
const mostCells = 1_000_000;

export const glpk: LinearBackend = {
  name: builtIn.name,
  async solve(program, limits) {
    const { rows, variables } = program;
    const small = rows * variables <= mostCells;
    const solution = small ? await builtIn.solve(program, limits) : undefined;
    if (solution !== undefined && solution.status !== 'failed') return solution;
    const why = small ? 'the built-in simplex gave it up' : 'it is too large for the built-in simplex';
    return failedSolution(
      'failed',
      `${why}, and the extension comes without GLPK, which would be next; \`npm install marl\` in the folder brings it, and is then used`,
    );
  },
};

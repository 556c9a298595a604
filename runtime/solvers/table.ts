import type { Concept } from './answer.ts';

/**
 * One way to compute one concept. What it needs of a game stands in the one table of `compiler/requirements`; the solvers check it
 * again on the game that they are given.
 */
export interface SolverRow {
  readonly concept: Concept;
  readonly method: string;
  /** True for the method taken when none is named and it applies; the first such row wins. */
  readonly automatic: boolean;
  readonly takesObjective: boolean;
  readonly doc: string;
  readonly source: string;
}

/** Every solver, in the order in which they are tried. */
export const solverTable: readonly SolverRow[] = [
  row(
    'pure',
    'enumeration',
    true,
    'All pure Nash equilibria, any number of agents, by testing every profile.',
    'Nash 1951',
  ),
  row(
    'dominance',
    'strict',
    true,
    'Iterated elimination of strictly dominated actions, dominating mixtures included; what survives does not depend on the order.',
    'Bernheim 1984; Pearce 1984',
  ),
  row(
    'dominance',
    'weak',
    false,
    'The same, then weakly dominated actions one at a time; what survives may depend on the order, which is reported.',
    'Luce and Raiffa 1957',
  ),
  row(
    'minimax',
    'linear_program',
    true,
    'Value and optimal strategies of a constant-sum game; fractions where the payoffs are, and the game is not large.',
    'von Neumann 1928; Dantzig 1951',
  ),
  row(
    'minimax',
    'shapley_iteration',
    true,
    'Value and stationary strategies of a zero-sum Markov game: one matrix game per state, iterated to a fixed point.',
    'Shapley 1953',
  ),
  row(
    'minimax',
    'backward_induction',
    false,
    'The same in one pass from the end, where no state returns or the horizon is finite; in fractions where possible.',
    'Shapley 1953',
  ),
  row(
    'correlated',
    'linear_program',
    true,
    'A correlated equilibrium that maximises an objective; recommendations are private.',
    'Aumann 1974',
    true,
  ),
  row(
    'coarse_correlated',
    'linear_program',
    true,
    'A coarse correlated equilibrium that maximises an objective; agents commit before they see a recommendation.',
    'Moulin and Vial 1978',
    true,
  ),
  row('welfare', 'enumeration', true, 'Every outcome with the greatest sum of payoffs.', 'definition'),
  row(
    'welfare',
    'value_iteration',
    true,
    'The greatest expected sum of returns when all agents act as one that sees the state.',
    'Bellman 1957',
  ),
  row(
    'welfare',
    'backward_induction',
    false,
    'The same in one pass from the end, where no state returns or the horizon is finite.',
    'Bellman 1957',
  ),
  row(
    'pareto',
    'enumeration',
    true,
    'Every pure outcome that no other makes better for some agent and worse for none.',
    'Pareto 1906',
  ),
  row(
    'optimal',
    'value_iteration',
    true,
    'The best policy of one agent, or of agents with a common reward acting as one that sees the state.',
    'Bellman 1957; Puterman and Shin 1978',
  ),
  row(
    'optimal',
    'backward_induction',
    false,
    'The same in one pass from the end, where no state returns or the horizon is finite.',
    'Bellman 1957',
  ),
  row(
    'nash',
    'minimax',
    true,
    'One equilibrium of a constant-sum game, by `minimax` in the form that fits.',
    'von Neumann 1928; Shapley 1953',
  ),
  row(
    'nash',
    'vertex_enumeration',
    true,
    'All extreme equilibria of a two-agent game, in fractions, grouped into connected components; proved complete.',
    'Mangasarian 1964; von Stengel 2002',
  ),
  row(
    'nash',
    'pure',
    true,
    'Pure equilibria only, for more than two agents or many actions; claims nothing about mixed ones.',
    'Nash 1951',
  ),
];

function row(
  concept: Concept,
  method: string,
  automatic: boolean,
  doc: string,
  source: string,
  takesObjective = false,
): SolverRow {
  return { concept, method, automatic, takesObjective, doc, source };
}

export const concepts: readonly Concept[] = [...new Set(solverTable.map(entry => entry.concept))];

export function methodsOf(concept: string): readonly string[] {
  return solverTable.filter(entry => entry.concept === concept).map(entry => entry.method);
}

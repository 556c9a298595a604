/** What each solver needs, those that are here and those that are announced. */
import { mostTold } from '../../runtime/solvers/extensive/correlated.ts';
import { mostSequences } from '../../runtime/solvers/extensive/lemke.ts';
import { mostActions, mostCounted, mostRanked, mostTraced } from '../../runtime/solvers/normal/limits.ts';
import { dynamicsMethods } from '../../runtime/solvers/normal/methods.ts';
import { samplingMethods, sweepingMethods } from '../../runtime/solvers/regret-methods.ts';
import { solverTable } from '../../runtime/solvers/table.ts';
import { mostChoices } from '../../runtime/solvers/vertices.ts';
import type { Needed, SolverRow } from './base.ts';

const finite: Needed = { kind: 'finite' };
const two: Needed = { kind: 'agents', count: 2 };
const zeroSum: Needed = { kind: 'zero-sum' };
const onePass: Needed = { kind: 'one-pass' };
const recall: Needed = { kind: 'perfect-recall' };
const oneStep: readonly Needed[] = [finite, { kind: 'one-step' }];
const pair: readonly Needed[] = [finite, two, { kind: 'one-step' }];
const manySteps: readonly Needed[] = [finite, { kind: 'many-steps' }, { kind: 'bounded-return' }];
const matrix: readonly Needed[] = [finite, two, { kind: 'one-step' }, { kind: 'constant-sum' }];
const stochastic: readonly Needed[] = [
  finite,
  two,
  { kind: 'many-steps' },
  zeroSum,
  { kind: 'full-observation' },
  { kind: 'bounded-return' },
];
/** Everybody sees the state, and rewards are of any kind. */
const seen: readonly Needed[] = [finite, { kind: 'full-observation' }, { kind: 'bounded-return' }];
const seenSteps: readonly Needed[] = [...seen, { kind: 'many-steps' }];
const joint: readonly Needed[] = [finite, { kind: 'common-reward' }, { kind: 'bounded-return' }];
/** A tree of information sets: what an agent knows is what it has seen and done, hence recall is perfect. */
const tree: readonly Needed[] = [finite, recall, { kind: 'bounded' }];
const zeroSumTree: readonly Needed[] = [finite, two, recall, zeroSum, { kind: 'bounded' }];
const crowd: readonly Needed[] = [{ kind: 'crowd' }];
const team: readonly Needed[] = [finite, { kind: 'common-reward' }, recall, { kind: 'bounded' }];

/** What to look for where a concept has no solver for the game. */
const instead: Readonly<Record<string, readonly string[]>> = {
  pure: ['nash', 'welfare'],
  dominance: ['pure', 'welfare'],
  minimax: ['nash', 'correlated', 'optimal', 'welfare'],
  correlated: ['nash', 'welfare'],
  coarse_correlated: ['nash', 'welfare'],
  extensive_correlated: ['correlated', 'nash', 'welfare'],
  extensive_coarse_correlated: ['coarse_correlated', 'nash', 'welfare'],
  welfare: ['optimal', 'minimax'],
  pareto: ['welfare', 'optimal'],
  optimal: ['welfare', 'nash'],
  fairness: ['welfare', 'optimal'],
  payoff_dominant: ['pure', 'nash', 'welfare'],
  risk_dominant: ['payoff_dominant', 'pure', 'nash', 'welfare'],
  epsilon_nash: ['nash', 'welfare'],
  evolutionarily_stable: ['alpha_rank', 'nash', 'welfare'],
  stackelberg: ['correlated', 'nash', 'welfare'],
  quantal_response: ['nash', 'dynamics', 'welfare'],
  alpha_rank: ['dynamics', 'pure', 'welfare'],
  dynamics: ['nash', 'welfare'],
  foe: ['minimax', 'nash', 'welfare'],
  friend: ['welfare', 'optimal'],
  mean_field: ['nash', 'correlated', 'welfare', 'optimal'],
  decentralised: ['nash', 'welfare', 'optimal'],
  nash: ['minimax', 'optimal', 'pure', 'correlated', 'welfare'],
};

export const solverRows: readonly SolverRow[] = [
  row('pure', 'enumeration', oneStep),
  row('dominance', 'strict', oneStep),
  row('dominance', 'weak', oneStep),
  row('minimax', 'linear_program', matrix),
  row('minimax', 'shapley_iteration', stochastic),
  row('minimax', 'backward_induction', [...stochastic, onePass]),
  row('minimax', 'hoffman_karp', stochastic, 'Policy iteration for zero-sum Markov games.', 'Hoffman and Karp 1966'),
  row('minimax', 'sequence_form', zeroSumTree),
  row('correlated', 'linear_program', oneStep),
  row('coarse_correlated', 'linear_program', oneStep),
  row('correlated', 'dual_newton', oneStep),
  row('coarse_correlated', 'dual_newton', oneStep),
  row('correlated', 'value_iteration', seenSteps),
  row('correlated', 'backward_induction', [...seenSteps, onePass]),
  row('foe', 'value_iteration', seen),
  row('foe', 'backward_induction', [...seen, onePass]),
  row('friend', 'value_iteration', seen),
  row('friend', 'backward_induction', [...seen, onePass]),
  row('welfare', 'enumeration', oneStep),
  row('welfare', 'value_iteration', manySteps),
  row('welfare', 'backward_induction', [...manySteps, onePass]),
  row('pareto', 'enumeration', oneStep),
  row('fairness', 'leximin', oneStep),
  row('fairness', 'nash_product', oneStep),
  row('payoff_dominant', 'enumeration', oneStep),
  row('risk_dominant', 'half_dominance', pair),
  row('epsilon_nash', 'enumeration', oneStep),
  row('evolutionarily_stable', 'support_enumeration', [
    ...pair,
    { kind: 'symmetric' },
    { kind: 'choices', atMost: 2 * mostActions },
  ]),
  row('stackelberg', 'linear_programs', pair),
  row('quantal_response', 'homotopy', [...oneStep, { kind: 'joint-actions', atMost: mostTraced }]),
  row('alpha_rank', 'markov_chain', [...oneStep, { kind: 'joint-actions', atMost: mostRanked }]),
  ...dynamicsMethods.map(method =>
    row('dynamics', method, [...oneStep, { kind: 'joint-actions', atMost: mostCounted }]),
  ),
  row('optimal', 'value_iteration', joint),
  row('optimal', 'backward_induction', [...joint, onePass]),
  row('decentralised', 'maa_star', team),
  row('decentralised', 'jesp', team),
  row('decentralised', 'exhaustive', team),
  row('decentralised', 'cross_entropy', team),
  row('nash', 'minimax', matrix, 'One equilibrium of a constant-sum game of one step, by linear programming.'),
  row('nash', 'minimax', stochastic, 'One equilibrium of a zero-sum Markov game, by iterating matrix games.'),
  row('nash', 'minimax', zeroSumTree, 'One equilibrium of a zero-sum game with hidden information, by sequences.'),
  row('nash', 'vertex_enumeration', [finite, two, { kind: 'one-step' }, { kind: 'choices', atMost: mostChoices }]),
  row('nash', 'pure', oneStep),
  row('nash', 'lemke_howson', pair),
  row('nash', 'homotopy', [...oneStep, { kind: 'joint-actions', atMost: mostTraced }]),
  row('nash', 'support_enumeration', oneStep),
  row('nash', 'backward_induction', [...seenSteps, onePass]),
  row('nash', 'value_iteration', seenSteps),
  row('nash', 'sequence_form', zeroSumTree),
  ...[...sweepingMethods, ...samplingMethods].map(method => row('nash', method, zeroSumTree)),
  row('nash', 'sequence_form_lemke', [
    finite,
    two,
    recall,
    { kind: 'bounded' },
    { kind: 'sequences', atMost: mostSequences },
  ]),
  ...(
    [
      [
        'fictitious_play',
        'Best responses to the average, weighted by realisation.',
        'Heinrich, Lanctot and Silver 2015',
      ],
      ['psro', 'Best responses to a mixture over earlier ones.', 'Lanctot et al. 2017'],
      ['double_oracle', 'The same with an exact equilibrium of the restricted game.', 'McMahan et al. 2003'],
    ] as const
  ).map(([method, title, paper]) => row('nash', method, zeroSumTree, title, paper)),
  row('extensive_correlated', 'linear_program', [...tree, { kind: 'sequences', atMost: mostTold }]),
  row('extensive_coarse_correlated', 'linear_program', [...tree, { kind: 'sequences', atMost: mostTold }]),
  row('mean_field', 'fictitious_play', crowd),
  row('mean_field', 'mirror_descent', crowd),
];

/** Text and source of what is here are those of the solvers' own table, unless a row says more. */
function row(concept: string, method: string, requires: readonly Needed[], title?: string, paper = ''): SolverRow {
  const here = solverTable.find(entry => entry.concept === concept && entry.method === method);
  return {
    kind: 'solver',
    concept,
    method,
    title: title ?? here?.doc ?? method,
    paper: here?.source ?? paper,
    available: here !== undefined,
    requires,
    instead: instead[concept] ?? ['nash', 'correlated', 'optimal', 'welfare'],
  };
}

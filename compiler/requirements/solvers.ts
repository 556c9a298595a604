/** What each solver needs, those that are here and those that are announced. */
import { solverTable } from '../../runtime/solvers/table.ts';
import { mostChoices } from '../../runtime/solvers/vertices.ts';
import type { Needed, SolverRow } from './base.ts';

const finite: Needed = { kind: 'finite' };
const two: Needed = { kind: 'agents', count: 2 };
const zeroSum: Needed = { kind: 'zero-sum' };
const onePass: Needed = { kind: 'one-pass' };
const recall: Needed = { kind: 'perfect-recall' };
const oneStep: readonly Needed[] = [finite, { kind: 'one-step' }];
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
const joint: readonly Needed[] = [finite, { kind: 'common-reward' }, { kind: 'bounded-return' }];
/** A tree of information sets: what an agent knows is what it has seen and done, hence recall is perfect. */
const tree: readonly Needed[] = [finite, recall, { kind: 'bounded' }];
const zeroSumTree: readonly Needed[] = [finite, two, recall, zeroSum, { kind: 'bounded' }];
const crowd: readonly Needed[] = [finite, { kind: 'at-least', count: 2 }, { kind: 'symmetric' }, { kind: 'bounded' }];
const team: readonly Needed[] = [finite, { kind: 'common-reward' }, recall, { kind: 'bounded' }];

/** What to look for where a concept has no solver for the game. */
const instead: Readonly<Record<string, readonly string[]>> = {
  pure: ['nash', 'welfare'],
  dominance: ['pure', 'welfare'],
  minimax: ['nash', 'correlated', 'optimal', 'welfare'],
  correlated: ['nash', 'welfare'],
  coarse_correlated: ['nash', 'welfare'],
  welfare: ['optimal', 'minimax'],
  pareto: ['welfare', 'optimal'],
  optimal: ['welfare', 'nash'],
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
  row(
    'minimax',
    'sequence_form',
    zeroSumTree,
    'Value and strategies of a zero-sum game with hidden information: one linear program over sequences.',
    'Koller, Megiddo and von Stengel 1996',
  ),
  row('correlated', 'linear_program', oneStep),
  row('coarse_correlated', 'linear_program', oneStep),
  row(
    'coarse_correlated',
    'regret_matching',
    oneStep,
    'Play in proportion to regret; what was played tends to the coarse correlated equilibria.',
    'Hart and Mas-Colell 2000',
  ),
  row('welfare', 'enumeration', oneStep),
  row('welfare', 'value_iteration', manySteps),
  row('welfare', 'backward_induction', [...manySteps, onePass]),
  row('pareto', 'enumeration', oneStep),
  row('optimal', 'value_iteration', joint),
  row('optimal', 'backward_induction', [...joint, onePass]),
  row(
    'decentralised',
    'maa_star',
    team,
    'The best joint policy of a team whose members act on what each has seen: branch and bound.',
    'Szer, Charpillet and Zilberstein 2005; Oliehoek et al. 2013',
  ),
  row(
    'decentralised',
    'jesp',
    team,
    'A joint policy that no single agent can improve, by alternating best responses.',
    'Nair et al. 2003',
  ),
  row(
    'decentralised',
    'cross_entropy',
    team,
    'A good joint policy by sampling policies and keeping the best.',
    'Oliehoek, Kooij and Vlassis 2008',
  ),
  row('nash', 'minimax', matrix, 'One equilibrium of a constant-sum game of one step, by linear programming.'),
  row('nash', 'minimax', stochastic, 'One equilibrium of a zero-sum Markov game, by iterating matrix games.'),
  row('nash', 'vertex_enumeration', [finite, two, { kind: 'one-step' }, { kind: 'choices', atMost: mostChoices }]),
  row('nash', 'pure', oneStep),
  row(
    'nash',
    'lemke_howson',
    [finite, two, { kind: 'one-step' }],
    'One equilibrium of a two-agent game by complementary pivoting, from every label.',
    'Lemke and Howson 1964',
  ),
  row(
    'nash',
    'support_enumeration',
    oneStep,
    'Equilibria of games of several agents, support by support, each proved by intervals.',
    'Dickhaut and Kaplan 1991; Porter, Nudelman and Shoham 2008',
  ),
  row(
    'nash',
    'sequence_form',
    zeroSumTree,
    'One equilibrium of a zero-sum game with hidden information: one linear program over sequences.',
    'Koller, Megiddo and von Stengel 1996',
  ),
  row(
    'nash',
    'sequence_form_lemke',
    [finite, two, recall, { kind: 'bounded' }],
    'One equilibrium of a two-agent game with hidden information, rewards of any kind.',
    'von Stengel, van den Elzen and Talman 2002',
  ),
  ...(
    [
      ['cfr', 'Counterfactual regret minimisation.', 'Zinkevich et al. 2007'],
      ['cfr_plus', 'Counterfactual regret minimisation with regrets floored at zero.', 'Tammelin 2014'],
      ['linear_cfr', 'The same with iterations weighted by their number.', 'Brown and Sandholm 2019'],
      ['discounted_cfr', 'The same with early iterations discounted.', 'Brown and Sandholm 2019'],
      ['predictive_cfr_plus', 'The same with the last regret as prediction of the next.', 'Farina et al. 2021'],
      ['monte_carlo_cfr', 'The same on sampled parts of the tree.', 'Lanctot et al. 2009'],
      [
        'fictitious_play',
        'Best responses to the average, weighted by realisation.',
        'Heinrich, Lanctot and Silver 2015',
      ],
      ['psro', 'Best responses to a mixture over earlier ones.', 'Lanctot et al. 2017'],
      ['double_oracle', 'The same with an exact equilibrium of the restricted game.', 'McMahan et al. 2003'],
    ] as const
  ).map(([method, title, paper]) => row('nash', method, zeroSumTree, title, paper)),
  row(
    'stackelberg',
    'linear_programs',
    [finite, two, { kind: 'one-step' }],
    'The best commitment of a leader: one linear program per action of the follower.',
    'Conitzer and Sandholm 2006',
  ),
  row(
    'quantal_response',
    'homotopy',
    oneStep,
    'Logit equilibria, followed from uniform play to a Nash equilibrium.',
    'McKelvey and Palfrey 1995; Turocy 2005',
  ),
  row(
    'alpha_rank',
    'markov_chain',
    oneStep,
    'A ranking of profiles by how often a population stays at them.',
    'Omidshafiei et al. 2019',
  ),
  row(
    'extensive_correlated',
    'linear_program',
    [...tree, two, { kind: 'deterministic' }],
    'A correlated equilibrium whose recommendations come one by one.',
    'von Stengel and Forges 2008',
  ),
  row(
    'mean_field',
    'fictitious_play',
    crowd,
    'Equilibrium of a crowd of equal agents: best responses to the average flow.',
    'Cardaliaguet and Hadikhanloo 2017',
  ),
  row(
    'mean_field',
    'mirror_descent',
    crowd,
    'Equilibrium of a crowd of equal agents by mirror descent on values.',
    'Perolat et al. 2021',
  ),
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

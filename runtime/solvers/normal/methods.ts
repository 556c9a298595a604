/** Names and descriptions of the solvers of games of one step beyond the first ones, apart from their code: the compiler reads them, too. */
import type { Concept } from '../answer.ts';
import type { SolverRow } from '../table.ts';

export type Dynamics =
  | 'fictitious_play'
  | 'smooth_fictitious_play'
  | 'regret_matching'
  | 'regret_matching_plus'
  | 'conditional_regret_matching'
  | 'multiplicative_weights'
  | 'optimistic_multiplicative_weights'
  | 'replicator';

const dynamics: readonly (readonly [Dynamics, string, string])[] = [
  [
    'fictitious_play',
    'Repeated play in which each agent answers best to all that the others did so far; reports how far what was played is from equilibrium.',
    'Brown 1951; Robinson 1951',
  ],
  [
    'smooth_fictitious_play',
    'The same with answers in proportion to the exponential of what an action paid on average, in units of a tenth of the payoff range.',
    'Fudenberg and Kreps 1993; Fudenberg and Levine 1995',
  ],
  [
    'regret_matching',
    'Repeated play in proportion to regret; what was played tends to the coarse correlated equilibria.',
    'Hart and Mas-Colell 2000, section 4',
  ],
  ['regret_matching_plus', 'The same with regrets floored at zero every round.', 'Tammelin 2014'],
  [
    'conditional_regret_matching',
    'Repeated play that switches in proportion to the regret of each switch; what was played tends to the correlated equilibria.',
    'Hart and Mas-Colell 2000',
  ],
  [
    'multiplicative_weights',
    'Repeated play in proportion to the exponential of past payoffs, rate sqrt(8 ln K / t) on payoffs of range 1.',
    'Freund and Schapire 1999',
  ],
  [
    'optimistic_multiplicative_weights',
    'The same with the last payoffs counted twice.',
    'Rakhlin and Sridharan 2013; Syrgkanis et al. 2015',
  ],
  [
    'replicator',
    'The replicator equation from weights 1, 2, 3, ... on the actions; an iteration is a step of 1/20 in units of the payoff range.',
    'Taylor and Jonker 1978; Taylor 1979',
  ],
];

/** Methods of `dynamics`, as written after `by`. */
export const dynamicsMethods: readonly Dynamics[] = dynamics.map(([method]) => method);

export function isDynamics(method: string): method is Dynamics {
  return dynamicsMethods.some(name => name === method);
}

/** Rows of the solvers' table; those of `nash` come after its other methods and are taken where no other applies. */
export const normalRows: readonly SolverRow[] = [
  row(
    'correlated',
    'dual_newton',
    false,
    'The correlated equilibrium of greatest entropy; `maximizing entropy` takes this method.',
    'Ortiz, Schapire and Kakade 2007',
    true,
  ),
  row(
    'coarse_correlated',
    'dual_newton',
    false,
    'The coarse correlated equilibrium of greatest entropy; `maximizing entropy` takes this method.',
    'Ortiz, Schapire and Kakade 2007',
    true,
  ),
  row(
    'fairness',
    'leximin',
    true,
    'The pure outcomes with the greatest least payoff, then the greatest second least, and so on.',
    'Sen 1970',
  ),
  row(
    'fairness',
    'nash_product',
    false,
    'The pure outcomes with the greatest product of what each agent gets above what it can secure alone by one action.',
    'Nash 1950',
  ),
  row(
    'payoff_dominant',
    'enumeration',
    true,
    'The pure equilibrium that gives every agent at least as much as any other pure equilibrium, if there is one.',
    'Harsanyi and Selten 1988',
  ),
  row(
    'risk_dominant',
    'half_dominance',
    true,
    'The pure equilibrium that is the only best reply to any belief of one half in it; with two actions each, risk dominance.',
    'Harsanyi and Selten 1988; Morris, Rob and Shin 1995',
  ),
  row(
    'epsilon_nash',
    'enumeration',
    true,
    'Pure profiles in which nobody gains more than `--epsilon` by deviating; without it, those with the least such number.',
    'Radner 1980',
  ),
  row(
    'evolutionarily_stable',
    'support_enumeration',
    true,
    'All evolutionarily stable strategies of a symmetric two-agent game, in fractions; proved complete.',
    'Maynard Smith and Price 1973; Haigh 1975; Bomze 1992',
  ),
  row(
    'stackelberg',
    'linear_programs',
    true,
    'The best mixed strategy to commit to, `maximizing` the agent that leads (the first if none is named): one linear program per action of the follower.',
    'Conitzer and Sandholm 2006',
    true,
  ),
  row(
    'quantal_response',
    'homotopy',
    true,
    'The branch of logit equilibria from uniform play to a Nash equilibrium, turning points included.',
    'McKelvey and Palfrey 1995; Turocy 2005',
  ),
  row(
    'alpha_rank',
    'markov_chain',
    true,
    'How often populations of 50 that imitate what pays stay at each pure profile, in the limit of strong selection.',
    'Omidshafiei et al. 2019',
  ),
  ...dynamics.map(([method, doc, source]) => row('dynamics', method, method === 'fictitious_play', doc, source)),
  row(
    'nash',
    'lemke_howson',
    true,
    'Equilibria of a two-agent game by complementary pivoting from every label, in fractions; names those that no path reaches.',
    'Lemke and Howson 1964; Shapley 1974',
  ),
  row(
    'nash',
    'homotopy',
    true,
    'One equilibrium of any number of agents: the end of the branch of logit equilibria, confirmed or called approximate.',
    'Turocy 2005',
  ),
  row(
    'nash',
    'support_enumeration',
    false,
    'Equilibria of any number of agents, support by support, by Newton from several starting points; each checked, in fractions where it is rational, and where there are few actions proved to be all.',
    'Dickhaut and Kaplan 1991; Porter, Nudelman and Shoham 2008; Krawczyk 1969',
  ),
];

/** What `maximizing` may name, beside the agents; undefined where a concept maximises nothing. */
export function objectiveWords(concept: string): readonly string[] | undefined {
  switch (concept) {
    case 'correlated':
    case 'coarse_correlated':
      return ['welfare', 'egalitarian', 'social_cost', 'entropy'];
    case 'extensive_correlated':
    case 'extensive_coarse_correlated':
    case 'nash':
      return ['welfare', 'egalitarian', 'social_cost'];
    case 'stackelberg':
      return [];
    default:
      return undefined;
  }
}

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

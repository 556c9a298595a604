import type { Concept } from './answer.ts';
import { normalRows } from './normal/methods.ts';

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
    'minimax',
    'hoffman_karp',
    false,
    'The same by improving strategies: the value of optimal mixtures against a best answer, until it rises no more.',
    'Hoffman and Karp 1966',
  ),
  row(
    'minimax',
    'sequence_form',
    true,
    'Value and strategies of a zero-sum game in which agents hide things from each other, in fractions where it is small: one linear program over sequences.',
    'Koller, Megiddo and von Stengel 1996',
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
  row(
    'extensive_correlated',
    'linear_program',
    true,
    'A correlated equilibrium of a game of many steps whose recommendations come one by one, when an agent is to act; the best by an objective. Over pairs of sequences where two agents meet no chance, else over the pure strategies of all agents but one.',
    'von Stengel and Forges 2008; Farina, Celli and Sandholm 2021',
    true,
  ),
  row(
    'extensive_coarse_correlated',
    'linear_program',
    true,
    'The same where an agent decides whether to listen before it hears the recommendation of an information set.',
    'Farina, Bianchi and Sandholm 2020',
    true,
  ),
  row(
    'correlated',
    'value_iteration',
    true,
    'A stationary correlated equilibrium of a Markov game: the best by an objective in every state, iterated; it need not settle, and the certificate says what an agent could gain.',
    'Greenwald and Hall 2003',
    true,
  ),
  row(
    'correlated',
    'backward_induction',
    false,
    'The same in one pass from the end, where no state returns or the horizon is finite; in fractions where possible.',
    'Greenwald and Hall 2003',
    true,
  ),
  row(
    'foe',
    'value_iteration',
    true,
    'What every agent can secure if all others work together against it, with the strategies that do: one matrix game per agent and state.',
    'Littman 2001',
  ),
  row(
    'foe',
    'backward_induction',
    false,
    'The same in one pass from the end, where no state returns or the horizon is finite; in fractions where possible.',
    'Littman 2001',
  ),
  row(
    'friend',
    'value_iteration',
    true,
    'What every agent gets if all others work together for it: the best joint action in every state, agent by agent.',
    'Littman 2001',
  ),
  row(
    'friend',
    'backward_induction',
    false,
    'The same in one pass from the end, where no state returns or the horizon is finite; in fractions where possible.',
    'Littman 2001',
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
  row(
    'nash',
    'backward_induction',
    true,
    'An equilibrium in every state of a game in which all see the state, in one pass from the end: pure where there is one, of several the best by the objective; in fractions where possible.',
    'Selten 1965; Filar and Vrieze 1997',
    true,
  ),
  row(
    'nash',
    'value_iteration',
    true,
    'The same for states that return: a stationary equilibrium by iterating stage games; it need not settle, and the certificate says what an agent could gain.',
    'Hu and Wellman 2003',
    true,
  ),
  row(
    'nash',
    'sequence_form',
    true,
    'One equilibrium of a zero-sum game in which agents hide things from each other: `minimax by sequence_form`.',
    'Koller, Megiddo and von Stengel 1996',
  ),
  row(
    'nash',
    'sequence_form_lemke',
    true,
    'One equilibrium of a small two-agent game of several steps, rewards of any kind, in fractions, by complementary pivots over sequences.',
    'von Stengel, van den Elzen and Talman 2002',
  ),
  ...(
    [
      [
        'cfr',
        'Counterfactual regret minimisation: what the average strategies leave to be gained falls with the iterations.',
        'Zinkevich et al. 2007',
      ],
      [
        'simultaneous_cfr',
        'The same with both agents updated at once, as first published; slower.',
        'Zinkevich et al. 2007',
      ],
      ['cfr_plus', 'The same with regrets floored at zero and later iterations weighing more.', 'Tammelin 2014'],
      ['linear_cfr', 'The same with iterations weighted by their number.', 'Brown and Sandholm 2019'],
      [
        'discounted_cfr',
        'The same with early iterations discounted, exponents 3/2, 0 and 2.',
        'Brown and Sandholm 2019',
      ],
      [
        'predictive_cfr_plus',
        'The same with the last regrets as a prediction of the next, and floored.',
        'Farina, Kroer and Sandholm 2021',
      ],
      [
        'external_sampling_cfr',
        'The same on sampled moves of chance and of the other agent: many cheap iterations.',
        'Lanctot et al. 2009',
      ],
      ['outcome_sampling_cfr', 'The same on single sampled plays; noisier still.', 'Lanctot et al. 2009'],
    ] as const
  ).map(([method, doc, source]) => row('nash', method, false, doc, source)),
  row(
    'decentralised',
    'maa_star',
    true,
    'The best joint policy of a team whose members act on what each has seen, over a finite horizon: branch and bound step by step, histories that mean the same put together. Stopped early, the best so far and a bound.',
    'Szer, Charpillet and Zilberstein 2005; Oliehoek et al. 2013',
  ),
  row(
    'decentralised',
    'jesp',
    false,
    'A joint policy that no single agent can improve, by alternating best responses from `for N iterations` starts (10 if left out).',
    'Nair et al. 2003',
  ),
  row(
    'decentralised',
    'exhaustive',
    false,
    'The best joint policy by trying all of all agents but one, which answers; for small problems, and to check the others.',
    'definition',
  ),
  row(
    'decentralised',
    'cross_entropy',
    false,
    'A good joint policy by drawing 100 policies in each of `for N iterations` rounds (100 if left out) and moving the odds towards the best of them; how far it is from the best is said by a bound.',
    'Oliehoek, Kooij and Vlassis 2008',
  ),
  row(
    'mean_field',
    'fictitious_play',
    true,
    'Equilibrium of a crowd of agents that are alike, as their number grows, with neighbours as members of the crowd drawn on their own: best responses to the average flow, mixed in.',
    'Cardaliaguet and Hadikhanloo 2017; Perrin et al. 2020',
  ),
  row(
    'mean_field',
    'mirror_descent',
    false,
    'The same by mirror descent: probabilities in proportion to the exponential of action values added up; often far faster.',
    'Perolat et al. 2021',
  ),
  ...normalRows,
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

/** The `doc` of a row away from the table: what "The same" is the same as is named. */
export function docAlone(row: SolverRow): string {
  const text = /^The same,?(?= )/.exec(row.doc)?.[0];
  if (text === undefined) return row.doc;
  const before = solverTable.slice(0, solverTable.indexOf(row)).filter(one => !one.doc.startsWith('The same'));
  const meant = before.findLast(one => one.concept === row.concept) ?? before.at(-1);
  if (meant === undefined) return row.doc;
  const name = meant.concept === row.concept ? `\`by ${meant.method}\`` : `\`${meant.concept}\``;
  return `Like ${name},${row.doc.slice(text.length)}`;
}

/** What `marl explain CODE` says of one rule. */
export interface Explanation {
  /** One line. */
  readonly summary: string;
  /** Why the rule holds and what to do: a few sentences for a reader who meets it for the first time. */
  readonly explanation: string;
  /** A file (`bad.marl`; beside it lies a folder `folder.marl`) that breaks this rule and no other. */
  readonly bad: string;
  /** The same program, repaired. */
  readonly good: string;
}

/** A game of two agents with these items. */
export const game = (...items: readonly string[]): string =>
  `game G {\n  agents A, B\n  actions { X, Y }\n${items.map(item => `  ${item}\n`).join('')}}\n`;

/** The same with a state variable, a reward and a horizon, so that one line can be wrong. */
export const stateful = (...items: readonly string[]): string =>
  game('state { n: 0..3 = 0 }', ...items, 'reward = n', 'horizon 5');

/** A game of one step. */
export const oneStep = game('payoff {', '       X  Y', '    X: 1  0', '    Y: 0  1', '}');

/** The same and a training on it. */
export const training = (...clauses: readonly string[]): string =>
  `${oneStep}\ntrain T on G {\n${clauses.map(clause => `  ${clause}\n`).join('')}}\n`;

/** A word of the language as `marl explain` shows it. */
export interface Word {
  readonly word: string;
  /** Other words that mean the same entry. */
  readonly also?: readonly string[];
  /** One line. */
  readonly summary: string;
  /** A few sentences. */
  readonly text: string;
  /** A whole program that compiles without a word of complaint. */
  readonly example: string;
}

/** A game of two agents with these items. */
export const game = (...items: readonly string[]): string =>
  `game G {\n  agents A, B\n  actions { Stay, Go }\n${items.map(item => `  ${item}\n`).join('')}}\n`;

/** The smallest game, for what is done with games. */
export const stag = `game Stag {
  agents A, B
  actions { Hunt, Gather }
  payoff {
              Hunt    Gather
    Hunt:    (4, 4)   (0, 3)
    Gather:  (3, 0)   (3, 3)
  }
}
`;

/** A training on it with these clauses. */
export const training = (...clauses: readonly string[]): string =>
  `${stag}\ntrain Learn on Stag {\n${clauses.map(clause => `  ${clause}\n`).join('')}}\n`;

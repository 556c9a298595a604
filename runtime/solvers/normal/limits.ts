/** How large a game of one step may be for each solver: the compiler asks, too. */

/** Actions of a symmetric game whose evolutionarily stable strategies are sought: all subsets of them are gone through. */
export const mostActions = 14;
/** Joint actions of a game whose logit equilibria are followed. */
export const mostTraced = 100_000;
/** Joint actions that Alpha-Rank ranks: its chain is solved by elimination, work to the third power. */
export const mostRanked = 1_500;
/** Joint actions that learning dynamics count. */
export const mostCounted = 1_000_000;

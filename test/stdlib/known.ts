/**
 * What is known of the library's games beyond their own `assert` lines: counts and means published or found by an independent
 * argument, named in each `source`. Data only; a test compares the exact, sampled and stepped readings with it.
 */

/** Mean undiscounted return of one agent per episode under uniformly random legal play. */
export interface RandomReturn {
  readonly mean: number;
  /** Half-width of the band around `mean` that is right, before four standard errors of the simulation are added. */
  readonly slack: number;
}

export interface KnownGame {
  /** As written after `of`: `Foraging(size: 5)`, from `std.games`. */
  readonly game: string;
  readonly source: string;
  /** Distinct states reached, those the game ends in included. */
  readonly states?: number;
  /** Distinct states the game ends in. */
  readonly terminals?: number;
  /** Distinct states after 0, 1, 2, ... steps, final ones included. */
  readonly statesByStep?: readonly number[];
  /** Decision points each agent can tell apart, by agent label. */
  readonly informationSets?: Readonly<Record<string, number>>;
  /** Length of the numeric observation, by agent label. */
  readonly observationLength?: Readonly<Record<string, number>>;
  readonly randomReturn?: Readonly<Record<string, RandomReturn>>;
  /** Mean length of an episode under the same play. */
  readonly randomLength?: RandomReturn;
}

function exactly(mean: number): RandomReturn {
  return { mean, slack: 0 };
}

export const knownGames: readonly KnownGame[] = [
  {
    game: 'PrisonersDilemma',
    source: 'mean of the four cells',
    randomReturn: { Row: exactly(-2.25), Column: exactly(-2.25) },
    randomLength: exactly(1),
  },
  {
    game: 'Chicken',
    source: 'mean of the four cells',
    randomReturn: { Row: exactly(3.75), Column: exactly(3.75) },
  },
  {
    game: 'Shapley',
    source: 'three of nine cells pay 1 to each',
    randomReturn: { Row: exactly(1 / 3), Column: exactly(1 / 3) },
  },
  {
    game: 'Climbing',
    source: 'mean of the nine cells, -31/9',
    randomReturn: { Row: exactly(-31 / 9), Column: exactly(-31 / 9) },
  },
  {
    game: 'PartiallyStochasticClimbing',
    source: 'the same means as Climbing (Kapetanakis and Kudenko 2002)',
    randomReturn: { Row: exactly(-31 / 9), Column: exactly(-31 / 9) },
  },
  {
    game: 'FullyStochasticClimbing',
    source: 'the same means as Climbing (Kapetanakis and Kudenko 2002)',
    randomReturn: { Row: exactly(-31 / 9), Column: exactly(-31 / 9) },
  },
  {
    game: 'Penalty(k: -100)',
    source: 'mean of the nine cells: (2 * -100 + 2 * 10 + 2) / 9',
    randomReturn: { Row: exactly(-178 / 9), Column: exactly(-178 / 9) },
  },
  {
    game: 'Qtran',
    source: 'mean of the nine cells: (8 - 4 * 12) / 9',
    randomReturn: { Row: exactly(-40 / 9), Column: exactly(-40 / 9) },
  },
  {
    game: 'TwoStep',
    source: 'half of the time 7, else the mean (0 + 1 + 1 + 8) / 4 of the risky room',
    states: 4,
    terminals: 1,
    randomReturn: { First: exactly(4.75), Second: exactly(4.75) },
    randomLength: exactly(2),
  },
  {
    game: 'IteratedPrisonersDilemma(rounds: 10, memory: 1)',
    source: 'ten rounds of -9/4 each',
    randomReturn: { Row: exactly(-22.5), Column: exactly(-22.5) },
    randomLength: exactly(10),
  },
  {
    game: 'PublicGoods',
    source: 'half of the coins are kept and half doubled: 1/2 + 2 * 1/2',
    randomReturn: { 'Citizen[0]': exactly(1.5), 'Citizen[1]': exactly(1.5), 'Citizen[2]': exactly(1.5) },
  },
  {
    game: 'Soccer',
    source:
      '20 * 19 * 2 positions in play; scored: 2 goal cells with the ball, 19 for the other, 2 sides; return: turning the field by 180 degrees swaps the sides',
    states: 836,
    terminals: 76,
    randomReturn: { A: exactly(0), B: exactly(0) },
  },
  {
    game: 'GridGame1',
    source:
      'A in any cell but its goal, B likewise, not together: 8 * 8 - 7 in play; A on its goal with B anywhere, or the reverse: 9 + 9 - 1 final',
    states: 74,
    terminals: 17,
  },
  {
    game: 'GridGame2',
    source: 'two of the eight other cells in play, 8 * 7; somebody on the goal 2 * 8 + 1 final',
    states: 73,
    terminals: 17,
  },
  {
    game: 'DecTiger(steps: 3)',
    source:
      'states: two doors before the first growl, then 2 * 2 * 2; return: three times the mean -416/9 of the nine joint actions, the tiger being equally likely behind both doors',
    states: 10,
    observationLength: { First: 3, Second: 3 },
    randomReturn: { First: exactly(-416 / 3), Second: exactly(-416 / 3) },
    randomLength: exactly(3),
  },
  {
    game: 'Kuhn',
    source:
      '6 deals * (4 decisions + 5 ends); information sets: Kuhn (1950), OpenSpiel; return: First wins the ante of 1 if Second folds (1/4), loses it by folding (1/8), showdowns cancel',
    states: 54,
    terminals: 30,
    informationSets: { First: 6, Second: 6 },
    randomReturn: { First: exactly(1 / 8), Second: exactly(-1 / 8) },
  },
  {
    game: 'Leduc',
    source:
      '120 deals * (6 + 5 * 6 decisions, 4 + 5 * 9 ends); information sets: OpenSpiel; return: the tree of every deal walked in fractions by separate code',
    states: 10_200,
    terminals: 5_880,
    informationSets: { First: 468, Second: 468 },
    randomReturn: { First: exactly(-5 / 64), Second: exactly(5 / 64) },
  },
  {
    game: 'TicTacToe',
    source: 'published counts; random play: Cross wins 737/1260, Nought 121/420 of all games',
    states: 5_478,
    terminals: 958,
    statesByStep: [1, 9, 72, 252, 756, 1260, 1520, 1140, 390, 78],
    randomReturn: { Cross: exactly(187 / 630), Nought: exactly(-187 / 630) },
  },
  {
    game: 'ConnectFour',
    source: 'Tromp; OEIS A212693',
    statesByStep: [1, 7, 49, 238, 1120, 4263, 16_422, 54_859],
  },
  {
    game: 'ConnectFour(rows: 4, cols: 4)',
    source: 'Tromp: 161 029 positions; by step from separate code',
    states: 161_029,
    terminals: 26_740,
    statesByStep: [
      1, 4, 16, 52, 160, 436, 1128, 2512, 5084, 9276, 14_788, 21_720, 26_698, 28_922, 24_912, 18_076, 7244,
    ],
  },
  {
    game: 'PredatorPrey',
    source: "40 000 episodes of the authors' rules in separate code",
    randomReturn: { 'Predator[0]': { mean: -11.409, slack: 0.08 }, 'Predator[1]': { mean: -11.409, slack: 0.08 } },
    randomLength: exactly(100),
  },
  {
    game: 'Foraging',
    source: '20 000 episodes of the rules of lbforaging in separate code, uniformly over the valid actions',
    observationLength: { 'Player[0]': 12, 'Player[1]': 12 },
    randomReturn: { 'Player[0]': { mean: 0.1189, slack: 0.005 }, 'Player[1]': { mean: 0.1189, slack: 0.005 } },
    randomLength: { mean: 48.507, slack: 0.18 },
  },
  {
    game: 'Foraging(coop: true)',
    source: 'as above; next to nothing is ever loaded by chance',
    randomReturn: { 'Player[0]': { mean: 0.0033, slack: 0.0007 }, 'Player[1]': { mean: 0.0033, slack: 0.0007 } },
  },
  {
    game: 'Foraging(foods: 3)',
    source: 'as above',
    observationLength: { 'Player[0]': 15, 'Player[1]': 15 },
    randomReturn: { 'Player[0]': { mean: 0.1112, slack: 0.004 }, 'Player[1]': { mean: 0.1112, slack: 0.004 } },
    randomLength: { mean: 49.729, slack: 0.07 },
  },
  {
    game: 'Foraging(size: 5, foods: 1, coop: true)',
    source: 'as above',
    randomReturn: { 'Player[0]': { mean: 0.0287, slack: 0.0026 }, 'Player[1]': { mean: 0.0287, slack: 0.0026 } },
    randomLength: { mean: 48.608, slack: 0.19 },
  },
  {
    // A 5 x 5 field has no room for a second food when the first lies in its centre.
    game: 'Foraging(size: 5, foods: 2, penalty: 0.1)',
    source: 'as above',
    randomReturn: { 'Player[0]': { mean: 0.0629, slack: 0.009 }, 'Player[1]': { mean: 0.0629, slack: 0.009 } },
    randomLength: { mean: 41.553, slack: 0.42 },
  },
  {
    game: 'Foraging(size: 10, players: 3, foods: 3)',
    source: 'as above',
    observationLength: { 'Player[0]': 18, 'Player[1]': 18, 'Player[2]': 18 },
    randomReturn: {
      'Player[0]': { mean: 0.0369, slack: 0.0016 },
      'Player[1]': { mean: 0.0369, slack: 0.0016 },
      'Player[2]': { mean: 0.0369, slack: 0.0016 },
    },
  },
  {
    // 400 episodes of the original code gave -78.4, 1.5 of its standard errors (0.8) away.
    game: 'SimpleSpread',
    source: '20 000 episodes of the original physics in separate code: -77.26 +- 0.11',
    observationLength: { 'Agent[0]': 18, 'Agent[1]': 18, 'Agent[2]': 18 },
    randomReturn: {
      'Agent[0]': { mean: -77.26, slack: 0.45 },
      'Agent[1]': { mean: -77.26, slack: 0.45 },
      'Agent[2]': { mean: -77.26, slack: 0.45 },
    },
    randomLength: exactly(25),
  },
  {
    game: 'SimpleSpread(self_collision: false)',
    source: 'the same 25 more: one a step',
    randomReturn: {
      'Agent[0]': { mean: -52.26, slack: 0.45 },
      'Agent[1]': { mean: -52.26, slack: 0.45 },
      'Agent[2]': { mean: -52.26, slack: 0.45 },
    },
  },
  {
    game: 'TwoQuadratics',
    source: 'the mean of the higher hill over the square, by the midpoint rule on 2000 x 2000 points in separate code',
    randomReturn: { First: { mean: -6.90014, slack: 1e-4 }, Second: { mean: -6.90014, slack: 1e-4 } },
    randomLength: exactly(1),
  },
  {
    // 400 episodes of the original code gave -42.5, 1.2 of its standard errors (1.7) away.
    game: 'SpeakerListener',
    source: '40 000 episodes of the original physics in separate code: -40.56 +- 0.17',
    observationLength: { Speaker: 3, Listener: 11 },
    randomReturn: { Speaker: { mean: -40.56, slack: 0.7 }, Listener: { mean: -40.56, slack: 0.7 } },
  },
  {
    game: 'SimpleAdversary',
    source: '40 000 episodes of the original physics in separate code',
    observationLength: { Adversary: 8, 'Good[0]': 10, 'Good[1]': 10 },
    randomReturn: {
      Adversary: { mean: -40.32, slack: 0.7 },
      'Good[0]': { mean: 7.506, slack: 0.32 },
      'Good[1]': { mean: 7.506, slack: 0.32 },
    },
  },
  {
    game: 'SimpleTag',
    source: '60 000 episodes of the original physics in separate code',
    observationLength: { 'Predator[0]': 16, 'Predator[1]': 16, 'Predator[2]': 16, Prey: 14 },
    randomReturn: {
      'Predator[0]': { mean: 3.09, slack: 0.14 },
      'Predator[1]': { mean: 3.09, slack: 0.14 },
      'Predator[2]': { mean: 3.09, slack: 0.14 },
      Prey: { mean: -14.48, slack: 0.32 },
    },
  },
  {
    game: 'Warehouse',
    source: '1500 episodes of the rules of RWARE in separate code',
    observationLength: { 'Robot[0]': 71, 'Robot[1]': 71 },
    randomReturn: { 'Robot[0]': { mean: 0.0203, slack: 0.011 }, 'Robot[1]': { mean: 0.0203, slack: 0.011 } },
    randomLength: exactly(500),
  },
  {
    game: 'Warehouse(requests: 16)',
    source: 'as above',
    randomReturn: { 'Robot[0]': { mean: 0.143, slack: 0.026 }, 'Robot[1]': { mean: 0.143, slack: 0.026 } },
  },
  {
    game: 'Ising(n: 4, steps: 20)',
    source: 'spins are independent: every product of two has mean 0',
    randomReturn: { 'Spin[0]': exactly(0), 'Spin[15]': exactly(0) },
    randomLength: exactly(20),
  },
  {
    game: 'Epidemic(people: 5, steps: 2)',
    source:
      'half stay in; neighbours are independent at the start, so that 1/4 * 4/5 + 3/4 * 1/2 * (1 - (1 - 1/4 * 3/10)^2) are sick after a step',
    states: 32,
    terminals: 0,
    observationLength: { 'Person[0]': 1 },
    randomReturn: {
      'Person[0]': exactly(-1 / 4 - (1 / 5 + (3 / 8) * (1 - 0.925 * 0.925)) - 2 / 8),
      'Person[4]': exactly(-1 / 4 - (1 / 5 + (3 / 8) * (1 - 0.925 * 0.925)) - 2 / 8),
    },
    randomLength: exactly(2),
  },
  {
    game: 'Lever',
    source: '(5 (1 - 0.8^5) - 1) / 4; Sukhbaatar et al. (2016) give 0.59',
    observationLength: { 'Player[0]': 500 },
    randomReturn: { 'Player[0]': exactly(0.5904), 'Player[4]': exactly(0.5904) },
    randomLength: exactly(1),
  },
];

import { type Explanation, game, oneStep, training } from './base.ts';

/** M06: solve, train, sweep, assert; M07: assertions. */
export const learning = {
  'unknown-concept': {
    summary: 'A solution concept that does not exist.',
    explanation:
      'After `solve` stands what is looked for: an equilibrium, a best outcome, a value. `marl explain concepts` lists the concepts with the methods that find them and what these need of a game.',
    bad: `${oneStep}\nsolve corelated of G\n`,
    good: `${oneStep}\nsolve correlated of G\n`,
  },
  'unknown-algorithm': {
    summary: 'An algorithm that does not exist.',
    explanation:
      'After `algorithm` stands the name of a learning algorithm. `marl explain algorithms` lists them with their papers, and `marl explain NAME` the settings of one.',
    bad: training('algorithm IQl', 'budget 100 steps'),
    good: training('algorithm IQL', 'budget 100 steps'),
  },
  'unknown-setting': {
    summary: 'A setting that the algorithm does not have.',
    explanation:
      'Settings that an algorithm does not have are refused: a misspelt learning rate would otherwise silently be the default, and nobody would notice for weeks. `marl explain NAME` lists the settings of an algorithm.',
    bad: training('algorithm IQL { apha = 0.1 }', 'budget 100 steps'),
    good: training('algorithm IQL { alpha = 0.1 }', 'budget 100 steps'),
  },
  'bad-setting': {
    summary: 'A setting with an impossible value.',
    explanation:
      'Every setting has a type, a range and, where it counts something, a unit: `budget 20_000 steps`, `evaluate every 500 steps for 10 episodes`. The message says what is expected.',
    bad: training('algorithm IQL { alpha = 7 }', 'budget 100 steps'),
    good: training('algorithm IQL { alpha = 0.7 }', 'budget 100 steps'),
  },
  'missing-clause': {
    summary: 'A training without algorithm or budget.',
    explanation:
      'A training says which algorithm learns and for how long. Everything else has a default: one game at a time, seed 1, ten evaluations of 100 episodes.',
    bad: training('algorithm IQL'),
    good: training('algorithm IQL', 'budget 100 steps'),
  },
  'unknown-property': {
    summary: 'A property that cannot be asserted.',
    explanation:
      '`assert` takes a property by its name, or a comparison of a quantity. `marl explain properties` lists the properties; the quantities are `states`, `terminals`, `horizon` and `value(CONCEPT, Agent)`.',
    bad: `${oneStep}\nassert common_rewards of G\n`,
    good: `${oneStep}\nassert common_reward of G\n`,
  },
  'bad-claim': {
    summary: 'An assertion that is neither a property nor a comparison.',
    explanation:
      'An assertion names a property, as in `assert zero_sum`, or compares `states`, `terminals`, `horizon` or `value(CONCEPT, Agent)` with a number, as in `assert states == 12`. Other expressions say nothing about a game.',
    bad: `${oneStep}\nassert 1 + 1 of G\n`,
    good: `${oneStep}\nassert states >= 1 of G\n`,
  },
  'does-not-fit': {
    summary: 'An algorithm that does not fit the game.',
    explanation:
      'Each algorithm states what it needs of a game: two agents, a zero-sum reward, one reward for the team, finitely many actions. On other games it would run and learn nonsense, so that is refused; the message names the need that is not met, and an algorithm that fits where there is one. Where agents work together but have rewards of their own, `team reward = sum` says so.',
    bad: training('algorithm MinimaxQ', 'budget 100 steps'),
    good: training('algorithm IQL', 'budget 100 steps'),
  },
  'may-not-fit': {
    summary: 'An algorithm that is meant for other games.',
    explanation:
      'The algorithm runs on this game, but what is known of it, such as that it converges, holds for other ones. That can be what you want to see; the warning says what is not given.',
    bad: `${game('payoff {', '       X      Y', '    X: 10|12  0', '    Y: 0      1', '}')}\ntrain T on G {\n  algorithm DistributedQ\n  budget 100 steps\n}\n`,
    good: `${game('payoff {', '       X      Y', '    X: 11     0', '    Y: 0      1', '}')}\ntrain T on G {\n  algorithm DistributedQ\n  budget 100 steps\n}\n`,
  },
  'not-available': {
    summary: 'An algorithm or a solver that is announced, but not yet here.',
    explanation:
      'The table of requirements lists algorithms and solvers that later versions bring, so that `marl info --fits` can say today which of them fit a game. Naming one in a program is an error in this version. Whether it fits is checked first: what would not fit anyway is said instead.',
    bad: training('algorithm LIAM', 'budget 100 steps'),
    good: training('algorithm IQL', 'budget 100 steps'),
  },
  'endless-training': {
    summary: 'A training on a game whose episodes never end.',
    explanation:
      'Returns are sums of rewards until an episode ends. Where it never does, and later rewards count as much as the first, there is no return to learn; and where a budget or an interval counts episodes, it would never be over. Give the game `end when` or a `horizon`.',
    bad: `${game('state { n: 0..3 = 0 }', 'reward = n', 'discount 0.9')}\ntrain T on G {\n  algorithm IQL\n  budget 100 episodes\n}\n`,
    good: `${game('state { n: 0..3 = 0 }', 'reward = n', 'discount 0.9', 'horizon 50')}\ntrain T on G {\n  algorithm IQL\n  budget 100 episodes\n}\n`,
  },
  'bad-sweep': {
    summary: 'A sweep over something that cannot be varied.',
    explanation:
      'A sweep trains once for every combination of values: `sweep S of T { algorithm.alpha in [0.1, 0.5] }`. It names a setting of the algorithm of its training, or `envs`, and lists the values in square brackets.',
    bad: `${training('algorithm IQL', 'budget 100 steps')}\nsweep S of T { budget in [100, 200] }\n`,
    good: `${training('algorithm IQL', 'budget 100 steps')}\nsweep S of T { algorithm.alpha in [0.1, 0.5] }\n`,
  },
  'assertion-failed': {
    summary: 'An assertion that does not hold.',
    explanation:
      '`assert` makes a claim binding: the program is wrong where it does not hold. It is decided from the declaration where that is possible, else by looking at every reachable state; the message shows the case that breaks the claim. Repair the game, or claim what is true of it.',
    bad: `${oneStep}\nassert zero_sum of G\n`,
    good: `${oneStep}\nassert common_reward of G\n`,
  },
  'assertion-unknown': {
    summary: 'An assertion that could not be decided.',
    explanation:
      'A claim that could not be decided is an error, because an assertion promises more than that nobody has found a counterexample. Mostly the game has too many states to list, or real numbers in its state. Assert the property of a smaller instance: `assert symmetric of G(size: 2)`.',
    bad: 'game G {\n  agents A, B\n  actions { X, Y }\n  state { n: real = 0 }\n  step { next n = n + 1 }\n  reward = n\n  horizon 3\n}\nassert states == 4 of G\n',
    good: 'game G {\n  agents A, B\n  actions { X, Y }\n  state { n: 0..3 = 0 }\n  step { next n = min(3, n + 1) }\n  reward = n\n  horizon 3\n}\nassert states == 4 of G\n',
  },
} satisfies Readonly<Record<string, Explanation>>;

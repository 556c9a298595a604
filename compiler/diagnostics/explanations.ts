/** What `marl explain CODE` says: why each rule of `rules.ts` holds, and a small program that breaks it. A test compiles all of them. */
import type { RuleName } from './rules.ts';

export interface Explanation {
  /** A few sentences. */
  readonly explanation: string;
  /** A file that triggers the rule (`bad.marl`; beside it lies a folder `folder.marl`). */
  readonly bad: string;
}

/** A game of two agents with these items. */
const game = (...items: readonly string[]): string =>
  `game G {\n  agents A, B\n  actions { X, Y }\n${items.map(item => `  ${item}\n`).join('')}}\n`;

/** The same with a state variable, a reward and a horizon, so that one line can be wrong. */
const stateful = (...items: readonly string[]): string =>
  game('state { n: 0..3 = 0 }', ...items, 'reward = 1', 'horizon 5');

/** A right game and a training on it. */
const training = (...clauses: readonly string[]): string =>
  `${game('payoff {', '       X  Y', '    X: 1  0', '    Y: 0  1', '}')}\ntrain T on G {\n${clauses.map(clause => `  ${clause}\n`).join('')}}\n`;

const oneStep = game('payoff {', '       X  Y', '    X: 1  0', '    Y: 0  1', '}');

export const explanations: Readonly<Record<RuleName, Explanation>> = {
  // ------------------------------------------------------------------------------------------ 02 names and files
  'unknown-name': {
    explanation:
      'A name means what is declared in the same file, in the same game, or in a file that is imported. Nothing is created by using it. The suggestion looks at upper and lower case first, then at words that are often mixed up, then at the spelling.',
    bad: stateful('step { next n = if acton[A] == X then 1 else 0 }'),
  },
  'duplicate-name': {
    explanation:
      'Within a file, and within a game, a name stands for one thing; otherwise a reader could not tell which is meant.',
    bad: 'let size = 3\nlet size = 4\n',
  },
  'ambiguous-member': {
    explanation:
      'The members of enums are written without the name of their enum. Where two enums share a member, the place must say which is meant: compare it with a variable of the type, or give the variable its type.',
    bad: 'enum Card { Low, High }\nenum Tide { Low, High }\nlet x = Low\n',
  },
  'import-not-found': {
    explanation:
      '`import "./file.marl"` names a file relative to the one it stands in, below the project folder; `import std.games.Kuhn` names something of the library.',
    bad: 'import std.games.Khun\n',
  },
  'import-cycle': {
    explanation:
      'If two files need each other, what both need belongs into a third one. A file may not import itself either.',
    bad: 'import "./bad.marl"\n',
  },
  'recursive-declaration': {
    explanation:
      'Functions are total: they end for all arguments. Recursion would make that undecidable, so a function, constant or type may not lead back to itself. Sums, `any`, `all` and sequences take its place.',
    bad: 'fn even(n: int): bool = if n == 0 then true else odd(n - 1)\nfn odd(n: int): bool = if n == 0 then false else even(n - 1)\n',
  },
  'unreadable-file': {
    explanation:
      'Programs are UTF-8 text of at most 16 MB in ordinary files. A folder, a device or a file in another encoding is none.',
    bad: 'import "./folder.marl"\n',
  },

  // ------------------------------------------------------------------------------------------ 03 types
  'type-mismatch': {
    explanation:
      'Every place has a type: conditions are bools, rewards are numbers, both branches of an `if` agree. Nothing is converted silently except an integer to a real.',
    bad: stateful('step { next n = if action[A] then 1 else 0 }'),
  },
  'wrong-arity': {
    explanation: 'Functions and records take as many values as their declaration lists.',
    bad: 'let x = clamp(1, 2)\n',
  },
  'unknown-argument': {
    explanation: 'Parameters of games and fields of records are given by their names.',
    bad: `${oneStep}\nsolve pure of G(size: 3)\n`,
  },
  'missing-argument': {
    explanation: 'A parameter without a default has to be given wherever the game is used.',
    bad: `game G(size: 2..5) {\n  agents A\n  actions = 0..size\n  reward = 1\n  horizon 1\n}\nsolve optimal of G\n`,
  },
  'not-callable': {
    explanation:
      'Parentheses behind a name call a function, build a record or take an element of a type by its number; other things cannot be called.',
    bad: 'let size = 3\nlet x = size(2)\n',
  },
  'not-indexable': {
    explanation: 'Square brackets take an element of an array or a sequence, or of a type by its number.',
    bad: stateful('step { next n = n[0] }'),
  },
  'index-count': {
    explanation: 'An array `T[I, J]` takes two indices, `T[I]` one.',
    bad: game(
      'state { m: bool[2, 2] = [[false, false], [false, false]] }',
      'step { next m[0] = true }',
      'reward = if m[0] then 1 else 0',
      'horizon 5',
    ),
  },
  'no-such-field': {
    explanation: 'A record has the fields of its declaration.',
    bad: 'record Cell { row: 0..2, col: 0..2 }\nlet c = Cell(1, 1)\nlet x = c.colum\n',
  },
  'not-finite': {
    explanation:
      'What is counted through, indexed by or drawn uniformly from is a finite set: a range, an enum, an index, an agent class, or something built from these.',
    bad: 'let x = sum(i for i in int)\n',
  },
  'not-constant': {
    explanation:
      'Sizes, ranges of types, the horizon, the discount and settings of a training are fixed when the game is built. They may use parameters and constants, and never the state or chance.',
    bad: stateful('step {\n    let seen: seq<0..3, n> = []\n    next n = 0\n  }'),
  },
  'match-incomplete': {
    explanation: 'A `match` has an arm for every value of its subject, so that it always has a result.',
    bad: stateful('step { next n = match action[A] { X => 1 } }'),
  },
  'match-unreachable': {
    explanation:
      'Arms are tried from top to bottom. One whose values are all covered above is never taken; that is hardly ever meant.',
    bad: stateful('step { next n = match action[A] { X => 1  Y => 2  _ => 3 } }'),
  },
  'bad-size': {
    explanation:
      'Sizes are whole numbers, at least 1, and small enough that the state fits into memory many times over.',
    bad: 'game G {\n  agents A\n  index Item[5_000_000]\n  actions { X }\n  reward = 1\n  horizon 1\n}\n',
  },
  'empty-range': {
    explanation: 'A range `a..b` holds the whole numbers from a to b, both included, so b is not below a.',
    bad: 'game G {\n  agents A\n  actions = 3..1\n  reward = 1\n  horizon 1\n}\n',
  },
  'not-here': {
    explanation:
      'Some expressions only mean something in one place: a distribution behind `~`, `next x` behind an equation for x, `turn` in a game with turns.',
    bad: 'let x = time\n',
  },
  'bad-map': {
    explanation:
      'A map is a picture of a two-dimensional array: rows of equal length, one character per element, a legend that gives every character its value once.',
    bad: 'enum Tile { Wall, Floor }\nlet m = map """\n  ##\n  #\n""" { \'#\': Wall }\n',
  },
  'not-a-distribution': {
    explanation: '`=` gives a value, `~` draws one from a distribution.',
    bad: stateful('step { next n ~ 3 }'),
  },

  // ------------------------------------------------------------------------------------------ 04 ranges
  'out-of-range': {
    explanation:
      'A variable of a range type never leaves it. The compiler works out which values an expression can take, conditions included; what cannot be shown to fit is refused, because at run time nothing checks it.',
    bad: stateful('step { next n = n + 1 }'),
  },
  'index-out-of-bounds': {
    explanation: 'An index into an array or a sequence is shown to lie inside it before the game runs.',
    bad: game('state { s: seq<0..3, 3> = [] }', 'reward = s[0]', 'horizon 5'),
  },
  'division-by-zero': {
    explanation: 'A divisor is shown to be different from 0, for example by a condition around the division.',
    bad: stateful('step { next n = n }').replace('reward = 1', 'reward = 1 / n'),
  },
  'probability-range': {
    explanation: 'Probabilities lie between 0 and 1, both included.',
    bad: stateful('step {\n    let c ~ bernoulli(3/2)\n    next n = if c then 1 else 0\n  }'),
  },
  'probability-sum': {
    explanation:
      'The probabilities of a `categorical` add up to 1 exactly; fractions such as 1/3 are exact, 0.33 is 33/100.',
    bad: stateful('step { next n ~ categorical([0.5, 0.2, 0.2]) }'),
  },
  'empty-choice': {
    explanation:
      'The least or greatest of nothing, the last of an empty sequence and a draw from an empty set do not exist; the program says what holds then.',
    bad: stateful('step { next n = max(i for i in 0..3 if i > n) }'),
  },
  'outside-domain': {
    explanation: 'Roots of negative numbers and logarithms of numbers up to 0 are not real.',
    bad: stateful('step { next n = n }').replace('reward = 1', 'reward = log(n)'),
  },

  // ------------------------------------------------------------------------------------------ 05 games
  'missing-item': {
    explanation: 'A game says who acts, what they can do, and what they get for it.',
    bad: 'game G {\n  agents A, B\n  reward = 1\n  horizon 1\n}\n',
  },
  'duplicate-item': {
    explanation:
      'Most items occur once in a game. Rewards, observations and actions may be given per agent or per class.',
    bad: stateful('step { next n = 0 }', 'step { next n = 1 }'),
  },
  'missing-initial': {
    explanation:
      'The first state is fully determined or drawn: each variable has a value in `state` or is assigned in `init`.',
    bad: game('state { n: 0..3 }', 'reward = n', 'horizon 5'),
  },
  'not-state': {
    explanation:
      '`next` gives a state variable its new value; a `let` has none, and a name that is not declared is probably a slip.',
    bad: stateful('step { next m = 1 }'),
  },
  'next-too-early': {
    explanation:
      'Equations of a step are worked out from top to bottom; `next x` can be read below the equation for x.',
    bad: game(
      'state { n: 0..3 = 0  m: 0..3 = 0 }',
      'step {\n    next n = next m\n    next m = 1\n  }',
      'reward = 1',
      'horizon 5',
    ),
  },
  'action-unavailable': {
    explanation:
      'Actions are chosen in a step: there are none yet in `init`, and none in what agents see before they choose. What is needed later is kept in the state.',
    bad: stateful('observe { action[A] }'),
  },
  'assigned-twice': {
    explanation:
      'The equations of a step say what the next state is, they are not carried out one after another; so each variable has one.',
    bad: stateful('step {\n    next n = 1\n    next n = 2\n  }'),
  },
  'payoff-shape': {
    explanation: 'A table has one cell for every joint action, and a cell one number for all agents or one for each.',
    bad: game('payoff {', '       X  Y', '    X: 1  0', '    Y: 0', '}'),
  },
  'zero-sum-agents': {
    explanation: 'With `reward zero_sum A = e` the other agent gets -e; that needs exactly one other.',
    bad: 'game G {\n  agents A, B, C\n  actions { X }\n  reward zero_sum A = 1\n  horizon 1\n}\n',
  },
  'never-ends': {
    explanation: 'Without an end, a horizon or a discount below 1, returns are infinite and no episode is ever over.',
    bad: game('state { n: 0..3 = 0 }', 'step { next n = 3 - n }', 'reward = n'),
  },
  'parameter-out-of-range': {
    explanation: 'The type of a parameter says which values it may have.',
    bad: 'game G(size: 2..5 = 3) {\n  agents A\n  actions = 0..size\n  reward = 1\n  horizon 1\n}\nsolve optimal of G(size: 9)\n',
  },
  'parameter-constraint': {
    explanation: '`where` says what the parameters of a game have to fulfil together.',
    bad: 'game G(size: 2..9 = 3) where size % 2 == 0 {\n  agents A\n  actions = 0..size\n  reward = 1\n  horizon 1\n}\n',
  },
  'bad-horizon': {
    explanation: 'A horizon cuts an episode after that many steps.',
    bad: game('reward = 1', 'horizon 0'),
  },
  'bad-discount': {
    explanation:
      'A reward that comes k steps later counts discount to the power of k; above 1, or below 0, that means nothing.',
    bad: game('reward = 1', 'horizon 5', 'discount 1.5'),
  },
  'not-one-step': {
    explanation:
      '`repeated` plays a game of one step without state again and again; a game of many steps has no single round.',
    bad: `${stateful('step { next n = n }')}\ngame R = repeated(G, rounds: 3)\n`,
  },
  'too-many-agents': {
    explanation:
      'Every agent has a name, a reward and an observation of its own; beyond some thousands that is no longer useful.',
    bad: 'game G {\n  agents A[50000]\n  actions { X }\n  reward = 1\n  horizon 1\n}\n',
  },
  'instance-of': {
    explanation:
      'A game is checked at its defaults where it is declared, and again with the parameters of each use; some mistakes show only there.',
    bad: 'game G(low: 0..9 = 0) {\n  agents A\n  actions { X }\n  state { n: 0..3 = low }\n  reward = n\n  horizon 1\n}\nsolve optimal of G(low: 7)\n',
  },

  // ------------------------------------------------------------------------------------------ 06 solve, train, sweep, assert
  'unknown-concept': {
    explanation: '`marl explain concepts` lists what can be solved for.',
    bad: `${oneStep}\nsolve corelated of G\n`,
  },
  'unknown-algorithm': {
    explanation: '`marl explain algorithms` lists the algorithms and what they need.',
    bad: training('algorithm QMix', 'budget 100 steps'),
  },
  'unknown-setting': {
    explanation:
      'Settings that an algorithm does not have are refused: a misspelt learning rate would otherwise silently be the default. `marl explain ALGORITHM` lists them.',
    bad: training('algorithm IQL { apha = 0.1 }', 'budget 100 steps'),
  },
  'bad-setting': {
    explanation: 'Every setting has a type, a range and, where it counts something, a unit.',
    bad: training('algorithm IQL { alpha = 7 }', 'budget 100 steps'),
  },
  'missing-clause': {
    explanation: 'A training says which algorithm learns and for how long; everything else has defaults.',
    bad: training('algorithm IQL'),
  },
  'duplicate-clause': {
    explanation: 'Every clause of a training occurs once.',
    bad: training('algorithm IQL', 'budget 100 steps', 'budget 200 steps'),
  },
  'unknown-property': {
    explanation: '`marl explain properties` lists what can be asserted.',
    bad: `${oneStep}\nassert zerosum of G\n`,
  },
  'bad-claim': {
    explanation:
      'An assertion names a property, or compares `states`, `terminals`, `horizon` or `value(CONCEPT, Agent)` with a number.',
    bad: `${oneStep}\nassert 1 + 1 of G\n`,
  },
  'does-not-fit': {
    explanation:
      'Each algorithm states what it needs of a game; it would otherwise run and learn nonsense. The nearest algorithm that fits is offered.',
    bad: training('algorithm MinimaxQ', 'budget 100 steps'),
  },
  'may-not-fit': {
    explanation: 'The algorithm runs on this game, but what is known of it holds for other ones.',
    bad: `${game('payoff {', '       X      Y', '    X: 10|12  0', '    Y: 0      1', '}')}\ntrain T on G {\n  algorithm DistributedQ\n  budget 100 steps\n}\n`,
  },
  'bad-sweep': {
    explanation: 'A sweep lists values for settings that its training has, by their path.',
    bad: `${training('algorithm IQL', 'budget 100 steps')}\nsweep S of T { budget in [100, 200] }\n`,
  },

  // ------------------------------------------------------------------------------------------ 07 assertions
  'assertion-failed': {
    explanation:
      '`assert` makes a claim binding. It is checked in every reachable state; the message shows the case that breaks it.',
    bad: `${oneStep}\nassert zero_sum of G\n`,
  },
  'assertion-unknown': {
    explanation:
      'A claim that could not be decided is an error, because an assertion promises more than that nobody has found a counterexample.',
    bad: 'game G {\n  agents A, B\n  actions { X, Y }\n  state { n: real = 0 }\n  step { next n = n + 1 }\n  reward = n\n  horizon 3\n}\nassert states == 4 of G\n',
  },
};

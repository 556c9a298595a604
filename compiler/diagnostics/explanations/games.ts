import { type Explanation, game, oneStep, stateful } from './base.ts';

/** M04: ranges. */
export const ranges = {
  'out-of-range': {
    summary: 'A value that may lie outside of its range.',
    explanation:
      'A variable of a range type never leaves it: nothing checks that during play, everything relies on it. So the compiler works out beforehand which values an expression can take, conditions included, and refuses what it cannot show to fit. The message names the values that are possible. Stop at the ends with `clamp(x, low, high)`, rule the other values out with `if`, use `with ... clamped` or `wrapped` on a record, or give the variable a wider type.',
    bad: stateful('step { next n = n + 1 }'),
    good: stateful('step { next n = min(3, n + 1) }'),
  },
  'index-out-of-bounds': {
    summary: 'An index that may lie outside of its array.',
    explanation:
      'An index into an array or a sequence is shown to lie inside it before the game runs. The elements of an array of n are 0 to n - 1; those of a sequence are 0 to its length - 1, and it may be empty. Ask first, as in `if len(s) > 0 then s[0] else ...`, or count through the elements with `for`.',
    bad: game('state { s: seq<0..3, 3> = [] }', 'reward = s[0]', 'horizon 5'),
    good: game('state { s: seq<0..3, 3> = [] }', 'reward = if len(s) > 0 then s[0] else 0', 'horizon 5'),
  },
  'division-by-zero': {
    summary: 'A divisor that may be 0.',
    explanation:
      'A divisor is shown to be different from 0. A condition around the division is enough, as in `if n > 0 then 1 / n else 0`; so is a range that leaves 0 out, such as `1..3`. The compiler knows the values of an expression as an interval, so write `n > 0` or `n < 0` where 0 lies in the middle of the range.',
    bad: stateful('step { next n = div(3, n) }'),
    good: stateful('step { next n = if n > 0 then div(3, n) else 0 }'),
  },
  'probability-range': {
    summary: 'A probability below 0 or above 1.',
    explanation:
      'Probabilities lie between 0 and 1, both included. One that is computed has to be shown to do so, like every value of a range. Percentages are divided by 100.',
    bad: stateful('step {\n    let c ~ bernoulli(30)\n    next n = if c then 1 else 0\n  }'),
    good: stateful('step {\n    let c ~ bernoulli(0.3)\n    next n = if c then 1 else 0\n  }'),
  },
  'probability-sum': {
    summary: 'Probabilities that do not add up to 1.',
    explanation:
      'The probabilities of a `categorical` add up to 1 exactly. Fractions such as 1/3 are exact, while 0.33 is 33/100, and three of those are 99/100. Names that `categorical({ ... })` leaves out have probability 0.',
    bad: stateful('step { next n ~ categorical([0.33, 0.33, 0.33]) }'),
    good: stateful('step { next n ~ categorical([1/3, 1/3, 1/3]) }'),
  },
  'empty-choice': {
    summary: 'A choice from a set that may be empty.',
    explanation:
      'The least or greatest of nothing, the last element of an empty sequence and a draw from an empty set do not exist. Say what holds then: put an `if` around it, or add an element that is always there, as in `max(0, ...)`.',
    bad: stateful('step { next n = max(i for i in 0..3 if i > n) }'),
    good: stateful('step { next n = if n < 3 then max(i for i in n + 1..3) else 3 }'),
  },
  'outside-domain': {
    summary: 'A function whose argument may lie outside of its domain.',
    explanation:
      'Roots of negative numbers and logarithms of numbers up to 0 are not real, and a standard deviation is not negative. Rule those arguments out with a condition, or raise them with `max`.',
    bad: game('state { n: 0..3 = 0 }', 'reward = log(n)', 'horizon 5'),
    good: game('state { n: 0..3 = 0 }', 'reward = log(n + 1)', 'horizon 5'),
  },
  'inexact-integer': {
    summary: 'A whole number that may be too large to be exact.',
    explanation:
      'Whole numbers are held as doubles, which are exact up to 2^53 - 1 in size; beyond that the last digits go missing, and with them what `%` or `==` say. So an operation on numbers of known ranges whose result can lie beyond is refused, even if a later `%` makes it small again. Smaller types are the first remedy. A product before a remainder can be taken in parts: x is `div(x, k) * k + x % k`, so `(a * div(x, k) % m * k + a * (x % k)) % m` is `a * x % m`, and with k near the root of the greatest x no part grows large. (Schrage, A more portable FORTRAN random number generator, ACM TOMS 1979, does it with fewer operations for some a and m.) Where a number has no range (`int`), nothing is known beforehand: then each result is checked while the game is played, and play stops with an error that names the variable.',
    bad: game(
      'state { seed: 0..2147483647 = 1 }',
      'step { next seed = (seed * 1103515245 + 12345) % 2147483648 }',
      'reward = seed % 2',
      'horizon 5',
    ),
    good: game(
      'state { seed: 0..2147483647 = 1 }',
      'step {\n    let high = 1103515245 * div(seed, 65536) % 2147483648\n    next seed = (high * 65536 + 1103515245 * (seed % 65536) + 12345) % 2147483648\n  }',
      'reward = seed % 2',
      'horizon 5',
    ),
  },
} satisfies Readonly<Record<string, Explanation>>;

/** M05: games. */
export const games = {
  'missing-item': {
    summary: 'A game without agents, actions or rewards.',
    explanation:
      'A game says who acts (`agents`), what they can do (`actions`), and what they get for it (`reward`, or a `payoff` table). Where agent classes have actions of their own, every class needs some.',
    bad: 'game G {\n  agents A, B\n  reward = 1\n}\n',
    good: 'game G {\n  agents A, B\n  actions { X, Y }\n  reward = 1\n}\n',
  },
  'duplicate-item': {
    summary: 'An item that stands twice in a game.',
    explanation:
      'Most items occur once in a game, because a second one would contradict the first or hide behind it. Rewards, observations, legality and actions may be given several times for different agents or classes.',
    bad: stateful('step { next n = 0 }', 'step { next n = 1 }'),
    good: stateful('step { next n = 1 }'),
  },
  'missing-initial': {
    summary: 'A state variable without a first value.',
    explanation:
      'The first state is fully determined or drawn: each variable has a value where it is declared, or is assigned in `init`. An array may be assigned element by element, if every element gets its turn. Nothing is 0 by default.',
    bad: game('state { n: 0..3 }', 'reward = n', 'horizon 5'),
    good: game('state { n: 0..3 }', 'init { n ~ uniform(0..3) }', 'reward = n', 'horizon 5'),
  },
  'read-before-set': {
    summary: 'A state variable that is read in `init` before it has a value.',
    explanation:
      '`init` runs from top to bottom. A state variable may be read there once it has been assigned, or when it has an initial value where it is declared. Move the line below the assignment.',
    bad: game('state { n: 1..3, m: 1..3 }', 'init {\n    m = n\n    n = 2\n  }', 'reward = n + m', 'horizon 5'),
    good: game('state { n: 1..3, m: 1..3 }', 'init {\n    n = 2\n    m = n\n  }', 'reward = n + m', 'horizon 5'),
  },
  'not-state': {
    summary: '`next` of something that is no state variable.',
    explanation:
      '`next x = e` gives a state variable its new value. A `let` name has one value only, and constants and parameters never change. If the name is right, declare it in `state`.',
    bad: stateful('step { next m = 1 }'),
    good: stateful('step { next n = 1 }'),
  },
  'next-too-early': {
    summary: 'A next value that is read before its equation.',
    explanation:
      'Equations of a step are worked out from top to bottom, and right-hand sides read the state before the step. `next x` on the right is the new value, so it can be read below the equation for x only. Move that equation up, or read the old value.',
    bad: game(
      'state { n: 0..3 = 0, m: 0..3 = 0 }',
      'step {\n    next n = next m\n    next m = 1\n  }',
      'reward = n',
      'horizon 5',
    ),
    good: game(
      'state { n: 0..3 = 0, m: 0..3 = 0 }',
      'step {\n    next m = 1\n    next n = next m\n  }',
      'reward = n',
      'horizon 5',
    ),
  },
  'action-unavailable': {
    summary: 'An action that is read where nobody has chosen one.',
    explanation:
      'Actions are chosen in a step: there are none yet in `init`, and none in what agents see or may do before they choose. What is needed later is kept in the state, as in `next last[p: agents] = action[p]`.',
    bad: stateful('observe { action[A] }'),
    good: game(
      'state { last: Action = X }',
      'step { next last = action[A] }',
      'observe { last }',
      'reward = 1',
      'horizon 5',
    ),
  },
  'assigned-twice': {
    summary: 'A second equation for a state variable.',
    explanation:
      'The equations of a step say what the next state is, they are not carried out one after another; so each variable has one. Join two with `if`. Single elements of an array may have equations of their own behind the one for all.',
    bad: stateful('step {\n    next n = 1\n    next n = 2\n  }'),
    good: stateful('step {\n    next n = if action[A] == X then 1 else 2\n  }'),
  },
  'payoff-shape': {
    summary: 'A payoff table with missing or superfluous cells.',
    explanation:
      'A payoff table has one cell for every joint action. With a header it has a row for each action of the first agent and a column for each action of the second; without one it lists `(A, B, C): cell` for each joint action of any number of agents. A cell is one number for all agents, or one number per agent in parentheses. A game with a table lasts one step and has no state.',
    bad: game('payoff {', '       X  Y', '    X: 1  0', '    Y: 0', '}'),
    good: oneStep,
  },
  'zero-sum-agents': {
    summary: '`reward zero_sum` in a game that has not two agents.',
    explanation:
      'With `reward zero_sum A = e` agent A gets e and the other agent gets -e; that needs exactly one other. With more agents, say what each of them gets: `reward[p: Player] = e`.',
    bad: 'game G {\n  agents A, B, C\n  actions { X, Y }\n  reward zero_sum A = 1\n}\n',
    good: 'game G {\n  agents A, B\n  actions { X, Y }\n  reward zero_sum A = 1\n}\n',
  },
  'never-ends': {
    summary: 'A game without an end.',
    explanation:
      'Without `end when`, `horizon` or a discount below 1, returns are infinite sums and no episode is ever over. `end when` says when the problem is solved or lost; `horizon` only cuts an episode off, and learners look beyond it; a discount makes later rewards count less.',
    bad: game('state { n: 0..3 = 0 }', 'step { next n = 3 - n }', 'reward = n'),
    good: game('state { n: 0..3 = 0 }', 'step { next n = 3 - n }', 'reward = n', 'discount 0.9'),
  },
  'parameter-out-of-range': {
    summary: 'A parameter that is given a value outside of its type.',
    explanation:
      'The type of a parameter says which values it may have, wherever the game is used: in a `solve`, in a training, or with `--set` on the command line. Choose another value, or widen the type in the declaration of the game.',
    bad: 'game G(size: 2..5 = 3) {\n  agents A\n  actions = 0..size\n  reward = action[A]\n}\nsolve optimal of G(size: 9)\n',
    good: 'game G(size: 2..9 = 3) {\n  agents A\n  actions = 0..size\n  reward = action[A]\n}\nsolve optimal of G(size: 9)\n',
  },
  'parameter-constraint': {
    summary: 'Parameters that do not fulfil the `where` of their game.',
    explanation:
      '`where` says what the parameters of a game have to fulfil together. The message shows the values for which it does not hold. The defaults have to fulfil it, too.',
    bad: 'game G(size: 2..9 = 3) where size % 2 == 0 {\n  agents A\n  actions = 0..size\n  reward = action[A]\n}\n',
    good: 'game G(size: 2..9 = 4) where size % 2 == 0 {\n  agents A\n  actions = 0..size\n  reward = action[A]\n}\n',
  },
  'bad-horizon': {
    summary: 'A horizon that is no number of steps.',
    explanation:
      'A horizon cuts an episode after that many steps: a whole number from 1 to a billion. A game without `horizon` goes on until `end when` holds.',
    bad: game('reward = 1', 'horizon 0'),
    good: game('reward = 1', 'horizon 1'),
  },
  'bad-discount': {
    summary: 'A discount outside of 0..1.',
    explanation:
      'A reward that comes k steps later counts discount to the power of k. Above 1 later rewards would count more and more, below 0 every other one would count as a loss. Without `discount` it is 1.',
    bad: game('reward = 1', 'horizon 5', 'discount 1.5'),
    good: game('reward = 1', 'horizon 5', 'discount 0.95'),
  },
  'not-one-step': {
    summary: '`repeated` of a game of many steps.',
    explanation:
      '`repeated` plays a game of one step without state again and again, such as a payoff table. A game of many steps has no single round to repeat: write its rounds into its state.',
    bad: `${stateful('step { next n = n }')}\ngame R = repeated(G, rounds: 3)\n`,
    good: `${oneStep}\ngame R = repeated(G, rounds: 3)\n`,
  },
  'too-many-agents': {
    summary: 'No agents, or too many.',
    explanation:
      'Every agent has a name, a reward and an observation of its own. The number of agents is a whole number from 1; beyond some thousands separate agents are no longer useful.',
    bad: 'game G {\n  agents A[50_000]\n  actions { X, Y }\n  reward = 1\n}\n',
    good: 'game G {\n  agents A[50]\n  actions { X, Y }\n  reward = 1\n}\n',
  },
  'instance-of': {
    summary: 'A game that is not valid at these parameters.',
    explanation:
      'A game is checked at its defaults where it is declared, and again with the parameters of each use; some mistakes show only there. The message quotes what is wrong inside of the game. Choose other parameters, or narrow the types of the parameters so that nobody else runs into it.',
    bad: 'game G(low: 0..9 = 0) {\n  agents A\n  actions { X, Y }\n  state { n: 0..3 = low }\n  reward = n\n  horizon 1\n}\nsolve optimal of G(low: 7)\n',
    good: 'game G(low: 0..9 = 0) {\n  agents A\n  actions { X, Y }\n  state { n: 0..9 = low }\n  reward = n\n  horizon 1\n}\nsolve optimal of G(low: 7)\n',
  },
  unplayable: {
    summary: 'A game that gets stuck.',
    explanation:
      'Play gets stuck where a `such that` condition holds for no value, where a choice is empty, or where an agent that acts has no legal action. `check` plays small games through; what it finds is a state that the game really reaches. Give every agent that acts something to do, or end the game before.',
    bad: stateful('legal X for p = n > 0', 'legal Y for p = n > 0'),
    good: stateful('legal X for p = n > 0'),
  },
} satisfies Readonly<Record<string, Explanation>>;

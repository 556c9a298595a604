/** What a game is made of. */
import { game, type Word } from './base.ts';

export const gameWords: readonly Word[] = [
  {
    word: 'game',
    also: ['where', 'parameter', 'parameters'],
    summary: 'Declares a game, or another name for one.',
    text: 'A game has agents, actions and rewards; all else is optional. Parameters stand in parentheses with a type and, as a rule, a default; `where` relates them. They are given by name where the game is used, as in `Race(cells: 9)`, or from outside with `--set cells=9`. `game Long = Race(cells: 12)` is another name for a game at these arguments.',
    example:
      'game Race(cells: 3..20 = 5, start: 0..19 = 0) where start < cells {\n  agents A\n  actions { Stay, Go }\n  state { at: 0..cells-1 = start }\n  step { next at = if action[A] == Go then min(at + 1, cells - 1) else at }\n  reward = if next at == cells - 1 then 1 else 0\n  end when at == cells - 1\n  horizon 50\n}\n\ngame Long = Race(cells: 12)\n',
  },
  {
    word: 'repeated',
    summary: 'Plays a game of one step again and again.',
    text: '`repeated(G, rounds: 10, memory: 1)` plays the one-step game G for `rounds` rounds; every agent observes the joint actions of the last `memory` rounds (1 unless given). Without `rounds` it never ends by itself: then give a `discount`, and a `horizon` for learning. Name it to set its numbers from outside: a parameter of the alias may stand in the place of a number.',
    example:
      'game Dilemma {\n  agents Row, Column\n  actions { Silent, Talk }\n  payoff {\n             Silent      Talk\n    Silent:  (-1, -1)    (-5,  0)\n    Talk:    ( 0, -5)    (-3, -3)\n  }\n}\n\ngame Iterated(rounds: 1..100 = 10) = repeated(Dilemma, rounds: rounds, memory: 1)\n',
  },
  {
    word: 'agents',
    also: ['agent'],
    summary: 'Who plays.',
    text: '`agents Row, Column` declares two single agents, `agents Player[3]` a class of three, `Player[0]` to `Player[2]`. The type `agents` holds all of them in the order of declaration; the name of a class is a type too, so that `for p in Player` and `hand: 0..9[Player]` work.',
    example:
      'game Chase {\n  agents Hound[2], Fox\n  actions { Left, Right }\n  reward[h: Hound] = if action[h] == action[Fox] then 1 else 0\n  reward[Fox] = -count(action[h] == action[Fox] for h in Hound)\n}\n',
  },
  {
    word: 'actions',
    also: ['action'],
    summary: 'What an agent can choose; `action[p]` is what p chose in this step.',
    text: '`actions { Up, Down }` names them; `actions { give: 0..3, say: 0..1 }` is one choice of several parts; `actions = 0..8` takes any finite type. `actions[Class] { ... }` gives one class its own. `action[p]` may be read in `step`, `reward` and `legal`. Who does not act has no action: with `turn`, read `action[turn]`.',
    example:
      'game Market {\n  agents Seller[2], Buyer\n  actions[Seller] = 1..3\n  actions[Buyer] { First, Second }\n  reward[Buyer] = 4 - (if action[Buyer] == First then action[Seller[0]] else action[Seller[1]])\n  reward[s: Seller] = if (action[Buyer] == First) == (s == Seller[0]) then action[s] else 0\n}\n',
  },
  {
    word: 'index',
    summary: 'Declares a set of numbered things that are no agents.',
    text: '`index Food[3]` declares the type `Food` with the elements `Food[0]` to `Food[2]`. Arrays go over it (`eaten: bool[Food]`), and so do `for f in Food`, `uniform(Food)` and families of equations.',
    example:
      'game Pick {\n  agents A\n  index Box[3]\n  actions = Box\n  state { prize: Box }\n  init { prize ~ uniform(Box) }\n  reward = if action[A] == prize then 1 else 0\n  horizon 1\n}\n',
  },
  {
    word: 'state',
    summary: 'The variables that a game keeps from step to step.',
    text: 'Each has a type and an initial value, unless `init` gives it one. Types: `bool`, ranges such as `0..9`, `int`, `real`, enums, records, agents and indices, arrays `T[I]`, sequences `seq<T, n>`, tuples. A range is a promise: whatever is put into it must be shown to lie in it.',
    example: game(
      'state {\n    score: (0..3)[agents] = 0\n    last:  seq<Action, 2> = []\n  }',
      'step {\n    next score[p: agents] = if action[p] == Go then min(3, score[p] + 1) else score[p]\n    next last = [action[A], action[B]]\n  }',
      'reward[p: agents] = next score[p]',
      'horizon 5',
    ),
  },
  {
    word: 'init',
    summary: 'Says how a game begins.',
    text: 'Runs once per episode, in order, and may read what it has assigned. `=` computes, `~` draws, `such that` conditions the draw. Variables with an initial value in `state` need none here.',
    example: game(
      'state { at: (0..3)[agents] }',
      'init { at ~ uniform((0..3)[agents]) such that at[A] != at[B] }',
      'reward = if action[A] == Go and at[A] > at[B] then 1 else 0',
      'horizon 1',
    ),
  },
  {
    word: 'step',
    also: ['next'],
    summary: 'Says what becomes of the state: `next x = ...`.',
    text: 'Equations, not assignments: every right-hand side reads the state before the step, the actions and the `let`s above it. What has no equation stays as it is. `next at[p: agents] = e` gives all elements at once, `next board[k] = e` changes one. `next x` on a right-hand side, in `reward` and in `end when` is the new value.',
    example: game(
      'state { at: (0..4)[agents] = 0 }',
      'step {\n    let slips ~ bernoulli(1/10)\n    next at[p: agents] = if action[p] == Go and not slips then min(4, at[p] + 1) else at[p]\n  }',
      'reward = if next at[A] == 4 and next at[B] == 4 then 1 else 0',
      'end when at[A] == 4 and at[B] == 4',
      'horizon 30',
    ),
  },
  {
    word: 'reward',
    also: ['rewards'],
    summary: 'What a step pays.',
    text: '`reward = e` pays every agent the same, `reward[p: agents] = e` each its own, `reward[A] = e` one of them, `reward zero_sum A = e` A and the other of two the negative. Bare names are the state before the step, `next x` the state reached; the `let`s of the step are visible.',
    example: game('reward zero_sum A = if action[A] == action[B] then 1 else -1'),
  },
  {
    word: 'observe',
    also: ['observation', 'observations'],
    summary: 'What an agent sees before it decides.',
    text: '`observe[p: agents] { card[p], stage }` lists it; without any `observe` agents see the whole state. What else happened is hidden from it. Tables and plain networks decide by what is seen now: what has to be recalled belongs into the state, as a sequence, and into the observation, or the training takes a network that remembers, `network = gru(64)`.',
    example:
      'game Hint {\n  agents Teller, Guesser\n  actions = 0..1\n  state {\n    secret: 0..1\n    said: seq<Action, 2> = []\n  }\n  init { secret ~ uniform(0..1) }\n  turn = if len(said) == 0 then Teller else Guesser\n  step { next said = said + [action[turn]] }\n  observe[Teller] { secret }\n  observe[Guesser] { said }\n  reward = if turn == Guesser and action[turn] == secret then 1 else 0\n  end when len(said) == 2\n}\n',
  },
  {
    word: 'turn',
    summary: 'Who acts, in games in which one agent acts at a time.',
    text: '`turn = e` names the agent that acts in a state; the others have no action there. With `active[p] = c` several may act. Without either everybody acts in every step.',
    example: game(
      'turn = if time % 2 == 0 then A else B',
      'state { piles: 0..5 = 5 }',
      'step { next piles = if action[turn] == Go then max(0, piles - 1) else piles }',
      'reward zero_sum A = if piles == 1 and next piles == 0 then (if turn == A then 1 else -1) else 0',
      'end when piles == 0',
      'horizon 20',
    ),
  },
  {
    word: 'active',
    summary: 'Which agents act, where it is neither all nor one.',
    text: '`active[p] = c` lets those act for whom c holds. Where nobody acts the game goes on by itself.',
    example: game(
      'state { awake: bool[agents] = true }',
      'active[p: agents] = awake[p]',
      'step { next awake[p: agents] = if awake[p] then action[p] == Stay else false }',
      'reward[p: agents] = if next awake[p] then 1 else 0',
      'horizon 5',
    ),
  },
  {
    word: 'legal',
    summary: 'Forbids actions where they make no sense.',
    text: '`legal Go for p = c` allows Go only where c holds; `legal a for p = c` binds the whole action to `a`. An agent that acts needs at least one legal action.',
    example: game(
      'state { fuel: (0..2)[agents] = 2 }',
      'legal Go for p = fuel[p] > 0',
      'step { next fuel[p: agents] = if action[p] == Go and fuel[p] > 0 then fuel[p] - 1 else fuel[p] }',
      'reward[p: agents] = if action[p] == Go then 1 else 0',
      'horizon 5',
    ),
  },
  {
    word: 'end',
    also: ['when', 'terminal'],
    summary: 'Ends the game for good.',
    text: '`end when c` looks at the state that a step reached; there bare names are the new values. After the end nothing is paid, and learners know that nothing follows. A `horizon` only cuts an episode off.',
    example: game(
      'state { n: 0..3 = 0 }',
      'step { next n = if action[A] == Go then min(3, n + 1) else n }',
      'reward = if next n == 3 then 1 else 0',
      'end when n == 3',
      'horizon 20',
    ),
  },
  {
    word: 'horizon',
    summary: 'Cuts an episode off after so many steps.',
    text: '`horizon 50` truncates: the episode stops, but the problem does not end there, and learners bootstrap through it. `end when` is the end of the problem. With discount 1 a solver values the first `horizon` steps; with less, play that goes on.',
    example: game(
      'state { n: 0..3 = 0 }',
      'step { next n = if action[A] == Go then (n + 1) % 4 else n }',
      'reward = n',
      'horizon 50',
      'discount 0.95',
    ),
  },
  {
    word: 'discount',
    summary: 'How much a reward counts one step later.',
    text: '`discount 0.95` lies between 0 and 1 and is 1 unless given. Games that need not end want one below 1, or their values are infinite. Evaluations report returns undiscounted, and `discounted` beside them in `--json`.',
    example: game('state { n: 0..1 = 0 }', 'step { next n = 1 - n }', 'reward = n', 'horizon 100', 'discount 9/10'),
  },
  {
    word: 'payoff',
    summary: 'The rewards of a game of one step, as a table.',
    text: "Two agents: a header of the second one's actions and a row for each of the first one's; a cell holds one number per agent, or one number where all get the same. More agents: a line `(X, Y, X): (1, 0, 1)` per joint action. `10|12` is a fair lottery.",
    example:
      'game Dice {\n  agents A, B\n  actions { Safe, Risk }\n  payoff {\n            Safe     Risk\n    Safe:   (2, 2)   (1, 3)\n    Risk:   (3, 1)   0|4\n  }\n}\n',
  },
  {
    word: 'time',
    summary: 'The number of steps taken so far, 0 at the start.',
    text: 'Reading it makes it part of the state: a game that asks for the time has at least as many states as steps.',
    example: game(
      'turn = if time % 2 == 0 then A else B',
      'reward = if action[turn] == Go then time else 0',
      'horizon 4',
    ),
  },
];

/** Types, values and chance. */
import { game, type Word } from './base.ts';

export const valueWords: readonly Word[] = [
  {
    word: 'enum',
    summary: 'Declares a type by the names of its values.',
    text: '`enum Card { Jack, Queen, King }`: `ord(c)` is the number from 0, `Card(k)` the value with number k, `next_of` and `prev_of` go round. `match` must cover every value.',
    example:
      'enum Light { Red, Green }\n\ngame Crossing {\n  agents Driver\n  actions { Wait, Drive }\n  state { light: Light = Red }\n  step { next light = next_of(light) }\n  reward = match light {\n    Red   => if action[Driver] == Drive then -5 else 0\n    Green => if action[Driver] == Drive then 1 else 0\n  }\n  horizon 6\n}\n',
  },
  {
    word: 'record',
    also: ['with', 'clamped', 'wrapped'],
    summary: 'Declares a type of several fields.',
    text: '`record Cell { row: 0..4, col: 0..4 }` has the values `Cell(2, 1)`; `c.row` is a field, `c with row - 1 clamped` a changed copy that stops at the ends of the range (`wrapped` goes round).',
    example:
      'game Walk {\n  agents A\n  actions { Up, Down }\n  record Cell { row: 0..4, col: 0..4 }\n  state { at: Cell = Cell(2, 0) }\n  step {\n    next at = match action[A] {\n      Up   => at with row - 1 clamped\n      Down => at with row + 1 wrapped\n    }\n  }\n  reward = if next at == Cell(0, 0) then 1 else 0\n  horizon 10\n}\n',
  },
  {
    word: 'seq',
    summary: 'A sequence of at most n values: `seq<T, n>`.',
    text: '`[]` is empty, `s + [x]` appends, `len(s)`, `last(s)`, `s[i]`, `x in s`. Storing more than n elements is an error of the program. It is how a game remembers moves for agents that have to recall them.',
    example: game(
      'state { moves: seq<Action, 3> = [] }',
      'step { next moves = moves + [action[A]] }',
      'reward = if len(next moves) == 3 and last(next moves) == Go then 1 else 0',
      'end when len(moves) == 3',
      'horizon 3',
    ),
  },
  {
    word: 'let',
    summary: 'Names a value, or draws one.',
    text: 'At the top of a file `let` is a constant. In a step it names something for the equations, the reward and the end: `let hit = at[A] == at[B]`, `let gust ~ bernoulli(1/4)`. `let x[p: agents] = e` names one value per agent.',
    example: `let prize = 10\n\n${game('step { let luck ~ bernoulli(1/4) }', 'state { n: 0..1 = 0 }', 'reward = if luck then prize else n', 'horizon 3')}`,
  },
  {
    word: 'fn',
    also: ['function'],
    summary: 'Declares a function.',
    text: 'Functions are total and may not call themselves. Inside a game they may read its state and parameters. The result type can be left out.',
    example: `fn beats(x: 0..2, y: 0..2): bool = x == (y + 1) % 3\n\ngame Rps {\n  agents A, B\n  actions = 0..2\n  reward zero_sum A = if beats(action[A], action[B]) then 1 else if beats(action[B], action[A]) then -1 else 0\n}\n`,
  },
  {
    word: 'match',
    summary: 'Chooses by the form of a value.',
    text: '`match e { North => a  South | East => b  _ => c }`. Patterns are names, numbers, ranges `1..3`, tuples and `_`. Every value must be covered; the compiler names one that is not.',
    example: game(
      'reward = match (action[A], action[B]) {\n    (Go, Go)     => 2\n    (Stay, Stay) => 1\n    _            => 0\n  }',
    ),
  },
  {
    word: 'sum',
    also: ['count', 'any', 'all', 'max', 'min', 'argmax', 'argmin', 'product', 'for'],
    summary: 'Folds over a set: `sum(e for x in T if c)`.',
    text: 'Likewise `product`, `count`, `any`, `all`, `min`, `max`, `argmin`, `argmax`. `count(c for x in T)` counts where c holds. The least and the greatest need at least one element. A list is `[e for x in T if c by k]`, in ascending order of k.',
    example: game('reward = sum((if action[p] == Go then 1 else 0) for p in agents) - max(ord(p) for p in agents)'),
  },
  {
    word: 'such',
    also: ['that', '~', 'draw', 'chance'],
    summary: 'Chance: `x ~ dist`, conditioned by `such that`.',
    text: 'Distributions: `uniform(set)`, `uniform(real in a..b)`, `bernoulli(p)`, `categorical({A: 1/3, B: 2/3})`, `normal(mean, sd)`, `permutation(T)`, `sample n of T`, `point(x)`. `such that c` keeps only the draws for which c holds, with their probabilities made to add up to one.',
    example: game(
      'enum Card { Jack, Queen, King }',
      'state { card: Card[agents] }',
      'init { card ~ uniform(Card[agents]) such that card[A] != card[B] }',
      'observe[p: agents] { card[p] }',
      'reward zero_sum A = if action[A] == Go then ord(card[A]) - ord(card[B]) else 0',
      'horizon 1',
    ),
  },
  {
    word: 'map',
    summary: 'A board drawn with characters.',
    text: '`map """ ... """ { \'#\': Wall, \'.\': Floor }` is a two-dimensional array, one element per character. `rows(m)` and `cols(m)` are its sizes, `find(m, x)` is the (row, column) of the one place where x stands.',
    example:
      'enum Tile { Wall, Floor, Goal }\n\nlet maze = map """\n#####\n#..G#\n#####\n""" { \'#\': Wall, \'.\': Floor, \'G\': Goal }\n\ngame Corridor {\n  agents A\n  actions { Left, Right }\n  state { col: 0..4 = 1 }\n  step {\n    let to = clamp(if action[A] == Right then col + 1 else col - 1, 0, 4)\n    next col = if maze[1, to] == Wall then col else to\n  }\n  reward = if maze[1, next col] == Goal then 1 else 0\n  end when maze[1, col] == Goal\n  horizon 10\n}\n',
  },
  {
    word: 'import',
    summary: 'Brings declarations of the library or of another file.',
    text: '`import std.games.Kuhn` and `import std.games.{Kuhn, Leduc}` read the library, `import "./mine.marl"` a file beside this one with all its names. A file may not leave its project folder.',
    example: 'import std.games.PrisonersDilemma\n\nsolve pure of PrisonersDilemma\n',
  },
];

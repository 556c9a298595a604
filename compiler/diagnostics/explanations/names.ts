import { type Explanation, game, oneStep, stateful } from './base.ts';

/** M02: names and files. */
export const names = {
  'unknown-name': {
    summary: 'A name that is not declared.',
    explanation:
      'A name means what is declared in the same file, in the same game, or in a file that is imported. Nothing is created by using it, so a name that nobody declares is most likely misspelt. The suggestion looks at upper and lower case first, then at words that are often mixed up (`sum` and `mean`, `obs` and `observe`), then at the spelling. If the name is right, declare it, or import the file that does.',
    bad: stateful('step { next n = if acton[A] == X then 1 else 0 }'),
    good: stateful('step { next n = if action[A] == X then 1 else 0 }'),
  },
  'duplicate-name': {
    summary: 'A name that is declared twice.',
    explanation:
      'Within a file, and within a game, a name stands for one thing; otherwise a reader could not tell which is meant. That also holds for the members of an enum, the fields of a record, and for names that an import brings into the file. Rename one of the two, or remove it. A game may use a name that its file uses too: inside the game the inner one is meant.',
    bad: 'let size = 3\nlet size = 4\n',
    good: 'let rows = 3\nlet cols = 4\n',
  },
  'ambiguous-member': {
    summary: 'An enum member that belongs to two enums.',
    explanation:
      'The members of enums are written without the name of their enum. Where two enums share a member, the place must say which is meant. It does so when the value is compared with a variable of the type, put into such a variable, or given a type: `let x: Card = Low`.',
    bad: 'enum Card { Low, High }\nenum Tide { Low, High }\nlet x = Low\n',
    good: 'enum Card { Low, High }\nenum Tide { Low, High }\nlet x: Card = Low\n',
  },
  'import-not-found': {
    summary: 'An import that leads nowhere.',
    explanation:
      '`import "./file.marl"` names a file relative to the one it stands in. `import std.games.Kuhn` names something of the library, and `import std.games.{Kuhn, Leduc}` several things. A file may not lie outside of the project folder, so that a program means the same on every machine.',
    bad: 'import std.games.Khun\n',
    good: 'import std.games.Kuhn\n',
  },
  'import-cycle': {
    summary: 'Files that import each other in a circle.',
    explanation:
      'Importing a file brings all its declarations. If two files need each other, neither can be understood on its own. Move what both need into a third file and import that. A file may not import itself either; its own names are visible anyway.',
    bad: 'import "./bad.marl"\nlet size = 3\n',
    good: 'let size = 3\n',
  },
  'recursive-declaration': {
    summary: 'Something that is defined by itself.',
    explanation:
      'Functions are total: they end for all arguments. With recursion nobody could tell whether they do, so a function, constant, type or game may not lead back to itself, neither directly nor through others. What recursion does elsewhere is done by `sum`, `any`, `all`, `min` and `max` over a set, and by sequences.',
    bad: 'fn even(n: 0..9): bool = if n == 0 then true else even(n - 2)\n',
    good: 'fn even(n: 0..9): bool = n % 2 == 0\n',
  },
  'unreadable-file': {
    summary: 'A file that cannot be read.',
    explanation:
      'Programs are UTF-8 text of at most 16 MB in ordinary files. A folder, a device or a file in another encoding is none. Check the path, and save the file as UTF-8.',
    bad: 'import "./folder.marl"\nlet size = 3\n',
    good: 'let size = 3\n',
  },
} satisfies Readonly<Record<string, Explanation>>;

/** M03: types. */
export const types = {
  'type-mismatch': {
    summary: 'A value of another type than its place wants.',
    explanation:
      'Every place has a type: conditions are bools, rewards are numbers, both branches of an `if` agree. The message says what the place wants and what it got. Nothing is converted silently except an integer to a real; use `round`, `floor` or `ceil` to get from a real to an integer, and a comparison to get from a value to a condition.',
    bad: stateful('step { next n = if action[A] then 1 else 0 }'),
    good: stateful('step { next n = if action[A] == X then 1 else 0 }'),
  },
  'wrong-arity': {
    summary: 'Too many or too few values.',
    explanation:
      'A function takes as many arguments as its declaration has parameters, and a record as many values as it has fields. None of them may be left out.',
    bad: 'let x = clamp(7, 2)\n',
    good: 'let x = clamp(7, 0, 2)\n',
  },
  'unknown-argument': {
    summary: 'A parameter or field that does not exist.',
    explanation:
      'Parameters of games are given by their names, and so can be those of functions and the fields of records. The name has to be one of the declaration.',
    bad: `${oneStep.replace('game G {', 'game G(k: int = 2) {')}\nsolve pure of G(size: 3)\n`,
    good: `${oneStep.replace('game G {', 'game G(k: int = 2) {')}\nsolve pure of G(k: 3)\n`,
  },
  'missing-argument': {
    summary: 'A parameter without default that is not given.',
    explanation:
      'A parameter with a default may be left out, one without has to be given wherever the game is used. Give it, or add a default to the declaration: `size: 2..5 = 3`.',
    bad: 'game G(size: 2..5) {\n  agents A\n  actions = 0..size\n  reward = action[A]\n}\nsolve optimal of G\n',
    good: 'game G(size: 2..5) {\n  agents A\n  actions = 0..size\n  reward = action[A]\n}\nsolve optimal of G(size: 3)\n',
  },
  'not-callable': {
    summary: 'Parentheses behind something that cannot be called.',
    explanation:
      'Parentheses behind a name call a function, build a record, or take an element of an enum, index or agent class by its number, as in `Food(2)`. Numbers, arrays and other values cannot be called. Elements of an array are taken with square brackets.',
    bad: 'let sizes = [3, 4]\nlet x = sizes(1)\n',
    good: 'let sizes = [3, 4]\nlet x = sizes[1]\n',
  },
  'not-indexable': {
    summary: 'Square brackets behind something that has no elements.',
    explanation:
      'Square brackets take an element of an array or a sequence, or an element of an index or agent class by its number. A number, a record or a condition has no elements. The fields of a record are taken with a dot, the parts of a tuple with `.0` and `.1`.',
    bad: stateful('step { next n = n[0] }'),
    good: stateful('step { next n = n }'),
  },
  'index-count': {
    summary: 'Too many or too few indices.',
    explanation:
      'An array `T[I]` takes one index, `T[I, J]` takes two, and a sequence takes one. A pair, or a record of two numbers such as `Cell`, may stand for both indices of a grid.',
    bad: game('state { m: bool[2, 2] = false }', 'reward = if m[0] then 1 else 0', 'horizon 5'),
    good: game('state { m: bool[2, 2] = false }', 'reward = if m[0, 1] then 1 else 0', 'horizon 5'),
  },
  'no-such-field': {
    summary: 'A field that a record does not have.',
    explanation:
      'A record has the fields of its declaration and no others. Tuples have the parts `.0`, `.1` and so on.',
    bad: 'record Cell { row: 0..2, col: 0..2 }\nlet c = Cell(1, 1)\nlet x = c.colum\n',
    good: 'record Cell { row: 0..2, col: 0..2 }\nlet c = Cell(1, 1)\nlet x = c.col\n',
  },
  'not-finite': {
    summary: 'An infinite set where elements are counted through.',
    explanation:
      'What is counted through, indexed by or drawn uniformly from is a finite set: a range with known ends, an enum, an index, an agent class, or something built from these. `int` and `real` have no last element. Write the range that is really meant, such as `0..9`.',
    bad: 'let x = sum(i for i in int)\n',
    good: 'let x = sum(i for i in 0..9)\n',
  },
  'not-constant': {
    summary: 'A value that is only known during play.',
    explanation:
      'Sizes, the ends of ranges in types, payoffs, the horizon, the discount and the settings of a training are fixed when the game is built, because memory and networks are made to fit them. They may use parameters and constants, but neither the state nor chance. Take the largest value that is needed, or make it a parameter of the game.',
    bad: game('state { n: 0..3 = 0 }', 'reward = n', 'horizon n'),
    good: game('state { n: 0..3 = 0 }', 'reward = n', 'horizon 3'),
  },
  'match-incomplete': {
    summary: 'A `match` or `{ ... }` that leaves values out.',
    explanation:
      'A `match` has an arm for every value of its subject, and an array `{ A: x, B: y }` a value for every key, so that there always is a result. The message names one value that is not covered. Add an arm for it, or `_ => ...` (in an array `_: ...`) for the rest.',
    bad: stateful('step { next n = match action[A] { X => 1 } }'),
    good: stateful('step { next n = match action[A] { X => 1  Y => 2 } }'),
  },
  'match-unreachable': {
    summary: 'An arm of a `match` that is never taken.',
    explanation:
      'Arms are tried from top to bottom. One whose values are all covered above is never taken, which is hardly ever meant: perhaps the order is wrong, or a pattern above is wider than intended.',
    bad: stateful('step { next n = match action[A] { X => 1  Y => 2  _ => 3 } }'),
    good: stateful('step { next n = match action[A] { X => 1  _ => 3 } }'),
  },
  'bad-size': {
    summary: 'A size that is no size, or too large.',
    explanation:
      'Sizes are whole numbers, at least 1 (a sequence may also hold nothing), and small enough that the state of many games fits into memory at once. The message names the limit.',
    bad: 'game G {\n  agents A\n  index Item[5_000_000]\n  actions { X }\n  reward = 1\n}\n',
    good: 'game G {\n  agents A\n  index Item[500]\n  actions { X }\n  reward = 1\n}\n',
  },
  'empty-range': {
    summary: 'A range whose end lies below its start.',
    explanation:
      'A range `a..b` holds the whole numbers from a to b, both included, so b is not below a. Where the ends use parameters, check the values that these have.',
    bad: 'game G {\n  agents A\n  actions = 3..1\n  reward = action[A]\n}\n',
    good: 'game G {\n  agents A\n  actions = 1..3\n  reward = action[A]\n}\n',
  },
  'not-here': {
    summary: 'Something that only means anything in another place.',
    explanation:
      'Some expressions need their surroundings: a distribution stands behind `~`, `next x` in the part of a step behind the equation for x, `time` in a game. The message says where it belongs.',
    bad: 'let x = time\n',
    good: 'fn late(t: int): bool = t > 9\n',
  },
  'bad-map': {
    summary: 'A picture that is no rectangle, or has characters without meaning.',
    explanation:
      'A map is a picture of a two-dimensional array: rows of equal length, one character per element, and a legend that gives each character a value, once. Blanks before the rows do not count; write a floor with a character of its own. `find(map, x)` needs exactly one place where x stands.',
    bad: 'enum Tile { Wall, Floor }\nlet m = map """\n  #.\n  #\n""" { \'#\': Wall, \'.\': Floor }\n',
    good: 'enum Tile { Wall, Floor }\nlet m = map """\n  #.\n  ##\n""" { \'#\': Wall, \'.\': Floor }\n',
  },
  'not-a-distribution': {
    summary: 'A plain value behind `~`.',
    explanation:
      '`=` gives a value, `~` draws one from a distribution. Where nothing is random, write `=`, or `point(x)` where a distribution is wanted by the form, as in one branch of an `if`.',
    bad: stateful('step { next n ~ 3 }'),
    good: stateful('step { next n ~ uniform(0..3) }'),
  },
  'too-large': {
    summary: 'A program that stands for too much work.',
    explanation:
      'A short program can stand for an astronomical amount of work: a function that calls the one before twice, forty times over, or a sum over ten billion elements. Such programs are refused before they fill the memory. The limits lie far above what the games of the library need.',
    bad: stateful(
      'step { next n = if sum(i + j for i in 0..99_999, j in 0..99_999 if i + j > time) > 0 then 1 else 0 }',
    ),
    good: stateful('step { next n = if sum(i + j for i in 0..9, j in 0..9 if i + j > time) > 0 then 1 else 0 }'),
  },
} satisfies Readonly<Record<string, Explanation>>;

/** Every code of the grammar: what it is called, what it means, and the smallest program that shows it. */

export interface SyntaxCodeInfo {
  /** In kebab case. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** A few sentences. */
  readonly explanation: string;
  /** A program that triggers it. */
  readonly bad: string;
}

const code = (name: string, summary: string, explanation: string, bad: string): SyntaxCodeInfo => ({
  name,
  summary,
  explanation,
  bad,
});

export const syntaxCodes = {
  M0101: code(
    'unknown-character',
    'A character that has no meaning in the language.',
    'Programs consist of ASCII letters, digits and a few signs. Other characters, visible or not, may stand in comments, in strings and in maps only.',
    'let x = 3 @ 4\n',
  ),
  M0102: code(
    'unterminated-string',
    'A string without its closing quote.',
    'A string begins and ends with `"` on the same line. A line break inside it is written `\\n`, a quote `\\"`.',
    'import "./mine.marl\n',
  ),
  M0103: code(
    'unterminated-comment',
    'A `/*` without its `*/`.',
    'A block comment ends with `*/` and does not nest. Without it everything to the end of the file is comment.',
    'let x = 1\n/* the rest\nlet y = 2\n',
  ),
  M0104: code(
    'unterminated-map',
    'A map without its closing `"""`.',
    'The rows of a map stand between `"""` and `"""`, and a legend says what the characters mean.',
    'game G {\n  let m = map """\n    #.#\n}\n',
  ),
  M0105: code(
    'foreign-operator',
    'An operator of another language.',
    'Conditions are joined by the words `and`, `or` and `not`; equality is `==`, inequality `!=`; there are no semicolons, no powers and no `c ? a : b`.',
    'let x = a && b\n',
  ),
  M0106: code(
    'foreign-quotes',
    'A string in quotes other than `"`.',
    'Strings stand between double quotes. Single quotes enclose the one character of a legend entry.',
    "import './mine.marl'\n",
  ),
  M0107: code(
    'foreign-letters',
    'A name with letters other than A to Z.',
    'Names consist of the letters A to Z and a to z, digits and `_`, because they reappear in emitted programs, file names and reports.',
    'let gr\u00f6\u00dfe = 3\n',
  ),
  M0108: code(
    'malformed-number',
    'A number that is not written as one.',
    'Numbers are `12`, `1_000`, `0.5` and `5e-4`. Both sides of the point have digits, and no letter follows directly.',
    'let x = 3agents\n',
  ),
  M0109: code(
    'unknown-escape',
    'A backslash in a string that begins no known escape.',
    'The escapes are `\\"`, `\\\\`, `\\n` and `\\t`.',
    'import "./a\\qb.marl"\n',
  ),
  M0110: code(
    'foreign-comment',
    'A comment that begins with `#`.',
    'Comments begin with `//` or stand between `/*` and `*/`; `///` documents what follows.',
    'let x = 1 # one\n',
  ),
  M0111: code(
    'unclosed-delimiter',
    'A bracket or brace that is never closed.',
    'Every `(`, `[` and `{` has its closing partner. The place where it is missing is guessed from the indentation; the place where it was opened is shown too.',
    'let x = max(1, 2\nlet y = 3\n',
  ),
  M0112: code(
    'unopened-delimiter',
    'A closing bracket or brace that closes nothing.',
    'A `)`, `]` or `}` stands where no such delimiter is open: it is superfluous, or its opening partner was lost.',
    'let x = (1 + 2))\n',
  ),
  M0113: code(
    'mismatched-delimiter',
    'A bracket closed by another kind of bracket.',
    '`(` is closed by `)`, `[` by `]` and `{` by `}`.',
    'let x = max(1, 2]\n',
  ),
  M0114: code(
    'too-deep',
    'Brackets or conditions that enclose each other too often.',
    'Nesting is limited so that every program is read in bounded space. Nobody can read such a program either: name its parts.',
    `let x = ${'('.repeat(201)}1${')'.repeat(201)}\n`,
  ),
  M0120: code(
    'expected-declaration',
    'Something at the top of a file that is not a declaration.',
    'A file is a list of declarations, each beginning with a keyword.',
    'gmae G { }\n',
  ),
  M0121: code(
    'expected-item',
    'Something in a game that is not an item.',
    'The items of a game begin with keywords. Equations stand in `step`, first values in `init`.',
    'game G {\n  agents A\n  rewards = 3\n}\n',
  ),
  M0122: code(
    'expected-statement',
    'Something in `init` or `step` that is not a statement.',
    'A step is a list of equations. There are no loops and no conditional statements: families `next x[p: Player] = e` and conditional values take their place.',
    'game G {\n  step {\n    if c then next x = 1\n  }\n}\n',
  ),
  M0123: code(
    'expected-expression',
    'A missing value.',
    'Something that computes a value belongs here: a number, a name, a call, a condition and so on.',
    'let x =\nlet y = 2\n',
  ),
  M0124: code(
    'expected-name',
    'A missing name.',
    'A name belongs here: a letter or `_`, then letters, digits and `_`.',
    'enum { A, B }\n',
  ),
  M0125: code(
    'reserved-word',
    'A keyword used as a name.',
    'A few words can never be names, because they may stand in the middle of any expression or begin a declaration.',
    'let match = 3\n',
  ),
  M0126: code(
    'expected-type',
    'A missing type, or an expression where a type belongs.',
    'Types are `bool`, ranges, `int`, `real`, `prob`, names of enums, records, agent classes and index sets, arrays `T[I]`, sequences `seq<T, n>` and tuples.',
    'record Cell { row: 5 }\n',
  ),
  M0127: code(
    'missing-sign',
    'A missing sign or keyword.',
    'The construct is written with a sign or keyword that is missing here; the message shows how it is written.',
    'solve nash Kuhn\n',
  ),
  M0128: code(
    'equals-in-expression',
    '`=` where `==` was meant.',
    '`=` defines what stands on its left. `==` compares two values.',
    'let x = if a = 3 then 1 else 2\n',
  ),
  M0129: code(
    'missing-separator',
    'Two values side by side.',
    'Items of a list are separated by commas, operands by operators. Only the cells of a payoff table are separated by white space.',
    'let x = max(1 2)\n',
  ),
  M0130: code(
    'if-without-else',
    'A condition without `else`.',
    '`if c then a else b` is an expression and has a value whether or not the condition holds.',
    'let x = if c then 1\n',
  ),
  M0131: code(
    'chained-comparison',
    'Two comparisons in a row.',
    '`a < b < c` would compare a truth value with `c`. Both comparisons are written out and joined with `and`.',
    'let x = 1 < y < 3\n',
  ),
  M0132: code(
    'no-place',
    'Something that cannot go on from what stands before it.',
    'What stands before is complete, or cannot be continued in this way.',
    'let x = a => b\n',
  ),
  M0133: code(
    'payoff-cell',
    'Something in a payoff table that is not a cell.',
    'A cell is a number, a fraction, a name, or anything in parentheses; `|` separates equally likely alternatives. White space separates the cells.',
    'game G {\n  payoff {\n       A  B\n    A: 1, 2\n  }\n}\n',
  ),
  M0134: code(
    'unnamed-parameter',
    'A parameter of a game given without its name.',
    'Parameters of games are given by name, so that a call can be read without looking at the game.',
    'solve nash of Penalty(k)\n',
  ),
  M0135: code(
    'repeated-clause',
    'A clause that may stand once stands twice.',
    'Each clause of `solve` and `train` sets one thing; a second one would contradict the first.',
    'solve nash of G by a by b\n',
  ),
  M0136: code(
    'unnamed-after-named',
    'An argument without a name behind one with a name.',
    'Arguments by position come first; those given by name may follow in any order.',
    'let x = f(a: 1, 2)\n',
  ),
  M0137: code(
    'legend-character',
    'A legend entry for no or several characters.',
    'Each entry of the legend of a map explains exactly one character.',
    'let m = map """\n##\n""" { \'##\': Wall }\n',
  ),
  M0138: code(
    'empty-block',
    'Braces with nothing between them.',
    'An enum has members, a record has fields, a match has arms and a table has rows; this block needs at least one entry.',
    'enum Card { }\n',
  ),
  M0139: code(
    'comprehension-value',
    'A comprehension with no value or several before `for`.',
    '`e for x in T` computes one value `e` for each `x`. Several values make a tuple in parentheses.',
    'let x = sum(1, 2 for y in T)\n',
  ),
  M0140: code(
    'incomplete-schedule',
    'A schedule with a missing part.',
    'A schedule is written `start -> end over n steps`, optionally with the name of its kind before it.',
    'train T on G {\n  algorithm Q {\n    explore = epsilon 1.0\n  }\n}\n',
  ),
  M0141: code(
    'misplaced',
    'An item outside of a game, or a declaration inside one.',
    'Items such as `state` and `reward` stand between the braces of a game; `solve`, `train`, `sweep`, `import` and `game` stand outside.',
    'horizon 50\n',
  ),
  M0142: code(
    'unknown-clause',
    'Something in a training that is not a clause.',
    'A training consists of `team reward`, `algorithm`, `budget`, `envs`, `seeds`, `evaluate`, `report` and `stop when`; settings of the algorithm stand between its braces.',
    'train T on G {\n  epochs 5\n}\n',
  ),
  M0143: code(
    'superfluous-equals',
    'An `=` behind a keyword that takes its value without one.',
    '`horizon 50`, `discount 0.9`, `end when c`, `budget`, `envs`, `seeds` and `algorithm` are written without `=`.',
    'game G {\n  horizon = 50\n}\n',
  ),
  M0144: code(
    'argument-equals',
    'An argument given by name with `=`.',
    'Arguments by name are written with a colon, `adam(lr: 1e-3)`.',
    'let x = adam(lr = 1e-3)\n',
  ),
} as const satisfies Readonly<Record<string, SyntaxCodeInfo>>;

export type SyntaxCode = keyof typeof syntaxCodes;

/** Small trainings with what their policies may read: half of them refused, each with its path through the program. */

export interface Case {
  readonly name: string;
  /** Items of a game; `agents A, B`, actions X and Y, a reward and a horizon are added where they are missing. */
  readonly items: readonly string[];
  readonly reads: readonly string[];
  readonly algorithm?: string;
  /** Refused inputs, each with the hidden things that are named and the places of the path from the variable on. */
  readonly refused: readonly {
    readonly input: string;
    readonly hidden: string;
    readonly path: readonly string[];
    /** No pair of states is shown, because the game cannot be listed. */
    readonly undecided?: true;
  }[];
}

const apart = ['state { at: (0..2)[agents] = 0, goal: 0..2 }', 'init { goal ~ uniform(0..2) }'];
const moving = 'step { next at[p: agents] = if action[p] == X then min(at[p] + 1, 2) else max(at[p] - 1, 0) }';
const own = 'observe[p: agents] { at[p] }';

export const cases: readonly Case[] = [
  // ---------------------------------------------------------------------------------------------- accepted by form
  {
    name: 'what is observed',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { observation }'],
    refused: [],
  },
  {
    name: 'the own place under another name',
    items: [...apart, moving, own],
    reads: ['policy[q: agents] reads { at[q] }'],
    refused: [],
  },
  {
    name: 'a computation from the own place',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { abs(at[p] - 1), at[p] == 2 }'],
    refused: [],
  },
  { name: 'the last action', items: [...apart, moving, own], reads: ['policy reads { last_action }'], refused: [] },
  {
    name: 'a clock that is not observed',
    items: [
      'state { z: 0..3 = 0, y: bool = false }',
      'step { next z = min(z + 1, 3) next y = not y }',
      'observe[p: agents] { y }',
    ],
    reads: ['policy[p: agents] reads { z }'],
    refused: [],
  },
  {
    name: 'a counter of what another does is no clock',
    items: [
      'state { z: 0..3 = 0 }',
      'step { next z = if action[B] == X then min(z + 1, 3) else z }',
      'observe[p: agents] { }',
    ],
    reads: ['policy[A] reads { z }'],
    refused: [{ input: 'z', hidden: '`z`', path: ['z'] }],
  },
  { name: 'the time', items: [...apart, moving, own], reads: ['policy reads { time }'], refused: [] },
  { name: 'constants', items: ['let k = 3', ...apart, moving, own], reads: ['policy reads { k, 1.5 }'], refused: [] },
  { name: 'nothing at all', items: [...apart, moving, own], reads: ['policy reads { }'], refused: [] },
  {
    name: 'what is observed through a function',
    items: [...apart, moving, 'fn half(x: int): real = x / 2', own],
    reads: ['policy[p: agents] reads { half(at[p]) }'],
    refused: [],
  },
  {
    name: 'the same expression as observed, though its parts are not',
    items: [...apart, moving, 'fn far(p: agents): int = abs(at[p] - goal)', 'observe[p: agents] { far(p) }'],
    reads: ['policy[p: agents] reads { far(p), far(p) * 2 > 1 }'],
    refused: [],
  },
  {
    name: 'the same fold as observed',
    items: [...apart, moving, 'observe[p: agents] { sum(at[q] for q in agents if q != p) }'],
    reads: ['policy[p: agents] reads { sum(at[q] for q in agents if q != p) }'],
    refused: [],
  },
  {
    name: 'a one-hot code tells the value',
    items: [...apart, 'observe { onehot(goal) }'],
    reads: ['policy reads { goal }'],
    refused: [],
  },
  {
    name: 'a fold over the others that only comes to the own element',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { sum(at[q] for q in agents if q == p) }'],
    refused: [],
  },
  {
    name: 'a sequence of which all is seen',
    items: [
      'state { said: seq<bool, 3> = [] }',
      'step { next said = if len(said) < 3 then said + [action[A] == X] else said }',
      'observe { len(said), said }',
    ],
    reads: ['policy reads { len(said) > 1, said }'],
    refused: [],
  },
  {
    name: 'real numbers that are observed',
    items: ['state { x: real = 0, y: real = 0 }', 'step { next x = x + 1  next y = y - 1 }', 'observe { x, -y }'],
    reads: ['policy reads { x * y }'],
    refused: [],
  },
  // ---------------------------------------------------------------------------------------------- accepted state by state
  {
    name: 'the sum of two things determines it',
    items: [
      'state { a: 0..3 = 0, b: 0..3 = 3 }',
      'step { next a = min(a + 1, 3)  next b = max(b - 1, 0) }',
      'observe { a }',
    ],
    reads: ['policy reads { b }'],
    refused: [],
  },
  {
    name: 'a branch that is never taken',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { if at[p] < 3 then at[p] else goal }'],
    refused: [],
  },
  // ---------------------------------------------------------------------------------------------- refused
  {
    name: 'a hidden variable',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { goal }'],
    refused: [{ input: 'goal', hidden: '`goal`', path: ['goal'] }],
  },
  {
    name: 'the place of the other',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { at[p], at[other(p)] }'],
    refused: [{ input: 'at[other(p)]', hidden: '`at[B]`', path: ['at'] }],
  },
  {
    name: 'a function of a hidden variable',
    items: [...apart, moving, 'fn far(p: agents): int = abs(at[p] - goal)', own],
    reads: ['policy[p: agents] reads { far(p) }'],
    refused: [{ input: 'far(p)', hidden: '`goal`', path: ['goal', 'goal'] }],
  },
  {
    name: 'a function of a function, through a let',
    items: [
      ...apart,
      moving,
      'fn gap(x: int, y: int): int = abs(x - y)',
      'fn near(p: agents): bool { let d = gap(at[p], goal)  d <= 1 }',
      own,
    ],
    reads: ['policy[p: agents] reads { near(p) }'],
    refused: [{ input: 'near(p)', hidden: '`goal`', path: ['goal', 'goal', 'gap(at[p], goal)', 'd'] }],
  },
  {
    name: 'a fold over the others',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { sum(at[q] for q in agents if q != p) }'],
    refused: [{ input: 'sum(at[q] for q in agents if q != p)', hidden: '`at[B]`', path: ['at', 'at[q]'] }],
  },
  {
    name: 'the whole state',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { state }'],
    refused: [{ input: 'state', hidden: '`at[B]` and `goal`', path: ['at'] }],
  },
  {
    name: 'a list of what is near',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { [at[q] for q in agents if at[q] == 1] }'],
    refused: [{ input: '[at[q] for q in agents if at[q] == 1]', hidden: '`at[B]`', path: ['at', 'at[q]'] }],
  },
  {
    name: 'a place that is chosen by a hidden variable',
    items: [...apart, moving, 'let prize = [4, 5, 6]', own],
    reads: ['policy[p: agents] reads { prize[goal] }'],
    refused: [{ input: 'prize[goal]', hidden: '`goal`', path: ['goal', 'goal'] }],
  },
  {
    name: 'only one of two classes sees it',
    items: ['state { coin: bool }', 'init { coin ~ bernoulli(0.5) }', 'observe[A] { coin }', 'observe[B] { 1 }'],
    reads: ['policy[A] reads { coin }', 'policy[B] reads { coin }'],
    refused: [{ input: 'coin', hidden: '`coin`', path: ['coin'] }],
  },
  {
    name: 'a difference where only the distance is observed',
    items: [...apart, moving, 'observe[p: agents] { abs(at[p] - goal) }'],
    reads: ['policy[p: agents] reads { at[p] - goal }'],
    refused: [{ input: 'at[p] - goal', hidden: '`at[A]` and `goal`', path: ['at', 'at[p]'] }],
  },
  {
    name: 'whether it is the own turn, by a hidden coin',
    items: ['state { coin: bool }', 'init { coin ~ bernoulli(0.5) }', 'turn = if coin then A else B', 'observe { 0 }'],
    reads: ['policy[p: agents] reads { turn == p }'],
    refused: [{ input: 'turn == p', hidden: '`coin`', path: ['coin', 'coin', 'turn'] }],
  },
  {
    name: 'one of several inputs',
    items: [...apart, moving, own],
    reads: ['policy[p: agents] reads { observation, at[p] > 0, goal == at[p], last_action }'],
    refused: [{ input: 'goal == at[p]', hidden: '`goal`', path: ['goal', 'goal'] }],
  },
  {
    name: 'two hidden inputs are two mistakes',
    items: [...apart, moving, 'observe { 0 }'],
    reads: ['policy reads { at[A], goal }'],
    refused: [
      { input: 'at[A]', hidden: '`at[A]`', path: ['at'] },
      { input: 'goal', hidden: '`goal`', path: ['goal'] },
    ],
  },
  {
    name: 'a field of a hidden record',
    items: [
      'record Cell { row: 0..1, col: 0..1 }',
      'state { spot: Cell }',
      'init { spot ~ uniform(Cell) }',
      'observe { spot.row }',
    ],
    reads: ['policy reads { spot.row, spot.col }'],
    refused: [{ input: 'spot.col', hidden: '`spot`', path: ['spot'] }],
  },
  {
    name: 'real numbers that nobody sees',
    items: [
      'state { x: real = 0, y: real = 0 }',
      'step { next x = x + 1  next y = if action[A] == X then y else 0 - x }',
      'observe { x }',
    ],
    reads: ['policy reads { y }'],
    refused: [{ input: 'y', hidden: '`y`', path: ['y'] }],
  },
  {
    name: 'real numbers of which nothing can be shown',
    items: ['state { x: real = 0, y: real = 0 }', 'step { next x = x + 1  next y = x + 1 }', 'observe { x }'],
    reads: ['policy reads { y }'],
    refused: [{ input: 'y', hidden: '`y`', path: ['y'], undecided: true }],
  },
];

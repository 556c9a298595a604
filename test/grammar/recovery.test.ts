import { describe, expect, test } from 'vitest';
import { LineMap, parse, type SyntaxProblem } from '../../grammar/index.ts';

/** `line:column code` of every problem. */
function places(text: string): string[] {
  const lines = new LineMap(text);
  return parse(text).errors.map(one => {
    const { line, column } = lines.position(one.span.start);
    return `${line}:${column} ${one.name}`;
  });
}

/** The text after all fixes. */
function repaired(text: string, errors: readonly SyntaxProblem[] = parse(text).errors): string {
  const edits = errors.flatMap(one => one.fix?.edits ?? []).sort((a, b) => b.span.start - a.span.start);
  return edits.reduce((now, edit) => now.slice(0, edit.span.start) + edit.text + now.slice(edit.span.end), text);
}

describe('several mistakes in one file', () => {
  const text = `game Soccer(rows: int = 4, cols int = 5) {
  agents A, B
  record Cell { row: 0..rows-1, col 0..cols-1 }
  actions { North, South East }
  state {
    at:   Cell[agents] = { A: Cell(2, 1), B: Cell(1, 3 }
    ball: agents =
    good: bool
  }
  init { ball ~ uniform(agents }
  step {
    let first = uniform(agents)
    next at[p: Player] = toward(at[p], action[p]
    next ball == 3
    next good = if a then b
    if x then y
  }
  rewards[p] = 3
  horizon = 50
  discount
  end if x
}
train T on Soccer {
  budget 100
  algorithm Q {
    lr 0.5
    gamma = 0.9
  }
  evaluat every 5 steps for 3 episodes
  envs 8
}
solve of Soccer
`;

  test('are all reported, each once and where it is', () => {
    expect(places(text)).toEqual([
      '1:33 missing-sign',
      '3:37 missing-sign',
      '4:25 missing-separator',
      '6:55 unclosed-delimiter',
      '7:19 expected-expression',
      '10:31 unclosed-delimiter',
      '13:49 unclosed-delimiter',
      '14:15 missing-sign',
      '15:28 if-without-else',
      '16:5 expected-statement',
      '18:3 expected-item',
      '19:11 superfluous-equals',
      '20:11 expected-expression',
      '21:7 missing-sign',
      '24:13 expected-name',
      '26:8 missing-sign',
      '29:3 unknown-clause',
      '32:6 expected-name',
    ]);
  });

  test('leave the right parts of the tree', () => {
    const [game, train] = parse(text).ast.declarations;
    if (game?.kind !== 'Game' || train?.kind !== 'Train') throw new Error('lost a declaration');
    const kinds = game.items.map(one => one.kind);
    expect(kinds).toEqual(
      expect.arrayContaining(['Agents', 'Record', 'Actions', 'State', 'Init', 'Step', 'Horizon', 'Discount']),
    );
    const state = game.items.find(one => one.kind === 'State');
    expect(state?.fields.map(one => one.name.text)).toEqual(['at', 'ball', 'good']);
    expect(state?.fields[0]?.initial?.kind).toBe('Dict');
    expect(state?.fields[1]?.initial?.kind).toBe('Invalid');
    expect(train.clauses.map(one => one.kind)).toEqual(expect.arrayContaining(['Algorithm', 'Envs']));
  });
});

describe('delimiters', () => {
  test('a missing brace is shown where it belongs, with the opening one, and the rest is still read', () => {
    const text = `game A {
  agents P
  state {
    x: int
  init { x = 3 }
  step { next x = x + }
}

game B {
  agents Q
  reward = = 2
}
`;
    expect(places(text)).toEqual(['4:11 unclosed-delimiter', '6:22 expected-expression', '11:12 expected-expression']);
    const { errors, ast } = parse(text);
    expect(errors[0]?.related.map(one => text.slice(one.span.start - 6, one.span.end))).toEqual(['state {']);
    expect(ast.declarations).toMatchObject([
      { kind: 'Game', items: [{ kind: 'Agents' }, { kind: 'State' }, { kind: 'Init' }, { kind: 'Step' }] },
      { kind: 'Game', items: [{ kind: 'Agents' }, { kind: 'Reward' }] },
    ]);
  });

  test('a game without its closing brace does not swallow the next', () => {
    const text = 'game A {\n  agents P\n\ngame B {\n  agents\n}\nsolve nash off B\n';
    expect(places(text)).toEqual(['2:11 unclosed-delimiter', '5:9 expected-name', '7:12 missing-sign']);
  });

  const repairs: readonly (readonly [string, string])[] = [
    ['let x = max(1, 2\nlet y = 3\n', 'let x = max(1, 2)\nlet y = 3\n'],
    ['let x = [1, (2 + 3]\n', 'let x = [1, (2 + 3)]\n'],
    ['let x = max(1, 2]\n', 'let x = max(1, 2)\n'],
    ['let x = (1 + 2))\n', 'let x = (1 + 2)\n'],
    ['game G {\n  state {\n    x: bool\n  step { }\n}\n', 'game G {\n  state {\n    x: bool\n  }\n  step { }\n}\n'],
    ['game G {\n  agents A\n', 'game G {\n  agents A\n}\n'],
    ['let x = a && !b || c\n', 'let x = a and not b or c\n'],
    ['let x = a&&b;\n', 'let x = a and b\n'],
    ['let x = \u201ctext\u201d\n', 'let x = "text"\n'],
    ["let x = 'text'\n", 'let x = "text"\n'],
    ['let x = .5 + 5.\n', 'let x = 0.5 + 5.0\n'],
    ['let x = a \u2264 b # why\n', 'let x = a <= b // why\n'],
    ['let x = "text\n', 'let x = "text"\n'],
    ['let x = if a = b then 1 else 2\n', 'let x = if a == b then 1 else 2\n'],
    ['let x = f(k = 1)\n', 'let x = f(k: 1)\n'],
    ['let x = f(a b)\n', 'let x = f(a, b)\n'],
    ['record R { row 0..2 }\n', 'record R { row: 0..2 }\n'],
    ['let x = match a { A -> 1 }\n', 'let x = match a { A => 1 }\n'],
    ['sweep S of T { lr = [1, 2] }\n', 'sweep S of T { lr in [1, 2] }\n'],
    ['game G {\n  horizon = 5\n  rewards = 2\n}\n', 'game G {\n  horizon 5\n  reward = 2\n}\n'],
    ['let x = map(1)\nlet y = """\n#\n""" { \'#\': 1 }\n', 'let x = map(1)\nlet y = map """\n#\n""" { \'#\': 1 }\n'],
  ];
  test.each(repairs)('the fix of %j', (text, right) => {
    const fixed = repaired(text);
    expect(fixed.replaceAll(/(\S) +\n/g, '$1\n')).toBe(right);
    expect(parse(fixed).errors).toEqual([]);
  });

  test('one broken literal makes one complaint', () => {
    expect(places('let x = f("abc)\nlet y = 1\n')).toEqual(['1:11 unterminated-string']);
    expect(places('game G {\n  agents A\n  /* never\n}\n')).toEqual(['3:3 unterminated-comment']);
    expect(places('game G {\n  let m = map """\n   #\n  agents A\n}\nlet x =\n')).toEqual([
      '2:15 unterminated-map',
      '6:8 expected-expression',
    ]);
    expect(places('let x = c ? 1 : 2\n')).toEqual(['1:11 foreign-operator']);
  });

  test('wild indentation is no mistake', () => {
    const text =
      'game G {\nagents A\n      state {\n  x: bool\n}\n  step { next x =\nf(x,\n1) }\n}\nlet y = f(\n1\n)\n';
    expect(places(text)).toEqual([]);
    expect(places(`${text}let z = (\n`)).toEqual(['13:10 unclosed-delimiter']);
  });
});

describe('words', () => {
  test('the nearest keyword is named', () => {
    const remedies = (text: string): (string | undefined)[] => parse(text).errors.map(one => one.remedy);
    expect(remedies('gmae G { }\n')).toEqual(['Did you mean `game`?']);
    expect(remedies('game G {\n  observation { x }\n}\n')).toEqual(['Did you mean `observe`?']);
    expect(remedies('def f(x: T) = x\n')).toEqual(['Did you mean `fn`?']);
    expect(remedies('train T on G {\n  Budget 5 steps\n}\n')).toEqual(['Did you mean `budget`?']);
    expect(remedies('qwertyuiop\n')).toEqual(['Begin a declaration with one of these words.']);
  });

  test('a keyword is no name', () => {
    expect(places('game for { agents A }\n')).toEqual(['1:6 reserved-word']);
    expect(places('let x = a.in\n')).toEqual(['1:11 reserved-word']);
  });

  test('items and declarations belong where they belong', () => {
    expect(places('game G {\n  agents A\n}\nreward = 3\nlet x = 1\n')).toEqual(['4:1 misplaced']);
    expect(places('game G {\n  agents A\n  solve nash of G\n}\n')).toEqual(['3:3 misplaced']);
  });
});

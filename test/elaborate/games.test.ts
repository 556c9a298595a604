/** Parameters, repetition, imports, hostile names, limits: games as wholes. */
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { errorsOf, type Files, game, modelOf, namesOf, program, tableOf } from '../support/memory-host.ts';

const names = (source: string | Files): readonly string[] => errorsOf(source).map(d => d.name);

describe('parameters', () => {
  const sized = (params: string, where = ''): string =>
    `game G(${params})${where} {\n  agents P[size]\n  actions { X }\n  state { n: 0..99 = size }\n  reward = 0\n  horizon 3\n}\n`;
  const withValues = (text: string, values: Record<string, string>): readonly string[] =>
    program(text)
      .instantiate('G', new Map(Object.entries(values)))
      .diagnostics.map(d => d.name);

  test('defaults may use earlier parameters', () => {
    const text = sized('base: 1..5 = 2, size: 1..9 = base + 1');
    expect(modelOf(text).agents.length).toBe(3);
    expect(modelOf(text, 'G', { base: '4' }).agents.length).toBe(5);
    expect(modelOf(text, 'G', { size: '1' }).agents.length).toBe(1);
    expect(modelOf(text, 'G', { base: '1 + 2' }).params).toEqual([
      { name: 'base', value: '3' },
      { name: 'size', value: '4' },
    ]);
  });

  test('values from outside are checked like any other', () => {
    const text = sized('size: 1..9 = 2, coop: bool = true, rate: real = 1/3', ' where size != 4');
    expect(withValues(text, { size: '10' })).toEqual(['parameter-out-of-range']);
    expect(withValues(text, { size: '2.5' })).toEqual(['parameter-out-of-range']);
    expect(withValues(text, { size: 'true' })).toEqual(['parameter-out-of-range']);
    expect(withValues(text, { size: 'x' })).toEqual(['parameter-out-of-range']);
    expect(withValues(text, { size: '3) }' })).toEqual(['parameter-out-of-range']);
    expect(withValues(text, { size: '3\nlet y = 2' })).toEqual(['parameter-out-of-range']);
    expect(withValues(text, { size: '' })).toEqual(['parameter-out-of-range']);
    expect(withValues(text, { size: '4' })).toEqual(['parameter-constraint']);
    expect(withValues(text, { sise: '4' })).toEqual(['unknown-argument']);
    expect(withValues(text, { __proto__: '4', constructor: '4' })).toEqual(['unknown-argument']);
    expect(withValues(text, { coop: 'false', rate: '0.5', size: '3' })).toEqual([]);
  });

  test('a parameter without default is given at every use', () => {
    const text = 'game G(size: 2..5) { agents A actions = 0..size - 1 reward = 0 }\n';
    expect(names(text)).toEqual([]);
    expect(names(`${text}solve optimal of G(size: 3)\n`)).toEqual([]);
    expect(names(`${text}solve optimal of G\n`)).toEqual(['missing-argument']);
    expect(names(`${text}solve optimal of G(size: 6)\n`)).toEqual(['parameter-out-of-range']);
    expect(names(`${text}solve optimal of G(sice: 3)\n`)).toEqual(['unknown-argument']);
    expect(modelOf(text, 'G', { size: '4' }).actionSpaces[0]?.count).toBe(4);
  });

  test('a range that holds at the defaults can fail at other values', () => {
    const text = 'game G(size: 1..9 = 5) { agents A actions { X } state { n: 0..5 = size } reward = 0 horizon 2 }\n';
    expect(names(text)).toEqual([]);
    expect(withValues(text, { size: '6' })).toEqual(['out-of-range']);
    expect(names(`${text}solve optimal of G(size: 7)\n`)).toEqual(['instance-of']);
  });

  test('another name for a game passes its parameters on', () => {
    const text =
      'game G(size: 1..9 = 5) { agents A actions = 1..size reward = action[A] }\ngame H(k: real) where k > 1 = G(size: round(2 * k))\n';
    expect(names(text)).toEqual([]);
    expect(modelOf(text, 'H', { k: '2' }).actionSpaces[0]?.count).toBe(4);
    expect(
      program(text)
        .instantiate('H', new Map([['k', '9']]))
        .diagnostics.map(d => d.name),
    ).toEqual(['parameter-out-of-range']);
    expect(
      program(text)
        .instantiate('H', new Map([['k', '1']]))
        .diagnostics.map(d => d.name),
    ).toEqual(['parameter-constraint']);
    expect(names(`${text}solve optimal of H(k: true)\n`)).toEqual(['parameter-out-of-range']);
    expect(names('game A = B\ngame B = A\n')).toContain('recursive-declaration');
  });

  test('constants are computed when the game is built', () => {
    const text = `let n = sum(i for i in 1..3)\nlet m = max(i * i for i in 0..2)\n${game('agents P[n]', 'index Food[m]', 'state { f: Food = Food[m - 1] }')}`;
    expect(names(text)).toEqual([]);
    expect(modelOf(text).agents.length).toBe(6);
    expect(names('let a = b\nlet b = a\n')).toContain('recursive-declaration');
  });
});

describe('repetition', () => {
  const stage = 'game Pd { agents A, B actions { C, D } payoff { C D\n C: (3, 3) (0, 5)\n D: (5, 0) (1, 1) } }\n';

  test('agents remember the last rounds', () => {
    const table = tableOf(`${stage}game G = repeated(Pd, rounds: 3, memory: 1)\n`);
    // Nothing yet, then one of four joint actions in rounds 2 and 3.
    expect(table.stateCount).toBe(9);
    const endless = tableOf(`${stage}game G = repeated(Pd, memory: 2, discount: 0.9)\n`);
    expect(endless.stateCount).toBe(1 + 4 + 16);
    expect(tableOf(`${stage}game G = repeated(Pd, memory: 0, discount: 0.9)\n`).stateCount).toBe(1);
  });

  test('what cannot be repeated', () => {
    expect(names(`${stage}game G = repeated(Pd, rounds: 0)\n`)).toEqual(['bad-setting']);
    expect(names(`${stage}game G = repeated(Pd, rounds: 2, discount: 2)\n`)).toEqual(['bad-discount']);
    expect(names(`${stage}game G = repeated(Pd, round: 2)\n`)).toEqual(['unknown-argument']);
    expect(namesOf(`${stage}game G = repeated(Pd)\n`)).toEqual(['never-ends']);
    expect(names(`${game('state { n: 0..1 = 0 }')}game H = repeated(G, rounds: 2)\n`)).toEqual(['not-one-step']);
    expect(names('game H = repeated(Nothing, rounds: 2)\n')).toEqual(['unknown-name']);
  });

  test('a stage that looks at the time keeps its states apart', () => {
    const timed = 'game S { agents A actions { X } reward = time }\n';
    const text = `${timed}game G = repeated(S, memory: 0, discount: 0.5, horizon: 3)\n`;
    const stepped = new Stepped(modelOf(text), 1);
    expect([0, 1, 2].map(() => stepped.step([0]).rewards[0])).toEqual([0, 1, 2]);
    expect(tableOf(text).stateCount).toBe(3);
  });
});

describe('imports', () => {
  test('types, constants, functions and games of another file', () => {
    const text = game('state { at: Cell = shift(origin) }');
    const library =
      'record Cell { row: 0..3, col: 0..3 }\nlet origin = Cell(1, 1)\nfn shift(c: Cell): Cell = c with row + 1 clamped\n';
    const files = { 'main.marl': `import "./lib/cells.marl"\n${text}`, 'lib/cells.marl': library };
    expect(new Stepped(modelOf(files), 1).state()).toEqual({ at: { row: 2, col: 1 } });
  });

  test('functions use the names of their own file', () => {
    const files = {
      'main.marl': `import "./a.marl"\nlet size = 1\n${game('state { n: 0..99 = twice(3) }')}`,
      'a.marl': 'let twice_of = 2\nfn twice(n: int): int = n * factor\nlet factor = 10\n',
    };
    expect(new Stepped(modelOf(files), 1).state()).toEqual({ n: 30 });
  });

  test('an imported file does not pass on what it imports', () => {
    const files = {
      'main.marl': `import "./a.marl"\n${game('state { n: 0..9 = deep }')}`,
      'a.marl': 'import "./b.marl"\nlet shallow = deep\n',
      'b.marl': 'let deep = 3\n',
    };
    expect(names(files)).toEqual(['unknown-name']);
    expect(names({ ...files, 'main.marl': `import "./a.marl"\n${game('state { n: 0..9 = shallow }')}` })).toEqual([]);
  });

  test('two ways to one declaration are one declaration', () => {
    const files = {
      'main.marl': 'import "./a.marl"\nimport "./b.marl"\nlet x = Low\n',
      'a.marl': 'import "./c.marl"\n',
      'b.marl': 'enum Tide { Low, High }\n',
      'c.marl': 'let y = 1\n',
    };
    expect(names(files)).toEqual([]);
    expect(names({ ...files, 'a.marl': 'enum Tide { Low, High }\n' })).toEqual(['duplicate-name']);
  });

  test('missing, circular, unreadable, outside', () => {
    expect(names('import "./nothing.marl"\n')).toEqual(['import-not-found']);
    expect(names('import "../main.marl"\n')).toEqual(['import-not-found']);
    expect(names('import std.games.Nim\n')).toEqual(['import-not-found']);
    expect(names('import other.games.Nim\n')).toEqual(['import-not-found']);
    expect(names({ 'main.marl': 'import "./a.marl"\n', 'a.marl': 'unreadable' })).toEqual(['unreadable-file']);
    expect(names({ 'main.marl': 'import "./a.marl"\n', 'a.marl': 'import "./main.marl"\n' })).toEqual(['import-cycle']);
    expect(names('import "./main.marl"\n')).toEqual(['import-cycle']);
    expect(program({ 'other.marl': '' }).diagnostics.map(d => d.name)).toEqual(['unreadable-file']);
  });

  test('the library', () => {
    const files = {
      'main.marl': 'import std.games.{Nim, Nime}\nsolve optimal of Nim\n',
      'std:games/Nim.marl': 'game Nim { agents A actions { Take } reward = 1 }\n',
    };
    const [only, ...others] = errorsOf(files);
    expect(others).toEqual([]);
    expect(only?.name).toBe('import-not-found');
    expect(only?.fixes[0]?.edits[0]?.text).toBe('Nim');
    expect(program(files).solves.map(s => s.name)).toEqual(['optimal of Nim']);
  });

  test('a mistake in an imported file is told there', () => {
    const files = { 'main.marl': 'import "./a.marl"\nsolve optimal of G\n', 'a.marl': game('state { n: 0..3 = 4 }') };
    expect(errorsOf(files).map(d => [d.name, d.at.file])).toEqual([['out-of-range', 'a.marl']]);
  });
});

describe('names that mean something to JavaScript', () => {
  const hostile = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'prototype',
    'class',
    'function',
    'arguments',
    'eval',
    'await',
    'delete',
    'NaN',
    'undefined',
  ];

  test.each(hostile)('%s as the name of everything', name => {
    const text = `enum ${name}_kind { ${name}, Other }\nlet ${name}_size = 2\n
fn ${name}_fn(${name}_arg: 0..9): int = ${name}_arg + 1
game ${name}_game(${name}_param: 1..5 = 2) {
  agents ${name}_agent[${name}_param]
  index ${name}_index[${name}_size]
  record ${name}_record { ${name}: 0..9, other: bool }
  actions { ${name}_act, Y }
  state { ${name}_state: (0..9)[${name}_index] = 3, r: ${name}_record = ${name}_record(${name}: 4, other: true), k: ${name}_kind = ${name} }
  step {
    let ${name}_let = r.${name} + ${name}_fn(1)
    next ${name}_state[i: ${name}_index] = min(9, ${name}_let + ord(i))
    next r = r with ${name} = min(9, r.${name} + 1)
  }
  reward = ${name}_state[${name}_index[0]]
  horizon 4
}
`;
    const stepped = new Stepped(modelOf(text), 1);
    stepped.step([0, 1]);
    expect(stepped.rewards).toEqual([3, 3]);
    expect(JSON.parse(JSON.stringify(stepped.state()[`${name}_state`]))).toEqual(
      Array.isArray(stepped.state()[`${name}_state`]) ? [6, 7] : { [`${name}_index[0]`]: 6, [`${name}_index[1]`]: 7 },
    );
  });

  test.each(hostile)('%s alone', name => {
    const bare = `game ${name} { agents ${name} actions { X } reward = 0 }\n`;
    expect(names(bare)).toEqual([]);
    expect(modelOf(bare).agents.map(a => a.label)).toEqual([name]);
    expect(names(game(`state { ${name}: 0..3 = 0 }`, `step { next ${name} = min(3, ${name} + 1) }`))).toEqual([]);
    expect(names(game(`enum E { ${name}, Z }`, `state { e: E = ${name} }`))).toEqual([]);
    expect(
      modelOf(`game G(${name}: 1..4 = 2) { agents A actions = 1..${name} reward = 0 }`, 'G', { [name]: '3' })
        .actionSpaces[0]?.count,
    ).toBe(3);
    expect(names(game(`state { n: 0..3 = ${name} }`))).toEqual(['unknown-name']);
    expect(names(game(`state { n: ${name} = 0 }`))).toEqual(['unknown-name']);
    expect(names(game(`state { n: 0..3 = ${name}(1) }`))).toEqual(['unknown-name']);
    expect(names(`${bare}solve ${name} of ${name}\n`)).toEqual(['unknown-concept']);
    expect(names(`${bare}assert ${name} of ${name}\n`)).toEqual(['unknown-property']);
    expect(names(`${bare}train T on ${name} { algorithm ${name} budget 10 steps }\n`)).toEqual(['unknown-algorithm']);
    expect(names(`${bare}train T on ${name} { algorithm IQL { ${name} = 1 } budget 10 steps }\n`)).toEqual([
      'unknown-setting',
    ]);
  });

  test.each(['__proto__', 'constructor'])('%s as a record field and an action part', name => {
    const text = game(
      `record R { ${name}: 0..9, b: 0..9 }`,
      `actions { ${name}: 0..2, b: 0..1 }`,
      `state { r: R = R(1, 2), n: 0..9 = 0 }`,
      `step {\n next r = r with ${name} = action[A].${name}\n next n = r.${name}\n }`,
    );
    const stepped = new Stepped(modelOf(text), 1);
    stepped.step([4, 0]);
    expect(stepped.state().n).toBe(1);
    expect(stepped.store(`r_${name}`.replace(/_+/g, '_').replace(/_$/, ''))).toEqual([2]);
  });
});

describe('limits', () => {
  test.each([
    ['agents A[1e9]', 'type-mismatch'],
    ['agents A[1_000_000_000]', 'too-many-agents'],
    ['agents A[0]', 'too-many-agents'],
    ['index I[10_000_000]', 'bad-size'],
    ['state { x: bool[3000, 3000] = false }', 'bad-size'],
    ['state { x: bool[0..1_000_000_000_000] = false }', 'bad-size'],
    ['state { x: bool[5_000_000] = false }', 'bad-size'],
    ['state { x: seq<bool, 10_000_000> = [] }', 'bad-size'],
    ['actions = 0..1_000_000', 'bad-size'],
    ['actions { a: 0..999, b: 0..999 }', 'bad-size'],
    ['horizon 0', 'bad-horizon'],
    ['horizon 2.5', 'type-mismatch'],
    ['discount 1.5', 'bad-discount'],
    ['state { x: 3..1 = 2 }', 'empty-range'],
  ])('%s', (item, expected) => {
    expect(names(game(item))).toEqual([expected]);
  });

  test('sizes come from parameters and constants only', () => {
    expect(names(game('state { n: 1..3 = 1, xs: bool[n] = false }'))).toEqual(['not-constant']);
    expect(names(game('agents P[time]'))).toContain('not-here');
  });

  test('long sums are read, endless ones are refused', () => {
    const long = (length: number): string =>
      game(`state { n: int = ${Array.from({ length }, () => '1').join(' + ')} }`);
    expect(names(long(150))).toEqual([]);
    expect(names(long(20_000))).toEqual(['too-deep']);
  });
});

describe('what a game says', () => {
  test.each([
    ['game G { actions { X } reward = 0 }', ['missing-item']],
    ['game G { agents A reward = 0 }', ['missing-item']],
    ['game G { agents A actions { X } }', ['missing-item']],
    ['game G { agents A actions { X } state { n: 0..1 } reward = n horizon 2 }', ['missing-initial']],
    ['game G { agents A actions { X } state { n: 0..1 = 0 } step { next m = 1 } reward = n horizon 2 }', ['not-state']],
    [
      'game G { agents A actions { X } state { n: 0..1 = 0 } step { next n = 1 next n = 0 } reward = n horizon 2 }',
      ['assigned-twice'],
    ],
    [
      'game G { agents A actions { X } state { n: 0..1 = 0, m: 0..1 = 0 } step { next n = next m next m = 1 } reward = n horizon 2 }',
      ['next-too-early'],
    ],
    [
      'game G { agents A actions { X } state { n: 0..1 = 0 } observe { if action[A] == X then 1 else 0 } reward = n horizon 2 }',
      ['action-unavailable'],
    ],
    ['game G { agents A, B, C actions { X } reward zero_sum A = 1 }', ['zero-sum-agents']],
    ['game G { agents A actions { X } reward = 0 reward[A] = 1 }', ['duplicate-item']],
    ['game G { agents A actions { X } reward = 0 horizon 2 horizon 3 }', ['duplicate-item']],
  ])('%s', (text, expected) => {
    expect(names(`${text}\n`)).toEqual(expected);
  });

  test('legal actions depend on the state', () => {
    const table = tableOf(
      game(
        'agents A',
        'state { n: 0..2 = 0 }',
        'legal Y for p = n > 0',
        'step { next n = if action[A] == X then 1 else 2 }',
        'end when n == 2',
      ),
    );
    const counts = Array.from(
      { length: table.stateCount },
      (_, s) => (table.jointStart[s + 1] as number) - (table.jointStart[s] as number),
    );
    expect(counts).toEqual([1, 2]);
  });

  test('rewards: common, one by one, zero-sum', () => {
    const rewards = (...items: readonly string[]): readonly number[] =>
      new Stepped(modelOf(game(...items)), 1).step([0, 1]).rewards;
    expect(rewards('reward = 2')).toEqual([2, 2]);
    expect(rewards('reward[p] = if action[p] == X then 1 else 5')).toEqual([1, 5]);
    expect(rewards('reward[A] = 3')).toEqual([3, 0]);
    expect(rewards('reward zero_sum B = 3')).toEqual([-3, 3]);
    expect(rewards('state { n: 0..3 = 1 }', 'step { next n = 3 }', 'reward = 10 * n + next n')).toEqual([13, 13]);
  });

  test('a lottery in a cell is fair', () => {
    const table = tableOf('game G { agents A, B actions { X, Y } payoff { X Y\n X: 10|12 0\n Y: (1, 2)|(3, 4) 0 } }\n');
    expect([...table.outcomeProbability].sort()).toEqual([0.5, 0.5, 0.5, 0.5, 1, 1].sort());
  });

  test('an agent that acts needs a legal action', () => {
    const { problem } = enumerate(modelOf(game('agents A', 'legal X, Y for p = time > 5')), { maxStates: 100 });
    expect(problem?.kind).toBe('no-legal-action');
  });
});

import { describe, expect, test } from 'vitest';
import { builtinNames } from '../../compiler/elaborate/calls.ts';
import { compile } from '../../compiler/index.ts';
import { conceptNames } from '../../compiler/requirements/table.ts';
import { builtins } from '../../lsp/builtins.ts';
import { type CompletionItem, complete } from '../../lsp/completion.ts';
import { settingItems } from '../../lsp/completionLearning.ts';
import { algorithmNamed, algorithms } from '../../runtime/learners/catalogue.ts';
import { analysed, memoryDesk, opened } from './desk.ts';

/** Items at the mark that go with what is typed before it, best first. */
function items(text: string, others = {}): readonly CompletionItem[] {
  const { project, sheet, at } = opened(text, others);
  return ranked(complete(project, sheet, at).items);
}

function ranked(all: readonly CompletionItem[]): readonly CompletionItem[] {
  return [...all].sort((a, b) => (a.rank ?? 5) - (b.rank ?? 5));
}

const labels = (text: string, others = {}): readonly string[] => items(text, others).map(item => item.label);

const grid = (line: string): string => `game G(size: int = 4) {
  agents Robot[2], Human
  index Box[3]
  record Cell { row: 0..size-1, col: 0..size-1 }
  enum Mood { Calm, Angry }
  actions { Stay, Go }
  state {
    at: Cell[Robot] = Cell(0, 0)
    mood: Mood = Calm
  }
  ${line}
}
`;

describe('words of the language', () => {
  test('at the start of a file and of a line', () => {
    expect(labels('▮')).toEqual(expect.arrayContaining(['game', 'train', 'solve', 'import', 'mixer', 'network']));
    expect(labels('game A { agents X }\n\ntr▮')).toContain('train');
    expect(labels('game A { agents X }\n\ntr▮')).not.toContain('reward');
  });
  test('inside of a game', () => {
    const inside = labels('game G {\n  agents A, B\n  re▮\n}\n');
    expect(inside).toEqual(
      expect.arrayContaining(['reward (common)', 'reward (each)', 'reward (zero-sum)', 'observe', 'payoff']),
    );
    expect(inside).not.toContain('train');
  });
  test('inside of a training, with what they mean', () => {
    const found = items('train L on G {\n  ▮\n}\n');
    expect(found.map(item => item.label)).toEqual(expect.arrayContaining(['algorithm', 'budget', 'seeds', 'evaluate']));
    expect(found.find(item => item.label === 'budget')?.doc).toMatch(/steps/);
  });
  test('nothing in comments and texts', () => {
    expect(labels('// ga▮')).toEqual([]);
    expect(labels('import "./▮"')).toEqual([]);
  });
});

describe('names', () => {
  test('what is in scope, the nearest first', () => {
    const found = labels(grid('fn f(c: Cell): bool { let down = c.row\n  d▮ }'));
    expect(found.slice(0, 3)).toEqual(expect.arrayContaining(['c', 'down']));
    expect(found).toEqual(expect.arrayContaining(['at', 'mood', 'size', 'Robot', 'Stay', 'Calm', 'sum', 'clamp']));
  });
  test('names of other games and functions are out of sight', () => {
    expect(labels(`game Other { agents A  state { hidden: int = 0 } }\n${grid('reward = ▮')}`)).not.toContain('hidden');
    expect(labels(grid('fn f(secret: int): int = 1\n  reward = ▮'))).not.toContain('secret');
  });
  test('fields behind a dot, by the type of what stands before it', () => {
    expect(labels(grid('reward[r: Robot] = at[r].▮'))).toEqual(['row', 'col']);
    expect(labels(grid('fn f(c: Cell): int = c.▮'))).toEqual(['row', 'col']);
    expect(labels(grid('fn f(c: Cell): Cell = c\n  reward = f(at[Robot[0]]).r▮'))).toEqual(['row', 'col']);
    expect(labels(grid('reward = if mood == Mood.▮'))).toEqual(['Calm', 'Angry']);
  });
  test('a local whose type is only inferred, by the analysis before', async () => {
    const line = (more: string): string =>
      grid(`step { let here = at[Robot[0]]\n    let x = here${more} }\n  reward = 0\n  horizon 3`);
    const { project, sheet, at } = await analysed(line('.▮'), {}, line(''));
    expect(complete(project, sheet, at).items.map(item => item.label)).toEqual(['row', 'col']);
  });
  test('types behind a colon', () => {
    const found = labels(grid('fn f(c: ▮'));
    expect(found).toEqual(expect.arrayContaining(['Cell', 'Mood', 'Robot', 'Box', 'bool', 'int', 'range']));
    expect(found).not.toContain('Stay');
  });
  test('every built-in function is described', () => {
    expect(builtins.map(one => one.name).sort()).toEqual([...new Set(builtinNames())].sort());
  });
});

describe('the library', () => {
  test('imports', () => {
    expect(labels('import ▮')).toEqual(['std']);
    expect(labels('import std.▮')).toEqual(expect.arrayContaining(['games', 'mixers']));
    expect(labels('import std.games.▮')).toContain('Kuhn');
    const braces = labels('import std.games.{Kuhn, ▮}');
    expect(braces).toContain('Foraging');
    expect(braces).not.toContain('Kuhn');
  });
  test('a game of the library brings its import', () => {
    const kuhn = items('train Learn on ▮ {\n}\n').find(item => item.label === 'Kuhn');
    expect(kuhn?.edits).toEqual([{ path: 'main.marl', span: { start: 0, end: 0 }, text: 'import std.games.Kuhn\n' }]);
    expect(kuhn?.doc).toMatch(/Kuhn poker/);
  });
  test('parameters of a game, those that are not given', () => {
    const found = items('import std.games.Foraging\n\ntrain Learn on Foraging(size: 5, ▮) {\n}\n');
    expect(found.map(item => item.label)).toEqual(expect.arrayContaining(['players', 'foods', 'coop']));
    expect(found.map(item => item.label)).not.toContain('size');
    expect(found.find(item => item.label === 'sight')?.doc).toMatch(/How far a player sees/);
  });
});

describe('learning', () => {
  const game =
    'game Pd {\n  agents Row, Column\n  actions { C, D }\n  payoff {\n    C D\n    C: (3, 3) (0, 4)\n    D: (4, 0) (1, 1)\n  }\n}\n\n';
  test('algorithms that fit the game come first, others say why they do not', async () => {
    const whole = `${game}train Learn on Pd {\n  algorithm IQL { }\n  budget 10 steps\n}\n`;
    const { project, sheet, at } = await analysed(whole.replace('IQL', '▮'), {}, whole);
    const found = ranked(complete(project, sheet, at).items);
    const place = (name: string): number => found.findIndex(item => item.label === name);
    expect(place('IQL')).toBeGreaterThanOrEqual(0);
    expect(place('IQL')).toBeLessThan(place('QMIX'));
    expect(place('QMIX')).toBeLessThan(place('MinimaxQ'));
    const minimax = found[place('MinimaxQ')]!;
    expect(minimax.unfit).toBe(true);
    // Prisoner's dilemma is not zero-sum: (3, 3) sums to 6.
    expect(minimax.detail).toMatch(/does not fit; needs rewards that sum to zero/);
  });
  test('settings not given yet, with default, kind and source', () => {
    const found = items('train L on G {\n  algorithm IQL {\n    alpha = 0.1\n    ▮\n  }\n}\n');
    const names = algorithmNamed('IQL')!.settings.map(one => one.name);
    expect(found.map(item => item.label).sort()).toEqual(names.filter(name => name !== 'alpha').sort());
    expect(found[0]?.detail).toMatch(/default/);
  });
  test('what completion puts in for a setting is accepted', () => {
    for (const { name, settings } of algorithms)
      for (const item of settingItems({ settings }, [])) {
        // As an editor that takes what is offered; where nothing is offered the user has to write.
        const line = (item.insert ?? '').replace(/\$\{0:(.*)\}$/, '$1').replaceAll('\\', '');
        if (line.endsWith('$0')) continue;
        const text = `${game}train Learn on Pd {\n  algorithm ${name} { ${line} }\n  budget 10 steps\n}\n`;
        const { diagnostics } = compile(memoryDesk({ 'main.marl': text }).host('main.marl'), 'main.marl');
        // Where an algorithm does not fit the game, its settings are read all the same.
        const bad = diagnostics.filter(({ code, severity }) => severity === 'error' && code !== 'M0609');
        expect(
          bad.map(({ code, message }) => `${code} ${message}`),
          `${name}: ${line}`,
        ).toEqual([]);
      }
  });
  test('what a setting may be', () => {
    expect(labels('train L on G {\n  algorithm QMIX {\n    optimizer = ▮\n  }\n}\n')).toEqual(
      expect.arrayContaining(['adam', 'rmsprop', 'sgd']),
    );
    expect(labels('train L on G {\n  algorithm QMIX {\n    network = ▮\n  }\n}\n')).toEqual(
      expect.arrayContaining(['mlp', 'gru', 'lstm']),
    );
    expect(labels('train L on G {\n  algorithm QMIX {\n    mixer = ▮\n  }\n}\n')).toEqual(
      expect.arrayContaining(['TwoLayer']),
    );
    expect(labels('train L on G {\n  algorithm QMIX {\n    optimizer = adam(▮)\n  }\n}\n')).toEqual(
      expect.arrayContaining(['lr', 'beta1', 'beta2']),
    );
    expect(labels('train L on G {\n  team reward = ▮\n}\n')).toEqual(['sum', 'mean']);
    expect(labels('train L on G {\n  evaluate every 10 steps for 5 episodes ▮\n}\n')).toEqual(['sampled', 'greedy']);
    expect(labels('train L on G {\n  report ▮\n}\n')).toEqual(
      expect.arrayContaining(['max over agents', 'mean per class', 'per agent']),
    );
    expect(labels('train L on G {\n  report per ▮\n}\n')).toEqual(['class', 'agent']);
    expect(labels('train L on G {\n  report max per ▮\n}\n')).toEqual(['class']);
    expect(labels('train L on G {\n  budget 1_000 ▮\n}\n')).toEqual(['steps', 'episodes']);
  });
  test('concepts, methods, objectives, claims', () => {
    expect(labels('solve ▮')).toEqual(expect.arrayContaining(['nash', 'minimax', 'correlated']));
    expect(labels('solve nash of ▮')).toContain('Kuhn');
    expect(labels('solve nash of Kuhn by ▮')).toContain('lemke_howson');
    expect(labels('solve correlated of Kuhn maximizing ▮')).toEqual([
      'welfare',
      'egalitarian',
      'social_cost',
      'entropy',
    ]);
    expect(labels('assert ▮')).toEqual(expect.arrayContaining(['zero_sum', 'states', 'value']));
    expect(labels('game G {\n  assert ▮\n}\n')).toContain('terminating');
  });
});

describe('what the place asks for', () => {
  const trade = (item: string, top = ''): string => `enum Side { Buyer, Seller }
record Order { side: Side, price: 0..9 }
fn flip(s: Side): Side = match s { Buyer => Seller  Seller => Buyer }
game Market {
  agents Trader[2], Maker
  actions { Hold, Accept }
  state {
    book: Order[Trader] = Order(Buyer, 0)
    mood: Side = Buyer
  }
  step {
    let offers = 3
    next mood = flip(mood)
  }
  ${item}
}
${top}
`;
  /** The first items, as many as are expected. */
  const first = (count: number, item: string, top = ''): readonly string[] => labels(trade(item, top)).slice(0, count);

  test('an action behind `legal`, then who', () => {
    expect(labels(trade('legal ▮'))).toEqual(['Hold', 'Accept']);
    expect(labels(trade('legal Accept for ▮'))).toEqual(['p: Trader', 'Maker']);
  });
  test('a state variable behind `next`, no value that `let` gave a name', () => {
    expect(labels(trade('step { next ▮ }'))).toEqual(['book', 'mood']);
  });
  test('values of the type first: behind `=`, behind `==`, in the arms of a match', () => {
    expect(first(2, 'state { x: Side = ▮ }')).toEqual(['Buyer', 'Seller']);
    expect(first(1, 'state { x: Order = ▮ }')).toEqual(['Order']);
    expect(first(2, 'step { next mood = ▮ }')).toEqual(['Buyer', 'Seller']);
    expect(first(2, 'end when mood == ▮')).toEqual(['Buyer', 'Seller']);
    expect(first(2, 'end when action[Maker] == ▮')).toEqual(['Hold', 'Accept']);
    expect(first(2, '', 'fn g(s: Side): int = match s { ▮ }')).toEqual(['Buyer', 'Seller']);
    expect(first(1, '', 'fn g(s: Side): int = match s {\n  Buyer => 1\n  ▮\n}')).toEqual(['Seller']);
    expect(first(2, 'step { let x = match action[Maker] { ▮ } }')).toEqual(['Hold', 'Accept']);
    // Elsewhere what is nearest stays first.
    expect(first(1, 'observe[p: Trader] { ▮ }')).toEqual(['p']);
  });
  test('fields behind `with`', () => {
    expect(labels(trade('step { next book[t: Trader] = book[t] with ▮ }'))).toEqual(['side', 'price']);
  });
  test('a concept, then an agent in a claimed value', () => {
    expect(labels(trade('assert value(▮')).slice().sort()).toEqual([...conceptNames].sort());
    expect(labels(trade('assert value(welfare, ▮'))).toEqual(['Trader', 'Maker']);
  });
  test('a method once, with what it computes', () => {
    const methods = items(trade('', 'solve nash of Market by ▮'));
    expect(methods.filter(one => one.label === 'minimax')).toHaveLength(1);
    expect(methods.find(one => one.label === 'cfr')?.doc).toContain('max(0, R(h, a))');
    expect(labels(trade('', 'solve ▮'))[0]).toBe('nash');
  });
  test('what a sweep may vary', () => {
    const learn = 'train Learn on Market { algorithm IQL budget 10 steps }\n';
    expect(labels(trade('', `${learn}sweep S of Learn { ▮ }`))).toEqual(
      expect.arrayContaining(['algorithm.alpha', 'algorithm.epsilon', 'envs']),
    );
    expect(labels(trade('', `${learn}sweep S of Learn { algorithm.▮ }`))).toContain('alpha');
    const deep = 'train Learn on Market { algorithm IDQN budget 10 steps }\n';
    expect(labels(trade('', `${deep}sweep S of Learn { algorithm.optimizer.▮ }`))).toContain('lr');
  });
  test('settings are described in whole sentences with one stop', () => {
    for (const { name } of algorithms)
      for (const item of settingItems(name, [])) expect(item.doc, `${name} ${item.label}`).not.toMatch(/\.\.(\s|$)/);
  });
  test('whether it fits stands beside an algorithm that nobody looks at closely', async () => {
    const text =
      'import std.games.MatchingPennies\ntrain Learn on MatchingPennies {\n  algorithm ▮\n  budget 10 steps\n}\n';
    const { project, sheet, at } = await analysed(text);
    const found = complete(project, sheet, at).items;
    expect(found.find(one => one.label === 'MinimaxQ')?.aside).toBe('fits');
    // One common reward is what it needs; matching pennies is the opposite.
    expect(found.find(one => one.label === 'QMIX')?.aside).toBe('does not fit');
  });
});

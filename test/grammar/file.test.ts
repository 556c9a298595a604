import { describe, expect, test } from 'vitest';
import type { Declaration } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';
import { showExpr } from './show.ts';

function declaration<K extends Declaration['kind']>(kind: K, text: string): Declaration & { kind: K } {
  const { ast, errors } = parse(text);
  expect(errors).toEqual([]);
  const found = ast.declarations[0];
  if (found?.kind !== kind) throw new Error(`not ${kind}: ${found?.kind}`);
  return found as Declaration & { kind: K };
}

describe('imports', () => {
  test('of one name, of several, and of a file', () => {
    expect(declaration('Import', 'import std.games.Kuhn')).toMatchObject({
      from: { path: [{ text: 'std' }, { text: 'games' }] },
      names: [{ text: 'Kuhn' }],
    });
    expect(declaration('Import', 'import std.games.{Kuhn, Leduc,}')).toMatchObject({
      from: { path: [{ text: 'std' }, { text: 'games' }] },
      names: [{ text: 'Kuhn' }, { text: 'Leduc' }],
    });
    expect(declaration('Import', 'import "./mine.marl"')).toMatchObject({
      from: { file: './mine.marl', fileSpan: { start: 7, end: 20 } },
      names: undefined,
    });
  });
});

describe('solve', () => {
  test('takes its clauses in any order', () => {
    const solve = declaration(
      'Solve',
      'solve Best: correlated of G(k: -3) maximizing welfare for 10_000 iterations by cfr_plus',
    );
    expect(solve).toMatchObject({
      name: { text: 'Best' },
      concept: { text: 'correlated' },
      of: { path: [{ text: 'G' }], args: [{ name: { text: 'k' } }] },
      method: { text: 'cfr_plus' },
      iterations: { kind: 'Number', text: '10000' },
      maximizing: { text: 'welfare' },
    });
  });

  test('needs only a concept and a game', () => {
    expect(declaration('Solve', 'solve nash of Kuhn\nsolve pure of Kuhn')).toMatchObject({
      name: undefined,
      concept: { text: 'nash' },
      method: undefined,
      iterations: undefined,
      maximizing: undefined,
    });
  });
});

describe('train', () => {
  test('has every clause', () => {
    const { name, of, clauses } = declaration(
      'Train',
      `train Lbf on Foraging(size: 8) {
        team reward = sum
        algorithm QMIX { lr = 5e-4 }
        budget 2_000_000 steps
        envs 64
        seeds 1..5
        evaluate every 50_000 steps for 100 episodes
        stop when return >= 0.95
      }`,
    );
    expect([name.text, of.path[0]?.text]).toEqual(['Lbf', 'Foraging']);
    expect(clauses).toMatchObject([
      { kind: 'TeamReward', how: { text: 'sum' } },
      { kind: 'Algorithm', name: { text: 'QMIX' }, settings: [{ name: { text: 'lr' } }] },
      { kind: 'Budget', amount: { value: { text: '2000000' }, unit: { text: 'steps' } } },
      { kind: 'Envs', count: { text: '64' } },
      { kind: 'Seeds', seeds: { kind: 'Range' } },
      {
        kind: 'Evaluate',
        every: { unit: { text: 'steps' } },
        episodes: { value: { text: '100' }, unit: { text: 'episodes' } },
      },
      { kind: 'Stop', metric: { text: 'return' }, op: '>=', value: { text: '0.95' } },
    ]);
  });

  test('settings are values, quantities or schedules', () => {
    const { clauses } = declaration(
      'Train',
      `train T on G {
        algorithm A {
          network = gru(64)
          mixer   = TwoLayer(embed: 32)
          replay  = 5_000 episodes
          warmup  = n episodes
          explore = epsilon 1.0 -> 0.05 over 50_000 steps
          anneal  = 1 -> 1/10 over 2 * n steps
          heat    = softmax start -> 0.1 over 3 episodes
          steps   = steps
        }
      }`,
    );
    const algorithm = clauses[0];
    const settings = algorithm?.kind === 'Algorithm' ? algorithm.settings : [];
    const shown = settings.map(({ name, value }) => {
      if (value.kind === 'Value') return `${name.text} = ${showExpr(value.value)}`;
      if (value.kind === 'Quantity')
        return `${name.text} = ${showExpr(value.quantity.value)} ${value.quantity.unit.text}`;
      const over = `${showExpr(value.over.value)} ${value.over.unit.text}`;
      return `${name.text} = ${value.label?.text ?? '-'}: ${showExpr(value.from)} -> ${showExpr(value.to)} over ${over}`;
    });
    expect(shown).toEqual([
      'network = gru(64)',
      'mixer = TwoLayer(embed: 32)',
      'replay = 5000 episodes',
      'warmup = n episodes',
      'explore = epsilon: 1.0 -> 0.05 over 50000 steps',
      'anneal = -: 1 -> (1 / 10) over (2 * n) steps',
      'heat = softmax: start -> 0.1 over 3 episodes',
      'steps = steps',
    ]);
  });

  test('an algorithm may do without settings', () => {
    expect(declaration('Train', 'train T on G { algorithm VDN budget 5 episodes }').clauses).toMatchObject([
      { kind: 'Algorithm', settings: [] },
      { kind: 'Budget' },
    ]);
  });
});

describe('the other declarations', () => {
  test('sweep', () => {
    expect(
      declaration('Sweep', 'sweep S of T { algorithm.optimizer.lr in [1e-4, 1e-3]  seeds in 1..3 }'),
    ).toMatchObject({
      name: { text: 'S' },
      of: { text: 'T' },
      axes: [
        { path: [{ text: 'algorithm' }, { text: 'optimizer' }, { text: 'lr' }], values: { kind: 'List' } },
        { path: [{ text: 'seeds' }], values: { kind: 'Range' } },
      ],
    });
  });

  test('assert', () => {
    expect(declaration('Assert', 'assert value(minimax, First) == -1/18 within 1e-9 of Kuhn')).toMatchObject({
      claim: { kind: 'Binary', op: '==' },
      within: { kind: 'Number', text: '1e-9' },
      of: { path: [{ text: 'Kuhn' }] },
    });
    expect(declaration('Assert', 'assert zero_sum of Kuhn')).toMatchObject({
      claim: { kind: 'NameExpr' },
      within: undefined,
    });
  });

  test('mixer', () => {
    const mixer = declaration(
      'Mixer',
      'mixer M(embed: int = 32) { w = abs(hyper([agents, embed]))  total = dot(q, w) } monotonic\nmixer N { total = q }',
    );
    expect(mixer.params[0]?.name.text).toBe('embed');
    expect(mixer.bindings.map(one => [one.name.text, showExpr(one.value)])).toEqual([
      ['w', 'abs(hyper([agents, embed]))'],
      ['total', 'dot(q, w)'],
    ]);
    expect(mixer.claims.map(one => one.text)).toEqual(['monotonic']);
  });

  test('enum, record and constant', () => {
    expect(declaration('Enum', 'enum Card { Jack, Queen, King }').members.map(one => one.text)).toEqual([
      'Jack',
      'Queen',
      'King',
    ]);
    expect(
      declaration('Record', 'record Cell { row: 0..3, col: 0..3 depth: bool }').fields.map(one => one.name.text),
    ).toEqual(['row', 'col', 'depth']);
    const constant = declaration('Const', 'let total: int = 3 * foods');
    expect([constant.type?.kind, showExpr(constant.value)]).toEqual(['NamedType', '(3 * foods)']);
  });
});

describe('documentation', () => {
  test('belongs to the declaration, field or parameter that follows', () => {
    const { ast } = parse(`/// About the file.

/// A game
///   in two lines.
game G(
  /// How large.
  size: int = 3, other: bool
) {
  state {
    /// Where.
    at: 0..3
    plain: bool /// dangling
  }
  /// Cells.
  record Cell { /// The row.
    row: 0..2, col: 0..2 }
}
// not documentation
solve nash of G
//// four slashes are documentation that begins with a slash
solve pure of G`);
    const [game, nash, pure] = ast.declarations;
    if (game?.kind !== 'Game' || nash?.kind !== 'Solve' || pure?.kind !== 'Solve')
      throw new Error('lost a declaration');
    expect(game.doc).toBe('A game\n  in two lines.');
    expect(game.params.map(one => one.doc)).toEqual(['How large.', undefined]);
    const [state, cell] = game.items;
    expect(state?.kind === 'State' && state.fields.map(one => one.doc)).toEqual(['Where.', undefined]);
    expect(cell?.kind === 'Record' && [cell.doc, ...cell.fields.map(one => one.doc)]).toEqual([
      'Cells.',
      'The row.',
      undefined,
    ]);
    expect(nash.doc).toBeUndefined();
    expect(pure.doc).toBe('/ four slashes are documentation that begins with a slash');
  });
});

describe('white space', () => {
  test('a byte order mark, tabs, no-break spaces and Windows line breaks separate words and nothing else', () => {
    const { ast, errors } = parse('\ufefflet\tx\u00a0=\r\n1\r\n/* a\r\n comment */let y = 2');
    expect(errors).toEqual([]);
    expect(ast.declarations).toHaveLength(2);
    expect(ast.declarations[0]?.span).toEqual({ start: 1, end: 11 });
  });

  test('an empty file is a program', () => {
    expect(parse('')).toMatchObject({ ast: { declarations: [] }, errors: [] });
    expect(parse('// nothing')).toMatchObject({ ast: { declarations: [] }, errors: [] });
  });
});

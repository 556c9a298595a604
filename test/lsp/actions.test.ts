import { describe, expect, test } from 'vitest';
import { compile } from '../../compiler/index.ts';
import { type Action, actions } from '../../lsp/actions.ts';
import { analysed, edited, memoryDesk } from './desk.ts';

interface Offered {
  readonly text: string;
  readonly list: readonly Action[];
  after(title: string | RegExp): string;
}

async function offered(source: string): Promise<Offered> {
  const { project, sheet, at } = await analysed(source);
  const program = compile(memoryDesk({ 'main.marl': sheet.text }).host('main.marl'), 'main.marl');
  const list = actions(project, sheet, { start: at, end: at }, program.diagnostics);
  return {
    text: sheet.text,
    list,
    after(title) {
      const found = list.find(one => (typeof title === 'string' ? one.title === title : title.test(one.title)));
      if (found === undefined)
        throw new Error(`not offered: ${title}; there are ${list.map(one => one.title).join(' | ')}`);
      return edited(sheet.text, found.edits);
    },
  };
}

function errors(text: string): readonly string[] {
  return compile({ ...memoryDesk({ 'main.marl': text }).host('main.marl') }, 'main.marl')
    .diagnostics.filter(one => one.severity === 'error')
    .map(one => one.name);
}

const game = (item: string): string => `game G {
  agents A, B
  actions { Up, Down, Stay }
  state { at: 0..3 = 0 }
${item}
  reward = at
  horizon 3
}
`;

describe('repairs', () => {
  test('every fix of a diagnostic is offered where it stands, and repairs it', async () => {
    const found = await offered('let speed = 1\nlet twice = 2 * spe▮ad\n');
    expect(found.list[0]).toMatchObject({ kind: 'quickfix', preferred: true });
    expect(errors(found.text)).toEqual(['unknown-name']);
    expect(errors(found.after('Replace by `speed`'))).toEqual([]);
  });
});

describe('what people write next', () => {
  test('missing arms of a match', async () => {
    const found = await offered(game('  fn move(a: Action): int = match a {\n    Up => 1▮\n    Down => -1\n  }'));
    expect(errors(found.text)).not.toEqual([]);
    const after = found.after('Add the missing arm Stay');
    expect(after).toContain('    Down => -1\n    Stay => -1\n  }');
    expect(errors(after)).toEqual([]);
  });
  test('a match that is complete is left alone', async () => {
    const found = await offered(game('  fn move(a: Action): int = match a { Up => 1▮  _ => 0 }'));
    expect(found.list.some(one => one.title.includes('missing'))).toBe(false);
  });
  test('the rest of a payoff table', async () => {
    const found = await offered(
      'game Pd {\n  agents Row, Column\n  actions { C, D }\n  payoff {\n    C\n    C: (3▮, 3)\n  }\n}\n',
    );
    const after = found.after('Complete the payoff table');
    expect(after).toContain('C  D\n    C: (3, 3)  (0, 0)\n    D: (0, 0)  (0, 0)\n');
    expect(errors(after)).toEqual([]);
  });
  test('an algorithm that fits, without the settings it does not know', async () => {
    const found = await offered(
      'import std.games.Kuhn\n\ntrain T on Kuhn {\n  algorithm QM▮IX {\n    mixer = TwoLayer\n    gamma = 0.9\n  }\n  budget 10 steps\n}\n',
    );
    expect(errors(found.text)).toContain('does-not-fit');
    const after = found.after('Use IQL, which fits');
    expect(after).toContain('algorithm IQL {\n    gamma = 0.9\n  }');
    expect(errors(after)).toEqual([]);
  });
  test('a variable that nobody observes', async () => {
    const none = await offered(game('').replace('at: 0..3', 'a▮t: 0..3'));
    expect(errors(none.after('Let everyone observe at'))).toEqual([]);
    const some = await offered(
      'game G {\n  agents P[2]\n  actions { X, Y }\n  state { le▮vel: (0..3)[P] = 0  day: 0..3 = 0 }\n  observe[p: P] { day }\n  reward = 0\n  horizon 2\n}\n',
    );
    expect(some.after('Observe level')).toContain('observe[p: P] { day, level[p] }');
  });
  test('legality, known values, parameters', async () => {
    const legal = await offered(game('').replace('{ Up', '{ ▮Up'));
    expect(legal.after('Say when Up is legal')).toContain('\n  legal Up for p = true');
    expect(errors(legal.after('Say when Up is legal'))).toEqual([]);
    const known = await offered(game('').replace('game G', 'game ▮G'));
    const asserted = known.after('Assert what is known of this game');
    expect(asserted).toContain('  assert common_reward\n');
    expect(errors(asserted)).toEqual([]);
    const number = await offered(game('').replace('horizon 3', 'horizon ▮3'));
    expect(number.after('Make 3 a parameter')).toContain('game G(size: int = 3) {');
    expect(number.after('Make 3 a parameter')).toContain('horizon size');
    expect(errors(number.after('Make 3 a parameter'))).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { codes } from '../../cli/codes.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import { compile } from '../../compiler/index.ts';
import { type Action, actions } from '../../lsp/actions.ts';
import { analysed, edited, memoryDesk, opened } from './desk.ts';

interface Offered {
  readonly text: string;
  readonly list: readonly Action[];
  after(title: string | RegExp): string;
}

/** What is offered at a mark, or for what stands between two. */
async function offered(source: string): Promise<Offered> {
  const { project, sheet, at, marks } = await analysed(source);
  const program = compile(memoryDesk({ 'main.marl': sheet.text }).host('main.marl'), 'main.marl');
  const list = actions(project, sheet, { start: at, end: marks[1] ?? at }, program.diagnostics);
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

/** All of a listed game that can be compared: states, transitions, rewards, observations. */
function listing(text: string, name = 'G'): string {
  const { model } = compile({ ...memoryDesk({ 'main.marl': text }).host('main.marl') }, 'main.marl').instantiate(
    name,
    new Map(),
  );
  if (model === undefined) throw new Error(`no game: ${errors(text).join(', ')}`);
  const { game } = enumerate(model, { maxStates: 10_000 });
  if (game === undefined) throw new Error('it cannot be listed');
  return JSON.stringify(game, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? [...(value as Int32Array)] : typeof value === 'bigint' ? `${value}` : value,
  );
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

test('of every example of a diagnostic, every fix is offered, and takes one complaint away', () => {
  let fixes = 0;
  for (const { code, example } of codes()) {
    const { project, sheet } = opened(example);
    const { diagnostics } = compile(memoryDesk({ 'main.marl': example }).host('main.marl'), 'main.marl');
    for (const one of diagnostics.filter(found => found.code === code)) {
      const list = actions(project, sheet, { start: one.at.span.start, end: one.at.span.start }, diagnostics);
      for (const fix of one.fixes) {
        const action = list.find(found => found.kind === 'quickfix' && found.title === fix.title);
        expect(action?.repairs?.code, `${code}: ${fix.title}`).toBe(code);
        const after = edited(example, action?.edits ?? []);
        const left = compile(memoryDesk({ 'main.marl': after }).host('main.marl'), 'main.marl').diagnostics;
        const count = (list: typeof left): number => list.filter(found => found.code === code).length;
        expect(count(left), `${code}: ${fix.title}`).toBeLessThan(count(diagnostics));
        fixes++;
      }
    }
  }
  expect(fixes).toBeGreaterThan(15);
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

describe('arms of a match', () => {
  const titles = async (source: string): Promise<readonly string[]> =>
    (await offered(source)).list.map(one => one.title).filter(title => title.includes('arm'));
  const arms = (type: string, text: string): string =>
    `enum Side { In, Out }\ngame G {\n  agents A\n  actions { X, Y }\n  state { at: ${type} }\n  reward = match at {\n${text}\n  }\n  horizon 2\n}\n`;
  test('of a condition, of a range with holes, of pairs', async () => {
    const bool = await offered(arms('bool = true', '    true => 1▮'));
    expect(errors(bool.after('Add the missing arm false'))).toEqual([]);
    const range = await offered(arms('0..9 = 0', '    0 | 9 => 1▮\n    2..6 => 2'));
    const after = range.after('Add 3 missing arms');
    expect(after).toContain('    2..6 => 2\n    1 => 2\n    7 => 2\n    8 => 2\n');
    expect(errors(after)).toEqual([]);
    const pair = await offered(arms('(Side, bool) = (In, true)', '    (In, _) => 1▮\n    (Out, true) => 2'));
    expect(errors(pair.after('Add the missing arm (Out, false)'))).toEqual([]);
  });
  test('of an imported enum', async () => {
    const { project, sheet, at } = await analysed('import "./lib.marl"\nfn f(s: Side): int = match s { In => 1▮ }\n', {
      'lib.marl': 'enum Side { In, Out, Between }\n',
    });
    const [first] = actions(project, sheet, { start: at, end: at }, []);
    expect(first?.title).toBe('Add 2 missing arms');
    expect(edited(sheet.text, first?.edits ?? [])).toContain('In => 1 Out => 1  Between => 1 ');
  });
  test('the rest, where the values are too many to be written', async () => {
    const many = await offered(arms('0..99 = 0', '    0 => 1▮'));
    expect(errors(many.text)).toEqual(['match-incomplete']);
    expect(errors(many.after('Add an arm for the rest'))).toEqual([]);
    expect(await titles(arms('0..99 = 0', '    0..99 => 1▮'))).toEqual([]);
  });
});

describe('payoff tables', () => {
  const table = (head: string, rows: string): string => `game G {\n  ${head}\n  payoff {\n${rows}\n  }\n}\n`;
  test('of three agents, as profiles', async () => {
    const three = await offered(table('agents P[3]\n  actions { C, D }', '    (C, C, C): (▮2, 2, 2)'));
    const after = three.after('Complete the payoff table');
    expect(after).toContain('(C, C, C): (2, 2, 2)\n    (C, C, D): (0, 0, 0)\n');
    expect(after.match(/^ {4}\(/gm)).toHaveLength(8);
    expect(errors(after)).toEqual([]);
  });
  test('of numbered actions', async () => {
    const after = (await offered(table('agents A, B\n  actions = 0..2', '    0 1\n    0: (1, 1)▮ (2, 2)'))).after(
      'Complete the payoff table',
    );
    expect(after).toContain('0  1  2\n    0: (1, 1)  (2, 2)  (0, 0)\n    1: ');
    expect(errors(after)).toEqual([]);
  });
  test('none that would lose a comment, and none for a full table', async () => {
    const head = 'agents A, B\n  actions { C, D }';
    const titles = async (rows: string): Promise<readonly string[]> =>
      (await offered(table(head, rows))).list.map(one => one.title);
    expect(await titles('    C D\n    // why\n    C: (1, 1)▮ (2, 2)')).not.toContain('Complete the payoff table');
    expect(await titles('    C D\n    C: (1, 1)▮ (2, 2)\n    D: (1, 1) (2, 2)')).not.toContain(
      'Complete the payoff table',
    );
  });
});

const chase = (reward: string, more = ''): string => `game G {
  agents Wolf[2], Hare
  actions { Go, Stay }
  state {
    at: (0..3)[agents] = 0
    tired: bool = false
  }
  step {
    let goal[p: agents] = if action[p] == Go and not tired then min(at[p] + 1, 3) else at[p]
    next at[p: agents] = goal[p]
    next tired = goal[Hare] == 2
  }
  ${reward}
  horizon 3
${more}}
`;

describe('one reward for a team', () => {
  test('in a training of agents that are paid apart', async () => {
    const program = `${chase('reward[p: agents] = if at[p] == 3 then 1 else ord(p) / 8')}
train T on G {
  algorithm I▮QL { }
  budget 10 steps
}
`;
    const found = await offered(program);
    const after = found.after('Let the agents share the sum of their rewards');
    expect(after).toContain('  team reward = sum\n  algorithm IQL');
    expect(errors(after)).toEqual([]);
    const team = await offered(after.replace('algorithm IQL', 'algorithm I▮QL'));
    expect(team.list.map(one => one.title)).not.toContain('Let the agents share the sum of their rewards');
  });
  test('in a game: everybody gets what the equations gave them together', async () => {
    const found = await offered(chase('rew▮ard[w: Wolf] = if at[w] == at[Hare] then 1 else 0\n  reward[Hare] = -1'));
    const after = found.after('Pay every agent the sum of all rewards');
    expect(after).toContain('reward = sum(if at[w] == at[Hare] then 1 else 0 for w in Wolf) + (-1)\n  horizon');
    expect(errors(after)).toEqual([]);
    const all = await offered(chase('rew▮ard[p: agents] = ord(p)'));
    expect(all.after('Pay every agent the sum of all rewards')).toContain('reward = sum(ord(p) for p in agents)');
    expect(errors(all.after('Pay every agent the sum of all rewards'))).toEqual([]);
  });
});

describe('taking something out', () => {
  const same = async (source: string, call: string): Promise<string> => {
    const found = await offered(source);
    const after = found.after('Extract into a function');
    expect(after).toContain(call);
    expect(errors(after)).toEqual([]);
    expect(listing(after)).toBe(listing(found.text));
    return after;
  };
  const reward = 'reward[p: agents] = if at[p] == 3 then 1 else 0';
  test('an expression of the state, of a binder, of an action, of a `let`', async () => {
    const after = await same(chase('reward[p: agents] = if ▮at[p] == 3▮ then 1 else 0'), 'if extracted(p) then');
    expect(after).toContain('  fn extracted(p: agents) = at[p] == 3\n  reward[p: agents]');
    const step = chase(reward);
    const chosen = step.replace('if action[p] == Go and not tired then', 'if ▮action[p] == Go and not tired▮ then');
    expect(await same(chosen, 'if extracted(action[p]) then')).toContain(
      'fn extracted(chosen: Action) = chosen == Go and not tired\n  step {',
    );
    await same(step.replace('goal[Hare] == 2', '▮goal[Hare] == 2▮'), 'next tired = extracted(goal[Hare])');
    await same(step.replace('min(at[p] + 1, 3)', '▮min(at[p] + 1, 3)▮'), 'then extracted(p) else');
  });
  test('what a fold binds stays inside, what it is given goes in', async () => {
    const fold = chase('reward[p: agents] = ▮sum(1 for w in Wolf if at[w] == at[p] and w != p)▮');
    await same(fold, 'reward[p: agents] = extracted(p)');
    const inner = chase('reward[p: agents] = sum(if ▮at[w] == at[p] and w != p▮ then 1 else 0 for w in Wolf)');
    expect(await same(inner, 'if extracted(')).toMatch(/fn extracted\(w: Wolf, p: agents\)/);
  });
  test('above the comments of the item, and under a name that is free', async () => {
    const commented = chase(
      '/// Near.\n  // Always.\n  reward[p: agents] = if ▮at[p] == 3▮ then 1 else 0',
      '  fn extracted(p: agents): int = at[p]\n',
    );
    expect(await same(commented, 'if extracted2(p)')).toContain('fn extracted2(p: agents) = at[p] == 3\n  /// Near.');
  });
  test('no function of a piece, of a distribution, or of what everybody does', async () => {
    const titles = async (source: string): Promise<readonly string[]> =>
      (await offered(source)).list.map(one => one.title);
    const not = expect.not.arrayContaining(['Extract into a function']);
    expect(await titles(chase('reward[p: agents] = 1 - ▮at[p] + 2▮'))).toEqual(not);
    expect(await titles(chase(reward).replace('goal[Hare] == 2', '▮goal[Ha▮re] == 2'))).toEqual(not);
    const drawn = chase(reward).replace('next tired = goal[Hare] == 2', 'next tired ~ ▮bernoulli(1/2)▮');
    expect(await titles(drawn)).toEqual(not);
    const everybody = chase('reward = ▮sum(1 for p in agents if action[p] == Go)▮');
    expect(await titles(everybody)).toEqual(not);
  });
  test('numbers of games and networks, with the type that their place asks for', async () => {
    const chance = await offered(
      chase(reward).replace('next tired = goal[Hare] == 2', 'next tired ~ bernoulli(0▮.25)'),
    );
    expect(chance.after('Make 0.25 a parameter')).toContain('game G(rate: prob = 0.25) {');
    expect(errors(chance.after('Make 0.25 a parameter'))).toEqual([]);
    expect(listing(chance.after('Make 0.25 a parameter'))).toContain('0.25');
    const more = await offered(
      chase(reward).replace('game G {', 'game G(long: int = 3) {').replace('(0..3)', '(0..▮3)'),
    );
    expect(more.after('Make 3 a parameter')).toContain('game G(long: int = 3, size: int = 3)');
    const network = await offered('network Wide = mlp(6▮4, 64, tanh)\n');
    expect(network.after('Make 64 a parameter')).toBe('network Wide(size: int = 64) = mlp(size, 64, tanh)\n');
    expect(errors(network.after('Make 64 a parameter'))).toEqual([]);
    const claim = await offered(`${chase(reward, '  assert states >= 2▮\n')}`);
    expect(claim.list.map(one => one.title)).not.toContain('Make 2 a parameter');
  });
});

describe('legality and observations of classes', () => {
  test('of one class, of one agent', async () => {
    const two = (mark: string): string =>
      'game G {\n  agents Wolf[2], Hare\n  actions[Wolf] { Run, Eat }\n  actions[Hare] { Hide, Hop }\n  reward = 0\n  horizon 1\n}\n'.replace(
        mark,
        `▮${mark}`,
      );
    const wolf = (await offered(two('Eat'))).after('Say when Eat is legal');
    expect(wolf).toContain('legal Eat for p: Wolf = true');
    expect(errors(wolf)).toEqual([]);
    const hare = (await offered(two('Hop'))).after('Say when Hop is legal');
    expect(hare).toContain('legal Hop for Hare = true');
    expect(errors(hare)).toEqual([]);
  });
  test('every observation is asked for by name', async () => {
    const source = chase('reward = 0\n  observe[w: Wolf] { at[w] }\n  observe[Hare] { at[Hare] }').replace(
      'tired:',
      'ti▮red:',
    );
    const found = await offered(source);
    expect(errors(found.after('Observe tired by Wolf'))).toEqual([]);
    expect(found.after('Observe tired by Hare')).toContain('observe[Hare] { at[Hare], tired }');
  });
});

describe('repairing a whole file', () => {
  test('every mistake with one repair, in one change', async () => {
    const found = await offered('let speed = 1\nlet twice = 2 * spe▮ad\nlet thrice = 3 * sped\n');
    const all = found.list.find(one => one.kind === 'source.fixAll');
    expect(all?.title).toBe('Repair all 2 that have one repair');
    expect(errors(edited(found.text, all?.edits ?? []))).toEqual([]);
  });
});

/** A game stepped by hand: what each agent sees, undo, chance that repeats, and a program that changes while it is played. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Stepped } from '../../compiler/game/stepped.ts';
import { compile } from '../../compiler/index.ts';
import { type Answer, gameOfProgram, type Order, Table, type View } from '../../lsp/vscode/table.ts';
import { memoryHost } from '../support/memory-host.ts';

const signals = `game Signals {
  agents Scout, Digger
  actions = 0..2
  state {
    treasure: 0..2
    flag: 0..2 = 0
    raised: bool = false
  }
  init { treasure ~ uniform(0..2) }
  turn = if raised then Digger else Scout
  step {
    next flag = if raised then flag else action[turn]
    next raised = true
    let dug = raised
  }
  reward = if dug and action[turn] == treasure then 1 else 0
  end when dug
  observe[Scout] { treasure }
  observe[Digger] { flag, raised }
}
`;
const pennies = `game Pennies {
  agents Even, Odd
  actions { Heads, Tails }
  payoff {
             Heads     Tails
    Heads:  (1, -1)   (-1, 1)
    Tails:  (-1, 1)   (1, -1)
  }
}
`;

function modelOf(text: string, game = '') {
  const model = gameOfProgram(compile(memoryHost({ 'g.marl': text }), 'g.marl'), game);
  if ('problem' in model) throw new Error(model.problem);
  return model;
}

function shown(found: ReturnType<Table['move']>): View {
  if ('problem' in found) throw new Error(found.problem);
  return found;
}

test('each agent sees what it observes and no more', () => {
  const table = new Table(modelOf(signals), 5);
  const view = table.view();
  const treasure = /treasure\s+(\d)/.exec(view.state)?.[1];
  expect(treasure).toBeDefined();
  expect(view.seats.map(seat => seat.acts)).toEqual([true, false]);
  expect(view.seats[0]?.sees.join()).toContain(treasure);
  expect(view.seats[1]?.sees.join()).not.toContain('treasure');
  expect(view.seats[0]?.legal.map(({ name }) => name)).toEqual(['0', '1', '2']);
  expect(view.seats[1]?.legal).toEqual([]);

  const told = shown(table.move({ kind: 'step', choices: [{ action: 2, reals: [] }, undefined] }));
  expect(told.seats[1]?.sees.join(' ')).toMatch(/flag\s+2/);
  const dug = shown(table.move({ kind: 'step', choices: [undefined, { action: Number(treasure), reals: [] }] }));
  expect(dug.ended).toBe('terminated');
  // A common reward: both are paid.
  expect(dug.seats.map(({ reward, total }) => [reward, total])).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(dug.taken.map(({ actions }) => actions.map(({ agent, action }) => `${agent} ${action}`))).toEqual([
    ['Scout 2'],
    [`Digger ${treasure}`],
  ]);
  expect(table.move({ kind: 'step', choices: [] })).toHaveProperty('problem');
});

test('undo gives back the moment before, and what is left to chance comes out the same again', () => {
  const table = new Table(modelOf(pennies), 3);
  const start = table.view();
  const once = shown(table.move({ kind: 'step', choices: [{ action: 0, reals: [] }, undefined] }));
  expect(once.taken[0]?.actions.map(({ byChance }) => byChance)).toEqual([false, true]);
  expect(shown(table.move({ kind: 'undo' }))).toEqual(start);
  expect(shown(table.move({ kind: 'step', choices: [{ action: 0, reals: [] }, undefined] }))).toEqual(once);
  expect(shown(table.move({ kind: 'undo' }))).toEqual(start);
  // At the beginning there is nothing to take back.
  expect(shown(table.move({ kind: 'undo' }))).toEqual(start);
});

test('seeds and episodes are those of every other reading', () => {
  const model = modelOf(signals);
  const table = new Table(model, 11);
  for (let episode = 0; episode < 6; episode++) {
    const stepped = new Stepped(model, 11);
    if (episode > 0) stepped.reset(episode);
    const view = episode === 0 ? table.view() : shown(table.move({ kind: 'next' }));
    expect(view.episode).toBe(episode);
    expect(view.state).toBe(stepped.print());
    expect(shown(table.move({ kind: 'restart' })).state).toBe(stepped.print());
  }
  expect(shown(table.move({ kind: 'restart', seed: 4 }))).toMatchObject({ seed: 4, time: 0 });
});

test('an action that is not there is refused, and the game stays as it was', () => {
  const table = new Table(modelOf(pennies), 1);
  const before = table.view();
  expect(table.move({ kind: 'step', choices: [{ action: 7, reals: [] }] })).toEqual({
    problem: 'The actions of Even are numbered 0..1, but 7 was given.',
  });
  expect(table.view()).toEqual(before);
});

test('real actions have names and bounds, and numbers outside are refused', () => {
  const table = new Table(
    modelOf(
      'game Push {\n  agents A\n  actions { force: real[2] in -1..1 }\n  state { x: real in -9..9 = 0 }\n' +
        '  step { next x = clamp(x + action[A].force[0], -9, 9) }\n  reward = x\n  horizon 5\n}\n',
    ),
    1,
  );
  expect(table.view().seats[0]?.reals).toEqual([
    { name: 'force[0]', low: -1, high: 1 },
    { name: 'force[1]', low: -1, high: 1 },
  ]);
  expect(table.move({ kind: 'step', choices: [{ action: 0, reals: [2, 0] }] })).toHaveProperty('problem');
  const moved = shown(table.move({ kind: 'step', choices: [{ action: 0, reals: [0.5, 0] }] }));
  expect(moved.taken[0]?.actions[0]?.action).toBe('(0.5 0)');
  expect(moved.state).toMatch(/x\s+0\.5/);
});

test('the game is played again where the program changes, by the names of the actions', () => {
  const table = new Table(modelOf(pennies), 1);
  shown(
    table.move({
      kind: 'step',
      choices: [
        { action: 1, reals: [] },
        { action: 0, reals: [] },
      ],
    }),
  );
  // The actions have changed places, and Odd is paid more.
  const turned = pennies.replace('{ Heads, Tails }', '{ Tails, Heads }').replace('Tails:  (-1, 1)', 'Tails:  (-1, 5)');
  const again = shown(
    table.reload(modelOf(turned.replace(/ {13}Heads {5}Tails\n( +Heads.*\n)( +Tails.*\n)/, ' Heads Tails\n$1$2'))),
  );
  expect(again.taken[0]?.actions.map(({ action }) => action)).toEqual(['Tails', 'Heads']);
  expect(again.taken[0]?.rewards).toEqual([-1, 5]);
  expect(again.note).toContain('played again');
  // An action that is gone ends what can be played again.
  const gone = shown(table.reload(modelOf(pennies.replaceAll('Tails', 'Edge'))));
  expect(gone.taken).toEqual([]);
  expect(gone.note).toContain('1 of 1');
});

test('a program that gives no game is told, not thrown', () => {
  const found = (text: string, game: string) => gameOfProgram(compile(memoryHost({ 'g.marl': text }), 'g.marl'), game);
  expect(found(pennies, 'Nothing')).toEqual({ problem: 'This file declares no game `Nothing`.' });
  expect(found('', '')).toEqual({ problem: 'This file declares no game.' });
  expect(found('game {', '')).toHaveProperty('problem');
  expect(found(pennies.replace('(1, -1)   (-1, 1)', '(1, -1)'), 'Pennies')).toHaveProperty('problem');
});

test('a table in a process of its own, with the text that stands in the editor', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'marl-table-'));
  const path = join(folder, 'g.marl');
  writeFileSync(path, 'game Old { agents A actions { X } }');
  const table = fork(join(import.meta.dirname, '../../cli/playProcess.ts'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ask = (order: Order): Promise<Answer> =>
    new Promise((resolve, reject) => {
      table.once('message', answer => resolve(answer as Answer));
      table.once('exit', code => reject(new Error(`left with ${code}`)));
      table.send(order);
    });
  try {
    const opened = await ask({ id: 7, kind: 'open', path, game: 'Pennies', seed: 2, texts: { [path]: pennies } });
    expect(opened).toMatchObject({ id: 7, found: { game: 'Pennies', seed: 2, ended: 'running' } });
    const stepped = await ask({
      id: 8,
      kind: 'move',
      move: {
        kind: 'step',
        choices: [
          { action: 0, reals: [] },
          { action: 0, reals: [] },
        ],
      },
    });
    expect(stepped).toMatchObject({ id: 8, found: { ended: 'terminated', seats: [{ total: 1 }, { total: -1 }] } });
    const broken = await ask({
      id: 9,
      kind: 'open',
      path,
      game: 'Pennies',
      seed: 2,
      texts: { [path]: 'game Pennies {' },
    });
    expect(broken.found).toHaveProperty('problem');
    // The table of before is still there.
    expect((await ask({ id: 10, kind: 'move', move: { kind: 'undo' } })).found).toMatchObject({ time: 0 });
  } finally {
    table.removeAllListeners('exit');
    table.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
});

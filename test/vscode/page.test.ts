/** Panels: nothing of a program becomes markup or script, and nothing that a panel sends is taken on trust. */
import { expect, test } from 'vitest';
import { framePage, showScript } from '../../lsp/vscode/page.ts';
import type { Seat, View } from '../../lsp/vscode/table.ts';
import { received, tableMarkup, tableScript } from '../../lsp/vscode/tablePage.ts';

const seat: Seat = {
  label: 'A',
  acts: true,
  legal: [
    { action: 0, name: 'Stay' },
    { action: 2, name: 'Go' },
  ],
  reals: [],
  sees: ['at  3'],
  reward: undefined,
  total: 0,
};
const view: View = {
  game: 'Corridor',
  parameters: 'length = 5',
  seed: 1,
  episode: 0,
  time: 0,
  ended: 'running',
  state: 'at  3',
  seats: [seat, { ...seat, label: 'B' }],
  taken: [],
  note: undefined,
};

test('the frame lets in nothing but its own style and script', () => {
  const page = framePage('Play <x>', 'abc123', tableScript);
  expect(page).toContain(
    `content="default-src &#39;none&#39;; style-src &#39;nonce-abc123&#39;; script-src &#39;nonce-abc123&#39;"`,
  );
  expect(page).toContain('<title>Play &lt;x&gt;</title>');
  expect(page.match(/<script/g)).toHaveLength(1);
  // The scripts are JavaScript.
  for (const script of [showScript, tableScript]) expect(() => new Function(script)).not.toThrow();
});

test('a game of one step at a time is played by a click, a joint one by a button', () => {
  const joint = tableMarkup(view);
  expect(joint).toContain('data-at-once="false"');
  expect(joint).toContain('data-move="step"');
  expect(joint).toContain('everybody acts at once');
  expect(joint.match(/type="radio"/g)).toHaveLength(4);
  expect(joint).toContain('id="a0-2" value="2">Go');

  const single = tableMarkup({ ...view, seats: [seat, { ...seat, label: 'B', acts: false, legal: [] }] });
  expect(single).toContain('data-at-once="true"');
  expect(single).toContain('to act: A');
  expect(single).not.toContain('data-move="step"');
});

test('many actions are a list, real ones are fields with their bounds', () => {
  const legal = Array.from({ length: 40 }, (_, action) => ({ action, name: `N${action}` }));
  expect(tableMarkup({ ...view, seats: [{ ...seat, legal }] })).toContain('<select');
  const reals = [
    { name: 'force', low: -1, high: 1 },
    { name: 'turn', low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  ];
  const real = tableMarkup({ ...view, seats: [{ ...seat, legal: [{ action: 0, name: '' }], reals }] });
  expect(real).toContain('min="-1" max="1"');
  expect(real).not.toContain('Infinity');
  expect(real).not.toContain('radio');
});

test('the end of an episode offers the next one', () => {
  const over = tableMarkup({
    ...view,
    ended: 'truncated',
    time: 3,
    seats: [{ ...seat, acts: false, legal: [], reward: 2, total: 5 }],
  });
  expect(over).toContain('the horizon has cut the game after 3 steps');
  expect(over).toContain('data-move="next"');
  expect(over).not.toContain('data-move="random"');
  expect(over).toContain('reward 2 · return 5');
});

test('a move that was refused says why above the game as it was', () => {
  expect(tableMarkup({ problem: 'No <way>.' })).toContain('No &lt;way&gt;.');
  const both = tableMarkup({ problem: 'No way.' }, view);
  expect(both.indexOf('No way.')).toBeLessThan(both.indexOf('Corridor'));
  expect(both).toContain('Corridor');
});

test('names are text', () => {
  const evil = '<img src=x onerror=alert(1)>"';
  const shown = tableMarkup({
    ...view,
    game: evil,
    state: evil,
    note: evil,
    seats: [{ ...seat, label: evil, sees: [evil], legal: [{ action: 0, name: evil }], acts: true }],
    taken: [{ actions: [{ agent: evil, action: evil, byChance: true }], rewards: [1] }],
  });
  expect(shown).not.toContain('<img');
});

test('what a panel sends is checked', () => {
  expect(received({ kind: 'ready' })).toEqual({ kind: 'ready' });
  expect(received({ kind: 'move', move: { kind: 'undo', more: 1 } })).toEqual({ kind: 'move', move: { kind: 'undo' } });
  const step = { kind: 'step', choices: [{ action: 1, reals: ['0.5'] }, null, { action: 'x', reals: [] }, 7] };
  expect(received({ kind: 'move', move: step })).toEqual({
    kind: 'move',
    move: { kind: 'step', choices: [{ action: 1, reals: [0.5] }, undefined, undefined, undefined] },
  });
  expect(received({ kind: 'move', move: { kind: 'restart', seed: -1 } })).toEqual({
    kind: 'move',
    move: { kind: 'restart' },
  });
  for (const wrong of [
    null,
    3,
    'ready',
    {},
    { kind: 'move' },
    { kind: 'move', move: { kind: 'step' } },
    { kind: 'move', move: { kind: 'rm' } },
  ])
    expect(received(wrong)).toBeUndefined();
});

/** Messages are parts of actions, so that they are computed by policies and may carry only what the speaker may read. */
import { expect, test } from 'vitest';
import { program } from '../support/memory-host.ts';

const world = `game Guide {
  agents Speaker, Listener
  actions[Speaker] { say: 0..1, wave: bool }
  actions[Listener] { Left, Right }
  state { goal: bool, at: 0..2 = 1, said: 0..1 = 0 }
  init { goal ~ bernoulli(0.5) }
  step {
    next said = action[Speaker].say
    next at   = if action[Listener] == Left then max(at - 1, 0) else min(at + 1, 2)
  }
  reward = if (next at == 2) == goal then 1 else 0
  observe[Speaker] { goal }
  observe[Listener] { at, said }
  horizon 4
}
`;
const trained = (...clauses: readonly string[]): string =>
  `${world}train T on Guide {\n  algorithm IQL\n  budget 100 steps\n${clauses.map(c => `  ${c}\n`).join('')}}\n`;
const refused = (text: string): readonly string[] =>
  program(text).diagnostics.flatMap(d =>
    d.name === 'hidden-input' ? [text.slice(d.at.span.start, d.at.span.end)] : [],
  );

test('the speaker may say what it sees, and the listener may read what it was told', () => {
  const text = trained('policy[Speaker] reads { goal, last_action }', 'policy[Listener] reads { at, said == 1 }');
  expect(program(text).diagnostics.filter(d => d.severity === 'error')).toEqual([]);
  const model = program(text).trains[0]?.instantiate(new Map()).model;
  // The last message is a part of the last action: 2 x 2 of them.
  expect(model?.classes.map(cls => cls.observation.length)).toEqual([5, 2]);
});

test('the listener may not read past the message', () => {
  expect(refused(trained('policy[Listener] reads { at, said, goal }'))).toEqual(['goal']);
});

test('the speaker may not say what it cannot see: its message is made by its policy', () => {
  expect(refused(trained('policy[Speaker] reads { goal, at }'))).toEqual(['at']);
  // Even what it said itself is forgotten where nothing shows it.
  expect(refused(trained('policy[Speaker] reads { goal, said }'))).toEqual(['said']);
});

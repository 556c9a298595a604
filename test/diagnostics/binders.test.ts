/** A misspelt agent in brackets is no variable for everybody. */
import { expect, test } from 'vitest';
import { program } from '../support/memory-host.ts';

const heist = (...items: readonly string[]): string => `game Heist {
  agents Thief, Guard[2]
  actions { Go, Stay }
  state { loot: bool, seen: 0..3 = 0 }
  init { loot ~ bernoulli(0.5) }
  step { next seen = if action[Thief] == Go then 1 else 0 }
  ${items.join('\n  ')}
  horizon 3
}
`;
const plain = 'reward[p: agents] = if loot then 1 else 0';
const shown = 'observe[p: agents] { seen }';

const told = (source: string): readonly string[] =>
  program(source).diagnostics.map(({ at, name, remedy }) => {
    const text = source.slice(at.span.start, at.span.end);
    return `${name} ${text}: ${remedy ?? ''}`;
  });

const trained = (clause: string): string =>
  `${heist(plain, shown)}train T on Heist {\n  algorithm CentralQ\n  budget 100 steps\n  ${clause}\n}\n`;

test.each([
  ['observe', heist(plain, 'observe[Theif] { loot }'), 'Theif'],
  ['observe, in lower case', heist(plain, 'observe[thief] { loot }'), 'thief'],
  ['reward', heist('reward[Theif] = if loot then 1 else 0', shown), 'Theif'],
  ['legal', heist(plain, shown, 'legal Go for Theif = seen < 2'), 'Theif'],
  ['active', heist(plain, shown, 'active[Theif] = seen < 2'), 'Theif'],
  ['policy', trained('policy[Theif] reads { seen }'), 'Theif'],
  ['critic', trained('critic[Theif] reads { seen }'), 'Theif'],
])('%s: an error that suggests the agent', (_, source, name) => {
  expect(told(source)).toEqual([`unknown-name ${name}: Did you mean \`Thief\`?`]);
  const fixed = source.replace(name, 'Thief');
  const [fix] = program(source).diagnostics.flatMap(d => d.fixes);
  expect(fix?.edits[0]?.text).toBe('Thief');
  expect(told(fixed).filter(line => line.startsWith('unknown-name'))).toEqual([]);
});

test('a class of several agents needs a name for the one that is meant', () => {
  expect(told(heist(plain, 'observe[Guard] { loot }'))).toEqual(['unknown-name Guard: Did you mean `p: Guard`?']);
  expect(told(heist(plain, 'observe[g: Guard] { loot }'))).toEqual([]);
});

test('capitals are for agents where all classes have them', () => {
  expect(told(heist(plain, 'observe[Somebody] { loot }'))).toEqual([
    'unknown-name Somebody: Known here: Thief, Guard, and `p: agents` for all.',
  ]);
});

test('a name that the clause does not use is a warning', () => {
  const source = heist(plain, 'observe[holder] { loot }');
  expect(told(source).map(line => line.split(':')[0])).toEqual(['for-all holder']);
  expect(told(source.replace('[holder]', '[holder: agents]'))).toEqual([]);
});

test.each([
  ['a letter', heist('reward[p] = if loot and p == Thief then 1 else 0', 'observe[p] { seen }')],
  ['a word that is used', heist('reward[self] = if loot and self == Thief then 1 else 0', shown)],
  [
    'one class',
    'game G {\n  agents Player[2]\n  actions { X, Y }\n  reward[player] = if action[player] == X then 1 else 0\n}\n',
  ],
])('variables stay: %s', (_, source) => {
  expect(told(source)).toEqual([]);
});

test('the agents of a repeated game have their names in `policy reads`', () => {
  const repeated = (who: string): string => `game Stage {
  agents Row, Column
  actions { X, Y }
  reward[p: agents] = if action[Row] == action[Column] then 1 else 0
}
game Often = repeated(Stage, rounds: 3)
train T on Often {
  algorithm IQL
  budget 100 steps
  policy[${who}] reads { observation, last_action }
}
`;
  const program1 = program(repeated('Row'));
  expect(program1.diagnostics.filter(d => d.severity === 'error' && d.name === 'unknown-name')).toEqual([]);
  expect(told(repeated('Rwo')).join('\n')).toContain('unknown-name Rwo: Did you mean `Row`?');
});

test('a fold with a condition says how to do without', () => {
  const source = heist('reward[p: agents] = max(seen for b in agents if b != p)', shown);
  expect(told(source)[0]).toContain('Write `max(if b != p then seen else LOW for b in agents)`');
});

test('an equation for a misspelt agent or name is not one for all of them', () => {
  const chase = (left: string, right: string): string => `enum Light { Red, Green }
game Chase {
  agents Thief, Guard[2]
  actions { Go, Stay }
  state { at: (0..4)[agents] = 2, timer: (0..9)[Light] = 9 }
  step {
    next at[${left}] = 0
    next timer[${right}] = 0
  }
  reward[p: agents] = at[p]
  horizon 3
}
`;
  expect(told(chase('Theif', 'k'))).toEqual(['unknown-name Theif: Did you mean `Thief`?']);
  expect(told(chase('p', 'Gren'))).toEqual(['unknown-name Gren: Did you mean `Green`?']);
  expect(told(chase('Anyone', 'k'))).toEqual([
    'unknown-name Anyone: Known here: Thief, Guard, and `p: agents` for all.',
  ]);
  expect(told(chase('p', 'k'))).toEqual([]);
  expect(told(chase('Thief', 'Green'))).toEqual([]);
});

/**
 * Random games against a listing that knows nothing of effects: an accepted input never differs between two states that look alike to
 * its agent, and of a refused one the two states are real.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { program, tableOf } from '../support/memory-host.ts';

const bits = ['a', 'b', 'c'] as const;
/** What can be said of the state from the place of agent `p`. */
const atoms = [...bits, 'v[p]', 'v[other(p)]', 'v[A]', 'twice(a)', 'mixed(p)', 'len(s)'] as const;
const folds = [
  'sum(v[q] for q in agents)',
  'sum(v[q] for q in agents if q != p)',
  'count(v[q] == a for q in agents)',
] as const;

const expressions: fc.Arbitrary<string> = fc.letrec<{ e: string }>(tie => ({
  e: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<string>(...atoms, ...folds, '1'),
    fc.tuple(tie('e'), fc.constantFrom('+', '-', '*'), tie('e')).map(([x, op, y]) => `(${x} ${op} ${y})`),
    fc.tuple(tie('e'), tie('e'), tie('e')).map(([c, x, y]) => `(if ${c} > 0 then ${x} else ${y})`),
    tie('e').map(x => `abs(${x})`),
    tie('e').map(x => `(0 - ${x})`),
  ),
})).e;

const parts = fc.oneof(
  expressions,
  fc.constantFrom('s', 'v', 'onehot(a)', 'onehot(v[p])', '[v[q] for q in agents if v[q] > 0]'),
);

const worlds = fc.record({
  observed: fc.array(parts, { minLength: 1, maxLength: 3 }),
  inputs: fc.array(parts, { minLength: 1, maxLength: 3 }),
  next: fc.tuple(expressions, expressions, expressions),
  drawn: fc.constantFrom('a', 'b', 'c'),
});

function gameText(seen: readonly string[], next: readonly string[], drawn: string): string {
  const steps = bits.map((name, k) =>
    `next ${name} = clamp(${next[k]}, 0, 2)`
      .replaceAll('[p]', '[B]')
      .replaceAll('(p)', '(B)')
      .replaceAll('!= p', '!= B'),
  );
  return `game G {
  agents A, B
  actions { X, Y }
  state { a: 0..2 = 0, b: 0..2 = 1, c: 0..2 = 2, v: (0..2)[agents] = 0, s: seq<0..1, 2> = [] }
  init { ${drawn} ~ uniform(0..2) }
  fn twice(x: int): int = 2 * x
  fn mixed(p: agents): int { let y = v[p] + b  y * y }
  step {
    ${steps.join('\n    ')}
    next v[p: agents] = if action[p] == X then min(v[p] + 1, 2) else v[p]
    next s = if action[A] == X and len(s) < 2 then s + [if a > 0 then 1 else 0] else s
  }
  reward = a
  observe[p: agents] { ${seen.join(', ')} }
  discount 0.9
}
`;
}

/** Two states of the same time that an agent cannot tell apart in one listing and can in the other. */
function apart(seen: TabularGame, asked: TabularGame): boolean {
  // Long enough for the sets of states that occur at one time to repeat: the games forget in a few steps.
  let level = [...seen.initialStates];
  for (let time = 0; time < 40; time++) {
    if (apartAmong(seen, asked, level)) return true;
    level = [...new Set(level.flatMap(state => successors(seen, state)))];
  }
  return false;
}

function successors(game: TabularGame, state: number): readonly number[] {
  const [from, to] = [game.jointStart[state] as number, game.jointStart[state + 1] as number];
  return [...game.outcomeState.slice(game.outcomeStart[from], game.outcomeStart[to])].filter(next => next >= 0);
}

function apartAmong(seen: TabularGame, asked: TabularGame, states: readonly number[]): boolean {
  for (let agent = 0; agent < 2; agent++) {
    const known = new Map<number, number>();
    for (const state of states) {
      const key = seen.observation[state * 2 + agent] as number;
      const value = asked.observation[state * 2 + agent] as number;
      const before = known.get(key);
      if (before === undefined) known.set(key, value);
      else if (before !== value) return true;
    }
  }
  return false;
}

test('an input is accepted if and only if it is a function of what its agent observes', () => {
  const counts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(worlds, ({ observed, inputs, next, drawn }) => {
      const base = gameText(observed, next, drawn);
      const text = `${base}train T on G {\n  algorithm IQL\n  budget 10 steps\n  policy[p: agents] reads {\n${inputs.map(i => `    ${i}`).join(',\n')}\n  }\n}\n`;
      const { diagnostics } = program(text);
      const refused = diagnostics.filter(d => d.name === 'hidden-input');
      expect(
        diagnostics
          .filter(d => d.severity === 'error' && d.name !== 'hidden-input' && d.name !== 'endless-training')
          .map(d => d.message),
      ).toEqual([]);
      const seen = tableOf(base);
      const states = Array.from({ length: seen.stateCount }, (_, state) => seen.describeState(state));
      inputs.forEach((input, k) => {
        const from = text.indexOf('reads {') + inputs.slice(0, k).reduce((n, i) => n + i.length + 6, 8) + 4;
        const diagnostic = refused.find(d => d.at.span.start >= from && d.at.span.end <= from + input.length);
        // The listing of a game that shows this input alone has the same states in the same order.
        const asked = tableOf(gameText([input], next, drawn));
        expect(diagnostic !== undefined, `${input} of { ${observed.join(', ')} }\n${base}`).toBe(apart(seen, asked));
        counts[diagnostic === undefined ? 'accepted' : 'refused']++;
        if (diagnostic === undefined) return;
        const witness = /in the states (.+) and (.+) (A|B) sees the same/.exec(diagnostic.message);
        const agent = witness?.[3] === 'B' ? 1 : 0;
        const [x, y] = [states.indexOf(witness?.[1] ?? ''), states.indexOf(witness?.[2] ?? '')];
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(seen.observation[x * 2 + agent]).toBe(seen.observation[y * 2 + agent]);
        expect(asked.observation[x * 2 + agent]).not.toBe(asked.observation[y * 2 + agent]);
      });
    }),
    { numRuns: 50, seed: 20_240 },
  );
  expect(counts.accepted).toBeGreaterThan(20);
  expect(counts.refused).toBeGreaterThan(20);
});

/** What policies may read: verdicts, paths, witnesses and repairs of the cases. */
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { game, modelOf, program, tableOf } from '../support/memory-host.ts';
import { type Case, cases } from './cases.ts';

function textOf({ items, reads, algorithm = 'IQL' }: Case): string {
  const clauses = reads.map(line => `  ${line}\n`).join('');
  return `${game(...items)}train T on G {\n  algorithm ${algorithm}\n  budget 100 steps\n${clauses}}\n`;
}

const at = (text: string, { span }: Diagnostic['at']): string => text.slice(span.start, span.end);

/** The two states that a message shows. */
function statesOf(message: string): readonly [string, string] {
  const match = /: in the states (.+) and (.+) \S+ sees the same/.exec(message);
  // States hold no ` and `, so the split is the only one.
  return [match?.[1] ?? '', match?.[2] ?? ''];
}

describe.each(cases)('$name', one => {
  const text = textOf(one);
  const found = program(text).diagnostics.filter(d => d.name !== 'may-not-fit');

  test(one.refused.length === 0 ? 'accepted' : 'refused', () => {
    expect(found.filter(d => d.severity !== 'error').map(d => d.message)).toEqual([]);
    expect(found.map(d => d.name)).toEqual(one.refused.map(() => 'hidden-input'));
    one.refused.forEach((expected, k) => {
      const diagnostic = found[k] as Diagnostic;
      expect(at(text, diagnostic.at)).toBe(expected.input);
      expect(diagnostic.message).toContain(`depends on ${expected.hidden}, and `);
      expect(diagnostic.related.map(({ at: place }) => at(text, place))).toEqual(expected.path);
    });
  });

  if (one.refused.length > 0)
    test('the witness is two states that exist and look alike', () => {
      found.forEach((diagnostic, k) => {
        if (one.refused[k]?.undecided) {
          expect(diagnostic.message).toContain('is not known, because');
          return;
        }
        const [first, second] = statesOf(diagnostic.message);
        expect(first).not.toBe('');
        expect(first).not.toBe(second);
        const alone = game(...one.items);
        if (!modelOf(alone).finite) return;
        const table = tableOf(alone);
        const all = Array.from({ length: table.stateCount }, (_, state) => table.describeState(state));
        const agent = table.agents.indexOf(/(\S+) sees the same/.exec(diagnostic.message)?.[1] ?? '');
        const [a, b] = [all.indexOf(first), all.indexOf(second)];
        expect(Math.min(a, b, agent)).toBeGreaterThanOrEqual(0);
        const n = table.agents.length;
        expect(table.observation[a * n + agent]).toBe(table.observation[b * n + agent]);
      });
    });

  test('what is offered repairs it', () => {
    for (const diagnostic of found)
      for (const fix of diagnostic.fixes) {
        let repaired = text;
        for (const { span, text: replacement } of [...fix.edits].sort((a, b) => b.span.start - a.span.start))
          repaired = repaired.slice(0, span.start) + replacement + repaired.slice(span.end);
        const left = program(repaired).diagnostics.filter(d => d.name !== 'may-not-fit' && d.name !== 'central-policy');
        expect(left.filter(d => d.message === diagnostic.message).map(d => d.message)).toEqual([]);
        expect(left.length, repaired).toBeLessThan(found.length);
      }
    for (const diagnostic of found) expect(diagnostic.fixes[0]?.title).toBe('Observe it in `G`');
  });
});

test('half of the cases are refused', () => {
  const refused = cases.filter(one => one.refused.length > 0).length;
  expect(cases.length).toBeGreaterThanOrEqual(25);
  expect(refused * 2).toBeGreaterThanOrEqual(cases.length - 1);
});

describe('what the training is given', () => {
  const items = [
    'state { at: (0..2)[agents] = 0 }',
    'step { next at[p: agents] = if action[p] == X then 1 else 2 }',
    'observe[p: agents] { at[p] }',
  ];
  const lengths = (text: string): readonly number[] => {
    const compiled = program(text);
    expect(compiled.diagnostics.filter(d => d.severity === 'error').map(d => d.message)).toEqual([]);
    const model = compiled.trains[0]?.instantiate(new Map()).model;
    return model?.classes.map(cls => cls.observation.length) ?? [];
  };
  const trained = (algorithm: string, ...clauses: readonly string[]): string =>
    `${game(...items)}train T on G {\n  algorithm ${algorithm}\n  budget 100 steps\n${clauses.join('\n')}}\n`;

  test('the inputs stand in the place of the observation', () => {
    expect(lengths(trained('IQL'))).toEqual([1, 1]);
    expect(lengths(trained('IQL', 'policy[p: agents] reads { at[p], at[p] == 1, last_action }'))).toEqual([4, 4]);
    expect(lengths(trained('IQL', 'policy reads { observation, observation }'))).toEqual([1, 1]);
  });

  test('a class that no clause names keeps its observation', () => {
    expect(lengths(trained('IQL', 'policy[A] reads { at[A], 1, 2 }'))).toEqual([3, 1]);
  });

  test('a central value reads its part beside what the policy reads', () => {
    expect(lengths(trained('CentralQ', 'critic reads { state }'))).toEqual([3, 3]);
    expect(lengths(trained('CentralQ', 'policy reads { }', 'critic reads { state }'))).toEqual([2, 2]);
  });

  test('the game itself is left as it is', () => {
    const model = modelOf(trained('IQL', 'policy reads { last_action }'));
    expect(model.state.map(store => store.name)).toEqual(['at']);
  });

  test('a sweep trains on the same inputs', () => {
    const text = `${trained('IQL', 'policy reads { last_action }')}sweep S of T { algorithm.alpha in [0.1, 0.2] }\n`;
    const [run] = program(text).sweeps[0]?.runs ?? [];
    expect(run?.instantiate(new Map()).model?.classes.map(cls => cls.observation.length)).toEqual([2, 2]);
  });
});

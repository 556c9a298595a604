/**
 * Small games with the facts that must come out, written in their doc comments: `/// proved PROPERTY: part of how`, `/// refuted
 * PROPERTY: part of the witness`, `/// unknown PROPERTY: part of why`. Every witness with a play is played again and its two
 * sides are measured anew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { type Fact, type Facts, type PropertyName, propertyNames } from '../../compiler/properties/base.ts';
import { factsOf, isProperty } from '../../compiler/properties/facts.ts';
import { confirm } from './confirm.ts';
import { programOf } from './support.ts';

const folder = join(import.meta.dirname, 'corpus');

interface Expected {
  readonly status: Fact['status'];
  readonly property: PropertyName;
  readonly text: string;
}

interface Case {
  readonly name: string;
  readonly model: GameModel;
  readonly facts: Facts;
  readonly expected: readonly Expected[];
}

function expectedOf(doc: string): readonly Expected[] {
  return doc
    .trim()
    .split('\n')
    .map(line => {
      const [, status, property = '', text = ''] = /^\s*(proved|refuted|unknown) (\w+)(?:: (.*))?$/.exec(line) ?? [];
      if (!isProperty(property)) throw new Error(`no expectation: ${line}`);
      return { status: status as Fact['status'], property, text };
    });
}

const cases: readonly Case[] = readdirSync(folder)
  .filter(file => file.endsWith('.marl'))
  .sort()
  .flatMap(file => {
    const program = programOf(readFileSync(join(folder, file), 'utf8'));
    return program.games.map(({ name, doc }) => {
      const { model } = program.instantiate(name, new Map());
      if (model === undefined) throw new Error(`${name} does not compile`);
      const { game, problem } = enumerate(model, { maxStates: 20_000, maxOutcomes: 2_000 });
      const listed = game === undefined ? { game, why: problem.message, problem } : { game };
      return { name, model, facts: factsOf(model, listed, { search: 'thorough' }), expected: expectedOf(doc ?? '') };
    });
  });

for (const { name, model, facts, expected } of cases)
  describe(name, () => {
    test.each(expected.map(e => [`${e.status} ${e.property}`, e] as const))('%s', (_, { status, property, text }) => {
      const fact = facts[property];
      const shown = fact.status === 'proved' ? fact.how : fact.status === 'refuted' ? fact.witness.text : fact.why;
      expect(`${fact.status}: ${shown}`).toMatch(new RegExp(`^${status}: `));
      expect(shown).toContain(text);
    });

    test('every witness with a play is a case', () => {
      for (const property of propertyNames) {
        const fact = facts[property];
        if (fact.status === 'refuted') confirm(model, property, fact.witness);
      }
    });
  });

test('the corpus is large, and half of it is refuted', () => {
  const all = cases.flatMap(one => one.expected);
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(cases.filter(one => one.expected.some(e => e.status === 'refuted')).length).toBeGreaterThanOrEqual(
    cases.length / 2,
  );
  // Every property is proved of some game and refuted of another, but for the one that holds by the meaning of the language.
  for (const property of propertyNames) {
    expect(
      all.some(e => e.property === property && e.status === 'proved'),
      property,
    ).toBe(true);
    if (property !== 'perfect_recall')
      expect(
        all.some(e => e.property === property && e.status === 'refuted'),
        property,
      ).toBe(true);
  }
});

/** Checks a witness from outside: its play is replayed and what it claims is measured on what the replay shows. */
import { expect } from 'vitest';
import type { GameModel } from '../../compiler/game/model.ts';
import type { PropertyName, Witness } from '../../compiler/properties/base.ts';
import { type Replayed, replay, replayPlace } from '../../compiler/properties/replay.ts';

/** Fails unless a witness with a play is a case against the property. */
export function confirm(model: GameModel, property: PropertyName, witness: Witness): void {
  const what = `${property} of ${model.name}: ${witness.text}`;
  expect(witness.text, what).toMatch(/^[A-Z\p{L}].*[.)]$/su);
  if (witness.play === undefined) return;
  const here = played(replay(model, witness), what);
  const there =
    witness.other === undefined ? undefined : played(replayPlace(model, witness.other), `${what} (the other place)`);
  const sums = (one: Replayed): number[] =>
    one.outcomes.map(({ rewards }) => sum(Object.values(rewards).map(numberIn)));
  switch (property) {
    case 'zero_sum':
      expect(
        sums(here).some(s => Math.abs(s) > 1e-9),
        what,
      ).toBe(true);
      near(witness.sides?.left.value, sums(here), what);
      return;
    case 'constant_sum': {
      const other = sums(there as Replayed);
      near(witness.sides?.left.value, sums(here), what);
      near(witness.sides?.right.value, other, what);
      expect(numberIn(witness.sides?.left.value ?? ''), what).not.toBe(numberIn(witness.sides?.right.value ?? ''));
      return;
    }
    case 'common_reward':
      expect(
        here.outcomes.some(
          ({ rewards }) => new Set(Object.values(rewards).map(value => numberIn(value).toPrecision(14))).size > 1,
        ),
        what,
      ).toBe(true);
      return;
    case 'turn_based':
      expect(here.acting.length, what).toBeGreaterThan(1);
      return;
    case 'simultaneous':
      expect(here.acting.length, what).toBeLessThan(model.agents.length);
      return;
    case 'deterministic':
      if (witness.jointAction === undefined) expect(there?.state, what).not.toBe(here.state);
      else if (witness.play.drawn === undefined) expect(here.outcomes.length, what).toBeGreaterThan(1);
      return;
    case 'legal_action':
    case 'well_formed_chance':
      expect(here.broken, what).toBeDefined();
      return;
    case 'perfect_information':
      if (there === undefined) expect(here.acting.length, what).toBeGreaterThan(1);
      else alike(here, there, what);
      return;
    case 'distinguishing':
      alike(here, there as Replayed, what);
      return;
    case 'terminating':
      expect(
        here.outcomes.every(({ reached }) => reached !== 'the end'),
        what,
      ).toBe(true);
      return;
    default:
      // What these compare spans several joint actions; their soundness has tests of its own.
      return;
  }
}

/** Two different states that some agent who acts in both sees alike. */
function alike(here: Replayed, there: Replayed, what: string): void {
  expect(here.state, what).not.toBe(there.state);
  const same = here.acting.filter(
    agent =>
      there.acting.includes(agent) && JSON.stringify(here.observed[agent]) === JSON.stringify(there.observed[agent]),
  );
  expect(same.length, what).toBeGreaterThan(0);
}

function played(found: ReturnType<typeof replay>, what: string): Replayed {
  if ('failed' in found) expect.fail(`${what}\n${found.failed}`);
  return found;
}

function near(claimed: string | undefined, found: readonly number[], what: string): void {
  const value = numberIn(claimed ?? '');
  expect(
    found.some(one => Math.abs(one - value) <= 1e-8 * Math.max(1, Math.abs(value))),
    `${what}: ${claimed} among ${found.join(', ')}`,
  ).toBe(true);
}

/** `1/3`, `-2`, `0.5` */
export function numberIn(text: string): number {
  const [over = '', under = '1'] = text.split('/');
  return Number(over) / Number(under);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

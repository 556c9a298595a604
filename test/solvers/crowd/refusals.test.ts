/** Games with neighbours that are no crowds say why, and what to write instead. */
import { describe, expect, it } from 'vitest';
import { whyNot } from './support.ts';

interface Parts {
  readonly n?: number;
  readonly state?: string;
  readonly init?: string;
  readonly step?: string;
  readonly reward?: string;
  readonly rest?: string;
}

/** Agents in a row with a bit, two actions, and whoever stands beside them. */
function row({
  n = 8,
  state = '',
  init = 'x[p: W] ~ bernoulli(1/4)',
  step = 'next x[p: W] = action[p] == B',
  reward = '0',
  rest = '',
}: Parts): string {
  return `
game Row {
  agents W[${n}]
  actions { A, B }
  state { x: bool[W] ${state} }
  init { ${init} }
  fn left(p: W): W = W((ord(p) + ${n - 1}) % ${n})
  fn beside(p: W, q: W): bool = abs(ord(p) - ord(q)) == 1
  fn all_but(p: W, q: W): bool = abs(ord(p) - ord(q)) > 0
  step { ${step} }
  reward[p: W] = ${reward}
  ${rest}
  horizon 3
}`;
}

describe('what is no crowd of neighbours is said, with what to change', () => {
  it.each<readonly [string, Parts, readonly string[]]>([
    [
      'the ends of a line',
      { reward: 'count(x[q] for q in W if beside(p, q))' },
      ['W[1] reads 2 others and W[0] one other', 'as on a ring or a torus'],
    ],
    [
      'one whom all look at',
      { reward: 'if x[W(if ord(p) == 0 then 1 else 0)] then 1 else 0' },
      ['W[1] is read by one other and W[0] by 7 others', 'neighbours of as many'],
    ],
    [
      'a leader like everybody else but for itself',
      { reward: 'if x[W(0)] then 1 else 0' },
      ['W[1] reads one other and W[0] no other'],
    ],
    [
      'agents that differ',
      { reward: '(if x[left(p)] then 1 else 0) * ord(p)' },
      ['W[1] is not like W[0]: the rules tell agents of W apart'],
    ],
    [
      'too many met one by one',
      { n: 20, reward: 'if count(x[q] for q in W if all_but(p, q)) > 3 then 1 else 0' },
      [
        'A step of W[0] may go in more than 20000 ways',
        'it reads `x` of all 19 others, one by one',
        'let a sum over all agents treat them alike',
      ],
    ],
    [
      'too much of a few',
      {
        n: 8,
        state: ', at: (0..199)[W] = 0',
        reward: 'if at[left(p)] + at[left(left(p))] + at[left(left(left(p)))] > 3 then 1 else 0',
      },
      ['more than 20000 ways', 'it reads `at` of 3 others, one by one: let it meet fewer, or read less of each'],
    ],
    [
      'a variable of all, with a place for each of as many',
      { state: ', spot: bool[0..7] = false', reward: 'if spot[ord(p)] then 1 else 0' },
      ['`spot` belongs to no agent', 'write `spot: T[W]`'],
    ],
    ['a variable of all', { state: ', storm: bool = false' }, ['`storm` belongs to no agent']],
    [
      'chance for all',
      { step: 'let storm ~ bernoulli(1/2)\n next x[p: W] = x[left(p)] and not storm' },
      ['`storm` is drawn once for all agents', 'write `storm[p: W] ~ ...`'],
    ],
    [
      'chance of another',
      { step: 'let luck[p: W] ~ bernoulli(1/2)\n next x[p: W] = luck[left(p)]' },
      ['`luck` is made in the step for each agent and read of another', "out of the other's variables and action"],
    ],
    [
      'what becomes of another by chance',
      { step: 'next x[p: W] ~ bernoulli(1/2)', reward: 'if next x[left(p)] then 1 else 0' },
      ['`next x` of another agent is read, and depends on chance', 'read `x`, which is its value before the step'],
    ],
    [
      'what becomes of another by its own neighbours',
      { step: 'next x[p: W] = x[left(p)]', reward: 'if next x[left(p)] then 1 else 0' },
      ['`next x` of another agent is read, and depends on whom that agent meets'],
    ],
    [
      'what becomes of another, in the step',
      {
        state: ', y: bool[W] = false',
        step: 'next x[p: W] = action[p] == B\n next y[p: W] = next x[left(p)]',
        reward: 'if next y[p] then 1 else 0',
      },
      ['`next x` of W[7] is read in the step itself', 'or read it in the reward'],
    ],
    [
      'a start that others have a part in',
      { state: ', y: bool[W] = false', init: 'x[p: W] ~ bernoulli(1/4)\n y[p: W] = x[left(p)]' },
      ['The first state of an agent depends on the others'],
    ],
    [
      'choices that others allow',
      { rest: 'legal B for p = x[left(p)]' },
      ['What an agent may do depends on the others'],
    ],
    [
      'a state that is not seen and matters',
      { reward: 'if x[p] and x[left(p)] then 1 else 0', rest: 'observe[p: W] { x[left(p)] }' },
      ['x = false and x = true look alike to it, and it does not get the same there', 'observe what tells them apart'],
    ],
    [
      'an end for all',
      { rest: 'end when all(x[p] for p in W)' },
      ['`end when` ends the game for all agents at once: leave it out'],
    ],
  ])('%s', (_, parts, texts) => {
    const why = whyNot(row(parts));
    for (const text of texts) expect(why).toContain(text);
  });

  it('fewer agents are within reach where all are met one by one', () => {
    expect(whyNot(row({ n: 8, reward: 'if count(x[q] for q in W if all_but(p, q)) > 3 then 1 else 0' }))).toBe(
      'it is one',
    );
  });
});

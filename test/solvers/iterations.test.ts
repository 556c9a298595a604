import { describe, expect, test } from 'vitest';
import { isRefusal, solve } from '../../runtime/solvers/index.ts';
import { errorsOf, program, tableOf } from '../support/memory-host.ts';

/** One agent earns 1 in every step, discounted by a half: n iterations from 0 come to 2 - 2^(1-n). */
const earning = `game Earn {
  agents Worker
  actions { Work, Rest }
  reward = if action[Worker] == Work then 1 else 0
  state { day: bool = false }
  step { next day = not day }
  discount 1/2
}
`;
const pennies = `game Pennies {
  agents A, B
  actions { H, T }
  payoff { H T  H: (1, -1) (-1, 1)  T: (-1, 1) (1, -1) }
}
`;
/** Matching pennies again and again, with a state that returns. */
const rounds = `game Rounds {
  agents A, B
  actions { H, T }
  state { up: bool = false }
  step { next up = action[A] == action[B] }
  reward zero_sum A = if action[A] == action[B] then 2 else if up then 0 else -1
  discount 0.9
}
`;

async function solved(source: string, concept: string, iterations: number | undefined) {
  const answer = await solve(tableOf(source), { concept, iterations });
  if (isRefusal(answer)) throw new Error(answer.refused);
  return answer;
}

describe('`for n iterations`', () => {
  test('cuts value iteration short after n steps and says so', async () => {
    for (const n of [1, 2, 5]) {
      const { values, warnings } = await solved(earning, 'optimal', n);
      expect(Number(values![0])).toBeCloseTo(2 - 2 ** (1 - n), 12);
      expect(warnings[0]).toMatch(`stopped after ${n} iteration`);
      expect(warnings[0]).toMatch(`the last one moved them by up to ${2 ** (1 - n)}`);
    }
  });

  test('says after how many iterations the values settled', async () => {
    const { values, note, warnings } = await solved(earning, 'optimal', 1000);
    expect(Number(values![0])).toBeCloseTo(2, 12);
    expect(note).toMatch(/the values settled after 5\d iterations/);
    expect(warnings).toEqual([]);
  });

  test('cuts Shapley iteration short; the certificate does not confirm what is not there yet', async () => {
    const whole = await solved(rounds, 'minimax', undefined);
    const cut = await solved(rounds, 'minimax', 3);
    expect(whole.certificate.kind).not.toBe('approximate');
    expect(cut.certificate.kind).toBe('approximate');
    expect(cut.warnings[0]).toMatch('stopped after 3 iterations as asked');
    const long = await solved(rounds, 'minimax', 2000);
    expect(Number(long.values![0])).toBeCloseTo(Number(whole.values![0]), 9);
  });

  test('is refused by what does not iterate', async () => {
    const refused = await solve(tableOf(pennies), { concept: 'pure', iterations: 3 });
    expect(refused).toMatchObject({ refused: '`pure` does not iterate' });
    const once = await solve(tableOf(pennies), { concept: 'minimax', iterations: 3 });
    expect(once).toMatchObject({ refused: expect.stringContaining('in one pass') });
  });
});

describe('the checker', () => {
  test.each([
    ['pure of Pennies', '`pure`'],
    ['minimax of Pennies', 'one step'],
    ['minimax of Three by backward_induction', '`backward_induction`'],
  ])('removes the clause from `solve %s`', (asked, why) => {
    const three = rounds.replace('Rounds', 'Three').replace('discount 0.9', 'horizon 3');
    const source = `${pennies}${three}solve ${asked}`;
    const wrong = `${source} for 10 iterations\n`;
    const [error, ...more] = errorsOf(wrong);
    expect(more).toEqual([]);
    expect(error).toMatchObject({ name: 'bad-setting', message: expect.stringContaining(why) });
    expect(wrong.slice(error!.at.span.start, error!.at.span.end)).toBe('for 10 iterations');
    const [edit] = error!.fixes[0]!.edits;
    const mended = wrong.slice(0, edit!.span.start) + edit!.text + wrong.slice(edit!.span.end);
    expect(mended).toBe(`${source}\n`);
    expect(errorsOf(mended)).toEqual([]);
  });

  test('wants a whole number and hands it on', () => {
    expect(errorsOf(`${rounds}solve minimax of Rounds for 1/2 iterations\n`).map(e => e.name)).toEqual(['bad-setting']);
    expect(errorsOf(`${rounds}solve minimax of Rounds for 0 iterations\n`).map(e => e.name)).toEqual(['bad-setting']);
    expect(program(`${rounds}solve minimax of Rounds for 10 iterations\n`).solves[0]!.iterations).toBe(10);
  });
});

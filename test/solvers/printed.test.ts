/** Numbers of answers as people read them: what is not the number itself says so, and what is never played is marked. */
import { expect, test } from 'vitest';
import { orderKeys, readKeys } from '../../cli/observed.ts';
import { took } from '../../cli/progress.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { format, isRefusal, solve, toJson } from '../../runtime/solvers/index.ts';
import { showNum } from '../../runtime/verify/number.ts';
import { gameFrom } from '../learners/deep-support.ts';
import { gameOf } from '../stdlib/library.ts';

test('a fraction is printed whole, as the decimal that it is, or as a rounded one with a mark', () => {
  expect(showNum(Rational.of(773, 80))).toBe('773/80');
  expect(showNum(Rational.of(-29701, 10000), 6, true)).toBe('-2.9701');
  expect(showNum(Rational.of(1, 3), 6, true)).toBe('~0.333333');
  // Longer than fifteen letters: 0.0000152587890625 has twelve digits, 1/65537^2 has no end.
  expect(showNum(Rational.of(152587890625n, 10n ** 16n), 12)).toBe('1/65536');
  expect(showNum(Rational.parse('0.123456789012')!, 12)).toBe('0.123456789012');
  expect(showNum(Rational.parse('0.123456789012')!, 6)).toBe('~0.123457');
  // The whole part is not rounded away.
  expect(showNum(Rational.parse('29999999994.00000000039999')!)).toBe('~29999999994');
});

test('one column holds fractions or decimals, not both', async () => {
  const model = gameFrom(`game G {
    agents A, B
    actions { X, Y }
    state { n: 0..3 = 0 }
    step { next n = (n + ord(action[A])) % 4 }
    reward = n
    discount 0.9999999999
  }`);
  const { game } = enumerate(model, { maxStates: 10 });
  const answer = await solve(game!, { concept: 'optimal' });
  if (isRefusal(answer)) throw new Error(answer.refused);
  // Up to n = 3 as fast as can be, and there for ever: 3 / (1 - d), less what the way costs.
  const d = Rational.parse('0.9999999999')!;
  const there = Rational.of(3).div(Rational.one.sub(d));
  const two = Rational.of(2).add(d.mul(there));
  const one = Rational.one.add(d.mul(two));
  expect(answer.values?.map(String)).toEqual([String(d.mul(one)), String(d.mul(one))]);
  const column = format(answer, game!).flatMap(line => / value A (\S+),/.exec(line)?.[1] ?? []);
  expect(column).toEqual(['~29999999994', '~29999999997', '29999999999', '30000000000']);
});

test('information sets that the solution itself never reaches are marked', async () => {
  const model = gameOf('Kuhn');
  const { game } = enumerate(model, { maxStates: 100 });
  const read = readKeys(model);
  const named = {
    ...game!,
    describeObservation: (i: number, o: number) => read(i, game!.observedNumbers!(i, o)),
  };
  const answer = await solve(named, { concept: 'minimax' });
  if (isRefusal(answer)) throw new Error(answer.refused);
  const { strategies } = toJson(answer, named) as unknown as {
    strategies: readonly {
      agent: string;
      informationSet: string;
      strategy: Record<string, string>;
      reached: boolean;
    }[];
  };
  const of = (agent: string, set: string) =>
    strategies.find(entry => entry.agent === agent && entry.informationSet === set)!;
  // Who has bet is not asked again: a card of First meets a bet behind its own pass only where it passes at all.
  for (const card of ['Jack', 'Queen', 'King']) {
    const passes = of('First', `card=${card} moves=[]`).strategy.Pass !== '0';
    const again = of('First', `card=${card} moves=[Pass Bet]`);
    if (!passes) expect(again.reached).toBe(false);
    expect(of('First', `card=${card} moves=[]`).reached).toBe(true);
    const marked = format(answer, named).some(
      line => line.startsWith(`  First   card=${card} moves=[Pass Bet]`) && line.endsWith('(never reached)'),
    );
    expect(marked).toBe(!again.reached);
  }
  expect(strategies.some(({ reached }) => !reached)).toBe(true);
});

test('observations stand in the order of what they say', () => {
  const model = gameFrom(`game G {
    agents A
    actions { X, Y }
    enum Sign { None, Coop, Defect }
    state { sign: Sign = None  level: -2..12 = 0 }
    step { next sign = if action[A] == X then Coop else Defect  next level = level }
    reward = 0
    observe { sign, level }
    horizon 3
  }`);
  const order = orderKeys(model);
  const read = readKeys(model);
  const keys: Float32Array[] = [];
  for (const sign of [2, 0, 1])
    for (const level of [10, -2, 9]) {
      const key = new Float32Array(model.classes[0]!.observation.length);
      for (const { offset, width, low } of model.classes[0]!.observation.pieces) {
        if (width === 1) key[offset] = level;
        else key[offset + (width === 3 ? sign : level - low)] = 1;
      }
      keys.push(key);
    }
  keys.sort((a, b) => order(0, a, b));
  expect(keys.map(key => read(0, key))).toEqual(
    ['None', 'Coop', 'Defect'].flatMap(sign => [-2, 9, 10].map(level => `sign=${sign} level=${level}`)),
  );
});

test('what took less than a second took some time', () => {
  expect([0, 0.04, 0.43, 3.12, 12.4].map(took)).toEqual([
    'less than 0.1 s',
    'less than 0.1 s',
    '0.4 s',
    '3.1 s',
    '12 s',
  ]);
});

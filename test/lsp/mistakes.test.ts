/** A program with many mistakes at once: each is told once, where it is, and none echoes another. */
import { expect, test } from 'vitest';
import { analysed } from './desk.ts';

/** What is under every diagnostic of a text, with its code, in the order of the text. */
async function told(text: string): Promise<readonly string[]> {
  const { sheet, analysis } = await analysed(text);
  const { checked } = await analysis.full('main.marl', async () => true);
  return [...checked.diagnostics]
    .sort((a, b) => a.at.span.start - b.at.span.start)
    .map(one => `${one.code} ${sheet.slice(one.at.span)}`);
}

const duel = `game Duel {
  agents Ann, Bob
  actions { Rock, Paper }
  payoff {
              Rock     Paper
    Rock:     (0, 0)   (-1, 1)
    Paper:    (1, -1)  (0, 0)
  }
}
`;

test('every mistake at its own place', async () => {
  const text = `import std.games.Khun

let size: int = "four"
enum Mood { Calm, Angry, Calm }
record Order { price: 0..9, amount: 0..3 }
fn worth(o: Order): int = o.price * o.amout

game Market {
  agents Trader[2], Maker
  actions { Hold, Accept }
  state {
    cash: 0..100[Trader] = 50
    time: 0..12          = 0
  }
  step {
    next cash[t: Trader] = if action[t] == Hold then cash[t] else csh[t]
    next time            = time + 1
  }
  reward = 0
  horizon 20
}

${duel}
solve nash of Duel by cfrr
solve nassh of Duel
solve nash of Deul
`;
  expect(await told(text)).toEqual([
    'M0204 Khun',
    'M0315 "four"',
    'M0202 Calm',
    'M0308 amout',
    'M0306 0..100[Trader]',
    'M0201 csh',
    'M0401 time + 1',
    'M0604 cfrr',
    'M0601 nassh',
    'M0201 Deul',
  ]);
});

test.each([
  ['game', 'game\n', ['M0124 ']],
  ['a game without its end', 'game A {\n', ['M0111 ']],
  ['solve', 'solve\n', ['M0124 ']],
  ['train', 'train Learn on\n', ['M0124 ']],
  [
    'a block without its end',
    'game A {\n  agents X\n  actions { L }\n  state {\n    a: 0..3 = 0\n  step { next a = a }\n  reward = a\n}\n',
    ['M0111 '],
  ],
  ['a comparison without its right side', 'fn f(a: int): int = if a ==\n', ['M0123 ']],
  ['a word misspelt', 'gmae A { agents X }\n', ['M0120 gmae']],
])('half of it is typed: %s; what stands below is not doubted', async (_, typed, expected) => {
  expect(await told(`${typed}${duel}\nsolve nash of Duel\n`)).toEqual(expected);
});

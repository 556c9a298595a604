/** Random one-step games with families, conditions and sums, and near-identities between their rewards. */
import fc from 'fast-check';

/** A number as a function of the agents that variables name. */
type Text = (names: Readonly<Record<string, string>>) => string;

const swap = (names: Readonly<Record<string, string>>): Record<string, string> => ({
  p: names.q as string,
  q: names.p as string,
});

/** A condition and its text in another form that means the same. */
type Pair = readonly [Text, Text];

const atom: fc.Arbitrary<Text> = fc.constantFrom<Text>(
  n => `x[${n.p}]`,
  n => `x[${n.q}]`,
  n => `y[${n.p}]`,
  n => `ord(action[${n.q}])`,
  n => `ord(action[${n.p}])`,
  () => 'z',
  () => '2',
  () => '1',
  n => `(x[${n.p}] - x[${n.q}])`,
  n => `half[${n.p}]`,
  n => `both[${n.p}, ${n.q}]`,
  n => `next x[${n.p}]`,
);

const same = (text: Text): Pair => [text, text];

const tests = (number: fc.Arbitrary<Pair>): fc.Arbitrary<Pair> =>
  fc.oneof(
    fc
      .tuple(number, number)
      .map(([[a, a2], [b, b2]]): Pair => [n => `${a(n)} < ${b(n)}`, n => `not (${b2(n)} <= ${a2(n)})`]),
    fc
      .tuple(number, number)
      .map(([[a, a2], [b, b2]]): Pair => [n => `${a(n)} == ${b(n)}`, n => `not (${b2(n)} != ${a2(n)})`]),
    fc.constant(same(n => `${n.p} != ${n.q}`)),
    fc.constant<Pair>([n => `action[${n.p}] == action[${n.q}]`, n => `action[${n.q}] == action[${n.p}]`]),
    fc.constant<Pair>([n => `(y[${n.p}] > 0 and x[${n.q}] > 0)`, n => `not (x[${n.q}] <= 0 or not (y[${n.p}] > 0))`]),
  );

/** Whole-number expressions in two forms that mean the same. */
function numbers(depth: number): fc.Arbitrary<Pair> {
  const leaf = atom.map(same);
  if (depth === 0) return leaf;
  const part = numbers(depth - 1);
  const test = tests(numbers(0));
  return fc.oneof(
    leaf,
    fc.tuple(part, part).map(([[a, a2], [b, b2]]): Pair => [n => `(${a(n)} + ${b(n)})`, n => `(${b2(n)} + ${a2(n)})`]),
    fc
      .tuple(part, part)
      .map(([[a, a2], [b, b2]]): Pair => [n => `(${a(n)} - ${b(n)})`, n => `(-(${b2(n)}) + ${a2(n)})`]),
    fc
      .tuple(part, leaf)
      .map(([[a, a2], [b, b2]]): Pair => [n => `${a(n)} * ${b(n)}`, n => `(${b2(n)} * (${a2(n)} - 1) + ${b2(n)})`]),
    fc
      .tuple(test, part, part)
      .map(
        ([[c, c2], [a, a2], [b, b2]]): Pair => [
          n => `(if ${c(n)} then ${a(n)} else ${b(n)})`,
          n => `(if not (${c2(n)}) then ${b2(n)} else ${a2(n)})`,
        ],
      ),
    fc
      .tuple(part, part)
      .map(
        ([[a, a2], [b, b2]]): Pair => [
          n => `min(${a(n)}, ${b(n)})`,
          n => `(${a2(n)} + ${b2(n)} - max(${a2(n)}, ${b2(n)}))`,
        ],
      ),
    part.map(([a, a2]): Pair => [n => `abs(${a(n)})`, n => `max(${a2(n)}, -(${a2(n)}))`]),
    part.map(([a, a2]): Pair => [n => `sign(${a(n)})`, n => `-sign(-(${a2(n)}))`]),
    part.map(([a, a2]): Pair => [n => `((${a(n)}) % 3)`, n => `((${a2(n)} + 6) % 3)`]),
    part.map(([a, a2]): Pair => [n => `div(${a(n)}, 2)`, n => `div(${a2(n)} - (${a2(n)}) % 2, 2)`]),
    part.map(([a, a2]): Pair => [n => `f(${a(n)})`, n => `(if ${a2(n)} > 1 then 2 * (${a2(n)}) - 1 else ${a2(n)})`]),
    fc
      .tuple(test, part)
      .map(
        ([[c, c2], [a, a2]]): Pair => [
          n => `sum(${a({ p: n.p as string, q: 'r' })} for r in P if ${c({ p: n.q as string, q: 'r' })})`,
          n => `sum(if ${c2({ p: n.q as string, q: 's' })} then ${a2({ p: n.p as string, q: 's' })} else 0 for s in P)`,
        ],
      ),
    fc
      .tuple(part, fc.constantFrom('min', 'max'))
      .map(
        ([[a, a2], fold]): Pair => [
          n => `${fold}(${a({ p: n.p as string, q: 'r' })} for r in P)`,
          n => `-${fold === 'min' ? 'max' : 'min'}(-(${a2({ p: n.p as string, q: 's' })}) for s in P)`,
        ],
      ),
    test.map(
      ([c, c2]): Pair => [
        n => `(if any(${c({ p: n.p as string, q: 'r' })} for r in P) then 1 else 0)`,
        n => `(if all(not (${c2({ p: n.p as string, q: 's' })}) for s in P) then 0 else 1)`,
      ],
    ),
  );
}

export interface RandomGame {
  readonly text: string;
  /** Is the claim of the generator that the rewards of every step add up to one number true? */
  readonly meant: boolean;
}

/** How one small thing may be wrong. */
const flaws: readonly ((text: string) => string)[] = [
  text => text.replace('1', '2'),
  text => text.replace('<', '<='),
  text => text.replace('x[', 'y['),
  text => text.replace('+', '-'),
  text => text.replace('!=', '=='),
  text => text.replace('and', 'or'),
  text => `${text} + z`,
  text => `${text} + (if x[P[0]] == 2 then 1 else 0)`,
];

const header = (n: number, values: readonly number[]): string => `game G {
  agents P[${n}]
  actions { U, V, W }
  state {
    x: (0..3)[P] = [${values.slice(0, n).join(', ')}]
    y: (-1..1)[P] = [${values
      .slice(0, n)
      .map(v => (v % 3) - 1)
      .join(', ')}]
    z: -2..5 = ${(values.at(-1) as number) + 1}
  }
  fn f(k: int): int { let twice = 2 * k  if k > 1 then twice - 1 else k }
  fn share(a: int, b: int): real = if a > 0 then b / a else if a < 0 then b / (2 * a) else 0
  step {
    let half[p: P] = div(x[p], 2)
    let both[p: P, q: P] = if action[p] == U then x[p] * y[q] else ord(action[q])
    next x[p: P] = if action[p] == V then min(x[p] + 1, 3) else x[p]
    next x[P[0]] = 1
  }`;

const state = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });

/** Rewards that should cancel: antisymmetric pairs, own less the others, an expression and its twin in other words. */
export const cancelling: fc.Arbitrary<RandomGame> = fc
  .tuple(fc.integer({ min: 2, max: 3 }), state, numbers(2), fc.option(fc.nat(flaws.length - 1)), fc.nat(3))
  .map(([n, values, [body, twin], flaw, form]) => {
    const names = { p: 'p', q: 'q' };
    const broken = (text: string): string => (flaw === null ? text : (flaws[flaw] as (text: string) => string)(text));
    const rewards = [
      `reward[p: P] = sum(${body(names)} for q in P) - sum(${broken(twin(swap(names)))} for q in P)`,
      `reward[p: P] = ${n - 1} * sum(${body({ p: 'p', q: 'p' })} for k in 0..0) - sum(${broken(twin({ p: 'q', q: 'q' }))} for q in P if q != p)`,
      `reward[P[0]] = ${body({ p: 'P[0]', q: 'P[1]' })}\n reward[P[1]] = -(${broken(twin({ p: 'P[0]', q: 'P[1]' }))})`,
      `reward[p: P] = ${body({ p: 'P[1]', q: 'P[0]' })} - (${broken(twin({ p: 'P[1]', q: 'P[0]' }))})`,
    ];
    return { text: `${header(n, values)}\n ${rewards[form]}\n end when true\n}`, meant: flaw === null };
  });

/** Any rewards at all, fractions among them. */
export const arbitrary: fc.Arbitrary<string> = fc
  .tuple(fc.integer({ min: 2, max: 3 }), state, numbers(2), numbers(2), fc.nat(2))
  .map(([n, values, [body], [other], form]) => {
    const a = body({ p: 'p', q: 'q' });
    const b = other({ p: 'p', q: 'q' });
    const summand = [a, `share(${a}, ${b}) * (${a})`, `share(${a}, ${b}) / (2 + abs(${b}))`][form] as string;
    return `${header(n, values)}\n reward[p: P] = sum(${summand} for q in P) / 3\n end when true\n}`;
  });

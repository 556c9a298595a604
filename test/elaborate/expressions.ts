/** Random integer and boolean expressions: their text in the language, and their value by an evaluation that shares no code with it. */
import fc from 'fast-check';

export type Int =
  | { readonly kind: 'num'; readonly value: number }
  | { readonly kind: 'var'; readonly name: string }
  | { readonly kind: 'two'; readonly op: '+' | '-' | '*' | 'min' | 'max'; readonly left: Int; readonly right: Int }
  | { readonly kind: 'one'; readonly op: '-' | 'abs' | 'sign'; readonly operand: Int }
  /** Refused unless the divisor is shown not to be 0. */
  | { readonly kind: 'quotient'; readonly op: 'div' | '%'; readonly left: Int; readonly right: Int }
  | { readonly kind: 'clamp'; readonly of: Int; readonly low: number; readonly high: number }
  | { readonly kind: 'if'; readonly condition: Bool; readonly yes: Int; readonly no: Int }
  | { readonly kind: 'match'; readonly of: Int; readonly arms: readonly [Int, Int, Int] }
  | {
      readonly kind: 'fold';
      readonly op: 'sum' | 'min' | 'max' | 'count';
      readonly variable: string;
      readonly low: Int;
      readonly length: number;
      readonly body: Int;
      readonly condition: Bool | undefined;
    }
  /** Refused unless the index is shown to be in 0..3. */
  | { readonly kind: 'at'; readonly table: readonly number[]; readonly index: Int }
  | { readonly kind: 'element'; readonly variable: string; readonly body: Int; readonly index: Int }
  | { readonly kind: 'call'; readonly name: 'twice' | 'share'; readonly args: readonly Int[] };

export type Bool =
  | { readonly kind: 'flag'; readonly name: string }
  | {
      readonly kind: 'compare';
      readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=';
      readonly left: Int;
      readonly right: Int;
    }
  | { readonly kind: 'join'; readonly op: 'and' | 'or'; readonly left: Bool; readonly right: Bool }
  | { readonly kind: 'not'; readonly operand: Bool }
  | { readonly kind: 'inside'; readonly of: Int; readonly low: number; readonly high: number }
  | {
      readonly kind: 'every';
      readonly op: 'any' | 'all';
      readonly variable: string;
      readonly length: number;
      readonly body: Bool;
    };

/** Functions that `call` may use, to be declared in the game. */
export const functions = [
  'fn twice(x: -9..9): int = if x > 0 then x + x else x * 2',
  'fn share(x: int, y: -4..4): int = if y > 0 then div(x, y) else if y < 0 then x % y else x',
];

export type Env = Readonly<Record<string, number>>;

// ---------------------------------------------------------------------------------------------- text

export function intText(e: Int): string {
  switch (e.kind) {
    case 'num':
      return e.value < 0 ? `(${e.value})` : `${e.value}`;
    case 'var':
      return e.name;
    case 'two':
      return e.op === 'min' || e.op === 'max'
        ? `${e.op}(${intText(e.left)}, ${intText(e.right)})`
        : `(${intText(e.left)} ${e.op} ${intText(e.right)})`;
    case 'one':
      return e.op === '-' ? `(-${intText(e.operand)})` : `${e.op}(${intText(e.operand)})`;
    case 'quotient':
      return e.op === 'div'
        ? `div(${intText(e.left)}, ${intText(e.right)})`
        : `(${intText(e.left)} % ${intText(e.right)})`;
    case 'clamp':
      return `clamp(${intText(e.of)}, ${e.low}, ${e.high})`;
    case 'if':
      return `(if ${boolText(e.condition)} then ${intText(e.yes)} else ${intText(e.no)})`;
    case 'match':
      return `(match clamp(${intText(e.of)}, -1, 5) { -1 | 0 => ${intText(e.arms[0])}  1..3 => ${intText(e.arms[1])}  _ => ${intText(e.arms[2])} })`;
    case 'fold': {
      const low = intText(e.low);
      const condition = e.condition === undefined ? '' : ` if ${boolText(e.condition)}`;
      return `${e.op}(${e.op === 'count' ? `${intText(e.body)} > 0` : intText(e.body)} for ${e.variable} in ${low}..${low} + ${e.length - 1}${condition})`;
    }
    case 'at':
      return `[${e.table.join(', ')}][${intText(e.index)}]`;
    case 'element':
      return `[${intText(e.body)} for ${e.variable} in 0..3][clamp(${intText(e.index)}, 0, 3)]`;
    case 'call':
      return e.name === 'twice'
        ? `twice(clamp(${intText(e.args[0]!)}, -9, 9))`
        : `share(${intText(e.args[0]!)}, clamp(${intText(e.args[1]!)}, -4, 4))`;
  }
}

export function boolText(e: Bool): string {
  switch (e.kind) {
    case 'flag':
      return e.name;
    case 'compare':
      return `(${intText(e.left)} ${e.op} ${intText(e.right)})`;
    case 'join':
      return `(${boolText(e.left)} ${e.op} ${boolText(e.right)})`;
    case 'not':
      return `(not ${boolText(e.operand)})`;
    case 'inside':
      return `(${intText(e.of)} in ${e.low}..${e.high})`;
    case 'every':
      return `${e.op}(${boolText(e.body)} for ${e.variable} in 0..${e.length - 1})`;
  }
}

// ---------------------------------------------------------------------------------------------- value

/** Throws where the language would divide by 0 or read outside an array: a program that does so has to be refused. */
export function intValue(e: Int, env: Env): number {
  const of = (part: Int): number => intValue(part, env);
  switch (e.kind) {
    case 'num':
      return e.value;
    case 'var':
      return known(env, e.name);
    case 'two': {
      const x = of(e.left);
      const y = of(e.right);
      if (e.op === '+') return x + y;
      if (e.op === '-') return x - y;
      if (e.op === '*') return x * y + 0;
      return e.op === 'min' ? Math.min(x, y) : Math.max(x, y);
    }
    case 'one': {
      const x = of(e.operand);
      return e.op === '-' ? 0 - x : e.op === 'abs' ? Math.abs(x) : Math.sign(x);
    }
    case 'quotient':
      return quotient(e.op, of(e.left), of(e.right));
    case 'clamp':
      return Math.min(Math.max(of(e.of), e.low), e.high);
    case 'if':
      return boolValue(e.condition, env) ? of(e.yes) : of(e.no);
    case 'match': {
      const x = Math.min(Math.max(of(e.of), -1), 5);
      return of(e.arms[x <= 0 ? 0 : x <= 3 ? 1 : 2]);
    }
    case 'fold': {
      const low = of(e.low);
      const values: number[] = [];
      for (let k = low; k < low + e.length; k++) {
        const inner = { ...env, [e.variable]: k };
        if (e.condition === undefined || boolValue(e.condition, inner)) values.push(intValue(e.body, inner));
      }
      if (e.op === 'sum') return values.reduce((a, b) => a + b, 0);
      if (e.op === 'count') return values.filter(v => v > 0).length;
      if (values.length === 0) throw new Error('nothing to choose from');
      return e.op === 'min' ? Math.min(...values) : Math.max(...values);
    }
    case 'at': {
      const found = e.table[of(e.index)];
      if (found === undefined) throw new Error('outside of the table');
      return found;
    }
    case 'element':
      return intValue(e.body, { ...env, [e.variable]: Math.min(Math.max(of(e.index), 0), 3) });
    case 'call': {
      const [x = 0, y = 0] = e.args.map(of);
      if (e.name === 'twice') return 2 * Math.min(Math.max(x, -9), 9);
      const d = Math.min(Math.max(y, -4), 4);
      return d > 0 ? quotient('div', x, d) : d < 0 ? quotient('%', x, d) : x;
    }
  }
}

function quotient(op: 'div' | '%', x: number, y: number): number {
  if (y === 0) throw new Error('division by zero');
  const q = Math.floor(x / y) + 0;
  return op === 'div' ? q : x - q * y;
}

export function boolValue(e: Bool, env: Env): boolean {
  switch (e.kind) {
    case 'flag':
      return known(env, e.name) !== 0;
    case 'compare': {
      const x = intValue(e.left, env);
      const y = intValue(e.right, env);
      switch (e.op) {
        case '==':
          return x === y;
        case '!=':
          return x !== y;
        case '<':
          return x < y;
        case '<=':
          return x <= y;
        case '>':
          return x > y;
        case '>=':
          return x >= y;
      }
      break;
    }
    case 'join':
      return e.op === 'and'
        ? boolValue(e.left, env) && boolValue(e.right, env)
        : boolValue(e.left, env) || boolValue(e.right, env);
    case 'not':
      return !boolValue(e.operand, env);
    case 'inside': {
      const x = intValue(e.of, env);
      return x >= e.low && x <= e.high;
    }
    case 'every': {
      const all = Array.from({ length: e.length }, (_, k) => boolValue(e.body, { ...env, [e.variable]: k }));
      return e.op === 'any' ? all.includes(true) : !all.includes(false);
    }
  }
}

function known(env: Env, name: string): number {
  const value = env[name];
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
}

// ---------------------------------------------------------------------------------------------- generators

const comparisons = ['==', '!=', '<', '<=', '>', '>='] as const;
const small = fc.integer({ min: -3, max: 4 });

/**
 * Expressions over integer variables and boolean flags. Divisors and indices are simple, and mostly stand behind a condition that
 * speaks of them, so that a fair share of the programs is accepted.
 */
export function expressions(
  names: readonly string[],
  flags: readonly string[],
): { int: fc.Arbitrary<Int>; bool: fc.Arbitrary<Bool>; test: fc.Arbitrary<Bool> } {
  const variable = (loop: string | undefined): fc.Arbitrary<Int> =>
    fc.constantFrom(...names, ...(loop === undefined ? [] : [loop])).map(name => ({ kind: 'var', name }));
  const number = small.map((value): Int => ({ kind: 'num', value }));
  /** `x`, `x + 2`, `x - y`: what conditions say something about. */
  const simple = (loop: string | undefined): fc.Arbitrary<Int> => {
    const x = variable(loop);
    return fc.oneof(
      { weight: 3, arbitrary: x },
      fc
        .tuple(x, fc.constantFrom<'+' | '-'>('+', '-'), fc.oneof(number, x))
        .map(([left, op, right]): Int => ({ kind: 'two', op, left, right })),
    );
  };
  /** `x > 0`: rules out one divisor that `guarded` likes. */
  const simpleTest = fc
    .tuple(variable(undefined), fc.constantFrom<'>' | '<' | '!='>('>', '<', '!='))
    .map(([left, op]): Bool => ({ kind: 'compare', op, left, right: { kind: 'num', value: 0 } }));
  const int = (depth: number, loop: string | undefined): fc.Arbitrary<Int> => {
    const leaf = fc.oneof(number, variable(loop), variable(loop));
    if (depth === 0) return leaf;
    const part = int(depth - 1, loop);
    const inner = loop === 'i' ? 'j' : 'i';
    const quotient = (divisor: fc.Arbitrary<Int>): fc.Arbitrary<Int> =>
      fc
        .tuple(fc.constantFrom<'div' | '%'>('div', '%'), part, divisor)
        .map(([op, left, right]) => ({ kind: 'quotient', op, left, right }));
    // The divisor with a condition that may or may not rule out 0.
    const other =
      flags.length === 0 ? bool(0, loop) : fc.constantFrom(...flags).map((name): Bool => ({ kind: 'flag', name }));
    const guarded = fc
      .tuple(
        simple(loop),
        fc.constantFrom<'!=' | '<' | '>' | '>='>('!=', '<', '>', '>='),
        fc.integer({ min: -1, max: 1 }),
        other,
        fc.nat(5),
        part,
        part,
        fc.constantFrom<'div' | '%'>('div', '%'),
      )
      .map(([given, op, bound, other, how, left, no, division]): Int => {
        // A divisor that is the same in both branches, where one of them knows more.
        const same: Bool = { kind: 'compare', op: '>', left: given, right: { kind: 'num', value: 0 } };
        const divisor: Int = how === 5 && bound === 1 ? { kind: 'if', condition: same, yes: given, no: given } : given;
        const test: Bool = { kind: 'compare', op, left: divisor, right: { kind: 'num', value: bound } };
        const condition: Bool =
          how === 0
            ? { kind: 'join', op: 'and', left: other, right: test }
            : how === 1
              ? { kind: 'not', operand: { kind: 'join', op: 'or', left: { kind: 'not', operand: test }, right: other } }
              : how === 5 && bound === 1
                ? { kind: 'compare', op: '>=', left: { kind: 'num', value: 1 }, right: { kind: 'num', value: 0 } }
                : how >= 3
                  ? other
                  : test;
        const yes: Int = { kind: 'quotient', op: division, left, right: divisor };
        return { kind: 'if', condition, yes, no };
      });
    return fc.oneof(
      leaf,
      fc
        .tuple(fc.constantFrom<'+' | '-' | '*' | 'min' | 'max'>('+', '-', '*', 'min', 'max'), part, part)
        .map(([op, left, right]): Int => ({ kind: 'two', op, left, right })),
      fc
        .tuple(fc.constantFrom<'-' | 'abs' | 'sign'>('-', 'abs', 'sign'), part)
        .map(([op, operand]): Int => ({ kind: 'one', op, operand })),
      quotient(fc.constantFrom(-3, -2, -1, 1, 2, 3).map((value): Int => ({ kind: 'num', value }))),
      guarded,
      guarded,
      part.map((of): Int => ({ kind: 'clamp', of, low: -2, high: 3 })),
      fc
        .tuple(bool(depth - 1, loop), part, part)
        .map(([condition, yes, no]): Int => ({ kind: 'if', condition, yes, no })),
      fc.tuple(part, part, part, part).map(([of, a, b, c]): Int => ({ kind: 'match', of, arms: [a, b, c] })),
      fc
        .record({
          op: fc.constantFrom<'sum' | 'min' | 'max' | 'count'>('sum', 'min', 'max', 'count'),
          low: simple(loop),
          length: fc.integer({ min: 1, max: 3 }),
          body: int(depth - 1, inner),
          condition: fc.option(bool(0, inner), { nil: undefined }),
        })
        .map(({ op, low, length, body, condition }): Int => {
          const needsOne = op === 'min' || op === 'max';
          return { kind: 'fold', op, variable: inner, low, length, body, condition: needsOne ? undefined : condition };
        }),
      fc
        .tuple(fc.array(small, { minLength: 4, maxLength: 4 }), simple(loop), part, fc.boolean())
        .map(([table, index, no, tight]): Int => {
          const at: Int = { kind: 'at', table, index };
          return { kind: 'if', condition: { kind: 'inside', of: index, low: 0, high: tight ? 3 : 2 }, yes: at, no };
        }),
      fc
        .tuple(int(depth - 1, inner), part)
        .map(([body, index]): Int => ({ kind: 'element', variable: inner, body, index })),
      fc.tuple(part, part).map(([x, y]): Int => ({ kind: 'call', name: 'share', args: [x, y] })),
      part.map((x): Int => ({ kind: 'call', name: 'twice', args: [x] })),
    );
  };
  const bool = (depth: number, loop: string | undefined): fc.Arbitrary<Bool> => {
    const inner = loop === 'i' ? 'j' : 'i';
    const compare = fc
      .tuple(fc.constantFrom(...comparisons), simple(loop), fc.oneof(number, simple(loop)))
      .map(([op, left, right]): Bool => ({ kind: 'compare', op, left, right }));
    const flag = flags.length === 0 ? compare : fc.constantFrom(...flags).map((name): Bool => ({ kind: 'flag', name }));
    if (depth === 0) return fc.oneof(compare, compare, flag);
    const part = bool(depth - 1, loop);
    return fc.oneof(
      compare,
      flag,
      fc
        .tuple(fc.constantFrom(...comparisons), int(depth - 1, loop), int(depth - 1, loop))
        .map(([op, left, right]): Bool => ({ kind: 'compare', op, left, right })),
      fc
        .tuple(fc.constantFrom<'and' | 'or'>('and', 'or'), part, part)
        .map(([op, left, right]): Bool => ({ kind: 'join', op, left, right })),
      part.map((operand): Bool => ({ kind: 'not', operand })),
      simple(loop).map((of): Bool => ({ kind: 'inside', of, low: -1, high: 2 })),
      fc
        .tuple(fc.constantFrom<'any' | 'all'>('any', 'all'), fc.integer({ min: 1, max: 3 }), bool(depth - 1, inner))
        .map(([op, length, body]): Bool => ({ kind: 'every', op, variable: inner, length, body })),
    );
  };
  return { int: int(3, undefined), bool: bool(2, undefined), test: simpleTest };
}

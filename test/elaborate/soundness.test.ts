/**
 * What the elaborator claims holds: a program it accepts computes what an independent evaluation computes, in every state, without
 * dividing by zero or reading outside an array, and every value lies inside the bounds that were claimed for it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GameModel, IrStmt } from '../../compiler/game/model.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { compile } from '../../compiler/index.ts';
import { compareReadings } from '../emit/against.ts';
import { memoryHost } from '../support/memory-host.ts';
import {
  type Bool,
  boolText,
  boolValue,
  type Env,
  expressions,
  functions,
  type Int,
  intText,
  intValue,
} from './expressions.ts';

const low = { a: -3, b: 0, c: -1 };
const high = { a: 4, b: 5, c: 2 };
const names = ['a', 'b', 'c'] as const;
const state = names.map(name => `${name}: ${low[name]}..${high[name]} = ${low[name]}`);

/** Refusals that are about values: the program may be fine, only nothing shows it. */
const cautious = new Set([
  'division-by-zero',
  'not-finite',
  'index-out-of-bounds',
  'out-of-range',
  'empty-choice',
  'match-unreachable',
]);

/** The model, or undefined when it is refused for a reason about values. Any other refusal is a mistake of the test or of ours. */
function accepted(text: string): GameModel | undefined {
  const program = compile(memoryHost({ 'main.marl': text }), 'main.marl');
  const errors = program.diagnostics.filter(d => d.severity === 'error');
  const surprising = errors.filter(d => !cautious.has(d.name));
  if (surprising.length > 0) throw new Error(`${surprising.map(d => d.message).join('\n')}\n${text}`);
  if (errors.length > 0) return undefined;
  const { model } = program.instantiate('G', new Map());
  if (model === undefined) throw new Error(`no model\n${text}`);
  return model;
}

/** Bounds claimed for what is stored in a store, over all statements that write it. */
function claimed(stmts: readonly IrStmt[], store: string): { low: number; high: number } {
  let bounds = { low: Infinity, high: -Infinity };
  const visit = (list: readonly IrStmt[]): void => {
    for (const stmt of list) {
      if (stmt.op === 'store' && stmt.store.name === store)
        bounds = {
          low: Math.min(bounds.low, stmt.value.bounds.low),
          high: Math.max(bounds.high, stmt.value.bounds.high),
        };
      else if (stmt.op === 'for') visit(stmt.body);
      else if (stmt.op === 'if') {
        visit(stmt.then);
        visit(stmt.else);
      }
    }
  };
  visit(stmts);
  return bounds;
}

function* states(): Generator<{ a: number; b: number; c: number }> {
  for (let a = low.a; a <= high.a; a++)
    for (let b = low.b; b <= high.b; b++) for (let c = low.c; c <= high.c; c++) yield { a, b, c };
}

/** One step from the given state. */
function stepFrom(stepped: Stepped, values: Env, more: readonly (readonly number[])[]): void {
  const start = stepped.snapshot();
  stepped.restore({
    ...start,
    stores: [...names.map(name => [values[name] as number]), ...more],
    ended: 'running',
    time: 0,
  });
  stepped.step([0]);
}

const runs = 250;
let checked = 0;

test('expressions of a step, with conditions bound by `let`', () => {
  const { int, test: bool } = expressions(names, []);
  const flags = ['f', 'g'];
  const withFlags = expressions(names, flags);
  fc.assert(
    fc.property(fc.array(bool, { minLength: 2, maxLength: 2 }), withFlags.int, int, (conditions, value, other) => {
      const model = accepted(`game G {
        agents P
        actions { Go }
        ${functions.join('\n')}
        state { ${names.map(name => `${name}: ${low[name]}..${high[name]}`).join('\n')}  out: int = 0 }
        init { ${names.map(name => `${name} ~ uniform(${low[name]}..${high[name]})`).join('\n')} }
        step {
          ${conditions.map((c, k) => `let ${flags[k]} = ${boolText(c)}`).join('\n')}
          let n = ${intText(other)}
          next out = ${intText(value)} + n - n
        }
        reward = ${intText(value)}
        horizon 3
      }`);
      if (model === undefined) return;
      checked++;
      // The emitted reading evaluates the same programs, also from what the bounds say about them.
      if (checked % 4 === 0) compareReadings(model, { unroll: checked % 8 === 0, envs: 12, steps: 4, seed: checked });
      const bounds = claimed(model.step, 'next_out');
      const stepped = new Stepped(model, 1);
      for (const values of states()) {
        const env = Object.fromEntries([
          ...Object.entries(values),
          ...conditions.map((c, k) => [flags[k], boolValue(c, values) ? 1 : 0]),
        ]) as Env;
        const expected = intValue(value, env);
        stepFrom(stepped, values, [[0]]);
        expect({ values, out: stepped.state().out }).toEqual({ values, out: expected });
        expect(stepped.rewards[0] === expected).toBe(true);
        expect(bounds.low <= expected && expected <= bounds.high).toBe(true);
      }
    }),
    { numRuns: runs, seed: 7 },
  );
  expect(checked).toBeGreaterThan(runs / 10);
});

interface Line {
  readonly kind: 'flag' | 'number' | 'assign';
  readonly target: 'a' | 'b' | 'c';
  readonly bool: Bool;
  readonly int: Int;
}

const lines = (limit: number): fc.Arbitrary<readonly Line[]> => {
  const { int, test: bool } = expressions(['a', 'b', 'c', 'n'], ['f']);
  return fc.array(
    fc.record<Line>({
      kind: fc.constantFrom('flag', 'flag', 'number', 'assign', 'assign'),
      target: fc.constantFrom(...names),
      bool,
      int,
    }),
    { minLength: 2, maxLength: limit },
  );
};

test('`init` runs in order: what was known of a variable is forgotten when it is assigned', () => {
  checked = 0;
  const { int, test: bool } = expressions(['a', 'b', 'c', 'n'], ['f']);
  fc.assert(
    fc.property(lines(4), bool, int, (body, first, last) => {
      // `let` names are not assigned twice: each line that gives one has its own, known as f or n behind it.
      const texts: string[] = [];
      const env: Record<string, number> = { ...low, n: 0, f: 0 };
      const rename = { f: 'f0', n: 'n0' };
      texts.push('let f0 = 1 < 0', 'let n0 = 0');
      const named = (text: string): string => text.replace(/\bf\b/g, rename.f).replace(/\bn\b/g, rename.n);
      let failed = false;
      const attempt = (run: () => void): void => {
        try {
          if (!failed) run();
        } catch {
          failed = true;
        }
      };
      body.forEach((line, k) => {
        if (line.kind === 'flag') {
          const condition = k === 0 ? first : line.bool;
          texts.push(`let f${k + 1} = ${named(boolText(condition))}`);
          attempt(() => {
            env.f = boolValue(condition, env) ? 1 : 0;
          });
          rename.f = `f${k + 1}`;
        } else if (line.kind === 'number') {
          texts.push(`let n${k + 1} = ${named(intText(line.int))}`);
          attempt(() => {
            env.n = intValue(line.int, env);
          });
          rename.n = `n${k + 1}`;
        } else {
          const { target } = line;
          texts.push(`${target} = clamp(${named(intText(line.int))}, ${low[target]}, ${high[target]})`);
          attempt(() => {
            env[target] = Math.min(Math.max(intValue(line.int, env), low[target]), high[target]);
          });
        }
      });
      texts.push(`out = ${named(intText(last))}`);
      attempt(() => {
        env.out = intValue(last, env);
      });
      const model = accepted(`game G {
        agents P
        actions { Go }
        ${functions.join('\n')}
        state { ${state.join('\n')}  out: int = 0 }
        init { ${texts.join('\n          ')} }
        reward = 0
        horizon 3
      }`);
      if (model === undefined) return;
      checked++;
      expect(failed).toBe(false);
      const { a, b, c, out } = new Stepped(model, 1).state();
      expect({ a, b, c, out, texts }).toEqual({ a: env.a, b: env.b, c: env.c, out: env.out, texts });
    }),
    { numRuns: runs, seed: 8 },
  );
  expect(checked).toBeGreaterThan(runs / 10);
});

test('next values of array elements, changed one after the other', () => {
  checked = 0;
  const { int } = expressions(['a', 'b', 'c'], ['f']);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), int), { minLength: 2, maxLength: 4 }),
      fc.nat(2),
      fc.integer({ min: 0, max: 3 }),
      int,
      (updates, at, bound, last) => {
        const texts: string[] = [];
        // a, b, c here are the next values of the elements; f is a condition about one of them, taken half way.
        const named = (text: string): string =>
          text.replace(/\b([abc])\b/g, (_, name: string) => `(next xs[${'abc'.indexOf(name)}])`);
        const env: Record<string, number> = { a: 1, b: 2, c: 3, f: 0 };
        let failed = false;
        const attempt = (run: () => void): void => {
          try {
            if (!failed) run();
          } catch {
            failed = true;
          }
        };
        texts.push('next xs[0] = xs[0]', `let f = next xs[${at}] > ${bound}`);
        env.f = (env['abc'[at] as string] as number) > bound ? 1 : 0;
        for (const [k, e] of updates) {
          texts.push(`next xs[${k}] = clamp(${named(intText(e))}, -3, 4)`);
          attempt(() => {
            env['abc'[k] as string] = Math.min(Math.max(intValue(e, env), -3), 4);
          });
        }
        texts.push(`next out = ${named(intText(last))}`);
        attempt(() => {
          env.out = intValue(last, env);
        });
        const model = accepted(`game G {
        agents P
        actions { Go }
        ${functions.join('\n')}
        state { xs: (-3..4)[3] = [1, 2, 3]  out: int = 0 }
        step { ${texts.join('\n          ')} }
        reward = 0
        horizon 3
      }`);
        if (model === undefined) return;
        checked++;
        expect(failed).toBe(false);
        const stepped = new Stepped(model, 1);
        stepped.step([0]);
        expect({ state: stepped.state(), texts }).toEqual({
          state: { xs: [env.a, env.b, env.c], out: env.out },
          texts,
        });
      },
    ),
    { numRuns: runs, seed: 9 },
  );
  expect(checked).toBeGreaterThan(runs / 10);
});

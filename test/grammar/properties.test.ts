import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expr } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';
import { expression, showExpr, withoutSpans } from './show.ts';

const span = { start: 0, end: 0 };
const name = fc
  .constantFrom('a', 'b', 'North', 'index', 'such', 'with_', 'n2', 'clamped', 'sample', 'by', 'turn')
  .map(text => ({
    kind: 'Name' as const,
    text,
    span,
  }));

/** Any expression that is not a type. */
const { expr } = fc.letrec<{ expr: Expr }>(tie => {
  const sub = tie('expr');
  const some = fc.array(sub, { minLength: 1, maxLength: 3 });
  const number = fc.constantFrom('0', '12', '0.5', '5e-4').map((text): Expr => ({ kind: 'Number', text, span }));
  const nameExpr = name.map((one): Expr => ({ kind: 'NameExpr', name: one, span }));
  const leaf = fc.oneof(
    number,
    nameExpr,
    fc.boolean().map((value): Expr => ({ kind: 'Bool', value, span })),
    fc.constantFrom('', 'x y', '"', '\\').map((value): Expr => ({ kind: 'String', value, span })),
    name.map((one): Expr => ({ kind: 'NextExpr', name: one, span })),
  );
  const op = fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', 'and', 'or', 'in', 'not in');
  const generator = fc.record({ kind: fc.constant('Generator' as const), name, domain: sub, span: fc.constant(span) });
  const maybe = fc.option(sub, { nil: undefined });
  const update = fc.record({
    kind: fc.constant('Update' as const),
    target: fc.oneof(
      name.map(field => ({ field })),
      some.map(indices => ({ indices })),
    ),
    op: fc.constant('=' as const),
    value: sub,
    mode: fc.constantFrom('clamped' as const, 'wrapped' as const, undefined),
    span: fc.constant(span),
  });
  const pattern = fc.oneof(
    fc.constant({ kind: 'Wildcard' as const, span }),
    name.map(one => ({ kind: 'NamePattern' as const, name: one, span })),
    fc
      .constantFrom('1', '2.5')
      .map(text => ({ kind: 'LiteralPattern' as const, value: { kind: 'Number' as const, text, span }, span })),
    fc.constant({
      kind: 'RangePattern' as const,
      low: { kind: 'Unary' as const, op: '-' as const, operand: { kind: 'Number' as const, text: '3', span }, span },
      high: { kind: 'Number' as const, text: '4', span },
      span,
    }),
    fc.array(name, { minLength: 2, maxLength: 3 }).map(names => ({
      kind: 'TuplePattern' as const,
      items: names.map(one => ({ kind: 'NamePattern' as const, name: one, span })),
      span,
    })),
  );
  const arm = fc.record({
    kind: fc.constant('Arm' as const),
    patterns: fc.array(pattern, { minLength: 1, maxLength: 2 }),
    value: sub,
    span: fc.constant(span),
  });
  const comprehension = (list: boolean): fc.Arbitrary<Expr> =>
    fc.record({
      kind: fc.constant('Comprehension' as const),
      list: fc.constant(list),
      body: sub,
      generators: fc.array(generator, { minLength: 1, maxLength: 2 }),
      condition: maybe,
      order: maybe,
      span: fc.constant(span),
    });
  const node = fc.oneof(
    fc
      .tuple(fc.constantFrom('-' as const, 'not' as const), sub)
      .map(([sign, operand]): Expr => ({ kind: 'Unary', op: sign, operand, span })),
    fc
      .tuple(op, sub, sub)
      .map(([one, left, right]) => ({ kind: 'Binary', op: one, opSpan: span, left, right, span }) as Expr),
    fc.tuple(sub, sub).map(([low, high]): Expr => ({ kind: 'Range', low, high, span })),
    fc.tuple(sub, sub, sub).map(all => {
      const parts = ['condition', 'then', 'else'].map((key, at) => [key, all[at]]);
      return { kind: 'If', ...Object.fromEntries(parts), span } as Expr;
    }),
    fc
      .tuple(sub, fc.array(arm, { minLength: 1, maxLength: 3 }))
      .map(([subject, arms]): Expr => ({ kind: 'Match', subject, arms, span })),
    fc
      .tuple(nameExpr, fc.array(sub, { maxLength: 3 }), fc.array(fc.record({ name, value: sub }), { maxLength: 2 }))
      .map(
        ([callee, args, named]): Expr => ({
          kind: 'Call',
          callee,
          args,
          named: named.map(one => ({ kind: 'NamedArg', ...one, span })),
          span,
        }),
      ),
    fc
      .tuple(nameExpr, comprehension(false))
      .map(([callee, one]): Expr => ({ kind: 'Call', callee, args: [one], named: [], span })),
    fc.tuple(nameExpr, some).map(([object, indices]): Expr => ({ kind: 'IndexExpr', object, indices, span })),
    fc
      .tuple(
        nameExpr,
        fc.oneof(
          name,
          fc.constantFrom('0', '1').map(text => ({ kind: 'Name' as const, text, span })),
        ),
      )
      .map(([object, member]): Expr => ({ kind: 'Member', object, member, span })),
    fc.array(sub, { minLength: 2, maxLength: 3 }).map((items): Expr => ({ kind: 'Tuple', items, span })),
    fc.array(sub, { maxLength: 3 }).map((items): Expr => ({ kind: 'List', items, span })),
    comprehension(true),
    fc
      .array(fc.record({ key: maybe, value: sub }), { minLength: 1, maxLength: 3 })
      .map((all): Expr => ({ kind: 'Dict', entries: all.map(one => ({ kind: 'Entry', ...one, span })), span })),
    fc
      .tuple(sub, fc.array(update, { minLength: 1, maxLength: 2 }))
      .map(([object, updates]): Expr => ({ kind: 'With', object, updates, span })),
    fc.tuple(fc.oneof(number, nameExpr), sub).map(([count, of]): Expr => ({ kind: 'Sample', count, of, span })),
  );
  return { expr: fc.oneof({ maxDepth: 4, depthSize: 'small' }, leaf, node) };
});

test('an expression printed with all its parentheses parses to itself', () => {
  fc.assert(
    fc.property(expr, tree => {
      const text = showExpr(tree);
      expect(withoutSpans(expression(text))).toEqual(withoutSpans(tree));
    }),
    { numRuns: 400 },
  );
});

const folder = new URL('./programs/', import.meta.url);
const programs = readdirSync(folder).map(file => readFileSync(new URL(file, folder), 'utf8'));
const fragments = [
  ...new Set(programs.flatMap(text => text.match(/\w+|"""|"[^"\n]*"|'.'|\.\.|=>|->|[=!<>]=|\s+|[^\w\s]/g) ?? [])),
];
const junk = fc.constantFrom(
  '"',
  "'",
  '"""',
  '/*',
  '*/',
  '//',
  '///',
  '#',
  '&&',
  '\\',
  '\0',
  '\u00e9',
  '\u201c',
  '?',
  '1.',
  '.5',
  '3x',
  '\n',
  '\n}\n',
  '\ngame ',
);

/** Whatever the text: an answer, errors in order and inside the text, sentences. */
function survives(text: string): void {
  const { ast, errors } = parse(text);
  expect(ast.kind).toBe('SourceFile');
  let before = 0;
  for (const error of errors) {
    expect(error.span.start).toBeGreaterThanOrEqual(before);
    expect(error.span.end).toBeGreaterThanOrEqual(error.span.start);
    expect(error.span.end).toBeLessThanOrEqual(text.length);
    expect(error.message).toMatch(/\.$/);
    expect(error.message).not.toMatch(/undefined|NaN|\[object/);
    for (const edit of error.fix?.edits ?? []) expect(edit.span.end).toBeGreaterThanOrEqual(edit.span.start);
    before = error.span.start;
  }
}

describe('any text gets an answer', () => {
  test('soup of words and signs', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...fragments), junk), { maxLength: 80 }), parts =>
        survives(parts.join(' ')),
      ),
      {
        numRuns: 200,
      },
    );
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), survives), { numRuns: 200 });
  });

  test('programs with a piece cut out, doubled or replaced', () => {
    const change = fc.tuple(
      fc.nat(),
      fc.nat({ max: 12 }),
      fc.oneof(fc.constant(''), fc.constantFrom(...fragments), junk),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...programs),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (program, changes) => {
          const text = changes.reduce((now, [at, length, by]) => {
            const from = at % (now.length + 1);
            return now.slice(0, from) + by + now.slice(from + length);
          }, program);
          survives(text);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a program without one of its signs or keywords is never accepted in silence with an unreadable part', () => {
    for (const program of programs) {
      for (const [at, match] of [...program.matchAll(/[(){}[\]:=~]|\b(?:then|else|for|of|on|in|when)\b/g)].entries()) {
        if (at % 3 !== 0) continue;
        const text = program.slice(0, match.index) + program.slice(match.index + match[0].length);
        const { ast, errors } = parse(text);
        if (JSON.stringify(ast).includes('"kind":"Invalid'))
          expect(errors.length, text.slice(match.index - 20, match.index + 20)).toBeGreaterThan(0);
      }
    }
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SourceFile } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';
import { withoutSpans } from './show.ts';

const folder = new URL('./programs/', import.meta.url);
const programs = readdirSync(folder)
  .sort()
  .map(name => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

function count(value: unknown, kind: string): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = 'kind' in value && value.kind === kind ? 1 : 0;
  return Object.values(value).reduce((sum: number, one) => sum + count(one, kind), own);
}

describe.each(programs)('%s', (_, text) => {
  test('parses without a complaint and without an unreadable part', () => {
    const { ast, errors } = parse(text);
    expect(errors).toEqual([]);
    expect(count(ast, 'Invalid') + count(ast, 'InvalidType')).toBe(0);
    expect(ast.declarations.length).toBeGreaterThan(0);
  });

  test('means the same on one line', () => {
    const line = text
      .replaceAll(/\/\/.*$/gm, '')
      .split(/("""[\s\S]*?""")/)
      .map(part => (part.startsWith('"""') ? part : part.replaceAll(/\s+/g, ' ')))
      .join('');
    const strip = (ast: SourceFile): unknown =>
      JSON.parse(JSON.stringify(withoutSpans(ast), (key, one) => (key === 'doc' ? undefined : one)));
    expect(strip(parse(line).ast)).toEqual(strip(parse(text).ast));
  });

  test('every node lies within the node around it', () => {
    const visit = (value: unknown, outer: { start: number; end: number }): void => {
      if (typeof value !== 'object' || value === null) return;
      const span = 'span' in value ? (value.span as { start: number; end: number }) : outer;
      expect(span.start).toBeGreaterThanOrEqual(outer.start);
      expect(span.end).toBeLessThanOrEqual(outer.end);
      if ('kind' in value && value.kind === 'Name')
        expect(text.slice(span.start, span.end)).toBe((value as { text?: string }).text);
      for (const [key, one] of Object.entries(value)) if (!/[sS]pan$/.test(key)) visit(one, span);
    };
    visit(parse(text).ast, { start: 0, end: text.length });
  });
});

/** Strings, characters and maps: what stands between the quotes. */
import type { CstNode, IToken } from 'chevrotain';
import type { Expr, LegendEntry, MapLit, Span } from './ast.ts';
import type { BuildContext } from './build-context.ts';
import { child, children, nodeSpan, token } from './cst.ts';
import { problem, report } from './problem.ts';

/** The value of `"..."` or `'...'`; a backslash that begins no known escape stands for itself and is reported. */
export function decodeString(ctx: BuildContext, literal: IToken): string {
  const closed = literal.image.length > 1 && literal.image.at(-1) === literal.image[0];
  const body = literal.image.slice(1, closed ? -1 : undefined);
  if (!body.includes('\\')) return body;
  return body.replaceAll(/\\(.)/gsu, (whole, letter: string, at: number) => {
    if (letter === 'n') return '\n';
    if (letter === 't') return '\t';
    if (letter === '"' || letter === "'" || letter === '\\') return letter;
    const start = literal.startOffset + 1 + at;
    const message = `A string knows the escapes \`\\"\`, \`\\\\\`, \`\\n\` and \`\\t\`; this is \`${whole}\`.`;
    report(
      ctx.problems,
      problem('M0109', { start, end: start + whole.length }, message, {
        remedy: 'Write `\\\\` for a backslash.',
        fix: { title: 'Double the backslash', edits: [{ span: { start, end: start + 1 }, text: '\\\\' }] },
      }),
    );
    return whole;
  });
}

/** `map """..."""` with its legend. */
export function buildMap(
  ctx: BuildContext,
  node: CstNode,
  buildExpr: (ctx: BuildContext, node: CstNode | undefined, fallback: Span) => Expr,
): MapLit {
  const text = token(node, 'TripleString') ?? token(node, 'OpenTriple');
  const legend = children(node, 'legendEntry').flatMap((entry): LegendEntry[] => {
    const span = nodeSpan(entry);
    const literal = token(entry, 'CharLiteral');
    if (literal === undefined) return [];
    const char = decodeString(ctx, literal);
    if ([...char].length !== 1) reportLegend(ctx, literal, char);
    return [{ kind: 'Legend', char, value: buildExpr(ctx, child(entry, 'expression'), span), span }];
  });
  return { kind: 'Map', rows: text ? mapRows(text) : [], legend, span: nodeSpan(node) };
}

function reportLegend(ctx: BuildContext, literal: IToken, char: string): void {
  const span = { start: literal.startOffset, end: literal.endOffset! + 1 };
  const fact = char === '' ? 'there is none' : `there are ${[...char].length}`;
  const message = `A legend explains one character at a time, \`'#': Wall\`; between these quotes ${fact}.`;
  report(ctx.problems, problem('M0137', span, message, { remedy: 'Give every character an entry of its own.' }));
}

/** Rows without their common indentation and without a blank first and last line; each knows its place. */
function mapRows(literal: IToken): MapLit['rows'] {
  const closed = literal.image.length >= 6 && literal.image.endsWith('"""');
  const body = literal.image.slice(3, closed ? -3 : undefined);
  let offset = literal.startOffset + 3;
  const lines = body.split('\n').map(line => {
    const start = offset;
    offset += line.length + 1;
    return { text: line.endsWith('\r') ? line.slice(0, -1) : line, start };
  });
  if (lines.length > 1 && lines[0]!.text.trim() === '') lines.shift();
  if (lines.length > 1 && lines.at(-1)!.text.trim() === '') lines.pop();
  const filled = lines.filter(line => line.text.trim() !== '');
  const indents = filled.map(line => line.text.length - line.text.trimStart().length);
  const indent = indents.length === 0 ? 0 : Math.min(...indents);
  return lines.map(line => {
    const text = line.text.slice(indent);
    const start = line.start + Math.min(indent, line.text.length);
    return { text, span: { start, end: start + text.length } };
  });
}

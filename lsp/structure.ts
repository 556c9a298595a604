/** What can be folded, and ever larger stretches around the cursor. */
import type { Sheet, Span } from './base.ts';

export interface Fold {
  /** Lines from 1, both shown partly. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'region' | 'comment' | 'imports';
}

export function folds(sheet: Sheet): readonly Fold[] {
  const { pieces, lines } = sheet;
  const found: Fold[] = [];
  const add = (start: number, end: number, kind: Fold['kind'], keepLast: boolean): void => {
    const from = lines.position(start).line;
    const to = lines.position(end).line - (keepLast ? 1 : 0);
    if (to > from) found.push({ from, to, kind });
  };
  const open: { readonly sign: string; readonly start: number }[] = [];
  let comment: { start: number; end: number } | undefined;
  for (const piece of pieces) {
    const isComment = piece.kind === 'comment' || piece.kind === 'doc';
    if (
      comment !== undefined &&
      (!isComment || lines.position(piece.start).line > lines.position(comment.end).line + 1)
    ) {
      add(comment.start, comment.end, 'comment', false);
      comment = undefined;
    }
    if (isComment) {
      if (comment === undefined) comment = { start: piece.start, end: piece.end };
      else comment.end = piece.end;
      continue;
    }
    if (piece.kind === 'string') add(piece.start, piece.end, 'region', true);
    if (piece.kind !== 'sign') continue;
    if (piece.text === '{' || piece.text === '(' || piece.text === '[')
      open.push({ sign: piece.text, start: piece.start });
    else if (piece.text === '}' || piece.text === ')' || piece.text === ']') {
      const opened = open.pop();
      if (opened !== undefined) add(opened.start, piece.start, 'region', true);
    }
  }
  if (comment !== undefined) add(comment.start, comment.end, 'comment', false);
  const imports = sheet.ast.declarations.filter(one => one.kind === 'Import');
  const [first] = imports;
  const last = imports.at(-1);
  if (first !== undefined && last !== undefined) add(first.span.start, last.span.end, 'imports', false);
  return found;
}

/** Stretches around an offset, the smallest first, each holding the one before. */
export function selections(sheet: Sheet, offset: number): readonly Span[] {
  const found: Span[] = [];
  const add = (span: Span): void => {
    const last = found.at(-1);
    if (last !== undefined && last.start === span.start && last.end === span.end) return;
    if (span.start <= offset && offset <= span.end) found.push({ start: span.start, end: span.end });
  };
  const at = sheet.pieceAt(offset);
  const piece = at === undefined ? undefined : sheet.pieces[at];
  const spans: Span[] = [];
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    const span = (node as { readonly span?: Span }).span;
    if (span !== undefined) {
      if (offset < span.start || offset > span.end) return;
      spans.push(span);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(sheet.ast);
  if (piece !== undefined) spans.push({ start: piece.start, end: piece.end });
  spans.push({ start: 0, end: sheet.text.length });
  spans.sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start);
  for (const span of spans) {
    const last = found.at(-1);
    if (last === undefined || (span.start <= last.start && last.end <= span.end)) add(span);
  }
  return found;
}

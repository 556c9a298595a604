/** Diagnostics as people read them: rule and fact, the place in the source, the remedy. */
import picocolors from 'picocolors';
import type { Diagnostic, Fix, Location, Severity, Source } from '../compiler/api.ts';
import { LineMap } from '../grammar/position.ts';
import { displayWidth, pad, printable } from './text.ts';

export interface RenderOptions {
  readonly colour: boolean;
  /** Source texts by path; a place in a file that is not here is shown without an excerpt. */
  readonly sources: ReadonlyMap<string, Source>;
}

/** All diagnostics, a blank line after each; the empty string for none. */
export function render(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  const lines = new Map<string, LineMap>();
  const linesOf = (file: string): LineMap | undefined => {
    let found = lines.get(file);
    if (found === undefined) {
      const text = options.sources.get(file)?.text;
      if (text === undefined) return undefined;
      found = new LineMap(text);
      lines.set(file, found);
    }
    return found;
  };
  const colours = picocolors.createColors(options.colour);
  return diagnostics.map(diagnostic => `${one(diagnostic, linesOf, colours)}\n\n`).join('');
}

type Colours = ReturnType<typeof picocolors.createColors>;
type LinesOf = (file: string) => LineMap | undefined;

function one(diagnostic: Diagnostic, linesOf: LinesOf, colours: Colours): string {
  const tint = tints(colours)[diagnostic.severity];
  const out = [
    `${tint(`${diagnostic.severity}[${diagnostic.code}]`)} ${colours.bold(`${diagnostic.name}: ${diagnostic.message}`)}`,
  ];
  const marks: Mark[] = [
    { at: diagnostic.at, message: '', primary: true },
    ...diagnostic.related.map(related => ({ at: related.at, message: related.message, primary: false })),
  ];
  const files = [...new Set(marks.map(mark => mark.at.file))];
  const gutter = gutterWidth(marks, linesOf);
  for (const file of files) {
    const own = marks.filter(mark => mark.at.file === file);
    out.push(...excerpt(file, own, linesOf(file), gutter, colours, tint));
  }
  const note = (label: string, text: string): string =>
    `${' '.repeat(gutter + 1)}${colours.blue('=')} ${colours.bold(label)}: ${text}`;
  if (diagnostic.remedy !== undefined) out.push(note('help', diagnostic.remedy));
  for (const fix of diagnostic.fixes) out.push(note('fix', describeFix(fix, linesOf)));
  return out.join('\n');
}

interface Mark {
  readonly at: Location;
  readonly message: string;
  readonly primary: boolean;
}

function tints(colours: Colours): Record<Severity, (text: string) => string> {
  return {
    error: text => colours.bold(colours.red(text)),
    warning: text => colours.bold(colours.yellow(text)),
    info: text => colours.bold(colours.cyan(text)),
  };
}

function gutterWidth(marks: readonly Mark[], linesOf: LinesOf): number {
  const last = marks.map(mark => linesOf(mark.at.file)?.position(mark.at.span.start).line ?? 1);
  return String(Math.max(1, ...last)).length;
}

function excerpt(
  file: string,
  marks: readonly Mark[],
  lines: LineMap | undefined,
  gutter: number,
  colours: Colours,
  tint: (text: string) => string,
): string[] {
  const first = marks[0] as Mark;
  const bar = colours.blue('|');
  const empty = `${' '.repeat(gutter + 1)}${bar}`;
  const arrow = `${' '.repeat(gutter)}${colours.blue('-->')}`;
  if (lines === undefined)
    return [`${arrow} ${file}`, ...marks.filter(m => m.message !== '').map(m => `${empty} ${m.message}`)];
  const { line, column } = lines.position(first.at.span.start);
  const out = [`${arrow} ${file}:${line}:${column}`, empty];
  const placed = marks
    .map(mark => ({ mark, start: lines.position(mark.at.span.start), end: lines.position(mark.at.span.end) }))
    .sort(
      (a, b) =>
        a.start.line - b.start.line ||
        Number(b.mark.primary) - Number(a.mark.primary) ||
        a.start.column - b.start.column,
    );
  let previous: number | undefined;
  for (const { mark, start, end } of placed) {
    if (start.line !== previous) {
      if (previous !== undefined && start.line > previous + 1) out.push(`${' '.repeat(gutter)}${colours.blue('...')}`);
      previous = start.line;
    }
    const source = lines.lineText(start.line);
    const stop = end.line === start.line ? end.column : source.length + 1;
    const piece = crop(source, start.column - 1, Math.max(stop - 1, start.column - 1));
    const number = colours.blue(pad(String(start.line), gutter, 'left'));
    const shown = `${number} ${bar} ${piece.text}`;
    // A second mark on the same line repeats the line only if the window onto it is another one.
    if (!out.includes(shown)) out.push(shown);
    const carets = (mark.primary ? '^' : '-').repeat(Math.max(1, piece.width));
    const label = `${carets}${mark.message === '' ? '' : ` ${mark.message}`}`;
    out.push(`${empty} ${' '.repeat(piece.indent)}${mark.primary ? tint(label) : colours.blue(label)}`);
  }
  return out;
}

const window = 150;

/**
 * The part of a source line to show around `[from, to)` (code units), tabs replaced, and where the marked part lies in it
 * in terminal columns. A line of two megabytes must not be printed whole.
 */
function crop(line: string, from: number, to: number): { text: string; indent: number; width: number } {
  const start = line.length > window && from > window / 2 ? from - window / 2 : 0;
  const stop = Math.min(line.length, start + window);
  const lead = start > 0 ? '...' : '';
  const before = printable(lead + line.slice(start, from));
  const indent = displayWidth(before);
  // Tabs inside the marked part depend on the column where it starts.
  const marked = printable(lead + line.slice(start, Math.min(to, stop)));
  const text = printable(lead + line.slice(start, stop)) + (stop < line.length ? '...' : '');
  return { text, indent, width: displayWidth(marked) - indent };
}

function describeFix(fix: Fix, linesOf: LinesOf): string {
  const edit = fix.edits[0];
  if (fix.edits.length !== 1 || edit === undefined) return fix.title;
  const at = linesOf(edit.file)?.position(edit.span.start);
  return at === undefined ? fix.title : `${fix.title} (line ${at.line}, column ${at.column})`;
}

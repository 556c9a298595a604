import type { Diagnostic, Source } from '../compiler/api.ts';
import { LineMap, type Position } from '../grammar/position.ts';
import { exitCode, type Io } from './io.ts';
import { render } from './render.ts';
import { counted } from './text.ts';

/** Diagnostics that people are shown at once. */
const most = 100;

/** A diagnostic as `--json` prints it (docs/cli.md). */
export interface JsonDiagnostic {
  readonly code: string;
  readonly name: string;
  readonly severity: string;
  readonly file: string;
  readonly range: { readonly start: Position; readonly end: Position };
  readonly message: string;
  readonly remedy: string | null;
  readonly related: readonly {
    readonly file: string;
    readonly range: { readonly start: Position; readonly end: Position };
    readonly message: string;
  }[];
  readonly fixes: readonly {
    readonly title: string;
    readonly edits: readonly {
      readonly file: string;
      readonly range: { readonly start: Position; readonly end: Position };
      readonly text: string;
    }[];
  }[];
}

/**
 * How a verb answers: sentences and tables for people, or one JSON object and nothing else for programs. Answers go to standard
 * output, everything else to standard error.
 */
export class Reply {
  readonly io: Io;
  readonly verb: string;
  readonly json: boolean;

  constructor(io: Io, verb: string, json: boolean) {
    this.io = io;
    this.verb = verb;
    this.json = json;
  }

  /** A line of the answer, for people. */
  say(text = ''): void {
    if (!this.json) this.io.out(`${text}\n`);
  }

  /** A line beside the answer, for people. */
  note(text: string): void {
    if (!this.json) this.io.err(`${text}\n`);
  }

  /** The answer as the one JSON object. `ok` says whether the exit code is 0. */
  object(ok: boolean, fields: Readonly<Record<string, unknown>>): void {
    if (this.json) this.io.out(`${JSON.stringify({ verb: this.verb, ok, ...fields })}\n`);
  }

  /** What cannot be done and what to do instead; returns the exit code. */
  problem(code: number, message: string, help?: string): number {
    if (this.json) {
      this.object(false, { error: { message, help: help ?? null, exit: code }, diagnostics: [] });
    } else {
      this.io.err(`marl ${this.verb}: ${message}\n`);
      if (help !== undefined) this.io.err(`  help: ${help}\n`);
    }
    return code;
  }

  /** Shows what is wrong with a program; returns the exit code. `stream` is where people read it. */
  refuse(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): number {
    this.show(diagnostics, sources);
    this.object(false, { diagnostics: jsonDiagnostics(diagnostics, sources) });
    return exitCode.wrong;
  }

  /** Shows diagnostics to people, on standard error (or output, where they are the answer). */
  show(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, Source>, stream: 'out' | 'err' = 'err'): void {
    if (this.json || diagnostics.length === 0) return;
    this.io[stream](render(diagnostics.slice(0, most), { colour: this.io.colour[stream], sources }));
    if (diagnostics.length > most)
      this.io[stream](`and ${counted(diagnostics.length - most, 'more problem')}; --json lists them all\n\n`);
  }
}

export function jsonDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, Source>,
): readonly JsonDiagnostic[] {
  const maps = new Map<string, LineMap>();
  const range = (
    file: string,
    span: { readonly start: number; readonly end: number },
  ): { start: Position; end: Position } => {
    let lines = maps.get(file);
    if (lines === undefined) {
      lines = new LineMap(sources.get(file)?.text ?? '');
      maps.set(file, lines);
    }
    return { start: lines.position(span.start), end: lines.position(span.end) };
  };
  return diagnostics.map(d => ({
    code: d.code,
    name: d.name,
    severity: d.severity,
    file: d.at.file,
    range: range(d.at.file, d.at.span),
    message: d.message,
    remedy: d.remedy ?? null,
    related: d.related.map(r => ({ file: r.at.file, range: range(r.at.file, r.at.span), message: r.message })),
    fixes: d.fixes.map(fix => ({
      title: fix.title,
      edits: fix.edits.map(edit => ({ file: edit.file, range: range(edit.file, edit.span), text: edit.text })),
    })),
  }));
}

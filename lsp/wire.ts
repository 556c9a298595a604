/** What features find, as the protocol writes it. Together with `server.ts` the only file that knows the protocol. */
import {
  type CodeAction,
  type CompletionItem,
  CompletionItemKind,
  CompletionItemTag,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentSymbol,
  FoldingRangeKind,
  InsertTextFormat,
  type Location,
  MarkupKind,
  SymbolKind as ProtocolSymbol,
  type Range,
  SemanticTokensBuilder,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type * as Api from '../compiler/api.ts';
import type { Action } from './actions.ts';
import type { Edit, Place, Sheet, Span } from './base.ts';
import type { CompletionKind, CompletionItem as Item } from './completion.ts';
import type { Project } from './project.ts';
import type { Fold } from './structure.ts';
import type { SymbolKind, SymbolNode } from './symbols.ts';
import { type Token, tokenModifiers, tokenTypes } from './tokens.ts';

/** Turns places into what the client understands. */
export class Wire {
  readonly #project: Project;
  readonly #uriOf: (path: string) => string;

  constructor(project: Project, uriOf: (path: string) => string) {
    this.#project = project;
    this.#uriOf = uriOf;
  }

  range(sheet: Sheet, { start, end }: Span): Range {
    return { start: position(sheet, start), end: position(sheet, end) };
  }

  location({ path, span }: Place): Location {
    return { uri: this.#uriOf(path), range: this.#rangeIn(path, span) };
  }

  #rangeIn(path: string, span: Span): Range {
    const sheet = this.#project.sheet(path);
    const nowhere = { line: 0, character: 0 };
    return sheet === undefined ? { start: nowhere, end: nowhere } : this.range(sheet, span);
  }

  uri(path: string): string {
    return this.#uriOf(path);
  }

  edits(edits: readonly Edit[]): WorkspaceEdit {
    const changes: Record<string, TextEdit[]> = {};
    for (const { path, span, text } of edits) {
      const uri = this.#uriOf(this.#project.canonical(path));
      const list = changes[uri] ?? [];
      list.push({ range: this.#rangeIn(this.#project.canonical(path), span), newText: text });
      changes[uri] = list;
    }
    return { changes };
  }

  diagnostic(one: Api.Diagnostic, help: string | undefined): Diagnostic {
    const path = this.#project.canonical(one.at.file);
    return {
      range: this.#rangeIn(path, widened(one.at.span)),
      severity: severities[one.severity],
      code: one.code,
      source: 'marl',
      message: one.remedy === undefined ? one.message : `${one.message}\n${one.remedy}`,
      ...(help === undefined ? {} : { codeDescription: { href: `${help}#${one.code.toLowerCase()}` } }),
      ...(/^(unused|never|constant)/.test(one.name) ? { tags: [DiagnosticTag.Unnecessary] } : {}),
      relatedInformation: one.related.map(({ at, message }) => ({
        location: this.location({ path: this.#project.canonical(at.file), span: at.span }),
        message,
      })),
      data: { name: one.name },
    };
  }

  completion(sheet: Sheet, replace: Span, item: Item, snippets: boolean): CompletionItem {
    const plain = item.insert === undefined ? item.label : snippets ? item.insert : withoutPlaces(item);
    return {
      label: item.label,
      kind: completionKinds[item.kind],
      sortText: `${String(Math.round((item.rank ?? 5) * 100)).padStart(4, '0')} ${item.label}`,
      filterText: item.label,
      insertTextFormat: snippets && item.snippet === true ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      textEdit: { range: this.range(sheet, replace), newText: plain },
      ...(item.detail === undefined ? {} : { detail: item.detail }),
      ...(item.aside === undefined ? {} : { labelDetails: { description: item.aside } }),
      ...(item.doc === undefined || item.doc === ''
        ? {}
        : { documentation: { kind: MarkupKind.Markdown, value: item.doc } }),
      ...(item.unfit === true ? { tags: [CompletionItemTag.Deprecated] } : {}),
      ...(item.edits === undefined
        ? {}
        : {
            additionalTextEdits: item.edits.map(({ span, text }) => ({
              range: this.range(sheet, span),
              newText: text,
            })),
          }),
    };
  }

  action(action: Action, help: string | undefined): CodeAction {
    return {
      title: action.title,
      kind: action.kind,
      edit: this.edits(action.edits),
      ...(action.repairs === undefined ? {} : { diagnostics: [this.diagnostic(action.repairs, help)] }),
      ...(action.preferred === true ? { isPreferred: true } : {}),
    };
  }

  symbol(sheet: Sheet, node: SymbolNode): DocumentSymbol {
    return {
      name: node.name,
      detail: node.detail,
      kind: symbolKinds[node.kind],
      range: this.range(sheet, node.extent),
      selectionRange: this.range(sheet, node.span),
      children: node.children.map(child => this.symbol(sheet, child)),
    };
  }

  /** The protocol wants one line per token. */
  tokens(sheet: Sheet, tokens: readonly Token[], range?: Span): { data: number[] } {
    const builder = new SemanticTokensBuilder();
    for (const token of tokens) {
      if (range !== undefined && (token.end < range.start || token.start > range.end)) continue;
      const type = tokenTypes.indexOf(token.type);
      const modifiers = token.modifiers.reduce((bits, one) => bits | (1 << tokenModifiers.indexOf(one)), 0);
      const first = sheet.lines.position(token.start).line;
      const last = sheet.lines.position(token.end).line;
      for (let line = first; line <= last; line++) {
        const whole = sheet.lines.lineSpan(line);
        const start = Math.max(whole.start, token.start);
        const end = Math.min(whole.end, token.end);
        if (end > start) builder.push(line - 1, start - whole.start, end - start, type, modifiers);
      }
    }
    return builder.build();
  }
}

export function position(sheet: Sheet, offset: number): { line: number; character: number } {
  const { line, column } = sheet.lines.position(offset);
  return { line: line - 1, character: column - 1 };
}

export function offsetOf(sheet: Sheet, at: { readonly line: number; readonly character: number }): number {
  return sheet.lines.offset({ line: at.line + 1, column: at.character + 1 });
}

export function spanOf(sheet: Sheet, range: Range): Span {
  const start = offsetOf(sheet, range.start);
  return { start, end: Math.max(start, offsetOf(sheet, range.end)) };
}

/** A place without extent is not drawn by some editors. */
function widened({ start, end }: Span): Span {
  return { start, end: Math.max(end, start + 1) };
}

/** The text of a snippet with its places filled in. */
function withoutPlaces({ insert = '', snippet }: Item): string {
  if (snippet !== true) return insert;
  return insert
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\d+/g, '')
    .replace(/\\([$}\\])/g, '$1');
}

export function fold({ from, to, kind }: Fold): { startLine: number; endLine: number; kind?: string } {
  const kinds = { comment: FoldingRangeKind.Comment, imports: FoldingRangeKind.Imports, region: undefined };
  const known = kinds[kind];
  return { startLine: from - 1, endLine: to - 1, ...(known === undefined ? {} : { kind: known }) };
}

const severities: Readonly<Record<Api.Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

const completionKinds: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  keyword: CompletionItemKind.Keyword,
  snippet: CompletionItemKind.Snippet,
  function: CompletionItemKind.Function,
  variable: CompletionItemKind.Variable,
  constant: CompletionItemKind.Constant,
  field: CompletionItemKind.Field,
  enum: CompletionItemKind.Enum,
  member: CompletionItemKind.EnumMember,
  type: CompletionItemKind.Struct,
  module: CompletionItemKind.Module,
  setting: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
  algorithm: CompletionItemKind.Class,
  game: CompletionItemKind.Class,
};

export const symbolKinds: Readonly<Record<SymbolKind, ProtocolSymbol>> = {
  game: ProtocolSymbol.Class,
  enum: ProtocolSymbol.Enum,
  member: ProtocolSymbol.EnumMember,
  record: ProtocolSymbol.Struct,
  field: ProtocolSymbol.Field,
  constant: ProtocolSymbol.Constant,
  function: ProtocolSymbol.Function,
  parameter: ProtocolSymbol.Variable,
  agents: ProtocolSymbol.Object,
  index: ProtocolSymbol.Enum,
  action: ProtocolSymbol.EnumMember,
  state: ProtocolSymbol.Field,
  local: ProtocolSymbol.Variable,
  binder: ProtocolSymbol.Variable,
  training: ProtocolSymbol.Event,
  solve: ProtocolSymbol.Event,
  sweep: ProtocolSymbol.Event,
  mixer: ProtocolSymbol.Function,
  network: ProtocolSymbol.Function,
  section: ProtocolSymbol.Namespace,
};

/** Every request about a file, answered by the feature of that name. Beside `server.ts` and `wire.ts` this knows the protocol. */
import {
  type CallHierarchyIncomingCallsParams,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCallsParams,
  type ClientCapabilities,
  type CodeActionParams,
  type Connection,
  type DocumentOnTypeFormattingParams,
  type DocumentRangeFormattingParams,
  type ExecuteCommandParams,
  type InlayHintParams,
  LSPErrorCodes,
  type Range,
  type ReferenceParams,
  type RenameParams,
  ResponseError,
  type SelectionRangeParams,
  type SemanticTokensParams,
  type SemanticTokensRangeParams,
  type TextDocumentPositionParams,
  type WorkspaceSymbolParams,
} from 'vscode-languageserver';
import type { Diagnostic } from '../compiler/api.ts';
import { actions } from './actions.ts';
import type { Sheet } from './base.ts';
import { callable, incoming, outgoing } from './calls.ts';
import { complete } from './completion.ts';
import { formatting, rangeFormatting, typeFormatting } from './formatting.ts';
import { hints } from './hints.ts';
import { hover } from './hover.ts';
import { type CommandName, lenses } from './lenses.ts';
import { links } from './links.ts';
import type { Method } from './methods.ts';
import type { Decl } from './names.ts';
import { definition, highlights, prepareRename, references, rename, typeDefinition } from './navigation.ts';
import type { Project } from './project.ts';
import { signature } from './signature.ts';
import { folds, selections } from './structure.ts';
import { documentSymbols, workspaceSymbols } from './symbols.ts';
import { semanticTokens } from './tokens.ts';
import { fold, offsetOf, position, spanOf, symbolKinds, type Wire } from './wire.ts';

/** What answers need of the server. */
export interface Session {
  readonly connection: Connection;
  readonly project: Project;
  readonly wire: Wire;
  sheet(uri: string): Sheet | undefined;
  client(): ClientCapabilities;
  can(): ReadonlySet<CommandName>;
  /** The file that explains diagnostics. */
  help(): string | undefined;
  /** What is known to be wrong with the text as it stands. */
  diagnostics(path: string): readonly Diagnostic[];
  study(uri: string): void;
  solve(uri: string, name: string): void;
}

/** Requests that are answered here. */
export type Answers = Readonly<Record<Method, (params: never) => unknown>>;

export function answersOf(session: Session): Answers {
  const { connection, project, wire } = session;

  /** Runs a feature on the file it is asked of; a mistake of ours is logged and answered with nothing. */
  function on<P extends { readonly textDocument: { readonly uri: string } }, R>(
    feature: (sheet: Sheet, params: P) => R,
  ): (params: P) => R | null {
    return params => {
      try {
        const sheet = session.sheet(params.textDocument.uri);
        return sheet === undefined ? null : feature(sheet, params);
      } catch (error) {
        if (error instanceof ResponseError) throw error;
        connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
        return null;
      }
    };
  }

  const at = <R>(feature: (sheet: Sheet, offset: number) => R) =>
    on<TextDocumentPositionParams, R>((sheet, params) => feature(sheet, offsetOf(sheet, params.position)));

  const noTokens = { data: [] };
  return {
    'textDocument/completion': at((sheet, offset) => {
      const { replace, items } = complete(project, sheet, offset);
      const snippets = session.client().textDocument?.completion?.completionItem?.snippetSupport === true;
      return { isIncomplete: false, items: items.map(item => wire.completion(sheet, replace, item, snippets)) };
    }),
    'textDocument/hover': at((sheet, offset) => {
      const found = hover(project, sheet, offset);
      return found === undefined
        ? null
        : { range: wire.range(sheet, found.span), contents: { kind: 'markdown', value: found.markdown } };
    }),
    'textDocument/signatureHelp': at((sheet, offset) => {
      const found = signature(project, sheet, offset);
      if (found === undefined) return null;
      const { label, doc, parameters, active } = found;
      const documented = (text: string | undefined) => (text === undefined ? {} : { documentation: text });
      return {
        signatures: [
          {
            label,
            ...documented(doc),
            parameters: parameters.map(one => ({ label: one.label, ...documented(one.doc) })),
          },
        ],
        activeSignature: 0,
        activeParameter: active,
      };
    }),
    'textDocument/definition': at((sheet, offset) => linkTo(sheet, definition(project, sheet, offset))),
    'textDocument/typeDefinition': at((sheet, offset) => linkTo(sheet, typeDefinition(project, sheet, offset))),
    'textDocument/references': on((sheet, params: ReferenceParams) =>
      references(project, sheet, offsetOf(sheet, params.position), params.context.includeDeclaration).map(one =>
        wire.location(one),
      ),
    ),
    'textDocument/documentHighlight': at((sheet, offset) =>
      highlights(project, sheet, offset).map(({ span, writes }) => ({
        range: wire.range(sheet, span),
        kind: writes ? 3 : 2,
      })),
    ),
    'textDocument/prepareRename': at((sheet, offset) => {
      const found = prepareRename(project, sheet, offset);
      if ('refused' in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refused);
      return { range: wire.range(sheet, found.span), placeholder: found.name };
    }),
    'textDocument/rename': on((sheet, params: RenameParams) => {
      const found = rename(project, sheet, offsetOf(sheet, params.position), params.newName);
      if ('refused' in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refused);
      return wire.edits(found.edits);
    }),
    'textDocument/documentSymbol': on(sheet => documentSymbols(sheet).map(node => wire.symbol(sheet, node))),
    'workspace/symbol': ({ query }: WorkspaceSymbolParams) =>
      workspaceSymbols(project, query).map(({ name, kind, of, path, span }) => ({
        name,
        kind: symbolKinds[kind],
        location: wire.location({ path, span }),
        ...(of === undefined ? {} : { containerName: of }),
      })),
    'textDocument/foldingRange': on(sheet => folds(sheet).map(fold)),
    'textDocument/selectionRange': on((sheet, params: SelectionRangeParams) =>
      params.positions.map(one => {
        type Nested = { range: Range; parent?: Nested };
        let outer: Nested | undefined;
        for (const span of [...selections(sheet, offsetOf(sheet, one))].reverse())
          outer = { range: wire.range(sheet, span), ...(outer === undefined ? {} : { parent: outer }) };
        return outer ?? { range: { start: one, end: one } };
      }),
    ),
    'textDocument/semanticTokens/full': (params: SemanticTokensParams) =>
      on(sheet => wire.tokens(sheet, semanticTokens(project, sheet)))(params) ?? noTokens,
    'textDocument/semanticTokens/range': (params: SemanticTokensRangeParams) =>
      on(sheet => wire.tokens(sheet, semanticTokens(project, sheet), spanOf(sheet, params.range)))(params) ?? noTokens,
    'textDocument/formatting': on(sheet => textEdits(sheet, formatting(sheet))),
    'textDocument/rangeFormatting': on((sheet, params: DocumentRangeFormattingParams) =>
      textEdits(sheet, rangeFormatting(sheet, spanOf(sheet, params.range))),
    ),
    'textDocument/onTypeFormatting': on((sheet, params: DocumentOnTypeFormattingParams) =>
      textEdits(sheet, typeFormatting(sheet, offsetOf(sheet, params.position), params.ch)),
    ),
    'textDocument/codeAction': on((sheet, params: CodeActionParams) => {
      const only = params.context.only;
      const span = spanOf(sheet, params.range);
      return actions(project, sheet, span, session.diagnostics(sheet.path))
        .map(one => wire.action(one, session.help()))
        .filter(({ kind }) =>
          // What changes the whole file is offered to those who ask for that.
          only === undefined
            ? kind !== 'source.fixAll'
            : only.some(wanted => kind === wanted || kind?.startsWith(`${wanted}.`)),
        );
    }),
    'textDocument/inlayHint': on((sheet, params: InlayHintParams) =>
      hints(project, sheet, spanOf(sheet, params.range)).map(one => ({
        position: position(sheet, one.at),
        label: one.text,
        tooltip: one.tooltip,
        ...(one.kind === 'type' ? { kind: 1 as const } : { paddingLeft: true }),
      })),
    ),
    'textDocument/codeLens': on(sheet =>
      lenses(project, sheet, session.can()).map(({ span, title, command, target }) => ({
        range: wire.range(sheet, span),
        command: {
          title,
          command: command ?? '',
          ...(command === undefined ? {} : { arguments: [wire.uri(target.path), target.name] }),
        },
      })),
    ),
    'textDocument/documentLink': on(sheet =>
      links(project, sheet).map(({ span, path }) => ({ range: wire.range(sheet, span), target: wire.uri(path) })),
    ),
    'workspace/executeCommand': ({ command, arguments: args }: ExecuteCommandParams) => {
      const [uri, name] = (args ?? []) as readonly unknown[];
      if (command === 'marl.check' && typeof uri === 'string') session.study(uri);
      if (command === 'marl.answer' && typeof uri === 'string' && typeof name === 'string') session.solve(uri, name);
      return null;
    },

    'textDocument/prepareCallHierarchy': at((sheet, offset) => {
      const decl = callable(project, sheet, offset);
      return decl === undefined ? null : [callItem(decl)];
    }),
    'callHierarchy/incomingCalls': ({ item }: CallHierarchyIncomingCallsParams) => {
      const decl = declOf(item);
      return decl === undefined
        ? null
        : incoming(project, decl).map(({ decl: from, at }) => ({
            from: callItem(from),
            fromRanges: ranges(from.path, at),
          }));
    },
    'callHierarchy/outgoingCalls': ({ item }: CallHierarchyOutgoingCallsParams) => {
      const decl = declOf(item);
      return decl === undefined
        ? null
        : outgoing(project, decl).map(({ decl: to, at }) => ({ to: callItem(to), fromRanges: ranges(decl.path, at) }));
    },
  };

  // -------------------------------------------------------------------------------------------- small things

  function textEdits(sheet: Sheet, edits: ReturnType<typeof formatting>) {
    return edits.map(({ span, text }) => ({ range: wire.range(sheet, span), newText: text }));
  }

  function linkTo(sheet: Sheet, found: ReturnType<typeof definition>) {
    if (found === undefined) return null;
    const target = wire.location(found.to);
    if (session.client().textDocument?.definition?.linkSupport !== true) return target;
    const whole = wire.location({ path: found.to.path, span: found.extent }).range;
    return [
      {
        originSelectionRange: wire.range(sheet, found.from),
        targetUri: target.uri,
        targetRange: whole,
        targetSelectionRange: target.range,
      },
    ];
  }

  function callItem(decl: Decl): CallHierarchyItem {
    const { uri, range } = wire.location({ path: decl.path, span: decl.extent });
    const selectionRange = wire.location({ path: decl.path, span: decl.span }).range;
    return { name: decl.name, kind: symbolKinds[decl.kind], detail: decl.of ?? '', uri, range, selectionRange };
  }

  function declOf(item: CallHierarchyItem): Decl | undefined {
    const sheet = session.sheet(item.uri);
    return sheet === undefined ? undefined : project.at(sheet, offsetOf(sheet, item.selectionRange.start))?.decl;
  }

  function ranges(path: string, spans: readonly { readonly start: number; readonly end: number }[]): Range[] {
    return spans.map(span => wire.location({ path, span }).range);
  }
}

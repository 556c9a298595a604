/** The language server: the protocol on one side, features as plain functions on the other. Nothing a client sends makes it end. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type ClientCapabilities,
  DidChangeWatchedFilesNotification,
  type DocumentDiagnosticReport,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
  type WorkDoneProgressServerReporter,
} from 'vscode-languageserver';
import { createConnection } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic } from '../compiler/api.ts';
import { Analyst, type Purpose, type Thread } from './analyst.ts';
import type { Answers, Session } from './answers.ts';
import type { Desk } from './base.ts';
import { type CommandName, commands, ownCommands } from './lenses.ts';
import { methods } from './methods.ts';
import { Project } from './project.ts';
import { tokenModifiers, tokenTypes } from './tokens.ts';
import { Wire } from './wire.ts';

export interface Surroundings {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly version: string;
  readonly desk: Desk;
  startThread(purpose: Purpose): Thread;
  /** The address of a page that explains every diagnostic under a heading by its code; `load` writes it. */
  readonly explanations: string | undefined;
  /** Loads what only features need, the words of the language among it. */
  load(): Promise<void>;
}

/** What is known of an open file. */
interface Known {
  version: number;
  /** Of the version above, or of an older one while `settled` is false. */
  diagnostics: readonly Diagnostic[];
  settled: boolean;
  files: readonly string[];
  /** Found by the slow part for just this version. */
  studied: readonly Diagnostic[];
  waiting: (() => void)[];
}

/** The slow part that goes on, and how its progress is told once the client is ready for that. */
interface Running {
  readonly path: string;
  reporter: WorkDoneProgressServerReporter | undefined;
}

const longestWait = 15_000;

/** Serves until the client leaves; the promise ends then. */
export function serve(around: Surroundings): Promise<void> {
  const connection = createConnection(around.input, around.output);
  const documents = new TextDocuments(TextDocument);
  const project = new Project(around.desk);
  const uris = new Map<string, string>();
  const known = new Map<string, Known>();
  /** Files without an editor that have diagnostics because of an open one. */
  const shown = new Map<string, ReadonlySet<string>>();
  const wire = new Wire(
    project,
    path =>
      uris.get(path) ??
      (/^[a-z][\w+.-]+:/i.test(path) && !/^[a-z]:[\\/]/i.test(path) ? path : pathToFileURL(path).href),
  );
  let client: ClientCapabilities = {};
  let can: ReadonlySet<CommandName> = new Set();
  let help: string | undefined;
  let version = 0;
  let running: Running | undefined;

  const analyst = new Analyst(around.startThread, {
    diagnostics(path, of, found, files, partial) {
      const about = known.get(path);
      if (about === undefined || about.version !== of) return;
      const before = about.diagnostics;
      about.diagnostics = found;
      about.settled = true;
      about.files = files.map(file => project.canonical(file));
      for (const done of about.waiting.splice(0)) done();
      publish(path);
      load().catch(error => connection.console.error(String(error)));
      // A client that asks has the answer of the quick check; the whole one may say more.
      if (!partial && pulls() && differ(before, found)) refresh('diagnostics');
    },
    insight(path, _of, insight) {
      project.learn(path, insight);
      refresh('hints');
      refresh('lenses');
    },
    studied({ path, version: of, diagnostics, games }) {
      endProgress(path);
      const about = known.get(path);
      if (about === undefined || about.version !== of) return;
      about.studied = diagnostics;
      const insight = project.insight(path);
      const others = insight?.games.filter(game => !games.some(one => one.name === game.name)) ?? [];
      if (insight !== undefined) project.learn(path, { ...insight, games: [...games, ...others] });
      publish(path);
      if (pulls()) refresh('diagnostics');
      refresh('hints');
      refresh('lenses');
    },
    solved({ path, version: of, answers }) {
      endProgress(path);
      const sheet = project.sheet(path);
      if (sheet === undefined || known.get(path)?.version !== of) return;
      project.learnAnswers(sheet, answers);
      refresh('hints');
      for (const { of: name, short } of answers) connection.console.info(`${name}: ${short}`);
    },
    progress({ path, done, of, what }) {
      if (running?.path === path) running.reporter?.report(Math.round((100 * done) / Math.max(1, of)), what);
    },
    log: message => connection.console.error(message),
  });

  // -------------------------------------------------------------------------------------------- beginning and end

  connection.onInitialize((params): InitializeResult => {
    client = params.capabilities;
    const options = params.initializationOptions as { readonly commands?: unknown } | undefined;
    const wanted = Array.isArray(options?.commands) ? (options.commands as readonly unknown[]) : [...ownCommands];
    can = new Set(commands.filter(name => wanted.includes(name)));
    for (const folder of foldersOf(params)) project.addFolder(folder);
    help = around.explanations;
    return {
      serverInfo: { name: 'marl', version: around.version },
      capabilities: {
        positionEncoding: 'utf-16',
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        completionProvider: { triggerCharacters: ['.', ' ', '(', '=', ':', '{', '>'] },
        hoverProvider: true,
        signatureHelpProvider: { triggerCharacters: ['(', ','], retriggerCharacters: [':'] },
        definitionProvider: true,
        typeDefinitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        workspaceSymbolProvider: true,
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        semanticTokensProvider: {
          legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] },
          full: true,
          range: true,
        },
        documentFormattingProvider: true,
        documentRangeFormattingProvider: true,
        documentOnTypeFormattingProvider: { firstTriggerCharacter: '}', moreTriggerCharacter: ['\n'] },
        codeActionProvider: { codeActionKinds: ['quickfix', 'refactor.rewrite', 'refactor.extract', 'source.fixAll'] },
        inlayHintProvider: true,
        codeLensProvider: {},
        documentLinkProvider: {},
        callHierarchyProvider: true,
        executeCommandProvider: { commands: [...ownCommands] },
        diagnosticProvider: { interFileDependencies: true, workspaceDiagnostics: false },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  connection.onInitialized(() => {
    analyst.warm();
    if (client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true)
      void connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: '**/*.marl' }, { globPattern: '**/runs/*/summary.json' }],
      });
    if (client.workspace?.workspaceFolders === true)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of added) project.addFolder(pathOf(uri));
        for (const { uri } of removed) project.removeFolder(pathOf(uri));
      });
  });

  const left = new Promise<void>(resolve => {
    connection.onShutdown(() => analyst.stop());
    connection.onExit(() => resolve());
    around.input.once('end', () => {
      analyst.stop();
      resolve();
    });
  });

  // -------------------------------------------------------------------------------------------- texts

  documents.onDidChangeContent(({ document }) => {
    const path = pathOf(document.uri);
    uris.set(path, document.uri);
    const text = document.getText();
    const about = known.get(path);
    if (about?.settled === true && project.sheet(path)?.text === text) return;
    project.put(path, text);
    check(path, text);
    for (const [other, { files }] of known)
      if (other !== path && files.includes(path)) {
        const sheet = project.sheet(other);
        project.forgetAnswers(other);
        if (sheet !== undefined) check(other, sheet.text);
      }
  });

  documents.onDidSave(({ document }) => startStudy(pathOf(document.uri)));

  documents.onDidClose(({ document }) => {
    const path = pathOf(document.uri);
    for (const done of known.get(path)?.waiting.splice(0) ?? []) done();
    known.delete(path);
    project.close(path);
    analyst.close(path);
    endProgress(path);
    if (!pulls()) void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    uris.delete(path);
    showOthers(path, []);
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (changes.some(({ uri }) => uri.endsWith('summary.json'))) refresh('hints');
    if (!changes.some(({ uri }) => uri.endsWith('.marl'))) return;
    project.forget();
    analyst.refresh();
    for (const path of project.openPaths) check(path, project.sheet(path)?.text ?? '');
  });

  function check(path: string, text: string): void {
    version++;
    const about = known.get(path) ?? {
      version,
      diagnostics: [],
      settled: false,
      files: [path],
      studied: [],
      waiting: [],
    };
    about.version = version;
    about.settled = false;
    about.studied = [];
    known.set(path, about);
    endProgress(path);
    analyst.check(path, text, version);
  }

  function startStudy(path: string): void {
    if (begin(path, 'Marl: deciding assertions')) analyst.study(path);
  }

  function startSolving(path: string, name: string): void {
    if (begin(path, 'Marl: solving')) analyst.solve(path, name);
  }

  /** Shows that something slow begins; what was going on ends. */
  function begin(path: string, title: string): boolean {
    if (!known.has(path)) return false;
    if (running !== undefined) endProgress(running.path);
    const mine: Running = { path, reporter: undefined };
    running = mine;
    connection.window.createWorkDoneProgress().then(
      reporter => {
        reporter.begin(title, 0, undefined, true);
        // It may have come to its end before the client was ready to show it.
        if (running !== mine) return reporter.done();
        mine.reporter = reporter;
        reporter.token.onCancellationRequested(() => {
          if (running !== mine) return;
          analyst.cancelStudy();
          endProgress(path);
        });
      },
      () => undefined,
    );
    return true;
  }

  function endProgress(path: string): void {
    if (running?.path !== path) return;
    running.reporter?.done();
    running = undefined;
  }

  // -------------------------------------------------------------------------------------------- diagnostics

  function pulls(): boolean {
    return client.textDocument?.diagnostic !== undefined && client.workspace?.diagnostics?.refreshSupport === true;
  }

  function all(path: string): readonly Diagnostic[] {
    const about = known.get(path);
    return about === undefined ? [] : [...about.diagnostics, ...about.studied];
  }

  function publish(path: string): void {
    const found = all(path);
    const own = found.filter(one => project.canonical(one.at.file) === path);
    const uri = wire.uri(path);
    const of = documents.get(uri)?.version;
    const diagnostics = own.map(one => wire.diagnostic(one, help));
    if (!pulls()) void connection.sendDiagnostics({ uri, diagnostics, ...(of === undefined ? {} : { version: of }) });
    showOthers(path, found);
  }

  /** Files that are not open are shown wrong where an open one imports them. */
  function showOthers(path: string, found: readonly Diagnostic[]): void {
    const byFile = new Map<string, Diagnostic[]>();
    for (const one of found) {
      const file = project.canonical(one.at.file);
      if (file === path || project.isOpen(file) || !project.owns(file)) continue;
      byFile.set(file, [...(byFile.get(file) ?? []), one]);
    }
    for (const file of shown.get(path) ?? [])
      if (!byFile.has(file) && !project.isOpen(file))
        void connection.sendDiagnostics({ uri: wire.uri(file), diagnostics: [] });
    for (const [file, list] of byFile)
      void connection.sendDiagnostics({
        uri: wire.uri(file),
        diagnostics: list.map(one => wire.diagnostic(one, help)),
      });
    shown.set(path, new Set(byFile.keys()));
  }

  function differ(a: readonly Diagnostic[], b: readonly Diagnostic[]): boolean {
    const line = (one: Diagnostic): string =>
      `${one.code} ${one.at.file} ${one.at.span.start} ${one.at.span.end} ${one.message}`;
    return a.map(line).join('\n') !== b.map(line).join('\n');
  }

  function refresh(what: 'diagnostics' | 'hints' | 'lenses'): void {
    const { workspace } = client;
    const ignore = (): undefined => undefined;
    if (what === 'diagnostics' && workspace?.diagnostics?.refreshSupport === true)
      connection.languages.diagnostics.refresh().catch(ignore);
    if (what === 'hints' && workspace?.inlayHint?.refreshSupport === true)
      connection.languages.inlayHint.refresh().catch(ignore);
    if (what === 'lenses' && workspace?.codeLens?.refreshSupport === true)
      connection.sendRequest('workspace/codeLens/refresh').catch(ignore);
  }

  connection.languages.diagnostics.on(async ({ textDocument }): Promise<DocumentDiagnosticReport> => {
    const path = pathOf(textDocument.uri);
    const about = known.get(path);
    if (about !== undefined && !about.settled)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, longestWait);
        about.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    const own = all(path).filter(one => project.canonical(one.at.file) === path);
    return { kind: 'full', items: own.map(one => wire.diagnostic(one, help)) };
  });

  const session: Session = {
    connection,
    project,
    wire,
    sheet: uri => project.sheet(pathOf(uri)),
    client: () => client,
    can: () => can,
    help: () => help,
    // Places of an older text are of no use to a repair.
    diagnostics: path =>
      known.get(path)?.settled === true ? all(path).filter(one => project.canonical(one.at.file) === path) : [],
    study: uri => startStudy(pathOf(uri)),
    solve: (uri, name) => startSolving(pathOf(uri), name),
  };
  // What answers is loaded when it is first asked for, or when the first diagnostics have been shown.
  let answers: Promise<Answers> | undefined;
  function load(): Promise<Answers> {
    answers ??= Promise.all([import('./answers.ts'), around.load()]).then(([{ answersOf }]) => answersOf(session));
    return answers;
  }
  for (const method of methods)
    connection.onRequest(method, async (params: never): Promise<unknown> => (await load())[method](params));

  documents.listen(connection);
  connection.listen();
  return left;
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  const folders = workspaceFolders?.map(({ uri }) => uri) ?? (typeof rootUri === 'string' ? [rootUri] : []);
  return folders.map(pathOf);
}

/** A path on disk; other schemes (a file that was never saved) keep their address. */
function pathOf(uri: string): string {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : uri;
  } catch {
    return uri;
  }
}

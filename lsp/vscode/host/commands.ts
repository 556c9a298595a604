/** Commands: those of the code lenses, given a file and a name, and the same from the palette, where they ask for what they need. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { readRuns } from '../curve.ts';
import { runFolder } from '../launch.ts';
import type { CurvePanels } from './curvePanel.ts';
import type { PlayPanels } from './playPanel.ts';
import type { Server } from './server.ts';
import type { Tasks } from './tasks.ts';

interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly server: Server;
  readonly tasks: Tasks;
  readonly panels: PlayPanels;
  readonly curves: CurvePanels;
  readonly output: vscode.LogOutputChannel;
}

/** Milliseconds of solving up to which the answer is found again for the editor. */
const mostTime = 60_000;

/** A file, and a name in it; empty where the whole file is meant. */
interface Target {
  readonly uri: vscode.Uri;
  readonly name: string;
}

export function registerCommands({ context, server, tasks, panels, curves, output }: Parts): vscode.Disposable[] {
  const on = (name: string, run: (...given: unknown[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(name, run);
  /** Runs programs: only where the folder is trusted, and on what is written on disk. */
  const onTarget = (name: string, verb: 'solve' | 'train' | 'emit', run: (target: Target) => Promise<void>) =>
    on(name, async (uri, given) => {
      if (!trusted()) return;
      const target = await targetOf(uri, given, verb);
      if (target !== undefined && (await saved(target.uri))) await run(target);
    });
  return [
    onTarget('marl.solve', 'solve', async ({ uri, name }) => {
      const began = performance.now();
      const code = await tasks.run({ verb: 'solve', file: uri.fsPath, name, options: optionsOf('solveOptions') });
      if (code !== 0 || performance.now() - began > mostTime) return;
      // The server finds what was found in the terminal, and keeps it beside the question while that stays the same.
      const document = await vscode.workspace.openTextDocument(uri);
      for (const one of name === '' ? await namesIn(document, 'solve') : [name]) await answered(uri, one);
    }),
    onTarget('marl.train', 'train', async ({ uri, name }) => {
      const options = optionsOf('trainOptions');
      const folder = runFolder(tasks.folderOf(uri.fsPath), name, options);
      const how = await goOnOrReplace(folder, name);
      if (how === undefined) return;
      curves.show(folder, name, true);
      await tasks.run({ verb: 'train', file: uri.fsPath, name, options: [...options, ...how] });
    }),
    onTarget('marl.emit', 'emit', async ({ uri, name }) => {
      const folder = join(tasks.folderOf(uri.fsPath), name);
      const replace = existsSync(folder) ? await replaceFolder(folder) : [];
      if (replace === undefined) return;
      const code = await tasks.run({ verb: 'emit', file: uri.fsPath, name, options: ['-o', folder, ...replace] });
      if (code === 0) await openProgram(folder);
    }),
    on('marl.play', async (uri, given) => {
      if (!trusted()) return;
      const target = await targetOf(uri, given, 'game');
      if (target !== undefined) panels.show(target.uri, target.name);
    }),
    on('marl.curve', async given => {
      if (!trusted()) return;
      const folder = given instanceof vscode.Uri ? given.fsPath : await chooseRun();
      if (folder !== undefined) curves.show(folder, basename(folder), false);
    }),
    on('marl.restart', () => server.restart()),
    on('marl.output', () => output.show()),
    on('marl.walkthrough', () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`, false),
    ),
    on('marl.example', () => openExample(context)),
  ];
}

/** Asks the server for an answer between the lines; a server of another version may not know how. */
async function answered(uri: vscode.Uri, name: string): Promise<void> {
  try {
    await vscode.commands.executeCommand('marl.answer', uri.toString(), name);
  } catch {
    // The terminal has it all the same.
  }
}

function trusted(): boolean {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Trust';
  void vscode.window
    .showWarningMessage('Programs run in trusted folders only.', manage)
    .then(chosen => (chosen === manage ? vscode.commands.executeCommand('workbench.trust.manage') : undefined));
  return false;
}

function optionsOf(name: string): readonly string[] {
  return vscode.workspace.getConfiguration('marl').get<readonly string[]>(name, []).map(String);
}

/** What a lens gave, or what is chosen among the declarations of the file in front. */
async function targetOf(
  uri: unknown,
  given: unknown,
  kind: 'game' | 'solve' | 'train' | 'emit',
): Promise<Target | undefined> {
  if (typeof uri === 'string' && typeof given === 'string') return { uri: vscode.Uri.parse(uri), name: given };
  const document = uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : active();
  if (document === undefined) {
    void vscode.window.showInformationMessage('Open a .marl file first.');
    return undefined;
  }
  const names = await namesIn(document, kind);
  const whole = kind === 'solve' ? [{ label: 'All of the file', name: '' }] : [];
  const items = [...whole, ...names.map(name => ({ label: name, name }))];
  if (names.length === 0) {
    const what = { game: 'game', solve: 'game or solve', train: 'training', emit: 'training' }[kind];
    void vscode.window.showInformationMessage(`${basename(document.fileName)} declares no ${what}.`);
    return undefined;
  }
  const placeHolder = { game: 'Play which game?', solve: 'Solve what?', train: 'Train what?', emit: 'Emit what?' }[
    kind
  ];
  const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder });
  return chosen === undefined ? undefined : { uri: document.uri, name: chosen.name };
}

function active(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'marl' ? document : undefined;
}

/** Names in the file that a verb takes, from the server's lenses: it offers no lens for what cannot be done. */
async function namesIn(document: vscode.TextDocument, kind: 'game' | 'solve' | 'train' | 'emit'): Promise<string[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    1_000,
  );
  const command = kind === 'game' ? 'marl.play' : `marl.${kind}`;
  const names = (lenses ?? []).flatMap(({ command: found }) =>
    found?.command === command && typeof found.arguments?.[1] === 'string' ? [found.arguments[1]] : [],
  );
  return [...new Set(names.filter(name => name !== ''))];
}

/** Programs run on what is on disk. */
async function saved(uri: vscode.Uri): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find(one => one.uri.toString() === uri.toString());
  if (document === undefined) return uri.scheme === 'file';
  if (document.isUntitled) {
    void vscode.window.showInformationMessage('Save the file first: programs run from disk.');
    return false;
  }
  return !document.isDirty || (await document.save());
}

/** What to do about an older run in the folder: nothing is lost without being asked. */
async function goOnOrReplace(folder: string, name: string): Promise<readonly string[] | undefined> {
  const runs = readRuns(folder);
  if (runs.every(run => run.metrics.length === 0)) return [];
  if (runs.every(run => run.phase === 'finished')) {
    const again = 'Train Again';
    const curve = 'Only Show Its Curve';
    const chosen = await vscode.window.showInformationMessage(
      `${name} was trained to its end already.`,
      { modal: true },
      again,
      curve,
    );
    if (chosen === curve) void vscode.commands.executeCommand('marl.curve', vscode.Uri.file(folder));
    return chosen === again ? ['--force'] : undefined;
  }
  const on = 'Go On';
  const replace = 'Begin Again';
  const chosen = await vscode.window.showInformationMessage(
    `${name} was begun already and did not come to its end.`,
    { modal: true },
    on,
    replace,
  );
  return chosen === on ? ['--resume'] : chosen === replace ? ['--force'] : undefined;
}

async function replaceFolder(folder: string): Promise<readonly string[] | undefined> {
  const replace = 'Replace';
  const chosen = await vscode.window.showWarningMessage(
    `${folder} is there already.`,
    { modal: true, detail: 'Files of the program in it are written anew.' },
    replace,
  );
  return chosen === replace ? ['--force'] : undefined;
}

async function openProgram(folder: string): Promise<void> {
  // A game is read after the program that trains on it.
  const files = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.endsWith('.game.ts'));
  const main = files.find(name => name === `${basename(folder)}.ts`) ?? files[0];
  if (main !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(join(folder, main)), { preview: false });
}

/** A run folder of the workspace, found by its spec. */
async function chooseRun(): Promise<string | undefined> {
  const specs = await vscode.workspace.findFiles('**/runs/**/spec.json', '**/node_modules/**', 200);
  const items = specs
    .map(({ fsPath }) => join(fsPath, '..'))
    .sort()
    .map(path => ({ label: basename(path), description: vscode.workspace.asRelativePath(path), path }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage('No run was found below a folder `runs`.');
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Which run?' }))?.path;
}

/** An example as a new, unsaved file: the reader's own copy from the first key on. */
async function openExample(context: vscode.ExtensionContext): Promise<void> {
  const folder = join(context.extensionPath, 'dist', 'examples');
  const number = (name: string): number => Number(/^\d+/.exec(name)?.[0] ?? 0);
  const items = readdirSync(folder)
    .sort((a, b) => number(a) - number(b))
    .map(name => ({ label: name.replace(/^\d+-|\.marl$/g, '').replaceAll('-', ' '), path: join(folder, name) }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which example?' });
  if (chosen === undefined) return;
  const text = await vscode.workspace.fs.readFile(vscode.Uri.file(chosen.path));
  const content = new TextDecoder().decode(text);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'marl', content }));
}

/** Panels that step a game by hand. Each has a process of its own, so that a game that takes for ever holds up nobody. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { framePage } from '../page.ts';
import type { Answer, Order, Refusal, View } from '../table.ts';
import { received, tableMarkup, tableScript } from '../tablePage.ts';
import type { Programs } from './programs.ts';

/** Milliseconds that a step may take. */
const patience = 20_000;
/** Milliseconds without a keystroke after which the changed game is played. */
const quiet = 600;

export class PlayPanels implements vscode.Disposable {
  readonly #programs: Programs;
  readonly #output: vscode.LogOutputChannel;
  readonly #open = new Map<string, PlayPanel>();

  constructor(programs: Programs, output: vscode.LogOutputChannel) {
    this.#programs = programs;
    this.#output = output;
  }

  /** The panel of a game; a second one for the same game is not opened. */
  show(uri: vscode.Uri, game: string): void {
    const key = `${uri.toString()}#${game}`;
    const open = this.#open.get(key);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const panel = new PlayPanel(uri, game, this.#programs.bundled('playProcess.js'), this.#output);
    this.#open.set(key, panel);
    panel.onEnd(() => this.#open.delete(key));
  }

  dispose(): void {
    for (const panel of [...this.#open.values()]) panel.dispose();
  }
}

class PlayPanel implements vscode.Disposable {
  readonly #uri: vscode.Uri;
  readonly #game: string;
  readonly #program: string;
  readonly #output: vscode.LogOutputChannel;
  readonly #panel: vscode.WebviewPanel;
  readonly #watching: vscode.Disposable[] = [];
  readonly #answers = new Map<number, (found: View | Refusal) => void>();
  #process: ChildProcess | undefined;
  #next = 0;
  #last: View | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(uri: vscode.Uri, game: string, program: string, output: vscode.LogOutputChannel) {
    this.#uri = uri;
    this.#game = game;
    this.#program = program;
    this.#output = output;
    const name = game === '' ? basename(uri.path) : game;
    this.#panel = vscode.window.createWebviewPanel(
      'marl.play',
      `Play ${name}`,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false },
      { enableScripts: true, localResourceRoots: [], retainContextWhenHidden: true },
    );
    this.#watching.push(
      this.#panel.webview.onDidReceiveMessage(message => void this.#receive(message)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === 'marl') this.#soon();
      }),
    );
    this.#panel.webview.html = framePage(`Play ${name}`, randomBytes(16).toString('hex'), tableScript);
  }

  reveal(): void {
    this.#panel.reveal();
  }

  onEnd(ended: () => void): void {
    this.#panel.onDidDispose(() => {
      ended();
      clearTimeout(this.#timer);
      for (const one of this.#watching) one.dispose();
      this.#stop();
    });
  }

  dispose(): void {
    this.#panel.dispose();
  }

  async #receive(message: unknown): Promise<void> {
    const sent = received(message);
    if (sent === undefined) return;
    if (sent.kind === 'ready') await this.#load();
    // A process that was ended has lost the game: the move opens it anew.
    else if (this.#process === undefined) await this.#load();
    else await this.#show(id => ({ id, kind: 'move', move: sent.move }));
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), quiet);
  }

  async #load(): Promise<void> {
    const { scheme, fsPath } = this.#uri;
    const pathOf = (uri: vscode.Uri): string => (uri.scheme === 'file' ? uri.fsPath : uri.toString());
    const texts = Object.fromEntries(
      vscode.workspace.textDocuments
        .filter(({ languageId }) => languageId === 'marl')
        .map(document => [pathOf(document.uri), document.getText()]),
    );
    const path = scheme === 'file' ? fsPath : this.#uri.toString();
    await this.#show(id => ({ id, kind: 'open', path, game: this.#game, seed: this.#last?.seed ?? 1, texts }));
  }

  async #show(order: (id: number) => Order): Promise<void> {
    const found = await this.#ask(order);
    await this.#panel.webview.postMessage({ html: tableMarkup(found, this.#last) });
    if (!('problem' in found)) this.#last = found;
  }

  #ask(order: (id: number) => Order): Promise<View | Refusal> {
    const process = this.#started();
    this.#next++;
    const id = this.#next;
    return new Promise(resolve => {
      const late = setTimeout(() => {
        this.#fail(`This takes longer than ${patience / 1000} seconds, and was ended. The next move begins anew.`);
      }, patience);
      this.#answers.set(id, found => {
        clearTimeout(late);
        this.#answers.delete(id);
        resolve(found);
      });
      process.send(order(id), error => {
        if (error !== null) this.#fail(error.message);
      });
    });
  }

  #started(): ChildProcess {
    if (this.#process !== undefined) return this.#process;
    const made = fork(this.#program, [], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: ['--max-old-space-size=1024'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    made.stderr?.on('data', (data: Buffer) => this.#output.warn(data.toString().trimEnd()));
    made.on('message', (answer: Answer) => this.#answers.get(answer.id)?.(answer.found));
    made.on('error', error => this.#fail(error.message));
    made.on('exit', code => {
      if (this.#process === made) this.#fail(`The game's process ended (${code}). The output of Marl says more.`);
    });
    this.#process = made;
    return made;
  }

  #fail(problem: string): void {
    this.#stop();
    for (const answer of [...this.#answers.values()]) answer({ problem });
  }

  #stop(): void {
    const before = this.#process;
    this.#process = undefined;
    before?.kill('SIGKILL');
  }
}

/** Panels that draw what a run folder holds, and go on while `marl train` writes it. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { curveMarkup, isRunning, mark, readRuns } from '../curve.ts';
import { framePage, showScript } from '../page.ts';

/** Milliseconds between two looks at a folder that is being written, and at one that is not. */
const often = 700;
const seldom = 4_000;

export class CurvePanels implements vscode.Disposable {
  readonly #open = new Map<string, CurvePanel>();

  /** @param beside keeps the editor in front */
  show(folder: string, name: string, beside: boolean): void {
    const open = this.#open.get(folder);
    if (open !== undefined) {
      open.reveal(beside);
      return;
    }
    const panel = new CurvePanel(folder, name, beside);
    this.#open.set(folder, panel);
    panel.onEnd(() => this.#open.delete(folder));
  }

  dispose(): void {
    for (const panel of [...this.#open.values()]) panel.dispose();
  }
}

class CurvePanel implements vscode.Disposable {
  readonly #folder: string;
  readonly #name: string;
  readonly #panel: vscode.WebviewPanel;
  #timer: NodeJS.Timeout | undefined;
  #mark: string | undefined;

  constructor(folder: string, name: string, beside: boolean) {
    this.#folder = folder;
    this.#name = name;
    this.#panel = vscode.window.createWebviewPanel(
      'marl.curve',
      `Training ${name}`,
      { viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active, preserveFocus: beside },
      { enableScripts: true, localResourceRoots: [] },
    );
    this.#panel.webview.onDidReceiveMessage(() => {
      this.#mark = undefined;
      this.#look();
    });
    this.#panel.onDidChangeViewState(() => this.#look());
    this.#panel.webview.html = framePage(`Training ${name}`, randomBytes(16).toString('hex'), showScript);
  }

  reveal(beside: boolean): void {
    this.#panel.reveal(undefined, beside);
    this.#look();
  }

  onEnd(ended: () => void): void {
    this.#panel.onDidDispose(() => {
      clearTimeout(this.#timer);
      ended();
    });
  }

  dispose(): void {
    this.#panel.dispose();
  }

  /** Reads only what changed, and nothing while nobody looks. */
  #look(): void {
    clearTimeout(this.#timer);
    if (!this.#panel.visible) return;
    const now = mark(this.#folder);
    let pause = often;
    if (now !== this.#mark) {
      const runs = readRuns(this.#folder);
      void this.#panel.webview.postMessage({ html: curveMarkup(this.#name, runs) });
      this.#mark = now;
      pause = isRunning(runs) || runs.length === 0 ? often : seldom;
    }
    this.#timer = setTimeout(() => this.#look(), pause);
  }
}

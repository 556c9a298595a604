/** Which `marl` runs here. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { findMarl, type Marl } from '../launch.ts';

export class Programs {
  readonly #folder: string;
  readonly #output: vscode.LogOutputChannel;
  #told = '';

  constructor(context: vscode.ExtensionContext, output: vscode.LogOutputChannel) {
    this.#folder = context.extensionPath;
    this.#output = output;
  }

  /** Looked for anew each time: a package may have been installed, or trust granted. */
  marl(): Marl {
    const found = findMarl({
      setting: vscode.workspace.getConfiguration('marl').get('path', ''),
      folders: (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
        uri.scheme === 'file' ? [uri.fsPath] : [],
      ),
      trusted: vscode.workspace.isTrusted,
      bundled: this.bundled('main.js'),
      node: process.execPath,
      electron: process.versions.electron !== undefined,
      home: homedir(),
      read: path => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    });
    const told = `${found.path} (${found.origin === 'bundled' ? 'came with the extension' : `of the ${found.origin}`})`;
    if (told !== this.#told) this.#output.info(`marl: ${told}`);
    this.#told = told;
    return found;
  }

  /** A program of the command line that came with the extension. */
  bundled(name: string): string {
    return join(this.#folder, 'dist', 'server', 'dist', 'cli', name);
  }
}

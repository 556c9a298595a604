/** The language client. In an untrusted folder the server reads, checks and explains, and nothing else. */
import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/node';
import type { Programs } from './programs.ts';

/** Commands that code lenses may have; `marl.check` and `marl.answer` the server carries out itself. */
const lenses = ['marl.check', 'marl.answer', 'marl.solve', 'marl.train', 'marl.play', 'marl.emit'];

export class Server {
  readonly #programs: Programs;
  readonly #output: vscode.LogOutputChannel;
  #client: LanguageClient | undefined;
  /** Starts and stops, one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(programs: Programs, output: vscode.LogOutputChannel) {
    this.#programs = programs;
    this.#output = output;
  }

  start(): Promise<void> {
    return this.#after(() => this.#begin());
  }

  restart(): Promise<void> {
    return this.#after(async () => {
      await this.#end();
      await this.#begin();
    });
  }

  stop(): Promise<void> {
    return this.#after(() => this.#end());
  }

  #after(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work, work);
    return this.#queue;
  }

  async #begin(): Promise<void> {
    const { command, args, env } = this.#programs.marl();
    const trusted = vscode.workspace.isTrusted;
    const client = new LanguageClient(
      'marl',
      'Marl',
      { command, args: [...args, 'lsp'], options: { env: { ...process.env, ...env } } },
      {
        documentSelector: [
          { language: 'marl', scheme: 'file' },
          { language: 'marl', scheme: 'untitled' },
        ],
        outputChannel: this.#output,
        initializationOptions: { commands: trusted ? lenses : [] },
        markdown: { isTrusted: false },
        middleware: {
          // Saving lists games and decides assertions: that waits until the folder is trusted.
          didSave: async (document, next) => {
            if (vscode.workspace.isTrusted) await next(document);
          },
          executeCommand: async (name, given, next) => {
            if (!vscode.workspace.isTrusted) return undefined;
            const uri = vscode.window.activeTextEditor?.document.uri.toString();
            return await next(name, given.length > 0 || uri === undefined ? given : [uri]);
          },
        },
      },
    );
    this.#client = client;
    try {
      await client.start();
    } catch (error) {
      this.#client = undefined;
      this.#output.error(error instanceof Error ? error : String(error));
      const again = 'Show Output';
      const answer = vscode.window.showErrorMessage(
        `The language server of Marl did not start: ${command} ${args.join(' ')}. The setting marl.path names another one.`,
        again,
      );
      void answer.then(chosen => {
        if (chosen === again) this.#output.show();
      });
    }
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // It did not leave in time, and was ended.
      this.#output.warn(String(error));
    }
  }
}

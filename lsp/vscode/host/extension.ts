/** The extension: starts the language server and brings the panels, tasks and commands that it cannot have by itself. */
import * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import { CurvePanels } from './curvePanel.ts';
import { PlayPanels } from './playPanel.ts';
import { Programs } from './programs.ts';
import { Server } from './server.ts';
import { Tasks } from './tasks.ts';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel('Marl', { log: true });
  const programs = new Programs(context, output);
  const tasks = new Tasks(programs);
  const panels = new PlayPanels(programs, output);
  const curves = new CurvePanels();
  server = new Server(programs, output);
  const running = server;
  context.subscriptions.push(
    output,
    panels,
    curves,
    vscode.tasks.registerTaskProvider('marl', tasks),
    ...registerCommands({ context, server, tasks, panels, curves, output }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void running.restart()),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('marl.path')) void running.restart();
    }),
  );
  await running.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

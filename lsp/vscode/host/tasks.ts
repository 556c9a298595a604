/** `marl` as tasks: those of the lenses and commands, those that VS Code offers, and those written in `tasks.json`. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { type Job, titleOf, typedPath, type Verb, verbs, wordsOf } from '../launch.ts';
import type { Programs } from './programs.ts';

/** Programs of a workspace for which checking is offered as a task. */
const mostPrograms = 100;

interface Definition extends vscode.TaskDefinition {
  readonly verb?: unknown;
  readonly file?: unknown;
  readonly name?: unknown;
  readonly options?: unknown;
}

export class Tasks implements vscode.TaskProvider {
  readonly #programs: Programs;

  constructor(programs: Programs) {
    this.#programs = programs;
  }

  async provideTasks(): Promise<vscode.Task[]> {
    if (!vscode.workspace.isTrusted) return [];
    const files = await vscode.workspace.findFiles('**/*.marl', '**/node_modules/**', mostPrograms);
    return files
      .map(({ fsPath }) => fsPath)
      .sort()
      .map(path => this.#task({ verb: 'check', file: path }));
  }

  resolveTask(task: vscode.Task): vscode.Task | undefined {
    const { verb, file, name, options } = task.definition as Definition;
    if (!vscode.workspace.isTrusted || typeof file !== 'string' || !isVerb(verb)) return undefined;
    const job: Job = {
      verb,
      file,
      ...(typeof name === 'string' ? { name } : {}),
      ...(Array.isArray(options) ? { options: options.map(String) } : {}),
    };
    const folder = typeof task.scope === 'object' ? task.scope : vscode.workspace.workspaceFolders?.[0];
    return this.#made(job, folder, task.definition);
  }

  /** Runs a job on a file; resolves with the exit code when it is over, undefined where it was ended. */
  async run(job: Job): Promise<number | undefined> {
    return await this.#ended(await vscode.tasks.executeTask(this.#task(job)));
  }

  #ended(execution: vscode.TaskExecution): Promise<number | undefined> {
    return new Promise(resolve => {
      const listen = vscode.tasks.onDidEndTask(event => {
        if (event.execution !== execution) return;
        listen.dispose();
        done.dispose();
        resolve(undefined);
      });
      const done = vscode.tasks.onDidEndTaskProcess(event => {
        if (event.execution !== execution) return;
        done.dispose();
        listen.dispose();
        resolve(event.exitCode);
      });
    });
  }

  /** The folder in which a file's programs run: relative paths in their output start from there. */
  folderOf(file: string): string {
    return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath ?? dirname(file);
  }

  #task(job: Job): vscode.Task {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(job.file));
    const typed = { ...job, file: typedPath(folder?.uri.fsPath ?? dirname(job.file), job.file) };
    return this.#made(typed, folder ?? dirname(job.file), { type: 'marl', ...typed });
  }

  #made(job: Job, folder: vscode.WorkspaceFolder | string | undefined, definition: vscode.TaskDefinition): vscode.Task {
    const { command, args, env } = this.#programs.marl();
    const cwd = typeof folder === 'string' ? folder : folder?.uri.fsPath;
    const execution = new vscode.ProcessExecution(command, [...args, ...wordsOf(job)], {
      env: { ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const scope = typeof folder === 'object' ? folder : vscode.TaskScope.Workspace;
    const task = new vscode.Task(definition, scope, titleOf(job), 'marl', execution, ['$marl']);
    task.presentationOptions = {
      clear: true,
      reveal: vscode.TaskRevealKind.Always,
      panel: vscode.TaskPanelKind.Dedicated,
    };
    if (job.verb === 'check') task.group = vscode.TaskGroup.Build;
    return task;
  }
}

function isVerb(value: unknown): value is Verb {
  return verbs.some(verb => verb === value);
}

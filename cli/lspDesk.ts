/** What the language server needs of the machine: files, the library, explanations, threads. */
import { readdirSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Purpose, Thread } from '../lsp/analyst.ts';
import type { Desk } from '../lsp/base.ts';
import { threadEnvironment } from '../runtime/threads.ts';
import { fileHost, isLibrary, stdinPath } from './host.ts';
import { Library } from './library.ts';
import { packageRoot, packageVersion } from './package.ts';

/** Programs of a folder that are looked at for names; folders of others' code are left out. */
const mostPrograms = 5_000;
const skipped: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build', 'out', 'target', '__pycache__']);

/** What only an editor asks for; the analysing thread has no use for it. */
export type Explaining = Pick<Desk, 'word' | 'equations' | 'lastRun'>;

export function lspDesk(explaining?: Explaining): Desk {
  const stdlib = join(packageRoot(), 'stdlib');
  const same = (path: string): string => (isLibrary(path) ? Library.file(stdlib, path) : path);
  return {
    host(entry) {
      // A file that was never saved has no folder: its imports are looked for from home.
      const folder = isAbsolute(entry) ? dirname(entry) : homedir();
      const files = fileHost(folder, isAbsolute(entry) ? entry : stdinPath, undefined);
      return {
        ...files,
        resolve(from, file) {
          const found = files.resolve(isAbsolute(from) || isLibrary(from) ? from : stdinPath, file);
          return 'path' in found && !isLibrary(found.path) ? { path: resolve(folder, found.path) } : found;
        },
        groups: () => files.groups(),
      };
    },
    same,
    programs,
    isLibrary: path => path.startsWith(join(stdlib, '/')),
    word: name => explaining?.word(name),
    equations: algorithm => explaining?.equations(algorithm),
    lastRun: (file, train, folders) => explaining?.lastRun(file, train, folders),
  };
}

function programs(folder: string): readonly string[] {
  const found: string[] = [];
  const visit = (at: string, depth: number): void => {
    if (depth > 12 || found.length >= mostPrograms) return;
    let entries: ReturnType<typeof list>;
    try {
      entries = list(at);
    } catch {
      return;
    }
    for (const entry of entries) {
      if (entry.isFile() && entry.name.endsWith('.marl')) found.push(join(at, entry.name));
      else if (entry.isDirectory() && !entry.name.startsWith('.') && !skipped.has(entry.name))
        visit(join(at, entry.name), depth + 1);
    }
  };
  visit(folder, 0);
  return found.slice(0, mostPrograms);
}

function list(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where the page that explains every diagnostic is written, one for each version and user. */
export function explanationsPath(): string {
  return join(tmpdir(), `marl-${packageVersion()}-${userInfo().username}`, 'diagnostics.md');
}

/** Megabytes that the checking thread may take; more once that was not enough. */
let room = 192;
const mostRoom = 4_096;

/** A thread of `lspThread`, from source or as it was built; one for a study has all the room there is. */
export function lspThread(purpose: Purpose): Thread {
  const source = import.meta.url.endsWith('.ts');
  const worker = new Worker(join(packageRoot(), source ? 'cli/lspThread.ts' : 'dist/cli/lspThread.js'), {
    // Only the protocol is written to standard output.
    stdout: true,
    env: threadEnvironment(),
    // What a check makes is garbage soon: within bounds it is collected soon, too. With less room for what is new, collecting it is half
    // of a keystroke's processor time.
    resourceLimits:
      purpose === 'study'
        ? { maxOldGenerationSizeMb: mostRoom }
        : { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: room },
  });
  let stopped = false;
  worker.unref();
  return {
    post: order => worker.postMessage(order),
    onReport: listen => void worker.on('message', listen),
    onEnd: listen => {
      worker.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') room = Math.min(mostRoom, 4 * room);
        if (!stopped) listen(error.message);
      });
      worker.on('exit', code => {
        if (!stopped && code === 0) listen('It left.');
      });
    },
    stop() {
      stopped = true;
      void worker.terminate();
    },
  };
}

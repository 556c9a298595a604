/** Which `marl` an editor runs, and with what words. Knows nothing of VS Code: what it needs of the machine is handed in. */
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** A `marl` that can be started: `command` with `args` before those of the verb. */
export interface Marl {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly origin: 'setting' | 'workspace' | 'bundled';
  /** Where it lies, for people. */
  readonly path: string;
}

export interface Machine {
  /** The setting `marl.path`; VS Code leaves out what an untrusted workspace sets. */
  readonly setting: string;
  /** Folders of the workspace, absolute. */
  readonly folders: readonly string[];
  readonly trusted: boolean;
  /** The `main.js` that came with the extension. */
  readonly bundled: string;
  /** The Node that runs the extension, and whether it is Electron, which has to be told to be Node. */
  readonly node: string;
  readonly electron: boolean;
  readonly home: string;
  /** The text of a file, or undefined. */
  read(path: string): string | undefined;
}

/** The setting, else the package that the workspace has installed (if it is trusted), else the one of the extension. */
export function findMarl(machine: Machine): Marl {
  const { setting, folders, trusted, bundled } = machine;
  const typed = setting.trim();
  if (typed !== '') return fromSetting(machine, typed);
  if (trusted)
    for (const folder of folders) {
      const own = installed(machine, folder);
      if (own !== undefined) return { ...byNode(machine, own), origin: 'workspace' };
    }
  return { ...byNode(machine, bundled), origin: 'bundled' };
}

function fromSetting(machine: Machine, typed: string): Marl {
  const path = typed
    .replace(/^~(?=[/\\])/, machine.home)
    .replaceAll('${workspaceFolder}', machine.folders[0] ?? machine.home);
  if (['.js', '.mjs', '.ts'].includes(extname(path))) return { ...byNode(machine, path), origin: 'setting' };
  return { command: path, args: [], env: {}, origin: 'setting', path };
}

/** The program of the package `marl` that is installed in a folder or above it; another package of that name is not ours. */
function installed(machine: Machine, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const root = join(at, 'node_modules', 'marl');
    const text = machine.read(join(root, 'package.json'));
    const bin = text === undefined ? undefined : binOf(text);
    const main = bin === undefined ? undefined : join(root, bin);
    if (main?.startsWith(root + sep) && machine.read(main) !== undefined) return main;
    if (dirname(at) === at) return undefined;
  }
}

function binOf(text: string): string | undefined {
  try {
    const { bin, exports } = JSON.parse(text) as { bin?: { marl?: unknown }; exports?: Record<string, unknown> };
    return typeof bin?.marl === 'string' && exports !== undefined && './runtime/*' in exports ? bin.marl : undefined;
  } catch {
    return undefined;
  }
}

function byNode({ node, electron }: Machine, path: string): Omit<Marl, 'origin'> {
  return { command: node, args: [path], env: electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}, path };
}

export const verbs = ['check', 'solve', 'train', 'emit', 'simulate', 'info'] as const;
export type Verb = (typeof verbs)[number];

/** What a task does: a verb on a file, or on one name in it. */
export interface Job {
  readonly verb: Verb;
  /** Absolute, or relative to the folder that the task runs in. */
  readonly file: string;
  readonly name?: string;
  /** More words for the verb, as they would be typed. */
  readonly options?: readonly string[];
}

/** The words behind `marl`. A name belongs to one file; `check` and `info` of a whole file take none. */
export function wordsOf({ verb, file, name, options = [] }: Job): readonly string[] {
  const whole = verb === 'check' || name === undefined || name === '';
  return [verb, whole ? file : `${file}:${name}`, ...options];
}

/** What a task is called: `train market.marl:Learn`. */
export function titleOf(job: Job): string {
  return wordsOf({ ...job, options: [] }).join(' ');
}

/** A path as it is typed in a folder; files elsewhere keep their whole path. */
export function typedPath(folder: string | undefined, file: string): string {
  if (folder === undefined) return file;
  const way = relative(folder, file);
  return way === '' || way.startsWith('..') || isAbsolute(way) ? file : way;
}

/** The folder that `marl train` writes to, as it names it itself or as `--out` among its options says. */
export function runFolder(folder: string, name: string, options: readonly string[] = []): string {
  const k = options.lastIndexOf('--out');
  const given = k === -1 ? options.findLast(word => word.startsWith('--out='))?.slice('--out='.length) : options[k + 1];
  return given === undefined ? join(folder, 'runs', name) : resolve(folder, given);
}

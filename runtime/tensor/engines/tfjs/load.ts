import type { Tf } from './tensors.ts';

/** The ways to run TensorFlow.js, by the name of our engine. */
export const tfjsEngines = ['tfjs-cpu', 'tfjs-wasm', 'tfjs-webgpu', 'tfjs-node', 'tfjs-gpu'] as const;
export type TfjsEngineName = (typeof tfjsEngines)[number];

interface Backend {
  /** Its name inside TensorFlow.js. */
  readonly backend: string;
  /** Whether results can be read without waiting. */
  readonly synchronous: boolean;
  /** Packages in the order in which they are loaded; the first exports the library. */
  readonly packages: readonly string[];
  /** What a user types to get it. */
  readonly install: string;
}

const version = '4.22.0';

export const backends: Readonly<Record<TfjsEngineName, Backend>> = {
  'tfjs-cpu': {
    backend: 'cpu',
    synchronous: true,
    packages: ['@tensorflow/tfjs'],
    install: `npm install @tensorflow/tfjs@${version}`,
  },
  'tfjs-wasm': {
    backend: 'wasm',
    synchronous: true,
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
    install: `npm install @tensorflow/tfjs@${version} @tensorflow/tfjs-backend-wasm@${version}`,
  },
  'tfjs-webgpu': {
    backend: 'webgpu',
    synchronous: false,
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'],
    install: `npm install webgpu@0.6.2 @tensorflow/tfjs@${version} @tensorflow/tfjs-backend-webgpu@${version}`,
  },
  'tfjs-node': {
    backend: 'tensorflow',
    synchronous: true,
    packages: ['@tensorflow/tfjs-node'],
    install: `npm install @tensorflow/tfjs-node@${version}`,
  },
  'tfjs-gpu': {
    backend: 'tensorflow',
    synchronous: true,
    packages: ['@tensorflow/tfjs-node-gpu'],
    install: `npm install @tensorflow/tfjs-node-gpu@${version}`,
  },
};

/** An engine that this machine cannot use; the message says why and what to do. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
}

/**
 * Loads the packages of an engine and switches to its backend. They are looked for where Marl is installed, then in the folder the
 * process was started in. Throws EngineUnavailable where a package is missing or the backend does not start.
 */
export async function loadTfjs(name: TfjsEngineName): Promise<Tf> {
  const { backend, packages, install } = backends[name];
  if (backend === 'tensorflow') prepareNode(name);
  if (backend === 'webgpu') await prepareWebgpu();
  const loaded: unknown[] = [];
  for (const wanted of packages) loaded.push(await withoutRegistrations(() => load(name, wanted, install)));
  if (backend === 'tensorflow') native = name;
  const tf = loaded[0] as Tf;
  const started = await quietly(tf, async () => {
    const worked = await tf.setBackend(backend);
    // Some backends greet at their first operation, others only then find that they have no device.
    if (worked) tf.dispose(tf.add(1, 1));
    return worked;
  }).catch(() => false);
  if (!started) {
    throw new EngineUnavailable(
      `${name}: the packages are there, but TensorFlow.js cannot start its ${backend} backend`,
    );
  }
  if (name === 'tfjs-gpu' && (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice !== true) {
    throw new EngineUnavailable('tfjs-gpu: TensorFlow runs, but found no CUDA device; use tfjs-node or wasm');
  }
  return tf;
}

async function load(name: TfjsEngineName, wanted: string, install: string): Promise<unknown> {
  let reason: unknown;
  for (const specifier of [wanted, resolvedFrom(wanted, 'working folder')]) {
    if (specifier === undefined) continue;
    try {
      // A name that is not a literal keeps bundlers and the type checker from asking for packages that need not be there.
      const module = (await import(specifier)) as { readonly default?: unknown };
      return module.default ?? module;
    } catch (error) {
      // Not found outweighs nothing: any other failure is what a user has to know.
      if (reason === undefined || !isMissing(error)) reason = error;
    }
  }
  const why = isMissing(reason) ? 'is not installed' : `does not load (${firstLine(reason)})`;
  throw new EngineUnavailable(`${name} needs the package ${wanted}, which ${why}; install it with: ${install}`);
}

function isMissing(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
}

/** Built-in modules of Node, where there is a Node: this file also loads in browsers. */
function builtin<T>(name: string): T | undefined {
  const { process: host } = globalThis as { readonly process?: { getBuiltinModule?(name: string): unknown } };
  return host?.getBuiltinModule?.(name) as T | undefined;
}

/** Where a package is, as seen from the folder the process was started in, or else from Marl's own. */
function resolved(wanted: string): string | undefined {
  return resolvedFrom(wanted, 'working folder') ?? resolvedFrom(wanted, 'here');
}

function resolvedFrom(wanted: string, where: 'working folder' | 'here'): string | undefined {
  const modules = builtin<typeof import('node:module')>('node:module');
  const urls = builtin<typeof import('node:url')>('node:url');
  if (modules === undefined || urls === undefined) return undefined;
  try {
    const from = where === 'here' ? import.meta.url : urls.pathToFileURL(`${process.cwd()}/package.json`);
    return urls.pathToFileURL(modules.createRequire(from).resolve(wanted)).href;
  } catch {
    return undefined;
  }
}

let native: TfjsEngineName | undefined;

/**
 * `tfjs-node` calls functions of Node's util that Node 23 removed; they are put back before it loads. Both native packages register the
 * one backend `tensorflow`, so a process can have one of them.
 */
function prepareNode(name: TfjsEngineName): void {
  const another = native !== undefined && native !== name;
  if (another && backends[name].packages.every(wanted => resolved(wanted) !== undefined)) {
    throw new EngineUnavailable(`${name}: this process runs ${native} already; use a process of its own`);
  }
  const util = builtin<Record<string, unknown>>('node:util');
  if (util === undefined)
    throw new EngineUnavailable(`${name} runs on Node only; in a browser use tfjs-webgpu or wasm`);
  util.isNullOrUndefined ??= (x: unknown): boolean => x === null || x === undefined;
  util.isArray ??= Array.isArray;
  // TensorFlow's greetings on standard error; its warnings and errors still come.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
}

/** Kept for the life of the process: Dawn frees its devices when this object is collected. */
let gpu: unknown;

/** A browser brings `navigator.gpu`; Node gets it from the package `webgpu`, which carries Dawn. */
async function prepareWebgpu(): Promise<void> {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: unknown } };
  if (navigator === undefined)
    throw new EngineUnavailable('tfjs-webgpu needs Node 21 or a browser: there is no navigator');
  if (navigator.gpu === undefined) {
    type Dawn = { create(options: string[]): unknown; readonly globals: Record<string, unknown> };
    const dawn = (await load('tfjs-webgpu', 'webgpu', backends['tfjs-webgpu'].install)) as Dawn;
    Object.assign(globalThis, dawn.globals);
    gpu ??= dawn.create([]);
    Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  }
  const adapter = await (navigator as { gpu: { requestAdapter(): Promise<unknown> } }).gpu.requestAdapter();
  if (adapter === null) {
    throw new EngineUnavailable(
      'tfjs-webgpu: no graphics adapter; on Linux install a Vulkan driver (apt install mesa-vulkan-drivers has one for every machine)',
    );
  }
}

/** Without the advertisement that the library prints on Node at its first operation, and without leaving its mode changed. */
async function quietly<T>(tf: Tf, run: () => Promise<T>): Promise<T> {
  const before = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    return await run();
  } finally {
    tf.env().set('PROD', before);
  }
}

/** Without a line for every kernel when two engines bring a copy of the library each: what is registered is the same. */
async function withoutRegistrations<T>(run: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...words: unknown[]): void => {
    if (!/already (been )?(registered|set)/.test(String(words[0]))) warn(...words);
  };
  try {
    return await run();
  } finally {
    console.warn = warn;
  }
}

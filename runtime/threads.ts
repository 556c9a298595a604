/** What worker threads are started with. */
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

/**
 * The environment of a new thread: that of the process, with the compile cache that the process uses, which threads do not inherit.
 * A thread of a checkout then finds its modules without types: it starts three times sooner, and does not run Node's type stripper,
 * WebAssembly that has crashed V8 (13.6) where several threads ran it at once.
 */
export function threadEnvironment(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) };
}

/** How an emitted program is run from where it was written: what Node finds there decides it. */
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { packageRoot } from './package.ts';
import { quoted } from './text.ts';

export interface Running {
  /** What has to be typed first, where Node does not find the package from the program's folder. */
  readonly first: string | undefined;
  readonly command: string;
}

/**
 * @param file the program, as the user writes it
 * @param cwd the folder that the user is in
 * @param own the package that this `marl` comes from
 * @param node the Node that runs this `marl`
 */
export function runningOf(file: string, cwd: string, own = packageRoot(), node = process.execPath): Running {
  const found = packageFrom(dirname(resolve(cwd, file)));
  // A checkout's own sources; what a build may have left in its dist/ can be older.
  const flags = isCheckout(found ?? own) ? ['--conditions=marl-source'] : [];
  return {
    first: found === undefined ? `npm install ${quoted(own)}` : undefined,
    command: [nodeFor(cwd, own, node), ...flags, quoted(file)].join(' '),
  };
}

/** Where Node finds `marl/...` for files in this folder. */
function packageFrom(folder: string): string | undefined {
  try {
    return dirname(createRequire(join(realpathSync(folder), 'program.ts')).resolve('marl/package.json'));
  } catch {
    return undefined;
  }
}

/** Are the sources there, and not below a `node_modules`, where Node runs no TypeScript? */
function isCheckout(root: string): boolean {
  return existsSync(join(root, 'runtime', 'index.ts')) && !root.split(sep).includes('node_modules');
}

/** Inside a checkout npm has the Node that came with it, where the system's may be too old to run TypeScript. */
function nodeFor(cwd: string, own: string, node: string): string {
  return isBelow(node, join(own, 'node_modules')) && isBelow(cwd, own) ? 'npx node' : 'node';
}

function isBelow(path: string, folder: string): boolean {
  try {
    const way = relative(realpathSync(folder), realpathSync(path));
    return way !== '..' && !way.startsWith(`..${sep}`);
  } catch {
    return false;
  }
}

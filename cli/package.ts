import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of the installed package (or of the checkout): the nearest one above this file that holds Marl's package.json.
 * Bundling moves this code to another depth, so the depth is not written down.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'stdlib')))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the folder of the marl package was not found above its own code');
    folder = parent;
  }
  return folder;
}

/** The version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Where a source file of ours is (`runtime/rng/stream.ts`), in a checkout or an installed package. */
export function ownSourcePath(path: string): string {
  const root = packageRoot();
  // A checkout's own files win over what an older build left in dist/.
  const here = join(root, path);
  return existsSync(here) ? here : join(root, 'dist', 'source', path);
}

/** The text of a source file of ours. */
export function ownSource(path: string): string {
  return readFileSync(ownSourcePath(path), 'utf8');
}

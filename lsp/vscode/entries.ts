/** Files of the command line that are started, not imported: each is an entry of its own in what the extension carries. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths relative to the root of the checkout; their names are distinct, since they lie in one folder when they are built. */
export function startedFiles(root: string): readonly string[] {
  const threads = readdirSync(join(root, 'cli'))
    .filter(name => name.endsWith('Thread.ts'))
    .sort()
    .map(name => `cli/${name}`);
  return ['cli/main.ts', 'cli/playProcess.ts', ...threads, 'runtime/train/worker.ts'];
}

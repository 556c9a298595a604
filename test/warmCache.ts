/**
 * Fills the compile cache with what training threads import, in one process with one thread: where several threads run Node's type
 * stripper at once, on an empty cache, V8 crashes now and then, and takes the tests around it along.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const started = ['../runtime/train/run.ts', '../runtime/train/recorder.ts', '../runtime/tensor/engines/index.ts'];

export function setup(): void {
  for (const file of started)
    execFileSync(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], { stdio: 'inherit' });
}

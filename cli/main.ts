#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Later commands need not compile what is imported behind this line. Where nothing can be kept (a folder that cannot be written,
// NODE_DISABLE_COMPILE_CACHE) this does nothing; it never throws.
enableCompileCache();
const args = process.argv.slice(2);

// Set rather than exit: pending output to a pipe is still written.
if (args[0] === 'solve') {
  const [{ solveInThread }, { processIo }] = await Promise.all([import('./solveDesk.ts'), import('./io.ts')]);
  process.exitCode = await solveInThread(args, processIo());
} else {
  const [{ runCommand }, { processIo }] = await Promise.all([import('./command.ts'), import('./io.ts')]);
  process.exitCode = await runCommand(args, processIo());
}

#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Later commands need not compile what is imported behind this line. Where nothing can be kept (a folder that cannot be written,
// NODE_DISABLE_COMPILE_CACHE) this does nothing; it never throws.
enableCompileCache();
const [{ runCommand }, { processIo }] = await Promise.all([import('./command.ts'), import('./io.ts')]);

// Set rather than exit: pending output to a pipe is still written.
process.exitCode = await runCommand(process.argv.slice(2), processIo());

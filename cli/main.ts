#!/usr/bin/env node
import { runCommand } from './command.ts';
import { processIo } from './io.ts';

// Set rather than exit: pending output to a pipe is still written.
process.exitCode = await runCommand(process.argv.slice(2), processIo());

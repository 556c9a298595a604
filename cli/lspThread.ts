/** The thread in which the language server analyses programs; `lspDesk` starts it. */
import { parentPort } from 'node:worker_threads';
import { serveAnalysis } from '../lsp/thread.ts';
import { lspDesk } from './lspDesk.ts';
import { Study } from './study.ts';

/** States up to which assertions are decided by looking at each, as in `marl check`. */
const assertStates = 500_000;
/** And up to which a game is solved, as in `marl solve`. */
const solveStates = 200_000;

if (parentPort !== null)
  serveAnalysis(
    parentPort,
    lspDesk(),
    () => new Study(assertStates),
    async () => new (await import('./lspSolving.ts')).Solver(solveStates),
  );

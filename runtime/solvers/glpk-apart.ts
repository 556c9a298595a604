/** GLPK computes in one piece and hears nothing meanwhile: in a thread of its own it can be left alone. */
import { Worker } from 'node:worker_threads';
import { threadEnvironment } from '../threads.ts';
import { failedSolution, type LinearLimits, type LinearProgram, type LinearSolution } from './linear-program.ts';

/** Milliseconds between two looks at the signal, and those that a thread is given to get going: one that is ended while its code is made can crash Node. */
const look = 100;
const start = 2_000;

/** As `glpk.solve`, ended with status `limit` as soon as the signal is given. */
export function glpkApart(program: LinearProgram, { seconds, signal }: LinearLimits): Promise<LinearSolution> {
  const worker = new Worker(new URL(threadFile(), import.meta.url), {
    workerData: { program, seconds },
    env: threadEnvironment(),
  });
  const began = performance.now();
  return new Promise(resolve => {
    const end = (solution: LinearSolution): void => {
      clearInterval(watch);
      resolve(solution);
    };
    const watch = setInterval(() => {
      if (signal?.aborted !== true || performance.now() - began < start) return;
      end(failedSolution('limit', 'interrupted'));
      void worker.terminate();
    }, look);
    worker.on('message', end);
    worker.on('error', error => end(failedSolution('failed', `glpk.js stopped: ${error.message}`)));
    worker.on('exit', () => end(failedSolution('failed', 'glpk.js ended without an answer')));
  });
}

function threadFile(): string {
  return import.meta.url.endsWith('.ts') ? './glpk-thread.ts' : './glpk-thread.js';
}

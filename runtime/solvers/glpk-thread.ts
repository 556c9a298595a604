/** The thread in which GLPK solves a program that somebody may want to interrupt; `glpk-apart` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { glpk } from './glpk.ts';
import type { LinearProgram } from './linear-program.ts';

const { program, seconds } = workerData as { readonly program: LinearProgram; readonly seconds: number | undefined };
parentPort?.postMessage(await glpk.solve(program, seconds === undefined ? {} : { seconds }));

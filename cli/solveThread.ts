/** The thread in which `marl solve` computes; `solveDesk` starts it, writes for it and hears Ctrl-C for it. */
import { parentPort, workerData } from 'node:worker_threads';
import { runCommand } from './command.ts';
import type { Interruption, Io } from './io.ts';
import type { FromSolver, SolverStart, ToSolver } from './solveDesk.ts';

const port = parentPort;
if (port !== null) {
  const { args, asked, ...rest } = workerData as SolverStart;
  const stops = new Set<(signal: Interruption) => void>();
  port.on('message', ({ interrupted }: ToSolver) => {
    for (const stop of [...stops]) stop(interrupted);
  });
  const tell = (message: FromSolver): void => port.postMessage(message);
  const io: Io = {
    ...rest,
    env: process.env,
    out: text => tell({ stream: 'out', text }),
    err: text => tell({ stream: 'err', text }),
    stdin: process.stdin,
    // The message waits until the solver pauses; the number can be read at any moment.
    asked: () => Atomics.load(asked, 0),
    onInterrupt(stop) {
      stops.add(stop);
      return () => void stops.delete(stop);
    },
  };
  tell({ code: await runCommand(args, io) });
  port.close();
}

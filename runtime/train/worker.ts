/** The worker thread of `pool.ts`: trains the seeds it is sent, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadGame } from '../games/load.ts';
import type { Arrays } from '../learners/shared/learner.ts';
import type { FromWorker, ToWorker, WorkerData } from './pool.ts';
import { trainSeed } from './run.ts';

const port = parentPort;
if (port === null) throw new Error('runtime/train/worker is started by the pool, not by itself');

const { spec, gameText, stop } = workerData as WorkerData;
const game = loadGame(gameText);
const flag = new Int32Array(stop);
const send = (message: FromWorker) => port.postMessage(message);

port.on('message', ({ seed, from }: ToWorker) => {
  try {
    send({ kind: 'result', result: train(seed, from) });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send({
      kind: 'failed',
      seed,
      message: error instanceof Error ? error.message : text,
      stack: text,
      fault: isFault(error),
    });
  }
});

/** Impossible draws (the game throws a plain Error) and arrays that no memory holds: not mistakes of the code around them. */
function isFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'Error' || (error.name === 'RangeError' && !/call stack/i.test(error.message));
}

function train(seed: number, from: Arrays | undefined) {
  let told = 0;
  return trainSeed(
    spec,
    game,
    seed,
    {
      metrics: (line, evaluation) => send({ kind: 'metrics', seed, line, evaluation }),
      progress(step, episode) {
        const now = performance.now();
        if (now - told < 100) return;
        told = now;
        send({ kind: 'progress', seed, step, episode });
      },
      stopped: () => Atomics.load(flag, 0) !== 0,
    },
    from,
  );
}

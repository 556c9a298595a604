/** The worker thread of `pool.ts`: trains the seeds it is sent, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadGame } from '../games/load.ts';
import type { Engine } from '../tensor/engine.ts';
import { engineFor } from './engines.ts';
import type { FromWorker, SeedJob, ToWorker, TrainedSeed, WorkerData } from './pool.ts';
import { SeedRecorder } from './recorder.ts';
import { Diverged, trainSeed } from './run.ts';

const port = parentPort;
if (port === null) throw new Error('runtime/train/worker is started by the pool, not by itself');

const { spec, gameText, stop, engine: engineName, recording } = workerData as WorkerData;
const game = loadGame(gameText);
const flag = new Int32Array(stop);
const send = (message: FromWorker) => port.postMessage(message);
let engine: Engine | undefined;

port.on('message', async (job: ToWorker) => {
  if (job === 'end') {
    port.close();
    return;
  }
  try {
    if (engineName !== undefined && engine === undefined) {
      const loaded = await engineFor(engineName);
      if ('error' in loaded) throw new Error(loaded.error);
      engine = loaded;
    }
    send({ kind: 'result', result: train(job) });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send({
      kind: 'failed',
      seed: job.seed,
      message: error instanceof Error ? error.message : text,
      stack: text,
      fault: faultOf(error),
    });
  }
});

/** Impossible draws (the game throws a plain Error) and arrays that no memory holds: not mistakes of the code around them. */
function faultOf(error: unknown): 'seed' | 'folder' | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'NotWritten') return 'folder';
  const fault = error.name === 'Error' || (error.name === 'RangeError' && !/call stack/i.test(error.message));
  return fault ? 'seed' : undefined;
}

function train(job: SeedJob): TrainedSeed {
  const { seed, before } = job;
  const recorder = recording === undefined ? undefined : new SeedRecorder(recording, spec, seed, before);
  try {
    return trained(job, recorder);
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    const { result, found } = error;
    recorder?.diverge(result, found);
    return { ...result, final: result.final ?? before, reason: 'diverged', diverged: found, checkpoint: undefined };
  }
}

function trained({ seed, from, before }: SeedJob, recorder: SeedRecorder | undefined): TrainedSeed {
  let told = 0;
  const result = trainSeed(
    spec,
    game,
    seed,
    {
      metrics(line, evaluation) {
        recorder?.line(line);
        send({ kind: 'metrics', seed, line, evaluation });
      },
      progress(step, episode) {
        const now = performance.now();
        if (now - told < 100) return;
        told = now;
        send({ kind: 'progress', seed, step, episode });
      },
      stopped: () => Atomics.load(flag, 0) !== 0,
      ...(recorder === undefined ? {} : { keeping: recorder.keeping }),
    },
    from,
    engine,
  );
  recorder?.finish(result);
  const final = result.final ?? before;
  // A replay may hold gigabytes: what is on the disk is not sent as well.
  return { ...result, final, checkpoint: recorder === undefined ? result.checkpoint : undefined };
}

/** The thread of `waiting-engine.ts`: one engine, asked one thing at a time. */
import { workerData } from 'node:worker_threads';
import type { Entry, Session } from '../tensor/engine.ts';
import { loadEngine } from '../tensor/engines/index.ts';
import type { Answer, EntryBuffers, Question, ThreadData } from './waiting-engine.ts';

const { name, port, answered } = workerData as ThreadData;
const count = new Int32Array(answered);

interface OpenEntry {
  readonly entry: Entry;
  readonly buffers: EntryBuffers;
}

interface Open {
  readonly session: Session;
  readonly entries: readonly OpenEntry[];
}

const opened = new Map<number, Open>();
const engine = loadEngine(name);
engine.then(
  () => answer({ kind: 'done' }),
  error => answer({ kind: 'failed', message: messageOf(error) }),
);

port.on('message', async (question: Question) => {
  try {
    answer(await ask(question));
  } catch (error) {
    answer({ kind: 'failed', message: messageOf(error) });
  }
});

async function ask(question: Question): Promise<Answer> {
  if (question.kind === 'open') {
    const session = await (await engine).open(question.programs);
    const entries = question.programs.map(({ name: program }, k) => ({
      entry: session.entry(program),
      buffers: question.buffers[k]!,
    }));
    opened.set(question.session, { session, entries });
    return { kind: 'done' };
  }
  const { session, entries } = opened.get(question.session)!;
  switch (question.kind) {
    case 'run':
      await run(entries[question.entry]!);
      return { kind: 'done' };
    case 'read':
      return { kind: 'values', values: await session.read(question.state) };
    case 'write':
      session.write(question.state, question.values);
      return { kind: 'done' };
    case 'close':
      opened.delete(question.session);
      session.close();
      return { kind: 'done' };
  }
}

async function run({ entry, buffers }: OpenEntry): Promise<void> {
  for (const [input, values] of buffers.inputs)
    if (values instanceof Float32Array) entry.input(input).set(values);
    else entry.indices(input).set(values);
  await entry.run();
  for (const [output, values] of buffers.outputs)
    values.set(values instanceof Float32Array ? entry.output(output) : entry.indexOutput(output));
}

/** The answer lies in the port before the one who waits is woken. */
function answer(given: Answer): void {
  port.postMessage(given);
  Atomics.add(count, 0, 1);
  Atomics.notify(count, 0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

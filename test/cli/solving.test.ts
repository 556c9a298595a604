/** Ctrl-C during a solve, and its progress. */
import { expect, test } from 'vitest';
import type { Interruption, Io } from '../../cli/io.ts';
import { Solving } from '../../cli/solving.ts';

function fake(): { readonly io: Io; readonly press: () => void; readonly listening: () => number } {
  const listeners = new Set<(signal: Interruption) => void>();
  const io = {
    terminal: false,
    width: 80,
    err: () => undefined,
    onInterrupt(stop: (signal: Interruption) => void) {
      listeners.add(stop);
      return () => listeners.delete(stop);
    },
  } as unknown as Io;
  return { io, press: () => listeners.forEach(stop => void stop('SIGINT')), listening: () => listeners.size };
}

test('a solver hears Ctrl-C and hands over what it has', async () => {
  const { io, press, listening } = fake();
  const solving = new Solving(io);
  const found = await solving.run(async signal => {
    press();
    return signal.aborted;
  });
  expect([found, solving.interrupted, listening()]).toEqual([true, true, 0]);
});

test('where another thread listens, it is heard without a pause', async () => {
  const { io } = fake();
  let asked = 0;
  const solving = new Solving({ ...io, asked: () => asked });
  const found = await solving.run(async signal => {
    const before = signal.aborted;
    asked++;
    return [before, signal.aborted];
  });
  expect([found, solving.interrupted]).toEqual([[false, true], true]);
});

test('a solver that breaks leaves nobody listening', async () => {
  const { io, listening } = fake();
  const solving = new Solving(io);
  await expect(solving.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect([solving.interrupted, listening()]).toEqual([false, 0]);
});

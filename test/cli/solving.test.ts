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

test('regret minimisation hears Ctrl-C and hands over what it has', async () => {
  const { io, press, listening } = fake();
  const solving = new Solving(io);
  const found = await solving.run('nash', 'cfr_plus', async signal => {
    press();
    return signal?.aborted;
  });
  expect([found, solving.interrupted, listening()]).toEqual([true, true, 0]);
});

test('a solver that cannot pause leaves Ctrl-C to the system', async () => {
  const { io, listening } = fake();
  const solving = new Solving(io);
  expect(await solving.run('nash', 'sequence_form', async signal => [signal, listening()])).toEqual([undefined, 0]);
  await expect(solving.run('nash', 'cfr', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect([solving.interrupted, listening()]).toEqual([false, 0]);
});

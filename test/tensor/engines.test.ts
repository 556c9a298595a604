/** Engines by name, what is said where one is missing, and what TensorFlow.js keeps in memory. */
import * as tfjs from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { availableEngines, engineNames, installCommand, loadEngine } from '../../runtime/tensor/engines/index.ts';
import { backends, tfjsEngines } from '../../runtime/tensor/engines/tfjs/load.ts';
import type { Program } from '../../runtime/tensor/index.ts';
import { Graph, initialise, scan } from '../../runtime/tensor/index.ts';
import { trainings } from './conformance/training.ts';

/** States that swap, a state that takes an input as it is, a loop, an output that is a state itself. */
function mixed(): Program {
  const g = new Graph('mixed');
  const a = g.state('a', [2]);
  const b = g.state('b', [2]);
  const kept = g.state('kept', [2]);
  const x = g.input('x', [2]);
  const { carries } = scan(g, { length: 3, carries: [a], slices: [g.broadcast(x, [3, 2])] }, (body, [sum], [step]) => ({
    next: [body.add(sum!, step!)],
    stacked: [],
  }));
  g.assign(a, b);
  g.assign(b, a);
  g.assign(kept, x);
  g.output('a', a);
  g.output('sum', carries[0]!);
  g.output('which', g.argmax(x));
  return g.program();
}

const installed = ['wasm', 'reference', 'tfjs-cpu', 'tfjs-wasm'] as const;

describe.each(installed)('%s', name => {
  test('assignments happen together, from the values before the run', async () => {
    const session = await (await loadEngine(name)).open([mixed()]);
    session.write('a', [1, 2]);
    session.write('b', [3, 4]);
    const entry = session.entry('mixed');
    const x = entry.input('x');
    x.set([10, 20]);
    await entry.run();
    expect([...entry.output('a')]).toEqual([1, 2]);
    expect([...entry.output('sum')]).toEqual([31, 62]);
    expect([...entry.indexOutput('which')]).toEqual([1]);
    // What was assigned is a copy: the buffer of the input is the caller's to overwrite.
    x.set([-1, -2]);
    expect([...(await session.read('kept'))]).toEqual([10, 20]);
    expect([...(await session.read('a'))]).toEqual([3, 4]);
    expect([...(await session.read('b'))]).toEqual([1, 2]);
    await entry.run();
    expect([...entry.output('a')]).toEqual([3, 4]);
    expect([...entry.output('sum')]).toEqual([0, -2]);
    expect(entry.input('x')).toBe(x);
    session.close();
  });

  test('what was read is a copy, and wrong names and sizes are refused', async () => {
    const session = await (await loadEngine(name)).open([mixed()]);
    session.write('a', [1, 2]);
    const read = await session.read('a');
    read[0] = 99;
    expect([...(await session.read('a'))]).toEqual([1, 2]);
    expect(() => session.write('a', [1])).toThrow(/a has 2 /);
    expect(() => session.write('nothing', [1])).toThrow(/nothing/);
    expect(() => session.entry('nothing')).toThrow(/nothing/);
    const entry = session.entry('mixed');
    expect(() => entry.indices('x')).toThrow(/x/);
    expect(() => entry.output('which')).toThrow(/which/);
    session.close();
  });

  test('is as synchronous as it says', async () => {
    const engine = await loadEngine(name);
    const session = engine.open([mixed()]);
    expect(engine.synchronous).toBe(true);
    if (session instanceof Promise) throw new Error('a promise');
    expect(session.entry('mixed').run()).toBeUndefined();
    expect(session.read('a')).toBeInstanceOf(Float32Array);
    session.close();
  });

  test('the same bits in every run', async () => {
    const runs: Float32Array[][] = [];
    for (let run = 0; run < 2; run++) {
      const session = await (await loadEngine(name)).open([trainings[1]!.program]);
      initialise(session, 3);
      const entry = session.entry('train');
      for (const input of ['x', 'reset', 'action', 'weight'])
        entry.input(input).set(entry.input(input).map((_, i) => Math.sin(i)));
      for (let step = 0; step < 3; step++) entry.run();
      runs.push(await Promise.all(session.states.map(state => session.read(state.name))));
      session.close();
    }
    expect(runs[1]).toEqual(runs[0]);
  });
});

describe('TensorFlow.js', () => {
  const tf = 'memory' in tfjs ? tfjs : (tfjs as unknown as { default: typeof tfjs }).default;

  test.each(['tfjs-cpu', 'tfjs-wasm'] as const)(
    '%s: as many tensors after a run as before, none after closing',
    async name => {
      const engine = await loadEngine(name);
      const before = tf.memory().numTensors;
      for (const { program } of trainings) {
        const session = await engine.open([program, mixed()]);
        initialise(session, 1);
        const [train, other] = [session.entry('train'), session.entry('mixed')];
        train.run();
        other.run();
        const after = { ...tf.memory() };
        for (let k = 0; k < 5; k++) {
          train.run();
          other.run();
          session.write('a', [k, k]);
          await session.read('a');
        }
        expect(tf.memory().numTensors).toBe(after.numTensors);
        expect(tf.memory().numBytes).toBe(after.numBytes);
        session.close();
      }
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test('sessions on two backends take turns', async () => {
    const sessions = await Promise.all(['tfjs-cpu', 'tfjs-wasm'].map(async n => (await loadEngine(n)).open([mixed()])));
    for (let k = 0; k < 4; k++) {
      for (const session of sessions) {
        session.write('a', [k, -k]);
        session.entry('mixed').input('x').set([1, 1]);
        session.entry('mixed').run();
        expect([...session.entry('mixed').output('sum')]).toEqual([k + 3, 3 - k]);
      }
    }
    for (const session of sessions) session.close();
  });

  test('a caller may be inside a tidy of their own', async () => {
    const session = await (await loadEngine('tfjs-cpu')).open([mixed()]);
    session.write('b', [5, 6]);
    tf.tidy(() => {
      session.entry('mixed').run();
      session.write('kept', [7, 8]);
    });
    expect([...(await session.read('a'))]).toEqual([5, 6]);
    expect([...(await session.read('kept'))]).toEqual([7, 8]);
    session.close();
  });
});

describe('by name', () => {
  test('an unknown name is answered with those there are', async () => {
    await expect(loadEngine('wsam')).rejects.toThrow(
      /there is no engine wsam; the engines are wasm, reference, tfjs-cpu/,
    );
  });

  test('every engine says what installs it, with the versions that work together', () => {
    for (const name of tfjsEngines) {
      expect(installCommand(name)).toBe(backends[name].install);
      for (const wanted of backends[name].packages) expect(installCommand(name)).toContain(`${wanted}@4.22.0`);
    }
    expect(installCommand('wasm')).toBe('');
  });

  test('every engine is tried: it works, or the command that installs it is there', async () => {
    const findings = await availableEngines();
    expect(findings.map(f => f.name)).toEqual([...engineNames]);
    for (const name of installed) expect(findings).toContainEqual({ name, works: true, synchronous: true });
    for (const finding of findings) {
      if (finding.works) continue;
      expect(finding.install).toMatch(/^npm install /);
      expect(finding.reason).toContain(finding.name);
    }
  });
});

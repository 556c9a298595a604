/** Engines that train: TensorFlow.js beside ours, and one that answers later, which is waited for in a thread of its own. */
import { describe, expect, test } from 'vitest';
import { emitGame } from '../../compiler/emit/game.ts';
import { loadGame } from '../../runtime/games/load.ts';
import type { Engine, Session } from '../../runtime/tensor/engine.ts';
import { EngineUnavailable, loadEngine } from '../../runtime/tensor/engines/index.ts';
import { Graph, initialise } from '../../runtime/tensor/index.ts';
import { engineFor } from '../../runtime/train/engines.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import { waitingEngine } from '../../runtime/train/waiting-engine.ts';
import { trainSpec } from '../learners/support.ts';
import { gameOf } from '../stdlib/library.ts';
import { trainings } from '../tensor/conformance/training.ts';

async function opens(name: string): Promise<Engine> {
  const engine = await engineFor(name);
  if ('error' in engine) throw new Error(engine.error);
  return engine;
}

describe('a training on', () => {
  const game = loadGame(emitGame(gameOf('Climbing'), { types: false, module: 'function', state: true }));
  const spec = trainSpec('VDN', {
    envs: 2,
    settings: {
      network: { layers: [{ kind: 'mlp', units: [8], activation: 'tanh' }] },
      batch: 8,
      train_every: { amount: 4, unit: 'steps' as const },
      explore: { from: 1, to: 0.1, over: 100, unit: 'steps' as const },
    },
    budget: { amount: 240, unit: 'steps' as const },
    evaluate: { every: { amount: 80, unit: 'steps' as const }, episodes: 1 },
  });
  /** Loss and return after 80, 160 and 240 steps. */
  const lines = (engine: Engine): readonly (readonly [number, number])[] => {
    const told: [number, number][] = [];
    trainSeed(
      spec,
      game,
      1,
      {
        metrics(line) {
          const { learner, evaluation } = JSON.parse(line);
          told.push([learner.loss, evaluation?.return?.mean ?? 0]);
        },
      },
      undefined,
      engine,
    );
    return told;
  };

  test.each(['tfjs-cpu', 'tfjs-wasm', 'reference'])('%s goes as on wasm, but for rounding', async name => {
    const ours = lines(await opens('wasm'));
    const theirs = lines(await opens(name));
    expect(ours.length).toBeGreaterThan(1);
    expect(theirs).toHaveLength(ours.length);
    theirs.forEach(([loss, mean], k) => {
      expect(loss).toBeGreaterThan(0);
      expect(Math.abs(loss / ours[k]![0] - 1)).toBeLessThan(1e-4);
      expect(mean).toBe(ours[k]![1]);
    });
  });

  test('an engine in a thread of its own gives the same numbers as beside us', async () => {
    expect(lines(waitingEngine('tfjs-cpu'))).toEqual(lines(await opens('tfjs-cpu')));
  });
});

describe('an engine that is waited for', () => {
  test('computes the same bits, session by session', async () => {
    const ends = async (engine: Engine): Promise<readonly unknown[]> => {
      const session = (await engine.open(
        trainings.map(({ program }, k) => ({ ...program, name: `${k}` })).slice(0, 1),
      )) as Session;
      initialise(session, 3);
      const entry = session.entry('0');
      for (const node of trainings[0]!.program.inputs)
        if (node.op.kind === 'input' && node.type === 'f32')
          entry.input(node.op.name).forEach((_, i, all) => {
            all[i] = Math.sin(i);
          });
      for (let k = 0; k < 3; k++) entry.run();
      const kept = await Promise.all(session.states.map(({ name }) => session.read(name)));
      const told = trainings[0]!.program.outputs.map(({ name, node }) =>
        node.type === 'f32' ? entry.output(name).slice() : entry.indexOutput(name).slice(),
      );
      session.close();
      return [kept, told.map(values => [...values])];
    };
    const waited = waitingEngine('tfjs-cpu');
    expect(waited).toMatchObject({ name: 'tfjs-cpu', synchronous: true });
    const expected = await ends(await loadEngine('tfjs-cpu'));
    expect(await ends(waited)).toEqual(expected);
    expect(await ends(waited)).toEqual(expected);
  });

  test('indices go in and come out, states are read and written, mistakes are told in the engine’s words', () => {
    const g = new Graph('pick');
    const kept = g.state('kept', [3]);
    g.assign(kept, g.add(kept, g.oneHot(g.input('which', [], 'i32'), 3)));
    g.output('most', g.argmax(kept));
    const session = waitingEngine('tfjs-cpu').open([g.program()]) as Session;
    session.write('kept', [5, 1, 4]);
    const entry = session.entry('pick');
    entry.indices('which')[0] = 2;
    entry.run();
    expect([...(session.read('kept') as Float32Array)]).toEqual([5, 1, 5]);
    expect([...entry.indexOutput('most')]).toEqual([0]);
    expect(() => session.write('kept', [1])).toThrow(/kept has 3 /);
    expect(() => session.read('nothing')).toThrow(/there is no state nothing/);
    expect(() => entry.input('which')).toThrow(/which holds indices/);
    expect(() => session.entry('nothing')).toThrow(/there is no program nothing/);
    session.close();
  });

  test('is refused where it does not load, with what to install', async () => {
    expect(() => waitingEngine('tfjs-gpu')).toThrow(EngineUnavailable);
    expect(await engineFor('tfjs-webgpu')).toEqual({
      error: expect.stringMatching(/npm install webgpu@|Vulkan driver/),
    });
    expect(await engineFor('nope')).toEqual({ error: expect.stringContaining('there is no engine nope') });
  });
});

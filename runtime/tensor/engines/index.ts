import type { Engine } from '../engine.ts';
import { Graph } from '../graph.ts';
import { referenceEngine } from './reference.ts';
import { EngineUnavailable, type TfjsEngineName, tfjsEngine, tfjsEngines } from './tfjs/index.ts';
import { backends } from './tfjs/load.ts';
import { wasmEngine } from './wasm/index.ts';

export { EngineUnavailable };

/** Every engine by the name `--engine` takes; the first is the default. */
export const engineNames = ['wasm', 'reference', ...tfjsEngines] as const;
export type EngineName = (typeof engineNames)[number];

/** What a user types to get an engine; empty where it is part of Marl. */
export function installCommand(name: EngineName): string {
  return isTfjs(name) ? backends[name].install : '';
}

/** Whether an engine answers with promises, known before it is loaded. */
export function answersLater(name: string): boolean {
  return isTfjs(name) && !backends[name].synchronous;
}

/** One engine by name, ready to open programs. Throws EngineUnavailable: an unknown name, or what to install. */
export async function loadEngine(name: string): Promise<Engine> {
  if (name === 'wasm') {
    try {
      return wasmEngine();
    } catch (error) {
      throw new EngineUnavailable(`wasm: this machine runs no WebAssembly with SIMD (${(error as Error).message})`);
    }
  }
  if (name === 'reference') return referenceEngine;
  if (isTfjs(name)) return await tfjsEngine(name);
  throw new EngineUnavailable(`there is no engine ${name}; the engines are ${engineNames.join(', ')}`);
}

function isTfjs(name: string): name is TfjsEngineName {
  return (tfjsEngines as readonly string[]).includes(name);
}

/** What was found when an engine was tried on this machine. */
export type EngineFinding =
  | { readonly name: EngineName; readonly works: true; readonly synchronous: boolean }
  | { readonly name: EngineName; readonly works: false; readonly reason: string; readonly install: string };

/**
 * Tries every engine with a small program, in turn. Nothing is said to work that did not compute. A process can load one of the native
 * engines (tfjs-node, tfjs-gpu) only: ask for them in processes of their own, or take the word for the first.
 */
export async function availableEngines(names: readonly EngineName[] = engineNames): Promise<EngineFinding[]> {
  const findings: EngineFinding[] = [];
  for (const name of names) findings.push(await tryEngine(name));
  return findings;
}

/** Loads one engine and lets it take two steps of a small program. */
export async function tryEngine(name: EngineName): Promise<EngineFinding> {
  try {
    const engine = await loadEngine(name);
    await probe(engine);
    return { name, works: true, synchronous: engine.synchronous };
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]!;
    return { name, works: false, reason, install: installCommand(name) };
  }
}

/** Two steps of w' = w + x w^T w, from w = [[1, 2], [3, 4]] and x = 1: exact in float32. Throws where the numbers are wrong. */
async function probe(engine: Engine): Promise<void> {
  const g = new Graph('probe');
  const w = g.state('w', [2, 2]);
  const next = g.add(w, g.mul(g.input('x', []), g.matmul(w, w, true)));
  g.assign(w, next);
  g.output('sum', g.sum(next));
  const session = await engine.open([g.program()]);
  try {
    session.write('w', [1, 2, 3, 4]);
    const entry = session.entry('probe');
    entry.input('x')[0] = 1;
    // w^T w = [[10, 14], [14, 20]], then [[410, 584], [584, 832]] from w = [[11, 16], [17, 24]].
    for (const expected of [68, 68 + 2410]) {
      await entry.run();
      const got = entry.output('sum')[0];
      if (got !== expected)
        throw new EngineUnavailable(`${engine.name} computes ${got} where the answer is ${expected}`);
    }
    const kept = await session.read('w');
    if (kept.join() !== '421,600,601,856') throw new EngineUnavailable(`${engine.name} does not keep its states`);
  } finally {
    session.close();
  }
}

/** The engine of a deep learner, by the name that `--engine` takes. */
import type { EngineFacts } from '../checkpoint/manifest.ts';
import type { Engine } from '../tensor/engine.ts';
import { EngineUnavailable, loadEngine } from '../tensor/engines/index.ts';
import { hasRelaxedMadd } from '../tensor/engines/wasm/binary.ts';
import { Graph } from '../tensor/graph.ts';

export const defaultEngine = 'wasm';

/** An engine that trains, or why it does not: learners step inside the loop of the games, and wait for no promise. */
export async function engineFor(name: string): Promise<Engine | { readonly error: string }> {
  let engine: Engine;
  try {
    engine = await loadEngine(name);
  } catch (error) {
    if (error instanceof EngineUnavailable) return { error: error.message };
    throw error;
  }
  if (engine.synchronous && opensAtOnce(engine)) return engine;
  return {
    error: 'it answers later, and a training reads every answer at once; programs can use it (runtime/tensor)',
  };
}

/** The word of an engine, checked on the smallest program. */
function opensAtOnce(engine: Engine): boolean {
  const g = new Graph('probe');
  g.output('x', g.input('x', []));
  const session = engine.open([g.program()]);
  if (session instanceof Promise) {
    void session.then(opened => opened.close());
    return false;
  }
  session.close();
  return true;
}

/** What a checkpoint records of an engine. */
export function factsOf(engine: Engine): EngineFacts {
  return { name: engine.name, fma: engine.name === 'wasm' ? hasRelaxedMadd() : undefined };
}

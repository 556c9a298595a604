/** The engine of a deep learner, by the name that `--engine` takes. */
import type { EngineFacts } from '../checkpoint/manifest.ts';
import type { Engine } from '../tensor/engine.ts';
import { answersLater, EngineUnavailable, loadEngine } from '../tensor/engines/index.ts';
import { hasRelaxedMadd } from '../tensor/engines/wasm/binary.ts';
import { waitingEngine } from './waiting-engine.ts';

export const defaultEngine = 'wasm';

/**
 * An engine that trains, or why there is none. Learners step inside the loop of the games and wait for no promise: one that answers
 * later is waited for (`waiting-engine.ts`).
 */
export async function engineFor(name: string): Promise<Engine | { readonly error: string }> {
  try {
    return answersLater(name) ? waitingEngine(name) : await loadEngine(name);
  } catch (error) {
    if (error instanceof EngineUnavailable) return { error: error.message };
    throw error;
  }
}

/** What a checkpoint records of an engine. */
export function factsOf(engine: Engine): EngineFacts {
  return { name: engine.name, fma: engine.name === 'wasm' ? hasRelaxedMadd() : undefined };
}

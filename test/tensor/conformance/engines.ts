import { EngineUnavailable, engineNames, loadEngine } from '../../../runtime/tensor/engines/index.ts';
import { wasmEngine } from '../../../runtime/tensor/engines/wasm/index.ts';
import type { Engine } from '../../../runtime/tensor/index.ts';

/**
 * The engines that are compared: all that this machine has, the default one with and without fused multiply-add. With MARL_ENGINES, a
 * comma-separated list, just those, and then they have to be there.
 */
export async function enginesHere(): Promise<Engine[]> {
  const asked = process.env.MARL_ENGINES?.split(',').filter(name => name !== '');
  if (asked !== undefined && asked.length > 0) return await Promise.all(asked.map(loadEngine));
  const found: Engine[] = [{ ...wasmEngine({ fma: false }), name: 'wasm without FMA' }];
  for (const name of engineNames) {
    try {
      found.push(await loadEngine(name));
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }
  return found;
}

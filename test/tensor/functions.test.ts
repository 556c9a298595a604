/** The engines' own exponentials and logarithms over dense sweeps of their arguments, against Math in double precision. */
import { describe, expect, test } from 'vitest';
import { unaryFunctions } from '../../runtime/tensor/engines/reference/functions.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import type { Engine, UnaryFunction } from '../../runtime/tensor/index.ts';
import { Graph, toleranceOf } from '../../runtime/tensor/index.ts';
import { complaint } from './conformance/base.ts';

const block = 1 << 15;

/** From `low` to `high`, evenly. */
function evenly(low: number, high: number): Float32Array {
  return Float32Array.from({ length: block }, (_, i) => low + ((high - low) * i) / (block - 1));
}

/** From `low` to `high`, each as much larger than the last. */
function geometric(low: number, high: number, sign: number): Float32Array {
  return evenly(Math.log(low), Math.log(high)).map(x => sign * Math.exp(x));
}

/** Both sides of 0 down to the smallest normal numbers, everywhere the functions bend, and beyond where they leave the range. */
const everywhere = [
  evenly(-110, 110),
  evenly(-1.5, 1.5),
  evenly(-0.02, 0.02),
  evenly(-20, 20),
  geometric(1.2e-38, 3e38, 1),
  geometric(1.2e-38, 3e38, -1),
];

const sweeps: Partial<Record<UnaryFunction, readonly Float32Array[]>> = {
  exp: everywhere,
  tanh: everywhere,
  sigmoid: everywhere,
  softplus: everywhere,
  elu: everywhere,
  log: [geometric(1.2e-38, 3e38, 1), evenly(0.5, 2), evenly(0.99, 1.01), evenly(1, 4096)],
};

async function worst(engine: Engine, fn: UnaryFunction, inputs: readonly Float32Array[]): Promise<string[]> {
  const g = new Graph('sweep');
  const y = g.unary(fn, g.input('x', [block]));
  g.output('y', y);
  const tolerance = toleranceOf(y.op);
  const session = await engine.open([g.program()]);
  const entry = session.entry('sweep');
  const wrong: string[] = [];
  for (const x of inputs) {
    entry.input('x').set(x);
    await entry.run();
    const got = entry.output('y');
    x.forEach((value, i) => {
      const what = complaint(got[i]!, unaryFunctions[fn](value), tolerance, 1);
      if (what !== undefined) wrong.push(`${fn}(${value}) is ${what}`);
    });
  }
  session.close();
  return wrong;
}

describe.each([true, false])('wasm, fused multiply-add %s', fma => {
  const engine = wasmEngine({ fma });
  test.each(Object.entries(sweeps) as [UnaryFunction, Float32Array[]][])('%s', async (fn, inputs) => {
    const wrong = await worst(engine, fn, inputs);
    expect(wrong.slice(0, 8), `${wrong.length} of ${inputs.length * block} are wrong`).toEqual([]);
  });
});

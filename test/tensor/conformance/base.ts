import { interpret } from '../../../runtime/tensor/engines/reference/interpret.ts';
import type { Engine, Graph, Node, Program, Session, Shape, Tolerance } from '../../../runtime/tensor/index.ts';
import { gradients, sizeOf, Graph as TensorGraph, toleranceOf } from '../../../runtime/tensor/index.ts';
import type { Kind } from '../../../runtime/tensor/ops/rule.ts';

/** A tensor a case is run on. Numbers are rounded to float32 here, so that engine and oracle start from the same ones. */
export interface Leaf {
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array;
}

/** One program of one operation on given numbers. */
export interface Case {
  readonly op: Kind;
  readonly name: string;
  readonly leaves: readonly Leaf[];
  readonly build: (g: Graph, ...x: Node[]) => Node;
  /** Whether derivatives are compared too: numbers away from kinks and jumps. */
  readonly differentiable: boolean;
  /** Where the result is not that of one operation. */
  readonly tolerance?: Tolerance;
}

export function floats(shape: Shape, data: ArrayLike<number>): Leaf {
  return { shape, data: Float32Array.from(data) };
}

export function integers(shape: Shape, data: ArrayLike<number>): Leaf {
  return { shape, data: Int32Array.from(data) };
}

/** A case with its program, and what the oracle says. */
export interface Prepared {
  readonly of: Case;
  readonly program: Program;
  readonly tolerance: Tolerance;
  /** Exact results in row-major order: `y`, then `d0`, `d1`, ... */
  readonly exact: ReadonlyMap<string, readonly number[]>;
  /** What an entry's absolute tolerance counts from; per output, one entry each. */
  readonly scale: ReadonlyMap<string, readonly number[]>;
}

/** Numbers in (-1, 1) that look like noise; the same in every run. */
export function noise(count: number, phase = 0): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const x = Math.sin(12.9898 * (i + 1) + 78.233 * phase) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  });
}

export function prepare(of: Case, index: number): Prepared {
  const g = new TensorGraph(`case ${index}`);
  const x = of.leaves.map(({ shape, data }, k) => g.input(`x${k}`, shape, data instanceof Int32Array ? 'i32' : 'f32'));
  const y = of.build(g, ...x);
  g.output('y', y);
  if (of.differentiable) {
    const weights = g.constant(noise(sizeOf(y.shape), 9), y.shape);
    const wanted = x.filter(node => node.type === 'f32');
    for (const [k, node] of gradients(g, g.sum(g.mul(y, weights)), wanted).entries()) g.output(`d${k}`, node);
  }
  const program = g.program();
  const { outputs } = interpret(
    program,
    leavesOf(of, x => x),
    zeroStates(program),
    'float64',
  );
  const exact = new Map([...outputs].map(([name, tensor]) => [name, Array.from(tensor.data)]));
  const scale = new Map([...exact].map(([name, values]) => [name, scaleOf(of, y, name, values)]));
  const tolerance = of.tolerance ?? toleranceOf(y.op, termsOf(y));
  return { of, program, tolerance, exact, scale };
}

/** What states hold before anything is written. */
function zeroStates(program: Program): Map<string, Float64Array> {
  return new Map(program.states.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))]));
}

function leavesOf(of: Case, change: (x: number) => number): Map<string, ArrayLike<number>> {
  return new Map(
    of.leaves.map(({ data }, k) => [`x${k}`, data instanceof Int32Array ? data : Float64Array.from(data, change)]),
  );
}

/** Sums count from the sum of the terms' sizes, log-softmax from the spread of its row, derivatives from the largest among them. */
function scaleOf(of: Case, y: Node, name: string, values: readonly number[]): readonly number[] {
  if (name !== 'y') {
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    return values.map(() => largest);
  }
  if (y.op.kind === 'softmax' && y.op.log) {
    const n = y.shape.at(-1)!;
    const x = of.leaves[0]!.data;
    return values.map((_, i) => {
      const row = Array.from(x.slice(i - (i % n), i - (i % n) + n));
      return Math.max(...row) - Math.min(...row);
    });
  }
  const sums =
    ['matmul', 'scatterAdd', 'scatterAlong'].includes(y.op.kind) || (y.op.kind === 'reduce' && y.op.fn === 'sum');
  if (!sums) return values.map(() => 1);
  const g = new TensorGraph('scale');
  const x = of.leaves.map(({ shape, data }, k) => g.input(`x${k}`, shape, data instanceof Int32Array ? 'i32' : 'f32'));
  g.output('y', of.build(g, ...x));
  return Array.from(interpret(g.program(), leavesOf(of, Math.abs), new Map(), 'float64').outputs.get('y')!.data);
}

/** How many terms are summed into one entry, at most. */
function termsOf(y: Node): number {
  const [x] = y.inputs;
  const { op } = y;
  switch (op.kind) {
    case 'matmul':
      return x!.shape.at(op.transposeA ? -2 : -1)!;
    case 'reduce':
      return sizeOf(x!.shape) / sizeOf(y.shape);
    case 'softmax':
      return x!.shape.at(-1)!;
    case 'scatterAdd':
    case 'scatterAlong':
      return x!.shape[op.axis]!;
    default:
      return 1;
  }
}

/** A derivative is a few operations, so that their errors add up. */
const derivative: Tolerance = { relative: 1e-6, absolute: 4e-7 };
const smallestNormal = 1.17549435e-38;

/** Undefined where an engine's number is good enough for an exact one. */
export function complaint(got: number, exact: number, tolerance: Tolerance, scale: number): string | undefined {
  if (Number.isNaN(exact)) return Number.isNaN(got) ? undefined : `${got} where NaN is right`;
  const rounded = Math.fround(exact);
  if (got === rounded) return undefined;
  // At the very end of the range an engine may round the other way.
  const largest = 3.4028234663852886e38;
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) {
    const edge = Math.abs(exact) * (1 + tolerance.relative) >= largest && Number.isFinite(exact);
    return edge && Math.sign(got) === Math.sign(exact) ? undefined : `${got} where ${rounded} is right`;
  }
  const allowed = tolerance.relative * Math.abs(exact) + tolerance.absolute * scale + smallestNormal;
  const error = Math.abs(got - exact);
  return error <= allowed ? undefined : `${got} where ${exact} is right: off by ${error}, ${allowed} is allowed`;
}

/** Everything an engine gets wrong about these cases; one session for all of them. */
export async function failures(engine: Engine, prepared: readonly Prepared[]): Promise<string[]> {
  const session = await engine.open(prepared.map(p => p.program));
  const found: string[] = [];
  try {
    for (const one of prepared) found.push(...(await failuresOf(engine.name, session, one)));
  } finally {
    session.close();
  }
  return found;
}

/** What a library gets wrong and we do not repair: computed as (1 - e) / (1 + e) with e = exp(-2 |x|), which leaves nothing of a small x. */
const known: Readonly<Record<string, Tolerance>> = {
  'tfjs-webgpu tanh': { relative: 5e-7, absolute: 1.2e-7 },
};

async function failuresOf(engine: string, session: Session, prepared: Prepared): Promise<string[]> {
  const { of, program, exact, scale } = prepared;
  const { op } = program.outputs[0]!.node;
  const tolerance = (op.kind === 'unary' ? known[`${engine} ${op.fn}`] : undefined) ?? prepared.tolerance;
  const entry = session.entry(program.name);
  of.leaves.forEach(({ data }, k) => {
    if (data instanceof Int32Array) entry.indices(`x${k}`).set(data);
    else entry.input(`x${k}`).set(data);
  });
  const found: string[] = [];
  // Twice: what a run leaves behind must not show in the next.
  for (let run = 0; run < 2; run++) {
    await entry.run();
    for (const { name, node } of program.outputs) {
      const got = node.type === 'i32' ? entry.indexOutput(name) : entry.output(name);
      exact.get(name)!.forEach((value, i) => {
        const allowed = name === 'y' ? tolerance : derivative;
        const wrong = complaint(got[i]!, value, allowed, scale.get(name)![i]!);
        if (wrong !== undefined) found.push(`${of.op} ${of.name}, ${name}[${i}] of run ${run}: ${wrong}`);
      });
    }
  }
  return found;
}

/** What central differences in double precision say against the derivatives the oracle computes. */
export function differenceFailures({ of, program, exact }: Prepared): string[] {
  if (!of.differentiable) return [];
  const weights = noise(exact.get('y')!.length, 9);
  const values = of.leaves.map(({ data }) => (data instanceof Int32Array ? data : Float64Array.from(data)));
  const inputs = new Map(values.map((data, k) => [`x${k}`, data] as const));
  // Without the derivatives, which would be computed in vain.
  const forward = { ...program, outputs: program.outputs.slice(0, 1) };
  const loss = (): number => {
    const y = interpret(forward, inputs, zeroStates(program), 'float64').outputs.get('y')!.data;
    return weights.reduce((sum, w, i) => sum + w * y[i]!, 0);
  };
  const found: string[] = [];
  values
    .filter(data => data instanceof Float64Array)
    .forEach((data, k) => {
      const derivatives = exact.get(`d${k}`)!;
      // A few entries of each tensor: every one would take too long.
      for (let i = 0; i < data.length; i += Math.max(1, Math.floor(data.length / 7))) {
        const at = data[i]!;
        data[i] = at + 1e-5;
        const above = loss();
        data[i] = at - 1e-5;
        const below = loss();
        data[i] = at;
        const difference = (above - below) / 2e-5;
        const error = Math.abs(difference - derivatives[i]!);
        if (!(error <= 1e-6 * (1 + Math.abs(difference)))) {
          found.push(`${of.op} ${of.name}: d${k}[${i}] is ${derivatives[i]}, differences say ${difference}`);
        }
      }
    });
  return found;
}

/**
 * The default engine: every program becomes one WebAssembly module with SIMD, generated here, whose memory is laid out once. A run
 * allocates nothing and gives the same bits every time on machines that agree about fused multiply-add.
 */
import { checkStates, type Engine, type Entry, type Session } from '../../engine.ts';
import { type Node, type Program, type StateDeclaration, sizeOf } from '../../ir.ts';
import { optimise } from '../../passes/index.ts';
import { encodeModule, FunctionWriter, hasRelaxedMadd } from './binary.ts';
import { type Block, constantsOf, planBlock, type Target } from './block.ts';
import { emitBlock, emitCall, type Functions } from './emit.ts';
import { flattenRows } from './flatten.ts';
import { at, type Place, Region, room } from './place.ts';
import { blockRows } from './rows.ts';
import { type Instance, webAssembly } from './webassembly.ts';

export interface WasmOptions {
  /** Fused multiply-add, where the machine has it. Without it results are the same on every machine, and products slower. */
  readonly fma?: boolean;
}

export function wasmEngine(options: WasmOptions = {}): Engine {
  const fma = (options.fma ?? true) && hasRelaxedMadd();
  return {
    name: 'wasm',
    synchronous: true,
    open: programs =>
      openSession(
        programs.map(program => blockRows(flattenRows(optimise(program)))),
        fma,
      ),
  };
}

/** Memory before this address stays empty, so that no tensor is at 0. */
const firstAddress = 64;

class Layout {
  readonly data: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  end = firstAddress;

  reserve(bytes: number): Region {
    const region = new Region(bytes);
    region.base = this.end;
    this.end += Math.ceil(bytes / 16) * 16;
    return region;
  }

  tensor(elements: number): Region {
    return this.reserve(room(elements));
  }
}

interface PlannedProgram {
  readonly program: Program;
  readonly block: Block;
  readonly inputs: ReadonlyMap<string, { readonly node: Node; readonly region: Region }>;
  readonly outputs: ReadonlyMap<string, { readonly node: Node; readonly region: Region }>;
}

function openSession(programs: readonly Program[], fma: boolean): Session {
  const declared = checkStates(programs);
  const layout = new Layout();
  const states = new Map(declared.map(state => [state.name, layout.tensor(sizeOf(state.shape))] as const));
  const planned = programs.map(program => plan(program, states, layout));
  const arena = layout.reserve(Math.max(16, ...planned.map(p => p.block.bytes)));
  for (const { block } of planned) block.settle(arena.base);
  const functions: Functions = { list: [], fma };
  const exports = planned.map(({ program, block }) => {
    const calls = emitBlock(functions, block);
    const run = new FunctionWriter([]);
    for (const call of calls) emitCall(run, call, new Map());
    functions.list.push(run);
    return { name: `run ${program.name}`, fn: functions.list.length - 1 };
  });
  const bytes = encodeModule({ functions: functions.list, exports, memory: layout.end + 64, data: layout.data });
  const instance = new webAssembly.Instance(new webAssembly.Module(bytes));
  const { buffer } = instance.exports.memory as { readonly buffer: ArrayBuffer };
  return session(declared, states, planned, instance, buffer);
}

function plan(program: Program, states: ReadonlyMap<string, Region>, layout: Layout): PlannedProgram {
  const leaves = new Map<Node, Place>();
  const inputs = new Map<string, { node: Node; region: Region }>();
  for (const node of program.inputs) {
    if (node.op.kind !== 'input') throw new Error('not an input');
    const region = layout.tensor(sizeOf(node.shape));
    inputs.set(node.op.name, { node, region });
    leaves.set(node, at(region));
  }
  const stateNodes = new Map<string, Node>();
  for (const node of program.nodes) {
    if (node.op.kind !== 'state') continue;
    leaves.set(node, at(states.get(node.op.name)!));
    stateNodes.set(node.op.name, node);
  }
  for (const node of constantsOf(program.nodes)) leaves.set(node, at(constantRegion(node, layout)));
  const outputs = new Map<string, { node: Node; region: Region }>();
  const targets: Target[] = [];
  for (const { name, node } of program.outputs) {
    const region = layout.tensor(sizeOf(node.shape));
    outputs.set(name, { node, region });
    targets.push({ node, place: at(region), replaces: undefined });
  }
  for (const { state, value } of program.assignments)
    targets.push({ node: value, place: at(states.get(state)!), replaces: stateNodes.get(state) });
  return { program, block: planBlock(program.nodes, leaves, targets), inputs, outputs };
}

function constantRegion(node: Node, layout: Layout): Region {
  if (node.op.kind !== 'constant') throw new Error('not a constant');
  const { data } = node.op;
  const size = sizeOf(node.shape);
  const region = layout.tensor(size);
  const values = node.type === 'f32' ? new Float32Array(size) : new Int32Array(size);
  for (let k = 0; k < size; k++) values[k] = data[data.length === 1 ? 0 : k]!;
  layout.data.push({ at: region.base, bytes: new Uint8Array(values.buffer) });
  return region;
}

function session(
  declared: readonly StateDeclaration[],
  states: ReadonlyMap<string, Region>,
  planned: readonly PlannedProgram[],
  instance: Instance,
  buffer: ArrayBuffer,
): Session {
  const views = new Map(
    declared.map(({ name, shape }) => [name, new Float32Array(buffer, states.get(name)!.base, sizeOf(shape))] as const),
  );
  const stateOf = (name: string): Float32Array => {
    const view = views.get(name);
    if (view === undefined) throw new Error(`no program has a state ${name}`);
    return view;
  };
  const entries = new Map(planned.map(p => [p.program.name, entryOf(p, instance, buffer)] as const));
  return {
    entry(name) {
      const found = entries.get(name);
      if (found === undefined) throw new Error(`no program ${name} was opened`);
      return found;
    },
    states: declared,
    read: name => stateOf(name).slice(),
    write(name, values) {
      const view = stateOf(name);
      if (values.length !== view.length)
        throw new Error(`state ${name} has ${view.length} numbers, and ${values.length} are written`);
      view.set(values);
    },
    close() {
      entries.clear();
      views.clear();
    },
  };
}

function entryOf({ program, inputs, outputs }: PlannedProgram, instance: Instance, buffer: ArrayBuffer): Entry {
  const run = instance.exports[`run ${program.name}`] as () => void;
  type Arrays = ReadonlyMap<string, Float32Array | Int32Array>;
  const arrays = (of: PlannedProgram['inputs']): Arrays =>
    new Map(
      [...of].map(([name, { node, region }]) => {
        const size = sizeOf(node.shape);
        const made = node.type === 'f32' ? Float32Array : Int32Array;
        return [name, new made(buffer, region.base, size)] as const;
      }),
    );
  const ins = arrays(inputs);
  const outs = arrays(outputs);
  const floats = (from: Arrays, name: string, what: string): Float32Array => {
    const found = from.get(name);
    if (!(found instanceof Float32Array)) throw new Error(`${program.name} has no ${what} ${name} of numbers`);
    return found;
  };
  const integers = (from: Arrays, name: string, what: string): Int32Array => {
    const found = from.get(name);
    if (!(found instanceof Int32Array)) throw new Error(`${program.name} has no ${what} ${name} of indices`);
    return found;
  };
  return {
    input: name => floats(ins, name, 'input'),
    indices: name => integers(ins, name, 'input'),
    run,
    output: name => floats(outs, name, 'output'),
    indexOutput: name => integers(outs, name, 'output'),
  };
}

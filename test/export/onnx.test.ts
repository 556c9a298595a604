/** `marl export --onnx`: the bytes, what the model computes, and that it is the network that the learner acts by. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gameTextOf, recordedModel } from '../../cli/training.ts';
import { actingNetworks } from '../../runtime/export/networks.ts';
import { decodeOnnx, encodeOnnx, type OnnxModel } from '../../runtime/export/onnx.ts';
import { decodeMessage, Message, unpacked } from '../../runtime/export/protobuf.ts';
import { NotExportable, rowCounts, translate } from '../../runtime/export/translate.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { allocateBuffers } from '../../runtime/games/vector.ts';
import type { Seen } from '../../runtime/learners/shared/learner.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import type { Session } from '../../runtime/tensor/engine.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { Graph } from '../../runtime/tensor/graph.ts';
import { readRunFolder, readSeed } from '../../runtime/train/folder.ts';
import { policyFrom } from '../../runtime/train/policy.ts';
import { marl, marlJson } from '../cli/run.ts';
import { evaluateOnnx, type Value } from './evaluate.ts';

const trainings = [
  ['Idqn', 'IDQN', 'network = mlp(12, 10)\n    dueling = true'],
  ['Vdn', 'VDN', 'network = dense(9) |> layer_norm |> elu |> gru(7)\n    last_action = true'],
  ['Qmix', 'QMIX', 'network = mlp(8, sigmoid) |> lstm(6)\n    sharing = all'],
  ['Ippo', 'IPPO', 'network = mlp(8, 8, tanh)\n    sharing = none'],
  ['Mappo', 'MAPPO', 'network = gru(8)\n    sharing = none'],
  ['Maddpg', 'MADDPG', 'network = mlp(8)\n    batch = 16\n    sharing = class'],
  ['Embed', 'VDN', 'network = embedding(6) |> gru(5)\n    last_action = true'],
  [
    'Apart',
    'IPPO',
    'network = grid(2, 2) |> conv(3, 2, relu, padding: same) |> layer_norm |> flatten\n    sharing = none',
  ],
  ['Conv', 'IPPO', 'network = grid(2, 2) |> conv(3, 2, relu, padding: same) |> flatten |> dense(5, softplus)'],
] as const;

const program = `game Walk {
  agents A[3]
  enum Way { North, South, West }
  actions { Stay, Left, Right }
  state {
    at: 0..3 = 0
    way: Way
  }
  init { way ~ uniform(Way) }
  step {
    next at = clamp(at + sum(if action[i] == Right then 1 else if action[i] == Left then -1 else 0 for i in A), 0, 3)
    next way ~ uniform(Way)
  }
  legal x for i = at < 3 or x != Right
  reward = if at == 3 and way == North then 1 else 0
  observe { at, way }
  horizon 5
}
${trainings
  .map(
    ([name, algorithm, settings]) => `train ${name} on Walk {
  algorithm ${algorithm} {
    ${settings}${name === 'Conv' ? '\n    agent_ids = false\n    last_action = false' : ''}
  }
  team reward = mean
  budget 80 steps
  envs 8
  evaluate every 80 steps for 2 episodes
}
`,
  )
  .join('')}`;

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-onnx-'));
  writeFileSync(join(cwd, 'nets.marl'), program);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Exported {
  readonly file: string;
  readonly group: string;
  readonly agents: readonly string[];
  readonly actions: readonly string[];
  readonly output: string;
  readonly carries: readonly number[];
  readonly observation: readonly { readonly from: number; readonly to: number; readonly what: string }[];
}

async function exported(name: string): Promise<readonly Exported[]> {
  const trained = await marl(['train', `nets.marl:${name}`, '--force'], { cwd });
  if (trained.code !== 0) throw new Error(trained.all);
  const { json, code } = await marlJson(['export', `runs/${name}`, '--onnx', '-o', `${name}.onnx`, '--force'], { cwd });
  if (code !== 0) throw new Error(JSON.stringify(json));
  return json.files as readonly Exported[];
}

const read = (file: string): OnnxModel => decodeOnnx(readFileSync(join(cwd, file)));

describe.each(trainings.map(([name]) => name))('%s', name => {
  let files: readonly Exported[];
  beforeAll(async () => {
    files = await exported(name);
  }, 120_000);

  test('computes what the engine computes, for any number of rows', () => {
    const run = readRunFolder(join(cwd, 'runs', name));
    const seed = readSeed(join(cwd, 'runs', name), 1);
    if ('error' in run || 'error' in seed) throw new Error('the run cannot be read');
    const networks = actingNetworks(run.train, run.game, seed.arrays);
    expect(networks.map(network => network.name)).toEqual(files.map(file => file.group));
    for (const [k, network] of networks.entries()) {
      const model = read(files[k]!.file);
      for (const rows of [1, 5]) {
        const ours = network.program(rows);
        const session = wasmEngine().open([ours]) as Session;
        for (const [state, values] of network.parameters) session.write(state, values);
        const entry = session.entry(ours.name);
        const stream = new Stream(rows, purposes.evaluation, k, 0);
        const inputs = new Map<string, Value>();
        for (const { op, shape } of ours.inputs) {
          if (op.kind !== 'input') continue;
          const buffer = entry.input(op.name);
          for (let i = 0; i < buffer.length; i++) buffer[i] = stream.normal();
          inputs.set(op.name, { shape, data: [...buffer] });
        }
        void entry.run();
        expect(model.graph.inputs.map(input => input.name).sort()).toEqual([...inputs.keys()].sort());
        const outputs = evaluateOnnx(model, inputs);
        for (const { name: output, node } of ours.outputs) {
          const found = outputs.get(output) as Value;
          expect(found.shape).toEqual(node.shape);
          entry.output(output).forEach((value, i) => {
            expect(Math.abs(found.data[i]! - value)).toBeLessThan(1e-5);
          });
        }
        session.close();
      }
    }
  });

  test('chooses as the learner does, from the layout that is documented', () => {
    const run = readRunFolder(join(cwd, 'runs', name));
    const seed = readSeed(join(cwd, 'runs', name), 1);
    if ('error' in run || 'error' in seed) throw new Error('the run cannot be read');
    const { spec, create } = loadGame(gameTextOf(recordedModel(run)!, run.train));
    const policy = policyFrom(run.train, spec, seed.arrays);
    const buffers = allocateBuffers(spec, 1);
    const game = create(1, 7, 0, buffers);
    game.reset();
    const stream = new Stream(1, purposes.policy, 0, 0);
    const seen: Seen[][] = spec.agents.map(() => []);
    const memory = new Map<string, Value>();
    let compared = 0;
    for (let t = 0; t < 5; t++) {
      const before = [...buffers.actions];
      for (const [i, agent] of spec.agents.entries()) {
        const own = buffers.observations.slice(4 * i, 4 * i + 4);
        const mask = buffers.masks.slice(3 * i, 3 * i + 3);
        seen[i]!.push({ observation: own, mask, before: t === 0 ? -1 : before[i]! });
        const file = files.find(({ agents }) => agents.includes(agent))!;
        const row = new Array<number>(file.observation.at(-1)!.to).fill(0);
        own.forEach((value, k) => {
          row[k] = value;
        });
        for (const { from, what } of file.observation) {
          if (what.startsWith('which agent')) row[from + file.agents.indexOf(agent)] = 1;
          if (what.startsWith('its last action') && t > 0) row[from + before[i]!] = 1;
        }
        const inputs = new Map<string, Value>([['observation', { shape: [1, row.length], data: row }]]);
        for (const [k, n] of file.carries.entries())
          inputs.set(`carry${k}`, memory.get(`${i} ${k}`) ?? { shape: [1, n], data: new Array<number>(n).fill(0) });
        const outputs = evaluateOnnx(read(file.file), inputs);
        for (const k of file.carries.keys()) memory.set(`${i} ${k}`, outputs.get(`nextCarry${k}`)!);
        const values = outputs.get(file.output)!.data;
        const legal = [...mask.keys()].filter(a => mask[a] === 1);
        const [best, second] = legal.map(a => values[a]!).sort((a, b) => b - a) as [number, number];
        const action = policy.act(i, seen[i]!, stream, true);
        if (best - second < 1e-5) continue;
        expect(values[action]).toBe(best);
        compared++;
      }
      // Something else than the policy would do, so that its memory sees what it would not have made.
      for (const i of spec.agents.keys()) buffers.actions[i] = stream.below(2);
      game.step();
      if (buffers.ended[0] !== 0) break;
    }
    expect(compared).toBeGreaterThan(5);
  });

  test('says what it is', () => {
    for (const file of files) {
      const bytes = readFileSync(join(cwd, file.file));
      const model = decodeOnnx(bytes);
      expect(model).toMatchObject({ irVersion: 8, opset: 17 });
      expect(Buffer.from(encodeOnnx(model)).equals(bytes)).toBe(true);
      const { metadata, graph } = model;
      expect(metadata).toMatchObject({ game: 'Walk', seed: '1', step: '80', output: file.output });
      expect(JSON.parse(metadata.actions!)).toEqual(['Stay', 'Left', 'Right']);
      expect(JSON.parse(metadata.observation!)).toEqual(file.observation);
      expect(file.observation.slice(0, 2)).toEqual([
        { from: 0, to: 1, what: 'at: number' },
        { from: 1, to: 4, what: 'way: one-hot of North South West' },
      ]);
      expect(graph.inputs[0]).toMatchObject({ name: 'observation', shape: ['batch', file.observation.at(-1)!.to] });
      expect(graph.outputs[0]).toMatchObject({ name: file.output, shape: ['batch', 3] });
      const used = new Set(graph.nodes.flatMap(node => node.inputs));
      for (const { name: constant } of graph.constants) expect(used).toContain(constant);
    }
  });
});

test('a group without shared parameters gives a file for every agent', async () => {
  const files = await exported('Ippo');
  expect(files.map(file => file.agents)).toEqual([['A[0]'], ['A[1]'], ['A[2]']]);
  expect(new Set(files.map(file => file.file)).size).toBe(3);
  const [a, b] = files.map(file => read(file.file).graph.constants.find(c => c.name.endsWith('/weight'))!.data);
  expect(a).not.toEqual(b);
});

describe('the translation', () => {
  const pair = (build: (g: Graph, rows: number) => void) =>
    rowCounts.map(rows => {
      const g = new Graph('net');
      build(g, rows);
      return g.program();
    }) as [ReturnType<Graph['program']>, ReturnType<Graph['program']>];

  test('refuses by name what it has no words for', () => {
    const counted = pair((g, rows) => {
      const x = g.input('observation', [rows, 3]);
      g.scope('embedding(5, 2) of the network of A', () => g.output('values', g.take(x, g.argmax(x, 1), 0)));
    });
    expect(() => translate(counted, new Map(), 'observation')).toThrow(NotExportable);
    expect(() => translate(counted, new Map(), 'observation')).toThrow(
      'embedding(5, 2) of the network of A: an index that is computed has no translation',
    );
  });

  test('reads zero outside, as our indices do', () => {
    const programs = pair((g, rows) => {
      const x = g.input('observation', [rows, 3]);
      g.output('values', g.take(x, g.constant([2, -1, 0, 3], [4], 'i32'), 1));
    });
    const { nodes, constants } = translate(programs, new Map(), 'observation');
    const graph = {
      name: '',
      doc: '',
      nodes,
      constants,
      inputs: [],
      outputs: [{ name: 'values', shape: [], doc: '' }],
    };
    const found = evaluateOnnx(
      { producerVersion: '', metadata: {}, graph },
      new Map([['observation', { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }]]),
    ).get('values');
    expect(found).toEqual({ shape: [2, 4], data: [3, 0, 1, 0, 6, 0, 4, 0] });
  });
});

describe('the wire format', () => {
  test('numbers and bytes come back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.uint8Array(), fc.array(fc.maxSafeInteger()), (n, bytes, list) => {
        const message = new Message().int(1, n).bytes(17, bytes).packed(3, list).encode();
        const [a, b, c] = decodeMessage(message);
        expect(a).toMatchObject({ field: 1, kind: 'int' });
        expect(BigInt.asIntN(64, a?.value as bigint)).toBe(BigInt(n));
        expect([...(b!.value as Uint8Array)]).toEqual([...bytes]);
        expect(unpacked(c?.value as Uint8Array)).toEqual(list);
      }),
    );
  });

  test('known bytes', () => {
    // The examples of the format's own documentation.
    expect([...new Message().int(1, 150).encode()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new Message().text(2, 'testing').encode()]).toEqual([0x12, 7, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
    expect([...new Message().packed(6, [3, 270, 86942]).encode()]).toEqual([0x32, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5]);
  });

  test('what is cut is refused', () => {
    const message = new Message().text(1, 'long enough').encode();
    for (let length = 1; length < message.length; length++)
      expect(() => decodeMessage(message.subarray(0, length))).toThrow(RangeError);
  });
});

test('several networks written to a name without an extension get one', async () => {
  expect((await marl(['train', 'nets.marl:Ippo', '--force', '--out', 'runs/Bare'], { cwd })).code).toBe(0);
  const { json, code } = await marlJson(['export', 'runs/Bare', '--onnx', '-o', 'bare'], { cwd });
  expect(code).toBe(0);
  const files = (json.files as { file: string }[]).map(({ file }) => file);
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    expect(file).toMatch(/^bare\.\w+\.onnx$/);
    expect(() => decodeOnnx(readFileSync(join(cwd, file)))).not.toThrow();
  }
});

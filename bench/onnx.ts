/**
 * Exported networks beside ours: short trainings of every deep learner with every kind of layer, exported with `marl export --onnx`, run
 * by ONNX Runtime on random inputs and compared with what the engines here compute.
 *
 *   node bench/onnx.ts [python]     (pip install onnxruntime onnx numpy)
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ActingNetwork, actingNetworks } from '../runtime/export/networks.ts';
import { decodeOnnx } from '../runtime/export/onnx.ts';
import { purposes, Stream } from '../runtime/rng/stream.ts';
import type { Session } from '../runtime/tensor/engine.ts';
import { wasmEngine } from '../runtime/tensor/engines/wasm/index.ts';
import { readRunFolder, readSeed } from '../runtime/train/folder.ts';
import { marlJson } from '../test/cli/run.ts';

const python = process.argv[2] ?? 'python3';

const trainings = [
  ['Idqn', 'IDQN', 'network = mlp(32, 32)\n    dueling = true'],
  ['Vdn', 'VDN', 'network = dense(24) |> layer_norm |> elu |> gru(16)\n    last_action = true'],
  ['Qmix', 'QMIX', 'network = mlp(16, sigmoid) |> lstm(12)\n    sharing = all'],
  ['Ippo', 'IPPO', 'network = mlp(32, 32, tanh)\n    sharing = none'],
  ['Mappo', 'MAPPO', 'network = dense(16, relu) |> gru(24)'],
  ['Own', 'IPPO', 'network = gru(8) |> layer_norm\n    sharing = none'],
  ['Conv', 'IPPO', 'network = grid(2, 2) |> conv(3, 2, relu, padding: same) |> flatten |> dense(8, softplus)'],
] as const;

/** Played by three agents of a class; the others by two of a class each. */
const onMeeting: readonly string[] = ['Qmix', 'Ippo', 'Own', 'Conv'];

const program = `game Meeting {
  agents A[3]
  actions { Stay, Left, Right }
  state { at: 0..3 = 0 }
  step { next at = clamp(at + sum(if action[i] == Left then -1 else if action[i] == Right then 1 else 0 for i in A), 0, 3) }
  reward = if at == 3 then 1 else 0
  observe { at }
  horizon 4
}
`;

interface Given {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Random inputs for a number of rows, and what our engine makes of them. */
function caseOf(name: string, network: ActingNetwork, file: string, rows: number): object {
  const stream = new Stream(rows, purposes.evaluation, 0, 0);
  const ours = network.program(rows);
  const session = wasmEngine().open([ours]) as Session;
  for (const [state, values] of network.parameters) session.write(state, values);
  const entry = session.entry(ours.name);
  const inputs: Record<string, Given> = {};
  for (const { op, shape } of ours.inputs) {
    if (op.kind !== 'input') continue;
    const buffer = entry.input(op.name);
    for (let k = 0; k < buffer.length; k++) buffer[k] = stream.normal();
    inputs[op.name] = { shape, data: [...buffer] };
  }
  void entry.run();
  const outputs: Record<string, Given> = {};
  for (const { name: output, node } of ours.outputs)
    outputs[output] = { shape: node.shape, data: [...entry.output(output)] };
  session.close();
  return { name: `${name} ${network.name}: ${network.network}`, file, inputs, outputs };
}

async function done(args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, json } = await marlJson(args, { cwd });
  if (code !== 0) throw new Error(`marl ${args.join(' ')}: ${JSON.stringify(json)}`);
  return json;
}

const cwd = mkdtempSync(join(tmpdir(), 'marl-onnx-'));
try {
  const declared = trainings.map(
    ([name, algorithm, settings]) =>
      `train ${name} on ${onMeeting.includes(name) ? 'Meeting' : 'TwoStep'} {\n  algorithm ${algorithm} {\n    ${settings}\n  }\n  budget 400 steps\n  envs 8\n  evaluate every 400 steps for 2 episodes\n}\n`,
  );
  writeFileSync(join(cwd, 'nets.marl'), `import std.games.TwoStep\n\n${program}\n${declared.join('\n')}`);
  const cases: object[] = [];
  for (const [name] of trainings) {
    await done(['train', `nets.marl:${name}`, '--out', name]);
    const { files } = (await done(['export', name, '--onnx', '-o', `${name}.onnx`])) as {
      files: readonly { readonly file: string; readonly group: string }[];
    };
    const run = readRunFolder(join(cwd, name));
    const seed = readSeed(join(cwd, name), 1);
    if ('error' in run || 'error' in seed) throw new Error('the run cannot be read');
    const networks = actingNetworks(run.train, run.game, seed.arrays);
    for (const network of networks) {
      const file = join(cwd, files.find(({ group }) => group === network.name)?.file ?? '');
      decodeOnnx(readFileSync(file));
      for (const rows of [1, 33]) cases.push(caseOf(name, network, file, rows));
    }
  }
  writeFileSync(join(cwd, 'cases.json'), JSON.stringify(cases));
  const ran = spawnSync(python, [join(import.meta.dirname, 'peers/onnx_check.py'), join(cwd, 'cases.json')], {
    encoding: 'utf8',
  });
  console.log(ran.error === undefined ? `${ran.stdout}${ran.stderr}`.trim() : `not checked: ${ran.error.message}`);
  process.exitCode = ran.status ?? 3;
} finally {
  rmSync(cwd, { recursive: true, force: true });
}

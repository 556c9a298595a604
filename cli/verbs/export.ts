/** `marl export DIR --safetensors|--onnx -o FILE`: what a seed learned, for other tools. */
import { existsSync, writeFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { encodeSafetensors } from '../../runtime/checkpoint/safetensors.ts';
import type { FoundCheckpoint } from '../../runtime/checkpoint/store.ts';
import { learnedTensors } from '../../runtime/export/learned.ts';
import { onnxModel } from '../../runtime/export/model.ts';
import { type ActingNetwork, actingNetworks } from '../../runtime/export/networks.ts';
import { NotExportable } from '../../runtime/export/translate.ts';
import type { GameSpec } from '../../runtime/games/vector.ts';
import { readDivergence } from '../../runtime/train/diverged-seed.ts';
import { type RunDescription, readRunFolder, readSeed, soundSeedsIn } from '../../runtime/train/folder.ts';
import { isDeep } from '../../runtime/train/run.ts';
import { writtenSetting } from '../../runtime/train/written.ts';
import { reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import { layoutOf } from '../layout.ts';
import type { Got } from '../open.ts';
import { recordedGame } from '../recorded.ts';
import { Reply } from '../reply.ts';
import { counted, grouped } from '../text.ts';
import { folderName } from '../training.ts';

interface ExportOptions {
  readonly json?: boolean;
  readonly safetensors?: boolean;
  readonly onnx?: boolean;
  readonly out?: string;
  readonly seed?: number;
  readonly force?: boolean;
}

/** A file to be written, and what is in it. */
interface Written {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** For people. */
  readonly what: string;
  /** For `--json`. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export async function exportVerb(io: Io, dir: string, options: ExportOptions): Promise<number> {
  const reply = new Reply(io, 'export', options.json === true);
  if ((options.onnx === true) === (options.safetensors === true))
    return reply.problem(
      exitCode.usage,
      'say which format: --safetensors or --onnx of what a seed learned, --nfg, --efg or --dpomdp of a game.',
    );
  const folder = resolve(io.cwd, dir);
  const run = readRunFolder(folder);
  if ('error' in run) return reply.problem(exitCode.wrong, `${run.error.replaceAll(folder, dir)}.`);
  const present = soundSeedsIn(folder);
  const seed = options.seed ?? present[0];
  if (seed === undefined) return reply.problem(exitCode.wrong, `${dir} holds no checkpoints.`);
  const found = readSeed(folder, seed, run.train);
  const diverged = readDivergence(folder, seed);
  if (diverged !== undefined)
    reply.note(`marl export: seed ${seed} diverged at step ${diverged.step}; writing its last checkpoint before`);
  if ('error' in found) return reply.problem(exitCode.wrong, `${found.error.replaceAll(folder, dir)}.`);
  for (const sentence of found.damaged)
    reply.note(
      `marl export: ${sentence.replaceAll(folder, dir)}; writing what was learned after ${found.manifest.step} steps`,
    );
  const built = options.onnx === true ? onnxFiles(reply, run, found, dir, options) : tensorFile(run, found, options);
  if (built.exit !== undefined) return built.exit;
  const there = built.value.find(({ file }) => existsSync(resolve(io.cwd, file)));
  if (there !== undefined && options.force !== true)
    return reply.problem(
      exitCode.wrong,
      `${there.file} exists already.`,
      'Choose another -o, or replace it with --force.',
    );
  for (const { file, bytes } of built.value) {
    try {
      writeFileSync(resolve(io.cwd, file), bytes);
    } catch (error) {
      return reply.problem(exitCode.wrong, `${file} cannot be written: ${reason(error)}.`);
    }
  }
  const { step } = found.manifest;
  const files = built.value.map(({ file, bytes, facts }) => ({ file, bytes: bytes.length, ...facts }));
  const format = options.onnx === true ? 'onnx' : 'safetensors';
  reply.object(true, { out: dir, name: run.train.name, seed, step, format, files, diagnostics: [] });
  reply.say(`${run.train.name}: what seed ${seed} had learned after ${counted(step, 'step')}`);
  for (const { file, bytes, what } of built.value) reply.say(`  ${file}  ${what}, ${grouped(bytes.length)} bytes`);
  return exitCode.done;
}

function tensorFile(
  run: RunDescription,
  { arrays, manifest }: FoundCheckpoint,
  options: ExportOptions,
): Got<readonly Written[]> {
  const { train, game } = run;
  const learned = learnedTensors(train, game, arrays);
  const settings = Object.entries(train.settings).map(([name, value]) => [name, writtenSetting(value)] as const);
  const bytes = encodeSafetensors(learned.arrays, {
    shapes: learned.shapes,
    metadata: {
      format: isDeep(train) ? 'marl parameters' : 'marl tables',
      marl: run.versions.marl,
      algorithm: train.algorithm,
      game: train.game,
      seed: `${manifest.seed}`,
      step: `${manifest.step}`,
      network: settings.find(([name]) => name === 'network')?.[1] ?? '',
      settings: JSON.stringify(Object.fromEntries(settings)),
      agents: JSON.stringify(game.agents),
      actions: JSON.stringify(Object.fromEntries(game.agents.map((agent, i) => [agent, game.actionNames[i]]))),
    },
  });
  const file = options.out ?? `${folderName(train.name)}.safetensors`;
  const tensors = [...learned.arrays.keys()].sort();
  const numbers = [...learned.arrays.values()].reduce((sum, array) => sum + array.length, 0);
  const what = `${counted(tensors.length, 'tensor')} of ${grouped(numbers)} numbers`;
  const shapes = Object.fromEntries(tensors.map(name => [name, learned.shapes.get(name)]));
  return { value: [{ file, bytes, what, facts: { tensors: shapes } }] };
}

function onnxFiles(
  reply: Reply,
  run: RunDescription,
  { arrays, manifest }: FoundCheckpoint,
  dir: string,
  options: ExportOptions,
): Got<readonly Written[]> {
  const { train } = run;
  if (!isDeep(train)) {
    const message = `${train.algorithm} learned tables, and ONNX holds networks.`;
    return { exit: reply.problem(exitCode.usage, message, 'Export the tables with --safetensors.') };
  }
  const rebuilt = recordedGame(reply, run, dir);
  if (rebuilt.exit !== undefined) return rebuilt;
  const { model, spec } = rebuilt.value;
  const networks = actingNetworks(train, spec, arrays);
  const out = options.out ?? `${folderName(train.name)}.onnx`;
  const files: Written[] = [];
  for (const network of networks) {
    const layout = layoutOf(model, network.group, network.agents);
    const agents = network.agents.map(agent => spec.agents[agent] as string);
    const actions = actionsOf(spec, network);
    const about = {
      marl: run.versions.marl,
      algorithm: train.algorithm,
      game: train.game,
      seed: manifest.seed,
      step: manifest.step,
      agents,
      actions,
      layout,
    };
    try {
      const bytes = onnxModel(network, about);
      const inputs = [network.group.inputLength, ...network.carries];
      files.push({
        file: networks.length === 1 ? out : fileFor(out, network.name),
        bytes,
        what: `${network.network} of ${agents.join(', ')}: ${inputs.join(' + ')} numbers -> ${outputText(network, actions.length)}`,
        facts: {
          group: network.name,
          agents,
          actions,
          output: network.output,
          carries: network.carries,
          observation: layout,
        },
      });
    } catch (error) {
      if (!(error instanceof NotExportable)) throw error;
      const help = 'Its parameters can be written with --safetensors.';
      return { exit: reply.problem(exitCode.wrong, `${train.name} cannot be exported: ${error.message}.`, help) };
    }
  }
  return { value: files };
}

function outputText({ output, finite, reals }: ActingNetwork, count: number): string {
  if (output !== 'actions') return `${output} of ${counted(count, 'action')}`;
  const numbers = counted(reals, 'real number');
  return finite === 0 ? numbers : `logits of ${counted(finite, 'action')} and ${numbers}`;
}

/** Names of the outputs: those of the agent of the group that has most actions, and likewise real numbers with their bounds. */
function actionsOf(spec: GameSpec, { agents, finite }: ActingNetwork): readonly string[] {
  const most = <T>(lists: readonly (readonly T[])[]): readonly T[] =>
    lists.reduce((longest, list) => (list.length > longest.length ? list : longest));
  const reals = agents.map(agent =>
    (spec.realActionLow[agent] ?? []).map((low, k) => `[${k}] in ${low}..${spec.realActionHigh[agent]?.[k]}`),
  );
  return [...most(agents.map(agent => spec.actionNames[agent] ?? [])).slice(0, finite), ...most(reals)];
}

/** `policy.onnx` of the group Hunter: `policy.Hunter.onnx`, which is also the name where only `policy` was asked for. */
function fileFor(out: string, group: string): string {
  const extension = extname(out);
  if (extension === '') return `${out}.${folderName(group)}.onnx`;
  return `${out.slice(0, out.length - extension.length)}.${folderName(group)}${extension}`;
}

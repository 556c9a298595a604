/** `marl export FILE[:Game] --nfg|--efg|--dpomdp -o FILE`: a game for other tools. */
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  gameToEfg,
  type Printed,
  printDpomdp,
  printEfg,
  printNfg,
  toDecPomdp,
  toNfg,
  type Unfit,
} from '../../runtime/formats/index.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import { readKeys } from '../observed.ts';
import { chooseGame, modelOf, openProgram, type ProgramOptions } from '../open.ts';
import { jsonDiagnostics, Reply } from '../reply.ts';
import { Study } from '../study.ts';
import { grouped } from '../text.ts';
import { folderName } from '../training.ts';

interface ExportGameOptions extends ProgramOptions {
  readonly nfg?: boolean;
  readonly efg?: boolean;
  readonly dpomdp?: boolean;
  readonly safetensors?: boolean;
  readonly onnx?: boolean;
  readonly states: number;
  readonly out?: string;
  readonly force?: boolean;
}

export async function exportGame(io: Io, typed: string, options: ExportGameOptions): Promise<number> {
  const reply = new Reply(io, 'export', options.json === true);
  const chosen = [options.nfg, options.efg, options.dpomdp, options.safetensors, options.onnx].filter(
    option => option === true,
  );
  if (chosen.length !== 1) return reply.problem(exitCode.usage, 'say one format, not several.');
  const opened = await openProgram(reply, typed, options);
  if (opened.exit !== undefined) return opened.exit;
  const game = chooseGame(reply, opened.value);
  if (game.exit !== undefined) return game.exit;
  const { program, overrides } = opened.value;
  const built = modelOf(reply, program.instantiate(game.value.name, overrides), program.sources);
  if (built.exit !== undefined) return built.exit;
  const listed = new Study(options.states).list(built.value);
  if (listed.game === undefined)
    return reply.problem(
      exitCode.wrong,
      `${game.value.name} cannot be listed, which these formats take: ${listed.why}.`,
      'Choose smaller parameters with --set, or allow more states with --states.',
    );
  const format = options.nfg === true ? 'nfg' : options.efg === true ? 'efg' : 'dpomdp';
  const read = readKeys(built.value);
  const printed =
    format === 'nfg' ? nfgText(listed.game) : format === 'efg' ? efgText(listed.game) : dpomdpText(listed.game, read);
  if ('refused' in printed)
    return reply.problem(
      exitCode.wrong,
      `${game.value.name} cannot be written as .${format}: ${printed.refused}.`,
      `${printed.remedy.charAt(0).toUpperCase()}${printed.remedy.slice(1)}.`,
    );
  const out = options.out ?? `${folderName(game.value.name)}.${format}`;
  if (existsSync(resolve(io.cwd, out)) && options.force !== true)
    return reply.problem(exitCode.wrong, `${out} exists already.`, 'Choose another -o, or replace it with --force.');
  try {
    writeFileSync(resolve(io.cwd, out), printed.text);
  } catch (error) {
    return reply.problem(exitCode.wrong, `${out} cannot be written: ${reason(error)}.`);
  }
  for (const warning of printed.warnings) reply.note(`marl export: ${warning}`);
  const bytes = Buffer.byteLength(printed.text);
  reply.object(true, {
    out,
    name: game.value.name,
    format,
    files: [{ file: out, bytes }],
    notes: printed.warnings,
    diagnostics: jsonDiagnostics(program.diagnostics, program.sources),
  });
  reply.say(
    `${game.value.name}: ${listed.game.stateCount === 1 ? 'one state' : `${grouped(listed.game.stateCount)} states`}`,
  );
  reply.say(`  ${out}  ${grouped(bytes)} bytes`);
  return exitCode.done;
}

function nfgText(game: TabularGame): Printed | Unfit {
  const data = toNfg(game);
  return 'refused' in data ? data : printNfg(data);
}

function efgText(game: TabularGame): Printed | Unfit {
  const data = gameToEfg(game);
  return 'refused' in data ? data : printEfg(data);
}

/** States are named by number, with their description in a comment each. */
function dpomdpText(game: TabularGame, read: ReturnType<typeof readKeys>): Printed | Unfit {
  const nameOf = (agent: number, observation: number): string => {
    const numbers = game.observedNumbers?.(agent, observation);
    const words = numbers === undefined ? '' : read(agent, numbers).replace(/[^A-Za-z0-9]+/g, '-');
    const stem = words.replace(/^[^A-Za-z]+|-+$/g, '').slice(0, 60);
    return stem === '' ? `o${observation}` : stem;
  };
  const data = toDecPomdp(game, nameOf);
  if ('refused' in data) return data;
  const actions = data.actions.map(list => list.map(name => name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/-+$/, '')));
  const agents = data.agents.map(name => name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/-+$/, ''));
  const { text, warnings } = printDpomdp({ ...data, actions, agents });
  const states = Array.from(
    { length: game.stateCount },
    (_, s) => `# s${s}: ${game.describeState(s).replace(/\s+/g, ' ')}`,
  );
  return { text: `# ${game.name}, written by Marl.\n${states.join('\n')}\n${text}`, warnings };
}

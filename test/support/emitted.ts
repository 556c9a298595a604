/** Emitted programs in tests: written for a training in the language, run beside a link to this checkout, compared with the library. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { fileHost } from '../../cli/host.ts';
import { emitGame } from '../../compiler/emit/game.ts';
import { emitProgram, type ProgramText } from '../../compiler/emit/program.ts';
import { compile } from '../../compiler/index.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { isDeep, trainSeed } from '../../runtime/train/run.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';

export const root = join(import.meta.dirname, '../..');
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A folder in which `marl/runtime/...` means this checkout's sources. */
export function programFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'marl-program-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'marl'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return folder;
}

/** What a program in such a folder prints. */
export function printedBy(file: string): string {
  return printedByAll([file])[0] as string;
}

/** What each of several programs prints; one process runs them, one after the other. */
export function printedByAll(files: readonly string[]): readonly string[] {
  const script = `
    const all = [];
    for (const file of ${JSON.stringify(files)}) {
      let printed = '';
      console.log = line => { printed += line + '\\n'; };
      try { await import(file); } catch (error) { printed = String(error.stack); }
      all.push(printed);
    }
    process.stdout.write(JSON.stringify(all));`;
  const args = ['--conditions=marl-source', '--input-type=module', '--eval', script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 })) as string[];
}

/** What strict TypeScript has to say of programs in such a folder, names that nothing reads included. */
export function typeErrors(files: readonly string[]): readonly string[] {
  const program = ts.createProgram(files, {
    noEmit: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    customConditions: ['marl-source'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  });
  return files.flatMap(file =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(({ messageText, start }) => {
      const line = program.getSourceFile(file)?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      return `${file.slice(file.lastIndexOf('/') + 1)}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    }),
  );
}

/** What the two files of a program are called. */
export function filesOf(name: string): { readonly program: string; readonly game: string } {
  return { program: `${name}.ts`, game: `${name}.game.ts` };
}

/** Writes a program that was made with this name; returns the file to run. */
export function writeProgram(folder: string, name: string, { program, game }: ProgramText): string {
  const files = filesOf(name);
  writeFileSync(join(folder, files.game), game);
  writeFileSync(join(folder, files.program), program);
  return join(folder, files.program);
}

export interface Emitted {
  readonly text: ProgramText;
  /** What `marl train` writes to metrics.jsonl. */
  readonly expected: string;
}

interface Refused {
  readonly refused: string;
}

/** The program, to be called `name`, of the training in a text of the language, which may import from the library; `refused` where it does not check. */
export function emitted(text: string, name: string): Emitted | Refused {
  const found = prepared(text);
  if ('refused' in found) return found;
  const { train, game } = found;
  const lines = train.seeds.flatMap(seed => trainSeed(train, game, seed).metrics);
  return {
    text: emitProgram({ ...found, game: game.spec, read, files: filesOf(name) }),
    expected: `${lines.join('\n')}\n`,
  };
}

/** The program alone. */
export function programText(text: string, name: string): ProgramText | Refused {
  const found = prepared(text);
  return 'refused' in found ? found : emitProgram({ ...found, game: found.game.spec, read, files: filesOf(name) });
}

/** The training in a text, and its game. */
function prepared(
  text: string,
): { readonly train: TrainSpec; readonly game: ReturnType<typeof loadGame>; readonly gameText: string } | Refused {
  const files = fileHost(root, 'main.marl', undefined);
  const program = compile(
    { ...files, read: path => (path === 'main.marl' ? { text } : files.read(path)) },
    'main.marl',
  );
  const errors = program.diagnostics.filter(({ severity }) => severity === 'error');
  const [info] = program.trains;
  if (errors.length > 0 || info === undefined) return { refused: errors.map(e => e.message).join('; ') };
  const { model } = info.instantiate(new Map());
  if (model === undefined) return { refused: 'the game cannot be made' };
  const { spec: train } = info.specFor(model);
  if (train === undefined) return { refused: 'the settings do not fit the game' };
  const state = isDeep(train);
  const game = loadGame(emitGame(model, { types: false, module: 'function', state }));
  const gameText = emitGame(model, { types: true, module: 'function', state });
  return { train, game, gameText };
}

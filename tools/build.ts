/** `npm run build`: dist/ as it is published. Bundled JavaScript (shared parts split off) and the types of the public entries. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { exportedFiles } from '../compiler/emit/programBlocks.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'dist');

/** Emitted programs import these by path: `marl/runtime/rng/stream`. */
const sources = readdirSync(join(root, 'runtime'), { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
  .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .sort();
const blocks = exportedFiles(sources);

/** What package.json points at. */
const entries = [
  'cli/main.ts',
  'cli/lspThread.ts',
  'cli/solveThread.ts',
  'compiler/index.ts',
  'grammar/index.ts',
  'runtime/index.ts',
  ...blocks,
];

/** Files that a thread or a program starts by address, not by import: each becomes an entry of its own. */
const started = ['runtime/train/worker.ts', 'runtime/train/engine-thread.ts', 'runtime/solvers/glpk-thread.ts'];

/**
 * Code that starts another file names it relative to itself, `'./worker.js'` once it is built. Bundled, that code lies in another
 * folder, so the address is rewritten to lead through dist/; where from is known only afterwards (`addressStartedFiles`).
 */
const startedFiles: Plugin = {
  name: 'started-files',
  setup(build) {
    build.onLoad({ filter: /[\\/]runtime[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('new URL(')) return undefined;
      let contents = text;
      for (const entry of started) {
        const own = `./${relative(dirname(path), join(root, entry)).split(sep).join('/')}`.replace(/\.ts$/, '.js');
        contents = contents.replaceAll(`'${own}'`, `'MARL_DIST/${entry.replace(/\.ts$/, '.js')}'`);
      }
      if (contents === text) throw new Error(`${path} starts a file that tools/build.ts does not know`);
      return { contents, loader: 'ts' };
    });
  },
};

rmSync(out, { recursive: true, force: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: [...entries, ...started],
  outbase: '.',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  packages: 'external',
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'none',
  metafile: true,
  plugins: [startedFiles],
});
addressStartedFiles(Object.keys(result.metafile.outputs));
chmodSync(join(out, 'cli', 'main.js'), 0o755);
// `marl emit` specialises the learners' own source text and `marl bundle` packs it, so an installed package carries it as data.
for (const folder of ['checkpoint', 'games', 'learners', 'mixers', 'rng', 'tensor', 'train'])
  cpSync(join(root, 'runtime', folder), join(out, 'source', 'runtime', folder), { recursive: true });
execFileSync(
  process.execPath,
  [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'tools', 'types.json')],
  {
    stdio: 'inherit',
  },
);
const size = Object.values(result.metafile.outputs).reduce((sum, file) => sum + file.bytes, 0);
console.log(
  `dist/: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(size / 1024)} KiB of JavaScript`,
);

/** Puts the way from each output file to dist/ where `MARL_DIST` stands. */
function addressStartedFiles(files: readonly string[]): void {
  for (const file of files) {
    const path = join(root, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes('MARL_DIST/')) continue;
    const depth = file.split('/').length - 2;
    writeFileSync(path, text.replaceAll('MARL_DIST/', depth === 0 ? './' : '../'.repeat(depth)));
  }
}

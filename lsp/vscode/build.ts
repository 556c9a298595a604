/**
 * `npm run build` in this folder: `dist/` of the extension. The client in one file; beside it `marl` itself, as in its own package but with
 * what it needs bundled in, so that the extension works where nothing else is installed; and the files made from the language's tables.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { startedFiles } from './entries.ts';
import { languageConfiguration } from './language.ts';
import { snippets } from './snippets.ts';
import { markdownGrammar, textMateGrammar } from './textmate.ts';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const out = join(here, 'dist');
const server = join(out, 'server');

rmSync(out, { recursive: true, force: true });
mkdirSync(server, { recursive: true });

const client = await build({
  absWorkingDir: here,
  entryPoints: ['host/extension.ts'],
  outfile: 'dist/extension.cjs',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node22.18',
  external: ['vscode'],
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
});

// All files lie in one folder: code that starts another file names it relative to itself.
const command = await build({
  absWorkingDir: root,
  entryPoints: [...startedFiles(root)],
  outdir: join(server, 'dist', 'cli'),
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  // Optional engines, and the bundler with its binary: found where a workspace has installed them.
  external: ['esbuild', '@tensorflow/*', 'webgpu'],
  // Names stay: errors carry those of classes.
  minifyWhitespace: true,
  legalComments: 'none',
  // What CommonJS packages expect to be there.
  banner: {
    js: [
      "import { createRequire as requireFrom } from 'node:module';",
      "import { fileURLToPath as pathFrom } from 'node:url';",
      "import { dirname as folderOf } from 'node:path';",
      'const require = requireFrom(import.meta.url), __filename = pathFrom(import.meta.url), __dirname = folderOf(__filename);',
    ].join(''),
  },
  metafile: true,
});
// The solver of linear programs reads it from beside its own code.
cpSync(join(root, 'node_modules', 'glpk.js', 'dist', 'glpk.wasm'), join(server, 'dist', 'cli', 'glpk.wasm'));
cpSync(join(root, 'stdlib'), join(server, 'stdlib'), { recursive: true });
for (const folder of ['checkpoint', 'games', 'learners', 'mixers', 'rng', 'tensor', 'train'])
  cpSync(join(root, 'runtime', folder), join(server, 'dist', 'source', 'runtime', folder), { recursive: true });
const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
  string,
  string
>;
write(join('server', 'package.json'), { name, version, license, type: 'module' });

write('marl.tmLanguage.json', textMateGrammar());
write('markdown.tmLanguage.json', markdownGrammar());
write('language-configuration.json', languageConfiguration());
write('snippets.json', snippets());
cpSync(join(root, 'examples'), join(out, 'examples'), {
  recursive: true,
  filter: path => !/\.(?!marl$)\w+$/.test(path),
});
cpSync(join(root, 'LICENSE'), join(here, 'LICENSE'));

writeFileSync(
  join(out, 'THIRD-PARTY.txt'),
  notices([
    ...Object.keys(client.metafile.inputs).map(path => join(here, path)),
    ...Object.keys(command.metafile.inputs).map(path => join(root, path)),
  ]),
);

/** The licences of the packages whose files were bundled, by their names. */
function notices(files: readonly string[]): string {
  const folders = files.flatMap(file => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? []);
  const texts = [...new Set(folders)].map(folder => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
    const licence = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
    return `${name} ${version}\n\n${licence === undefined ? '' : readFileSync(join(folder, licence), 'utf8').trim()}\n`;
  });
  return [...new Set(texts)].sort().join(`\n${'-'.repeat(80)}\n`);
}

function write(file: string, content: object): void {
  writeFileSync(join(out, file), `${JSON.stringify(content, undefined, 2)}\n`);
}

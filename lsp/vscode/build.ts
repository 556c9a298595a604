/**
 * `npm run build` in this folder: `dist/` of the extension. The client in one file; beside it `marl` itself, as in its own package but with
 * what it needs bundled in, so that the extension works where nothing else is installed; and the files made from the language's tables.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { commandBundle, notices } from './carried.ts';
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

const command = await build(commandBundle(root, join(server, 'dist', 'cli')));
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
  notices(root, [
    ...Object.keys(client.metafile.inputs).map(path => join(here, path)),
    ...Object.keys(command.metafile.inputs).map(path => join(root, path)),
  ]),
);

function write(file: string, content: object): void {
  writeFileSync(join(out, file), `${JSON.stringify(content, undefined, 2)}\n`);
}

/** What the extension carries of `marl` and of other packages, and under which licences. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { startedFiles } from './entries.ts';

/** What the extension carries may be passed on under terms that ask for no more than naming its authors. */
const permitted: ReadonlySet<string> = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
]);

/** GLPK is under the GNU General Public Licence: what stands in for it says where it would be needed. */
const withoutGlpk: Plugin = {
  name: 'without-glpk',
  setup(made) {
    made.onResolve({ filter: /(^|\/)glpk\.ts$/ }, () => ({ path: join(import.meta.dirname, 'linearPrograms.ts') }));
  },
};

/**
 * How esbuild makes the command line of the extension. All files lie in one folder: code that starts another file names it relative to itself.
 * @param root the checkout
 */
export function commandBundle(root: string, outdir: string) {
  return {
    absWorkingDir: root,
    entryPoints: [...startedFiles(root)],
    outdir,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    // Optional engines, and the bundler with its binary: found where a workspace has installed them.
    external: ['esbuild', '@tensorflow/*', 'webgpu'],
    plugins: [withoutGlpk],
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
  } as const satisfies BuildOptions;
}

/** The licences of the packages whose files were bundled, by their names. @throws where one of them may not be carried */
export function notices(root: string, files: readonly string[]): string {
  const typescript = join(root, 'node_modules', 'typescript');
  const inside = files.flatMap(file => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? []);
  // It carries TypeScript without saying so in a licence file.
  const folders = inside.flatMap(one => (one.endsWith(join('@ts-morph', 'common')) ? [one, typescript] : [one]));
  const texts = [...new Set(folders)].map(folder => {
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
    const { name, version, license } = about;
    if (!permitted.has(license ?? '')) throw new Error(`${name} is under ${license}: the extension must not carry it`);
    const licences = readdirSync(folder).filter(entry => /^(licen[cs]e|notice|thirdpartynotice)/i.test(entry));
    if (licences.length === 0) throw new Error(`${name} has no file with its licence`);
    return [
      `${name} ${version}`,
      ...licences.sort().map(entry => readFileSync(join(folder, entry), 'utf8').trim()),
      '',
    ].join('\n\n');
  });
  return [...new Set(texts)].sort().join(`\n${'-'.repeat(80)}\n`);
}

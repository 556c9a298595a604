/** The client of the extension, bundled as for its package: everything it imports is there, and it stays light. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { startedFiles } from '../../lsp/vscode/entries.ts';

const root = join(import.meta.dirname, '../..');
const home = join(root, 'lsp/vscode');

test('the client is complete, and carries neither compiler nor learners', async () => {
  const { metafile, warnings } = await build({
    absWorkingDir: home,
    entryPoints: ['host/extension.ts'],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // The first is VS Code itself; the second is installed only where the extension is packaged.
    external: ['vscode', 'vscode-languageclient/node'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('host/extension.ts');
  // It starts with every window that has a program: only what draws panels comes with it.
  const allowed = /^(?:host|[^./][^/]*\.ts$|\.\.\/\.\.\/runtime\/(?:report|train\/figures|rng))/;
  expect(inputs.filter(path => !allowed.test(path))).toEqual([]);
});

test('every thread that the command line starts is carried along', () => {
  const entries = startedFiles(root);
  for (const entry of entries) expect(existsSync(join(root, entry)), entry).toBe(true);
  const names = entries.map(entry => basename(entry, '.ts'));
  expect(new Set(names).size).toBe(names.length);
  // Threads are started by the address of a built file: from the root of the package, or beside the file that starts them.
  const started = ['cli', 'lsp', 'runtime'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.startsWith('vscode'))
      .flatMap(name => {
        const text = readFileSync(join(root, folder, name), 'utf8');
        if (!/new (Worker|URL)\(/.test(text)) return [];
        return [...text.matchAll(/'(?:dist\/cli|\.)\/(\w+)\.js'/g)].map(match => match[1] as string);
      }),
  );
  expect(started.length).toBeGreaterThan(1);
  expect(started.filter(name => !names.includes(name))).toEqual([]);
});

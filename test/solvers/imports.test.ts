/** Two rules that keep answers trustworthy and licences apart. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name));
}

const text = (file: string) => readFileSync(join(root, file), 'utf8');

describe('imports', () => {
  it('the verifier imports nothing of the solvers', () => {
    const files = sources('runtime/verify');
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect(text(file), file).not.toMatch(/from '[^']*solvers\//);
  });

  it('exactly one file imports glpk.js, and only when it is needed', () => {
    const importing = ['runtime', 'compiler', 'grammar', 'cli', 'lsp']
      .flatMap(sources)
      .filter(file => /import\(?[^;]*'glpk\.js/.test(text(file)));
    expect(importing).toEqual([join('runtime', 'solvers', 'glpk.ts')]);
    expect(text(importing[0] as string)).not.toMatch(/^import .*glpk\.js/m);
  });
});

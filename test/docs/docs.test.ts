import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileHost, stdinPath } from '../../cli/host.ts';
import { compile } from '../../compiler/index.ts';

// Every ```marl block of the documentation is a whole program and compiles without a word; a block marked ```marl wrong must not.
const root = join(import.meta.dirname, '../..');
const files = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map(String)
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
].sort();

interface Block {
  readonly line: number;
  readonly wrong: boolean;
  readonly text: string;
}

function blocks(markdown: string): readonly Block[] {
  const found: Block[] = [];
  for (const match of markdown.matchAll(/^```marl( wrong)?\n([\s\S]*?)^```/gm)) {
    found.push({
      line: markdown.slice(0, match.index).split('\n').length,
      wrong: match[1] !== undefined,
      text: match[2] as string,
    });
  }
  return found;
}

describe('programs in the documentation', () => {
  it('are there', () => {
    const all = files.flatMap(file => blocks(readFileSync(join(root, file), 'utf8')));
    expect(all.length).toBeGreaterThan(10);
  });

  for (const file of files) {
    for (const block of blocks(readFileSync(join(root, file), 'utf8'))) {
      it(`${file}:${block.line} ${block.wrong ? 'is refused' : 'compiles'}`, () => {
        const program = compile(fileHost(root, stdinPath, { text: block.text }), stdinPath);
        const said = program.diagnostics.map(d => `${d.code} ${d.message}`);
        if (block.wrong) expect(said.length).toBeGreaterThan(0);
        else expect(said).toEqual([]);
      });
    }
  }
});

import { expect, test } from 'vitest';
import { emitGame } from '../../compiler/emit/game.ts';
import { gameOriginOf, traced } from '../../compiler/emit/programTrace.ts';
import { compile } from '../../compiler/index.ts';
import { memoryHost } from '../support/memory-host.ts';

const text = `/// A door and a bell.
game Door(need: 1..3 = 2) {
  agents Visitor[2]
  actions { Wait, Ring }
  state {
    rings: 0..9 = 0
    open:  bool = false
  }
  fn enough(count: int): bool = count >= need

  step {
    let pressed[v: Visitor] = action[v] == Ring
    let more = count(pressed[v] for v in Visitor)
    next rings = min(rings + more, 9)
    next open = enough(rings + more)
  }
  reward[v: Visitor] = if next open then 1 else if pressed[v] then -1 else 0
  observe { rings }
  legal Ring for v = rings < 9
  end when open
}

game Narrow = Door(need: 3)
`;

/** Lines, counted from 1, on which something begins. */
const lineOf = (start: string): number => text.split('\n').findIndex(line => line.trim().startsWith(start)) + 1;

function program(name: string): { readonly plain: string; readonly traced: string; readonly line: number } {
  const compiled = compile(memoryHost({ 'games/door.marl': text }), 'games/door.marl');
  const { model, diagnostics } = compiled.instantiate(name, new Map());
  if (model === undefined) throw new Error(diagnostics.map(d => d.message).join('; '));
  const plain = emitGame(model, { types: true, module: 'function', state: true });
  const origin = gameOriginOf(compiled.sources.values(), name);
  if (origin === undefined) throw new Error(`${name} is not found`);
  expect(origin.file).toBe('door.marl');
  return { plain, traced: traced(plain, origin), line: origin.line };
}

test('statements of a step name the lines that they come from', () => {
  const { traced: found } = program('Door');
  for (const [what, start] of [
    ['let pressed', 'let pressed'],
    ['let more', 'let more'],
    ['next rings', 'next rings'],
    ['next open', 'next open'],
    ['reward', 'reward'],
    ['end', 'end when'],
  ] as const)
    expect(found.match(new RegExp(`${what} \\(line ${lineOf(start)}\\)`, 'g')) ?? [], what).toHaveLength(1);
  const [made] = /^.*next rings \(line.*$/m.exec(found) ?? [''];
  expect(made).toContain('next_rings');
});

test('functions name theirs', () => {
  const { traced: found } = program('Door');
  expect(found).toMatch(new RegExp(`\\(line ${lineOf('state {')}\\) \\*/\\s*function start\\(`));
  expect(found).toMatch(new RegExp(`\\(line ${lineOf('observe')}\\) \\*/\\s*function observe\\(`));
  expect(found).toMatch(new RegExp(`\\(line ${lineOf('legal')}\\) \\*/\\s*function writeMasks\\(`));
});

test('only comments are new', () => {
  const { plain, traced: found } = program('Door');
  const bare = (of: string): string => of.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replaceAll(/\s+/g, ' ');
  expect(found).not.toBe(plain);
  expect(bare(found)).toBe(bare(plain));
});

test('another name for a game leads to the game', () => {
  expect(program('Narrow').line).toBe(lineOf('game Door'));
});

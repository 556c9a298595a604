/** Every library game: emitted code beside the stepped reading, and its text. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileHost } from '../../cli/host.ts';
import { emitGame } from '../../compiler/emit/game.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { twin } from '../../compiler/game/naming.ts';
import { compile } from '../../compiler/index.ts';
import { compareReadings } from './against.ts';

const folder = 'stdlib/games';
const files = readdirSync(folder)
  .filter(file => file.endsWith('.marl'))
  .sort();

test('the library has games', () => {
  expect(files.length).toBeGreaterThan(20);
});

function gamesOf(file: string): readonly (readonly [string, GameModel])[] {
  const path = `${folder}/${file}`;
  const program = compile(fileHost(process.cwd(), path, undefined), path);
  return program.games.map(({ name }) => {
    const { model } = program.instantiate(name, new Map());
    if (model === undefined) throw new Error(`${name} has no model at its defaults`);
    return [name, model] as const;
  });
}

for (const file of files)
  test(file, () => {
    for (const [name, model] of gamesOf(file)) {
      const steps = model.agents.length > 20 ? 4 : 60;
      for (const unroll of [true, false]) {
        compareReadings(model, { unroll, envs: 2, steps, seed: 3, firstGame: 1 });
        const names = new Set(emitGame(model, { types: true, module: 'esm', unroll }).match(/\b[A-Za-z_]\w*/g));
        expect(
          [...names].filter(one => names.has(twin(one) ?? '')),
          name,
        ).toEqual([]);
      }
    }
  });

test('what is drawn, what is stored and one element of it have names of their own', () => {
  const [[, predators] = []] = gamesOf('PredatorPrey.marl');
  const [[, poker] = []] = gamesOf('Kuhn.marl');
  if (predators === undefined || poker === undefined) throw new Error('a game is missing');
  const text = emitGame(predators, { types: true, module: 'esm' });
  expect(text).toMatch(/const drawn_at_row = below\(.*\n.*\n *at_row\[e3 \+ b\] = drawn_at_row;/);
  expect(text).toContain('const at_row_2 = at_row[e3 + 2];');
  expect(text).not.toMatch(/\bat_row2\b/);
  expect(emitGame(poker, { types: true, module: 'esm' })).toMatch(
    /const one_card = below\(.*\n *drawn_card\[k\] = one_card;/,
  );
});

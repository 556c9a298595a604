/** Every library game: emitted code beside the stepped reading, and its text. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileHost } from '../../cli/host.ts';
import { compile } from '../../compiler/index.ts';
import { compareReadings } from './against.ts';

const folder = 'stdlib/games';
const files = readdirSync(folder)
  .filter(file => file.endsWith('.marl'))
  .sort();

test('the library has games', () => {
  expect(files.length).toBeGreaterThan(20);
});

for (const file of files)
  test(file, () => {
    const path = `${folder}/${file}`;
    const program = compile(fileHost(process.cwd(), path, undefined), path);
    for (const { name } of program.games) {
      const { model } = program.instantiate(name, new Map());
      if (model === undefined) throw new Error(`${name} has no model at its defaults`);
      const steps = model.agents.length > 20 ? 4 : 60;
      for (const unroll of [true, false]) compareReadings(model, { unroll, envs: 2, steps, seed: 3, firstGame: 1 });
    }
  });

/**
 * Every library game against the whole table, as a document to be read: `npx vitest run test/requirements -u` writes it anew, and what
 * changed is judged as a diff.
 */
import { expect, test } from 'vitest';
import { fitLines } from '../../cli/verbs/fits.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import type { Listed } from '../../compiler/properties/facts.ts';
import { fitsOf, Subject } from '../../compiler/requirements/fit.ts';
import { gameOf, libraryFiles, libraryGames, programOf } from '../stdlib/library.ts';

/** Instances besides the defaults: those whose class the defaults are too large to show. */
const instances = [
  'Foraging(size: 5, players: 2, foods: 1, coop: true, max_level: 1)',
  'Lever(identities: 3, players: 3)',
];

function list(model: GameModel): Listed {
  if (!model.finite) return { game: undefined, why: 'the game has real-valued states or actions' };
  const { game, problem } = enumerate(model, { maxStates: 12_000, maxTransitions: 150_000, maxOutcomes: 2_000 });
  return game === undefined ? { game: undefined, why: problem.message.replace(/\.$/, '') } : { game };
}

test('which algorithms and solvers fit the library', { timeout: 120_000 }, async () => {
  const lines: string[] = [];
  for (const name of [...libraryGames.keys(), ...instances]) {
    const model = gameOf(name);
    const listed = list(model);
    const found = fitsOf(new Subject(model, { list: () => listed }));
    lines.push(`${name}`, ...fitLines(found, 'without facts').map(line => (line === '' ? '' : `  ${line}`)), '', '');
  }
  await expect(`${lines.join('\n').trimEnd()}\n`).toMatchFileSnapshot('./fits.txt');
});

test('what the library trains and solves is available and fits', () => {
  for (const file of libraryFiles) {
    const program = programOf(file);
    expect(program.diagnostics, file).toEqual([]);
  }
});

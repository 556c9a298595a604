/**
 * The library's programs, damaged at random: the compiler answers every one of them in time, and whatever it accepts becomes code that
 * parses, holds nothing strange and plays.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Library } from '../../cli/library.ts';
import { packageRoot } from '../../cli/package.ts';
import type { Host, Program } from '../../compiler/api.ts';
import { emitGame } from '../../compiler/emit/game.ts';
import { workOf } from '../../compiler/game/work.ts';
import { compile } from '../../compiler/index.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { simulate } from '../../runtime/games/simulate.ts';
import { inspect } from './emitted.ts';

const stdlib = join(packageRoot(), 'stdlib');
const library = new Library(stdlib);
const libraryTexts = new Map<string, string>();

function hostOf(text: string): Host {
  return {
    read(path) {
      if (path === 'main.marl') return { text };
      let known = libraryTexts.get(path);
      if (known === undefined) {
        known = readFileSync(Library.file(stdlib, path), 'utf8');
        libraryTexts.set(path, known);
      }
      return { text: known };
    },
    resolve(_, file) {
      const name = file.replace(/^.*\//, '');
      const found = readdirSync(join(stdlib, 'games')).includes(name);
      return found ? { path: `std:games/${name}` } : { error: 'there is no such file' };
    },
    library: (group, name) => library.find(group, name),
    libraryNames: group => library.names(group),
  };
}

const folders = [join(stdlib, 'games'), join(packageRoot(), 'examples')];
const programs = folders.flatMap(folder => readdirSync(folder).map(file => readFileSync(join(folder, file), 'utf8')));

/** Words, numbers, strings, signs and the space between them; together they are the text again. */
function pieces(text: string): string[] {
  return text.match(/\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|[A-Za-z_]\w*|\d[\d_.eE]*|\s+|[^\s\w]/g) ?? [];
}

type Damage = {
  readonly kind: 'delete' | 'double' | 'swap' | 'other';
  readonly lines: boolean;
  readonly at: number;
  readonly from: number;
};

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('delete', 'double', 'swap', 'other'),
  lines: fc.boolean(),
  at: fc.nat(),
  from: fc.nat(),
});

const words = [...new Set(programs.flatMap(pieces))].filter(piece => piece.trim() !== '' && piece.length < 30);

function apply(text: string, { kind, lines, at, from }: Damage): string {
  const parts = lines ? text.split(/(?<=\n)/) : pieces(text);
  if (parts.length === 0) return text;
  const k = at % parts.length;
  const other = from % parts.length;
  const part = parts[k] as string;
  switch (kind) {
    case 'delete':
      parts.splice(k, 1);
      break;
    case 'double':
      parts.splice(k, 0, lines ? part : `${part} `);
      break;
    case 'swap':
      parts[k] = parts[other] as string;
      parts[other] = part;
      break;
    case 'other':
      if (lines) parts.splice(k, 0, parts[other] as string);
      else if (part.trim() !== '') parts[k] = words[from % words.length] as string;
      break;
  }
  return parts.join('');
}

function play(program: Program): void {
  for (const { name } of program.games) {
    const { model } = program.instantiate(name, new Map());
    if (model === undefined) continue;
    const text = emitGame(model, { types: false, module: 'function' });
    inspect(text);
    inspect(emitGame(model, { types: true, module: 'function' }));
    if (workOf(model).step > 1e5) continue;
    const { spec, create } = loadGame(text);
    if ([...spec.realActionLow.flat(), ...spec.realActionHigh.flat()].some(bound => !Number.isFinite(bound))) continue;
    try {
      simulate(create, spec, { steps: 20, envs: 2, seed: 1 });
    } catch (error) {
      // Draws that are impossible show when they are drawn.
      if (!(error instanceof Error && error.name === 'Error')) throw error;
    }
  }
}

const limit = Number(process.env.MARL_FUZZ_RUNS ?? 400);

test('damaged programs', () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.constantFrom(...programs), fc.array(damage, { minLength: 1, maxLength: 4 }), (original, damages) => {
      const text = damages.reduce(apply, original);
      const begin = process.cpuUsage();
      const program = compile(hostOf(text), 'main.marl');
      const { user, system } = process.cpuUsage(begin);
      expect((user + system) / 1e6).toBeLessThan(1.5);
      for (const { message, at } of program.diagnostics) {
        expect(message).not.toMatch(/undefined|NaN|\[object/);
        expect(at.span.end).toBeGreaterThanOrEqual(at.span.start);
      }
      if (program.diagnostics.some(d => d.severity === 'error')) return;
      accepted++;
      play(program);
    }),
    {
      numRuns: limit,
      ...(process.env.MARL_FUZZ_SEED === undefined ? {} : { seed: Number(process.env.MARL_FUZZ_SEED) }),
    },
  );
  // The other half of the promise is only tested where something is accepted.
  expect(accepted).toBeGreaterThan(limit / 50);
}, 120_000);

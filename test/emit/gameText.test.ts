/** Emitted programs as text: they parse, type-check, and hold nothing that the game put there. */
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { type EmitOptions, emitGame } from '../../compiler/emit/game.ts';
import type { GameModel, IrExpr, Local, Store } from '../../compiler/game/model.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { allocateBuffers } from '../../runtime/games/vector.ts';
import * as games from '../game/models.ts';
import { compareReadings } from './against.ts';
import { foraging, spread, twoStep } from './models.ts';

const library: readonly (() => GameModel)[] = [
  games.matchingPennies,
  games.twoCells,
  games.kuhn,
  games.drift,
  games.depot,
  games.clock,
  games.ticTacToe,
  games.connectFour,
  games.soccer,
  twoStep,
  foraging,
  spread,
];

const forms: readonly EmitOptions[] = [
  { types: true, module: 'esm' },
  { types: true, module: 'esm', unroll: true },
  { types: false, module: 'esm' },
];

const libraries = new Map<string, ts.SourceFile | undefined>();

/** Messages of the type checker; JavaScript is checked for names and syntax only. */
function complaints(text: string, types: boolean): readonly string[] {
  const name = types ? 'game.ts' : 'game.js';
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    lib: ['lib.es2023.d.ts'],
    skipLibCheck: true,
    strict: types,
    noUnusedLocals: types,
    noImplicitReturns: true,
    allowUnreachableCode: false,
    allowJs: true,
    checkJs: true,
    noImplicitAny: types,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, version) => {
    if (file === name) return ts.createSourceFile(name, text, version, true);
    const known = libraries.get(file) ?? getSourceFile.call(host, file, version);
    libraries.set(file, known);
    return known;
  };
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(d => {
    const line =
      d.file === undefined || d.start === undefined ? 0 : d.file.getLineAndCharacterOfPosition(d.start).line + 1;
    return `${line}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`;
  });
}

describe('every game emits a program that type-checks under strict', () => {
  for (const make of library)
    test(make().name, () => {
      for (const form of forms) expect(complaints(emitGame(make(), form), form.types)).toEqual([]);
    });
});

test('lines are at most 120 characters long where an operator allows a break', () => {
  for (const make of library)
    for (const form of forms)
      for (const line of emitGame(make(), form).split('\n'))
        if (!line.includes("'")) expect(line.length, line).toBeLessThanOrEqual(130);
});

test('TypeScript runs like JavaScript once its types are stripped', () => {
  const typed = emitGame(games.depot(), { types: true, module: 'esm', unroll: false });
  const plain = ts.transpileModule(typed, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  }).outputText;
  const loaded = loadGame(`'use strict';\n${plain.replace(/^export /gm, '')}\nreturn { spec, create };`);
  const other = loadGame(emitGame(games.depot(), { types: false, module: 'function' }));
  expect(loaded.spec).toEqual(other.spec);
  const rows = [loaded, other].map(({ spec, create }) => {
    const buffers = allocateBuffers(spec, 5);
    const game = create(5, 3, 0, buffers);
    game.reset();
    const seen: number[] = [];
    for (let t = 0; t < 50; t++) {
      game.step();
      seen.push(...buffers.observations, ...buffers.rewards);
    }
    return seen;
  });
  expect(rows[0]).toEqual(rows[1]);
});

// ------------------------------------------------------------------------------------------ hostile text

const attacks = [
  '*/ globalThis.harmed = 1; /*',
  "'; globalThis.harmed = 1; '",
  '`; globalThis.harmed = 1; `',
  '${globalThis.harmed = 1}',
  '\u2028globalThis.harmed = 1;\u2029',
  '\n globalThis.harmed = 1; //',
  '<!-- -->',
  '@ts-nocheck',
];
const words = [
  '__proto__',
  'constructor',
  'class',
  'step',
  'hash32',
  'actions',
  'envs',
  'e',
  'e2',
  'eval',
  'Math',
  'k0',
  'await',
  'over',
];

/** A model with every name and text in it replaced. */
function renamedModel(model: GameModel, text: (k: number) => string, word: (k: number) => string): GameModel {
  const stores = new Map<number, Store>();
  const locals = new Map<number, Local>();
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null || 'numerator' in value) return value;
    if ('role' in value) return storeOf(value as Store);
    if ('scalar' in value && 'id' in value && !('op' in value)) {
      const local = value as Local;
      const known = locals.get(local.id) ?? { ...local, name: word(local.id) };
      locals.set(local.id, known);
      return known;
    }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copy(part)]));
  };
  const storeOf = (store: Store): Store => {
    const known = stores.get(store.id);
    if (known !== undefined) return known;
    const { role } = store;
    const next = role.kind === 'state' && role.next !== undefined ? storeOf(role.next) : undefined;
    // Names of stores are unique in a model.
    const made: Store = {
      ...store,
      name: `${word(store.id)}${store.id < words.length ? '' : store.id}`,
      role: role.kind === 'state' ? { kind: 'state', next } : role,
    };
    stores.set(store.id, made);
    return made;
  };
  const made = copy({ ...model, view: [] }) as GameModel;
  let k = 0;
  return {
    ...made,
    name: text(k++),
    doc: attacks.join('\n'),
    params: [{ name: text(k++), value: text(k++) }],
    agents: made.agents.map(a => ({ ...a, name: text(k++), label: text(k++) })),
    classes: made.classes.map(c => ({
      ...c,
      name: text(k++),
      observation: { ...c.observation, pieces: c.observation.pieces.map(p => ({ ...p, label: text(k++) })) },
    })),
    actionSpaces: made.actionSpaces.map(s => ({
      ...s,
      names: s.names.map(() => text(k++)),
      parts: s.parts.map(p =>
        p.kind === 'finite'
          ? { ...p, name: text(k++), valueNames: p.valueNames.map(() => text(k++)) }
          : { ...p, name: text(k++) },
      ),
    })),
    functions: made.functions,
  };
}

function hostile(model: GameModel): GameModel {
  return renamedModel(
    model,
    k => attacks[k % attacks.length] as string,
    k => words[k % words.length] as string,
  );
}

function identifiersOf(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2023, true));
  return found;
}

describe('hostile names and texts', () => {
  for (const make of [games.depot, games.kuhn, games.soccer, games.matchingPennies, games.drift])
    test(make().name, () => {
      const model = hostile(make());
      for (const form of forms) {
        const text = emitGame(model, form);
        expect(complaints(text, form.types)).toEqual([]);
        const names = identifiersOf(text);
        for (const bad of ['harmed', 'globalThis', '__proto__', 'constructor', 'eval'])
          expect(names.has(bad), bad).toBe(false);
      }
      // It still is the same game.
      compareReadings(model, { unroll: true, envs: 2, steps: 40, seed: 1 });
      compareReadings(model, { unroll: false, envs: 2, steps: 40, seed: 1 });
      expect('harmed' in globalThis).toBe(false);
    });

  test('keep what they say in the spec', () => {
    const model = hostile(games.matchingPennies());
    const { spec } = loadGame(emitGame(model, { types: false, module: 'function' }));
    expect(spec.name).toBe(attacks[0]);
    expect(spec.agents).toEqual(model.agents.map(a => a.label));
    expect(spec.actionNames[0]).toEqual(model.actionSpaces[0]?.names);
  });
});

test('a model that breaks its contract is a bug of ours, said plainly', () => {
  const model = games.clock();
  const lost: IrExpr = {
    op: 'local',
    local: { id: 999, name: 'lost', scalar: 'int', bounds: { low: 0, high: 1 } },
    scalar: 'int',
    bounds: { low: 0, high: 1 },
  };
  expect(() => emitGame({ ...model, rewards: [lost] }, { types: false, module: 'function' })).toThrow(
    /internal error while emitting: local lost/,
  );
});

/**
 * Every name that means something to TypeScript, to JavaScript's objects or to the code around a game, in every role a name can
 * have: the game is the same game as under harmless names.
 */
import { ts } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { ownSource } from '../../cli/package.ts';
import { emitGame } from '../../compiler/emit/game.ts';
import { emitProgram } from '../../compiler/emit/program.ts';
import { syntaxCodes } from '../../grammar/index.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { simulate } from '../../runtime/games/simulate.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import { inspect, runProgram } from './emitted.ts';
import { compileText } from './support.ts';

const roles = [
  'game',
  'agent',
  'cls',
  'index',
  'record',
  'field',
  'enumeration',
  'member',
  'action',
  'state',
  'param',
  'fn',
  'arg',
  'local',
  'training',
  'part',
  'constant',
] as const;
type Role = (typeof roles)[number];
type Names = Readonly<Record<Role, string>>;

const plain = Object.fromEntries(roles.map(role => [role, `plain_${role}`])) as Names;

const program = (n: Names): string => `record ${n.record} { ${n.field}: 0..2, other_field: 0..2 }
enum ${n.enumeration} { ${n.member}, OtherMember }
let ${n.constant} = 1
fn ${n.fn}(${n.arg}: ${n.record}): ${n.record} = ${n.arg} with ${n.field} + ${n.constant} wrapped
game ${n.game}(${n.param}: 2..5 = 3) {
  agents ${n.agent}, ${n.cls}[2]
  index ${n.index}[2]
  actions { ${n.action}, OtherAction }
  state { ${n.state}: ${n.record}[agents] = ${n.record}(0, 0), left_over: bool[${n.index}] = true, tile_now: ${n.enumeration} = ${n.member} }
  step {
    let ${n.local}[one: agents] = if action[one] == ${n.action} then ${n.fn}(${n.state}[one]) else ${n.state}[one]
    next ${n.state}[one: agents] = ${n.local}[one]
    next tile_now ~ uniform(${n.enumeration})
    next left_over[one: ${n.index}] = left_over[one] and ${n.state}[${n.agent}].${n.field} < 2
  }
  reward[one: agents] = ${n.state}[one].${n.field} + ${n.param} + (if tile_now == ${n.member} then 1 else 0)
  observe[one: agents] { ${n.part}: ${n.state}[one].${n.field}, tile_now, left_over }
  end when all(${n.state}[one].${n.field} == 2 for one in agents)
  horizon 8
}
train ${n.training} on ${n.game}(${n.param}: 4) {
  algorithm IQL { alpha = 0.1 epsilon = 0.5 }
  budget 60 steps
  evaluate every 30 steps for 3 episodes
}
`;

const typescriptWords = ts.tokenToString
  ? Array.from({ length: ts.SyntaxKind.LastKeyword - ts.SyntaxKind.FirstKeyword + 1 }, (_, k) =>
      ts.tokenToString(ts.SyntaxKind.FirstKeyword + k),
    ).filter(word => word !== undefined)
  : [];
const objectWords =
  '__proto__ constructor prototype toString valueOf hasOwnProperty isPrototypeOf toLocaleString propertyIsEnumerable __defineGetter__ __lookupSetter__ arguments eval undefined NaN Infinity globalThis window self process require module exports __dirname __filename Object Array Function Symbol Promise Map Set WeakMap JSON Reflect Proxy Error RangeError Math Number String Boolean BigInt Int32Array Uint8Array Float64Array Float32Array Uint32Array ArrayBuffer Atomics parseInt isNaN console name length caller callee then get set async of'.split(
    ' ',
  );
const emittedWords =
  'hash32 create spec e e2 e3 i j k k0 k1 o out buffers envs seed firstGame actions_ masks rewards ended observations finalObservations realActions start observe_ reset restart timeOf episodeOf counterOf key0Of key1Of seedKey gameKey0 gameKey1 below seedOfGames common inner_ word episode game_ settings shape plan learner buffers2 training evaluate evaluation metricsLine startTraining allocateBuffers tableNames drawWeights Rows SingleRow ObservationRows running terminated truncated Learner Estimate'.split(
    ' ',
  );
const shapes = [
  '_',
  '__',
  'a',
  'A',
  'plain_state2',
  'at_row',
  'x'.repeat(10_000),
  `${'long_'.repeat(2000)}end`,
  'aB',
  'Ab',
  'AB',
  'ab',
];

/** Words of Marl itself cannot be names everywhere; a program that uses one says so and is tested elsewhere. */
const candidates = [...new Set([...typescriptWords, ...objectWords, ...emittedWords, ...shapes])];
const usable = candidates.filter(name => {
  const text = program({ ...plain, state: name, fn: `${name}_` });
  return !compileText(text).diagnostics.some(d => d.code in syntaxCodes);
});

/** As many programs as names: in program k, role r has name k + r, so that every name meets every role. */
const assignments: readonly Names[] = usable.map(
  (_, k) => Object.fromEntries(roles.map((role, r) => [role, usable[(k + r * 7) % usable.length] as string])) as Names,
);

interface Played {
  readonly returns: unknown;
  readonly text: string;
}

function play(n: Names): Played {
  const compiled = compileText(program(n));
  expect(compiled.diagnostics.map(d => `${d.name}: ${d.message}`)).toEqual([]);
  const { model } = compiled.instantiate(n.game, new Map([[n.param, '4']]));
  if (model === undefined) throw new Error('no model');
  const text = emitGame(model, { types: false, module: 'function' });
  const { spec, create } = loadGame(text);
  expect(spec.name).toBe(n.game);
  expect(spec.agents).toEqual([n.agent, `${n.cls}[0]`, `${n.cls}[1]`]);
  expect(spec.actionNames[0]).toEqual([n.action, 'OtherAction']);
  const { returns, length, episodes } = simulate(create, spec, { steps: 400, envs: 4, seed: 7 });
  return { returns: { returns, length, episodes }, text };
}

const expected = play(plain);

test('most words can be names', () => {
  expect(usable.length).toBeGreaterThan(180);
  for (const word of ['__proto__', 'constructor', 'class', 'await', 'arguments', 'Math', 'hash32', 'e', 'spec'])
    expect(usable).toContain(word);
});

describe('games', () => {
  test.each(assignments.map(n => [n.state.slice(0, 40), n] as const))('%s and others', (_, n) => {
    const { returns, text } = play(n);
    expect(returns).toEqual(expected.returns);
    inspect(text);
  });
});

describe('names that differ only in case', () => {
  test('are different names', () => {
    const words = [
      'value',
      'Value',
      'VALUE',
      'vAlue',
      'vaLue',
      'valUe',
      'valuE',
      'VAlue',
      'vALue',
      'vaLUe',
      'valUE',
      'VALue',
      'vALUe',
      'vaLUE',
      'VALUe',
      'vALUE',
      'VaLuE',
    ];
    const n = Object.fromEntries(roles.map((role, k) => [role, words[k] as string])) as Names;
    expect(play(n).returns).toEqual(expected.returns);
  });
});

describe('trainings', () => {
  /** Lines of metrics with the names of the agents taken out. */
  const anonymous = (lines: readonly string[]): unknown =>
    lines.map(line => {
      const metrics = JSON.parse(line) as Record<string, unknown>;
      return { ...metrics, returns: Object.values(metrics.returns as object) };
    });

  const trained = (n: Names) => {
    const compiled = compileText(program(n));
    const info = compiled.trains[0];
    const model = info?.instantiate(new Map()).model;
    if (info === undefined || model === undefined) throw new Error('no training');
    expect(info.name).toBe(n.training);
    const game = loadGame(emitGame(model, { types: false, module: 'function' }));
    const { metrics } = trainSeed(info.spec, game, 1);
    const typed = emitGame(model, { types: true, module: 'function' });
    const emitted = emitProgram({
      train: info.spec,
      game: game.spec,
      gameText: typed,
      read: ownSource,
      files: { program: 'own.ts', game: 'own.game.ts' },
    });
    return { metrics, emitted };
  };
  const reference = anonymous(trained(plain).metrics);
  const step = Math.ceil(assignments.length / 12);
  const some = assignments.filter((_, k) => k % step === 0);

  test.each(some.map(n => [n.training.slice(0, 40), n] as const))(
    '%s: the emitted program is the same training',
    (_, n) => {
      const { metrics, emitted } = trained(n);
      expect(anonymous(metrics)).toEqual(reference);
      inspect(emitted.program);
      inspect(emitted.game);
      expect(runProgram(emitted)).toEqual(metrics);
    },
  );
});

/** The mixers of the library: their claims, in numbers too; imports, parameters, and what the command line says of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileHost, stdinPath } from '../../cli/host.ts';
import { compile } from '../../compiler/index.ts';
import { evaluateMixer } from '../../runtime/mixers/evaluate.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { marl, marlJson } from '../cli/run.ts';
import { counterexample, proved, randomCase } from './support.ts';

const root = join(import.meta.dirname, '../..');
const compiled = (text: string) => compile(fileHost(root, stdinPath, { text }), stdinPath);

const expected: Readonly<Record<string, readonly string[]>> = {
  Sum: ['monotonic', 'strictly_monotonic', 'additive', 'igm'],
  TwoLayer: ['monotonic', 'igm'],
  TwoLayerHyper: ['monotonic', 'igm'],
  ThreeLayer: ['monotonic', 'strictly_monotonic', 'igm'],
  Attention: ['monotonic', 'additive', 'igm'],
  Duplex: ['igm'],
  Central: [],
};
const names = Object.keys(expected);

test('every mixer of the library is here', () => {
  const folder = join(root, 'stdlib/mixers');
  const declared = readdirSync(folder).flatMap(file =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/^mixer (\w+)/gm)].map(match => match[1]),
  );
  expect([...declared].sort()).toEqual([...names].sort());
});

describe.each(names)('%s', name => {
  const program = compiled(`import std.mixers.{${name}}\n`);
  const info = program.mixers[0]!;
  const sizes = { agents: 3, state: 4, features: 3, actions: 2 };
  const small = new Map(info.params.map(param => [param.name, '2']));

  test('imports, and exactly this is proved', () => {
    expect(program.diagnostics.map(d => d.message)).toEqual([]);
    expect(info.name).toBe(name);
    expect(info.doc).toMatch(/ \(?20\d\d\)/);
    expect(proved(info)).toEqual(expected[name]);
    for (const param of info.params) expect(param.doc).toBeDefined();
  });

  test('claims hold in numbers', () => {
    const { model } = info.instantiate(sizes, small);
    for (const property of expected[name]!) {
      const found =
        property === 'strictly_monotonic' && name !== 'Sum' ? undefined : counterexample(model!, property, 200);
      expect(`${property}: ${found}`).toBe(`${property}: undefined`);
    }
    for (const property of ['monotonic', 'igm'])
      if (name === 'Central') expect(counterexample(model!, property, 400)).toBeDefined();
  });
});

test('Duplex represents a game that no monotonic mixer does, and its advantages vanish at the greedy actions', () => {
  const { model } = compiled('import std.mixers.Duplex\n').mixers[0]!.instantiate(
    { agents: 2, state: 1, actions: 2 },
    new Map([['hidden', '4']]),
  );
  const { weights, inputs } = randomCase(model!, new Stream(5, 3, 0, 0), 1);
  const total = (actions: readonly number[]) => evaluateMixer(model!, weights, { ...inputs, q: inputs.best, actions });
  expect(total([1, 0, 0, 1])).toBeCloseTo(total([0, 1, 1, 0]), 12);
});

test('parameters are checked, and claims are proved again for them', () => {
  const text = 'mixer M(low: real = 0) { total = dot(q, clamp(hyper([agents]), low, 1)) } monotonic\n';
  const [info] = compiled(text).mixers;
  const at = { agents: 2, state: 3 };
  expect(info!.instantiate(at, new Map()).diagnostics).toEqual([]);
  const refused = info!.instantiate(at, new Map([['low', '-0.5']]));
  expect(refused.model).toBeUndefined();
  expect(refused.diagnostics.map(d => d.name)).toEqual(['not-monotonic']);
  expect(info!.instantiate(at, new Map([['high', '1']])).diagnostics.map(d => d.name)).toEqual(['unknown-argument']);
  expect(() => info!.instantiate({ agents: 0, state: 3 }, new Map())).toThrow('`agents` is 0');
});

test('several mistakes are all told, bindings may stand in any order, and a circle is one', () => {
  const text =
    'mixer M {\n  total = sum(a) + oops\n  a = q * abs(b)\n  b = hyper([agents], hiden: 3)\n}\nmixer N { total = x  x = total + sum(q) }\n';
  expect(compiled(text).diagnostics.map(d => d.name)).toEqual([
    'unknown-name',
    'unknown-argument',
    'recursive-declaration',
  ]);
});

test('a number that happens to equal the number of agents proves nothing', () => {
  // With three agents the reshape changes nothing and every row belongs to one of them; with four, rows mix them.
  for (const n of [3, 4]) {
    const text = `mixer M {\n  m = reshape(q, [agents, 1]) * softplus(hyper([agents, ${n}]))\n  total = sum(elu(sum(reshape(m, [${n}, agents]), axis: 1)))\n} monotonic additive\n`;
    expect(compiled(text).diagnostics.map(d => d.name)).toEqual(['not-additive']);
  }
});

test('a claim is checked even where nothing is mixed', () => {
  const text = 'mixer M { total = sum(hyper([agents])) } strictly monotonic\n';
  expect(compiled(text).diagnostics.map(d => d.name)).toEqual(['ignores-utilities', 'not-strictly-monotonic']);
});

test('hostile mixers end', () => {
  const doubled = Array.from({ length: 60 }, (_, k) => `  x${k + 1} = x${k} * x${k} + x${k}\n`).join('');
  const start = performance.now();
  compiled(`mixer M {\n  x0 = softplus(q)\n${doubled}  total = sum(x60)\n} strictly monotonic additive igm\n`);
  expect(compiled('mixer M { total = sum(hyper([100000, 100000])) }\n').diagnostics.map(d => d.name)).toEqual([
    'mixer-shape',
  ]);
  const chain = Array.from({ length: 20_000 }, (_, k) => `x${k} = x${k + 1} + 1\n`).join('');
  expect(compiled(`mixer M {\n${chain}x20000 = sum(q)\ntotal = x0\n}\n`).diagnostics.map(d => d.name)).toEqual([
    'too-large',
  ]);
  expect(performance.now() - start).toBeLessThan(20_000);
});

describe('the command line', () => {
  test('check names what is proved', async () => {
    const { out } = await marl(['check', 'stdlib/mixers/TwoLayer.marl'], { cwd: root });
    expect(out).toContain('TwoLayer: mixer; proved monotonic, igm');
    const { json } = await marlJson(['check', 'stdlib/mixers/Sum.marl'], { cwd: root });
    expect(json).toMatchObject({ mixers: [{ name: 'Sum', claims: ['strictly_monotonic', 'additive', 'igm'] }] });
  });

  test('info says how', async () => {
    const { out } = await marl(['info', 'std.mixers.TwoLayer', '--set', 'embed=8'], { cwd: root });
    expect(out).toMatch(/^TwoLayer \(embed = 8\): mixer/);
    expect(out).toMatch(/yes +monotonic +every path/);
    expect(out).toMatch(/\? +strictly monotonic +`w1` may be 0/);
  });
});

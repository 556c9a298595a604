/** `marl export --safetensors`: parameters and tables that other tools read, and what is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeSafetensors } from '../../runtime/checkpoint/safetensors.ts';
import { readSeed } from '../../runtime/train/folder.ts';
import { marl, marlJson } from '../cli/run.ts';

const program = `import std.games.Climbing
import std.games.Kuhn
import std.games.TwoStep

train Slide on Climbing {
  algorithm IQL
  budget 500 steps
  seeds 1..2
  evaluate every 500 steps for 5 episodes
}
train Cards on Kuhn {
  algorithm IQL
  budget 500 steps
  evaluate every 500 steps for 5 episodes
}
train Central on Climbing {
  algorithm CentralQ
  budget 500 steps
  evaluate every 500 steps for 5 episodes
}
train Mixed on TwoStep {
  algorithm QMIX {
    network = gru(8)
  }
  budget 80 steps
  evaluate every 80 steps for 5 episodes
}
train Policy on TwoStep {
  algorithm MAPPO
  budget 200 steps
  envs 8
  evaluate every 200 steps for 5 episodes
}
`;

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-export-'));
  writeFileSync(join(cwd, 'g.marl'), program);
  for (const name of ['Slide', 'Cards', 'Central', 'Mixed', 'Policy']) {
    const ran = await marl(['train', `g.marl:${name}`], { cwd });
    if (ran.code !== 0) throw new Error(ran.all);
  }
}, 120_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function tensorsOf(name: string, ...more: string[]) {
  const file = `${name}${more.join('')}.safetensors`;
  const { json, code } = await marlJson(['export', `runs/${name}`, '--safetensors', '-o', file, ...more], { cwd });
  expect(code, JSON.stringify(json)).toBe(0);
  const found = decodeSafetensors(readFileSync(join(cwd, file)));
  if ('error' in found) throw new Error(found.error);
  return { ...found, json };
}

describe('networks', () => {
  test('the online ones and the mixer, with their shapes, bit for bit', async () => {
    const { arrays, shapes, metadata } = await tensorsOf('Mixed');
    const names = [...arrays.keys()];
    expect(names.some(name => name.includes('gru0/hiddenWeight'))).toBe(true);
    expect(names.every(name => name.startsWith('online/'))).toBe(true);
    expect(shapes.get(names.find(name => name.includes('hiddenWeight'))!)).toEqual([8, 24]);
    const seed = readSeed(join(cwd, 'runs/Mixed'), 1);
    if ('error' in seed) throw new Error(seed.error);
    for (const [name, values] of arrays) expect(values).toEqual(seed.arrays.get(`learner.tensor.${name}`));
    // Everything that has a target is a learned parameter, and nothing of it is missing.
    const followed = [...seed.arrays.keys()].filter(name => name.startsWith('learner.tensor.target/'));
    expect(followed.map(name => name.replace('learner.tensor.target/', 'online/')).sort()).toEqual(names.sort());
    expect(metadata).toMatchObject({ algorithm: 'QMIX', game: 'TwoStep', network: 'gru(8)', seed: '1', step: '80' });
  });

  test('of policies: actor and critic', async () => {
    const { arrays } = await tensorsOf('Policy');
    const roots = new Set([...arrays.keys()].map(name => name.split('/')[0]));
    expect([...roots].sort()).toEqual(['actor', 'critic']);
  });
});

describe('tables', () => {
  test('a row per observation, with what was legal', async () => {
    const { arrays, shapes, metadata, json } = await tensorsOf('Cards');
    expect([...arrays.keys()].sort()).toEqual(
      ['First', 'Second'].flatMap(agent => ['legal', 'observations', 'values'].map(part => `Q/${agent}/${part}`)),
    );
    const [rows] = shapes.get('Q/First/values')!;
    expect(rows).toBeGreaterThan(3);
    expect(shapes.get('Q/First/values')).toEqual([rows, 2]);
    expect(shapes.get('Q/First/observations')?.[0]).toBe(rows);
    expect(JSON.parse(metadata.actions!)).toEqual({ First: ['Pass', 'Bet'], Second: ['Pass', 'Bet'] });
    const evaluated = await marlJson(['eval', 'runs/Cards', '--episodes', '1'], { cwd });
    const { tables } = evaluated.json.learned as {
      tables: { agent: string; table: { numbers: number[]; values: Record<string, number> }[] }[];
    };
    for (const { agent, table } of tables) {
      // Rows are as they were learned here, and for people in the order of what is observed.
      const observations = arrays.get(`Q/${agent}/observations`)!;
      const length = shapes.get(`Q/${agent}/observations`)![1]!;
      const observed = Array.from({ length: table.length }, (_, row) =>
        observations.slice(row * length, (row + 1) * length).join(),
      );
      expect([...observed].sort()).toEqual(table.map(({ numbers }) => numbers.join()).sort());
      for (const { numbers, values } of table) {
        const row = observed.indexOf(numbers.join());
        for (const [action, name] of ['Pass', 'Bet'].entries())
          if (values[name] !== undefined) expect(arrays.get(`Q/${agent}/values`)![row * 2 + action]).toBe(values[name]);
      }
    }
    expect((json.files as { tensors: object }[])[0]?.tensors).toEqual(Object.fromEntries(shapes));
  });

  test('of all agents together have a column per joint action', async () => {
    const { shapes } = await tensorsOf('Central');
    expect(shapes.get('Q/all/values')).toEqual([1, 9]);
  });

  test('of another seed are others', async () => {
    const [a, b] = [await tensorsOf('Slide'), await tensorsOf('Slide', '--seed', '2')];
    expect(b.metadata.seed).toBe('2');
    expect(a.arrays.get('Q/Row/values')).not.toEqual(b.arrays.get('Q/Row/values'));
  });
});

describe('what is refused', () => {
  test.each([
    [['export', 'runs/Slide'], 2, 'say which format'],
    [['export', 'runs/Slide', '--onnx', '--safetensors'], 2, 'say which format'],
    [['export', 'runs/Slide', '--onnx'], 2, 'IQL learned tables'],
    [['export', 'runs/Slide', '--safetensors', '--seed', '9'], 1, 'no checkpoint of seed 9'],
    [['export', 'runs', '--safetensors'], 1, 'not the folder of a training'],
    [['export', 'runs/Slide', '--safetensors', '-o', 'g.marl'], 1, 'g.marl exists already'],
    [['export', 'runs/Slide', '--safetensors', '-o', 'no/such/file'], 1, 'cannot be written'],
  ] as const)('%j', async (args, code, sentence) => {
    const ran = await marl(args, { cwd });
    expect(ran.code, ran.all).toBe(code);
    expect(ran.err).toContain(sentence);
    expect(readFileSync(join(cwd, 'g.marl'), 'utf8')).toBe(program);
  });
});

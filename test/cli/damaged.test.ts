/** Files of a run folder that a hand, a merge or a disk damaged: every verb says which file and what to do, and none crashes. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marl, marlJson } from './run.ts';

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-'));
  writeFileSync(
    join(cwd, 'g.marl'),
    `import std.games.TwoStep

train Learn on TwoStep {
  algorithm IQL
  budget 600 steps
  seeds 1..2
  evaluate every 300 steps for 5 episodes
}
`,
  );
  expect((await marl(['train', 'g.marl', '--out', 'sound'], { cwd })).code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const verbs = {
  eval: ['eval', 'hurt', '--episodes', '5'],
  report: ['report', 'hurt', '-o', 'hurt.html'],
  export: ['export', 'hurt', '--safetensors', '-o', 'hurt.st', '--force'],
  play: ['play', 'g.marl:Learn', '--policy', 'hurt'],
  train: ['train', 'g.marl', '--out', 'hurt'],
  resume: ['train', '--resume', 'hurt'],
} as const;
const manifest = 'seed-1/step-600/manifest.json';

function hurt(file: string, damage: (text: string) => string): void {
  rmSync(join(cwd, 'hurt'), { recursive: true, force: true });
  cpSync(join(cwd, 'sound'), join(cwd, 'hurt'), { recursive: true });
  const path = join(cwd, 'hurt', file);
  writeFileSync(path, damage(readFileSync(path, 'utf8')));
}

const edited = (change: (json: Record<string, unknown>) => object) => (text: string) =>
  JSON.stringify(change(JSON.parse(text)));

/** In the format before, no hash tells that a file was edited: its parts have to. */
const before = (format: number, change: (json: Record<string, unknown>) => object) =>
  edited(({ sha256: _, ...json }) => change({ ...json, format }));

const damages: readonly (readonly [string, string, (text: string) => string])[] = [
  ...['summary.json', 'spec.json', manifest].flatMap(file =>
    [
      ['empty', () => ''],
      ['{}', () => '{}'],
      ['cut', (text: string) => text.slice(0, text.length / 2)],
    ].map(([name, damage]) => [file, name as string, damage as (text: string) => string] as const),
  ),
  ['summary.json', 'a seed without numbers', edited(json => ({ ...json, seeds: [{ seed: 1 }] }))],
  [
    'summary.json',
    'an empty evaluation',
    edited(json => ({ ...json, seeds: [{ seed: 1, step: 1, episode: 1, reason: 'budget', final: {} }] })),
  ],
  ['spec.json', 'no training', edited(json => ({ ...json, train: {} }))],
  ['spec.json', 'another setting', edited(json => ({ ...json, train: { ...(json.train as object), settings: {} } }))],
  ['spec.json', 'no training, old', before(2, json => ({ ...json, train: {} }))],
  [
    'spec.json',
    'no settings, old',
    before(2, json => ({ ...json, train: { ...(json.train as object), settings: {} } })),
  ],
  [
    'spec.json',
    'an odd setting, old',
    before(2, json => ({ ...json, train: { ...(json.train as object), settings: { alpha: {}, gamma: null } } })),
  ],
  [
    'spec.json',
    'an unknown algorithm, old',
    before(2, json => ({ ...json, train: { ...(json.train as object), algorithm: 'Nope' } })),
  ],
  [
    'spec.json',
    'fewer agents, old',
    before(2, json => ({ ...json, game: { ...(json.game as object), agents: ['First'] } })),
  ],
  [
    'spec.json',
    'other lengths, old',
    before(2, json => ({ ...json, game: { ...(json.game as object), observationLength: [1] } })),
  ],
  ['spec.json', 'no sources, old', before(2, json => ({ ...json, sources: {} }))],
  ['spec.json', 'a later format', edited(json => ({ ...json, format: 99 }))],
  [manifest, 'no last evaluation', edited(json => ({ ...json, final: {} }))],
  [manifest, 'another step', edited(json => ({ ...json, step: 999_999 }))],
  [manifest, 'an empty evaluation, old', before(1, json => ({ ...json, final: {} }))],
  [manifest, 'another step, old', before(1, json => ({ ...json, step: 999_999 }))],
  [manifest, 'another training, old', before(1, json => ({ ...json, spec: { ...(json.spec as object), envs: 7 } }))],
  ['metrics.jsonl', 'torn', text => `${text.slice(0, -20)}\nnull\n{}\n3\n`],
  ['seed-1/metrics.jsonl', 'torn', text => `null\n{"seed":1}\n${text.slice(0, -20)}`],
];

describe.each(damages)('%s: %s', (file, _, damage) => {
  test('no verb crashes, and it is named', async () => {
    const said: string[] = [];
    for (const [name, args] of Object.entries(verbs)) {
      hurt(file, damage);
      const ran = await marl(args, { cwd, stdin: 'q\n' });
      expect([0, 1], `${name}: ${ran.all}`).toContain(ran.code);
      expect(ran.all, name).not.toMatch(/undefined|TypeError|bug in Marl|NaN/);
      said.push(`${name} ${ran.code}: ${ran.err}`);
    }
    if (!file.endsWith('jsonl'))
      expect(
        said.filter(text => /hurt.*(damaged|format|belongs|step 999999|does not give|cannot be compiled)/.test(text)),
        said.join('\n'),
      ).not.toEqual([]);
  });
});

test('a damaged summary costs nothing: the checkpoints tell the same, and it is written again', async () => {
  hurt('summary.json', () => '{}');
  const { json } = await marlJson(['eval', 'hurt', '--episodes', '5'], { cwd });
  expect(json).toMatchObject({ ok: true, finished: true });
  const ran = await marl(['eval', 'hurt', '--episodes', '5'], { cwd });
  expect(ran.err).toContain('hurt/summary.json is damaged: name is missing; marl train --resume hurt writes it again');
  expect((await marl(['train', '--resume', 'hurt'], { cwd })).code).toBe(0);
  expect(readFileSync(join(cwd, 'hurt/summary.json'))).toEqual(readFileSync(join(cwd, 'sound/summary.json')));
});

test('the file is named, and what is wrong with it', async () => {
  const first = async (file: string, damage: (text: string) => string) => {
    hurt(file, damage);
    return (await marl(['eval', 'hurt', '--episodes', '5'], { cwd })).err;
  };
  expect(
    await first(
      'spec.json',
      edited(json => ({ ...json, train: {} })),
    ),
  ).toContain(
    'hurt/spec.json is damaged or was not written by marl train: train.name is missing; take it from a copy, or train again',
  );
  expect(
    await first(
      'spec.json',
      edited(json => ({ ...json, entry: 'other.marl' })),
    ),
  ).toContain('hurt/spec.json is damaged or was not written by marl train: it was changed after it was written');
  expect(
    await first(
      manifest,
      edited(json => ({ ...json, final: {} })),
    ),
  ).toContain(
    'the checkpoint hurt/seed-1/step-600 is not used: its manifest is damaged: final.episodes is missing; there is no earlier one',
  );
  expect(
    await first(
      manifest,
      edited(json => ({ ...json, step: 999_999 })),
    ),
  ).toContain('hurt/seed-1/step-600 is not used: its manifest is damaged: it was changed after it was written');
});

test('folders of the formats before, without hashes, are read as before', async () => {
  hurt(
    'spec.json',
    before(2, json => json),
  );
  for (const seed of [1, 2]) {
    const file = join(cwd, `hurt/seed-${seed}/step-600/manifest.json`);
    writeFileSync(file, before(1, json => json)(readFileSync(file, 'utf8')));
  }
  const now = await marl(['eval', 'sound', '--episodes', '5'], { cwd });
  const old = await marl(['eval', 'hurt', '--episodes', '5'], { cwd });
  expect(old.code, old.all).toBe(0);
  expect(old.out).toBe(now.out.replaceAll('sound', 'hurt'));
});

test('a checkpoint that was moved from another training is refused', async () => {
  hurt('spec.json', text => text);
  writeFileSync(join(cwd, 'other.marl'), readFileSync(join(cwd, 'g.marl'), 'utf8').replace('600 steps', '900 steps'));
  expect((await marl(['train', 'other.marl', '--out', 'other'], { cwd })).code).toBe(0);
  cpSync(join(cwd, 'other/seed-1/step-900'), join(cwd, 'hurt/seed-1/step-900'), { recursive: true });
  for (const args of [verbs.eval, verbs.export, verbs.resume]) {
    const ran = await marl(args, { cwd });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('hurt/seed-1/step-900 belongs to another training');
  }
});

/** Games whose actions are numbers, from training to replay: every verb that shows or uses what was learned. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replaysOf } from '../../cli/replays.ts';
import { gameTextOf, recordedModel } from '../../cli/training.ts';
import { decodeOnnx } from '../../runtime/export/onnx.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { type RunDescription, readRunFolder } from '../../runtime/train/folder.ts';
import { evaluateOnnx } from '../export/evaluate.ts';
import { marl, marlJson } from './run.ts';

/** One agent steers with two numbers and says a word, the other pushes with one. */
const program = `game Steer {
  agents Pilot, Tug
  actions[Pilot] { steer: real[2] in -2..2, word: bool }
  actions[Tug] = real in 0..1
  state { x: real = 0  y: real = 0 }
  init { x ~ uniform(real in -1..1) }
  step {
    next x = 0.5 * x + 0.25 * action[Pilot].steer[0] - 0.25 * action[Tug]
    next y = 0.5 * y + 0.25 * action[Pilot].steer[1]
  }
  reward[Pilot] = -abs(next x) - abs(next y - 0.5)
  reward[Tug] = if action[Pilot].word then action[Tug] else -action[Tug]
  observe[p] { x, y }
  horizon 4
}
train Learn on Steer {
  algorithm MADDPG { network = mlp(8)  critic_network = mlp(8)  batch = 16  train_every = 8 steps }
  budget 400 steps
  evaluate every 200 steps for 20 episodes
}
train Remember on Steer {
  algorithm MADDPG { network = gru(4)  critic_network = mlp(8)  batch = 8  train_every = 8 steps }
  budget 200 steps
  evaluate every 200 steps for 5 episodes
}
train Finite on Steer { algorithm QMIX  team reward = sum  budget 100 steps }
`;

let cwd = '';
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-real-'));
  const [fits, refused] = program.split(/(?=train Finite)/) as [string, string];
  writeFileSync(join(cwd, 'steer.marl'), fits);
  writeFileSync(join(cwd, 'refused.marl'), fits + refused);
  for (const name of ['Learn', 'Remember']) {
    const { code, all } = await marl(['train', `steer.marl:${name}`, '--out', `run/${name}`], { cwd });
    expect(code, all).toBe(0);
  }
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('learners of finite actions are refused, with the one that fits', async () => {
  const { code, out, err } = await marl(['check', 'refused.marl'], { cwd });
  expect(code).not.toBe(0);
  expect(out + err).toContain('`QMIX` needs finitely many actions, but an action of Pilot has 2 real numbers');
  expect(out + err).toContain('Use `MADDPG`');
});

test.each(['Learn', 'Remember'])('eval, and play shows the numbers that the policy chooses: %s', async name => {
  const run = `run/${name}`;
  const { code, json } = await marlJson(['eval', run, '--episodes', '20'], { cwd });
  expect(code).toBe(0);
  const [seed] = json.seeds as { returns: Record<string, { mean: number }> }[];
  expect(seed?.returns.Pilot?.mean).toBeLessThan(0);
  const played = await marlJson(['play', `steer.marl:${name}`, '--policy', run], {
    cwd,
    stdin: 'p\np\np\np\np\np\np\np\nq\n',
  });
  const steps = played.json.steps as { actions: Record<string, string>; rewards: Record<string, number> }[];
  expect(steps).toHaveLength(4);
  for (const { actions } of steps) {
    const [, word, first, second] = /^(false|true) \((-?[\d.]+) (-?[\d.]+)\)$/.exec(actions.Pilot ?? '') ?? [];
    expect(['false', 'true']).toContain(word);
    for (const number of [first, second]) expect(Math.abs(Number(number))).toBeLessThanOrEqual(2);
    const [, push] = /^\((-?[\d.]+)\)$/.exec(actions.Tug ?? '') ?? [];
    expect(Number(push) >= 0 && Number(push) <= 1).toBe(true);
  }
});

test('a policy of other bounds is not played', async () => {
  writeFileSync(join(cwd, 'other.marl'), readFileSync(join(cwd, 'steer.marl'), 'utf8').replace('in 0..1', 'in 0..2'));
  const { code, err } = await marl(['play', 'other.marl:Learn', '--policy', 'run/Learn'], { cwd, stdin: 'q\n' });
  expect(code).not.toBe(0);
  expect(err).toContain('have other bounds');
});

test('the report plays the same episodes again: rewards step by step are those of the evaluation', async () => {
  const folder = join(cwd, 'run/Learn');
  const run = readRunFolder(folder) as RunDescription;
  const model = recordedModel(run)!;
  const game = { ...loadGame(gameTextOf(model, run.train)), model };
  const found = replaysOf(run, game, folder, [1], episode => episode.return, undefined);
  if ('why' in found) throw new Error(found.why);
  for (const { steps, returns } of [found.best, found.worst]) {
    expect(steps).toHaveLength(4);
    for (const [i, total] of returns.entries())
      expect(steps.reduce((sum, { agents }) => sum + agents[i]!.reward, 0)).toBeCloseTo(total, 10);
    expect(steps[0]?.agents[0]?.action).toMatch(/^(false|true) \(-?[\d.]+ -?[\d.]+\)$/);
  }
  const { code } = await marl(['report', 'run/Learn', '-o', 'page.html'], { cwd });
  expect(code).toBe(0);
  expect(readFileSync(join(cwd, 'page.html'), 'utf8')).toContain(found.best.steps[0]?.agents[1]?.action);
});

test('exported networks give the numbers that the policy plays', async () => {
  const { code, json } = await marlJson(['export', 'run/Learn', '--onnx', '-o', 'policy.onnx'], { cwd });
  expect(code).toBe(0);
  const files = json.files as { file: string; output: string; actions: string[] }[];
  expect(files.map(({ output }) => output)).toEqual(['actions', 'actions']);
  expect(files[0]?.actions).toEqual(['false', 'true', '[0] in -2..2', '[1] in -2..2']);
  expect(files[1]?.actions).toEqual(['[0] in 0..1']);
  const played = await marlJson(['play', 'steer.marl:Learn', '--policy', 'run/Learn'], { cwd, stdin: 'p\np\nq\n' });
  const [step] = played.json.steps as { actions: Record<string, string> }[];
  // What is seen at the start of seed 1 is what a table of the state shows.
  const shown = await marl(['play', 'steer.marl:Learn', '--policy', 'run/Learn'], { cwd, stdin: 'q\n' });
  const x = Number(/^x {2}(\S+)$/m.exec(shown.out)?.[1]);
  const onnx = decodeOnnx(new Uint8Array(readFileSync(join(cwd, files[1]!.file))));
  const seen = { shape: [1, 2], data: [x, 0] };
  const outputs = evaluateOnnx(onnx, new Map([['observation', seen]]));
  const unit = outputs.get('actions')!.data[0]!;
  expect((unit + 1) / 2).toBeCloseTo(Number(/[\d.]+/.exec(step?.actions.Tug ?? '')?.[0]), 4);
});

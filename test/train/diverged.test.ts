/** A seed whose learning diverges ends alone: the others are trained, and the folder says what happened to it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDivergence } from '../../runtime/train/diverged-seed.ts';
import { readSeed } from '../../runtime/train/folder.ts';
import { marl, marlJson } from '../cli/run.ts';
import { printedBy, programFolder, programText, writeProgram } from '../support/emitted.ts';
import { files } from '../support/files.ts';

/** A jackpot that no network can learn from comes now and then: some seeds meet it, others do not. */
const program = `game Jackpot {
  agents A, B
  actions { X, Y }
  state { odd: 0..1 }
  init { odd = 0 }
  step {
    let rare ~ bernoulli(0.0005)
    next odd = 1 - odd
  }
  reward = if rare then 1e39 else if action[A] == X and action[B] == X then 1 else 0
  observe { odd }
  horizon 5
}

game Plain {
  agents A, B
  actions { X, Y }
  reward = if action[A] == X and action[B] == X then 1 else 0
}

game Repeated {
  agents A, B
  actions { X, Y }
  reward = if action[A] == X and action[B] == X then 1 else 0
  horizon 5
}

train Rare on Jackpot {
  algorithm VDN
  budget 2_000 steps
  seeds [3, 1, 2, 4]
  evaluate every 250 steps for 5 episodes
}

train Wild on Plain {
  algorithm IPPO { optimizer = adam(lr: 1e30)  rollout = 16 }
  budget 2_000 steps
  seeds [1, 2]
  evaluate every 1_000 steps for 5 episodes
}

train Far on Repeated {
  algorithm IPPO { optimizer = sgd(lr: 1e3)  rollout = 16 }
  budget 2_000 steps
  seeds [1, 2]
  evaluate every 1_000 steps for 5 episodes
}

sweep Rates of Wild { algorithm.optimizer.lr in [1e-3, 1e30] }
`;

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-'));
  writeFileSync(join(cwd, 'g.marl'), program);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const train = (out: string, ...more: readonly string[]) =>
  marl(['train', 'g.marl:Rare', '--out', out, '--checkpoint', '300', ...more], { cwd });

describe('one seed of several', () => {
  test('does not keep the others from their ends; the exit code says failure', async () => {
    const ran = await train('one', '--workers', '1');
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^ {2}3 +348 +69 +diverged at step 348$/m);
    expect(ran.out).toMatch(/^ {2}1 +2000 +400 /m);
    expect(ran.out).toMatch(/^ {2}2 +2000 +400 /m);
    expect(ran.out).toContain('over 2 of 4 seeds: return');
    expect(ran.err).toContain(
      'marl train: seed 3 of Rare: learning has diverged at step 348: loss is Infinity, the tensor online/A/mlp0/dense0/bias holds NaN, and the rewards of a step came to 2e+39',
    );
    // Alone it trains as beside the one that diverged.
    const alone = await train('alone', '--seed', '1');
    expect(alone.code).toBe(0);
    expect(files(join(cwd, 'one/seed-1')).get('metrics.jsonl')).toBe(
      files(join(cwd, 'alone/seed-1')).get('metrics.jsonl'),
    );
  }, 60_000);

  test('what the file said is damaged: the seed counts as diverged, and the file is named', async () => {
    const file = join(cwd, 'one/seed-3/diverged.json');
    const whole = readFileSync(file, 'utf8');
    for (const damage of [
      '{',
      '{"a":1}',
      whole.replace('"step": 348', '"step": "x"'),
      whole.replace('"seed": 3', '"seed": 2'),
    ]) {
      writeFileSync(file, damage);
      const played = await marl(['eval', 'one', '--episodes', '2'], { cwd });
      expect(played.err).toContain('seed-3/diverged.json is damaged (');
      expect(played.err).toContain('seed 3 counts as diverged');
      // From its last checkpoint on.
      expect(played.out).toMatch(/^ *3 +diverged at step 300$/m);
      const reported = await marl(['report', 'one', '--out', 'one.html'], { cwd });
      expect(reported.out).toContain('seed 3 diverged at step 300');
      expect(readFileSync(join(cwd, 'one.html'), 'utf8')).toContain('seed-3/diverged.json is damaged');
    }
    writeFileSync(file, whole);
    expect((await marl(['eval', 'one', '--episodes', '2'], { cwd })).err).not.toContain('damaged');
  }, 60_000);

  test('the folder says which tensor, which step, what value, and the last good checkpoint', () => {
    const out = join(cwd, 'one');
    const told = JSON.parse(readFileSync(join(out, 'seed-3/diverged.json'), 'utf8'));
    expect(told).toMatchObject({
      seed: 3,
      step: 348,
      evaluations: 1,
      found: {
        step: 348,
        statistic: { name: 'loss', value: 'Infinity' },
        tensor: { name: 'online/A/mlp0/dense0/bias', value: 'NaN' },
      },
      checkpoint: 300,
    });
    expect(readDivergence(out, 3)?.found).toEqual(told.found);
    expect(readDivergence(out, 1)).toBeUndefined();
    const good = readSeed(out, 3);
    if ('error' in good) throw new Error(good.error);
    expect(good.manifest.step).toBe(300);
    for (const array of good.arrays.values()) expect(Array.from(array).some(Number.isNaN)).toBe(false);
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    expect(summary.seeds.map((one: { seed: number; reason: string }) => [one.seed, one.reason])).toEqual([
      [3, 'diverged'],
      [1, 'budget'],
      [2, 'budget'],
      [4, 'diverged'],
    ]);
    // Means and curves are of the seeds that came to their ends.
    const seeds = (file: string) =>
      new Set(
        file
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line).seed),
      );
    expect(seeds(readFileSync(join(out, 'metrics.jsonl'), 'utf8'))).toEqual(new Set([1, 2]));
    expect(readFileSync(join(out, 'curve.csv'), 'utf8').split('\n')[0]).toBe('step,mean,stderr,seeds,seed 1,seed 2');
    const finals = summary.seeds.filter((one: { reason: string }) => one.reason === 'budget');
    const means = finals.map((one: { final: { return: { mean: number } } }) => one.final.return.mean);
    expect(summary.return.mean).toBe((means[0] + means[1]) / 2);
  });

  test('the same bytes with four workers, and gone on with', async () => {
    const one = files(join(cwd, 'one'));
    expect((await train('four', '--workers', '4')).code).toBe(1);
    expect(files(join(cwd, 'four'))).toEqual(one);
    // What diverged stays as it is, and stands in nobody's way.
    rmSync(join(cwd, 'four/seed-2'), { recursive: true });
    const again = await train('four', '--resume');
    expect(again.code).toBe(1);
    expect(again.err).toContain('seed 3 diverged at step 348 and stays as it is');
    expect(files(join(cwd, 'four'))).toEqual(one);
    // Named, it is trained again from its last checkpoint, and diverges again.
    const retried = await train('four', '--resume', '--seed', '3');
    expect(retried.code).toBe(1);
    expect(retried.err).not.toContain('seed 3 diverged at step 348 and stays as it is');
    expect(retried.err).toContain('seed 3 of Rare: learning has diverged at step 348');
    expect(files(join(cwd, 'four'))).toEqual(one);
  }, 60_000);

  test('--resume --seed goes on with these seeds only; others than those of the run are refused', async () => {
    rmSync(join(cwd, 'four/seed-1'), { recursive: true });
    rmSync(join(cwd, 'four/seed-2'), { recursive: true });
    const ran = await train('four', '--resume', '--seed', '2');
    expect(ran.code).toBe(1);
    expect(readdirSync(join(cwd, 'four')).filter(name => name.startsWith('seed-'))).toEqual([
      'seed-2',
      'seed-3',
      'seed-4',
    ]);
    expect(ran.out).toContain('seed 1 not at the end; go on with: marl train --resume four');
    const refused = await train('four', '--resume', '--seed', '7');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('seed 7 does not belong to the run in four, which has seed 3, 1, 2, 4.');
    expect((await train('four', '--resume')).code).toBe(1);
    expect(files(join(cwd, 'four'))).toEqual(files(join(cwd, 'one')));
  }, 60_000);

  test('eval, report and --json name it beside the others', async () => {
    const played = await marl(['eval', 'one', '--episodes', '10'], { cwd });
    expect(played.code).toBe(0);
    expect(played.out).toMatch(/^ +3 +diverged at step 348$/m);
    expect(played.out).toMatch(/^ +1 +\S+/m);
    expect(played.out).not.toContain('did not finish');
    const { json } = await marlJson(['eval', 'one', '--episodes', '10'], { cwd });
    expect((json.seeds as { seed: number }[]).map(({ seed }) => seed)).toEqual([1, 2]);
    expect(json.diverged).toMatchObject([
      { seed: 3, step: 348, statistic: { name: 'loss', value: 'Infinity' } },
      { seed: 4 },
    ]);
    const reported = await marl(['report', 'one'], { cwd });
    expect(reported.out).toContain('Rare: seed 3 diverged at step 348');
    expect(reported.out).not.toContain('not at its end');
    const page = readFileSync(join(cwd, 'one.html'), 'utf8');
    expect(page).toContain('<td class="number">2 of 4, 2 diverged</td>');
    expect(page).toContain('<p>Seed 3 diverged at step 348: loss is Infinity');
  }, 60_000);

  test('alone: there is nothing to play, and --json says what happened', async () => {
    const { code, json } = await marlJson(['train', 'g.marl:Rare', '--seed', '3', '--out', 'three'], { cwd });
    expect(code).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      return: null,
      error: { message: expect.stringContaining('seed 3 of Rare: learning has diverged at step 348'), exit: 1 },
      metrics: [{ seed: 3, reason: 'diverged', diverged: { step: 348, tensor: { value: 'NaN' } } }],
    });
    const played = await marl(['eval', 'three'], { cwd });
    expect(played.code).toBe(1);
    expect(played.err).toContain('three holds no checkpoints to play; seed 3 diverged at step 348.');
    expect((await marl(['report', 'three'], { cwd })).code).toBe(0);
  }, 60_000);
});

describe('when it is found', () => {
  test('at the update in which it arose, not at the next evaluation', async () => {
    const ran = await marl(['train', 'g.marl:Wild', '--out', 'wild'], { cwd });
    expect(ran.code).toBe(1);
    // The first rollout is over after 16 steps.
    for (const seed of [1, 2])
      expect(ran.err).toMatch(
        new RegExp(`seed ${seed} of Wild: learning has diverged at step 16: \\w+ is (NaN|Infinity)`),
      );
    expect(readdirSync(join(cwd, 'wild/seed-1'))).toEqual(['diverged.json']);
  }, 60_000);

  test('at the same step, in the same tensor, whatever is kept on the way', async () => {
    const told = async (...more: readonly string[]) =>
      (await marl(['train', 'g.marl:Far', '--out', 'far', '--force', ...more], { cwd })).err
        .split('\n')
        .filter(line => line.startsWith('marl train:'))
        .join('\n');
    const first = await told('--workers', '2');
    expect(first).toMatch(/seed 1 of Far: .* at step \d+: .*\n.*seed 2 of Far: .* at step \d+: /);
    expect(await told('--workers', '1', '--checkpoint', '250')).toBe(first);
    expect(await told('--workers', '1', '--checkpoint', '64')).toBe(first);
  }, 60_000);

  test('by an emitted program, too', () => {
    const folder = programFolder();
    const part = (start: string) => new RegExp(`^${start} [^]*?^}\n`, 'm').exec(program)?.[0] ?? '';
    const text = programText(`${part('game Plain')}${part('train Wild')}`, 'wild');
    if ('refused' in text) throw new Error(text.refused);
    const printed = printedBy(writeProgram(folder, 'wild', text));
    rmSync(folder, { recursive: true });
    expect(printed).toMatch(
      /^DivergedUpdate: learning has diverged in update \d+: \w+ is (NaN|Infinity), and the tensor \w+\/A\/\S+ holds NaN; lower/,
    );
  }, 60_000);

  test('in a sweep: the other runs are trained', async () => {
    const ran = await marl(['train', 'g.marl:Rates', '--seed', '1', '--out', 'rates'], { cwd });
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('(1 of 1 seeds diverged)');
    expect(ran.out).toMatch(/Rates\[algorithm\.optimizer\.lr=1e-3\]|Rates\[optimizer\.lr=1e-3\]/);
    expect(ran.err).toContain('learning has diverged at step 16');
    const listed = await marl(['eval', 'rates'], { cwd });
    expect(listed.out).toContain('(1 of 1 seeds diverged)');
  }, 120_000);
});

/** `marl train` beside its numbers: the exact answer, engines, the plot, sweeps over all cores. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marl, marlJson } from './run.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-'));
  writeFileSync(
    join(cwd, 'g.marl'),
    `import std.games.Climbing
import std.games.Kuhn
import std.games.TwoStep

train Slide on Climbing { algorithm IQL budget 3_000 steps seeds 1..2 evaluate every 1_000 steps for 5 episodes }
train Cards on Kuhn { algorithm IQL budget 2_000 steps evaluate every 1_000 steps for 20 episodes }
train Deep on TwoStep { algorithm IPPO budget 800 steps envs 8 evaluate every 400 steps for 5 episodes }
sweep Rates of Slide { algorithm.alpha in [0.01, 0.1, 0.5] }
`
      .replaceAll(/ (budget|seeds|evaluate|envs) /g, '\n  $1 ')
      .replaceAll(/\{ (algorithm\.)?/g, '{\n  $1')
      .replaceAll(/ \}/g, '\n}'),
  );
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe('the exact answer', () => {
  test('of a team: the optimum and the gap', async () => {
    const { json } = await marlJson(['train', 'g.marl:Slide', '--out', 'slide'], { cwd });
    const { kind, seeds } = json.exact as { kind: string; seeds: { value: number; optimum: number; gap: number }[] };
    expect(kind).toBe('optimum');
    const metrics = json.metrics as { return: { mean: number } }[];
    for (const [k, { value, optimum, gap }] of seeds.entries()) {
      expect(optimum).toBe(11);
      expect(value).toBe(metrics[k]?.return.mean);
      expect(gap).toBe(11 - value);
    }
    expect(json.reduction).toBe('mean over agents');
    expect(json.engine).toBeNull();
    const { out } = await marl(['train', 'g.marl:Slide', '--out', 'slide'], { cwd });
    expect(out).toMatch(/^ {2}seed +learned +optimum +gap$/m);
    expect(out).not.toContain('┤');
  });

  test('of two opponents: what can be won from them', async () => {
    const { json } = await marlJson(['train', 'g.marl:Cards', '--out', 'cards'], { cwd });
    const { kind, seeds } = json.exact as {
      kind: string;
      seeds: { exploitability: number; regret: Record<string, number>; bound: string | null }[];
    };
    expect(kind).toBe('exploitability');
    const [{ exploitability, regret, bound }] = seeds as [(typeof seeds)[number]];
    expect(bound).toBeNull();
    expect(exploitability).toBeCloseTo(Object.values(regret).reduce((sum, gain) => sum + gain, 0) / 2, 12);
    expect(exploitability).toBeGreaterThan(0);
  });
});

test('--plot draws the return', async () => {
  const { out } = await marl(['train', 'g.marl:Slide', '--out', 'plotted', '--plot'], { cwd });
  expect(out).toContain('return, mean of 2 seeds, by steps');
  expect(out.match(/┤/g)).toHaveLength(8);
});

describe('engines', () => {
  test('are recorded, and their losses shown', async () => {
    const { out, code } = await marl(['train', 'g.marl:Deep', '--out', 'deep', '--engine', 'wasm'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('engine wasm');
    expect(out).toMatch(/^ {2}seed .* updates/m);
    expect(JSON.parse(readFileSync(join(cwd, 'deep/spec.json'), 'utf8')).engine).toMatchObject({ name: 'wasm' });
    const [step] = readdirSync(join(cwd, 'deep/seed-1')).filter(name => name.startsWith('step-'));
    expect(JSON.parse(readFileSync(join(cwd, 'deep/seed-1', step!, 'manifest.json'), 'utf8')).engine.name).toBe('wasm');
    const sampled = await marlJson(['eval', 'deep', '--sampled', '--episodes', '50'], { cwd });
    expect(sampled.json).toMatchObject({ ok: true, sampled: true });
    const played = await marl(['play', 'g.marl:Deep', '--policy', 'deep'], { cwd, stdin: 'p\np\nu\np\np\np\np\nq\n' });
    expect(played.code, played.all).toBe(0);
  });

  test.each([
    ['nope', 2, 'there is no engine `nope`'],
    ['tfjs-gpu', 1, 'the engine tfjs-gpu cannot train: '],
  ])('%s is refused with a reason', async (name, code, sentence) => {
    const ran = await marl(['train', 'g.marl:Deep', '--out', 'refused', '--engine', name], { cwd });
    expect(ran.code, ran.all).toBe(code);
    expect(ran.err).toContain(sentence);
    expect(existsSync(join(cwd, 'refused'))).toBe(false);
  });

  test('tables need none, and have no policy to sample', async () => {
    const ran = await marl(['train', 'g.marl:Slide', '--out', 'tables', '--engine', 'wasm'], { cwd });
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('IQL keeps tables');
    const sampled = await marl(['eval', 'tables', '--sampled'], { cwd });
    expect(sampled.code).toBe(2);
    expect(sampled.err).toContain('no stochastic policy');
  });
});

describe('sweeps', () => {
  test('side by side give what one worker gives, sorted by return', async () => {
    const { out } = await marl(['train', 'g.marl:Rates', '--out', 'many', '--workers', '3'], { cwd });
    await marl(['train', 'g.marl:Rates', '--out', 'single', '--workers', '1'], { cwd });
    for (const folder of readdirSync(join(cwd, 'many')))
      for (const file of ['metrics.jsonl', 'summary.json', 'curve.csv'])
        expect(readFileSync(join(cwd, 'many', folder, file), 'utf8')).toBe(
          readFileSync(join(cwd, 'single', folder, file), 'utf8'),
        );
    const rows = [...out.matchAll(/^Rates\[.*?\] +(-?[\d.]+)/gm)].map(row => Number(row[1]));
    expect(rows).toHaveLength(3);
    expect(rows).toEqual([...rows].sort((a, b) => b - a));
  });

  test('interrupted before most of it began, and gone on with', async () => {
    const text = readFileSync(join(cwd, 'g.marl'), 'utf8').replace('budget 3_000 steps', 'budget 1_000_000 steps');
    writeFileSync(join(cwd, 'slow.marl'), text.replace('every 1_000 steps', 'every 250_000 steps'));
    const cut = await marl(['train', 'slow.marl:Rates', '--out', 'swept', '--workers', '1'], {
      cwd,
      interruptAfter: 400,
    });
    expect(cut.code, cut.all).toBe(130);
    expect(cut.out).toMatch(/runs? of 3 not begun/);
    const rest = await marl(['train', 'slow.marl:Rates', '--out', 'swept', '--resume'], { cwd });
    expect(rest.code, rest.all).toBe(0);
    await marl(['train', 'slow.marl:Rates', '--out', 'unswept'], { cwd });
    for (const folder of readdirSync(join(cwd, 'unswept')))
      expect(readFileSync(join(cwd, 'swept', folder, 'metrics.jsonl'), 'utf8')).toBe(
        readFileSync(join(cwd, 'unswept', folder, 'metrics.jsonl'), 'utf8'),
      );
  });
});

/** `marl report`: what stands in the page, that it is the same always, and that nothing of a program gets out of its text. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replay } from '../../cli/replays.ts';
import { gameTextOf, recordedModel } from '../../cli/training.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { extremes } from '../../runtime/report/episodes.ts';
import { readRunFolder, readSeed, readSummary } from '../../runtime/train/folder.ts';
import { learnerFrom } from '../../runtime/train/policy.ts';
import { learnerFor } from '../../runtime/train/run.ts';
import { marl, marlJson } from '../cli/run.ts';

const hostile = '</pre></style></script><script>alert(1)</script><img src=x onerror="alert(2)"> ${`x`} \' " --> & ]]>';

const program = `import std.games.Climbing
import std.games.Kuhn

/// ${hostile}
game Walk(/// ${hostile}
  size: 3..9 = 5) {
  agents A[2]
  actions { Left, Right }
  state {
    at: 0..9 = 0
    marks: bool[3, 3]
  }
  init { marks[r: 0..2, c: 0..2] = r == c }
  step {
    let wind ~ uniform(0..1)
    next at = clamp(at + wind + sum(if action[i] == Right then 1 else -1 for i in A), 0, size)
  }
  reward = if at == size then 1 else 0
  observe { at }
  horizon 6
}
// ${hostile}
train Learn on Walk(size: 4) {
  algorithm IQL
  budget 400 steps
  seeds 1..3
  evaluate every 100 steps for 30 episodes
}
train Deep on Walk(size: 4) {
  algorithm VDN {
    network = gru(8)
  }
  team reward = sum
  budget 100 steps
  seeds 1..2
  evaluate every 50 steps for 5 episodes
}
train Cards on Kuhn {
  algorithm IQL
  budget 200 steps
  evaluate every 100 steps for 10 episodes
}
sweep Rates of Learn {
  algorithm.alpha in [0.1, 0.5]
}
`;

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-report-'));
  writeFileSync(join(cwd, 'g.marl'), program);
  for (const name of ['Learn', 'Deep', 'Cards', 'Rates']) {
    const ran = await marl(['train', `g.marl:${name}`], { cwd });
    if (ran.code !== 0) throw new Error(ran.all);
  }
}, 120_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Everything of a page that a browser would run or load. */
function active(page: string): readonly string[] {
  const scripts = page.match(/<script/g) ?? [];
  const handlers = page.match(/<[^>]*\son\w+\s*=/g) ?? [];
  const loads = page.match(/<(img|link|iframe|object|embed|base|form|a)\b|\b(src|href)\s*=\s*"/g) ?? [];
  return [...scripts, ...handlers, ...loads];
}

describe('the page of a run', () => {
  test('has curves, table, settings, program, versions and two replays, and needs nothing else', async () => {
    const ran = await marl(['report', 'runs/Learn'], { cwd });
    expect(ran.code, ran.all).toBe(0);
    const page = readFileSync(join(cwd, 'runs/Learn.html'), 'utf8');
    for (const part of [
      'return (mean over agents), by steps',
      'return of A[0], by steps',
      'class="band c0"',
      'The last evaluation, over the seeds',
      'The best evaluation episode: return',
      'The worst evaluation episode: return',
      '<h3>Settings</h3>',
      'every 100 steps for 30 episodes',
      'train Learn on Walk(size: 4) {',
      'prefers-color-scheme: dark',
    ])
      expect(page).toContain(part);
    // The grid as a board.
    expect(page).toContain(
      'marks\n     0     1     2\n  0  true  false false\n  1  false true  false\n  2  false false true',
    );
    expect(active(page)).toEqual(['<script']);
    expect(page).not.toMatch(/https?:|\/\/(?!\s)\w+\./);
    expect(page).toContain('&lt;script&gt;alert(1)');
  });

  test('of a folder with a hostile name is as safe', async () => {
    const folder = 'x"><script>alert(3)<';
    const trained = await marl(['train', 'g.marl:Cards', '--out', folder], { cwd });
    expect(trained.code, trained.all).toBe(0);
    const ran = await marl(['report', folder, 'runs/Cards', '-o', 'hostile.html'], { cwd });
    expect(ran.code, ran.all).toBe(0);
    const page = readFileSync(join(cwd, 'hostile.html'), 'utf8');
    expect(active(page)).toEqual(['<script']);
    expect(page).toContain('alert(3)');
  });

  test('lets nothing run but its own script, by its hash', async () => {
    await marl(['report', 'runs/Learn'], { cwd });
    const page = readFileSync(join(cwd, 'runs/Learn.html'), 'utf8');
    const { createHash } = await import('node:crypto');
    for (const [tag, rule] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ] as const) {
      const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] as string;
      const hash = createHash('sha256').update(text).digest('base64');
      expect(page).toContain(`${rule} &#39;sha256-${hash}&#39;`);
    }
    expect(page).toContain('default-src &#39;none&#39;');
  });

  test('is the same every time', async () => {
    await marl(['report', 'runs/Deep', '-o', 'a.html'], { cwd });
    await marl(['report', 'runs/Deep', '-o', 'b.html'], { cwd });
    expect(readFileSync(join(cwd, 'a.html'), 'utf8')).toBe(readFileSync(join(cwd, 'b.html'), 'utf8'));
  });

  test('its figures are those of the run', async () => {
    const { json, code } = await marlJson(['report', 'runs/Learn', '-o', 'learn.html'], { cwd });
    expect(code).toBe(0);
    const summary = readSummary(join(cwd, 'runs/Learn'));
    if ('error' in summary) throw new Error(summary.error);
    const [run] = json.runs as Record<string, { mean: number; low: number; high: number; return: number }>[];
    expect(run?.return?.mean).toBeCloseTo(summary.return?.mean as number, 12);
    expect(run).toMatchObject({
      name: 'Learn',
      game: 'Walk(size: 4)',
      finished: true,
      seeds: 3,
      exact: { kind: 'gap' },
    });
    expect(run?.best?.return as number).toBeGreaterThanOrEqual(run?.return?.mean as number);
    expect(run?.worst?.return as number).toBeLessThanOrEqual(run?.return?.mean as number);
    expect(run?.return?.low as number).toBeLessThanOrEqual(run?.return?.high as number);
  });
});

describe('replays', () => {
  test.each(['Learn', 'Deep'])('of %s are episodes of the last evaluation, step by step', name => {
    const folder = join(cwd, 'runs', name);
    const run = readRunFolder(folder);
    if ('error' in run) throw new Error(run.error);
    const model = recordedModel(run);
    if (model === undefined) throw new Error('no model');
    const { spec, create } = loadGame(gameTextOf(model, run.train));
    for (const seed of run.train.seeds) {
      const read = readSeed(folder, seed);
      if ('error' in read) throw new Error(read.error);
      const learner = learnerFrom(run.train, spec, read.arrays);
      const { shape } = learnerFor(run.train, spec);
      const round = read.manifest.evaluations - 1;
      const found = extremes(shape, run.train, spec, create, learner, seed, round, episode => episode.return);
      // The same games with the same numbers: bit for bit the evaluation that the training recorded.
      expect(found.evaluation).toEqual(read.manifest.final);
      for (const episode of [found.best, found.worst]) {
        const shown = replay(model, episode, seed, round);
        expect(shown.steps).toHaveLength(episode.length);
        for (const [i, total] of episode.returns.entries())
          expect(shown.steps.reduce((sum, step) => sum + (step.agents[i]?.reward as number), 0)).toBe(total);
        expect(shown.steps[0]?.state).toContain('at  0');
        expect(shown.end).toContain('at  ');
      }
      expect(found.best.return).toBeGreaterThanOrEqual(found.evaluation.return.mean);
      expect(found.worst.return).toBeLessThanOrEqual(found.evaluation.return.mean);
    }
  });

  test('where returns cancel, episodes are compared by the first agent', async () => {
    const { json } = await marlJson(['report', 'runs/Cards', '-o', 'cards.html'], { cwd });
    const [run] = json.runs as {
      best: { returns: Record<string, number> };
      worst: { returns: Record<string, number> };
    }[];
    expect(run?.best.returns.First as number).toBeGreaterThan(run?.worst.returns.First as number);
    const page = readFileSync(join(cwd, 'cards.html'), 'utf8');
    expect(page).toContain('return of First, by steps');
    expect(page).not.toContain('>return</th><th scope="col">return of');
    expect(page).toContain('exploitability');
  });
});

describe('several runs', () => {
  test('of one game share their charts; those of a sweep come one by one', async () => {
    const { json, code } = await marlJson(['report', 'runs/Learn', 'runs/Rates', 'runs/Cards', 'runs/Learn'], { cwd });
    expect(code).toBe(0);
    expect(json.out).toBe('report.html');
    expect((json.runs as { name: string }[]).map(run => run.name)).toEqual([
      'Learn',
      'Rates[alpha=0.1]',
      'Rates[alpha=0.5]',
      'Cards',
    ]);
    const page = readFileSync(join(cwd, 'report.html'), 'utf8');
    expect(page.match(/<h2>Walk\(size: 4\)<\/h2>/g)).toHaveLength(1);
    const first = page.slice(page.indexOf('return (mean over agents), by steps'), page.indexOf('</figure>'));
    for (const colour of ['c0', 'c1', 'c2']) expect(first).toContain(`class="mean ${colour}"`);
    expect(first).not.toContain('c3');
  });

  test('an interrupted run is reported as far as it came', async () => {
    const text = program
      .replace('budget 400 steps', 'budget 100_000_000 steps')
      .replace('every 100 steps', 'every 400_000 steps');
    writeFileSync(join(cwd, 'long.marl'), text);
    const cut = await marl(['train', 'long.marl:Learn', '--out', 'cut', '--workers', '1'], {
      cwd,
      interruptAfter: 300,
    });
    expect(cut.code, cut.all).toBe(130);
    const ran = await marl(['report', 'cut'], { cwd });
    expect(ran.code, ran.all).toBe(0);
    expect(ran.out).toContain('Learn is not at its end');
  });
});

describe('what is refused', () => {
  test.each([
    [['report', 'nowhere'], 'not the folder of a training'],
    [['report', 'runs/Learn', '-o', 'g.marl'], 'g.marl exists and is no report'],
    [['report', 'runs/Learn', '-o', 'runs/Learn/page.html'], 'holds only what marl train writes'],
    [['report', 'runs/Learn', '-o', 'no/such/folder.html'], 'cannot be written'],
    [['report', 'runs/Learn', '-o', 'runs'], 'cannot be written'],
  ] as const)('%j', async (args, sentence) => {
    const ran = await marl(args, { cwd });
    expect(ran.code, ran.all).toBe(1);
    expect(ran.err).toContain(sentence);
    expect(readFileSync(join(cwd, 'g.marl'), 'utf8')).toBe(program);
    expect(existsSync(join(cwd, 'runs/Learn/page.html'))).toBe(false);
    expect(
      readdirSync(join(cwd, 'runs'))
        .sort()
        .filter(name => !name.endsWith('.html')),
    ).toEqual(['Cards', 'Deep', 'Learn', 'Rates']);
  });
});

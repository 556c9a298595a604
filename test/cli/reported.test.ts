/** `evaluate ... sampled` and `report ...` in what people and programs are told. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marl, marlJson } from './run.ts';

const program = `import std.games.{MatchingPennies, TwoStep}

game Hunt {
  agents Pack[3], Prey
  actions { Stay, Go }
  reward[p: Pack] = if p == Pack[0] then 1 else if p == Pack[1] then 3 else 5
  reward[p: Prey] = -2
  horizon 2
}

train Drawn on TwoStep {
  algorithm REINFORCE { rollout = 20 }
  budget 400 steps
  envs 4
  seeds 1..3
  evaluate every 100 steps for 40 episodes sampled
  report sum over agents
}
train Winner on MatchingPennies {
  algorithm IQL
  budget 400 steps
  evaluate every 100 steps for 10 episodes
  report max over agents
}
train Usual on MatchingPennies {
  algorithm IQL
  budget 400 steps
  evaluate every 100 steps for 10 episodes
}
train Classes on Hunt {
  algorithm IQL
  budget 400 steps
  seeds 1..2
  evaluate every 100 steps for 10 episodes
  report per class
}
sweep Rates of Classes {
  algorithm.alpha in [0.1, 0.5]
}
train Each on Hunt {
  algorithm IQL
  budget 400 steps
  seeds 1..2
  evaluate every 100 steps for 10 episodes
  report per agent
}
`;

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-'));
  writeFileSync(join(cwd, 'g.marl'), program);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const read = (file: string): string => readFileSync(join(cwd, file), 'utf8');

describe('a sampled evaluation', () => {
  test('is said, recorded and the same for any number of workers', async () => {
    const one = await marl(['train', 'g.marl:Drawn', '--workers', '1', '--out', 'one'], { cwd });
    expect(one.code, one.all).toBe(0);
    expect(one.out).toContain('evaluated with the sampled policy');
    expect(one.out).toContain('return (sum over agents)');
    expect(one.out).toContain(
      'beside the exact answer (expected discounted return, sum over agents, of the sampled policy):',
    );
    const { json } = await marlJson(['train', 'g.marl:Drawn', '--workers', '3', '--out', 'three'], { cwd });
    expect(json).toMatchObject({ policy: 'sampled', reduction: 'sum over agents', report: 'sum over agents' });
    expect(read('three/metrics.jsonl')).toBe(read('one/metrics.jsonl'));
    expect(JSON.parse(read('one/spec.json')).train).toMatchObject({
      evaluate: { policy: 'sampled' },
      report: { reduction: 'sum', per: 'team' },
    });
    expect(JSON.parse(read('one/summary.json'))).toMatchObject({ policy: 'sampled', reduction: 'sum over agents' });
    expect(JSON.parse(read('one/metrics.jsonl').split('\n')[0]!)).toMatchObject({ policy: 'sampled' });
  });

  test('is how `marl eval` plays, unless it is told otherwise', async () => {
    const drawn = await marlJson(['eval', 'one', '--episodes', '200'], { cwd });
    const asked = await marlJson(['eval', 'one', '--episodes', '200', '--sampled'], { cwd });
    expect(drawn.json).toMatchObject({ sampled: true, reduction: 'sum over agents' });
    expect(asked.json.seeds).toEqual(drawn.json.seeds);
    // The exact value of what is drawn from lies where the played returns do.
    const { exact } = JSON.parse((await marl(['train', 'g.marl:Drawn', '--json', '--out', 'again'], { cwd })).out);
    const played = drawn.json.seeds as { discounted: { mean: number; stderr: number } }[];
    for (const [k, { discounted }] of played.entries()) {
      expect(exact.seeds[k].policies).toBe('sampled');
      expect(Math.abs(exact.seeds[k].value - discounted.mean)).toBeLessThan(4.5 * discounted.stderr);
    }
    const greedy = await marlJson(['eval', 'one', '--episodes', '200', '--greedy'], { cwd });
    expect(greedy.json.sampled).toBe(false);
    // One play without chance: all episodes earn the same.
    expect((greedy.json.seeds as { return: { stderr: number } }[]).map(({ return: r }) => r.stderr)).toEqual([0, 0, 0]);
    const both = await marl(['eval', 'one', '--greedy', '--sampled'], { cwd });
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('Leave one of them out.')]);
  });

  test('stands in the report', async () => {
    await marl(['report', 'one', '-o', 'one.html'], { cwd });
    const page = read('one.html');
    expect(page).toContain('evaluated with the sampled policy');
    expect(page).toContain('every 100 steps for 40 episodes sampled');
    expect(page).toContain('aria-label="return (sum over agents), by steps"');
  });
});

describe('what is reported', () => {
  test('is named in tables, curves and data', async () => {
    const { out } = await marl(['train', 'g.marl:Winner', '--out', 'winner', '--plot'], { cwd });
    expect(out).toMatch(/^ {2}seed +steps +episodes +return \(max over agents\) +episode length/m);
    expect(out).toContain('return (max over agents), mean of 1 seed, by steps');
    expect(out).toContain('return: the greatest over agents of what an episode gives, undiscounted');
    expect(JSON.parse(read('winner/summary.json'))).toMatchObject({
      reduction: 'max over agents',
      return: { mean: 1, stderr: 0 },
    });
    expect(read('winner/curve.svg')).toContain('return (max over agents)');
    // Where nothing is declared, the mean of opposed returns is still left out.
    const usual = await marl(['train', 'g.marl:Usual', '--out', 'usual'], { cwd });
    expect(usual.out).toMatch(/^ {2}seed +steps +episodes +episode length +\w+ +\w+$/m);
  });

  test('of several runs stands in charts and columns of its own', async () => {
    await marl(['report', 'winner', 'usual', '-o', 'both.html'], { cwd });
    const page = read('both.html');
    expect(page).toContain('<th scope="col">return (max over agents)</th>');
    expect(page).toContain('<th scope="col">return (mean over agents)</th>');
  });

  test('by class: a column and a curve for each', async () => {
    const { out } = await marl(['train', 'g.marl:Classes', '--out', 'classes', '--plot'], { cwd });
    expect(out).toMatch(/^ {2}seed +steps +episodes +return of Pack \(mean\) +return of Prey +episode length$/m);
    expect(out).toMatch(/^ {2}1 +400 +200 +6 +-4 +2$/m);
    expect(out).toContain('over 2 seeds: return of Pack (mean) 6, return of Prey -4');
    for (const label of ['return of Pack (mean)', 'return of Prey'])
      expect(out).toContain(`${label}, mean of 2 seeds, by steps`);
    const summary = JSON.parse(read('classes/summary.json'));
    expect(summary).toMatchObject({
      report: 'mean per class',
      reduction: 'mean over agents',
      return: { mean: 3.5 },
      classes: { Pack: { mean: 6, stderr: 0 }, Prey: { mean: -4, stderr: 0 } },
    });
    const evaluated = await marl(['eval', 'classes', '--episodes', '5'], { cwd });
    expect(evaluated.out).toMatch(/^seed +return of Pack \(mean\) +return of Prey +length$/m);
    const { json } = await marlJson(['report', 'classes', '-o', 'classes.html'], { cwd });
    expect(json.runs).toMatchObject([{ classes: { Pack: { mean: 6 }, Prey: { mean: -4 } } }]);
    const page = read('classes.html');
    for (const label of ['return of Pack (mean)', 'return of Prey']) {
      expect(page).toContain(`aria-label="${label}, by steps"`);
      expect(page).toContain(`<th scope="col">${label}</th>`);
    }
    expect(page).not.toContain('return of Pack[0]');
  });

  test('by class in a sweep', async () => {
    const { out } = await marl(['train', 'g.marl:Rates', '--out', 'rates'], { cwd });
    expect(out).toMatch(/^run +return of Pack \(mean\) +return of Prey +seeds +folder$/m);
    expect(out).toMatch(/^Rates\[alpha=0.1\] +6 +-4 +2 /m);
  });

  test('by agent: a column and a curve for each', async () => {
    const { out } = await marl(['train', 'g.marl:Each', '--out', 'each'], { cwd });
    expect(out).toMatch(/^ {2}seed +steps +episodes +episode length +Pack\[0\] +Pack\[1\] +Pack\[2\] +Prey$/m);
    expect(out).toContain('return of Pack[0] 2, return of Pack[1] 6, return of Pack[2] 10, return of Prey -4');
    await marl(['report', 'each', '-o', 'each.html'], { cwd });
    expect(read('each.html')).toContain('aria-label="return of Pack[2], by steps"');
    expect(read('each.html')).not.toContain('return (mean over agents), by steps');
  });

  test('a folder from before there was anything to declare reads as it was', async () => {
    const spec = JSON.parse(read('usual/spec.json'));
    expect(spec.train.report).toBeUndefined();
    expect(spec.train.evaluate).toEqual({ every: { amount: 100, unit: 'steps' }, episodes: 10 });
  });
});

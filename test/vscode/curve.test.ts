/** The curve of a run folder while it is written: half lines, runs of a sweep, folders that are not there yet. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { curveMarkup, isRunning, mark, readRuns } from '../../lsp/vscode/curve.ts';
import { marl } from '../cli/run.ts';

const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'marl-curve-'));
  folders.push(made);
  return made;
}

afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

function begin(dir: string, seeds: readonly number[]): void {
  mkdirSync(dir, { recursive: true });
  const train = { name: 'Learn', algorithm: 'IQL', game: 'Stag', seeds, budget: { amount: 100, unit: 'steps' } };
  writeFileSync(join(dir, 'spec.json'), JSON.stringify({ train, game: { agents: ['A', 'B'] } }));
}

function line(dir: string, seed: number, step: number, value: number): void {
  mkdirSync(join(dir, `seed-${seed}`), { recursive: true });
  const both = { A: { mean: value }, B: { mean: value } };
  const text = JSON.stringify({
    seed,
    step,
    episode: step,
    return: { mean: value },
    discounted: { mean: value },
    returns: both,
  });
  appendFileSync(join(dir, `seed-${seed}`, 'metrics.jsonl'), `${text}\n`);
}

test('a run grows from nothing to its end', () => {
  const dir = join(folder(), 'Learn');
  expect(readRuns(dir)).toEqual([]);
  expect(curveMarkup('Learn', [])).toContain('Nothing has been written yet');
  const marks = [mark(dir)];

  begin(dir, [1, 2]);
  writeFileSync(join(dir, 'running.json'), '{}');
  marks.push(mark(dir));
  expect(isRunning(readRuns(dir))).toBe(true);

  line(dir, 1, 50, 1);
  line(dir, 2, 50, 3);
  marks.push(mark(dir));
  const [run] = readRuns(dir);
  expect(run).toMatchObject({ label: 'Learn', algorithm: 'IQL', game: 'Stag', seeds: [1, 2], phase: 'running' });
  expect(run?.metrics.map(({ seed, step, values }) => [seed, step, values.get('return')])).toEqual([
    [1, 50, 1],
    [2, 50, 3],
  ]);
  const shown = curveMarkup('Learn', readRuns(dir));
  expect(shown).toContain('IQL on Stag');
  expect(shown).toContain('<progress max="1" value="0.5">');
  // The mean of 1 and 3 is a single point: a dot.
  expect(shown).toContain('<circle');

  // A line that is being written counts when it is whole.
  appendFileSync(join(dir, 'seed-1', 'metrics.jsonl'), '{"seed":1,"step":100,"epis');
  expect(readRuns(dir)[0]?.metrics).toHaveLength(2);
  appendFileSync(join(dir, 'seed-1', 'metrics.jsonl'), 'ode":100,"return":{"mean":4}}\n');
  line(dir, 2, 100, 4);
  expect(readRuns(dir)[0]?.metrics).toHaveLength(4);

  rmSync(join(dir, 'running.json'));
  expect(readRuns(dir)[0]?.phase).toBe('stopped');
  writeFileSync(join(dir, 'summary.json'), JSON.stringify({ seeds: [{ reason: 'budget' }, { reason: 'stop' }] }));
  marks.push(mark(dir));
  expect(readRuns(dir)[0]?.phase).toBe('finished');
  expect(curveMarkup('Learn', readRuns(dir))).toContain('finished at a return of 4');
  expect(new Set(marks).size).toBe(marks.length);
});

test('the runs of a sweep share one chart; damaged ones are left out', () => {
  const dir = folder();
  for (const name of ['Lr_alpha=0.1', 'Lr_alpha=0.5']) {
    begin(join(dir, name), [1]);
    line(join(dir, name), 1, 10, 2);
    line(join(dir, name), 1, 20, 3);
  }
  mkdirSync(join(dir, 'broken'));
  writeFileSync(join(dir, 'broken', 'spec.json'), '{"train":');
  const runs = readRuns(dir);
  expect(runs.map(({ label }) => label)).toEqual(['Lr_alpha=0.1', 'Lr_alpha=0.5']);
  const shown = curveMarkup('Lr', runs);
  expect(shown.match(/<polyline/g)).toHaveLength(2 * 3);
  expect(shown).toMatch(/Lr_alpha=0.1: IQL on Stag[\s\S]*Lr_alpha=0.5: IQL on Stag/);
});

test('names of programs are text, never markup', () => {
  const dir = folder();
  begin(dir, [1]);
  line(dir, 1, 10, 2);
  const spec = {
    train: { algorithm: '<img src=x>', game: '"><script>', seeds: [1], budget: { amount: 1, unit: 'steps' } },
  };
  writeFileSync(join(dir, 'spec.json'), JSON.stringify(spec));
  const shown = curveMarkup('<b>', readRuns(dir));
  expect(shown).not.toMatch(/<(img|script|b)\b/);
  expect(shown).toContain('&lt;img src=x&gt;');
});

test('what `marl train` writes', async () => {
  const dir = folder();
  writeFileSync(
    join(dir, 'g.marl'),
    'game Stag {\n  agents A, B\n  actions { S, H }\n  payoff {\n          S       H\n    S: (4, 4)  (1, 3)\n    H: (3, 1)  (3, 3)\n  }\n}\n' +
      'train Learn on Stag {\n  algorithm IQL\n  budget 400 steps\n  seeds [3, 5]\n  evaluate every 100 steps for 5 episodes\n}\n',
  );
  expect((await marl(['train', 'g.marl', '--json'], { cwd: dir })).code).toBe(0);
  const [run] = readRuns(join(dir, 'runs', 'Learn'));
  expect(run).toMatchObject({ algorithm: 'IQL', game: 'Stag', agents: ['A', 'B'], seeds: [3, 5], phase: 'finished' });
  expect(run?.metrics).toHaveLength(8);
  expect(curveMarkup('Learn', readRuns(join(dir, 'runs', 'Learn')))).toContain('finished at a return of');
});

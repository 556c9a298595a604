/** `marl train --resume`: the folder of a run is enough; a program is compared by what it means; leftovers and locks are no obstacle for ever. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { marl, marlJson } from './run.ts';

const program = `import std.games.TwoStep

/// A coin that both must call.
game Call(prize: 1..9 = 3) {
  agents A, B
  actions { X, Y }
  /// What both get.
  fn won(same: bool): real = if same then prize else 0
  reward = won(action[A] == action[B])
}

train Learn on Call {
  algorithm IQL {
    alpha = 0.1
  }
  budget 600 steps
  seeds 1..2
  evaluate every 300 steps for 5 episodes
}

train Other on TwoStep {
  algorithm IQL
  budget 600 steps
}

sweep Rates of Learn {
  algorithm.alpha in [0.1, 0.5]
}
`;

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-'));
  writeFileSync(join(cwd, 'g.marl'), program);
  const ran = await marl(['train', 'g.marl:Learn', '--out', 'sound'], { cwd });
  expect(ran.code, ran.all).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true }));
beforeEach(() => {
  rmSync(join(cwd, 'run'), { recursive: true, force: true });
  cpSync(join(cwd, 'sound'), join(cwd, 'run'), { recursive: true });
});

/** As if the process had been killed before its second seed began. */
function cut(): void {
  rmSync(join(cwd, 'run/seed-2'), { recursive: true });
  for (const file of ['summary.json', 'metrics.jsonl', 'curve.csv', 'curve.svg']) rmSync(join(cwd, 'run', file));
}

const same = (): void => {
  for (const file of ['spec.json', 'summary.json', 'metrics.jsonl', 'curve.csv'])
    expect(readFileSync(join(cwd, 'run', file), 'utf8'), file).toBe(readFileSync(join(cwd, 'sound', file), 'utf8'));
  expect(readdirSync(join(cwd, 'run')).sort()).toEqual(readdirSync(join(cwd, 'sound')).sort());
};

/** Resumes with a program in place of the one that began it. */
async function resumeWith(text: string, name = 'Learn'): Promise<{ code: number; err: string }> {
  writeFileSync(join(cwd, 'changed.marl'), text);
  cut();
  return marl(['train', `changed.marl:${name}`, '--resume', '--out', 'run'], { cwd });
}

describe('the folder alone', () => {
  test('is gone on with, wherever its program is now', async () => {
    cut();
    const ran = await marl(['train', '--resume', 'run'], { cwd });
    expect(ran.code, ran.all).toBe(0);
    same();
    cut();
    expect((await marl(['train', 'run', '--resume', '--out', 'run'], { cwd })).code).toBe(0);
    same();
  });

  test('with the parameters that were set, and the program that was read from standard input', async () => {
    const stdin = program.slice(0, program.indexOf('train Other'));
    expect((await marl(['train', '-', '--set', 'prize=5', '--out', 'set'], { cwd, stdin })).code).toBe(0);
    const whole = readFileSync(join(cwd, 'set/metrics.jsonl'), 'utf8');
    expect(whole).toContain('"mean":5');
    for (const seed of [1, 2]) rmSync(join(cwd, `set/seed-${seed}`), { recursive: true });
    const ran = await marl(['train', '--resume', 'set'], { cwd });
    expect(ran.code, ran.all).toBe(0);
    expect(readFileSync(join(cwd, 'set/metrics.jsonl'), 'utf8')).toBe(whole);
  });

  test('of a sweep: the runs that were not begun are begun', async () => {
    expect((await marl(['train', 'g.marl:Rates', '--out', 'rates'], { cwd })).code).toBe(0);
    const [first, second] = readdirSync(join(cwd, 'rates')) as [string, string];
    const whole = readFileSync(join(cwd, 'rates', second, 'metrics.jsonl'), 'utf8');
    rmSync(join(cwd, 'rates', second), { recursive: true });
    const { json, code } = await marlJson(['train', '--resume', 'rates'], { cwd });
    expect(code, JSON.stringify(json)).toBe(0);
    expect((json.runs as { out: string }[]).map(({ out }) => out)).toEqual([
      join('rates', first),
      join('rates', second),
    ]);
    expect(readFileSync(join(cwd, 'rates', second, 'metrics.jsonl'), 'utf8')).toBe(whole);
    const one = await marl(['train', '--resume', join('rates', first)], { cwd });
    expect(one.code, one.all).toBe(0);
  });

  test.each([
    [['--out', 'elsewhere'], 'gone on with in its own folder'],
    [['--set', 'prize=4'], 'holds the parameters'],
  ])('%j is refused', async (more, sentence) => {
    const ran = await marl(['train', '--resume', 'run', ...more], { cwd });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(sentence);
  });

  test('without --resume it is no program', async () => {
    const ran = await marl(['train', 'run'], { cwd });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('marl train --resume run');
  });
});

describe('a program that means the same', () => {
  test.each([
    [
      'comments',
      program
        .replace('game Call', '// A remark.\ngame Call')
        .replace('A coin', 'Two coins')
        .replace('What both', 'What each'),
    ],
    ['layout', program.replaceAll('\n  ', '\n\n      ')],
    [
      'other declarations',
      program.replace('train Other on TwoStep', 'train Another on TwoStep').replace('sweep Rates', 'sweep Speeds'),
    ],
    ['other seeds', program.replace('seeds 1..2', 'seeds 5..6')],
    ['how numbers are written', program.replace('600 steps', '6_00 steps').replace('alpha = 0.1', 'alpha = 1e-1')],
  ])('goes on in spite of other %s', async (_, text) => {
    expect(text).not.toBe(program);
    const ran = await resumeWith(text);
    expect(ran.code, ran.err).toBe(0);
    same();
  });

  test('under another name: said, and the old one kept', async () => {
    const ran = await resumeWith(
      program.replace('train Learn', 'train Renamed').replace('of Learn', 'of Renamed'),
      'Renamed',
    );
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain('run holds this training under the name Learn');
    same();
  });

  test('at its end is replaced without being asked; another is not', async () => {
    writeFileSync(join(cwd, 'changed.marl'), program.replace('game Call', '// A remark.\ngame Call'));
    const again = await marl(['train', 'changed.marl:Learn', '--out', 'run'], { cwd });
    expect(again.code, again.err).toBe(0);
    expect(readFileSync(join(cwd, 'run/metrics.jsonl'))).toEqual(readFileSync(join(cwd, 'sound/metrics.jsonl')));
    writeFileSync(join(cwd, 'changed.marl'), program.replace('else 0', 'else 1'));
    const other = await marl(['train', 'changed.marl:Learn', '--out', 'run'], { cwd });
    expect(other.code).toBe(1);
    expect(other.err).toContain('run holds another training');
  });
});

describe('a program that means something else', () => {
  test.each([
    ['alpha = 0.1', 'alpha = 0.3', 'Learn has changed since run was written: alpha was 0.1 and is 0.3.'],
    [
      'for 5 episodes',
      'for 6 episodes',
      'evaluate was every 300 steps for 5 episodes and is every 300 steps for 6 episodes.',
    ],
    ['600 steps', '900 steps', 'budget was 600 steps and is 900 steps.'],
    ['600 steps', '600 steps\n  envs 4', 'envs was 1 and is 4.'],
    ['algorithm IQL', 'algorithm HystereticQ', 'the algorithm was IQL and is HystereticQ.'],
    ['prize: 1..9 = 3', 'prize: 1..9 = 4', 'prize of the game was 3 and is 4.'],
    ['else 0', 'else 1', 'the game Call is another one.'],
    ['{ X, Y }', '{ X, Y, Z }', 'the game Call is another one (its agents have other actions'],
    ['on Call', 'on TwoStep', 'the game was Call and is TwoStep.'],
  ])('%s -> %s is named', async (a, b, sentence) => {
    const ran = await resumeWith(program.replace(a, b));
    expect(ran.code, ran.err).toBe(1);
    expect(ran.err).toContain(sentence);
    expect(ran.err).toContain('Go on with what the folder recorded by `marl train --resume run`');
  });

  test('another training of the same file is named as that', async () => {
    const ran = await marl(['train', 'g.marl:Other', '--resume', '--out', 'run'], { cwd });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('run holds the training Learn, and Other is another: ');
    expect(ran.err).not.toContain('has changed');
  });
});

describe('what a killed process left', () => {
  const leave = (...names: readonly string[]) => {
    for (const name of names) writeFileSync(join(cwd, 'run', name), '{"half');
  };

  test.each([['--force'], ['--resume'], [undefined]])('half-written files are cleaned by train %s', async option => {
    leave('spec.json.new', 'summary.json.new', 'curve.svg.new', 'running.json.x.probe', 'seed-1/metrics.jsonl.new');
    const ran = await marl(['train', 'g.marl:Learn', '--out', 'run', ...(option === undefined ? [] : [option])], {
      cwd,
    });
    expect(ran.code, ran.all).toBe(0);
    same();
    expect(existsSync(join(cwd, 'run/seed-1/metrics.jsonl.new'))).toBe(false);
  });

  test('a folder with nothing but those is as good as empty, and files of others stay', async () => {
    rmSync(join(cwd, 'run'), { recursive: true });
    cpSync(join(cwd, 'sound/curve.csv'), join(cwd, 'run/spec.json.new'));
    expect((await marl(['train', 'g.marl:Learn', '--out', 'run'], { cwd })).code).toBe(0);
    same();
    leave('notes.txt.new');
    const ran = await marl(['train', 'g.marl:Learn', '--out', 'run', '--force'], { cwd });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('it holds notes.txt.new');
  });

  test('a lock of another machine: refused with its age, taken when it is old or on request', async () => {
    const lock = join(cwd, 'run/running.json');
    const held = () => writeFileSync(lock, JSON.stringify({ pid: 17, host: 'node17', token: 'theirs' }));
    cut();
    held();
    for (const more of [[], ['--force']]) {
      const refused = await marl(['train', '--resume', 'run', ...more], { cwd });
      expect(refused.code).toBe(1);
      expect(refused.err).toMatch(/process 17 on node17, last sign of life \d+ s ago.*or at once with --take-over/);
    }
    const then = statSync(lock).mtimeMs / 1000 - 301;
    utimesSync(lock, then, then);
    const late = await marl(['train', '--resume', 'run'], { cwd });
    expect(late.code, late.all).toBe(0);
    expect(late.err).toMatch(/run was held by process 17 on node17, last sign of life 6 min ago; it is taken for dead/);
    same();
    cut();
    held();
    const taken = await marl(['train', '--resume', 'run', '--take-over'], { cwd });
    expect(taken.code, taken.all).toBe(0);
    expect(taken.err).toContain('run was taken from process 17 on node17');
    same();
  });

  test('a training whose folder another one took writes no more, and says so', async () => {
    writeFileSync(
      join(cwd, 'long.marl'),
      program.replace('600 steps', '30_000_000 steps').replace('300 steps', '1_000 steps'),
    );
    const running = marl(['train', 'long.marl:Learn', '--out', 'taken', '--workers', '1'], { cwd });
    const lock = join(cwd, 'taken/running.json');
    while (!existsSync(join(cwd, 'taken/seed-1/metrics.jsonl'))) await new Promise(resolve => setTimeout(resolve, 20));
    const theirs = JSON.stringify({ pid: 17, host: 'node17', token: 'theirs' });
    writeFileSync(lock, theirs);
    const ran = await running;
    expect(ran.code, ran.all).toBe(1);
    expect(ran.err).toContain('another marl train has taken over (process 17 on node17)');
    expect(readFileSync(lock, 'utf8')).toBe(theirs);
    expect(existsSync(join(cwd, 'taken/summary.json'))).toBe(false);
  }, 60_000);
});

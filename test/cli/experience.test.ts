/** What a new user meets: tables in words, sweeps, one seat at the table, warnings that concern them, the next step. */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workingFolder } from '../../cli/io.ts';
import { marl, marlJson } from './run.ts';

const program = `enum Card { Low, High }
game Guess(rounds: 1..4 = 2) {
  agents Holder, Other
  actions { Yes, No }
  state {
    card: Card
    said: seq<Action, 4> = []
  }
  init { card ~ uniform(Card) }
  turn = if time % 2 == 0 then Holder else Other
  step { next said = said + [action[turn]] }
  observe[Holder] { card, said }
  observe[Other] { said }
  reward zero_sum Holder = if turn == Holder then 0 else if (action[turn] == Yes) == (card == High) then -1 else 1
  horizon rounds
}
game Fixed = Guess(rounds: 2)
train Learn on Guess {
  algorithm IQL { alpha = 0.1  epsilon = 0.5 }
  budget 2_000 steps
  seeds 1..2
}
sweep Rates of Learn {
  algorithm.alpha in [0.1, 0.5]
  envs in [1, 2]
}
train Both on Fixed {
  algorithm MinimaxQ
  budget 500 steps
}
`;

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-experience-'));
  writeFileSync(join(cwd, 'guess.marl'), program);
  expect((await marl(['train', 'guess.marl:Learn', '--out', 'run'], { cwd })).code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('tables in words', () => {
  test('train and eval name what was observed', async () => {
    const evaluated = await marl(['eval', 'run', '--episodes', '20'], { cwd });
    const trained = await marl(['train', 'guess.marl:Learn', '--out', 'run', '--force'], { cwd });
    for (const { out, code } of [evaluated, trained]) {
      expect(code).toBe(0);
      expect(out).toMatch(/^ {2}card=High said=\[\] +/m);
      expect(out).toMatch(/^ {2}said=\[Yes\] +/m);
      expect(out).not.toMatch(/^ {2}[01]( [01])+ /m);
    }
    expect(trained.out.trimEnd().split('\n').at(-1)).toBe('written to run; next: marl eval run');
    expect(evaluated.out.trimEnd().split('\n').at(-1)).toBe('next: marl play guess.marl:Learn --policy run');
  });

  test('--json has them too, with the numbers of the learner', async () => {
    const { json } = await marlJson(['eval', 'run', '--episodes', '20'], { cwd });
    const learned = json.learned as { seed: number; tables: Record<string, unknown>[] };
    expect(learned.seed).toBe(1);
    expect(learned.tables.map(t => [t.agent, t.quantity, t.observations])).toEqual([
      ['Holder', 'Q', 2],
      ['Other', 'Q', 2],
    ]);
    const rows = learned.tables.flatMap(t => t.table as { observation: string; numbers: number[]; values: object }[]);
    expect(rows.map(r => r.observation).sort()).toEqual([
      'card=High said=[]',
      'card=Low said=[]',
      'said=[No]',
      'said=[Yes]',
    ]);
    expect(rows.find(r => r.observation === 'card=High said=[]')?.numbers).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(Object.keys(rows[0]?.values ?? {})).toEqual(['Yes', 'No']);
  });

  test('long tables are cut, with a count', async () => {
    writeFileSync(
      join(cwd, 'wide.marl'),
      'game Wide {\n  agents A\n  actions = 0..19\n  state { n: 0..39 = 0 }\n  step { next n = (n + 1 + action[A]) % 40 }\n  reward = if next n == 0 then 1 else 0\n  horizon 40\n}\ntrain T on Wide { algorithm IQL { epsilon = 1 } budget 4_000 steps }\n',
    );
    const { out } = await marl(['train', 'wide.marl'], { cwd });
    expect(out).toContain('A (greedy action and its Q)');
    expect(out).toMatch(/^ {2}n=0 +\d+ +\S+$/m);
    expect(out).toContain('... and 28 more observations');
  });

  test('rounds that were not played yet', async () => {
    writeFileSync(
      join(cwd, 'again.marl'),
      'game Pd {\n  agents A, B\n  actions { C, D }\n  payoff {\n       C  D\n    C: 1  0\n    D: 0  2\n  }\n}\ntrain T on repeated(Pd, rounds: 3) { algorithm CentralQ { epsilon = 1 } budget 500 steps }\n',
    );
    const { out } = await marl(['train', 'again.marl', '--out', 'again'], { cwd });
    expect(out).toContain('A 1 round ago=- B 1 round ago=-');
    expect(out).toContain('A 1 round ago=C B 1 round ago=D');
  });
});

describe('zero-sum games', () => {
  test('each agent has its return, and no column is always 0', async () => {
    const trained = await marl(['train', 'guess.marl:Learn', '--out', 'run', '--force'], { cwd });
    expect(trained.out).toMatch(/^ {2}seed +steps +episodes +episode length +Holder +Other$/m);
    expect(trained.out).toMatch(/^over 2 seeds: return of Holder -?[\d.]+/m);
    expect(trained.out).not.toContain('undiscounted');
    expect((await marl(['eval', 'run'], { cwd })).out).toMatch(/^seed +Holder +Other +length$/m);
  });

  test('--json keeps its fields', async () => {
    const { json } = await marlJson(['eval', 'run'], { cwd });
    expect(json.seeds).toMatchObject([
      { seed: 1, return: { mean: 0 }, returns: { Holder: {}, Other: {} } },
      { seed: 2 },
    ]);
  });
});

describe('sweeps', () => {
  const folders = [
    'Rates_alpha=0.1_envs=1',
    'Rates_alpha=0.1_envs=2',
    'Rates_alpha=0.5_envs=1',
    'Rates_alpha=0.5_envs=2',
  ];

  test('say where each run lies; eval lists them again', async () => {
    const trained = await marl(['train', 'guess.marl:Rates'], { cwd });
    expect(trained.code).toBe(0);
    for (const folder of folders) {
      expect(existsSync(join(cwd, 'runs', 'Rates', folder, 'summary.json'))).toBe(true);
      expect(trained.out).toContain(join('runs', 'Rates', folder));
    }
    const listed = await marl(['eval', 'runs/Rates'], { cwd });
    expect(listed.code).toBe(0);
    expect(listed.out).toMatch(/^run +return of Holder +seeds +folder$/m);
    expect(listed.out).toMatch(
      /^Rates\[alpha=0\.5, envs=2\] +-?[\d.]+( \+- [\d.]+)? +2 +runs\/Rates\/Rates_alpha=0\.5_envs=2$/m,
    );
    const table = (text: string): string | undefined => /^run .*(?:\n.+)*/m.exec(text)?.[0];
    expect(table(listed.out)).toBe(table(trained.out));
    const { json } = await marlJson(['eval', 'runs/Rates'], { cwd });
    expect(json).toMatchObject({ verb: 'eval', ok: true, out: 'runs/Rates', damaged: [] });
    const runs = json.runs as { name: string; out: string; finished: boolean; metric: object }[];
    expect(runs.map(r => r.out)).toEqual(folders.map(f => join('runs/Rates', f)));
    expect(runs[0]).toMatchObject({
      name: 'Rates[alpha=0.1, envs=1]',
      finished: true,
      metric: { of: 'return of Holder', mean: expect.any(Number), stderr: expect.any(Number) },
    });
    expect((await marl(['eval', join('runs/Rates', folders[0] as string)], { cwd })).code).toBe(0);
  });

  test('a damaged run is named, a folder of something else is no sweep', async () => {
    mkdirSync(join(cwd, 'mixed', 'bad'), { recursive: true });
    writeFileSync(join(cwd, 'mixed', 'bad', 'spec.json'), '{');
    expect((await marl(['eval', 'mixed'], { cwd })).code).toBe(1);
    await marl(['train', 'guess.marl:Both', '--out', 'mixed/good'], { cwd });
    const listed = await marl(['eval', 'mixed'], { cwd });
    expect(listed.code).toBe(0);
    expect(listed.err).toContain(`${join('mixed', 'bad', 'spec.json')} is damaged`);
    const foreign = await marl(['eval', '.'], { cwd: join(cwd, 'mixed', 'bad') });
    expect(foreign.code).toBe(1);
  });
});

describe('one seat at the table', () => {
  test('--as shows nothing but what the agent sees', async () => {
    const moves = { cwd, stdin: 'Yes\nq\n' };
    const { out, code } = await marl(['play', 'guess.marl:Guess', '--as', 'Other', '--seed', '3'], moves);
    expect(code).toBe(0);
    expect(out).toContain('You are Other; chance moves the others.');
    expect(out).toContain('Other sees');
    expect(out).not.toMatch(/Holder|card|Low|High/);
    const whole = await marl(['play', 'guess.marl:Guess', '--seed', '3'], moves);
    expect(whole.out).toMatch(/card +(Low|High)/);
  });

  test('the policy moves the others; undo goes back to the own choice', async () => {
    const { json } = await marlJson(['play', 'guess.marl:Guess', '--as', 'Other', '--policy', 'run'], {
      cwd,
      stdin: 'Yes\nu\nNo\nq\n',
    });
    expect(json.state).toBeNull();
    expect(json.steps).toEqual([
      { actions: {}, rewards: { Other: 0 }, ended: 'running' },
      { actions: { Other: 'No' }, rewards: { Other: expect.any(Number) }, ended: 'truncated' },
    ]);
    expect(Object.keys(json.returns as object)).toEqual(['Other']);
  });

  test('an agent that the game does not have', async () => {
    const { err, code } = await marl(['play', 'guess.marl:Guess', '--as', 'Othr'], { cwd });
    expect(code).toBe(2);
    expect(err).toContain('Guess has no agent `Othr`.');
    expect(err).toContain('The nearest name is `Other`.');
  });

  test('a game in which the agent never acts does not run for ever', async () => {
    writeFileSync(
      join(cwd, 'idle.marl'),
      'game Idle {\n  agents A, B\n  actions { X, Y }\n  state { n: 0..1 = 0 }\n  turn = A\n  step { next n = 1 - n }\n  reward = if action[turn] == X then n else 0\n  discount 0.9\n}\n',
    );
    const { code, out } = await marl(['play', 'idle.marl', '--as', 'B'], { cwd, stdin: 'q\n' });
    expect(code).toBe(0);
    expect(out).toContain('nothing to choose; Enter goes on');
  });
});

describe('a policy of another game', () => {
  test('other parameters are refused by naming both', async () => {
    const { err, code } = await marl(['play', 'guess.marl:Guess', '--set', 'rounds=4', '--policy', 'run'], { cwd });
    expect(code).toBe(1);
    expect(err).toContain('the policy in run was learned in Guess(rounds: 2), but this game is Guess(rounds: 4).');
    expect(err).toContain('marl play guess.marl:Learn --policy run');
  });

  test('another name for the same game is the same game', async () => {
    expect((await marl(['play', 'guess.marl:Fixed', '--policy', 'run'], { cwd, stdin: 'p\nq\n' })).code).toBe(0);
  });

  test('the command that the refusal names works, with what was set', async () => {
    await marl(['train', 'guess.marl:Learn', '--out', 'four', '--set', 'rounds=4'], { cwd });
    const { err } = await marl(['play', 'guess.marl:Guess', '--policy', 'four'], { cwd });
    expect(err).toContain('was learned in Guess(rounds: 4), but this game is Guess(rounds: 2).');
    const command = /`marl (play [^`]*)`/.exec(err)?.[1] ?? '';
    expect(command).toBe('play guess.marl:Learn --set rounds=4 --policy four');
    expect((await marl(command.split(' '), { cwd, stdin: 'p\nq\n' })).code).toBe(0);
  });
});

describe('warnings', () => {
  beforeAll(() => {
    // A pattern that can never be chosen is warned of, once per game.
    const game = (name: string): string =>
      `game ${name} {\n  agents A\n  actions { X, Y }\n  reward = match action[A] {\n    X => 1\n    Y => 0\n    _ => 2\n  }\n  horizon 3\n}\ntrain T${name} on ${name} { algorithm IQL budget 100 steps }\n`;
    writeFileSync(join(cwd, 'warned.marl'), ['One', 'Two', 'Three'].map(game).join(''));
  });

  test('only those that concern what was asked for are shown, the others are counted', async () => {
    const { json } = await marlJson(['check', 'warned.marl'], { cwd });
    const all = json.diagnostics as { severity: string; message: string; range: { start: { line: number } } }[];
    const own = all.filter(d => d.range.start.line > 11 && d.range.start.line <= 22);
    expect(all.length).toBe(3 * own.length);
    expect(own.length).toBeGreaterThan(0);
    const { err, code } = await marl(['train', 'warned.marl:TTwo', '--out', 'warned'], { cwd });
    expect(code).toBe(0);
    expect(err.match(/^warning\[/gm)).toHaveLength(own.length);
    expect(err).toContain(`${2 * own.length} more warnings: marl check warned.marl`);
  });

  test('--json keeps all of them', async () => {
    const { json } = await marlJson(['train', 'warned.marl:TTwo', '--out', 'warned', '--force'], { cwd });
    const checked = await marlJson(['check', 'warned.marl'], { cwd });
    expect(json.diagnostics).toEqual(checked.json.diagnostics);
  });
});

describe('--set reaches into games made of games', () => {
  const infoOf = async (target: string, ...set: string[]) =>
    marlJson(['info', target, ...set.flatMap(s => ['--set', s])], { cwd });

  beforeAll(() =>
    writeFileSync(
      join(cwd, 'made.marl'),
      'game Base(gain: 1..9 = 2, discount: 0..1 = 1) {\n  agents A, B\n  actions { X, Y }\n  reward[p: agents] = if action[p] == X then gain else discount\n}\ngame Small = Base(gain: 3)\ngame Smaller = Small\ngame Again = repeated(Base, rounds: 2)\ntrain T on repeated(Base, rounds: 2) {\n  algorithm IQL\n  budget 100 steps\n}\n',
    ),
  );

  test.each([
    ['Small', 'gain=5', { gain: '5' }],
    ['Smaller', 'gain=5', { gain: '5' }],
    ['Again', 'gain=5', { gain: '5', rounds: '2' }],
    ['Again', 'rounds=7', { gain: '2', rounds: '7' }],
  ])('%s --set %s', async (name, set, params) => {
    const { code, json } = await infoOf(`made.marl:${name}`, set);
    expect(code).toBe(0);
    expect(json.params).toMatchObject(params);
  });

  test('a training on an unnamed repetition', async () => {
    const { code, out } = await marl(['train', 'made.marl', '--out', 'made', '--set', 'rounds=5'], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}1 +100 +20 /m);
  });

  test.each([
    ['Small', 'gian=5', 'Did you mean `gain`?'],
    ['Small', 'zzzz=5', 'It has: gain of Base, discount of Base.'],
    [
      'Again',
      'discount=1',
      'It has: rounds of repeated(Base), memory of repeated(Base), discount of repeated(Base), horizon of repeated(Base), gain of Base, discount of Base.',
    ],
  ])('%s --set %s is refused', async (name, set, remedy) => {
    const { code, json } = await infoOf(`made.marl:${name}`, set);
    expect(code).toBe(1);
    expect(json.diagnostics).toMatchObject([{ name: 'unknown-argument', remedy }]);
  });

  test.each([
    ['Again', 'rounds=0'],
    ['Again', 'gain=50'],
    ['Again', 'gain=X'],
    ['Small', 'gain=50'],
  ])('%s --set %s: the value is checked', async (name, set) => {
    const { code, json } = await infoOf(`made.marl:${name}`, set);
    expect(code).toBe(1);
    expect((json.diagnostics as unknown[]).length).toBeGreaterThan(0);
  });
});

describe('npm run marl', () => {
  test('paths start where npm was called, for the own script of the checkout only', () => {
    const root = realpathSync(cwd);
    const called = join(root, 'somewhere');
    const env = { npm_lifecycle_event: 'marl', INIT_CWD: called };
    expect(workingFolder(env, root, root)).toBe(called);
    expect(workingFolder({ ...env, npm_lifecycle_event: 'test' }, root, root)).toBe(root);
    expect(workingFolder(env, join(root, 'mixed'), root)).toBe(join(root, 'mixed'));
    expect(workingFolder({ INIT_CWD: called }, root, root)).toBe(root);
    expect(workingFolder({ ...env, INIT_CWD: 'relative' }, root, root)).toBe(root);
  });
});

describe('the next step', () => {
  test.each([
    [['check', 'guess.marl'], 'next: marl train guess.marl:Learn'],
    [['info', 'guess.marl:Guess', '--set', 'rounds=3'], 'next: marl train guess.marl:Learn --set rounds=3'],
    [['info', 'std.games.PrisonersDilemma'], 'next: marl solve std.games.PrisonersDilemma'],
    [['solve', 'std.games.PrisonersDilemma'], 'next: marl train std.games.PrisonersDilemma'],
    [['simulate', 'made.marl:Small', '--steps', '100'], 'next: marl play made.marl:Small'],
    [['new', 'fresh'], 'next: marl check fresh.marl && marl train fresh.marl'],
  ])('%j', async (args, last) => {
    const { out, code } = await marl(args, { cwd });
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n').at(-1)).toBe(last);
  });

  test('none behind standard input, nor behind errors', async () => {
    expect((await marl(['check', '-'], { cwd, stdin: program })).out).not.toContain('next:');
    expect((await marl(['check', '-'], { cwd, stdin: 'game' })).out).not.toContain('next:');
  });
});

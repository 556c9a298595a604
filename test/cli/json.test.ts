/** `--json`: every verb prints one object with the documented fields, and nothing else. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marl, marlJson } from './run.ts';

let cwd: string;

const matching = `game Match {
  agents Even, Odd
  actions { Heads, Tails }
  payoff {
            Heads     Tails
    Heads: (1, -1)   (-1, 1)
    Tails: (-1, 1)   (1, -1)
  }
}
solve minimax of Match
solve Free: pure of Match
train Learn on Match {
  algorithm IQL { alpha = 0.1  epsilon = 0.2 }
  budget 1_000 steps
  seeds 1..2
}
sweep Rates of Learn { algorithm.alpha in [0.1, 0.2] }
`;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-json-'));
  writeFileSync(join(cwd, 'match.marl'), matching);
  writeFileSync(join(cwd, 'bad.marl'), 'game G {\n  agents A\n  actions { X }\n  reward = Y\n  horizon 1\n}\n');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('check', () => {
  test('a wrong program', async () => {
    const { code, json } = await marlJson(['check', 'bad.marl'], { cwd });
    expect(code).toBe(1);
    expect(json).toMatchObject({ verb: 'check', ok: false });
    const [first] = json.diagnostics as Record<string, unknown>[];
    expect(first).toMatchObject({
      code: expect.stringMatching(/^M\d{4}$/),
      name: expect.any(String),
      severity: 'error',
      file: 'bad.marl',
      range: { start: { line: 4, column: 12 }, end: { line: 4, column: 13 } },
      message: expect.any(String),
      related: expect.any(Array),
      fixes: expect.any(Array),
    });
  });

  test('a right program, and a failing assertion', async () => {
    const { code, json } = await marlJson(['check', 'match.marl'], { cwd });
    expect(code).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      diagnostics: [],
      games: [{ file: 'match.marl', name: 'Match', class: '2-player zero-sum normal-form game' }],
    });
    const claim = await marlJson(['check', '-'], {
      cwd,
      stdin: `${matching}assert common_reward of Match\nassert zero_sum of Match`,
    });
    expect(claim.code).toBe(1);
    expect(claim.json.asserts).toMatchObject([
      { claim: 'common_reward', status: 'failed' },
      { claim: 'zero_sum', status: 'proved' },
    ]);
    expect(claim.json.diagnostics).toMatchObject([{ name: 'assertion-failed', file: '<stdin>' }]);
  });

  test('several files', async () => {
    const { code, json } = await marlJson(['check', 'match.marl', 'bad.marl', 'missing.marl'], { cwd });
    expect(code).toBe(1);
    const files = (json.diagnostics as { file: string }[]).map(d => d.file);
    expect(files).toContain('bad.marl');
    expect(files).toContain('missing.marl');
    expect(files).not.toContain('match.marl');
  });
});

test('info', async () => {
  const { code, json } = await marlJson(['info', 'std.games.Kuhn'], { cwd });
  expect(code).toBe(0);
  expect(json).toMatchObject({
    verb: 'info',
    ok: true,
    name: 'Kuhn',
    class: '2-player zero-sum extensive-form game with hidden information',
    rewards: 'zero-sum',
    observed: 'partly',
    states: 54,
    terminals: 30,
    horizon: null,
    discount: 1,
    rewardBounds: [
      { agent: 'First', low: -2, high: 2 },
      { agent: 'Second', low: -2, high: 2 },
    ],
  });
  expect(json.agents).toMatchObject([
    { name: 'First', actions: ['Pass', 'Bet'], realActions: 0, observation: 9 },
    { name: 'Second' },
  ]);
  const facts = json.facts as { property: string; status: string; witness?: { state: string | null } }[];
  expect(facts.find(f => f.property === 'zero_sum')).toMatchObject({ status: 'proved', how: expect.any(String) });
  expect(facts.find(f => f.property === 'common_reward')?.witness?.state).toContain('card[First]');
});

test('info on a game too large to list says so and still knows what its form shows', async () => {
  const { json } = await marlJson(['info', 'std.games.ConnectFour', '--states', '1000'], { cwd });
  expect(json).toMatchObject({
    states: null,
    terminals: null,
    statesNote: expect.stringContaining('more than 1,000 states'),
    rewards: 'zero-sum',
  });
});

test('solve: the first answer on top, all of them in a list', async () => {
  const { code, json } = await marlJson(['solve', 'match.marl'], { cwd });
  expect(code).toBe(0);
  expect(json).toMatchObject({
    verb: 'solve',
    concept: 'minimax',
    method: 'linear_program',
    values: { Even: 0, Odd: 0 },
    strategies: [{ strategies: { Even: { Heads: '1/2', Tails: '1/2' } } }],
    certificate: { kind: 'minimax', regret: { Even: 0, Odd: 0 } },
  });
  expect((json.answers as { concept: string }[]).map(a => a.concept)).toEqual(['minimax', 'pure']);
});

test('simulate', async () => {
  const { code, json } = await marlJson(['simulate', 'match.marl', '--steps', '10000', '--envs', '16', '--seed', '7'], {
    cwd,
  });
  expect(code).toBe(0);
  expect(json).toMatchObject({
    verb: 'simulate',
    steps: 10000,
    episodes: 10000,
    seconds: expect.any(Number),
    stepsPerSecond: expect.any(Number),
  });
  const { Even, Odd } = json.returns as Record<string, { mean: number; stderr: number }>;
  expect(Even?.mean).toBeCloseTo(-(Odd?.mean as number), 12);
  expect(Math.abs(Even?.mean as number)).toBeLessThan(4 * (Even?.stderr as number));
  const again = await marlJson(['simulate', 'match.marl', '--steps', '10000', '--envs', '16', '--seed', '7'], { cwd });
  expect(again.json.returns).toEqual(json.returns);
});

test('a solve that is refused does not stop the others', async () => {
  // What can never run is refused when it is checked; that there are too many states shows only when they are listed.
  const long =
    'game Long { agents One  actions { X, Y }  state { n: 0..99 = 0 }  step { next n = min(99, n + 1) }  reward = n  end when n == 99 }\n';
  const several = `${matching}${long}solve Common: optimal of Long\nsolve Last: nash of Match\n`;
  writeFileSync(join(cwd, 'several.marl'), several);
  const { code, json } = await marlJson(['solve', 'several.marl', '--states', '50'], { cwd });
  expect(code).toBe(1);
  const answers = json.answers as Record<string, unknown>[];
  expect(answers.map(a => [a.name, 'refused' in a])).toEqual([
    ['minimax of Match', false],
    ['Free', false],
    ['Common', true],
    ['Last', false],
  ]);
  expect(json).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('Long cannot be solved'), exit: 1 },
  });
  const text = await marl(['solve', 'several.marl', '--states', '50'], { cwd });
  expect(text.out).toContain('Last: nash of Match by');
  expect(text.err).toContain('Long cannot be solved');
});

describe('train, eval, play with the policy, emit', () => {
  test('train writes a folder and prints the last metrics; eval reads it', async () => {
    const { code, json } = await marlJson(['train', 'match.marl:Learn', '--out', 'run'], { cwd });
    expect(code).toBe(0);
    expect(json).toMatchObject({
      verb: 'train',
      ok: true,
      name: 'Learn',
      algorithm: 'IQL',
      seeds: [1, 2],
      out: 'run',
      interrupted: false,
    });
    const metrics = json.metrics as { seed: number; step: number; reason: string; returns: Record<string, unknown> }[];
    expect(metrics.map(m => m.seed)).toEqual([1, 2]);
    expect(metrics[0]).toMatchObject({
      step: 1000,
      reason: 'budget',
      returns: { Even: { mean: expect.any(Number) }, Odd: {} },
    });
    for (const file of ['spec.json', 'metrics.jsonl', 'summary.json', 'seed-1/step-1000/tensors.safetensors'])
      expect(existsSync(join(cwd, 'run', file))).toBe(true);

    const evaluated = await marlJson(['eval', 'run', '--episodes', '50'], { cwd });
    expect(evaluated.code).toBe(0);
    expect(evaluated.json).toMatchObject({
      verb: 'eval',
      episodes: 50,
      seeds: [{ seed: 1, returns: { Even: {}, Odd: {} } }, { seed: 2 }],
    });

    const played = await marlJson(['play', 'match.marl', '--policy', 'run'], { cwd, stdin: 'p\np\nq\n' });
    expect(played.code).toBe(0);
    expect(played.json.steps).toMatchObject([
      { actions: { Even: expect.any(String), Odd: expect.any(String) }, ended: 'terminated' },
    ]);
    const other = await marl(['play', 'std.games.Kuhn', '--policy', 'run'], { cwd });
    expect(other.code).toBe(1);
    expect(other.err).toContain('was learned in Match, but this game is Kuhn.');
  });

  test('the same seed gives the same metrics, whatever the number of workers', async () => {
    await marlJson(['train', 'match.marl:Learn', '--out', 'one', '--workers', '1'], { cwd });
    await marlJson(['train', 'match.marl:Learn', '--out', 'two', '--workers', '2'], { cwd });
    expect(readFileSync(join(cwd, 'one/metrics.jsonl'), 'utf8')).toBe(
      readFileSync(join(cwd, 'two/metrics.jsonl'), 'utf8'),
    );
  });

  test('a sweep trains every run into a folder of its own', async () => {
    const { code, json } = await marlJson(['train', 'match.marl:Rates', '--seed', '5'], { cwd });
    expect(code).toBe(0);
    const runs = json.runs as { name: string; out: string; seeds: number[] }[];
    expect(runs).toHaveLength(2);
    for (const run of runs) {
      expect(run.seeds).toEqual([5]);
      expect(existsSync(join(cwd, run.out, 'metrics.jsonl'))).toBe(true);
    }
  });

  test('Ctrl-C writes a checkpoint, and --resume gives what an undisturbed run gives', async () => {
    const long = matching.replace('budget 1_000 steps', 'budget 3_000_000 steps');
    writeFileSync(join(cwd, 'long.marl'), long);
    const stopped = await marl(['train', 'long.marl:Learn', '--seed', '3', '--out', 'stopped'], {
      cwd,
      interruptAfter: 300,
    });
    expect(stopped.code).toBe(130);
    expect(stopped.out).toContain('go on with: marl train --resume stopped');
    const evaluated = await marlJson(['eval', 'stopped', '--episodes', '5'], { cwd });
    expect(evaluated.json.finished).toBe(false);
    expect((await marl(['eval', 'stopped', '--episodes', '5'], { cwd })).out).toContain('interrupted: seed 3');
    const anew = await marl(['train', 'long.marl:Learn', '--seed', '3', '--out', 'stopped'], { cwd });
    expect(anew.code).toBe(1);
    expect(anew.err).toContain('interrupted before its end');
    expect(anew.err).toContain('marl train --resume stopped');
    const resumed = await marl(['train', 'long.marl:Learn', '--seed', '3', '--out', 'stopped', '--resume'], { cwd });
    expect(resumed.code).toBe(0);
    await marl(['train', 'long.marl:Learn', '--seed', '3', '--out', 'whole'], { cwd });
    expect(readFileSync(join(cwd, 'stopped/metrics.jsonl'), 'utf8')).toBe(
      readFileSync(join(cwd, 'whole/metrics.jsonl'), 'utf8'),
    );
    writeFileSync(join(cwd, 'long.marl'), long.replace('alpha = 0.1', 'alpha = 0.3'));
    const changed = await marl(['train', 'long.marl:Learn', '--seed', '3', '--out', 'stopped', '--resume'], { cwd });
    expect(changed.code).toBe(1);
    expect(changed.err).toContain('Learn has changed since stopped was written: alpha was 0.1 and is 0.3.');
  });

  test('an earlier run is replaced only by the same training, or by force', async () => {
    const first = await marlJson(['train', 'match.marl:Learn', '--seed', '9', '--seed', '9', '--out', 'kept'], { cwd });
    expect(first.json.seeds).toEqual([9]);
    const tables = readFileSync(join(cwd, 'kept/seed-9/step-1000/tensors.safetensors'));
    expect((await marl(['train', 'match.marl:Learn', '--seed', '9', '--out', 'kept'], { cwd })).code).toBe(0);
    const other = await marl(['train', 'match.marl:Learn', '--out', 'kept'], { cwd });
    expect(other.code).toBe(1);
    expect(other.err).toContain('kept holds another training');
    expect(other.err).toContain('--force');
    expect(readFileSync(join(cwd, 'kept/seed-9/step-1000/tensors.safetensors'))).toEqual(tables);
    expect((await marl(['train', 'match.marl:Learn', '--out', 'kept', '--force'], { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, 'kept/seed-9'))).toBe(false);
  });

  test('evaluation episodes that do not end are counted', async () => {
    const endless = `game Endless {\n  agents A\n  actions { X, Y }\n  state { on: bool = true }\n  step { next on = not on }\n  reward = 1\n  discount 0.9\n}\n`;
    const learn =
      'train Learn on Endless {\n  algorithm IQL\n  budget 100 steps\n  evaluate every 50 steps for 7 episodes\n}\n';
    writeFileSync(join(cwd, 'endless.marl'), endless + learn);
    const { out, code } = await marl(['train', 'endless.marl'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('7 of 7 evaluation episodes did not end and were cut after 132 steps');
    expect(out).toContain('return: what an episode gives, undiscounted');
  });

  test('emit writes a program and refuses to replace it', async () => {
    const { code, json } = await marlJson(['emit', 'match.marl:Learn', '-o', 'own'], { cwd });
    expect(code).toBe(0);
    expect(json).toMatchObject({
      verb: 'emit',
      out: 'own',
      files: [join('own', 'Learn.ts'), join('own', 'Learn.game.ts')],
    });
    expect((await marl(['emit', 'match.marl:Learn', '-o', 'own'], { cwd })).code).toBe(1);
    expect((await marl(['emit', 'match.marl:Learn', '-o', 'own', '--force'], { cwd })).code).toBe(0);
  });
});

describe('explain, doctor, new, play', () => {
  test.each([
    [['explain', 'IQL'], { topic: 'IQL', settings: expect.any(Array) }],
    [
      ['explain', 'minimax'],
      { topic: 'minimax', equations: expect.stringContaining('max_x min_y'), methods: expect.any(Array) },
    ],
    [
      ['explain', 'cfr'],
      {
        topic: 'cfr',
        methods: [{ concept: 'nash', method: 'cfr', equations: expect.stringContaining('max(0, R(h, a))') }],
      },
    ],
    [['explain', 'zero_sum'], { topic: 'zero_sum', doc: expect.any(String) }],
    [
      ['explain', 'M0201'],
      { code: 'M0201', name: 'unknown-name', explanation: expect.any(String), example: expect.any(String) },
    ],
    [['explain', 'unclosed-delimiter'], { code: 'M0111' }],
    [['explain', 'codes'], { codes: expect.any(Array) }],
    [['doctor'], { node: process.versions.node, findings: expect.any(Array) }],
    [['new', 'fresh.marl', '--template', 'grid'], { file: 'fresh.marl', game: 'Fresh', template: 'grid' }],
  ])('%j', async (args, fields) => {
    const { code, json } = await marlJson(args, { cwd });
    expect(code).toBe(0);
    expect(json).toMatchObject({ verb: args[0], ok: true, diagnostics: [], ...fields });
  });

  test('play takes moves from standard input', async () => {
    const { json } = await marlJson(['play', 'match.marl'], { cwd, stdin: 'Heads\nTails\n' });
    expect(json).toMatchObject({ verb: 'play', ended: 'terminated', returns: { Even: -1, Odd: 1 } });
  });
});

describe('errors are objects too', () => {
  test.each([
    [['solve', 'match.marl:Fee'], 2],
    [['train', 'match.marl:Lern'], 2],
    [['info', 'std.games.Khun'], 1],
    [['simulate', 'match.marl', '--steps', 'many'], 2],
    [['solve', 'match.marl', '--concept', 'optimal'], 1],
    [['eval', 'nowhere'], 1],
    [['explain', 'nothing-at-all'], 2],
  ])('%j', async (args, exit) => {
    const { code, json } = await marlJson(args, { cwd });
    expect(code).toBe(exit);
    expect(json).toMatchObject({ verb: args[0], ok: false, error: { message: expect.any(String), exit } });
  });
});

/** Remedies say where a thing belongs, suggest names of the same kind, and their fixes give programs that parse. */
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { compile } from '../../compiler/index.ts';
import { parse } from '../../grammar/index.ts';
import { marl, marlJson } from '../cli/run.ts';
import { memoryHost } from '../support/memory-host.ts';

const cwd = import.meta.dirname;

const game = 'game Foo { agents A, B actions { X, Y } state { n: 0..5 = 0 } reward = n horizon 3 }\n';

const found = (text: string): readonly Diagnostic[] => compile(memoryHost({ 'a.marl': text }), 'a.marl').diagnostics;
const only = (text: string): Diagnostic => {
  const all = found(text);
  expect(all.map(one => one.code)).toHaveLength(1);
  return all[0] as Diagnostic;
};

/** The text with the fixes of its syntax errors, one after the other from the end. */
function fixed(text: string): string {
  const edits = parse(text).errors.flatMap(({ fix }) => fix?.edits ?? []);
  let out = text;
  for (const { span, text: by } of [...edits].sort((a, b) => b.span.start - a.span.start))
    out = `${out.slice(0, span.start)}${by}${out.slice(span.end)}`;
  return out;
}

describe('settings that belong elsewhere', () => {
  const train = (algorithm: string): string => `${game}train T on Foo { algorithm ${algorithm} budget 2_000 steps }\n`;

  test.each([
    ['IPPO { lr = 1e-4 }', 'write `optimizer = adam(lr: 1e-4)`'],
    ['MAPPO { learning_rate = 0.01 }', 'write `optimizer = adam(lr: 0.01)`'],
    ['IPPO { envs = 8 }', '`envs` is a clause of the training: write `envs 8` behind the braces'],
    ['IQL { seeds = 5 }', '`seeds` is a clause of the training'],
    ['IPPO { hidden_size = 64 }', 'write for example `network = mlp('],
  ])('%s', (algorithm, remedy) => {
    const one = only(train(algorithm));
    expect(one).toMatchObject({ code: 'M0603', fixes: [] });
    expect(one.remedy).toContain(remedy);
  });

  test('a tabular learner has its step size', () => {
    expect(only(train('IQL { lr = 0.1 }')).remedy).toBe('Did you mean `alpha`?');
  });
});

test.each([
  ['nash_equilibrium', 'nash'],
  ['correlated_equilibrium', 'correlated'],
  ['quantal_response_equilibrium', 'quantal_response'],
])('%s means %s', (name, meant) => {
  expect(only(`${game}solve ${name} of Foo\n`)).toMatchObject({ code: 'M0601', remedy: `Did you mean \`${meant}\`?` });
});

test('names of another kind are not suggested', () => {
  const value = only(game.replace('reward = n', 'reward = foo'));
  expect(value).toMatchObject({ code: 'M0201', fixes: [] });
  expect(value.remedy ?? '').not.toContain('Foo');
  expect(
    only(game.replace('n: 0..5 = 0', 'n: foo = 0').replace('reward = n', 'reward = 1')).remedy ?? '',
  ).not.toContain('Foo');
  expect(only(game.replace('reward = n', 'reward = fo(n)')).remedy ?? '').not.toContain('Foo');
  expect(only(game.replace('reward = n', 'reward = action[A] == x')).remedy).toBe('Did you mean `X`?');
});

test.each([
  ['10k', '10_000'],
  ['2M', '2_000_000'],
  ['1.5k', '1_500'],
  ['250K', '250_000'],
])('%s is written %s', (short, long) => {
  const text = `${game}train T on Foo { algorithm IQL budget ${short} steps }\n`;
  const [problem] = parse(text).errors;
  expect(problem).toMatchObject({ code: 'M0108', remedy: `Write \`${long}\`.` });
  expect(fixed(text)).toBe(text.replace(short, long));
});

describe('fixes of the syntax give programs that parse', () => {
  test.each([
    ['actions: X, Y', 'actions { X, Y }'],
    ['actions = X, Y', 'actions { X, Y }'],
    ['actions { X, Y }', 'actions { X, Y }'],
  ])('%s', (written, right) => {
    const text = `game G {\n  agents A, B\n  ${written}\n  reward = if action[A] == X then 1 else 0\n  horizon 1\n}\n`;
    expect(fixed(text)).toContain(`\n  ${right}\n`);
    expect(parse(fixed(text)).errors).toEqual([]);
  });

  test('agents in brackets', () => {
    const text = game.replace('agents A, B', 'agents = [A, B]');
    expect(parse(text).errors.map(one => one.code)).toEqual(['M0143']);
    expect(fixed(text)).toBe(game);
  });

  test('arguments with `=` are read as if they had a colon, so nothing else is wrong', () => {
    const text = `${stage}game R = repeated(PD, rounds = 20, memory = 1)\ntrain L on R { algorithm IQL { epsilon = 0.1 } budget 2_000 steps }\n`;
    expect(found(text).map(one => one.code)).toEqual(['M0144', 'M0144']);
    expect(found(fixed(text))).toEqual([]);
    expect(fixed(text)).toContain('repeated(PD, rounds: 20, memory: 1)');
  });

  test('parameters of declarations keep their defaults', () => {
    const text = `${stage.replace('game PD', 'game PD(gain = 3)')}`;
    expect(parse(text).errors.map(one => one.code)).not.toContain('M0144');
  });
});

const stage = 'game PD { agents A, B actions { C, D } payoff { C D\n C: (3, 3) (0, 5)\n D: (5, 0) (1, 1) } }\n';

test('a limit is told with both of its ends', () => {
  expect(only(`${stage}game R = repeated(PD, rounds: 1000000000)\n`).message).toBe(
    '`rounds` is a whole number from 1 to 1,000,000, but this is 1000000000.',
  );
});

test('a range that is not shown is not said to be reached', () => {
  const text = `game G { agents A, B actions { X, Y } state { n: 0..5 = 0, m: 0..5 = 0 }
    step { next n = if n > m then n - m else m - n } reward = n horizon 3 }\n`;
  const one = only(text);
  expect(one.message).toBe('`n` holds 0..5, but this is not shown to lie there: the ranges of its parts give -5..5.');
  expect(one.remedy).toMatch(/clamp.*abs/);
  expect(found(text.replace('if n > m then n - m else m - n', 'abs(n - m)'))).toEqual([]);
});

describe('critics', () => {
  const critic = (algorithm: string): Diagnostic =>
    only(`${game}train T on Foo { algorithm ${algorithm} critic reads { n } budget 20_000 steps }\n`);
  test('IPPO has its own', () => {
    expect(critic('IPPO').message).toContain("the critics of `IPPO` are the agents' own");
    expect(critic('IPPO').remedy).toContain('`MAPPO`');
  });
  test('IQL has none', () => expect(critic('IQL').message).toContain('`IQL` has no critic'));
});

describe('mixers', () => {
  const mixer = (body: string): Diagnostic => only(`mixer M { ${body} } igm\n`);

  test.each(['sum(w * square(best - q))', 'sum(square(best - q) * w)', 'dot(w, square(best - q))'])(
    '%s: what a positive weight weighs is at fault',
    total => {
      const one = mixer(`w = abs(hyper([agents])) total = ${total}`);
      expect(one.message).toContain('`square(best - q)`');
      expect(one.fixes.map(fix => fix.title)).not.toContain('Wrap it in `abs`');
    },
  );

  test('a weight that may be negative is at fault itself', () => {
    const one = mixer('w = hyper([agents]) total = sum(w * (q - best))');
    expect(one.message).toContain('`w`, which weighs an advantage');
    expect(one.fixes.map(fix => fix.title)).toContain('Wrap it in `abs`');
  });

  test('the shape of the total', () => {
    expect(mixer('total = sum(q) + hyper([1], of: actions)').message).toMatch(
      /^Shapes must fit: `total` is one number, but this is a 3 x 1 matrix/,
    );
  });
});

describe('numbers with hundreds of digits', () => {
  const tiny =
    'game G { agents A, B actions { X, Y } payoff { X Y\n X: (1e-300, 1) (0, 0)\n Y: (0, 0) (1, 1e-300) } }\n';

  test.each(['zero_sum', 'common_reward'])('%s', async claim => {
    const { json } = await marlJson(['check', '-'], { cwd, stdin: `${tiny}assert ${claim} of G\n` });
    const [one] = json.diagnostics as { code: string; message: string }[];
    expect(one?.code).toBe('M0701');
    expect(one?.message.length).toBeLessThan(300);
    expect(one?.message).toContain(claim === 'zero_sum' ? 'add up to ~1' : '1e-300');
  });

  test('a solver', async () => {
    const { out } = await marl(['solve', '-'], { cwd, stdin: `${tiny}solve welfare of G\n` });
    expect(out).not.toMatch(/0{20}/);
  });

  test('probabilities', () => {
    const text = `game G { agents A, B actions { X, Y } state { n: 0..1 = 0 }
      step { next n ~ categorical([1e-300, 0.5]) } reward = n horizon 4 }\n`;
    expect(only(text).message).toBe('Probabilities add up to 1, but these add up to ~0.5.');
  });
});

test('`--set` names the type that the parameter has', async () => {
  const { out, err } = await marl(['info', 'std.games.Foraging', '--set', 'size=abc'], { cwd });
  expect(out + err).toContain('Parameter `size` is 5..19, but it is given `abc`');
});

test('`marl test` is `marl check`', async () => {
  const { code, err } = await marl(['test', 'game.marl'], { cwd });
  expect(code).toBe(2);
  expect(err).toContain('`marl check FILE` decides the assertions');
});

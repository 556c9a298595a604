/** Sampled evaluations and declared reductions: what they are, and that nothing that is learned depends on them. */
import { describe, expect, test } from 'vitest';
import { fileHost, stdinPath } from '../../cli/host.ts';
import { emitGame } from '../../compiler/emit/game.ts';
import { compile } from '../../compiler/index.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { allocateBuffers } from '../../runtime/games/vector.ts';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { evaluate } from '../../runtime/train/evaluate.ts';
import { learnerFrom } from '../../runtime/train/policy.ts';
import { isDeep, learnerFor, trainSeed } from '../../runtime/train/run.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';

/** Every member of `Pack` earns what it is, the prey loses 2 in every step; two steps. */
const hunt = `game Hunt {
  agents Pack[3], Prey
  actions { Stay, Go }
  let worth: real[3] = [1, 3, 5]
  state { t: 0..1 = 0 }
  step { next t = 1 }
  reward[p: Pack] = if p == Pack[0] then 1 else if p == Pack[1] then 3 else 5
  reward[p: Prey] = -2
  horizon 2
}
`;

function compiled(text: string) {
  const program = compile(fileHost(import.meta.dirname, stdinPath, { text }), stdinPath);
  const [train] = program.trains;
  return { program, train, problems: program.diagnostics.filter(({ severity }) => severity === 'error') };
}

function trained(text: string): { readonly spec: TrainSpec; readonly game: ReturnType<typeof loadGame> } {
  const { train, problems } = compiled(text);
  if (train === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  const { model } = train.instantiate(new Map());
  if (model === undefined) throw new Error('no game');
  return {
    spec: train.spec,
    game: loadGame(emitGame(model, { types: false, module: 'function', state: isDeep(train.spec) })),
  };
}

const training = (algorithm: string, clauses: string, game = 'MatchingPennies'): string =>
  `import std.games.{Climbing, MatchingPennies, TwoStep}\n${game === 'Hunt' ? hunt : ''}train T on ${game} {\n  algorithm ${algorithm}\n  budget 400 steps  envs 4  seeds [3]\n  ${clauses}\n}\n`;

const often = 'evaluate every 100 steps for 40 episodes';

describe('a sampled evaluation', () => {
  test('plays the probabilities that were learned: its mean is their expectation', () => {
    const { spec, game } = trained(training('REINFORCE', `${often} sampled`, 'Climbing'));
    const { checkpoint } = trainSeed(spec, game, 3);
    const learner = learnerFrom(spec, game.spec, checkpoint);
    const buffers = allocateBuffers(game.spec, 1);
    game.create(1, 1, 0, buffers).reset();
    learner.begin?.();
    const p = new Float32Array(6);
    learner.probabilities?.(buffers, 1, Int32Array.of(-1, -1), p);
    // Claus and Boutilier 1998, table 2.
    const pays = [11, -30, 0, -30, 7, 6, 0, 0, 5];
    const mean = pays.reduce((sum, pay, k) => sum + pay * p[Math.floor(k / 3)]! * p[3 + (k % 3)]!, 0);
    const { shape } = learnerFor(spec, game.spec);
    const plan = (policy: object) => ({ ...spec, evaluate: { ...spec.evaluate, episodes: 4000, ...policy } });
    learner.begin?.();
    const drawn = evaluate(shape, plan({ policy: 'sampled' }), game.spec, game.create, learner, 5, 0);
    expect(drawn.policy).toBe('sampled');
    expect(drawn.return.stderr).toBeGreaterThan(0.1);
    expect(Math.abs(drawn.return.mean - mean)).toBeLessThan(4 * drawn.return.stderr);
    const likeliest = evaluate(shape, plan({ policy: undefined }), game.spec, game.create, learner, 5, 0);
    expect(likeliest.policy).toBe('greedy');
    expect(likeliest.return.stderr).toBe(0);
    expect(pays).toContain(likeliest.return.mean);
  });

  test('changes nothing that is learned, and nor does what is reported', () => {
    const [first, ...others] = [
      '',
      'sampled',
      'sampled report max over agents',
      'report sum per class',
      'report per agent',
    ].map(clauses => {
      const { spec, game } = trained(training('IPPO', `${often} ${clauses}`, 'TwoStep'));
      return trainSeed(spec, game, 3);
    });
    for (const { checkpoint } of others) expect(checkpoint).toEqual(first!.checkpoint);
    expect(others[0]!.metrics).not.toEqual(first!.metrics);
  });

  test('goes on after an interruption as if there had been none', () => {
    const { spec, game } = trained(training('IPPO', `${often} sampled report max over agents`, 'TwoStep'));
    const whole = trainSeed(spec, game, 3);
    let evaluations = 0;
    const hooks = { metrics: () => void evaluations++, stopped: () => evaluations === 2 };
    const half = trainSeed(spec, game, 3, hooks);
    expect(half.reason).toBe('interrupted');
    const rest = trainSeed(spec, game, 3, {}, half.checkpoint);
    expect([...half.metrics, ...rest.metrics]).toEqual(whole.metrics);
    expect(rest.checkpoint).toEqual(whole.checkpoint);
  });

  test('is there for exactly those learners that have a policy to sample', () => {
    for (const { name, stochastic } of algorithms) {
      const { problems, train } = compiled(training(name, `${often} sampled`));
      const refused = problems.filter(({ message }) => message.includes('`sampled`'));
      expect([name, refused.length]).toEqual([name, stochastic === true ? 0 : 1]);
      if (problems.length > 0 || train === undefined) continue;
      const { spec, game } = trained(training(name, `${often} sampled`));
      const { makeLearner } = learnerFor(spec, game.spec);
      expect([name, typeof makeLearner(allocateBuffers(game.spec, 4), 1).sample]).toEqual([name, 'function']);
    }
    const { problems } = compiled(training('IQL', `${often} sampled`));
    expect(problems).toMatchObject([
      {
        code: 'M0604',
        message:
          '`evaluate` is `greedy` with IQL, whose play follows from the values that it learns: it has no policy to sample, but this is `sampled`.',
      },
    ]);
  });
});

describe('a declared reduction', () => {
  const last = (clauses: string, game: string) => {
    const { spec, game: loaded } = trained(training('IQL', `${often} ${clauses}`, game));
    const { final, metrics } = trainSeed(spec, loaded, 3);
    return { final: final!, line: JSON.parse(metrics.at(-1)!) };
  };

  // Whatever is played, one of two opponents wins 1 and the other loses it, so the mean of the greatest is not the greatest mean.
  test.each([
    ['', 0, 'mean over agents'],
    ['report mean over agents', 0, 'mean over agents'],
    ['report sum over agents', 0, 'sum over agents'],
    ['report max over agents', 1, 'max over agents'],
    ['report min over agents', -1, 'min over agents'],
  ])('of opposed rewards: %s', (clauses, value, reduction) => {
    const { final, line } = last(clauses, 'MatchingPennies');
    expect(final.return).toEqual({ mean: value, stderr: 0 });
    expect(line).toMatchObject({ reduction, policy: 'greedy', return: { mean: value } });
  });

  test.each([
    ['report per class', 'mean over agents', (2 + 6 + 10 - 4) / 4, { Pack: 6, Prey: -4 }],
    ['report mean per class', 'mean over agents', (2 + 6 + 10 - 4) / 4, { Pack: 6, Prey: -4 }],
    ['team reward = sum report per class', 'sum over agents', 14, { Pack: 18, Prey: -4 }],
    ['report sum per class', 'sum over agents', 14, { Pack: 18, Prey: -4 }],
    ['report max per class', 'max over agents', 10, { Pack: 10, Prey: -4 }],
    ['report min per class', 'min over agents', -4, { Pack: 2, Prey: -4 }],
  ])('of classes: %s', (clauses, reduction, value, classes) => {
    const { line } = last(clauses, 'Hunt');
    expect(line.reduction).toBe(reduction);
    expect(line.return.mean).toBe(value);
    const means = Object.entries(line.classes as Record<string, { mean: number }>).map(([name, { mean }]) => [
      name,
      mean,
    ]);
    expect(Object.fromEntries(means)).toEqual(classes);
  });

  test.each([
    ['report average over agents', '`report` is `mean` or `sum` or `max` or `min`, but this is `average`.'],
    ['report per team', '`report per` is `agent` or `class`, but this is `team`.'],
    [
      'report mean per agent',
      '`report` is `per agent` without a word before it: there is nothing to reduce, but this is `mean`.',
    ],
    [`${often} sample`, '`evaluate` is `greedy` or `sampled`, but this is `sample`.'],
  ])('%s is refused', (clauses, message) => {
    expect(compiled(training('IQL', clauses)).problems).toMatchObject([{ code: 'M0604', message }]);
  });
});

/** When the first update comes, beside trainings that are run: none is made a vector step earlier, one is made then. */
import { describe, expect, test } from 'vitest';
import { emitGame } from '../../compiler/emit/game.ts';
import { compile } from '../../compiler/index.ts';
import { strictDiagnostics } from '../../compiler/strict/lint.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { firstUpdate, mostSteps } from '../../runtime/learners/first-update.ts';
import { learnerFor, trainSeed } from '../../runtime/train/run.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';
import { memoryHost } from '../support/memory-host.ts';

/** Episodes of 7 steps. */
const game = `game G {
  agents A, B
  actions { X, Y }
  state { n: 0..6 = 0 }
  step { next n = min(n + 1, 6) }
  reward = if action[A] == action[B] then 1 else 0
  observe { n }
  horizon 7
}
`;

function program(clauses: string) {
  return compile(
    memoryHost({
      'g.marl': `${game}train T on G {\n  ${clauses}\n  evaluate every 1_000_000 steps for 1 episodes\n}\n`,
    }),
    'g.marl',
  );
}

function trained(clauses: string): { readonly spec: TrainSpec; readonly updates: (budget: number) => number } {
  const checked = program(clauses);
  const [train] = checked.trains;
  const model = train?.instantiate(new Map()).model;
  const spec = model === undefined ? undefined : train?.specFor(model).spec;
  if (model === undefined || spec === undefined) throw new Error(JSON.stringify(checked.diagnostics));
  const loaded = loadGame(emitGame(model, { types: false, module: 'function', state: true }));
  return {
    spec,
    updates(amount) {
      const { metrics } = trainSeed({ ...spec, budget: { amount, unit: 'steps' } }, loaded, 1);
      return JSON.parse(metrics.at(-1) as string).learner.updates;
    },
  };
}

const episodes = { limit: 7, length: 7, bounded: true };

describe('the first update comes when it is said', () => {
  test.each([
    ['algorithm IDQN { batch = 8 }  budget 9 steps', 8],
    ['algorithm VDN { batch = 8  warmup = 30 }  budget 9 steps', 32],
    ['algorithm VDN { batch = 8  warmup = 30 }  budget 9 steps  envs 3', 30],
    ['algorithm IDQN { batch = 4  train_every = 50 steps }  budget 9 steps', 50],
    ['algorithm IDQN { batch = 4  train_every = 50 steps }  budget 9 steps  envs 4', 52],
    ['algorithm VDN { network = gru(4)  batch = 5 }  budget 9 steps', 35],
    ['algorithm VDN { network = gru(4)  batch = 5 }  budget 9 steps  envs 2', 42],
    ['algorithm VDN { network = gru(4)  batch = 5  window = 3 }  budget 9 steps', 14],
    ['algorithm VDN { network = gru(4)  batch = 5  train_every = 4 episodes  window = 3 }  budget 9 steps', 28],
    ['algorithm MADDPG { batch = 8  train_every = 10 steps }  budget 9 steps', 10],
    ['algorithm IPPO { rollout = 9 }  budget 9 steps  envs 2', 18],
    ['algorithm REINFORCE { rollout = 4 }  budget 9 steps', 7],
    ['algorithm COMA { rollout = 5 }  budget 9 steps', 5],
  ])('%s', (clauses, step) => {
    const { spec, updates } = trained(clauses);
    expect(firstUpdate(spec, episodes)?.step).toBe(step);
    expect(updates(step - spec.envs)).toBe(0);
    expect(updates(step)).toBeGreaterThan(0);
    const budget = { amount: step, unit: 'steps' } as const;
    expect(mostSteps({ ...spec, budget }, episodes)).toBe(step);
  });

  test('tables learn from every step', () => {
    const { spec } = trained('algorithm IQL  budget 9 steps');
    expect(firstUpdate(spec, episodes)).toBeUndefined();
    expect(learnerFor(spec, loadGame(emitted()).spec).algorithm.deep).not.toBe(true);
  });

  test('a replay that is smaller than what is waited for', () => {
    const { spec, updates } = trained('algorithm IDQN { batch = 8  warmup = 60  replay = 50 steps }  budget 9 steps');
    expect(firstUpdate(spec, episodes)?.step).toBe(Number.POSITIVE_INFINITY);
    expect(updates(300)).toBe(0);
  });
});

function emitted(): string {
  const { model } = program('algorithm IQL  budget 9 steps').instantiate('G', new Map());
  if (model === undefined) throw new Error('the game of the test is broken');
  return emitGame(model, { types: false, module: 'function', state: true });
}

describe('the warning', () => {
  const said = (clauses: string): readonly string[] => {
    const checked = program(clauses);
    return [...checked.diagnostics, ...strictDiagnostics(checked)].flatMap(({ name, message }) =>
      name === 'never-updates' ? [message] : [],
    );
  };

  test('says what is waited for, when it would come, and when the budget ends', () => {
    expect(said('algorithm VDN { batch = 5_000 }  budget 400 steps')).toEqual([
      'A training should learn before it ends: `batch` asks for 5 000 transitions, so the first update would come at step 5 000, and the budget ends at step 400.',
    ]);
    expect(said('algorithm IPPO  budget 100 steps  envs 4')).toEqual([
      'A training should learn before it ends: `rollout` asks for 128 steps of each of 4 games (the default), so the first update would come at step 512, and the budget ends at step 100.',
    ]);
    expect(said('algorithm VDN { network = gru(8)  batch = 32 }  budget 31 episodes')).toEqual([
      'A training should learn before it ends: `batch` asks for 32 episodes, so the first update would come at step 224, and the budget ends at step 217.',
    ]);
  });

  test('not where an update is made', () => {
    expect(said('algorithm VDN { batch = 400 }  budget 400 steps')).toEqual([]);
    expect(said('algorithm VDN { network = gru(8)  batch = 32 }  budget 32 episodes')).toEqual([]);
    expect(said('algorithm IQL  budget 1 steps')).toEqual([]);
  });

  test('of a sweep, the run', () => {
    const text = `${game}train T on G {\n  algorithm IPPO { rollout = 10 }\n  budget 400 steps\n}\nsweep S of T { algorithm.rollout in [10, 800] }\n`;
    const { diagnostics } = compile(memoryHost({ 'g.marl': text }), 'g.marl');
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'A training should learn before it ends: in `S[rollout=800]`, `rollout` asks for 800 steps, so the first update would come at step 800, and the budget ends at step 400.',
    ]);
  });
});

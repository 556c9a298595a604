/** Layers that read what a network is given in their own way, in whole trainings: attention in central critics, embeddings, convolutions of each agent's own. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../compiler/index.ts';
import type { LoadedGame } from '../../runtime/games/load.ts';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import { memoryHost } from '../support/memory-host.ts';
import { loaded, type Plan, returnOf, startDeep } from './deep-support.ts';

interface Made {
  readonly game: LoadedGame;
  readonly settings: Settings;
}

/** The game of a program and the settings of its training, as `marl train` has them. */
function made(game: string, algorithm: string, settings: string): Made {
  const text = `${game}\ntrain T on G { algorithm ${algorithm} { ${settings} } budget 1_000_000 steps }\n`;
  const program = compile(memoryHost({ 'main.marl': text }), 'main.marl');
  const errors = program.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message, remedy }) => `${message} ${remedy}`).join('; '));
  const [train] = program.trains;
  const { model } = train!.instantiate(new Map());
  return { game: loaded(model!), settings: train!.specFor(model!).spec!.settings };
}

/** The mean return of the greedy policy. */
function returned({ game, settings }: Made, algorithm: string, plan: Plan): number {
  return returnOf(game, algorithm, settings, 1, plan);
}

describe('attention in a central critic', () => {
  /**
   * Two bits, each seen by one agent, and a reward for their being equal whatever is done. What an agent sees itself says nothing of it:
   * V(o_i) = 1/2, so that half the squared error of the best critic of own observations is 1/2 Var = 1/8. Of what both see V is exact.
   */
  const game = (classes: string): string => `game G {
  agents ${classes}
  actions { Wait, Go }
  state { bit: (0..1)[agents] }
  init { bit[p: agents] ~ uniform(0..1) }
  step { next bit[p: agents] = bit[p] }
  reward = if sum(bit[p] for p in agents) == 1 then 0 else 1
  OBSERVE
  horizon 1
}`;
  const alike = game('P[2]').replace('OBSERVE', 'observe[p: P] { bit[p] }');
  const apart = game('A, B').replace('OBSERVE', 'observe[p: A] { bit[p] }\n  observe[p: B] { 1, bit[p], 1 }');
  const common = `network = mlp(8)  rollout = 16  optimizer = adam(lr: 3e-3)  entropy = 0  gamma = 0  normalize_values = false`;
  const ppo = `${common}  epochs = 4  value_loss = mse  value_clip = false  clip = 0`;
  const critic =
    'critic_state = false  critic_network = mlp(16, tanh) |> attention(16, heads: 2, residual: true) |> mlp(16, tanh)';
  const loss = (algorithm: string, text: string, settings: string, steps = 40_000): number => {
    const { game: of, settings: all } = made(text, algorithm, settings);
    const { training, learner } = startDeep(of, algorithm, all, 1, { steps: 1_000_000, envs: 16 });
    // Metrics are means since they were last asked for: of the last rounds alone.
    training.advance(steps / 16);
    learner.metrics!();
    training.advance(64);
    return learner.metrics!().valueLoss!;
  };

  test.each([
    ['agents of a class', alike, ''],
    ['agents of two classes that see different things', apart, ''],
    ['agents with parameters of their own', alike, 'sharing = none'],
    ['agents that are not told their number', alike, 'agent_ids = false'],
  ])('knows what no agent sees alone: %s', (_, text, more) => {
    expect(loss('MAPPO', text, `${ppo}  ${critic}  ${more}`)).toBeLessThan(0.03);
  });

  test('without it the error is that of what an agent sees itself', () => {
    const found = loss('IPPO', alike, ppo);
    expect(found).toBeGreaterThan(0.11);
    expect(found).toBeLessThan(0.15);
  });

  test('MAA2C, with a target critic', () => {
    expect(loss('MAA2C', apart, `${common}  tau = 0.1  ${critic}`, 80_000)).toBeLessThan(0.03);
  });

  test('with memory: an interrupted training goes on bit for bit', () => {
    const text = alike.replace('horizon 1', 'horizon 4');
    const remembering = critic.replace('|> attention', '|> gru(16) |> attention');
    const all = made(text, 'MAPPO', `${ppo.replace('rollout = 16', 'rollout = 6')}  ${remembering}`);
    const start = () => startDeep(all.game, 'MAPPO', all.settings, 3, { steps: 100_000, envs: 4 }).training;
    const whole = start();
    whole.advance(40);
    const saved = whole.save();
    const resumed = start();
    resumed.restore(saved);
    for (const training of [whole, resumed]) training.advance(73);
    const [a, b] = [whole.save(), resumed.save()];
    for (const [key, array] of a) expect([key, [...array]]).toEqual([key, [...b.get(key)!]]);
    expect([...a.keys()].some(key => key.includes('critic/P/attention2/query/weight'))).toBe(true);
  });
});

describe('embeddings', () => {
  /** Is the number odd: of 8 numbers a threshold, all that a linear policy has, is right for at most 5. */
  const game = (agents: string): string => `enum Answer { Even, Odd }
game G {
  agents ${agents}
  actions = Answer
  state { n: (3..10)[agents]  last: Answer = Even }
  init { n[p: agents] ~ uniform(3..10) }
  step { next n[p: agents] = n[p] }
  reward[p: agents] = if (n[p] % 2 == 1) == (action[p] == Odd) then 1 else 0
  observe[p: agents] { last, n[p] }
  horizon 1
}`;
  const settings: Readonly<Record<string, string>> = {
    IPPO: 'rollout = 16  optimizer = adam(lr: 1e-2)  gamma = 0  normalize_values = false',
    MAPPO: 'rollout = 16  optimizer = adam(lr: 1e-2)  gamma = 0  normalize_values = false',
    IDQN: 'gamma = 0  optimizer = adam(lr: 1e-2)  replay = 2_000 episodes  explore = epsilon 1.0 -> 0.2 over 2_000 steps',
  };
  const mean = (algorithm: string, agents: string, more: string): number => {
    const all = made(game(agents), algorithm, `${settings[algorithm]}  ${more}`);
    return returned(all, algorithm, { steps: 20_000, envs: 8, episodes: 400 });
  };

  test.each([
    ['IPPO', 'P', ''],
    ['IPPO', 'P[2]', 'sharing = none'],
    ['MAPPO', 'P[2]', ''],
    ['IDQN', 'P[2]', 'agent_ids = true  last_action = true'],
  ])('%s, agents %s, %s: a linear policy of embeddings tells odd numbers from even ones', (algorithm, agents, more) => {
    expect(mean(algorithm, agents, `network = embedding(8)  ${more}`)).toBeGreaterThan(0.99);
  });

  test('one of the numbers themselves does not', () => {
    expect(mean('IPPO', 'P', 'network = identity')).toBeLessThan(0.75);
  });
});

test('convolutions of each agent’s own: two agents answer the same picture in opposite ways', () => {
  const game = `enum Side { Left, Right }
game G {
  agents P[2]
  actions = Side
  state { board: (0..1)[2, 3]  at: 0..5 = 0 }
  init { at ~ uniform(0..5)  board[r: 0..1, c: 0..2] = if r * 3 + c == at then 1 else 0 }
  step { next at = at }
  reward[p: P] = if ((at % 3 == 0) == (p == P[0])) == (action[p] == Left) then 1 else 0
  observe[p: P] { board }
  horizon 1
}`;
  for (const [sharing, least, most] of [
    ['none', 0.99, 1],
    // One network without the number of the agent answers both alike: exactly one of them is right.
    ['class  agent_ids = false', 0.5, 0.5],
  ] as const) {
    const settings = `network = grid(2, 3) |> conv(8, 2, relu) |> layer_norm |> flatten  rollout = 16  gamma = 0  optimizer = adam(lr: 3e-3)  sharing = ${sharing}`;
    const all = made(game, 'IPPO', settings);
    const mean = returned(all, 'IPPO', { steps: 30_000, envs: 8, episodes: 400 });
    expect(mean).toBeGreaterThanOrEqual(least);
    expect(mean).toBeLessThanOrEqual(most);
  }
});

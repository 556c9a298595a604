/** Layers that depend on what a network is given: `embedding` of what is observed, `attention` in critics, and critics that are not given what their policies are. */
import { describe, expect, test } from 'vitest';
import { compiled, game as grids } from './support.ts';

const game = `enum Kind { Fox, Hen, Owl }
game Meet(most: 2..100_000 = 4) {
  agents A[2], B
  actions { Left, Right }
  state { at: (1..most)[agents]  kind: Kind = Fox  heat: real = 0.5  steps: int = 0 }
  init { at[p: agents] = 1 }
  step {
    next at[p: agents] = if action[p] == Left then max(at[p] - 1, 1) else min(at[p] + 1, most)
    next steps = steps + 1
  }
  reward = if next at[A[0]] == next at[B] then 1 else 0
  observe[p: A] { at[p], kind, heat, at[A[0]] == at[B] }
  observe[p: B] { at[p], [at[A[0]] - at[p], at[A[1]] - at[p]] }
  horizon 5
}
`;

const program = (algorithm: string, settings: string): string =>
  `${game}train T on Meet { algorithm ${algorithm} { ${settings} } budget 100_000 steps }\n`;

const errors = (source: string) => compiled(source).program.diagnostics.filter(one => one.severity === 'error');

/** The network of a training, made for an instance of its game. */
function fitted(source: string, setting: string, overrides: ReadonlyMap<string, string> = new Map()) {
  const { program } = compiled(source);
  const [train] = program.trains;
  const { model } = train!.instantiate(overrides);
  const { spec } = train!.specFor(model!);
  return spec!.settings[setting] as unknown as {
    layers: readonly Readonly<Record<'given' | 'critics', Readonly<Record<string, readonly unknown[]>>>>[];
  };
}

describe('what an embedding is told of its input', () => {
  const ofA = (most: number) => [
    { from: 0, values: most, low: 1 },
    // Fox, Hen and Owl one-hot; a real number is handed on.
    { from: 1, values: 3 },
    { from: 4, values: 1 },
    { from: 5, values: 2, low: 0 },
  ];
  const ofB = [
    { from: 0, values: 4, low: 1 },
    { from: 1, count: 2, values: 7, low: -3 },
  ];

  test('what is observed, and the number of the agent', () => {
    const { layers } = fitted(program('IDQN', 'network = embedding(8) |> mlp(16)  agent_ids = true'), 'network');
    expect(layers[0]!.given).toEqual({ A: [...ofA(4), { from: 6, values: 2 }], B: ofB });
  });

  test('the last action', () => {
    const { layers } = fitted(
      program('IDQN', 'network = embedding(8)  agent_ids = false  last_action = true'),
      'network',
    );
    expect(layers[0]!.given?.A).toEqual([...ofA(4), { from: 6, values: 2 }]);
  });

  test('of another instance of the game; of too many values a number is handed on', () => {
    const source = program('IDQN', 'network = embedding(8)  agent_ids = false');
    expect(fitted(source, 'network', new Map([['most', '9']])).layers[0]!.given?.A).toEqual(ofA(9));
    expect(fitted(source, 'network', new Map([['most', '100000']])).layers[0]!.given?.A?.[0]).toEqual({
      from: 0,
      values: 1,
    });
  });

  test('a critic of the state is given scaled numbers: whole ones are found again, one without bounds is handed on', () => {
    const { layers } = fitted(program('MAPPO', 'network = embedding(8)  agent_ids = false'), 'network');
    const state = [
      { from: 0, count: 3, values: 4, low: 1, scale: 4 },
      { from: 3, values: 3 },
      { from: 6, values: 1 },
      { from: 7, values: 1 },
    ];
    expect(layers[0]!.critics).toEqual({ A: state, B: state });
    const both = 'network = embedding(8)  critic_observation = true  agent_ids = false';
    expect(fitted(program('MAPPO', both), 'network').layers[0]!.critics?.B).toEqual([
      ...state,
      { from: 8, values: 4, low: 1 },
      { from: 9, count: 2, values: 7, low: -3 },
    ]);
  });
});

describe('refused with the reason, and the remedy compiles', () => {
  /** The part of the message that tells, part of the remedy, and the settings with what it says. */
  const cases: readonly (readonly [string, string, string, string, string, string])[] = [
    [
      'IDQN',
      'network = attention(8)',
      'a policy acts on what its own agent observes',
      'Write `mlp(64)` in its place; the critic of `MAPPO`',
      'IDQN',
      'network = mlp(64)',
    ],
    [
      'MAPPO',
      'network = mlp(8) |> attention(8)',
      'a policy acts on what its own agent observes',
      'Write it in `critic_network`, and set `critic_state = false`',
      'MAPPO',
      'critic_network = mlp(8) |> attention(8)  critic_state = false',
    ],
    [
      'MAPPO',
      'critic_network = mlp(8) |> attention(8)',
      'all show the same here, the state',
      'Set `critic_state = false`',
      'MAPPO',
      'critic_network = mlp(8) |> attention(8)  critic_state = false',
    ],
    [
      'MAPPO',
      'critic_network = attention(8)  critic_state = false  agent_ids = false',
      'some show 6, others 3 numbers',
      'Write `dense(8) |>` before it.',
      'MAPPO',
      'critic_network = dense(8) |> attention(8)  critic_state = false  agent_ids = false',
    ],
    [
      'MAPPO',
      'critic_network = mlp(4) |> attention(8, residual: true)  critic_state = false',
      'adds its 8 units to its input, which has 4 numbers',
      'Write `dense(8) |>` before it.',
      'MAPPO',
      'critic_network = mlp(4) |> dense(8) |> attention(8, residual: true)  critic_state = false',
    ],
    [
      'IPPO',
      'critic_network = mlp(8) |> attention(8)',
      'the critic of IPPO reads what its own agent observes',
      'train with `MAPPO` and `critic_state = false`',
      'MAPPO',
      'critic_network = mlp(8) |> attention(8)  critic_state = false',
    ],
    [
      'COMA',
      'critic_network = mlp(8) |> attention(8)',
      'the others show what this agent does',
      'Write `mlp(64)` in its place',
      'COMA',
      'critic_network = mlp(8) |> mlp(64)',
    ],
    [
      'MAA2C',
      'critic = joint_action  critic_network = mlp(8) |> attention(8)',
      'the others show what this agent does',
      'Set `critic = state` and `critic_state = false`.',
      'MAA2C',
      'critic = state  critic_state = false  critic_network = mlp(8) |> attention(8)',
    ],
    [
      'MADDPG',
      'critic_network = mlp(8) |> attention(8)',
      'given what all observe and do in one row',
      'Write `mlp(64)` in its place',
      'MADDPG',
      'critic_network = mlp(8) |> mlp(64)',
    ],
    [
      'MADDPG',
      'critic_network = embedding(8)',
      'a critic of joint actions is given more',
      'Write `dense(8)` in its place.',
      'MADDPG',
      'critic_network = dense(8)',
    ],
    [
      'IDQN',
      'network = embedding(8)  sharing = all',
      'their observations are made of different things',
      'Write `dense(8)` in its place, or set `sharing = class`.',
      'IDQN',
      'network = embedding(8)  sharing = class',
    ],
    [
      'MAPPO',
      'network = grid(2, 3) |> conv(4, 2) |> flatten  agent_ids = false  sharing = roles(all: A)',
      'its input has 3 for B',
      'Observe just the cells',
      'MAPPO',
      '',
    ],
  ];
  test.each(cases)('%s { %s }', (algorithm, settings, reason, remedy, better, corrected) => {
    const found = errors(program(algorithm, settings));
    expect(found.map(({ code }) => code)).toEqual(['M0616']);
    expect(found[0]!.message).toContain(reason);
    expect(found[0]!.remedy).toContain(remedy);
    expect(errors(program(better, corrected))).toEqual([]);
  });

  test('nothing to embed', () => {
    const real = `game G { agents P  actions { X }  state { x: real = 0.0 }  step { next x = x }  reward = x  horizon 2 }
train T on G { algorithm IDQN { network = NETWORK } budget 100_000 steps }
`;
    const found = errors(real.replace('NETWORK', 'embedding(8) |> mlp(8)'));
    expect(found[0]!.message).toContain('P is given other numbers only (1 observed)');
    expect(found[0]!.remedy).toContain('Write `dense(8)` in its place');
    expect(errors(real.replace('NETWORK', 'dense(8) |> mlp(8)'))).toEqual([]);
  });

  test('critics that are not given what their policies are', () => {
    const ppo = (settings: string): string =>
      `${grids}train T on G { algorithm MAPPO { ${settings} } budget 100_000 steps }\n`;
    const eyes = 'network = grid(3, 4) |> conv(8, 2) |> flatten  agent_ids = false';
    const [found] = errors(ppo(eyes));
    expect(found!.message).toContain('its input has 13 for the critic of P (13 of the state)');
    expect(found!.message).toContain('`critic_network`, where it is not given, is a network like `network`');
    expect(found!.remedy).toContain('`critic_network = mlp(64, 64, tanh)`');
    expect(errors(ppo(`${eyes}  critic_network = mlp(64, 64, tanh)`))).toEqual([]);
    expect(errors(ppo(`${eyes}  critic_network = grid(5, 5) |> conv(8, 2) |> flatten`))[0]!.message).toContain(
      '13 for the critic of P',
    );
    expect(errors(ppo(`${eyes}  sharing = none  critic_network = mlp(8)`))).toEqual([]);
  });

  test('a critic that was meant to be central', () => {
    for (const name of ['MAPPO', 'MAA2C']) {
      const [found] = errors(program(name, 'critic_state = false'));
      expect(found!.code).toBe('M0604');
      const [, remedy] = /`(critic_network = .*)`/.exec(found!.remedy!)!;
      expect(errors(program(name, `critic_state = false  ${remedy}`))).toEqual([]);
    }
    const joint = errors(program('MAA2C', 'critic_state = false  critic = joint_action'));
    expect(joint[0]!.message).toContain('`critic = joint_action`');
  });
});

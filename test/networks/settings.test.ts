/** Networks, optimizers, mixers and quantities as settings of a training: what they become, and what is refused where. */
import { describe, expect, test, vi } from 'vitest';
import { writtenSetting } from '../../runtime/train/written.ts';
import { compiled, qmix } from './support.ts';

vi.mock('../../runtime/learners/catalogue.ts', async original => {
  const real = await original<typeof import('../../runtime/learners/catalogue.ts')>();
  const { qmixSettings } = await import('./catalogue.ts');
  const own = { ...real.algorithms[0]!, name: 'QMIX', title: 'QMIX', settings: qmixSettings };
  const algorithms = [...real.algorithms.filter(one => one.name !== 'QMIX'), own];
  return { ...real, algorithms, algorithmNamed: (name: string) => algorithms.find(one => one.name === name) };
});

const setting = (name: string, text: string, before = '') => {
  const { codes, spec } = compiled(qmix(`${name} = ${text}`, before));
  expect(codes).toEqual([]);
  return spec!.settings[name]!;
};

describe('the example of the language page', () => {
  const source = qmix(
    `network   = gru(64)
    mixer     = TwoLayer(embed: 8)
    optimizer = adam(lr: 5e-4)
    explore   = epsilon 1.0 -> 0.05 over 50_000 steps
    replay    = 5_000 episodes
    sharing   = class
    double    = true`,
    'import std.mixers.TwoLayer',
  );

  test('becomes plain data', () => {
    const { codes, spec } = compiled(source);
    expect(codes).toEqual([]);
    const { mixer, ...rest } = spec!.settings;
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    expect(rest).toEqual({
      network: { layers: [{ kind: 'gru', units: 64 }] },
      critic_network: 'network',
      optimizer: {
        kind: 'adam',
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-5,
        weightDecay: 0,
        lr: { from: 5e-4, to: 5e-4, over: 0, unit: 'steps' },
      },
      explore: { from: 1, to: 0.05, over: 50_000, unit: 'steps' },
      replay: { amount: 5000, unit: 'episodes' },
      train_every: { amount: 1, unit: 'episodes' },
      batch: 32,
      double: true,
      sharing: 'class',
      agent_ids: false,
      last_action: false,
      gamma: 1,
    });
    expect(mixer).toMatchObject({
      name: 'TwoLayer(embed: 8)',
      model: { sizes: { agents: 2, state: 13, features: 12, actions: 3 } },
    });
  });

  test('is printed as it was written', () => {
    const { settings } = compiled(source).spec!;
    expect(['network', 'mixer', 'optimizer', 'explore', 'replay'].map(name => writtenSetting(settings[name]!))).toEqual(
      ['gru(64)', 'TwoLayer(embed: 8)', 'adam(lr: 5e-4, eps: 1e-5)', '1 -> 0.05 over 50000 steps', '5000 episodes'],
    );
  });
});

describe('networks', () => {
  test.each([
    ['gru(64)', 'gru(64)'],
    ['lstm(32)', 'lstm(32)'],
    ['mlp(64, 64)', 'mlp(64, 64)'],
    ['mlp(64, 64, relu)', 'mlp(64, 64)'],
    ['mlp(64, 64, tanh)', 'mlp(64, 64, tanh)'],
    ['mlp(64, activation: elu)', 'mlp(64, elu)'],
    ['mlp(2 * 32, 64)', 'mlp(64, 64)'],
    ['dense(64)', 'dense(64)'],
    ['dense(64, tanh, bias: false)', 'dense(64, tanh, bias: false)'],
    ['mlp(64) |> layer_norm |> gru(32)', 'mlp(64) |> layer_norm |> gru(32)'],
    ['dense(64) |> tanh', 'dense(64) |> tanh'],
    ['layer_norm(eps: 1e-3) |> mlp(8)', 'layer_norm(eps: 0.001) |> mlp(8)'],
    ['(mlp(8) |> tanh) |> dense(4)', 'mlp(8) |> tanh |> dense(4)'],
    ['mlp(64, weights: orthogonal(1.41))', 'mlp(64, weights: orthogonal(1.41))'],
    ['gru(64, weights: xavier)', 'gru(64, weights: xavier(1))'],
    ['grid(3, 4) |> conv(16, 3, relu) |> flatten |> mlp(64)', 'grid(3, 4) |> conv(16, 3, relu) |> flatten |> mlp(64)'],
    ['embedding(2 * 8) |> mlp(64)', 'embedding(16) |> mlp(64)'],
    [
      'grid(3, 4, 1) |> conv(8, 1, 2, padding: same) |> flatten',
      'grid(3, 4) |> conv(8, 1, 2, padding: same) |> flatten',
    ],
  ])('%s', (text, shown) => {
    const value = setting('network', text);
    expect(writtenSetting(value)).toBe(shown);
    // What is printed means the same.
    expect(setting('network', shown)).toEqual(value);
  });

  test('the numbers of a convolution', () => {
    expect(setting('network', 'grid(3, 4) |> conv(8, 2, 3) |> flatten')).toEqual({
      layers: [
        { kind: 'grid', rows: 3, columns: 4, channels: 1 },
        { kind: 'conv', channels: 8, size: [2, 3], padding: 'valid' },
        { kind: 'flatten' },
      ],
    });
  });

  test('declared, with parameters, with constants of the file, and of each other', () => {
    const before = `let width = 16
/// A body.
network Torso = mlp(width, 64)
network Wide(units: 1..512 = 128, deep: bool = false) = mlp(units, units, tanh) |> layer_norm
network Both(units: int) = Wide(units: units) |> Torso
`;
    const show = (text: string) => writtenSetting(setting('network', text, before));
    expect(show('Torso')).toBe('mlp(16, 64)');
    expect(show('Wide')).toBe('mlp(128, 128, tanh) |> layer_norm');
    expect(show('Wide(units: 2 * width) |> gru(8)')).toBe('mlp(32, 32, tanh) |> layer_norm |> gru(8)');
    expect(show('Both(units: 4)')).toBe('mlp(4, 4, tanh) |> layer_norm |> mlp(16, 64)');
  });

  test('a second network, which may be like the first and is given more', () => {
    expect(setting('critic_network', 'network')).toBe('network');
    expect(writtenSetting(setting('critic_network', 'grid(9, 9) |> conv(4, 3) |> flatten'))).toContain('grid(9, 9)');
    const found = compiled(qmix('critic_network = conv(4, 3) |> flatten'));
    expect(found.places).toEqual(['M0616 conv(4, 3)']);
    expect(found.messages[0]).toContain('its input is numbers in a row');
  });

  test('hosts are told of them', () => {
    const { program } = compiled(qmix('double = true', '/// A body.\nnetwork Wide(units: int = 8) = mlp(units)\n'));
    expect(program.networks).toMatchObject([
      {
        name: 'Wide',
        doc: 'A body.',
        params: [{ name: 'units', type: 'int', default: '8' }],
        spec: { layers: [{ kind: 'mlp', units: [8], activation: 'relu' }] },
      },
    ]);
  });

  test('`network` stays a name elsewhere', () => {
    expect(compiled(qmix('network = mlp(4)', 'let network = 3\n')).codes).toEqual([]);
  });

  test.each([
    ['gru', 'M0615 gru', 'are missing'],
    ['gru()', 'M0615 gru()', 'are missing'],
    ['gru(64, 64)', 'M0615 64', 'one argument too many'],
    ['gru(0)', 'M0604 0', 'is 0'],
    ['gru(-3)', 'M0604 -3', 'is -3'],
    ['gru(1.5)', 'M0604 1.5', 'is 1.5'],
    ['gru(true)', 'M0604 true', 'whole number'],
    ['gru(100_000)', 'M0604 100_000', '1..65536'],
    ['mlp', 'M0615 mlp', 'are missing'],
    ['conv(16)', 'M0615 conv(16)', 'rows of the window is missing'],
    ['mlp(64, tanhh)', 'M0604 tanhh', 'relu'],
    ['mlp(64, tanh, activation: relu)', 'M0615 relu', 'said twice'],
    ['mlp(64, units: 3)', 'M0303 units', 'no parameter'],
    ['mlp(64, weights: orthogonl(1))', 'M0604 orthogonl', 'orthogonal'],
    ['attention(64, heads: 5)', 'M0604 5', 'divisor'],
    ['tanh(3)', 'M0615 tanh(3)', 'no arguments'],
    ['grru(64)', 'M0201 grru', 'no layer or network'],
    ['[64, 64]', 'M0614 [64, 64]', 'a list'],
    ['64', 'M0614 64', 'a number'],
    ['mlp(64) + mlp(64)', 'M0614 mlp(64) + mlp(64)', '`+`'],
    ['2_000 episodes', 'M0604 2_000 episodes', 'a network'],
    ['1 -> 2 over 3 steps', 'M0604 1 -> 2 over 3 steps', 'a network'],
    ['conv(16, 3) |> flatten', 'M0616 conv(16, 3)', '12 numbers in a row'],
    ['mlp(64) |> conv(16, 3) |> flatten', 'M0616 conv(16, 3)', '64 numbers in a row'],
    ['grid(3, 4) |> conv(16, 5) |> flatten', 'M0616 conv(16, 5)', '5 by 5 is larger'],
    ['grid(3, 4) |> conv(16, 3)', 'M0616 conv(16, 3)', 'ends with a grid of 1 by 2 by 16'],
    ['grid(3, 4) |> mlp(64)', 'M0616 mlp(64)', 'a grid of 3 by 4 by 1'],
    ['grid(3, 5) |> conv(8, 2) |> flatten', 'M0616 grid(3, 5)', '15 numbers, and its input has 12 for P (12 observed)'],
    ['mlp(8) |> flatten', 'M0616 flatten', 'already'],
    ['mlp(8) |> embedding(5)', 'M0616 embedding(5)', 'a layer gives other numbers'],
    ['embedding(5, 3)', 'M0615 3', 'one argument too many'],
    ['embedding(5) |> grid(3, 4) |> flatten', 'M0616 grid(3, 4)', 'its input has 60'],
    ['attention(8)', 'M0616 attention(8)', 'a policy acts on what its own agent observes'],
  ])('refused: %s', (text, place, message) => {
    const found = compiled(qmix(`network = ${text}`));
    expect(found.places).toEqual([place]);
    expect(found.messages[0]).toContain(message);
    expect(found.spec).toBeUndefined();
  });

  test('a grid and inputs that the algorithm adds', () => {
    const found = compiled(qmix('network = grid(3, 4) |> conv(8, 2) |> flatten  agent_ids = true  last_action = true'));
    expect(found.messages[0]).toContain('17 for P (12 observed, 2 for the number of the agent, 3 for the last action)');
    expect(found.remedies[0]).toContain('agent_ids = false');
    const apart = compiled(qmix('network = grid(3, 4) |> conv(8, 2) |> flatten  sharing = none'));
    expect(apart.codes).toEqual([]);
  });

  test.each([
    ['network A = B\nnetwork B = A |> mlp(3)\n', 'M0206', 'A needs B needs A'],
    ['network gru = mlp(3)\n', 'M0202', '`gru` is a network of this file and a layer of the language'],
    ['network A(units: int = 0) = mlp(units)\n', 'M0604', 'whole number in 1..65536'],
    ['network A = grid(2, 2) |> gru(3)\n', 'M0616', 'a grid of 2 by 2 by 1'],
    ['network A = mlp(3)\nnetwork A = mlp(4)\n', 'M0202', 'declared twice'],
  ])('refused where it is declared: %s', (before, code, message) => {
    const { program } = compiled(qmix('double = true', before));
    expect(program.diagnostics.map(one => one.code)).toContain(code);
    expect(program.diagnostics.map(one => one.message).join(' ')).toContain(message);
  });

  test.each([
    ['Wide(unit: 3)', 'M0303 unit'],
    ['Wide(3)', 'M0615 3'],
    ['Wide', 'M0304 Wide'],
    ['Wide(units: 700)', 'M0511 700'],
  ])('refused: a declared network used as %s', (text, place) => {
    const found = compiled(qmix(`network = ${text}`, 'network Wide(units: 1..512) = mlp(units)\n'));
    expect(found.places).toEqual([place]);
  });

  test('suggestions repair the program', () => {
    const found = compiled(qmix('network = gruu(64)'));
    expect(compiled(found.fixed).codes).toEqual([]);
    expect(found.fixed).toContain('network = gru(64)');
  });
});

describe('optimizers', () => {
  test.each([
    ['adam', 'adam(lr: 5e-4, eps: 1e-5)'],
    ['adam()', 'adam(lr: 5e-4, eps: 1e-5)'],
    ['adam(lr: 1e-3)', 'adam(lr: 1e-3, eps: 1e-5)'],
    ['adam(lr: 1e-3 -> 1e-4 over 50_000 steps)', 'adam(lr: 1e-3 -> 1e-4 over 50000 steps, eps: 1e-5)'],
    ['adamw(weight_decay: 0.1)', 'adamw(lr: 1e-3, weight_decay: 0.1)'],
    ['rmsprop(lr: 5e-4, alpha: 0.9, eps: 1e-5)', 'rmsprop(lr: 5e-4, alpha: 0.9)'],
    ['sgd(lr: 0.1, momentum: 0.9, nesterov: true)', 'sgd(lr: 0.1, momentum: 0.9, nesterov: true)'],
  ])('%s', (text, shown) => {
    const value = setting('optimizer', text);
    expect(writtenSetting(value)).toBe(shown);
    expect(setting('optimizer', shown)).toEqual(value);
  });

  test('the fields are those of the tensor layer', () => {
    expect(setting('optimizer', 'adamw(lr: 1e-2, weight_decay: 0.5)')).toEqual({
      kind: 'adamw',
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      weightDecay: 0.5,
      lr: { from: 0.01, to: 0.01, over: 0, unit: 'steps' },
    });
  });

  test.each([
    ['Adam(lr: 1e-3)', 'M0201 Adam', 'no optimizer'],
    ['adam(1e-3)', 'M0615 1e-3', 'has no name'],
    ['adam(learning_rate: 1e-3)', 'M0603 learning_rate', 'no setting'],
    ['adam(beta1: 2)', 'M0604 2', 'in 0..1'],
    ['adam(lr: -1)', 'M0604 -1', 'from 0'],
    ['adam(lr: 1e-3 -> 1e-4 over 50 episode)', 'M0604 episode', 'counted in'],
    ['adam(eps: 1e-3 -> 1e-4 over 50 steps)', 'M0604 1e-3 -> 1e-4 over 50 steps', 'a schedule'],
    ['adam(lr: 1, lr: 2)', 'M0202 lr', 'two settings'],
    ['sgd(momentum: fast)', 'M0201 fast', 'There is no'],
    ['5e-4', 'M0604 5e-4', 'an optimizer such as'],
  ])('refused: %s', (text, place, message) => {
    const found = compiled(qmix(`optimizer = ${text}`));
    expect(found.places).toEqual([place]);
    expect(found.messages[0]).toContain(message);
  });

  test.each(['Adam(lr: 1e-3)', 'adam(1e-3)', 'adam(learning_rate: 1e-3)'])(
    'the fix of %s repairs the program',
    text => {
      const { fixed } = compiled(qmix(`optimizer = ${text}`));
      expect(compiled(fixed).codes).toEqual([]);
      expect(fixed).toContain('adam(lr: 1e-3)');
    },
  );

  test('a schedule is no value of a game', () => {
    expect(compiled('fn f(x: int): int = x\nlet y = f(x: 1 -> 2 over 3 steps)\n').codes).not.toEqual([]);
    expect(compiled('let y = 1 |> 2\n').places).toEqual(['M0315 |>']);
  });
});

describe('mixers', () => {
  test('the default comes from the library, and its file belongs to the program', () => {
    const { spec, program } = compiled(qmix('double = true'));
    expect(spec?.settings.mixer).toMatchObject({ name: 'TwoLayer' });
    expect([...program.sources.keys()]).toContain('std:mixers/TwoLayer.marl');
  });

  test('one of the file', () => {
    const before = 'mixer Mean(scale: real = 2.0) {\n  total = scale * sum(q)\n} monotonic\n';
    const value = setting('mixer', 'Mean(scale: 0.5)', before);
    expect(value).toMatchObject({ name: 'Mean(scale: 1/2)', model: { name: 'Mean', reads: ['q'] } });
  });

  test('is made anew for a game of another size', () => {
    const [train] = compiled(qmix('mixer = TwoLayer(embed: 4)', 'import std.mixers.TwoLayer')).program.trains;
    const { model } = train!.instantiate(new Map([['size', '5']]));
    const { spec } = train!.specFor(model!);
    expect(spec?.settings.mixer).toMatchObject({ name: 'TwoLayer(embed: 4)', model: { sizes: { agents: 5 } } });
    const weights = (spec!.settings.mixer as { model: { weights: readonly { shape: readonly number[] }[] } }).model
      .weights;
    expect(weights.some(({ shape }) => shape.includes(5 * 4))).toBe(true);
  });

  test('an unknown one is imported by the fix', () => {
    const found = compiled(qmix('mixer = TwoLayer(embed: 4)'));
    expect(found.places).toEqual(['M0201 TwoLayer']);
    expect(found.fixed.startsWith('import std.mixers.TwoLayer\n')).toBe(true);
    expect(compiled(found.fixed).codes).toEqual([]);
  });

  test('what the algorithm needs of it must be proved', () => {
    const found = compiled(qmix('mixer = Central', 'import std.mixers.Central'));
    expect(found.places).toEqual(['M0609 Central']);
    expect(found.messages[0]).toContain('`QMIX` needs a monotonic mixer');
  });

  test.each([
    ['TwoLayer(embedd: 3)', 'M0303 embedd'],
    ['TwoLayer(3)', 'M0615 3'],
    ['TwoLayer(embed: 0)', 'M0511 0'],
    ['3', 'M0604 3'],
  ])('refused: %s', (text, place) => {
    expect(compiled(qmix(`mixer = ${text}`, 'import std.mixers.TwoLayer')).places).toEqual([place]);
  });
});

describe('other settings', () => {
  test.each([
    ['replay', '200 episodes', { amount: 200, unit: 'episodes' }],
    ['replay', '20_000 steps', { amount: 20_000, unit: 'steps' }],
    ['sharing', 'all', 'all'],
    ['batch', '2 * 8', 16],
    ['double', 'false', false],
    ['explore', '0.1', { from: 0.1, to: 0.1, over: 0, unit: 'steps' }],
    ['explore', '1 -> 0 over 10 episodes', { from: 1, to: 0, over: 10, unit: 'episodes' }],
  ])('%s = %s', (name, text, value) => {
    expect(setting(name, text)).toEqual(value);
  });

  test.each([
    ['replay', '5_000', 'M0604 5_000', 'Write `5_000 episodes`.'],
    ['replay', '5_000 games', 'M0604 games', undefined],
    ['replay', '2_000_000 episodes', 'M0604 2_000_000 episodes', undefined],
    ['train_every', '4 steps', 'M0604 4 steps', undefined],
    ['batch', '4 steps', 'M0604 4 steps', undefined],
    ['batch', '0', 'M0604 0', undefined],
    ['double', 'yes', 'M0201 yes', undefined],
    ['sharing', 'clas', 'M0604 clas', 'Did you mean `class`?'],
    ['sharing', '3', 'M0604 3', undefined],
    ['explore', 'epsilom 1 -> 0 over 10 steps', 'M0604 epsilom', 'Write `epsilon`, or leave it out.'],
    ['explore', '2 -> 0 over 10 steps', 'M0604 2', undefined],
    ['netwrok', 'gru(3)', 'M0603 netwrok', 'Did you mean `network`?'],
  ])('refused: %s = %s', (name, text, place, remedy) => {
    const found = compiled(qmix(`${name} = ${text}`));
    expect(found.places).toEqual([place]);
    if (remedy !== undefined) expect(found.remedies[0]).toBe(remedy);
  });
});

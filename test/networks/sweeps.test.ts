/** Sweeps over parts of settings and over networks, and networks that come from other files. */
import { describe, expect, test, vi } from 'vitest';
import { writtenSetting } from '../../runtime/train/written.ts';
import { program as load } from '../support/memory-host.ts';
import { compiled, game, qmix } from './support.ts';

vi.mock('../../runtime/learners/catalogue.ts', async original => {
  const real = await original<typeof import('../../runtime/learners/catalogue.ts')>();
  const { qmixSettings } = await import('./catalogue.ts');
  const own = { ...real.algorithms[0]!, name: 'QMIX', title: 'QMIX', settings: qmixSettings };
  const algorithms = [...real.algorithms.filter(one => one.name !== 'QMIX'), own];
  return { ...real, algorithms, algorithmNamed: (name: string) => algorithms.find(one => one.name === name) };
});

const before = 'import std.mixers.TwoLayer\nnetwork Wide(units: 1..512 = 128) = mlp(units, units)\n';
const swept = (axes: string, settings = 'mixer = TwoLayer(embed: 8)  network = Wide(units: 64)') =>
  compiled(`${qmix(settings, before)}\nsweep S of T { ${axes} }\n`);

describe('sweeps', () => {
  const shown = (axes: string, setting: string, settings?: string) => {
    const { codes, program } = swept(axes, settings);
    expect(codes).toEqual([]);
    return program.sweeps[0]!.runs.map(run => [run.label, writtenSetting(run.spec.settings[setting]!)]);
  };

  test('over a part of an optimizer', () => {
    expect(shown('algorithm.optimizer.lr in [1e-4, 3e-4]', 'optimizer')).toEqual([
      ['S[optimizer.lr=1e-4]', 'adam(lr: 1e-4, eps: 1e-5)'],
      ['S[optimizer.lr=3e-4]', 'adam(lr: 3e-4, eps: 1e-5)'],
    ]);
  });

  test('over several parts of it at once', () => {
    const axes = 'algorithm.optimizer.lr in [0.1, 0.2]  algorithm.optimizer.weight_decay in [0.5, 0.25]';
    expect(shown(axes, 'optimizer').map(([, text]) => text)).toEqual([
      'adam(lr: 0.1, eps: 1e-5, weight_decay: 0.5)',
      'adam(lr: 0.1, eps: 1e-5, weight_decay: 0.25)',
      'adam(lr: 0.2, eps: 1e-5, weight_decay: 0.5)',
      'adam(lr: 0.2, eps: 1e-5, weight_decay: 0.25)',
    ]);
  });

  test('over optimizers, one with a schedule', () => {
    expect(shown('algorithm.optimizer in [rmsprop, adam(lr: 1e-3 -> 1e-4 over 9 steps)]', 'optimizer')).toEqual([
      ['S[optimizer=rmsprop]', 'rmsprop(lr: 5e-4)'],
      ['S[optimizer=adam(lr: 1e-3 -> 1e-4 over 9 steps)]', 'adam(lr: 1e-3 -> 1e-4 over 9 steps, eps: 1e-5)'],
    ]);
  });

  test('over networks, and over a parameter of one', () => {
    expect(shown('algorithm.network in [gru(64), mlp(64, 64) |> layer_norm, Wide]', 'network')).toEqual([
      ['S[network=gru(64)]', 'gru(64)'],
      ['S[network=mlp(64, 64) |> layer_norm]', 'mlp(64, 64) |> layer_norm'],
      ['S[network=Wide]', 'mlp(128, 128)'],
    ]);
    expect(shown('algorithm.network.units in [8, 16]', 'network')).toEqual([
      ['S[network.units=8]', 'mlp(8, 8)'],
      ['S[network.units=16]', 'mlp(16, 16)'],
    ]);
  });

  test('over a parameter of a mixer, made for the game', () => {
    const { program } = swept('algorithm.mixer.embed in [4, 16]');
    const [small, large] = program.sweeps[0]!.runs;
    expect(small!.spec.settings.mixer).toMatchObject({ name: 'TwoLayer(embed: 4)', model: { sizes: { agents: 2 } } });
    expect(large!.spec.settings.mixer).toMatchObject({ name: 'TwoLayer(embed: 16)' });
    const { model } = large!.instantiate(new Map([['size', '4']]));
    expect(large!.specFor(model!).spec?.settings.mixer).toMatchObject({
      name: 'TwoLayer(embed: 16)',
      model: { sizes: { agents: 4 } },
    });
    expect(large!.specFor(model!).spec?.name).toBe('S[mixer.embed=16]');
  });

  test.each([
    ['algorithm.optimizer.lrr in [1e-4]', 'M0603 lrr'],
    ['algorithm.optimiser.lr in [1e-4]', 'M0603 optimiser'],
    ['algorithm.optimizer.lr in [-1]', 'M0604 -1'],
    ['algorithm.optimizer.lr in [1e-4, true]', 'M0604 true'],
    ['algorithm.network in [gru(64), gru(0)]', 'M0604 0'],
    ['algorithm.network in [grid(5, 5) |> flatten]', 'M0616 grid(5, 5)'],
    ['algorithm.network.unit in [8]', 'M0303 unit'],
    ['algorithm.mixer in [Twolayer]', 'M0201 Twolayer'],
    ['algorithm.batch.size in [8]', 'M0610 size'],
    ['algorithm.optimizer.lr.from in [8]', 'M0610 algorithm.optimizer.lr.from in [8]'],
    ['algorithm.batch in [8]  algorithm.batch in [16]', 'M0610 algorithm.batch in [16]'],
    ['algorithm.optimizer.lr in [0.1]  algorithm.optimizer in [sgd]', 'M0610 algorithm.optimizer in [sgd]'],
  ])('refused: %s', (axes, place) => {
    const found = swept(axes);
    expect(found.places).toEqual([place]);
    expect(found.program.sweeps).toEqual([]);
  });
});

describe('networks of other files', () => {
  const main = (names: string, network: string): string =>
    `import "./nets.marl"\n${names}${game}\ntrain T on G {\n  algorithm QMIX { network = ${network}  mixer = Sums }\n  budget 10 steps\n}\nmixer Sums { total = sum(q) } monotonic\n`;
  const nets = 'let width = 3\nnetwork Base = mlp(width)\nnetwork Deep(units: int = 2) = Base |> mlp(units)\n';

  test('see the names of their own file', () => {
    const { diagnostics, trains, networks } = load({ 'nets.marl': nets, 'main.marl': main('', 'Deep(units: 5)') });
    expect(diagnostics).toEqual([]);
    expect(writtenSetting(trains[0]!.spec.settings.network!)).toBe('mlp(3) |> mlp(5)');
    expect(networks.map(one => [one.name, one.at.file])).toEqual([
      ['Base', 'nets.marl'],
      ['Deep', 'nets.marl'],
    ]);
  });

  test('mistakes in them are told there', () => {
    const bad = nets.replace('mlp(units)', 'mlp(unit)');
    const { diagnostics } = load({ 'nets.marl': bad, 'main.marl': main('', 'Deep') });
    expect(diagnostics.map(one => [one.code, one.at.file])).toEqual([['M0201', 'nets.marl']]);
  });
});

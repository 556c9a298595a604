/** What learns: networks, optimizers, mixers. */
import { activations, layerForms } from '../../compiler/networks/layers.ts';
import { optimizers } from '../../runtime/train/optimizers.ts';
import { writtenSetting } from '../../runtime/train/written.ts';
import { training, type Word } from './base.ts';

const layerLines = layerForms.map(({ form, doc }) => `    ${form.padEnd(24)} ${doc}`);

const optimizerLines = optimizers.flatMap(({ name, title, paper, settings }) => [
  `    ${name}: ${title} (${paper})`,
  ...settings.map(one => `        ${`${one.name}: ${writtenSetting(one.default)}`.padEnd(20)} ${one.doc}`),
]);

export const learningWords: readonly Word[] = [
  {
    word: 'network',
    also: ['networks', 'layer', 'layers', ...layerForms.map(({ name }) => name), ...activations],
    summary: 'What turns an observation into values or actions: layers joined by `|>`.',
    text: [
      'A setting of deep learners, such as `network = gru(64)`, or a declaration with parameters like those of a game. The output, one number per action, is added by the algorithm. A declared network is named with its arguments: `Wide(units: 64) |> gru(64)`.',
      '',
      'Layers:',
      ...layerLines,
      `    ${activations.join(', ')}: element by element`,
      '',
      'How weights start is said by `weights: orthogonal(gain)`, `xavier(gain)` or `pytorch`.',
    ].join('\n'),
    example: `network Wide(units: 1..1024 = 128) = mlp(units, units, tanh) |> layer_norm\n\n${training(
      'algorithm IDQN { network = Wide(units: 64) }',
      'budget 2_000 steps',
    )}`,
  },
  {
    word: 'optimizer',
    also: ['optimizers', ...optimizers.map(({ name }) => name), 'lr'],
    summary: 'How a deep learner follows its gradient: `optimizer = adam(lr: 5e-4)`.',
    text: [
      'A setting of deep learners. Arguments are given by name. What is left out is as in the algorithm’s default where that is the same optimizer, else as listed here. The learning rate may be a schedule.',
      '',
      'Optimizers, with their defaults:',
      ...optimizerLines,
    ].join('\n'),
    example: training('algorithm IDQN { optimizer = adam(lr: 1e-3 -> 1e-4 over 1_000 steps) }', 'budget 2_000 steps'),
  },
];

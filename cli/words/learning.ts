/** What learns: networks, optimizers, mixers. */
import { activations, layerForms } from '../../compiler/networks/layers.ts';
import { optimizers } from '../../runtime/train/optimizers.ts';
import { writtenSetting } from '../../runtime/train/written.ts';
import { stag, training, type Word } from './base.ts';

const layerLines = layerForms.map(({ form, doc }) => `    ${form.padEnd(24)} ${doc}`);

const optimizerLines = optimizers.flatMap(({ name, title, paper, settings }) => [
  `    ${name}: ${title} (${paper})`,
  ...settings.map(one => `        ${`${one.name}: ${writtenSetting(one.default)}`.padEnd(20)} ${one.doc}`),
]);

/** A mixer with its claims, and a game beside it. */
const mixer = (claims: string, ...bindings: readonly string[]): string =>
  `mixer Blend {\n${bindings.map(binding => `  ${binding}\n`).join('')}} ${claims}\n\n${stag}`;

export const learningWords: readonly Word[] = [
  {
    word: 'mixer',
    also: ['mixers', 'hyper'],
    summary: 'How the utilities of a team become one value, `total`.',
    text: 'Its bindings compute with `q`, one utility per agent, and with networks of the state, `hyper(shape)`. What is claimed after the closing brace (`monotonic`, `strictly monotonic`, `additive`, `igm`) is proved for every number of agents and every weight, or refused at the term that breaks it. `mixer = Blend` is a setting of QMIX, WQMIX and QPLEX; `marl info FILE:Blend` says what is proved.',
    example: mixer('monotonic', 'w = abs(hyper([agents]))', 'total = dot(q, w) + hyper([1])'),
  },
  {
    word: 'monotonic',
    also: ['strictly'],
    summary: 'A claim of a mixer: the total never falls where a utility grows.',
    text: 'Proved by following every path from `q` to the total: functions that never fall, and factors that are never negative, such as `abs(hyper(...))`. `strictly monotonic` says that the total grows with every utility: `softplus` and `exp` are always positive, `abs` can be 0. Where `stop_gradient` is used, the part that is differentiated must not fall either.',
    example: mixer('strictly monotonic', 'w = softplus(hyper([agents]))', 'total = dot(elu(q), w)'),
  },
  {
    word: 'igm',
    also: ['additive'],
    summary: 'A claim of a mixer: where every agent is greedy, the total is highest.',
    text: 'Individual-global-max. It follows from `monotonic` unless `actions` is read. It is also proved of duplex forms (QPLEX): a value at the greedy utilities, `best`, plus advantages `f(q) - f(best)` weighed by factors that are never negative. QMIX and WQMIX need `monotonic` and `igm`, QPLEX `igm`, VDN `additive` and `igm`. `additive` means a sum of one term per agent, each of its own utility and the state.',
    example: mixer(
      'igm',
      'importance = softplus(hyper([agents], of: flatten(actions)))',
      'total = sum(best) + dot(q - best, importance)',
    ),
  },
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
      'algorithm IDQN { network = Wide(units: 64)  explore = 1.0 -> 0.1 over 1_000 steps }',
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
    example: training('algorithm IDQN { optimizer = adam(lr: 1e-3 -> 1e-4 over 50_000 steps) }', 'budget 80_000 steps'),
  },
];

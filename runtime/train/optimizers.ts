/** The optimizers of the language with their settings; update equations and, unless said, defaults are those of PyTorch's `torch.optim`. */
import { adam, adamw, type OptimiserSpec, rmsprop, sgd } from '../tensor/optimisers/spec.ts';
import type { OptimizerSetting, SettingDoc } from './spec.ts';

export interface OptimizerDoc {
  /** As written in the language. */
  readonly name: OptimiserSpec['kind'];
  readonly title: string;
  readonly paper: string;
  /** `lr` first. */
  readonly settings: readonly SettingDoc[];
  readonly defaults: OptimizerSetting;
}

const torch = 'PyTorch';

const lr = (rate: number): SettingDoc => ({
  name: 'lr',
  type: 'schedule',
  low: 0,
  default: { from: rate, to: rate, over: 0, unit: 'steps' },
  doc: 'learning rate, constant or changing over the run',
  source: torch,
});

const real = (name: string, value: number, doc: string, high?: number, source = torch): SettingDoc => ({
  name,
  type: 'real',
  low: 0,
  ...(high === undefined ? {} : { high }),
  default: value,
  doc,
  source,
});

const bool = (name: string, value: boolean, doc: string): SettingDoc => ({
  name,
  type: 'bool',
  default: value,
  doc,
  source: torch,
});

const decay = (value: number, doc: string): SettingDoc => real('weight_decay', value, doc);
const l2 = 'L2 penalty: this times the weight is added to the gradient';
const moments = [
  real('beta1', 0.9, 'smoothing of the gradient', 1),
  real('beta2', 0.999, 'smoothing of the squared gradient', 1),
  real('eps', 1e-8, 'added to the root of the squared gradient'),
];

const made = (
  spec: OptimiserSpec,
  title: string,
  paper: string,
  rate: number,
  rest: readonly SettingDoc[],
): OptimizerDoc => ({
  name: spec.kind,
  title,
  paper,
  settings: [lr(rate), ...rest],
  defaults: { ...spec, lr: { from: rate, to: rate, over: 0, unit: 'steps' } },
});

export const optimizers: readonly OptimizerDoc[] = [
  made(adam, 'Adam', 'Kingma and Ba 2015', 1e-3, [...moments, decay(0, l2)]),
  made(adamw, 'Adam with decoupled weight decay', 'Loshchilov and Hutter 2019', 1e-3, [
    ...moments,
    decay(0.01, 'the weight shrinks by the learning rate times this before each step'),
  ]),
  made(rmsprop, 'RMSProp', 'Tieleman and Hinton 2012', 5e-4, [
    real('alpha', 0.99, 'smoothing of the squared gradient', 1),
    real('eps', 1e-5, 'added to the root of the squared gradient', undefined, 'PyMARL'),
    real('momentum', 0, 'share of the last step that is repeated', 1),
    bool('centered', false, 'divide by the deviation of the gradient instead of its size'),
    decay(0, l2),
  ]),
  made(sgd, 'Stochastic gradient descent', 'Robbins and Monro 1951', 1e-3, [
    real('momentum', 0, 'share of the last step that is repeated', 1),
    bool('nesterov', false, 'look ahead along the momentum'),
    decay(0, l2),
  ]),
];

export function optimizerNamed(name: string): OptimizerDoc | undefined {
  return optimizers.find(optimizer => optimizer.name === name);
}

/** The field of `OptimizerSetting` that a setting of the language stands in. */
export function optimizerField(setting: string): string {
  return setting === 'weight_decay' ? 'weightDecay' : setting;
}

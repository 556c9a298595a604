/** Settings of a deep learner that belong to these tests, whatever the learners of the catalogue have. */
import { adam } from '../../runtime/tensor/optimisers/spec.ts';
import type { SettingDoc, SettingValue } from '../../runtime/train/spec.ts';

const setting = (
  name: string,
  type: SettingDoc['type'],
  usual: SettingValue,
  rest: Partial<SettingDoc> = {},
): SettingDoc => ({
  name,
  type,
  default: usual,
  doc: `${name} of the tests`,
  source: 'the tests',
  ...rest,
});

export const qmixSettings: readonly SettingDoc[] = [
  setting('network', 'network', { layers: [{ kind: 'gru', units: 64 }] }),
  setting('critic_network', 'network', 'network'),
  setting('mixer', 'mixer', 'TwoLayer'),
  setting('optimizer', 'optimizer', { ...adam, eps: 1e-5, lr: { from: 5e-4, to: 5e-4, over: 0, unit: 'steps' } }),
  setting('explore', 'schedule', { from: 1, to: 0.05, over: 50_000, unit: 'steps' }, { low: 0, high: 1 }),
  setting('replay', 'quantity', { amount: 5000, unit: 'episodes' }, { low: 1, high: 1_000_000 }),
  setting('train_every', 'quantity', { amount: 1, unit: 'episodes' }, { unit: 'episodes' }),
  setting('batch', 'int', 32, { low: 1, high: 4096 }),
  setting('double', 'bool', true),
  setting('sharing', 'choice', 'class', { choices: ['none', 'class', 'all'] }),
  setting('agent_ids', 'bool', false),
  setting('last_action', 'bool', false),
  setting('gamma', 'real', 'game', { low: 0, high: 1 }),
];

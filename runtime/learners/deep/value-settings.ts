/** Settings that learners of deep action values have in common. */
import type { NetworkSpec } from '../../tensor/layers/spec.ts';
import { adam } from '../../tensor/optimisers/spec.ts';
import type { OptimizerSetting, Quantity, Schedule, SettingDoc } from '../../train/spec.ts';
import type { Sharing } from './groups.ts';
import { isRecurrent } from './q-networks.ts';

export interface DeepValueSettings {
  readonly network: NetworkSpec;
  readonly dueling: boolean;
  readonly sharing: Sharing;
  readonly agent_ids: boolean;
  readonly last_action: boolean;
  readonly optimizer: OptimizerSetting;
  readonly clip: number;
  readonly explore: Schedule;
  readonly gamma: number;
  readonly double: boolean;
  readonly n_step: number;
  readonly replay: Quantity;
  readonly batch: number;
  readonly warmup: number;
  readonly train_every: Quantity;
  readonly target_every: number;
  readonly tau: number;
  readonly window: number;
  readonly standardize_rewards: boolean;
}

const pymarl = 'PyMARL (Samvelyan et al. 2019)';
const marlBook = 'code of Albrecht, Christianos and Schaefer 2024';

/** How often learners of action values update where nothing is said. */
export function updatesFor(network: NetworkSpec, episodeLimit: number): Quantity {
  if (isRecurrent(network)) return { amount: 1, unit: 'episodes' };
  return { amount: Math.min(4, episodeLimit), unit: 'steps' };
}

export const deepValueSettings: readonly SettingDoc[] = [
  {
    name: 'network',
    type: 'network',
    default: { layers: [{ kind: 'mlp', units: [64, 64], activation: 'relu' }] },
    doc: 'The body of every agent’s network; a linear layer with one output per action follows. With `gru` or `lstm` the agents remember, and whole episodes are replayed.',
    source: 'EPyMARL (Papoudakis et al. 2021)',
  },
  {
    name: 'dueling',
    type: 'bool',
    default: false,
    doc: 'Value and advantages by two heads.',
    source: 'Wang et al. 2016',
  },
  {
    name: 'sharing',
    type: 'choice',
    choices: ['none', 'class', 'all'],
    roles: true,
    default: 'class',
    doc: 'Which agents share parameters: nobody, those of a class, everybody, or those of a role, `roles(front: Scout, back: [Guard, Medic[0..1]])`.',
    source: pymarl,
  },
  {
    name: 'agent_ids',
    type: 'bool',
    default: true,
    doc: 'Agents that share parameters are told their number, one-hot.',
    source: pymarl,
  },
  {
    name: 'last_action',
    type: 'bool',
    default: false,
    doc: 'Agents are told their own last action, one-hot.',
    source: 'PyMARL does, EPyMARL does not',
  },
  {
    name: 'optimizer',
    type: 'optimizer',
    default: { ...adam, lr: { from: 5e-4, to: 5e-4, over: 0, unit: 'steps' } },
    doc: 'Optimiser and learning rate.',
    source: 'EPyMARL',
  },
  {
    name: 'clip',
    type: 'real',
    low: 0,
    default: 10,
    doc: 'Largest norm of the gradient of all parameters together; 0 leaves it as it is.',
    source: pymarl,
  },
  {
    name: 'explore',
    type: 'schedule',
    low: 0,
    high: 1,
    default: { from: 1, to: 0.05, over: 50_000, unit: 'steps' },
    doc: 'Probability of a random available action while learning.',
    source: pymarl,
  },
  {
    name: 'gamma',
    type: 'real',
    low: 0,
    high: 1,
    default: 'game',
    doc: 'Discount factor; by default the one the game declares.',
    source: 'the game',
  },
  {
    name: 'double',
    type: 'bool',
    default: true,
    doc: 'The online network chooses the next action, the target network says what it is worth.',
    source: 'van Hasselt, Guez and Silver 2016; PyMARL',
  },
  {
    name: 'n_step',
    type: 'int',
    low: 1,
    high: 1000,
    default: 1,
    doc: 'Rewards that a target sums before it relies on a value.',
    source: 'Sutton 1988',
  },
  {
    name: 'replay',
    type: 'quantity',
    low: 1,
    default: { amount: 5000, unit: 'episodes' },
    doc: 'What is kept to learn from; the oldest makes room. Given in episodes, at most a million steps.',
    source: pymarl,
  },
  {
    name: 'batch',
    type: 'int',
    low: 1,
    high: 100_000,
    default: 32,
    doc: 'Transitions per update; episodes where the network remembers.',
    source: pymarl,
  },
  {
    name: 'warmup',
    type: 'int',
    low: 0,
    default: 0,
    doc: 'Transitions (episodes where the network remembers) to collect before the first update; at least a batch.',
    source: pymarl,
  },
  {
    name: 'train_every',
    type: 'quantity',
    low: 1,
    default: 'network',
    doc: 'One update each time that this much has been played. By default an episode where the network remembers, else 4 steps, or as many as an episode has where those are fewer.',
    source: `${pymarl}; Mnih et al. 2015`,
  },
  {
    name: 'target_every',
    type: 'int',
    low: 1,
    default: 200,
    doc: 'Updates after which the target network becomes the online one (where `tau` is 1).',
    source: `${pymarl}; ${marlBook}`,
  },
  {
    name: 'tau',
    type: 'real',
    low: 0,
    high: 1,
    default: 1,
    doc: 'Below 1: after every update the target network moves this share of the way to the online one.',
    source: 'Lillicrap et al. 2016',
  },
  {
    name: 'window',
    type: 'int',
    low: 1,
    high: 2000,
    default: 100,
    doc: 'Steps of an episode that a network with memory learns from at once; longer episodes are cut.',
    source: 'the memory it takes',
  },
  {
    name: 'standardize_rewards',
    type: 'bool',
    default: false,
    doc: 'Every agent learns from its rewards less their mean, divided by their deviation: both of all that were played so far. For rewards of any size where episodes are equally long; elsewhere the sign of a reward may be what tells whether to end.',
    source: 'EPyMARL does; PyMARL does not',
  },
];

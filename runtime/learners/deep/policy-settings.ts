/** Settings of on-policy learners: what all of them have, and those of proximal policy optimisation. */
import { attends } from '../../tensor/layers/network.ts';
import type { NetworkSpec } from '../../tensor/layers/spec.ts';
import { adam } from '../../tensor/optimisers/spec.ts';
import type { Clash, OptimizerSetting, Schedule, SettingDoc, SettingValue } from '../../train/spec.ts';
import type { Sharing } from './groups.ts';

/** What `policy-learner.ts` reads of the settings of any learner. */
export interface OnPolicySettings {
  readonly network: NetworkSpec;
  /** `network`: the same body as the actor's, with weights of its own. */
  readonly critic_network: NetworkSpec | 'network';
  readonly initialization: 'orthogonal' | 'pytorch';
  readonly sharing: Sharing;
  readonly agent_ids: boolean;
  readonly last_action: boolean;
  readonly optimizer: OptimizerSetting;
  readonly clip: number;
  readonly rollout: number;
  readonly gamma: number;
  readonly entropy: Schedule;
  readonly normalize_values: boolean;
}

export interface PolicySettings extends OnPolicySettings {
  readonly epochs: number;
  readonly minibatches: number;
  readonly clip_ratio: number;
  readonly gae_lambda: number;
  readonly normalize_advantages: boolean;
  readonly value_loss: 'mse' | 'huber';
  readonly huber_delta: number;
  readonly value_clip: boolean;
}

const authors = 'code of Yu et al. 2022';
const jaxmarl = 'JaxMARL (Rutherford et al. 2024)';

export const policySettings: readonly SettingDoc[] = [
  {
    name: 'network',
    type: 'network',
    default: { layers: [{ kind: 'mlp', units: [64, 64], activation: 'tanh' }] },
    doc: 'The body of every agent’s policy; a linear layer with one output per action follows. With `gru` or `lstm` the agents remember, and gradients go through the whole rollout.',
    source: jaxmarl,
  },
  {
    name: 'critic_network',
    type: 'network',
    default: 'network',
    doc: 'The body of the critic; by default as `network`, with weights of its own.',
    source: authors,
  },
  {
    name: 'initialization',
    type: 'choice',
    choices: ['orthogonal', 'pytorch'],
    default: 'orthogonal',
    doc: 'Start of the weights of layers that do not say it themselves: orthogonal, with gain 0.01 for the policy’s last layer, or PyTorch’s default.',
    source: authors,
  },
  {
    name: 'sharing',
    type: 'choice',
    choices: ['none', 'class', 'all'],
    roles: true,
    default: 'class',
    doc: 'Which agents share parameters: nobody, those of a class, everybody, or those of a role, `roles(front: Scout, back: [Guard, Medic[0..1]])`.',
    source: authors,
  },
  {
    name: 'agent_ids',
    type: 'bool',
    default: true,
    doc: 'Agents that share parameters are told their number, one-hot; so is their critic.',
    source: authors,
  },
  {
    name: 'last_action',
    type: 'bool',
    default: false,
    doc: 'Agents are told their own last action, one-hot.',
    source: authors,
  },
  {
    name: 'optimizer',
    type: 'optimizer',
    default: { ...adam, eps: 1e-5, lr: { from: 5e-4, to: 5e-4, over: 0, unit: 'steps' } },
    doc: 'Optimiser and learning rate of the policies, and, apart, of the critics.',
    source: authors,
  },
  {
    name: 'clip',
    type: 'real',
    low: 0,
    default: 10,
    doc: 'Largest norm of the gradient of all parameters of a policy together, likewise of a critic; 0 leaves it as it is.',
    source: authors,
  },
  {
    name: 'rollout',
    type: 'int',
    low: 1,
    high: 100_000,
    unit: 'steps',
    default: 128,
    doc: 'Steps of every parallel game between two rounds of updates.',
    source: jaxmarl,
  },
  {
    name: 'epochs',
    type: 'int',
    low: 1,
    high: 1000,
    default: 10,
    doc: 'How often every step of a rollout is learned from.',
    source: `${authors}, for particle games`,
  },
  {
    name: 'minibatches',
    type: 'int',
    low: 1,
    high: 10_000,
    default: 1,
    doc: 'Updates per epoch, each from another part of the steps; of the games where a network remembers, and then at most as many.',
    source: authors,
  },
  {
    name: 'clip_ratio',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.2,
    doc: 'How far the probability of an action may move, as a ratio, before it earns nothing more; also of values with `value_clip`.',
    source: 'Schulman et al. 2017',
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
    name: 'gae_lambda',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.95,
    doc: 'Weight of later errors in an advantage: 0 trusts the critic, 1 the rewards.',
    source: 'Schulman et al. 2016',
  },
  {
    name: 'normalize_advantages',
    type: 'bool',
    default: true,
    doc: 'Advantages of a rollout are shifted and scaled to mean 0 and deviation 1, over the steps in which an agent acted.',
    source: authors,
  },
  {
    name: 'entropy',
    type: 'schedule',
    low: 0,
    default: { from: 0.01, to: 0.01, over: 0, unit: 'steps' },
    doc: 'Weight of the policy’s entropy, in nats, beside its advantage.',
    source: authors,
  },
  {
    name: 'value_loss',
    type: 'choice',
    choices: ['mse', 'huber'],
    default: 'huber',
    doc: 'Loss of the critic: half the squared error, or linear beyond `huber_delta`.',
    source: authors,
  },
  {
    name: 'huber_delta',
    type: 'real',
    low: 1e-6,
    default: 10,
    doc: 'Error from which on the Huber loss is linear.',
    source: authors,
  },
  {
    name: 'value_clip',
    type: 'bool',
    default: true,
    doc: 'A value that moved by more than `clip_ratio` from what it was in the rollout is not pulled further.',
    source: authors,
  },
  {
    name: 'normalize_values',
    type: 'bool',
    default: true,
    doc: 'The critic learns returns shifted and scaled by their running mean and deviation.',
    source: authors,
  },
];

/** Of learners with a central critic. */
export const criticState: SettingDoc = {
  name: 'critic_state',
  type: 'bool',
  default: true,
  doc: 'The critic reads the whole state. With `false` it reads what the agents see: all of them, by `attention` in `critic_network`.',
  source: 'Iqbal and Sha 2019, whose critics attend to what the others see and do',
};

/** For `clash` of the catalogue: a critic that was meant to be central, and reads what its own agent sees. */
export function attendsInstead(settings: Readonly<Record<string, SettingValue>>): Clash | undefined {
  const { critic_state: reads, critic_network: network } = settings;
  if (reads !== false || (typeof network === 'object' && 'layers' in network && attends(network))) return undefined;
  return {
    name: 'critic_state',
    expected: '`true` where the critic has no `attention`, by which alone it would know of the others',
    found: '`false`',
    remedy: 'Add `critic_network = mlp(64) |> attention(64, heads: 4, residual: true)`, say.',
  };
}

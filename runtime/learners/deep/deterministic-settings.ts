/** Settings that learners with deterministic (or reparametrised) policies and critics of joint actions have in common. */
import type { NetworkSpec } from '../../tensor/layers/spec.ts';
import { adam } from '../../tensor/optimisers/spec.ts';
import type { OptimizerSetting, Quantity, Schedule, SettingDoc } from '../../train/spec.ts';
import type { Sharing } from './groups.ts';

export interface DeterministicSettings {
  readonly network: NetworkSpec;
  readonly critic_network: NetworkSpec;
  readonly critic_input: 'observations' | 'state';
  readonly sharing: Sharing;
  readonly agent_ids: boolean;
  readonly last_action: boolean;
  readonly optimizer: OptimizerSetting;
  readonly clip: number;
  readonly gamma: number;
  readonly gumbel: 'soft' | 'hard';
  readonly temperature: number;
  readonly target_actions: 'sample' | 'greedy';
  readonly logit_penalty: number;
  readonly noise: Schedule;
  readonly explore: Schedule;
  readonly replay: Quantity;
  readonly batch: number;
  readonly warmup: number;
  readonly train_every: Quantity;
  readonly tau: number;
  readonly target_every: number;
  readonly window: number;
}

const authors = 'code of Lowe et al. 2017';
const epymarl = 'EPyMARL (Papoudakis et al. 2021)';

export const deterministicSettings: readonly SettingDoc[] = [
  {
    name: 'network',
    type: 'network',
    default: { layers: [{ kind: 'mlp', units: [64, 64], activation: 'relu' }] },
    doc: 'The body of every agent’s policy; a linear layer follows, with one logit per finite action and one output per real number. With `gru` or `lstm` the agents remember, and whole episodes are replayed.',
    source: authors,
  },
  {
    name: 'critic_network',
    type: 'network',
    default: { layers: [{ kind: 'mlp', units: [64, 64], activation: 'relu' }] },
    doc: 'The body of every agent’s critic, without memory; a linear layer with one output follows.',
    source: authors,
  },
  {
    name: 'critic_input',
    type: 'choice',
    choices: ['observations', 'state'],
    default: 'observations',
    doc: 'What critics read beside the actions of all agents: the observations of all agents, or the whole state.',
    source: `${authors}; the state in ${epymarl}`,
  },
  {
    name: 'sharing',
    type: 'choice',
    choices: ['none', 'class', 'all'],
    default: 'none',
    doc: 'Which agents share the parameters of policy and critic: nobody, those of a class, or everybody. Rewards stay every agent’s own.',
    source: authors,
  },
  {
    name: 'agent_ids',
    type: 'bool',
    default: true,
    doc: 'Agents that share parameters are told their number, one-hot; so is their critic.',
    source: epymarl,
  },
  {
    name: 'last_action',
    type: 'bool',
    default: false,
    doc: 'Agents are told their own last finite action, one-hot.',
    source: epymarl,
  },
  {
    name: 'optimizer',
    type: 'optimizer',
    default: { ...adam, lr: { from: 1e-2, to: 1e-2, over: 0, unit: 'steps' } },
    doc: 'Optimiser and learning rate of the policies and, apart, of the critics.',
    source: authors,
  },
  {
    name: 'clip',
    type: 'real',
    low: 0,
    default: 0.5,
    doc: 'Largest norm of the gradient of one agent’s policy, likewise of its critic; 0 leaves it as it is.',
    source: `${authors}, which clips every weight matrix apart`,
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
    name: 'gumbel',
    type: 'choice',
    choices: ['soft', 'hard'],
    default: 'soft',
    doc: 'How finite actions are drawn so that gradients pass: probabilities with Gumbel noise, or one-hot with the gradient of these (straight through).',
    source: `Jang, Gu and Poole 2017; soft in the ${authors}, hard in ${epymarl}`,
  },
  {
    name: 'temperature',
    type: 'real',
    low: 0.01,
    high: 100,
    default: 1,
    doc: 'Temperature of the softmax over logits and Gumbel noise: towards 0 the draws are one-hot, and their gradients noisy.',
    source: authors,
  },
  {
    name: 'target_actions',
    type: 'choice',
    choices: ['sample', 'greedy'],
    default: 'sample',
    doc: 'Finite actions of the target policies in targets: drawn as `gumbel` says, or the most probable one.',
    source: `sample in the ${authors}, greedy in ${epymarl}`,
  },
  {
    name: 'logit_penalty',
    type: 'real',
    low: 0,
    default: 1e-3,
    doc: 'Weight of the mean square of logits (of real numbers before the tanh) in the loss of the policies; keeps them from saturating.',
    source: authors,
  },
  {
    name: 'noise',
    type: 'schedule',
    low: 0,
    default: { from: 0.1, to: 0.1, over: 0, unit: 'steps' },
    doc: 'Deviation of the normal noise that is added to real numbers while learning, as a share of half their range.',
    source: 'Fujimoto, van Hoof and Meger 2018',
  },
  {
    name: 'explore',
    type: 'schedule',
    low: 0,
    high: 1,
    default: { from: 0, to: 0, over: 0, unit: 'steps' },
    doc: 'Probability of a uniformly random available action while learning, beside the policy’s own draws.',
    source: authors,
  },
  {
    name: 'replay',
    type: 'quantity',
    low: 1,
    default: { amount: 200_000, unit: 'steps' },
    doc: 'What is kept to learn from; the oldest makes room. Given in episodes, at most a million steps.',
    source: `a million in the ${authors}`,
  },
  {
    name: 'batch',
    type: 'int',
    low: 1,
    high: 100_000,
    default: 1024,
    doc: 'Transitions per update; episodes where the network remembers.',
    source: authors,
  },
  {
    name: 'warmup',
    type: 'int',
    low: 0,
    default: 0,
    doc: 'Transitions (episodes where the network remembers) to collect before the first update; at least a batch.',
    source: `25 600 in the ${authors}`,
  },
  {
    name: 'train_every',
    type: 'quantity',
    low: 1,
    default: { amount: 100, unit: 'steps' },
    doc: 'One update each time that this much has been played.',
    source: authors,
  },
  {
    name: 'tau',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.01,
    doc: 'Below 1: after every update the target networks move this share of the way to the online ones.',
    source: authors,
  },
  {
    name: 'target_every',
    type: 'int',
    low: 1,
    default: 200,
    doc: 'Updates after which the target networks become the online ones (where `tau` is 1).',
    source: epymarl,
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
];

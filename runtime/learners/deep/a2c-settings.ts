/** Settings that advantage actor-critics have in common. */
import { describeNetwork } from '../../tensor/layers/spec.ts';
import { adam } from '../../tensor/optimisers/spec.ts';
import type { Clash, SettingDoc, SettingValue } from '../../train/spec.ts';
import { type OnPolicySettings, policySettings } from './policy-settings.ts';
import { isRecurrent } from './q-networks.ts';

export interface A2cSettings extends OnPolicySettings {
  readonly n_step: number;
  readonly tau: number;
  readonly target_every: number;
}

const epymarl = 'EPyMARL (Papoudakis et al. 2021)';

/** A setting that other on-policy learners have, too, perhaps with another default or doc line. */
export function asBefore(name: string, changes: Partial<SettingDoc> = {}): SettingDoc {
  const known = policySettings.find(doc => doc.name === name);
  if (known === undefined) throw new RangeError(`there is no setting ${name} to take over`);
  return { ...known, ...changes };
}

export const constantly = (value: number): SettingValue => ({ from: value, to: value, over: 0, unit: 'steps' });

/** Networks, inputs and optimiser of any on-policy learner. */
export const bodySettings: readonly SettingDoc[] = [
  asBefore('network'),
  asBefore('critic_network'),
  asBefore('initialization'),
  asBefore('sharing'),
  asBefore('agent_ids'),
  asBefore('last_action'),
  asBefore('optimizer', {
    default: { ...adam, lr: { from: 5e-4, to: 5e-4, over: 0, unit: 'steps' } },
    source: epymarl,
  }),
  asBefore('clip', { source: epymarl }),
];

/** A critic of actions: it reads the state, which needs no memory. */
export const actionCriticNetwork = asBefore('critic_network', {
  default: { layers: [{ kind: 'mlp', units: [64, 64], activation: 'tanh' }] },
  doc: 'The body of the critic, which reads the state and what the others do; it may not remember.',
  source: 'as the policy’s network of JaxMARL (Rutherford et al. 2024)',
});

export const rolloutDoc = asBefore('rollout', { default: 5, source: 'Mnih et al. 2016' });

export const nStepDoc: SettingDoc = {
  name: 'n_step',
  type: 'int',
  low: 1,
  high: 1000,
  default: 5,
  doc: 'Rewards that a return sums before it relies on a value; fewer at the end of an episode or of a rollout.',
  source: `Mnih et al. 2016; ${epymarl}`,
};

export const gammaDoc = asBefore('gamma');

export const targetSettings: readonly SettingDoc[] = [
  {
    name: 'tau',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.01,
    doc: 'Returns rely on a target critic, which after every update moves this share of the way to the critic. At 1 it becomes the critic every `target_every` updates.',
    source: epymarl,
  },
  {
    name: 'target_every',
    type: 'int',
    low: 1,
    default: 1,
    doc: 'Updates after which the target critic becomes the critic, where `tau` is 1; with 1 there is no target critic.',
    source: 'Mnih et al. 2016, who have none',
  },
];

export function entropyDoc(weight: number, source: string): SettingDoc {
  return asBefore('entropy', { default: constantly(weight), source });
}

export const normalizeDoc = asBefore('normalize_values', {
  doc: 'The critic learns returns shifted and scaled by their running mean and deviation; advantages are in these units, too.',
  source: `${epymarl}, which scales rewards`,
});

/** For `clash` of the catalogue: a network with memory in a setting where nothing can be remembered. */
export function remembers(
  settings: Readonly<Record<string, SettingValue>>,
  names: readonly ('network' | 'critic_network')[],
  why: string,
): Clash | undefined {
  for (const name of names) {
    const given = settings[name];
    const network = given === 'network' ? settings.network : given;
    if (typeof network !== 'object' || !('layers' in network) || !isRecurrent(network)) continue;
    return {
      name,
      expected: `a network without \`gru\` and \`lstm\`: ${why}`,
      found: `\`${describeNetwork(network)}\``,
      remedy: 'Use `mlp(64, 64)`, say.',
    };
  }
  return undefined;
}

/** All of them, with this weight of the entropy. */
export function a2cSettings(entropy: number): readonly SettingDoc[] {
  return [
    ...bodySettings,
    rolloutDoc,
    nStepDoc,
    gammaDoc,
    ...targetSettings,
    entropyDoc(entropy, epymarl),
    normalizeDoc,
  ];
}

const seacAuthors = 'code of Christianos et al. 2020';

/** What the learners that share experience or a network have different from independent actor-critics. */
export const sharedExperience: Readonly<Record<string, Partial<SettingDoc>>> = {
  optimizer: {
    default: { ...adam, eps: 1e-3, lr: { from: 3e-4, to: 3e-4, over: 0, unit: 'steps' } },
    source: seacAuthors,
  },
  clip: { default: 0.5, source: seacAuthors },
  rollout: { default: 5, source: seacAuthors },
  n_step: { default: 5, source: seacAuthors },
  tau: { default: 1, source: seacAuthors },
  entropy: { default: { from: 0.01, to: 0.01, over: 0, unit: 'steps' }, source: seacAuthors },
};

/** What the networks of a training are given, by group of agents: how many numbers, what they stand for, and which layers may read them. */
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import type { EntrySpec, NetworkSpec } from '../../runtime/tensor/layers/spec.ts';
import type { SettingValue } from '../../runtime/train/spec.ts';
import { isNetwork, isRoles } from '../../runtime/train/written.ts';
import type { GameModel } from '../game/model.ts';
import { entriesOf, oneHotEntry } from '../networks/entries.ts';
import type { Input, Misfit } from '../networks/fit.ts';

type Settings = Readonly<Record<string, SettingValue>>;

/** Agents that share a network, or stand side by side. */
type Member = Pick<GameModel['classes'][number], 'count' | 'observation' | 'actionSpace'>;

interface GroupOfAgents {
  /** As people call it, and as `runtime/learners/deep/groups.ts` does. */
  readonly owner: string;
  readonly group: string;
  readonly members: readonly Member[];
}

/** What the networks by which the agents act are given: observation, number of the agent, last action. */
export function inputsOf(model: GameModel, settings: Settings, algorithm: string): readonly Input[] {
  return groupsOf(model, settings).map(group => policyInput(model, group, settings, algorithm));
}

/** What the critics are given; undefined where there are none with a network in `critic_network`, or it is the algorithm's affair. */
export function criticInputsOf(model: GameModel, settings: Settings, algorithm: string): readonly Input[] | undefined {
  const reads = algorithmNamed(algorithm)?.criticReads?.(settings);
  if (reads === undefined) return undefined;
  return groupsOf(model, settings).map((group): Input => {
    const own = policyInput(model, group, settings, algorithm);
    const of = `the critic of ${group.owner}`;
    const attention = refusedInCritic(reads, settings, algorithm);
    if (reads === 'all' || reads === 'joint actions') {
      const entries = 'a critic of joint actions is given more than numbers of which each is one of several values';
      return { ...own, owner: of, length: undefined, made: '', entries, attention };
    }
    if (reads === 'observation') return { ...own, owner: of, attention };
    const { pieces, length } = model.globalState;
    const state = entriesOf(pieces);
    const { ids } = partsOf(model, group, settings);
    const stated = [`${length} of the state`];
    if (reads === 'state') {
      const made = [...stated, ...(ids === 0 ? [] : [`${ids} for the number of the agent`])].join(', ');
      const entries = [...state, ...oneHotEntry(length, ids)];
      return { ...own, owner: of, length: Math.max(1, length + ids), made, entries, attention };
    }
    const made = [...stated, own.made].join(', ');
    const behind = typeof own.entries === 'string' ? own.entries : own.entries.map(moved(length));
    const entries = typeof behind === 'string' ? behind : [...state, ...behind];
    return { ...own, owner: of, length: length + (own.length ?? 0), made, entries, attention };
  });
}

/** Settings whose embeddings know what they are given in this game. */
export function withEntries(settings: Settings, model: GameModel, algorithm: string): Settings {
  const embeds = (value: SettingValue): value is NetworkSpec =>
    isNetwork(value) && value.layers[0]?.kind === 'embedding';
  if (!Object.values(settings).some(embeds)) return settings;
  const told = (inputs: readonly Input[]): Readonly<Record<string, readonly EntrySpec[]>> =>
    Object.fromEntries(
      inputs.flatMap(({ group, entries }) => (typeof entries === 'string' ? [] : [[group, entries] as const])),
    );
  const given = { given: told(inputsOf(model, settings, algorithm)) };
  const critics = { critics: told(criticInputsOf(model, settings, algorithm) ?? []) };
  const filled = (name: string, value: SettingValue): SettingValue => {
    if (!embeds(value)) return value;
    const both = settings.critic_network === 'network' ? { ...given, ...critics } : given;
    const known = name === 'critic_network' ? critics : both;
    return { layers: value.layers.map(layer => (layer.kind === 'embedding' ? { ...layer, ...known } : layer)) };
  };
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, filled(name, value)]));
}

// ---------------------------------------------------------------------------------------------- inputs of policies

function policyInput(model: GameModel, group: GroupOfAgents, settings: Settings, algorithm: string): Input {
  const { copies, observed, ids, last } = partsOf(model, group, settings);
  const parts = [
    `${observed} observed`,
    ...(ids === 0 ? [] : [`${ids} for the number of the agent`]),
    ...(last === 0 ? [] : [`${last} for the last action`]),
  ];
  const { owner, group: name, members } = group;
  const [first, ...others] = members.map(({ observation }) => entriesOf(observation.pieces));
  const alike = others.every(other => JSON.stringify(other) === JSON.stringify(first));
  const central = algorithm !== '' && algorithmNamed(algorithm)?.settings.some(({ name }) => name === 'critic_state');
  return {
    owner,
    group: name,
    // An agent that sees nothing is given a constant.
    length: Math.max(1, observed + ids + last),
    made: parts.join(', '),
    copies,
    mixed: !alike,
    entries: alike
      ? [...(first ?? []), ...oneHotEntry(observed, ids), ...oneHotEntry(observed + ids, last)]
      : `agents of several classes share the network of ${owner}, and their observations are made of different things`,
    attention: {
      problem: 'agents attend to each other in it, and a policy acts on what its own agent observes',
      remedy: central
        ? 'Write it in `critic_network`, and set `critic_state = false`: the critic is needed for learning only.'
        : 'Write `mlp(64)` in its place; the critic of `MAPPO` and of `MAA2C`, needed for learning only, may have it in `critic_network`.',
    },
  };
}

/** `sharing`, `agent_ids` and `last_action` mean in every algorithm what they mean in `runtime/learners/deep/groups.ts`. */
function partsOf(model: GameModel, { members }: GroupOfAgents, settings: Settings) {
  const agents = members.reduce((sum, { count }) => sum + count, 0);
  const copies = (settings.sharing === 'none' || settings.sharing === 'beside') && agents > 1;
  const observed = Math.max(...members.map(cls => cls.observation.length));
  const actions = Math.max(...members.map(cls => model.actionSpaces[cls.actionSpace]?.count ?? 1));
  return {
    copies,
    observed,
    ids: settings.agent_ids === true && !copies && agents > 1 ? agents : 0,
    last: settings.last_action === true ? actions : 0,
  };
}

function groupsOf({ classes }: GameModel, settings: Settings): readonly GroupOfAgents[] {
  const part = (name: string, members: readonly Member[]): GroupOfAgents => ({ owner: name, group: name, members });
  if (settings.sharing === 'all' || settings.sharing === 'beside')
    return [{ owner: 'all agents', group: 'agents', members: classes }];
  if (!isRoles(settings.sharing)) return classes.map(cls => part(cls.name, [cls]));
  const rest = new Map(classes.map(cls => [cls.name, cls.count]));
  const roles = settings.sharing.roles.map(({ name, members }) => {
    const found = members.flatMap(({ class: of, from = 0, to }) => {
      const cls = classes.find(one => one.name === of);
      if (cls === undefined) return [];
      const count = Math.min(to ?? cls.count - 1, cls.count - 1) - from + 1;
      rest.set(of, (rest.get(of) ?? 0) - count);
      return [{ ...cls, count }];
    });
    return part(name, found);
  });
  const others = classes.map(cls => ({ ...cls, count: rest.get(cls.name) ?? 0 })).filter(({ count }) => count > 0);
  return [...roles, ...others.map(cls => part(cls.name, [cls]))];
}

// ---------------------------------------------------------------------------------------------- attention

type CriticReads = NonNullable<ReturnType<NonNullable<NonNullable<ReturnType<typeof algorithmNamed>>['criticReads']>>>;

/** Why agents cannot attend to each other in the critic of an algorithm; undefined where they can. */
function refusedInCritic(reads: CriticReads, settings: Settings, algorithm: string): Misfit | undefined {
  const elsewhere = 'Write `mlp(64)` in its place, or train with `MAPPO` and `critic_state = false`.';
  const central = settings.critic_state !== undefined;
  switch (reads) {
    case 'state and observation':
      return undefined;
    case 'observation':
      if (central) return undefined;
      return {
        problem: `agents attend to each other in it, and the critic of ${algorithm} reads what its own agent observes`,
        remedy: elsewhere,
      };
    case 'state':
      return {
        problem: 'agents attend to each other in it, and all show the same here, the state',
        remedy: 'Set `critic_state = false`: then everyone shows what it observes.',
      };
    case 'joint actions':
      return {
        problem:
          'agents attend to each other in it, and the others show what this agent does, which its critic must not know to compare all its actions',
        remedy: central ? 'Set `critic = state` and `critic_state = false`.' : elsewhere,
      };
    case 'all':
      return {
        problem: `agents attend to each other in it, and the critic of ${algorithm} is given what all observe and do in one row`,
        remedy: elsewhere,
      };
  }
}

function moved(by: number): (entry: EntrySpec) => EntrySpec {
  return entry => ({ ...entry, from: entry.from + by });
}

/**
 * The algorithms that are here, with their settings. What each needs of a game stands in the one table of
 * `compiler/requirements`, which the compiler checks before a training starts.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { SettingDoc, SettingValue } from '../train/spec.ts';
import { centralQ, centralQSettings } from './central-q.ts';
import { distributedQ, distributedQSettings } from './distributed-q.ts';
import { hystereticQ, hystereticQSettings } from './hysteretic-q.ts';
import { idqn, idqnSettings } from './idqn.ts';
import { independentQ, independentQSettings } from './independent-q.ts';
import { ippo, ippoSettings } from './ippo.ts';
import { jointActionLearner, jointActionSettings } from './joint-action-learner.ts';
import { lenientQ, lenientQSettings } from './lenient-q.ts';
import { mappo, mappoSettings } from './mappo.ts';
import { minimaxQ, minimaxQSettings } from './minimax-q.ts';
import { qmix, qmixSettings } from './qmix.ts';
import type { CreateDeepLearner, CreateLearner, DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';
import { vdn, vdnSettings } from './vdn.ts';

export interface Algorithm {
  /** As written in the language. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences. */
  readonly doc: string;
  readonly paper: string;
  readonly settings: readonly SettingDoc[];
  /** What its arrays are made for: a number of agents, columns of a table over joint actions. */
  readonly limits?: { readonly agents?: number; readonly jointActions?: number };
  /** The file under `runtime/learners/` and the function in it that makes the learner; `marl emit` specialises them. */
  readonly source: { readonly file: string; readonly create: string };
  /** Set for learners whose tensors run on an engine: `create` needs a context, and the game writes its whole state. */
  readonly deep?: true;
  create(shape: Shape, settings: Settings, buffers: GameBuffers, seed: number, context?: DeepContext): Learner;
}

export type Settings = Readonly<Record<string, SettingValue>>;

/** Columns of a table over joint actions. */
const mostJointActions = 65_536;

export const algorithms: readonly Algorithm[] = [
  {
    name: 'IQL',
    title: 'Independent Q-learning',
    doc: 'Every agent learns values of its own actions, as if alone. The baseline: in games that need coordination it is expected to fail.',
    paper: 'Tan 1993; Watkins 1989',
    settings: independentQSettings,
    source: { file: 'independent-q.ts', create: 'independentQ' },
    create: made(independentQ),
  },
  {
    name: 'HystereticQ',
    title: 'Hysteretic Q-learning',
    doc: 'Independent learners of a team that learn less from what goes badly than from what goes well.',
    paper: 'Matignon, Laurent and Le Fort-Piat 2007',
    settings: hystereticQSettings,
    source: { file: 'hysteretic-q.ts', create: 'hystereticQ' },
    create: made(hystereticQ),
  },
  {
    name: 'LenientQ',
    title: 'Lenient Q-learning',
    doc: 'Independent learners of a team that forgive bad outcomes of an action while it is new to them.',
    paper: 'Panait, Sullivan and Luke 2006; Wei and Luke 2016',
    settings: lenientQSettings,
    source: { file: 'lenient-q.ts', create: 'lenientQ' },
    create: made(lenientQ),
  },
  {
    name: 'DistributedQ',
    title: 'Distributed Q-learning',
    doc: 'Independent learners of a team that keep the best they have ever seen: optimal in deterministic games, wrong in others.',
    paper: 'Lauer and Riedmiller 2000',
    settings: distributedQSettings,
    source: { file: 'distributed-q.ts', create: 'distributedQ' },
    create: made(distributedQ),
  },
  {
    name: 'JAL',
    title: 'Joint-action learner with agent models',
    doc: 'Every agent learns values of joint actions and frequencies of what the others do, and acts on the expectation.',
    paper: 'Claus and Boutilier 1998; Albrecht, Christianos and Schaefer 2024, algorithm 8',
    settings: jointActionSettings,
    limits: { jointActions: mostJointActions },
    source: { file: 'joint-action-learner.ts', create: 'jointActionLearner' },
    create: made(jointActionLearner),
  },
  {
    name: 'MinimaxQ',
    title: 'Minimax-Q',
    doc: 'Each of two opponents learns values of both actions and plays the maximin strategy of every matrix of values.',
    paper: 'Littman 1994',
    settings: minimaxQSettings,
    limits: { agents: 2, jointActions: mostJointActions },
    source: { file: 'minimax-q.ts', create: 'minimaxQ' },
    create: made(minimaxQ),
  },
  {
    name: 'CentralQ',
    title: 'Central Q-learning',
    doc: 'One learner sees what all agents see and chooses for all of them: the upper bound for a team.',
    paper: 'Watkins 1989',
    settings: centralQSettings,
    limits: { jointActions: mostJointActions },
    source: { file: 'central-q.ts', create: 'centralQ' },
    create: made(centralQ),
  },
  {
    name: 'IDQN',
    title: 'Independent deep Q-learning',
    doc: 'Every agent learns values of its own actions with a network, from its own rewards. The baseline of deep multi-agent learning.',
    paper: 'Mnih et al. 2015; Tan 1993',
    settings: idqnSettings,
    source: { file: 'idqn.ts', create: 'idqn' },
    ...deep(idqn),
  },
  {
    name: 'VDN',
    title: 'Value decomposition networks',
    doc: 'A team’s value is the sum of its agents’ utilities, learned from the team’s reward alone.',
    paper: 'Sunehag et al. 2018',
    settings: vdnSettings,
    source: { file: 'vdn.ts', create: 'vdn' },
    ...deep(vdn),
  },
  {
    name: 'QMIX',
    title: 'QMIX',
    doc: 'A team’s value is a monotonic mixer of its agents’ utilities, with weights from the state.',
    paper: 'Rashid et al. 2018',
    settings: qmixSettings,
    source: { file: 'qmix.ts', create: 'qmix' },
    ...deep(qmix),
  },
  {
    name: 'IPPO',
    title: 'Independent proximal policy optimisation',
    doc: 'Every agent learns a policy and a critic from what it sees itself. A strong baseline, and quick with many parallel games.',
    paper: 'de Witt et al. 2020; Schulman et al. 2017',
    settings: ippoSettings,
    source: { file: 'ippo.ts', create: 'ippo' },
    ...deep(ippo),
  },
  {
    name: 'MAPPO',
    title: 'Multi-agent proximal policy optimisation',
    doc: 'Policies of what every agent sees itself, learned with a critic that reads the whole state.',
    paper: 'Yu et al. 2022',
    settings: mappoSettings,
    source: { file: 'mappo.ts', create: 'mappo' },
    ...deep(mappo),
  },
];

export function algorithmNamed(name: string): Algorithm | undefined {
  return algorithms.find(algorithm => algorithm.name === name);
}

/** All settings of an algorithm: those given, and the defaults of the others. `game` becomes the game's discount. */
export function completeSettings(algorithm: Pick<Algorithm, 'settings'>, given: Settings, discount: number): Settings {
  const all: [string, SettingValue][] = algorithm.settings.map(doc => {
    const value = Object.hasOwn(given, doc.name) ? (given[doc.name] as SettingValue) : doc.default;
    return [doc.name, value === 'game' ? discount : value];
  });
  return Object.fromEntries(all);
}

/** A learner's own settings type is a view of the same record; the catalogue's docs are what makes it so. */
function made<S>(create: CreateLearner<S>): Algorithm['create'] {
  return (shape, settings, buffers, seed) => create(shape, settings as S, buffers, seed);
}

/** The same for learners on an engine. */
function deep<S>(create: CreateDeepLearner<S>): Pick<Algorithm, 'deep' | 'create'> {
  return {
    deep: true,
    create(shape, settings, buffers, seed, context) {
      if (context === undefined) throw new RangeError('a deep learner needs an engine');
      return create(shape, settings as unknown as S, buffers, seed, context);
    },
  };
}

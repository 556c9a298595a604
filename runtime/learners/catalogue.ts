/**
 * The algorithms that are here, with their settings. What each needs of a game stands in the one table of
 * `compiler/requirements`, which the compiler checks before a training starts.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { Clash, SettingDoc, SettingValue } from '../train/spec.ts';
import { isNetwork } from '../train/written.ts';
import { centralQ, centralQSettings } from './central-q.ts';
import { coma, comaClash, comaSettings } from './coma.ts';
import { correlatedQ, correlatedQSettings } from './correlated-q.ts';
import type { CriticReads } from './deep/policy-networks.ts';
import { attendsInstead } from './deep/policy-settings.ts';
import { updatesFor } from './deep/value-settings.ts';
import { distributedQ, distributedQSettings } from './distributed-q.ts';
import { foeQ, foeQSettings } from './foe-q.ts';
import { friendQ, friendQSettings } from './friend-q.ts';
import { hystereticQ, hystereticQSettings } from './hysteretic-q.ts';
import { ia2c, ia2cSettings } from './ia2c.ts';
import { idqn, idqnClash, idqnSettings } from './idqn.ts';
import { independentQ, independentQSettings } from './independent-q.ts';
import { ippo, ippoSettings } from './ippo.ts';
import { jointActionLearner, jointActionSettings } from './joint-action-learner.ts';
import { lenientQ, lenientQSettings } from './lenient-q.ts';
import { maa2c, maa2cClash, maa2cSettings } from './maa2c.ts';
import { maddpg, maddpgClash, maddpgSettings } from './maddpg.ts';
import { mappo, mappoSettings } from './mappo.ts';
import { minimaxQ, minimaxQSettings } from './minimax-q.ts';
import { nashQ, nashQSettings } from './nash-q.ts';
import { paretoAc, paretoAcClash, paretoAcSettings } from './pareto-ac.ts';
import { qmix, qmixSettings } from './qmix.ts';
import { qplex, qplexSettings } from './qplex.ts';
import { qtran, qtranSettings } from './qtran.ts';
import { reinforce, reinforceSettings } from './reinforce.ts';
import { seac, seacClash, seacSettings } from './seac.ts';
import type { CreateDeepLearner, CreateLearner, DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';
import { snac, snacSettings } from './snac.ts';
import { vdn, vdnSettings } from './vdn.ts';
import { wqmix, wqmixSettings } from './wqmix.ts';

export interface Algorithm {
  /** As written in the language. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences. */
  readonly doc: string;
  readonly paper: string;
  readonly settings: readonly SettingDoc[];
  /** Settings that exclude each other: the first that does not fit the others. */
  clash?(settings: Settings): Clash | undefined;
  /**
   * What a network in `critic_network` is given: `joint actions` of the others besides the state, or `all` that anyone sees and does in
   * one row. Undefined where it has none.
   */
  criticReads?(settings: Settings): CriticReads | 'joint actions' | 'all' | undefined;
  /** What its arrays are made for: a number of agents, columns of a table over joint actions. */
  readonly limits?: { readonly agents?: number; readonly jointActions?: number };
  /** The file under `runtime/learners/` and the function in it that makes the learner; `marl emit` specialises them. */
  readonly source: { readonly file: string; readonly create: string };
  /** Set for learners whose rollouts are at least as long as an episode may be, up to a thousand steps. */
  readonly wholeEpisodes?: true;
  /** Set for learners whose tensors run on an engine: `create` needs a context, and the game writes its whole state. */
  readonly deep?: true;
  /** Set for learners of stochastic policies, which can be sampled (`Learner.sample`) wherever there are finite actions. */
  readonly stochastic?: true;
  /** Set for learners that choose real numbers too: real actions, within bounds. */
  readonly realActions?: true;
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
    name: 'NashQ',
    title: 'Nash-Q',
    doc: 'Each of two agents learns values of joint actions for both, told what both are paid, and plays a Nash equilibrium of every pair of tables.',
    paper: 'Hu and Wellman 2003',
    settings: nashQSettings,
    limits: { agents: 2, jointActions: 1024 },
    source: { file: 'nash-q.ts', create: 'nashQ' },
    create: made(nashQ),
  },
  {
    name: 'CorrelatedQ',
    title: 'Correlated-Q',
    doc: 'Values of joint actions for all agents, and one device that draws the joint action from a correlated equilibrium of them: the utilitarian, egalitarian, republican or libertarian one.',
    paper: 'Greenwald and Hall 2003',
    settings: correlatedQSettings,
    // A linear program with a variable for each is solved at every step.
    limits: { jointActions: 256 },
    source: { file: 'correlated-q.ts', create: 'correlatedQ' },
    create: made(correlatedQ),
  },
  {
    name: 'FriendQ',
    title: 'Friend-Q',
    doc: 'Every agent learns values of joint actions and expects all others to do what is best for it.',
    paper: 'Littman 2001',
    settings: friendQSettings,
    limits: { jointActions: mostJointActions },
    source: { file: 'friend-q.ts', create: 'friendQ' },
    create: made(friendQ),
  },
  {
    name: 'FoeQ',
    title: 'Foe-Q',
    doc: 'Every agent learns values of joint actions and plays what is best if all others work together against it.',
    paper: 'Littman 2001',
    settings: foeQSettings,
    limits: { jointActions: mostJointActions },
    source: { file: 'foe-q.ts', create: 'foeQ' },
    create: made(foeQ),
  },
  {
    name: 'IDQN',
    title: 'Independent deep Q-learning',
    doc: 'Every agent learns values of its own actions with a network, from its own rewards. The baseline of deep multi-agent learning; with `beta` hysteretic, with `temperature` lenient.',
    paper: 'Mnih et al. 2015; Tan 1993',
    settings: idqnSettings,
    clash: idqnClash,
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
    name: 'WQMIX',
    title: 'Weighted QMIX',
    doc: 'QMIX that fits good joint actions first, as a central value of any form finds them: centrally weighted (CW-QMIX) or optimistically (OW-QMIX).',
    paper: 'Rashid, Farquhar, Peng and Whiteson 2020',
    settings: wqmixSettings,
    source: { file: 'wqmix.ts', create: 'wqmix' },
    ...deep(wqmix),
  },
  {
    name: 'QTRAN',
    title: 'QTRAN',
    doc: 'A joint value of any form, and a sum of utilities held to be as high as it at the greedy actions and nowhere lower.',
    paper: 'Son et al. 2019',
    settings: qtranSettings,
    source: { file: 'qtran.ts', create: 'qtran' },
    ...deep(qtran),
  },
  {
    name: 'QPLEX',
    title: 'QPLEX',
    doc: 'A team’s value as a value of the greedy actions plus weighed advantages of the others: every value that keeps IGM.',
    paper: 'Wang et al. 2021',
    settings: qplexSettings,
    source: { file: 'qplex.ts', create: 'qplex' },
    ...deep(qplex),
  },
  {
    name: 'REINFORCE',
    title: 'Independent REINFORCE',
    doc: 'Every agent makes the likelier what earned it more to the end of the episode. The plainest policy gradient.',
    paper: 'Williams 1992',
    settings: reinforceSettings,
    criticReads: () => 'observation',
    source: { file: 'reinforce.ts', create: 'reinforce' },
    stochastic: true,
    wholeEpisodes: true,
    ...deep(reinforce),
  },
  {
    name: 'IA2C',
    title: 'Independent advantage actor-critic',
    doc: 'Every agent learns a policy and a critic from what it sees itself, one update per short rollout.',
    paper: 'Mnih et al. 2016; Papoudakis et al. 2021',
    settings: ia2cSettings,
    criticReads: () => 'observation',
    source: { file: 'ia2c.ts', create: 'ia2c' },
    stochastic: true,
    ...deep(ia2c),
  },
  {
    name: 'MAA2C',
    title: 'Advantage actor-critic with a central critic',
    doc: 'Policies of what every agent sees itself, learned with a critic of the whole state, or of the joint action in it.',
    paper: 'Papoudakis et al. 2021; Albrecht, Christianos and Schaefer 2024',
    settings: maa2cSettings,
    clash: maa2cClash,
    criticReads: settings => (settings.critic === 'joint_action' ? 'joint actions' : centralReads(settings)),
    source: { file: 'maa2c.ts', create: 'maa2c' },
    stochastic: true,
    ...deep(maa2c),
  },
  {
    name: 'SEAC',
    title: 'Shared experience actor-critic',
    doc: 'Agents with parameters of their own learn from what all of them went through, weighted by how likely they would have done the same.',
    paper: 'Christianos, Schaefer and Albrecht 2020',
    settings: seacSettings,
    clash: seacClash,
    criticReads: () => 'observation',
    source: { file: 'seac.ts', create: 'seac' },
    stochastic: true,
    ...deep(seac),
  },
  {
    name: 'SNAC',
    title: 'Shared network actor-critic',
    doc: 'One policy and one critic for all agents, learned from what all of them went through.',
    paper: 'Christianos, Schaefer and Albrecht 2020',
    settings: snacSettings,
    criticReads: () => 'observation',
    source: { file: 'snac.ts', create: 'snac' },
    stochastic: true,
    ...deep(snac),
  },
  {
    name: 'COMA',
    title: 'Counterfactual multi-agent policy gradients',
    doc: 'A central critic says what would have been if one agent had done something else; agents learn from the difference that they made.',
    paper: 'Foerster et al. 2018; Wolpert and Tumer 2002',
    settings: comaSettings,
    clash: comaClash,
    criticReads: () => 'joint actions',
    source: { file: 'coma.ts', create: 'coma' },
    stochastic: true,
    ...deep(coma),
  },
  {
    name: 'ParetoAC',
    title: 'Pareto actor-critic',
    doc: 'Every agent supposes that the others do what is best for all, and finds optima where others settle for what is safe.',
    paper: 'Christianos, Papoudakis and Albrecht 2023',
    settings: paretoAcSettings,
    clash: paretoAcClash,
    // Its critic is asked about all of the others' joint actions at every step.
    limits: { jointActions: 1024 },
    criticReads: () => 'joint actions',
    source: { file: 'pareto-ac.ts', create: 'paretoAc' },
    stochastic: true,
    ...deep(paretoAc),
  },
  {
    name: 'IPPO',
    title: 'Independent proximal policy optimisation',
    doc: 'Every agent learns a policy and a critic from what it sees itself. A strong baseline, and quick with many parallel games.',
    paper: 'de Witt et al. 2020; Schulman et al. 2017',
    settings: ippoSettings,
    criticReads: () => 'observation',
    source: { file: 'ippo.ts', create: 'ippo' },
    stochastic: true,
    ...deep(ippo),
  },
  {
    name: 'MAPPO',
    title: 'Multi-agent proximal policy optimisation',
    doc: 'Policies of what every agent sees itself, learned with a critic that reads the whole state.',
    paper: 'Yu et al. 2022',
    settings: mappoSettings,
    clash: attendsInstead,
    criticReads: centralReads,
    source: { file: 'mappo.ts', create: 'mappo' },
    stochastic: true,
    ...deep(mappo),
  },
  {
    name: 'MADDPG',
    title: 'Multi-agent deep deterministic policy gradient',
    doc: 'Policies of what every agent sees itself, for finite and real actions, each learned with a critic of its own that reads what all see and do. Teams, opponents and anything between.',
    paper: 'Lowe et al. 2017',
    settings: maddpgSettings,
    clash: maddpgClash,
    realActions: true,
    criticReads: () => 'all',
    source: { file: 'maddpg.ts', create: 'maddpg' },
    stochastic: true,
    ...deep(maddpg),
  },
];

/** As in `mappo.ts` and `maa2c.ts`. */
function centralReads({ critic_state: state, critic_observation: observation }: Settings): CriticReads {
  if (state === false) return 'observation';
  return observation === true ? 'state and observation' : 'state';
}

export function algorithmNamed(name: string): Algorithm | undefined {
  return algorithms.find(algorithm => algorithm.name === name);
}

/**
 * All settings of an algorithm: those given, and the defaults of the others. `game` becomes the game's discount; `network`, what follows
 * from the network and the game's episodes, stays (`settledSettings`).
 */
export function completeSettings(algorithm: Pick<Algorithm, 'settings'>, given: Settings, discount: number): Settings {
  const all: [string, SettingValue][] = algorithm.settings.map(doc => {
    const value = Object.hasOwn(given, doc.name) ? (given[doc.name] as SettingValue) : doc.default;
    return [doc.name, value === 'game' ? discount : value];
  });
  return Object.fromEntries(all);
}

/** Complete settings for games of at most `episodeLimit` steps: how often to update is a number also where nothing was said. */
export function settledSettings(settings: Settings, episodeLimit: number): Settings {
  const { train_every: every, network } = settings;
  if (every !== 'network' || !isNetwork(network)) return settings;
  return { ...settings, train_every: updatesFor(network, episodeLimit) };
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
      const settled = settledSettings(settings, shape.episodeLimit);
      return create(shape, settled as unknown as S, buffers, seed, context);
    },
  };
}

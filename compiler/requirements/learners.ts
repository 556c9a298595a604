/** What each learning algorithm needs, those that are here and those that are announced. */
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import type { LearnerRow, Needed } from './base.ts';

const finite: Needed = { kind: 'finite-actions' };
const team: Needed = { kind: 'team' };
const ends: Needed = { kind: 'ends' };
const alike: Needed = { kind: 'alike' };
const state: Needed = { kind: 'state-in-training' };
/** Values of all agents cannot be learned from one's own reward. */
const rewards: Needed = { kind: 'rewards-in-training' };
const several: Needed = { kind: 'at-least', count: 2 };
/** The mean of a few actions is no field. */
const crowd: Needed = { kind: 'at-least', count: 10, advice: true };
/** Values of joint actions are kept per state of a Markov game; what agents do not see makes them averages over states. */
const markov: Needed = { kind: 'full-observation', advice: true };
const tabular: readonly Needed[] = [finite, { kind: 'finite-observations', advice: true }];

export const learnerRows: readonly LearnerRow[] = [
  // ---------------------------------------------------------------------------------------------- tables
  row('IQL', tabular, []),
  row('HystereticQ', [...tabular, team], ['LenientQ', 'IQL']),
  row('LenientQ', [...tabular, team], ['HystereticQ', 'IQL']),
  row('DistributedQ', [...tabular, team, { kind: 'deterministic', advice: true }], ['HystereticQ', 'LenientQ', 'IQL']),
  row('JAL', [...tabular, joint('JAL')], ['IQL']),
  row(
    'MinimaxQ',
    [...tabular, { kind: 'agents', count: 2 }, { kind: 'zero-sum' }, joint('MinimaxQ'), markov],
    ['NashQ', 'CorrelatedQ', 'JAL', 'IQL'],
  ),
  row('CentralQ', [...tabular, team, joint('CentralQ')], ['JAL', 'HystereticQ', 'IQL']),
  row(
    'NashQ',
    [...tabular, { kind: 'agents', count: 2 }, joint('NashQ'), rewards, markov],
    ['CorrelatedQ', 'JAL', 'IQL'],
  ),
  row('CorrelatedQ', [...tabular, several, joint('CorrelatedQ'), rewards, markov], ['NashQ', 'JAL', 'IQL']),
  row(
    'FriendQ',
    [...tabular, several, joint('FriendQ'), { kind: 'no-conflict', advice: true }, markov],
    ['NashQ', 'CorrelatedQ', 'JAL', 'IQL'],
  ),
  row(
    'FoeQ',
    [
      ...tabular,
      several,
      joint('FoeQ'),
      { kind: 'agents', count: 2, advice: true },
      { kind: 'zero-sum', advice: true },
      markov,
    ],
    ['MinimaxQ', 'NashQ', 'CorrelatedQ', 'JAL', 'IQL'],
  ),

  // ---------------------------------------------------------------------------------------------- value decomposition
  row('IDQN', [finite], ['IQL'], 'Independent deep Q-learning', 'Tampuu et al. 2017; Mnih et al. 2015'),
  row(
    'VDN',
    [finite, several, team, ends, { kind: 'mixer', claim: 'additive' }],
    ['QMIX', 'IDQN', 'CentralQ', 'HystereticQ', 'IQL'],
    'Value decomposition network',
    'Sunehag et al. 2018',
  ),
  row('QMIX', decomposed('monotonic'), decomposedInstead('VDN'), 'QMIX', 'Rashid et al. 2018'),
  row('WQMIX', decomposed('monotonic'), decomposedInstead('QMIX')),
  row('QTRAN', [finite, several, team, ends, state], decomposedInstead('QPLEX')),
  row('QPLEX', decomposed('complete'), decomposedInstead('QMIX')),
  row(
    'FQL',
    [finite, several, team, alike],
    decomposedInstead('VDN'),
    'Factorised Q-learning',
    'Zhou, Chen et al. 2018',
  ),

  // ---------------------------------------------------------------------------------------------- policy gradients
  row('REINFORCE', [finite, ends], ['IA2C', 'IPPO', 'IQL']),
  row('IA2C', [finite], ['IPPO', 'IQL']),
  row('MAA2C', [finite, several, state], ['IA2C', 'IQL']),
  row('IPPO', [finite], ['IA2C', 'IQL'], 'Independent proximal policy optimisation', 'de Witt et al. 2020'),
  row(
    'MAPPO',
    [finite, several, state],
    ['IPPO', 'IQL'],
    'Proximal policy optimisation with a central critic',
    'Yu et al. 2022',
  ),
  row('COMA', [finite, several, team, state, ends], ['MAPPO', 'MAA2C', 'IPPO', 'HystereticQ', 'IQL']),
  row('MADDPG', [state], ['MAPPO', 'IPPO', 'IQL']),
  row(
    'ParetoAC',
    [finite, several, { kind: 'no-conflict' }, joint('ParetoAC'), state],
    ['MAPPO', 'MAA2C', 'JAL', 'IQL'],
  ),
  row('SEAC', [finite, several, alike], ['IA2C', 'IPPO', 'IQL']),
  row('SNAC', [finite, several, alike], ['IA2C', 'IPPO', 'IQL']),

  // ---------------------------------------------------------------------------------------------- models, messages, crowds
  row(
    'LIAM',
    [finite, several],
    ['IA2C', 'JAL', 'IQL'],
    'Local information agent modelling',
    'Papoudakis, Christianos and Albrecht 2021',
  ),
  row(
    'CommNet',
    [finite, several, team, alike, ends],
    ['MAPPO', 'QMIX', 'HystereticQ', 'IQL'],
    'CommNet',
    'Sukhbaatar, Szlam and Fergus 2016',
  ),
  row('PR2', [several], ['MADDPG', 'JAL', 'IPPO', 'IQL'], 'Probabilistic recursive reasoning', 'Wen et al. 2019'),
  row('MFQ', [finite, several, alike, crowd], ['IDQN', 'IQL'], 'Mean-field Q-learning', 'Yang et al. 2018'),
  row('MFAC', [finite, several, alike, crowd], ['IA2C', 'IPPO', 'IQL'], 'Mean-field actor-critic', 'Yang et al. 2018'),
  row(
    'AlphaZero',
    [
      finite,
      { kind: 'agents', count: 2 },
      { kind: 'turn-based' },
      { kind: 'zero-sum' },
      { kind: 'deterministic' },
      { kind: 'perfect-information' },
      ends,
    ],
    ['MinimaxQ', 'IPPO', 'JAL', 'IQL'],
    'Self-play with tree search',
    'Silver et al. 2018',
  ),
];

function decomposed(claim: 'monotonic' | 'complete'): readonly Needed[] {
  return [finite, several, team, ends, state, { kind: 'mixer', claim }];
}

function decomposedInstead(nearest: string): readonly string[] {
  return [nearest, 'VDN', 'IDQN', 'CentralQ', 'HystereticQ', 'IQL'].filter((name, k, all) => all.indexOf(name) === k);
}

/** Tables and critics over joint actions; the bound of a learner that is here is the one its arrays are made for. */
function joint(name: string): Needed {
  return { kind: 'joint-actions', atMost: algorithmNamed(name)?.limits?.jointActions ?? 65_536 };
}

/** Title and paper of what is here are the catalogue's. */
function row(
  name: string,
  requires: readonly Needed[],
  instead: readonly string[],
  title: string = name,
  paper = '',
): LearnerRow {
  const here = algorithmNamed(name);
  return {
    kind: 'learner',
    name,
    title: here?.title ?? title,
    paper: here?.paper ?? paper,
    available: here !== undefined,
    requires,
    instead,
  };
}

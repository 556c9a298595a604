/**
 * The algorithms: the one table that the checker, the documentation, completion and the command line read. `requires` says
 * what a game must be like; the compiler proves it or refuses the training.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { SettingDoc, SettingValue } from '../train/spec.ts';
import { centralQ, centralQSettings } from './central-q.ts';
import { distributedQ, distributedQSettings } from './distributed-q.ts';
import { hystereticQ, hystereticQSettings } from './hysteretic-q.ts';
import { independentQ, independentQSettings } from './independent-q.ts';
import { jointActionLearner, jointActionSettings } from './joint-action-learner.ts';
import { lenientQ, lenientQSettings } from './lenient-q.ts';
import { minimaxQ, minimaxQSettings } from './minimax-q.ts';
import type { CreateLearner, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

/** What an algorithm needs of a game. */
export type Requirement =
  /** Every agent chooses from finitely many actions. */
  | { readonly kind: 'finite-actions' }
  /** Exactly this many agents. */
  | { readonly kind: 'agents'; readonly count: number }
  /** The agents' rewards always sum to zero. */
  | { readonly kind: 'zero-sum' }
  /** All agents are always paid alike, or the training declares `team reward`. */
  | { readonly kind: 'team' }
  /** Transitions and rewards have no chance in them (the draw of the initial state is free). */
  | { readonly kind: 'deterministic'; readonly severity: 'warning' }
  /** A table over joint actions has at most this many columns. */
  | { readonly kind: 'joint-actions'; readonly atMost: number };

export interface Algorithm {
  /** As written in the language. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences. */
  readonly doc: string;
  readonly paper: string;
  readonly settings: readonly SettingDoc[];
  readonly requires: readonly Requirement[];
  /** Names of algorithms to offer where a requirement fails, nearest first. */
  readonly instead: readonly string[];
  /** The file under `runtime/learners/` and the function in it that makes the learner; `marl emit` specialises them. */
  readonly source: { readonly file: string; readonly create: string };
  create(shape: Shape, settings: Settings, buffers: GameBuffers, seed: number): Learner;
}

export type Settings = Readonly<Record<string, SettingValue>>;

const finite: Requirement = { kind: 'finite-actions' };
const team: Requirement = { kind: 'team' };
const joint: Requirement = { kind: 'joint-actions', atMost: 65_536 };

export const algorithms: readonly Algorithm[] = [
  {
    name: 'IQL',
    title: 'Independent Q-learning',
    doc: 'Every agent learns values of its own actions, as if alone. The baseline: in games that need coordination it is expected to fail.',
    paper: 'Tan 1993; Watkins 1989',
    settings: independentQSettings,
    requires: [finite],
    instead: [],
    source: { file: 'independent-q.ts', create: 'independentQ' },
    create: made(independentQ),
  },
  {
    name: 'HystereticQ',
    title: 'Hysteretic Q-learning',
    doc: 'Independent learners of a team that learn less from what goes badly than from what goes well.',
    paper: 'Matignon, Laurent and Le Fort-Piat 2007',
    settings: hystereticQSettings,
    requires: [finite, team],
    instead: ['IQL'],
    source: { file: 'hysteretic-q.ts', create: 'hystereticQ' },
    create: made(hystereticQ),
  },
  {
    name: 'LenientQ',
    title: 'Lenient Q-learning',
    doc: 'Independent learners of a team that forgive bad outcomes of an action while it is new to them.',
    paper: 'Panait, Sullivan and Luke 2006; Wei and Luke 2016',
    settings: lenientQSettings,
    requires: [finite, team],
    instead: ['IQL'],
    source: { file: 'lenient-q.ts', create: 'lenientQ' },
    create: made(lenientQ),
  },
  {
    name: 'DistributedQ',
    title: 'Distributed Q-learning',
    doc: 'Independent learners of a team that keep the best they have ever seen: optimal in deterministic games, wrong in others.',
    paper: 'Lauer and Riedmiller 2000',
    settings: distributedQSettings,
    requires: [finite, team, { kind: 'deterministic', severity: 'warning' }],
    instead: ['HystereticQ', 'LenientQ', 'IQL'],
    source: { file: 'distributed-q.ts', create: 'distributedQ' },
    create: made(distributedQ),
  },
  {
    name: 'JAL',
    title: 'Joint-action learner with agent models',
    doc: 'Every agent learns values of joint actions and frequencies of what the others do, and acts on the expectation.',
    paper: 'Claus and Boutilier 1998; Albrecht, Christianos and Schaefer 2024, algorithm 8',
    settings: jointActionSettings,
    requires: [finite, joint],
    instead: ['IQL'],
    source: { file: 'joint-action-learner.ts', create: 'jointActionLearner' },
    create: made(jointActionLearner),
  },
  {
    name: 'MinimaxQ',
    title: 'Minimax-Q',
    doc: 'Each of two opponents learns values of both actions and plays the maximin strategy of every matrix of values.',
    paper: 'Littman 1994',
    settings: minimaxQSettings,
    requires: [finite, { kind: 'agents', count: 2 }, { kind: 'zero-sum' }, joint],
    instead: ['JAL', 'IQL'],
    source: { file: 'minimax-q.ts', create: 'minimaxQ' },
    create: made(minimaxQ),
  },
  {
    name: 'CentralQ',
    title: 'Central Q-learning',
    doc: 'One learner sees what all agents see and chooses for all of them: the upper bound for a team.',
    paper: 'Watkins 1989',
    settings: centralQSettings,
    requires: [finite, team, joint],
    instead: ['JAL', 'IQL'],
    source: { file: 'central-q.ts', create: 'centralQ' },
    create: made(centralQ),
  },
];

export function algorithmNamed(name: string): Algorithm | undefined {
  return algorithms.find(algorithm => algorithm.name === name);
}

/** All settings of an algorithm: those given, and the defaults of the others. `game` becomes the game's discount. */
export function completeSettings(algorithm: Algorithm, given: Settings, discount: number): Settings {
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

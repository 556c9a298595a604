/** Settings that several learners share, with one doc line and one source each. */
import type { SettingDoc } from '../../train/spec.ts';

const climbingDefaults = "Claus and Boutilier 1998, as in the project's reference run of the climbing games";

export function alphaDoc(doc: string): SettingDoc {
  return {
    name: 'alpha',
    type: 'schedule',
    low: 0,
    high: 1,
    default: { from: 0.1, to: 0.1, over: 0, unit: 'steps' },
    doc,
    source: climbingDefaults,
  };
}

export const gammaDoc: SettingDoc = {
  name: 'gamma',
  type: 'real',
  low: 0,
  high: 1,
  default: 'game',
  doc: "Discount of later rewards; `game` is the game's own.",
  source: 'the game',
};

export const epsilonDoc: SettingDoc = {
  name: 'epsilon',
  type: 'schedule',
  low: 0,
  high: 1,
  default: { from: 1, to: 0, over: 16_000, unit: 'steps' },
  doc: 'Probability of a uniformly random legal action while learning.',
  source: "16 000 of 20 000 steps in the project's reference run of the climbing games",
};

export const initialDoc: SettingDoc = {
  name: 'initial',
  type: 'real',
  default: 0,
  doc: 'Every value before it is learned.',
  source: 'Watkins 1989',
};

export const valueSettings: readonly SettingDoc[] = [epsilonDoc, initialDoc, gammaDoc];

/** Settings of learners that play a solution of the game of their values. */
export const stageSettings: readonly SettingDoc[] = [
  {
    ...alphaDoc('Step size; with `visits`, that of the first visit.'),
    default: { from: 1, to: 1, over: 0, unit: 'steps' },
    source: 'Hu and Wellman 2003: 1 / visits',
  },
  {
    name: 'visits',
    type: 'bool',
    default: true,
    doc: 'Divide the step size by how often the joint action has been taken at the observation.',
    source: 'Hu and Wellman 2003; Greenwald and Hall 2003 let the step size fall to 0.001 by time instead',
  },
  {
    name: 'explore',
    type: 'schedule',
    low: 0,
    high: 1,
    default: { from: 1, to: 1, over: 0, unit: 'steps' },
    doc: 'Probability of uniformly random legal actions while learning.',
    source: 'Hu and Wellman 2003: everything is tried for ever, here as often as can be',
  },
  initialDoc,
  gammaDoc,
];

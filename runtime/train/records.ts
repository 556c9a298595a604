/** What the JSON files of a run folder hold, part by part: their readers refuse what lacks any of it. */
import {
  count,
  dictionary,
  either,
  flag,
  list,
  number,
  oneOf,
  optional,
  type Part,
  present,
  record,
  text,
} from '../checkpoint/parts.ts';
import { algorithmNamed } from '../learners/catalogue.ts';
import type { RunDescription } from './folder.ts';
import { reductions } from './spec.ts';

const quantity = record({ amount: number, unit: oneOf('steps', 'episodes') });

const schedule = record({ from: number, to: number, over: number, unit: oneOf('steps', 'episodes') });
const member = record({ class: text, from: optional(count), to: optional(count) });

/** `SettingValue`. Which of them an algorithm has, and with which values, its learner knows. */
const setting = either(
  'a setting',
  number,
  flag,
  text,
  schedule,
  quantity,
  record({ layers: list(record({ kind: text })) }),
  record({ kind: text, lr: schedule }),
  record({ name: text, model: record({}) }),
  record({ roles: list(record({ name: text, members: list(member) })) }),
);

/** `TrainSpec`. */
export const trainRecord = record({
  name: text,
  game: text,
  algorithm: text,
  settings: dictionary(setting),
  teamReward: oneOf('none', 'sum', 'mean'),
  budget: quantity,
  envs: count,
  seeds: list(count),
  evaluate: record({ every: quantity, episodes: count, policy: optional(oneOf('sampled')) }),
  report: optional(record({ reduction: oneOf(...reductions), per: oneOf('team', 'class', 'agent') })),
  stop: optional(record({ metric: text, op: oneOf('>=', '<='), value: number })),
});

/** `GameSpec`. */
const gameRecord = record({
  name: text,
  agents: list(text),
  classOf: list(count),
  classNames: list(text),
  observationLength: list(count),
  actionCount: list(count),
  actionNames: list(list(text)),
  realActionLength: list(count),
  realActionLow: list(list(present)),
  realActionHigh: list(list(present)),
  horizon: optional(count),
  discount: number,
  oneShot: flag,
  alwaysLegal: optional(flag),
  // Specs made by hand for tables have none.
  stateLength: optional(count),
});

export const engineRecord = record({ name: text, fma: optional(flag) });

const descriptionParts = record({
  train: trainRecord,
  game: gameRecord,
  parameters: dictionary(text),
  entry: text,
  sources: dictionary(text),
  versions: record({ marl: text, node: text }),
  engine: optional(engineRecord),
});

/** `RunDescription`: all of `spec.json` but its format. What is told agent by agent is told of all of them. */
export const descriptionRecord: Part = (value, at) => {
  const wrong = descriptionParts(value, at);
  if (wrong !== undefined) return wrong;
  const { train, game } = value as Pick<RunDescription, 'train' | 'game'>;
  if (algorithmNamed(train.algorithm) === undefined)
    return `train.algorithm is ${train.algorithm}, which this version of marl does not know`;
  const lists = ['classOf', 'observationLength', 'actionCount', 'actionNames', 'realActionLength'] as const;
  const short = lists.find(name => game[name].length !== game.agents.length);
  if (short !== undefined) return `game.${short} has not one entry for each of game.agents`;
  const odd = game.agents.findIndex((_, i) => game.actionNames[i]?.length !== game.actionCount[i]);
  return odd < 0 ? undefined : `game.actionNames[${odd}] has not as many names as game.actionCount[${odd}] says`;
};

const estimate = record({ mean: number, stderr: number });

/** `Evaluation`. Those of earlier versions lack what was greedy and the mean over agents then. */
export const evaluationRecord = record({
  episodes: count,
  policy: optional(oneOf('greedy', 'sampled')),
  reduction: optional(text),
  classes: optional(dictionary(estimate)),
  return: estimate,
  discounted: estimate,
  returns: list(estimate),
  length: estimate,
  cut: count,
});

/** `Summary`. */
export const summaryRecord: Part = record({
  name: text,
  algorithm: text,
  seeds: list(record({ seed: count, step: count, episode: count, reason: text, final: optional(evaluationRecord) })),
  return: optional(estimate),
  reduction: text,
  report: optional(text),
  policy: optional(oneOf('greedy', 'sampled')),
  classes: optional(dictionary(estimate)),
});

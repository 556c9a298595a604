/**
 * The same learner where every step is an episode and there is nothing to observe: one row per agent, the same legal
 * actions always, no bootstrap. All games of a vector step choose from the same row, so its best actions are found once.
 * Draws and arithmetic are those of `decentralised.ts`; a test compares the two bit for bit.
 */
import type { GameBuffers } from '../../games/vector.ts';
import { hash32, purposes } from '../../rng/stream.ts';
import type { Rule } from './decentralised.ts';
import { type PolicyKeys, policyKeys } from './draws.ts';
import { bestLegal, drawCount, exploreBelow } from './explore.ts';
import type { Arrays, Learner, ValueSettings } from './learner.ts';
import { type OwnTable, restoreOwn, saveOwn, viewOwn } from './own-table.ts';
import { valueAt } from './schedule.ts';
import type { Shape } from './shape.ts';

export function oneShotValues(
  shape: Shape,
  settings: ValueSettings,
  buffers: GameBuffers,
  seed: number,
  tables: readonly OwnTable[],
  rule: Rule,
): Learner {
  const { masks, actions, rewards } = buffers;
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const nothing = new Int32Array(0);
  const choices: Choices[] = [];
  /** The values of all agents, one after another; every table keeps its slice. */
  const values = new Float64Array(shape.actionRow).fill(settings.initial);
  const starts = Int32Array.from(shape.actionStart);
  for (const { rows, q, width, agent } of tables) {
    q.values = values.subarray(starts[agent]!, starts[agent]! + width);
    rows.rowOf(nothing, 0, masks, shape.actionStart[agent]!);
    choices.push({
      actions: new Int32Array(2 * width + 3),
      from: new Float64Array(2),
      scale: new Float64Array(2),
      quick: new Int32Array(64).fill(-1),
    });
  }
  const acting = choices.map((_, i) => masks.subarray(starts[i]!, starts[i]! + shape.actionCount[i]!).includes(1));

  function act(step: number, episode: number): void {
    const split = exploreBelow(valueAt(settings.epsilon, step, episode));
    for (const { agent, policy, width } of tables) {
      const choice = choices[agent]!;
      if (!weigh(choice, policy.values, masks, shape.actionStart[agent]!, width, split)) continue;
      if (shape.envs >= 64) findQuick(choice, split);
      chooseAll(choice, (split / 2) | 0, keys, (keys.counter[0]! + agent) | 0, actions, agent, shape.agents);
    }
    keys.counter[0]! += shape.agents;
  }

  function update(step: number, episode: number): void {
    rule.prepare(step, episode);
    if (rule.learnAll !== undefined && !acting.includes(false)) rule.learnAll(values, starts, actions, rewards);
    else learnEach(rule, tables, acting, actions, rewards);
  }

  function greedy(on: GameBuffers, envs: number): void {
    for (const { agent, policy, width } of tables) {
      const best = bestLegal(policy.values, 0, on.masks, shape.actionStart[agent]!, width);
      for (let e = 0; e < envs; e++) on.actions[e * shape.agents + agent] = Math.max(0, best);
    }
  }

  function save(): Arrays {
    return saveOwn(tables).set('policy.counter', keys.counter.slice());
  }

  function restore(arrays: Arrays): void {
    restoreOwn(tables, arrays);
    keys.counter.set(arrays.get('policy.counter') as Int32Array);
  }

  return { act, update, greedy, save, restore, view: () => tables.map(viewOwn) };
}

/** What an agent may choose in this vector step: all legal actions, then the best ones. */
interface Choices {
  /** Both lists; the first with its last element once more and the second with its ends twice, for places that round over. */
  readonly actions: Int32Array;
  /** The place of a draw is `draw * scale + from`; index 1 while exploring, 0 otherwise. */
  readonly from: Float64Array;
  readonly scale: Float64Array;
  /** The action by the six leading bits of the draw, or -1 where these do not decide it. */
  readonly quick: Int32Array;
}

/** Fills in `choice`; false if no action is legal. The places are those of `pickLegal` and `pickBest`. */
function weigh(
  choice: Choices,
  values: Float64Array,
  masks: Uint8Array,
  maskStart: number,
  width: number,
  split: number,
): boolean {
  const top = bestLegal(values, 0, masks, maskStart, width);
  if (top < 0) return false;
  const { actions, from, scale } = choice;
  let end = 0;
  for (let a = 0; a < width; a++) if (masks[maskStart + a] !== 0) actions[end++] = a;
  const legal = end;
  actions[end++] = actions[legal - 1]!;
  actions[end++] = top;
  for (let a = 0; a < width; a++) if (masks[maskStart + a] !== 0 && values[a] === values[top]) actions[end++] = a;
  const ties = end - legal - 2;
  actions[end] = actions[end - 1]!;
  scale[0] = ties / (drawCount - split);
  from[0] = legal + 2 - split * scale[0];
  scale[1] = legal / split;
  return true;
}

/** Fills in `quick`: a bucket of draws decides if it lies on one side of `split` and its ends have the same place. */
function findQuick({ actions, from, scale, quick }: Choices, split: number): void {
  const size = drawCount / 64;
  for (let bucket = 0; bucket < 64; bucket++) {
    const low = bucket * size;
    const high = low + size - 1;
    const side = high < split ? 1 : 0;
    const place = Math.trunc(low * scale[side]! + from[side]!);
    const decided = (side === 1 || low >= split) && place === Math.trunc(high * scale[side]! + from[side]!);
    quick[bucket] = decided ? actions[place]! : -1;
  }
}

/**
 * One agent's actions in all games, to every `stride`-th place of `actions` from `slot`. Draws below `2 * half` explore.
 * Looking the action up by the leading bits keeps a coin toss out of the branch predictor, which is most of what this loop
 * would cost.
 */
function chooseAll(
  choice: Choices,
  half: number,
  keys: PolicyKeys,
  counter: number,
  actions: Int32Array,
  slot: number,
  stride: number,
): void {
  const { k0, k1 } = keys;
  const { from, scale, quick, actions: list } = choice;
  for (let e = 0; e < k0.length; e++, slot += stride) {
    const draw = hash32(k0[e]!, k1[e]!, counter);
    let action = quick[draw >>> 26]!;
    if (action < 0) {
      const exploring = ((draw >>> 1) - half) >>> 31;
      action = list[(draw * scale[exploring]! + from[exploring]!) | 0]!;
    }
    actions[slot] = action;
  }
}

/** All updates, game by game, for learners without a loop of their own. */
function learnEach(
  rule: Rule,
  tables: readonly OwnTable[],
  acting: readonly boolean[],
  actions: Int32Array,
  rewards: Float64Array,
): void {
  for (let slot = 0, e = 0; slot < actions.length; e++) {
    for (const table of tables) {
      if (acting[table.agent]) rule.learn(table.q.values, 0, actions[slot]!, rewards[slot]!, table, e);
      slot++;
    }
  }
}

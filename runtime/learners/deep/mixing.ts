/** A team's value by a mixer: of what was done, and of what is done next. */
import type { MixerModel } from '../../mixers/model.ts';
import { mix } from '../../mixers/tensor.ts';
import { maskLogits } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Batch } from './batch.ts';
import { later, now } from './moments.ts';
import { type Moment, mixerInputs } from './team.ts';
import type { ValueTensors } from './value-tensors.ts';

/** The actions that were taken, with the online utilities. */
export function taken(g: Graph, { batch, online }: Pick<ValueTensors, 'batch' | 'online'>): Moment {
  return {
    which: 'now',
    values: batch.groups.map(({ actions }, k) => g.pick(now(g, online[k]!), actions)),
    best: batch.groups.map(({ available }, k) => g.max(maskLogits(g, now(g, online[k]!), now(g, available)), [-1])),
    actions: batch.groups.map(({ actions }) => actions),
  };
}

/**
 * The best available actions at the next moment, with the target utilities: the online network chooses them where `double`, the target
 * network itself otherwise.
 */
export function following(g: Graph, { batch, online, target }: ValueTensors, double: boolean): Moment {
  const found = batch.groups.map(({ available }, k) => {
    const legal = later(g, available);
    const values = maskLogits(g, later(g, target[k]!), legal);
    const actions = g.argmax(double ? maskLogits(g, later(g, online[k]!), legal) : values);
    return { actions, values: g.pick(values, actions), best: g.max(values, [-1]) };
  });
  return {
    which: 'later',
    values: found.map(({ values }) => values),
    best: found.map(({ best }) => best),
    actions: found.map(({ actions }) => actions),
  };
}

/** [T, 1, windows]: the mixer's total at a moment. Its parameters are named `path/...`. */
export function mixedTotal(g: Graph, model: MixerModel, path: string, batch: Batch, moment: Moment): Node {
  const [length, , windows] = batch.weight.shape as [number, number, number];
  return g.reshape(mix(g, model, path, length * windows, mixerInputs(g, batch, moment)), [length, 1, windows]);
}

/** Mean over the steps that count of a number per step, [T, 1, windows]. */
export function meanOverSteps(g: Graph, batch: Batch, values: Node): Node {
  return g.div(g.sum(g.mul(batch.weight, values)), g.sum(batch.weight));
}

/** [T, 1, windows]: the reward of the team. All of its agents get one reward: the first one's. */
export function teamReward(g: Graph, batch: Batch): Node {
  return g.slice(batch.groups[0]!.rewards, 1, 0, 1);
}

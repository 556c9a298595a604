/** A team's value by a mixer: of what was done, and of what is done next. */
import type { MixerInput } from '../../mixers/model.ts';
import type { MixerInputs } from '../../mixers/tensor.ts';
import { maskLogits } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Batch } from './batch.ts';
import { later, now } from './moments.ts';
import { type Moment, mixerInputs } from './team.ts';
import type { ValueTensors } from './value-tensors.ts';

/** The actions that were taken, with the online utilities. */
export function taken(
  g: Graph,
  { batch, online }: Pick<ValueTensors, 'batch' | 'online'>,
  reads: readonly MixerInput[],
): Moment {
  const { groups } = batch;
  return {
    which: 'now',
    values: groups.map(({ actions }, k) => g.pick(now(g, online[k]!), actions)),
    ...(reads.includes('best')
      ? { best: groups.map(({ available }, k) => g.max(maskLogits(g, now(g, online[k]!), now(g, available)), [-1])) }
      : {}),
    ...(reads.includes('actions') ? { actions: groups.map(({ actions }) => actions) } : {}),
  };
}

/** The best available actions at the next moment, by group, [T, agents, windows]. */
export function nextActions(g: Graph, { batch, online, target }: ValueTensors, double: boolean): readonly Node[] {
  return batch.groups.map(({ available }, k) =>
    g.argmax(maskLogits(g, later(g, (double ? online : target)[k]!), later(g, available))),
  );
}

/** Those actions, with the target utilities. */
export function following(g: Graph, tensors: ValueTensors, double: boolean, reads: readonly MixerInput[]): Moment {
  const { batch, target } = tensors;
  const actions = nextActions(g, tensors, double);
  const values = batch.groups.map(({ available }, k) => maskLogits(g, later(g, target[k]!), later(g, available)));
  return {
    which: 'later',
    values: values.map((value, k) => g.pick(value, actions[k]!)),
    ...(reads.includes('best') ? { best: values.map(value => g.max(value, [-1])) } : {}),
    ...(reads.includes('actions') ? { actions } : {}),
  };
}

/** [T, 1, windows]: a mixer's total at a moment; `mixer` makes it from its inputs, [rows]. */
export function mixedTotal(
  g: Graph,
  batch: Batch,
  moment: Moment,
  mixer: (rows: number, inputs: MixerInputs) => Node,
): Node {
  const [length, , windows] = batch.weight.shape as [number, number, number];
  return g.reshape(mixer(length * windows, mixerInputs(g, batch, moment)), [length, 1, windows]);
}

/** Mean over the steps that count of a number per step, [T, 1, windows]. */
export function meanOverSteps(g: Graph, batch: Batch, values: Node): Node {
  return g.div(g.sum(g.mul(batch.weight, values)), g.sum(batch.weight));
}

/** [T, 1, windows]: the reward of the team. All of its agents get one reward: the first one's. */
export function teamReward(g: Graph, batch: Batch): Node {
  return g.slice(batch.groups[0]!.rewards, 1, 0, 1);
}

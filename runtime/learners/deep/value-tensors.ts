/** What losses of action values read: a batch, and what the networks make of it. */
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Batch } from './batch.ts';
import { type QNetwork, qSequence } from './q-networks.ts';

/** Tensors of a batch that a loss is made of; lists go by group. */
export interface ValueTensors {
  readonly batch: Batch;
  /** Q of the online and of the target network: [T + 1, agents, windows, actions]. */
  readonly online: readonly Node[];
  readonly target: readonly Node[];
}

/** Both networks on all windows of a batch; no gradient reaches the target network. */
export function valueTensors(g: Graph, network: QNetwork, batch: Batch): ValueTensors {
  const online = batch.groups.map(({ group, x }) => qSequence(g, network, 'online', group, x));
  const target = batch.groups.map(({ group, x }) => g.stopGradient(qSequence(g, network, 'target', group, x)));
  return { batch, online, target };
}

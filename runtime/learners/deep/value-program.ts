/** One update of action values: the loss of the learner, a step of the optimiser on the online networks. */
import { Graph } from '../../tensor/graph.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import { batchInputs } from './batch.ts';
import type { Group } from './groups.ts';
import type { Note } from './notes.ts';
import { optimise, parametersUnder } from './optimise.ts';
import type { QNetwork } from './q-networks.ts';
import { followSlowly } from './target-networks.ts';
import { tell } from './updates.ts';
import type { DeepValueSettings } from './value-settings.ts';
import { type ValueTensors, valueTensors } from './value-tensors.ts';

export interface ValueLoss {
  /** Whether the loss reads the whole state. */
  readonly readsState: boolean;
  /** Whether the loss reads the probability of exploring, the input `explore`. */
  readonly readsExplore?: boolean;
  /**
   * The loss, one number. Parameters of its own are named `online/...`, their targets `target/...`: those are trained, these follow.
   */
  build(g: Graph, tensors: ValueTensors): Node;
}

/** Inputs besides those of a batch: `lr`, the learning rate. */
export function valueProgram(
  groups: readonly Group[],
  network: QNetwork,
  settings: DeepValueSettings,
  length: number,
  stateLength: number,
  of: ValueLoss,
  notes: readonly Note[],
): Program {
  const g = new Graph(`train ${length}`);
  const batch = batchInputs(g, groups, length, settings.batch, stateLength, notes);
  const loss = of.build(g, valueTensors(g, network, batch));
  const online = parametersUnder(g, 'online');
  const gradientNorm = optimise(g, online, loss, settings.optimizer, settings.clip, g.input('lr', []));
  if (settings.tau < 1) followSlowly(g, 'online/', settings.tau);
  tell(g, { loss, gradientNorm });
  return g.program();
}

/** One update of policies and critics: the losses of the learner, a step of the optimiser on each kind of network. */
import { Graph } from '../../tensor/graph.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import { batchInputs } from './batch.ts';
import type { ActionVector } from './deterministic-actions.ts';
import { optimiseByAgent } from './deterministic-optimise.ts';
import type { DeterministicSettings } from './deterministic-settings.ts';
import {
  type DeterministicNetworks,
  type DeterministicTensors,
  deterministicTensors,
} from './deterministic-tensors.ts';
import { followSlowly } from './target-networks.ts';
import { tell } from './updates.ts';

export interface DeterministicLoss {
  /** Two numbers, of the parameters `critic/...` and `actor/...`: of each only the gradient for its own is used. */
  build(g: Graph, tensors: DeterministicTensors): { readonly critic: Node; readonly actor: Node };
}

/** Inputs besides those of a batch: `lr`, the learning rate. */
export function deterministicProgram(
  vectors: readonly ActionVector[],
  settings: DeterministicSettings,
  length: number,
  stateLength: number,
  loss: DeterministicLoss,
): Program {
  const g = new Graph('train');
  const groups = vectors.map(({ group }) => group);
  const batch = batchInputs(g, groups, length, settings.batch, stateLength);
  const networks: DeterministicNetworks = {
    policy: settings.network,
    critic: settings.critic_network,
    criticReads: settings.critic_input,
    greedy: settings.target_actions === 'greedy',
  };
  const relaxation = { temperature: settings.temperature, hard: settings.gumbel === 'hard' };
  const losses = loss.build(g, deterministicTensors(g, batch, vectors, networks, relaxation));
  const { optimizer, clip } = settings;
  const rate = g.input('lr', []);
  const criticNorm = optimiseByAgent(g, groups, 'critic', losses.critic, optimizer, clip, rate);
  const policyNorm = optimiseByAgent(g, groups, 'actor', losses.actor, optimizer, clip, rate);
  if (settings.tau < 1) followSlowly(g, '', settings.tau);
  tell(g, { criticLoss: losses.critic, policyLoss: losses.actor, criticNorm, policyNorm });
  return g.program();
}

/** One update of actors and critics: the losses of the learner, a step of the optimiser on each kind of network. */
import { Graph } from '../../tensor/graph.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import type { ActorCritic } from './actor-critic.ts';
import { countPolicies, type Group } from './groups.ts';
import { optimise, parametersOf } from './optimise.ts';
import type { PolicyNetworks } from './policy-networks.ts';
import type { OnPolicySettings } from './policy-settings.ts';
import { type BatchShape, groupTensors } from './policy-tensors.ts';
import { followedSlowly } from './target-networks.ts';
import { sumByName, tell } from './updates.ts';

/** Inputs besides those of a minibatch: `lr`, the learning rate, and `entropy`, the weight of the policies' entropy. */
export function policyProgram(
  groups: readonly Group[],
  networks: PolicyNetworks,
  method: ActorCritic,
  settings: Pick<OnPolicySettings, 'optimizer' | 'clip'>,
  batch: BatchShape,
): Program {
  const g = new Graph('train');
  const tensors = groupTensors(g, groups, networks, batch, method);
  const losses = tensors.map(of => method.loss(g, of));
  const add = (sum: Node, term: Node): Node => g.add(sum, term);
  const rate = g.input('lr', []);
  const step = (path: string, loss: Node): Node =>
    optimise(g, parametersOf(g, groups, path), loss, settings.optimizer, settings.clip, rate, `${path}Optimizer`);

  const policyLoss = losses.map(({ policy }) => policy).reduce(add);
  const entropy = losses.map(of => of.entropy).reduce(add);
  const gradientNorm = step('actor', g.sub(policyLoss, g.mul(g.input('entropy', []), entropy)));

  const valueLosses = method.critics.map((_, k) => losses.map(({ critics }) => critics[k]!).reduce(add));
  const criticNorms = method.critics.map(({ path }, k) => step(path, valueLosses[k]!));
  if (method.target !== undefined && method.target.tau < 1) followedSlowly(g, 'critic/', method.target.tau);
  const learns = method.critics.length > 0;
  const numbers = {
    policyLoss,
    ...(learns ? { valueLoss: valueLosses.reduce(add) } : {}),
    entropy,
    ...(method.told ? sumByName(g, losses) : {}),
    gradientNorm,
    ...(learns ? { criticGradientNorm: criticNorms.reduce(add) } : {}),
  };
  tell(g, numbers, countPolicies(groups));
  return g.program();
}

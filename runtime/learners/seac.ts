/**
 * Shared experience actor-critic: every agent has parameters of its own, and learns from what all of them went through, weighted by how
 * likely it would have done the same.
 *
 *   A_ik   = G_k - V_i(o_k)                                   rho_ik = sg[pi_i(u_k | o_k) / pi_k(u_k | o_k)]
 *   L_i    = l_ii - c H(pi_i(. | o_i)) + lambda sum over k != i of rho_ik l_ik
 *   l_ik   = -mean of sg[A_ik] log pi_i(u_k | o_k)            policies
 *   l_ik   =  mean of A_ik^2 / 2                              critics
 *
 * G_k: n-step returns of agent k by its own critic. rho weighs the loss of the critic, too, and is a constant to the gradient. The entropy
 * is that of the agent's own situations. All agents must have the same actions and observations of the same length. Policies and critics
 * are optimised apart, so the weight of the value loss of the authors' one optimiser is not needed.
 *
 * Christianos, Schaefer and Albrecht (2020). Shared experience actor-critic for multi-agent reinforcement learning. NeurIPS.
 */
import type { GameBuffers } from '../games/vector.ts';
import { entropy, halfSquare } from '../tensor/compose.ts';
import type { Graph } from '../tensor/graph.ts';
import type { Node } from '../tensor/ir.ts';
import type { Clash, SettingDoc, SettingValue } from '../train/spec.ts';
import { advantageActorCritic, advantageLoss } from './deep/a2c.ts';
import { type A2cSettings, a2cSettings, remembers, sharedExperience } from './deep/a2c-settings.ts';
import type { ActorCritic, GroupTensors } from './deep/actor-critic.ts';
import { policyLearner } from './deep/policy-learner.ts';
import { criticValues, logPolicy } from './deep/policy-networks.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface SeacSettings extends Omit<A2cSettings, 'agent_ids' | 'normalize_values'> {
  readonly lambda: number;
}

const authors = 'code of Christianos et al. 2020';

const own: typeof sharedExperience = {
  ...sharedExperience,
  network: {
    doc: 'The body of every agent’s policy; a linear layer with one output per action follows. It may not remember: an agent has no memory of what another went through.',
  },
  sharing: {
    choices: ['beside'],
    roles: false,
    default: 'beside',
    doc: 'Parameters of their own for all agents, of whatever class, side by side: experience is shared, parameters are not.',
    source: 'Christianos et al. 2020',
  },
};

export const seacSettings: readonly SettingDoc[] = [
  {
    name: 'lambda',
    type: 'real',
    low: 0,
    default: 1,
    doc: 'Weight of what the other agents went through; at 0 the agents are independent.',
    source: authors,
  },
  ...a2cSettings(0.01)
    .filter(({ name }) => name !== 'agent_ids' && name !== 'normalize_values')
    .map(doc => ({ ...doc, ...own[doc.name] })),
];

export const seacClash = (settings: Readonly<Record<string, SettingValue>>): Clash | undefined =>
  remembers(settings, ['network', 'critic_network'], 'an agent has no memory of what another went through');

// ------------------------------------------------------------------------------------------ loss

function shared(settings: A2cSettings & Pick<SeacSettings, 'lambda'>): ActorCritic {
  return {
    ...advantageActorCritic(settings, 'observation'),
    /** Everybody learns from what everybody went through. */
    loss(g, of) {
      const { group, policy, weight, mean } = of;
      const n = group.agents.length;
      if (n === 1) return advantageLoss(g, of);
      const lanes = weight.shape.at(-1) as number;
      // Rows of everybody [k, lanes], before every agent i: [i, k lanes].
      const everybody = (x: Node): Node => {
        const rest = x.shape.slice(2);
        return g.broadcast(g.reshape(x, [1, n * lanes, ...rest]), [n, n * lanes, ...rest]);
      };
      const { judged, values } = judge(g, of, everybody);
      const rho = ratios(g, judged, everybody(of.taken), n, lanes);
      const error = g.sub(everybody(of.target), values);
      // Mean over agent k's own steps, then lambda for those of others.
      const counted = g.div(weight, g.maximum(g.sum(weight, [1], true), 1));
      const factor = g.constant(
        Array.from({ length: n * n }, (_, at) => (Math.floor(at / n) === at % n ? 1 : settings.lambda)),
        [n, n, 1],
      );
      const share = g.mul(
        g.reshape(g.broadcast(factor, [n, n, lanes]), [n, n * lanes]),
        g.mul(everybody(counted), rho),
      );
      return {
        policy: g.neg(g.sum(g.mul(share, g.mul(judged, g.stopGradient(error))))),
        entropy: mean(entropy(g, policy)),
        critics: [g.sum(g.mul(share, halfSquare(g, error)))],
      };
    },
  };
}

/** log pi_i(u_k | o_k) and V_i(o_k), [i, k lanes] both. */
function judge(
  g: Graph,
  { group, networks, x, available, actions }: GroupTensors,
  everybody: (x: Node) => Node,
): { readonly judged: Node; readonly values: Node } {
  const seen = everybody(x);
  const policy = logPolicy(g, networks, group, seen, everybody(available), { carries: [] }).output;
  return {
    judged: g.pick(policy, everybody(actions)),
    values: criticValues(g, networks, group, seen, undefined, { carries: [] }).output,
  };
}

/** rho_ik, a constant; exactly 1 where i is k. */
function ratios(g: Graph, judged: Node, taken: Node, n: number, lanes: number): Node {
  const self = g.constant(
    Array.from({ length: n * n }, (_, at) => (Math.floor(at / n) === at % n ? 1 : 0)),
    [n, n, 1],
  );
  const mine = g.reshape(g.broadcast(self, [n, n, lanes]), [n, n * lanes]);
  return g.stopGradient(g.select(mine, 1, g.exp(g.sub(judged, taken))));
}

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts; returns: deep/a2c.ts; acting and updates: deep/policy-learner.ts. */
export function seac(
  shape: Shape,
  settings: SeacSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  const all: A2cSettings & Pick<SeacSettings, 'lambda'> = { ...settings, agent_ids: false, normalize_values: false };
  return policyLearner(shape, all, buffers, seed, context, shared(all));
}

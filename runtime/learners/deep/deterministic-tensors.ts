/** What losses of deterministic policies and critics of joint actions read: a batch, and what the networks make of it. */
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { NetworkSpec } from '../../tensor/layers/spec.ts';
import type { Batch } from './batch.ts';
import { type ActionVector, jointVector, jointWithOwn, playedVector, sideBySide } from './deterministic-actions.ts';
import type { Relaxation } from './deterministic-gumbel.ts';
import {
  type JointCriticPath,
  jointValues,
  meanSquare,
  policySequence,
  relaxedActions,
} from './deterministic-networks.ts';
import type { DeterministicSettings } from './deterministic-settings.ts';
import { later, now } from './moments.ts';

/** Tensors of a batch that losses are made of; lists go by group. Vectors of actions are [T, agents, windows, width]. */
export interface DeterministicTensors {
  readonly batch: Batch;
  /** What was done; what the present policies draw there, differentiable; what the target policies draw in what follows. */
  readonly played: readonly Node[];
  readonly own: readonly Node[];
  readonly next: readonly Node[];
  /** Mean square of the policies' outputs, [T, agents, windows]. */
  readonly outputs: readonly Node[];
  /**
   * Q of every agent, [T, agents, windows], at joint actions now or in what follows; with `own`, every agent's own action in its joint
   * action is that one, and the others' stay.
   */
  values(
    path: JointCriticPath,
    which: 'now' | 'later',
    actions: readonly Node[],
    own?: readonly Node[],
  ): readonly Node[];
}

/** Bodies of policies and critics, what the critics read besides actions, and whether target policies do what is likeliest. */
export interface DeterministicNetworks {
  readonly policy: NetworkSpec;
  readonly critic: NetworkSpec;
  readonly criticReads: DeterministicSettings['critic_input'];
  readonly greedy: boolean;
}

/** Inputs besides those of the batch: `reals/GROUP` [T, agents, windows, real] in -1 .. 1, `gumbel/GROUP` [T + 1, agents, windows, actions]. */
export function deterministicTensors(
  g: Graph,
  batch: Batch,
  vectors: readonly ActionVector[],
  networks: DeterministicNetworks,
  relaxation: Relaxation,
): DeterministicTensors {
  const [length, , windows] = batch.weight.shape as [number, number, number];
  const parts = batch.groups.map(({ group, x, available, actions }, k) => {
    const vector = vectors[k]!;
    const { finite, real } = vector;
    const agents = group.agents.length;
    const reals = real === 0 ? undefined : g.input(`reals/${group.name}`, [length, agents, windows, real]);
    const noise = finite === 0 ? undefined : g.input(`gumbel/${group.name}`, [length + 1, agents, windows, finite]);
    const legal = now(g, available);
    const outputs = policySequence(g, networks.policy, 'actor', vector, now(g, x));
    const own = relaxedActions(g, vector, outputs, legal, noise && now(g, noise), relaxation);
    // Networks with memory look at what follows with all they saw before it.
    const target = later(g, policySequence(g, networks.policy, 'target/actor', vector, x));
    const { greedy } = networks;
    const next = relaxedActions(
      g,
      vector,
      target,
      later(g, available),
      noise && (greedy ? undefined : later(g, noise)),
      greedy ? { temperature: 1, hard: true } : relaxation,
    );
    const size = meanSquare(g, vector, outputs, legal);
    return { played: playedVector(g, vector, actions, reals), own, next: g.stopGradient(next), size };
  });

  function values(path: JointCriticPath, which: 'now' | 'later', actions: readonly Node[], own?: readonly Node[]) {
    const at = which === 'now' ? now : later;
    const known = knownToCritics(g, batch, networks, at);
    const joint = own === undefined ? jointVector(g, actions) : undefined;
    return batch.groups.map(({ group, x }, k) => {
      const done = joint ?? jointWithOwn(g, actions, k, own![k]!);
      return jointValues(g, networks.critic, path, group, known, done, at(g, x));
    });
  }

  return {
    batch,
    played: parts.map(part => part.played),
    own: parts.map(part => part.own),
    next: parts.map(part => part.next),
    outputs: parts.map(part => part.size),
    values,
  };
}

/** What every critic reads beside actions, [T, 1, windows, n]; undefined where there is nothing to see. */
function knownToCritics(
  g: Graph,
  { groups, state }: Batch,
  { criticReads }: DeterministicNetworks,
  at: (g: Graph, x: Node) => Node,
): Node | undefined {
  if (criticReads === 'state') {
    if (state === undefined) return undefined;
    const [moments, windows, numbers] = state.shape as [number, number, number];
    return at(g, g.reshape(state, [moments, 1, windows, numbers]));
  }
  const seen = groups
    .filter(({ group }) => group.observationLength > 0)
    .map(({ group, x }) => sideBySide(g, g.slice(at(g, x), -1, 0, group.observationLength)));
  if (seen.length === 0) return undefined;
  return seen.length === 1 ? seen[0]! : g.concat(seen);
}

/**
 * What the on-policy learners over `policy-learner.ts` differ in. A learner describes its critics, what their values make of a rollout,
 * and its loss; acting, rollouts, batches, optimisers and checkpoints are the same for all.
 */
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Schedule } from '../../train/spec.ts';
import type { Experience } from './gae.ts';
import type { Group } from './groups.ts';
import type { CriticReads, PolicyNetworks } from './policy-networks.ts';

/**
 * A critic. Of `state` it values what it reads: one number. Of `action` it is also told what the other agents do, never what its own does,
 * and values every action of its own agent; it does not remember.
 */
export interface CriticForm {
  /** First part of its parameters' names. */
  readonly path: 'critic' | 'value';
  readonly values: 'state' | 'action';
}

/** The first critic's target: after every update it moves the share `tau` of the way, or, at 1, becomes the critic every so many updates. */
export interface TargetRule {
  readonly tau: number;
  readonly every: number;
}

/** The first critic (its target where it has one) on what a group sees in a step of play. Tensors [agents, games]. */
export interface Judged {
  /** i32: what the agents do. */
  readonly actions: Node;
  /** V, or Q of every own action with the actions behind. */
  readonly output: Node;
  /** Only of a critic of actions: [agents, games, actions], the most that Q is over what the others might do. */
  best(): Node;
}

/** A group in an update. Tensors [.., agents, lanes], where `..` is time or nothing. */
export interface GroupTensors {
  readonly group: Group;
  readonly networks: PolicyNetworks;
  /** Inputs of the actor, with the features behind. */
  readonly x: Node;
  /** 1 where an action is available, with the actions behind. */
  readonly available: Node;
  /** i32: what was done. */
  readonly actions: Node;
  /** 1 where the agent acted: only those count. */
  readonly weight: Node;
  /** Logarithms of the probabilities of all actions, and of the one taken, by the present policy. */
  readonly policy: Node;
  readonly taken: Node;
  /** Of the action taken, when it was taken. */
  readonly probability: Node;
  /** What `estimate` wrote: its `returns` in the critic's units. */
  readonly advantage: Node;
  readonly target: Node;
  /** The values at play, in the critic's units; only with `clipsValues`. */
  readonly before: Node | undefined;
  /** Output of every critic, in the order of `critics`: V, or Q of every own action with the actions behind. */
  readonly critics: readonly Node[];
  /** The first critic, as in `Judged`. No gradient reaches it. */
  best(): Node;
  /** Mean over what counts; where agents have parameters of their own, the sum of every agent's own mean. */
  mean(of: Node): Node;
}

/** Terms of the loss of one group, one number each, which `mean` makes. */
export interface Losses {
  /** What the policy minimises besides `-c entropy`. */
  readonly policy: Node;
  readonly entropy: Node;
  /** One per critic. */
  readonly critics: readonly Node[];
  /** What is told besides, by name. */
  readonly told?: Readonly<Record<string, Node>>;
}

export interface ActorCritic {
  /** None: a policy learns from what it earned alone. */
  readonly critics: readonly CriticForm[];
  readonly reads: CriticReads;
  readonly target?: TargetRule;
  /** Rounds over a rollout, and updates per round. */
  readonly epochs: number;
  readonly minibatches: number;
  /** Steps of episodes that do not end within the rollout count for nothing. */
  readonly wholeEpisodes?: true;
  /** Share of every policy that is spread evenly over the available actions while it learns. */
  readonly explore?: Schedule;
  /** The loss reads `before`. */
  readonly clipsValues?: true;
  /** The loss tells of more than its terms, for the metrics. */
  readonly told?: true;
  /** V of a step for `estimate`, [agents, games]: from the first critic's output, which it is where nothing is said. */
  worth?(g: Graph, judged: Judged): Node;
  /**
   * What a group's rollout is worth, in units of rewards, both [steps, agents, games]. `policies` are the ranges of agents with parameters
   * of their own.
   */
  estimate(
    experience: Experience,
    into: { readonly advantages: Float64Array; readonly returns: Float64Array },
    policies: readonly (readonly [first: number, end: number])[],
  ): void;
  loss(g: Graph, of: GroupTensors): Losses;
}

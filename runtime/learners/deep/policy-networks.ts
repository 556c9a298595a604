/** Networks of actors and critics: per group of agents, one step or over time. */
import { maskLogits } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node, Shape } from '../../tensor/ir.ts';
import { networkCarries, networkSequence, networkStep } from '../../tensor/layers/network.ts';
import type { Activation, LayerSpec, NetworkSpec, WeightScheme } from '../../tensor/layers/spec.ts';
import type { Group } from './groups.ts';

/** What a critic is given: what its agent sees, the whole state, or both. The number of the agent comes with all of them. */
export type CriticReads = 'observation' | 'state' | 'state and observation';

/** Whose parameters a critic has: first part of their names. `target` are those that follow `critic` slowly. */
export type CriticPath = 'critic' | 'target' | 'value';

export interface PolicyNetworks {
  readonly actor: NetworkSpec;
  readonly critic: NetworkSpec;
  readonly criticReads: CriticReads;
  /** Numbers of the whole state; 0 where the critic does not read it, or the game has none. */
  readonly stateLength: number;
  /** Start of the weights of both heads, where the networks' own start orthogonal; else PyTorch's. */
  readonly headGains: { readonly actor: number; readonly critic: number } | undefined;
}

/** What a network remembers before the first step; with `reset` [T, 1, games] it runs over time, x and output with T in front. */
export interface Past {
  readonly carries: readonly Node[];
  readonly reset?: Node;
}

interface Result {
  readonly output: Node;
  readonly carries: readonly Node[];
}

/** x [.., agents, games, features], available [.., agents, games, actions] -> log-probabilities [.., agents, games, actions]. */
export function logPolicy(
  g: Graph,
  networks: PolicyNetworks,
  group: Group,
  x: Node,
  available: Node,
  past: Past,
): Result {
  const gain = networks.headGains?.actor;
  const { output, carries } = torsoAndHead(g, networks.actor, 'actor', group, x, past, group.actionCount, gain);
  return { output: g.logSoftmax(maskLogits(g, output, available)), carries };
}

/**
 * The policy with the share `explore` of it spread evenly over the available actions (Foerster et al. 2018):
 *   (1 - eps) pi(a) + eps / (number of available actions)
 * Log-probabilities in and out; those of unavailable actions stay as they are.
 */
export function explored(g: Graph, policy: Node, available: Node, explore: Node): Node {
  const even = g.div(available, g.sum(available, [-1], true));
  const mixed = g.add(g.mul(g.sub(1, explore), g.exp(policy)), g.mul(explore, even));
  return g.select(available, g.log(g.select(available, mixed, 1)), policy);
}

/** x as above, state [.., 1, games, numbers] (absent where it has none) -> values [.., agents, games]. */
export function criticValues(
  g: Graph,
  networks: PolicyNetworks,
  group: Group,
  x: Node,
  state: Node | undefined,
  past: Past,
  path: CriticPath = 'critic',
): Result {
  const input = criticInput(g, networks, group, x, state);
  const gain = networks.headGains?.critic;
  const { output, carries } = torsoAndHead(g, networks.critic, path, group, input, past, 1, gain);
  return { output: g.reshape(output, output.shape.slice(0, -1)), carries };
}

/**
 * A critic of actions, which does not remember: input [.., agents, rows, features], all that it is given -> Q of every action of its
 * agent [.., agents, rows, actions].
 */
export function actionCritic(g: Graph, networks: PolicyNetworks, group: Group, input: Node, path: CriticPath): Node {
  const gain = networks.headGains?.critic;
  return torsoAndHead(g, networks.critic, path, group, input, { carries: [] }, group.actionCount, gain).output;
}

export function actorCarries(networks: PolicyNetworks, group: Group, games: number): readonly Shape[] {
  return networkCarries(networks.actor, [group.agents.length, games, group.inputLength]);
}

export function criticCarries(networks: PolicyNetworks, group: Group, games: number): readonly Shape[] {
  return networkCarries(networks.critic, [group.agents.length, games, 1]);
}

/** What a critic is given besides the actions of others: [.., agents, games, features]. */
export function criticInput(g: Graph, networks: PolicyNetworks, group: Group, x: Node, state: Node | undefined): Node {
  if (networks.criticReads === 'observation') return x;
  const lead = x.shape.slice(0, -1);
  const parts = state === undefined ? [] : [g.broadcast(state, [...lead, networks.stateLength])];
  const { observationLength, idLength } = group;
  if (networks.criticReads === 'state and observation') parts.push(x);
  else if (idLength > 0) parts.push(g.slice(x, -1, observationLength, observationLength + idLength));
  // A game without state: the critic learns one number.
  if (parts.length === 0) return g.broadcast(1, [...lead, 1]);
  return parts.length === 1 ? parts[0]! : g.concat(parts);
}

function torsoAndHead(
  g: Graph,
  spec: NetworkSpec,
  path: 'actor' | CriticPath,
  group: Group,
  x: Node,
  { carries, reset }: Past,
  units: number,
  gain: number | undefined,
): Result {
  const copies = group.copies === undefined ? {} : { copies: group.copies };
  const owner = `the ${path === 'actor' ? 'actor' : 'critic'} of ${group.name}`;
  const place = { path: `${path}/${group.name}`, owner, ...copies };
  const torso =
    reset === undefined
      ? networkStep(g, spec, place, x, { carries })
      : networkSequence(g, spec, place, x, { carries, reset });
  const weights: WeightScheme = gain === undefined ? { kind: 'pytorch' } : { kind: 'orthogonal', gain };
  const head = { layers: [{ kind: 'dense', units, weights }] } as const;
  const { output } = networkStep(g, head, { ...place, path: `${place.path}/head` }, torso.output);
  return { output, carries: torso.carries };
}

// ------------------------------------------------------------------------------------------ start of the weights

/**
 * Every layer that does not say how its weights start: orthogonal with PyTorch's gain of its activation and biases 0, as the code of
 * Yu et al. 2022 does it.
 */
export function orthogonalStart(spec: NetworkSpec): NetworkSpec {
  return {
    layers: spec.layers.map((layer): LayerSpec => {
      switch (layer.kind) {
        case 'dense':
        case 'mlp':
        case 'conv':
          return { ...layer, weights: layer.weights ?? { kind: 'orthogonal', gain: gainOf(layer.activation) } };
        case 'gru':
        case 'lstm':
        case 'attention':
          return { ...layer, weights: layer.weights ?? { kind: 'orthogonal', gain: 1 } };
        default:
          return layer;
      }
    }),
  };
}

/** `torch.nn.init.calculate_gain`, which knows the first two. */
function gainOf(activation: Activation | undefined): number {
  if (activation === 'relu') return Math.SQRT2;
  return activation === 'tanh' ? 5 / 3 : 1;
}

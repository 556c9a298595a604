/** Networks of actors and critics: per group of agents, one step or over time. */
import { maskLogits } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node, Shape } from '../../tensor/ir.ts';
import {
  attends,
  type NetworkOptions,
  networkCarries,
  networkStep,
  networksSequence,
  networksStep,
} from '../../tensor/layers/network.ts';
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

/** Values, log-probabilities and the like, and what the network remembers behind them. */
export interface Result {
  readonly output: Node;
  readonly carries: readonly Node[];
}

/** A group as its critic sees it: x [.., agents, games, features]. */
export interface Seen {
  readonly group: Group;
  readonly x: Node;
  readonly past: Past;
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
  const { output, carries } = torsoAndHead(g, networks.actor, 'actor', { group, x, past }, group.actionCount, gain);
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

/**
 * x as above, state [.., 1, games, numbers] (absent where it has none) -> values [.., agents, games]. For an only group; of several see
 * `valuesOf`.
 */
export function criticValues(
  g: Graph,
  networks: PolicyNetworks,
  group: Group,
  x: Node,
  state: Node | undefined,
  past: Past,
  path: CriticPath = 'critic',
): Result {
  return valuesOf(g, networks, [{ group, x, past }], state, path)(0);
}

/** The same for group number k of several; where the network has `attention`, their agents attend to each other. */
export function valuesOf(
  g: Graph,
  networks: PolicyNetworks,
  seen: readonly Seen[],
  state: Node | undefined,
  path: CriticPath,
): (k: number) => Result {
  const gain = networks.headGains?.critic;
  const given = ({ group, x, past }: Seen): Seen => ({ group, x: criticInput(g, networks, group, x, state), past });
  const value = ({ output, carries }: Result): Result => ({
    output: g.reshape(output, output.shape.slice(0, -1)),
    carries,
  });
  if (!attends(networks.critic)) return k => value(torsoAndHead(g, networks.critic, path, given(seen[k]!), 1, gain));
  const all = torsos(g, networks.critic, path, seen.map(given));
  return k => value(withHead(g, path, seen[k]!.group, all[k]!, 1, gain));
}

/**
 * A critic of actions, which does not remember: input [.., agents, rows, features], all that it is given -> Q of every action of its
 * agent [.., agents, rows, actions].
 */
export function actionCritic(g: Graph, networks: PolicyNetworks, group: Group, input: Node, path: CriticPath): Node {
  const gain = networks.headGains?.critic;
  const seen = { group, x: input, past: { carries: [] } };
  return torsoAndHead(g, networks.critic, path, seen, group.actionCount, gain).output;
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
  seen: Seen,
  units: number,
  gain: number | undefined,
): Result {
  return withHead(g, path, seen.group, torsos(g, spec, path, [seen])[0]!, units, gain);
}

/** The bodies of the networks of some groups. */
function torsos(g: Graph, spec: NetworkSpec, path: 'actor' | CriticPath, seen: readonly Seen[]): readonly Result[] {
  const members = seen.map(({ group, x, past }) => ({ options: placeOf(path, group), x, ...past }));
  return seen[0]?.past.reset === undefined ? networksStep(g, spec, members) : networksSequence(g, spec, members);
}

function withHead(
  g: Graph,
  path: 'actor' | CriticPath,
  group: Group,
  torso: Result,
  units: number,
  gain: number | undefined,
): Result {
  const weights: WeightScheme = gain === undefined ? { kind: 'pytorch' } : { kind: 'orthogonal', gain };
  const head = { layers: [{ kind: 'dense', units, weights }] } as const;
  const place = placeOf(path, group);
  const { output } = networkStep(g, head, { ...place, path: `${place.path}/head` }, torso.output);
  return { output, carries: torso.carries };
}

function placeOf(path: 'actor' | CriticPath, group: Group): NetworkOptions {
  const { name, copies } = group;
  const critic = path !== 'actor';
  const owner = `the ${critic ? 'critic' : 'actor'} of ${name}`;
  return { path: `${path}/${name}`, owner, group: name, critic, ...(copies === undefined ? {} : { copies }) };
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

/** Policies and critics of joint actions: per group of agents, one step or over time. */
import { maskLogits } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node, Program, Shape } from '../../tensor/ir.ts';
import { networkCarries, networkSequence, networkStep } from '../../tensor/layers/network.ts';
import type { NetworkSpec } from '../../tensor/layers/spec.ts';
import { actingProgram, playRows } from './acting.ts';
import { type ActionVector, squashed } from './deterministic-actions.ts';
import { gumbelSoftmax, type Relaxation } from './deterministic-gumbel.ts';
import type { Group } from './groups.ts';

export type ActorPath = 'actor' | 'target/actor';
export type JointCriticPath = 'critic' | 'target/critic';

export function policyCarries(spec: NetworkSpec, group: Group, games: number): readonly Shape[] {
  return networkCarries(spec, [group.agents.length, games, group.inputLength]);
}

/** x [agents, games, features] -> outputs [agents, games, width]: logits, then real numbers before the tanh. */
export function policyStep(
  g: Graph,
  spec: NetworkSpec,
  vector: ActionVector,
  x: Node,
  carries: readonly Node[],
): { readonly output: Node; readonly carries: readonly Node[] } {
  const place = placeOf('actor', vector.group);
  const torso = networkStep(g, spec, { ...place, owner: `the policy of ${vector.group.name}` }, x, { carries });
  return { output: head(g, place, vector.group, torso.output, vector.width), carries: torso.carries };
}

/** The programs `act`, a step in `games` games, and `play`, one in evaluation: what `policyOf` says. */
export function deterministicActingPrograms(
  spec: NetworkSpec,
  vectors: readonly ActionVector[],
  games: number,
): readonly Program[] {
  const groups = vectors.map(({ group }) => group);
  const program = (name: string, rows: number): Program =>
    actingProgram(
      name,
      rows,
      groups,
      group => policyCarries(spec, group, rows),
      (g, group, x, carries, available) => {
        const vector = vectors[groups.indexOf(group)]!;
        const { output, carries: after } = policyStep(g, spec, vector, x, carries);
        return { output: policyOf(g, vector, output, available), carries: after };
      },
    );
  return [program('act', games), program('play', playRows)];
}

/** x [T, agents, games, features] -> outputs [T, agents, games, width]; memory is empty before the first step. */
export function policySequence(g: Graph, spec: NetworkSpec, path: ActorPath, vector: ActionVector, x: Node): Node {
  const place = placeOf(path, vector.group);
  const torso = networkSequence(g, spec, { ...place, owner: `the policy of ${vector.group.name}` }, x);
  return head(g, place, vector.group, torso.output, vector.width);
}

/** What is done with outputs [.., agents, games, width], differentiably: Gumbel-softmax and tanh. `noise` as `available`. */
export function relaxedActions(
  g: Graph,
  vector: ActionVector,
  outputs: Node,
  available: Node,
  noise: Node | undefined,
  relaxation: Relaxation,
): Node {
  const { finite, width } = vector;
  const parts: Node[] = [];
  if (finite > 0) {
    const logits = maskLogits(g, g.slice(outputs, -1, 0, finite), available);
    const none = (): Node => g.broadcast(0, logits.shape);
    parts.push(gumbelSoftmax(g, logits, noise ?? none(), relaxation));
  }
  if (width > finite) parts.push(squashed(g, vector, g.slice(outputs, -1, finite, width)));
  return parts.length === 1 ? parts[0]! : g.concat(parts);
}

/** What a policy is said to do: probabilities of the finite actions, then real numbers in -1 .. 1. Shapes as `outputs`. */
export function policyOf(g: Graph, vector: ActionVector, outputs: Node, available: Node): Node {
  const { finite, width } = vector;
  const parts: Node[] = [];
  if (finite > 0) parts.push(g.softmax(maskLogits(g, g.slice(outputs, -1, 0, finite), available)));
  if (width > finite) parts.push(squashed(g, vector, g.slice(outputs, -1, finite, width)));
  return parts.length === 1 ? parts[0]! : g.concat(parts);
}

/** Mean square of the outputs of every agent, [.., agents, games]; logits of unavailable actions do not count. */
export function meanSquare(g: Graph, { finite, width }: ActionVector, outputs: Node, available: Node): Node {
  if (finite === 0) return g.mean(g.square(outputs), [-1]);
  const logits = g.square(g.mul(g.slice(outputs, -1, 0, finite), available));
  const squares = width === finite ? logits : g.concat([logits, g.square(g.slice(outputs, -1, finite, width))]);
  return g.mean(squares, [-1]);
}

/**
 * Q of every agent of a group, [T, agents, games]: from what is known to all, [T, 1, games, n] or absent, the number of the agent among
 * those that share parameters, and joint actions [T, 1 or agents, games, m].
 */
export function jointValues(
  g: Graph,
  spec: NetworkSpec,
  path: JointCriticPath,
  group: Group,
  known: Node | undefined,
  joint: Node,
  x: Node,
): Node {
  const [length, games] = [joint.shape[0]!, joint.shape[2]!];
  const agents = group.agents.length;
  const wide = (part: Node): Node => g.broadcast(part, [length, agents, games, part.shape[3]!]);
  const parts = known === undefined ? [wide(joint)] : [wide(known), wide(joint)];
  const { observationLength, idLength } = group;
  if (idLength > 0) parts.push(g.slice(x, -1, observationLength, observationLength + idLength));
  const input = parts.length === 1 ? parts[0]! : g.concat(parts);
  const place = placeOf(path, group);
  const torso = networkSequence(g, spec, { ...place, owner: `the critic of ${group.name}` }, input);
  return g.reshape(head(g, place, group, torso.output, 1), [length, agents, games]);
}

interface Place {
  readonly path: string;
  readonly group: string;
  readonly copies?: number;
}

function placeOf(path: ActorPath | JointCriticPath, group: Group): Place {
  const place = { path: `${path}/${group.name}`, group: group.name };
  return group.copies === undefined ? place : { ...place, copies: group.copies };
}

function head(g: Graph, place: Place, group: Group, x: Node, units: number): Node {
  const options = { ...place, path: `${place.path}/head`, owner: `the head of ${group.name}` };
  return networkStep(g, { layers: [{ kind: 'dense', units }] }, options, x).output;
}

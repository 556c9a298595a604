/** Networks of action values: per group of agents, one step or over time, plain or duelling. */

import { maskLogits } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node, Shape } from '../../tensor/ir.ts';
import { networkCarries, networkSequence, networkStep } from '../../tensor/layers/network.ts';
import type { NetworkSpec } from '../../tensor/layers/spec.ts';
import type { Group } from './groups.ts';
import { later, now } from './td-targets.ts';

export interface QNetwork {
  readonly torso: NetworkSpec;
  /** Wang et al. 2016: Q(a) = V + A(a) - mean of A. */
  readonly dueling: boolean;
}

export function isRecurrent(spec: NetworkSpec): boolean {
  return spec.layers.some(layer => layer.kind === 'gru' || layer.kind === 'lstm');
}

export function qCarries({ torso }: QNetwork, group: Group, rows: number): readonly Shape[] {
  return networkCarries(torso, [group.agents.length, rows, group.inputLength]);
}

interface Place {
  readonly path: string;
  readonly owner: string;
  readonly expects: number;
  readonly copies?: number;
}

/** `path`: `online` or `target`; parameters are named `online/GROUP/...`. */
function placeOf(path: string, group: Group): Place {
  const place = { path: `${path}/${group.name}`, owner: `the network of ${group.name}`, expects: group.inputLength };
  return group.copies === undefined ? place : { ...place, copies: group.copies };
}

/** x [agents, games, features] -> Q [agents, games, actions]. */
export function qStep(
  g: Graph,
  network: QNetwork,
  path: string,
  group: Group,
  x: Node,
  carries: readonly Node[],
): { readonly output: Node; readonly carries: readonly Node[] } {
  const place = placeOf(path, group);
  const torso = networkStep(g, network.torso, place, x, { carries });
  return { output: head(g, network, place, group, torso.output), carries: torso.carries };
}

/** x [T, agents, games, features] -> Q [T, agents, games, actions]; memory is empty before the first step. */
export function qSequence(g: Graph, network: QNetwork, path: string, group: Group, x: Node): Node {
  const place = placeOf(path, group);
  return head(g, network, place, group, networkSequence(g, network.torso, place, x).output);
}

function head(g: Graph, { dueling }: QNetwork, place: Place, group: Group, x: Node): Node {
  const dense = (name: string, units: number): Node => {
    const { expects: _, ...rest } = place;
    return networkStep(g, { layers: [{ kind: 'dense', units }] }, { ...rest, path: `${place.path}/${name}` }, x).output;
  };
  if (!dueling) return dense('q', group.actionCount);
  const advantage = dense('advantage', group.actionCount);
  return g.add(dense('value', 1), g.sub(advantage, g.mean(advantage, [-1], true)));
}

/** Q of what was done: q [T + 1, agents, windows, actions], actions [T, agents, windows] -> [T, agents, windows]. */
export function chosenValues(g: Graph, q: Node, actions: Node): Node {
  return g.pick(now(g, q), actions);
}

/**
 * Value of what follows each step, [T, agents, windows]: the target network's value of its own best available action, or, with `double`
 * (van Hasselt, Guez and Silver 2016), of the action that the online network finds best.
 */
export function nextValues(g: Graph, online: Node, target: Node, available: Node, double: boolean): Node {
  const legal = later(g, available);
  const values = maskLogits(g, later(g, target), legal);
  if (!double) return g.max(values, [-1]);
  return g.pick(values, g.argmax(maskLogits(g, later(g, online), legal)));
}

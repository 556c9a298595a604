/** Networks of action values: per group of agents, one step or over time, plain or duelling. */
import type { Graph } from '../../tensor/graph.ts';
import type { Node, Program, Shape } from '../../tensor/ir.ts';
import { networkCarries, networkSequence, networkStep } from '../../tensor/layers/network.ts';
import type { NetworkSpec } from '../../tensor/layers/spec.ts';
import { actingProgram, playRows } from './acting.ts';
import type { Group } from './groups.ts';

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
  readonly group: string;
  readonly copies?: number;
}

/** `path`: `online` or `target`; parameters are named `online/GROUP/...`. */
function placeOf(path: string, group: Group): Place {
  const { name, inputLength: expects } = group;
  const place = { path: `${path}/${name}`, owner: `the network of ${name}`, expects, group: name };
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

/** The programs `act`, a step in `games` games, and `play`, one in evaluation: Q of every action by the online network. */
export function valueActingPrograms(network: QNetwork, groups: readonly Group[], games: number): readonly Program[] {
  const program = (name: string, rows: number): Program =>
    actingProgram(
      name,
      rows,
      groups,
      group => qCarries(network, group, rows),
      (g, group, x, carries) => qStep(g, network, 'online', group, x, carries),
    );
  return [program('act', games), program('play', playRows)];
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

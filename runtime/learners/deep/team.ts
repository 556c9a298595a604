/** Values of all agents of a team side by side, as mixers read them: one row per step and window, agents in declaration order. */
import type { MixerInputs } from '../../mixers/tensor.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Batch, GroupBatch } from './batch.ts';
import { later, now } from './moments.ts';

/** [T, agents, windows, ...rest] of every group to [T x windows, agents, ...rest]. */
export function teamRows(g: Graph, groups: readonly GroupBatch[], values: readonly Node[]): Node {
  const joined = values.length === 1 ? values[0]! : g.concat(values, 1);
  const order = groups.flatMap(({ group }) => group.agents);
  const sorted = [...order].sort((a, b) => a - b);
  const declared = sorted.every((agent, k) => agent === order[k])
    ? joined
    : g.take(
        joined,
        g.constant(
          sorted.map(agent => order.indexOf(agent)),
          [order.length],
          'i32',
        ),
        1,
      );
  const [length, agents, windows, ...rest] = declared.shape as [number, number, number, ...number[]];
  const turned = g.transpose(declared, [0, 2, 1, ...rest.map((_, k) => k + 3)]);
  return g.reshape(turned, [length * windows, agents, ...rest]);
}

/** The whole state of every step (or of what follows it), [T x windows, numbers]; the constant 1 in games without state. */
export function stateRows(g: Graph, batch: Batch, which: 'now' | 'later'): Node {
  const [length, , windows] = batch.weight.shape as [number, number, number];
  if (batch.state === undefined) return g.broadcast(1, [length * windows, 1]);
  const state = which === 'now' ? now(g, batch.state) : later(g, batch.state);
  return g.reshape(state, [length * windows, state.shape[2]!]);
}

/**
 * A number per agent and action of every step (or of what follows it), [T x windows, agents, most actions of any agent], from those of
 * every group, [T + 1, agents, windows, actions]; 0 for actions that an agent does not have.
 */
export function teamTable(g: Graph, { groups }: Batch, which: 'now' | 'later', values: readonly Node[]): Node {
  const at = which === 'now' ? now : later;
  const most = Math.max(...groups.map(({ group }) => group.actionCount));
  return teamRows(
    g,
    groups,
    values.map(value => widened(g, at(g, value), most)),
  );
}

/** What a mixer reads of one moment; `values`, `best` and `actions` go by group, the last two where it reads them. */
export interface Moment {
  readonly which: 'now' | 'later';
  /** [T, agents, windows]: utilities of the actions taken, and of the best available ones. */
  readonly values: readonly Node[];
  readonly best?: readonly Node[];
  /** [T, agents, windows], i32 */
  readonly actions?: readonly Node[];
}

export function mixerInputs(g: Graph, batch: Batch, moment: Moment): MixerInputs {
  const { groups } = batch;
  const at = moment.which === 'now' ? now : later;
  return input => {
    switch (input) {
      case 'q':
        return teamRows(g, groups, moment.values);
      case 'best':
        return teamRows(g, groups, moment.best!);
      case 'state':
        return stateRows(g, batch, moment.which);
      case 'features': {
        const most = Math.max(...groups.map(({ group }) => group.observationLength));
        const seen = groups.map(({ group, x }) =>
          widened(g, g.slice(at(g, x), -1, 0, Math.max(1, group.observationLength)), most),
        );
        return teamRows(g, groups, seen);
      }
      case 'actions': {
        const most = Math.max(...groups.map(({ group }) => group.actionCount));
        return teamRows(
          g,
          groups,
          moment.actions!.map(actions => g.oneHot(actions, most)),
        );
      }
    }
  };
}

/** Zeros behind the last axis, up to `length`. */
function widened(g: Graph, x: Node, length: number): Node {
  const shape = [...x.shape.slice(0, -1), Math.max(1, length)];
  return shape.join() === x.shape.join()
    ? x
    : g.padTo(
        x,
        shape.map(() => 0),
        shape,
      );
}

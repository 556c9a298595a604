/** What losses of actors and critics read: a minibatch as inputs, and what the networks make of it. */
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import { actionValues, bestActionValues } from './action-critic.ts';
import type { ActorCritic, GroupTensors } from './actor-critic.ts';
import type { Group } from './groups.ts';
import { type Doing, teamOf } from './others.ts';
import { actorCarries, criticCarries, explored, logPolicy, type PolicyNetworks, valuesOf } from './policy-networks.ts';

/** A minibatch: `lanes` steps of any games, or, with `steps`, that many consecutive steps of `lanes` games. */
export interface BatchShape {
  readonly steps: number | undefined;
  readonly lanes: number;
}

/** Tensors of every group in an update. Inputs are named `x/GROUP` and so on; `Minibatch` fills them. */
export function groupTensors(
  g: Graph,
  groups: readonly Group[],
  networks: PolicyNetworks,
  { steps, lanes }: BatchShape,
  method: Pick<ActorCritic, 'critics' | 'explore' | 'clipsValues'>,
): readonly GroupTensors[] {
  const lead = steps === undefined ? [] : [steps];
  const { stateLength } = networks;
  const reset = steps === undefined ? undefined : g.reshape(g.input('reset', [steps, lanes]), [steps, 1, lanes]);
  const state =
    stateLength === 0
      ? undefined
      : g.reshape(g.input('state', [...lead, lanes, stateLength]), [...lead, 1, lanes, stateLength]);
  const explore = method.explore === undefined ? undefined : g.input('explore', []);

  const inputs = groups.map(group => {
    const entries = [...lead, group.agents.length, lanes];
    const own = (name: string): Node => g.input(`${name}/${group.name}`, entries);
    return {
      group,
      x: g.input(`x/${group.name}`, [...entries, group.inputLength]),
      available: g.input(`available/${group.name}`, [...entries, group.actionCount]),
      actions: g.input(`actions/${group.name}`, entries, 'i32'),
      advantage: own('advantage'),
      weight: own('weight'),
      probability: own('probability'),
      target: own('target'),
      before: method.clipsValues ? own('value') : undefined,
    };
  });
  const ofActions = method.critics.some(({ values }) => values === 'action');
  const team = ofActions
    ? teamOf(
        g,
        inputs.map(({ weight, ...of }): Doing => ({ ...of, acts: weight })),
      )
    : undefined;

  const past = (carries: readonly Node[]) => (reset === undefined ? { carries } : { carries, reset });
  const memory = (kind: string, { name }: Group, shapes: ReturnType<typeof actorCarries>): readonly Node[] =>
    shapes.map((shape, k) => g.input(`${kind}/${name}/${k}`, shape));
  const remembered = groups.map(group => memory('critic', group, criticCarries(networks, group, lanes)));
  const values = method.critics.map(({ path, values: of }) =>
    of === 'state'
      ? valuesOf(
          g,
          networks,
          inputs.map(({ group, x }, k) => ({ group, x, past: past(path === 'critic' ? remembered[k]! : []) })),
          state,
          path,
        )
      : undefined,
  );

  return inputs.map((of, k): GroupTensors => {
    const { group, x, available, actions, weight } = of;
    const before = past(memory('actor', group, actorCarries(networks, group, lanes)));
    const plain = logPolicy(g, networks, group, x, available, before).output;
    const policy = explore === undefined ? plain : explored(g, plain, available, explore);
    const critics = method.critics.map(
      ({ path }, c) => values[c]?.(k).output ?? actionValues(g, networks, { group, x, state, team: team! }, path),
    );
    return {
      ...of,
      networks,
      policy,
      taken: g.pick(policy, actions),
      critics,
      best() {
        if (team === undefined) throw new RangeError('only a critic of actions knows the best of them');
        return g.stopGradient(bestActionValues(g, networks, { group, x, state, team }, 'critic'));
      },
      mean: x => meanPerPolicy(g, group, x, weight),
    };
  });
}

/** Mean over the entries that count; without sharing the sum over agents of their own means, each a policy of its own. */
function meanPerPolicy(g: Graph, group: Group, x: Node, weight: Node): Node {
  const agents = weight.shape.length - 2;
  const axes = weight.shape.map((_, axis) => axis).filter(axis => group.copies === undefined || axis !== agents);
  const count = g.maximum(g.sum(weight, axes), 1);
  return g.sum(g.div(g.sum(g.mul(x, weight), axes), count));
}

/**
 * Which agents share a network, and what it is given. A group's tensors have its agents on one axis and the games on the next:
 * inputs [.., agents, games, features], values or logits [.., agents, games, actions]. Agents with shorter observations or fewer
 * actions than others of their group are padded with zeros; padded actions are never available.
 */
import type { Roles } from '../../train/spec.ts';
import type { Shape as GameShape } from '../shared/shape.ts';

/**
 * `none`: parameters of its own for every agent; `class`: one set per agent class; `all`: one set for everybody; `beside`: parameters of its
 * own for every agent, all agents in one group, for learners in which they learn from each other's experience. `Roles`: one set per role,
 * and one per class for the agents of no role (selective parameter sharing, as Christianos et al. 2021 find it by clustering; here the
 * roles are declared).
 */
export type Sharing = 'none' | 'class' | 'all' | 'beside' | Roles;

export interface GroupOptions {
  readonly sharing: Sharing;
  /** One-hot number of the agent within its group as an input; only where agents share parameters. */
  readonly agentIds: boolean;
  /** One-hot last action as an input: all zeros at the start of an episode. */
  readonly lastAction: boolean;
}

export interface Group {
  /** First part of the parameters' names: the agent class, or `agents`. */
  readonly name: string;
  /** Numbers of its agents, ascending. */
  readonly agents: readonly number[];
  /** Parameters of their own for every agent, side by side. */
  readonly copies: number | undefined;
  readonly observationLength: number;
  /** Most actions of any agent of the group. */
  readonly actionCount: number;
  readonly idLength: number;
  readonly lastActionLength: number;
  /** Features per agent: observation, id, last action. */
  readonly inputLength: number;
}

/** Sets of parameters in some groups. */
export function countPolicies(groups: readonly Group[]): number {
  return groups.reduce((count, { copies = 1 }) => count + copies, 0);
}

export interface ClassesOfAgents {
  readonly classOf: readonly number[];
  readonly classNames: readonly string[];
}

export function groupsOf(shape: GameShape, classes: ClassesOfAgents, options: GroupOptions): readonly Group[] {
  const { sharing, agentIds, lastAction } = options;
  const everybody = classes.classOf.map((_, agent) => agent);
  const parts =
    sharing === 'all' || sharing === 'beside' ? [{ name: 'agents', agents: everybody }] : partsOf(sharing, classes);
  return parts
    .filter(part => part.agents.length > 0)
    .map(({ name, agents }): Group => {
      const copies = (sharing === 'none' || sharing === 'beside') && agents.length > 1 ? agents.length : undefined;
      const observationLength = Math.max(...agents.map(i => shape.observationLength[i]!));
      const actionCount = Math.max(...agents.map(i => shape.actionCount[i]!));
      const idLength = agentIds && copies === undefined && agents.length > 1 ? agents.length : 0;
      const lastActionLength = lastAction ? actionCount : 0;
      // A network needs something to read: agents that see nothing read a constant.
      const inputLength = Math.max(1, observationLength + idLength + lastActionLength);
      return { name, agents, copies, observationLength, actionCount, idLength, lastActionLength, inputLength };
    });
}

/** Roles, and classes without the agents that have one. */
function partsOf(
  sharing: Sharing,
  { classOf, classNames }: ClassesOfAgents,
): readonly { readonly name: string; readonly agents: readonly number[] }[] {
  const members = classNames.map((_, cls) => classOf.flatMap((of, agent) => (of === cls ? [agent] : [])));
  const roles = typeof sharing === 'string' ? [] : sharing.roles;
  const named = roles.map(role => {
    const agents = role.members.flatMap(({ class: name, from = 0, to = classOf.length }) =>
      (members[classNames.indexOf(name)] ?? []).slice(from, to + 1),
    );
    return { name: role.name, agents: agents.sort((a, b) => a - b) };
  });
  const taken = new Set(named.flatMap(({ agents }) => agents));
  const rest = classNames.map((name, cls) => ({ name, agents: members[cls]!.filter(agent => !taken.has(agent)) }));
  return [...named, ...rest];
}

/** Where a row of observations, masks or actions of one game begins, in arrays of any length. */
export interface RowOf {
  readonly observations: Float32Array;
  readonly observationAt: number;
  /** The last action of every agent, -1 for none. */
  readonly lastActions: Int32Array;
  readonly lastActionsAt: number;
}

/**
 * Writes the inputs of a group for one game: agent a of the group fills `inputLength` numbers from
 * `(offset + a * agentStride) * inputLength` on.
 */
export function writeInputs(
  shape: GameShape,
  group: Group,
  row: RowOf,
  into: Float32Array,
  offset: number,
  agentStride: number,
): void {
  const { observations, observationAt, lastActions, lastActionsAt } = row;
  for (let a = 0; a < group.agents.length; a++) {
    const agent = group.agents[a]!;
    const start = (offset + a * agentStride) * group.inputLength;
    const length = shape.observationLength[agent]!;
    const from = observationAt + shape.observationStart[agent]!;
    for (let k = 0; k < length; k++) into[start + k] = observations[from + k]!;
    for (let k = length; k < group.inputLength; k++) into[start + k] = 0;
    if (group.observationLength + group.idLength + group.lastActionLength === 0) into[start] = 1;
    if (group.idLength > 0) into[start + group.observationLength + a] = 1;
    const last = lastActions[lastActionsAt + agent]!;
    if (group.lastActionLength > 0 && last >= 0) into[start + group.observationLength + group.idLength + last] = 1;
  }
}

/**
 * Writes which actions of a group are available for one game (1 or 0). An agent that does not act has one action, number 0: waiting is
 * then an action like any other, whose value is learned.
 */
export function writeAvailable(
  shape: GameShape,
  group: Group,
  masks: Uint8Array,
  maskAt: number,
  into: Float32Array,
  offset: number,
  agentStride: number,
): void {
  for (let a = 0; a < group.agents.length; a++) {
    const agent = group.agents[a]!;
    const start = (offset + a * agentStride) * group.actionCount;
    const count = shape.actionCount[agent]!;
    let any = 0;
    for (let k = 0; k < group.actionCount; k++) {
      const legal = k < count ? masks[maskAt + shape.actionStart[agent]! + k]! : 0;
      into[start + k] = legal;
      any |= legal;
    }
    if (any === 0) into[start] = 1;
  }
}

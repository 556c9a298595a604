/** What is computed from a rollout before it is learned from, in the units of rewards. */
import type { Experience } from './gae.ts';
import type { RolloutMemory } from './policy-acting.ts';
import type { GroupRollout, Rollout } from './rollout.ts';
import { ValueNorm } from './value-norm.ts';

/** Of one group. */
export interface Estimate {
  /** [steps, agents, games] */
  readonly advantages: Float64Array;
  readonly returns: Float64Array;
  /** One for all agents of the group, or one each where they share nothing. */
  readonly norms: readonly ValueNorm[];
  /** Ranges of agents with parameters of their own. */
  readonly policies: readonly (readonly [first: number, end: number])[];
  /** What actor and critic remembered before the first step: [agents, games, units] each. */
  readonly actorMemory: readonly Float32Array[];
  readonly criticMemory: readonly Float32Array[];
}

/** Estimates of every group; with `normalize` critics learn returns shifted and scaled by their running mean and deviation. */
export function estimatesOf({ groups }: Rollout, normalize: boolean, memory?: RolloutMemory): readonly Estimate[] {
  return groups.map(({ group: { agents, copies }, active }, k): Estimate => {
    const norms = Array.from({ length: copies ?? 1 }, () => new ValueNorm(normalize));
    const remembered = memory?.of(k);
    return {
      advantages: new Float64Array(active.length),
      returns: new Float64Array(active.length),
      norms,
      policies: norms.length === 1 ? [[0, agents.length]] : agents.map((_, a) => [a, a + 1]),
      actorMemory: remembered?.actor ?? [],
      criticMemory: remembered?.critic ?? [],
    };
  });
}

/** A group's rollout with the critic's values in the units of rewards. */
export function experienceOf({ steps, games, ended }: Rollout, of: GroupRollout, { norms }: Estimate): Experience {
  const { group, rewards, values, next, active } = of;
  const agents = group.agents.length;
  const scaled = (from: Float32Array): Float64Array => {
    const to = new Float64Array(from.length);
    for (let row = 0; row < steps * agents; row++) {
      const { mean, deviation } = norms[norms.length === 1 ? 0 : row % agents]!;
      for (let k = row * games; k < (row + 1) * games; k++) to[k] = from[k]! * deviation + mean;
    }
    return to;
  };
  return { steps, agents, games, rewards, values: scaled(values), next: scaled(next), active, ended };
}

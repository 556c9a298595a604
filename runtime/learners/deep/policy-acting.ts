/** Programs by which policies act, and what their networks and critics remembered when a rollout began. */
import type { Session } from '../../tensor/engine.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import type { Arrays } from '../shared/learner.ts';
import { actingProgram, playRows } from './acting.ts';
import { criticMemory } from './critic.ts';
import type { Group } from './groups.ts';
import { actorCarries, criticCarries, explored, logPolicy, type PolicyNetworks } from './policy-networks.ts';

/**
 * The programs `act`, a step in `games` games, and `play`, one in evaluation: probabilities of every action. With `explores` the share
 * `explore`, an input of `act`, is spread evenly over the available actions.
 */
export function policyActingPrograms(
  networks: PolicyNetworks,
  groups: readonly Group[],
  games: number,
  explores = false,
): readonly Program[] {
  let explore: Node | undefined;
  const program = (name: string, rows: number): Program =>
    actingProgram(
      name,
      rows,
      groups,
      group => actorCarries(networks, group, rows),
      (g, group, x, carries, available) => {
        const { output, carries: after } = logPolicy(g, networks, group, x, available, { carries });
        if (!explores || name !== 'act') return { output: g.exp(output), carries: after };
        explore ??= g.input('explore', []);
        return { output: g.exp(explored(g, output, available, explore)), carries: after };
      },
    );
  return [program('act', games), program('play', playRows)];
}

/** A state of the session that a network carries from step to step, and what it was before the rollout. */
interface Carried {
  readonly name: string;
  readonly kept: Float32Array;
}

/** What the networks of a group remembered before the first step: [agents, games, units] each. */
export interface Remembered {
  readonly actor: readonly Float32Array[];
  readonly critic: readonly Float32Array[];
}

/** What networks with memory remembered when the rollout began. */
export class RolloutMemory {
  readonly #session: Session;
  readonly #groups: readonly { readonly actor: readonly Carried[]; readonly critic: readonly Carried[] }[];

  constructor(session: Session, groups: readonly Group[], networks: PolicyNetworks, games: number) {
    const carried = (name: string): Carried => ({ name, kept: session.read(name) as Float32Array });
    this.#session = session;
    this.#groups = groups.map(group => ({
      actor: actorCarries(networks, group, games).map((_, k) => carried(`act/${group.name}/carry${k}`)),
      critic: criticCarries(networks, group, games).map((_, k) => carried(criticMemory(group, k))),
    }));
  }

  /** A rollout begins. */
  keep(): void {
    for (const { name, kept } of this.#all()) kept.set(this.#session.read(name) as Float32Array);
  }

  /** Of group k. */
  of(k: number): Remembered {
    const { actor, critic } = this.#groups[k]!;
    return { actor: actor.map(({ kept }) => kept), critic: critic.map(({ kept }) => kept) };
  }

  save(into: Arrays): void {
    for (const { name, kept } of this.#all()) into.set(`memory.${name}`, kept.slice());
  }

  restore(from: Arrays): void {
    for (const { name, kept } of this.#all()) kept.set(from.get(`memory.${name}`)!);
  }

  #all(): readonly Carried[] {
    return this.#groups.flatMap(({ actor, critic }) => [...actor, ...critic]);
  }
}

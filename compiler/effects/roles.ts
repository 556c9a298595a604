/** Who decides in an algorithm, and whether something in it may know more than the agents do while it learns. */
import { learnerNamed } from '../requirements/table.ts';

export interface Role {
  /** Agents choose apart, each by what it observes; or one policy chooses for all. */
  readonly policy: 'decentralised' | 'centralised';
  /** Has it a critic, or a value of the whole team, that only training needs? */
  readonly critic: boolean;
}

const centralised: ReadonlySet<string> = new Set(['CentralQ', 'CorrelatedQ']);

export function roleOf(algorithm: string): Role {
  if (centralised.has(algorithm)) return { policy: 'centralised', critic: true };
  const needs = learnerNamed(algorithm)?.requires ?? [];
  return { policy: 'decentralised', critic: needs.some(need => need.kind === 'state-in-training') };
}

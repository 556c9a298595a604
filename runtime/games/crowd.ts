/**
 * One agent in a crowd without number: a mean field game over a finite horizon (Lasry and Lions 2007; Gomes, Mohr and Souza 2010). What
 * others do matters to it only as shares of the crowd that are in a state and take an action: in means over all, or as certain others that it
 * meets, each of them drawn from those shares on its own, anew at every step.
 */
export interface CrowdGame {
  readonly name: string;
  /** The class of agents that the crowd is made of. */
  readonly member: string;
  /** Agents of the game that it is the limit of. */
  readonly size: number;
  /** Certain others that a member meets in a step, such as neighbours; 0 where it is about means over all alone. */
  readonly meets: number;
  readonly actionNames: readonly string[];
  readonly stateCount: number;
  readonly steps: number;
  readonly discount: number;
  /** Share of the crowd in each state at the start. */
  readonly initial: Float64Array;
  /** `legal[s * actions + a]`: 1 where action a may be taken in state s. */
  readonly legal: Uint8Array;
  /** The first state that looks to a member like each state: it acts alike in states that look alike. What it sees of others is left out. */
  readonly looks: Int32Array;
  /**
   * What happens at step `time` to a member that takes action a in state s while `shares[s * actions + a]` of the crowd do. The result is
   * valid until the next call. @throws RangeError where a reward is not a finite number
   */
  step(time: number, shares: Float64Array): CrowdStep;
  describeState(state: number): string;
}

/** Row s * actions + a: its expected reward, and where it leads. */
export interface CrowdStep {
  readonly reward: Float64Array;
  /** Row r owns the entries `start[r] .. start[r + 1]` of `next` and `probability`. */
  readonly start: Int32Array;
  readonly next: Int32Array;
  readonly probability: Float64Array;
}

/**
 * Running mean and deviation of every agent's rewards, by which learners of action values may scale them: (r - mean) / deviation, as EPyMARL
 * does (Papoudakis et al. 2021). Of all rewards so far, by Welford's recurrence (1962), in the order in which they were played: the same
 * numbers whenever the same games are played.
 */
/** Deviations below this share of the mean are rounding: such rewards are constant, and only lose their mean. */
const leastShare = 1e-6;

export class RewardScale {
  #count = 0;
  readonly #mean: Float64Array;
  /** Sums of squared differences from the mean. */
  readonly #squares: Float64Array;
  readonly #deviation: Float64Array;

  constructor(agents: number) {
    this.#mean = new Float64Array(agents);
    this.#squares = new Float64Array(agents);
    this.#deviation = new Float64Array(agents).fill(1);
  }

  /** Takes in the rewards of a step of one game: those of all agents, from `start` on. */
  add(rewards: ArrayLike<number>, start: number): void {
    this.#count++;
    for (let i = 0; i < this.#mean.length; i++) {
      const reward = rewards[start + i]!;
      const before = reward - this.#mean[i]!;
      this.#mean[i]! += before / this.#count;
      this.#squares[i]! += before * (reward - this.#mean[i]!);
      this.#deviation[i] = this.#deviationOf(i);
    }
  }

  #deviationOf(agent: number): number {
    const deviation = Math.sqrt(this.#squares[agent]! / Math.max(1, this.#count));
    return deviation > leastShare * Math.abs(this.#mean[agent]!) ? deviation : 1;
  }

  /** A reward of an agent, in deviations from its mean; as it is where there has been none. */
  scaled(agent: number, reward: number): number {
    return (reward - this.#mean[agent]!) / this.#deviation[agent]!;
  }

  save(): Float64Array {
    return Float64Array.of(this.#count, ...this.#mean, ...this.#squares);
  }

  restore(saved: ArrayLike<number>): void {
    const agents = this.#mean.length;
    this.#count = saved[0]!;
    for (let i = 0; i < agents; i++) {
      this.#mean[i] = saved[1 + i]!;
      this.#squares[i] = saved[1 + agents + i]!;
      this.#deviation[i] = this.#deviationOf(i);
    }
  }
}

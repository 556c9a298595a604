/**
 * Running mean and deviation of returns, by which a critic's targets are scaled (van Hasselt et al. 2016 without the correction of the
 * output layer), as in the code of Yu et al. 2022: exponential averages of the mean and of the square, divided by the weight that they
 * have collected, so that they are right from the first batch on.
 */
const decay = 0.99999;
/** Least variance, so that constant returns do not blow up. */
const leastVariance = 1e-2;

export class ValueNorm {
  #mean = 0;
  #square = 0;
  #weight = 0;
  /** False: it leaves every number as it is. */
  readonly #on: boolean;

  constructor(on: boolean) {
    this.#on = on;
  }

  /** Takes in a batch by its mean and the mean of its squares. */
  add(mean: number, square: number): void {
    if (!this.#on) return;
    this.#mean = decay * this.#mean + (1 - decay) * mean;
    this.#square = decay * this.#square + (1 - decay) * square;
    this.#weight = decay * this.#weight + (1 - decay);
  }

  /** Mean of the returns so far; 0 before the first. */
  get mean(): number {
    return this.#weight === 0 ? 0 : this.#mean / this.#weight;
  }

  /** Their standard deviation, at least 0.1; 1 before the first. */
  get deviation(): number {
    if (this.#weight === 0) return 1;
    const { mean } = this;
    return Math.sqrt(Math.max(leastVariance, this.#square / this.#weight - mean * mean));
  }

  save(): Float64Array {
    return Float64Array.of(this.#mean, this.#square, this.#weight);
  }

  restore(saved: ArrayLike<number>): void {
    this.#mean = saved[0]!;
    this.#square = saved[1]!;
    this.#weight = saved[2]!;
  }
}

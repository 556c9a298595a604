/** Typed arrays that grow: trees are built before anybody knows their size. */

export class Ints {
  length = 0;
  #items = new Int32Array(1024);

  push(value: number): number {
    if (this.length === this.#items.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.length] = value;
    return this.length++;
  }

  get(index: number): number {
    return this.#items[index] as number;
  }

  set(index: number, value: number): void {
    this.#items[index] = value;
  }

  /** A copy of just the used part. */
  finish(): Int32Array {
    return this.#items.slice(0, this.length);
  }
}

export class Doubles {
  length = 0;
  #items = new Float64Array(1024);

  push(value: number): number {
    if (this.length === this.#items.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.length] = value;
    return this.length++;
  }

  finish(): Float64Array {
    return this.#items.slice(0, this.length);
  }
}

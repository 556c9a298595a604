/** A priority queue: greatest key first, of equal keys the one put in last. */
export class Heap<T> {
  readonly #items: { readonly key: number; readonly order: number; readonly value: T }[] = [];
  #count = 0;

  get size(): number {
    return this.#items.length;
  }

  /** The greatest key, minus infinity of an empty queue. */
  get top(): number {
    return this.#items[0]?.key ?? Number.NEGATIVE_INFINITY;
  }

  push(key: number, value: T): void {
    const items = this.#items;
    const item = { key, order: this.#count++, value };
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const other = items[up] as typeof item;
      if (!before(item, other)) break;
      items[at] = other;
      at = up;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined) return undefined;
    if (items.length === 0) return first.value;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1] as typeof last, items[child] as typeof last)) child++;
      if (!before(items[child] as typeof last, last)) break;
      items[at] = items[child] as typeof last;
      at = child;
    }
    items[at] = last;
    return first.value;
  }
}

interface Ordered {
  readonly key: number;
  readonly order: number;
}

function before(a: Ordered, b: Ordered): boolean {
  return a.key > b.key || (a.key === b.key && a.order > b.order);
}

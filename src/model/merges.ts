// Byte-pair merging: which neighbours become one symbol, and in which order.

/** Two symbols that may become one; of all that may, the pair of the lowest rank does first. */
export interface Merge {
  left: number;
  right: number;
  result: number;
  rank: number;
}

/** Symbols are whole numbers from 0 to below `symbols`; of two merges of the same pair the first counts. */
export class Merges {
  /** left * symbols + right -> index */
  readonly #known = new Map<number, number>();
  readonly #ranks: number[] = [];
  readonly #results: number[] = [];

  constructor(
    readonly symbols: number,
    merges: Iterable<Merge>,
  ) {
    for (const { left, right, result, rank } of merges) {
      const key = left * symbols + right;
      if (this.#known.has(key)) continue;
      this.#known.set(key, this.#ranks.push(rank) - 1);
      this.#results.push(result);
    }
  }

  /** What is left of `ids` when nothing can be merged any more; the leftmost of equal pairs comes first. */
  merge(ids: number[]): number[] {
    if (ids.length < 2) return ids;
    const merged = [...ids];
    const next = ids.map((_, i) => i + 1);
    const previous = ids.map((_, i) => i - 1);
    const waiting = new Heap();
    const indexAt = (left: number): number | undefined => {
      const right = next[left]!;
      if (merged[left]! < 0 || right >= merged.length) return undefined;
      return this.#known.get(merged[left]! * this.symbols + merged[right]!);
    };
    const offer = (left: number): void => {
      const index = indexAt(left);
      if (index !== undefined) waiting.push(this.#ranks[index]! * positions + left);
    };
    for (let i = 0; i + 1 < merged.length; i++) offer(i);
    for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
      const left = entry % positions;
      const index = indexAt(left);
      // The pair may have changed since it was offered.
      if (index === undefined || this.#ranks[index] !== (entry - left) / positions) continue;
      const right = next[left]!;
      merged[left] = this.#results[index]!;
      merged[right] = consumed;
      next[left] = next[right]!;
      if (next[left] < merged.length) previous[next[left]] = left;
      if (previous[left]! >= 0) offer(previous[left]!);
      offer(left);
    }
    return merged.filter((id) => id !== consumed);
  }
}

const consumed = -1;

/** A heap entry is rank * positions + position, exact in a double for any vocabulary and word. */
const positions = 2 ** 32;

/** A binary min-heap of numbers. */
class Heap {
  readonly #items: number[] = [];

  push(item: number): void {
    let i = this.#items.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#items[parent]! <= item) break;
      this.#items[i] = this.#items[parent]!;
      i = parent;
    }
    this.#items[i] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= last) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = last;
    return top;
  }
}

// Byte-pair merging: the table of merges of a vocabulary, and the bytes of its tokens.

/** The merge table and the algorithm: the pair of lowest rank first, the leftmost of equal ones. */
export class Merges {
  readonly #byteIds: Int32Array;
  /** left id * #base + right id -> rank */
  readonly #ranks = new Map<number, number>();
  readonly #results: number[] = [];
  readonly #base: number;
  /** Bytes of merged strings that are no token; their ids lie above the vocabulary. */
  readonly #unnamed: number[][] = [];
  readonly #size: number;

  constructor(ids: Map<string, number>, size: number, merges: string[]) {
    this.#size = size;
    this.#base = size + 3 * merges.length;
    this.#byteIds = byteIdsOf(ids);
    const known = new Map(ids);
    const intern = (text: string): number => {
      const id = known.get(text) ?? this.#size + this.#unnamed.length;
      if (id === this.#size + this.#unnamed.length) {
        known.set(text, id);
        this.#unnamed.push([...bytesOf(text)].map((byte) => this.#byteIds[byte]!));
      }
      return id;
    };
    for (const [rank, merge] of merges.entries()) {
      const cut = merge.indexOf(' ', 1);
      const left = merge.slice(0, cut);
      const right = merge.slice(cut + 1);
      const key = intern(left) * this.#base + intern(right);
      if (!this.#ranks.has(key)) this.#ranks.set(key, rank);
      this.#results.push(intern(left + right));
    }
  }

  encode(bytes: Uint8Array): number[] {
    const ids = Array.from(bytes, (byte) => this.#byteIds[byte]!);
    if (ids.length > 1) this.#merge(ids);
    const named: number[] = [];
    for (const id of ids) {
      if (id >= this.#size) named.push(...this.#unnamed[id - this.#size]!);
      else if (id >= 0) named.push(id);
    }
    return named;
  }

  /** Merges in place: a consumed symbol becomes -1. `next` and `previous` link the symbols that are left. */
  #merge(ids: number[]): void {
    const next = ids.map((_, i) => i + 1);
    const previous = ids.map((_, i) => i - 1);
    const waiting = new Heap();
    const offer = (left: number): void => {
      const right = next[left]!;
      const rank = right < ids.length ? this.#rank(ids[left]!, ids[right]!) : undefined;
      if (rank !== undefined) waiting.push(rank * positions + left);
    };
    for (let i = 0; i + 1 < ids.length; i++) offer(i);
    for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
      const left = entry % positions;
      const rank = (entry - left) / positions;
      const right = next[left]!;
      // The pair may have changed since it was offered.
      if (right >= ids.length || this.#rank(ids[left]!, ids[right]!) !== rank) continue;
      ids[left] = this.#results[rank]!;
      ids[right] = -1;
      next[left] = next[right]!;
      if (next[left] < ids.length) previous[next[left]] = left;
      if (previous[left]! >= 0) offer(previous[left]!);
      offer(left);
    }
  }

  #rank(left: number, right: number): number | undefined {
    return left < 0 || right < 0 ? undefined : this.#ranks.get(left * this.#base + right);
  }
}

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

/**
 * GPT-2's alphabet writes each byte as a printable character: printable Latin-1 as it is, the rest from U+0100 on.
 * Source: https://github.com/openai/gpt-2/blob/master/src/encoder.py
 */
const byteOfCharacter = new Map<string, number>();
export const characterOfByte: string[] = [];
for (let byte = 0, other = 256; byte < 256; byte++) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  const character = String.fromCharCode(printable ? byte : other++);
  byteOfCharacter.set(character, byte);
  characterOfByte.push(character);
}

/** The bytes that a token's text in the file stands for; characters outside the alphabet occur only in tokens that were added as plain text. */
export function bytesOf(token: string): Buffer {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOfCharacter.get(character);
    if (byte === undefined) return Buffer.from(token);
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}

/** The token of each byte, -1 where there is none. */
function byteIdsOf(ids: Map<string, number>): Int32Array {
  return Int32Array.from(characterOfByte, (character) => ids.get(character) ?? -1);
}

/** A byte that UTF-8 text can hold and that has no token. */
export function missingByte(ids: Map<string, number>): number | undefined {
  const missing = byteIdsOf(ids).findIndex(
    (id, byte) => id < 0 && byte !== 0xc0 && byte !== 0xc1 && byte < 0xf5,
  );
  return missing < 0 ? undefined : missing;
}

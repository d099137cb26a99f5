// Byte-level byte-pair encoding, as GPT-2 began it: every byte has a token, and merges lead from bytes to words.

import { type Merge, Merges } from './merges';
import { preTokenizer } from './pretokens';

/** How a vocabulary spells text. */
export interface Spelling {
  /** The words of a text, which joined are the text: no token reaches from one into the next. */
  split(text: string): string[];
  /** The ids of a word. */
  encode(word: string): number[];
}

/** `merges` are pairs of token texts with a space between, `wholeWords` those that are not merged but taken as they are. */
export class ByteLevel implements Spelling {
  readonly split: (text: string) => string[];
  readonly #byteIds: Int32Array;
  readonly #merges: Merges;
  /** Bytes of merged strings that are no token; their symbols lie above the vocabulary. */
  readonly #unnamed: number[][] = [];

  constructor(
    pre: string,
    ids: ReadonlyMap<string, number>,
    readonly size: number,
    merges: string[],
    readonly wholeWords?: ReadonlyMap<string, number>,
  ) {
    this.split = preTokenizer(pre);
    this.#byteIds = byteIdsOf(ids);
    this.#merges = new Merges(size + 3 * merges.length, this.#merged(ids, merges));
  }

  encode(word: string): number[] {
    const whole = this.wholeWords?.get(word);
    if (whole !== undefined) return [whole];
    const bytes = Array.from(Buffer.from(word), (byte) => this.#byteIds[byte]!);
    return this.#merges.merge(bytes).flatMap((id) => (id < this.size ? id : this.#unnamed[id - this.size]!));
  }

  *#merged(ids: ReadonlyMap<string, number>, merges: string[]): Generator<Merge> {
    const known = new Map(ids);
    const symbol = (text: string): number => {
      const id = known.get(text) ?? this.size + this.#unnamed.length;
      if (!known.has(text)) {
        known.set(text, id);
        this.#unnamed.push([...bytesOf(text)].map((byte) => this.#byteIds[byte]!));
      }
      return id;
    };
    for (const [rank, merge] of merges.entries()) {
      const cut = merge.indexOf(' ', 1);
      const left = merge.slice(0, cut);
      const right = merge.slice(cut + 1);
      yield { left: symbol(left), right: symbol(right), result: symbol(left + right), rank };
    }
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
function byteIdsOf(ids: ReadonlyMap<string, number>): Int32Array {
  return Int32Array.from(characterOfByte, (character) => ids.get(character) ?? -1);
}

/** A byte that UTF-8 text can hold and that has no token. */
export function missingByte(ids: ReadonlyMap<string, number>): number | undefined {
  const missing = byteIdsOf(ids).findIndex(
    (id, byte) => id < 0 && byte !== 0xc0 && byte !== 0xc1 && byte < 0xf5,
  );
  return missing < 0 ? undefined : missing;
}

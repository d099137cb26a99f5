// Byte-level byte-pair encoding, as GPT-2 began it: bytes have tokens, and merges lead from bytes to words.

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
  /** Of each byte; its token, if it has one. */
  readonly #symbols: number[];
  readonly #merges: Merges;
  /** The tokens of strings that are none themselves; their symbols lie above the vocabulary. */
  readonly #unnamed: number[][] = [];
  readonly #symbolsOfUnnamed = new Map<string, number>();

  constructor(
    pre: string,
    ids: ReadonlyMap<string, number>,
    readonly size: number,
    merges: string[],
    readonly wholeWords?: ReadonlyMap<string, number>,
  ) {
    this.split = preTokenizer(pre);
    this.#symbols = characterOfByte.map((character) => this.#symbol(character, ids));
    this.#merges = new Merges(size + characterOfByte.length + 3 * merges.length, this.#merged(ids, merges));
  }

  encode(word: string): number[] {
    const whole = this.wholeWords?.get(word);
    if (whole !== undefined) return [whole];
    const bytes = Array.from(Buffer.from(word), (byte) => this.#symbols[byte]!);
    return this.#merges.merge(bytes).flatMap((id) => (id < this.size ? id : this.#unnamed[id - this.size]!));
  }

  *#merged(ids: ReadonlyMap<string, number>, merges: string[]): Generator<Merge> {
    const symbol = (text: string): number => this.#symbol(text, ids);
    for (const [rank, merge] of merges.entries()) {
      const cut = merge.indexOf(' ', 1);
      const left = merge.slice(0, cut);
      const right = merge.slice(cut + 1);
      yield { left: symbol(left), right: symbol(right), result: symbol(left + right), rank };
    }
  }

  /** What is no token is spelled by its bytes; a byte without a token is spelled by nothing, as in llama.cpp. */
  #symbol(text: string, ids: ReadonlyMap<string, number>): number {
    const found = ids.get(text) ?? this.#symbolsOfUnnamed.get(text);
    if (found !== undefined) return found;
    const symbol = this.size + this.#unnamed.length;
    this.#symbolsOfUnnamed.set(text, symbol);
    const tokens = [...bytesOf(text)].map((byte) => ids.get(characterOfByte[byte]!));
    this.#unnamed.push(tokens.filter((id) => id !== undefined));
    return symbol;
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

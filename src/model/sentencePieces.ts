// SentencePiece's byte-pair encoding, as llama began it: tokens have scores, and what has no token is spelled in bytes.

import type { Spelling } from './byteLevel';
import { type Merge, Merges } from './merges';

/** Stands for a space. */
const blank = '\u2581';

/** `ids` are those of text and of bytes alone; `scores`, by id, are the better the earlier a token is merged. */
export class SentencePieces implements Spelling {
  readonly #merges: Merges;
  /** Characters that are no tokens, but parts of some; their symbols lie above the vocabulary. */
  readonly #parts = new Map<string, number>();
  readonly #characters: string[];
  /** Whether a token reaches from one word into the next: then nothing can be cut. */
  readonly #crosses: boolean;

  constructor(
    readonly ids: ReadonlyMap<string, number>,
    readonly size: number,
    scores: readonly number[],
  ) {
    this.#crosses = [...ids.keys()].some((token) => /[^\u2581]\u2581/.test(token));
    for (const token of ids.keys())
      for (const character of isByteToken(token) ? [] : token)
        if (!ids.has(character) && !this.#parts.has(character))
          this.#parts.set(character, size + 1 + this.#parts.size);
    this.#characters = [...this.#parts.keys()];
    const symbol = (text: string): number | undefined => ids.get(text) ?? this.#parts.get(text);
    this.#merges = new Merges(size + 1 + this.#parts.size, mergesTo(ids, scores, symbol));
  }

  /** Words with the spaces before them, whether typed as such or as what stands for one. */
  split(text: string): string[] {
    return this.#crosses ? [text] : (text.match(/[ \u2581]*[^ \u2581]+|[ \u2581]+/g) ?? []);
  }

  encode(word: string): number[] {
    const characters = [...word.replaceAll(' ', blank)];
    // A character that no token has merges with nothing: its symbol is none that the merges know.
    const symbols = characters.map(
      (character) => this.ids.get(character) ?? this.#parts.get(character) ?? this.size,
    );
    const unknown = characters.filter((_, i) => symbols[i] === this.size).values();
    return this.#merges.merge(symbols).flatMap((id) => {
      if (id < this.size) return id;
      return this.#bytes(id === this.size ? unknown.next().value! : this.#characters[id - this.size - 1]!);
    });
  }

  #bytes(character: string): number[] {
    return [...Buffer.from(character)].flatMap((byte) => this.ids.get(byteToken(byte)) ?? []);
  }
}

/** Every way in which two tokens, or characters, are a token. */
function* mergesTo(
  ids: ReadonlyMap<string, number>,
  scores: readonly number[],
  symbol: (text: string) => number | undefined,
): Generator<Merge> {
  const best = [...new Set(scores)].sort((a, b) => b - a);
  const ranks = new Map(best.map((score, rank) => [score, rank]));
  for (const [token, result] of ids) {
    if (isByteToken(token)) continue;
    const rank = ranks.get(scores[result]!)!;
    for (let cut = 1; cut < token.length; cut++) {
      const left = symbol(token.slice(0, cut));
      const right = symbol(token.slice(cut));
      if (left !== undefined && right !== undefined) yield { left, right, result, rank };
    }
  }
}

const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
const isByteToken = (token: string): boolean => /^<0x[0-9A-F]{2}>$/.test(token);

/** The bytes that a token's text in the file stands for; a byte token is told by its type and its form. */
export function bytesOfPiece(token: string, isByte: boolean): Buffer {
  return isByte && isByteToken(token)
    ? Buffer.of(parseInt(token.slice(3, 5), 16))
    : Buffer.from(token.replaceAll(blank, ' '));
}

// SentencePiece's byte-pair encoding, as llama began it: tokens have scores, and what has no token is spelled in bytes.

import type { Spelling } from './byteLevel';
import { type Merge, Merges } from './merges';

/** Stands for a space. */
const blank = '\u2581';

/** `ids` are those of text and of bytes alone; `scores`, by id, are the better the earlier a token is merged. */
export class SentencePieces implements Spelling {
  readonly #merges: Merges;
  /** Whether a token reaches from one word into the next: then nothing can be cut. */
  readonly #crosses: boolean;

  constructor(
    readonly ids: ReadonlyMap<string, number>,
    readonly size: number,
    scores: readonly number[],
  ) {
    this.#crosses = [...ids.keys()].some((token) => /[^\u2581]\u2581/.test(token));
    this.#merges = new Merges(size + 1, mergesTo(ids, scores));
  }

  /** Words with the spaces before them. */
  split(text: string): string[] {
    return this.#crosses ? [text] : (text.match(/ *[^ ]+| +/g) ?? []);
  }

  encode(word: string): number[] {
    const characters = [...word.replaceAll(' ', blank)];
    // A character without a token merges with nothing: its symbol is none that the merges know.
    const symbols = characters.map((character) => this.ids.get(character) ?? this.size);
    const without = characters.filter((_, i) => symbols[i] === this.size).values();
    return this.#merges
      .merge(symbols)
      .flatMap((id) => (id < this.size ? id : this.#bytes(without.next().value!)));
  }

  #bytes(character: string): number[] {
    return [...Buffer.from(character)].flatMap((byte) => this.ids.get(byteToken(byte)) ?? []);
  }
}

/** Every way in which two tokens are a third one. */
function* mergesTo(ids: ReadonlyMap<string, number>, scores: readonly number[]): Generator<Merge> {
  const best = [...new Set(scores)].sort((a, b) => b - a);
  const ranks = new Map(best.map((score, rank) => [score, rank]));
  for (const [token, result] of ids) {
    if (isByteToken(token)) continue;
    const rank = ranks.get(scores[result]!)!;
    for (let cut = 1; cut < token.length; cut++) {
      const left = ids.get(token.slice(0, cut));
      const right = ids.get(token.slice(cut));
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

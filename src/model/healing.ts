// Token healing: the last word before the cursor is taken back, and the model spells it again on from what was typed.

import { isBlank } from '../completion/site';
import type { Tokenizer } from './tokenizer';

/** A word of more tokens is left as it is: spelling it again would cost a pass for each. */
const mostTokens = 8;

/**
 * What to take back from the end of the cursor's line: its last word, run of signs or run of spaces, for the model
 * learnt `.length` and not `.`, `len` and `gth`. Empty at the head of a line and behind a very long word.
 */
export function unfinishedWord(lineBefore: string, tokenizer: Tokenizer): string {
  const word = tokenizer.lastWord(lineBefore);
  return tokenizer.encode(word).length <= mostTokens ? word : '';
}

/** Tells which tokens may come next until the bytes that were taken back are written again. */
export class Healing {
  #rest: Buffer;

  constructor(
    word: string,
    readonly tokenizer: Tokenizer,
  ) {
    this.#rest = Buffer.from(word);
  }

  /** The ids that agree with what was typed; undefined where all of it is written and every id may come. */
  get allowed(): Int32Array | undefined {
    if (this.#rest.length === 0) return undefined;
    const ids = this.tokenizer.agreeing(this.#rest);
    // Spaces that were typed are all there are: one more would shift what follows.
    return isBlank(this.#rest.toString()) ? ids.filter((id) => !this.#isWiderSpace(id)) : ids;
  }

  #isWiderSpace(id: number): boolean {
    const piece = this.tokenizer.piece(id);
    return piece.length > this.#rest.length && isBlank(piece.toString());
  }

  push(id: number): void {
    this.#rest = this.#rest.subarray(this.tokenizer.piece(id).length);
  }
}

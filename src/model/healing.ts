// Token healing: the last word before the cursor is taken back, and the model spells it again on from what was typed.

import { isBlank } from '../completion/site';
import type { Tokenizer } from './tokenizer';

/** A word of more tokens is left as it is: spelling it again would cost a pass for each. */
const mostTokens = 8;

/**
 * What to take back of the text before the cursor: its last word, run of signs or run of spaces, for the model learnt
 * `.length` and not `.`, `len` and `gth`. Where line ends and what stands around them are tokens together, the line end
 * before the cursor goes along: `\n` with the indentation behind it is one token then. Empty behind a very long word,
 * and behind one that the vocabulary cannot spell.
 */
export function unfinishedWord(before: string, tokenizer: Tokenizer): string {
  const visible = before.trimEnd().length - 1;
  const from = tokenizer.joinsLines ? visible : before.length;
  const start = from < 0 ? 0 : before.lastIndexOf('\n', from) + 1;
  const word = tokenizer.lastWord(before.slice(start));
  const ids = tokenizer.encode(word);
  return ids.length <= mostTokens && tokenizer.decode(ids) === word ? word : '';
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
    // Spaces that were typed are all there are: one more would shift what follows. Behind a line end all are to come.
    const rest = this.#rest.toString();
    return isBlank(rest) && !rest.endsWith('\n') ? ids.filter((id) => !this.#isWiderSpace(id)) : ids;
  }

  #isWiderSpace(id: number): boolean {
    const piece = this.tokenizer.piece(id);
    return piece.length > this.#rest.length && isBlank(piece.toString());
  }

  push(id: number): void {
    this.#rest = this.#rest.subarray(this.tokenizer.piece(id).length);
  }
}

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
    // Where bytes have no tokens, a part of a character may have been chosen that nothing leads on from.
    if (ids.length === 0) return undefined;
    const rest = this.#rest.toString();
    // On a line that is not begun any indentation may come, but no line end: that would leave it empty.
    if (rest.endsWith('\n')) return ids.filter((id) => !this.#beyond(id).includes('\n'));
    // Spaces that were typed are all there are: one more would shift what follows.
    return isBlank(rest) ? ids.filter((id) => !this.#isWiderSpace(id)) : ids;
  }

  /** The blanks that a token adds to what was typed; nothing where it adds more than these. */
  #beyond(id: number): string {
    const beyond = this.tokenizer.piece(id).subarray(this.#rest.length).toString();
    return isBlank(beyond) ? beyond : '';
  }

  #isWiderSpace(id: number): boolean {
    return this.#beyond(id) !== '';
  }

  push(id: number): void {
    this.#rest = this.#rest.subarray(this.tokenizer.piece(id).length);
  }
}

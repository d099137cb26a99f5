// Which of the tokens that a model would write are barred where the word before a cursor is spelled again.

import { Healing, unfinishedWord } from '../../../src/model/healing';
import type { Tokenizer } from '../../../src/model/tokenizer';

/**
 * The first token of `text` that is barred when the model writes on from `cut`; undefined where none is, and where one is
 * meant to be: between two spaces or line ends, for there are to be as many as were typed.
 */
export function barredAt(text: string, cut: number, tokenizer: Tokenizer): string | undefined {
  const before = text.slice(0, cut);
  const word = unfinishedWord(before, tokenizer);
  if (/\s$/.test(word) && /^\s/.test(text.slice(cut))) return undefined;
  const ids = tokenizer.encode(text);
  const start = Buffer.byteLength(before) - Buffer.byteLength(word);
  let written = 0;
  while (written < start) written += tokenizer.piece(ids.shift()!).length;
  // What reaches over the start of the word is no token of a text that ends there.
  if (written > start) return undefined;
  const healing = new Healing(word, tokenizer);
  for (const id of ids) {
    const { allowed } = healing;
    if (!allowed) return undefined;
    if (!allowed.includes(id))
      return `${JSON.stringify(word)}: no ${id} ${JSON.stringify(tokenizer.piece(id).toString())}`;
    healing.push(id);
  }
  return undefined;
}

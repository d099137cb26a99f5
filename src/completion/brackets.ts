// Follows brackets and quotes through code, character by character, knowing of a language its strings and comments alone.

import { languageAt, type Language } from '../language/languages';

const closerOf: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const closers = ')]}';
/** Characters of the longest mark of a comment. */
const longestMark = 4;

/** What a character did: `stray` closes a bracket that was not opened here, or not as the last. */
export type BracketEvent = 'plain' | 'opened' | 'closed' | 'stray' | 'quoteClosed';

export class Brackets {
  /** The closers still owed, innermost last. */
  readonly owed: string[] = [];
  /** The quote that is open, if one is. */
  quote: string | undefined;
  /** A closer met another bracket than its own: what is owed is not to be relied on. */
  mismatched = false;
  readonly #language: Language;
  /** What ends the comment that is open, if one is. */
  #comment: string | undefined;
  /** The last characters of the line's code, or of the comment that is open. */
  #last = '';
  /** What has been read since the quote that is open, or since the last one was closed. */
  #since = '';
  #previous = '';

  constructor(languageId: string) {
    this.#language = languageAt(languageId);
  }

  feed(text: string): this {
    for (const character of text) this.push(character);
    return this;
  }

  push(character: string): BracketEvent {
    const previous = this.#previous;
    this.#previous = previous === '\\' && character === '\\' ? '' : character;
    if (character === '\n') this.#endLine();
    else if (this.#comment !== undefined) this.#inComment(character);
    else if (this.quote !== undefined && !this.#isNoCharacter(character))
      return this.#inQuote(character, previous);
    else return this.#inCode(character, previous);
    return 'plain';
  }

  #endLine(): void {
    if (this.#comment === '\n') this.#comment = undefined;
    if (this.quote !== undefined && !this.#language.quotes.long.includes(this.quote)) this.quote = undefined;
    this.#since += '\n';
    this.#last = '';
  }

  #inComment(character: string): void {
    if (this.#comment === '\n') {
      // A block's opener may begin with the mark of a line's comment: `--[[`.
      this.#last += character;
      const block = this.#language.blockComments.find(([opener]) => opener === this.#last);
      if (block) this.#begin(block[1], '');
    } else {
      this.#last = (this.#last + character).slice(-longestMark);
      if (this.#last.endsWith(this.#comment!)) this.#begin(undefined, '');
    }
  }

  /** A comment, or code behind one; `last` is what has been read of it. */
  #begin(comment: string | undefined, last: string): void {
    this.#comment = comment;
    this.#last = last;
  }

  /** Sees a quote of characters that opened none: then the code goes on. */
  #isNoCharacter(character: string): boolean {
    const none =
      this.quote === this.#language.quotes.character &&
      this.#since !== '' &&
      !this.#since.startsWith('\\') &&
      character !== this.quote;
    if (none) this.quote = undefined;
    return none;
  }

  #inQuote(character: string, previous: string): BracketEvent {
    this.#since += character;
    if (previous === '\\' || !this.#since.endsWith(this.quote!)) return 'plain';
    // An empty string is remembered as such: one more quote makes it the opening of a long one.
    const isEmpty = this.#since === this.quote && this.#language.quotes.long.includes(this.quote.repeat(3));
    this.#since = isEmpty ? this.quote!.repeat(2) : '';
    this.quote = undefined;
    return 'quoteClosed';
  }

  #inCode(character: string, previous: string): BracketEvent {
    const { quotes, lineComments, blockComments } = this.#language;
    const isQuote =
      quotes.short.includes(character) || quotes.long.includes(character) || quotes.character === character;
    if (isQuote) {
      this.quote = this.#since === character + character ? this.#since + character : character;
      this.#since = this.#last = '';
      return 'plain';
    }
    this.#since = '';
    this.#last = (this.#last + character).slice(-longestMark);
    const isAtEnd = (mark: string): boolean => this.#last.endsWith(mark);
    const block = blockComments.find(([opener]) => isAtEnd(opener));
    const line = lineComments.find(isAtEnd);
    if (block) {
      // In `{-` and `(*` the bracket is none.
      if (closerOf[block[0][0]!] !== undefined) this.owed.pop();
      this.#begin(block[1], '');
    } else if (line !== undefined) this.#begin('\n', line);
    // Outside of strings only regular expressions put a backslash before a bracket.
    else if (previous !== '\\') return this.#bracket(character);
    return 'plain';
  }

  #bracket(character: string): BracketEvent {
    const closer = closerOf[character];
    if (closer !== undefined) {
      this.owed.push(closer);
      return 'opened';
    }
    if (!closers.includes(character)) return 'plain';
    if (this.owed.at(-1) !== character) {
      this.mismatched ||= this.owed.length > 0;
      return 'stray';
    }
    this.owed.pop();
    return 'closed';
  }
}

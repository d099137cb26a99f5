// Follows brackets and quotes through code, character by character, knowing no grammar but strings and line comments.

const closerOf: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const closers = ')]}';
const hashComments = new Set([
  'python',
  'ruby',
  'shellscript',
  'yaml',
  'toml',
  'perl',
  'r',
  'makefile',
  'dockerfile',
]);

/** What a character did: `stray` closes a bracket that was not opened here, or not as the last. */
export type BracketEvent = 'plain' | 'opened' | 'closed' | 'stray' | 'quoteClosed';

export class Brackets {
  /** The closers still owed, innermost last. */
  readonly owed: string[] = [];
  /** The quote that is open, if one is. */
  quote: string | undefined;
  readonly #comment: string;
  #inComment = false;
  #previous = '';

  constructor(languageId: string) {
    this.#comment = hashComments.has(languageId) ? '#' : '//';
  }

  feed(text: string): this {
    for (const character of text) this.push(character);
    return this;
  }

  push(character: string): BracketEvent {
    const previous = this.#previous;
    this.#previous = previous === '\\' && character === '\\' ? '' : character;
    if (character === '\n') {
      this.#inComment = false;
      if (this.quote !== '`') this.quote = undefined;
      return 'plain';
    }
    if (this.#inComment) return 'plain';
    if (this.quote !== undefined) {
      if (character !== this.quote || previous === '\\') return 'plain';
      this.quote = undefined;
      return 'quoteClosed';
    }
    if (character === '"' || character === "'" || character === '`') {
      this.quote = character;
      return 'plain';
    }
    this.#inComment = (previous + character).endsWith(this.#comment);
    return this.#bracket(character);
  }

  #bracket(character: string): BracketEvent {
    const closer = closerOf[character];
    if (closer !== undefined) {
      this.owed.push(closer);
      return 'opened';
    }
    if (!closers.includes(character)) return 'plain';
    if (this.owed.at(-1) !== character) return 'stray';
    this.owed.pop();
    return 'closed';
  }
}

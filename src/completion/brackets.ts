// Follows brackets and quotes through code, character by character, knowing no grammar but strings and comments.

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
/** Here a single quote holds one character, or none where it is a lifetime or parts the digits of a number. */
const characterQuotes = new Set(['c', 'cpp', 'go', 'java', 'rust']);

/** What a character did: `stray` closes a bracket that was not opened here, or not as the last. */
export type BracketEvent = 'plain' | 'opened' | 'closed' | 'stray' | 'quoteClosed';

export class Brackets {
  /** The closers still owed, innermost last. */
  readonly owed: string[] = [];
  /** The quote that is open, if one is; three of them in Python's long strings. */
  quote: string | undefined;
  /** A closer met another bracket than its own: what is owed is not to be relied on. */
  mismatched = false;
  readonly #hash: boolean;
  readonly #languageId: string;
  #comment: 'line' | 'block' | undefined;
  /** What has been read since the quote that is open, or since the last one was closed. */
  #since = '';
  #previous = '';

  constructor(languageId: string) {
    this.#languageId = languageId;
    this.#hash = hashComments.has(languageId);
  }

  feed(text: string): this {
    for (const character of text) this.push(character);
    return this;
  }

  push(character: string): BracketEvent {
    const previous = this.#previous;
    this.#previous = previous === '\\' && character === '\\' ? '' : character;
    if (character === '\n') this.#endLine();
    else if (this.#comment) {
      if (this.#comment === 'block' && previous === '*' && character === '/') this.#comment = undefined;
    } else if (this.quote !== undefined && !this.#isNoCharacter(character)) {
      return this.#inQuote(character, previous);
    } else return this.#inCode(character, previous);
    return 'plain';
  }

  #endLine(): void {
    if (this.#comment === 'line') this.#comment = undefined;
    if (this.quote?.length === 1 && this.quote !== '`') this.quote = undefined;
    this.#since += '\n';
  }

  /** Sees a single quote that opened no character: then it was none, and the code goes on. */
  #isNoCharacter(character: string): boolean {
    const none =
      this.quote === "'" &&
      characterQuotes.has(this.#languageId) &&
      this.#since !== '' &&
      !this.#since.startsWith('\\') &&
      character !== "'";
    if (none) this.quote = undefined;
    return none;
  }

  #inQuote(character: string, previous: string): BracketEvent {
    this.#since += character;
    if (previous === '\\' || !this.#since.endsWith(this.quote!)) return 'plain';
    // An empty string is remembered as such: one more quote makes it the opening of a long one.
    this.#since = this.#since === this.quote && this.#languageId === 'python' ? this.quote + this.quote : '';
    this.quote = undefined;
    return 'quoteClosed';
  }

  #inCode(character: string, previous: string): BracketEvent {
    if (character === '"' || character === "'" || character === '`') {
      this.quote = this.#since === character + character ? this.#since + character : character;
      this.#since = '';
      return 'plain';
    }
    this.#since = '';
    if (this.#hash ? character === '#' : previous === '/' && character === '/') this.#comment = 'line';
    else if (!this.#hash && previous === '/' && character === '*') this.#comment = 'block';
    // Outside of strings only regular expressions put a backslash before a bracket.
    return previous === '\\' ? 'plain' : this.#bracket(character);
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

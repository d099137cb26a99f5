// What is open at the cursor, and what a text that is written there closes of it.

import { lexisOf } from '../language/lexis';
import { Lexer, type Open } from './lexer';
import type { Site } from './site';

/** Characters above the cursor's line, and of the line itself, in which openers are looked for. */
const windowAbove = 8000;
const windowLine = 4000;
/** Characters behind the cursor in which closers are looked for. */
const windowBelow = 8000;

/** The lexer of the last text above a cursor: it is mostly the same one again. */
let last: { languageId: string; above: string; lexer: Lexer } | undefined;

export class Opened {
  /** All that may be open above the cursor's line was read, and its brackets match. */
  readonly isWhole: boolean;
  readonly #start: Lexer;
  readonly #line: string;
  readonly #cursor: number;
  /** What stands behind the cursor, without spaces in front of a bracket. */
  readonly #rest: string;
  readonly #after: string;
  readonly #atCursor: Lexer;
  /** The last characters of what may be taken up again behind the cursor. */
  readonly #ends: string;

  constructor(site: Site) {
    const { languageId, before, after, lineBefore, lineAfter } = site;
    this.#after = after.slice(0, windowBelow);
    const above = before.slice(0, before.length - lineBefore.length);
    const start = windowStart(above);
    this.#line = lineBefore.slice(-windowLine);
    this.#start = lexerAfter(
      languageId,
      above.slice(start ?? above.indexOf('\n', above.length - windowAbove) + 1),
    );
    this.isWhole = start !== undefined && !this.#start.mismatched;
    if (this.#start.mismatched) this.#start.withoutBrackets();
    this.#atCursor = this.after('');
    this.#cursor = this.#atCursor.length;
    this.#rest = lineAfter.slice(0, windowLine).replace(/^[ \t]+(?=[)\]}])/, '');
    const closers = this.#atCursor.stack
      .map(({ closer }) => closer)
      .filter((closer) => this.#rest.startsWith(closer));
    this.#ends = this.#rest.slice(0, 1) + closers.map((closer) => closer.at(-1)!).join('');
  }

  /** Where the lexer stands when this has been written at the cursor. */
  after(text: string): Lexer {
    return this.#start.clone().read(this.#line + text);
  }

  /** How many things that are open at the cursor are still open behind a text. */
  #kept(lexer: Lexer): number {
    return lexer.stack.filter(({ at }) => at < this.#cursor).length;
  }

  /**
   * Of a text whose last character takes up what stands behind the cursor the length without it; undefined where that
   * character does not.
   */
  met(text: string): number | undefined {
    const character = text.at(-1)!;
    if (this.#rest === '' || !this.#ends.includes(character)) return undefined;
    const before = this.after(text.slice(0, -1));
    const after = this.after(text);
    const kept = this.#kept(after);
    if (kept < this.#kept(before)) {
      const { closer } = before.stack[kept]!;
      const own = closer.trimStart();
      return this.#rest.startsWith(own) && text.endsWith(own) ? text.length - own.length : undefined;
    }
    const isStray = after.strays.includes(this.#cursor + text.length - 1);
    return isStray && this.#rest.startsWith(character) ? text.length - 1 : undefined;
  }

  /** Whether the end of a text, from `start` on, closes something that the text itself has opened. */
  needs(text: string, start: number): boolean {
    const before = this.after(text.slice(0, start)).stack.filter(
      ({ at, weak }) => at >= this.#cursor && !weak,
    );
    const after = this.after(text).stack;
    return before.some((entry) => !after.some(({ at }) => at === entry.at));
  }

  /** How many closers of a text and of what it ends with close nothing, and quotes that its line leaves open. */
  faultsIn(text: string): number {
    const { strays, stack } = this.after(text);
    const isOpen = stack.some(
      ({ kind, rule, at }) => kind === 'string' && !rule?.lines && at >= this.#cursor - this.#line.length,
    );
    return strays.length + Number(isOpen);
  }

  /** Whether a text ends within a string, or a bracket that stands in its own line or the cursor's. */
  encloses(text: string): boolean {
    const { stack } = this.after(text);
    return stack.some(
      ({ kind, at }) => kind === 'string' || (kind === 'bracket' && at >= this.#cursor - this.#line.length),
    );
  }

  /** Where the first closer of a text stands that closes nothing; undefined where each closes something. */
  strayIn(text: string): number | undefined {
    const { strays } = this.after(text);
    const own = strays.filter((at) => at >= this.#cursor).map((at) => at - this.#cursor);
    return own.find((at) => this.isWhole || this.after(text.slice(0, at)).owed.length > 0);
  }

  /** Where a text closes what is closed below already; undefined where it does not. */
  closedTwice(text: string): number | undefined {
    const needed = this.#closedBelow();
    const most = this.#atCursor.stack.length - needed;
    const popped = (length: number): number =>
      this.#atCursor.stack.length - this.#kept(this.after(text.slice(0, length)));
    if (needed === 0 || popped(text.length) <= most) return undefined;
    const found = [...text.matchAll(/[)\]}]/g)].find(({ index }) => popped(index + 1) > most);
    return found?.index;
  }

  /** How many of the things that are open at the cursor the text behind it closes; none where that is not clear. */
  #closedBelow(): number {
    const below = this.#atCursor.clone().read(this.#after);
    return below.mismatched ? 0 : this.#atCursor.stack.length - this.#kept(below);
  }

  /** What closes all that a text leaves open of its own, and of the cursor's line as well, innermost first. */
  owedAfter(text: string): { own: string; all: string } {
    const entries = this.after(text)
      .stack.filter(({ weak }) => !weak)
      .reverse();
    const line = entries.filter(({ at }) => at >= this.#cursor - this.#line.length);
    const own = line.filter(({ at }) => at >= this.#cursor);
    return { own: own.map(spelled).join(''), all: line.map(spelled).join('') };
  }
}

function spelled({ kind, closer }: Open): string {
  if (kind === 'tag') return ' />';
  if (kind === 'heredoc' || kind === 'patterns') return `\n${closer}\n`;
  return closer;
}

/** Where nothing is open any more: at a line of the outermost level; undefined where none is near. */
function windowStart(above: string): number | undefined {
  if (above.length <= windowAbove) return 0;
  const outermost = /^[^\s)\]}]/gm;
  outermost.lastIndex = above.length - windowAbove;
  return outermost.exec(above)?.index;
}

/** The lexer behind a text that begins at a line's start. */
function lexerAfter(languageId: string, above: string): Lexer {
  if (last?.languageId !== languageId || last.above !== above)
    last = { languageId, above, lexer: lexerAt(languageId, above).read(above) };
  return last.lexer.clone();
}

/** In markup that shows none of its marks the window lies within code. */
function lexerAt(languageId: string, above: string): Lexer {
  const { code } = lexisOf(languageId);
  const lexer = new Lexer(languageId);
  if (code && !above.includes('<?') && !above.includes('?>'))
    lexer.stack.push({ kind: 'code', closer: '', at: 0 });
  return lexer;
}

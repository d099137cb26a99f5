// Decides, character by character, when a completion is long enough; how the model was stepped makes no difference.

import type { Limits, StopReason } from '../protocol';
import { Brackets } from './brackets';
import { columnOf, isBlank, isClosers, restOfLine, type Site } from './site';

export interface Verdict {
  text: string;
  reason: StopReason;
}

/** A unit that comes at least this often in a row, over this many characters, is a loop. */
const loopTimes = 3;
const loopCharacters = 24;
const longestUnit = 80;

export class Stop {
  #text = '';
  #line = 0;
  #lineStart = 0;
  #bodyStarted = false;
  #firstLine: string | undefined;
  /** The block's closer has come; only brackets and punctuation may follow it. */
  #closing = false;
  readonly #brackets: Brackets;
  readonly #owedAtCursor: number;
  #quoteAtCursor: string | undefined;
  /** What stands right of the cursor, where it is more than closers. */
  readonly #rest: string;

  constructor(
    readonly site: Site,
    readonly limits: Limits,
  ) {
    this.#brackets = new Brackets(site.languageId).feed(site.lineBefore);
    this.#owedAtCursor = this.#brackets.owed.length;
    this.#quoteAtCursor = this.#brackets.quote;
    this.#rest = isClosers(site.lineAfter) ? '' : restOfLine(site);
  }

  /** True where a line end is not the end by itself. */
  get inBlock(): boolean {
    return this.site.block !== undefined && this.limits.maxLines > 1;
  }

  /** What was written up to the end of the first line that says something, where more may follow. */
  get firstLine(): string | undefined {
    return this.#firstLine;
  }

  /** Takes what the model wrote; a verdict is final, and nothing that follows it counts. */
  push(piece: string): Verdict | undefined {
    for (const character of piece) {
      const verdict = this.#take(character);
      if (verdict) return verdict;
    }
    return undefined;
  }

  /** The model ended by itself, or had to. A line that was cut off within a block is left out. */
  finish(reason: 'end' | 'maxTokens' | 'cancelled' | 'context'): Verdict {
    const cutOff = reason !== 'end' && this.#line > 0 && !this.#closing;
    return cutOff ? this.#withoutLine(reason) : this.#cut(reason);
  }

  #cut(reason: StopReason, length = this.#text.length): Verdict {
    return { text: this.#text.slice(0, length), reason };
  }

  #withoutLine(reason: StopReason): Verdict {
    return this.#cut(reason, this.#lineStart - 1);
  }

  #take(character: string): Verdict | undefined {
    if (this.#closing && !')]};,'.includes(character)) return this.#cut('block');
    if (this.#line === 0 && this.#meetsEditorsCloser(character)) return this.#cut('suffix');
    if (character === '\n') return this.#endLine();
    this.#text += character;
    if (this.#line === 0 && this.#rest.length > 1 && this.#text.endsWith(this.#rest)) {
      return this.#cut('suffix', this.#text.slice(0, -this.#rest.length).trimEnd().length);
    }
    if (this.#line > 0 && this.#leavesBlock()) return this.#withoutLine('block');
    const loop = loopStart(this.#text);
    return loop === undefined ? undefined : this.#cut('repetition', loop);
  }

  #endLine(): Verdict | undefined {
    const line = this.#text.slice(this.#lineStart);
    const block = this.inBlock ? this.site.block : undefined;
    if (!block || (this.#line === 0 && block.behindOpener && !isBlank(line))) return this.#cut('line');
    if (this.#line > 0) {
      const below = this.site.lineBelow.trim();
      if (below.length > 1 && line.trim() === below) return this.#withoutLine('suffix');
      if (this.#bodyStarted && isBlank(line)) return this.#withoutLine('block');
    }
    this.#bodyStarted ||= !isBlank(line);
    this.#line++;
    if (this.#line >= this.limits.maxLines + (block.behindOpener ? 1 : 0)) return this.#cut('maxLines');
    if (this.#bodyStarted) this.#firstLine ??= this.#text;
    this.#text += '\n';
    this.#lineStart = this.#text.length;
    return undefined;
  }

  /** Judges a later line by its first character that is no space; the block's own closer still belongs to it. */
  #leavesBlock(): boolean {
    const line = this.#text.slice(this.#lineStart);
    const block = this.site.block!;
    if (this.#closing || line.trim().length !== 1 || isBlank(line.at(-1)!) || columnOf(line) > block.column)
      return false;
    this.#closing = line.trim() === block.closer && !block.closed && columnOf(line) === block.column;
    return !this.#closing;
  }

  /** A closer or quote that the editor has typed already: it stands right of the cursor, its opener left of it. */
  #meetsEditorsCloser(character: string): boolean {
    const event = this.#brackets.push(character);
    if (this.site.lineAfter.trimStart()[0] === character) {
      if (event === 'stray') return true;
      if (event === 'closed') return this.#brackets.owed.length < this.#owedAtCursor;
      if (event === 'quoteClosed') return this.#quoteAtCursor !== undefined;
    }
    if (event === 'quoteClosed') this.#quoteAtCursor = undefined;
    return false;
  }
}

/** Where the second turn of a loop at the text's end begins; rules and dashes are drawn with loops and are none. */
function loopStart(text: string): number | undefined {
  const longest = Math.min(longestUnit, Math.floor(text.length / loopTimes));
  for (let unit = 1; unit <= longest; unit++) {
    const length = unit * Math.max(loopTimes, Math.ceil(loopCharacters / unit));
    if (length > text.length) continue;
    let same = unit;
    while (same < length && text[text.length - 1 - same] === text[text.length - 1 - same + unit]) same++;
    if (same < length) continue;
    const turn = text.slice(text.length - unit);
    if (/[\p{L}\p{N}]/u.test(turn)) return text.length - length + unit;
  }
  return undefined;
}

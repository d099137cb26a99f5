// Decides, character by character, when a completion is long enough; how the model was stepped makes no difference.

import { languageAt } from '../language/languages';
import { lexisOf } from '../language/lexis';
import type { Limits } from '../protocol';
import type { StopReason } from '../results';
import { wholeLength } from './blocks';
import { isFence } from './chat';
import { columnInDocument } from './indentation';
import { Opened } from './opened';
import { blockCloser, columnOf, isBlank, isClosers, isDrawn, restOfLine, type Site } from './site';

/**
 * `skipped` characters stood before the text. A line that `differs` stands below as well, but goes on otherwise there:
 * what was written next tells.
 */
export interface Verdict {
  text: string;
  reason: StopReason;
  skipped?: number;
  differs?: true;
}

/** A unit that comes at least this often in a row, over this many characters, is a loop; strings and lists may have more. */
const loopTimes = 3;
const loopCharacters = 32;
const dataCharacters = 96;
const longestUnit = 80;
/** No code begins with so much of nothing. */
const mostBlank = 200;
/** Nor does any open so much at once. */
const openers = /[([{]{16}$/;

export class Stop {
  #text = '';
  /** Characters of a fence that the code began with. */
  #skipped = 0;
  #line = 0;
  #lineStart = 0;
  #bodyStarted = false;
  #firstLine: string | undefined;
  /** Behind the block's closer, whose line goes on to the end of the statement. */
  #closing: number | undefined;
  /** The line above ends with a comma within brackets of the opener's line, and this one goes on with what they hold. */
  #listing = false;
  /** Up to where the text is whole, though it goes on. */
  #whole: number | undefined;
  /** The end of the most lines, where the next one is to tell whether they are whole. */
  #full: number | undefined;
  /** The end of a line that stands below as well, where the next one is to tell whether it is the same. */
  #begun: number | undefined;
  /** The line has one of the words that go on with the block. */
  #isMiddle = false;
  /** The first line of the block's body: it tells what the model indents with. */
  #firstOfBody = '';
  readonly #opened: Opened;
  /** Where the rest of the line was written again for the first time. */
  #met: number | undefined;
  /** Where it is so by a quote, unless that is one of the string: the next character tells. */
  #metByQuote: number | undefined;
  /** What stands right of the cursor, where it is more than closers of what is open there. */
  readonly #rest: string;
  /** The line that opens the block, and where it stands. */
  readonly #opener: string;
  readonly #openerStart: number;
  /** What ends the block, or goes on with it, stands below. */
  readonly #isClosed: boolean;
  /** Words that go on with the block in its own column. */
  #middles: readonly string[];

  constructor(
    readonly site: Site,
    readonly limits: Limits,
  ) {
    const { before, block, lineAbove, lineBefore, lineBelow } = site;
    this.#opener = block?.behindOpener ? lineBefore : lineAbove;
    this.#openerStart = before.lastIndexOf(this.#opener);
    // On a line of its own a brace belongs to the one above.
    const header =
      this.#opener.trim() === '{' ? before.slice(0, this.#openerStart).trim().split('\n').at(-1)! : '';
    const words = block ? middlesOf(`${header} ${this.#opener}`.trim(), block.closer) : [];
    const [below] = columnOf(lineBelow) === block?.column ? (/\w+/.exec(lineBelow) ?? []) : [];
    const isBelow = words.includes(below ?? '');
    // Behind what is tried it stands behind the closer, else before it.
    this.#isClosed = block?.closed === true || (isBelow && !follows(block!.closer, below!));
    this.#middles = this.#isClosed || isBelow ? [] : words;
    this.#opened = new Opened(site);
    this.#rest = isClosers(site.lineAfter) && !this.#opened.isWanting ? '' : restOfLine(site);
  }

  /** True where a line end is not the end by itself. */
  get inBlock(): boolean {
    return this.site.block !== undefined && this.limits.maxLines > 1;
  }

  /** What was written up to the end of the first line that says something and leaves no string open, where more may follow. */
  get firstLine(): string | undefined {
    return this.#firstLine;
  }

  /** The verdict that ends with the first line. */
  cutLine(line: string): Verdict {
    return this.#cut('line', line.length);
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
    if (this.#begun !== undefined && reason !== 'cancelled') return this.#cutBegun();
    if (this.#full !== undefined && reason !== 'cancelled') return this.#cutOff('maxLines', this.#full);
    if (this.#metByQuote !== undefined && this.#rest === '') return this.#meets(this.#metByQuote, this.#text);
    this.#met ??= this.#metByQuote;
    if (this.#met !== undefined && reason !== 'cancelled')
      return reason === 'end' && this.#leadsToRest() ? this.#cut(reason) : this.#meetsRest();
    const loop = reason === 'maxTokens' ? loopStart(this.#text, loopCharacters) : undefined;
    if (loop !== undefined) return this.#cut('repetition', loop);
    if (this.#closing !== undefined && reason !== 'end') return this.#cut(reason, this.#closersEnd);
    const end = this.#endsStatement(this.#text.slice(this.#lineStart));
    const isBegun =
      this.#line > 0 && (this.#opened.leavesText(`${this.#text}\n`) || this.#opened.breaksOff(this.#text));
    if (reason === 'end' && !isBegun) return this.#cut(reason, end ?? this.#whole);
    return this.#line > 0 ? this.#cutOff(reason, this.#lineStart - 1) : this.#cut(reason);
  }

  #cut(reason: StopReason, length = this.#text.length): Verdict {
    const verdict = { text: this.#text.slice(0, length), reason };
    return this.#skipped > 0 ? { ...verdict, skipped: this.#skipped } : verdict;
  }

  /** The block goes on for longer than is wanted: up to where what it has opened is whole, else its first line. */
  #cutOff(reason: StopReason, length = this.#text.length): Verdict {
    const begun = this.#text.slice(length + 1);
    const whole = this.#whole ?? this.#wholeIn(length, begun) ?? this.#firstLine?.length;
    // Of a string that takes all the room the first line is as good as in a place of one line.
    return this.#cut(reason, whole ?? /^\s*.*/.exec(this.#text.slice(0, length))![0].length);
  }

  /** How much of the lines up to `length` is whole where the next one begins so. */
  #wholeIn(length: number, begun: string): number | undefined {
    const text = this.#text.slice(0, length);
    return wholeLength(this.site, this.#opened, text, begun, (line) => this.#columnOf(line));
  }

  /** All of the text is whole where the next line is no part of it, and only that can tell. */
  #mayBeWhole(): boolean {
    const { length } = this.#text;
    return this.#wholeIn(length, '') !== length && this.#wholeIn(length, 'x') === length;
  }

  /** What ends with a string or a comment left open, as one that the model never closed, is no block's end. */
  #withoutLine(reason: StopReason): Verdict {
    const length = this.#lineStart - 1;
    const isText = this.#opened.leavesText(this.#text.slice(0, this.#lineStart));
    return isText ? this.#cutOff(reason, length) : this.#cut(reason, this.#whole ?? length);
  }

  #take(character: string): Verdict | undefined {
    if (this.#begun !== undefined) {
      if (character === '\n') return this.#cutBegun('\n');
      this.#text += character;
      return undefined;
    }
    const meeting = this.#metWith(character);
    if (meeting) return meeting;
    if (character === '\n') return this.#endLine();
    this.#text += character;
    if (this.#text.length === mostBlank && isBlank(this.#text)) return this.#cut('repetition');
    const opened = openers.exec(this.#text);
    if (opened) return this.#cut('repetition', opened.index);
    if (this.#line === 0 && this.#rest.length > 1 && this.#text.endsWith(this.#rest))
      this.#met = Math.min(this.#met ?? Infinity, this.#beforeRest());
    if (this.#line > 0 && this.#leavesBlock()) return this.#withoutLine('block');
    if (this.#full !== undefined && /^\s*(?:\w+\W|[^\w\s])/.test(this.#text.slice(this.#lineStart)))
      return this.#cutOff('maxLines', this.#full);
    if (this.#closing !== undefined && this.#isElse()) return this.#cut('block', this.#closersEnd);
    const loop = loopStart(this.#text, loopCharacters);
    if (loop === undefined) return undefined;
    const isData = this.#opened.encloses(this.#text) && loopStart(this.#text, dataCharacters) === undefined;
    return isData ? undefined : this.#cut('repetition', loop);
  }

  /** Looks whether the rest of the line is written again with a character, or was with the one before. */
  #metWith(character: string): Verdict | undefined {
    const byQuote = this.#metByQuote;
    const written = this.#text + character;
    this.#metByQuote = undefined;
    if (byQuote !== undefined && !this.#opened.isKept(written)) {
      if (this.#rest === '') return this.#meets(byQuote, this.#text);
      this.#met ??= byQuote;
    }
    const met = this.#met === undefined ? this.#opened.met(written) : undefined;
    if (met === undefined) return undefined;
    if (this.#opened.mayBeDoubled(written)) this.#metByQuote = met;
    else if (this.#rest === '') return this.#meets(met, written);
    else this.#met = met;
    return undefined;
  }

  #endLine(): Verdict | undefined {
    if (this.#skipped === 0 && this.#line === 0 && isFence(this.site, this.#text)) {
      this.#skipped = this.#text.length + 1;
      this.#text = '';
      return undefined;
    }
    if (this.#met !== undefined) return this.#meetsRest();
    const line = this.#text.slice(this.#lineStart);
    const block = this.inBlock ? this.site.block : undefined;
    if (!block || (this.#line === 0 && block.behindOpener && !isBlank(line))) {
      if (!this.#beginsAsBelow(line)) return this.#cut('line');
      this.#begun = this.#text.length;
      return undefined;
    }
    // Behind its line end a string of one line is none.
    const isText = this.#opened.leavesText(`${this.#text}\n`);
    if (this.#line > 0 && !isText) {
      if (this.#isBelow(line)) return this.#withoutLine('suffix');
      if (this.#bodyStarted && isBlank(line)) return this.#withoutLine('block');
      const end = this.#endsStatement(line);
      if (end !== undefined) return this.#cut('block', end);
    }
    if (isNested(this.#text)) return this.#cut('repetition');
    if (this.#line > 0 && !isBlank(line)) this.#firstOfBody ||= line;
    this.#bodyStarted ||= !isBlank(line);
    this.#line++;
    if (this.#line >= this.limits.maxLines + (block.behindOpener ? 1 : 0)) {
      if (this.#full !== undefined || !this.#mayBeWhole()) return this.#cutOff('maxLines', this.#full);
      this.#full = this.#text.length;
    }
    if (this.#bodyStarted && !isText) this.#firstLine ??= this.#text;
    this.#text += '\n';
    this.#lineStart = this.#text.length;
    this.#isMiddle = false;
    return undefined;
  }

  /** A line with the first part of a call, or of what else has parameters, equals the one below; what is named is so once. */
  #beginsAsBelow(line: string): boolean {
    const { before, lineBefore, lineAfter, lineBelow } = this.site;
    const whole = (lineBefore + line).trimEnd();
    if (isBlank(whole) || !isBlank(lineAfter) || whole !== lineBelow.trimEnd()) return false;
    if (/=|(?<!:):(?!:)/.test(/^[^([{<]*/.exec(whole)![0])) return false;
    const start = before.length - lineBefore.length;
    return whole.endsWith('<') || /^[)\]]/.test(this.#opened.opensIn(this.#text, start));
  }

  /** The line alone: with the next one, up to its `end`, it is either what stands below or something else. */
  #cutBegun(end = ''): Verdict {
    const next = this.#text.slice(this.#begun).trim() + end;
    const { after, lineAfter, lineBelow } = this.site;
    const below = after.slice(after.indexOf(lineBelow, lineAfter.length) + lineBelow.length).trimStart();
    const verdict = this.#cut('line', this.#begun);
    return isBlank(next) || below.startsWith(next) ? verdict : { ...verdict, differs: true };
  }

  /** Where the statement ends with a line that has the block's closer; undefined where it goes on below. */
  #endsStatement(line: string): number | undefined {
    if (this.#closing === undefined) return undefined;
    const { languageId } = this.site;
    const end = this.#closersEnd;
    const rest = this.#text.slice(end).trim();
    if (languageAt(languageId).lineComments.some((mark) => rest.startsWith(mark)) || this.#isElse('\n'))
      return end;
    const opens =
      blockCloser(line, languageId) !== undefined ||
      this.#opened.keeps(this.#text, this.site.before.length + this.#closing);
    // Of calls on what the statement makes another block may be the last one.
    if (opens && /^\s*(?:\??\.|::)|^->/.test(this.#text.slice(end))) return end;
    const isList = this.#endsWithin(this.#text);
    // What is caught, or the condition of a loop, may stand below.
    const { closer } = this.site.block!;
    const mayFollow = !/^while\b/.test(rest) && this.#middles.some((word) => follows(closer, word));
    if (!opens && !isList && !mayFollow) return this.#text.trimEnd().length;
    // What is tried is nothing without what is caught, nor a pattern without its value.
    this.#whole = isList || rest.startsWith(',') ? end : undefined;
    this.#listing = isList;
    this.#closing = undefined;
    return undefined;
  }

  /** The text ends with a comma within brackets of the opener's line. */
  #endsWithin(text: string): boolean {
    return text.trimEnd().endsWith(',') && this.#opened.keeps(text, this.#openerStart);
  }

  /** What of the closing line closes: the block, and brackets and punctuation behind it, where they lead to nothing. */
  get #closersEnd(): number {
    const closing = this.#closing!;
    const closers = /^[)\]};,]*/.exec(this.#text.slice(closing))![0];
    if (this.#listing && closers === '') return this.#whole!;
    const end = closing + closers.length;
    return this.#endsWithin(this.#text.slice(0, end)) ? end - 1 : end;
  }

  /** An `else` follows on the closer, without which a condition is whole. */
  #isElse(end = ''): boolean {
    const rest = this.#text.slice(this.#closing) + end;
    return (
      /^\s*(?:else|elif|elsif|elseif)\W/.test(rest) && /^\W*(?:else|if|for|unless|while)\b/.test(this.#opener)
    );
  }

  /** The line's rest has been written again: at its end, which shows what it was, else where it was met first. */
  #meetsRest(): Verdict {
    return this.#cutBefore(this.#text.endsWith(this.#rest) ? this.#beforeRest() : this.#met);
  }

  /** The model has the rest in view: where it ends of itself the rest may go on, if the line is sound so. */
  #leadsToRest(): boolean {
    const text = this.#text;
    if (isDrawn(text)) return true;
    const isLineWhole = !/[\p{L}\p{N}_]$/u.test(text) && text.at(-1) === this.#rest.at(-1);
    return !isLineWhole && !text.endsWith(this.#rest) && this.#opened.fits(text, this.#met!);
  }

  #beforeRest(): number {
    return this.#text.length - this.#rest.length;
  }

  /** What stands behind the cursor is taken up again; on a line of its own it ends the block. */
  #meets(met: number, written: string): Verdict {
    // Text in front of the closer, as in `.a)')`, belongs to the rest as well.
    const rest = this.site.lineAfter.trim();
    const before = written.endsWith(rest) ? written.length - rest.length : met;
    const length = before < met && !this.#opened.needs(written, before) ? before : met;
    const alone = this.#line > 0 && isBlank(this.#text.slice(this.#lineStart, length));
    return alone ? this.#withoutLine('block') : this.#cutBefore(length);
  }

  /** Cuts before what stands behind the cursor; there a comma behind a block would give what is called something less. */
  #cutBefore(length = this.#text.length): Verdict {
    const head = this.#text.slice(0, length).trimEnd();
    const isDangling = this.#closing !== undefined && this.#endsWithin(head);
    return this.#cut('suffix', isDangling ? head.length - 1 : length);
  }

  /** The line stands below already, and nothing in the answer needs it. */
  #isBelow(line: string): boolean {
    const { lineBelow } = this.site;
    if (lineBelow.trim().length <= 1 || line.trim() !== lineBelow.trim()) return false;
    return this.#columnOf(line) === columnOf(lineBelow) && !this.#opened.needs(this.#text, this.#lineStart);
  }

  #columnOf(line: string): number {
    return columnInDocument(this.site, line, this.#firstOfBody || line);
  }

  /**
   * Judges a later line by its first character that is no space, or by those that begin a word which closes the block or
   * goes on with it; the block's own closer still belongs to it.
   */
  #leavesBlock(): boolean {
    const line = this.#text.slice(this.#lineStart);
    const block = this.site.block!;
    const written = line.trim();
    // Of another word the one that closes the block may be the beginning.
    if (this.#closing !== undefined)
      return this.#closing === this.#text.length - 1 && /\w\w$/.test(line) && line.trim() !== block.closer;
    const words = [block.closer, ...this.#middles];
    const most = Math.max(1, ...words.map(({ length }) => length));
    if (this.#isMiddle || written === '' || written.length > most || isBlank(line.at(-1)!)) return false;
    const column = this.#columnOf(line);
    // Conditions of a preprocessor stand in any column.
    if (column > block.column || (written === '#' && lexisOf(this.site.languageId).conditions)) return false;
    const isAt = column === block.column;
    if (isAt && words.some((word) => written !== word && word.startsWith(written))) return false;
    this.#isMiddle =
      isAt && (this.#middles.includes(written) || (block.closer === 'esac' && written !== block.closer));
    if (this.#isMiddle && written === 'while') this.#middles = [];
    this.#isMiddle ||= isAt && written === '{' && this.#middles.includes('catch');
    if (this.#isMiddle) return false;
    // Of text within a comment or a string only the closer is one.
    if (written !== block.closer && this.#opened.isText(this.#text.slice(0, this.#lineStart))) return false;
    // Behind parameters a body may begin, whose closer is another one.
    const isOwn =
      this.#listing ||
      (written === block.closer
        ? !this.#isClosed || this.#opened.isOwed
        : this.#opened.needs(this.#text, this.#lineStart));
    if (isOwn && isAt) this.#closing = this.#text.length - (this.#listing ? written.length : 0);
    return this.#closing === undefined;
  }
}

/** Words that go on with a block in its own column, by what opens it and what closes it. */
const middles: readonly (readonly [opener: RegExp, closer: RegExp, words: readonly string[]])[] = [
  [/^try\s*:$/, /^$/, ['except', 'finally']],
  [/^try\b.*\{$/, /^\}$/, ['catch', 'finally']],
  [/^do\s*\{$/, /^\}$/, ['while']],
  [/\b(?:switch|select)\b.*\{$/, /^\}$/, ['case', 'default']],
  [/\b(?:class|struct)\b.*\{$/, /^\}$/, ['public', 'private', 'protected']],
  [/./, /^fi$/, ['else', 'elif']],
  [/./, /^end$/, ['else', 'elseif', 'elsif', 'rescue', 'ensure', 'catch', 'finally', 'after']],
];

/** Some words follow on the closer, where that is a brace; the others are within the block. */
function follows(closer: string, word: string): boolean {
  return closer === '}' && /^(?:catch|finally|while)$/.test(word);
}

function middlesOf(opener: string, closer: string): readonly string[] {
  return middles.find(([opens, closes]) => opens.test(opener) && closes.test(closer))?.[2] ?? [];
}

/** The text ends with one line three times, each time further in, as one file of two thousand has it. */
function isNested(text: string): boolean {
  return /(?:^|\n)([ \t]*)(\S*[\p{L}\p{N}].*)\n(\1[ \t]+)\2\n\3[ \t]+\2$/u.test(text);
}

/** Where the second turn of a loop at the text's end begins; rules and dashes are drawn with loops and are none. */
function loopStart(text: string, characters: number): number | undefined {
  const longest = Math.min(longestUnit, Math.floor(text.length / loopTimes));
  for (let unit = 1; unit <= longest; unit++) {
    const length = unit * Math.max(loopTimes, Math.ceil(characters / unit));
    if (length > text.length) continue;
    let same = unit;
    while (same < length && text[text.length - 1 - same] === text[text.length - 1 - same + unit]) same++;
    if (same < length) continue;
    const turn = text.slice(text.length - unit);
    if (/[\p{L}\p{N}]/u.test(turn)) return text.length - length + unit;
  }
  return undefined;
}

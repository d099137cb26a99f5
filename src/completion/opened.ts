// What is open at the cursor, and what a text that is written there closes of it.

import { languageAt, languages } from '../language/languages';
import { lexisOf } from '../language/lexis';
import { Lexer, type Open } from '../language/lexer';
import { outermostStart } from './nearby';
import { columnOf, isBlank, type Site } from './site';

/** Characters above the cursor's line in which openers are looked for where nothing shows what is open. */
const windowAbove = 8000;
/** Of a line as many before the cursor are read with each text, up to twice as many; those before them once. */
const windowLine = 4000;
/** Where a line may be read in two parts: in the middle of a word, which no mark goes across. */
const within = /[A-Za-z0-9](?=[A-Za-z0-9])/g;
/** Characters behind the cursor in which closers are looked for. */
const windowBelow = 4000;

/** The lexer of the last text above a cursor: it is mostly the same one again. */
let last: { languageId: string; above: string; lexer: Lexer } | undefined;

interface Below {
  closed: number;
  missing: number;
  spare: number;
  isClear: boolean;
}

const unclear: Below = { closed: 0, missing: 0, spare: 0, isClear: false };

export class Opened {
  /** All text above the cursor's line was read, or from an outermost line on, and its brackets match. */
  readonly #isWhole: boolean;
  readonly #isSound: boolean;
  readonly #start: Lexer;
  readonly #site: Site;
  /** What was read of the text above the cursor's line, and of what stands before the end of a long one. */
  readonly #above: string;
  readonly #line: string;
  readonly #lineStart: number;
  readonly #cursor: number;
  /** What stands behind the cursor, without spaces in front of a bracket. */
  readonly #rest: string;
  readonly #after: string;
  readonly #atCursor: Lexer;
  #knownBelow: Below | undefined;
  /** The last characters of what may be taken up again behind the cursor. */
  readonly #ends: string;

  constructor(site: Site) {
    const { languageId, before, after, lineBefore, lineAfter } = site;
    this.#after = after.slice(0, windowBelow);
    const above = before.slice(0, before.length - lineBefore.length);
    const start = outermostStart(above);
    this.#site = site;
    const head = lineBefore.slice(0, partOf(lineBefore));
    this.#line = lineBefore.slice(head.length);
    this.#above = above.slice(start ?? above.indexOf('\n', above.length - windowAbove) + 1) + head;
    this.#start = lexerAfter(languageId, this.#above);
    this.#isSound = start !== undefined && !this.#start.mismatched;
    this.#isWhole = start === 0 && this.#isSound;
    if (this.#start.mismatched) this.#start.withoutBrackets();
    this.#atCursor = this.after('');
    this.#cursor = this.#atCursor.length;
    this.#lineStart = this.#above.length - head.length;
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
      const { closed, missing } = this.#below;
      const from = this.#atCursor.stack.length - closed - missing;
      if (kept >= from && kept < from + missing) return undefined;
      const own = this.#shared(before.stack[kept]!.closer.trimStart());
      return own !== '' && text.endsWith(own) ? text.length - own.length : undefined;
    }
    const isStray = after.strays.includes(this.#cursor + text.length - 1);
    return isStray && this.#rest.startsWith(character) ? text.length - 1 : undefined;
  }

  /** Whether all that is open at the cursor is so behind a text. */
  isKept(text: string): boolean {
    return this.#kept(this.after(text)) === this.#atCursor.stack.length;
  }

  /** What the line begins with in which that was opened which is innermost behind a text. */
  indentationBehind(text: string): string {
    const at = this.after(text).stack.at(-1)?.at ?? 0;
    return /^\s*/.exec(lineAt(this.#above + this.#line + text, at))![0];
  }

  /** Whether the cursor stands in code. */
  get isCode(): boolean {
    const inside = this.#atCursor.stack.findLast(({ weak }) => !weak);
    if (inside === undefined) return lexisOf(this.#site.languageId).base === 'code';
    return inside.kind === 'bracket' || inside.kind === 'code';
  }

  /** Whether a text leaves nothing open that it has opened. */
  isClosed(text: string): boolean {
    return this.after(text).stack.every(({ at }) => at < this.#cursor);
  }

  /** Whether a text opens a bracket that the line's rest does not close. */
  leavesOpen(text: string): boolean {
    const end = this.#cursor + text.length;
    return this.after(text + this.#rest).stack.some(
      ({ kind, weak, at }) => kind === 'bracket' && !weak && at >= this.#cursor && at < end,
    );
  }

  /** Whether the last character of a text closes a string that has it as one of its own where it is written twice. */
  mayBeDoubled(text: string): boolean {
    const { stack } = this.after(text.slice(0, -1));
    const string = stack.findLast(({ kind, weak }) => kind === 'string' || !weak);
    return string?.rule?.doubles === true && string.closer === text.at(-1);
  }

  /** What of a closer stands behind the cursor: all of it, or the bracket that it ends with. */
  #shared(closer: string): string {
    return (
      [closer, closer.slice(-1)].find(
        (part, i) => this.#rest.startsWith(part) && (i === 0 || /[)\]}]/.test(part)),
      ) ?? ''
    );
  }

  /** Whether the end of a text, from `start` on, closes something that the text itself has opened. */
  needs(text: string, start: number): boolean {
    const before = this.after(text.slice(0, start));
    const after = this.after(text);
    // A bracket of running text is needed where the rest closes another one, and all that it is in goes on.
    const isWithin = this.#partner !== undefined && this.#kept(after) === this.#kept(before);
    return before.stack.some(
      (entry) =>
        entry.at >= this.#cursor &&
        (isWithin || !entry.weak) &&
        !after.stack.some(({ at }) => at === entry.at),
    );
  }

  /** Whether a text leaves a bracket open that was opened behind `start`, an index of the text before the cursor. */
  keeps(text: string, start: number): boolean {
    return this.opensIn(text, start) !== '';
  }

  /** The closers of the brackets that a text leaves open so, outermost first. */
  opensIn(text: string, start: number): string {
    const first = this.#cursor - (this.#site.before.length - start);
    return this.after(text)
      .stack.filter(({ kind, weak, at }) => kind === 'bracket' && !weak && at >= first)
      .map(({ closer }) => closer)
      .join('');
  }

  /** Whether the whole document leaves something open that is so at the cursor. */
  get isOwed(): boolean {
    const isAll = this.#isWhole && this.#after.length === this.#site.after.length;
    const { isClear, missing, spare } = this.#below;
    return isAll && isClear && missing + spare > 0;
  }

  /**
   * Whether the line's rest closes what is not open, or opens a quote: what an answer before it makes good; or whether it
   * goes on in a string's bracket, so that it may be the end of another string.
   */
  get isWanting(): boolean {
    return this.strayIn(this.#rest) !== undefined || this.#leavesQuote(this.#rest) || this.#isInBracketOfText;
  }

  /** What of running text the line's rest closes. */
  get #partner(): Open | undefined {
    return this.#atCursor.stack.findLast(({ weak, closer }) => weak && this.#rest.startsWith(closer));
  }

  get #isInBracketOfText(): boolean {
    const { stack } = this.#atCursor;
    const isInString = stack.findLast(({ weak }) => !weak)?.kind === 'string';
    const inner = stack.at(-1);
    return isInString && inner?.weak === true && this.#rest.startsWith(inner.closer);
  }

  /** Whether the line's rest goes on behind a text as well as behind its first `length` characters. */
  fits(text: string, length: number): boolean {
    // What closes a bracket of running text closes that one, or another one that is open then.
    const partner = this.#partner;
    if (partner && this.after(text).stack.at(-1)?.closer !== partner.closer) return false;
    const [whole, head] = [text, text.slice(0, length)];
    return (
      this.#straysIn(whole) <= this.#straysIn(head) &&
      this.faultsIn(whole, this.#rest) <= this.faultsIn(head, this.#rest)
    );
  }

  /** How many closers of a text, or behind it, close nothing; and whether its line, with its rest, leaves a quote open. */
  faultsIn(text: string, rest: string): number {
    return this.#straysIn(text) + Number(this.#leavesQuote(text + rest));
  }

  #straysIn(text: string): number {
    return this.after(text + this.#after).strays.length;
  }

  #leavesQuote(text: string): boolean {
    return this.after(text).stack.some(
      ({ kind, closer, at }) => kind === 'string' && /^["']$/.test(closer) && at >= this.#lineStart,
    );
  }

  /** Whether a text ends within a comment or a string of several lines. */
  isText(text: string): boolean {
    const inside = this.after(text).stack.findLast(({ weak }) => !weak);
    return inside !== undefined && /comment|string|heredoc/.test(inside.kind);
  }

  /** Whether a text ends within a here-document, whose lines count with their indentation. */
  isHeredoc(text: string): boolean {
    return this.after(text).stack.at(-1)?.kind === 'heredoc';
  }

  /** Whether a text ends within a comment or a string of several lines that it has opened. */
  leavesText(text: string): boolean {
    return this.after(text).stack.some(
      ({ kind, weak, at }) => !weak && at >= this.#cursor && /comment|string|heredoc/.test(kind),
    );
  }

  /** Whether a text ends as a call with a string does, in a line of a comment that has neither the one nor the other. */
  endsCallInComment(text: string): boolean {
    const end = /(["'`])[)\]}]+[;,]?$/.exec(text.trimEnd());
    const inside = this.#atCursor.stack.findLast(({ weak }) => !weak);
    if (!end || (inside?.kind !== 'comment' && inside?.kind !== 'line')) return false;
    const line = (this.#line + text).split('\n').at(-1)!;
    const count = (pattern: RegExp): number => line.match(pattern)?.length ?? 0;
    return line.split(end[1]!).length % 2 === 0 && count(/[)\]}]/g) > count(/[([{]/g);
  }

  /**
   * Whether a text ends with a semicolon within round brackets that it has opened: in the head of a loop more follows, and a
   * call holds none. What `try` opens may stand on lines of their own.
   */
  breaksOff(text: string): boolean {
    const written = text.trimEnd();
    if (!written.endsWith(';') || !endsBySemicolon.has(this.#site.languageId)) return false;
    const top = this.after(written).stack.at(-1);
    if (top?.kind !== 'bracket' || top.weak || top.closer !== ')' || top.at < this.#cursor) return false;
    return !/\btry\s*$/.test(lineTo(this.#above + this.#line + text, top.at));
  }

  /** Whether a text ends within a string, or a bracket that stands in its own line or the cursor's. */
  encloses(text: string): boolean {
    const { stack } = this.after(text);
    return stack.some(({ kind, at }) => kind === 'string' || (kind === 'bracket' && at >= this.#lineStart));
  }

  /** Where the first closer of a text stands that closes nothing, or too early; undefined where there is none. */
  wrongCloserIn(text: string): number | undefined {
    const stray = this.strayIn(text);
    const early = this.#closedEarly(text);
    return stray === undefined || early === undefined ? (stray ?? early) : Math.min(stray, early);
  }

  /** Where the first closer of a text stands that closes nothing; undefined where each closes something. */
  strayIn(text: string): number | undefined {
    const { strays } = this.after(text);
    const own = strays.filter((at) => at >= this.#cursor).map((at) => at - this.#cursor);
    // What encloses the outermost lines is a block, and ends in the first column.
    const isOuter = (at: number): boolean =>
      !this.#isWhole && text[at] === '}' && !/^\s/.test(lineAt(this.#line + text, this.#line.length + at));
    const isStray = (at: number): boolean => this.#isSound && !isOuter(at);
    return own.find((at) => isStray(at) || this.after(text.slice(0, at)).owed.length > 0);
  }

  /** Whether a text has closers, and those of the line's rest close nothing all the same. */
  leavesWanting(text: string): boolean {
    const { closed, strays } = this.after(text + this.#rest);
    const end = this.#cursor + text.length;
    return (
      this.#isSound &&
      strays.some((at) => at >= end) &&
      closed.some(({ at }) => at >= this.#cursor && at < end)
    );
  }

  /** Where a closer is glued to a name behind it, has half an operation before it, or ends what goes on below. */
  #closedEarly(text: string): number | undefined {
    const { languageId, lineAfter } = this.#site;
    const written = this.after(text);
    const { closed, strays } = written;
    // The line's rest may open what stands below.
    const { stack } = this.#rest === '' ? written : this.after(text + this.#rest);
    const all = this.#above + this.#line + text + (/^[\p{L}_]/u.test(lineAfter) ? lineAfter : '');
    const early = [...closed, ...strays.map((at) => ({ at, opener: undefined }))].filter(
      ({ at, opener }) =>
        at >= this.#cursor &&
        (isGlued(all, opener, at, languageId) ||
          isHalf(all, at, languageId) ||
          this.#goesOnBelow(all, opener, at, stack)),
    );
    return early.length > 0 ? Math.min(...early.map(({ at }) => at)) - this.#cursor : undefined;
  }

  /** What was opened in a line above is closed, and all that might hold the deeper line below with it. */
  #goesOnBelow(all: string, opener: number | undefined, at: number, stack: readonly Open[]): boolean {
    const { lineBelow } = this.#site;
    if (all[at] === ')' || !/^\s*[\p{L}\p{N}_"'@#/$({[)\]}]/u.test(lineBelow)) return false;
    if (opener !== undefined && !all.slice(opener, at).includes('\n')) return false;
    const closerStart = all.lastIndexOf('\n', at) + 1;
    const start = opener === undefined ? closerStart : all.lastIndexOf('\n', opener) + 1;
    if (stack.some((entry) => entry.at >= start) || opensBody.test(lineAt(all, at))) return false;
    // What was opened further above is less deep than its lines are.
    const isFirst = isBlank(all.slice(closerStart, at));
    const column = columnOf(lineAt(all, opener ?? at)) - Number(opener === undefined && !isFirst);
    return columnOf(lineBelow) > column;
  }

  /** Whether what stands behind a text is of the markup, not of code in it. */
  isMarkup(text: string): boolean {
    const top = this.after(text).stack.findLast(({ weak }) => !weak);
    return top === undefined ? lexisOf(this.#site.languageId).base === 'markup' : top.kind === 'markup';
  }

  /** Where a text closes what is closed below already; undefined where it does not, or where that is not clear. */
  closedTwice(text: string): number | undefined {
    if (!this.#isWhole || this.#closed(text) <= 0) return undefined;
    const { missing, isClear, spare } = this.#below;
    const most = missing + spare;
    if (!isClear || this.#closed(text) <= most) return undefined;
    return [...text.matchAll(/[)\]}]/g)].find(({ index }) => this.#closed(text.slice(0, index + 1)) > most)
      ?.index;
  }

  /** How many things that are open at the cursor a text closes, without those of its own that it leaves open instead. */
  #closed(text: string): number {
    const isFirm = ({ kind, weak }: Open): boolean => kind === 'bracket' && !weak;
    return this.#atCursor.stack.filter(isFirm).length - this.after(text).stack.filter(isFirm).length;
  }

  /**
   * What the text behind the cursor says of what is open there: how many things of the cursor's line, innermost first,
   * it closes at once, how many that follow it does not close, and how many at the end; unclear where it fits none of
   * these. Where the line's rest closes what is open further out, as `})` does within a block, things of the lines above
   * may be missing as well.
   */
  get #below(): Below {
    return (this.#knownBelow ??= this.#readBelow());
  }

  /** The line's rest closes something, and then what is not the next. */
  get #isShort(): boolean {
    const lexer = this.#atCursor.clone();
    lexer.mismatched = false;
    return this.#isSound && /^[)\]}]/.test(this.#rest) && lexer.read(this.#rest).mismatched;
  }

  #readBelow(): Below {
    const { stack } = this.#atCursor;
    const isShort = this.#isShort;
    const line = stack.filter(({ at }) => isShort || at >= this.#lineStart);
    // Elements are closed by nobody but the model.
    const closable = line.filter(({ kind }) => kind !== 'tag' && kind !== 'text');
    const inner = closable.map(({ closer }) => closer).reverse();
    const isClosed = this.#rest.startsWith(inner.join(''));
    // From within a string its end cannot be told from the beginning of another one.
    const isText = stack.some(({ kind, closer }) => kind === 'string' && !this.#rest.startsWith(closer));
    if (isText) return unclear;
    // The string that the cursor stands in ends where its closer stands behind it.
    const closed = line.at(-1)?.kind === 'string' ? 1 : 0;
    for (let missing = 0; missing <= line.length - closed; missing++) {
      const lexer = this.#atCursor.clone();
      lexer.stack.splice(stack.length - closed - missing, missing);
      lexer.mismatched = false;
      lexer.read(this.#after);
      const spare = lexer.stack.filter(
        ({ at, kind, weak }) => at < this.#cursor && kind === 'bracket' && !weak,
      ).length;
      // What is still open where another text takes the place of the cursor's is closed by nothing below.
      if (!lexer.mismatched && !lexer.hasParted) return { closed, missing, spare, isClear: true };
      if (isClosed && !isShort) break;
    }
    return unclear;
  }

  /**
   * What closes all that a text leaves open of its own, and of the cursor's line as well, innermost first; and of the
   * lines above.
   */
  owedAfter(text: string): { own: string; all: string; above: string } {
    const { stack, waiting, length } = this.after(text);
    const heredocs = waiting.map((closer): Open => ({ kind: 'heredoc', closer, at: length }));
    const entries = [...stack.filter(({ weak }) => !weak), ...heredocs.reverse()].reverse();
    const lineStart = this.#lineStart;
    const owed = (isOwed: (at: number) => boolean): string =>
      entries
        .filter(({ at }) => isOwed(at))
        .map(spelled)
        .join('');
    return {
      own: owed((at) => at >= this.#cursor),
      all: owed((at) => at >= lineStart),
      above: owed((at) => at < lineStart),
    };
  }
}

function spelled({ kind, closer }: Open): string {
  if (kind === 'tag') return ' />';
  if (kind === 'heredoc' || kind === 'patterns') return `\n${closer}\n`;
  if (kind === 'string' && closer.length > 2) return `\n${closer}`;
  return closer;
}

/** Languages in which a semicolon ends a statement, and round brackets hold none. */
const endsBySemicolon = new Set([
  ...['c', 'cpp', 'csharp', 'dart', 'java', 'javascript', 'javascriptreact', 'kotlin', 'objective-c', 'php'],
  ...['scala', 'swift', 'typescript', 'typescriptreact'],
]);

/** What stands before an index in its line. */
function lineTo(text: string, index: number): string {
  return text.slice(text.lastIndexOf('\n', index - 1) + 1, index);
}

/** The line of a text that has the character at an index. */
function lineAt(text: string, index: number): string {
  const end = text.indexOf('\n', index);
  return text.slice(text.lastIndexOf('\n', index - 1) + 1, end < 0 ? undefined : end);
}

/** The end of a line whose body stands below it without a bracket. */
const opensBody = /(?:\b(?:begin|do|else|in|of|then|where)|[:=>|\\])\s*$/;

const keywords =
  /^(?:and|as|case|catch|do|elif|else|elseif|end|finally|fn|for|foreach|from|func|function|if|in|instanceof|is|lock|match|of|or|property|return|satisfies|switch|synchronized|then|typeof|__typeof|__typeof__|unless|until|using|when|where|while|with|x)$/i;

/** Languages in which an operator may stand alone, as in `(+)` and `f(a:)`. */
const sections = new Set([
  ...['clojure', 'coffeescript', 'elixir', 'elm', 'fsharp', 'haskell', 'julia', 'ocaml', 'perl', 'r', 'raku'],
  ...['ruby', 'scala', 'shellscript', 'swift'],
]);

/** Whether what a closer ends is the first half of an operation or an entry. */
function isHalf(text: string, at: number, languageId: string): boolean {
  // What a line above ends with may be whole, as `default:` is.
  const before = text.slice(Math.max(text.lastIndexOf('\n', at) + 1, at - 20), at).trimEnd();
  return (
    languages.has(languageId) &&
    !sections.has(languageId) &&
    (text[at] === '}' ? /[:=]$/ : text[at] === ')' ? /[=<]$/ : /(?!)/).test(before)
  );
}

/** Whether a bracket's closer and the name or the string behind it have nothing between them that could join them. */
function isGlued(text: string, opener: number | undefined, at: number, languageId: string): boolean {
  const isOver = opener !== undefined && text.slice(opener, at).includes('\n');
  if ((lexisOf(languageId).glues && !isOver) || /[$@#%]$/.test(text.slice(0, opener ?? 0).slice(-1)))
    return false;
  // Of a language that is not known it is not known what `)` may be glued to.
  if (text[at] === ')' && !languages.has(languageId)) return false;
  const behind = text[at + 1] ?? '';
  if (languageAt(languageId).quotes.short.includes(behind)) return !isCast(text, opener, at, languageId);
  // A block of several lines does not end in the middle of one that goes on so.
  const isFar = opener === undefined || isOver;
  const goesOn = /^[ \t]*[({<=]/.test(text.slice(at + 1, at + 40));
  if (text[at] === '}' && isFar && goesOn && /[^\s;{}]/.test(text[at - 1]!) && !sections.has(languageId))
    return true;
  const word = /^[\p{L}_]\w*/u.exec(text.slice(at + 1, at + 20))?.[0];
  if (word === undefined || keywords.test(word)) return false;
  const before = text[at - 1]!;
  if (text[at] === ']') {
    // `[]byte`, `map[string]bool`, `[[A alloc]init]`
    if (before === '[' || namedBehind.has(languageId)) return false;
    // What stands behind no value is a type or an attribute: `[16]u8`, `[FromBody]Foo a`.
    return opener === undefined || /[\p{L}\p{N}_)\]}"'`]/u.test(text[opener - 1] ?? '');
  }
  if (text[at] === '}' || opener === undefined) return /[\p{L}\p{N}_]/u.test(before);
  // `(int)a` and `if (a)b` are no calls.
  const called = /[\p{L}\p{N}_!)\]>]+$/u.exec(text.slice(Math.max(0, opener - 20), opener))?.[0];
  return called !== undefined && (!keywords.test(called) || isMember(text, opener - called.length));
}

/** Whether a name at an index is one of an object's, as `Where` of `.Where(`, which is no keyword. */
function isMember(text: string, at: number): boolean {
  return text[at - 1] === '.';
}

/** Where a name may stand right behind `]`. */
const namedBehind = new Set(['go', 'objective-c', 'objective-cpp']);

/** Whether a bracket says of which type the string behind it is: `(char *)"a"`, in PowerShell `[xml]'<a/>'`. */
function isCast(text: string, opener: number | undefined, at: number, languageId: string): boolean {
  if (opener === undefined) return false;
  if (languageId === 'powershell') return text[at] === ']';
  const isValue = /[\p{L}\p{N}_)\]"'`]\s*$/u.test(text.slice(Math.max(0, opener - 20), opener));
  const isReturned = /\breturn\s*$/.test(text.slice(Math.max(0, opener - 20), opener));
  const type = /^\s*[\p{L}_][\p{L}\p{N}_\s:.<>]*[*&\s]*$/u;
  return text[at] === ')' && (!isValue || isReturned) && type.test(text.slice(opener + 1, at));
}

/** How much of a long line is read once; in steps, so that what is typed changes little of it. */
function partOf(line: string): number {
  const most = Math.floor(line.length / windowLine - 1) * windowLine;
  if (most <= 0) return 0;
  const places = [...line.slice(most - windowLine, most).matchAll(within)];
  return most - windowLine + (places.at(-1)?.index ?? windowLine - 1) + 1;
}

/** The lexer behind a text that begins at a line's start. */
function lexerAfter(languageId: string, above: string): Lexer {
  const isMore = last?.languageId === languageId && above.startsWith(last.above);
  const lexer = isMore
    ? last!.lexer.clone().read(above.slice(last!.above.length))
    : lexerAt(languageId, above).read(above);
  last = { languageId, above, lexer };
  return lexer.clone();
}

/** In markup that shows none of its marks the window lies within code. */
function lexerAt(languageId: string, above: string): Lexer {
  const { code } = lexisOf(languageId);
  const lexer = new Lexer(languageId);
  if (code && !above.includes('<?') && !above.includes('?>'))
    lexer.stack.push({ kind: 'code', closer: '', at: 0 });
  return lexer;
}

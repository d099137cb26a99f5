// The only judge of what is fit to show: trims a completion against the text around it, or hides it with a reason.

import { lexisOf } from '../language/lexis';
import type { HiddenReason } from '../results';
import { misplacedFrom, wholeLength } from './blocks';
import { isChat } from './chat';
import { closesElementTwice } from './elements';
import { indented } from './indentation';
import { hasInvisible } from './invisible';
import { Opened } from './opened';
import { beforeRest } from './rewritten';
import { addsErrors } from './soundness';
import { columnOf, firstLine, isBlank, isClosers, isDrawn, restOfLine, type Site } from './site';
import type { Verdict } from './stop';
import type { Syntax } from './syntax';

export interface Cleaned {
  text: string;
  hidden?: HiddenReason;
}

/**
 * `text` of the result has `\n` as its line end; it is empty where nothing was left. `syntax` is undefined for
 * languages that have no grammar.
 */
export function clean(site: Site, verdict: Verdict, syntax?: Syntax): Cleaned {
  if (verdict.reason === 'cancelled') return { text: '', hidden: 'cancelled' };
  const raw = withoutSecondSpace(site, verdict.text);
  const written = raw.trimEnd();
  const opened = new Opened(site);
  const { reason } = verdict;
  const wrong = opened.wrongCloserIn(raw);
  const balanced = raw.slice(0, wrong).trimEnd();
  if (wrong !== undefined && isAstray(opened, balanced, raw.slice(wrong)))
    return { text: balanced, hidden: 'unbalanced' };
  if (reason === 'suffix' && opened.leavesWanting(balanced)) return { text: balanced, hidden: 'unbalanced' };
  const apart = withoutEnd(site, opened, withoutOverlap(site, opened, { text: balanced, reason }).trimEnd());
  const own = beforeRest(site, opened, apart, reason);
  if (own === undefined) return { text: apart, hidden: 'duplicate' };
  const takesUpRest = reason === 'suffix' || own.length < balanced.length;
  const all = indented(site, own + spaceBehind(site, own, raw, reason), (index) =>
    opened.isHeredoc(own.slice(0, index)),
  );
  if (isBlank(all)) return { text: '', hidden: emptyReason(verdict.text, written, balanced) };
  const text = withoutMisplaced(site, opened, all);
  if (text === '') return { text, hidden: 'syntax' };
  if (hasInvisible(text)) return { text, hidden: 'invisible' };
  if (isChat(site, opened, text)) return { text, hidden: 'chat' };
  if (!takesUpRest && endsWordAgain(site, text)) return { text, hidden: 'duplicate' };
  // Where the model ends of itself, that is all of it.
  if (reason === 'end' && opened.breaksOff(text)) return { text, hidden: 'unbalanced' };
  if (opened.endsCallInComment(text)) return { text, hidden: 'unbalanced' };
  if (reason === 'repetition') return { text, hidden: 'repetition' };
  // In a string or a comment it declares nothing.
  if (isDuplicate(site, text, verdict.differs) || (!opened.isText('') && declaresAgain(site, text)))
    return { text, hidden: 'duplicate' };
  if (syntax && addsErrors(site, opened, withCloserOnItsLine(site, opened, text), syntax))
    return { text, hidden: 'syntax' };
  const twice = opened.closedTwice(text) ?? closesElementTwice(site, opened, text);
  const single = twice === undefined ? text : text.slice(0, twice).trimEnd();
  return isBlank(single)
    ? { text: '', hidden: 'unbalanced' }
    : { text: withCloserOnItsLine(site, opened, single) };
}

/** What is whole before the first line in a column where it cannot be. */
function withoutMisplaced(site: Site, opened: Opened, text: string): string {
  const head = text.slice(0, misplacedFrom(site, text));
  return head === text ? text : head.slice(0, wholeLength(site, opened, head) ?? 0);
}

function emptyReason(raw: string, written: string, balanced: string): HiddenReason {
  if (raw === '') return 'empty';
  if (isBlank(written)) return 'whitespace';
  return isBlank(balanced) ? 'unbalanced' : 'duplicate';
}

/** Spaces typed before the answer are not written twice, be they in the line or its indentation. */
function withoutSecondSpace(site: Site, text: string): string {
  if (isBlank(site.lineBefore)) return site.lineBefore === '' ? text : text.replace(/^[ \t]+/, '');
  // Where several stand on one side, something is aligned, which all of them may be wanted for.
  return /(?<![ \t])[ \t]$/.test(site.lineBefore) ? text.replace(/^[ \t](?![ \t])/, '') : text;
}

/** A body written between a bracket and its closer puts the closer on a line of its own, or that of what is further out. */
function withCloserOnItsLine(site: Site, opened: Opened, text: string): string {
  const { block, lineAfter } = site;
  const between =
    block?.behindOpener && block.closer !== '' && lineAfter.trimStart().startsWith(block.closer);
  if (!between || !text.includes('\n')) return text;
  const indentation = opened.isKept(text) ? block.indentation : opened.indentationBehind(text);
  return `${text.trimEnd()}\n${indentation}`;
}

/** Code that goes on behind a wrong closer, or is left open before it, is of another place. */
function isAstray(opened: Opened, head: string, tail: string): boolean {
  return !isClosers(firstLine(tail)) || opened.owedAfter(head).own !== '';
}

/**
 * The cursor stands in a word, and the answer ends that as it ends already, without taking up what follows: of
 * `se‸tup-java`, `tup-go` would make `setup-gotup-java`. Where it leads to the rest it ends with how the word begins.
 */
function endsWordAgain({ lineBefore, lineAfter }: Site, text: string): boolean {
  const [begun] = /[\p{L}\p{N}_]*$/u.exec(lineBefore)!;
  const [ending] = /^[\p{L}\p{N}_]*/u.exec(lineAfter)!;
  if (begun === '' || ending === '' || /^[\p{L}\p{N}_]*/u.exec(text)![0] !== ending) return false;
  return text !== ending && /[\p{L}\p{N}_]*$/u.exec(text)![0] !== begun;
}

/** What goes on with a statement, and begins none. */
const goesOn =
  /^(?:\??\.[\p{L}_$]|->|[,^]|[%?](?!>)|=|[<>](?=[\s=<>])|&&|\|\||[-+*/&|]\s|:(?!:)|(?:as|instanceof|satisfies)\s)/u;

/** Where such a mark may begin a selector or a command. */
const beginOtherwise = new Set(['css', 'less', 'scss', 'shellscript']);

/** No statement ends where the rest of its line goes on with it: of `user.na‸.trim()`, `me;` is `me`. */
function withoutEnd({ languageId, lineAfter }: Site, opened: Opened, text: string): string {
  const rest = lineAfter.trimStart();
  const isComment = lexisOf(languageId).lineComments.some((mark) => rest.startsWith(mark));
  const ends = text.endsWith(';') && goesOn.test(rest) && !isComment && !opened.isText(text);
  return ends && !beginOtherwise.has(languageId) ? text.slice(0, -1).trimEnd() : text;
}

/** The space that was written between the answer and what stands behind the cursor, where that has none. */
function spaceBehind({ lineAfter }: Site, text: string, raw: string, reason: Verdict['reason']): string {
  if (text === '' || !/^\S/.test(lineAfter) || !raw.startsWith(text)) return '';
  const behind = raw.slice(text.length);
  // What nothing follows in its line is no space between two.
  return reason === 'line' && isBlank(behind) ? '' : /^[ \t]*/.exec(behind)![0];
}

/**
 * Removes from the end what stands behind the cursor already: the rest of its line, or whole lines below. What the
 * answer itself needs is kept, and an answer that ended of itself where the rest begins has none of it.
 */
function withoutOverlap(site: Site, opened: Opened, { text, reason }: Verdict): string {
  const { lineAfter } = site;
  const rest = reason === 'suffix' ? '' : restOfLine(site);
  const shortest = reason === 'end' ? rest.length : 1;
  for (let length = Math.min(rest.length, text.length); length >= shortest && length > 0; length--) {
    const tail = rest.slice(0, length);
    // A part of the rest may equal the end by chance where it is made of letters, as one character may anywhere.
    if (length < rest.length && /[\p{L}\p{N}_]/u.test(tail)) continue;
    // What goes on to the end of the line has more of the rest than its beginning.
    if (length < rest.length && reason === 'line' && !isClosers(rest) && /^[([{]/.test(tail)) continue;
    if (isBlank(tail) || !text.endsWith(tail)) continue;
    const isChance = isDrawn(text) || (lineAfter === tail && length === 1 && !isClosers(tail));
    if (reason === 'end' && isChance) continue;
    const head = text.slice(0, text.length - length).trimEnd();
    if (isOfTheText(site, opened, text, head)) continue;
    const again = isClosers(tail) && !/(["'`])\1\1$/.test(text);
    return again
      ? withoutOverlap(site, opened, { text: head, reason })
      : withoutLinesBelow(site, opened, head);
  }
  const head = withoutLinesBelow(site, opened, text);
  // The line above those that stand below may end with what stands behind the cursor.
  return head === text ? text : withoutOverlap(site, opened, { text: head, reason });
}

/** What follows `head` in a text is its own, not what stands behind the cursor. */
function isOfTheText({ lineBefore, lineAfter }: Site, opened: Opened, text: string, head: string): boolean {
  const line = text.slice(head.length);
  // A closer on a line of its own stands below what it closes.
  if (line.includes('\n') && columnOf(line.slice(line.lastIndexOf('\n') + 1)) > columnOf(lineBefore))
    return true;
  const isNeeded = opened.needs(text, head.length);
  // What the text leaves open it goes on with below: the rest closes what is open at the cursor.
  if (isNeeded && !opened.isWanting && opened.owedAfter(text).own !== '') return true;
  const without = opened.faultsIn(head, lineAfter) - opened.faultsIn(text, lineAfter);
  return without > 0 || (without === 0 && isNeeded);
}

function withoutLinesBelow(site: Site, opened: Opened, text: string): string {
  const lines = text.split('\n');
  const below = site.after
    .slice(site.lineAfter.length)
    .split('\n', 4 * lines.length + 8)
    .filter((line) => !isBlank(line));
  for (let count = Math.min(lines.length - 1, below.length); count > 0; count--) {
    const tail = lines.slice(-count);
    const head = lines.slice(0, -count).join('\n');
    const isBelow = tail.every((line, i) => line.trimEnd() === below[i]!.trimEnd());
    if (isBelow && !opened.needs(text, head.length)) return head;
  }
  return text;
}

/** The line as it would read equals the one above or below it, and is neither data nor the end of a block, nor `differs` it later. */
function isDuplicate(site: Site, text: string, differs = false): boolean {
  if (text.includes('\n') || !isClosers(site.lineAfter)) return false;
  const line = (site.lineBefore + text + site.lineAfter).trimEnd();
  const isAbove = line === site.lineAbove.trimEnd() && !beginsCell(site);
  const isBelow = line.trim() === site.lineBelow.trim() && columnOf(line) === columnOf(site.lineBelow);
  if (isAbove && isData(site, line)) return false;
  return ((isBelow && !differs && !endsCell(site)) || (isAbove && !isRule(line))) && !repeats(site, line);
}

/** Cells of a notebook have an empty line between them: what one ends with, the next may begin with. */
function beginsCell({ notebook, before, lineBefore }: Site): boolean {
  return notebook && /\n[ \t]*\n$/.test(before.slice(0, before.length - lineBefore.length));
}

function endsCell({ notebook, after, lineAfter }: Site): boolean {
  return notebook && /^\n[ \t]*(?:\n|$)/.test(after.slice(lineAfter.length));
}

/** The document has the line twice in a row: above the cursor, below it, or around it. */
function repeats({ before, after, lineBefore, lineAfter }: Site, line: string): boolean {
  const above = `\n${before.slice(0, before.length - lineBefore.length)}`;
  const below = `${after.slice(lineAfter.length)}\n`;
  const [once, twice] = [`\n${line}\n`, `\n${line}\n${line}\n`];
  return (above.endsWith(once) && below.startsWith(once)) || above.includes(twice) || below.includes(twice);
}

/** Lines that are drawn, not written. */
function isRule(line: string): boolean {
  return !/[\p{L}\p{N})\]}]/u.test(line);
}

const literal = /\b(?:\d[\w.]*|true|false|null|nil|none|nop)\b|"[^"]*"|'[^']*'/gi;

/** A record, or a row of literals, and nothing that does anything: it may be there as often as it is. */
function isData({ languageId }: Site, written: string): boolean {
  if (/^[ct]sv\b/.test(languageId)) return true;
  const line = written.replace(/<\/?[\w:.-]+>/g, '');
  const literals = line.match(literal) ?? [];
  // Within a tag of its own one is enough.
  const isRow =
    literals.length > (line === written ? 1 : 0) || /^\s*(?:(?:- )?[\d.+-]+,?|nop)\s*$/.test(line);
  const isEntry = /["']\s*:/.test(line);
  return isRow && !isEntry && /^[\s.,;:|&\\+\-()[\]{}]*$/.test(line.replace(literal, ''));
}

/** What a scope has once: a name that is declared, a module that is imported, the title of a test. */
const declaration = new RegExp(
  [
    /^(?:(?:export|default|abstract|async|public|private|protected|static|pub|inline) +)*/,
    /(?:(?:class|const|def|enum|fn|func|function|import|interface|let|struct|type|use|using|var) +\w|#include *["<])/,
    /|^(?:describe|it|test)(?:\.\w+)*\(['"`]/,
  ]
    .map(({ source }) => source)
    .join(''),
);

/** The line, which declares something, stands in its scope already. */
function declaresAgain(site: Site, text: string): boolean {
  const { languageId, before, after, lineBefore, lineAfter, lineAbove } = site;
  const line = (lineBefore + firstLine(text) + (text.includes('\n') ? '' : lineAfter)).trimEnd();
  // What is declared was typed where the answer begins with the next line.
  if (isBlank(firstLine(text)) || !isClosers(lineAfter) || !declares(languageId, line.trimStart()))
    return false;
  if (tellsApart(languageId, lineAbove)) return false;
  if (isOverload(languageId, line, [linesAbove(before), linesBelow(after)])) return false;
  return isInScope(line, linesAbove(before)) || isInScope(line, linesBelow(after));
}

/** What parameters follow is a function that the nearest declaration above or below has as well. */
function isOverload(languageId: string, line: string, sides: readonly Iterable<string>[]): boolean {
  const name = /\bfunction +(\w+).*[(<]$/.exec(line)?.[1];
  if (name === undefined || !/^typescript/.test(languageId)) return false;
  const again = new RegExp(`\\bfunction +${name}\\b`);
  return sides.some((lines) => {
    for (const other of lines)
      if (columnOf(other) <= columnOf(line) && /^\s*\w/.test(other)) return again.test(other);
    return false;
  });
}

/** A decorator, an attribute, a condition or a unit's name above a declaration tells it from another one that reads the same. */
function tellsApart(languageId: string, lineAbove: string): boolean {
  if (/^\s*(?:@|#\[|library |package [\w:]+;)/.test(lineAbove)) return true;
  return lexisOf(languageId).conditions && /^\s*#\s*(?:if|el)/.test(lineAbove);
}

/** Languages in which a name may be declared again in its scope. */
const shadowing = new Set(['fsharp', 'ocaml', 'rust']);

/** Whether a line declares something is a matter of its language: in SQL `from` names a table that there is. */
function declares(languageId: string, line: string): boolean {
  // What only opens a list of names is no declaration yet.
  if (/^(?:from|import|use)\b.*[({]$/.test(line)) return false;
  // Nor is a line that goes on below, with parameters, a type's name or more of a list: those tell.
  if (!/^(?:java|type)script/.test(languageId) && /[(,*&]$/.test(line)) return false;
  if (languageId === 'python' && /^from +\w/.test(line)) return true;
  // To a shell it calculates.
  if (languageId === 'shellscript' && /^let\b/.test(line)) return false;
  if (shadowing.has(languageId) && /^let +\w/.test(line)) return false;
  return lexisOf(languageId).base === 'code' && languageId !== 'sql' && declaration.test(line);
}

/** The lines above and below the cursor's, the nearest first; mostly few of them are looked at. */
function* linesAbove(before: string): Generator<string> {
  for (let end = before.lastIndexOf('\n'); end >= 0;) {
    const start = end === 0 ? 0 : before.lastIndexOf('\n', end - 1) + 1;
    yield before.slice(start, end);
    end = start - 1;
  }
}

function* linesBelow(after: string): Generator<string> {
  for (let end = after.indexOf('\n'); end >= 0;) {
    const start = end + 1;
    end = after.indexOf('\n', start);
    yield after.slice(start, end < 0 ? undefined : end);
  }
}

/** `lines`, the nearest first, have it before one that is indented less. */
function isInScope(line: string, lines: Iterable<string>): boolean {
  const column = columnOf(line);
  for (const other of lines) {
    if (other.trimEnd() === line) return true;
    if (columnOf(other) < column && !isBlank(other)) return false;
  }
  return false;
}

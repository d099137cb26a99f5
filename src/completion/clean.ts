// The only judge of what is fit to show: trims a completion against the text around it, or hides it with a reason.

import { languageAt } from '../language/languages';
import type { HiddenReason } from '../protocol';
import { Brackets } from './brackets';
import { columnOf, firstLine, isBlank, restOfLine, type Site } from './site';
import type { Verdict } from './stop';
import type { Syntax } from './syntax';

export interface Cleaned {
  text: string;
  hidden?: HiddenReason;
}

/** How far above the cursor an open bracket is looked for. */
const bracketWindow = 8000;

/**
 * `text` of the result has `\n` as its line end; it is empty where nothing was left. `syntax` is undefined for
 * languages that have no grammar.
 */
export function clean(site: Site, verdict: Verdict, syntax?: Syntax): Cleaned {
  if (verdict.reason === 'cancelled') return { text: '', hidden: 'cancelled' };
  const written = withoutSecondSpace(site, verdict.text.trimEnd());
  const balanced = withoutStrayCloser(site, written);
  const text = withDocumentIndentation(site, withoutOverlap(site, balanced).trimEnd());
  if (isBlank(text)) return { text: '', hidden: emptyReason(verdict.text, written, balanced) };
  if (verdict.reason === 'repetition') return { text, hidden: 'repetition' };
  if (isDuplicate(site, text) || declaresAgain(site, text)) return { text, hidden: 'duplicate' };
  if (syntax && addsErrors(site, text, syntax)) return { text, hidden: 'syntax' };
  return { text: withCloserOnItsLine(site, text) };
}

function emptyReason(raw: string, written: string, balanced: string): HiddenReason {
  if (raw === '') return 'empty';
  if (isBlank(written)) return 'whitespace';
  return isBlank(balanced) ? 'unbalanced' : 'duplicate';
}

/** Spaces typed before the answer are not written twice, be they in the line or its indentation. */
function withoutSecondSpace(site: Site, text: string): string {
  return /\s$/.test(site.lineBefore) ? text.replace(/^[ \t]+/, '') : text;
}

/** A body written between a bracket and its closer puts the closer on a line of its own. */
function withCloserOnItsLine(site: Site, text: string): string {
  const { block, lineAfter, lineBefore } = site;
  const between =
    block?.behindOpener && block.closer !== '' && lineAfter.trimStart().startsWith(block.closer);
  return between && text.includes('\n') ? `${text}\n${/^\s*/.exec(lineBefore)![0]}` : text;
}

/** Cuts at the first closer that closes nothing: one of another kind than the bracket that is open, or of none. */
function withoutStrayCloser(site: Site, text: string): string {
  const line = new Brackets(site.languageId).feed(site.lineBefore);
  const start =
    site.before.length <= bracketWindow
      ? 0
      : site.before.indexOf('\n', site.before.length - bracketWindow) + 1;
  const above = new Brackets(site.languageId).feed(site.before.slice(start));
  const isReliable = !above.mismatched;
  for (let i = 0; i < text.length; i++) {
    const openHere = line.owed.length > 0;
    const openAbove = above.owed.length > 0;
    const here = line.push(text[i]!);
    const event = above.push(text[i]!);
    const isStray =
      (here === 'stray' && openHere) || (event === 'stray' && isReliable && (openAbove || start === 0));
    if (isStray) return text.slice(0, i).trimEnd();
  }
  return text;
}

/** Removes from the end what stands behind the cursor already: the rest of its line, or whole lines below. */
function withoutOverlap(site: Site, text: string): string {
  const rest = restOfLine(site);
  for (let length = Math.min(rest.length, text.length); length > 0; length--) {
    const tail = rest.slice(0, length);
    // A part of the rest may equal the end by chance where it is made of letters.
    if ((length === rest.length || !/[\p{L}\p{N}_]/u.test(tail)) && !isBlank(tail) && text.endsWith(tail)) {
      return withoutOverlap(site, text.slice(0, text.length - length).trimEnd());
    }
  }
  return withoutLinesBelow(site, text);
}

function withoutLinesBelow(site: Site, text: string): string {
  const lines = text.split('\n');
  const below = site.after
    .slice(site.lineAfter.length)
    .split('\n', 4 * lines.length + 8)
    .filter((line) => !isBlank(line));
  for (let count = Math.min(lines.length - 1, below.length); count > 0; count--) {
    const tail = lines.slice(-count);
    if (tail.every((line, i) => line.trimEnd() === below[i]!.trimEnd()))
      return lines.slice(0, -count).join('\n');
  }
  return text;
}

/** Later lines are indented with what the document is indented with, tabs or spaces, whatever the model wrote. */
function withDocumentIndentation(site: Site, text: string): string {
  const tabs = /^\t/m.test(site.before);
  const spaces = /^ {2}/m.test(site.before);
  if (tabs === spaces || !text.includes('\n')) return text;
  const level = ' '.repeat(spacesPerLevel(tabs ? text : site.before));
  return text.replace(/\n[\t ]+/g, (head) => {
    return tabs ? head.replaceAll(level, '\t') : head.replaceAll('\t', level);
  });
}

function spacesPerLevel(text: string): number {
  const widths = [...text.matchAll(/^\t*( +)[^\s*]/gm)].map((match) => match[1]!.length);
  return widths.length > 0 && widths.every((width) => width % 4 === 0) ? 4 : 2;
}

/**
 * The code has more errors with the completion than without it, however it may go on from there. Not judged where it is
 * unsound both with the line as it stands and without the line: what the parser makes of that is chance.
 */
function addsErrors(site: Site, text: string, syntax: Syntax): boolean {
  const { lineBefore, lineAfter } = site;
  return syntax.near(site, (errorsWith) => {
    const before = errorsWith(lineBefore + lineAfter);
    if (before > 0 && errorsWith('') > 0) return false;
    return continuations(site, text).every(
      (rest) => errorsWith(lineBefore + text + rest + lineAfter) > before,
    );
  });
}

/**
 * What a completion is read with, for it need not be the end of what is being written: a value, a body, the other half
 * of a `try`, what a decorator stands before; and the closers that it owes, or also those that are owed before it.
 */
function continuations(site: Site, text: string): string[] {
  const brackets = new Brackets(site.languageId).feed(site.lineBefore);
  const owedAtCursor = brackets.owed.length;
  const owed = brackets.feed(text).owed;
  const own = owed.slice(owedAtCursor).reverse().join('');
  const all = owed.toReversed().join('');
  const newLine = '\n' + /^\s*/.exec((site.lineBefore + text).split('\n').at(-1)!)![0];
  const wanted =
    languageAt(site.languageId).blocks === 'colon'
      ? ['', ' x', ` x${newLine}finally: x`, `${newLine}def x(): x`]
      : ['', ' x', ' {}'];
  const read = wanted.flatMap((want) => [want, want + own, want + all]);
  return [...new Set([...read, `${own} finally {}`])];
}

/** The line as it would read equals the one above or below it. */
function isDuplicate(site: Site, text: string): boolean {
  if (text.includes('\n')) return false;
  const line = (site.lineBefore + text + site.lineAfter).trimEnd();
  if (line === site.lineAbove.trimEnd()) return true;
  const onlyClosers = /^[\s)\]};,]*$/.test(line);
  return (
    line.trim() === site.lineBelow.trim() && (!onlyClosers || columnOf(line) === columnOf(site.lineBelow))
  );
}

/** What a scope has once: a name that is declared, a module that is imported, the title of a test. */
const declaration = new RegExp(
  [
    /^(?:(?:export|default|abstract|async|public|private|protected|static|pub|inline) +)*/,
    /(?:(?:class|const|def|enum|fn|from|func|function|import|interface|let|struct|type|use|using|var) +\w|#include *["<])/,
    /|^(?:describe|it|test)(?:\.\w+)*\(['"`]/,
  ]
    .map(({ source }) => source)
    .join(''),
);

/** The line, which declares something, stands in its scope already. */
function declaresAgain({ before, after, lineBefore, lineAfter }: Site, text: string): boolean {
  const line = (lineBefore + firstLine(text) + (text.includes('\n') ? '' : lineAfter)).trimEnd();
  if (!declaration.test(line.trimStart())) return false;
  const above = before.split('\n').slice(0, -1).reverse();
  const below = after.split('\n').slice(1);
  return isInScope(line, above) || isInScope(line, below);
}

/** `lines`, the nearest first, have it before one that is indented less. */
function isInScope(line: string, lines: readonly string[]): boolean {
  const column = columnOf(line);
  for (const other of lines) {
    if (other.trimEnd() === line) return true;
    if (columnOf(other) < column && !isBlank(other)) return false;
  }
  return false;
}

// Where the blocks that a text opens are whole: by brackets, by the words that end them, and by columns.

import { languageAt } from '../language/languages';
import { Lexer } from '../language/lexer';
import { leastIndentedStart, outermostStart } from './nearby';
import type { Opened } from './opened';
import { blockCloser, columnOf, isBlank, type Site } from './site';

/** Words that go on with the block above them in its own column, and those that do so where words end blocks. */
const followers = ['catch', 'elif', 'else', 'elseif', 'elsif', 'except', 'finally'];
const wordFollowers = ['do', 'done', 'end', 'ensure', 'esac', 'fi', 'rescue', 'then', 'until', 'when'];
/** A line that is nothing without the next one. */
const half =
  /^(?:@[\w.]+(?:\(.*\))?|#\[.*\]|else|elif\b.*|ensure|rescue|try|begin|repeat|do|then)$|(?:\\|\||&&)$/;

interface Line {
  readonly start: number;
  readonly end: number;
  readonly column: number;
  /** Without its indentation, and without a comment at its end. */
  readonly code: string;
  /** It begins, or ends, within a string, a bracket or a comment of the text. */
  readonly begins: boolean;
  readonly ends: boolean;
}

/**
 * How much of a block's text is whole by itself where it goes on with `begun`: up to a line at which nothing is open that
 * the text has opened. Undefined where there is no such line. `columnIn` tells a line's column in the document.
 */
export function wholeLength(
  site: Site,
  opened: Opened,
  text: string,
  begun = '',
  columnIn = columnOf,
): number | undefined {
  const lines = linesOf(opened.after(''), site.lineBefore, text, columnIn);
  const first = lines[0]?.column ?? 0;
  const below = isBlank(begun) ? undefined : { code: begun.trim(), column: columnIn(begun) };
  const isFit = ({ code, ends }: Line, i: number): boolean =>
    !ends && !opensBlock(site, code) && !isTried(lines.slice(0, i + 1));
  const isOver = (i: number): boolean => {
    const next = lines[i + 1] ?? below;
    if (next === undefined) return lines[i]!.column <= first;
    const isOwn = next.column > (site.block?.column ?? -1);
    return next.column <= first && !(isOwn && goesOn(site, next.code, next === below));
  };
  const last = lines.findLast((line, i) => isFit(line, i) && isOver(i));
  if (last || languageAt(site.languageId).wordBlocks) return last?.end;
  // A block without an end of its own is one with each statement that it has.
  return lines.findLast(
    (line, i) => line.code !== '' && isFit(line, i) && isStatement(site, line, lines[i + 1] ?? below),
  )?.end;
}

function opensBlock({ languageId }: Site, code: string): boolean {
  return blockCloser(code, languageId) !== undefined || half.test(code);
}

/** A line is the end of a statement, if the next one is known not to go on with it. */
function isStatement(
  { languageId }: Site,
  { code, column }: Line,
  next: { column: number } | undefined,
): boolean {
  if (next) return next.column <= column;
  return languageAt(languageId).blocks === 'colon' || /[;}]$/.test(code);
}

/** What is only begun may become one of the words. */
function goesOn({ languageId }: Site, code: string, isBegun: boolean): boolean {
  const words = [...followers, ...(languageAt(languageId).wordBlocks ? wordFollowers : [])];
  const [written] = /^\w*/.exec(code)!;
  const isPart = isBegun && written === code;
  return code.startsWith('{') || words.some((word) => (isPart ? word.startsWith(written) : word === written));
}

/** Something is tried in the lines, and what is caught is not among them. */
function isTried(lines: readonly Line[]): boolean {
  return lines.some(
    ({ code, column, begins }, i) =>
      !begins &&
      /^try\s*:/.test(code) &&
      !lines.slice(i).some((line) => line.column === column && /^(?:except|finally)\b/.test(line.code)),
  );
}

/** What a clause of Python stands below, in its own column. */
const heads: readonly (readonly [clause: RegExp, head: RegExp])[] = [
  [/^elif\b/, /^(?:if|elif)\b/],
  [/^else\b/, /^(?:if|elif|for|while|except|async\s+for)\b/],
  [/^except\b/, /^(?:try|except)\b/],
  [/^finally\b/, /^(?:try|except|else)\b/],
];

/**
 * Up to where a text has its lines in columns that Python takes: none is deeper without a block that opens, goes back to a
 * column in which nothing stands, or goes on with what is not there. Undefined where all are.
 */
export function misplacedFrom(site: Site, text: string): number | undefined {
  const { languageId, before, lineBefore } = site;
  if (languageAt(languageId).blocks !== 'colon' || !text.includes('\n')) return undefined;
  const all = before.slice(0, before.length - lineBefore.length);
  const start = outermostStart(all);
  const above = all.slice(start ?? leastIndentedStart(all)) + lineBefore;
  const lines = linesOf(new Lexer(languageId), '', above + text).filter(({ code }) => code !== '');
  const columns: number[] = [];
  for (const [i, { start: at, column, begins }] of lines.entries()) {
    if (begins) continue;
    const top = columns.at(-1) ?? column;
    const isDeeper = lines[i - 1]?.code.endsWith(':') === true;
    while (columns.at(-1)! > column) columns.pop();
    const isOpen = columns.length === 0 ? start === undefined || i === 0 : columns.at(-1) === column;
    const isFit = isDeeper ? column > top : column <= top && isOpen;
    if (at > above.length && !(isFit && follows(lines, i))) return at - above.length - 1;
    if (columns.at(-1) !== column) columns.push(column);
  }
  return undefined;
}

/** A line is no clause, or stands below what it is one of. */
function follows(lines: readonly Line[], i: number): boolean {
  const { code, column } = lines[i]!;
  const head = heads.find(([clause]) => clause.test(code))?.[1];
  if (head === undefined) return true;
  const above = lines.slice(0, i).findLast((line) => !line.begins && line.column <= column);
  return above?.column === column && head.test(above.code);
}

/** The lines, but for blank ones, of a text that a lexer stands before; its first one begins with `head`. */
function linesOf(lexer: Lexer, head: string, text: string, columnIn = columnOf): Line[] {
  const cursor = lexer.length;
  const lines: Line[] = [];
  let start = 0;
  let begins = false;
  for (const line of text.split('\n')) {
    const end = start + line.length;
    const own = lexer.read(line).stack.filter(({ at, weak }) => at >= cursor && !weak);
    const comment = own.find(({ kind }) => kind === 'line');
    const code = text.slice(start, comment ? comment.at - cursor : end).trim();
    const ends = own.some(({ kind }) => /^(?:bracket|string|comment|heredoc|patterns)$/.test(kind));
    const column = columnIn(start === 0 ? head + line : line);
    if (!isBlank(line)) lines.push({ start, end, column, code, begins, ends });
    begins = ends || code.endsWith('\\');
    lexer.read('\n');
    start = end + 1;
  }
  return lines;
}

// The place of a completion: its line, what stands around it, and whether the line there opens a block.

import { languageAt } from '../language/languages';
import type { Prompt } from '../protocol';

/** All text has `\n` as its line end. */
export interface Site {
  languageId: string;
  /** Lines may be commands to a notebook. */
  notebook: boolean;
  before: string;
  after: string;
  /** Nothing stands before it in the document. */
  isFirst: boolean;
  /** The cursor's line, left and right of the cursor. */
  lineBefore: string;
  lineAfter: string;
  /** The last line above the cursor's that is not blank, and the first one below it. */
  lineAbove: string;
  lineBelow: string;
  block: Block | undefined;
  /** What the document's lines end with. */
  lineEnd: '\n' | '\r\n';
}

/** A block whose body is to be written, and whether its closer stands below already. */
interface Block {
  /** What the line begins with that its closer stands below, and how wide that is. */
  indentation: string;
  column: number;
  closer: string;
  closed: boolean;
  /** The cursor stands right behind the opener, so that a body on the same line is no block. */
  behindOpener: boolean;
}

export const tabWidth = 4;

export function siteOf(prompt: Prompt): Site {
  const before = withLineFeeds(prompt.prefix);
  return siteAt({
    languageId: prompt.languageId,
    notebook: prompt.notebook ?? prompt.path.endsWith('.ipynb'),
    before,
    after: withLineFeeds(prompt.suffix),
    isFirst: isBlank(before),
    lineEnd: prompt.prefix.includes('\r\n') || prompt.suffix.includes('\r\n') ? '\r\n' : '\n',
  });
}

/** The place between two texts. */
export function siteAt(
  text: Pick<Site, 'languageId' | 'notebook' | 'before' | 'after' | 'isFirst' | 'lineEnd'>,
): Site {
  const { before, after } = text;
  const lineBefore = before.slice(before.lastIndexOf('\n') + 1);
  const lineAfter = firstLine(after);
  const lineAbove = lastFilledLine(before.slice(0, before.length - lineBefore.length));
  const lineBelow = firstFilledLine(after.slice(lineAfter.length));
  const site = { ...text, lineBefore, lineAfter, lineAbove, lineBelow };
  return { ...site, block: blockAt(site) };
}

/** Models know `\n` only. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

export function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

/** The column of the first character that is no space. */
export function columnOf(line: string): number {
  let column = 0;
  for (const character of line) {
    if (character === '\t') column += tabWidth - (column % tabWidth);
    else if (character === ' ') column++;
    else break;
  }
  return column;
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** What stands right of the cursor, without a space in front that tells no words apart. */
export function restOfLine({ languageId, lineBefore, lineAfter }: Site): string {
  const rest = lineAfter.trim();
  return isBlank(lineBefore) || !beginsWord(languageId, rest) ? rest : lineAfter.trimEnd();
}

/** A space before it counts: to a shell `]` is a word as well. */
function beginsWord(languageId: string, text: string): boolean {
  return /^[\p{L}\p{N}_]/u.test(text) || (languageId === 'shellscript' && text.startsWith(']'));
}

/** Nothing but what an editor closes by itself: then the cursor stands at the line's end in all but name. */
export function isClosers(text: string): boolean {
  return /^[)\]}"'`>;,]*$/.test(text.trim());
}

/** The end of a line that is drawn: where it begins to be what stands behind it is not to be seen. */
export function isDrawn(text: string): boolean {
  return /([-=*#~_/])\1\1$/.test(text);
}

function lastFilledLine(text: string): string {
  return /^.*\S.*$/m.exec(text.slice(text.trimEnd().lastIndexOf('\n') + 1))?.[0] ?? '';
}

function firstFilledLine(text: string): string {
  return /^.*\S.*$/m.exec(text)?.[0] ?? '';
}

function blockAt(site: Omit<Site, 'block'>): Block | undefined {
  const behindOpener = !isBlank(site.lineBefore);
  const opener = behindOpener ? site.lineBefore : site.lineAbove;
  const closer = blockCloser(opener, site.languageId);
  // The editor closes the opener at once, whatever follows.
  const isPair = behindOpener && closer !== '' && site.lineAfter.trimStart().startsWith(closer ?? '');
  if (closer === undefined || !(isPair || isClosers(site.lineAfter))) return undefined;
  const head = headOf(site.before, opener);
  const column = columnOf(head);
  // A body that is there already needs a line of it, not a block.
  if (site.lineBelow !== '' && columnOf(site.lineBelow) > column) return undefined;
  if (!behindOpener && columnOf(site.lineBefore) <= column) return undefined;
  const below = columnOf(site.lineBelow) === column ? site.lineBelow.trim() : '';
  const closed = closer !== '' && (site.lineAfter.trim() || below).startsWith(closer);
  return { indentation: /^\s*/.exec(head)![0], column, closer, closed, behindOpener };
}

/** How many lines the head of a block may have. */
const mostHead = 20;

/** The line that a statement begins with of which `opener`, the last filled one of `before`, is the last line. */
function headOf(before: string, opener: string): string {
  if (/^\s*[)\]}]/.test(opener)) return opener;
  const above = before.slice(0, before.lastIndexOf(opener)).split('\n').slice(0, -1).slice(-mostHead);
  let line = opener;
  // What its own last bracket opens is the block.
  for (let depth = depthOf(opener.trimEnd().slice(0, -1)); depth < 0 || goesOn.test(above.at(-1) ?? '');) {
    const next = above.pop();
    if (next === undefined) return opener;
    line = next;
    depth += depthOf(line);
  }
  return columnOf(line) < columnOf(opener) ? line : opener;
}

/** A condition goes on in the next line. */
const goesOn = /(?:&&|\|\||\\|\b(?:and|or))\s*$/;

/** How many more brackets are opened than closed, but for those in strings. */
function depthOf(line: string): number {
  const code = line.replace(/(["'`]).*?\1/g, '');
  const count = (pattern: RegExp): number => code.match(pattern)?.length ?? 0;
  return count(/[([{]/g) - count(/[)\]}]/g);
}

/** What ends the block that `line` opens at its end: a bracket, a word, nothing where indentation does, undefined for no block. */
export function blockCloser(line: string, languageId: string): string | undefined {
  const { blocks, wordBlocks = [], lineComments } = languageAt(languageId);
  const code = line.trim();
  if (blocks === 'none' || lineComments.some((mark) => code.startsWith(mark))) return undefined;
  if (blocks === 'colon' && code.endsWith(':')) return '';
  return closers[code.at(-1) ?? ''] ?? wordBlocks.find(([opener]) => opener.test(line.trimEnd()))?.[1];
}

/** Of what is written over several lines: a block's statements, an element, arguments, a list. */
const closers: Record<string, string> = { '{': '}', '(': ')', '[': ']' };

// What an editor puts behind the opening bracket that it is given by a key, for one that came with an accepted text.

import { Lexer, type Open } from '../language/lexer';

/** What may stand behind the bracket for the editor to close it, by its setting `autoClosingBrackets`; in its default the others. */
const places: Readonly<Record<string, RegExp>> = {
  never: /(?!)/,
  always: /^/,
  beforeWhitespace: /^(?:\s|$)/,
  languageDefined: /^(?:[\s;:.,=}\])>"'`]|$)/,
};
/** Of a longer text reading would take longer than the next key. */
const mostCharacters = 500_000;

/**
 * What closes the brackets that an accepted text, which stands from `start` to the cursor, has opened and ends with one of;
 * nothing where the text behind the cursor closes them, or it cannot be told whether it does.
 */
export function closersBehind(
  setting: string,
  languageId: string,
  text: string,
  [start, cursor]: readonly [start: number, cursor: number],
): string {
  if (!/[([{]/.test(text[cursor - 1] ?? '') || text.length > mostCharacters) return '';
  if (!(places[setting] ?? places.languageDefined!).test(text.slice(cursor, cursor + 1))) return '';
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const line = text.slice(lineStart, cursor);
  const after = text.slice(cursor);
  const above = new Lexer(languageId).read(text.slice(0, lineStart));
  const readOn = (written: string): Lexer => above.clone().read(written);
  const written = readOn(line);
  const own = written.stack.filter(({ at }) => at >= start);
  const areBrackets = own.every(({ kind, weak }) => kind === 'bracket' && !weak);
  if (own.length === 0 || !areBrackets || written.waiting.length > 0) return '';
  if (hasBody(text, headOf(written, own[0]!, lineStart), after)) return '';
  const closers = own.map(({ closer }) => closer).reverse();
  // What stands behind the cursor may close all of them, or the outer ones: it is as many as leave the fewest faults.
  const ways = ['', ...closers].map((_, count) => closers.slice(0, count).join(''));
  const faults = ways.map((way) => faultsIn(readOn(line + way + after)));
  return ways[faults.indexOf(Math.min(...faults))]!;
}

/** How many closers close nothing, and how many openers are not closed. */
function faultsIn({ strays, stack }: Lexer): number {
  return strays.length + stack.filter(({ weak }) => !weak).length;
}

/** Where the statement begins, near enough, that a bracket ends: it may be the last one of several lines. */
function headOf({ closed }: Lexer, { at }: Open, lineStart: number): number {
  const openers = closed.filter((each) => each.at >= lineStart && each.at < at).map(({ opener }) => opener);
  return Math.min(at, ...openers);
}

/** Whether what stands below is deeper than the line that has the character at `index`, or closes in its column. */
function hasBody(text: string, index: number, after: string): boolean {
  const lineStart = text.lastIndexOf('\n', index - 1) + 1;
  const own = /^[ \t]*/.exec(text.slice(lineStart, index))![0];
  // Of a preprocessor's conditions the column tells nothing.
  const below = /\n([ \t]*)(?!#\s*(?:if|el|endif))(\S)/.exec(after);
  if (!below) return false;
  const [, indentation = '', first = ''] = below;
  return indentation === own ? /[)\]}]/.test(first) : indentation.startsWith(own);
}

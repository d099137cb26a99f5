// What an editor puts behind the opening bracket that it is given by a key, for one that came with an accepted text: closers, which are typed over.

import { Lexer, type Open } from '../language/lexer';
import type { Change } from './editor';

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

/** What closers were put behind the cursor last, as long as that has not passed them: one that is typed is the first of them. */
export class SoftClosers {
  private put: { readonly key: string; offset: number; text: string; rest: string | undefined } | undefined;

  /**
   * Notes that they stand in the document of that key, or that an edit is to put them there in front of the rest of the line,
   * which it writes anew: once it has ended it could not be told what was typed before it and what behind.
   */
  note(key: string, offset: number, text: string, rest?: string): void {
    this.put = { key, offset, text, rest };
  }

  /** That edit was refused. */
  forget(): void {
    this.put = undefined;
  }

  /** The first of them, and where it stands in the document of that key. */
  first(key: string): { readonly offset: number; readonly closer: string } | undefined {
    return this.put?.key === key ? { offset: this.put.offset, closer: this.put.text.slice(0, 1) } : undefined;
  }

  /** The cursor is at an offset. */
  moved(key: string, offset: number): void {
    if (this.put?.key === key && offset > this.put.offset) this.put = undefined;
  }

  /** Follows a change; true where it has typed the first of them, which is to give way then. */
  changed({ key, offset, length, text, more }: Change): boolean {
    const { put } = this;
    if (put?.key !== key) return false;
    // Of several places only the last one is told, and what was changed above it moves them too.
    if (more) {
      this.put = undefined;
      return false;
    }
    if (put.rest !== undefined) {
      // Any other change comes before that edit, which is refused then.
      const areThere = offset === put.offset && length === put.rest.length && text === put.text + put.rest;
      this.put = areThere ? { ...put, rest: undefined } : undefined;
      return false;
    }
    if (offset >= put.offset + put.text.length) return false;
    if (offset + length <= put.offset) {
      put.offset += text.length - length;
      return length === 0 && offset + 1 === put.offset && text === put.text[0];
    }
    const isFirst = offset === put.offset && length === 1 && text === '';
    this.put = isFirst && put.text.length > 1 ? { ...put, text: put.text.slice(1) } : undefined;
    return false;
  }
}

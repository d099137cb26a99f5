// Tells an answer that is another version of the line from one that what stands behind the cursor goes on with.

import { languageAt } from '../language/languages';
import { lexisOf } from '../language/lexis';
import type { Opened } from './opened';
import { isBlank, isClosers, type Site } from './site';
import type { Verdict } from './stop';

const token =
  /[\p{L}\p{N}_$]+|===?|!==?|=>|->|<=|>=|:=|::|\?\.|\?\?|&&|\|\||[-+*/%&|^]=|"[^"\n]*"|'[^'\n]*'|\S/gu;
/** What a statement has once: the rest begins with it no second time. */
const once = /^(?:[=!]==?|=|=>|->|:=|[-+*/%&|^]=|\{|as|do|else|extends|from|implements|in|of|then)$/;
const wordEnd = /[\p{L}\p{N}_]$/u;
const nameEnd = /(?:^|[^\p{L}\p{N}_])[\p{L}_$][\p{L}\p{N}_$]*[!?]?$/u;
const wordStart = /^[\p{L}\p{N}_]/u;

/**
 * What of an answer goes in front of the line's rest, where the model went on to the line's end and did not meet that: up
 * to where it writes what the rest begins with. Undefined where the answer is a line of its own.
 */
export function beforeRest(
  site: Site,
  opened: Opened,
  text: string,
  reason: Verdict['reason'],
): string | undefined {
  const { languageId, lineAfter, lineBefore } = site;
  const rest = lineAfter.trim();
  const isComment = lexisOf(languageId).lineComments.some((mark) => rest.startsWith(mark));
  if (isBlank(text) || text.includes('\n') || isClosers(rest) || isComment || !opened.isCode) return text;
  if (reason === 'end') return withoutCall(opened, text, lineAfter);
  if (reason !== 'line') return text;
  const isInWord = wordEnd.test(lineBefore) && wordStart.test(lineAfter);
  const isFit = goesBefore(site, opened, text, isInWord);
  const [first = ''] = rest.match(token) ?? [];
  if (isInWord || (isFit && !once.test(first))) return isFit ? text : undefined;
  const places = [...text.matchAll(token)].filter(([own]) => own === first).map(({ index }) => index);
  const place = places.find((index) => opened.isClosed(text.slice(0, index)));
  const head = text.slice(0, place).trimEnd();
  if (place === undefined) return isFit ? text : undefined;
  return head === '' ? undefined : head;
}

/** What a call is passed stands behind the cursor already. */
function withoutCall(opened: Opened, text: string, lineAfter: string): string {
  const starts = [...text.matchAll(/\(/g)].map(({ index }) => index);
  const start = starts.findLast((index) => opened.isClosed(text.slice(0, index)));
  if (start === undefined || !lineAfter.startsWith(text.slice(start))) return text;
  return wordEnd.test(text.slice(0, start)) ? text.slice(0, start) : text;
}

/** The line's rest may go on behind a text: that ends no statement, and leaves nothing open that the rest does not close. */
function goesBefore(
  { languageId, lineBefore, lineAfter }: Site,
  opened: Opened,
  text: string,
  isInWord: boolean,
): boolean {
  if (opened.leavesOpen(text) || !opened.fits(text, 0)) return false;
  if (text.endsWith(';')) return /^\s+(?:[\p{L}_$]|\+\+|--)/u.test(lineAfter);
  if (text.endsWith(':') && languageAt(languageId).blocks === 'colon') return false;
  if (/^\s*\(/.test(lineAfter) && !nameEnd.test(lineBefore + text) && /[\p{N})\]}"'`,]$/u.test(text))
    return false;
  if (/[)\]}"'`]$/.test(text)) return !wordStart.test(lineAfter);
  return isInWord || !isBlank(lineBefore) || !wordEnd.test(text) || !wordStart.test(lineAfter);
}

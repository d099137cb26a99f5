// Tells code from what a model that was trained to chat writes around it: fences, and words to the reader.

import { lexisOf } from '../language/lexis';
import type { Opened } from './opened';
import { isBlank, type Site } from './site';

const fence = /^\s*```[\w+#.-]*\s*$/;
/** How answers to a person begin; code does not. */
const addresses = [
  /(?:Sure|Certainly|Of course|Okay|Great)[,!.:]/,
  /Here(?:'s| is| are) (?:the|a|an|your|how|one|some)\b/,
  /(?:The|This|Your) (?:(?:above|following|given|provided|completed|missing) )?(?:code|function|method|snippet|completion) /,
  /I(?:'m|'ll|'ve| am| will| have| would| can(?:not|'t)?|'d) /,
  /You (?:can|could|should|may|need) /,
  /As an AI\b|Based on (?:the|your)\b|Let(?:'s| me) |Explanation:/,
  /To (?:complete|implement|fix|achieve|do this)\b.{0,80}[,:]/,
];
const address = new RegExp(`^\\s*(?:${addresses.map(({ source }) => source).join('|')})`);

/** A fence says nothing where code is written, unless the text around it has some, as in the examples of a comment. */
export function isFence({ languageId, lineBefore, before, after }: Site, line: string): boolean {
  if (!fence.test(line) || !isBlank(lineBefore) || !isCode(languageId)) return false;
  return !before.includes('```') && !after.includes('```');
}

/** The answer is meant for a person and not for the document. */
export function isChat(site: Site, opened: Opened, text: string): boolean {
  const line = text.slice(0, text.search(/\n|$/));
  if (isFence(site, line)) return true;
  const inside = opened.after('').stack.findLast(({ weak }) => !weak);
  const isWithinCode = inside === undefined || inside.kind === 'bracket' || inside.kind === 'code';
  return isCode(site.languageId) && isWithinCode && address.test(line);
}

function isCode(languageId: string): boolean {
  return lexisOf(languageId).base === 'code';
}

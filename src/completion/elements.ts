// Follows the elements of markup, to find the closing tags of a completion that close nothing, or what is closed below.

import { lexisOf } from '../language/lexis';
import type { Site } from './site';

const tag = new RegExp(
  [
    /<!--[^]*?(?:-->|$)|<(script|style)\b[^]*?(?:<\/\1\s*>|$)/,
    /|<(\/?)([A-Za-z][\w.:-]*)(?:"[^"]*"|'[^']*'|[^"'<>])*?(\/?)>/,
  ]
    .map(({ source }) => source)
    .join(''),
  'gi',
);
/** Elements of HTML that have no end. */
const empty = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/i;

/**
 * Where the first closing tag of a text stands that leaves more tags without a partner than there were. Elements that are
 * open count for nothing: in HTML some need not be closed.
 */
export function closesElementTwice({ languageId, before, after }: Site, text: string): number | undefined {
  if (!text.includes('</') || lexisOf(languageId).base !== 'markup') return undefined;
  const above = new Elements().read(before);
  const most = above.clone().read(after).strays;
  return [...text.matchAll(/<\/[\w.:-]+\s*>/g)].find(
    ({ 0: closing, index }) =>
      above
        .clone()
        .read(text.slice(0, index + closing.length))
        .read(after).strays > most,
  )?.index;
}

class Elements {
  #open: string[] = [];
  /** Closing tags that closed nothing. */
  strays = 0;

  clone(): Elements {
    const other = new Elements();
    other.#open = [...this.#open];
    other.strays = this.strays;
    return other;
  }

  read(text: string): this {
    for (const [, , end, name, own] of text.matchAll(tag)) {
      if (name === undefined || empty.test(name) || own === '/') continue;
      if (end === '') this.#open.push(name);
      else if (this.#open.includes(name)) this.#open.length = this.#open.lastIndexOf(name);
      else this.strays++;
    }
    return this;
  }
}

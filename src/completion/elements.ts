// Follows the elements of markup, to find the closing tags of a completion that close nothing, or what is closed below.

import { lexisOf } from '../language/lexis';
import type { Opened } from './opened';
import type { Site } from './site';

/** Comments, scripts with what is in them, and tags; what the text ends in may be the beginning of one. */
const tag = new RegExp(
  [
    /<!--[^]*?(?<end>-->|$)|<(?<raw>script|style)\b[^]*?(?<rawEnd><\/\k<raw>\s*>|$)/,
    /|<(?<slash>\/?)(?<name>[A-Za-z][\w.:-]*)(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^"'<>])*?(?<tagEnd>\/?>|$)|<$/,
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
export function closesElementTwice(
  { languageId, before, after }: Site,
  opened: Opened,
  text: string,
): number | undefined {
  if (!text.includes('</') || lexisOf(languageId).base !== 'markup') return undefined;
  const above = new Elements().read(before);
  const most = above.clone().read(after).strays;
  // A string of code in it may hold one half of an element.
  return [...text.matchAll(/<\/[\w.:-]+\s*>/g)].find(
    ({ 0: closing, index }) =>
      opened.isMarkup(text.slice(0, index)) &&
      above
        .clone()
        .read(text.slice(0, index + closing.length))
        .read(after).strays > most,
  )?.index;
}

class Elements {
  #open: string[] = [];
  /** The beginning of a tag that the text before ended in. */
  #begun = '';
  /** Closing tags that closed nothing. */
  strays = 0;

  clone(): Elements {
    const other = new Elements();
    other.#open = [...this.#open];
    other.#begun = this.#begun;
    other.strays = this.strays;
    return other;
  }

  read(text: string): this {
    const all = this.#begun + text;
    this.#begun = '';
    for (const { groups = {}, index } of all.matchAll(tag)) {
      const { end, rawEnd, tagEnd, slash, name } = groups;
      if (!(end || rawEnd || tagEnd)) this.#begun = all.slice(index);
      else if (name !== undefined && !empty.test(name) && tagEnd !== '/>') this.#take(name, slash === '/');
    }
    return this;
  }

  #take(name: string, closes: boolean): void {
    if (!closes) this.#open.push(name);
    else if (this.#open.includes(name)) this.#open.length = this.#open.lastIndexOf(name);
    else this.strays++;
  }
}

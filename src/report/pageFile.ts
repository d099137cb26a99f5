// A page's HTML with what it asks for filled in: for the extension's webview, or as one file that needs nothing else.

import { t } from '@vscode/l10n';

/** What stands in `{{...}}` of a page's HTML; `state` only where the page is not told later. */
export interface PageValues {
  readonly nonce: string;
  /** Where style sheets may come from. */
  readonly source: string;
  readonly script: string;
  readonly style: string;
  /** What the page's script puts into the language of its reader. */
  readonly words?: string;
  readonly state?: string;
}

/** A value as an element of data holds it: no text of it ends the element. */
export function asData(value: object): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

/** Fills in the values, and puts what stands in `{{t:...}}` into words of the language. */
export function filledPage(html: string, values: PageValues): string {
  return html
    .replace(/\{\{t:([^}]*)\}\}/g, (_, text: string) => t(text.replace(/\s+/g, ' ')))
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name as keyof PageValues] ?? '');
}

/** The parts of a page as texts: HTML, the sheet of colours for a page alone, that of all pages, and the script. */
interface PageParts {
  readonly html: string;
  readonly alone: string;
  readonly css: string;
  readonly script: string;
}

/** Those of a page of the package, of which `read` gives a file by its path in it. */
export function partsOf(page: string, read: (...names: string[]) => string): PageParts {
  return {
    html: read('media', `${page}.html`),
    alone: read('media', 'alone.css'),
    css: read('media', 'page.css'),
    script: read('dist', 'webview', `${page}.js`),
  };
}

/** The page with its state, style and script in it, and the words that its script says. */
export function pageAlone(
  { html, alone, css, script }: PageParts,
  state: object,
  words: object = {},
): string {
  const data = (type: string, text: string): string =>
    `data:${type};base64,${Buffer.from(text).toString('base64')}`;
  return filledPage(html, {
    ...{ nonce: 'alone', source: 'data:' },
    script: data('text/javascript', script),
    style: data('text/css', `${css}\n${alone}`),
    state: asData(state),
    words: asData(words),
  });
}

// What the extension's pages are made of in the browser: elements found and added, heads of tables, and the line to the extension.

import { config } from '@vscode/l10n';
import { type Failure, type Framed, type Pair, ready, type RemedyMessage } from '../report/pages';

declare const acquireVsCodeApi: (() => { postMessage(message: unknown): void }) | undefined;

const words = document.getElementById('words')?.textContent.trim();
if (words) config({ contents: words });

/**
 * Shows each state that the extension sends, of which it asks for the first; returns what sends a message. A page that
 * stands alone shows the state that was written into it.
 */
export function connect<State, Message>(show: (state: State) => void): (message: Message) => void {
  if (typeof acquireVsCodeApi === 'undefined') {
    const given = document.getElementById('given')?.textContent ?? '';
    // Those who connect know what they send with only afterwards.
    queueMicrotask(() => show(JSON.parse(given) as State));
    return () => undefined;
  }
  const extension = acquireVsCodeApi();
  window.addEventListener('message', ({ data }: MessageEvent<State & Framed>) => {
    showFailure(data.failure, (message) => extension.postMessage(message));
    show(data);
  });
  extension.postMessage(ready);
  return (message) => extension.postMessage(message);
}

/** The card at the top; it is left alone while it says the same, for it is read aloud when it changes. */
function showFailure(failure: Failure | undefined, send: (message: RemedyMessage) => void): void {
  const card = element('failure', HTMLElement);
  const told = JSON.stringify(failure ?? '');
  if (card.dataset.told === told) return;
  card.dataset.told = told;
  card.hidden = failure === undefined;
  card.replaceChildren();
  if (!failure) return;
  add(card, 'h2', failure.title);
  add(card, 'p', failure.text);
  const actions = add(card, 'p', '', 'actions');
  for (const [i, { remedy, label }] of failure.remedies.entries()) {
    const button = add(actions, 'button', label, i === 0 ? '' : 'secondary');
    button.type = 'button';
    button.addEventListener('click', () => send({ remedy }));
  }
}

/** Throws an Error where the page has no such element. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} "${id}".`);
  return found;
}

export function add<Tag extends keyof HTMLElementTagNameMap>(
  parent: Element,
  tag: Tag,
  text = '',
  className = '',
): HTMLElementTagNameMap[Tag] {
  const added = document.createElement(tag);
  added.textContent = text;
  added.className = className;
  parent.append(added);
  return added;
}

/** Rows of a name and a value. */
export function fillPairs(id: string, pairs: readonly Pair[]): void {
  const table = element(id, HTMLTableElement);
  table.replaceChildren();
  const body = table.createTBody();
  for (const [name, value] of pairs) {
    const row = body.insertRow();
    addHeading(row, 'row', name);
    add(row, 'td', value);
  }
}

/** What names a column, a row, or a group of rows. */
export function addHeading(
  row: HTMLTableRowElement,
  scope: 'col' | 'row' | 'rowgroup',
  text: string,
  className = '',
): HTMLTableCellElement {
  const heading = add(row, 'th', text, className);
  heading.scope = scope;
  return heading;
}

/** Empties a table, and gives it a head of these columns, some of them of numbers. */
export function fillHead(
  table: HTMLTableElement,
  titles: readonly string[],
  numbers: readonly string[] = [],
): void {
  table.replaceChildren();
  const head = table.createTHead().insertRow();
  for (const title of titles) addHeading(head, 'col', title, numbers.includes(title) ? 'number' : '');
}

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
    keepFocus(() => {
      showFailure(data.failure, (message) => extension.postMessage(message));
      show(data);
    });
  });
  extension.postMessage(ready);
  return (message) => extension.postMessage(message);
}

/** Where a change takes the element away that has the focus, as a button that was pressed, its page goes on from the top. */
function keepFocus(change: () => void): void {
  const held = document.activeElement;
  change();
  const isHeld = held?.isConnected === true && held.checkVisibility();
  if (!held || held === document.body || isHeld) return;
  // What was taken away may have got a successor with the focus.
  if (document.activeElement !== document.body && document.activeElement !== held) return;
  const next = document.querySelector<HTMLElement>('#failure button') ?? document.querySelector('h1');
  if (next?.localName === 'h1') next.tabIndex = -1;
  next?.focus({ preventScroll: true });
}

/** The card at the top, which is read aloud when it changes. */
function showFailure(failure: Failure | undefined, send: (message: RemedyMessage) => void): void {
  const card = element('failure', HTMLElement);
  if (!isNew(card, failure)) return;
  card.hidden = failure === undefined;
  card.replaceChildren();
  if (failure) fillFailure(card, failure, send);
}

function fillFailure(card: HTMLElement, failure: Failure, send: (message: RemedyMessage) => void): void {
  add(card, 'h2', failure.title);
  add(card, 'p', failure.text);
  const actions = add(card, 'p', '', 'actions');
  for (const [i, { remedy, label }] of failure.remedies.entries()) {
    const button = add(actions, 'button', label, i === 0 ? '' : 'secondary');
    button.type = 'button';
    button.addEventListener('click', () => send({ remedy }));
  }
}

const told = new WeakMap<Element, string>();

/** Whether an element is to say something else than before: while it is not, what is selected in it stays, and the focus. */
export function isNew(of: Element, value: unknown): boolean {
  const text = JSON.stringify(value) ?? '';
  if (told.get(of) === text) return false;
  told.set(of, text);
  return true;
}

/** A text that is there already stays: put there anew, it would be read aloud again, and no more be selected. */
export function say(where: HTMLElement, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

/** SVG of the extension's own, in which names are escaped. */
export function fillChart(id: string, chart: string): void {
  const parent = element(id, HTMLDivElement);
  if (isNew(parent, chart)) parent.innerHTML = chart;
}

/** A row of a table's body; `make` fills it where no row says the same already. */
export interface KeptRow {
  readonly told: string;
  readonly make: (row: HTMLTableRowElement) => void;
}

/** Rows that say what they said stay as they are, and in their order. */
export function keepRows(body: HTMLTableSectionElement, rows: readonly KeptRow[]): void {
  const before = new Map([...body.rows].map((row) => [told.get(row), row]));
  const wanted = rows.map(({ told: text, make }) => {
    const kept = before.get(text);
    if (kept) return kept;
    const row = document.createElement('tr');
    told.set(row, text);
    make(row);
    return row;
  });
  for (const row of [...body.rows]) if (!wanted.includes(row)) row.remove();
  // A row that is moved would lose what is selected in it.
  for (const [i, row] of wanted.entries())
    if (body.rows[i] !== row) body.insertBefore(row, body.rows[i] ?? null);
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
  if (!isNew(table, pairs)) return;
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

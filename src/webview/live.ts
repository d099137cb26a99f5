// Fills the live view with each state that the extension sends, and asks for what is clicked.

import { t } from '@vscode/l10n';
import type { Detail, LiveMessage, LiveState, PlaceRow } from '../report/pages';
import { fillGroups } from './bars';
import { fillDetail } from './detail';
import { add, connect, element, fillChart, fillHead, isNew, keepRows, type KeptRow, say } from './elements';
import { Threshold } from './threshold';

const filter = element('filter', HTMLSelectElement);
let places: readonly PlaceRow[] = [];
let detail: Detail | undefined;

const send = connect<LiveState, LiveMessage>((state) => {
  say(element('engine', HTMLParagraphElement), state.engine);
  fillTiles(state);
  for (const name of ['writing', 'reading'] as const) {
    fillChart(name, state.charts[name]);
    element(`${name}-section`, HTMLElement).hidden = state.charts[name] === '';
  }
  fillGroups(element('groups', HTMLDivElement), state.groups);
  threshold.fill(state.sureness);
  ({ places, detail } = state);
  fillPlaces();
});
const threshold = new Threshold((confidence) => send({ kind: 'keep', confidence }));
filter.addEventListener('change', fillPlaces);

function fillTiles({ tiles }: LiveState): void {
  const list = element('tiles', HTMLDListElement);
  if (!isNew(list, tiles)) return;
  list.replaceChildren();
  for (const { name, value, note } of tiles) {
    const tile = add(list, 'div');
    add(tile, 'dt', name);
    add(tile, 'dd', value, 'value');
    add(tile, 'dd', note);
  }
}

const titles = (): string[] => [t`Time`, t`Place`, t`What became of it`, t`Text`, t`Requests`, t`Waited`];

function fillPlaces(): void {
  const shown = places.filter(({ kind }) => filter.value === '' || kind === filter.value);
  say(
    element('none', HTMLParagraphElement),
    places.length === 0
      ? t`Nothing yet. Type in a file, and each line where you do appears here.`
      : shown.length === 0
        ? t`No place is of this kind.`
        : '',
  );
  const table = element('places', HTMLTableElement);
  // What is being looked at stays where it is.
  const { key: focused } = (document.activeElement as HTMLElement | null)?.dataset ?? {};
  const isOpen = table.querySelector('details')?.open;
  if (shown.length === 0) return table.replaceChildren();
  if (!table.tHead) fillHead(table, titles(), [t`Requests`, t`Waited`]);
  keepRows(
    table.tBodies[0] ?? table.createTBody(),
    shown.flatMap((place) => rowsOf(place, isOpen)),
  );
  if (document.activeElement === document.body && focused !== undefined)
    table.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

/** That of a place, and below it what is looked into there. */
function rowsOf(place: PlaceRow, isOpen: boolean | undefined): KeptRow[] {
  const looked = detail?.where === place.where ? detail : undefined;
  const own = {
    told: JSON.stringify([place, looked !== undefined]),
    make: (row: HTMLTableRowElement) => fillPlace(row, place),
  };
  if (!looked) return [own];
  return [own, { told: JSON.stringify(looked), make: (row) => fillLooked(row, looked, isOpen) }];
}

function fillPlace(row: HTMLTableRowElement, place: PlaceRow): void {
  const { time, where, kind, result, text, requests, waited } = place;
  add(row, 'td', time, 'time');
  const link = add(add(row, 'td', '', 'place'), 'button', where, 'link');
  link.type = 'button';
  link.dataset.key = `open ${where}`;
  link.addEventListener('click', () => send({ kind: 'open', where }));
  const isLooked = detail?.where === where;
  const look = add(add(row, 'td', '', `result ${kind}`), 'button', result, 'look');
  look.type = 'button';
  look.title = t`Why, with which prompt, and how likely each token was`;
  look.ariaExpanded = String(isLooked);
  look.dataset.key = `look ${where}`;
  look.addEventListener('click', () => send(isLooked ? { kind: 'close' } : { kind: 'look', where }));
  add(row, 'td', text.trimStart(), 'code');
  add(row, 'td', String(requests), 'number').dataset.title = t`Requests`;
  add(row, 'td', waited, 'number').dataset.title = t`Waited`;
}

function fillLooked(row: HTMLTableRowElement, looked: Detail, isOpen = false): void {
  row.className = 'looked';
  const cell = add(row, 'td');
  cell.colSpan = titles().length;
  fillDetail(cell, looked, isOpen, send);
}

// Fills the live view with each state that the extension sends, and asks for the places that are clicked.

import type { LiveState, PlaceRow } from '../report/pages';
import { fillGroups } from './bars';
import { add, connect, element, fillHead } from './elements';

const filter = element('filter', HTMLSelectElement);
let places: readonly PlaceRow[] = [];

const open = connect<LiveState, string>((state) => {
  element('engine', HTMLParagraphElement).textContent = state.engine;
  fillTiles(state);
  for (const name of ['writing', 'reading'] as const) {
    // The extension's own text, in which names are escaped.
    element(name, HTMLDivElement).innerHTML = state.charts[name];
    element(`${name}-section`, HTMLElement).hidden = state.charts[name] === '';
  }
  fillGroups(element('groups', HTMLDivElement), state.groups);
  places = state.places;
  fillPlaces();
});
filter.addEventListener('change', fillPlaces);

function fillTiles({ tiles }: LiveState): void {
  const list = element('tiles', HTMLDListElement);
  list.replaceChildren();
  for (const { name, value, note } of tiles) {
    const tile = add(list, 'div');
    add(tile, 'dt', name);
    add(tile, 'dd', value, 'value');
    add(tile, 'dd', note);
  }
}

function fillPlaces(): void {
  const shown = places.filter(({ kind }) => filter.value === '' || kind === filter.value);
  element('none', HTMLParagraphElement).textContent =
    places.length === 0
      ? 'Nothing yet. Type in a file, and each line where you do appears here.'
      : shown.length === 0
        ? 'No place is of this kind.'
        : '';
  const table = element('places', HTMLTableElement);
  // What is being looked at stays where it is.
  const focused = document.activeElement?.textContent;
  if (shown.length === 0) return table.replaceChildren();
  fillHead(table, ['Time', 'Place', 'What became of it', 'Text', 'Keys', 'Waited'], ['Keys', 'Waited']);
  const body = table.createTBody();
  for (const { time, where, kind, result, text, keys, waited } of shown) {
    const row = body.insertRow();
    add(row, 'td', time, 'time');
    const link = add(add(row, 'td', '', 'place'), 'button', where, 'link');
    link.type = 'button';
    link.addEventListener('click', () => open(where));
    add(row, 'td', result, `result ${kind}`);
    add(row, 'td', text.trimStart(), 'code');
    add(row, 'td', String(keys), 'number').dataset.title = 'Keys';
    add(row, 'td', waited, 'number').dataset.title = 'Waited';
    if (where === focused) link.focus();
  }
}

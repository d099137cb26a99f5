// Fills the diagnostics page with each state that the extension sends, and sends what its buttons ask for.

import type { DiagnosticsMessage, DiagnosticsState, EntryRow, LevelRow } from '../report/pages';
import { add, addHeading, connect, element, fillHead } from './elements';

type Column<Row> = readonly [title: string, value: (row: Row) => string, className?: string];

const levelColumns: readonly Column<LevelRow>[] = [
  ['Kernel', ({ name }) => name],
  ['', ({ state }) => state],
  ['Self-test', ({ selftest }) => selftest],
];

const entryColumns: readonly Column<EntryRow>[] = [
  ['Time', ({ time }) => time, 'time'],
  ['Where', ({ where }) => where],
  ['Trigger', ({ trigger }) => trigger],
  ['Result', ({ result }) => result],
  ['Outcome', ({ outcome }) => outcome],
  ['Waited', ({ waited }) => waited, 'number'],
  ['Text', ({ text }) => text, 'code'],
  ['Computed', ({ answer }) => answer],
];

const send = connect<DiagnosticsState, DiagnosticsMessage>(({ state, model, examined, levels, entries }) => {
  element('state', HTMLParagraphElement).textContent = `Engine: ${state}`;
  fillPairs('model', model);
  fillPairs('examined', examined);
  fillRows('levels', levelColumns, levels, ({ active }) => active);
  fillRows('entries', entryColumns, entries);
});

for (const message of ['examine', 'erase', 'copy'] as const)
  element(message, HTMLButtonElement).addEventListener('click', () => send(message));

function fillPairs(id: string, pairs: DiagnosticsState['model']): void {
  const table = element(id, HTMLTableElement);
  table.replaceChildren();
  const body = table.createTBody();
  for (const [name, value] of pairs) {
    const row = body.insertRow();
    addHeading(row, 'row', name);
    add(row, 'td', value);
  }
}

function fillRows<Row>(
  id: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  isActive = (_: Row): boolean => false,
): void {
  const table = element(id, HTMLTableElement);
  if (rows.length === 0) return table.replaceChildren();
  fillHead(
    table,
    columns.map(([title]) => title),
  );
  const body = table.createTBody();
  for (const data of rows) {
    const row = body.insertRow();
    if (isActive(data)) row.className = 'active';
    for (const [, value, className] of columns) add(row, 'td', value(data), className);
  }
}

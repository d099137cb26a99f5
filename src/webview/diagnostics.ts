// Fills the diagnostics page with each state that the extension sends, and sends what its buttons ask for.

import { t } from '@vscode/l10n';
import type { DiagnosticsMessage, DiagnosticsState, EntryRow } from '../report/pages';
import { fillGroups } from './bars';
import { add, connect, element, fillChart, fillHead, fillPairs, isNew, say } from './elements';

const send = connect<DiagnosticsState, DiagnosticsMessage>((state) => {
  say(element('state', HTMLParagraphElement), state.state);
  fillFindings(state.findings);
  fillGroups(element('groups', HTMLDivElement), state.groups);
  fillRoofline(state.roofline);
  fillPairs('model', state.model);
  fillPairs('machine', state.machine);
  element('machine-section', HTMLElement).hidden = state.machine.length === 0;
  fillEntries(state.entries);
});

for (const message of ['examine', 'erase', 'copy'] as const)
  element(message, HTMLButtonElement).addEventListener('click', () => send(message));

function fillRoofline(figure: DiagnosticsState['roofline']): void {
  element('roofline-section', HTMLElement).hidden = !figure;
  say(element('roofline-title', HTMLHeadingElement), figure?.title ?? '');
  say(element('roofline-note', HTMLParagraphElement), figure?.note ?? '');
  fillChart('roofline', figure?.chart ?? '');
}

function fillFindings(findings: DiagnosticsState['findings']): void {
  const list = element('findings', HTMLUListElement);
  if (!isNew(list, findings)) return;
  list.replaceChildren();
  for (const { kind, text } of findings) {
    const item = add(list, 'li');
    add(item, 'strong', `${kind}: `);
    item.append(text);
  }
  list.hidden = findings.length === 0;
}

function fillEntries(entries: readonly EntryRow[]): void {
  const table = element('entries', HTMLTableElement);
  if (!isNew(table, entries)) return;
  element('none', HTMLParagraphElement).hidden = entries.length > 0;
  if (entries.length === 0) return table.replaceChildren();
  const waitedTitle = t`Waited`;
  fillHead(table, [t`Time`, t`Place`, t`What became of it`, t`Text`, waitedTitle], [waitedTitle]);
  const body = table.createTBody();
  for (const { time, where, result, details, text, waited } of entries) {
    const row = body.insertRow();
    add(row, 'td', time, 'time');
    add(row, 'td', where, 'place');
    const cell = add(row, 'td', result);
    if (details !== '') add(cell, 'div', details, 'details');
    add(row, 'td', text, 'code');
    add(row, 'td', waited, 'number').dataset.title = waitedTitle;
  }
}

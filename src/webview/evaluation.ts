// Fills the evaluation page with each state that the extension sends, and asks for the places that are clicked.

import { t } from '@vscode/l10n';
import { type Difference, differenceOf } from '../report/difference';
import type { EvaluationState, Place } from '../report/pages';
import { add, addHeading, connect, element, fillChart, fillHead, isNew, say } from './elements';

const open = connect<EvaluationState, Place>((state) => {
  fillVerdicts(state.verdicts);
  say(element('warning', HTMLParagraphElement), state.warning ?? '');
  fillFigures(state);
  fillChart('curve', state.chart);
  fillHoles(state);
});

function fillVerdicts(all: readonly string[]): void {
  const verdicts = element('verdicts', HTMLDivElement);
  if (!isNew(verdicts, all)) return;
  verdicts.replaceChildren();
  for (const verdict of all) add(verdicts, 'p', verdict, 'verdict');
}

function fillFigures({ models, sections }: EvaluationState): void {
  const table = element('figures', HTMLTableElement);
  if (!isNew(table, [models, sections])) return;
  table.replaceChildren();
  const head = table.createTHead().insertRow();
  addHeading(head, 'row', t`Model`);
  for (const [i, model] of models.entries()) addHeading(head, 'col', model, `model series${i}`);
  for (const { title, rows } of sections) {
    const body = table.createTBody();
    addHeading(body.insertRow(), 'rowgroup', title, 'section').colSpan = models.length + 1;
    for (const { name, values } of rows) {
      const row = body.insertRow();
      addHeading(row, 'row', name);
      for (const value of values) add(row, 'td', value);
    }
  }
}

function fillHoles({ models, holes }: EvaluationState): void {
  const table = element('holes', HTMLTableElement);
  if (!isNew(table, [models, holes])) return;
  fillHead(table, [t`Place`, t`Kind`, t`What stood there`, ...models.map((model) => t`${model} wrote`)]);
  const body = table.createTBody();
  for (const { path, line, column, kind, expected, given } of holes) {
    const row = body.insertRow();
    const link = add(add(row, 'td', '', 'place'), 'button', `${path}:${line}`, 'link');
    link.type = 'button';
    link.addEventListener('click', () => open({ path, line, column }));
    add(row, 'td', kind, 'word');
    add(row, 'td', fromItsLine(expected), 'code');
    for (const [i, answer] of given.entries()) {
      const cell = add(row, 'td', '', 'code');
      if (!answer) continue;
      if (models.length > 1) cell.dataset.title = models[i];
      const difference = differenceOf(fromItsLine(expected), fromItsLine(answer.text));
      fillDifference(add(cell, 'div', '', 'difference'), difference);
      add(cell, 'div', answer.verdict, answer.exact ? 'fate right' : 'fate');
    }
  }
}

function fillDifference(parent: HTMLElement, { head, missing, added, tail }: Difference): void {
  parent.append(head);
  if (missing !== '') add(parent, 'del', missing);
  if (added !== '') add(parent, 'ins', added);
  parent.append(tail);
}

/** A body begins on the line below its opener: an empty line would only move it away from its place. */
function fromItsLine(text: string): string {
  return text.replace(/^\r?\n/, '');
}

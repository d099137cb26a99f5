// Fills the diagnostics page with each snapshot that the extension sends; asks for the first one by itself.
(function () {
  const vscode = acquireVsCodeApi();
  const element = (id) => document.getElementById(id);

  function cell(row, tag, text, className) {
    const added = document.createElement(tag);
    added.textContent = text;
    if (className) added.className = className;
    if (tag === 'th') added.scope = row.parentElement.tagName === 'THEAD' ? 'col' : 'row';
    row.append(added);
  }

  function fillPairs(table, pairs) {
    table.replaceChildren();
    const body = table.createTBody();
    for (const [name, value] of pairs) {
      const row = body.insertRow();
      cell(row, 'th', name);
      cell(row, 'td', value);
    }
  }

  /** `columns` are triples: title, what to take of a row, class of its cells. */
  function fillRows(table, columns, rows) {
    table.replaceChildren();
    if (rows.length === 0) return;
    const head = table.createTHead().insertRow();
    for (const [title] of columns) cell(head, 'th', title);
    const body = table.createTBody();
    for (const data of rows) {
      const row = body.insertRow();
      if (data.active) row.className = 'active';
      for (const [, key, className] of columns) cell(row, 'td', data[key], className);
    }
  }

  window.addEventListener('message', ({ data }) => {
    element('state').textContent = `Engine: ${data.state}`;
    fillPairs(element('model'), data.model);
    fillPairs(element('examined'), data.examined);
    fillRows(
      element('levels'),
      [
        ['Kernel', 'name'],
        ['', 'state'],
        ['Self-test', 'selftest'],
      ],
      data.levels,
    );
    fillRows(
      element('entries'),
      [
        ['Time', 'time', 'time'],
        ['Where', 'where'],
        ['Trigger', 'trigger'],
        ['Outcome', 'outcome'],
        ['Became', 'fate'],
        ['Waited', 'waited', 'number'],
        ['Text', 'text', 'code'],
        ['Computed', 'answer'],
      ],
      data.entries,
    );
  });
  element('examine').addEventListener('click', () => vscode.postMessage('examine'));
  element('erase').addEventListener('click', () => vscode.postMessage('erase'));
  element('copy').addEventListener('click', () => vscode.postMessage('copy'));
  vscode.postMessage('ready');
})();

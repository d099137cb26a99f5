// Fills the evaluation page with each report that the extension sends; asks for the first one by itself.
(function () {
  const vscode = acquireVsCodeApi();
  const element = (id) => document.getElementById(id);

  function add(parent, tag, text, className) {
    const added = document.createElement(tag);
    if (text !== undefined) added.textContent = text;
    if (className) added.className = className;
    parent.append(added);
    return added;
  }

  function fillFigures(table, { models, sections }) {
    table.replaceChildren();
    const head = table.createTHead().insertRow();
    add(head, 'th', 'Model').scope = 'row';
    models.forEach((model, i) => (add(head, 'th', model, `model model-${i}`).scope = 'col'));
    for (const { title, rows } of sections) {
      const body = table.createTBody();
      const heading = add(body.insertRow(), 'th', title, 'section');
      heading.colSpan = models.length + 1;
      heading.scope = 'rowgroup';
      for (const { name, values } of rows) {
        const row = body.insertRow();
        add(row, 'th', name).scope = 'row';
        for (const value of values) add(row, 'td', value);
      }
    }
  }

  const svgName = 'http://www.w3.org/2000/svg';
  const size = { width: 460, height: 260, left: 46, bottom: 30, top: 10, right: 24 };
  const x = (rate) => size.left + rate * (size.width - size.left - size.right);
  const y = (rate) => size.top + (1 - rate) * (size.height - size.top - size.bottom);

  function draw(parent, tag, attributes, text) {
    const added = document.createElementNS(svgName, tag);
    for (const [name, value] of Object.entries(attributes)) added.setAttribute(name, value);
    if (text !== undefined) added.textContent = text;
    parent.append(added);
    return added;
  }

  const percent = (rate) => `${Math.round(rate * 100)} %`;

  function drawCurves(place, curves) {
    place.replaceChildren();
    const label = curves
      .filter(({ now }) => now)
      .map(({ model, now }) => `${model}: ${percent(now[1])} exact of ${percent(now[0])} shown`)
      .join('; ');
    const svg = draw(place, 'svg', {
      viewBox: `0 0 ${size.width} ${size.height}`,
      role: 'img',
      'aria-label': label || 'Nothing is shown at the confidence that is set',
    });
    for (const rate of [0, 0.25, 0.5, 0.75, 1]) {
      draw(svg, 'line', { class: 'grid', x1: x(0), x2: x(1), y1: y(rate), y2: y(rate) });
      draw(svg, 'text', { x: x(0) - 6, y: y(rate) + 4, 'text-anchor': 'end' }, percent(rate));
      draw(svg, 'text', { x: x(rate), y: y(0) + 18, 'text-anchor': 'middle' }, percent(rate));
    }
    curves.forEach(({ model, points, now }, i) => {
      const line = points.map(([shown, precision]) => `${x(shown)},${y(precision)}`).join(' ');
      draw(svg, 'polyline', { class: `curve model-${i}`, points: line });
      if (!now) return;
      const dot = draw(svg, 'circle', { class: `model-${i}`, cx: x(now[0]), cy: y(now[1]), r: 5 });
      draw(dot, 'title', {}, `${model}: ${percent(now[1])} exact of ${percent(now[0])} shown`);
    });
  }

  function fillHoles(table, { models, holes }) {
    table.replaceChildren();
    const head = table.createTHead().insertRow();
    for (const title of ['Place', 'Kind', 'What stood there', ...models])
      add(head, 'th', title).scope = 'col';
    const body = table.createTBody();
    for (const { path, line, column, kind, expected, given } of holes) {
      const row = body.insertRow();
      const open = add(add(row, 'td'), 'button', `${path}:${line}`, 'link');
      open.type = 'button';
      open.addEventListener('click', () => vscode.postMessage({ path, line, column }));
      add(row, 'td', kind);
      add(row, 'td', expected, 'code');
      for (const answer of given) {
        const cell = add(row, 'td', undefined, 'code');
        if (!answer) continue;
        add(cell, 'div', answer.text);
        add(cell, 'div', answer.verdict, answer.exact ? 'verdict exact' : 'verdict');
      }
    }
  }

  window.addEventListener('message', ({ data }) => {
    element('warning').textContent = data.warning ?? '';
    fillFigures(element('figures'), data);
    drawCurves(element('curve'), data.curves);
    fillHoles(element('holes'), data);
  });
  vscode.postMessage('ready');
})();

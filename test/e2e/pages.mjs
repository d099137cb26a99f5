// `node test/e2e/pages.mjs`: every page of the extension in Chromium, as built, in VS Code's four themes and at all widths: what is said is there, nothing is cut off, and axe-core finds nothing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { program, root } from '../../scripts/steps.mjs';
import { openBrowser, pictures } from './page.mjs';
import { checklist, expect, tally } from './tally.mjs';
import { recordedThemes, themes } from './themes.mjs';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const { benchmarkAlone, filled, languages, pageStates: statesIn, reported } = require(
  path.join(root, 'out', 'test', 'e2e', 'pageStates.js'),
);
const pageStates = statesIn('en');

const widths = [300, 400, 1280, 2000];
/** Of these, those that axe-core looks at and pictures are taken of. */
const seen = [300, 1280];
const nonce = 'nonceOfTheTest';

/** VS Code's themes, and the darker high contrast one where the system paints over it as well. */
const looks = {
  ...Object.fromEntries(
    Object.entries(themes).map(([theme, { colorScheme }]) => [
      theme,
      { theme, colorScheme, forcedColors: 'none' },
    ]),
  ),
  forced: { theme: 'contrast', colorScheme: 'dark', forcedColors: 'active' },
};

/** What VS Code gives to each page besides: variables, and a style as far as it touches sizes and colours. */
function editorStyle({ variables }) {
  const values = Object.entries(variables).map(([name, value]) => `${name}:${value};`);
  return `:root{${values.join('')}background:var(--vscode-editor-background)}
body{margin:0;padding:0 20px;color:var(--vscode-editor-foreground)}`;
}

/** Serves THEME/PAGE.html as the extension fills it, and what that asks for. */
async function servePages() {
  const recorded = recordedThemes();
  const files = {
    '.js': { folder: path.join('dist', 'webview'), type: 'text/javascript' },
    '.css': { folder: 'media', type: 'text/css' },
    '.html': { folder: 'media', type: 'text/html' },
  };
  const server = createServer((request, response) => {
    const [, theme, name, language = 'en'] = request.url.split(/[/?]/);
    const { folder, type } = files[path.extname(name ?? '')] ?? {};
    if (!folder) return response.writeHead(204).end();
    let text = readFileSync(path.join(root, folder, name), 'utf8');
    const values = { nonce, source: "'self'", script: name.replace('.html', '.js'), style: 'page.css' };
    if (type === 'text/css') text = `${editorStyle(recorded[theme])}\n${text}`;
    if (type === 'text/html')
      text = filled(text, values, language).replace('<body>', `<body class="${recorded[theme].classes}">`);
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** Every text in a state that people are to see: its strings, and those in its charts. */
function textsOf(state) {
  if (typeof state === 'string') {
    if (!state.startsWith('<svg')) return [state];
    return [...state.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) =>
      text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)),
    );
  }
  return Object.entries(state ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' || typeof value === 'boolean' || forTheScript.has(name) ? [] : textsOf(value),
  );
}

const plain = (text) => text.replace(/\s+/g, ' ').trim();

/** What a state holds for the page's script alone: how a bar looks, the kinds that rows are filtered by, and what buttons send. */
const forTheScript = new Set(['look', 'kind', 'remedy']);

/** Runs in the page: what hangs over an edge, is cut off, lies over another text, or is too small to be read. */
function faultsOfLayout() {
  const faults = [];
  const width = document.documentElement.clientWidth;
  const named = (element) =>
    `<${element.localName} class="${element.getAttribute('class') ?? ''}"> ${element.textContent.trim().slice(0, 40)}`;
  if (document.documentElement.scrollWidth > width)
    faults.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  for (const element of document.querySelectorAll('body *')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (element.childElementCount === 0 && (box.right > width + 0.5 || box.left < -0.5))
      faults.push(`over the edge: ${named(element)}`);
    const { overflowX, fontSize } = getComputedStyle(element);
    if (overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
      faults.push(`cut off or scrolled: ${named(element)}`);
    const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    const scale = element instanceof SVGElement ? (element.getScreenCTM()?.a ?? 1) : 1;
    if (isText && parseFloat(fontSize) * scale < 8.5) faults.push(`too small: ${named(element)}`);
  }
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll('text')].map((text) => [text, text.getBoundingClientRect()]);
    for (const [i, [text, box]] of boxes.entries()) {
      if (
        box.left < frame.left - 1 ||
        box.right > frame.right + 1 ||
        box.bottom > frame.bottom + 1 ||
        box.top < frame.top - 1
      )
        faults.push(`cut off: ${named(text)}`);
      const over = boxes
        .slice(i + 1)
        .find(
          ([, other]) =>
            box.left < other.right - 1 &&
            other.left < box.right - 1 &&
            box.top < other.bottom - 2 &&
            other.top < box.bottom - 2,
        );
      if (over) faults.push(`${named(text)} lies over ${named(over[0])}`);
    }
  }
  return [...new Set(faults)];
}

/** Everything that is read in the page, as it stands there, without what a difference marks as missing. */
const textOf = (page) =>
  page.evaluate(() => {
    const body = document.body.cloneNode(true);
    for (const missing of body.querySelectorAll('del')) missing.remove();
    return body.textContent;
  });

async function axeFaults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${plain(failureSummary)}`),
  );
}

/** Opens a page in one look, gives it each of its states, and looks at it at all widths. */
async function lookAt(page, { name, states, look, address, check }) {
  const { theme, ...media } = looks[look];
  await page.emulateMedia({ ...media, reducedMotion: 'reduce' });
  await page.goto(`${address}/${theme}/${name}.html`);
  for (const [stateName, state] of Object.entries(states))
    await check(`${name}, ${stateName}, ${look}`, async () => {
      await give(page, state);
      const changed = await changedBy(page, () => give(page, state));
      expect(changed.length === 0, `the same state again changes ${changed.join(', ')}`);
      await lookAtState(page, state, `${name}-${stateName}-${look}`, look !== 'forced');
    });
}

/** That the page says all of the state, at all widths, with nothing cut off and no fault that axe-core finds. */
async function lookAtState(page, state, title, withAxe) {
  const text = plain(await textOf(page));
  const unsaid = textsOf(state).filter((wanted) => !text.includes(plain(wanted)));
  const faults = unsaid.map((wanted) => `it does not say "${wanted}"`);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    faults.push(...(await page.evaluate(faultsOfLayout)).map((fault) => `${width} px: ${fault}`));
    if (!seen.includes(width)) continue;
    if (withAxe) faults.push(...(await axeFaults(page)).map((fault) => `${width} px: ${fault}`));
    const file = path.join(pictures, 'pages', `${title}-${width}.png`);
    await page.screenshot({ path: file, fullPage: true });
  }
  expect(faults.length === 0, `\n    ${[...new Set(faults)].join('\n    ')}`);
}

/** The benchmark as one file, which a browser opens from the disk. */
async function lookAtFile(page, check) {
  const file = path.join(pictures, 'pages', 'benchmark.html');
  writeFileSync(file, benchmarkAlone());
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, forcedColors: 'none', reducedMotion: 'reduce' });
    await check(`benchmark as a file, ${colorScheme}`, async () => {
      await page.goto(pathToFileURL(file).href);
      await page.locator('ul.bars').first().waitFor();
      const buttons = await page.locator('button:visible').count();
      expect(buttons === 0, `${buttons} buttons ask for what nobody hears`);
      const { advice, ...state } = pageStates.benchmark.usual;
      await lookAtState(page, { ...state, advice: advice?.text }, `benchmark-alone-${colorScheme}`, true);
    });
  }
}

/** Gives a page a state, as the extension does. */
async function give(page, state) {
  await page.evaluate((message) => window.postMessage(message, '*'), state);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 0)));
}

/** Where a page's elements and texts are changed meanwhile, of which a screen reader may tell. */
async function changedBy(page, work) {
  await page.evaluate(() => {
    window.changed = [];
    window.observer = new window.MutationObserver((records) => window.changed.push(...records));
    window.observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await work();
  return page.evaluate(() => {
    window.observer.disconnect();
    return window.changed.map(({ target: { localName, id } }) => `<${localName} id="${id}">`);
  });
}

/** That the page has sent this message last. */
async function expectSent(page, wanted) {
  const sent = JSON.stringify(await page.evaluate(() => window.sent.at(-1)));
  expect(sent === JSON.stringify(wanted), `it sent ${sent}, not ${JSON.stringify(wanted)}`);
}

/** What can be done in the live view, by mouse and by keyboard, while states go on coming. */
async function useLiveView(page, address, check) {
  const { usual, refused } = pageStates.live;
  const { where } = usual.detail;
  await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'none', reducedMotion: 'reduce' });
  for (const width of [300, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${address}/dark/live.html`);
    await give(page, usual);
    const slider = page.getByRole('slider');
    const value = async () => Number(await slider.inputValue());
    await check(`the confidence is chosen by keyboard, ${width} px`, async () => {
      const start = await value();
      expect(start === Math.round(usual.sureness.threshold * 100), `it starts at ${start}`);
      await slider.focus();
      for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowRight']) await page.keyboard.press(key);
      expect((await value()) === start - 1, `it is at ${await value()}`);
      await give(page, usual);
      expect((await value()) === start - 1, 'another state takes it back');
      const says = await slider.getAttribute('aria-valuetext');
      const { answers } = usual.sureness;
      const sure = answers.filter(({ confidence }) => confidence >= (start - 1) / 100).length;
      const wanted = `From ${start - 1} % on, ${sure} of ${answers.length} answers would be shown.`;
      expect(says.startsWith(wanted), says);
      await page.getByRole('button', { name: `Keep ${start - 1} %` }).press('Enter');
      await expectSent(page, { kind: 'keep', confidence: (start - 1) / 100 });
    });
    await check(`the confidence is dragged, its line with it, ${width} px`, async () => {
      await slider.scrollIntoViewIfNeeded();
      const box = await page.locator('#columns').boundingBox();
      const track = await slider.boundingBox();
      const y = track.y + track.height / 2;
      await page.mouse.move(box.x + ((await value()) / 100) * box.width, y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.3, y, { steps: 5 });
      await page.mouse.up();
      expect(Math.abs((await value()) - 30) <= 1, `it is at ${await value()}`);
      const line = await page.locator('#line').boundingBox();
      expect(Math.abs(line.x - (box.x + box.width * 0.3)) < 4, 'the line is elsewhere');
    });
    await check(`what became of a line unfolds, and stays under who reads it, ${width} px`, async () => {
      await page.locator('button.look').first().press('Enter');
      await expectSent(page, { kind: 'look', where: usual.places[0].where });
      await page.locator('summary').press('Enter');
      await give(page, usual);
      expect(await page.locator('pre').isVisible(), 'the prompt is folded again');
      const focused = await page.evaluate(() => document.activeElement?.localName);
      expect(focused === 'summary', `the focus is on ${focused}`);
      await page.getByRole('button', { name: 'Copy for a report' }).click();
      await expectSent(page, { kind: 'copy', where });
      await page.getByRole('button', { name: usual.detail.change.label }).click();
      await expectSent(page, { kind: 'setting', name: 'eagerness' });
      await page.locator('button.look[aria-expanded="true"]').click();
      await expectSent(page, { kind: 'close' });
      await page.getByRole('button', { name: usual.places[1].where, exact: true }).click();
      await expectSent(page, { kind: 'open', where: usual.places[1].where });
    });
    await check(`a failure is mended from the card, which goes when it is, ${width} px`, async () => {
      await give(page, refused);
      for (const { remedy, label } of refused.failure.remedies) {
        await page.getByRole('button', { name: label }).click();
        await expectSent(page, { remedy });
      }
      await give(page, usual);
      expect(await page.locator('#failure').isHidden(), 'it stays');
      await expectFocus(page, 'H1');
    });
    await check(`what is selected in a prompt stays while states come, ${width} px`, async () => {
      await give(page, usual);
      await page.locator('details').evaluate((details) => (details.open = true));
      await page.locator('pre').evaluate((pre) => window.getSelection().selectAllChildren(pre));
      const selected = () => page.evaluate(() => String(window.getSelection()));
      const before = await selected();
      expect(before.includes('total'), `"${before}" is selected`);
      const [first, ...others] = usual.places;
      const newer = { ...first, where: 'src/new.ts:1', requests: 1 };
      await give(page, { ...usual, engine: 'changed', places: [newer, first, ...others.slice(0, -1)] });
      expect(
        (await page.getByRole('button', { name: newer.where, exact: true }).count()) === 1,
        'no new row',
      );
      expect((await selected()) === before, `"${await selected()}" is left of it`);
    });
  }
}

/** That the focus is on an element of that name: the body has it where it was lost. */
async function expectFocus(page, wanted) {
  const focused = await page.evaluate(() => document.activeElement?.tagName);
  expect(focused === wanted, `the focus is on ${focused}`);
}

/** States come while somebody goes through the places: what is as it was stays. */
async function useEvaluation(page, address, check) {
  const { usual } = pageStates.evaluation;
  await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'none', reducedMotion: 'reduce' });
  await page.goto(`${address}/dark/evaluation.html`);
  await check('a place keeps the focus while states come', async () => {
    await give(page, usual);
    await page.locator('#holes button').nth(1).focus();
    await give(page, { ...usual, warning: 'changed' });
    expect((await page.locator('#warning').innerText()) === 'changed', 'nothing has changed');
    await expectFocus(page, 'BUTTON');
  });
}

/** A button that cannot be used for a while keeps the focus, and sends nothing meanwhile. */
async function useBenchmark(page, address, check) {
  const { usual, worst } = pageStates.benchmark;
  await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'none', reducedMotion: 'reduce' });
  await page.goto(`${address}/dark/benchmark.html`);
  await check('a button that was pressed keeps the focus while it works', async () => {
    await give(page, usual);
    await page.locator('#run').click();
    await expectSent(page, 'run');
    const sent = await page.evaluate(() => window.sent.length);
    await give(page, worst);
    await expectFocus(page, 'BUTTON');
    await page.keyboard.press('Enter');
    expect((await page.evaluate(() => window.sent.length)) === sent, 'it sends while it works');
    await give(page, usual);
    await page.keyboard.press('Enter');
    expect((await page.evaluate(() => window.sent.length)) === sent + 1, 'it sends nothing afterwards');
  });
  for (const [theme, { colorScheme }] of Object.entries(themes))
    await check(`the progress is seen for what it is, ${theme}`, async () => {
      await page.emulateMedia({ colorScheme, forcedColors: 'none', reducedMotion: 'reduce' });
      await page.goto(`${address}/${theme}/benchmark.html`);
      await give(page, worst);
      const bar = page.locator('#done');
      const picture = await bar.screenshot({ path: path.join(pictures, 'pages', `progress-${theme}.png`) });
      const [done, open] = await page.evaluate(coloursOf, picture.toString('base64'));
      expect(contrast(done, open) > 2, `${done} lies beside ${open}`);
    });
}

/** Runs in the page: the colours of a picture at a tenth and at nine tenths of its width. */
async function coloursOf(picture) {
  const bytes = Uint8Array.from(window.atob(picture), (character) => character.charCodeAt(0));
  const image = await window.createImageBitmap(new window.Blob([bytes]));
  const context = Object.assign(document.createElement('canvas'), {
    width: image.width,
    height: image.height,
  }).getContext('2d');
  context.drawImage(image, 0, 0);
  return [0.1, 0.9].map((share) => [
    ...context.getImageData(Math.floor(image.width * share), image.height >> 1, 1, 1).data.slice(0, 3),
  ]);
}

/** Of two colours, as WCAG has it. */
function contrast(one, other) {
  const light = (colour) => {
    const [red, green, blue] = colour.map((part) => (part / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const [a, b] = [light(one), light(other)];
  return Math.max(a, b) / Math.min(a, b);
}

/** Runs in the page: what people read there, or hear. */
function wordsOf() {
  const spoken = [...document.querySelectorAll('[aria-label], [title], [aria-valuetext], [data-title]')];
  const attributes = ['aria-label', 'title', 'aria-valuetext', 'data-title'];
  return [
    document.title,
    ...[...document.querySelectorAll('body *')]
      // A difference may begin and end within a word of the code.
      .filter((each) => !each.closest('script, style, .difference'))
      .flatMap(({ childNodes }) => [...childNodes].filter(({ nodeType }) => nodeType === 3))
      .map(({ data }) => data),
    ...spoken.flatMap((element) => attributes.map((name) => element.getAttribute(name) ?? '')),
  ];
}

/** In other languages nothing is cut off, and nothing is left in English. */
async function lookAtLanguages(page, address, check) {
  await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'none', reducedMotion: 'reduce' });
  const known = new Set(reported.match(/[A-Za-z]+/g));
  for (const language of Object.keys(languages).filter((each) => each !== 'en')) {
    const all = statesIn(language);
    for (const [name, states] of Object.entries(all)) {
      await page.goto(`${address}/dark/${name}.html?${language}`);
      for (const [stateName, state] of Object.entries(states))
        await check(`${name}, ${stateName}, ${language}`, async () => {
          await give(page, state);
          await lookAtState(page, state, `${name}-${stateName}-${language}`, false);
          if (language !== 'pseudo') return;
          let text = (await page.evaluate(wordsOf)).join(' | ');
          for (let before = ''; before !== text;) [before, text] = [text, text.replace(/⟦[^⟦⟧]*⟧/g, ' ')];
          const left = (text.match(/[A-Za-z]{3,}/g) ?? []).filter((word) => !known.has(word));
          expect(left.length === 0, `it says in English: ${[...new Set(left)].join(', ')}`);
        });
    }
  }
}

async function lookAtPages() {
  const { address, stop } = await servePages();
  const { page, close } = await openBrowser();
  mkdirSync(path.join(pictures, 'pages'), { recursive: true });
  page.setDefaultTimeout(20_000);
  const { result, check } = checklist('pages', page);
  const said = [];
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  await page.addInitScript(() => {
    if (location.protocol === 'file:') return;
    window.sent = [];
    window.acquireVsCodeApi = () => ({ postMessage: (message) => window.sent.push(message) });
  });
  try {
    for (const [name, { usual, ...others }] of Object.entries(pageStates))
      for (const look of Object.keys(looks)) {
        const states = look === 'dark' ? { usual, ...others } : { usual };
        await lookAt(page, { name, states, look, address, check });
      }
    await useLiveView(page, address, check);
    await useBenchmark(page, address, check);
    await useEvaluation(page, address, check);
    await lookAtFile(page, check);
    await lookAtLanguages(page, address, check);
    await check('no page complains', () => expect(said.length === 0, said.join('\n')));
  } finally {
    await close();
    stop();
  }
  return result;
}

await program(import.meta.url, async () => tally(await lookAtPages()));

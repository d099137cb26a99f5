// `node test/e2e/browser.mjs VSIX`: what a person sees of the VSIX in a real workbench in a real browser, typed into and looked at.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installed } from '../../scripts/setup.mjs';
import { program, root } from '../../scripts/steps.mjs';
import { address, startWorkbench } from '../../scripts/workbench.mjs';
import { surest } from './expected.mjs';
import { chooseModels } from './models.mjs';
import {
  command,
  endOfLine,
  ghostText,
  lines,
  openBrowser,
  pick,
  picture,
  status,
  statusItem,
  until,
} from './page.mjs';
import { calm, deterministic } from './settings.mjs';
import { checklist, expect, tally } from './tally.mjs';
import { trial } from './trial.mjs';
import { shareOneEngine } from './windows.mjs';

// Places as people write them, the cursor at ‸ and one key still to be pressed. Which of them is used is the model's
// choice: the one where it is surest. What it says there must be in the editor, to the letter.
const open = [
  {
    file: 'loop.ts',
    text: 'export function sum(values: number[]): number {\n  let total = 0;\n  for (let i = 0; i <‸\n    total += values[i];\n  }\n  return total;\n}\n',
  },
  {
    file: 'queue.test.ts',
    text: "describe('queue', () => {\n  it('is empty at first', () => {\n    expect(queue.length).toBe(0);\n  });\n\n  it('grows', () => {\n    queue.push(1);\n    expect(queue.length).toBe(1);\n  });\n\n  it('shrinks', () => {\n    queue.pop();\n   ‸\n  });\n});\n",
  },
  {
    file: 'box.ts',
    text: 'export class Box {\n  private width: number;\n  private height: number;\n\n  constructor(width: number, height: number) {\n    this.width = width;\n    this.height =‸\n  }\n}\n',
  },
  {
    file: 'paths.ts',
    text: "import * as fs from 'fs';\nimport * as path from‸\n\nexport const root = path.resolve('.');\n",
  },
  {
    file: 'colours.ts',
    text: "export const red = makeColour('red');\nexport const green = makeColour('green');\nexport const blue = makeColour('blue');\nexport const black = makeColour('black');\nexport const white =‸\n",
  },
].map((place) => ({ ...place, typed: ' ' }));

const inBrackets = [
  {
    file: 'box.py',
    text: 'class Box:\n    def __init__(self, width, height):\n        self.width = width\n        self.height = height\n\n    def area‸\n',
  },
  {
    file: 'lines.py',
    text: 'def longest(lines):\n    length = 0\n    for line in lines:\n        length = max‸\n    return length\n',
  },
  {
    file: 'show.py',
    text: "def show(name, values):\n    print('name:', name)\n    print('values:', values)\n    print‸\n",
  },
  {
    file: 'count.py',
    text: 'def count(values):\n    for i in range(len(values)):\n        print(values[i])\n    return len‸\n',
  },
  {
    file: 'parse.py',
    text: 'import json\n\n\ndef parse(path):\n    with open‸\n        return json.load(f)\n',
  },
].map((place) => ({ ...place, typed: '(' }));

// In the same language, for a model that has nothing to say inside a bracket.
const plain = [
  {
    file: 'size.py',
    text: 'class Box:\n    def __init__(self, width, height):\n        self.width = width\n        self.height =‸\n',
  },
  { file: 'area.py', text: 'def area(width, height):\n    return width *‸\n' },
  { file: 'main.py', text: "def main():\n    print('hello')\n\n\nif __name__ ==‸\n    main()\n" },
].map((place) => ({ ...place, typed: ' ' }));

// What is typed where ‸ stands, the line below being there already, so that what the editor closes by itself stands behind
// the cursor; what the model writes there, closing it all once more; and the file as it has to be after Tab.
const closedByTheEditor = [
  {
    file: 'server.js',
    text: "import express from 'express';\n\nconst app = express();\n\n‸\n\napp.listen(80);\n",
    typed: "app.get('/b', (req, res) => {",
    writes: "\n  res.send('b');\n});\n",
    after:
      "import express from 'express';\n\nconst app = express();\n\napp.get('/b', (req, res) => {\n  res.send('b');\n})\n\napp.listen(80);\n",
  },
  {
    file: 'names.ts',
    text: "import { first } from 'a';\n‸\nfirst(second);\n",
    typed: 'import { ',
    writes: "second } from 'b';\n",
    after: "import { first } from 'a';\nimport { second }\nfirst(second);\n",
  },
  {
    file: 'template.ts',
    text: 'const first = 1;\nconst second = 2;\nconst a = `${first}px`;\n‸\n',
    typed: 'const b = `${',
    writes: 'second}px`;\n',
    after: 'const first = 1;\nconst second = 2;\nconst a = `${first}px`;\nconst b = `${second}`\n',
  },
];

const pairs = { '(': ')', '[': ']', '{': '}', "'": "'", '"': '"', '`': '`' };

/**
 * Presses the place's key at its cursor and waits for the ghost text that belongs there; returns the milliseconds. Where
 * a list of suggestions stands before it, that is closed, as people do.
 */
async function pressAndSee(page, { text, typed, expected }, patience) {
  await endOfLine(page, text.split('‸')[0].split('\n').length);
  await page.keyboard.type(typed);
  const pressed = Date.now();
  const wanted = expected.text.trimEnd();
  await until(
    `the ghost text \`${wanted}\``,
    async () => {
      if (await page.locator('.suggest-widget.visible').isVisible()) await page.keyboard.press('Escape');
      return (await ghostText(page)).trimEnd() === wanted;
    },
    patience,
  );
  return Date.now() - pressed;
}

/** Accepts what is offered at a place and checks the line that this makes; returns it. */
async function acceptAndSee(page, { text, typed, closer = '', expected }) {
  await page.keyboard.press('Tab');
  const line = `${text.split('‸')[0].split('\n').at(-1)}${typed}${expected.text}${closer}`.trimEnd();
  await until(
    `the line \`${line}\``,
    async () => (await lines(page)).some((seen) => seen.trimEnd() === line),
    5_000,
  );
  return line.trim();
}

async function session(profile, settings, closer, vsix) {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-work-'));
  const folder = path.join(scratch, 'shop');
  mkdirSync(folder);
  const first = await surest(open, 'shop');
  const closed = inBrackets.map((place) => ({ ...place, closer }));
  const second = (await surest(closed, 'shop')) ?? (await surest(plain, 'shop'));
  if (!first || !second) throw new Error('The model has nothing to say at any of the places of this test.');
  for (const { file, text } of [first, second]) writeFileSync(path.join(folder, file), text.replace('‸', ''));
  const workbench = await startWorkbench({ vsix, settings });
  const { page, close } = await openBrowser();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.stack ?? String(error)));
  const { result, check } = checklist(profile, page, workbench.home);
  try {
    await page.goto(address(workbench.url, folder, [path.join(folder, first.file)]));
    await check('the extension is there', async () => {
      await page.locator('.monaco-editor .view-lines').first().waitFor();
      await statusItem(page).waitFor();
      return status(page);
    });
    await check('ghost text starts the engine, and is what the model says', async () => {
      const milliseconds = await pressAndSee(page, first, 30_000);
      await picture(page, `${profile}-ghost`);
      return `${milliseconds} ms: ${first.expected.text}`;
    });
    await check('what is typed on goes on fitting', async () => {
      const whole = first.expected.text;
      await page.keyboard.type(whole[0]);
      // What the editor has closed by itself stands there already, in the midst of the ghost text.
      const closed = closer === '' ? undefined : pairs[whole[0]];
      const rest = whole
        .slice(1)
        .trimEnd()
        .replace(closed ?? '', '');
      await until(`the rest \`${rest}\``, async () => (await ghostText(page)).trimEnd() === rest, 5_000);
      await page.keyboard.press('Backspace');
      await until(
        'the whole again',
        async () => (await ghostText(page)).trimEnd() === whole.trimEnd(),
        5_000,
      );
    });
    await check('turned off in the settings, it is taken back', async () => {
      const file = path.join(workbench.home, 'data', 'Machine', 'settings.json');
      const before = readFileSync(file, 'utf8');
      writeFileSync(file, JSON.stringify({ ...JSON.parse(before), 'ryzanstein.enabled': false }));
      await until('the status', async () => (await status(page)).endsWith('off'), 20_000);
      await until('no ghost text', async () => (await ghostText(page)) === '', 5_000);
      writeFileSync(file, before);
      await until('the status', async () => !(await status(page)).endsWith('off'), 20_000);
      await page.keyboard.press('Backspace');
      await pressAndSee(page, first, 10_000);
    });
    await check('Tab accepts it', async () => {
      const line = await acceptAndSee(page, first);
      await picture(page, `${profile}-accepted`);
      return line;
    });
    let kernel = 'none';
    await check('ghost text comes within a second', async () => {
      await pick(page, 'Control+P', second.file);
      await page.locator('.tab.active', { hasText: second.file }).waitFor();
      const milliseconds = await pressAndSee(page, second, 10_000);
      await picture(page, `${profile}-bracket`);
      expect(milliseconds < 1000, `it took ${milliseconds} ms`);
      return `${milliseconds} ms: ${second.expected.text}`;
    });
    await check('the status bar shows tokens per second, kernel and threads', async () => {
      const figures = /[1-9][\d,]* tok\/s · ([\w-]+) · [1-9]\d* threads?$/;
      const text = await until('these figures', async () => {
        const shown = await status(page);
        return figures.test(shown) && shown;
      });
      kernel = figures.exec(text)[1];
      return text;
    });
    await check('a bracket that was opened is closed once', () => acceptAndSee(page, second));
    await check('the live view names the kernel, and has figures, charts and the place', async () => {
      await command(page, 'Ryzanstein: Show Live View');
      const inner = pageInSight(page);
      await inner.locator('#engine', { hasText: `kernel ${kernel}` }).waitFor({ timeout: 60_000 });
      const place = inner.locator('#places tr', { hasText: second.file }).first();
      await place.waitFor({ timeout: 10_000 });
      const tiles = await inner.locator('#tiles .value').allInnerTexts();
      const wanted = [/^\d+(\.\d)? ms$/, /^[1-9][\d,]* tok\/s$/, /^\d+ of \d+$/, /^[1-9]\d* of \d+$/];
      for (const [i, pattern] of wanted.entries())
        expect(pattern.test(tiles[i]), `tile ${i} says "${tiles[i]}"`);
      await inner.locator('#writing svg').waitFor({ timeout: 5_000 });
      await inner.locator('#groups li', { hasText: 'writing the answer' }).waitFor({ timeout: 5_000 });
      await place.locator('button.look').click();
      await inner.locator('.tokens li:not(.typed)').first().waitFor({ timeout: 60_000 });
      await inner.locator('summary').click();
      await inner.locator('pre', { hasText: path.basename(second.file) }).waitFor({ timeout: 5_000 });
      await picture(page, `${profile}-live-view`);
      await inner.locator('#filter').selectOption('failed');
      await inner.locator('#none', { hasText: 'No place is of this kind.' }).waitFor();
      await inner.locator('#filter').selectOption('');
      await inner.locator('#filter').selectOption('shown');
      await place.locator('.place button').click();
      await page.locator('.tab.active', { hasText: second.file }).waitFor({ timeout: 10_000 });
      // What was chosen is so still when one comes back.
      await command(page, 'Ryzanstein: Show Live View');
      await place.waitFor({ timeout: 10_000 });
      expect((await inner.locator('#filter').inputValue()) === 'shown', 'all places are listed again');
      await place.locator('.place button').click();
      await page.locator('.tab.active', { hasText: second.file }).waitFor({ timeout: 10_000 });
      return tiles.join(', ');
    });
    await check('the diagnostics page names the kernel and lists the completions', async () => {
      await command(page, 'Ryzanstein: Show Diagnostics');
      const inner = pageInSight(page);
      await inner.locator('#groups li.active', { hasText: kernel }).waitFor({ timeout: 60_000 });
      await inner.locator('table#entries', { hasText: second.file }).waitFor({ timeout: 10_000 });
      await picture(page, `${profile}-diagnostics`);
    });
    await check(
      'the benchmark page has a verdict, and bars for the kernel in use, and can be opened again',
      async () => {
        await command(page, 'Ryzanstein: Run Benchmark');
        const inner = pageInSight(page);
        const verdict = inner.locator('#verdict', { hasText: /^An answer of 12 tokens takes / });
        await verdict.waitFor({ timeout: 120_000 });
        await inner.locator('#groups li.active', { hasText: kernel }).first().waitFor({ timeout: 5_000 });
        await picture(page, `${profile}-benchmark`);
        // The next window has it, too.
        await page.reload();
        await statusItem(page).waitFor();
        await command(page, 'Ryzanstein: Show Benchmark');
        await verdict.waitFor({ timeout: 10_000 });
        return verdict.innerText();
      },
    );
    await check('the evaluation page has a verdict, figures, a curve and places that open', async () => {
      await command(page, 'Ryzanstein: Evaluate on This Workspace');
      await page.locator('.tab.active', { hasText: 'Ryzanstein Evaluation' }).waitFor({ timeout: 120_000 });
      const inner = pageInSight(page);
      const figures = inner.locator('table#figures', { hasText: 'Right to the end of the line' });
      await figures.waitFor({ timeout: 60_000 });
      await inner
        .locator('#verdicts', { hasText: /^Of \d+ places \d+ would be shown/ })
        .waitFor({ timeout: 5_000 });
      await inner.locator('#curve polyline.line0').waitFor({ state: 'attached', timeout: 10_000 });
      await picture(page, `${profile}-evaluation`);
      const place = inner.locator('#holes button').first();
      const [file] = (await place.innerText()).split(':');
      await place.click();
      await page.locator('.tab.active', { hasText: file }).waitFor({ timeout: 10_000 });
      return file;
    });
    await check('the list of models tells what to expect of each', async () => {
      await command(page, 'Ryzanstein: Choose Model');
      const row = (text) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
      await row('part of the extension').waitFor({ timeout: 60_000 });
      const own = row(/[\d.]+ [MG]B of memory, about .* for each key, [\d.]+ m?s in a new file/);
      await own.waitFor({ timeout: 60_000 });
      await row(/Qwen2\.5-Coder 0\.5B.*about 398 MB · Apache-2\.0/).waitFor({ timeout: 10_000 });
      await picture(page, `${profile}-models`);
      const text = (await own.innerText()).replace(/\s+/g, ' ');
      await page.keyboard.press('Escape');
      return text;
    });
    await check('no error was shown', async () => {
      const errors = await page.locator('.notification-toast .codicon-error').count();
      await picture(page, `${profile}-end`);
      expect(
        errors === 0,
        `an error is shown: ${(await page.locator('.notification-toast').allInnerTexts()).join(' | ')}`,
      );
      const own = faults.filter((fault) => /ryzanstein[. ]/i.test(fault));
      expect(own.length === 0, own.join('\n'));
    });
  } finally {
    await close();
    await workbench.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  return result;
}

/** What stands in the page that is in front; others are kept behind it. */
function pageInSight(page) {
  return page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
}

/** Lets a model that writes what it is told complete where the editor, as it comes, has closed what was typed. */
async function closersSession(vsix) {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-work-'));
  for (const { file, text } of closedByTheEditor)
    writeFileSync(path.join(scratch, file), text.replace('‸', ''));
  const writings = closedByTheEditor.map(({ typed, writes }) => ({ behind: typed, text: writes }));
  const workbench = await startWorkbench({
    vsix,
    // What is written is right, however likely it looks.
    settings: { ...calm, 'ryzanstein.confidence': 0 },
    env: { RYZANSTEIN_WRITINGS: JSON.stringify(writings) },
  });
  const extensions = path.join(workbench.home, 'extensions');
  const extension = readdirSync(extensions).find((name) => name.startsWith('ryzanstein.'));
  copyFileSync(
    path.join(root, 'out', 'test', 'e2e', 'engine.js'),
    path.join(extensions, extension, 'dist', 'engine.js'),
  );
  const { page, close } = await openBrowser();
  const { result, check } = checklist('closers', page, workbench.home);
  try {
    for (const { file, text, typed, writes, after } of closedByTheEditor)
      await check(`nothing is doubled in ${file}`, async () => {
        await page.goto(address(workbench.url, scratch, [path.join(scratch, file)]));
        await page.locator('.tab.active', { hasText: file }).waitFor();
        await statusItem(page).waitFor();
        await endOfLine(page, text.split('‸')[0].split('\n').length);
        // As fast as a person, for the editor to close what is opened.
        await page.keyboard.type(typed, { delay: 60 });
        const begin = writes.trimStart().slice(0, 6);
        await until('the ghost text', async () => (await ghostText(page)).includes(begin), 30_000);
        await picture(page, `closers-${file}`);
        await page.keyboard.press('Tab');
        await page.keyboard.press('Control+S');
        const saved = () => readFileSync(path.join(scratch, file), 'utf8');
        await until('the file as it has to be', () => saved() === after, 10_000).catch((error) => {
          throw new Error(`${error.message} It reads:\n${saved()}`);
        });
      });
  } finally {
    await close();
    await workbench.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  return result;
}

/** Chooses a real model of other people's, if it is installed, and completes with it. */
async function otherModelSession(settings, vsix) {
  const modelFile = path.join(installed.weights, 'smollm2-135m-q4_k_m.gguf');
  if (!existsSync(modelFile)) {
    console.error(`SKIPPED: ${modelFile} is not there; "npm test" fetches it on linux-x64.`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-work-'));
  const folder = path.join(scratch, 'shop');
  mkdirSync(folder);
  const place = await surest(open, 'shop', modelFile);
  if (!place) throw new Error('SmolLM2 has nothing to say at any of the places of this test.');
  writeFileSync(path.join(folder, place.file), place.text.replace('‸', ''));
  const workbench = await startWorkbench({
    vsix,
    settings: { ...settings, 'ryzanstein.modelFile': modelFile },
  });
  const { page, close } = await openBrowser();
  const { result, check } = checklist('SmolLM2', page, workbench.home);
  try {
    await page.goto(address(workbench.url, folder, [path.join(folder, place.file)]));
    await check("another's model completes as its engine says", async () => {
      await page.locator('.monaco-editor .view-lines').first().waitFor();
      await statusItem(page).waitFor();
      await pressAndSee(page, place, 60_000);
      await picture(page, 'smollm2-ghost');
      return acceptAndSee(page, place);
    });
    await check('the diagnostics page says what it may suffer from', async () => {
      await command(page, 'Ryzanstein: Show Diagnostics');
      const inner = pageInSight(page);
      await inner.locator('body', { hasText: 'SmolLM2' }).waitFor({ timeout: 60_000 });
      await inner.locator('table#entries', { hasText: place.file }).waitFor({ timeout: 10_000 });
      await picture(page, 'smollm2-diagnostics');
    });
  } finally {
    await close();
    await workbench.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  return result;
}

async function typeAndLook(vsix) {
  // Nothing that the model says is held back: this looks at the way to the screen, not at the model's judgement.
  const sure = { 'ryzanstein.confidence': 0 };
  const first = await session('deterministic', { ...deterministic, ...sure }, '', vsix);
  const second = await session('defaults', { ...calm, ...sure }, ')', vsix);
  const third = await closersSession(vsix);
  const fourth = await otherModelSession({ ...deterministic, ...sure }, vsix);
  const fifth = await trial(vsix);
  const sixth = await chooseModels(vsix);
  const seventh = await shareOneEngine(vsix);
  const sum = (what) =>
    [first, second, third, fourth, fifth, sixth, seventh].reduce((total, each) => total + each[what], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

await program(import.meta.url, async ([vsix]) => tally(await typeAndLook(vsix)));

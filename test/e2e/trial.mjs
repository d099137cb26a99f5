// The first minutes of a new user: the places to try and the walkthrough at the defaults, and the Details page; as a program it keeps the picture of README.md, as docs/ghost-text.png.
import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildNative, bundle } from '../../scripts/build.mjs';
import { packageVsix } from '../../scripts/package.mjs';
import { examples, placesToTry } from '../../scripts/places.mjs';
import { setUpBrowserTests, setUpBuild } from '../../scripts/setup.mjs';
import { program, root } from '../../scripts/steps.mjs';
import { address, copyOf, startWorkbench } from '../../scripts/workbench.mjs';
import { command, endOfLine, ghost, ghostText, lines, openBrowser, picture, pictures } from './page.mjs';
import { status, statusItem, until } from './page.mjs';
import { calm } from './settings.mjs';
import { checklist, expect, tally } from './tally.mjs';
import { followsTheSystem, recordedThemes, themes, themesOf, variablesOfPages } from './themes.mjs';

/** How the editor looks in the pictures; how it works is left as it comes. */
const look = {
  ...followsTheSystem,
  'workbench.activityBar.location': 'hidden',
  'editor.minimap.enabled': false,
  'editor.fontSize': 15,
  // A function that is still to be written is an error.
  'typescript.validate.enable': false,
};

/** What a new user does at the defaults, and sees. */
export async function trial(vsix) {
  const workbench = await startWorkbench({ vsix, settings: { ...calm, ...look } });
  const { page, close } = await openBrowser();
  const { result, check } = checklist('trial', page, workbench.home);
  const folder = copyOf(examples);
  const places = placesToTry();
  const inEachTheme = async (name) => {
    for (const [theme, { style, ...media }] of Object.entries(themes)) {
      await page.emulateMedia(media);
      await page.locator(`.monaco-workbench.${style}`).waitFor();
      await picture(page, `${name}-${theme}`);
    }
  };
  try {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(address(workbench.url, path.dirname(folder)));
    await statusItem(page).waitFor();
    await page.keyboard.press('Control+B');
    await check('the walkthrough is there in each theme', async () => {
      await command(page, 'Welcome: Open Walkthrough...');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Ryzanstein' }).first().click();
      await page.locator('.getting-started-step', { hasText: 'Open an Example' }).waitFor();
      await inEachTheme('walkthrough');
    });
    await check('its first step opens an example, and is ticked when a completion was accepted', () =>
      takeFirstStep(page, places[0]),
    );
    await check('its second step tells of the line where the example was typed into', () =>
      takeSecondStep(page),
    );
    await page.setViewportSize({ width: 860, height: 480 });
    await page.mouse.move(600, 20);
    for (const file of new Set(places.map((place) => place.file))) {
      await page.goto(address(workbench.url, folder, [path.join(folder, file)]));
      await page.locator('.monaco-editor .view-line', { hasText: 'knows of its customers' }).waitFor();
      await statusItem(page).waitFor();
      if (await page.locator('.part.sidebar').isVisible()) await page.keyboard.press('Control+B');
      for (const place of places.filter((each) => each.file === file))
        await check(`line ${place.line} of ${file} is as examples/README.md says`, async () => {
          await endOfLine(page, place.line);
          return typeAndAccept(page, place, place === places[0] && (() => portrait(page)));
        });
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await check('the Details page shows an example, and nothing broken, in each theme', async () => {
      await command(page, 'Extensions: Show Installed Extensions');
      await page.locator('.extension-list-item', { hasText: 'Ryzanstein' }).first().click();
      const details = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
      await details.locator('pre em', { hasText: places[0].offered.trim() }).waitFor();
      const broken = await details.locator('img:not([src^="https:"])').count();
      expect(broken === 0, 'a picture is not shown, for it is none from the web');
      await inEachTheme('details');
    });
    await check('a page has the colours that the pages are tested in', async () => {
      await command(page, 'Ryzanstein: Show Live View');
      const found = await themesOf(page, variablesOfPages());
      assert.deepEqual(found, recordedThemes(), 'record them anew by "node test/e2e/themes.mjs"');
      await inEachTheme('live-view');
    });
  } finally {
    await close();
    await workbench.stop();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  }
  return result;
}

async function takeFirstStep(page, first) {
  const step = page.locator('.getting-started-step', { hasText: 'Open an Example' });
  const isTicked = async () => (await step.locator('[role=checkbox][aria-checked=true]').count()) > 0;
  expect(!(await isTicked()), 'it is ticked before anything was accepted');
  await step.getByRole('button', { name: 'Open an Example' }).click();
  await page.locator('.tab.active', { hasText: 'Untitled' }).waitFor();
  await page.locator('.monaco-editor.focused .view-line', { hasText: 'getArticles(' }).waitFor();
  const line = await typeAndAccept(page, first);
  await page.locator('.tab', { hasText: 'Welcome' }).click();
  await until('the tick', isTicked, 10_000);
  await picture(page, 'walkthrough-ticked');
  return line;
}

async function takeSecondStep(page) {
  const step = page.locator('.getting-started-step', { hasText: 'Why is nothing shown here?' });
  await step.click({ position: { x: 150, y: 15 } });
  await step.getByRole('button', { name: 'Why No Suggestion Here?' }).click();
  await page.locator('.tab.active', { hasText: 'Untitled' }).waitFor({ timeout: 10_000 });
  const told = page.locator('.notification-toast', {
    hasText: /Ryzanstein: (?!No file is being edited|Nothing is known)/,
  });
  await told.waitFor({ timeout: 10_000 });
  const sentence = (await told.innerText()).split('\n').find((line) => line.startsWith('Ryzanstein: '));
  await command(page, 'Notifications: Clear All Notifications');
  return sentence;
}

/** Types at the cursor as a person does, sees what is offered, looks at it, accepts it and sees it in the line. */
async function typeAndAccept(page, { typed, offered }, look) {
  const whole = `${typed}${offered}`;
  const count = async () => (await lines(page)).filter((line) => line.trim() === whole).length;
  const before = await count();
  const isOffered = async () => (await ghostText(page)).trimEnd() === offered;
  const isThere = (patience) => until(`the ghost text \`${offered}\``, isOffered, patience);
  const type = () => page.keyboard.type(typed, { delay: 150 });
  await type();
  await isThere(15_000).catch(async () => {
    // On a machine that is starved the answer may come too late for a list of suggestions that opened meanwhile.
    await page.keyboard.press('Escape');
    for (let i = 0; i < typed.length; i++) await page.keyboard.press('Backspace');
    await type();
    await isThere(15_000);
  });
  if (look) await look();
  // The first Tab would take the row of a list of suggestions, which may open at any moment.
  if (await page.locator('.suggest-widget.visible').isVisible()) await page.keyboard.press('Escape');
  await isThere(5_000);
  const isAccepted = async () => !(await isOffered()) && (await count()) === before + 1;
  const accept = async (patience) => {
    await page.keyboard.press('Tab');
    await until(`the line \`${whole}\``, isAccepted, patience);
  };
  await accept(3_000).catch(() => accept(5_000));
  return whole;
}

/** The picture of README.md: what is offered, without a list of suggestions over it. */
async function portrait(page) {
  await until('the figures in the status bar', async () => /tok\/s/.test(await status(page)));
  if (await page.locator('.suggest-widget.visible').isVisible()) await page.keyboard.press('Escape');
  await ghost(page).first().waitFor();
  await picture(page, 'ghost-text');
}

await program(import.meta.url, async () => {
  await setUpBuild();
  await buildNative();
  await bundle();
  if (!(await setUpBrowserTests())) throw new Error('It takes a workbench and a Chromium.');
  const result = await trial(await packageVsix());
  if (result.failed === 0) {
    copyFileSync(path.join(pictures, 'ghost-text.png'), path.join(root, 'docs', 'ghost-text.png'));
    console.log('docs/ghost-text.png is written.');
  }
  return tally(result);
});

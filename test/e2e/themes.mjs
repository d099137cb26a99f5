// What VS Code tells a webview of its four own themes: the colours and fonts that media/*.css asks for; as a program it records them anew.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildNative, bundle } from '../../scripts/build.mjs';
import { packageVsix } from '../../scripts/package.mjs';
import { examples } from '../../scripts/places.mjs';
import { setUpBrowserTests } from '../../scripts/setup.mjs';
import { program, root } from '../../scripts/steps.mjs';
import { address, startWorkbench } from '../../scripts/workbench.mjs';
import { command, openBrowser, statusItem } from './page.mjs';
import { calm } from './settings.mjs';

/** What the system asks for, and the class that VS Code gives to its window then. */
export const themes = {
  light: { colorScheme: 'light', forcedColors: 'none', style: 'vs' },
  'contrast-light': { colorScheme: 'light', forcedColors: 'active', style: 'hc-light' },
  contrast: { colorScheme: 'dark', forcedColors: 'active', style: 'hc-black' },
  dark: { colorScheme: 'dark', forcedColors: 'none', style: 'vs-dark' },
};

const file = path.join(root, 'test', 'fixtures', 'themes.json');

/** By theme, what is recorded: { classes, variables }. */
export const recordedThemes = () => JSON.parse(readFileSync(file, 'utf8'));

/** The names of the variables of VS Code that the pages' style sheets use. */
export function variablesOfPages() {
  const media = path.join(root, 'media');
  const sheets = readdirSync(media).filter((name) => name.endsWith('.css'));
  const names = sheets.flatMap((name) =>
    [...readFileSync(path.join(media, name), 'utf8').matchAll(/--vscode-[\w-]+/g)].map(String),
  );
  return [...new Set([...names, '--vscode-editor-background', '--vscode-editor-foreground'])].sort();
}

/** The page of the extension that is open in the workbench. */
export const openPage = (page) =>
  page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

/** What the page that is open gets from VS Code in each of its themes. */
export async function themesOf(page, names) {
  const found = {};
  for (const [theme, { style, ...media }] of Object.entries(themes)) {
    await page.emulateMedia(media);
    await page.locator(`.monaco-workbench.${style}`).waitFor();
    const inner = openPage(page);
    const kind = { vs: 'vscode-light', 'vs-dark': 'vscode-dark', 'hc-light': 'vscode-high-contrast-light' };
    await inner.locator(`body.${kind[style] ?? 'vscode-high-contrast'}`).waitFor();
    found[theme] = await inner.locator('html').evaluate((html, wanted) => {
      const values = wanted.map((name) => [name, html.style.getPropertyValue(name).trim()]);
      return {
        classes: document.body.className,
        variables: Object.fromEntries(values.filter(([, value]) => value !== '')),
      };
    }, names);
  }
  return found;
}

/** The settings by which VS Code follows what the system asks for. */
export const followsTheSystem = {
  'window.autoDetectColorScheme': true,
  'window.autoDetectHighContrast': true,
};

await program(import.meta.url, async () => {
  await buildNative();
  await bundle();
  if (!(await setUpBrowserTests())) throw new Error('It takes a workbench and a Chromium.');
  const workbench = await startWorkbench({
    vsix: await packageVsix(),
    settings: { ...calm, ...followsTheSystem },
  });
  const { page, close } = await openBrowser();
  try {
    await page.goto(address(workbench.url, examples));
    await statusItem(page).waitFor();
    await command(page, 'Ryzanstein: Show Live View');
    const found = await themesOf(page, variablesOfPages());
    writeFileSync(file, `${JSON.stringify(found, null, 1)}\n`);
  } finally {
    await close();
    await workbench.stop();
  }
});

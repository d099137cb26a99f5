// Takes the picture of README.md anew: examples/queue.ts with ghost text, in a real workbench, as docs/ghost-text.png.
import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { ghost, ghostText, endOfLine, openBrowser, until } from './page.mjs';
import { calm } from './settings.mjs';
import { buildNative, bundle } from '../../scripts/build.mjs';
import { packageVsix } from '../../scripts/package.mjs';
import { setUpBrowserTests, setUpBuild } from '../../scripts/setup.mjs';
import { program, root } from '../../scripts/steps.mjs';
import { address, copyOf, startWorkbench } from '../../scripts/workbench.mjs';

const settings = {
  ...calm,
  'window.autoDetectColorScheme': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.activityBar.location': 'hidden',
  'workbench.sideBar.visible': false,
  'editor.minimap.enabled': false,
  'editor.fontSize': 15,
  'problems.visibility': false,
};

await program(import.meta.url, async () => {
  await setUpBuild();
  await buildNative();
  await bundle();
  if (!(await setUpBrowserTests())) throw new Error('It takes a workbench and a Chromium.');
  const workbench = await startWorkbench({ vsix: await packageVsix(), settings });
  const { page, close } = await openBrowser();
  const examples = copyOf(path.join(root, 'examples'));
  const file = path.join(root, 'docs', 'ghost-text.png');
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    await page.setViewportSize({ width: 860, height: 480 });
    await page.goto(address(workbench.url, examples, [path.join(examples, 'queue.ts')]));
    await page.locator('.monaco-editor .view-line', { hasText: 'totalPriority' }).waitFor();
    await page.keyboard.press('Control+B');
    await endOfLine(page, 12);
    await page.keyboard.press('Backspace');
    await page.keyboard.type('(', { delay: 50 });
    await ghost(page).first().waitFor();
    await until('the figures in the status bar', async () =>
      /tok\/s/.test(await page.locator('.statusbar-item[id^="ryzanstein"]').innerText()),
    );
    await page.mouse.move(600, 300);
    await page.screenshot({ path: file });
    console.log(
      `${await ghostText(page)}\n${path.relative(root, file)}: ${Math.ceil(statSync(file).size / 1e3)} kB`,
    );
  } finally {
    await close();
    await workbench.stop();
    rmSync(path.dirname(examples), { recursive: true, force: true });
  }
});

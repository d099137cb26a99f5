// Two windows of one workbench, each with an extension host of its own: one engine process serves both, and both come back when it is killed or was taken away.
import {
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { program } from '../../scripts/steps.mjs';
import { address, startWorkbench } from '../../scripts/workbench.mjs';
import { endOfLine, ghostText, openBrowser, picture, status, statusItem, until } from './page.mjs';
import { deterministic } from './settings.mjs';
import { checklist, expect, tally } from './tally.mjs';

const text =
  'def total(items):\n    result = 0\n    for item in items:\n        result += item\n    return result\n\n\n';

/** What runs of an extension that lies there: the engines, and the windows' extension hosts are not among them. */
function enginesIn(home) {
  const isOne = (id) => {
    try {
      const words = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
      return words.some((word) => word.startsWith(home) && word.endsWith(path.join('dist', 'engine.js')));
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && isOne(entry));
}

export async function shareOneEngine(vsix) {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-work-'));
  const runtime = path.join(scratch, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const files = ['one', 'other'].map((name) => {
    mkdirSync(path.join(scratch, name));
    const file = path.join(scratch, name, `${name}.py`);
    writeFileSync(file, text);
    return file;
  });
  const workbench = await startWorkbench({
    vsix,
    settings: { ...deterministic, 'ryzanstein.confidence': 0 },
    env: { XDG_RUNTIME_DIR: runtime },
  });
  const { page, close } = await openBrowser();
  const { result, check } = checklist('windows', page, workbench.home);
  const pages = [page, await page.context().newPage()];
  const engines = () => enginesIn(workbench.home);
  let typed = 0;
  /** Types a line in a window that was brought to the front, until something is offered there. */
  const completes = async (i) => {
    const window = pages[i];
    await window.bringToFront();
    await endOfLine(window, 7);
    await window.keyboard.type(`def mean_${typed++}(items):\n    return`);
    await until(`ghost text in window ${i + 1}`, async () => {
      if ((await ghostText(window)).trim() !== '') return true;
      await window.keyboard.type(' ');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return (await ghostText(window)).trim() !== '';
    });
    await picture(window, `windows-${i + 1}`);
    const offered = (await ghostText(window)).trim();
    await window.keyboard.press('Escape');
    return offered;
  };
  try {
    for (const [i, file] of files.entries()) {
      await pages[i].goto(address(workbench.url, path.dirname(file), [file]));
      await statusItem(pages[i]).waitFor();
    }
    await check('one engine process serves both', async () => {
      const offered = [await completes(0), await completes(1), await completes(0)];
      expect(engines().length === 1, `there are ${engines().length} engines`);
      return offered.join(' | ');
    });
    await check('both come back when it is killed', async () => {
      const [first] = engines();
      process.kill(Number(first), 'SIGKILL');
      await completes(1);
      await completes(0);
      expect(
        engines().length === 1 && engines()[0] !== first,
        `engines are ${engines().join()}, after ${first}`,
      );
    });
    await check('one that is taken away is told of, and is there again when it is restarted', async () => {
      const [extension] = readdirSync(path.join(workbench.home, 'extensions')).filter((name) =>
        name.startsWith('ryzanstein.'),
      );
      const native = path.join(workbench.home, 'extensions', extension, 'dist', 'native');
      renameSync(native, `${native}.away`);
      process.kill(Number(engines()[0]), 'SIGKILL');
      const [window] = pages;
      await window.bringToFront();
      await endOfLine(window, 7);
      await window.keyboard.type('\n');
      await until('the failure', async () => (await status(window)).endsWith('failed'));
      const told = window.locator('.notification-toast', { hasText: 'This package holds no engine' });
      await picture(window, 'windows-failed');
      renameSync(`${native}.away`, native);
      await told.getByRole('button', { name: 'Restart Engine' }).click();
      await until('no failure', async () => !(await status(window)).endsWith('failed'));
      await completes(0);
      await completes(1);
      expect(engines().length === 1, `there are ${engines().length} engines`);
    });
    await check('it goes on for one when the other is closed', async () => {
      const [first] = engines();
      await pages.pop().close();
      // Longer than it lingers without a window, and the workbench may keep a closed one a while.
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      await completes(0);
      expect(engines().join() === first, `engines are ${engines().join()}, after ${first}`);
    });
    await check('no error was shown', async () => {
      for (const window of pages) {
        const errors = await window.locator('.notification-toast .codicon-error').count();
        expect(errors === 0, (await window.locator('.notification-toast').allInnerTexts()).join(' | '));
      }
    });
  } finally {
    await close();
    await workbench.stop();
  }
  await check('it ends with the last of them', async () => {
    await until('its end', () => engines().length === 0, 15_000);
  });
  rmSync(scratch, { recursive: true, force: true });
  return result;
}

await program(import.meta.url, async ([vsix]) => tally(await shareOneEngine(vsix)));

// Choosing a model as a person does: from a hub on this machine, with a break; one that Ollama keeps; one that cannot be used; and back.
import { createHash } from 'node:crypto';
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
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { installed } from '../../scripts/setup.mjs';
import { program, root } from '../../scripts/steps.mjs';
import { address, startWorkbench } from '../../scripts/workbench.mjs';
import { command, openBrowser, picture, statusItem, until } from './page.mjs';
import { calm } from './settings.mjs';
import { checklist, expect, tally } from './tally.mjs';

/** What the catalogue calls it; the hub has another file under its name, small and real. */
const wanted = {
  name: 'Granite 4.0 350M',
  repository: 'unsloth/granite-4.0-350m-GGUF',
  file: 'granite-4.0-350m-Q4_K_M.gguf',
};
const content = path.join(installed.weights, 'smollm2-135m-q4_0.gguf');

const { LocalHub } = createRequire(import.meta.url)(
  path.join(root, 'out', 'test', 'unit', 'library', 'localHub.js'),
);

export async function chooseModels(vsix) {
  if (!existsSync(content)) {
    console.error(`SKIPPED: ${content} is not there; "npm test" fetches it on linux-x64.`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const home = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-home-'));
  const project = path.join(home, 'project');
  mkdirSync(project);
  writeFileSync(path.join(project, 'a.py'), 'a = 1\n');
  const bytes = readFileSync(content);
  const hub = new LocalHub({ [wanted.repository]: { [wanted.file]: bytes } });
  hub.pace = { piece: 1 << 16, ms: 5 };
  const base = await hub.start();
  keepByOllama(path.join(home, '.ollama', 'models'));
  keepByLmStudio(path.join(home, '.lmstudio', 'models'));
  useByContinue(path.join(home, '.continue'));
  const workbench = await startWorkbench({
    vsix,
    settings: { ...calm, 'ryzanstein.hub': base },
    env: { HOME: home },
  });
  const { page, close } = await openBrowser();
  const { result, check } = checklist('models', page, workbench.home);
  const row = (text) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  const toast = (text) => page.locator('.notification-toast', { hasText: text });
  /** Opens the list, and waits until all that is on this disk stands in it. */
  const list = async () => {
    await command(page, 'Ryzanstein: Choose Model');
    await page.locator('.quick-input-title', { hasText: 'choose a model' }).waitFor();
    await row(/about .* for each key, [\d.]+ m?s in a new file/).waitFor({ timeout: 60_000 });
  };
  /** Types a part of a line, for the list shows only some at a time, and waits for that line. */
  const find = async (typed, text = typed) => {
    await page.keyboard.type(typed);
    await row(text).waitFor({ timeout: 60_000 });
    return (await row(text).innerText()).replace(/\s+/g, ' ');
  };
  const choose = async (typed, text = typed) => {
    await find(typed, text);
    await row(text).click();
  };
  const loaded = async (name) => {
    await toast(new RegExp(`${name}.* is loaded`, 'i'))
      .first()
      .waitFor({ timeout: 120_000 });
    await command(page, 'Notifications: Clear All Notifications');
    return name;
  };
  try {
    await page.goto(address(workbench.url, project, [path.join(project, 'a.py')]));
    await statusItem(page).waitFor();
    await check('the list has what is here and what can be had, and what other tools use', async () => {
      await list();
      await row(/Qwen2\.5-Coder 0\.5B.*as in Continue/).waitFor({ timeout: 10_000 });
      await picture(page, 'models-list');
      const found = await find('coder:latest', /coder:latest.*Ollama/);
      await page.keyboard.press('Escape');
      return found;
    });
    await check(
      'a download shows its progress, and what has arrived is kept when it is cancelled',
      async () => {
        await list();
        await choose(wanted.name);
        await toast(/downloading Granite.*[1-9]\d? % of/s).waitFor({ timeout: 60_000 });
        await picture(page, 'models-download');
        await toast('downloading Granite').hover();
        await toast('downloading Granite').getByRole('button', { name: 'Cancel' }).click();
        await toast('is not whole yet').waitFor({ timeout: 20_000 });
        return `${Math.round(hub.asked[0].sent / 1e6)} MB`;
      },
    );
    await check(
      'where the hub fails that is told, and tried again it goes on and the model is used',
      async () => {
        hub.pace = { piece: 1 << 20, ms: 0 };
        hub.apiFault = { status: 503 };
        await list();
        await choose(wanted.name);
        const again = toast('is not well (HTTP 503)').getByRole('button', { name: 'Try Again' });
        await again.waitFor({ timeout: 20_000 });
        await picture(page, 'models-failed');
        hub.apiFault = undefined;
        await again.click();
        const name = await loaded('SmolLM2');
        const { from } = hub.asked.at(-1);
        const sent = hub.asked.reduce((sum, each) => sum + each.sent, 0);
        expect(
          hub.asked.length === 2 && from > 0,
          `it was asked for from ${hub.asked.map((each) => each.from)}`,
        );
        // What was under way when the connection ended may come twice.
        expect(sent < bytes.length + 4e6, `${sent} bytes were sent of ${bytes.length}`);
        return `${name}, from ${Math.round(from / 1e6)} MB on`;
      },
    );
    await check('one that Ollama keeps is used', async () => {
      await list();
      await choose('coder:latest', /coder:latest.*Ollama/);
      return loaded('ryzanstein-14m');
    });
    await check('one that cannot be used says why, and is not chosen', async () => {
      await list();
      const reason = await find('broken');
      expect(/is not a GGUF file/.test(reason), `it says: ${reason}`);
      await row('broken').click();
      const told = page.locator('.notification-toast', { hasText: 'is not a GGUF file' });
      await told.waitFor({ timeout: 5_000 });
      await picture(page, 'models-refused');
      await page.keyboard.press('Escape');
      return reason;
    });
    await check('one that is not there is told of once, with who answers in its place', async () => {
      await command(page, 'Notifications: Clear All Notifications');
      const settings = path.join(workbench.home, 'data', 'User', 'settings.json');
      const before = JSON.parse(readFileSync(settings, 'utf8'));
      writeFileSync(settings, JSON.stringify({ ...before, 'ryzanstein.modelFile': '/nowhere/model.gguf' }));
      // A workbench in a browser reads the user's settings when it starts.
      await page.reload();
      await statusItem(page).waitFor();
      await command(page, 'Ryzanstein: Complete Now');
      const told = toast(/model\.gguf does not exist.*The bundled model answers in its place\./);
      await told.waitFor({ timeout: 20_000 });
      await page.waitForTimeout(2_000);
      const sentences = await page.locator('.notification-toast').allInnerTexts();
      expect(sentences.length === 1, sentences.join(' | '));
      await command(page, 'Notifications: Clear All Notifications');
    });
    await check('the bundled one can be had back', async () => {
      await list();
      await choose('part of the extension');
      return loaded('ryzanstein-14m');
    });
    await check('no error was shown', async () => {
      const errors = await page.locator('.notification-toast .codicon-error').count();
      expect(errors === 0, (await page.locator('.notification-toast').allInnerTexts()).join(' | '));
    });
    await until('nobody to ask the hub any more', () => hub.asked.length === 2, 1_000);
  } finally {
    await close();
    await workbench.stop();
    await hub.stop();
    rmSync(home, { recursive: true, force: true });
  }
  return result;
}

/** Lays the bundled model out as Ollama does. */
function keepByOllama(folder) {
  const models = path.join(root, 'models');
  const file = path.join(
    models,
    readdirSync(models).find((name) => name.endsWith('.gguf')),
  );
  const bytes = readFileSync(file);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const manifest = path.join(folder, 'manifests', 'registry.ollama.ai', 'library', 'coder', 'latest');
  mkdirSync(path.dirname(manifest), { recursive: true });
  mkdirSync(path.join(folder, 'blobs'), { recursive: true });
  copyFileSync(file, path.join(folder, 'blobs', `sha256-${digest}`));
  const mediaType = 'application/vnd.ollama.image.model';
  const layers = [{ mediaType, digest: `sha256:${digest}`, size: bytes.length }];
  writeFileSync(manifest, JSON.stringify({ schemaVersion: 2, layers }));
}

function keepByLmStudio(folder) {
  mkdirSync(path.join(folder, 'someone'), { recursive: true });
  writeFileSync(path.join(folder, 'someone', 'broken.gguf'), 'this is text\n');
}

function useByContinue(folder) {
  mkdirSync(folder);
  const model = 'name: Coder\n    provider: ollama\n    model: qwen2.5-coder:0.5b\n    roles: [autocomplete]';
  writeFileSync(path.join(folder, 'config.yaml'), `name: mine\nmodels:\n  - ${model}\n`);
}

await program(import.meta.url, async ([vsix]) => tally(await chooseModels(vsix)));

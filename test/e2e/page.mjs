// A headless Chromium on the workbench: how to open it, and what a person does and sees in it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/setup.mjs';
import { root } from '../../scripts/steps.mjs';

export const pictures = path.join(root, 'test-output');

const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
];
quiet.push('--disable-sync', '--disable-gpu');

/** Opens a browser with an empty profile. The sandbox is given up only for root, whom Chromium refuses it. */
export async function openBrowser() {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-browser-'));
  mkdirSync(pictures, { recursive: true });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    headless: true,
    viewport: { width: 1280, height: 800 },
    args: process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet,
  });
  context.setDefaultTimeout(180_000);
  const page = context.pages()[0] ?? (await context.newPage());
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { page, close };
}

export const picture = (page, name) => page.screenshot({ path: path.join(pictures, `${name}.png`) });

export const ghost = (page) =>
  page.locator('.monaco-editor :is([class*="ghost-text-decoration"], .ghost-text)');

/** The ghost text on the cursor's line: the editor may cut it into several spans. */
export async function ghostText(page) {
  return (await ghost(page).allInnerTexts()).join('').replaceAll('\u00a0', ' ');
}

/** The lines of the editor that are in view, from the top. */
export async function lines(page) {
  const found = await page.locator('.monaco-editor .view-line').evaluateAll((elements) =>
    elements
      .map((element) => ({ top: parseFloat(element.style.top), text: element.textContent ?? '' }))
      .sort((a, b) => a.top - b.top)
      .map((line) => line.text),
  );
  return found.map((text) => text.replaceAll('\u00a0', ' '));
}

/** Runs a command from the palette, by the title that a person sees. */
export const command = (page, title) => pick(page, 'F1', title);

/**
 * Opens a list by its key, types a text into it and takes the row that has it, once that is the row which Enter takes:
 * while the list narrows, it may stand below the one in focus. Where something else of the workbench takes the focus
 * meanwhile, the list closes; then it is opened again.
 */
export async function pick(page, key, text) {
  const input = page.locator('.quick-input-widget .quick-input-box input');
  const row = page.locator('.quick-input-list .monaco-list-row.focused', { hasText: text });
  for (let tries = 1; ; tries++) {
    try {
      await page.keyboard.press(key);
      await input.waitFor({ timeout: 20_000 });
      await page.keyboard.type(text);
      await row.waitFor({ timeout: 20_000 });
      await page.keyboard.press('Enter');
      return await row.waitFor({ state: 'hidden', timeout: 20_000 });
    } catch (error) {
      if (tries === 3) throw error;
      console.log(`  The list for \`${text}\` has not come, or not gone: ${error.message}`);
      await page.keyboard.press('Escape');
    }
  }
}

/** Waits until `look` gives something true, which it returns; else fails with what was waited for. */
export async function until(what, look, patience = 60_000) {
  for (const end = Date.now() + patience; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`Waited ${patience} ms in vain for ${what}.`);
  }
}

/** Puts the cursor at the end of a line (counted from 1) of the open editor. */
export async function endOfLine(page, line) {
  await page.locator('.monaco-editor .view-lines').first().click();
  await page.keyboard.press('Control+G');
  await page.locator('.quick-input-widget .quick-input-box input').waitFor();
  await page.keyboard.type(String(line));
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget .quick-input-box input').waitFor({ state: 'hidden' });
  await page.keyboard.press('End');
}

export const statusItems = (page) => page.locator('.statusbar-item[id^="ryzanstein"]');

export const statusItem = (page) => statusItems(page).first();

export const status = async (page) => (await statusItem(page).innerText()).replaceAll('\u00a0', ' ').trim();

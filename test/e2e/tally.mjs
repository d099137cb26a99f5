// How a test program checks and how it ends: named checks that all run, and the counts in the line that the runner reads.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ghostText, picture, statusItems } from './page.mjs';

/** The end of what the extension logged in a workbench whose profile lies in `home`. */
function logIn(home) {
  const folder = path.join(home, 'data', 'logs');
  if (!existsSync(folder)) return '';
  const files = readdirSync(folder, { recursive: true }).filter((file) => /ryzanstein.*\.log$/i.test(file));
  return files.map((file) => readFileSync(path.join(folder, file), 'utf8').slice(-4_000)).join('');
}

/** What there is to see where a check failed: who reads of it later has nothing else. */
async function scene(page, home) {
  const seen = async (look) => JSON.stringify(await look(page).catch((error) => String(error)));
  const log = home ? `\n    the log ends: ${logIn(home).trimEnd().replaceAll('\n', '\n      ')}` : '';
  return `    the ghost text: ${await seen(ghostText)}\n    the status bar: ${await seen((page) => statusItems(page).allInnerTexts())}${log}`;
}

/**
 * A list of named checks that all run, whatever the ones before found. For each that fails there is a picture, and it is
 * said what was to be seen and, of a workbench with its profile in `home`, what the extension logged last.
 */
export function checklist(profile, page, home) {
  const result = { passed: 0, failed: 0, skipped: 0 };
  const check = async (title, work) => {
    try {
      const note = await work();
      result.passed++;
      console.log(`  ${profile}: ${title}${note ? `: ${note}` : ''}`);
    } catch (error) {
      result.failed++;
      console.log(`  failed: ${profile}: ${title}: ${error.stack}\n${await scene(page, home)}`);
      await picture(page, `${profile}-failed-${result.failed}`).catch(() => {});
    }
  };
  return { result, check };
}

export function expect(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

export { tally } from '../../scripts/outcome.mjs';

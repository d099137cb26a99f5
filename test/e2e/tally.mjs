// How a test program checks and how it ends: named checks that all run, and the counts in the line that the runner reads.
import { picture } from './page.mjs';

/** A list of named checks that all run, whatever the ones before found, with a picture for each that fails. */
export function checklist(profile, page) {
  const result = { passed: 0, failed: 0, skipped: 0 };
  const check = async (title, work) => {
    try {
      const note = await work();
      result.passed++;
      console.log(`  ${profile}: ${title}${note ? `: ${note}` : ''}`);
    } catch (error) {
      result.failed++;
      console.log(`  failed: ${profile}: ${title}: ${error.stack}`);
      await picture(page, `${profile}-failed-${result.failed}`).catch(() => {});
    }
  };
  return { result, check };
}

export function expect(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

export function tally({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? 1 : 0;
}

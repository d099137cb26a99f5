// Leaves out a test where it can prove nothing, and says so: what is skipped in silence passes for proven.

import { hasLinks } from './forbidden';

/** Skips the rest of the test, or of the tests before which it is called; `npm test` shows the line. */
export function skipped(context: Mocha.Context, why: string): never {
  process.stderr.write(`SKIPPED: ${context.test?.fullTitle() ?? 'a test'}: ${why}.\n`);
  return context.skip();
}

/** A test that makes symbolic links. */
export function itWithLinks(title: string, work: (this: Mocha.Context) => Promise<void>): void {
  it(title, function () {
    if (!hasLinks) skipped(this, 'Windows lets few users make links');
    return work.call(this);
  });
}

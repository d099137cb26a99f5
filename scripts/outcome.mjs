// What the output of a test program tells: how many tests passed, what a person has to read, and how it failed.

/** The sums of the closing lines `N passed, N failed[, N skipped]`, or, of mocha alone, of its own. */
export function countsIn(output) {
  const sum = (pattern) =>
    [...output.matchAll(pattern)].reduce((total, found) => total + Number(found[1]), 0);
  if (/^(?:\w+: )?\d+ passed, \d+ failed/m.test(output))
    return {
      passed: sum(/^(?:\w+: )?(\d+) passed, \d+ failed/gm),
      failed: sum(/^(?:\w+: )?\d+ passed, (\d+) failed/gm),
      skipped: sum(/^(?:\w+: )?\d+ passed, \d+ failed, (\d+) skipped/gm),
    };
  return {
    passed: sum(/^\s*(\d+) passing\b/gm),
    failed: sum(/^\s*(\d+) failing\b/gm),
    skipped: sum(/^\s*(\d+) pending\b/gm),
  };
}

/** The lines that say what was not proven here, and why. */
export function skipsIn(output) {
  return output.split('\n').filter((line) => /^\s*SKIPPED: /.test(line));
}

/** What is told of failed tests: by mocha at its end, by our own programs from `failed:` on to their next check. */
export function failuresIn(output) {
  const end = /^\s*\d+ failing\n/m.exec(output);
  if (end) return output.slice(end.index).trimEnd();
  // A browser's log of calls, too, is set in by two blanks: as a list.
  const checks = output.split(/^(?= {2}[^\s-]|\S+: failed: |(?:\w+: )?\d+ passed, )/m);
  return checks
    .filter((check) => /^(?: {2}|\S+: )failed: /.test(check))
    .join('')
    .trimEnd();
}

/** Ends a test program of our own: prints its closing line, returns its exit code. */
export function tally({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? 1 : 0;
}

// What `npm test` takes from the output of a test program: counts, what was skipped, and of failures the details alone.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

interface Outcome {
  countsIn: (output: string) => { passed: number; failed: number; skipped: number };
  skipsIn: (output: string) => string[];
  failuresIn: (output: string) => string;
}

describe('the outcome of a test program', () => {
  let outcome: Outcome;
  before(async () => {
    outcome = (await import(pathToFileURL(path.resolve('scripts/outcome.mjs')).href)) as Outcome;
  });

  it('is read from what mocha prints', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ryzanstein-outcome-'));
    try {
      const file = path.join(folder, 'sample.test.js');
      const tests = [
        "it('is well', () => console.error('SKIPPED: no weights'));",
        "it('waits');",
        "it('is broken', () => { throw new Error('three is not four'); });",
      ];
      writeFileSync(file, tests.join('\n'));
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['node_modules/mocha/bin/mocha.js', '--no-color', file],
        { encoding: 'utf8' },
      );
      const output = stderr + stdout;
      assert.deepEqual(outcome.countsIn(output), { passed: 1, failed: 1, skipped: 1 });
      assert.deepEqual(outcome.skipsIn(output), ['SKIPPED: no weights']);
      const failures = outcome.failuresIn(output);
      assert.match(failures, /is broken[^]*three is not four/);
      assert.doesNotMatch(failures, /is well/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is read from the closing lines of other programs, and summed', () => {
    const native = 'avx2: 7 GB/s\na.cpp:7: failed: sum\n3 passed, 1 failed\n';
    const browser =
      '  types: well\n  failed: shows: Error: no\n  - waiting for a row\n    at x\n  ends: well\n2 passed, 1 failed, 4 skipped\n';
    const output = native + browser;
    assert.deepEqual(outcome.countsIn(output), { passed: 5, failed: 2, skipped: 4 });
    assert.equal(outcome.failuresIn(native), 'a.cpp:7: failed: sum');
    assert.equal(outcome.failuresIn(browser), '  failed: shows: Error: no\n  - waiting for a row\n    at x');
    assert.deepEqual(outcome.countsIn('Killed\n'), { passed: 0, failed: 0, skipped: 0 });
  });
});

// Entry of the tests inside the extension host: the same for @vscode/test-electron and for the workbench in a browser.

import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Result {
  title: string;
  ok: boolean;
  skipped?: boolean;
  ms?: number;
  /** What it has measured. */
  note?: string;
  err?: string;
}

/** Runs every test file beside this one, or the tests that RYZANSTEIN_TEST_GREP matches; leaves the results as JSON where RYZANSTEIN_TEST_RESULTS says. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    reporter: 'spec',
    color: false,
    grep: process.env.RYZANSTEIN_TEST_GREP || undefined,
  });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
  for (const name of files.sort()) mocha.addFile(path.join(__dirname, name));

  const tests: Result[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => {
      const { note } = test as { note?: string };
      tests.push({ title: test.fullTitle(), ok: true, ms: test.duration, note });
    });
    runner.on('pending', (test) => tests.push({ title: test.fullTitle(), ok: true, skipped: true }));
    runner.on('fail', (test, error: Error) =>
      tests.push({
        title: test.fullTitle(),
        ok: false,
        ms: test.duration,
        err: error.stack ?? String(error),
      }),
    );
  });
  const results =
    process.env.RYZANSTEIN_TEST_RESULTS ?? path.join(__dirname, '..', '..', 'host-results.json');
  writeFileSync(results, JSON.stringify({ failures, tests }, null, 2));
  if (failures > 0) throw new Error(`${failures} tests failed: ${results} tells which.`);
}

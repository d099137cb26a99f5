// Runs the unit tests on the system of a finished package, with its engine: `units.mjs VSIX`.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from '../../scripts/build.mjs';
import { countsIn, tally } from '../../scripts/outcome.mjs';
import { filesUnder, program, run } from '../../scripts/steps.mjs';
import { takeEngine } from './here.mjs';

await program(import.meta.url, async ([vsix]) => {
  // By its whole name, for on Windows the one that is told may be a short form of it.
  const scratch = realpathSync.native(mkdtempSync(path.join(tmpdir(), 'ryzanstein-units-')));
  await takeEngine(vsix, scratch);
  await bundle({ tests: true });
  const files = filesUnder([path.join('out', 'test', 'unit')]).filter((file) => file.endsWith('.test.js'));
  const mocha = path.join('node_modules', 'mocha', 'bin', 'mocha.js');
  const flags = ['--no-color', '--exit', '--retries', '1', '--timeout', '300000'];
  const { code, output } = await run(process.execPath, [mocha, ...flags, ...files], {
    env: { TMPDIR: scratch, TEMP: scratch, TMP: scratch },
    show: (text) => process.stdout.write(text),
    mayFail: true,
  });
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 1000 });
  const counts = countsIn(output);
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return tally(counts);
});

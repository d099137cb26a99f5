// `npm run test:desktop`: runs test/host in a desktop VS Code: the one that RYZANSTEIN_VSCODE names, else a downloaded one; with the engine of a VSIX that is named, else with one that is built.
import { runTests } from '@vscode/test-electron';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildNative, bundle } from '../../scripts/build.mjs';
import { setUpBuild } from '../../scripts/setup.mjs';
import { root } from '../../scripts/steps.mjs';
import { copyOf } from '../../scripts/workbench.mjs';
import { takeEngine } from '../platforms/here.mjs';

const [vsix] = process.argv.slice(2);
if (vsix) {
  const unpacked = mkdtempSync(path.join(tmpdir(), 'ryzanstein-engine-'));
  await takeEngine(vsix, unpacked);
  rmSync(unpacked, { recursive: true, force: true });
} else {
  await setUpBuild();
  await buildNative();
}
await bundle({ tests: true });
const workspace = copyOf(path.join(root, 'examples'));
const scratch = path.dirname(workspace);
const results = path.join(scratch, 'results.json');
try {
  process.exitCode = await runTests({
    vscodeExecutablePath: process.env.RYZANSTEIN_VSCODE,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'out', 'test', 'host', 'index.js'),
    extensionTestsEnv: {
      RYZANSTEIN_TEST_RESULTS: results,
      RYZANSTEIN_ROOT: root,
      RYZANSTEIN_GIT: 'on',
      GIT_CONFIG_GLOBAL: path.join(scratch, 'gitconfig'),
    },
    launchArgs: [
      workspace,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--user-data-dir',
      path.join(scratch, 'data'),
    ],
  });
  const { tests } = JSON.parse(readFileSync(results, 'utf8'));
  const failed = tests.filter((test) => !test.ok).length;
  const skipped = tests.filter((test) => test.skipped).length;
  console.log(
    `${tests.length - failed - skipped} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

// `npm test`: sets up what is missing, runs every stage (or those named), and ends with `N passed, N failed`.
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildNative, bundle } from './build.mjs';
import { clangFormat } from './clang-format.mjs';
import { countsIn, failuresIn, skipsIn } from './outcome.mjs';
import { packageVsix } from './package.mjs';
import { setUpActionlint, setUpBrowserTests, setUpBuild, setUpChromium } from './setup.mjs';
import { setUpLlama, setUpWeights } from './setup.mjs';
import { filesUnder, root, run, step } from './steps.mjs';

const long = process.env.RYZANSTEIN_TEST === 'long';
/** Where all output goes; of it people are shown what failed and what was skipped. */
const log = path.join('test-output', 'test.log');
const note = (text) => appendFileSync(path.join(root, log), text);
/** What any program of a stage may take at the most: several times as long as the longest does. */
const minutes = long ? 360 : 30;
const logged = (program, ...args) => run(program, args, { mayFail: true, show: note, minutes });
const node = (...args) => logged(process.execPath, ...args);
const tool = (name, file) => path.join(root, 'node_modules', name, file);

/** Gives what is run from here on a folder for its temporary files. Returns what removes it. */
function useScratchFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'ryzanstein-test-'));
  // A test runs as another user, who has to reach what lies in it.
  chmodSync(folder, 0o711);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** What a test program counted; one that counted nothing, or ended badly without a failure, has failed once. */
function counted(name, { code, output }) {
  const result = countsIn(output);
  for (const line of skipsIn(output)) console.log(line);
  if (result.failed > 0) console.log(failuresIn(output));
  if (code !== 0 && result.failed === 0) {
    console.log(`${output.trimEnd()}\n${name} ended with code ${code} without telling of a failed test.`);
    result.failed = 1;
  }
  if (result.passed + result.failed + result.skipped === 0) {
    console.log(`${name} ran no test.`);
    result.failed = 1;
  }
  return result;
}

/** A check that has one outcome: its program's exit code. */
function checked({ code, output }) {
  if (code !== 0) console.log(output.trimEnd());
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});
const nothing = { passed: 0, failed: 0, skipped: 0 };

/** The workflows, which run elsewhere only. */
async function workflows() {
  const linter = await setUpActionlint().catch((error) => {
    console.log(`SKIPPED: the workflows were not linted. ${error.message}`);
  });
  if (!linter) return { ...nothing, skipped: 1 };
  return checked(await logged(linter, ...filesUnder([path.join('.github', 'workflows')])));
}

async function nativeTests(folder) {
  const skip = (file) => file !== folder && path.basename(file).startsWith('sanitize-');
  const built = filesUnder([folder], skip);
  // Not all that lies there: a test that there is no more lies there still.
  const lists = readFileSync(path.join(root, 'native', 'CMakeLists.txt'), 'utf8');
  const programs = [...lists.matchAll(/^native_test\((\w+)/gm)].map(([, name]) => {
    const program = built.find((file) => [name, `${name}.exe`].includes(path.basename(file)));
    if (!program) throw new Error(`${folder} holds no ${name}.`);
    return program;
  });
  let total = nothing;
  for (const program of programs) {
    // The others read RYZANSTEIN_TEST themselves.
    const flags = long && path.basename(program).startsWith('kernels_test') ? ['--long'] : [];
    total = add(total, counted(program, await logged(path.join(root, program), ...flags)));
  }
  return total;
}

/** The native tests once more, built to look for bad memory use, undefined behaviour and races; long runs only. */
async function sanitized() {
  let total = nothing;
  for (const kind of ['address,undefined', 'thread']) {
    const folder = path.join('native', 'build', `sanitize-${kind.replace(',', '-')}`);
    await step(`Building the native tests with -fsanitize=${kind}`, async () => {
      const options = [`-DRYZANSTEIN_SANITIZE=${kind}`, '-DCMAKE_BUILD_TYPE=RelWithDebInfo'];
      await run('cmake', ['-S', 'native', '-B', folder, ...options]);
      await run('cmake', ['--build', folder, '--parallel', '2']);
    });
    total = add(total, await nativeTests(folder));
  }
  return total;
}

async function unitTests() {
  await setUpLlama();
  await setUpWeights();
  const files = filesUnder([path.join('out', 'test')]).filter(
    (file) => file.endsWith('.test.js') && !file.startsWith(path.join('out', 'test', 'host')),
  );
  // Compilers of grammars that have become hot may hold up the loading of the next ones on a busy machine.
  const flags = ['--exit', '--timeout', '300000', '--no-color'];
  return counted('mocha', await node(tool('mocha', 'bin/mocha.js'), ...flags, ...files));
}

/** Tests that need VS Code in a browser; where it cannot be had they fail, for then the main thing is unproven. */
async function inWorkbench(file) {
  if (!(await setUpBrowserTests()))
    throw new Error('It needs a workbench and a Chromium (RYZANSTEIN_CHROMIUM).');
  const vsix = await packageVsix();
  return counted(file, await node(path.join(root, 'test', 'e2e', file), vsix));
}

const stages = {
  format: async () =>
    add(
      checked(await node(tool('prettier', 'bin/prettier.cjs'), '--check', '.')),
      checked(await clangFormat('--dry-run', '--Werror')),
    ),
  lint: async () => add(checked(await node(tool('eslint', 'bin/eslint.js'), '.')), await workflows()),
  types: async () =>
    add(
      checked(await node(tool('typescript', 'bin/tsc'))),
      checked(await node(tool('typescript', 'bin/tsc'), '-p', 'src/webview')),
    ),
  native: async () => {
    const plain = await nativeTests(path.join('native', 'build'));
    return long ? add(plain, await sanitized()) : plain;
  },
  unit: unitTests,
  debug: async () => counted('debug', await node(path.join(root, 'test', 'debug.mjs'))),
  platforms: async () =>
    counted('platforms', await node(path.join(root, 'test', 'platforms', 'platforms.mjs'))),
  pages: async () => {
    if (!(await setUpChromium())) throw new Error('It needs a Chromium (RYZANSTEIN_CHROMIUM).');
    return counted('pages', await node(path.join(root, 'test', 'e2e', 'pages.mjs')));
  },
  host: () => inWorkbench('host.mjs'),
  browser: () => inWorkbench('browser.mjs'),
};

const built = ['native', 'unit', 'debug', 'platforms', 'pages', 'host', 'browser'];

async function main(names) {
  const unknown = names.filter((name) => !(name in stages));
  if (unknown.length > 0)
    throw new Error(`No such stage: ${unknown.join(', ')}. There are ${Object.keys(stages).join(', ')}.`);
  if (long) console.log('Long run: fuzzing, sanitizers and soak with full counts.');
  const started = Date.now();
  if (names.length === 0) names = Object.keys(stages);
  await setUpBuild({ compiler: names.some((name) => built.includes(name)) });
  if (names.some((name) => built.includes(name))) {
    await buildNative();
    await bundle({ tests: true });
  }

  mkdirSync(path.join(root, 'test-output'), { recursive: true });
  writeFileSync(path.join(root, log), '');
  const removeScratchFolder = useScratchFolder();
  let total = nothing;
  for (const name of names) {
    const begun = Date.now();
    note(`\n${name}\n`);
    const result = await stages[name]().catch((error) => {
      console.log(`${name} broke off: ${error.stack}`);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    total = add(total, result);
    const tally = `${result.passed} passed · ${result.failed} failed · ${result.skipped} skipped`;
    console.log(`${name.padEnd(8)} ${tally} · ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  }
  removeScratchFolder();
  console.log(`All stages took ${((Date.now() - started) / 1000).toFixed(0)} s. All they said is in ${log}.`);
  return total;
}

let total;
try {
  total = await main(process.argv.slice(2));
} catch (error) {
  console.log(error.stack);
  total = { passed: 0, failed: 1, skipped: 0 };
}
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

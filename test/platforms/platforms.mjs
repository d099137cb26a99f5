// The engine on other systems: each package is built, opened and held to what its system has, completes a line in that system's own Node where an emulator is here, and the native tests run there.
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildTarget, engineFolder, targets } from '../../scripts/build-target.mjs';
import { countsIn, failuresIn, tally } from '../../scripts/outcome.mjs';
import { packageTarget } from '../../scripts/package.mjs';
import { setUpLief } from '../../scripts/setup.mjs';
import { filesUnder, program, root } from '../../scripts/steps.mjs';
import { nodeOf, runBy, wayTo } from './emulators.mjs';
import { writeQuestion } from './question.mjs';
import { vsixComplaints } from './vsix.mjs';

const long = process.env.RYZANSTEIN_TEST === 'long';
/** Where none is named, one target by default, which holds no kernels of x86 and is built in a minute. */
const usual = long ? Object.keys(targets) : ['linux-arm64'];
/** What each processor that qemu imitates has to run, and no other may: a level and what comes before it. */
const processors = { 'cortex-a53': 'neon', 'neoverse-n1': 'neon-dotprod', max: 'neon-i8mm' };
const nativeTests = ['kernels_test', ...(long ? ['thread_pool_test', 'bad_files_test', 'model_test'] : [])];

const scratch = mkdtempSync(path.join(tmpdir(), 'ryzanstein-platforms-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const check = (ok, complaint) => {
  if (!ok) console.log(`  failed: ${complaint}`);
  total[ok ? 'passed' : 'failed']++;
};
const skip = (what) => {
  console.log(`SKIPPED: ${what}`);
  total.skipped++;
};

/** What to ask every engine, and the line that the one of this machine answers. */
async function questionAndAnswer() {
  const args = writeQuestion(scratch);
  const cli = path.join(root, 'dist', 'cli.js');
  const here = await runBy({ prefix: [] }, process.execPath, [cli, ...args], { scratch });
  if (here.code !== 0 || here.output.trim() === '') throw new Error(here.errors);
  return { args, answer: here.output };
}

/** Builds the engine and packs the VSIX once more, elsewhere and anew: both are equal byte by byte. */
async function isTheSameAgain(target, vsix) {
  const elsewhere = path.join('out', 'targets', 'again', target);
  rmSync(path.join(root, elsewhere), { recursive: true, force: true });
  await buildTarget(target, ['ryzanstein'], elsewhere);
  const [first, again] = [path.join('out', 'targets', target), elsewhere].map((folder) =>
    readFileSync(path.join(root, folder, 'ryzanstein.node')),
  );
  check(first.equals(again), `${target}: two builds differ`);
  rmSync(path.join(root, elsewhere), { recursive: true });
  const kept = path.join(scratch, 'first.vsix');
  // Temporary files may lie on another disk.
  copyFileSync(vsix, kept);
  rmSync(vsix);
  await packageTarget(target);
  check(readFileSync(kept).equals(readFileSync(vsix)), `${target}: two packages differ`);
}

async function completes(target, folder, { args, answer }) {
  const way = wayTo(target);
  if (way.lacks) return skip(`no completion by the engine for ${target}: that needs ${way.lacks}.`);
  const node = await nodeOf(target, way, scratch);
  const cli = path.join(folder, 'extension', 'dist', 'cli.js');
  const { code, output, errors } = await runBy(way, node, [cli, ...args], { scratch });
  check(code === 0 && output === answer, `${target} completes "${output}", not "${answer}":\n${errors}`);
}

/** The engine of this machine, on a processor of x64 that has no more than the first ones: all else must do without. */
async function completesOnTheOldest({ args, answer }) {
  const way = wayTo('the oldest x64');
  if (way.lacks) return skip(`no completion on the oldest processor: that needs ${way.lacks}.`);
  const cli = path.join(root, 'dist', 'cli.js');
  const { code, output, errors } = await runBy(way, process.execPath, [cli, ...args], { scratch });
  check(code === 0 && output === answer, `The oldest completes "${output}", not "${answer}":\n${errors}`);
}

/** What a test program counted; what it skips, as the levels that the processor lacks, is no loss here. */
async function counted(what, way, program, args, { more, cwd }) {
  const { code, output, errors } = await runBy(way, program, args, { scratch, cwd, more });
  const { passed, failed, skipped } = countsIn(output);
  total.passed += passed;
  total.failed += failed;
  if (failed > 0) console.log(failuresIn(output));
  check(code === 0 && passed + skipped > 0, `${what} ended with code ${code}\n${output}${errors}`);
}

function nativeTest(target, way, name, args, more) {
  const told = [name, ...args, ...Object.values(more)].join(' ');
  return counted(`${target}: ${told}`, way, path.join(root, 'out', 'targets', target, name), args, { more });
}

const testFolder = path.join('out', 'test', 'unit');
/** Unit tests that need no engine, of what is another thing on Windows: paths, links, files that others hold. */
const quickTests = ['judge', 'forbidden', 'gitIgnore', 'tree', 'modelFile', 'serverAddress']
  .map((name) => `editing/${name}`)
  .concat('held', 'library/onDisk', 'library/getModel');

/** Those of the files in Windows' own Node, in one process. */
async function unitTests(what, way, files) {
  const node = await nodeOf('win32-x64', way, scratch);
  // Once in a while Wine cannot start a process, and can a moment later; what nobody waits for may stay for ever.
  const flags = ['--no-color', '--exit', '--retries', '1', '--timeout', '300000'];
  const mocha = path.join('node_modules', 'mocha', 'bin', 'mocha.js');
  await counted(`win32-x64: ${what}`, way, node, [mocha, ...flags, ...files], { cwd: root });
}

/** All of them, on the package's engine. */
async function allUnitTests(target, folder) {
  const way = wayTo(target);
  if (way.lacks) return skip(`no unit tests in the Node for ${target}: that needs ${way.lacks}.`);
  const engine = path.join('dist', 'native', engineFolder(target));
  cpSync(path.join(folder, 'extension', engine), path.join(root, engine), { recursive: true });
  try {
    // Each file by itself: one that hangs keeps no other from being run.
    for (const file of filesUnder([testFolder]).filter((name) => name.endsWith('.test.js')))
      await unitTests(path.relative(testFolder, file), way, [file]);
  } finally {
    rmSync(path.join(root, engine), { recursive: true });
  }
  skip('unit tests of links, and those that ask Git: Wine has neither.');
}

/** The quick ones. */
async function someUnitTests() {
  const way = wayTo('win32-x64');
  if (way.lacks) return skip(`no unit tests in the Node of Windows: that needs ${way.lacks}.`);
  const files = quickTests.map((name) => path.join(testFolder, `${name}.test.js`));
  await unitTests('unit tests', way, files);
}

/** On each processor that qemu imitates: by default its best level alone. */
async function testsOnArm() {
  const target = 'linux-arm64';
  const way = wayTo(target);
  if (way.lacks) return skip(`no native test on ARM: that needs ${way.lacks}.`);
  await buildTarget(target, ['ryzanstein', ...nativeTests]);
  for (const [processor, level] of Object.entries(processors)) {
    const more = { QEMU_CPU: processor };
    await nativeTest(target, way, 'kernels_test', long ? [] : ['--level', level], more);
  }
  for (const name of nativeTests.slice(1))
    await nativeTest(target, way, name, [], { QEMU_CPU: 'neoverse-n1' });
}

async function testsOnWindows() {
  const target = 'win32-x64';
  const way = wayTo(target);
  if (way.lacks) return skip(`no native test on Windows: that needs ${way.lacks}.`);
  await buildTarget(target, ['ryzanstein', ...nativeTests]);
  for (const name of nativeTests) await nativeTest(target, way, `${name}.exe`, [], {});
}

await program(import.meta.url, async (args) => {
  const named = args.length > 0 ? args : usual;
  await setUpLief();
  const question = await questionAndAnswer();
  for (const target of named) {
    const folder = path.join(scratch, target);
    mkdirSync(folder);
    const vsix = await packageTarget(target);
    const complaints = await vsixComplaints(target, vsix, folder);
    check(complaints.length === 0, `the VSIX for ${target}: ${complaints.join('\n    ')}`);
    await isTheSameAgain(target, vsix);
    await completes(target, folder, question);
    if (target === 'win32-x64') await allUnitTests(target, folder);
    rmSync(folder, { recursive: true });
  }
  if (args.length === 0) await completesOnTheOldest(question);
  if (named.includes('linux-arm64')) await testsOnArm();
  if (named.includes('win32-x64')) await testsOnWindows();
  else if (args.length === 0) await someUnitTests();
  rmSync(scratch, { recursive: true, force: true });
  return tally(total);
});

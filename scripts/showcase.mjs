// `npm run showcase`: makes anew what a new bundled model changes: the thresholds in src/model/measured.ts, then the places to try and the picture, which it checks and takes.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative, bundle } from './build.mjs';
import { filesToType } from './heldOut.mjs';
import { setUpBuild } from './setup.mjs';
import { program, root, run, step } from './steps.mjs';

const measured = path.join(root, 'src', 'model', 'measured.ts');
/** Below this an answer is right too seldom for any setting. */
const leastConfidence = '0.2';

await program(import.meta.url, async (args) => {
  const { values } = parseArgs({
    args,
    options: { files: { type: 'string', default: '8' }, threads: { type: 'string', default: '1' } },
  });
  await setUpBuild();
  await buildNative();
  await bundle();
  const files = filesToType('choose', Number(values.files));
  const typing = await step(`Typing ${files.length} files`, () => typed(files, values.threads));
  await writeThresholds(outcomesOf(typing));
  return spawnSync(process.execPath, [path.join('test', 'e2e', 'trial.mjs')], { cwd: root, stdio: 'inherit' })
    .status;
});

async function typed(files, threads) {
  const flags = ['--typed', '--json', '--confidence', leastConfidence, '--threads', threads];
  const { output } = await run(process.execPath, [path.join('dist', 'cli.js'), 'replay', ...flags, ...files]);
  return JSON.parse(output.split('\n').find((line) => line.startsWith('{')));
}

function outcomesOf({ byLanguage }) {
  return Object.entries(byLanguage).flatMap(([language, { offered }]) =>
    offered.map(({ text, confidence, right }) => ({
      ...{ language, confidence, exact: right, characters: text.length },
    })),
  );
}

/** Puts the thresholds into the first row of the table, that of the bundled model. */
async function writeThresholds(outcomes) {
  const { thresholdsOf } = await calibration();
  const source = readFileSync(measured, 'utf8');
  const offers = outcomes.length.toLocaleString('en-US');
  const changed = source
    .replace(/thresholds: \{.*?\n {6}\},/s, `thresholds: ${JSON.stringify(thresholdsOf(outcomes))},`)
    .replace(/those of [\d,]+ offers/, `those of ${offers} offers`);
  writeFileSync(measured, changed);
  await run(process.execPath, [
    path.join('node_modules', 'prettier', 'bin', 'prettier.cjs'),
    '--write',
    measured,
  ]);
  console.log(`${path.relative(root, measured)} has the thresholds of ${offers} offers.`);
}

async function calibration() {
  const { build } = await import('esbuild');
  const outfile = path.join(root, 'out', 'quality', 'calibrate.cjs');
  const entryPoints = [path.join(root, 'src', 'measure', 'calibrate.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
  return createRequire(import.meta.url)(outfile);
}

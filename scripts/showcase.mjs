// `npm run showcase`: makes anew what a new bundled model changes: the thresholds in its file, then the places to try and the picture, which it checks and takes.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative, bundle } from './build.mjs';
import { filesToType } from './heldOut.mjs';
import { setUpBuild } from './setup.mjs';
import { program, root, run, step } from './steps.mjs';

const models = path.join(root, 'models');
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

/** Puts the thresholds into the bundled model's file, with the calibration that it has, or that was tuned beside it. */
async function writeThresholds(outcomes) {
  const [{ thresholdsOf }, { readGguf }, { stateConfidence, tuningOf }] = await Promise.all(
    ['completion/calibrate', 'model/gguf', 'model/tuning'].map(compiled),
  );
  const name = readdirSync(models).find((file) => file.endsWith('.gguf'));
  const gguf = readGguf(path.join(models, name));
  stateConfidence(gguf, { ...tuningOf(gguf).confidence, thresholds: thresholdsOf(outcomes) });
  console.log(`${name} has the thresholds of ${outcomes.length.toLocaleString('en-US')} offers.`);
}

async function compiled(file) {
  const { build } = await import('esbuild');
  const outfile = path.join(root, 'out', 'quality', `${path.basename(file)}.cjs`);
  const entryPoints = [path.join(root, 'src', `${file}.ts`)];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
  return createRequire(import.meta.url)(outfile);
}

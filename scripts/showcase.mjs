// `npm run showcase`: makes anew what a new bundled model changes: what tells a likely answer, how far that holds of the model and from when on an answer is shown, then the places to try and the picture, which it checks and takes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative, bundle } from './build.mjs';
import { filesToType, heldOutFiles, trainingCache } from './heldOut.mjs';
import { setUpBuild } from './setup.mjs';
import { program, root, run, step } from './steps.mjs';

const models = path.join(root, 'models');
/** Below this an answer is right too seldom for any setting. */
const leastConfidence = '0.2';
/** At which a file's text is asked for that teaches, and as many holes. */
const keysOfAFile = 24;

await program(import.meta.url, async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      teach: { type: 'string', default: '120' },
      files: { type: 'string', default: '8' },
      threads: { type: 'string', default: '1' },
      python: { type: 'string', default: path.join(trainingCache, 'venv', 'bin', 'python') },
    },
  });
  await setUpBuild();
  await nameSpecialists();
  await buildNative();
  await bundle();
  const taught = heldOutFiles('teach', Number(values.teach));
  const inHoles = await step(`Learning from ${taught.length} files`, () =>
    learn(taught, Number(values.threads), values.python),
  );
  const files = filesToType('choose', Number(values.files));
  const typing = await step(`Typing ${files.length} files`, () => typed(files, values.threads));
  await writeThresholds([offersOf(typing), inHoles]);
  return spawnSync(process.execPath, [path.join('test', 'e2e', 'trial.mjs')], { cwd: root, stdio: 'inherit' })
    .status;
});

/** The bundled model's file names those beside it that are for some languages alone. */
async function nameSpecialists() {
  const [{ array, text }, { restate }, { bundledModel }] = await Promise.all(
    ['model/ggufWriter', 'model/rewrite', 'editing/modelFile'].map(compiled),
  );
  const ggufs = await bundledFiles();
  const names = ggufs.filter((gguf) => languagesOf(gguf).length > 0).map(({ file }) => path.basename(file));
  const main = ggufs.find(({ file }) => file === bundledModel(models));
  restate(main, 'ryzanstein.specialists', array(8, names.map(text)));
}

async function typed(files, threads) {
  const flags = ['--typed', '--json', '--confidence', leastConfidence, '--threads', threads];
  const { output } = await run(process.execPath, [path.join('dist', 'cli.js'), 'replay', ...flags, ...files]);
  return JSON.parse(output.split('\n').find((line) => line.startsWith('{')));
}

function offersOf({ byLanguage }) {
  return Object.entries(byLanguage).flatMap(([language, { offered }]) =>
    offered.map(({ text, confidence, right }) => ({
      ...{ language, confidence, exact: right, characters: text.length },
    })),
  );
}

/**
 * Learns from answers in these files what tells a likely one, and calibrates the bundled model by the same answers.
 * Gives those in holes, each with the confidence that others' answers give it.
 */
async function learn(files, threads, python) {
  const folder = path.join(root, 'out', 'showcase');
  mkdirSync(folder, { recursive: true });
  const outcomes = await answersIn(files, threads);
  const [rows, learned] = ['outcomes.jsonl', 'learned.json'].map((name) => path.join(folder, name));
  writeFileSync(rows, outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''));
  const script = path.join('training', 'confidence.py');
  const { output } = await run(python, [script, '--outcomes', rows, '--out', learned]);
  console.log(output.trim());
  const { trees, chances } = JSON.parse(readFileSync(learned, 'utf8'));
  const kept = path.join(root, 'src', 'completion', 'likelihood.json');
  writeFileSync(kept, JSON.stringify(trees));
  const prettier = path.join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  await run(process.execPath, [prettier, '--write', kept]);
  await bundle();
  const [{ calibrationOf }, { calibrated }] = await Promise.all(
    ['completion/calibrate', 'completion/calibration'].map(compiled),
  );
  const answers = outcomes.map((outcome, i) => ({ ...outcome, confidence: chances[i] }));
  const made = await writeConfidence((_, isOwn) => calibrationOf(answers.filter(isOwn)));
  return answers
    .filter(({ inHole }) => inHole)
    .map((answer) => {
      const { confidence: calibration } = made.find(({ isOwn }) => isOwn(answer));
      return { ...answer, confidence: calibrated(answer.confidence, answer.language, calibration) };
    });
}

async function answersIn(files, threads) {
  const [{ addonFile, loadAddon }, { Engine }, { outcomesOf }, { sourceFiles }, { bundledModel }] =
    await Promise.all(
      ['engine/addon', 'engine/engine', 'measure/outcomes', 'measure/sourceFiles', 'editing/modelFile'].map(
        compiled,
      ),
    );
  const built = path.join(root, 'dist');
  process.env.RYZANSTEIN_GRAMMARS = path.join(built, 'grammars');
  const addon = loadAddon(addonFile(built));
  const engine = await Engine.load(addon, { modelFile: bundledModel(models), threads });
  const outcomes = [];
  for (const { file, source, path: shown } of files)
    for (const { languageId, text } of sourceFiles([file]))
      outcomes.push(...(await outcomesOf(engine, { source, path: shown, languageId, text }, keysOfAFile)));
  await engine.close();
  return outcomes;
}

/** Puts the thresholds that hold in each of these ways into the bundled models' files, with the calibration that they have, or that was tuned beside them. */
async function writeThresholds(ways) {
  const { strictest, thresholdsOf } = await compiled('completion/calibrate');
  await writeConfidence((known, isOwn) => ({
    ...known,
    thresholds: strictest(ways.map((answers) => thresholdsOf(answers.filter(isOwn)))),
  }));
  console.log(`The models have the thresholds of ${ways.flat().length.toLocaleString('en-US')} answers.`);
}

/** Puts into each bundled model's file what `made` makes of the confidence that it states; `isOwn` tells the answers that it gives. */
async function writeConfidence(made) {
  const { stateConfidence, tuningOf } = await compiled('model/tuning');
  const ggufs = await bundledFiles();
  const special = ggufs.flatMap(languagesOf);
  return ggufs.map((gguf) => {
    const languages = languagesOf(gguf);
    const isOwn = ({ language }) =>
      languages.length > 0 ? languages.includes(language) : !special.includes(language);
    const confidence = made(tuningOf(gguf).confidence, isOwn);
    stateConfidence(gguf, confidence);
    return { isOwn, confidence };
  });
}

async function bundledFiles() {
  const { readGguf } = await compiled('model/gguf');
  return readdirSync(models)
    .filter((file) => file.endsWith('.gguf'))
    .map((file) => readGguf(path.join(models, file)));
}

/** Those that a model's file is for alone; none where it is for all. */
function languagesOf(gguf) {
  return gguf.metadata.get('ryzanstein.languages') ?? [];
}

async function compiled(file) {
  const { build } = await import('esbuild');
  const outfile = path.join(root, 'out', 'quality', `${path.basename(file)}.cjs`);
  const entryPoints = [path.join(root, 'src', `${file}.ts`)];
  const alias = { 'web-tree-sitter': './node_modules/web-tree-sitter/web-tree-sitter.cjs' };
  await build({
    entryPoints,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    alias,
    logLevel: 'error',
  });
  return createRequire(import.meta.url)(outfile);
}

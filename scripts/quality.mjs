// `npm run quality`: lets engines and models answer a frozen set of holes, and writes docs/quality.md with its charts.
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative, bundle } from './build.mjs';
import { filesToType, heldOutFolder, trainingCache } from './heldOut.mjs';
import { program, root, run, step } from './steps.mjs';

const cli = path.join('dist', 'cli.js');
const reportsFolder = path.join(root, 'docs', 'quality');
const lists = ['training/eval.json', 'training/eval-more.json'];
/** Where the reports about typing are, beside the folders of the sets. */
const typedFolder = path.join(reportsFolder, 'typed');
const settings = ['quiet', 'normal', 'eager'];

/** Who answers: programs whose standard output ends up in `report`, an evaluation. */
const runs = {
  ryzanstein: (set, report) =>
    output([process.execPath, cli, 'eval', ...set.frozen, ...set.computed], report),
  'ryzanstein-context': (set, report) =>
    output([process.execPath, cli, 'eval', ...set.frozen, '--context', ...set.computed], report),
  'ryzanstein-both': (set, report) =>
    output([process.execPath, cli, 'eval', ...set.frozen, '--context', '--both', ...set.computed], report),
  'ryzanstein-alone': (set, report) =>
    output([process.execPath, cli, 'eval', ...set.frozen, '--no-cache', ...set.computed], report),
  'llama.cpp': (set, report) =>
    output([process.execPath, 'scripts/peer/evaluate.mjs', set.holes, ...set.computed.slice(1)], report),
  'n-gram': async (set, report) => {
    const answers = path.join(set.folder, 'n-gram-answers.json');
    await output([set.python, 'training/ngram.py', '--holes', set.holes], answers);
    await output([process.execPath, cli, 'eval', set.holes, '--answers', answers, '--json'], report);
  },
};

await program(import.meta.url, async (args) => {
  const options = optionsOf(args);
  if (!options.page) {
    await buildNative();
    await bundle();
    if (options.typed) await type(options);
    else await measure(options);
  }
  await writePage();
});

function optionsOf(args) {
  const text = { type: 'string' };
  const { values } = parseArgs({
    args,
    options: {
      set: { ...text, default: 'quick' },
      runs: { ...text, default: 'ryzanstein,ryzanstein-context,llama.cpp,n-gram' },
      model: text,
      name: text,
      threads: { ...text, default: '1' },
      files: { ...text, default: heldOutFolder },
      python: { ...text, default: path.join(trainingCache, 'venv', 'bin', 'python') },
      typed: text,
      page: { type: 'boolean' },
    },
  });
  const names = values.runs.split(',');
  const unknown = names.filter((name) => !(name in runs));
  if (unknown.length > 0)
    throw new Error(`No such run: ${unknown}. There are ${Object.keys(runs).join(', ')}.`);
  return { ...values, names, model: values.model ?? bundledModel() };
}

function bundledModel() {
  const name = readdirSync(path.join(root, 'models')).find((file) => file.endsWith('.gguf'));
  return path.join('models', name);
}

async function measure({ set, files, model, threads, python, names, name }) {
  const folder = path.join(root, 'out', 'quality', set);
  const holes = path.join(folder, 'holes.json');
  const frozen = [listOf(set), '--files', files, '--set', set];
  const computed = ['--json', '--model', model, '--threads', threads];
  mkdirSync(folder, { recursive: true });
  mkdirSync(path.join(reportsFolder, set), { recursive: true });
  await output([process.execPath, cli, 'eval', ...frozen, '--draw'], holes);
  for (const who of names) {
    if (who === 'n-gram' && !existsSync(python)) {
      console.error(`WITHOUT N-GRAM: there is no ${python}; training/README.md says how to make it.`);
      continue;
    }
    const report = path.join(folder, `${who}.json`);
    await step(`${who} answers the ${set} set`, () =>
      runs[who]({ folder, holes, frozen, computed, python }, report),
    );
    const { results, ...kept } = JSON.parse(readFileSync(report, 'utf8'));
    const file = path.join(reportsFolder, set, name ? `${who}-${name}.json` : `${who}.json`);
    writeFileSync(file, JSON.stringify(kept, withoutFolder));
    console.log(`${file}: ${results.length} answers`);
  }
}

/** The list that has a set. */
function listOf(set) {
  const list = lists.find((each) => set in JSON.parse(readFileSync(path.join(root, each), 'utf8')).sets);
  if (!list) throw new Error(`None of ${lists.join(', ')} has a set "${set}".`);
  return list;
}

/** Where files lie is of this machine alone. */
function withoutFolder(key, value) {
  return key === 'file' ? path.basename(value) : value;
}

/** Types held-out files, so many of each language, at each setting. */
async function type({ typed, files, model, threads }) {
  const sources = filesToType('report', Number(typed), files);
  const folder = path.join(root, 'out', 'quality');
  mkdirSync(folder, { recursive: true });
  mkdirSync(typedFolder, { recursive: true });
  for (const eagerness of settings) {
    const report = path.join(folder, `typed-${eagerness}.json`);
    const flags = ['--json', '--model', model, '--threads', threads, '--eagerness', eagerness];
    await step(`Typing ${sources.length} files, ${eagerness}`, () =>
      output([process.execPath, cli, 'replay', '--typed', ...flags, ...sources], report),
    );
    const typing = JSON.parse(readFileSync(report, 'utf8'));
    for (const language of Object.values(typing.byLanguage)) delete language.offered;
    writeFileSync(path.join(typedFolder, `${eagerness}.json`), JSON.stringify(typing));
  }
}

/** Runs a program and writes its standard output into a file. */
async function output([command, ...args], file) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
  child.stdout.pipe(createWriteStream(file));
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Error(
      `\`${[command, ...args].join(' ')}\` ended with code ${code}.\n${complaint.slice(-2000)}`,
    );
}

/** The page about all reports that are kept. */
async function writePage() {
  const { chartsOf, pageOf } = await pageParts();
  const sets = ['quick', 'full', 'full-more']
    .filter((name) => existsSync(path.join(reportsFolder, name)))
    .map((name) => ({ name, reports: reportsIn(path.join(reportsFolder, name)) }))
    .filter(({ reports }) => reports.length > 0);
  if (sets.length === 0) throw new Error(`${reportsFolder} has no reports to make a page of.`);
  writeFileSync(path.join(root, 'docs', 'quality.md'), pageOf(sets, typings()));
  for (const set of sets)
    for (const [file, svg] of Object.entries(chartsOf(set)))
      writeFileSync(path.join(reportsFolder, set.name, file), svg);
  const prettier = path.join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  await run(process.execPath, [prettier, '--write', 'docs/quality.md', 'docs/quality/**/*.json']);
  console.log('docs/quality.md is written.');
}

/** By setting, those that were measured. */
function typings() {
  const files = settings.map((name) => [name, path.join(typedFolder, `${name}.json`)]);
  return Object.fromEntries(
    files
      .filter(([, file]) => existsSync(file))
      .map(([name, file]) => [name, JSON.parse(readFileSync(file, 'utf8'))]),
  );
}

function reportsIn(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .reverse()
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
}

async function pageParts() {
  const { build } = await import('esbuild');
  const outfile = path.join(root, 'out', 'quality', 'page.cjs');
  const entryPoints = [path.join(root, 'src', 'report', 'qualityPage.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
  return createRequire(import.meta.url)(outfile);
}

// `npm run execution`: fills the holes of small functions with a model and counts how many then pass their tests.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative, bundle } from './build.mjs';
import { hasNoNetwork, limits, runProgram } from './sandbox.mjs';
import { setUpBuild } from './setup.mjs';
import { filesUnder, program, root } from './steps.mjs';

const folder = path.join('test', 'fixtures', 'functions');

await program(import.meta.url, async (args) => {
  const { values } = parseArgs({ args, options: { model: { type: 'string' }, json: { type: 'boolean' } } });
  await setUpBuild();
  await buildNative();
  await bundle();
  const report = await measure(readFunctions(), values.model);
  console.log(values.json ? JSON.stringify(report) : described(report));
});

/** Completes each function's hole as a whole line and from its middle on, and runs what comes of it. */
export async function measure(functions, model) {
  if (!hasNoNetwork)
    console.error('WITH NETWORK: `unshare -rn` does not work here, so what the model writes could connect.');
  const holes = ['line', 'rest'].flatMap((kind) => functions.map((one) => holeOf(one, kind)));
  const { name, answers } = complete(holes, model);
  const results = await inTurns(holes, async (hole, i) => ({
    name: hole.function.name,
    language: hole.language,
    kind: hole.kind,
    expected: hole.expected,
    text: answers[i],
    exact: answers[i] === hole.expected,
    ...(await runProgram(hole.language, filled(hole.function, hole.typed + answers[i]))),
  }));
  return {
    schema: 'ryzanstein/execution/1',
    model: name,
    rates: ratesOf(results),
    limits: { ...limits, network: hasNoNetwork ? 'none' : 'NOT LIMITED', files: 'no writing' },
    results,
  };
}

/**
 * The functions of test/fixtures/functions. There `# --- name` opens one and `# ---` its tests; the hole is the line
 * with `#?`, behind which stands a plausible wrong one. In TypeScript `//` is the comment.
 */
export function readFunctions() {
  return filesUnder([folder]).flatMap((file) => {
    const [language, ending, comment] = file.endsWith('.py')
      ? ['python', 'py', '#']
      : ['typescript', 'ts', '//'];
    const sections = readFileSync(path.join(root, file), 'utf8').split(
      new RegExp(`^${comment} --- (?=\\w)`, 'm'),
    );
    return sections.slice(1).map((section) => {
      const name = section.slice(0, section.indexOf('\n'));
      const [code = '', tests] = section.slice(name.length + 1).split(`\n${comment} ---\n`);
      const hole = new RegExp(`^([ \\t]*)(.*?) *${comment}\\? (.*)$`, 'm').exec(code);
      if (!hole || !tests) throw new Error(`${file}: ${name} has no line with ${comment}? or no tests.`);
      const [line, indentation, expected, wrong] = hole;
      const prefix = code.slice(0, hole.index) + indentation;
      const suffix = `${code.slice(hole.index + line.length)}\n`;
      return { name, file, path: `${name}.${ending}`, language, prefix, expected, wrong, suffix, tests };
    });
  });
}

/** The program that tests a function with `line` in its hole. */
export function filled({ prefix, suffix, tests }, line) {
  return prefix + line + suffix + tests;
}

/** A `line` is to be written whole, of a `rest` the first half is `typed`, up to a word. */
function holeOf(one, kind) {
  const words = [...one.expected.matchAll(/\b\w/g)].map(({ index }) => index);
  const middle = words.find((start) => start >= one.expected.length / 2) ?? words.at(-1) ?? 0;
  const typed = kind === 'line' ? '' : one.expected.slice(0, middle);
  const { path, language, suffix } = one;
  const expected = one.expected.slice(typed.length);
  return { function: one, typed, path, language, kind, prefix: one.prefix + typed, suffix, expected };
}

/** Asks the command line for what is missing, as a measurement on holes does: the tests are no part of the prompt. */
function complete(holes, model) {
  const file = path.join(root, 'out', 'execution', 'holes.json');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ holes }));
  const args = ['dist/cli.js', 'eval', file, '--json', ...(model ? ['--model', path.resolve(model)] : [])];
  const output = execFileSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  const evaluation = JSON.parse(output);
  return { name: evaluation.model, answers: evaluation.results.map(({ text }) => text) };
}

/** The results of `work` for each item, two at a time. */
export async function inTurns(items, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i], i);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

/** By kind of hole and language: how many functions pass, and how many answers are the original text. */
function ratesOf(results) {
  const groups = ['line', 'rest'].flatMap((kind) =>
    ['python', 'typescript'].map((language) => ({ kind, language })),
  );
  return groups.map((group) => {
    const own = results.filter(({ kind, language }) => kind === group.kind && language === group.language);
    const count = (name) => own.filter((result) => result[name]).length;
    const passed = count('passed');
    return { ...group, functions: own.length, passed, passRate: passed / own.length, exact: count('exact') };
  });
}

function described({ model, rates, limits, results }) {
  const failures = results.filter(({ passed }) => !passed);
  const { seconds, megabytes, network, files } = limits;
  return [
    ...failures.map(
      ({ name, kind, text, failure }) => `${name}, ${kind}: ${JSON.stringify(text)}\n    ${failure}`,
    ),
    `\n${model}; limits: ${seconds} s, ${megabytes} MB, network: ${network}, files: ${files}`,
    ...rates.map(
      ({ kind, language, functions, passed, passRate, exact }) =>
        `${kind} ${language.padEnd(10)} ${passed} of ${functions} pass (${(passRate * 100).toFixed(1)} %), ` +
        `${exact} are the original text`,
    ),
  ].join('\n');
}

// The command line `ryzanstein`: complete, bench, diagnose, replay, eval, synthesize and tokenize, with a table or one JSON document as output.

import { Command, InvalidArgumentError } from 'commander';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { languageOf } from '../../language/languages';
import type { Completion, Limits, Prompt } from '../../protocol';
import type { BenchReport, Evaluation } from '../../reports';
import { loadAddon } from '../../engine/addon';
import { bench } from '../../measure/bench';
import { type Bundle, type BundleReplay, readBundle, replayBundle } from '../../measure/bundle';
import { bitsPerByte } from '../../measure/bitsPerByte';
import { diagnose } from '../../measure/diagnose';
import { Engine } from '../../engine/engine';
import { drawSet, digestOf, evalSetOf } from '../../measure/evalSet';
import { evaluate, score } from '../../measure/evaluate';
import { foreignAnswers } from '../../measure/foreignAnswers';
import { readGguf } from '../../model/gguf';
import { type Hole, punchHoles } from '../../measure/holes';
import { describeModel } from '../../model/description';
import { readRecording } from '../../measure/recording';
import { replay } from '../../measure/replay';
import { withContext } from '../../measure/repositoryContext';
import {
  benchPage,
  benchTable,
  compareReports,
  comparisonTable,
  describeCompletion,
  describeDiagnosis,
  describeEvaluation,
  describeReplay,
  describeTextScore,
  table,
} from '../../report/tables';
import { readText, sourceFiles } from '../../measure/sourceFiles';
import { architectures, customShape, type Shape, shapes, synthesize } from '../../measure/synthesize';
import { Tokenizer } from '../../model/tokenizer';

interface ModelOptions {
  model?: string;
  threads?: number;
  kernel?: string;
  json?: boolean;
}

/** The model that comes with the package: the only file of `models/`, one folder above the bundle. */
function bundledModel(): string {
  const folder = path.join(__dirname, '..', 'models');
  const found = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith('.gguf')) : [];
  if (found.length === 0) throw new Error(`No model file in ${folder}. Name one with --model.`);
  return path.join(folder, found.sort()[0]!);
}

function loadEngine(options: ModelOptions): Promise<Engine> {
  const { kernel, threads = 0 } = options;
  const modelFile = options.model ?? bundledModel();
  return Engine.load(loadAddon(), kernel ? { modelFile, threads, kernel } : { modelFile, threads });
}

/** FILE:LINE:COL, both from 1; a column counts UTF-16 units, as editors do. */
function promptAt(place: string): Prompt {
  const match = /^(.+):(\d+):(\d+)$/.exec(place);
  if (!match) throw new Error(`"${place}" is no place. Write FILE:LINE:COL, counted from 1.`);
  const [, file, line, column] = match as unknown as [string, string, string, string];
  const text = readText(file);
  const lines = text.split('\n');
  const content = lines[Number(line) - 1]?.replace(/\r$/, '');
  if (content === undefined || Number(column) < 1 || Number(column) > content.length + 1) {
    const bounds =
      content === undefined ? `${lines.length} lines` : `${content.length + 1} columns in line ${line}`;
    throw new Error(`${file} has no place ${line}:${column}, only ${bounds}.`);
  }
  const start = lines.slice(0, Number(line) - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const cursor = start + Number(column) - 1;
  return {
    path: path.relative(process.cwd(), file) || file,
    languageId: languageOf(file) ?? 'plaintext',
    prefix: text.slice(0, cursor),
    suffix: text.slice(cursor),
    related: [],
  };
}

async function complete(
  place: string,
  options: ModelOptions & { maxTokens: number; maxLines: number; candidates: number; bundle?: string },
): Promise<void> {
  const prompt = promptAt(place);
  const engine = await loadEngine(options);
  const { maxTokens, maxLines, candidates } = options;
  const limits: Limits = { maxTokens, maxLines, minConfidence: 0, candidates };
  const completion = await engine.complete(prompt, limits);
  await engine.close();
  if (options.bundle !== undefined) {
    const bundle: Bundle = { schema: 'ryzanstein/bundle/1', prompt, limits, completion };
    fs.writeFileSync(options.bundle, `${JSON.stringify(bundle)}\n`);
  }
  process.stderr.write(`${describeCompletion(completion)}\n`);
  print(options, 'complete', completion, ({ text, alternatives = [] }) =>
    [
      text,
      ...alternatives.map((other) => `-- or, confidence ${other.confidence.toFixed(2)}:\n${other.text}`),
    ].join('\n'),
  );
}

interface BenchOptions extends Omit<ModelOptions, 'threads'> {
  threads?: number[];
  prompt: number;
  generate: number;
  html?: string;
  compare?: string[];
}

async function runBench(options: BenchOptions): Promise<void> {
  if (options.compare) return compare(options.compare, options);
  const { threads = [], prompt, generate, ...rest } = options;
  const engine = await loadEngine({ ...rest, threads: threads[0] ?? 0 });
  process.stderr.write(`Measuring ${engine.info.name}, some seconds for each number of threads.\n`);
  const report = await bench(engine, { promptTokens: prompt, generateTokens: generate, threads });
  await engine.close();
  if (options.html !== undefined) fs.writeFileSync(options.html, benchPage(report));
  print(options, 'bench', report, benchTable);
}

function compare(files: string[], options: BenchOptions): void {
  const [before, after] = files;
  if (before === undefined || after === undefined)
    throw new Error('--compare needs two reports of "bench --json".');
  const rows = compareReports(readReport(before), readReport(after));
  if (rows.length === 0) throw new Error(`${before} and ${after} have no work in common.`);
  print(options, 'compare', { before, after, rows }, (result) => comparisonTable(result.rows));
}

function readReport(file: string): BenchReport {
  const report = readJson(file) as BenchReport;
  if (report.schema !== 'ryzanstein/bench/1') throw new Error(`${file} is no report of "bench --json".`);
  return report;
}

function readJson(file: string): object {
  const text = readText(file);
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new Error(`${file} is no JSON document.`, { cause: error });
  }
}

async function runDiagnose(options: ModelOptions): Promise<void> {
  const engine = await loadEngine(options);
  process.stderr.write(`Testing and measuring ${engine.info.name}, some seconds.\n`);
  const diagnosis = await diagnose(engine);
  await engine.close();
  print(options, 'diagnose', diagnosis, describeDiagnosis);
}

async function runReplay(file: string, options: ModelOptions & { confidence: number }): Promise<void> {
  const text = readText(file);
  const bundle = readBundle(text, file);
  if (bundle) {
    const engine = await loadEngine(options);
    const result = await replayBundle(engine, bundle);
    await engine.close();
    return print(options, 'replay', result, describeBundleReplay);
  }
  const recording = readRecording(text, file);
  const engine = await loadEngine(options);
  const limits: Limits = { maxTokens: 64, maxLines: 12, minConfidence: options.confidence };
  const result = await replay(engine, recording, limits, (done) => {
    if (done % 100 === 0) process.stderr.write(`${done} of ${recording.steps.length} steps\n`);
  });
  await engine.close();
  print(options, 'replay', result, describeReplay);
}

function describeBundleReplay({ same, differs, expected, completion }: BundleReplay): string {
  const told = (which: Completion): string => `${JSON.stringify(which.text)}\n  ${describeCompletion(which)}`;
  if (same) return `The same answer as before: ${told(completion)}`;
  return `Another answer, by ${differs.join(', ')}.\nBefore: ${told(expected)}\nNow: ${told(completion)}`;
}

interface EvaluateOptions extends ModelOptions {
  limit?: number;
  seed: number;
  files?: string;
  set: string;
  context?: boolean;
  draw?: boolean;
  answers?: string;
  bits?: boolean;
}

async function runEvaluate(paths: string[], options: EvaluateOptions): Promise<void> {
  if (options.bits) return scoreText(paths, options);
  const holes = holesOf(paths, options);
  if (options.draw) {
    process.stdout.write(
      `${JSON.stringify({ schema: 'ryzanstein/holes/1', digest: digestOf(holes), holes })}\n`,
    );
    return;
  }
  const evaluation = options.answers
    ? await scoreAnswers(options.answers, holes)
    : await evaluateModel(options, holes);
  print(options, 'eval', evaluation, describeEvaluation);
}

async function evaluateModel(options: ModelOptions, holes: Hole[]): Promise<Evaluation> {
  const engine = await loadEngine(options);
  const evaluation = await evaluate(engine, holes, (done) => {
    if (done % 10 === 0) process.stderr.write(`${done} of ${holes.length} holes\n`);
  });
  await engine.close();
  return evaluation;
}

async function scoreText(paths: string[], options: ModelOptions & { limit?: number }): Promise<void> {
  const files = sourceFiles(paths).filter(({ text }) => text.trim() !== '');
  if (files.length === 0) throw new Error(`There is no text to score in ${paths.join(', ')}.`);
  const engine = await loadEngine(options);
  const score = await bitsPerByte(engine, files, options.limit, (language) =>
    process.stderr.write(`Scoring ${language}\n`),
  );
  await engine.close();
  print(options, 'eval', score, describeTextScore);
}

function scoreAnswers(file: string, holes: Hole[]): Promise<Evaluation> {
  const { answerer, answers } = foreignAnswers(readJson(file), holes, file);
  return score(answerer, holes, answers);
}

/** The holes of a frozen set, those that a JSON file lists, or new ones in source files. */
function holesOf(paths: string[], options: EvaluateOptions): Hole[] {
  const [file] = paths as [string];
  const list = paths.length === 1 && file.endsWith('.json') ? readJson(file) : undefined;
  if (list && 'sets' in list) return holesOfSet(list, file, options);
  if (list) {
    const { holes } = list as { holes?: Hole[] };
    if (!Array.isArray(holes) || holes.length === 0) throw new Error(`${file} lists no holes.`);
    if (options.context) throw new Error(`${file} has no files beside its holes; --context needs them.`);
    return holes.slice(0, options.limit);
  }
  const files = sourceFiles(paths);
  const holes = punchHoles(files, options.limit ?? 300, options.seed);
  if (holes.length === 0) throw new Error(`There is no code to punch holes into in ${paths.join(', ')}.`);
  return options.context ? withContext(holes, () => files) : holes;
}

function holesOfSet(list: object, file: string, options: EvaluateOptions): Hole[] {
  const { files: folder, set, limit } = options;
  if (folder === undefined)
    throw new Error(
      `${file} names sources; --files needs the folder that training/eval_set.py brings them to.`,
    );
  const holes = drawSet(evalSetOf(list, set, file), folder).slice(0, limit);
  return options.context ? withContext(holes, (source) => sourceFiles([path.join(folder, source!)])) : holes;
}

function tokenize(file: string, options: ModelOptions): void {
  const model = options.model ?? bundledModel();
  const tokenizer = new Tokenizer(readGguf(model));
  const ids = tokenizer.encode(readText(file));
  const pieces = ids.map((id) => tokenizer.piece(id).toString());
  print(options, 'tokenize', { model: path.basename(model), count: ids.length, ids, pieces }, () =>
    table(ids.map((id, i) => [String(id), JSON.stringify(pieces[i])])),
  );
}

interface SynthesizeOptions {
  shape: string;
  architecture: string;
  type: string;
  out: string;
  seed: number;
  json?: boolean;
}

function runSynthesize({ out, shape, ...rest }: SynthesizeOptions): void {
  const result = synthesize(out, { name: shape, shape: shapeOf(shape), ...rest });
  print(rest, 'synthesize', result, ({ file, architecture, type, weights, bytes }) => {
    const size = `${(weights / 1e6).toFixed(1)} million random weights, ${(bytes / 1e6).toFixed(1)} MB`;
    return `${file}: ${architecture}, ${type}, ${size}`;
  });
}

/** A shape by its name, as numbers, or that of the bundled model. */
function shapeOf(name: string): Shape {
  const shape =
    name === 'bundled'
      ? describeModel(readGguf(bundledModel())).hyperparameters
      : (shapes[name] ?? customShape(name));
  if (shape) return shape;
  const known = [...Object.keys(shapes), 'bundled', 'WIDTH,LAYERS,FFN,HEADS,KV_HEADS,VOCABULARY'];
  throw new Error(`"${name}" is no shape; known are ${known.join(', ')}.`);
}

/** One JSON document that begins with its schema, or text for people. */
function print<T extends object>(
  options: Pick<ModelOptions, 'json'>,
  verb: string,
  result: T,
  text: (result: T) => string,
): void {
  const output = options.json ? JSON.stringify({ schema: `ryzanstein/${verb}/1`, ...result }) : text(result);
  process.stdout.write(`${output}\n`);
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(value);
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('A whole number above 0 is needed.');
  return number;
}

function positives(value: string): number[] {
  return value.split(',').map(positive);
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('A number from 0 to 1 is needed.');
  return number;
}

function program(): Command {
  const ryzanstein = new Command('ryzanstein').description(
    'Code completion from a small ternary model on this CPU.',
  );
  const verb = (name: string, description: string): Command =>
    ryzanstein
      .command(name)
      .description(description)
      .option('--model <file>', 'GGUF file; the bundled model without it')
      .option('--json', 'print one JSON document');
  verb('complete', 'complete at a place, the way the editor does')
    .argument('<FILE:LINE:COL>', 'where, counted from 1')
    .option('--max-tokens <n>', 'longest answer', positive, 64)
    .option('--max-lines <n>', 'lines of a block, where the line opens one', positive, 12)
    .option('--candidates <n>', 'answers at most, each with another first token', positive, 1)
    .option('--bundle <file>', 'also write prompt, limits and answer, to replay them')
    .option('--threads <n>', 'threads; the physical cores without it', positive)
    .option('--kernel <name>', 'kernel level; the best one without it')
    .action(complete);
  verb('bench', 'measure prefill and decode')
    .option('--threads <list>', 'numbers of threads, such as 1,2', positives)
    .option('--prompt <n>', 'tokens of the prompt', positive, 512)
    .option('--generate <n>', 'tokens to generate', positive, 64)
    .option('--kernel <name>', 'kernel level; the best one without it')
    .option('--html <file>', 'also write a page with bars')
    .option('--compare <reports...>', 'compare two JSON reports instead of measuring')
    .action(runBench);
  verb('diagnose', 'test the kernels, measure the machine, say what is wrong')
    .option('--threads <n>', 'threads; the physical cores without it', positive)
    .option('--kernel <name>', 'kernel level; the best one without it')
    .action(runDiagnose);
  verb('replay', 'replay recorded typing the way the editor asks, or one completion exactly')
    .argument('<SESSION.jsonl|BUNDLE.json>', 'a recording, or one completion that "complete --bundle" wrote')
    .option('--confidence <n>', 'how sure an answer has to be to be shown, 0 to 1', share, 0.55)
    .option('--threads <n>', 'threads; the physical cores without it', positive)
    .option('--kernel <name>', 'kernel level; the best one without it')
    .action(runReplay);
  verb('eval', 'score the model on holes in code, drawn by seed or listed in a JSON file')
    .argument('<DIR|FILE...>', 'code, or one JSON file: holes, or frozen sets such as training/eval.json')
    .option('--bits', 'instead of holes: bits per byte of the heads of files, by language')
    .option(
      '--limit <n>',
      'holes, or with --bits files of each language, at most; 300 without it where they are drawn from code',
      positive,
    )
    .option('--seed <n>', 'another one draws other holes', wholeNumber, 1)
    .option('--set <name>', 'of frozen sets', 'quick')
    .option('--files <dir>', "where the sources' files of frozen sets are")
    .option('--context', 'with code of other files in the prompt, as in the editor')
    .option('--draw', 'only print the holes, as a JSON file that lists them')
    .option('--answers <file>', 'score the answers that this JSON file lists instead of the model')
    .option('--threads <n>', 'threads; the physical cores without it', positive)
    .option('--kernel <name>', 'kernel level; the best one without it')
    .action(runEvaluate);
  ryzanstein
    .command('synthesize')
    .description('write a GGUF of a real shape with random weights, for measuring')
    .requiredOption('--shape <name>', `${Object.keys(shapes).join(', ')}, bundled, or six numbers`)
    .requiredOption('--out <file>', 'where to write it')
    .option('--type <name>', 'of the matrices: tq2_0, tq1_0 or i2_s', 'tq2_0')
    .option('--architecture <name>', architectures.join(' or '), architectures[0])
    .option('--seed <n>', 'another one gives other weights', wholeNumber, 1)
    .option('--json', 'print one JSON document')
    .action(runSynthesize);
  verb('tokenize', 'ids and pieces of a file').argument('<FILE>').action(tokenize);
  return ryzanstein;
}

program()
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`ryzanstein: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });

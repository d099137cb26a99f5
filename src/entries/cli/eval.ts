// `ryzanstein eval`: scores the model, or other programs' answers, on holes in code, or the model on text.

import type { Command } from 'commander';
import * as path from 'node:path';
import { bitsPerByte } from '../../measure/bitsPerByte';
import { digestOf, drawSet, evalSetOf } from '../../measure/evalSet';
import { evaluate, score } from '../../measure/evaluate';
import { foreignAnswers } from '../../measure/foreignAnswers';
import { type Hole, holesToShow, listedHoles, punchHoles } from '../../measure/holes';
import { withContext } from '../../measure/repositoryContext';
import { barredFiles, type SourceFile, sourceFiles } from '../../measure/sourceFiles';
import { describeEvaluation, describeTextScore } from '../../report/tables';
import type { Evaluation } from '../../reports';
import {
  bothOption,
  type EngineOptions,
  expectUseful,
  positive,
  print,
  readJson,
  tell,
  verbWithEngine,
  wholeNumber,
  withAnswering,
  withEngine,
} from './options';

interface Options extends EngineOptions {
  limit?: number;
  seed: number;
  files?: string;
  set: string;
  context?: boolean;
  draw?: boolean;
  answers?: string;
  bits?: boolean;
  cache: boolean;
  room?: number;
}

export function addEval(program: Command): void {
  verbWithEngine(
    program.command('eval'),
    'score the model on holes in code, drawn by seed or listed in a JSON file',
  )
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
    .option('--no-cache', 'by the model alone, without what the context holds')
    .option('--room <n>', 'tokens that prompt and answer share at most; 1024 without it', positive)
    .addOption(bothOption())
    .option(
      '--draw',
      'only print the holes, as a JSON file that lists them; without lines that hold secrets, but frozen sets as they are',
    )
    .option('--answers <file>', 'score the answers that this JSON file lists instead of the model')
    .action(run);
}

/** Options that mean nothing where there are holes of this kind, or text alone; given there, something else was meant. */
const useless = {
  code: ['set', 'files'],
  'a list of holes': ['set', 'files', 'seed'],
  'frozen sets': ['seed'],
  '--bits': ['set', 'files', 'seed', 'context', 'draw', 'answers', 'cache', 'room', 'both'],
  '--draw': ['answers', 'model', 'threads', 'kernel', 'cache', 'room', 'both'],
  '--answers': ['model', 'threads', 'kernel', 'cache', 'room', 'both'],
};

async function run(paths: string[], options: Options, command: Command): Promise<void> {
  const expectFor = (kind: keyof typeof useless): void => expectUseful(command, useless[kind], kind);
  if (options.bits) {
    expectFor('--bits');
    return scoreText(paths, options);
  }
  if (options.draw) expectFor('--draw');
  if (options.answers) expectFor('--answers');
  const { holes, isFrozen } = await holesOf(paths, options, expectFor);
  if (options.draw) return printHoles(holes, isFrozen);
  const evaluation = options.answers
    ? await scoreAnswers(options.answers, holes)
    : await evaluateModel(options, holes);
  print(options, 'eval', evaluation, describeEvaluation);
}

/** A frozen set is what its digest says, code that is published: nothing is left out of it. */
function printHoles(drawn: Hole[], isFrozen: boolean): void {
  const holes = isFrozen ? drawn : holesToShow(drawn);
  const count = drawn.length - holes.length;
  if (count > 0) tell(`${count} left out that stand in lines with secrets.`);
  print({ json: true }, 'holes', { digest: digestOf(holes), holes }, String);
}

function evaluateModel(options: Options, holes: Hole[]): Promise<Evaluation> {
  const progress = (done: number): void => {
    if (done % 10 === 0) tell(`${done} of ${holes.length} holes`);
  };
  const { cache, room } = options;
  return withAnswering(options, (engine) =>
    evaluate(engine, holes, progress, undefined, { withoutCache: !cache, room }),
  );
}

async function scoreAnswers(file: string, holes: Hole[]): Promise<Evaluation> {
  const { answerer, answers } = await foreignAnswers(readJson(file), holes, file);
  return score(answerer, holes, answers);
}

async function scoreText(paths: string[], options: Options): Promise<void> {
  const barred = await barredFiles(paths);
  const files = sourcesIn(paths, barred).filter(({ text }) => text.trim() !== '');
  if (files.length === 0) throw new Error(`There is no text to score in ${paths.join(', ')}.`);
  const result = await withEngine(options, (engine) =>
    bitsPerByte(engine, files, options.limit, (language) => tell(`Scoring ${language}`)),
  );
  print(options, 'eval', result, describeTextScore);
}

/** The holes of a frozen set, those that a JSON file lists, or new ones in source files. */
async function holesOf(
  paths: string[],
  options: Options,
  expectFor: (kind: keyof typeof useless) => void,
): Promise<{ holes: Hole[]; isFrozen: boolean }> {
  const [file] = paths as [string];
  const list = paths.length === 1 && file.endsWith('.json') ? readJson(file) : undefined;
  if (list && 'sets' in list) {
    expectFor('frozen sets');
    return { holes: holesOfSet(list, file, options), isFrozen: true };
  }
  if (list) {
    expectFor('a list of holes');
    const holes = listedHoles(list, file);
    if (options.context) throw new Error(`${file} has no files beside its holes; --context needs them.`);
    return { holes: holes.slice(0, options.limit), isFrozen: false };
  }
  expectFor('code');
  const files = sourcesIn(paths, await barredFiles(paths));
  const holes = punchHoles(files, options.limit ?? 300, options.seed);
  if (holes.length === 0)
    throw new Error(
      `There is no code to punch holes into in ${paths.join(', ')}; what is ignored does not count.`,
    );
  return { holes: options.context ? withContext(holes, () => files) : holes, isFrozen: false };
}

function holesOfSet(list: object, file: string, options: Options): Hole[] {
  const { files: folder, set, limit } = options;
  if (folder === undefined)
    throw new Error(
      `${file} names sources; --files needs the folder that training/eval_set.py brings them to.`,
    );
  const holes = drawSet(evalSetOf(list, set, file), folder).slice(0, limit);
  if (!options.context) return holes;
  const leftOut = (problem: Error): void => tell(`Left out: ${problem.message}`);
  return withContext(holes, (source) => sourceFiles([path.join(folder, source!)], leftOut));
}

/** The files that can be read and are not barred; how many cannot be read is told. */
function sourcesIn(paths: string[], barred?: ReadonlySet<string>): SourceFile[] {
  const problems: Error[] = [];
  const files = sourceFiles(paths, (problem) => problems.push(problem), barred);
  const [first] = problems;
  if (first) tell(`${problems.length} left out that cannot be read. The first: ${first.message}`);
  return files;
}

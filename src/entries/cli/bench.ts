// `ryzanstein bench`: prefill and decode speed, or two reports of it compared.

import type { Command } from 'commander';
import { bench } from '../../measure/bench';
import * as path from 'node:path';
import { defaults } from '../../editing/settings';
import { readText } from '../../measure/sourceFiles';
import { benchTable, compareReports, comparisonTable } from '../../report/benchReport';
import { benchmarkState } from '../../report/benchmarkState';
import { pageAlone, partsOf } from '../../report/pageFile';
import type { BenchReport } from '../../reports';
import {
  expectOwn,
  expectUseful,
  kernelOption,
  type ModelOptions,
  positive,
  threadCounts,
  print,
  readJson,
  tell,
  verbWithModel,
  withEngine,
  write,
} from './options';

interface Options extends ModelOptions {
  threads?: number[];
  kernel?: string;
  prompt: number;
  generate: number;
  whole?: boolean;
  html?: string;
  compare?: string[];
}

export function addBench(program: Command): void {
  verbWithModel(program.command('bench'), 'measure prefill and decode')
    .option('--threads <list>', 'numbers of threads, such as 1,2', threadCounts)
    .option('--prompt <n>', 'tokens of the prompt', positive, 512)
    .option('--generate <n>', 'tokens to generate', positive, 64)
    .addOption(kernelOption())
    .option('--whole', 'every kernel level and number of threads, and prompts of several lengths')
    .option('--html <file>', 'also write a page with bars, of the whole unless threads are given')
    .option('--compare <reports...>', 'compare two JSON reports instead of measuring')
    .action(run);
}

/** Every page says so. */
const mark = 'Ryzanstein';

const measuring = ['threads', 'prompt', 'generate', 'kernel', 'whole', 'html', 'model'];

async function run(options: Options, command: Command): Promise<void> {
  if (options.compare) {
    expectUseful(command, measuring, '--compare');
    return compare(options.compare, options);
  }
  const { threads = [], prompt, generate, html, ...rest } = options;
  if (html !== undefined) expectOwn(html, mark);
  const whole = options.whole ?? (html !== undefined && threads.length === 0);
  if (whole && threads.length > 1)
    throw new Error('--whole measures every number of threads: give the most of them alone with --threads.');
  const report = await withEngine({ ...rest, threads: threads[0] ?? 0 }, (engine) => {
    tell(`Measuring ${engine.info.name}, some seconds for each number of threads.`);
    return bench(engine, { promptTokens: prompt, generateTokens: generate, threads, whole });
  });
  print(options, 'bench', report, benchTable);
  if (html !== undefined) write(html, pageOf(report), mark);
}

/** The page that the extension shows, as one file; of this run alone. */
function pageOf(report: BenchReport): string {
  const read = (...names: string[]): string => readText(path.join(__dirname, '..', ...names));
  return pageAlone(partsOf('benchmark', read), benchmarkState([report], defaults));
}

function compare(files: string[], options: Options): void {
  const [before, after, ...more] = files;
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error('--compare needs two reports of "bench --json".');
  const rows = compareReports(readReport(before), readReport(after));
  if (rows.length === 0) throw new Error(`${before} and ${after} have no work in common.`);
  print(options, 'compare', { before, after, rows }, (result) => comparisonTable(result.rows));
}

function readReport(file: string): BenchReport {
  const report = readJson(file) as BenchReport;
  if (
    report.schema !== 'ryzanstein/bench/1' ||
    !Array.isArray(report.results) ||
    !report.results.every(isRow)
  )
    throw new Error(`${file} is not a report of "bench --json".`);
  return report;
}

function isRow(row: Partial<Record<keyof BenchReport['results'][number], unknown>> | null): boolean {
  const { model, type, work, kernel, tokensPerSecond } = row ?? {};
  const { median } = (tokensPerSecond ?? {}) as { median?: unknown };
  return [model, type, work, kernel].every((each) => typeof each === 'string') && typeof median === 'number';
}

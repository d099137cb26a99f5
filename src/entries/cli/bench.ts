// `ryzanstein bench`: prefill and decode speed, or two reports of it compared.

import type { Command } from 'commander';
import { bench } from '../../measure/bench';
import { benchPage, benchTable, compareReports, comparisonTable } from '../../report/benchReport';
import type { BenchReport } from '../../reports';
import {
  kernelOption,
  type ModelOptions,
  positive,
  positives,
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
  html?: string;
  compare?: string[];
}

export function addBench(program: Command): void {
  verbWithModel(program.command('bench'), 'measure prefill and decode')
    .option('--threads <list>', 'numbers of threads, such as 1,2', positives)
    .option('--prompt <n>', 'tokens of the prompt', positive, 512)
    .option('--generate <n>', 'tokens to generate', positive, 64)
    .addOption(kernelOption())
    .option('--html <file>', 'also write a page with bars')
    .option('--compare <reports...>', 'compare two JSON reports instead of measuring')
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.compare) return compare(options.compare, options);
  const { threads = [], prompt, generate, ...rest } = options;
  const report = await withEngine({ ...rest, threads: threads[0] ?? 0 }, (engine) => {
    tell(`Measuring ${engine.info.name}, some seconds for each number of threads.`);
    return bench(engine, { promptTokens: prompt, generateTokens: generate, threads });
  });
  print(options, 'bench', report, benchTable);
  if (options.html !== undefined) write(options.html, benchPage(report));
}

function compare(files: string[], options: Options): void {
  const [before, after] = files;
  if (before === undefined || after === undefined)
    throw new Error('--compare needs two reports of "bench --json".');
  const rows = compareReports(readReport(before), readReport(after));
  if (rows.length === 0) throw new Error(`${before} and ${after} have no work in common.`);
  print(options, 'compare', { before, after, rows }, (result) => comparisonTable(result.rows));
}

function readReport(file: string): BenchReport {
  const report = readJson(file) as BenchReport;
  if (report.schema !== 'ryzanstein/bench/1' || !Array.isArray(report.results))
    throw new Error(`${file} is not a report of "bench --json".`);
  return report;
}

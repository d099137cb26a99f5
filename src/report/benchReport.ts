// A bench for people: a table, Markdown, and what changed between two of them.

import { t } from '@vscode/l10n';
import type { BenchReport, BenchRow, ComparedRow } from '../reports';
import { rounded } from '../statistics';
import { modelLine } from './figures';
import { table } from './tables';
import {
  dateAndTime,
  grouped,
  milliseconds,
  percent,
  threadsOf,
  tokensOf,
  tokensPerSecond,
} from '../numbers';

export function benchTable(report: BenchReport): string {
  const rows = report.results.map((row) => {
    const { median, min, max } = row.tokensPerSecond;
    return [
      row.model,
      row.type,
      workOf(row),
      String(row.threads),
      row.kernel,
      median.toFixed(0),
      `${min.toFixed(0)}..${max.toFixed(0)}`,
    ];
  });
  const head = ['model', 'type', 'work', 'threads', 'kernel', 'tokens/s', 'range'];
  return `${report.cpu}\n${table([head, ...rows])}`;
}

/** The whole report as Markdown, every figure with its conditions. */
export function benchmarkReport(report: BenchReport): string {
  const { model, firstToken = [] } = report;
  const sections = report.results.flatMap((row) => {
    const { median, min, max } = row.tokensPerSecond;
    const share = row.fractionOfLimit;
    return [
      row.work === 'prefill'
        ? `## ${t`Reading a prompt of ${tokensOf(row.promptTokens)}`}`
        : `## ${t`Writing ${tokensOf(row.generateTokens)} behind a prompt of ${tokensOf(row.promptTokens)}`}`,
      '',
      `- ${t`Median ${tokensPerSecond(median)}, least ${grouped(min)}, most ${grouped(max)}`}`,
      `- ${t`Kernel ${row.kernel}, ${threadsOf(row.threads)}, weights in ${row.type}`}`,
      ...(share === undefined ? [] : [`- ${t`${percent(share)} of what reading allows`}`]),
      '',
    ];
  });
  const limits = Object.entries(report.limits.readGBs).map(
    ([threads, value]) =>
      `- ${t`Reading as much as the weights: ${grouped(value, 1)} GB/s with ${threadsOf(Number(threads))}`}`,
  );
  return [
    `# ${t`Ryzanstein Benchmark`}`,
    '',
    ...(model ? [`- ${t`Model`}: ${modelLine(model)}`, `- ${t`File`}: \`${model.file}\``] : []),
    `- ${t`CPU`}: ${report.cpu}`,
    ...limits,
    `- ${t`Measured`}: ${dateAndTime(report.date)}`,
    '',
    ...sections,
    ...(firstToken.length === 0 ? [] : [`## ${t`Time to the first token, by length of the prompt`}`, '']),
    ...firstToken.map(
      ({ promptTokens, milliseconds: { median, min, max } }) =>
        `- ${t`${tokensOf(promptTokens)}: ${milliseconds(median)}, from ${milliseconds(min)} to ${milliseconds(max)}`}`,
    ),
    ...(firstToken.length === 0 ? [] : ['']),
    t`Other work on the machine makes all of it slower.`,
    '',
  ].join('\n');
}

function workOf(row: BenchRow): string {
  return row.work === 'prefill' ? `prefill ${row.promptTokens}` : `decode ${row.generateTokens}`;
}

/**
 * Rows are the same work by model, type, work, tokens, threads and engine, and by the kernel. That of the kernels in use may
 * differ: of each report, the first row of a work is theirs.
 */
export function compareReports(before: BenchReport, after: BenchReport): ComparedRow[] {
  const key = (row: BenchRow): string =>
    [row.model, row.type, workOf(row), row.promptTokens, row.threads, row.engine].join('|');
  const alike = ({ results }: BenchReport, row: BenchRow): BenchRow[] =>
    results.filter((other) => key(other) === key(row));
  return after.results.flatMap((row) => {
    const earlier = alike(before, row);
    const inUse = alike(after, row)[0] === row ? earlier[0] : undefined;
    const match = earlier.find(({ kernel }) => kernel === row.kernel) ?? inUse;
    if (!match) return [];
    const [old, now] = [match.tokensPerSecond.median, row.tokensPerSecond.median];
    return [
      {
        model: row.model,
        type: row.type,
        work: workOf(row),
        threads: row.threads,
        kernels: [match.kernel, row.kernel],
        before: old,
        after: now,
        ratio: rounded(now / old, 3),
      },
    ];
  });
}

export function comparisonTable(rows: ComparedRow[]): string {
  const cells = rows.map((row) => [
    row.model,
    row.type,
    row.work,
    String(row.threads),
    row.kernels.join(' -> '),
    row.before.toFixed(0),
    row.after.toFixed(0),
    row.ratio.toFixed(2),
  ]);
  return table([['model', 'type', 'work', 'threads', 'kernel', 'before', 'after', 'ratio'], ...cells]);
}

// A bench for people: a table, Markdown, and what changed between two of them.

import type { BenchReport, BenchRow, ComparedRow } from '../reports';
import { rounded } from '../statistics';
import { milliseconds, modelLine, percent, threadsOf, tokensPerSecond } from './figures';
import { grouped } from '../wording';
import { table } from './tables';

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
        ? `## Prefill of ${row.promptTokens} tokens`
        : `## Decode of ${row.generateTokens} tokens after ${row.promptTokens}`,
      '',
      `- Median ${tokensPerSecond(median)}, least ${grouped(min)}, most ${grouped(max)}`,
      `- Kernel ${row.kernel}, ${threadsOf(row.threads)}, weights in ${row.type}`,
      ...(share === undefined ? [] : [`- ${percent(share)} of what reading the weights allows`]),
      '',
    ];
  });
  const limits = Object.entries(report.limits.readGBs).map(
    ([threads, value]) =>
      `- Reading as much as the weights: ${grouped(value, 1)} GB/s with ${threadsOf(Number(threads))}`,
  );
  return [
    '# Ryzanstein benchmark',
    '',
    ...(model ? [`- Model: ${modelLine(model)}`, `- File: \`${model.file}\``] : []),
    `- CPU: ${report.cpu}`,
    ...limits,
    `- Date: ${report.date}`,
    '',
    ...sections,
    ...(firstToken.length === 0 ? [] : ['## Time to the first token', '']),
    ...firstToken.map(
      ({ promptTokens, milliseconds: { median, min, max } }) =>
        `- Prompt of ${grouped(promptTokens)} tokens: ${milliseconds(median)}, ${milliseconds(min)} to ${milliseconds(max)}`,
    ),
    ...(firstToken.length === 0 ? [] : ['']),
    'Prefill reads the text around the cursor, decode writes the answer. Other work on this machine makes both slower.',
    '',
  ].join('\n');
}

function workOf(row: BenchRow): string {
  return row.work === 'prefill' ? `prefill ${row.promptTokens}` : `decode ${row.generateTokens}`;
}

/** Rows are the same work by model, type, work, tokens, threads and engine; the kernel may differ. */
export function compareReports(before: BenchReport, after: BenchReport): ComparedRow[] {
  const key = (row: BenchRow): string =>
    [row.model, row.type, row.work, row.promptTokens, row.threads, row.engine].join('|');
  const earlier = new Map(before.results.map((row) => [key(row), row]));
  return after.results.flatMap((row) => {
    const match = earlier.get(key(row));
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

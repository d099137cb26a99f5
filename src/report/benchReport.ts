// A bench for people: one line, a table, Markdown, a page with charts, and what changed between two of them.

import type { BenchReport, BenchRow, ComparedRow, ModelInfo } from '../reports';
import { rounded } from '../statistics';
import { barChart, escaped } from './charts';
import { grouped, modelLine, percent, threadsOf, tokensPerSecond } from './figures';
import { table } from './tables';

/** One line for a notification: the median of each kind of work, and the conditions it was measured under. */
export function benchmarkLine(report: BenchReport): string {
  const rows = report.results.map(
    ({ work, tokensPerSecond: speed }) => `${work} ${tokensPerSecond(speed.median)}`,
  );
  const first = report.results[0];
  const conditions = first ? ` (${first.kernel}, ${threadsOf(first.threads)})` : '';
  return `Ryzanstein benchmark: ${rows.join(', ') || 'no work was measured'}${conditions}`;
}

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
export function benchmarkReport(report: BenchReport, model: ModelInfo | undefined): string {
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
    'Prefill reads the text around the cursor, decode writes the answer. Other work on this machine makes both slower.',
    '',
  ].join('\n');
}

/** A page that needs nothing else: a chart for each kind of work, and every figure with its spread. */
export function benchPage(report: BenchReport): string {
  const charts = [...new Set(report.results.map(workOf))].map((work) => chartOf(report, work));
  const rows = report.results.map((row) => {
    const { median, min, max } = row.tokensPerSecond;
    const cells = [workOf(row), nameOf(row), threadsOf(row.threads)];
    const figures = [tokensPerSecond(median), `${grouped(min)} to ${grouped(max)}`];
    return `<tr>${[...cells, ...figures].map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Ryzanstein benchmark</title><style>
body { font: 14px system-ui, sans-serif; margin: 2em; }
td { padding: 4px 12px 4px 0; white-space: nowrap; }
svg { display: block; margin: 1em 0; }
</style></head><body>
<h1>Ryzanstein benchmark</h1>
<p>${escaped(report.cpu)}, ${escaped(report.date)}</p>
${charts.join('')}<table>
${rows.join('\n')}
</table>
</body></html>
`;
}

/** The medians of one kind of work, by the number of threads. */
function chartOf({ results, cpu }: BenchReport, work: string): string {
  const rows = results.filter((row) => workOf(row) === work);
  const counts = [...new Set(rows.map(({ threads }) => threads))].sort((a, b) => a - b);
  const series = [...new Set(rows.map(nameOf))].map((name) => ({
    name,
    values: counts.map(
      (count) => rows.find((row) => nameOf(row) === name && row.threads === count)?.tokensPerSecond.median,
    ),
  }));
  const chart = {
    title: `Speed of ${work}`,
    x: { title: cpu, text: String },
    y: { title: 'tokens per second', text: grouped },
    series,
  };
  return barChart(chart, counts.map(threadsOf), grouped);
}

function nameOf({ engine, model, type, kernel }: BenchRow): string {
  return `${engine}: ${model}, ${type}, ${kernel}`;
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

// Figures in words: one way of writing speed, time and size, for status bar, diagnostics and benchmark.

import type { Completion } from '../protocol';
import type { BenchReport, ModelInfo } from '../reports';

const grouped = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const tokensPerSecond = (value: number): string => `${grouped(value)} tok/s`;
export const threadsOf = (count: number): string => `${count} ${count === 1 ? 'thread' : 'threads'}`;
export const milliseconds = (value: number): string => `${grouped(value, value < 10 ? 1 : 0)} ms`;
export const megabytes = (bytes: number): string => `${grouped(bytes / 1e6, 1)} MB`;
export const millions = (count: number): string => `${grouped(count / 1e6, 1)} million`;

/** `ryzanstein-18m: bitnet TQ2_0, 18.1 million weights, 6.2 MB` */
export function modelLine(model: ModelInfo): string {
  const { name, architecture, type, weights, bytes } = model;
  return `${name}: ${architecture} ${type}, ${millions(weights)} weights, ${megabytes(bytes)}`;
}

/** `5 tokens in 14 ms (412 in the prompt, 398 of them known), 510 tok/s` */
export function completionLine(completion: Completion): string {
  const { tokens, prefillMs, decodeMs, promptTokens, reusedTokens } = completion;
  const answer = `${tokens} ${tokens === 1 ? 'token' : 'tokens'} in ${milliseconds(prefillMs + decodeMs)}`;
  const prompt = `${grouped(promptTokens)} in the prompt, ${grouped(reusedTokens)} of them known`;
  return `${answer} (${prompt}), ${tokensPerSecond(completion.tokensPerSecond)}`;
}

/** One line for a notification: the median of each kind of work, and the conditions it was measured under. */
export function benchmarkLine(report: BenchReport): string {
  const rows = report.results.map(
    ({ work, tokensPerSecond: speed }) => `${work} ${tokensPerSecond(speed.median)}`,
  );
  const first = report.results[0];
  const conditions = first ? ` (${first.kernel}, ${threadsOf(first.threads)})` : '';
  return `Ryzanstein benchmark: ${rows.join(', ') || 'no work was measured'}${conditions}`;
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
      ...(share === undefined
        ? []
        : [`- ${Math.round(share * 100)} % of what reading the weights from memory allows`]),
      '',
    ];
  });
  const limits = Object.entries(report.limits.readGBs).map(
    ([threads, value]) => `- Memory: ${grouped(value, 1)} GB/s read with ${threadsOf(Number(threads))}`,
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

// Reports for people: tables of a bench or a diagnosis, a comparison of two bench reports, and a page with bars.

import type { Completion } from '../protocol';
import type {
  ComparedRow,
  Replay,
  TextScore,
  BenchReport,
  BenchRow,
  Diagnosis,
  Evaluation,
} from '../reports';

/** One line about how an answer came about. */
export function describeCompletion(completion: Completion): string {
  const { kernel, threads, model } = completion;
  const conditions = [kernel, threads && `${threads} threads`, model].filter(Boolean);
  return (
    `${completion.reason}${completion.hidden ? `, hidden: ${completion.hidden}` : ''}, ` +
    `confidence ${completion.confidence.toFixed(2)}, ${completion.promptTokens} + ${completion.tokens} tokens, ` +
    `${completion.prefillMs.toFixed(0)} + ${completion.decodeMs.toFixed(0)} ms, ` +
    `${completion.tokensPerSecond.toFixed(0)} tokens/s, ${conditions.join(', ')}`
  );
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

export function describeDiagnosis(diagnosis: Diagnosis): string {
  const { environment, simd, tmac, threading, throughput, model } = diagnosis;
  const levels = simd.levels.map((level) => [
    level.selected ? '*' : '',
    level.name,
    level.supported ? 'supported' : 'not supported',
    level.selftest,
    tmac.kernels.find((kernel) => kernel.level === level.name)?.gops.toFixed(0) ?? '',
  ]);
  const scaling = threading.scaling.map((row) => [
    String(row.threads),
    row.ms.toFixed(1),
    row.gops.toFixed(0),
    row.speedup.toFixed(2),
    row.efficiency.toFixed(2),
    row.bound,
  ]);
  const targets = diagnosis.targets.map((target) => [
    target.met ? 'met' : 'missed',
    target.phase,
    String(target.target),
    String(target.measured),
  ]);
  return [
    `${environment.cpu}, ${environment.physicalCores} cores, ${environment.system}`,
    `${model.name}: ${model.architecture}, ${model.type}, ${(model.weights / 1e6).toFixed(1)} million weights`,
    `${throughput.tokensPerSecond.toFixed(0)} tokens/s decode, ${throughput.prefillTokensPerSecond.toFixed(0)} prefill, ${throughput.threads} threads`,
    '',
    table([['', 'kernel', 'processor', 'self-test', 'GOPS'], ...levels]),
    '',
    table([['threads', 'ms', 'GOPS', 'speed-up', 'efficiency', 'bound'], ...scaling]),
    '',
    table([['target', 'of', 'wanted', 'measured'], ...targets]),
    ...diagnosis.issues.map((issue) => `\n${issue.severity}: ${issue.issue} ${issue.impact}`),
    ...diagnosis.recommendations.map((item) => `\n${item.action} Gain: ${item.expectedGain}`),
  ].join('\n');
}

export function describeEvaluation(evaluation: Evaluation): string {
  const percent = (rate: number): string => `${(rate * 100).toFixed(0)} %`;
  const groups = Object.entries({ ...evaluation.byLanguage, ...evaluation.byKind });
  return [
    `${evaluation.engine}, ${evaluation.model}: ${percent(evaluation.firstLineExact)} of ${evaluation.holes} holes exact, ` +
      `edit similarity ${evaluation.editSimilarity.toFixed(2)}, ` +
      `${evaluation.charactersSavedPerShown.toFixed(1)} characters saved and ` +
      `${evaluation.parseErrorsAdded.toFixed(2)} parse errors added per answer that is fit to show, ` +
      `p50 ${evaluation.latency.p50.toFixed(0)} ms, p95 ${evaluation.latency.p95.toFixed(0)} ms`,
    table([
      ['group', 'holes', 'first line', 'whole', 'similarity', 'saved', 'area', 'p50 ms', 'p95 ms'],
      ...groups.map(([name, group]) => [
        ...[name, String(group.holes), percent(group.firstLineExact), percent(group.wholeExact)],
        ...[group.editSimilarity.toFixed(2), group.charactersSavedPerShown.toFixed(1), group.area.toFixed(2)],
        ...[group.latency.p50.toFixed(0), group.latency.p95.toFixed(0)],
      ]),
    ]),
    table([
      ['shown', 'exact of these'],
      ...evaluation.shownPrecision.map((one) => [percent(one.shownRate), percent(one.precision)]),
    ]),
  ].join('\n\n');
}

export function describeReplay(result: Replay): string {
  const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;
  const times = ({ p50, p95, p99 }: Replay['latency']): string[] =>
    [p50, p95, p99].map((time) => time.toFixed(1));
  return [
    `${result.source}: ${result.keystrokes} keystrokes, ${result.requests} requests, ${result.cancelled} cancelled by the next keystroke, ` +
      `${result.model}, ${result.kernel}, ${result.threads} threads`,
    table([
      ['answered without the engine', percent(result.cacheHits)],
      ['prompt tokens reused', `${percent(result.reuse)} of ${result.promptTokens}`],
      ['requests with ghost text', percent(result.shownRate)],
      ['characters saved', String(result.charactersSaved)],
    ]),
    table([
      ['milliseconds', 'p50', 'p95', 'p99'],
      ['answer by the engine', ...times(result.latency)],
      ['answer without it', ...times(result.hitLatency)],
      ['cancelled until idle', ...times(result.cancelLatency)],
    ]),
  ].join('\n\n');
}

export function describeTextScore({ model, type, kernel, bitsPerByte, text }: TextScore): string {
  const rows = Object.entries(text).map(([language, { files, tokens, bytes }]) => [
    language,
    bitsPerByte[language]!.toFixed(3),
    ...[files, tokens, bytes].map(String),
  ]);
  return `${model}, ${type}, ${kernel}\n\n${table([['language', 'bits per byte', 'files', 'tokens', 'bytes'], ...rows])}`;
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
        ratio: Math.round((now / old) * 1000) / 1000,
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

/** A page that needs nothing else: a bar for each row, as long as its median, within each kind of work. */
export function benchPage(report: BenchReport): string {
  const rows = report.results.map((row) => {
    const most = Math.max(
      ...report.results.filter((it) => it.work === row.work).map((it) => it.tokensPerSecond.max),
    );
    const width = ((row.tokensPerSecond.median / most) * 100).toFixed(1);
    const { median, min, max } = row.tokensPerSecond;
    const label = `${row.engine}, ${row.model}, ${row.type}, ${workOf(row)}, ${row.threads} threads, ${row.kernel}`;
    return (
      `<tr><td>${escaped(label)}</td><td class="bar"><div style="width:${width}%"></div></td>` +
      `<td>${median.toFixed(0)} tokens/s</td><td>${min.toFixed(0)} to ${max.toFixed(0)}</td></tr>`
    );
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Ryzanstein benchmark</title><style>
body { font: 14px system-ui, sans-serif; margin: 2em; }
td { padding: 4px 12px 4px 0; white-space: nowrap; }
.bar { width: 40vw; }
.bar div { height: 1em; background: #3b7dd8; }
</style></head><body>
<h1>Ryzanstein benchmark</h1>
<p>${escaped(report.cpu)}, ${escaped(report.date)}</p>
<table>
${rows.join('\n')}
</table>
</body></html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function workOf(row: BenchRow): string {
  return row.work === 'prefill' ? `prefill ${row.promptTokens}` : `decode ${row.generateTokens}`;
}

/** Columns padded to their widest cell. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]!.length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

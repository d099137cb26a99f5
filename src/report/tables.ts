// Reports for people at a terminal: an answer, a diagnosis, an evaluation, a replay, and the tables that they are told in.

import type { Completion } from '../protocol';
import type { Diagnosis, Evaluation, Replay, TextScore, Typed, Typing } from '../reports';
import { sum } from '../statistics';
import {
  answeredBy,
  completionLine,
  contextLine,
  modelLine,
  opinionsLine,
  roomsLine,
  specialistLine,
  tunedLine,
} from './figures';
import { grouped, millions, milliseconds, percent, threadsOf, tokensPerSecond } from '../numbers';
import { hiddenBecause, printable } from '../wording';

/** One line about how an answer came about. */
export function describeCompletion(completion: Completion): string {
  const { reason, hidden, confidence, kernel, threads } = completion;
  const conditions = [kernel, threads && threadsOf(threads), opinionsLine(completion)].filter(Boolean);
  return [
    ...[
      reason,
      ...(hidden ? [`hidden: ${hiddenBecause(hidden)}`] : []),
      `confidence ${confidence.toFixed(2)}`,
    ],
    ...[completionLine(completion), ...conditions],
  ].join(', ');
}

export function describeDiagnosis(diagnosis: Diagnosis): string {
  const { environment, simd, tmac, threading, throughput, model } = diagnosis;
  const levels = simd.levels.map((level) => [
    level.selected ? '*' : '',
    level.name,
    level.supported ? 'supported' : 'not supported',
    level.selftest === 'failed'
      ? `failed: ${level.mismatches} of ${level.cases} cases differ`
      : level.selftest,
    tmac.kernels.find((kernel) => kernel.level === level.name)?.gops.toFixed(0) ?? '',
  ]);
  const scaling = threading.scaling.map((row) => [
    String(row.threads),
    row.ms.toFixed(1),
    row.gops.toFixed(0),
    row.speedup?.toFixed(2) ?? '',
    row.efficiency?.toFixed(2) ?? '',
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
    `${model.name}: ${model.architecture}, ${model.type}, ${millions(model.weights)} weights`,
    ...(model.specialists ?? []).map(
      (each) => `not measured: ${specialistLine({ ...each, name: modelLine(each) })}`,
    ),
    ...(model.caution === undefined ? [] : [model.caution]),
    `context ${contextLine(model)}; prompt and answer share ${roomsLine(diagnosis.rooms)}`,
    `decode ${tokensPerSecond(throughput.tokensPerSecond)}, prefill ${tokensPerSecond(throughput.prefillTokensPerSecond)}, ${threadsOf(throughput.threads)}`,
    '',
    table([['', 'kernel', 'processor', 'self-test', 'GOPS'], ...levels]),
    '',
    table([['threads', 'ms', 'GOPS', 'speed-up', 'efficiency', 'bound'], ...scaling]),
    '',
    table([['target', 'of', 'wanted', 'measured'], ...targets]),
    ...diagnosis.issues.map((issue) => `\n${issue.severity}: ${issue.issue} ${issue.impact}`),
  ].join('\n');
}

export function describeEvaluation(evaluation: Evaluation): string {
  const groups = Object.entries({ ...evaluation.byLanguage, ...evaluation.byKind });
  return [
    `${evaluation.engine}, ${answeredBy(evaluation)}: ${percent(evaluation.firstLineExact)} of ${evaluation.holes} holes exact, ` +
      `edit similarity ${evaluation.editSimilarity.toFixed(2)}, ` +
      `${evaluation.charactersSavedPerShown.toFixed(1)} characters saved and ` +
      `${evaluation.parseErrorsAdded.toFixed(2)} parse errors added per answer that is fit to show, ` +
      `p50 ${milliseconds(evaluation.latency.p50)}, p95 ${milliseconds(evaluation.latency.p95)}`,
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

export function describeTuning(evaluation: Evaluation): string {
  const { calibration = 'as it was', tuned } = evaluation;
  return [
    ...(tuned ? [`What the context counts: ${tunedLine(tuned)}.`] : []),
    `Confidence: ${calibration}.`,
    describeEvaluation(evaluation),
  ].join('\n\n');
}

export function describeReplay(result: Replay): string {
  const times = ({ p50, p95, p99 }: Replay['latency']): string[] =>
    [p50, p95, p99].map((time) => time.toFixed(1));
  return [
    `${result.source}: ${result.keystrokes} keystrokes, ${result.requests} requests, ${result.cancelled} cancelled by the next keystroke, ` +
      `${result.model}, ${result.kernel}, ${threadsOf(result.threads)}`,
    table([
      ['answered without the engine', percent(result.cacheHits, 1)],
      ['prompt tokens reused', `${percent(result.reuse, 1)} of ${result.promptTokens}`],
      ['requests with ghost text', percent(result.shownRate, 1)],
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

export function describeTyping({ model, kernel, threads, byLanguage }: Typing): string {
  return `${model}, ${kernel}, ${threadsOf(threads)}\n\n${table(typingRows(byLanguage))}`;
}

type Counts = Omit<Typed, 'offered'>;

/** By language and in all, what somebody who types had of ghost texts. */
export function typingRows(byLanguage: Readonly<Record<string, Counts>>): string[][] {
  const languages = Object.entries(byLanguage).sort(([a], [b]) => (a < b ? -1 : 1));
  const all = (count: keyof Counts): number => sum(languages.map(([, counts]) => counts[count]));
  const total: Counts = {
    ...{ files: all('files'), keys: all('keys'), offers: all('offers'), right: all('right') },
    ...{ taken: all('taken'), keysSaved: all('keysSaved'), wrongMs: all('wrongMs') },
  };
  const rows = languages.length > 1 ? [...languages, ['all', total] as const] : languages;
  // Of nothing there is no share.
  const share = (part: number, whole: number, digits = 0): string =>
    whole === 0 ? '' : percent(part / whole, digits);
  const perKey = (count: number, keys: number): string => (keys === 0 ? '' : (count / keys).toFixed(1));
  const head = ['language', 'files', 'keys', 'offers per 100 keys', 'right', 'taken', 'keys saved'];
  return [
    [...head, 'seconds of wrong text per 100 keys'],
    ...rows.map(([language, { files, keys, offers, right, taken, keysSaved, wrongMs }]) => [
      ...[language, String(files), grouped(keys), perKey(offers * 100, keys)],
      ...[share(right, offers), share(taken, offers), share(keysSaved, keys, 1)],
      perKey(wrongMs / 10, keys),
    ]),
  ];
}

export function describeTextScore({ model, type, kernel, bitsPerByte, text }: TextScore): string {
  const rows = Object.entries(text).map(([language, { files, tokens, bytes }]) => [
    language,
    bitsPerByte[language]!.toFixed(3),
    ...[files, tokens, bytes].map(String),
  ]);
  return `${model}, ${type}, ${kernel}\n\n${table([['language', 'bits per byte', 'files', 'tokens', 'bytes'], ...rows])}`;
}

/** Columns padded to their widest cell, each of which does nothing but show. */
export function table(cells: string[][]): string {
  const rows = cells.map((row) => row.map((cell) => printable(cell)));
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

/** The same for a page in Markdown. */
export function markdownTable([head, ...rows]: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head!), line(head!.map(() => '---')), ...rows.map(line)].join('\n');
}

// What the benchmark page shows: a verdict, bars by kernel, threads, length of the prompt and against earlier runs, and the number of threads to keep.

import { t } from '@vscode/l10n';
import type { BenchProgress } from '../protocol';
import type { BenchReport, BenchRow, Spread } from '../reports';
import { barGroup, type Measured } from './bars';
import { modelLine, specialistLine } from './figures';
import type { BarGroup, BenchmarkState } from './pages';
import {
  dateAndTime,
  grouped,
  milliseconds,
  percent,
  threadsOf,
  tokensOf,
  tokensPerSecond,
} from '../numbers';
import { disturbanceWords } from '../wording';

/** What an answer is made of: a key brings a token or two, which are read in one pass. */
const answerTokens = 12;
/** An answer of another number of threads has to come so much sooner to be worth a change. */
const worthIt = 1.1;

/** `deadline` is how long the editor waits for an answer, in milliseconds, `threads` how many are set, 0 for those that serve best. */
interface BenchmarkSettings {
  readonly deadline: number;
  readonly threads: number;
}

/** `reports` are the newest first. */
export function benchmarkState(
  reports: readonly BenchReport[],
  { deadline, threads }: BenchmarkSettings,
  working = '',
  progress?: BenchProgress,
): BenchmarkState {
  const [now, ...before] = reports;
  const atWork = { working: working !== '', ...(progress && { progress: progressOf(progress) }) };
  if (!now)
    return {
      ...{ verdict: working || t`Nothing was measured on this machine yet.`, conditions: [], groups: [] },
      ...{ ...atWork, isMeasured: false },
    };
  const advised = adviceBy(now);
  const advice = advised?.use?.threads === threads ? undefined : advised;
  return {
    verdict: working || verdictOn(now, deadline),
    conditions: conditionsOf(now),
    groups: [
      ...(['prefill', 'decode'] as const).flatMap((work) => [kernelBars(now, work), threadBars(now, work)]),
      firstTokenBars(now),
      ...(['prefill', 'decode'] as const).map((work) => runBars(now, before, work)),
    ].filter(({ bars }) => bars.length > 1),
    ...(advice && { advice }),
    ...{ ...atWork, isMeasured: true },
  };
}

function progressOf({ done, steps, next }: BenchProgress): BenchmarkState['progress'] {
  const text = next
    ? t`Step ${grouped(done + 1)} of ${grouped(steps)}: the kernel ${next.kernel} with ${threadsOf(next.threads)}.`
    : t`Step ${grouped(done + 1)} of ${grouped(steps)}: the time to the first token.`;
  return { text, share: done / steps };
}

/** The row of a kind of work with the kernel and the threads in use. */
function inUse(report: BenchReport, work: BenchRow['work']): BenchRow | undefined {
  const rows = report.results.filter((row) => row.work === work);
  const { kernel, threads } = report.model ?? rows[0] ?? {};
  return rows.find((row) => row.kernel === kernel && row.threads === threads) ?? rows[0];
}

function verdictOn(report: BenchReport, deadline: number): string {
  const decode = inUse(report, 'decode')?.tokensPerSecond.median;
  const prefill = inUse(report, 'prefill');
  if (decode === undefined || !prefill) return t`Nothing was measured.`;
  const keyMs = ((answerTokens + 1) / decode) * 1000;
  const coldMs = (prefill.promptTokens / prefill.tokensPerSecond.median + answerTokens / decode) * 1000;
  const [cold, key, due] = [coldMs, keyMs, deadline].map(milliseconds) as [string, string, string];
  const read = grouped(prefill.promptTokens);
  const takes = t`An answer of ${grouped(answerTokens)} tokens takes ${cold} where ${read} tokens have to be read first, and ${key} behind each key after that.`;
  const whether =
    coldMs <= deadline
      ? t`Both are within the deadline of ${due}.`
      : keyMs <= deadline
        ? t`The first is beyond the deadline of ${due}: it appears later, if you have not typed on.`
        : disturbanceWords(report.takenCores)
          ? t`That is beyond the deadline of ${due}.`
          : t`That is beyond the deadline of ${due}: a smaller model would be in time.`;
  return `${takes} ${whether}`;
}

function conditionsOf(report: BenchReport): BenchmarkState['conditions'] {
  const { model, cpu, date } = report;
  const used = inUse(report, 'decode');
  return [
    ...(model ? [[t`Model`, modelLine(model)] as const, [t`File`, model.file] as const] : []),
    ...(model?.specialists ?? []).map(
      (each) => [t`Not measured`, specialistLine({ ...each, name: modelLine(each) })] as const,
    ),
    [t`CPU`, cpu],
    ...(used ? [[t`In use`, `${used.kernel}, ${threadsOf(used.threads)}`] as const] : []),
    [t`Measured`, dateAndTime(date)],
  ];
}

function kernelBars(report: BenchReport, work: BenchRow['work']): BarGroup {
  const used = inUse(report, work);
  const rows = report.results.filter((row) => row.work === work && row.threads === used?.threads);
  return barGroup(
    work === 'prefill' ? t`Reading a prompt, by kernel` : t`Writing an answer, by kernel`,
    t`Tokens a second with ${threadsOf(used?.threads ?? 0)}: the median, and from the least to the most of several runs.`,
    [...rows]
      .sort((a, b) => a.tokensPerSecond.median - b.tokensPerSecond.median)
      .map((row) => rowBar(row, row.kernel, used)),
    tokensPerSecond,
  );
}

function threadBars(report: BenchReport, work: BenchRow['work']): BarGroup {
  const used = inUse(report, work);
  const rows = report.results.filter((row) => row.work === work && row.kernel === used?.kernel);
  return barGroup(
    work === 'prefill' ? t`Reading a prompt, by threads` : t`Writing an answer, by threads`,
    t`Tokens a second with the kernel ${used?.kernel ?? ''}.`,
    rows.map((row) => rowBar(row, threadsOf(row.threads), used)),
    tokensPerSecond,
  );
}

function rowBar(row: BenchRow, name: string, used: BenchRow | undefined): Measured {
  const share =
    row.fractionOfLimit === undefined ? '' : t`${percent(row.fractionOfLimit)} of what reading allows`;
  return {
    ...{ name, ...spreadOf(row.tokensPerSecond), isActive: row === used },
    note: [row === used ? t`in use` : '', share].filter(Boolean).join(' · '),
  };
}

function spreadOf({ median, min, max }: Spread): Pick<Measured, 'value' | 'range'> {
  return { value: median, range: [min, max] };
}

function firstTokenBars({ firstToken = [] }: BenchReport): BarGroup {
  return barGroup(
    t`Time to the first token, by length of the prompt`,
    t`In milliseconds. Of a text that goes on being typed nearly all is known already: it counts as a short prompt.`,
    firstToken.map(({ promptTokens, milliseconds: spread }) => ({
      name: tokensOf(promptTokens),
      ...spreadOf(spread),
    })),
    milliseconds,
  );
}

/** This run against earlier ones of the same model and work. */
function runBars(now: BenchReport, before: readonly BenchReport[], work: BenchRow['work']): BarGroup {
  const used = inUse(now, work);
  const earlier = before.flatMap((report): Measured[] => {
    const row = inUse(report, work);
    if (!row || !used || row.model !== used.model || row.type !== used.type) return [];
    if (row.promptTokens !== used.promptTokens || report.cpu !== now.cpu) return [];
    const means = `${row.kernel}, ${threadsOf(row.threads)}`;
    const note = `${means}: ${comparison(used.tokensPerSecond, row.tokensPerSecond)}`;
    return [{ name: dateAndTime(report.date), ...spreadOf(row.tokensPerSecond), note }];
  });
  const latest: Measured[] = used
    ? [{ name: dateAndTime(now.date), ...spreadOf(used.tokensPerSecond), isActive: true, note: t`this run` }]
    : [];
  return barGroup(
    work === 'prefill'
      ? t`Reading a prompt, this run and earlier ones`
      : t`Writing an answer, this run and earlier ones`,
    t`A difference counts where what several runs gave does not overlap.`,
    [...latest, ...earlier],
    tokensPerSecond,
  );
}

/** What has become of the speed since; only where the ranges of both lie apart is it more than noise. */
export function comparison(now: Spread, before: Spread): string {
  const ratio = now.median / before.median;
  const change = percent(Math.abs(ratio - 1));
  if (isFaster(now, before)) return t`now ${change} faster`;
  return isFaster(before, now) ? t`now ${change} slower` : t`no difference beyond noise`;
}

const isFaster = (one: Spread, other: Spread): boolean => one.min > other.max;

function adviceBy(report: BenchReport): BenchmarkState['advice'] {
  const disturbance = disturbanceWords(report.takenCores);
  return disturbance ? { text: `${disturbance.issue} ${disturbance.impact}` } : betterThreads(report);
}

/** The number of threads with which an answer comes soonest, where that is not in use and more than noise. */
function betterThreads(report: BenchReport): BenchmarkState['advice'] {
  const read = inUse(report, 'prefill');
  const written = inUse(report, 'decode');
  if (!read || !written) return undefined;
  const answerMs = (prefill: BenchRow, decode: BenchRow): number =>
    (answerTokens / prefill.tokensPerSecond.median + answerTokens / decode.tokensPerSecond.median) * 1000;
  const now = answerMs(read, written);
  const candidates = report.results.flatMap((decode) => {
    const prefill = report.results.find(
      (row) => row.work === 'prefill' && row.threads === decode.threads && row.kernel === decode.kernel,
    );
    const isOther = decode.work === 'decode' && decode.kernel === written.kernel;
    return isOther && prefill && isFaster(decode.tokensPerSecond, written.tokensPerSecond)
      ? [{ threads: decode.threads, ms: answerMs(prefill, decode) }]
      : [];
  });
  const [best] = candidates.sort((a, b) => a.ms - b.ms);
  if (!best || now / best.ms < worthIt) return undefined;
  const gain = grouped(now / best.ms, 1);
  return {
    use: { threads: best.threads, action: t`Use ${threadsOf(best.threads)}` },
    text: t`With ${threadsOf(best.threads)} an answer comes ${gain} times as fast as with ${grouped(written.threads)}, beyond noise.`,
  };
}

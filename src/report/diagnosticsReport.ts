// What the diagnostics page shows: the engine's state and findings, every kernel level and number of threads as a bar, model, machine, and the last completions.

import { t } from '@vscode/l10n';
import type { Diagnosis, LevelReport, ModelInfo, Recent } from '../reports';
import {
  bytesOf,
  clock,
  grouped,
  millions,
  milliseconds,
  percent,
  threadsOf,
  tokensPerSecond,
} from '../numbers';
import { answerersIn } from '../specialists';
import { outcomeWords, printable, resultWords, stopWords } from '../wording';
import { type Measured, barGroup } from './bars';
import { type EngineState, engineSentence, rejectedSentence } from './engineState';
import {
  completionLine,
  contextLine,
  modelLine,
  opinionsLine,
  recentLine,
  roomsLine,
  specialistLine,
} from './figures';
import type { LoggedRequest } from './loggedRequest';
import type { BarGroup, DiagnosticsState, EntryRow, Finding, Pair } from './pages';
import { rooflineOf } from './roofline';

/** `diagnosis` is a sentence where there is none: that it is being made, or why it failed. */
export interface Examined {
  readonly engine: EngineState;
  readonly diagnosis: Diagnosis | string | undefined;
  readonly recent: Recent | undefined;
  readonly requests: readonly (LoggedRequest & { readonly trigger: string })[];
}

const listed = 50;

export function diagnosticsState({ engine, diagnosis, recent, requests }: Examined): DiagnosticsState {
  const report = typeof diagnosis === 'object' ? diagnosis : undefined;
  const roofline = report && rooflineOf(report);
  return {
    state: [engineSentence(engine), typeof diagnosis === 'string' ? diagnosis : ''].filter(Boolean).join(' '),
    findings: [
      ...(engine.name === 'ready' ? rejections(engine.model) : []),
      ...(report ? findingsOf(report) : []),
    ],
    groups: report ? [ladderOf(report), ...threadsBars(report)] : [],
    ...(roofline && { roofline }),
    model: engine.name === 'ready' ? modelPairs(engine.model, recent) : [[t`Model`, t`none is loaded`]],
    machine: report ? machinePairs(report) : [],
    entries: requests.slice(0, listed).map(entryRow),
  };
}

/** Of when the model was loaded: a fault of the CPU may come and go. */
function rejections({ rejected = [], kernel }: ModelInfo): Finding[] {
  return rejected.map((each) => ({ kind: t`Error`, text: rejectedSentence(each, kernel) }));
}

function findingsOf({ issues }: Diagnosis): Finding[] {
  return issues.map(({ severity, issue, impact }) => ({
    kind: severityWords(severity),
    text: `${issue} ${impact}`,
  }));
}

function severityWords(severity: Diagnosis['issues'][number]['severity']): string {
  return { error: t`Error`, warning: t`Warning`, note: t`Note` }[severity];
}

/** Every level of this kind of CPU: how fast it is, whether it is right, and what is missing for it. */
function ladderOf({ simd, tmac, machine, model }: Diagnosis): BarGroup {
  const peak = Math.max(machine.gops, ...tmac.kernels.map(({ gops }) => gops));
  const bars = simd.levels.map((level): Measured => {
    const { name, supported, selected } = level;
    if (!supported) return { name, note: t`This CPU has no ${name.replace(/^tmac-/, '').toUpperCase()}.` };
    const value = tmac.kernels.find(({ level }) => level === name)?.gops;
    const share = value === undefined ? t`not measured` : t`${percent(value / peak)} of the peak`;
    const said = [selected ? t`in use` : '', share, selftestWords(level)];
    return {
      ...{ name, isActive: selected, limit: peak, note: said.filter(Boolean).join(' · ') },
      ...(value !== undefined && { value }),
    };
  });
  return barGroup(
    t`Kernels`,
    t`Billions of operations a second of one thread, on ternary weights in the shape of ${model.name}. The line is this machine's peak; ${grouped(tmac.cases)} products held against the scalar ones.`,
    bars,
    (gops) => `${grouped(gops)} GOPS`,
  );
}

function selftestWords({ selftest, cases = 0, mismatches = 0 }: LevelReport): string {
  if (selftest === 'failed') return t`self-test failed in ${grouped(mismatches)} of ${grouped(cases)} cases`;
  return selftest === 'ok' ? t`self-test passed` : t`self-test not run`;
}

/** How reading a prompt and writing an answer gain from threads. */
function threadsBars({ threading, model }: Diagnosis): BarGroup[] {
  const { scaling } = threading;
  const isActive = (threads: number): boolean => threads === model.threads;
  const one = scaling.find(({ threads }) => threads === 1);
  const fewer = t`Tokens a second of ${model.name}. With fewer threads it was not measured: that takes long with this model.`;
  return [
    barGroup(
      t`Reading a prompt, by threads`,
      one
        ? t`Tokens a second of ${model.name}. The line is what so many threads would reach if none waited for another.`
        : fewer,
      scaling.map(({ threads, prefill, efficiency }) => ({
        ...{ name: threadsOf(threads), value: prefill, isActive: isActive(threads) },
        ...(one && { limit: one.prefill * threads }),
        note: [
          isActive(threads) ? t`in use` : '',
          efficiency === undefined ? '' : t`${percent(efficiency)} efficient`,
        ]
          .filter(Boolean)
          .join(' · '),
      })),
      tokensPerSecond,
    ),
    barGroup(
      t`Writing an answer, by threads`,
      one
        ? t`Tokens a second of ${model.name}. All weights are read for each token: no machine writes faster than it reads them. Fully efficient would be as many times as fast as one thread as there are threads.`
        : fewer,
      scaling.map(({ threads, decode, readLimit }) => ({
        ...{ name: threadsOf(threads), value: decode, isActive: isActive(threads) },
        note: [
          isActive(threads) ? t`in use` : '',
          one ? t`${percent(decode / (one.decode * threads))} efficient` : '',
          t`${percent(decode / readLimit)} of what reading allows, ${tokensPerSecond(readLimit)}`,
        ]
          .filter(Boolean)
          .join(' · '),
      })),
      tokensPerSecond,
    ),
  ];
}

function modelPairs(model: ModelInfo, recent: Recent | undefined): Pair[] {
  return [
    [t`Model`, model.name],
    [t`File`, model.file],
    [t`Architecture`, t`${model.architecture}, ${model.type}, ${millions(model.weights)} weights`],
    [t`Weights in memory`, bytesOf(model.bytes)],
    ...(model.specialists ?? []).map(
      (each) => [t`Specialist`, specialistLine({ ...each, name: modelLine(each) })] as const,
    ),
    ...(model.second
      ? [[t`Second opinion`, answerersIn(model.second).map(memoryOf).join('; ')] as const]
      : []),
    [t`Context`, contextLine(model)],
    ...(model.prompts === undefined ? [] : [[t`Prompts`, model.prompts] as const]),
    ...(model.caution === undefined ? [] : [[t`Caution`, model.caution] as const]),
    [t`Loaded in`, milliseconds(model.loadMs)],
    [t`Kernel`, model.kernel],
    [t`Threads`, t`${grouped(model.threads)} at most, fewer while other work keeps cores busy`],
    ...(recent ? [[t`Speed`, recentLine(recent)] as const] : []),
  ];
}

function memoryOf({ name, bytes }: Pick<ModelInfo, 'name' | 'bytes'>): string {
  return `${name}, ${bytesOf(bytes)}`;
}

function machinePairs({ environment, throughput, machine, rooms }: Diagnosis): Pair[] {
  const { physicalCores, fastCores, logicalCores, availableCores } = environment;
  return [
    [t`CPU`, environment.cpu],
    [
      t`Cores`,
      fastCores < physicalCores
        ? t`physical: ${grouped(physicalCores)}, of them fast: ${grouped(fastCores)}, logical: ${grouped(logicalCores)}, available: ${grouped(availableCores)}`
        : t`physical: ${grouped(physicalCores)}, logical: ${grouped(logicalCores)}, available: ${grouped(availableCores)}`,
    ],
    [t`Reads memory at`, t`${grouped(machine.readGBs, 1)} GB/s with ${threadsOf(machine.threads)}`],
    [t`Multiplies at`, t`${grouped(machine.gops)} GOPS with one thread, ternary weights`],
    [t`Measured with`, throughput.model],
    [t`Reads prompts at`, tokensPerSecond(throughput.prefillTokensPerSecond)],
    [t`Writes answers at`, tokensPerSecond(throughput.tokensPerSecond)],
    [t`Longest prompt`, t`with the answer ${roomsLine(rooms)}: as many as are read in time`],
  ];
}

function entryRow(request: Examined['requests'][number]): EntryRow {
  const { time, where, trigger, result, outcome, waitedMs, completion } = request;
  const text = request.text ?? completion?.text;
  const details = completion && [
    t`stopped at: ${stopWords(completion.reason)}`,
    t`${percent(completion.confidence)} sure`,
    completionLine(completion),
    t`by ${opinionsLine(completion)}`,
  ];
  return {
    time: clock(time),
    where,
    result: [
      resultWords(result),
      outcome && outcomeWords(outcome),
      trigger === 'automatic' ? undefined : t`on request`,
    ]
      .filter((part) => part !== undefined)
      .join(' · '),
    details: details?.join(' · ') ?? '',
    text: text === undefined ? '' : printable(JSON.stringify(text)),
    waited: milliseconds(waitedMs),
  };
}

// The live view in figures and charts: what the last requests for ghost text waited for, how fast the engine was, and what became of each place.

import { t } from '@vscode/l10n';
import type { Completion } from '../protocol';
import type { ModelInfo, Recent } from '../reports';
import type { Outcome, Result } from '../results';
import { answerersIn, namesIn } from '../specialists';
import { mean, median, percentile, sum } from '../statistics';
import {
  bytesOf,
  clock,
  grouped,
  milliseconds,
  percent,
  short,
  threadsOf,
  tokensPerSecond,
} from '../numbers';
import { outcomeWords, resultWords } from '../wording';
import { barGroup, type Measured } from './bars';
import { inPage, lineChart } from './charts';
import { detailOf, type Looked } from './completionDetail';
import { surenessOf, type Wanted } from './confidence';
import type { LoggedRequest } from './loggedRequest';
import type { BarGroup, LiveState, PlaceRow, Tile } from './pages';

/** Answers that a figure is the median of. */
const lately = 20;
/** Answers that a chart shows. */
const charted = 60;
/** Of fewer tokens the time is more that of the start than that of the work. */
const enoughTokens = 4;
/** Upper ends of the histogram's bars, in milliseconds; the last bar has what took longer. */
const waitSteps = [10, 20, 40, 80, 160, 320, 640];

/** `requests` are the newest first; `engine` is a sentence on what computes, `recent` what the status bar has. */
interface Watched {
  readonly engine: string;
  readonly requests: readonly LoggedRequest[];
  readonly recent: Recent | undefined;
  /** In milliseconds. */
  readonly deadline: number;
  readonly wanted: Wanted;
  readonly looked?: Looked;
  readonly use?: Use;
}

/** What the engine process takes; `cpuShare` is that of one core since it was looked at before. */
export interface Use {
  readonly memoryBytes: number;
  readonly cpuShare?: number;
}

/** What an engine process had computed at a time, both in milliseconds. */
export interface CpuRead {
  readonly at: number;
  readonly processId: number | undefined;
  readonly cpuMs: number;
}

/** Undefined where it is another process by now: what that computed before is not of this time. */
export function cpuShareSince(before: CpuRead | undefined, now: CpuRead): number | undefined {
  if (before?.processId !== now.processId || !before || now.cpuMs < before.cpuMs) return undefined;
  return (now.cpuMs - before.cpuMs) / (now.at - before.at);
}

/** The last request with an answer of the model of which figures are told: the second one where the chosen one never spoke. */
export function lastAnswered<Request extends LoggedRequest>(
  requests: readonly Request[],
): Request | undefined {
  const all = requests.filter(hasAnswer);
  return all.find(({ completion }) => !completion?.isSecond) ?? all[0];
}

export function liveState({ engine, requests, recent, deadline, wanted, looked, use }: Watched): LiveState {
  // Figures of another model say nothing of this one.
  const model = lastAnswered(requests)?.completion?.model;
  const ofModel = requests.filter(({ completion, answer = completion }) => answer?.model === model);
  const answered = ofModel.filter(hasAnswer).slice(0, charted);
  const places = placesOf(requests);
  const sureness = surenessOf(ofModel, wanted);
  return {
    engine: use ? `${engine} · ${useWords(use)}` : engine,
    tiles: [waitTile(answered), speedTile(answered, recent), shownTile(places), acceptedTile(places)],
    charts: {
      writing: speedChart(t`Writing`, decodes(answered), answered.length),
      reading: speedChart(t`Reading`, prefills(answered), answered.length),
    },
    groups:
      answered.length === 0
        ? []
        : [waitBars(answered, deadline), partsBars(answered), sparedBars(requests, answered)],
    ...(sureness && { sureness }),
    places: places.map(({ row }) => row),
    ...(looked && { detail: detailOf(looked) }),
  };
}

/** `kernel avx512-vnni · 2 threads, 1 now: the machine is busy`; of a last answer that had fewer threads than the model has. */
export function computedWith(
  model: Loaded & { readonly specialists?: readonly (Loaded & { languages: string[] })[] },
  last: Completion | undefined,
): string {
  const wrote = answerersIn(model).find(({ name }) => name === last?.model);
  const { kernel } = wrote ?? model;
  return t`${wrote?.name ?? namesIn(model)} · kernel ${kernel} · ${threadsNow(wrote ?? model, last)}`;
}

/** `2 threads, 1 now: the machine is busy`; how many do where it is not may have been measured since the model was loaded. */
export function threadsNow({ name, threads }: Loaded, last: Completion | undefined): string {
  const own = last?.model === name ? last : undefined;
  const most = own?.mostThreads ?? threads;
  const now = own?.threads ?? most;
  return now < most ? t`${threadsOf(most)}, ${grouped(now)} now: the machine is busy` : threadsOf(most);
}

type Loaded = Pick<ModelInfo, 'name' | 'kernel' | 'threads'>;

function useWords({ memoryBytes, cpuShare }: Use): string {
  const memory = bytesOf(memoryBytes);
  return cpuShare === undefined
    ? t`${memory} of memory`
    : t`${memory} of memory, ${percent(cpuShare)} of a core`;
}

type Answered = LoggedRequest & { readonly completion: Completion };

function hasAnswer(request: LoggedRequest): request is Answered {
  return request.completion !== undefined && request.completion.tokens > 0;
}

function waitTile(answered: readonly Answered[]): Tile {
  const waits = answered.slice(0, lately).map(({ waitedMs }) => waitedMs);
  const most = waits.length < lately ? waits.length && Math.max(...waits) : percentile(waits, 0.95);
  return {
    name: t`Wait`,
    value: optional(median(waits), milliseconds),
    note: !most
      ? t`from a key to its answer`
      : waits.length < lately
        ? t`the longest of ${grouped(waits.length)}: ${milliseconds(most)}`
        : t`19 of 20 came within ${milliseconds(most)}`,
  };
}

function speedTile(answered: readonly Answered[], recent: Recent | undefined): Tile {
  const prefill = median(prefills(answered.slice(0, lately)).map(([, speed]) => speed));
  return {
    name: t`Writes`,
    value: optional(recent?.tokensPerSecond, tokensPerSecond),
    note:
      prefill === undefined
        ? t`how fast answers are written`
        : t`prompts are read at ${tokensPerSecond(prefill)}`,
  };
}

function shownTile(places: readonly GroupedPlace[]): Tile {
  const asked = places.filter(({ kind }) => kind !== 'silent' && kind !== 'paused' && kind !== 'cancelled');
  const shown = asked.filter(({ kind }) => kind === 'shown');
  return {
    name: t`Shown`,
    value: asked.length === 0 ? '–' : t`${grouped(shown.length)} of ${grouped(asked.length)}`,
    note:
      asked.length === 0
        ? t`of the lines where you type`
        : t`${percent(shown.length / asked.length)} of the lines where an answer was wanted`,
  };
}

function acceptedTile(places: readonly GroupedPlace[]): Tile {
  const shown = places.filter(({ kind }) => kind === 'shown');
  const accepted = shown.filter(({ accepted }) => accepted);
  return {
    name: t`Accepted`,
    value: shown.length === 0 ? '–' : t`${grouped(accepted.length)} of ${grouped(shown.length)}`,
    note:
      shown.length === 0
        ? t`of the completions shown`
        : t`${percent(accepted.length / shown.length)} of those shown`,
  };
}

function optional(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? '–' : text(value);
}

/** By place in the list, tokens a second. */
function decodes(answered: readonly Answered[]): [number, number][] {
  return answered.flatMap(({ completion: { tokens, tokensPerSecond } }, i) =>
    tokens >= enoughTokens && tokensPerSecond > 0 ? [[i, tokensPerSecond] as [number, number]] : [],
  );
}

function prefills(answered: readonly Answered[]): [number, number][] {
  return answered.flatMap(({ completion: { promptTokens, reusedTokens, prefillMs } }, i) => {
    const read = promptTokens - reusedTokens;
    return read >= 4 * enoughTokens && prefillMs > 0
      ? [[i, (read / prefillMs) * 1000] as [number, number]]
      : [];
  });
}

/** The newest answer is the rightmost one. */
function speedChart(what: string, speeds: [number, number][], answers: number): string {
  if (speeds.length === 0) return '';
  const last = Math.max(1, answers - 1);
  const values = speeds.map(([i, speed]): [number, number] => [1 - i / last, speed]).reverse();
  const ends = [last === 1 ? t`1 answer ago` : t`${grouped(last)} answers ago`, t`now`];
  return lineChart(
    {
      title: t`${what}, tokens a second, answers: ${grouped(answers)}`,
      x: { title: '', steps: [0.15, 1], text: (share) => ends[Math.round(share)]! },
      y: { title: t`tokens a second`, text: short },
      series: [{ name: what, values }],
    },
    inPage,
  );
}

function waitBars(answered: readonly Answered[], deadline: number): BarGroup {
  const bars = [...waitSteps, Infinity].map((end, i, ends): Measured => {
    const start = ends[i - 1] ?? 0;
    const name =
      i === 0
        ? t`under ${grouped(end)} ms`
        : end === Infinity
          ? t`${grouped(start)} ms or more`
          : t`${grouped(start)} to ${grouped(end)} ms`;
    return { name, value: answered.filter(({ waitedMs }) => waitedMs < end && waitedMs >= start).length };
  });
  const late = answered.filter(({ waitedMs }) => waitedMs >= deadline).length;
  return barGroup(
    t`Waits`,
    t`From a key to its answer. Last answers: ${grouped(answered.length)}, later than the deadline of ${milliseconds(deadline)}: ${grouped(late)}.`,
    bars,
    String,
  );
}

function partsBars(answered: readonly Answered[]): BarGroup {
  const all = answered.map(partsOf);
  const part = (of: keyof Parts): number => mean(all.map((parts) => parts[of]));
  return barGroup(
    t`Where the time goes`,
    t`Of an answer, in the mean of these.`,
    [
      { name: t`waiting for the next key`, value: part('held') },
      { name: t`gathering the context`, value: part('context') },
      { name: t`reading the prompt`, value: part('prefill') },
      { name: t`writing the answer`, value: part('decode') },
      { name: t`cleaning it up`, value: part('clean') },
      { name: t`other work`, value: part('rest') },
    ],
    milliseconds,
  );
}

/** Where the milliseconds went from a key to its answer. The rest: its way, and what others asked of the engine, or the other model said. */
type Parts = Record<'held' | 'context' | 'prefill' | 'decode' | 'clean' | 'rest', number>;

function partsOf({ waitedMs, sent, completion }: Answered): Parts {
  const { contextMs = 0, prefillMs: prefill, decodeMs: decode, cleanMs: clean = 0 } = completion;
  const parts = {
    held: sent?.heldMs ?? 0,
    context: (sent?.gatheredMs ?? 0) + contextMs,
    prefill,
    decode,
    clean,
  };
  return { ...parts, rest: Math.max(0, waitedMs - sum(Object.values(parts))) };
}

/** Work that was not done because something was known already. */
function sparedBars(requests: readonly LoggedRequest[], answered: readonly Answered[]): BarGroup {
  const total = (of: (completion: Completion) => number): number =>
    sum(answered.map(({ completion }) => of(completion)));
  const offers = requests.filter(({ result }) => result.kind === 'shown' || result.kind === 'hidden');
  const known = offers.filter(({ completion }) => !completion);
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return barGroup(
    t`Work spared`,
    t`A prompt begins as one before did, and an answer goes on fitting while you type it.`,
    [
      {
        ...{ name: t`of the prompts, read before`, limit: 1 },
        value: share(
          total(({ reusedTokens }) => reusedTokens),
          total(({ promptTokens }) => promptTokens),
        ),
      },
      { name: t`of the answers, known before`, value: share(known.length, offers.length), limit: 1 },
    ],
    percent,
  );
}

interface GroupedPlace {
  readonly kind: Result['kind'];
  readonly accepted: boolean;
  readonly row: PlaceRow;
}

/**
 * What came of a line, by its requests, the newest first: what was accepted of its offers, else the longest, for what is
 * left of it while it is typed says less; without any, what the last request says that was not cancelled.
 */
export function toldOf<Request extends LoggedRequest>(line: readonly Request[]): Request | undefined {
  const shown = line.filter(({ result }) => result.kind === 'shown');
  const length = ({ text = '' }: LoggedRequest): number => text.length;
  const accepted = shown.find(({ outcome }) => outcome?.startsWith('accepted'));
  const [longest] = [...shown].sort((a, b) => length(b) - length(a));
  return accepted ?? longest ?? line.find(({ result }) => result.kind !== 'cancelled') ?? line[0];
}

function surenessWords({ model, isSecond, confidence }: Completion): string {
  return isSecond ? t`(${model}, ${percent(confidence)} sure)` : t`(${percent(confidence)} sure)`;
}

/** What became of an offer at last: it may have been typed into before it was typed over. */
function lastOutcome(
  line: readonly LoggedRequest[],
  { answer, outcome }: LoggedRequest,
): Outcome | undefined {
  const last = line.find((request) => answer && request.answer === answer && request.outcome !== undefined);
  return last?.outcome ?? outcome;
}

/** A line's requests in one row, the line that was asked at last first. */
function placesOf(requests: readonly LoggedRequest[]): GroupedPlace[] {
  const groups = new Map<string, LoggedRequest[]>();
  for (const request of requests) groups.set(request.where, [...(groups.get(request.where) ?? []), request]);
  return [...groups.values()].map((group) => {
    const accepted = group.some(({ outcome }) => outcome?.startsWith('accepted'));
    const told = toldOf(group)!;
    const { kind } = told.result;
    const { answer = told.completion } = told;
    const outcome = lastOutcome(group, told);
    const sure = answer && surenessWords(answer);
    const result = [resultWords(told.result), outcome && outcomeWords(outcome)].filter(Boolean).join(' · ');
    return {
      ...{ kind, accepted },
      row: {
        time: clock(group[0]!.time),
        where: told.where,
        kind,
        requests: group.length,
        result: sure === undefined ? result : `${result} ${sure}`,
        text: told.text ?? answer?.text ?? '',
        waited: milliseconds(told.waitedMs),
      },
    };
  });
}

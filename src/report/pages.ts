// What passes between the extension and its pages: what a page shows, sent to it whole, and what is asked for in it; imports types alone.

import type { Result } from '../results';

/** What every page sends first: it wants to know what to show. */
export const ready = 'ready';

const remedies = ['chooseModel', 'tryAgain', 'useBundled', 'restart', 'changeKernel', 'showLog'] as const;

/** What may be done where something failed. */
export type Remedy = (typeof remedies)[number];

/** The card at the top of every page where the engine or its model fails. */
export interface Failure {
  readonly title: string;
  readonly text: string;
  readonly remedies: readonly { readonly remedy: Remedy; readonly label: string }[];
}

/** What each page gets beside its own state. */
export interface Framed {
  readonly failure?: Failure;
}

/** What a button of the card sends. */
export interface RemedyMessage {
  readonly remedy: Remedy;
}

export function isRemedyMessage(value: unknown): value is RemedyMessage {
  const { remedy } = (value ?? {}) as Partial<Record<keyof RemedyMessage, unknown>>;
  return remedies.some((each) => each === remedy);
}

/** What is measured, as a bar of its share of the widest; shares are 0..1. */
export interface Bar {
  readonly name: string;
  readonly share: number;
  /** From the least to the most that was measured. */
  readonly range?: readonly [number, number];
  /** Where the most that is possible stands. */
  readonly limit?: number;
  /** How the value reads; a bar that was not measured has none. */
  readonly value: string;
  readonly note: string;
  readonly look: 'active' | 'plain' | 'missing';
}

export interface BarGroup {
  readonly title: string;
  readonly note: string;
  readonly bars: readonly Bar[];
}

/** A chart with a title and an explanation; it is SVG. */
export interface Figure {
  readonly title: string;
  readonly note: string;
  readonly chart: string;
}

export type Pair = readonly [name: string, value: string];

export interface DiagnosticsState {
  /** A sentence on the engine. */
  readonly state: string;
  readonly findings: readonly Finding[];
  readonly groups: readonly BarGroup[];
  readonly roofline?: Figure;
  readonly model: readonly Pair[];
  readonly machine: readonly Pair[];
  /** The newest first. */
  readonly entries: readonly EntryRow[];
}

/** `kind` is a word before it: `Warning`, `Note`. */
export interface Finding {
  readonly kind: string;
  readonly text: string;
}

export interface EntryRow {
  readonly time: string;
  readonly where: string;
  readonly result: string;
  /** How the answer came about, with figures. */
  readonly details: string;
  readonly text: string;
  readonly waited: string;
}

/** What happens while one types. Charts are SVG, and empty where nothing is known yet. */
export interface LiveState {
  /** What computes, and with what. */
  readonly engine: string;
  readonly tiles: readonly Tile[];
  readonly charts: { readonly writing: string; readonly reading: string };
  readonly groups: readonly BarGroup[];
  /** Absent where no answer was judged by how sure it is. */
  readonly sureness?: Sureness;
  /** A line of a file each, the newest first. */
  readonly places: readonly PlaceRow[];
  /** Of the place that was clicked. */
  readonly detail?: Detail;
}

/** How sure answers were, what became of them, and from which confidence on they are shown. */
export interface Sureness {
  readonly answers: readonly JudgedAnswer[];
  readonly threshold: number;
  readonly isSet: boolean;
  readonly sentence: string;
}

export interface JudgedAnswer {
  readonly confidence: number;
  readonly fate: 'accepted' | 'shown' | 'hidden';
}

/** A completion looked into. */
export interface Detail {
  readonly where: string;
  /** The rule that decided. */
  readonly sentence: string;
  readonly change?: { readonly setting: string; readonly label: string };
  readonly note: string;
  readonly tokens: readonly TokenChip[];
  readonly promptTitle: string;
  readonly prompt: readonly { readonly text: string; readonly steers: boolean }[];
  /** Whether it can be copied as a bundle. */
  readonly copies: boolean;
}

export interface TokenChip {
  readonly text: string;
  readonly likely: string;
  readonly share: number;
  readonly look: 'typed' | 'weakest' | 'plain';
}

export interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

export interface PlaceRow {
  readonly time: string;
  /** A path and a line. */
  readonly where: string;
  readonly kind: Result['kind'];
  /** Requests for it. */
  readonly requests: number;
  readonly result: string;
  readonly text: string;
  readonly waited: string;
}

/**
 * To open a place, to look into what was completed there or no more, to copy that, to open a setting, and to keep a
 * confidence, or none.
 */
export type LiveMessage =
  | { readonly kind: 'open' | 'look' | 'copy'; readonly where: string }
  | { readonly kind: 'close' }
  | { readonly kind: 'setting'; readonly name: string }
  | { readonly kind: 'keep'; readonly confidence: number | null };

export function isLiveMessage(value: unknown): value is LiveMessage {
  const { kind, where, name, confidence } = (value ?? {}) as Record<string, unknown>;
  switch (kind) {
    case 'open':
    case 'look':
    case 'copy':
      return typeof where === 'string' && /:\d+$/.test(where);
    case 'close':
      return true;
    case 'setting':
      return typeof name === 'string' && /^\w+$/.test(name);
    case 'keep':
      return confidence === null || (typeof confidence === 'number' && confidence >= 0 && confidence <= 1);
    default:
      return false;
  }
}

const diagnosticsMessages = ['examine', 'erase', 'copy'] as const;

export type DiagnosticsMessage = (typeof diagnosticsMessages)[number];

export function isDiagnosticsMessage(value: unknown): value is DiagnosticsMessage {
  return diagnosticsMessages.some((message) => message === value);
}

/** Columns are in the order of the runs, as are the series of the chart. */
export interface EvaluationState {
  /** A sentence on each run. */
  readonly verdicts: readonly string[];
  readonly models: readonly string[];
  readonly sections: readonly { readonly title: string; readonly rows: readonly Row[] }[];
  /** SVG: precision over shown rate, and where the confidence that is set stands. */
  readonly chart: string;
  /** Why the columns are not to be compared, if they are not. */
  readonly warning: string | undefined;
  readonly holes: readonly HoleRow[];
}

export interface Row {
  readonly name: string;
  readonly values: readonly string[];
}

export interface HoleRow extends Place {
  readonly kind: string;
  readonly expected: string;
  /** By run; undefined where a run has no such hole. */
  readonly given: readonly (Given | undefined)[];
}

interface Given {
  readonly text: string;
  readonly verdict: string;
  readonly exact: boolean;
}

/** A place in a file, which opens; line and column are counted from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

export function isPlace(value: unknown): value is Place {
  const { path, line, column } = (value ?? {}) as Partial<Record<keyof Place, unknown>>;
  return typeof path === 'string' && isCount(line) && isCount(column);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

export interface BenchmarkState {
  /** A sentence. */
  readonly verdict: string;
  readonly conditions: readonly Pair[];
  readonly groups: readonly BarGroup[];
  /** With another number of threads to be used, or what keeps from advising one. */
  readonly advice?: {
    readonly text: string;
    readonly use?: { readonly threads: number; readonly action: string };
  };
  readonly working: boolean;
  /** While it works: what is measured, and the share that is done. */
  readonly progress?: { readonly text: string; readonly share: number };
  readonly isMeasured: boolean;
}

const benchmarkMessages = ['run', 'html', 'json', 'md', 'useThreads'] as const;

/** To measure, to save as a file of that kind, or to keep the number of threads that is advised. */
export type BenchmarkMessage = (typeof benchmarkMessages)[number];

export function isBenchmarkMessage(value: unknown): value is BenchmarkMessage {
  return benchmarkMessages.some((message) => message === value);
}

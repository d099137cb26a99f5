// The reports that measuring gives and that pages and tables show: types alone.

import type { HiddenReason } from './results';
import type { Thresholds } from './eagerness';

/**
 * `type` is the file type of the matrices (`TQ2_0`), `weights` how many numbers the model has, `bytes` their memory, of
 * which a pass over one token reads `passBytes`; each token of a prompt is multiplied with `multiplied` of the weights.
 * `contextLength` is the longest text in tokens, each of which takes `bytesPerToken` of a KV cache.
 * `prompts` tells how it is shown a place, `caution` in a sentence what its completions may suffer from. `rejected` are
 * kernels that would be in use, did they not compute wrongly on this CPU.
 */
export interface ModelInfo {
  name: string;
  file: string;
  architecture: string;
  type: string;
  weights: number;
  contextLength: number;
  bytesPerToken: number;
  prompts?: string;
  caution?: string;
  kernel: string;
  rejected?: RejectedKernel[];
  threads: number;
  loadMs: number;
  bytes: number;
  passBytes: number;
  multiplied: number;
  /** How sure an answer has to be in each language, as measured of the model. */
  thresholds?: Thresholds;
  /** The model that answers beside it. */
  second?: Pick<ModelInfo, 'name' | 'bytes' | 'thresholds' | 'specialists'>;
  /** The models that answer in its place in some languages. */
  specialists?: Specialist[];
}

/** `languages` are named as in reports. What thresholds it has are among those of the model that it belongs to. */
export interface Specialist extends Omit<ModelInfo, 'thresholds' | 'second' | 'specialists'> {
  languages: string[];
}

/** By its self-test, which compares it with the plainest kernel. */
export interface RejectedKernel {
  kernel: string;
  cases: number;
  mismatches: number;
}

/**
 * What the header of a model's file says: `bytes` is how long the file is, `passBytes` and `multiplied` as above,
 * `infills` whether the model sees what stands behind the cursor, `license` what the file states.
 */
export interface ModelGlance {
  name: string;
  architecture: string;
  type: string;
  weights: number;
  bytes: number;
  passBytes: number;
  multiplied: number;
  infills: boolean;
  license?: string;
  caution?: string;
}

/** Memory is read with all `threads`; `gops` is the ternary product of the fastest kernel on one of them. */
export interface MachineSpeed {
  cpu: string;
  threads: number;
  readGBs: number;
  gops: number;
}

/** How fast the last answers of a model came: medians over them. */
export interface Recent {
  readonly model: string;
  readonly answers: number;
  /** Written, from the second token on. */
  readonly tokensPerSecond: number;
  /** What the engine took for prompt and answer together, in milliseconds. */
  readonly latencyMs: number;
  readonly kernel?: string;
  readonly threads?: number;
}

export interface LevelReport {
  name: string;
  supported: boolean;
  selected: boolean;
  /** `not run` where the level cannot run here. */
  selftest: 'ok' | 'failed' | 'not run';
  /** Of the self-test, where it ran: how many cases it had, and how many differed. */
  cases?: number;
  mismatches?: number;
}

/**
 * `gops` are ternary multiply-adds times two, in 10^9 per second, of a product of the model's shape; `prefill` and
 * `decode` tokens per second, of which reading the weights allows `readLimit` for decode. `speedup` and `efficiency` are
 * those over one thread, absent where that was not measured, for the sake of time.
 */
export interface ScalingRow {
  threads: number;
  prefill: number;
  decode: number;
  readLimit: number;
  ms: number;
  gops: number;
  speedup?: number;
  efficiency?: number;
  bound: 'memory' | 'compute';
}

export interface Target {
  phase: string;
  target: number;
  measured: number;
  met: boolean;
}

export interface Issue {
  severity: 'error' | 'warning' | 'note';
  issue: string;
  impact: string;
}

export interface Environment {
  system: string;
  node: string;
  cpu: string;
  vendor: string;
  physicalCores: number;
  /** Of the fastest kind, where there are several. */
  fastCores: number;
  logicalCores: number;
  availableCores: number;
  memoryGB: number;
  flags: string[];
  container: { cpuLimit: number | null; memoryLimitGB: number | null };
}

export interface Diagnosis {
  schema: 'ryzanstein/diagnose/1';
  date: string;
  environment: Environment;
  machine: MachineSpeed;
  simd: { active: string; levels: LevelReport[] };
  /** `error` is the largest relative error of any level's ternary product against the scalar one: 0 when exact. */
  tmac: { error: number; cases: number; kernels: { level: string; gops: number }[] };
  /** `takenCores` is what other programs took of the processor meanwhile. */
  threading: { scaling: ScalingRow[]; takenCores: number };
  /** How many tokens prompt and answer share at most, for the sake of time. */
  rooms: { cold: number; rested: number };
  throughput: { tokensPerSecond: number; prefillTokensPerSecond: number; model: string; threads: number };
  model: ModelInfo;
  targets: Target[];
  issues: Issue[];
}

export interface BenchRow {
  shape: string;
  model: string;
  type: string;
  work: 'prefill' | 'decode';
  promptTokens: number;
  generateTokens: number;
  threads: number;
  kernel: string;
  engine: string;
  tokensPerSecond: Spread;
  /** Share of what the speed of reading the weights would allow if nothing else cost time. */
  fractionOfLimit?: number;
  ratioToPeer?: number;
  peer?: string;
}

/** Of several runs. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** `firstToken` is the time in milliseconds that a prompt of so many tokens takes until the answer begins. */
export interface BenchReport {
  schema: 'ryzanstein/bench/1';
  date: string;
  cpu: string;
  /** As it was loaded, with its kernel and threads. */
  model?: ModelInfo;
  results: BenchRow[];
  firstToken?: { promptTokens: number; milliseconds: Spread }[];
  /** Of the processor, by other programs meanwhile. */
  takenCores?: number;
  limits: { readGBs: Record<string, number>; int8GMACs: Record<string, number> };
}

/**
 * Rates are shares of the holes, 0..1. `charactersSavedPerShown` is how far the answers that are fit to show are right,
 * `area` the mean precision over all shown rates, `latency` prefill and decode together in milliseconds, `reuse` the
 * share of prompt tokens that the cache held. `parseErrorsAdded` is how many error nodes and missing tokens the parse of
 * the whole file has more with an answer that is fit to show than with what was expected, 0 where it has fewer: the
 * mean over those whose language has a grammar.
 */
export interface Measures {
  holes: number;
  firstLineExact: number;
  wholeExact: number;
  editSimilarity: number;
  charactersSavedPerShown: number;
  parseErrorsAdded: number;
  /** Of the surest share of answers, how many have an exact first line. */
  shownPrecision: { shownRate: number; precision: number }[];
  area: number;
  latency: Percentiles;
  reuse: number;
}

export interface Percentiles {
  p50: number;
  p95: number;
}

export type AnsweringSpecialist = Pick<Specialist, 'name' | 'file' | 'type' | 'kernel' | 'languages'>;

/** What answered, and how; `context` tells whether code of other files was in the prompts,
 * `withoutCache` that what the context holds was not weighed beside the model, `room` how many tokens prompt and answer
 * shared where not as many as usual, `second` which model answered beside it; `specialists` answered in its place. */
export interface Answerer {
  engine: string;
  model: string;
  file: string;
  type: string;
  kernel: string;
  threads: number;
  context: boolean;
  withoutCache?: boolean;
  room?: number;
  second?: string;
  specialists?: AnsweringSpecialist[];
}

/**
 * `promptTokens` is their mean; `calibration` says what became of the confidence and `tuned` of the cache, where that was
 * asked for.
 */
export interface Evaluation extends Answerer, Measures {
  schema: 'ryzanstein/eval/1';
  date: string;
  cpu: string;
  /** Evaluations can be compared where the digest of the holes is the same. */
  digest: string;
  promptTokens: number;
  calibration?: string;
  /** From which confidence on an answer is shown. */
  thresholds?: Thresholds;
  tuned?: Tuned;
  byKind: Record<string, Measures>;
  byLanguage: Record<string, Measures>;
  /** How many answers were hidden, by reason. */
  hidden: Partial<Record<HiddenReason, number>>;
  /** Of the answers that are fit to show, by tenths of confidence: its mean, how many there are, and how many are exact. */
  reliability: { confidence: number; answers: number; exact: number }[];
  results: {
    id: number;
    source?: string;
    path: string;
    /** Where the hole begins, counted from 1. */
    line: number;
    column: number;
    kind: string;
    /** By the name that reports have for it. */
    language: string;
    expected: string;
    text: string;
    exact: boolean;
    confidence: number;
    hidden?: HiddenReason;
    parseErrorsAdded?: number;
  }[];
}

/**
 * Bits per token of true answers of the model that was tuned, on the half of the holes that was not tuned by: by the model alone, with the settings
 * of the cache that were in use, and with those that were found; they are kept only where they are better.
 */
export interface Tuned {
  model: string;
  holes: number;
  tokens: number;
  alone: number;
  before: number;
  after: number;
}

/** Bits for each byte, and of how much text, by language. */
export interface TextScore {
  model: string;
  type: string;
  kernel: string;
  bitsPerByte: Record<string, number>;
  text: Record<string, { files: number; tokens: number; bytes: number }>;
}

/**
 * Rates are 0..1, times in milliseconds. `requests` are the times the editor asks; `cacheHits` the share of them that
 * is answered without the engine, within `hitLatency`; `cancelled` are those that the next step came before, the rest
 * took the engine `latency`. `reuse` is the share of the prompts' tokens that were in a KV cache already, also by
 * reading ahead where the cursor rested. `shownRate` is the share of requests with ghost text; `charactersSaved`
 * counts the characters of ghost texts that are, to their end, what was typed next, each character once.
 */
export interface Replay extends Seen {
  model: string;
  kernel: string;
  threads: number;
  source: string;
  keystrokes: number;
  requests: number;
  cacheHits: number;
  cancelled: number;
  reuse: number;
  promptTokens: number;
  latency: LatencyPercentiles;
  hitLatency: LatencyPercentiles;
  /** From a cancellation to the engine's being idle. */
  cancelLatency: LatencyPercentiles;
  shownRate: number;
  charactersSaved: number;
}

/**
 * What somebody has of ghost texts who looks at each and takes what is right and spares four keys or more. `offers` are
 * counted once, however long they go on to fit, `right` those that are to the end of the line or to a closer that the
 * editor has put there; `wrongMs` is how long
 * others stood there.
 */
export interface Seen {
  offers: number;
  right: number;
  taken: number;
  keysSaved: number;
  wrongMs: number;
  offered: Offered[];
}

/** `step` is the key behind which it was there first, counted from 0. */
interface Offered {
  step: number;
  text: string;
  confidence: number;
  right: boolean;
}

/** Files that were typed from top to bottom, by language; `offered` has its answers in the order of the files. */
export interface Typing {
  model: string;
  kernel: string;
  threads: number;
  byLanguage: Record<string, Typed>;
}

export interface Typed extends Seen {
  files: number;
  keys: number;
}

export interface LatencyPercentiles extends Percentiles {
  p99: number;
}

/** A row of two reports that measured the same work; `ratio` above 1 means that the second is faster. */
export interface ComparedRow {
  model: string;
  type: string;
  work: string;
  threads: number;
  kernels: [string, string];
  before: number;
  after: number;
  ratio: number;
}

// Every message between the extension and the engine process, with its types; imports nothing of either side.

import { NotificationType, ProgressType, RequestType, RequestType0 } from 'vscode-jsonrpc/node';

/** Text of another file that may help; `path` is shown to the model as it is. */
export interface RelatedText {
  path: string;
  text: string;
}

/** Where to complete: `prefix` is all text before the cursor, `suffix` all text after it, with the document's line ends. */
export interface Prompt {
  path: string;
  languageId: string;
  repository?: string;
  prefix: string;
  suffix: string;
  related: RelatedText[];
}

/**
 * `maxLines` 1 keeps the answer on the cursor's line; more allows a block where the line at the cursor opens one.
 * `minConfidence` in 0..1: an answer whose confidence is lower is hidden. `candidates` above 1 asks for alternatives.
 */
export interface Limits {
  maxTokens: number;
  maxLines: number;
  minConfidence: number;
  candidates?: number;
}

export type StopReason =
  'line' | 'block' | 'end' | 'suffix' | 'repetition' | 'maxTokens' | 'maxLines' | 'cancelled' | 'context';

export type HiddenReason =
  'empty' | 'duplicate' | 'repetition' | 'confidence' | 'whitespace' | 'unbalanced' | 'syntax' | 'cancelled';

/** An answer that begins otherwise than the likeliest one, and is fit to show. */
export interface Alternative {
  text: string;
  confidence: number;
}

/**
 * One answer. `text` is fit to insert at the cursor, with the document's line ends; times are in milliseconds.
 * `alternatives`, surest first, are there if they were asked for; tokens and times are those of the answer alone.
 * The `promptTokens` of a cancelled one are those that were read before, of which the cache held `reusedTokens`.
 */
export interface Completion {
  text: string;
  reason: StopReason;
  shown: boolean;
  hidden?: HiddenReason;
  confidence: number;
  alternatives?: Alternative[];
  tokens: number;
  promptTokens: number;
  reusedTokens: number;
  prefillMs: number;
  decodeMs: number;
  tokensPerSecond: number;
  kernel: string;
  threads: number;
  model: string;
}

/** `threads` 0 means the number of physical cores; `kernel` forces a level by name. */
export interface LoadParams {
  modelFile: string;
  threads: number;
  kernel?: string;
}

/** `type` is the file type of the matrices (`TQ2_0`), `weights` how many numbers the model has, `bytes` their memory. */
export interface ModelInfo {
  name: string;
  file: string;
  architecture: string;
  type: string;
  weights: number;
  contextLength: number;
  kernel: string;
  threads: number;
  loadMs: number;
  bytes: number;
}

/**
 * `threads` at most are used, where the model was loaded with more. With `firstLine`, progress of that name tells of a
 * block's first line as soon as it is whole.
 */
export interface CompleteParams {
  prompt: Prompt;
  limits: Limits;
  threads?: number;
  firstLine?: number;
}

export interface PrefillParams {
  prompt: Prompt;
  threads?: number;
}

/** What was read of a prompt before anything is to be completed; `reusedTokens` were known already. */
export interface Prefill {
  promptTokens: number;
  reusedTokens: number;
  prefillMs: number;
}

export interface LevelReport {
  name: string;
  supported: boolean;
  selected: boolean;
  /** `ok`, `failed: ...` with what differed, or `not run` where the level cannot run here. */
  selftest: string;
}

/** `gops` are ternary multiply-adds times two, in 10^9 per second, of a product of the model's shape. */
export interface ScalingRow {
  threads: number;
  ms: number;
  gops: number;
  speedup: number;
  efficiency: number;
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

export interface Recommendation {
  action: string;
  expectedGain: string;
}

export interface Environment {
  system: string;
  node: string;
  cpu: string;
  vendor: string;
  physicalCores: number;
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
  simd: { active: string; levels: LevelReport[] };
  /** `error` is the largest relative error of any level's ternary product against the scalar one: 0 when exact. */
  tmac: { error: number; cases: number; kernels: { level: string; gops: number }[] };
  threading: { scaling: ScalingRow[] };
  throughput: { tokensPerSecond: number; prefillTokensPerSecond: number; model: string; threads: number };
  model: ModelInfo;
  targets: Target[];
  issues: Issue[];
  recommendations: Recommendation[];
}

/** Tokens per work and the thread counts to try; an empty `threads` means the loaded model's own. */
export interface BenchParams {
  promptTokens: number;
  generateTokens: number;
  threads: number[];
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
  tokensPerSecond: { median: number; min: number; max: number };
  /** Share of what the memory's measured read speed would allow if nothing else cost time. */
  fractionOfLimit?: number;
  ratioToPeer?: number;
  peer?: string;
}

export interface BenchReport {
  schema: 'ryzanstein/bench/1';
  date: string;
  cpu: string;
  results: BenchRow[];
  limits: { readGBs: Record<string, number>; int8GMACs: Record<string, number> };
}

/**
 * As many holes as can be had up to `holes`, drawn by `seed` in the text of these files; `path` is how the model is
 * told of one.
 */
export interface EvaluateParams {
  files: { file: string; path: string }[];
  holes: number;
  seed: number;
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

/** What answered, and how; `context` tells whether code of other files was in the prompts. */
export interface Answerer {
  engine: string;
  model: string;
  file: string;
  type: string;
  kernel: string;
  threads: number;
  context: boolean;
}

/** `promptTokens` is their mean. */
export interface Evaluation extends Answerer, Measures {
  schema: 'ryzanstein/eval/1';
  date: string;
  cpu: string;
  /** Evaluations can be compared where the digest of the holes is the same. */
  digest: string;
  promptTokens: number;
  byKind: Record<string, Measures>;
  byLanguage: Record<string, Measures>;
  /** How many answers were hidden, by reason. */
  hidden: Record<string, number>;
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
    expected: string;
    text: string;
    exact: boolean;
    confidence: number;
    hidden?: string;
    parseErrorsAdded?: number;
  }[];
}

/** How many of the holes are done. */
export interface EvaluateProgress {
  done: number;
  holes: number;
}

/** The requests that the engine process answers; `complete`, `prefill` and `evaluate` follow the library's cancellation. */
export const loadRequest = new RequestType<LoadParams, ModelInfo, void>('load');
export const completeRequest = new RequestType<CompleteParams, Completion, void>('complete');
/** The answer, were it the first line alone. */
export const firstLineProgress = new ProgressType<Completion>();
export const prefillRequest = new RequestType<PrefillParams, Prefill, void>('prefill');
export const diagnoseRequest = new RequestType0<Diagnosis, void>('diagnose');
export const benchRequest = new RequestType<BenchParams, BenchReport, void>('bench');
export const evaluateRequest = new RequestType<EvaluateParams, Evaluation, void>('evaluate');
export const evaluateProgress = new NotificationType<EvaluateProgress>('evaluateProgress');

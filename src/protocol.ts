// Every message between the extension and the engine process, with its types; imports nothing of either side.

import {
  NotificationType,
  NotificationType0,
  ProgressType,
  RequestType,
  RequestType0,
} from 'vscode-jsonrpc/node';
import type { Eagerness, KnownAnswer } from './eagerness';
import type { HiddenReason, StopReason } from './results';
import type { MachineSpeed, ModelInfo, ModelGlance, Diagnosis, BenchReport, Evaluation } from './reports';

/** Text of another file that may help; `path` is shown to the model as it is. */
export interface RelatedText {
  path: string;
  text: string;
}

/** Where to complete: `prefix` is all text before the cursor, `suffix` all text after it, with the document's line ends. */
export interface Prompt {
  path: string;
  languageId: string;
  /** The text is that of a notebook's cells, in which there are commands to it. */
  notebook?: boolean;
  repository?: string;
  prefix: string;
  suffix: string;
  related: RelatedText[];
}

/**
 * `maxLines` 1 keeps the answer on the cursor's line; more allows a block where the line at the cursor opens one.
 * An answer whose confidence is lower than `minConfidence`, 0..1, is hidden; of an eagerness, what was measured of the model
 * says how low that is. `candidates` above 1 asks for alternatives.
 */
export interface Limits {
  maxTokens: number;
  maxLines: number;
  minConfidence: number | Eagerness;
  candidates?: number;
}

/** An answer that begins otherwise than the likeliest one, and is fit to show. */
export interface Alternative {
  text: string;
  confidence: number;
}

/**
 * What an answer is held to: the confidence or eagerness that was wanted, in which language, by the name that thresholds
 * have for it, which in markup may be that of a script; and from which confidence on it is shown there, null where from none.
 */
export interface Bar {
  wanted: number | Eagerness;
  language: string;
  least: number | null;
}

/**
 * One answer. `text` is fit to insert at the cursor, with the document's line ends; times are in milliseconds.
 * `alternatives`, surest first, are there if they were asked for; tokens and times are those of the answer alone.
 * The `promptTokens` of a cancelled one are those that were read before, of which the cache held `reusedTokens`.
 * `isSecond`: given by the second model, and not by the chosen one; `other` is what the other one of both said, if it
 * was done. `room` is how many tokens prompt and answer shared at most. `contextMs` went by with laying out the prompt
 * before it was read, `cleanMs` with cleaning and judging the answer; `threads` computed of `mostThreads` that do where
 * the machine is free. `likelihood` is what speaks for it, whichever model gave it; `confidence` is made of that. It, `bar` and all from
 * `room` on are absent where a backend does not tell.
 */
export interface Completion {
  text: string;
  reason: StopReason;
  shown: boolean;
  hidden?: HiddenReason;
  confidence: number;
  likelihood?: number;
  bar?: Bar;
  alternatives?: Alternative[];
  tokens: number;
  promptTokens: number;
  reusedTokens: number;
  prefillMs: number;
  decodeMs: number;
  tokensPerSecond: number;
  model: string;
  isSecond?: true;
  other?: Opinion;
  room?: number;
  contextMs?: number;
  cleanMs?: number;
  kernel?: string;
  threads?: number;
  mostThreads?: number;
}

/** What the model said whose answer was not given, and how long it took. */
export interface Opinion {
  model: string;
  shown: boolean;
  confidence: number;
  milliseconds: number;
  /** The answer itself, for who wants to know whether it was right; it is not kept. */
  said?: Pick<Completion, 'text' | 'hidden' | 'likelihood'>;
}

/**
 * An answer before the answer: the first line of a block, or what the second model says. `isLast`: the answer is not
 * expected by the deadline; then it may be hidden, and nothing is in time.
 */
export interface Sooner {
  completion: Completion;
  isLast: boolean;
}

/** Whether a model is shown what stands behind the cursor: always if it can be, never, or as its file makes likely. */
export type InfillingSetting = 'auto' | 'always' | 'never';

/**
 * `threads` 0 means one for each core of the fastest kind, or fewer where those were measured to do better; `kernel` forces a level by name. `second` is the file of a small model
 * that answers beside the chosen one: before that is loaded, while it reads, and where it is surer. `store` is the
 * folder in which it is remembered how models are best used on this machine, how often they were right and what was tuned
 * of them; without it the first two are not found out, and what is tuned lies beside the model's file.
 */
export interface LoadParams {
  modelFile: string;
  second?: string;
  threads: number;
  kernel?: string;
  infilling?: InfillingSetting;
  store?: string;
}

/**
 * `threads` at most are used, where the model was loaded with more. With `sooner`, answers before the answer come as
 * progress of that name. In milliseconds from now: an answer is of use until `deadline`, and where there is a second
 * model, the chosen one begins after `pause`, for the next request may come before.
 */
export interface CompleteParams {
  prompt: Prompt;
  limits: Limits;
  threads?: number;
  sooner?: number;
  deadline?: number;
  pause?: number;
}

/** A completion to look into: in what room it was answered, and by which of two models. */
export interface ExamineParams {
  prompt: Prompt;
  limits: Limits;
  room?: number;
  isSecond?: true;
}

/**
 * An answer, looked into: what the model read, in runs of text and of tokens that steer it, and what it wrote, each token
 * with how likely the model and the context found it.
 */
export interface Examination {
  completion: Completion;
  prompt: { text: string; steers: boolean }[];
  tokens: WrittenToken[];
}

/** `isTyped`: it spells what was typed already, and is no part of the answer. */
export interface WrittenToken {
  text: string;
  probability: number;
  isTyped: boolean;
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

/**
 * Tokens per work and the thread counts to try; an empty `threads` means the loaded model's own. `whole` measures every
 * kernel level, every number of threads and prompts of several lengths instead.
 */
export interface BenchParams {
  promptTokens: number;
  generateTokens: number;
  threads: number[];
  whole?: boolean;
}

/**
 * As many holes as can be had up to `holes`, drawn by `seed` in the text of these files; `path` is what the model sees
 * of a file's name. With `tune`, how the context weighs beside the model is tuned by them first.
 */
export interface EvaluateParams {
  files: { file: string; path: string }[];
  holes: number;
  seed: number;
  tune?: boolean;
}

/** Of the loaded model of that name; the answer's confidence is its `likelihood`. */
export interface Known {
  model: string;
  answer: KnownAnswer;
}

/** Looks at the header of a file; no model has to be loaded. */
interface GlanceParams {
  file: string;
}

/**
 * What the engine process takes: its memory, and how long its threads have computed since it began, in milliseconds; and
 * of the machine, as far as only native code can tell (on macOS and Windows), its power and how much memory is available.
 */
export interface Usage {
  memoryBytes: number;
  cpuMs: number;
  onBattery?: boolean;
  availableBytes?: number;
}

/** Makes one file of the parts of a split model; no model has to be loaded. */
interface JoinParams {
  parts: string[];
  whole: string;
}

/** What the engine has to say for the log. */
export interface Remark {
  level: 'warn' | 'error';
  message: string;
}

/** Whether work has begun, for any client, that may keep the engine from answering for longer than a completion does. */
interface Business {
  isBusy: boolean;
}

/** How much of the model is loaded, in percent. */
export interface LoadProgress {
  percent: number;
}

/** What is measured next, and how many of such steps are done. */
export interface BenchProgress {
  done: number;
  steps: number;
  next?: { kernel: string; threads: number };
}

/** How many of the holes are done; each counts twice where they are tuned by first. */
export interface EvaluateProgress {
  done: number;
  holes: number;
}

/** The code of an error that says that there is nothing to compute with on this machine, whatever the model. */
export const cannotCompute = 1;

/** The requests that the engine process answers to each client; those that compute with a loaded model follow the library's cancellation. */
export const loadRequest = new RequestType<LoadParams, ModelInfo, void>('load');
export const loadProgress = new NotificationType<LoadProgress>('loadProgress');
export const glanceRequest = new RequestType<GlanceParams, ModelGlance, void>('glance');
export const usageRequest = new RequestType0<Usage, void>('usage');
/** Measures the machine for half a second; no model has to be loaded. */
export const machineRequest = new RequestType0<MachineSpeed, void>('machine');
export const joinRequest = new RequestType<JoinParams, void, void>('join');
export const completeRequest = new RequestType<CompleteParams, Completion, void>('complete');
export const soonerProgress = new ProgressType<Sooner>();
export const prefillRequest = new RequestType<PrefillParams, Prefill, void>('prefill');
/** Answers again, to tell of each token; it cancels nothing. */
export const examineRequest = new RequestType<ExamineParams, Examination, void>('examine');
export const diagnoseRequest = new RequestType0<Diagnosis, void>('diagnose');
export const benchRequest = new RequestType<BenchParams, BenchReport, void>('bench');
export const benchProgress = new NotificationType<BenchProgress>('benchProgress');
export const evaluateRequest = new RequestType<EvaluateParams, Evaluation, void>('evaluate');
/** The client is the one that the user looks at: what it wants comes first. */
export const focusNotification = new NotificationType0('focus');
/** An answer of which is known by now whether it was right. */
export const knownNotification = new NotificationType<Known>('known');
export const remarkNotification = new NotificationType<Remark>('remark');
/** What `load` has answered, where something else is known by now, whoever had it measured: how sure is sure enough, how many threads do best. */
export const modelNotification = new NotificationType<ModelInfo>('model');
export const busyNotification = new NotificationType<Business>('busy');
export const evaluateProgress = new NotificationType<EvaluateProgress>('evaluateProgress');

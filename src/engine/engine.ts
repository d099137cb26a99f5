// A loaded model and the story of one completion request: prompt, reuse, prefill, decode, stop, clean.

import type {
  Alternative,
  Completion,
  ExamineParams,
  Examination,
  Limits,
  LoadParams,
  Prefill,
  Prompt,
  Sooner,
  WrittenToken,
} from '../protocol';
import type { ModelInfo, RejectedKernel } from '../reports';
import type { Addon, NativeModel, NativeSession, NgramOptions } from './addon';
import { judge } from '../completion/finish';
import { defaultThreads } from './environment';
import { expectUnchanged, readGguf } from '../model/gguf';
import { unfinishedWord } from '../model/healing';
import { Load } from './load';
import { hyperparametersOf } from '../model/architectures';
import { describeModel, type ModelDescription } from '../model/description';
import type { Tuning } from '../model/measured';
import { type Layout, layoutPrompt } from '../model/prompt';
import { contextOf, mostTimes, Room } from './room';
import { tuningOf } from '../model/tuning';
import { innermost } from '../completion/embedded';
import { type Site, siteOf } from '../completion/site';
import { Slots } from './slots';
import { type Syntax, syntaxOf } from '../completion/syntax';
import { median } from '../statistics';
import { emptyAnswer, type ModelToken, type Written, Writing } from './decoding';

/** Tokens per native call: few enough to stop soon, enough that the call costs nothing. */
const stepTokens = 8;

/** Milliseconds that reading the rest of a longer prompt may take before a shorter one is taken. */
const soon = 50;

/** Tokens guessed ahead from the text, as far as a native call reaches. */
const draftTokens = stepTokens - 1;

/** Where another answer leaves the first one: the tokens that both have, and the ids that may not come next. */
interface Fork {
  head: readonly ModelToken[];
  except: number[];
}

/** A prompt as the KV cache has it; `word` is left out of it, and `context` is what counts beside the model, if anything. */
interface Reading {
  ids: Int32Array;
  word: string;
  context: NgramOptions | undefined;
  room: number;
  reused: number;
  milliseconds: number;
}

/** `word` is the unfinished one before the cursor, which the layout lacks. */
interface LaidOut extends Layout {
  word: string;
  room: number;
}

/** How many threads a request may use. */
type Threads = number | 'all';

/** What goes with a request beside its prompt and limits. Figures that are compared name `room` and all threads. */
export interface RequestOptions {
  signal?: AbortSignal;
  /** At most, or `all` however busy the machine is. */
  threads?: Threads;
  /** Tokens that prompt and answer share at most, within the context; else as many as are read in time, or are read already. */
  room?: number;
  /** By the model alone: what the context holds is not weighed beside it. */
  withoutCache?: boolean;
  /** Gets a block's first line when that is whole and fit to show; the block goes on. */
  onSooner?: (sooner: Sooner) => void;
  /** Milliseconds for which an answer is of use, and for which the larger of two models holds back. */
  deadline?: number;
  pause?: number;
}

/** What answers requests: a model, or two of them as one. */
export interface Answering {
  /** Of the model that was chosen. */
  readonly info: ModelInfo;
  complete(prompt: Prompt, limits: Limits, options?: RequestOptions): Promise<Completion>;
  /** Answers again, and tells of each token. */
  examine(params: ExamineParams, options?: RequestOptions): Promise<Examination>;
  prefill(prompt: Prompt, options?: RequestOptions): Promise<Prefill>;
}

const none = new Int32Array();
const unread: Reading = { ids: none, word: '', context: undefined, room: 0, reused: 0, milliseconds: 0 };
const nothing = emptyAnswer('end');
const cancelled = emptyAnswer('cancelled');

function promptsOf({ fimOrders, format }: ModelDescription): string {
  return fimOrders.length > 0
    ? `text before and behind the cursor, in the format of ${format.family}`
    : 'text before the cursor';
}

export class Engine implements Answering {
  readonly #info: Omit<ModelInfo, 'thresholds'>;
  readonly #native: NativeModel;
  readonly #slots: Slots;
  /** Absent where the user has said how many threads to use. */
  readonly #load: Load | undefined;
  readonly #room: Room;
  /** Threads that the request at work uses. */
  #threads: number;
  #turn: Promise<unknown> = Promise.resolve();
  #encodings = new Map<string, number[]>();
  /** How long the last answers took behind their prompts, in milliseconds. */
  readonly #decoded: number[] = [];

  private constructor(
    readonly addon: Addon,
    readonly model: ModelDescription,
    native: NativeModel,
    { modelFile: file, threads }: LoadParams,
    public tuning: Tuning,
    wrong: RejectedKernel | undefined,
  ) {
    const rejected = [...(wrong ? [wrong] : []), ...native.rejected];
    this.#native = native;
    this.#slots = new Slots(() => native.session({ contextLength: model.contextLength }));
    this.#load = threads === 0 ? new Load() : undefined;
    this.#room = new Room(model.contextLength, model.weights, native.threads);
    this.#threads = native.threads;
    this.#info = {
      name: model.name,
      file,
      architecture: model.hyperparameters.architecture,
      type: model.type,
      weights: model.weights,
      contextLength: model.contextLength,
      prompts: promptsOf(model),
      ...(model.caution === undefined ? {} : { caution: model.caution }),
      kernel: native.kernel,
      ...(rejected.length > 0 && { rejected }),
      threads: native.threads,
      loadMs: native.loadMilliseconds,
      bytes: native.bytes,
      bytesPerToken: native.bytesPerToken,
    };
  }

  /**
   * Throws an Error whose message names the file and what to do when it cannot be loaded. `onProgress` gets the share of
   * the weights that is loaded.
   */
  static async load(addon: Addon, params: LoadParams, onProgress?: (share: number) => void): Promise<Engine> {
    const gguf = readGguf(params.modelFile);
    const hyperparameters = hyperparametersOf(gguf, addon.loadsAnyModel);
    const threads = params.threads || defaultThreads(addon.cpu());
    const { caution, ...tuning } = tuningOf(gguf);
    const { cache } = tuning;
    const wrong = params.kernel === undefined ? undefined : rejectedKernel(addon, params.kernel);
    const options = {
      ...{ threads, cache },
      ...(params.kernel && !wrong && { kernel: params.kernel }),
      ...(onProgress && { onProgress }),
    };
    const native = addon.load(params.modelFile, gguf.tensors, hyperparameters, options);
    try {
      // The vocabulary is read while the weights are packed.
      const model = describeModel(gguf, addon.loadsAnyModel, params.infilling);
      const cautions = [model.caution, caution].filter((one) => one !== undefined).join(' ');
      const { bytesPerToken } = await native;
      const engine = new Engine(
        addon,
        {
          ...model,
          contextLength: contextOf(model.contextLength, bytesPerToken),
          ...(cautions === '' ? {} : { caution: cautions }),
        },
        await native,
        params,
        tuning,
        wrong,
      );
      expectUnchanged(gguf);
      return engine;
    } catch (error) {
      // Nobody reads the file any more when the error is known.
      await native.then(
        (loaded) => loaded.free(),
        () => undefined,
      );
      throw error;
    }
  }

  get info(): ModelInfo {
    const { thresholds } = this.tuning.confidence;
    return { ...this.#info, ...(thresholds && { thresholds }) };
  }

  /** Completes at a place. Requests wait for their turn; a cancelled one ends soon, with nothing to show. */
  complete(prompt: Prompt, limits: Limits, options: RequestOptions = {}): Promise<Completion> {
    return this.#inTurn(options, (signal) => this.#answer(prompt, limits, signal, options));
  }

  examine({ prompt, limits, room }: ExamineParams, options: RequestOptions = {}): Promise<Examination> {
    return this.#inTurn(options, async (signal) => {
      const { reading, answer, completion } = await this.#written(prompt, limits, signal, {
        ...options,
        room,
      });
      return { completion, prompt: this.#runs(reading.ids), tokens: this.#spelled(answer) };
    });
  }

  /** Reads a prompt ahead of its completion, which need not read it then. */
  prefill(prompt: Prompt, options: RequestOptions = {}): Promise<Prefill> {
    return this.#inTurn(options, async (signal) => {
      const { room = this.#room.rested } = options;
      const { ids, reused, milliseconds } = await this.#read(prompt, siteOf(prompt), signal, {
        ...{ ...options, room },
      });
      return { promptTokens: ids.length, reusedTokens: reused, prefillMs: milliseconds };
    });
  }

  /** Milliseconds that an answer would take, by what was measured of late. */
  expected(prompt: Prompt): number {
    const { ids } = this.#layOutInTime(prompt, siteOf(prompt));
    return this.#room.milliseconds(this.#unread(ids)) + (median(this.#decoded) ?? 0);
  }

  /** How many tokens prompt and answer share at most, where a request does not say: at once, and when the cursor has rested. */
  get rooms(): { cold: number; rested: number } {
    const { cold, rested } = this.#room;
    return { cold, rested };
  }

  get #session(): NativeSession {
    return this.#slots.current.session;
  }

  /** The ids in the session's KV cache. */
  get #known(): number[] {
    return this.#slots.current.known;
  }

  set #known(ids: number[]) {
    this.#slots.current.known = ids;
  }

  /** Lends the session, emptied, to `work`; requests wait until it is given back. */
  withSession<T>(work: (session: NativeSession) => Promise<T>): Promise<T> {
    return this.#inTurn({ threads: 'all' }, () => {
      this.#known = [];
      this.#session.truncate(0);
      return work(this.#session).finally(() => this.#session.truncate(0));
    });
  }

  /** Ends with the work that is under way, or waits for its turn. */
  idle(): Promise<unknown> {
    return this.#turn;
  }

  /** Waits for the work that is under way, and ends the use of the model. */
  async close(): Promise<void> {
    await this.#inTurn({}, () => {
      this.#slots.free();
      this.#native.free();
      return Promise.resolve();
    });
  }

  /** Runs `work` when all before it has ended; while it runs, the signal stops what is being computed. */
  #inTurn<T>(
    { signal = new AbortController().signal, threads }: RequestOptions,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const cancel = (): void => this.#session.cancel();
    const turn = this.#turn.then(async () => {
      signal.addEventListener('abort', cancel);
      this.#use(threads);
      return work(signal).finally(() => signal.removeEventListener('abort', cancel));
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Threads that share a core with other work are waited for by the rest: fewer are faster then. */
  #use(most: Threads = this.info.threads): void {
    const free = Math.round(this.#load?.free() ?? Infinity);
    this.#threads = most === 'all' ? this.info.threads : Math.max(1, Math.min(most, free, this.info.threads));
    this.#native.use(this.#threads);
  }

  async #answer(
    prompt: Prompt,
    limits: Limits,
    signal: AbortSignal,
    options: RequestOptions,
  ): Promise<Completion> {
    const { site, syntax, reading, answer, completion } = await this.#written(
      prompt,
      limits,
      signal,
      options,
    );
    if (answer === nothing || answer === cancelled || (limits.candidates ?? 1) <= 1) return completion;
    const alternatives = await this.#alternatives(site, reading, limits, signal, answer, syntax);
    return { ...completion, alternatives };
  }

  /** An answer without its alternatives, with all that led to it. */
  async #written(
    prompt: Prompt,
    limits: Limits,
    signal: AbortSignal,
    { onSooner, ...options }: RequestOptions,
  ): Promise<{ site: Site; syntax?: Syntax; reading: Reading; answer: Written; completion: Completion }> {
    const document = siteOf(prompt);
    const site = innermost(document);
    // A grammar that is met for the first time is read while the model works.
    const grammar = syntaxOf(site.languageId);
    const reading = await this.#read(prompt, document, signal, options);
    const read = Math.min(reading.ids.length, this.#session.length);
    const completed = (syntax: Syntax | undefined, answer: Written): Completion =>
      this.#completion(site, answer, limits, read, reading, syntax);
    const tell = async (line: Written): Promise<void> => {
      const completion = completed(await grammar, line);
      if (completion.shown && !signal.aborted) onSooner?.({ completion, isLast: false });
    };
    let answer = cancelled;
    if (!signal.aborted)
      answer = reading.ids.length === 0 ? nothing : await this.#decode(site, reading, limits, signal, tell);
    const syntax = await grammar;
    const completion = completed(syntax, answer);
    if (completion.reason !== 'cancelled') this.#note(completion.decodeMs);
    return { site, syntax, reading, answer, completion };
  }

  /** What the model read, as runs of text and of tokens that steer it. */
  #runs(ids: Int32Array): Examination['prompt'] {
    const { tokenizer } = this.model;
    const runs: Examination['prompt'] = [];
    let decoder = tokenizer.decoder();
    for (const id of ids) {
      const name = tokenizer.controlNames.get(id);
      if (name === undefined) {
        if (runs.at(-1)?.steers !== false) runs.push({ text: '', steers: false });
        runs.at(-1)!.text += decoder.push(id);
      } else {
        decoder = tokenizer.decoder();
        runs.push({ text: name, steers: true });
      }
    }
    return runs;
  }

  #spelled({ tokens }: Written): WrittenToken[] {
    const { tokenizer } = this.model;
    const decoder = tokenizer.decoder();
    return tokens.map(({ id, text, logProbability }) => {
      const spelled = tokenizer.controlNames.get(id) ?? decoder.push(id);
      return { text: spelled, probability: Math.exp(logProbability), isTyped: text === '' && spelled !== '' };
    });
  }

  /** Has all of a prompt in the KV cache but `word`, the unfinished one before the cursor; no ids if aborted before. */
  async #read(
    prompt: Prompt,
    site: Site,
    signal: AbortSignal,
    { room: most, withoutCache }: RequestOptions,
  ): Promise<Reading> {
    if (signal.aborted) return unread;
    const { ids, beyond, word, room } =
      most === undefined ? this.#layOutInTime(prompt, site) : this.#layOut(prompt, site, most);
    if (ids.length === 0) return unread;
    const context = withoutCache ? undefined : this.counted(beyond);
    return { ids, word, context, room, ...(await this.#prefill(ids)) };
  }

  /** The longer prompt that is read while the cursor rests, once that has been read; else the one that is read in time. */
  #layOutInTime(prompt: Prompt, site: Site): LaidOut {
    const { cold, rested } = this.#room;
    const longer = this.#layOut(prompt, site, rested);
    if (rested === cold || this.#room.milliseconds(this.#unread(longer.ids)) <= soon) return longer;
    const shorter = this.#layOut(prompt, site, cold);
    return this.#unread(longer.ids) <= this.#unread(shorter.ids) ? longer : shorter;
  }

  #layOut(prompt: Prompt, site: Site, most: number): LaidOut {
    const room = Math.min(most, this.model.contextLength);
    const word = unfinishedWord(site.before, this.model.tokenizer);
    const layout = layoutPrompt(prompt, site, this.model, word.length, room);
    if (layout.ids.length > 0) return { ...layout, word, room };
    // The first word of a text, and a model that knows neither paths nor fill-in-the-middle.
    return { ...layoutPrompt(prompt, site, this.model, 0, room), word: '', room };
  }

  /** How many of `ids` no slot holds. */
  #unread(ids: Int32Array): number {
    return ids.length - this.#slots.holds(ids);
  }

  /** Remembers how long an answer took behind its prompt. */
  #note(milliseconds: number): void {
    this.#decoded.push(milliseconds);
    if (this.#decoded.length > mostTimes) this.#decoded.shift();
  }

  /**
   * What counts beside the model: what it is shown, but for control tokens, and the texts that there was no room for,
   * which are parted by one. They seldom change: the last ones are remembered.
   */
  counted(beyond: readonly string[]): NgramOptions {
    const { tokenizer } = this.model;
    const { controlIds } = tokenizer;
    const parts = beyond.map((text) => this.#encodings.get(text) ?? tokenizer.encode(text));
    this.#encodings = new Map(beyond.map((text, i) => [text, parts[i]!]));
    const overflow = Int32Array.from(parts.flatMap((ids) => [...ids, controlIds[0] ?? 0]));
    return { exclude: controlIds, overflow };
  }

  /** Makes `ids` the text in the cache, of which the longest known head is kept, with the logits of the last one. */
  async #prefill(ids: Int32Array): Promise<{ reused: number; milliseconds: number }> {
    const reused = this.#slots.choose(ids);
    const { milliseconds, cancelled } = await this.#session.evaluate(ids.subarray(reused));
    this.#known = [...ids.subarray(0, this.#session.length)];
    if (!cancelled) this.#room.read(ids.length - reused, milliseconds);
    return { reused, milliseconds };
  }

  /**
   * Answers that part from `first` at the first token that is its own, each with another one there; only what is fit
   * to show. The cache is as it was afterwards, unless the request is cancelled.
   */
  async #alternatives(
    site: Site,
    reading: Reading,
    limits: Limits,
    signal: AbortSignal,
    first: Written,
    syntax: Syntax | undefined,
  ): Promise<Alternative[]> {
    const own = first.tokens.findIndex(({ text }) => text !== '');
    const at = own < 0 ? first.tokens.length - 1 : own;
    if (at < 0) return [];
    const cached = Int32Array.from(this.#known);
    const head = first.tokens.slice(0, at);
    const tried = [first.tokens[at]!.id];
    const texts = new Set([judge(site, first, limits, syntax, this.tuning.confidence).text]);
    const found: Alternative[] = [];
    while (tried.length < limits.candidates! && !signal.aborted) {
      await this.#prefill(cached.subarray(0, reading.ids.length + at));
      const fork = { head, except: tried };
      const answer = await this.#decode(site, reading, limits, signal, () => Promise.resolve(), fork);
      const chosen = answer.tokens[at]?.id;
      if (chosen === undefined || tried.includes(chosen)) break;
      tried.push(chosen);
      const { text, hidden, confidence } = judge(site, answer, limits, syntax, this.tuning.confidence);
      if (hidden === undefined && !texts.has(text)) found.push({ text, confidence });
      texts.add(text);
    }
    if (!signal.aborted) await this.#prefill(cached);
    return found.sort((a, b) => b.confidence - a.confidence);
  }

  /**
   * `word` is what the prompt lacks of the text before the cursor: it is spelled first, and is no part of the answer.
   * `tell` is called with the first line of a block as soon as that is whole. After a fork the answer goes on from the
   * tokens that it has in common with another one.
   */
  async #decode(
    site: Site,
    { word, context }: Reading,
    limits: Limits,
    signal: AbortSignal,
    tell: (line: Written) => Promise<void>,
    fork: Fork = { head: [], except: [] },
  ): Promise<Written> {
    const { tokenizer } = this.model;
    const writing = new Writing(site, limits, word, tokenizer, fork.head);
    const start = this.#session.length;
    while (!writing.isFinished) {
      const { allowed, firstLine } = writing;
      const forks = fork.except.length > 0 && writing.length === fork.head.length;
      const max = allowed || forks ? 1 : Math.min(stepTokens, limits.maxTokens - writing.length);
      if (max <= 0) writing.end('maxTokens');
      else if (signal.aborted) writing.end('cancelled');
      else {
        const step = await this.#session.generate({
          max,
          stopIds: writing.stopIds,
          draft: draftTokens,
          ...(context ? { ngramCache: context } : {}),
          ...(allowed ? { allowed } : {}),
          except: forks
            ? Int32Array.from([...fork.except, ...writing.endIds, ...tokenizer.emptyIds])
            : tokenizer.emptyIds,
        });
        this.#known.push(...step.ids);
        this.#known.length = this.#session.length;
        writing.spent(this.#session.length - start, step.milliseconds);
        for (const [i, id] of step.ids.entries()) writing.take(id, step.logProbabilities[i]!);
        if (step.end === 'cancelled' || step.end === 'context') writing.end(step.end);
        if (writing.firstLine && !firstLine) void tell(writing.firstLine);
        // A line end within a block: the answer goes on behind it.
        if (!writing.isFinished && step.end === 'stop') await this.#append(step.ids.at(-1)!, writing);
      }
    }
    return writing.answer;
  }

  /** Evaluates a token that ended a step, if there is room and nobody cancels it. */
  async #append(id: number, writing: Writing): Promise<void> {
    if (this.#session.length === this.model.contextLength) return writing.end('context');
    const { milliseconds } = await this.#session.evaluate(Int32Array.of(id));
    this.#known.push(id);
    this.#known.length = this.#session.length;
    writing.spent(writing.evaluated + 1, milliseconds);
  }

  #completion(
    site: Site,
    answer: Written,
    limits: Limits,
    promptTokens: number,
    { room, reused, milliseconds: prefillMs }: Reading,
    syntax?: Syntax,
  ): Completion {
    const { tokens, evaluated, milliseconds: decodeMs } = answer;
    const { text, reason, hidden, confidence } = judge(site, answer, limits, syntax, this.tuning.confidence);
    return {
      text,
      reason,
      shown: hidden === undefined,
      ...(hidden === undefined ? {} : { hidden }),
      confidence,
      tokens: tokens.length,
      promptTokens,
      reusedTokens: reused,
      prefillMs,
      decodeMs,
      tokensPerSecond: decodeMs > 0 ? (evaluated / decodeMs) * 1000 : 0,
      room,
      kernel: this.info.kernel,
      threads: this.#threads,
      model: this.info.name,
    };
  }
}

/** What is wrong with a kernel that was asked for by name, if anything. The addon tests those that it chooses itself. */
function rejectedKernel(addon: Addon, kernel: string): RejectedKernel | undefined {
  const runs = addon.cpu().levels.some(({ name, supported }) => name === kernel && supported);
  if (!runs) return undefined;
  const { mismatches, cases } = addon.selftest(kernel);
  return mismatches === 0 ? undefined : { kernel, cases, mismatches };
}

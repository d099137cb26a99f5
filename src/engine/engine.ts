// A loaded model and the story of one completion request: prompt, reuse, prefill, decode, stop, clean.

import { existsSync } from 'node:fs';
import path from 'node:path';
import type {
  Alternative,
  Completion,
  ExamineParams,
  Examination,
  Known,
  Limits,
  LoadParams,
  Prefill,
  Prompt,
  Sooner,
  WrittenToken,
} from '../protocol';
import type { ModelInfo, Specialist } from '../reports';
import type { Addon, NativeSession, NgramOptions } from './addon';
import type { Features } from '../completion/features';
import { judge } from '../completion/finish';
import { unfinishedWord } from '../model/healing';
import type { ModelDescription } from '../model/description';
import type { CacheSettings } from '../model/measured';
import { type Layout, layoutPrompt } from '../model/prompt';
import { mostTimes } from './room';
import { innermost } from '../completion/embedded';
import { type Site, siteOf } from '../completion/site';
import { LoadedModel } from './loadedModel';
import { Slots } from './slots';
import { type Syntax, syntaxOf } from '../completion/syntax';
import type { Thresholds } from '../eagerness';
import { languageName } from '../language/languages';
import { median } from '../statistics';
import { emptyAnswer, type ModelToken, type Written, Writing } from './decoding';
import { type Asker, type Pass, Turns } from './turns';

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
  /** What laying it out took, in milliseconds; `milliseconds` is what reading it took. */
  contextMs: number;
  /** Tokens that were known, and those that are known now. */
  reused: number;
  read: number;
  milliseconds: number;
}

/** `word` is the unfinished one before the cursor, which the layout lacks. */
interface LaidOut extends Layout {
  word: string;
  room: number;
}

/** How many threads a request may use. */
type Threads = number | 'all';

/** The queue in which an engine waits for its turns, and as whom. */
interface Queue {
  turns: Turns;
  asker: Asker;
}

/** Gives a model, and what ends the use of it; fails as loading does. */
export type Lend = (params: LoadParams) => Promise<{ model: LoadedModel; free: () => void }>;

/** What a request has to heed while it is at work. */
interface Turn {
  signal: AbortSignal;
  pass: Pass;
}

/** What goes with a request beside its prompt and limits. Features that are compared name `room` and all threads. */
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
  /** Takes to heart whether an answer of a model was right. */
  known(known: Known): void;
}

const none = new Int32Array();
const unread: Reading = {
  ids: none,
  word: '',
  context: undefined,
  room: 0,
  contextMs: 0,
  reused: 0,
  read: 0,
  milliseconds: 0,
};
const nothing = emptyAnswer('end');
const cancelled = emptyAnswer('cancelled');

export class Engine implements Answering {
  readonly #slots: Slots;
  /** Threads that the request at work uses. */
  #threads: number;
  #last: Promise<unknown> = Promise.resolve();
  #encodings = new Map<string, number[]>();
  readonly #listeners: (() => void)[] = [];

  /** The model may serve other engines as well, which take turns; `free` is called when this one has ended its use. */
  private constructor(
    readonly loaded: LoadedModel,
    readonly queue: Queue,
    private readonly free: () => void,
    /** They answer in their models' languages, and are closed with this one. */
    readonly specialists: readonly Engine[],
  ) {
    this.#slots = new Slots(loaded.shelf);
    this.#threads = loaded.native.threads;
  }

  /** With those specialists that its file names and that lie beside it; `lend` gives their models, and this one's, each with what ends its use. */
  static async of(lend: Lend, params: LoadParams, queue: Queue): Promise<Engine> {
    const { model, free } = await lend(params);
    const specialists: Engine[] = [];
    const engine = new Engine(model, queue, free, specialists);
    const beside = (name: string): string => path.join(path.dirname(params.modelFile), name);
    try {
      for (const modelFile of model.description.specialists.map(beside).filter((file) => existsSync(file))) {
        const { model, free } = await lend({ ...params, modelFile, infilling: 'auto' });
        specialists.push(new Engine(model, queue, free, []));
      }
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** With models of its own; throws as `LoadedModel.load` does. */
  static load(addon: Addon, params: LoadParams, queue?: Queue, signal?: AbortSignal): Promise<Engine> {
    const lend: Lend = async (each) => {
      const model = await LoadedModel.load(addon, each, undefined, signal);
      return { model, free: () => model.free() };
    };
    return Engine.of(lend, params, queue ?? { turns: new Turns(), asker: {} });
  }

  /** This one and its specialists. */
  get models(): readonly Engine[] {
    return [this, ...this.specialists];
  }

  /** The one that answers in a language: a specialist for it, or this one. */
  of(languageId: string): Engine {
    const name = languageName(languageId);
    return this.specialists.find(({ model }) => model.languages.includes(name)) ?? this;
  }

  /** The one that answers at a place, by the language of the script or style that this stands in. */
  at(prompt: Prompt): Engine {
    return this.specialists.length === 0 ? this : this.of(innermost(siteOf(prompt)).languageId);
  }

  get model(): ModelDescription {
    return this.loaded.description;
  }

  /** With its specialists, and what was measured of them. */
  get info(): ModelInfo {
    const { thresholds, ...info } = this.loaded.info;
    const specialists = this.specialists.map(({ model: { languages }, loaded }): Specialist => {
      const { thresholds: _, ...own } = loaded.info;
      return { ...own, languages };
    });
    return {
      ...info,
      ...(thresholds && { thresholds: this.#together(thresholds) }),
      ...(specialists.length > 0 && { specialists }),
    };
  }

  /** Completes at a place. Requests wait for their turn; a cancelled one ends soon, with nothing to show. */
  complete(prompt: Prompt, limits: Limits, options: RequestOptions = {}): Promise<Completion> {
    const engine = this.at(prompt);
    return engine.#inTurn(options, (turn) => engine.#answer(prompt, limits, turn, options));
  }

  examine({ prompt, limits, room }: ExamineParams, options: RequestOptions = {}): Promise<Examination> {
    const engine = this.at(prompt);
    return engine.#inTurn(options, async (turn) => {
      const { reading, answer, completion } = await engine.#written(prompt, limits, turn, {
        ...options,
        room,
      });
      return { completion, prompt: engine.#runs(reading.ids), tokens: engine.#spelled(answer) };
    });
  }

  /** An answer with what speaks for it. */
  weighed(
    prompt: Prompt,
    limits: Limits,
    options: RequestOptions = {},
  ): Promise<{ completion: Completion; features: Features }> {
    const engine = this.at(prompt);
    return engine.#inTurn(options, async (turn) => {
      const { site, syntax, answer, completion } = await engine.#written(prompt, limits, turn, options);
      const { confidence } = engine.loaded.tuning;
      return { completion, features: judge(site, answer, limits, syntax, confidence).features };
    });
  }

  /** Reads a prompt ahead of its completion, which need not read it then. */
  prefill(prompt: Prompt, options: RequestOptions = {}): Promise<Prefill> {
    const engine = this.at(prompt);
    return engine.#inTurn(options, async (turn) => {
      const { room = engine.loaded.room.rested } = options;
      const read = await engine.#read(prompt, siteOf(prompt), turn, { ...options, room });
      const { ids, reused, milliseconds } = read;
      return { promptTokens: ids.length, reusedTokens: reused, prefillMs: milliseconds };
    });
  }

  known({ model, answer }: Known): void {
    const wrote = this.models.find((each) => each.model.name === model);
    wrote?.loaded.known(answer);
  }

  /** Milliseconds that an answer would take, by what was measured of late. */
  expected(prompt: Prompt): number {
    const engine = this.at(prompt);
    const { room, decoded } = engine.loaded;
    const { ids } = engine.#layOutInTime(prompt, siteOf(prompt));
    return room.milliseconds(engine.#unread(ids)) + (median(decoded) ?? 0);
  }

  /** How many tokens prompt and answer share at most, where a request does not say: at once, and when the cursor has rested. */
  get rooms(): { cold: number; rested: number } {
    const { cold, rested } = this.loaded.room;
    return { cold, rested };
  }

  /** Each language's are those of the model that answers in it. */
  #together(thresholds: Thresholds): Thresholds {
    const languages = { ...thresholds.languages };
    for (const { model, loaded } of this.specialists) {
      for (const name of model.languages) {
        const own = loaded.info.thresholds?.languages[name];
        if (own) languages[name] = own;
        else delete languages[name];
      }
    }
    return { ...thresholds, languages };
  }

  get #session(): NativeSession {
    return this.#slots.current.session;
  }

  /** The ids in the session's KV cache. */
  get #known(): number[] {
    return this.#slots.current.known;
  }

  /**
   * Lends the session, emptied, to `work`, which is left alone; an aborted `signal` stops what it computes. As many
   * threads compute as serve the model best, or `threads` of those that it was loaded with.
   */
  withSession<T>(
    work: (session: NativeSession) => Promise<T>,
    signal?: AbortSignal,
    threads?: number,
  ): Promise<T> {
    return this.#inTurn({ signal, threads: 'all', isAlone: true }, async () => {
      signal?.throwIfAborted();
      if (threads !== undefined) this.loaded.native.use(threads);
      this.#known.length = 0;
      this.#session.truncate(0);
      return work(this.#session).finally(() => this.#session.truncate(0));
    });
  }

  /** Weighs what the context holds by these settings from now on, for all who use the model. */
  tune(cache: CacheSettings): Promise<void> {
    return this.#inTurn({ isAlone: true }, () => Promise.resolve(this.loaded.tune(cache)));
  }

  /** Calls back when `info` has become another one, whoever is the cause, until this engine is closed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
    this.loaded.listeners.add(listener);
    for (const each of this.specialists) each.onChange(listener);
  }

  /** Ends with the work that is under way, or waits for its turn. */
  idle(): Promise<unknown> {
    return Promise.all([this.#last, ...this.specialists.map((each) => each.idle())]);
  }

  /** Waits for the work that is under way, and ends the use of the model. */
  async close(): Promise<void> {
    for (const listener of this.#listeners) this.loaded.listeners.delete(listener);
    await this.idle();
    for (const each of this.specialists) await each.close();
    this.#slots.free();
    this.free();
  }

  /** Runs `work` when all before it has ended; while it runs, the signal stops what is being computed. */
  #inTurn<T>(
    { signal = new AbortController().signal, threads, isAlone }: RequestOptions & { isAlone?: boolean },
    work: (turn: Turn) => Promise<T>,
  ): Promise<T> {
    const { turns, asker } = this.queue;
    const stop = (): void => this.#session.cancel();
    const answer = turns.run(asker, { signal, ...(!isAlone && { interrupt: stop }) }, async (pass) => {
      if (signal.aborted) return work({ signal, pass });
      signal.addEventListener('abort', stop);
      const passAndUse = async (): Promise<boolean> => {
        const hasPassed = await pass();
        if (hasPassed && !signal.aborted) this.#use(threads);
        return hasPassed;
      };
      const begin = (): Promise<T> => {
        this.#use(threads);
        return work({ signal, pass: passAndUse });
      };
      return this.#slots.atWork(begin).finally(() => signal.removeEventListener('abort', stop));
    });
    this.#last = Promise.allSettled([this.#last, answer]).then(() => undefined);
    return answer;
  }

  /** Threads that share a core with other work are waited for by the rest: fewer are faster then. */
  #use(most: Threads = this.loaded.threads): void {
    const { load, native } = this.loaded;
    const free = Math.round(load?.free() ?? Infinity);
    const { threads } = this.loaded;
    this.#threads = most === 'all' ? threads : Math.max(1, Math.min(most, free, native.threads));
    native.use(this.#threads);
  }

  async #answer(prompt: Prompt, limits: Limits, turn: Turn, options: RequestOptions): Promise<Completion> {
    const { site, syntax, reading, answer, completion } = await this.#written(prompt, limits, turn, options);
    if (answer === nothing || answer === cancelled || (limits.candidates ?? 1) <= 1) return completion;
    const alternatives = await this.#alternatives(site, reading, limits, turn, answer, syntax);
    return { ...completion, alternatives };
  }

  /** An answer without its alternatives, with all that led to it. */
  async #written(
    prompt: Prompt,
    limits: Limits,
    turn: Turn,
    { onSooner, ...options }: RequestOptions,
  ): Promise<{ site: Site; syntax?: Syntax; reading: Reading; answer: Written; completion: Completion }> {
    const { signal } = turn;
    const document = siteOf(prompt);
    const site = innermost(document);
    // A grammar that is met for the first time is read while the model works.
    const grammar = syntaxOf(site.languageId);
    const reading = await this.#read(prompt, document, turn, options);
    const completed = (syntax: Syntax | undefined, answer: Written): Completion =>
      this.#completion(site, answer, limits, reading, syntax);
    const tell = async (line: Written): Promise<void> => {
      const completion = completed(await grammar, line);
      if (completion.shown && !signal.aborted) onSooner?.({ completion, isLast: false });
    };
    let answer = cancelled;
    if (!signal.aborted)
      answer = reading.ids.length === 0 ? nothing : await this.#decode(site, reading, limits, turn, tell);
    const written = performance.now();
    const syntax = await grammar;
    const judged = completed(syntax, answer);
    const completion = { ...judged, cleanMs: performance.now() - written };
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
    turn: Turn,
    { room: most, withoutCache }: RequestOptions,
  ): Promise<Reading> {
    if (turn.signal.aborted) return unread;
    const began = performance.now();
    const { ids, beyond, word, room } =
      most === undefined ? this.#layOutInTime(prompt, site) : this.#layOut(prompt, site, most);
    if (ids.length === 0) return unread;
    const context = withoutCache ? undefined : this.counted(beyond);
    const contextMs = performance.now() - began;
    return { ids, word, context, room, contextMs, ...(await this.#prefill(ids, turn)) };
  }

  /** The longer prompt that is read while the cursor rests, once that has been read; else the one that is read in time. */
  #layOutInTime(prompt: Prompt, site: Site): LaidOut {
    const { room } = this.loaded;
    const { cold, rested } = room;
    const longer = this.#layOut(prompt, site, rested);
    if (rested === cold || room.milliseconds(this.#unread(longer.ids)) <= soon) return longer;
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
    const { decoded } = this.loaded;
    decoded.push(milliseconds);
    if (decoded.length > mostTimes) decoded.shift();
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
  async #prefill(ids: Int32Array, turn: Turn): Promise<Pick<Reading, 'reused' | 'read' | 'milliseconds'>> {
    const reused = this.#slots.choose(ids);
    const { read, milliseconds } = await this.#evaluate(ids.subarray(reused), turn);
    if (reused + read === ids.length) this.loaded.room.read(read, milliseconds);
    return { reused, read: reused + read, milliseconds };
  }

  /** Evaluates `ids` behind what is known, however often others pass meanwhile; if it is cancelled, only the first of them. */
  async #evaluate(ids: Int32Array, { signal, pass }: Turn): Promise<{ read: number; milliseconds: number }> {
    const done = { read: 0, milliseconds: 0 };
    while (done.read < ids.length) {
      await pass();
      if (signal.aborted) break;
      const { session, known } = this.#slots.current;
      const rest = ids.subarray(done.read);
      const { milliseconds } = await session.evaluate(rest);
      const read = rest.subarray(0, session.length - known.length);
      known.push(...read);
      done.read += read.length;
      done.milliseconds += milliseconds;
    }
    return done;
  }

  /**
   * Answers that part from `first` at the first token that is its own, each with another one there; only what is fit
   * to show. The cache is as it was afterwards, unless the request is cancelled.
   */
  async #alternatives(
    site: Site,
    reading: Reading,
    limits: Limits,
    turn: Turn,
    first: Written,
    syntax: Syntax | undefined,
  ): Promise<Alternative[]> {
    const { signal } = turn;
    const { confidence: calibration } = this.loaded.tuning;
    const own = first.tokens.findIndex(({ text }) => text !== '');
    const at = own < 0 ? first.tokens.length - 1 : own;
    if (at < 0) return [];
    const cached = Int32Array.from(this.#known);
    const head = first.tokens.slice(0, at);
    const tried = [first.tokens[at]!.id];
    const texts = new Set([judge(site, first, limits, syntax, calibration).text]);
    const found: Alternative[] = [];
    while (tried.length < limits.candidates! && !signal.aborted) {
      await this.#prefill(cached.subarray(0, reading.ids.length + at), turn);
      const fork = { head, except: tried };
      const answer = await this.#decode(site, reading, limits, turn, () => Promise.resolve(), fork);
      const chosen = answer.tokens[at]?.id;
      if (chosen === undefined || tried.includes(chosen)) break;
      tried.push(chosen);
      const { text, hidden, confidence } = judge(site, answer, limits, syntax, calibration);
      if (hidden === undefined && !texts.has(text)) found.push({ text, confidence });
      texts.add(text);
    }
    if (!signal.aborted) await this.#prefill(cached, turn);
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
    turn: Turn,
    tell: (line: Written) => Promise<void>,
    fork: Fork = { head: [], except: [] },
  ): Promise<Written> {
    const { tokenizer } = this.model;
    const writing = new Writing(site, limits, word, tokenizer, fork.head);
    const start = this.#session.length;
    while (!writing.isFinished) {
      await turn.pass();
      const { allowed, firstLine } = writing;
      const forks = fork.except.length > 0 && writing.length === fork.head.length;
      const max = allowed || forks ? 1 : Math.min(stepTokens, limits.maxTokens - writing.length);
      if (max <= 0) writing.end('maxTokens');
      else if (turn.signal.aborted) writing.end('cancelled');
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
        // The last one has not been evaluated where it ended the step, or was cut off by a cancellation.
        const isOpen = this.#known.push(...step.ids) > this.#session.length;
        this.#known.length = this.#session.length;
        writing.spent(this.#session.length - start, step.milliseconds);
        for (const [i, id] of step.ids.entries()) writing.take(id, step.logProbabilities[i]!);
        if (step.end === 'context') writing.end('context');
        if (step.end === 'cancelled' && turn.signal.aborted) writing.end('cancelled');
        // What cannot be judged is an error of the answer, which is judged at the end.
        if (writing.firstLine && !firstLine) void tell(writing.firstLine).catch(() => undefined);
        // A line end within a block, or others were to pass: the answer goes on behind it.
        if (!writing.isFinished && isOpen) await this.#append(step.ids.at(-1)!, writing, turn);
      }
    }
    return writing.answer;
  }

  /** Evaluates a token that ended a step, if there is room and nobody cancels it. */
  async #append(id: number, writing: Writing, turn: Turn): Promise<void> {
    if (this.#session.length === this.model.contextLength) return writing.end('context');
    const { read, milliseconds } = await this.#evaluate(Int32Array.of(id), turn);
    writing.spent(writing.evaluated + read, milliseconds);
  }

  #completion(
    site: Site,
    answer: Written,
    limits: Limits,
    { room, contextMs, reused, read: promptTokens, milliseconds: prefillMs }: Reading,
    syntax?: Syntax,
  ): Completion {
    const { tokens, evaluated, milliseconds: decodeMs } = answer;
    const { text, reason, hidden, confidence, likelihood, bar } = judge(
      site,
      answer,
      limits,
      syntax,
      this.loaded.tuning.confidence,
    );
    return {
      text,
      reason,
      shown: hidden === undefined,
      ...(hidden === undefined ? {} : { hidden }),
      confidence,
      likelihood,
      bar,
      tokens: tokens.length,
      promptTokens,
      reusedTokens: reused,
      prefillMs,
      decodeMs,
      tokensPerSecond: decodeMs > 0 ? (evaluated / decodeMs) * 1000 : 0,
      room,
      contextMs,
      kernel: this.loaded.info.kernel,
      threads: this.#threads,
      mostThreads: this.loaded.threads,
      model: this.model.name,
    };
  }
}

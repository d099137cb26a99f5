// A loaded model and the story of one completion request: prompt, reuse, prefill, decode, stop, clean.

import type { Completion, Limits, LoadParams, ModelInfo, Prompt } from '../protocol';
import type { Addon, NativeModel, NativeSession } from './addon';
import { clean, confidenceOf } from './clean';
import { defaultThreads } from './environment';
import { readGguf } from './gguf';
import { Healing, unfinishedWord } from './healing';
import { describeModel, type ModelDescription } from './model';
import { layoutPrompt } from './prompt';
import { type Site, siteOf } from './site';
import { Stop, type Verdict } from './stop';

/** Tokens per native call: few enough to stop soon, enough that the call costs nothing. */
const stepTokens = 8;

/** Tokens guessed ahead from the text, as far as a native call reaches. */
const draftTokens = stepTokens - 1;

interface Answer {
  verdict: Verdict;
  /** Of each token, its text and natural log-probability. */
  tokens: { text: string; logProbability: number }[];
  /** Tokens that went through the model; the one that ends an answer need not. */
  evaluated: number;
  milliseconds: number;
}

const nothing: Answer = { verdict: { text: '', reason: 'end' }, tokens: [], evaluated: 0, milliseconds: 0 };

export class Engine {
  readonly info: ModelInfo;
  readonly #native: NativeModel;
  readonly #session: NativeSession;
  /** The ids in the session's KV cache. */
  #known: number[] = [];
  #newest: AbortController | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly addon: Addon,
    readonly model: ModelDescription,
    native: NativeModel,
    file: string,
  ) {
    this.#native = native;
    this.#session = native.session({ contextLength: model.contextLength });
    this.info = {
      name: model.name,
      file,
      architecture: model.hyperparameters.architecture,
      type: model.type,
      weights: model.weights,
      contextLength: model.contextLength,
      kernel: native.kernel,
      threads: native.threads,
      loadMs: native.loadMilliseconds,
      bytes: native.bytes,
    };
  }

  /** Throws an Error whose message names the file and what to do when it cannot be loaded. */
  static async load(addon: Addon, params: LoadParams): Promise<Engine> {
    const gguf = readGguf(params.modelFile);
    const model = describeModel(gguf);
    const threads = params.threads || defaultThreads(addon.cpu());
    const kernel = params.kernel ?? process.env.RYZANSTEIN_KERNEL;
    const options = kernel ? { threads, kernel } : { threads };
    const native = await addon.load(params.modelFile, gguf.tensors, model.hyperparameters, options);
    return new Engine(addon, model, native, params.modelFile);
  }

  /** Completes at a place. A newer request cancels an older one; a cancelled one answers with nothing to show. */
  async complete(prompt: Prompt, limits: Limits, signal?: AbortSignal): Promise<Completion> {
    this.#newest?.abort();
    const request = (this.#newest = new AbortController());
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    if (signal?.aborted) request.abort();
    return this.#inTurn(() => this.#answer(prompt, limits, request.signal));
  }

  /** Lends the session, emptied, to `work`; requests wait until it is given back. */
  withSession<T>(work: (session: NativeSession) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#known = [];
      this.#session.truncate(0);
      return work(this.#session).finally(() => this.#session.truncate(0));
    });
  }

  /** Waits for the work that is under way, and ends the use of the model. */
  async close(): Promise<void> {
    this.#newest?.abort();
    await this.#inTurn(() => {
      this.#session.free();
      this.#native.free();
      return Promise.resolve();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #answer(prompt: Prompt, limits: Limits, signal: AbortSignal): Promise<Completion> {
    const site = siteOf(prompt);
    if (signal.aborted) return this.#completion(site, undefined, limits, 0, 0, 0);
    const cancel = (): void => this.#session.cancel();
    signal.addEventListener('abort', cancel);
    try {
      let word = unfinishedWord(site.lineBefore, this.model.tokenizer);
      let ids = layoutPrompt(prompt, site, this.model, word.length);
      if (ids.length === 0) {
        // The first word of a text, and a model that knows neither paths nor fill-in-the-middle.
        word = '';
        ids = layoutPrompt(prompt, site, this.model);
        if (ids.length === 0) return this.#completion(site, nothing, limits, 0, 0, 0);
      }
      const reused = this.#reuse(ids);
      const { milliseconds } = await this.#session.evaluate(ids.subarray(reused));
      this.#known = [...ids.subarray(0, this.#session.length)];
      const answer = signal.aborted ? undefined : await this.#decode(site, word, limits, signal);
      return this.#completion(site, answer, limits, ids.length, reused, milliseconds);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Keeps the longest known head of `ids` in the cache; the last id is evaluated anew, for its logits. */
  #reuse(ids: Int32Array): number {
    let common = 0;
    while (common < ids.length - 1 && common < this.#known.length && ids[common] === this.#known[common])
      common++;
    this.#session.truncate(common);
    this.#known.length = common;
    return common;
  }

  /** `word` is what the prompt lacks of the text before the cursor: it is spelled first, and is no part of the answer. */
  async #decode(site: Site, word: string, limits: Limits, signal: AbortSignal): Promise<Answer> {
    const { tokenizer } = this.model;
    const stop = new Stop(site, limits);
    const lineEnds = stop.inBlock ? [] : tokenizer.lineEndIds;
    const stopIds = Int32Array.from([...tokenizer.controlIds, ...lineEnds]);
    const controlIds = new Set(tokenizer.controlIds);
    const decoder = tokenizer.decoder();
    const healing = new Healing(word, tokenizer);
    let known = word.length;
    const tokens: Answer['tokens'] = [];
    const start = this.#session.length;
    let milliseconds = 0;
    let verdict: Verdict | undefined;
    while (!verdict) {
      const { allowed } = healing;
      const max = allowed ? 1 : Math.min(stepTokens, limits.maxTokens - tokens.length);
      if (max <= 0) verdict = stop.finish('maxTokens');
      else if (signal.aborted) verdict = stop.finish('cancelled');
      else {
        const step = await this.#session.generate({
          max,
          stopIds,
          draft: draftTokens,
          ngramCacheWithout: tokenizer.controlIds,
          ...(allowed ? { allowed } : {}),
        });
        milliseconds += step.milliseconds;
        this.#known.push(...step.ids);
        this.#known.length = this.#session.length;
        for (const [i, id] of step.ids.entries()) {
          const spelled = decoder.push(id);
          const text = spelled.slice(known);
          known = Math.max(0, known - spelled.length);
          healing.push(id);
          tokens.push({ text, logProbability: step.logProbabilities[i]! });
          verdict ??= controlIds.has(id) ? stop.finish('end') : stop.push(text);
        }
        if (step.end === 'cancelled' || step.end === 'context') verdict ??= stop.finish(step.end);
      }
    }
    return { verdict, tokens, evaluated: this.#session.length - start, milliseconds };
  }

  #completion(
    site: Site,
    answer: Answer | undefined,
    limits: Limits,
    promptTokens: number,
    reusedTokens: number,
    prefillMs: number,
  ): Completion {
    const verdict = answer?.verdict ?? { text: '', reason: 'cancelled' as const };
    const { text, hidden: unfit } = clean(site, verdict);
    const tokens = answer?.tokens ?? [];
    const confidence = confidenceOf(logProbabilitiesOf(text, tokens));
    const hidden = unfit ?? (confidence < limits.minConfidence ? 'confidence' : undefined);
    const decodeMs = answer?.milliseconds ?? 0;
    return {
      text: site.lineEnd === '\n' ? text : text.replaceAll('\n', site.lineEnd),
      reason: verdict.reason,
      shown: hidden === undefined,
      ...(hidden === undefined ? {} : { hidden }),
      confidence,
      tokens: tokens.length,
      promptTokens,
      reusedTokens,
      prefillMs,
      decodeMs,
      tokensPerSecond: answer && decodeMs > 0 ? (answer.evaluated / decodeMs) * 1000 : 0,
      kernel: this.info.kernel,
      threads: this.info.threads,
      model: this.info.name,
    };
  }
}

/** The log-probabilities of the tokens that reach into `text`. */
function logProbabilitiesOf(text: string, tokens: Answer['tokens']): number[] {
  let length = 0;
  return tokens
    .filter((token) => {
      length += token.text.length;
      return length - token.text.length < text.length;
    })
    .map((token) => token.logProbability);
}

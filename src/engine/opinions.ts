// Two opinions on one place: a small model speaks first, the chosen one as soon as it can, and the surer of both is given.

import { t } from '@vscode/l10n';
import { setTimeout } from 'node:timers/promises';
import type {
  Alternative,
  Completion,
  ExamineParams,
  Examination,
  Known,
  Limits,
  Opinion,
  Prefill,
  Prompt,
} from '../protocol';
import type { ModelInfo } from '../reports';
import { sum } from '../statistics';
import type { Answering, Engine, RequestOptions } from './engine';

export class Opinions implements Answering {
  #chosen: Engine | undefined;

  /** The `second` model is so small that its answer is not worth a decision; the chosen one may still be loading. */
  constructor(
    private readonly second: Engine,
    private readonly chosen: Promise<Engine>,
  ) {
    chosen.then(
      (engine) => (this.#chosen = engine),
      () => undefined,
    );
  }

  /** Throws an Error as long as the chosen model is not loaded. */
  get info(): ModelInfo {
    if (!this.#chosen) throw new Error(t`The chosen model is not loaded.`);
    return { ...this.#chosen.info, second: this.second.info };
  }

  /**
   * What the second model says goes to `onSooner`, as the last thing in time where the chosen one is still loading or
   * expected after the deadline, hidden or not. It is the answer where that cannot be loaded. They take turns, for both
   * want all cores.
   */
  async complete(
    prompt: Prompt,
    limits: Limits,
    { onSooner, deadline = Infinity, pause = 0, ...options }: RequestOptions = {},
  ): Promise<Completion> {
    const { signal } = options;
    const asked = performance.now();
    const left = (milliseconds: number): number => milliseconds - (performance.now() - asked);
    const second = asSecond(await this.second.complete(prompt, { ...limits, candidates: 1 }, options));
    if (signal?.aborted) return second;
    const isLast = !this.#chosen || Math.max(0, left(pause)) + this.#chosen.expected(prompt) > left(deadline);
    if (second.shown || isLast) onSooner?.({ completion: second, isLast });
    if (left(pause) > 0) await ended(setTimeout(left(pause)), signal);
    const chosen = this.#chosen ?? (await ended(this.chosen, signal));
    if (signal?.aborted) return cancelled(second);
    if (!chosen) return second;
    const first = await chosen.complete(prompt, limits, {
      ...options,
      onSooner: (line) => {
        if (line.completion === surer(line.completion, second)) onSooner?.(line);
      },
    });
    return first.reason === 'cancelled' ? first : together(first, second, limits);
  }

  /** By the one that gave it. */
  async examine(params: ExamineParams, options?: RequestOptions): Promise<Examination> {
    const engine = params.isSecond ? this.second : await this.chosen;
    return engine.examine(params, options);
  }

  known(known: Known): void {
    for (const each of [this.second, this.#chosen]) each?.known(known);
  }

  /** Has both read it; the chosen one's figures count, once it is loaded. */
  async prefill(prompt: Prompt, options: RequestOptions = {}): Promise<Prefill> {
    const read = await this.second.prefill(prompt, options);
    return this.#chosen ? this.#chosen.prefill(prompt, options) : read;
  }
}

/** The one that is shown, of two the one that is likelier right: confidence is calibrated for each model. */
function surer(first: Completion, second: Completion): Completion {
  if (first.shown !== second.shown) return first.shown ? first : second;
  return first.shown && second.confidence > first.confidence ? second : first;
}

/** The surer one, with the other one's opinion, and its text among the alternatives where those are asked for. */
function together(first: Completion, second: Completion, { candidates = 1 }: Limits): Completion {
  const given = surer(first, second);
  const other = given === first ? second : first;
  const completion = { ...given, other: opinionOf(other) };
  if (candidates <= 1) return completion;
  const alternatives = [other, ...(first.alternatives ?? [])].filter(
    (each, i, all) =>
      (each !== other || other.shown) &&
      each.text !== given.text &&
      all.findIndex(({ text }) => text === each.text) === i,
  );
  return {
    ...completion,
    alternatives: alternatives
      .map(({ text, confidence }): Alternative => ({ text, confidence }))
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, candidates - 1),
  };
}

function opinionOf({ model, shown, confidence, prefillMs, decodeMs, ...said }: Completion): Opinion {
  const { text, hidden, likelihood } = said;
  const milliseconds = sum([prefillMs, decodeMs]);
  return { model, shown, confidence, milliseconds, said: { text, hidden, likelihood } };
}

function asSecond(completion: Completion): Completion {
  return { ...completion, isSecond: true };
}

function cancelled(completion: Completion): Completion {
  return { ...completion, text: '', reason: 'cancelled', shown: false, hidden: 'cancelled' };
}

/** What `work` gives; undefined where that fails or is aborted before. */
async function ended<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  let abort = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    abort = () => resolve(undefined);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work.catch(() => undefined), aborted]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

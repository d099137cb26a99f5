// What one client has chosen: a model, and the second one that answers beside it or before it is loaded.

import { setImmediate } from 'node:timers/promises';
import type { LoadParams } from '../protocol';
import type { ModelInfo } from '../reports';
import type { Answering, Engine } from './engine';
import type { Models } from './models';
import { Opinions } from './opinions';
import type { Asker } from './turns';

interface LoadOptions {
  /** What has to be over before this thread may be kept busy. */
  after: Promise<unknown>;
  onProgress: (share: number) => void;
  /** Hears why there is no second model. */
  onRefused: (error: unknown) => void;
}

export class Chosen {
  private constructor(
    readonly engine: Promise<Engine>,
    /** Beside the engine, or in its place while that loads. */
    private readonly second: Promise<Engine> | undefined,
    readonly answering: Promise<Answering>,
    private readonly closing: AbortController,
  ) {
    // Whoever asks for them hears why they could not be loaded.
    for (const each of [engine, second, answering]) each?.catch(() => undefined);
  }

  /**
   * Begins to load. The second model first: it is there in a moment, and answers while the other one loads. What waits
   * for it is answered before that begins, for to read a large vocabulary takes this thread for most of a second.
   */
  static begin(
    models: Models,
    asker: Asker,
    params: LoadParams,
    { after, onProgress, onRefused }: LoadOptions,
  ): Chosen {
    const { second: file, ...alone } = params;
    const closing = new AbortController();
    const { signal } = closing;
    const open = (params: LoadParams, onProgress?: (share: number) => void): Promise<Engine> => {
      signal.throwIfAborted();
      return models.open(params, asker, onProgress, signal);
    };
    const load = (): Promise<Engine> => after.then(() => open(alone, onProgress));
    if (file === undefined) {
      const engine = load();
      return new Chosen(engine, undefined, engine, closing);
    }
    const { threads, kernel, store } = params;
    const second = after.then(() => open({ modelFile: file, threads, kernel, store }));
    const engine = second
      .then(async (small) => {
        await setImmediate();
        await small.idle();
      })
      .then(load, load);
    const answering = second.then(
      (small) => new Opinions(small, engine),
      (error) => {
        if (!signal.aborted) onRefused(error);
        return engine;
      },
    );
    return new Chosen(engine, second, answering, closing);
  }

  /** Of both, when both are loaded; `onChange` gets what it is later. */
  async info(onChange: (info: ModelInfo) => void): Promise<ModelInfo> {
    const engines = [await this.engine, await this.second?.catch(() => undefined)];
    const answering = await this.answering;
    if (!this.closing.signal.aborted)
      for (const engine of engines) engine?.onChange(() => onChange(answering.info));
    return answering.info;
  }

  /** Gives up what is being loaded, waits for what is at work, and gives the models back. */
  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    for (const engine of [this.engine, this.second]) await (await engine?.catch(() => undefined))?.close();
  }
}

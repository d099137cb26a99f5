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
  private isClosed = false;

  private constructor(
    readonly engine: Promise<Engine>,
    /** Beside the engine, or in its place while that loads. */
    private readonly second: Promise<Engine> | undefined,
    readonly answering: Promise<Answering>,
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
    const load = async (): Promise<Engine> => {
      await after;
      if (chosen?.isClosed) throw new Error('Nobody waits for the model any more.');
      return models.open(alone, asker, onProgress);
    };
    let chosen: Chosen | undefined = undefined;
    if (file === undefined) {
      const engine = load();
      return new Chosen(engine, undefined, engine);
    }
    const { threads, kernel, store } = params;
    const second = after.then(() => models.open({ modelFile: file, threads, kernel, store }, asker));
    const engine = second
      .then(async (small) => {
        await setImmediate();
        await small.idle();
      })
      .then(load, load);
    const answering = second.then(
      (small) => new Opinions(small, engine),
      (error) => {
        onRefused(error);
        return engine;
      },
    );
    return (chosen = new Chosen(engine, second, answering));
  }

  /** Of both, when both are loaded; `onChange` gets what it is later. */
  async info(onChange: (info: ModelInfo) => void): Promise<ModelInfo> {
    const engines = [await this.engine, await this.second?.catch(() => undefined)];
    const answering = await this.answering;
    if (!this.isClosed) for (const engine of engines) engine?.onChange(() => onChange(answering.info));
    return answering.info;
  }

  /** Waits for what is at work, and gives the models back. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const engine of [this.engine, this.second]) await (await engine?.catch(() => undefined))?.close();
  }
}

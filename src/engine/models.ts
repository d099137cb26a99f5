// The models of this process: each is loaded once, whoever asks for it, and freed when its last user has closed it, or given up.

import { statSync } from 'node:fs';
import path from 'node:path';
import type { LoadParams } from '../protocol';
import type { Addon } from './addon';
import { Engine, type Lend } from './engine';
import { Fitting } from './fitting';
import { LoadedModel } from './loadedModel';
import { type Asker, Turns } from './turns';

interface Entry {
  readonly model: Promise<LoadedModel>;
  /** Who waits for it to be loaded is told how far it is. */
  readonly told: Set<(share: number) => void>;
  /** Ends the loading. */
  readonly givenUp: AbortController;
  /** Ends with the model. */
  stopFitting: () => void;
  users: number;
}

export class Models {
  /** All models compute on the same cores. */
  readonly turns = new Turns();
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly addon: () => Addon) {}

  /** An engine for one client, which has to close it; fails as loading does, and at once where `signal` is aborted. `onProgress` is of the model itself. */
  open(
    params: LoadParams,
    asker: Asker,
    onProgress?: (share: number) => void,
    signal?: AbortSignal,
  ): Promise<Engine> {
    const lend: Lend = (each) => this.#lend(each, each === params ? onProgress : undefined, signal);
    return Engine.of(lend, params, { turns: this.turns, asker });
  }

  async #lend(
    params: LoadParams,
    onProgress?: (share: number) => void,
    signal?: AbortSignal,
  ): Promise<{ model: LoadedModel; free: () => void }> {
    const key = identityOf(params);
    const entry = this.#entries.get(key) ?? this.#load(params);
    this.#entries.set(key, entry);
    entry.users++;
    if (onProgress) entry.told.add(onProgress);
    const free = (): void => {
      if (--entry.users > 0) return;
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      entry.stopFitting();
      entry.givenUp.abort();
      entry.model.then(
        (model) => model.free(),
        () => undefined,
      );
    };
    try {
      return { model: await unlessAborted(entry.model, signal), free };
    } catch (error) {
      free();
      throw error;
    } finally {
      if (onProgress) entry.told.delete(onProgress);
    }
  }

  #load(params: LoadParams): Entry {
    const told = new Set<(share: number) => void>();
    const givenUp = new AbortController();
    const tell = (share: number): void => {
      for (const each of told) each(share);
    };
    const load = async (): Promise<LoadedModel> => {
      const addon = this.addon();
      const model = await LoadedModel.load(addon, params, tell, givenUp.signal);
      if (params.store === undefined) return model;
      model.learn(path.join(params.store, 'answers.json'));
      if (entry.users > 0)
        entry.stopFitting = Fitting.begin(addon, model, this.turns, path.join(params.store, 'fits.json'));
      return model;
    };
    const entry: Entry = { model: load(), told, givenUp, stopFitting: () => undefined, users: 0 };
    return entry;
  }
}

/** What `work` gives; rejects at once where that is aborted before. */
function unlessAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal!.reason as Error);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject);
  });
}

/** Equal where the same model would be loaded in the same way: a file that was replaced is another one. */
function identityOf({ modelFile, threads, kernel, infilling = 'auto' }: LoadParams): string {
  const state = statSync(modelFile, { throwIfNoEntry: false });
  return JSON.stringify([modelFile, state?.ino, state?.size, state?.mtimeMs, threads, kernel, infilling]);
}

// A model in memory, with what was learned of it: loaded once, whoever uses it.

import { t } from '@vscode/l10n';
import type { KnownAnswer } from '../eagerness';
import { hyperparametersOf } from '../model/architectures';
import { describeModel, type ModelDescription } from '../model/description';
import { expectUnchanged, readGguf } from '../model/gguf';
import type { CacheSettings, Tuning } from '../model/measured';
import { expectKeepable, keepTuning, type TunedModel, tunedModel, tuningOf } from '../model/tuning';
import type { LoadParams } from '../protocol';
import type { ModelInfo, RejectedKernel } from '../reports';
import { type Addon, AddonError, type NativeModel } from './addon';
import { defaultThreads, threadCounts } from './environment';
import { Experience } from './experience';
import type { Fit } from './fit';
import { Load } from './load';
import { contextOf, Room } from './room';
import { Shelf } from './slots';

function promptsOf({ fimOrders, format }: ModelDescription): string {
  return fimOrders.length > 0
    ? t`text before and behind the cursor, in the format of ${format.family}`
    : t`text before the cursor`;
}

export class LoadedModel {
  readonly shelf: Shelf;
  readonly room: Room;
  /** Absent where the user has said how many threads to use. */
  readonly load: Load | undefined;
  /** How long the last answers took behind their prompts, in milliseconds. */
  readonly decoded: number[] = [];
  readonly #info: Omit<ModelInfo, 'threads' | 'thresholds'>;
  #fit: Fit | undefined;
  #tuning: Tuning & { isCalibrated: boolean };
  /** Called when `info` has become another one. */
  readonly listeners = new Set<() => void>();
  /** Absent where it was measured before how far its confidence holds. */
  #experience: Experience | undefined;

  private constructor(
    readonly addon: Addon,
    readonly description: ModelDescription,
    readonly native: NativeModel,
    { modelFile: file, threads }: LoadParams,
    tuning: Tuning & { isCalibrated: boolean },
    private readonly tuned: TunedModel,
    wrong: RejectedKernel | undefined,
  ) {
    const rejected = [...(wrong ? [wrong] : []), ...native.rejected];
    const { contextLength, weights, met, hyperparameters, caution } = description;
    this.#tuning = tuning;
    this.shelf = new Shelf(() => native.session({ contextLength }));
    this.room = new Room(contextLength, met.multiplied, native.threads);
    this.load = threads === 0 ? new Load() : undefined;
    this.#info = {
      name: description.name,
      file,
      architecture: hyperparameters.architecture,
      type: description.type,
      weights,
      contextLength,
      prompts: promptsOf(description),
      ...(caution === undefined ? {} : { caution }),
      kernel: native.kernel,
      ...(rejected.length > 0 && { rejected }),
      loadMs: native.loadMilliseconds,
      bytes: native.bytes,
      passBytes: native.bytes * met.share,
      multiplied: met.multiplied,
      bytesPerToken: native.bytesPerToken,
    };
  }

  /**
   * Throws an Error whose message names the file and what to do when it cannot be loaded. `onProgress` gets the share of
   * the weights that is loaded. An aborted `signal` has it given up, with an Error.
   */
  static async load(
    addon: Addon,
    params: LoadParams,
    onProgress?: (share: number) => void,
    signal?: AbortSignal,
  ): Promise<LoadedModel> {
    const gguf = readGguf(params.modelFile);
    const hyperparameters = hyperparametersOf(gguf, addon.loadsAnyModel);
    const threads = params.threads || defaultThreads(addon.cpu());
    const tuned = tunedModel(gguf, params.store);
    const { caution, ...tuning } = tuningOf(gguf, tuned);
    const { cache } = tuning;
    const wrong = params.kernel === undefined ? undefined : rejectedKernel(addon, params.kernel);
    const options = {
      ...{ threads, cache },
      ...(params.kernel && !wrong && { kernel: params.kernel }),
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    };
    const native = addon.load(params.modelFile, gguf.tensors, hyperparameters, options);
    try {
      // The vocabulary is read while the weights are packed.
      const model = describeModel(gguf, addon.loadsAnyModel, params.infilling);
      const cautions = [model.caution, caution].filter((one) => one !== undefined).join(' ');
      const { bytesPerToken } = await native;
      const description = {
        ...model,
        contextLength: contextOf(model.contextLength, bytesPerToken),
        ...(cautions === '' ? {} : { caution: cautions }),
      };
      const loaded = new LoadedModel(addon, description, await native, params, tuning, tuned, wrong);
      expectUnchanged(gguf);
      return loaded;
    } catch (error) {
      // Nobody reads the file any more when the error is known.
      await native.then(
        (loaded) => loaded.free(),
        () => undefined,
      );
      throw error;
    }
  }

  /** How often its answers are right is being measured. */
  isMeasured = false;

  get info(): ModelInfo {
    const { thresholds } = this.tuning.confidence;
    return { ...this.#info, threads: this.threads, ...(thresholds && { thresholds }) };
  }

  get tuning(): Tuning & { isCalibrated: boolean } {
    return this.#tuning;
  }

  set tuning(tuning: Tuning & { isCalibrated: boolean }) {
    this.#tuning = tuning;
    for (const tell of this.listeners) tell();
  }

  /** Those that compute where the machine is free. */
  get threads(): number {
    const { threads } = this.native;
    return this.load && this.#fit ? Math.min(this.#fit.threads, threads) : threads;
  }

  /** Numbers of threads that may be used. */
  get threadCounts(): number[] {
    const { threads } = this.native;
    return this.load ? threadCounts(threads, threads) : [threads];
  }

  /** It is used so from now on; nothing may be computed meanwhile. How far to guess ahead is rather what its file says. */
  set fit(fit: Fit) {
    this.#fit = fit;
    this.tune(this.tuning.cache);
  }

  /** From now on it learns how far its confidence holds, which `file` remembers. */
  learn(file: string): void {
    if (this.tuning.isCalibrated) return;
    this.#experience = new Experience(file, this.info.file, (confidence) => {
      if (!this.tuning.isCalibrated) this.tuning = { ...this.tuning, confidence };
    });
  }

  /** Learns from an answer, if it learns. What is measured meanwhile is to be of one calibration. */
  known(answer: KnownAnswer): void {
    if (!this.isMeasured) this.#experience?.add(answer);
  }

  /** What the context holds is weighed by these settings from now on; nothing may be computed meanwhile. */
  tune(cache: CacheSettings): void {
    const draftTokens = cache.draftTokens ?? this.#fit?.draftTokens;
    this.native.tune({ ...cache, ...(draftTokens && { draftTokens }) });
    this.tuning = { ...this.tuning, cache };
  }

  /** Throws the Error of `keep` where it is foreseen. */
  expectKeepable(): void {
    expectKeepable(this.tuned);
  }

  /** Keeps what was measured of it for when it is loaded again, and returns where. Throws an Error that says why it cannot. */
  keep(found: Partial<Tuning>): string {
    return keepTuning(this.tuned, found);
  }

  /** Gives the memory back, when all slots are free; what was learned is kept. */
  free(): void {
    this.#experience?.keep();
    this.native.free();
  }
}

/**
 * What is wrong with a kernel that was asked for by name, if anything. The addon tests those that it chooses itself. Throws
 * an AddonError where this CPU has no such kernel: no other model would be computed by it, either.
 */
function rejectedKernel(addon: Addon, kernel: string): RejectedKernel | undefined {
  const known = addon.cpu().levels.flatMap(({ name, supported }) => (supported ? [name] : []));
  if (!known.includes(kernel))
    throw new AddonError(t`This CPU cannot compute with the kernel ${kernel}: it has ${known.join(', ')}.`);
  const { mismatches, cases } = addon.selftest(kernel);
  return mismatches === 0 ? undefined : { kernel, cases, mismatches };
}

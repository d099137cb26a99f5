// llama.cpp in the place of our native addon: the very same engine completes with it, and all that differs is the numbers.

import * as os from 'node:os';
import type { Addon, GenerateOptions, Generated, NativeModel, NativeSession } from '../../src/engine/addon';
import { type Llama, loadLlama, type PeerModel, type PeerSequence } from './peer';

/** Undefined, with a loud word, where the peer is not installed. */
export async function openPeerAddon(): Promise<(Addon & { close(): Promise<void> }) | undefined> {
  const llama = await loadLlama();
  return llama && { ...peerAddon(llama), close: () => llama.dispose() };
}

function peerAddon(llama: Llama): Addon {
  const absent = (): never => {
    throw new Error('llama.cpp has no kernels of ours to test or to measure.');
  };
  return {
    loadsAnyModel: true,
    cpu: () => {
      const cores = os.availableParallelism();
      return {
        vendor: '',
        brand: '',
        flags: [],
        physicalCores: cores,
        fastCores: cores,
        logicalCores: cores,
        levels: [],
      };
    },
    supplies: () => ({}),
    selftest: absent,
    benchKernels: absent,
    readBandwidth: absent,
    load: async (file, _tensors, _shape, { threads }): Promise<NativeModel> => {
      const started = performance.now();
      const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
      return {
        kernel: 'ggml',
        rejected: [],
        threads,
        bytes: 0,
        bytesPerToken: 0,
        loadMilliseconds: performance.now() - started,
        session: ({ contextLength }) => new PeerSession(model, contextLength, threads),
        use: () => undefined, // It keeps the threads that it was loaded with.
        tune: absent,
        free: () => void model.dispose(),
      };
    },
  };
}

/** The last id waits to be evaluated until it is known what is wanted of its logits. */
class PeerSession implements NativeSession {
  /** More than the engine has memory for: it keeps one session then, whose tokens are never copied to another. */
  readonly bytes = Infinity;
  readonly #context: ReturnType<PeerModel['createContext']>;
  #sequence: PeerSequence | undefined;
  #ids: number[] = [];
  /** How many of the ids the peer has evaluated; what it holds beyond them is of an earlier text. */
  #evaluated = 0;
  #cancelled = false;

  constructor(
    model: PeerModel,
    readonly contextLength: number,
    threads: number,
  ) {
    this.#context = model.createContext({ contextSize: contextLength, batchSize: 512, threads });
  }

  get length(): number {
    return this.#ids.length;
  }

  async evaluate(ids: Int32Array): ReturnType<NativeSession['evaluate']> {
    const started = performance.now();
    this.#ids.push(...ids);
    const sequence = await this.#ready();
    await sequence.controlledEvaluate(this.#ids.slice(this.#evaluated, -1));
    this.#evaluated = Math.max(this.#evaluated, this.#ids.length - 1);
    return { milliseconds: performance.now() - started };
  }

  async generate({ max, stopIds, allowed, except }: GenerateOptions): Promise<Generated> {
    const started = performance.now();
    const ids: number[] = [];
    const logProbabilities: number[] = [];
    this.#cancelled = false;
    let end: Generated['end'] = 'max';
    while (ids.length < max && end === 'max') {
      const [id, logProbability] = await this.#likeliest(allowed, except);
      ids.push(id);
      logProbabilities.push(logProbability);
      if (stopIds.includes(id)) end = 'stop';
      else {
        this.#ids.push(id);
        if (this.#ids.length >= this.contextLength) end = 'context';
        if (this.#cancelled) end = 'cancelled';
      }
    }
    return {
      ids: Int32Array.from(ids),
      logProbabilities: Float32Array.from(logProbabilities),
      milliseconds: performance.now() - started,
      end,
    };
  }

  /** The next id that is allowed, with its log-probability among all that are; one of `except` only for want of others. */
  async #likeliest(allowed?: Int32Array, except?: Int32Array): Promise<[number, number]> {
    const sequence = await this.#ready();
    const pending = this.#ids.slice(this.#evaluated);
    const filter = allowed ? { tokens: [...allowed] } : { tokens: [], includeTop: 1 + (except?.length ?? 0) };
    const results = await sequence.controlledEvaluate([
      ...pending.slice(0, -1),
      [pending.at(-1)!, { generateNext: { logits: { filter }, totalLogitWeight: true } }],
    ]);
    this.#evaluated = this.#ids.length;
    const { logits, totalLogitWeight } = results.at(-1)!.next;
    const byLogit = [...logits].sort((a, b) => b[1] - a[1]);
    const most = byLogit[0]![1];
    const [id, logit] = byLogit.find(([one]) => !except?.includes(one)) ?? byLogit[0]!;
    const total = allowed ? byLogit.reduce((sum, one) => sum + Math.exp(one[1] - most), 0) : totalLogitWeight;
    return [id, logit - most - Math.log(total)];
  }

  async #ready(): Promise<PeerSequence> {
    this.#sequence ??= (await this.#context).getSequence();
    const end = this.#sequence.nextTokenIndex;
    if (end > this.#evaluated)
      await this.#sequence.eraseContextTokenRanges([{ start: this.#evaluated, end }]);
    return this.#sequence;
  }

  truncate(length: number): void {
    this.#ids.length = Math.min(this.#ids.length, length);
    this.#evaluated = Math.min(this.#evaluated, length);
  }

  copyHead(from: NativeSession, length: number): void {
    if (from !== this) throw new Error('llama.cpp is asked for one session only.');
    this.truncate(length);
  }

  cancel(): void {
    this.#cancelled = true;
  }

  free(): void {
    void this.#context.then((context) => context.dispose());
  }

  weigh(): never {
    throw new Error('llama.cpp has no cache of what the context holds.');
  }

  evaluateAll(): never {
    throw new Error('No logits are kept of llama.cpp.');
  }

  score(): never {
    throw new Error('No logits are kept of llama.cpp.');
  }
}

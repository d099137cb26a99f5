// How fast models were on this machine when they ran: what is expected of them is corrected by it.

import { median } from '../statistics';

/** What an answer tells of its own time, as messages have it. */
interface Timed {
  readonly promptTokens: number;
  readonly reusedTokens: number;
  readonly prefillMs: number;
  readonly tokens: number;
  readonly decodeMs: number;
  /** Those that computed, of those that would on a machine that is free. */
  readonly threads?: number;
  readonly mostThreads?: number;
}

/** In tokens a millisecond; absent where too little was measured. */
export interface Speed {
  prefill?: number;
  decode?: number;
}

/** Where it is kept from one session to the next. */
interface Store {
  get(): Record<string, Speed> | undefined;
  set(speeds: Record<string, Speed>): void;
}

interface Samples {
  prefill: number[];
  decode: number[];
}

/** Shorter ones say little: a pass costs as much with a few tokens more. */
const least = { prompt: 64, answer: 4 };
const fewest = 3;
const most = 20;
/** Models that are remembered. */
const mostModels = 50;

export class Speeds {
  /** By the model's file. */
  readonly #samples = new Map<string, Samples>();
  readonly #seen = new WeakSet<Timed>();

  constructor(private readonly store: Store) {}

  of(file: string): Speed | undefined {
    return this.store.get()?.[file];
  }

  /** Takes an answer of a model into account, once. */
  note(file: string, completion: Timed): void {
    if (this.#seen.has(completion)) return;
    this.#seen.add(completion);
    const { promptTokens, reusedTokens, prefillMs, tokens, decodeMs, threads, mostThreads } = completion;
    // What was left to it on battery, or beside other work, says nothing of the model.
    if (threads !== undefined && mostThreads !== undefined && threads < mostThreads) return;
    const samples = this.#samples.get(file) ?? { prefill: [], decode: [] };
    this.#samples.set(file, samples);
    const read = promptTokens - reusedTokens;
    if (read >= least.prompt && prefillMs > 0) samples.prefill.push(read / prefillMs);
    // The first token comes with the prompt.
    if (tokens >= least.answer && decodeMs > 0) samples.decode.push((tokens - 1) / decodeMs);
    for (const list of [samples.prefill, samples.decode]) list.splice(0, list.length - most);
    this.#keep(file, { ...this.of(file), ...known(samples) });
  }

  #keep(file: string, speed: Speed): void {
    const before = this.store.get() ?? {};
    if (Object.keys(speed).length === 0 || !differs(before[file], speed)) return;
    const { [file]: _, ...others } = before;
    const kept = [...Object.entries(others), [file, speed] as const].slice(-mostModels);
    this.store.set(Object.fromEntries(kept));
  }
}

function known({ prefill, decode }: Samples): Speed {
  return {
    ...(prefill.length >= fewest && { prefill: median(prefill)! }),
    ...(decode.length >= fewest && { decode: median(decode)! }),
  };
}

/** By more than is seen in a line of the list. */
function differs(before: Speed | undefined, now: Speed): boolean {
  return (['prefill', 'decode'] as const).some((name) => {
    const [was = 0, is = 0] = [before?.[name], now[name]];
    return Math.abs(is - was) > 0.05 * was;
  });
}

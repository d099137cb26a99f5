// When a model is fitted to this machine: once nobody asks for anything and nothing else computes; the outcome is remembered.

import type { Addon } from './addon';
import { cpuName } from './environment';
import { type Fit, fitBy, isFarBehind, measurePasses, type PassTimes } from './fit';
import { Load } from './load';
import type { LoadedModel } from './loadedModel';
import { keyOf, Store } from './store';
import type { Turns } from './turns';

/** How often it is looked whether the time has come. */
const usualMs = 3_000;
/** Of the machine's cores, what others may take meanwhile. */
const negligible = 0.3;

export class Fitting {
  private readonly timer: NodeJS.Timeout;
  /** Turns that were given at the last look. */
  private given: number;
  private isAtWork = false;
  private readonly measured: PassTimes[] = [];

  private constructor(
    private readonly model: LoadedModel,
    private readonly turns: Turns,
    private readonly done: (fit: Fit) => void,
    private readonly load: Pick<Load, 'cores' | 'free'>,
    everyMs: number,
  ) {
    this.given = turns.given;
    this.timer = setInterval(() => void this.look(), everyMs);
    this.timer.unref();
  }

  /**
   * Has a model used as is best here: as remembered in `file`, else as it is measured when there is time. Returns what
   * ends that.
   */
  static begin(
    addon: Addon,
    model: LoadedModel,
    turns: Turns,
    file: string,
    { load = new Load(), everyMs = usualMs }: { load?: Pick<Load, 'cores' | 'free'>; everyMs?: number } = {},
  ): () => void {
    const key = keyFor(addon, model);
    const store = new Store(file, isFit);
    const known = store.get(key);
    if (known) {
      model.fit = known;
      return () => undefined;
    }
    const remember = (fit: Fit): void => {
      model.fit = fit;
      store.keep(key, fit);
    };
    const fitting = new Fitting(model, turns, remember, load, everyMs);
    return () => fitting.end();
  }

  private end(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.isAtWork) return;
    const { turns, given, load } = this;
    const isIdle = turns.given === given && load.free() >= load.cores - negligible;
    this.given = turns.given;
    if (!isIdle) return;
    this.isAtWork = true;
    try {
      if (await this.measure()) this.end();
    } catch {
      // Such as a model that is freed meanwhile.
      this.end();
    } finally {
      this.isAtWork = false;
    }
  }

  /**
   * Each number of threads in a turn of its own, the most first, for they take least. False where somebody else asks
   * meanwhile, who comes first: it goes on with the next number then.
   */
  private async measure(): Promise<boolean> {
    const { model, turns, measured } = this;
    for (const threads of [...model.threadCounts].reverse()) {
      if (measured.some((times) => times.threads <= threads)) continue;
      if (turns.given !== this.given) return false;
      const asked = new AbortController();
      const options = { isLast: true, interrupt: () => asked.abort() } as const;
      try {
        measured.push(
          await turns.run(this, options, () => measurePasses(model.native, threads, asked.signal)),
        );
      } catch (error) {
        if (asked.signal.aborted) return false;
        throw error;
      }
      if (isFarBehind(measured.at(-1)!, measured)) break;
    }
    await turns.run(this, { isLast: true }, () => Promise.resolve(this.done(fitBy(measured))));
    return true;
  }
}

/** Equal for the same file, computed by the same kernel with as many threads on the same CPU. */
function keyFor(addon: Addon, { info, native }: LoadedModel): string {
  return keyOf(info.file, cpuName(addon.cpu()), native.kernel, native.threads);
}

function isFit(found: unknown): found is Fit {
  if (typeof found !== 'object' || found === null) return false;
  const { threads, draftTokens } = found as Partial<Fit>;
  const within = (one: unknown, least: number, most: number): boolean =>
    Number.isInteger(one) && (one as number) >= least && (one as number) <= most;
  return (
    within(threads, 1, 1024) &&
    Array.isArray(draftTokens) &&
    draftTokens.length > 0 &&
    draftTokens.every((one) => within(one, 0, 63))
  );
}

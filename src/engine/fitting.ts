// When a model is fitted to this machine: once nobody asks for anything and nothing else computes; the outcome is remembered.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { removeIfFree } from '../held';
import type { Addon } from './addon';
import { cpuName } from './environment';
import { type Fit, fitBy, measurePasses, type PassTimes } from './fit';
import { Load } from './load';
import type { LoadedModel } from './loadedModel';
import type { Turns } from './turns';

/** How often it is looked whether the time has come. */
const usualMs = 3_000;
/** Of the machine's cores, what others may take meanwhile. */
const negligible = 0.3;
/** Models that are remembered. */
const mostFits = 50;

export class Fitting {
  private readonly timer: NodeJS.Timeout;
  /** Turns that were given at the last look. */
  private given: number;
  private isAtWork = false;

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
    const key = keyOf(addon, model);
    const known = fitsIn(file)[key];
    if (known) {
      model.fit = known;
      return () => undefined;
    }
    const remember = (fit: Fit): void => {
      model.fit = fit;
      keep(file, key, fit);
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

  /** Each number of threads in a turn of its own; false where somebody else asks meanwhile, who comes first. */
  private async measure(): Promise<boolean> {
    const { model, turns } = this;
    const measured: PassTimes[] = [];
    for (const threads of model.threadCounts) {
      if (turns.given !== this.given) return false;
      this.given++;
      measured.push(await turns.run(this, {}, () => measurePasses(model.native, threads)));
    }
    await turns.run(this, {}, () => Promise.resolve(this.done(fitBy(measured))));
    return true;
  }
}

/** Equal for the same file, computed by the same kernel with as many threads on the same CPU. */
function keyOf(addon: Addon, { info, native }: LoadedModel): string {
  const { size, mtimeMs } = statSync(info.file);
  const parts = [info.file, size, mtimeMs, cpuName(addon.cpu()), native.kernel, native.threads];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** What is remembered; nothing of a file that is not there or holds something else. */
function fitsIn(file: string): Record<string, Fit> {
  try {
    const fits = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Fit>;
    return Object.fromEntries(Object.entries(fits).filter(([, fit]) => isFit(fit)));
  } catch {
    return {};
  }
}

function isFit({ threads, draftTokens }: Fit): boolean {
  const within = (one: unknown, least: number, most: number): boolean =>
    Number.isInteger(one) && (one as number) >= least && (one as number) <= most;
  return (
    within(threads, 1, 1024) &&
    Array.isArray(draftTokens) &&
    draftTokens.length > 0 &&
    draftTokens.every((one) => within(one, 0, 63))
  );
}

/** Whole or not at all; where it cannot be written, it is measured again next time. */
function keep(file: string, key: string, fit: Fit): void {
  const { [key]: _, ...others } = fitsIn(file);
  const fits = Object.fromEntries([...Object.entries(others), [key, fit] as const].slice(-mostFits));
  const unfinished = `${file}.${process.pid}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(unfinished, JSON.stringify(fits, null, 2));
    renameSync(unfinished, file);
  } catch {
    // Such as a disk that is full, or a file that another engine reads at this moment.
    removeIfFree(unfinished);
  }
}

// How many cores the machine's other work leaves free, by the processor time since the last look; it looks only when asked.

import * as os from 'node:os';

/** Times in milliseconds since some start: of all cores together, of this process alone, and on the clock. */
export interface Times {
  cores: number;
  /** Of all cores, not idle. */
  busy: number;
  own: number;
  clock: number;
}

/** A look costs a millisecond and more on many cores, and a shorter time says little. */
const shortest = 1_000;

export class Load {
  #last: Times;
  #free: number;

  constructor(private readonly look: () => Times = timesNow) {
    this.#last = look();
    this.#free = this.#last.cores;
  }

  get cores(): number {
    return this.#last.cores;
  }

  /** Cores that were free of others' work of late. */
  free(now = performance.now()): number {
    if (now - this.#last.clock >= shortest) {
      const times = this.look();
      this.#free = freeCores(this.#last, times);
      this.#last = times;
    }
    return this.#free;
  }
}

export function freeCores(before: Times, after: Times): number {
  return Math.max(0, after.cores - takenCores(before, after));
}

/** Cores that others' work took, in the mean. */
export function takenCores(before: Times, after: Times): number {
  const others = after.busy - before.busy - (after.own - before.own);
  return Math.max(0, others) / (after.clock - before.clock);
}

export function timesNow(): Times {
  const cores = os.cpus();
  const busy = cores.reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const { user, system } = process.cpuUsage();
  return { cores: cores.length, busy, own: (user + system) / 1000, clock: performance.now() };
}

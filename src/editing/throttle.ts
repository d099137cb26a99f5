// How much of the machine completions may use now: the least that any circumstance leaves, with the reason in words.

/** `slow`: half of the threads, a longer wait for the next key, nothing read ahead. `paused`: on request only. */
export interface Throttle {
  readonly use: 'full' | 'slow' | 'paused';
  /** As the rest of a sentence: `on battery`. Absent where all may be used. */
  readonly because?: string;
}

const order: readonly Throttle['use'][] = ['full', 'slow', 'paused'];
/** Milliseconds that a slow request waits at least for the next key. */
const slowWait = 150;

/** The one that leaves the least; of equal ones the first. */
export function strictest(throttles: readonly Throttle[]): Throttle {
  let least: Throttle = { use: 'full' };
  for (const throttle of throttles)
    if (order.indexOf(throttle.use) > order.indexOf(least.use)) least = throttle;
  return least;
}

/** How long a request waits for the next key, where the pace of typing asks for `wait` milliseconds. */
export function waitWith({ use }: Throttle, wait: number): number {
  return use === 'full' ? wait : Math.max(wait, slowWait);
}

/** The most threads to use of those that a model was loaded with; undefined for all of them. */
export function threadsWith({ use }: Throttle, loaded: number | undefined): number | undefined {
  return use === 'full' || loaded === undefined ? undefined : Math.ceil(loaded / 2);
}

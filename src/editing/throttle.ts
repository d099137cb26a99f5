// How much of the machine completions may use now: the least that any circumstance leaves, with the reason.

import type { Circumstance } from '../results';

/** `slow`: half of the threads, a longer wait for the next key where answers take long, nothing read ahead. `paused`: on request only. */
export type Use = 'full' | 'slow' | 'paused';

export type Throttle =
  { readonly use: 'full' } | { readonly use: 'slow' | 'paused'; readonly because: Circumstance };

const order: readonly Use[] = ['full', 'slow', 'paused'];
/**
 * How long a slow request waits at least for the next key: as many times what an answer takes, so that answers take at most
 * a fifth of the time, but no more milliseconds than this.
 */
const slowWait = { answers: 4, most: 150 };

/** The one that leaves the least, of what the circumstances leave; of equal ones the first. */
export function strictest(uses: readonly (readonly [Circumstance, Use])[]): Throttle {
  let least: Throttle = { use: 'full' };
  for (const [because, use] of uses)
    if (use !== 'full' && order.indexOf(use) > order.indexOf(least.use)) least = { use, because };
  return least;
}

/**
 * How long a request waits for the next key, where the pace of typing asks for `wait` milliseconds and an answer usually
 * takes `answer`: 0 before there was one, which may take long.
 */
export function waitWith({ use }: Throttle, wait: number, answer: number): number {
  if (use === 'full') return wait;
  const { answers, most } = slowWait;
  return Math.max(wait, answer > 0 ? Math.min(answer * answers, most) : most);
}

/** The most threads to use of those that a model was loaded with; undefined for all of them. */
export function threadsWith({ use }: Throttle, loaded: number | undefined): number | undefined {
  return use === 'full' || loaded === undefined ? undefined : Math.ceil(loaded / 2);
}

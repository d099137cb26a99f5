// How much of the machine completions may use: the least that any circumstance allows, with the reason in words.

/** `slow`: half of the threads, a longer wait for the next key, nothing read ahead. `paused`: on request only. */
export type Effort = 'full' | 'slow' | 'paused';

export interface Circumstance {
  readonly holds: boolean;
  /** What is allowed while it holds. */
  readonly effort: Effort;
  /** As the rest of a sentence: `on battery`. */
  readonly because: string;
}

export interface Allowance {
  readonly effort: Effort;
  /** Absent where all is allowed. */
  readonly because?: string;
}

const order: readonly Effort[] = ['full', 'slow', 'paused'];
/** Milliseconds that a request of little effort waits at least for the next key. */
const slowWait = 150;
/** Memory counts as short when less than this share of it is available. */
const shortShare = 0.1;

export function allowance(circumstances: readonly Circumstance[]): Allowance {
  let least: Allowance = { effort: 'full' };
  for (const { holds, effort, because } of circumstances)
    if (holds && order.indexOf(effort) > order.indexOf(least.effort)) least = { effort, because };
  return least;
}

/** How long a request waits for the next key, where the pace of typing asks for `wait` milliseconds. */
export function waitWith(effort: Effort, wait: number): number {
  return effort === 'full' ? wait : Math.max(wait, slowWait);
}

/** The most threads to use of those that a model was loaded with; undefined for all of them. */
export function threadsWith(effort: Effort, loaded: number | undefined): number | undefined {
  return effort === 'full' || loaded === undefined ? undefined : Math.ceil(loaded / 2);
}

export function isMemoryShort(available: number, total: number): boolean {
  return available < total * shortShare;
}

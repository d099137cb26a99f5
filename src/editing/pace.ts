// How fast keys and answers come, and what follows from it: how long a request waits for the next key.

import { median } from '../statistics';

const remembered = 9;
/** A longer time between two keys is a rest, and says nothing of how fast they come. */
const longestInterval = 1_000;
/** However slow engine and typist are, no request waits longer than this. */
const longestWait = 200;

/** What was observed in the last keys and answers; the observer brings the time. */
export class Pace {
  private readonly intervals: number[] = [];
  private readonly answers: number[] = [];
  private lastKey = -Infinity;

  /** A key was pressed at `now`, in milliseconds on any clock. */
  key(now: number): void {
    const interval = now - this.lastKey;
    this.lastKey = now;
    if (interval <= longestInterval) push(this.intervals, interval);
  }

  /** An answer took the engine this long. */
  answered(milliseconds: number): void {
    push(this.answers, milliseconds);
  }

  /** Milliseconds that an answer usually takes; 0 before there was one. */
  get answer(): number {
    return median(this.answers) ?? 0;
  }

  /** Milliseconds between two keys while typing goes on; undefined before there were two. */
  get interval(): number | undefined {
    return median(this.intervals);
  }

  wait(deadline: number): number {
    return waitFor(this.interval, this.answer, deadline);
  }
}

/**
 * How long a request is held back for the next key: not at all while answers are ready before the next key comes; else
 * until the next key would have come, for each one would only end the request before it. An answer that can be in time
 * is not made late by it.
 */
export function waitFor(interval: number | undefined, answer: number, deadline: number): number {
  if (interval === undefined || answer <= interval) return 0;
  const untilNextKey = Math.min(interval * 1.25, longestWait);
  return answer < deadline ? Math.min(untilNextKey, deadline - answer) : untilNextKey;
}

function push(values: number[], value: number): void {
  values.push(value);
  if (values.length > remembered) values.shift();
}

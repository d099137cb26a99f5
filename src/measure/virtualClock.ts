// A clock that passes over time in which nothing happens: while something is at work time is real, else it leaps to the next timer.

import type { Clock } from '../editing/clock';

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

export class VirtualClock implements Clock {
  private time = 0;
  /** While time passes: when it was `time`, on the real clock, and the moment before which nothing is due. */
  private passing: { since: number; readonly until: number } | undefined;
  private readonly timers = new Set<Timer>();
  private readonly works = new Set<Promise<unknown>>();

  now(): number {
    if (!this.passing) return this.time;
    const { since, until } = this.passing;
    return Math.min(until, this.time + performance.now() - since);
  }

  after(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.now() + milliseconds, work };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Lets time be real until `work` has ended. */
  while<T>(work: Promise<T>): Promise<T> {
    const ended = work
      .catch(() => undefined)
      .then(() => {
        this.works.delete(ended);
      });
    this.works.add(ended);
    return work;
  }

  /** Ends when nothing is at work; time stands still. */
  async idle(): Promise<void> {
    for (await settled(); this.works.size > 0; await settled()) await Promise.all(this.works);
  }

  /** Ends when so much time has passed; what is due at the very end is left to the next time. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    while (this.time < end) {
      const due = this.start(end);
      await settled();
      // Something that is due sooner may have come up.
      if (this.firstBefore(end) === due) {
        const left = this.passing!.until - this.now();
        if (left > 0 && this.works.size > 0) await firstOf([...this.works], left);
        else this.passing!.since = -Infinity;
      }
      this.stop();
      if (!due || this.time < due.at || !this.timers.delete(due)) continue;
      this.start(end);
      due.work();
      this.stop();
    }
    await settled();
  }

  /** Lets time pass until something is due before `end`, or until then. */
  private start(end: number): Timer | undefined {
    const due = this.firstBefore(end);
    this.passing = { since: performance.now(), until: Math.max(this.time, due?.at ?? end) };
    return due;
  }

  private stop(): void {
    this.time = this.now();
    this.passing = undefined;
  }

  private firstBefore(end: number): Timer | undefined {
    const due = [...this.timers].filter(({ at }) => at < end);
    return due.reduce<Timer | undefined>(
      (first, timer) => (first && first.at <= timer.at ? first : timer),
      undefined,
    );
  }
}

/** Until all that can happen without time has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function firstOf(works: Promise<unknown>[], milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([...works, late]);
  clearTimeout(timer);
}

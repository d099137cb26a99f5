// Time, as those see it who wait for something: the clock of this machine, or one that a replay or a test sets.

export interface Clock {
  /** Milliseconds since any moment. */
  now(): number;
  /** Calls `work` once, when the time has passed; calling what is returned takes that back. */
  after(milliseconds: number, work: () => void): () => void;
}

export const machineClock: Clock = {
  now: () => performance.now(),
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
};

// A seeded source of random numbers for tests, so that a failure repeats.

export interface RandomSource {
  /** An integer in 0..limit-1. */
  below: (limit: number) => number;
  pick: <T>(items: readonly T[]) => T;
}

/** xorshift32 (Marsaglia 2003). */
export function randomSource(seed: number): RandomSource {
  let state = (seed * 2654435761) >>> 0 || 1;
  const below = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  return { below, pick: (items) => items[below(items.length)]! };
}

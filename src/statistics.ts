// Sums, means, medians and percentiles, and how figures are rounded: one definition of each; imports nothing.

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** 0 for no values. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

/** Of an even number of values the higher one of the two in the middle; undefined for no values. */
export function median(values: readonly number[]): number | undefined {
  return ascending(values)[values.length >> 1];
}

/** The value at a share (0..1) of the way from the least to the most, of those measured the next lower one. */
export function percentile(values: readonly number[], share: number): number | undefined {
  return ascending(values)[Math.floor(share * (values.length - 1))];
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

export function rounded(value: number, digits = 2): number {
  const unit = 10 ** digits;
  return Math.round(value * unit) / unit;
}

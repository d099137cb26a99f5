// Sums, means, medians and percentiles, and how figures are rounded: one definition of each; imports nothing.

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** 0 for no values. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

/** Of an even number of values the middle of the two in the middle; undefined for no values. */
export function median(values: readonly number[]): number | undefined {
  return percentile(values, 0.5);
}

/** The value at a share (0..1) of the way from the least to the most, on a straight line between those measured. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const all = ascending(values);
  const at = share * (all.length - 1);
  const below = all[Math.floor(at)];
  const above = all[Math.ceil(at)];
  return below === undefined || above === undefined ? undefined : below + (above - below) * (at % 1);
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

export function rounded(value: number, digits = 2): number {
  const unit = 10 ** digits;
  return Math.round(value * unit) / unit;
}

// The values that are written along an axis: round ones from 0 on, or powers of ten.

/** Round numbers from 0 to the first that is not below `most`. */
export function stepsTo(most: number): number[] {
  const rough = (most > 0 ? most : 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999)!;
  const count = Math.ceil(most / size - 1e-9) || 1;
  return Array.from({ length: count + 1 }, (_, i) => Number((i * size).toPrecision(12)));
}

/** A logarithmic axis. */
export interface Powers {
  steps: number[];
  /** Where a value lies between the first step and the last, 0..1. */
  share: (value: number) => number;
}

/** From a power of ten to another around all values. */
export function powersAround(values: number[]): Powers {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  const steps = Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
  return { steps, share: (value) => (Math.log10(value) - first) / (last - first) };
}

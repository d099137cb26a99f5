// Measured values as bars of one scale, which pages and reports draw with their names, values and notes.

import type { Bar, BarGroup } from './pages';

/** What is known of one bar; one that was not measured has no `value`. */
export interface Measured {
  readonly name: string;
  readonly value?: number;
  readonly range?: readonly [least: number, most: number];
  readonly limit?: number;
  readonly note?: string;
  readonly isActive?: boolean;
}

/** The scale goes from 0 to the most that was measured, or that is possible. */
export function barGroup(
  title: string,
  note: string,
  measured: readonly Measured[],
  text: (value: number) => string,
): BarGroup {
  const ends = measured.flatMap(({ value = 0, range, limit = 0 }) => [value, range?.[1] ?? 0, limit]);
  const scale = Math.max(...ends) || 1;
  return {
    ...{ title, note },
    bars: measured.map(({ name, value, range, limit, note: said = '', isActive }): Bar => ({
      ...{ name, note: said, share: (value ?? 0) / scale },
      value: value === undefined ? '' : text(value),
      look: value === undefined ? 'missing' : isActive ? 'active' : 'plain',
      ...(range && { range: [range[0] / scale, range[1] / scale] as const }),
      ...(limit !== undefined && { limit: limit / scale }),
    })),
  };
}

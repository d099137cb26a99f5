// Numbers as people read them, in their language and with units: counts, shares, times, sizes, dates; imports no room.

import { t } from '@vscode/l10n';

const locale = (): string => t`en-US`;

/** With all of its digits behind the point. */
export function grouped(value: number, digits = 0): string {
  return value.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** With as many digits behind the point as say something. */
export function decimal(value: number, digits = 2): string {
  return value.toLocaleString(locale(), { maximumFractionDigits: digits });
}

/** Of a share 0..1. */
export const percent = (share: number, digits = 0): string => `${decimal(share * 100, digits)} %`;
export const milliseconds = (value: number): string => `${grouped(value, value < 10 ? 1 : 0)} ms`;
export const tokensPerSecond = (value: number): string => `${grouped(value)} tok/s`;
export const millions = (count: number): string => t`${grouped(count / 1e6, 1)} million`;
export const threadsOf = (count: number): string =>
  count === 1 ? t`1 thread` : t`${grouped(count)} threads`;
export const coresOf = (count: number): string => (count === 1 ? t`1 core` : t`${decimal(count)} cores`);
export const tokensOf = (count: number): string => (count === 1 ? t`1 token` : t`${grouped(count)} tokens`);

/** `7.2 MB`, `398 MB`, `1.65 GB`, `16 GB`: with three digits that say something. */
export function bytesOf(count: number): string {
  const [value, unit] = count < 1e9 ? [count / 1e6, 'MB'] : [count / 1e9, 'GB'];
  return `${value.toLocaleString(locale(), { maximumSignificantDigits: 3 })} ${unit}`;
}

/** `12.5k`: an axis has little room. */
export function short(value: number): string {
  const few = (number: number): string =>
    number.toLocaleString(locale(), { maximumSignificantDigits: value < 1 ? 1 : 4 });
  return value < 1000 ? few(value) : t`${few(value / 1000)}k`;
}

/** `15:04:05`, in the zone of who reads it. */
export function clock(time: number): string {
  return new Date(time).toLocaleTimeString(locale(), { timeStyle: 'medium', hourCycle: 'h23' });
}

/** `Jan 2, 2026, 15:04`, in the zone of who reads it. */
export function dateAndTime(date: string): string {
  return new Date(date).toLocaleString(locale(), {
    ...{ dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' },
  });
}

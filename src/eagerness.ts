// How sure an answer has to be to be shown: as sure as makes offers right as often as is wanted, or as a user has set it; imports nothing.

/** Of the offers that are shown, how many have to be right to the end of the line. */
export const wantedPrecision = { quiet: 0.85, normal: 0.75, eager: 0.6 } as const;

export type Eagerness = keyof typeof wantedPrecision;

/** What spares so few keys costs more attention than it is worth, unless it is nearly always right. */
export const shortOffer = { characters: 3, precision: 0.9 };

/**
 * From which confidence on answers are right as often as wanted, as measured: by language, absent where none are, and
 * `short` of short ones in any language. A language that was not measured counts as the least sure of those that were.
 */
export interface Thresholds {
  readonly short?: number;
  readonly languages: Readonly<Record<string, Partial<Record<Eagerness, number>>>>;
}

/** An answer that was fit to show, of which is known whether it was right. */
export interface KnownAnswer {
  /** 0..1 */
  readonly confidence: number;
  readonly language: string;
  /** Of its first line. */
  readonly exact: boolean;
  /** Of the whole answer. */
  readonly characters: number;
}

/** The least confidence with which `text` is shown in a language; infinite where nothing is. */
export function leastConfidence(
  wanted: Eagerness | number,
  text: string,
  language: string,
  thresholds: Thresholds | undefined,
): number {
  if (typeof wanted === 'number') return wanted;
  const least = thresholdOf(wanted, language, thresholds);
  if (text.length > shortOffer.characters) return least;
  return Math.max(least, thresholds ? (thresholds.short ?? Infinity) : shortOffer.precision);
}

/** Whether a model is right too seldom in a language for anything to be offered. */
export function isTooUnsure(
  wanted: Eagerness | number,
  language: string,
  thresholds: Thresholds | undefined,
): boolean {
  return typeof wanted !== 'number' && thresholdOf(wanted, language, thresholds) === Infinity;
}

function thresholdOf(wanted: Eagerness, language: string, thresholds: Thresholds | undefined): number {
  const measured = Object.values(thresholds?.languages ?? {});
  // Of answers that are at least so likely to be right, at least as many are.
  if (measured.length === 0) return wantedPrecision[wanted];
  const own = thresholds!.languages[language];
  if (own) return own[wanted] ?? Infinity;
  return Math.max(...measured.map((each) => each[wanted] ?? -Infinity), wantedPrecision[wanted]);
}

// How often a model's answers are right that are so likely by what speaks for them: the likelihood as a probability, by language.

import type { Eagerness, Thresholds } from '../eagerness';
import { languageName } from '../language/languages';

/**
 * The log-odds that the first line of an answer is exact: `slope` times those of its likelihood, plus `offset`,
 * plus what a language has of its own. `thresholds` are confidences as this gives them.
 */
export interface Calibration {
  readonly slope: number;
  readonly offset: number;
  readonly languages: Readonly<Record<string, number>>;
  readonly thresholds?: Thresholds;
}

/** Leaves likelihoods as they are. */
export const uncalibrated: Calibration = { slope: 1, offset: 0, languages: {} };

/** `likelihood` and the answer are in 0..1; nothing written has no chance. */
export function calibrated(likelihood: number, languageId: string, calibration: Calibration): number {
  if (likelihood <= 0) return 0;
  const { slope, offset, languages } = calibration;
  const odds = slope * logOdds(likelihood) + offset + (languages[languageName(languageId)] ?? 0);
  return 1 / (1 + Math.exp(-odds));
}

/** Without bounds: of 1 they are infinite. */
function logOdds(likelihood: number): number {
  return Math.log(likelihood / (1 - likelihood));
}

/** Surer than a model can be told from certain. */
const mostOdds = 12;

export function boundedLogOdds(likelihood: number): number {
  return Math.max(-mostOdds, Math.min(mostOdds, logOdds(likelihood)));
}

/** What `second` makes of what `first` gave; by its thresholds the same is shown as by those of `first`. */
export function composed(first: Calibration, second: Calibration): Calibration {
  const { thresholds } = first;
  const names = new Set([...Object.keys(first.languages), ...Object.keys(second.languages)]);
  return {
    slope: first.slope * second.slope,
    offset: first.offset * second.slope + second.offset,
    languages: Object.fromEntries(
      [...names].map((name) => [
        name,
        (first.languages[name] ?? 0) * second.slope + (second.languages[name] ?? 0),
      ]),
    ),
    ...(thresholds && { thresholds: carriedOver(thresholds, second) }),
  };
}

/** Thresholds of confidences as they were before `calibration`. */
function carriedOver({ short, languages }: Thresholds, calibration: Calibration): Thresholds {
  const own = Object.entries(languages).map(([name, levels]) => {
    const carried = Object.entries(levels).map(([level, least]) => [
      level as Eagerness,
      calibrated(least, name, calibration),
    ]);
    return [name, Object.fromEntries(carried)] as const;
  });
  return {
    ...(short !== undefined && { short: calibrated(short, '', calibration) }),
    languages: Object.fromEntries(own),
  };
}

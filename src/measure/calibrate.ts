// Calibrates confidence: fits to answers whose outcome is known how often one of some confidence is right, by language.

import { type Calibration, logOdds } from '../completion/calibration';
import { languageName } from '../language/languages';
import { sum } from '../statistics';

/** An answer that was fit to show. */
export interface Outcome {
  readonly confidence: number;
  readonly language: string;
  readonly exact: boolean;
}

/** Of answers, and of right and wrong ones among them: fewer say too little. */
export const leastAnswers = 100;
const leastOfEach = 10;
/** A part of a language's own is as likely as a normal deviate of this size: few answers move it little. */
const languageDeviation = 0.5;
/** The slope is as likely as one that differs so much from 1. */
const slopeDeviation = 0.5;
/** Surer must never mean worse. */
const leastSlope = 0.1;
const sweeps = 100;
/** Surer than a model can be told from certain. */
const mostOdds = 12;

/**
 * The logistic regression of being right on the confidence (Platt 1999) with a part for each language, drawn towards
 * none; undefined where there are too few answers.
 */
export function calibrationOf(outcomes: readonly Outcome[]): Calibration | undefined {
  const right = outcomes.filter(({ exact }) => exact).length;
  if (outcomes.length < leastAnswers || Math.min(right, outcomes.length - right) < leastOfEach)
    return undefined;
  const rows = outcomes.map(({ confidence, language, exact }) => ({
    x: Math.max(-mostOdds, Math.min(mostOdds, logOdds(confidence))),
    language: languageName(language),
    exact: Number(exact),
  }));
  let slope = 1;
  let offset = 0;
  const languages: Record<string, number> = Object.fromEntries(rows.map(({ language }) => [language, 0]));
  type Row = (typeof rows)[number];
  const chance = (row: Row): number =>
    1 / (1 + Math.exp(-(slope * row.x + offset + languages[row.language]!)));
  // One step of Newton's in one direction, with a normal prior around `usual`.
  const step = (
    of: Row[],
    by: (row: Row) => number,
    value: number,
    usual: number,
    deviation: number,
  ): number => {
    const precision = 1 / deviation ** 2;
    const gradient = sum(of.map((row) => (row.exact - chance(row)) * by(row))) - (value - usual) * precision;
    const curvature = sum(of.map((row) => chance(row) * (1 - chance(row)) * by(row) ** 2)) + precision;
    return value + gradient / curvature;
  };
  for (let sweep = 0; sweep < sweeps; sweep++) {
    slope = Math.max(
      leastSlope,
      step(rows, ({ x }) => x, slope, 1, slopeDeviation),
    );
    offset = step(rows, () => 1, offset, 0, Infinity);
    for (const name of Object.keys(languages)) {
      const own = rows.filter(({ language }) => language === name);
      languages[name] = step(own, () => 1, languages[name]!, 0, languageDeviation);
    }
  }
  return { slope, offset, languages };
}

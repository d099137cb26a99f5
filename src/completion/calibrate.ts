// Calibrates confidence: fits to answers whose outcome is known how often one of some confidence is right, by language, and finds from which confidence on they are right as often as is wanted.

import { type Eagerness, type KnownAnswer, shortOffer, type Thresholds, wantedPrecision } from '../eagerness';
import { languageName } from '../language/languages';
import { rounded, sum } from '../statistics';
import { boundedLogOdds, type Calibration } from './calibration';

/** Of answers, and of right and wrong ones among them: fewer say too little. */
export const leastAnswers = 100;
const leastOfEach = 10;
/** A part of a language's own is as likely as a normal deviate of this size: few answers move it little. */
const languageDeviation = 0.5;
/** The slope is as likely as one that differs so much from 1. */
const slopeDeviation = 0.5;
/** Surer must never mean worse. */
const leastSlope = 0.1;
const mostSweeps = 100;
/** Log-odds by which the last sweep may still have moved anything. */
const settled = 1e-4;
/** Between a share and the lower end of its interval: with so many, what was chosen on some files held on others. */
const deviations = 0.5;
/** Of answers that are surer than a threshold: fewer say too little of how often they are right. */
const leastShown = 20;

/**
 * The logistic regression of being right on the confidence (Platt 1999) with a part for each language, drawn towards
 * none; undefined where there are too few answers.
 */
export function calibrationOf(answers: readonly KnownAnswer[]): Calibration | undefined {
  const right = answers.filter(({ exact }) => exact).length;
  if (answers.length < leastAnswers || Math.min(right, answers.length - right) < leastOfEach)
    return undefined;
  const rows = answers.map(({ confidence, language, exact }) => ({
    x: boundedLogOdds(confidence),
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
  const byLanguage = Object.keys(languages).map((name) => ({
    name,
    own: rows.filter(({ language }) => language === name),
  }));
  for (let sweep = 0, moved = 1; sweep < mostSweeps && moved > settled; sweep++) {
    const before = [slope, offset, ...Object.values(languages)];
    slope = Math.max(
      leastSlope,
      step(rows, ({ x }) => x, slope, 1, slopeDeviation),
    );
    offset = step(rows, () => 1, offset, 0, Infinity);
    for (const { name, own } of byLanguage)
      languages[name] = step(own, () => 1, languages[name]!, 0, languageDeviation);
    const after = [slope, offset, ...Object.values(languages)];
    moved = Math.max(...after.map((value, i) => Math.abs(value - before[i]!)));
  }
  return { slope, offset, languages };
}

/**
 * From which confidence on the answers of each language with enough of them are right as often as is wanted; of what has
 * too few, what was known `before`. Undefined where nothing is known.
 */
export function thresholdsOf(answers: readonly KnownAnswer[], before?: Thresholds): Thresholds | undefined {
  const languages: Record<string, Partial<Record<Eagerness, number>>> = { ...before?.languages };
  const isShort = ({ characters }: KnownAnswer): boolean => characters <= shortOffer.characters;
  const shortOnes = answers.filter(isShort);
  const unmeasured = before ? before.short : shortOffer.precision;
  const short = shortOnes.length < leastShown ? unmeasured : thresholdFor(shortOffer.precision, shortOnes);
  for (const name of [...new Set(answers.map(({ language }) => languageName(language)))].sort()) {
    const all = answers.filter(({ language }) => languageName(language) === name);
    if (all.length < leastAnswers) continue;
    const own = all.filter((one) => !isShort(one) || one.confidence >= (short ?? Infinity));
    languages[name] = {};
    for (const level of Object.keys(wantedPrecision) as Eagerness[]) {
      const least = thresholdFor(wantedPrecision[level], own);
      if (least !== undefined) languages[name][level] = least;
    }
  }
  if (Object.keys(languages).length === 0) return undefined;
  return { languages, ...(short !== undefined && { short }) };
}

/** With which offers are right as often as is wanted in each of several ways to work; a way in which a language was not measured says nothing of it. */
export function strictest(ways: readonly Thresholds[]): Thresholds {
  const short = Math.max(...ways.map((way) => way.short ?? -Infinity));
  const names = new Set(ways.flatMap(({ languages }) => Object.keys(languages)));
  const languages = [...names].sort().map((name) => {
    const measured = ways.flatMap((way) => way.languages[name] ?? []);
    const levels = (Object.keys(wantedPrecision) as Eagerness[]).flatMap((level) => {
      const least = Math.max(...measured.map((way) => way[level] ?? Infinity));
      return least < Infinity ? [[level, least] as const] : [];
    });
    return [name, Object.fromEntries(levels)] as const;
  });
  return { languages: Object.fromEntries(languages), ...(short > -Infinity && { short }) };
}

/**
 * The lowest confidence from which on so many are right, undefined where none is. Of the many that are tried some are
 * reached by chance, and other files fall short of them: the lower end of what the share may be has to reach it.
 */
function thresholdFor(precision: number, answers: readonly KnownAnswer[]): number | undefined {
  let right = 0;
  let least: number | undefined;
  const surest = [...answers].sort((a, b) => b.confidence - a.confidence);
  for (const [i, { confidence, exact }] of surest.entries()) {
    right += Number(exact);
    const isLast = surest[i + 1]?.confidence !== confidence;
    if (isLast && i + 1 >= leastShown && lowerEnd(right, i + 1) >= precision) least = confidence;
  }
  return least === undefined ? undefined : rounded(least, 3);
}

/** Of the interval in which the share lies that gave `right` of `all` (Wilson 1927). */
function lowerEnd(right: number, all: number): number {
  const share = right / all;
  const z2 = deviations ** 2 / all;
  const half = deviations * Math.sqrt((share * (1 - share) + z2 / 4) / all);
  return (share + z2 / 2 - half) / (1 + z2);
}

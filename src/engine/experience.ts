// How often a model was right while it was used: makes of that what its confidence means, where nobody has measured it before.

import { type Calibration, calibrated } from '../completion/calibration';
import { calibrationOf, thresholdsOf } from '../completion/calibrate';
import { type Eagerness, type KnownAnswer, wantedPrecision } from '../eagerness';
import { rounded } from '../statistics';
import { keyOf, Store } from './store';

/** Answers that are remembered, the last ones. */
const mostAnswers = 1_000;
/** New answers after which it is computed anew, and kept. */
const step = 20;
/** A confidence that hardly any answer has. */
const hardlyAny = 0.99;

/** An answer as a file holds it: its likelihood, a language, 1 if it was right, its length. */
type Row = [number, string, number, number];

export class Experience {
  private readonly store: Store<Row[]>;
  private readonly key: string;
  private answers: KnownAnswer[];
  private unkept = 0;

  /** Of the model in `modelFile`; `use` gets what its confidence means as soon as enough is known, and whenever that changes. */
  constructor(
    file: string,
    modelFile: string,
    private readonly use: (confidence: Calibration) => void,
  ) {
    this.store = new Store(file, isRows);
    this.key = keyOf(modelFile);
    this.answers = (this.store.get(this.key) ?? []).map(([confidence, language, exact, characters]) => {
      return { confidence, language, exact: exact === 1, characters };
    });
    this.apply();
  }

  /** Learns from an answer, whose `confidence` is its likelihood. */
  add(answer: KnownAnswer): void {
    this.answers.push(answer);
    if (++this.unkept < step) return;
    this.keep();
    this.apply();
  }

  /** For the next time: a session may be shorter than a step. */
  keep(): void {
    if (this.unkept === 0) return;
    this.unkept = 0;
    this.answers = this.answers.slice(-mostAnswers);
    const rows = this.answers.map(({ confidence, language, exact, characters }): Row => {
      return [rounded(confidence, 5), language, Number(exact), characters];
    });
    this.store.keep(this.key, rows);
  }

  private apply(): void {
    const confidence = learned(this.answers);
    if (confidence) this.use(confidence);
  }
}

/**
 * The calibration of likelihoods, with thresholds where a language has enough answers; undefined where there are too few
 * of all. In a language in which nothing is sure enough the model is still asked, for else nothing more would be learned.
 */
export function learned(answers: readonly KnownAnswer[]): Calibration | undefined {
  const found = calibrationOf(answers);
  if (!found) return undefined;
  const sure = answers.map((answer) => ({
    ...answer,
    confidence: calibrated(answer.confidence, answer.language, found),
  }));
  const thresholds = thresholdsOf(sure);
  if (!thresholds) return found;
  const languages = Object.entries(thresholds.languages).map(([name, levels]) => {
    const all = Object.keys(wantedPrecision) as Eagerness[];
    return [name, Object.fromEntries(all.map((level) => [level, levels[level] ?? hardlyAny]))] as const;
  });
  return { ...found, thresholds: { ...thresholds, languages: Object.fromEntries(languages) } };
}

function isRows(found: unknown): found is Row[] {
  return Array.isArray(found) && found.every(isRow);
}

function isRow(found: unknown): boolean {
  if (!Array.isArray(found) || found.length !== 4) return false;
  const [likelihood, language, exact, characters] = found as unknown[];
  return (
    typeof likelihood === 'number' &&
    likelihood >= 0 &&
    likelihood <= 1 &&
    typeof language === 'string' &&
    (exact === 0 || exact === 1) &&
    Number.isInteger(characters)
  );
}

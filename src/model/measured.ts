// What was measured of models that come without a tuning: how the context weighs beside them, and how far their confidence holds.

import type { Calibration } from '../completion/calibration';
import type { Gguf } from './gguf';
import { namesOf } from './infilling';

/** How much what the context holds weighs against the model, and how far it is guessed ahead. */
export interface CacheSettings {
  sharpness?: number;
  modelWeight?: number;
  leastCosine?: number;
  strengths?: number[];
  draftTokens?: number[];
}

/** What is to be known of a model beside its weights. */
export interface Tuning {
  cache: CacheSettings;
  confidence: Calibration;
}

interface Measured extends Tuning {
  /** What the model is called in its file. */
  names: RegExp;
}

/** Confidence as `ryzanstein tune` fits it; the settings of the bundled model's cache stand in its file. */
const measured: readonly Measured[] = [
  {
    names: /^ryzanstein/i,
    cache: {},
    // 1,712 answers to 2,000 holes; the thresholds are those of 4,151 offers while held-out files were typed.
    confidence: {
      slope: 1.66,
      offset: -2,
      languages: {
        ...{ c: 0.48, cpp: -0.25, go: -0.41, java: -0.32, javascript: 0.27 },
        ...{ python: 0.23, rust: -0.3, typescript: 0.29 },
      },
      thresholds: {
        short: 0.949,
        languages: {
          c: { quiet: 0.712, normal: 0.604, eager: 0.464 },
          cpp: { quiet: 0.868, normal: 0.708, eager: 0.594 },
          go: { quiet: 0.619, normal: 0.384, eager: 0.211 },
          java: { quiet: 0.864, normal: 0.769, eager: 0.449 },
          javascript: { quiet: 0.775, normal: 0.624, eager: 0.397 },
          python: { quiet: 0.98, normal: 0.836, eager: 0.45 },
          rust: { normal: 0.588, eager: 0.318 },
          typescript: { quiet: 0.987, normal: 0.729, eager: 0.4 },
        },
      },
    },
  },
];

/**
 * Models that know more are helped by what repeats at length and harmed by what does not: a single equal token says next
 * to nothing, and states that are alike say little, for theirs are all somewhat alike.
 */
const others: Tuning = {
  cache: { sharpness: 18, modelWeight: 200, leastCosine: 0.25, strengths: [400, 40, 8, 5, 4] },
  // 547 answers of Qwen2.5-Coder-0.5B-Instruct and SmolLM2-135M to the quick set.
  confidence: { slope: 0.95, offset: -1.7, languages: {} },
};

export function measuredOf(gguf: Gguf): Tuning {
  const names = namesOf(gguf);
  return measured.find((row) => row.names.test(names)) ?? others;
}

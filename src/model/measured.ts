// What is to be known of a model beside its weights, and what was measured of models that come without it.

import type { Calibration } from '../completion/calibration';

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

/**
 * Models that know more are helped by what repeats at length and harmed by what does not: a single equal token says next
 * to nothing, and states that are alike say little, for theirs are all somewhat alike.
 */
export const usual: Tuning = {
  cache: { sharpness: 18, modelWeight: 200, leastCosine: 0.25, strengths: [400, 40, 8, 5, 4] },
  // 1,131 answers of SmolLM2-135M (Q4_0) at keys of typed files: a larger model is right a little more often than likelihoods say.
  confidence: { slope: 1.05, offset: 0.3, languages: {} },
};

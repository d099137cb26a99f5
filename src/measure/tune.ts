// Tunes a model to code: how much the context weighs beside it, then how far its confidence holds; both are kept for when it is loaded again.

import { t } from '@vscode/l10n';
import type { Engine } from '../engine/engine';
import type { Evaluation } from '../reports';
import { calibrationOf, leastAnswers, thresholdsOf } from '../completion/calibrate';
import { calibrated, type Calibration, composed } from '../completion/calibration';
import { grouped } from '../numbers';
import { messageOf } from '../wording';
import { evaluate } from './evaluate';
import type { Hole } from './holes';
import { tuneCache } from './tuneCache';

/**
 * Each hole counts twice for `progress`: as what is tuned by, and as what is answered. Of what is cancelled or fails on the
 * way nothing stays, for the confidence that holds is that of the answers before.
 */
export async function tune(
  engine: Engine,
  holes: Hole[],
  progress: (done: number) => void,
  signal?: AbortSignal,
): Promise<Evaluation> {
  engine.loaded.expectKeepable();
  const before = engine.loaded.tuning.cache;
  const { cache, ...tuned } = await tuneCache(engine, holes, progress, signal);
  await engine.tune(cache);
  try {
    const evaluation = await evaluate(engine, holes, (done) => progress(holes.length + done), signal);
    engine.loaded.keep({ cache });
    return { ...calibrate(engine, evaluation), tuned };
  } catch (error) {
    await engine.tune(before);
    throw error;
  }
}

/**
 * Makes the confidence of the engine's answers how often they were right, and keeps that. The
 * evaluation's answers have it as well, and `calibration` says in a sentence what became of it.
 */
export function calibrate(engine: Engine, evaluation: Evaluation): Evaluation {
  const { results } = evaluation;
  const outcomes = results.flatMap(({ confidence, exact, hidden, language, text: { length: characters } }) =>
    hidden === undefined ? [{ confidence, exact, characters, language }] : [],
  );
  const found = calibrationOf(outcomes);
  if (!found)
    return {
      ...evaluation,
      calibration: t`as it was; to calibrate it takes ${grouped(leastAnswers)} answers that are fit to show, right and wrong ones`,
    };
  const { loaded } = engine;
  const { thresholds: before, ...curve } = composed(loaded.tuning.confidence, found);
  const thresholds = thresholdsOf(
    outcomes.map((outcome) => ({
      ...outcome,
      confidence: calibrated(outcome.confidence, outcome.language, found),
    })),
    before,
  );
  const confidence: Calibration = { ...curve, ...(thresholds && { thresholds }) };
  loaded.tuning = { ...loaded.tuning, confidence, isCalibrated: true };
  return {
    ...evaluation,
    thresholds,
    results: results.map((result) => ({
      ...result,
      confidence: calibrated(result.confidence, result.language, found),
    })),
    calibration: kept(engine, confidence),
  };
}

function kept(engine: Engine, confidence: Calibration): string {
  try {
    return t`calibrated by these answers, for every workspace; kept in ${engine.loaded.keep({ confidence })}`;
  } catch (error) {
    return t`calibrated by these answers until the engine ends, for it cannot be kept: ${messageOf(error)}`;
  }
}

// Tunes a model to code: how much the context weighs beside it, then how far its confidence holds; both are kept for when it is loaded again.

import { t } from '@vscode/l10n';
import type { Engine } from '../engine/engine';
import type { LoadedModel } from '../engine/loadedModel';
import type { Evaluation } from '../reports';
import { calibrationOf, leastAnswers, thresholdsOf } from '../completion/calibrate';
import { calibrated, type Calibration, composed } from '../completion/calibration';
import { grouped } from '../numbers';
import { messageOf } from '../wording';
import { evaluate, promptOf } from './evaluate';
import type { Hole } from './holes';
import { tuneCache } from './tuneCache';

/**
 * Each hole counts twice for `progress`: as what is tuned by, and as what is answered. Of an engine with specialists the
 * model is tuned that answers most of the holes, by those. Of what is cancelled or fails on the way nothing stays, for the
 * confidence that holds is that of the answers before.
 */
export async function tune(
  engine: Engine,
  holes: Hole[],
  progress: (done: number) => void,
  signal?: AbortSignal,
): Promise<Evaluation> {
  const { model, places } = sharesOf(engine, holes)[0]!;
  model.loaded.expectKeepable();
  const before = model.loaded.tuning.cache;
  const own = places.map((i) => holes[i]!);
  const { cache, ...tuned } = await tuneCache(model, own, progress, signal);
  await model.tune(cache);
  try {
    const evaluation = await evaluate(engine, holes, (done) => progress(holes.length + done), signal);
    model.loaded.keep({ cache });
    return { ...calibrate(engine, holes, evaluation), tuned };
  } catch (error) {
    await model.tune(before);
    throw error;
  }
}

/** What each model of the engine answers: the one of most holes first. */
function sharesOf(engine: Engine, holes: readonly Hole[]): { model: Engine; places: number[] }[] {
  return engine.models
    .map((model) => ({
      model,
      places: holes.flatMap((hole, i) => (engine.at(promptOf(hole)) === model ? [i] : [])),
    }))
    .sort((a, b) => b.places.length - a.places.length);
}

/**
 * Makes the confidence of each model's answers how often they were right, and keeps that for the model. The evaluation's
 * answers have it as well, and `calibration` says in a sentence what became of it.
 */
export function calibrate(engine: Engine, holes: Hole[], evaluation: Evaluation): Evaluation {
  const results = [...evaluation.results];
  const shares = sharesOf(engine, holes).filter(({ places }) => places.length > 0);
  const sentences = shares.map(({ model: { loaded }, places }) => {
    const outcomes = places.flatMap((i) => {
      const { confidence, exact, hidden, language, text } = results[i]!;
      return hidden === undefined ? [{ confidence, exact, characters: text.length, language }] : [];
    });
    const found = calibrationOf(outcomes);
    if (!found)
      return t`as it was; to calibrate it takes ${grouped(leastAnswers)} answers that are fit to show, right and wrong ones`;
    const surer = <A extends { confidence: number; language: string }>(answer: A): A => ({
      ...answer,
      confidence: calibrated(answer.confidence, answer.language, found),
    });
    for (const i of places) results[i] = surer(results[i]!);
    const { thresholds: before, ...curve } = composed(loaded.tuning.confidence, found);
    const thresholds = thresholdsOf(outcomes.map(surer), before);
    const confidence: Calibration = { ...curve, ...(thresholds && { thresholds }) };
    loaded.tuning = { ...loaded.tuning, confidence, isCalibrated: true };
    return kept(loaded, confidence);
  });
  const calibration =
    sentences.length === 1
      ? sentences[0]
      : shares.map(({ model: { model } }, i) => `${model.name}: ${sentences[i]}`).join('; ');
  return { ...evaluation, thresholds: engine.info.thresholds, results, calibration };
}

function kept(loaded: LoadedModel, confidence: Calibration): string {
  try {
    return t`calibrated by these answers, for every workspace; kept in ${loaded.keep({ confidence })}`;
  } catch (error) {
    return t`calibrated by these answers until the engine ends, for it cannot be kept: ${messageOf(error)}`;
  }
}

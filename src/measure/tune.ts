// Tunes a model to code: how much the context weighs beside it, then how far its confidence holds; both are kept beside its file.

import type { Engine } from '../engine/engine';
import { readGguf } from '../model/gguf';
import { keepTuning } from '../model/tuning';
import type { Evaluation, Tuned } from '../reports';
import { composed } from '../completion/calibration';
import { messageOf } from '../wording';
import { calibrationOf, leastAnswers } from './calibrate';
import { evaluate } from './evaluate';
import type { Hole } from './holes';
import { tuneCache } from './tuneCache';

/**
 * `load` gives the engine in use, and where `anew` one that has read what was kept. Each hole counts twice for
 * `progress`: as what is tuned by, and as what is answered.
 */
export async function tune(
  load: (anew: boolean) => Promise<Engine>,
  holes: Hole[],
  progress: (done: number) => void,
  signal?: AbortSignal,
): Promise<{ tuned: Tuned; evaluation: Evaluation }> {
  const engine = await load(false);
  const { cache, ...tuned } = await tuneCache(engine, holes, progress, signal);
  keepTuning(readGguf(engine.info.file), { cache });
  const tunedEngine = await load(true);
  const evaluation = await evaluate(tunedEngine, holes, (done) => progress(holes.length + done), signal);
  return { tuned, evaluation: { ...evaluation, calibration: calibrate(tunedEngine, holes, evaluation) } };
}

/**
 * Makes the confidence of the engine's answers how often they were right, and keeps that beside the model's file.
 * Answers in a sentence what became of it.
 */
export function calibrate(engine: Engine, holes: Hole[], { results }: Evaluation): string {
  const found = calibrationOf(
    results.flatMap(({ confidence, exact, hidden }, i) =>
      hidden === undefined ? [{ confidence, exact, language: holes[i]!.language }] : [],
    ),
  );
  if (!found)
    return `The confidence stays as it was: that takes ${leastAnswers} answers that are fit to show, right and wrong ones.`;
  const confidence = composed(engine.tuning.confidence, found);
  engine.tuning = { ...engine.tuning, confidence };
  try {
    return `The confidence is calibrated by these answers from now on; ${keepTuning(readGguf(engine.info.file), { confidence })} keeps it.`;
  } catch (error) {
    return `The confidence is calibrated by these answers until the engine ends, for ${messageOf(error)}`;
  }
}

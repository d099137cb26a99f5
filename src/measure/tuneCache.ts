// Tunes how much what the context holds weighs against the model: by how well both together foretell true answers to holes.

import { t } from '@vscode/l10n';
import { siteOf } from '../completion/site';
import type { Engine } from '../engine/engine';
import { fixedRoom } from '../engine/room';
import type { CacheSettings } from '../model/measured';
import { layoutPrompt } from '../model/prompt';
import type { Tuned } from '../reports';
import { sum } from '../statistics';
import { unfinishedWord } from '../model/healing';
import { promptOf } from './evaluate';
import type { Hole } from './holes';

/** What foretold a token: the model, similar places at each sharpness, and the same tokens by length of context. */
interface Foretold {
  byModel: number;
  similar: (readonly [own: number, all: number])[];
  same: (readonly [own: number, all: number, different: number])[];
}

/** Of the model beside similar places, and of what shorter contexts say beside each length. */
interface Weights {
  sharpness: number;
  model: number;
  strengths: number[];
}

/** How fast the weight of a place may fall with the likeness of its state. */
const sharpnesses = [6, 9, 12, 18, 24, 32, 48, 64];
const grid = [0.2, 0.5, 1, 1.5, 2, 3, 5, 8, 12, 20, 40, 80, 150, 300, 1000, 1e4, 1e5];
/** Places of the lengths of context whose followers are counted. */
const strengthsAt = [0, 1, 2, 3, 4];
const rounds = 3;
const mostTokens = 48;
const leastTokens = 200;
const leastChance = 1e-9;
/** The engine's own settings where a model has none: native/model/cache_settings.h. */
const usual: Weights = { sharpness: 18, model: 1, strengths: [40, 12, 3, 3, 1] };

/**
 * Tunes on every other hole and measures on the rest; where what was found is no better there, the settings stay. Calls
 * `progress` after each hole with how many are done. Rejects when it is cancelled, and where there is too little.
 */
export async function tuneCache(
  engine: Engine,
  holes: Hole[],
  progress: (done: number) => void,
  signal?: AbortSignal,
): Promise<Tuned & { cache: CacheSettings }> {
  const { cache } = engine.loaded.tuning;
  const before: Weights = {
    sharpness: cache.sharpness ?? usual.sharpness,
    model: cache.modelWeight ?? usual.model,
    strengths: cache.strengths ?? usual.strengths,
  };
  const answers: Foretold[][] = [];
  for (const hole of holes) {
    answers.push(await foretoldIn(engine, hole, [...sharpnesses, before.sharpness], signal));
    signal?.throwIfAborted();
    progress(answers.length);
  }
  const [tuning, measuring] = [0, 1].map((half) => answers.filter((_, i) => i % 2 === half).flat());
  if (tuning!.length < leastTokens || measuring!.length < leastTokens)
    throw new Error(t`There is too little code to tune by, or it has too few places.`);
  const found = leastBits(tuning!);
  const bits = {
    alone: bitsOf(measuring!, ({ byModel }) => byModel),
    before: bitsOf(measuring!, (row) => chanceOf(row, before, sharpnesses.length)),
    after: bitsOf(measuring!, (row) => chanceOf(row, found, sharpnesses.indexOf(found.sharpness))),
  };
  const { name: model } = engine.model;
  const counts = { model, holes: holes.length, tokens: tuning!.length + measuring!.length };
  if (bits.after >= bits.before) return { cache, ...counts, ...bits, after: bits.before };
  return {
    cache: {
      sharpness: found.sharpness,
      modelWeight: found.model,
      leastCosine: leastCosineOf(found.sharpness),
      strengths: found.strengths,
      ...(cache.draftTokens && { draftTokens: cache.draftTokens }),
    },
    ...counts,
    ...bits,
  };
}

/** A place whose weight is less than a millionth of a whole one's is left alone: most are. */
function leastCosineOf(sharpness: number): number {
  return Math.max(0, 1 + Math.log(1e-6) / sharpness);
}

/** What foretold the tokens of the true answer to a hole, as far as there is room for them. */
async function foretoldIn(
  engine: Engine,
  hole: Hole,
  sharpness: number[],
  signal: AbortSignal | undefined,
): Promise<Foretold[]> {
  const { tokenizer, contextLength } = engine.model;
  const room = Math.min(fixedRoom, contextLength);
  const prompt = promptOf(hole);
  const site = siteOf(prompt);
  const word = unfinishedWord(site.before, tokenizer);
  const { ids, beyond } = layoutPrompt(prompt, site, engine.model, word.length, room);
  const answer = tokenizer.encode(`${word}${hole.expected}\n`);
  const left = Math.min(mostTokens, contextLength - ids.length);
  if (ids.length === 0 || left <= 0) return [];
  const told = await engine.withSession(async (session) => {
    await session.evaluate(ids);
    signal?.throwIfAborted();
    return session.weigh(Int32Array.from(answer.slice(0, left)), engine.counted(beyond), sharpness);
  }, signal);
  return foretoldBy(told, sharpness.length);
}

/** The rows of `NativeSession.weigh` by name, of as many sharpnesses. */
export function foretoldBy(told: Float32Array, sharpnesses: number): Foretold[] {
  const width = 1 + 2 * sharpnesses + 3 * strengthsAt.length;
  return Array.from({ length: told.length / width }, (_, i) => {
    const row = told.subarray(i * width, (i + 1) * width);
    const same = row.subarray(1 + 2 * sharpnesses);
    return {
      byModel: row[0]!,
      similar: Array.from({ length: sharpnesses }, (_, s) => [row[1 + 2 * s]!, row[2 + 2 * s]!] as const),
      same: strengthsAt.map((n) => [same[3 * n]!, same[3 * n + 1]!, same[3 * n + 2]!] as const),
    };
  });
}

/** As `NgramCache::probability` interpolates; `sharpness` is the place of the weights' own in the list. */
export function chanceOf(
  { byModel, similar, same }: Foretold,
  { model, strengths }: Weights,
  sharpness: number,
): number {
  const [own, all] = similar[sharpness]!;
  let chance = (own + model * byModel) / (all + model);
  for (const [n, [here, anywhere, different]] of same.entries()) {
    if (anywhere === 0) break;
    const shorter = strengths[n]! * different;
    chance = (here + shorter * chance) / (shorter + anywhere);
  }
  return chance;
}

function bitsOf(rows: Foretold[], chance: (row: Foretold) => number): number {
  return -sum(rows.map((row) => Math.log2(Math.max(leastChance, chance(row))))) / rows.length;
}

/** One weight after the other is set to the best of the grid, for each sharpness. */
function leastBits(rows: Foretold[]): Weights {
  let best: Weights & { bits: number } = { ...usual, bits: Infinity };
  for (const [place, sharpness] of sharpnesses.entries()) {
    const weights: Weights = { ...usual, sharpness };
    const bits = (trial: Weights): number => bitsOf(rows, (row) => chanceOf(row, trial, place));
    const bestOf = (trials: Weights[]): Weights =>
      trials.reduce((one, other) => (bits(other) < bits(one) ? other : one));
    for (let round = 0; round < rounds; round++) {
      weights.model = bestOf(grid.map((model) => ({ ...weights, model }))).model;
      for (const n of strengthsAt) {
        const trials = grid.map((value) => ({ ...weights, strengths: weights.strengths.with(n, value) }));
        weights.strengths = bestOf(trials).strengths;
      }
    }
    if (bits(weights) < best.bits) best = { ...weights, bits: bits(weights) };
  }
  const { sharpness, model, strengths } = best;
  return { sharpness, model, strengths };
}

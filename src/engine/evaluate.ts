// Scores the engine on holes: places in code whose missing text is known, completed the way the editor does.

import type { Completion, Prompt } from '../protocol';
import { rounded } from './bench';
import type { Engine } from './engine';

/** A hole as test/fixtures/holes.json lists them; `expected` is the rest of a line, without its end. */
export interface Hole {
  path: string;
  language: string;
  kind: string;
  prefix: string;
  suffix: string;
  expected: string;
}

/** Rates are shares of the holes, 0..1; latency is prefill and decode together, in milliseconds. */
export interface Evaluation {
  schema: 'ryzanstein/eval/1';
  model: string;
  holes: number;
  byKind: Record<string, Rate>;
  byLanguage: Record<string, Rate>;
  firstLineExact: number;
  editSimilarity: number;
  /** Of the surest share of answers, how many are exact. */
  shownPrecision: { shownRate: number; precision: number }[];
  latency: { p50: number; p95: number };
  results: { id: number; expected: string; text: string; exact: boolean; confidence: number }[];
}

interface Rate {
  holes: number;
  firstLineExact: number;
}

interface Scored {
  hole: Hole;
  completion: Completion;
  exact: boolean;
  similarity: number;
}

const shownRates = [0.1, 0.2, 0.3, 0.5, 1];

/** Calls `progress` after each hole with how many are done. */
export async function evaluate(
  engine: Engine,
  holes: Hole[],
  progress: (done: number) => void,
): Promise<Evaluation> {
  const scored: Scored[] = [];
  for (const hole of holes) {
    const prompt: Prompt = {
      path: hole.path,
      languageId: hole.language,
      prefix: hole.prefix,
      suffix: hole.suffix,
      related: [],
    };
    const completion = await engine.complete(prompt, { maxTokens: 64, maxLines: 1, minConfidence: 0 });
    const expected = hole.expected.trimEnd();
    scored.push({
      hole,
      completion,
      exact: completion.text === expected,
      similarity: similarity(completion.text, expected),
    });
    progress(scored.length);
  }
  return summary(engine, scored);
}

function summary(engine: Engine, scored: Scored[]): Evaluation {
  const surest = [...scored].sort((a, b) => b.completion.confidence - a.completion.confidence);
  const latencies = scored
    .map(({ completion }) => completion.prefillMs + completion.decodeMs)
    .sort((a, b) => a - b);
  const at = (share: number): number => rounded(latencies[Math.floor(share * (latencies.length - 1))] ?? 0);
  return {
    schema: 'ryzanstein/eval/1',
    model: engine.info.name,
    holes: scored.length,
    byKind: ratesBy(scored, (hole) => hole.kind),
    byLanguage: ratesBy(scored, (hole) => hole.language),
    firstLineExact: exactRate(scored),
    editSimilarity: rounded(mean(scored.map((one) => one.similarity))),
    shownPrecision: shownRates.map((shownRate) => ({
      shownRate,
      precision: exactRate(surest.slice(0, Math.max(1, Math.round(shownRate * surest.length)))),
    })),
    latency: { p50: at(0.5), p95: at(0.95) },
    results: scored.map(({ hole, completion, exact }, id) => ({
      id: id + 1,
      expected: hole.expected,
      text: completion.text,
      exact,
      confidence: rounded(completion.confidence),
    })),
  };
}

function ratesBy(scored: Scored[], nameOf: (hole: Hole) => string): Record<string, Rate> {
  const names = [...new Set(scored.map(({ hole }) => nameOf(hole)))].sort();
  const rates = names.map((name): [string, Rate] => {
    const group = scored.filter(({ hole }) => nameOf(hole) === name);
    return [name, { holes: group.length, firstLineExact: exactRate(group) }];
  });
  return Object.fromEntries(rates);
}

function exactRate(scored: Scored[]): number {
  return rounded(mean(scored.map(({ exact }) => Number(exact))));
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** 1 less the edit distance (Levenshtein 1966) per character of the longer text. */
export function similarity(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - row[b.length]! / longest;
}

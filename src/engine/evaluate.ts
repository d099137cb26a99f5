// Scores the engine on holes: places in code whose missing text is known, completed the way the editor does.

import type { Completion, Evaluation, Limits, Prompt, Rate } from '../protocol';
import { rounded } from './bench';
import type { Engine } from './engine';
import type { Hole } from './holes';

interface Scored {
  hole: Hole;
  completion: Completion;
  exact: boolean;
  wholeExact: boolean;
  similarity: number;
}

const shownRates = [0.1, 0.2, 0.3, 0.5, 1];
/** Of a block; other answers end with their line. */
const mostLines = 12;

/** Calls `progress` after each hole with how many are done. Rejects, within a hole, when it is cancelled. */
export async function evaluate(
  engine: Engine,
  holes: Hole[],
  progress: (done: number) => void,
  signal?: AbortSignal,
): Promise<Evaluation> {
  const scored: Scored[] = [];
  for (const hole of holes) {
    const { path, language: languageId, prefix, suffix } = hole;
    const prompt: Prompt = { path, languageId, prefix, suffix, related: [] };
    const block = hole.kind === 'block';
    const limits: Limits = {
      maxTokens: block ? 256 : 64,
      maxLines: block ? mostLines : 1,
      minConfidence: 0,
    };
    const completion = await engine.complete(prompt, limits, signal, 'all');
    signal?.throwIfAborted();
    const expected = hole.expected.trimEnd();
    scored.push({
      hole,
      completion,
      exact: firstLineOf(completion.text) === firstLineOf(expected),
      wholeExact: completion.text === expected,
      similarity: similarity(completion.text, expected),
    });
    progress(scored.length);
  }
  return summary(engine, scored);
}

/** The first line that says something, with the line ends before it: those are a part of a block's. */
function firstLineOf(text: string): string {
  return /^\s*.*/.exec(text.trimEnd())![0];
}

function summary(engine: Engine, scored: Scored[]): Evaluation {
  const { name, file, type, kernel, threads } = engine.info;
  const surest = [...scored].sort((a, b) => b.completion.confidence - a.completion.confidence);
  const shown = scored.filter(({ completion }) => completion.shown);
  const latencies = scored
    .map(({ completion }) => completion.prefillMs + completion.decodeMs)
    .sort((a, b) => a - b);
  const at = (share: number): number => rounded(latencies[Math.floor(share * (latencies.length - 1))] ?? 0);
  const promptTokens = sum(scored.map(({ completion }) => completion.promptTokens));
  return {
    schema: 'ryzanstein/eval/1',
    ...{ model: name, file, type, kernel, threads },
    holes: scored.length,
    promptTokens: Math.round(promptTokens / Math.max(1, scored.length)),
    byKind: ratesBy(scored, (hole) => hole.kind),
    byLanguage: ratesBy(scored, (hole) => hole.language),
    firstLineExact: exactRate(scored),
    wholeExact: rounded(mean(scored.map((one) => Number(one.wholeExact)))),
    editSimilarity: rounded(mean(scored.map((one) => one.similarity))),
    charactersSavedPerShown: rounded(
      mean(shown.map(({ hole, completion }) => commonHead(hole.expected, completion.text))),
    ),
    shownPrecision: shownRates.map((shownRate) => ({
      shownRate,
      precision: exactRate(surest.slice(0, Math.max(1, Math.round(shownRate * surest.length)))),
    })),
    area: rounded(areaUnder(surest.map(({ exact }) => exact))),
    hidden: countBy(scored.flatMap(({ completion }) => completion.hidden ?? [])),
    latency: { p50: at(0.5), p95: at(0.95) },
    reuse: rounded(sum(scored.map(({ completion }) => completion.reusedTokens)) / Math.max(1, promptTokens)),
    results: scored.map(({ hole, completion, exact }, id) => ({
      id: id + 1,
      path: hole.path,
      ...placeOf(hole),
      kind: hole.kind,
      expected: hole.expected,
      text: completion.text,
      exact,
      confidence: completion.confidence,
      ...(completion.hidden ? { hidden: completion.hidden } : {}),
    })),
  };
}

function placeOf({ prefix }: Hole): { line: number; column: number } {
  const lines = prefix.split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** The mean over all shown rates of the precision there; `exact` is in the order in which answers would be shown. */
export function areaUnder(exact: boolean[]): number {
  let right = 0;
  return mean(exact.map((one, i) => (right += Number(one)) / (i + 1)));
}

function commonHead(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function countBy(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
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

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
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

// Scores answers to holes, places in code whose missing text is known: the engine's own, given as in the editor, or others'.

import * as os from 'node:os';
import { promptAt, window } from '../editing/context';
import { withoutSecretsAround } from '../editing/secretValues';
import type { Completion, Limits, Prompt } from '../protocol';
import type {
  Answerer,
  AnsweringSpecialist,
  Evaluation,
  Measures,
  Percentiles,
  Specialist,
} from '../reports';
import type { Answering, RequestOptions } from '../engine/engine';
import { fixedRoom } from '../engine/room';
import { digestOf } from './evalSet';
import { languageName } from '../language/languages';
import type { Hole } from './holes';
import { namesIn } from '../specialists';
import { mean, percentile, rounded as roundedTo, sum } from '../statistics';
import { syntaxOf } from '../completion/syntax';

/** What an answer is scored by, whoever gave it. */
export type GivenAnswer = Pick<
  Completion,
  | 'text'
  | 'shown'
  | 'hidden'
  | 'confidence'
  | 'bar'
  | 'promptTokens'
  | 'reusedTokens'
  | 'prefillMs'
  | 'decodeMs'
  | 'other'
>;

interface Scored {
  hole: Hole;
  answer: GivenAnswer;
  exact: boolean;
  wholeExact: boolean;
  similarity: number;
  /** Undefined for an answer that is hidden, and where there is no grammar. */
  parseErrorsAdded: number | undefined;
}

const shownRates = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Of a block; other answers end with their line. */
const mostLines = 12;

/** Calls `progress` after each hole with how many are done. Rejects, within a hole, when it is cancelled. */
export async function evaluate(
  engine: Answering,
  holes: Hole[],
  progress: (done: number) => void,
  signal?: AbortSignal,
  { withoutCache = false, room = fixedRoom }: Pick<RequestOptions, 'withoutCache' | 'room'> = {},
): Promise<Evaluation> {
  const answers: GivenAnswer[] = [];
  for (const hole of holes) {
    answers.push(
      await engine.complete(promptOf(hole), limitsAt(hole), {
        ...{ signal, withoutCache, threads: 'all', room },
      }),
    );
    signal?.throwIfAborted();
    progress(answers.length);
  }
  const { name: model, file, type, kernel, threads, thresholds, second, specialists } = engine.info;
  const context = holes.some(({ related }) => related !== undefined);
  const answerer = { engine: 'ryzanstein', model, file, type, kernel, threads, context };
  const languages = holes.map(({ language }) => languageName(language));
  const how = {
    ...(withoutCache && { withoutCache }),
    ...(room !== fixedRoom && { room }),
    ...(second && { second: namesIn(second, languages) }),
    ...(specialists && { specialists: specialists.map(briefly) }),
  };
  const scored = await score({ ...answerer, ...how }, holes, answers);
  return { ...scored, ...(thresholds && { thresholds }) };
}

function briefly({ name, file, type, kernel, languages }: Specialist): AnsweringSpecialist {
  return { name, file, type, kernel, languages };
}

/** Of the whole file, with an answer against with what was expected; undefined where there is no grammar. */
export async function parseErrorsAdded(hole: Hole, text: string): Promise<number | undefined> {
  const syntax = await syntaxOf(hole.language);
  const errorsWith = (answer: string): number => syntax!.errors(hole.prefix + answer + hole.suffix);
  return syntax && Math.max(0, errorsWith(text) - errorsWith(hole.expected));
}

/** As much of the file as the editor sends. */
export function promptOf({ path, language: languageId, prefix, suffix, related = [] }: Hole): Prompt {
  return promptAt({ key: path, path, languageId, ...window(prefix, suffix) }, undefined, related);
}

export function limitsAt({ kind }: Hole): Limits {
  return kind === 'block'
    ? { maxTokens: 256, maxLines: mostLines, minConfidence: 0 }
    : { maxTokens: 64, maxLines: 1, minConfidence: 0 };
}

/** Of the first line. */
export function isExact({ expected }: Hole, text: string): boolean {
  return firstLineOf(text) === firstLineOf(expected);
}

/** `answers` are in the order of the holes. */
export async function score(answerer: Answerer, holes: Hole[], answers: GivenAnswer[]): Promise<Evaluation> {
  const scored: Scored[] = [];
  for (const [i, hole] of holes.entries()) {
    const answer = answers[i]!;
    const expected = hole.expected.trimEnd();
    scored.push({
      hole,
      answer,
      exact: isExact(hole, answer.text),
      wholeExact: answer.text === expected,
      similarity: similarity(answer.text, expected),
      parseErrorsAdded: answer.shown ? await parseErrorsAdded(hole, answer.text) : undefined,
    });
  }
  return {
    schema: 'ryzanstein/eval/1',
    ...answerer,
    date: new Date().toISOString(),
    cpu: os.cpus()[0]?.model ?? '',
    digest: digestOf(holes),
    ...measures(scored),
    promptTokens: Math.round(mean(answers.map(({ promptTokens }) => promptTokens))),
    byKind: measuresBy(scored, (hole) => hole.kind),
    byLanguage: measuresBy(scored, (hole) => languageName(hole.language)),
    hidden: countBy(answers.flatMap(({ hidden }) => hidden ?? [])),
    reliability: reliability(scored.filter(({ answer }) => answer.shown)),
    results: scored.map(({ hole, answer, exact, parseErrorsAdded }, id) => ({
      id: id + 1,
      ...(hole.source === undefined ? {} : { source: hole.source }),
      path: hole.path,
      ...placeOf(hole),
      kind: hole.kind,
      language: answer.bar?.language ?? languageName(hole.language),
      ...toldOf(hole, answer.text),
      exact,
      confidence: answer.confidence,
      ...(answer.hidden ? { hidden: answer.hidden } : {}),
      ...(parseErrorsAdded === undefined ? {} : { parseErrorsAdded }),
    })),
  };
}

/** What stood in a hole and what was answered, as a report may tell it, which goes to others. */
function toldOf(hole: Hole, text: string): { expected: string; text: string } {
  const place = { languageId: hole.language, ...window(hole.prefix, hole.suffix) };
  const [expected, answered] = withoutSecretsAround(place, [hole.expected, text], []).answers;
  return { expected: expected!, text: answered! };
}

function placeOf({ prefix }: Hole): { line: number; column: number } {
  const lines = prefix.split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** The first line that says something, with the line ends before it: those are a part of a block's. */
function firstLineOf(text: string): string {
  return /^\s*.*/.exec(text.trimEnd())![0];
}

function measures(scored: Scored[]): Measures {
  const surest = [...scored].sort((a, b) => sureness(b) - sureness(a));
  const shown = scored.filter(({ answer }) => answer.shown);
  const promptTokens = sum(scored.map(({ answer }) => answer.promptTokens));
  return {
    holes: scored.length,
    firstLineExact: exactRate(scored),
    wholeExact: rounded(mean(scored.map((one) => Number(one.wholeExact)))),
    editSimilarity: rounded(mean(scored.map((one) => one.similarity))),
    charactersSavedPerShown: rounded(
      mean(shown.map(({ hole, answer }) => commonHead(hole.expected, answer.text))),
    ),
    parseErrorsAdded: rounded(mean(scored.flatMap((one) => one.parseErrorsAdded ?? []))),
    shownPrecision: shownRates.map((shownRate) => ({
      shownRate,
      precision: exactRate(surest.slice(0, Math.max(1, Math.round(shownRate * surest.length)))),
    })),
    area: rounded(areaUnder(surest.map(({ exact }) => exact))),
    latency: percentiles(scored.map(({ answer }) => timeOf(answer))),
    reuse: rounded(sum(scored.map(({ answer }) => answer.reusedTokens)) / Math.max(1, promptTokens)),
  };
}

/** Of all models that were asked. */
function timeOf({ prefillMs, decodeMs, other }: GivenAnswer): number {
  return prefillMs + decodeMs + (other?.milliseconds ?? 0);
}

function reliability(shown: Scored[]): Evaluation['reliability'] {
  const tenths = Array.from({ length: 10 }, (_, i) =>
    shown.filter(({ answer }) => Math.min(9, Math.floor(answer.confidence * 10)) === i),
  );
  return tenths
    .filter((group) => group.length > 0)
    .map((group) => ({
      confidence: rounded(mean(group.map(({ answer }) => answer.confidence))),
      answers: group.length,
      exact: exactRate(group),
    }));
}

/** What is not fit to show comes last, however sure it is. */
function sureness({ answer }: Scored): number {
  return answer.shown ? answer.confidence : -1;
}

function percentiles(values: number[]): Percentiles {
  const at = (share: number): number => rounded(percentile(values, share) ?? 0);
  return { p50: at(0.5), p95: at(0.95) };
}

function measuresBy(scored: Scored[], nameOf: (hole: Hole) => string): Record<string, Measures> {
  const names = [...new Set(scored.map(({ hole }) => nameOf(hole)))].sort();
  return Object.fromEntries(
    names.map((name) => [name, measures(scored.filter(({ hole }) => nameOf(hole) === name))]),
  );
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

function countBy<Name extends string>(names: Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names.sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function exactRate(scored: Scored[]): number {
  return rounded(mean(scored.map(({ exact }) => Number(exact))));
}

/** To a hundredth of a percent. */
function rounded(value: number): number {
  return roundedTo(value, 4);
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

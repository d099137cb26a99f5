// Answers that other programs gave to the same holes, as raw as a model gave them: read, then cut and cleaned like our own.

import type { Answerer } from '../reports';
import { clean, confidenceOf } from '../completion/clean';
import { logProbabilitiesOf } from '../completion/answer';
import { type Answer, limitsAt, promptAt } from './evaluate';
import type { Hole } from './holes';
import { siteOf } from '../completion/site';
import { Stop, type Verdict } from '../completion/stop';

/** `tokens` are what a model wrote behind the cursor, each with its natural log-probability; `id` counts holes from 1. */
interface ForeignAnswer {
  id: number;
  tokens: [string, number][];
  milliseconds: number;
}

/** Throws an Error that names `file` where `document` is no list of answers to these holes. */
export function foreignAnswers(
  document: object,
  holes: Hole[],
  file: string,
): { answerer: Answerer; answers: Answer[] } {
  const { engine, model, type, kernel, threads, answers } = document as Partial<Answerer> & {
    answers?: unknown;
  };
  if (typeof engine !== 'string' || typeof model !== 'string' || !Array.isArray(answers))
    throw new Error(`${file} lists no answers: it needs "engine", "model" and "answers".`);
  if (typeof type !== 'string' || typeof kernel !== 'string' || typeof threads !== 'number')
    throw new Error(`${file} does not tell the "type", "kernel" and "threads" of its answers.`);
  const byId = new Map<number, ForeignAnswer>();
  for (const answer of answers as unknown[]) {
    if (!isAnswer(answer))
      throw new Error(`${file} has an answer without "id", "milliseconds" or "tokens" of text and number.`);
    byId.set(answer.id, answer);
  }
  const missing = holes.findIndex((_, i) => !byId.has(i + 1));
  if (missing >= 0) throw new Error(`${file} has no answer to hole ${missing + 1} of ${holes.length}.`);
  return {
    answerer: { engine, model, file, type, kernel, threads, context: false },
    answers: holes.map((hole, i) => finished(hole, byId.get(i + 1)!)),
  };
}

function isAnswer(value: unknown): value is ForeignAnswer {
  const { id, tokens, milliseconds } = (value ?? {}) as Partial<Record<keyof ForeignAnswer, unknown>>;
  return (
    Number.isInteger(id) &&
    Number.isFinite(milliseconds) &&
    Array.isArray(tokens) &&
    tokens.every(
      (token) => Array.isArray(token) && typeof token[0] === 'string' && typeof token[1] === 'number',
    )
  );
}

function finished(hole: Hole, { tokens, milliseconds }: ForeignAnswer): Answer {
  const site = siteOf(promptAt(hole));
  const limits = limitsAt(hole);
  const stop = new Stop(site, limits);
  let verdict: Verdict | undefined;
  for (const [text] of tokens) verdict ??= stop.push(text);
  verdict ??= stop.finish(tokens.length < limits.maxTokens ? 'end' : 'maxTokens');
  const { text, hidden } = clean(site, verdict);
  const known = tokens.map(([text, logProbability]) => ({ text, logProbability }));
  return {
    text,
    shown: hidden === undefined,
    ...(hidden === undefined ? {} : { hidden }),
    confidence: confidenceOf(logProbabilitiesOf(text, known)),
    promptTokens: 0,
    reusedTokens: 0,
    prefillMs: 0,
    decodeMs: milliseconds,
  };
}

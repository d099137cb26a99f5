// Answers that other programs gave to the same holes, as raw as a model gave them: read, then finished like our own.

import { innermost } from '../completion/embedded';
import { Finishing, judge } from '../completion/finish';
import { siteOf } from '../completion/site';
import { syntaxOf } from '../completion/syntax';
import type { Answerer } from '../reports';
import { type GivenAnswer, limitsAt, promptOf } from './evaluate';
import type { Hole } from './holes';

/** `tokens` are what a model wrote behind the cursor, each with its natural log-probability; `id` counts holes from 1. */
interface ForeignAnswer {
  id: number;
  tokens: [string, number][];
  milliseconds: number;
}

/** Rejects with an Error that names `file` where `document` is no list of answers to these holes. */
export async function foreignAnswers(
  document: object,
  holes: Hole[],
  file: string,
): Promise<{ answerer: Answerer; answers: GivenAnswer[] }> {
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
    answers: await Promise.all(holes.map((hole, i) => finished(hole, byId.get(i + 1)!))),
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

/** What our engine would show, had its model written these tokens. */
async function finished(hole: Hole, { tokens, milliseconds }: ForeignAnswer): Promise<GivenAnswer> {
  const site = innermost(siteOf(promptOf(hole)));
  const limits = limitsAt(hole);
  const finishing = new Finishing(site, limits);
  for (const [text, logProbability] of tokens.slice(0, limits.maxTokens))
    finishing.take({ text, logProbability });
  finishing.end(tokens.length < limits.maxTokens ? 'end' : 'maxTokens');
  const { text, hidden, confidence } = judge(site, finishing.answer, limits, await syntaxOf(site.languageId));
  return {
    ...{ text, shown: hidden === undefined, ...(hidden === undefined ? {} : { hidden }), confidence },
    ...{ promptTokens: 0, reusedTokens: 0, prefillMs: 0, decodeMs: milliseconds },
  };
}

// An answer of the model: its tokens, the text that they spell, and what of it is fit to show.

import type { Completion, Limits, StopReason } from '../protocol';
import { clean, confidenceOf } from './clean';
import type { Site } from './site';
import type { Verdict } from './stop';
import type { Syntax } from './syntax';

/** `text` is what a token adds to the answer: nothing where it spells what was typed. */
export interface Token {
  id: number;
  text: string;
  /** The natural one. */
  logProbability: number;
}

export interface Answer {
  verdict: Verdict;
  tokens: Token[];
  /** Tokens that went through the model; the one that ends an answer need not. */
  evaluated: number;
  milliseconds: number;
  /** Of a block: the answer as it was when its first line was whole. */
  firstLine?: Answer;
}

export function emptyAnswer(reason: StopReason): Answer {
  return { verdict: { text: '', reason }, tokens: [], evaluated: 0, milliseconds: 0 };
}

/** What of an answer is fit to show, with the document's line ends: of a block that is unfit, its first line if that is fit. */
export function judge(
  site: Site,
  { verdict, tokens, firstLine }: Answer,
  limits: Limits,
  syntax: Syntax | undefined,
): Pick<Completion, 'text' | 'reason' | 'hidden' | 'confidence'> {
  const { text, hidden } = clean(site, verdict, syntax);
  const confidence = confidenceOf(logProbabilitiesOf(text, tokens));
  const unsure = hidden === undefined && confidence < limits.minConfidence;
  const isUnfit = unsure || (hidden !== undefined && hidden !== 'cancelled');
  const line = isUnfit && firstLine ? judge(site, firstLine, limits, syntax) : undefined;
  if (line && line.hidden === undefined) return line;
  return {
    text: site.lineEnd === '\n' ? text : text.replaceAll('\n', site.lineEnd),
    reason: verdict.reason,
    hidden: unsure ? 'confidence' : hidden,
    confidence,
  };
}

/** The log-probabilities of the tokens that reach into `text`. */
export function logProbabilitiesOf(text: string, tokens: Pick<Token, 'text' | 'logProbability'>[]): number[] {
  let length = 0;
  return tokens
    .filter((token) => {
      length += token.text.length;
      return length - token.text.length < text.length;
    })
    .map((token) => token.logProbability);
}

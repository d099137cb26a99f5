// What became of a request, in words for people: why an answer was hidden, and the result as the log has it.

import type { HiddenReason } from '../protocol';

const hiddenBecause: Record<HiddenReason, string> = {
  empty: 'the model wrote nothing',
  whitespace: 'nothing but spaces',
  duplicate: 'repeats a line nearby',
  repetition: 'goes round in a circle',
  confidence: 'not sure enough',
  unbalanced: 'brackets do not match',
  syntax: 'would break the code around it',
  secret: 'looks like a key or a token',
  invisible: 'has characters that nobody sees',
  chat: 'talks instead of writing code',
  cancelled: 'no longer wanted',
};

export function hiddenWords(reason: string): string {
  return Object.hasOwn(hiddenBecause, reason) ? hiddenBecause[reason as HiddenReason] : reason;
}

/** `hidden: empty, as before` becomes `hidden: the model wrote nothing, as before`; what is no such reason stays. */
export function resultWords(result: string): string {
  return result.replace(/^hidden: (\w+)/, (_, reason: string) => `hidden: ${hiddenWords(reason)}`);
}

// What became of a request, as the log has it, in words for people.

import type { HiddenReason } from '../protocol';
import { hiddenBecause } from '../wording';

/** All of the reasons that messages have. */
const words: Record<HiddenReason, string> = hiddenBecause;

export function hiddenWords(reason: string): string {
  return Object.hasOwn(words, reason) ? words[reason as HiddenReason] : reason;
}

/** `hidden: empty, as before` becomes `hidden: the model wrote nothing, as before`; what is no such reason stays. */
export function resultWords(result: string): string {
  return result.replace(/^hidden: (\w+)/, (_, reason: string) => `hidden: ${hiddenWords(reason)}`);
}

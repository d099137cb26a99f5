// What a person has of ghost texts: how many there are to look at, how many are right, and which one would be taken.

import type { OfferedText } from '../editing/offers';
import type { Seen } from '../reports';
import { type Step, written } from './recording';

/** Keys that an offer has to spare for it to be taken, the key that takes it counted. */
const worthwhile = 4;

/** Reads along what is offered while steps are done that are known in advance. */
export class Reader {
  readonly seen: Seen = { offers: 0, right: 0, taken: 0, keysSaved: 0, wrongMs: 0, offered: [] };
  /** What would be offered next if the same offer went on. */
  private rest = '';
  private wrong = false;
  /** The first step behind what was taken last. */
  private free = 0;

  constructor(private readonly steps: readonly Step[]) {}

  /** Behind step `index` an offer was there, if one was, for so many milliseconds. */
  see(
    index: number,
    offer: Pick<OfferedText, 'text' | 'confidence'> | undefined,
    milliseconds: number,
  ): void {
    if (index < this.free) return;
    if (!offer) {
      this.rest = '';
      return;
    }
    const next = this.steps[index + 1];
    const goesOn = offer.text === this.rest;
    this.rest = '';
    if (next && 'type' in next && offer.text.startsWith(next.type))
      this.rest = offer.text.slice(next.type.length);
    if (!goesOn) this.judge(index, offer);
    if (this.wrong) this.seen.wrongMs += milliseconds;
  }

  private judge(index: number, { text, confidence }: Pick<OfferedText, 'text' | 'confidence'>): void {
    const { seen } = this;
    const line = this.follows(index, /^\s*[^\n]*/.exec(text.trimEnd())![0]);
    this.wrong = line?.reachesEnd !== true;
    seen.offers++;
    seen.offered.push({ step: index, text, confidence, right: !this.wrong });
    if (this.wrong) return;
    seen.right++;
    const whole = this.follows(index, text.trimEnd());
    if (!whole || whole.keys - 1 < worthwhile) return;
    seen.taken++;
    seen.keysSaved += whole.keys - 1;
    this.free = index + 1 + whole.keys;
    this.rest = '';
  }

  /**
   * Of a text that is what is written behind a step: how many keys write it, and whether it reaches to the line's end, or
   * to a closer that the editor has put there, before which it is inserted.
   */
  private follows(index: number, text: string): { keys: number; reachesEnd: boolean } | undefined {
    let keys = 0;
    let at = 0;
    for (; at < text.length; keys++) {
      const step = this.steps[index + 1 + keys];
      const part = step && written(step);
      if (part === undefined) return undefined;
      // A key may write more than the text: the line end behind it has its indentation.
      if (!text.startsWith(part, at) && !(keys > 0 && part.startsWith(text.slice(at)))) return undefined;
      at += part.length;
    }
    const next = this.steps[index + 1 + keys];
    const isCloser = next !== undefined && 'type' in next && next.over !== undefined;
    return { keys, reachesEnd: isCloser || (next ? written(next) : undefined)?.startsWith('\n') !== false };
  }
}

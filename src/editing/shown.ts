// What is known to fit where: completions that were typed into, that typing on or an undo brings back, without the engine.

import type { Completion } from '../protocol';
import type { Place } from './context';
import { samePlace } from './requests';

/** A completion that fits at a place: `text` to insert there, instead of the next `overwrites` characters. */
export interface Fit {
  readonly text: string;
  readonly overwrites: number;
  readonly completion: Completion;
  readonly how: 'computed' | 'same' | 'typed through';
}

interface Known {
  readonly place: Place;
  readonly completion: Completion;
}

const capacity = 64;
/** What an editor may put behind the cursor by itself while its opening counterpart is typed. */
const autoClosed = /^[)\]}"'`>]{1,4}$/;

export class Shown {
  private known: Known[] = [];

  /** Remembers an answer for its place, hidden ones as well: the same place need not be asked for twice. */
  remember(place: Place, completion: Completion): void {
    this.known = this.known.filter((known) => !samePlace(known.place, place));
    this.known.unshift({ place, completion });
    this.known.length = Math.min(this.known.length, capacity);
  }

  /** The newest known completion that fits, none if the engine has to be asked. A hidden one fits as empty text. */
  find(place: Place): Fit | undefined {
    return this.findAll(place)[0];
  }

  /** The same, with those of its alternatives that fit as well behind it. */
  findAll(place: Place): Fit[] {
    for (const { place: origin, completion } of this.known) {
      const fits = answersOf(completion).flatMap((answer) => fitting(origin, answer, place) ?? []);
      if (fits.length > 0) return fits;
    }
    return [];
  }

  /** Forgets everything: another model answers otherwise. */
  clear(): void {
    this.known = [];
  }
}

/** An answer and its alternatives, each as an answer of its own. */
export function answersOf(completion: Completion): Completion[] {
  const others = completion.alternatives ?? [];
  return [
    completion,
    ...others.map((other) => ({ ...completion, ...other, shown: true, hidden: undefined })),
  ];
}

function fitting(origin: Place, completion: Completion, place: Place): Fit | undefined {
  if (samePlace(origin, place))
    return { text: completion.shown ? completion.text : '', overwrites: 0, completion, how: 'same' };
  if (!completion.shown || origin.key !== place.key || origin.languageId !== place.languageId)
    return undefined;
  if (!place.prefix.startsWith(origin.prefix)) return undefined;
  const typed = place.prefix.slice(origin.prefix.length);
  if (typed === '' || !completion.text.startsWith(typed)) return undefined;
  const text = completion.text.slice(typed.length);
  const overwrites = closedByEditor(origin, place, text);
  if (text === '' || overwrites === undefined) return undefined;
  return { text, overwrites, completion, how: 'typed through' };
}

/**
 * How many characters behind the cursor the editor has put there while typing: 0 if the text there is as it was,
 * undefined if it differs otherwise. They are closers, and the completion holds them in the same order.
 */
function closedByEditor(origin: Place, place: Place, text: string): number | undefined {
  const added = place.suffix.length - origin.suffix.length;
  if (added === 0) return place.suffix === origin.suffix ? 0 : undefined;
  if (added < 0 || !place.suffix.endsWith(origin.suffix)) return undefined;
  const closers = place.suffix.slice(0, added);
  if (!autoClosed.test(closers)) return undefined;
  let found = -1;
  for (const closer of closers) {
    found = text.indexOf(closer, found + 1);
    if (found < 0) return undefined;
  }
  return added;
}

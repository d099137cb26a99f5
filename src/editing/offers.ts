// What is offered to the editor or why nothing is, each with its entry in the log, and what became of an offer.

import type { Completion } from '../protocol';
import type { Result } from '../results';
import { messageOf } from '../wording';
import type { Clock } from './clock';
import type { Fit } from './completionCache';
import type { CompletionLog, Entry, Sent } from './completionLog';
import { type Place, samePlace } from './context';
import type { Change, Cursor, Editor, Selected } from './editor';
import { outcomeOf } from './outcome';

/** Texts that a user who asks may choose from. */
export const mostCandidates = 3;

/** What the editor asks. */
export interface Question {
  readonly cursor: Cursor;
  readonly onRequest: boolean;
  /** On the clock. */
  readonly asked: number;
  /** Once the backend is asked. */
  readonly sent?: Sent;
}

/** What the editor is answered: texts to choose from, the first one first; none where nothing is to be shown. */
export interface Offer {
  readonly items: readonly OfferedText[];
  /**
   * `at once`: nobody had to be asked; `computed`: the backend has ended its work; `later`: it has not, and when it has,
   * the editor is triggered if there is something to show.
   */
  readonly when: 'at once' | 'computed' | 'later';
}

export interface OfferedText {
  /** To insert at the cursor, or in the place of the selected suggestion, with which it begins. */
  readonly text: string;
  /** How many characters behind the cursor it replaces. */
  readonly overwrites: number;
  /** How likely its first line is right. */
  readonly confidence: number;
  /** For `accept`, when the user takes this one. */
  readonly entry: Entry;
  readonly alternative?: Completion;
}

export class Offers {
  /** A late answer for which the editor was triggered, and its entry. */
  private awaited: { readonly place: Place; readonly entry: Entry } | undefined;
  /** What was offered last, until the document shows what became of it. */
  private offered: { readonly key: string; offset: number; texts: string[]; entry: Entry } | undefined;

  constructor(
    private readonly parts: {
      readonly editor: Pick<Editor, 'explain'>;
      readonly log: CompletionLog;
      readonly clock: Clock;
    },
  ) {}

  /** Each answer that fits and has text, only the first one where nobody asked. */
  offer(question: Question, place: Place, fits: Fit[], when: 'at once' | 'computed'): Offer {
    const { cursor, onRequest } = question;
    const found = fits.slice(0, onRequest ? mostCandidates : 1).filter(({ text }) => text !== '');
    const [first, ...others] = found.filter(({ text }) => goesWith(text, cursor.selected));
    if (!first && found.length > 0)
      return this.nothing(question, { kind: 'hidden', because: 'selection' }, when, found[0]);
    if (!first) {
      const { completion, how } = fits[0]!;
      const result = { ...hidden(completion), ...(how === 'same' && { asBefore: true as const }) };
      return this.nothing(question, result, when, fits[0]);
    }
    const textOf = ({ text }: Fit): string => {
      const { selected } = cursor;
      return selected ? selected.text + text.slice(selected.rest!.length) : text;
    };
    const entry = this.entryOf(question, place, first);
    this.parts.log.amend(entry, { text: textOf(first), outcome: undefined });
    this.offered = {
      ...{ key: cursor.document.key, entry, offset: cursor.selected?.offset ?? cursor.offset },
      texts: [first, ...others].map(textOf),
    };
    const items = [first, ...others].map((fit) => ({
      ...{ text: textOf(fit), overwrites: fit.overwrites, entry, confidence: fit.completion.confidence },
      alternative: fit === first ? undefined : fit.completion,
    }));
    return { items, when };
  }

  /** Nothing to show; a user who asked gets the reason, without being disturbed. */
  nothing(question: Question, result: Result, when: Offer['when'] = 'at once', fit?: Fit): Offer {
    this.note(question, result, fit);
    if (question.onRequest) this.parts.editor.explain(result);
    return { items: [], when };
  }

  /** The next offer at this place goes on with the entry of a question that was answered too late. */
  await(place: Place, entry: Entry): void {
    this.awaited = { place, entry };
  }

  isAwaited(place: Place): boolean {
    return this.awaited !== undefined && samePlace(this.awaited.place, place);
  }

  /** Notes that an offered text was accepted, and which alternative it was. */
  accept(entry: Entry, alternative?: Completion): void {
    const chosen = alternative && {
      ...{ answer: alternative, text: alternative.text },
      ...(entry.completion && { completion: alternative }),
    };
    this.parts.log.amend(entry, { outcome: 'accepted', ...chosen });
  }

  /** Notes what the change means for the last offer. */
  changed({ key, offset, text }: Change): void {
    const { offered } = this;
    if (offered?.key !== key) return;
    this.offered = undefined;
    const outcomes = offered.texts.map((each) =>
      outcomeOf({ offset: offered.offset, text: each }, { offset, text }),
    );
    const outcome = outcomes.find((each) => each !== 'typed over') ?? outcomes[0];
    if (outcome) this.parts.log.amend(offered.entry, { outcome });
  }

  note({ cursor, onRequest, asked, sent }: Question, result: Result, fit?: Fit): Entry {
    const { completion: answer } = fit ?? {};
    return this.parts.log.add({
      time: Date.now(),
      where: `${cursor.document.path}:${cursor.line + 1}`,
      key: cursor.document.key,
      trigger: onRequest ? 'on request' : 'automatic',
      result,
      waitedMs: this.parts.clock.now() - asked,
      ...(sent && { sent }),
      ...(answer && { answer }),
      ...(fit && this.isNew(fit) && { completion: answer }),
    });
  }

  /** An answer is told of again where it goes on fitting, and where it came too late for its question and fits the next one. */
  private isNew({ how, completion }: Fit): boolean {
    if (how === 'same' || how === 'typed through') return false;
    return !this.parts.log.entries.some(({ completion: known }) => known === completion);
  }

  private entryOf(question: Question, place: Place, fit: Fit): Entry {
    const { how, completion } = fit;
    const { awaited } = this;
    if (awaited && this.isAwaited(place)) {
      this.awaited = undefined;
      const result = { kind: 'shown', how: 'late' } as const;
      this.parts.log.amend(awaited.entry, { result, completion, answer: completion });
      return awaited.entry;
    }
    return this.note(question, { kind: 'shown', how }, fit);
  }
}

/** Nothing is offered merely because a suggestion is selected: only what goes on from it is. */
function goesWith(text: string, selected: Selected | undefined): boolean {
  return !selected || (selected.rest !== undefined && text.startsWith(selected.rest));
}

export function hidden({ hidden: because = 'empty' }: Completion): Result & { kind: 'hidden' } {
  return { kind: 'hidden', because };
}

export function failed(error: unknown): Result {
  return { kind: 'failed', problem: messageOf(error) };
}

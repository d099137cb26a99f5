// Completions that are known, and where they fit: what is typed into one, or an undo brings back, needs no backend.

import type { Completion } from '../protocol';
import type { Place } from './context';
import { RadixTree } from './radixTree';

/** A completion that fits at a place: `text` to insert there, instead of the next `overwrites` characters. */
export interface Fit {
  readonly text: string;
  readonly overwrites: number;
  readonly completion: Completion;
  /**
   * `joined`: computed for a place before, displayed nowhere yet, and what was typed meanwhile is how it begins. `first
   * line`: the rest of the block is not computed yet; `meanwhile`: nor is the answer of the chosen model.
   */
  readonly how: 'computed' | 'first line' | 'meanwhile' | 'joined' | 'same' | 'typed through';
}

interface Known {
  readonly head: string;
  readonly suffix: string;
  readonly completion: Completion;
  /** Another answer to the same request is to come. */
  isSooner: boolean;
  isDisplayed: boolean;
  /** Of any two, the one displayed or computed later has the higher number. */
  used: number;
}

const capacity = 128;
/** What an editor may put behind the cursor by itself while its opening counterpart is typed. */
const autoClosed = /^[)\]}"'`>]{1,4}$/;

export class CompletionCache {
  private readonly tree = new RadixTree<Known>();
  private readonly all = new Set<Known>();
  private uses = 0;

  /**
   * Remembers an answer for its place, hidden ones as well: the same place need not be asked for twice. An answer before
   * it (`isSooner`) goes on being what fits, if it is displayed and the answer does not begin with it: nobody's text is
   * exchanged under their eyes.
   */
  remember(place: Place, completion: Completion, isSooner = false): void {
    const head = headOf(place);
    const { suffix } = place;
    const known: Known = { head, suffix, completion, isSooner, isDisplayed: false, used: ++this.uses };
    for (const { value, rest } of this.tree.along(head)) {
      if (rest !== '' || value.suffix !== suffix) continue;
      if (staysBefore(value, completion)) Object.assign(value, { used: ++this.uses, isSooner });
      else this.drop(value);
    }
    this.tree.add(head, known);
    this.all.add(known);
    if (this.all.size > capacity) this.drop(leastRecent(this.all));
  }

  /**
   * The known completion that fits, none if the backend has to be asked; of several the one displayed last, so that
   * typing into it does not exchange it. A hidden one fits as empty text, at its own place alone.
   */
  find(place: Place): Fit | undefined {
    return this.findAll(place)[0];
  }

  /** The same, with those of its alternatives that fit as well behind it. */
  findAll(place: Place): Fit[] {
    return this.best(place)?.fits ?? [];
  }

  /** Notes that a completion is displayed at a place, where it fits. */
  display(place: Place, completion: Completion): void {
    const all = this.tree.along(headOf(place)).map(({ value }) => value);
    const known = all.find((each) => each.completion === completion) ?? this.best(place)?.known;
    if (!known) return;
    known.isDisplayed = true;
    known.used = ++this.uses;
  }

  /** Forgets everything: another model answers otherwise. */
  clear(): void {
    this.tree.clear();
    this.all.clear();
  }

  private best(place: Place): { known: Known; fits: Fit[] } | undefined {
    let best: { known: Known; fits: Fit[] } | undefined;
    for (const { value: known, rest: typed } of this.tree.along(headOf(place))) {
      if (best && best.known.used > known.used) continue;
      const fits = answersOf(known.completion).flatMap(
        (answer) => fitting(answer, known, typed, place.suffix) ?? [],
      );
      if (fits.length > 0) best = { known, fits };
    }
    return best;
  }

  private drop(known: Known): void {
    this.tree.remove(known.head, known);
    this.all.delete(known);
  }
}

/** Whether an answer that came sooner is displayed, and the one that comes now is another text. */
function staysBefore({ isSooner, isDisplayed, completion: sooner }: Known, now: Completion): boolean {
  return isSooner && isDisplayed && !(now.shown && now.text.startsWith(sooner.text));
}

/** An answer and its alternatives, each as an answer of its own. */
export function answersOf(completion: Completion): Completion[] {
  const others = completion.alternatives ?? [];
  return [
    completion,
    ...others.map((other) => ({ ...completion, ...other, shown: true, hidden: undefined })),
  ];
}

/** Whether nothing but typing, and closers by the editor, leads from one place to another. */
export function isTypedOn(from: Place, to: Place): boolean {
  return headOf(to).startsWith(headOf(from)) && closersBetween(from.suffix, to.suffix) !== undefined;
}

/** Everything that must be equal but the suffix, with the prefix last: the text that the tree follows. */
function headOf({ key, languageId, prefix }: Place): string {
  return `${key}\0${languageId}\0${prefix}`;
}

function leastRecent(all: Iterable<Known>): Known {
  return [...all].reduce((least, known) => (known.used < least.used ? known : least));
}

function fitting(
  completion: Completion,
  { suffix: suffixThen, isDisplayed }: Known,
  typed: string,
  suffix: string,
): Fit | undefined {
  const how = (again: 'same' | 'typed through'): Fit['how'] => (isDisplayed ? again : 'joined');
  if (typed === '' && suffix === suffixThen)
    return { text: completion.shown ? completion.text : '', overwrites: 0, completion, how: how('same') };
  if (!completion.shown || typed === '' || !completion.text.startsWith(typed)) return undefined;
  const text = completion.text.slice(typed.length);
  const closers = closersBetween(suffixThen, suffix);
  if (text === '' || closers === undefined || !holdsInOrder(text, closers)) return undefined;
  return { text, overwrites: closers.length, completion, how: how('typed through') };
}

/** What the editor has put behind the cursor while typing: empty if the text there is as it was, undefined if it differs otherwise. */
function closersBetween(suffixThen: string, suffix: string): string | undefined {
  if (suffix === suffixThen) return '';
  const closers = suffix.slice(0, Math.max(0, suffix.length - suffixThen.length));
  return autoClosed.test(closers) && suffix.endsWith(suffixThen) ? closers : undefined;
}

function holdsInOrder(text: string, characters: string): boolean {
  let found = -1;
  for (const character of characters) {
    found = text.indexOf(character, found + 1);
    if (found < 0) return false;
  }
  return true;
}

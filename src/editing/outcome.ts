// What became of an offered text, read from the change of the document that followed.

/** `typed`: its next character was typed, so that the rest goes on fitting; `typed over`: something else was. */
export type Fate = 'accepted' | 'accepted in part' | 'typed' | 'typed over';

/** A text to be inserted at an offset, and a change made at one: `length` characters there gave way to `text`. */
interface Insertion {
  readonly offset: number;
  readonly text: string;
}

/** An editor that closes brackets inserts the pair where one was typed. */
const pair = /^(\(\)|\[\]|\{\}|""|''|``|<>)$/;

/** Undefined where a change somewhere else says nothing of it. */
export function fateOf(offered: Insertion, change: Insertion): Fate | undefined {
  if (change.offset !== offered.offset || change.text === '') return undefined;
  if (change.text === offered.text) return 'accepted';
  if (pair.test(change.text) && offered.text.startsWith(change.text[0]!)) return 'typed';
  if (!offered.text.startsWith(change.text)) return 'typed over';
  return change.text.length > 1 ? 'accepted in part' : 'typed';
}

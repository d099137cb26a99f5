// What became of an offered text, read from the change of the document that followed.

import type { Outcome } from '../results';

/** A text to be inserted at an offset, or one that a change has put there. */
interface Insertion {
  readonly offset: number;
  readonly text: string;
}

/** An editor that closes brackets inserts the pair where one was typed. */
const pair = /^(\(\)|\[\]|\{\}|""|''|``|<>)$/;

/** What the Enter key inserts. */
const newLine = /^\r?\n[ \t]*$/;

/** Undefined where a change somewhere else says nothing about it. */
export function outcomeOf(offered: Insertion, change: Insertion): Outcome | undefined {
  if (change.offset !== offered.offset || change.text === '') return undefined;
  // One character may have been typed; of one that was accepted the editor tells.
  if (change.text === offered.text) return change.text.length > 1 ? 'accepted' : 'typed';
  if (pair.test(change.text) && offered.text.startsWith(change.text[0]!)) return 'typed';
  if (!offered.text.startsWith(change.text)) return 'typed over';
  if (newLine.test(change.text)) return 'typed';
  return change.text.length > 1 ? 'accepted in part' : 'typed';
}

// What the story of ghost text asks of an editor: documents with their rules, the cursor, and a way to be asked again.

import type { RelatedText } from '../protocol';
import type { Result, Silence } from '../results';
import type { Place } from './context';
import type { Settings } from './settings';
import type { Throttle } from './throttle';

/** An open document. */
export interface Document {
  /** The document's address, which names it among all. */
  readonly key: string;
  /** The path as people know it. */
  readonly path: string;
  readonly languageId: string;
  /** Another one after each change. */
  readonly version: number;
  /** The name that the model sees for the folder that the document belongs to. */
  readonly repository: string | undefined;
  settings(): Settings;
  /** Ends when it is known whether it may be read; undefined where it is. */
  judging(): Promise<unknown> | undefined;
  /** Why nothing is offered here whatever the settings. */
  silence(): Silence | undefined;
  /** Texts of other files that go before the prompt; nothing is waited for. */
  related(place: Place): RelatedText[];
}

/** A suggestion that would stand, from an offset on, in the place of the text before the cursor. */
export interface Selected {
  readonly offset: number;
  readonly text: string;
  /** What it adds behind the cursor; undefined where it changes what stands there. */
  readonly rest: string | undefined;
}

/** A cursor, where it stood when the editor was asked. */
export interface Cursor {
  readonly document: Document;
  readonly offset: number;
  /** Counted from 0. */
  readonly line: number;
  /** What a list of suggestions has selected. */
  readonly selected?: Selected;
  /** The text around the cursor. */
  place(): Place;
  /** Learns what declares the names before the cursor, for later prompts; takes half a second at most. */
  lookUp(): Promise<void>;
}

/** A change of a document: `length` characters at an offset gave way to `text`. */
export interface Change {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  /** Whether it changed other places as well. */
  readonly more: boolean;
}

export interface Editor {
  /** The cursor of the document in front. */
  cursor(): Cursor | undefined;
  throttle(settings: Settings): Throttle;
  /** Has the editor ask for ghost text at its cursor once more. */
  trigger(): void;
  /** Shows that the user waits for this. */
  showWork(work: Promise<unknown>): void;
  /** Says to a user who asked why there is nothing to offer. */
  explain(result: Result): void;
}

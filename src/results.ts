// What becomes of a request for ghost text: codes with their arguments, of which `wording.ts` has the words; imports nothing.

/**
 * `shown` says where the text came from, and `late` the time that it missed or was expected to miss, in milliseconds. What
 * is hidden `asBefore` was not computed anew.
 */
export type Result =
  | { readonly kind: 'shown'; readonly how: Shown }
  | { readonly kind: 'hidden'; readonly because: HiddenReason | 'selection'; readonly asBefore?: true }
  | { readonly kind: 'late'; readonly after: number; readonly then?: 'cancelled' | 'moved on' }
  | { readonly kind: 'cancelled'; readonly because: 'typed on' | 'moved on' }
  | { readonly kind: 'silent'; readonly because: Silence }
  | { readonly kind: 'paused'; readonly because: Circumstance }
  | { readonly kind: 'failed'; readonly problem: string };

/**
 * `computed`: when it was asked for; `first line`: of a block that is not done; `meanwhile`: by a second model; `joined`:
 * asked for before the last keys; `same`: as before at that place; `typed through`: what is left of it; `late`: behind
 * the deadline.
 */
export type Shown = 'computed' | 'first line' | 'meanwhile' | 'joined' | 'same' | 'typed through' | 'late';

/**
 * Why an answer is hidden. `secret`: a key or token that the document does not hold; `invisible`: characters that nobody sees, or the rest of one
 * that was not written whole; `chat`: words for a person, or a fence around code.
 */
export type HiddenReason =
  | 'empty'
  | 'duplicate'
  | 'repetition'
  | 'confidence'
  | 'whitespace'
  | 'unbalanced'
  | 'syntax'
  | 'secret'
  | 'invisible'
  | 'chat'
  | 'cancelled';

/** Why nothing is offered in a document, or not by itself. */
export type Silence =
  | { readonly kind: 'noFile' | 'unwritable'; readonly scheme: string }
  | { readonly kind: 'ignored' | 'rulesUnread'; readonly by: string }
  | { readonly kind: 'secret' | 'severalCursors' | 'off' | 'onRequestOnly' }
  | { readonly kind: 'long'; readonly mostCharacters: number }
  | { readonly kind: 'languageOff' | 'unproven'; readonly languageId: string }
  | { readonly kind: 'occupied'; readonly by: Occupation };

/** How an engine process ended; `gone`: it belongs to others as well, and nothing but that is known. */
export type Ending =
  | { readonly kind: 'not run'; readonly message: string }
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'gone' };

/** What keeps an engine from completing. */
export type Occupation = 'benchmark' | 'evaluation' | 'diagnosis';

/** What leaves completions less of the machine. */
export type Circumstance = 'battery' | 'build';

/** What became of an offer. `typed`: its next character was typed, so that the rest goes on fitting; `typed over`: something else was. */
export type Outcome = 'accepted' | 'accepted in part' | 'typed' | 'typed over';

/** What ended an answer. */
export type StopReason =
  'line' | 'block' | 'end' | 'suffix' | 'repetition' | 'maxTokens' | 'maxLines' | 'cancelled' | 'context';

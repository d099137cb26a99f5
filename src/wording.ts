// Words for people: what became of a request, what is the matter with a file, and text from files made fit for a line in a terminal or a window.

import type { Circumstance, HiddenReason, Occupation, Result, Shown, Silence } from './results';

/** Why an answer is hidden, as the rest of a sentence about it. */
export const hiddenBecause: Record<HiddenReason | 'selection', string> = {
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
  selection: 'another suggestion is selected',
};

const shownHow: Record<Shown, string> = {
  computed: 'shown',
  'first line': 'shown, the first line of a block',
  meanwhile: 'shown, before the chosen model has answered',
  joined: 'shown, computed while it was typed into',
  same: 'shown again',
  'typed through': 'typed through',
  late: 'shown late',
};

/** What an engine does instead of completing. */
export const occupationWords: Record<Occupation, string> = {
  benchmark: 'the engine runs a benchmark',
  evaluation: 'the engine evaluates the model',
  diagnosis: 'the engine examines itself',
};

/** What leaves completions less of the machine. */
export const circumstanceWords: Record<Circumstance, string> = {
  battery: 'on battery',
  build: 'a build runs',
  debugging: 'a program is debugged',
};

/** What became of a request: `hidden: not sure enough, as before`. */
export function resultWords(result: Result): string {
  switch (result.kind) {
    case 'shown':
      return shownHow[result.how];
    case 'hidden':
      return `hidden: ${hiddenBecause[result.because]}${result.asBefore ? ', as before' : ''}`;
    case 'late':
      return `not ready after ${result.after} ms${result.then ? `, then ${result.then}` : ''}`;
    case 'cancelled':
      return `cancelled: ${result.because}`;
    case 'silent':
      return `silent: ${silenceWords(result.because)}`;
    case 'paused':
      return `paused: ${circumstanceWords[result.because]}`;
    case 'failed':
      return `failed: ${result.problem}`;
  }
}

/** Why nothing is offered in a document: `the file may hold secrets`. */
export function silenceWords(silence: Silence): string {
  switch (silence.kind) {
    case 'noFile':
      return `this is not a file (${silence.scheme})`;
    case 'unwritable':
      return `the file cannot be written (${silence.scheme})`;
    case 'ignored':
      return `the file is ignored by ${silence.by}`;
    case 'rulesUnread':
      return `the file has to wait until ${silence.by} is read`;
    case 'secret':
      return 'the file may hold secrets';
    case 'severalCursors':
      return 'the file is edited at several cursors';
    case 'off':
      return 'Ryzanstein is turned off';
    case 'onRequestOnly':
      return 'completions are set to come on request';
    case 'long':
      return `the file is longer than ${silence.mostCharacters / 1e6} million characters`;
    case 'languageOff':
      return `completions are turned off in ${silence.languageId}`;
    case 'unproven':
      return `the model is right too seldom in ${silence.languageId} to offer anything unasked`;
    case 'occupied':
      return occupationWords[silence.by];
  }
}

/** `the file is long` as a sentence. */
export function sentenceOf(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, '')}.`;
}

const unread: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is not a folder',
  EISDIR: 'is a folder, not a file',
  EACCES: 'cannot be read: you have no permission for it',
  EPERM: 'cannot be read: you have no permission for it',
  ELOOP: 'cannot be read: its links lead in a circle',
  ENAMETOOLONG: 'cannot be read: its name is too long',
  ENXIO: 'cannot be read: it is a socket or a device',
  EMFILE: 'cannot be read: too many files are open',
  ENFILE: 'cannot be read: too many files are open',
  EIO: 'cannot be read: its disk reports an error',
};

const unwritten: Record<string, string> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'its disk can only be read',
  ENAMETOOLONG: 'its name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EIO: 'its disk reports an error',
};

/** Why a file could not be read, as the sentence goes on behind its name. */
export function whyUnread(file: string, error: unknown): string {
  const code = codeOf(error);
  // Of a name in another encoding the system gives us a text, but finds no file by it.
  if (code === 'ENOENT' && file.includes('\ufffd')) return 'cannot be read: its name is not in UTF-8';
  return unread[code] ?? `cannot be read: ${messageOf(error)}`;
}

export function unreadable(file: string, error: unknown): Error {
  return new Error(`${file} ${whyUnread(file, error)}.`, { cause: error });
}

/** `megabytes` is how many the file takes, where that is known. */
export function unwritable(file: string, error: unknown, megabytes?: number): Error {
  const code = codeOf(error);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const needed = isFull && megabytes !== undefined ? `, and ${megabytes} MB are needed` : '';
  const reason = unwritten[code] ?? messageOf(error);
  return new Error(`${file} cannot be written: ${reason}${needed}. Name another place.`, { cause: error });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

/** More of a line is nothing that anybody reads. */
const longestLine = 4000;

/**
 * A text of unknown origin as one line that does nothing but show: what steers a terminal, or turns the direction of
 * writing, is spelled out.
 */
export function printable(text: string, longest = longestLine): string {
  const line = text
    .slice(0, longest)
    .replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
  return text.length > longest ? `${line}…` : line;
}

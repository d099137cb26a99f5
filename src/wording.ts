// Words for people: what became of a request, what is the matter with a file, and text from files made fit for a line in a terminal or a window.

import { t } from '@vscode/l10n';
import { displayName } from './language/languages';
import { bytesOf, coresOf, decimal, milliseconds } from './numbers';
import type { Eagerness } from './eagerness';
import type {
  Circumstance,
  Ending,
  HiddenReason,
  Occupation,
  Outcome,
  Result,
  Shown,
  Silence,
  StopReason,
} from './results';

/** Why an answer is hidden, as the rest of a sentence about it. */
export function hiddenBecause(reason: HiddenReason | 'selection'): string {
  const words: Record<HiddenReason | 'selection', string> = {
    empty: t`the model wrote nothing`,
    whitespace: t`nothing but spaces`,
    duplicate: t`repeats a line nearby`,
    repetition: t`goes round in a circle`,
    confidence: t`not sure enough`,
    unbalanced: t`brackets do not match`,
    syntax: t`would break the code around it`,
    secret: t`looks like a key, a token or a password`,
    invisible: t`has characters that nobody sees`,
    chat: t`talks instead of writing code`,
    cancelled: t`no longer wanted`,
    selection: t`another suggestion is selected`,
  };
  return words[reason];
}

function shownHow(how: Shown): string {
  const words: Record<Shown, string> = {
    computed: t`shown`,
    'first line': t`shown, the first line of a block`,
    meanwhile: t`shown, before the chosen model has answered`,
    joined: t`shown, computed while it was typed into`,
    same: t`shown again`,
    'typed through': t`typed through`,
    late: t`shown late`,
  };
  return words[how];
}

/** Signals of a process that broke down; others were sent to it. */
const faults = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'];

/** How the engine ended, as a sentence. */
export function endingSentence(ending: Ending): string {
  switch (ending.kind) {
    case 'not run':
      return t`The engine could not be run: ${ending.message}.`;
    case 'exited':
      return t`The engine ended by itself (code ${String(ending.code)}).`;
    case 'killed':
      return faults.includes(ending.signal)
        ? t`The engine broke down (${ending.signal}).`
        : t`The engine was ended (${ending.signal}).`;
    case 'gone':
      return t`The engine has ended.`;
  }
}

/** What an engine does instead of completing. */
export function occupationWords(occupation: Occupation): string {
  const words: Record<Occupation, string> = {
    benchmark: t`the engine runs a benchmark`,
    evaluation: t`the engine evaluates the model`,
    diagnosis: t`the engine examines itself`,
  };
  return words[occupation];
}

/** What leaves completions less of the machine. */
export function circumstanceWords(circumstance: Circumstance): string {
  const words: Record<Circumstance, string> = {
    battery: t`on battery`,
    build: t`a build runs`,
  };
  return words[circumstance];
}

/** Where it leaves them nothing unasked. */
export function pausedSentence(circumstance: Circumstance): string {
  return t`Completions are paused (${circumstanceWords(circumstance)}). Complete Now still works.`;
}

/** What became of a request: `hidden: not sure enough, as before`. */
export function resultWords(result: Result): string {
  switch (result.kind) {
    case 'shown':
      return shownHow(result.how);
    case 'hidden': {
      const because = hiddenBecause(result.because);
      return result.asBefore ? t`hidden: ${because}, as before` : t`hidden: ${because}`;
    }
    case 'late':
      if (result.then === 'cancelled')
        return t`not ready after ${milliseconds(result.after)}, then cancelled`;
      if (result.then === 'moved on') return t`not ready after ${milliseconds(result.after)}, then moved on`;
      return t`not ready after ${milliseconds(result.after)}`;
    case 'cancelled':
      return result.because === 'typed on' ? t`cancelled: typed on` : t`cancelled: moved on`;
    case 'silent':
      return t`silent: ${silenceWords(result.because)}`;
    case 'paused':
      return t`paused: ${circumstanceWords(result.because)}`;
    case 'failed':
      return t`failed: ${result.problem}`;
  }
}

/** Why nothing is offered in a document: `the file may hold secrets`. */
export function silenceWords(silence: Silence): string {
  switch (silence.kind) {
    case 'noFile':
      return t`this is not a file (${silence.scheme})`;
    case 'unwritable':
      return t`the file cannot be written (${silence.scheme})`;
    case 'ignored':
      return t`the file is ignored by ${silence.by}`;
    case 'rulesUnread':
      return t`the file has to wait until ${silence.by} is read`;
    case 'secret':
      return t`the file may hold secrets`;
    case 'severalCursors':
      return t`the file is edited at several cursors`;
    case 'off':
      return t`Ryzanstein is turned off`;
    case 'onRequestOnly':
      return t`completions are set to come on request`;
    case 'long':
      return t`the file is longer than ${decimal(silence.mostCharacters / 1e6)} million characters`;
    case 'languageOff':
      return t`completions are turned off in ${displayName(silence.languageId)}`;
    case 'unproven':
      return t`the model is right too seldom in ${displayName(silence.languageId)} to offer anything unasked`;
    case 'occupied':
      return occupationWords(silence.by);
  }
}

/** The same as a sentence of its own. */
export function silenceSentence(silence: Silence): string {
  return t`Nothing is offered here: ${silenceWords(silence)}.`;
}

/** What became of an offer. */
export function outcomeWords(outcome: Outcome): string {
  const words: Record<Outcome, string> = {
    accepted: t`accepted`,
    'accepted in part': t`accepted in part`,
    typed: t`typed`,
    'typed over': t`typed over`,
  };
  return words[outcome];
}

/** What ended an answer. */
export function stopWords(reason: StopReason): string {
  const words: Record<StopReason, string> = {
    line: t`end of the line`,
    block: t`end of the block`,
    end: t`end of the text`,
    suffix: t`what stands behind`,
    repetition: t`repetition`,
    maxTokens: t`most tokens`,
    maxLines: t`most lines`,
    cancelled: t`cancelled`,
    context: t`end of the context`,
  };
  return words[reason];
}

export function eagernessWords(eagerness: Eagerness): string {
  const words: Record<Eagerness, string> = { quiet: t`Quiet`, normal: t`Normal`, eager: t`Eager` };
  return words[eagerness];
}

/** `the file is long` as a sentence. */
export function sentenceOf(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, '')}.`;
}

const unread = (): Record<string, string> => ({
  ENOENT: t`does not exist`,
  ENOTDIR: t`does not exist: a part of its path is not a folder`,
  EISDIR: t`is a folder, not a file`,
  EACCES: t`cannot be read: you have no permission for it`,
  EPERM: t`cannot be read: you have no permission for it`,
  ELOOP: t`cannot be read: its links lead in a circle`,
  EBUSY: t`cannot be read: another program uses it`,
  ENAMETOOLONG: t`cannot be read: its name is too long`,
  ENXIO: t`cannot be read: it is a socket or a device`,
  EMFILE: t`cannot be read: too many files are open`,
  ENFILE: t`cannot be read: too many files are open`,
  EIO: t`cannot be read: its disk reports an error`,
});

const unwritten = (): Record<string, string> => ({
  ENOENT: t`its folder does not exist`,
  ENOTDIR: t`a part of its path is not a folder`,
  EISDIR: t`it is a folder`,
  EACCES: t`you may not write there`,
  EPERM: t`you may not write there`,
  EBUSY: t`another program uses it`,
  EROFS: t`its disk can only be read`,
  ENAMETOOLONG: t`its name is too long`,
  ENOSPC: t`the disk is full`,
  EDQUOT: t`your share of the disk is used up`,
  EIO: t`its disk reports an error`,
});

/** Why a file could not be read, as the sentence goes on behind its name. */
export function whyUnread(file: string, error: unknown): string {
  const code = codeOf(error);
  // Of a name in another encoding the system gives us a text, but finds no file by it.
  if (code === 'ENOENT' && file.includes('\ufffd')) return t`cannot be read: its name is not in UTF-8`;
  return unread()[code] ?? t`cannot be read: ${messageOf(error)}`;
}

export function unreadable(file: string, error: unknown): Error {
  return new Error(`${file} ${whyUnread(file, error)}.`, { cause: error });
}

/** A file could not be written. */
export class Unwritable extends Error {}

/** `megabytes` is how many the file takes, where that is known. */
export function unwritable(file: string, error: unknown, megabytes?: number): Error {
  const code = codeOf(error);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const reason = unwritten()[code] ?? messageOf(error);
  const message =
    isFull && megabytes !== undefined
      ? t`${file} cannot be written: ${reason}, and ${bytesOf(megabytes * 1e6)} are needed. Name another place.`
      : t`${file} cannot be written: ${reason}. Name another place.`;
  return new Unwritable(message, { cause: error });
}

/** Where others take more of the processor, what is measured is not what the machine can. */
const mostTakenCores = 0.25;

/** What is said of speeds that were measured while other programs took so many cores, if those are many. */
export function disturbanceWords(takenCores = 0): { issue: string; impact: string } | undefined {
  if (takenCores <= mostTakenCores) return undefined;
  return {
    issue: t`Other programs took ${coresOf(takenCores)} while this was measured.`,
    impact: t`A quiet machine is faster than these figures say. Measure again when it is, to learn which number of threads is best.`,
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? '';
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

/** The same where VS Code would make links of `[name](command:…)`, which run what they name. */
export function withoutLinks(text: string): string {
  return text.replace(/\]\((?=[a-z][a-z\d+.-]*:)/gi, '] (');
}

// The beginnings of files visited lately, in the language of the one being edited: a stable head of the prompt.

import type { RelatedText } from '../protocol';
import { isSecret } from './silence';

/** A document that was visited; `text` is read only if it is chosen. */
export interface Visited {
  readonly key: string;
  readonly path: string;
  readonly languageId: string;
  /** Whether the user's source control or settings keep it out of sight. */
  readonly ignored: boolean;
  readonly characters: number;
  text(): string;
}

const most = 3;
const largest = 200_000;
/** The whole header gets a quarter of the context; more characters of one file than these do not fit. */
const headCharacters = 1_200;
const generated =
  /(^|[\\/])(node_modules|dist|out|build|target|vendor|\.git|\.venv|__pycache__)[\\/]|\.min\.\w+$|\.d\.ts$/;

/** Languages whose code is of use to each other. */
const families: Record<string, string> = {
  typescriptreact: 'typescript',
  javascript: 'typescript',
  javascriptreact: 'typescript',
  cpp: 'c',
};
const family = (languageId: string): string => families[languageId] ?? languageId;

/**
 * The heads of the files that were visited last, at most three. `visited` is newest first; the answer is in the order
 * of paths, so that going back and forth between the same files does not change how the prompt begins.
 */
export function relatedCode(
  visited: readonly Visited[],
  current: { key: string; languageId: string },
): RelatedText[] {
  return visited
    .filter((file) => file.key !== current.key && family(file.languageId) === family(current.languageId))
    .filter(
      (file) =>
        !file.ignored && !isSecret(file.path) && !generated.test(file.path) && file.characters <= largest,
    )
    .slice(0, most)
    .map((file) => ({ path: file.path, text: head(file.text()) }))
    .filter(({ text }) => text !== '')
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The first lines of a file behind a leading comment, which is a licence more often than help. */
function head(text: string): string {
  const leading =
    /^(?:#!.*\r?\n)?\s*(?:\/\*[\s\S]*?\*\/|(?:(?:\/\/|#).*(?:\r?\n|$))+)\s*/.exec(text)?.[0] ?? '';
  const body = text.slice(/licen[cs]e|copyright/i.test(leading) ? leading.length : 0).trimEnd();
  if (body.length <= headCharacters) return body;
  const end = body.lastIndexOf('\n', headCharacters);
  return end > 0 ? body.slice(0, end).trimEnd() : '';
}

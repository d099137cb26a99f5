// A document and a cursor made into a prompt; knows documents by a small interface, so that it runs without VS Code.

import type { Prompt, RelatedText } from '../protocol';
import { languageAt, languageOf } from '../language/languages';

/** What is needed of a document; `vscode.TextDocument` is one. */
export interface TextSource {
  readonly languageId: string;
  getText(): string;
  offsetAt(position: Position): number;
}

interface Position {
  readonly line: number;
  readonly character: number;
}

/** Where a completion is wanted: `key` names the document, `path` is what the model sees of its name. */
export interface Place {
  readonly key: string;
  readonly path: string;
  readonly languageId: string;
  /** It is in a notebook's cell. */
  readonly notebook?: boolean;
  readonly prefix: string;
  readonly suffix: string;
}

export function samePlace(a: Place, b: Place): boolean {
  return a.key === b.key && a.languageId === b.languageId && a.suffix === b.suffix && a.prefix === b.prefix;
}

/** More than most prompts have room for; the rest is counted in the n-gram cache, in no time that shows. */
const prefixCharacters = 24_000;
const suffixCharacters = 8_000;
/** The window's start moves only in steps, so that typing does not change how the prompt begins. */
const step = 8_000;

/** The place at a cursor. */
export function placeAt(
  document: TextSource,
  position: Position,
  names: { key: string; path: string },
): Place {
  const text = document.getText();
  const cursor = document.offsetAt(position);
  return {
    key: names.key,
    path: pathForModel(names.path, document.languageId),
    languageId: document.languageId,
    prefix: before(text, cursor),
    suffix: after(text, cursor),
  };
}

/** The place in a notebook's cell, with the cells of its language before and after joined by an empty line. */
export function placeInNotebook(place: Place, cells: readonly TextSource[], index: number): Place {
  const own = codeOf(place.languageId, place.prefix);
  const notebook = place.path.replace(/\.py$/, '.ipynb');
  const texts = (part: readonly TextSource[]): string[] =>
    part
      .map((cell) => codeOf(cell.languageId, cell.getText()))
      .filter(({ languageId }) => languageId === own.languageId)
      .map(({ text }) => text.trimEnd() + '\n\n');
  const head = texts(cells.slice(0, index)).join('');
  const tail = texts(cells.slice(index + 1))
    .map((text) => '\n\n' + text.trimEnd())
    .join('');
  return {
    ...place,
    notebook: true,
    languageId: own.languageId,
    path: own.languageId === place.languageId ? place.path : pathForModel(notebook, own.languageId),
    ...window(head + own.text, place.suffix + tail),
  };
}

/** Commands of a cell whose other lines are Python all the same. */
const ofPython = /^(?:capture|debug|memit|mprun|prun|python3?|pypy|py|time|timeit)$/;
const byCommand: Record<string, string> = {
  ...{ bash: 'shellscript', sh: 'shellscript', script: 'shellscript', html: 'html', svg: 'xml', sql: 'sql' },
  ...{ js: 'javascript', javascript: 'javascript', latex: 'latex', markdown: 'markdown', perl: 'perl' },
  ...{ R: 'r', ruby: 'ruby' },
};

/** The code of a cell, and its language: `%%bash` in the first line of one of Python makes the others a script of the shell. */
function codeOf(languageId: string, text: string): { languageId: string; text: string } {
  const [line = '', command = '', rest = ''] = /^\s*%%(\w+)(.*)\r?\n/.exec(text) ?? [];
  if (languageId !== 'python' || line === '' || ofPython.test(command)) return { languageId, text };
  const written = command === 'writefile' ? languageOf(rest.trim()) : byCommand[command];
  return { languageId: written ?? 'plaintext', text: text.slice(line.length) };
}

/** The prompt at a place, whoever asks; `related` are texts of other files. */
export function promptAt(place: Place, repository: string | undefined, related: RelatedText[]): Prompt {
  const { path, languageId, notebook, prefix, suffix } = place;
  return { path, languageId, ...(notebook && { notebook }), repository, prefix, suffix, related };
}

/** As much of the text before and behind a cursor as a prompt holds. */
export function window(prefix: string, suffix: string): Pick<Place, 'prefix' | 'suffix'> {
  return { prefix: before(prefix, prefix.length), suffix: after(suffix, 0) };
}

/** The text before `offset` from the start of a line on; all of it, if it is not too long. */
function before(text: string, offset: number): string {
  if (offset <= prefixCharacters) return text.slice(0, offset);
  const start = Math.ceil((offset - prefixCharacters) / step) * step;
  const line = text.indexOf('\n', start - 1) + 1;
  // One endless line has no start within reach: then the cut goes through it, but not through a surrogate pair.
  const cut = line > 0 && line <= offset - step ? line : start + Number(isLowSurrogate(text, start));
  return text.slice(cut, offset);
}

/** The text behind `offset` up to the end of a line. */
function after(text: string, offset: number): string {
  const end = offset + suffixCharacters;
  if (end >= text.length) return text.slice(offset);
  const line = text.lastIndexOf('\n', end - 1) + 1;
  return text.slice(offset, line > offset ? line : end - Number(isLowSurrogate(text, end)));
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** A path with slashes, on Windows too, that tells the language by its ending, which untitled files and notebooks do not. */
function pathForModel(shown: string, languageId: string): string {
  const path = shown.replaceAll('\\', '/');
  const [ending] = languageAt(languageId).endings;
  const named = /\.\w+$/.test(path) && !path.endsWith('.ipynb');
  return ending && !named ? path.replace(/\.ipynb$/, '') + ending : path;
}

// Recorded typing: its steps, read from JSON lines with every one checked, and the editor's documents as the steps leave them.

import { type Place, placeAt, type TextSource } from '../editing/context';
import type { Change } from '../editing/editor';
import type { CodeFile } from '../editing/relatedChunks';
import { isSecret } from '../editing/secretNames';

/** The first line of a recording: where it comes from, and the files as they are before the first step. */
interface Header {
  schema: 'ryzanstein/session/1';
  /** Owner and name of the repository, and the commit whose changes are typed. */
  source: string;
  version: string;
  licence: string;
  copyright: string;
  /** `sha256` is that of the text after the last step. The first file is open at the beginning. */
  files: { path: string; languageId: string; text: string; sha256: string }[];
}

/** One step, `pause` milliseconds after the one before. Numbers of characters are UTF-16 units. */
export type Step = { pause: number } & (
  | {
      /** Typed at the cursor. */
      type: string;
      /** What the editor puts behind the cursor by itself. */
      closes?: string;
      /** How many characters behind the cursor give way. */
      over?: number;
    }
  | { accept: string; over?: number }
  /** So many characters before the cursor. */
  | { delete: number }
  /** So many of the open file's last edits. */
  | { undo: number }
  /** The offset to which the cursor jumps. */
  | { move: number }
  /** The path of another file, with the cursor where it was there. */
  | { open: string }
);

export interface Recording {
  header: Header;
  steps: Step[];
}

/** Throws an Error that names the line and what is wrong with it; the steps have been tried out then. */
export function readRecording(text: string, name: string): Recording {
  const lines = text.trimEnd().split('\n');
  const numbered = <T>(index: number, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new Error(`${name}, line ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  };
  const header = numbered(0, () => checkedHeader(parsed(lines[0]!)));
  const documents = new Documents(header);
  const steps = lines.slice(1).map((line, i) =>
    numbered(i + 1, () => {
      const step = checkedStep(parsed(line));
      documents.apply(step);
      return step;
    }),
  );
  if (steps.length === 0) throw new Error(`${name} has no step behind its header.`);
  return { header, steps };
}

function parsed(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error('it is not JSON.', { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('a JSON object is needed.');
  return value as Record<string, unknown>;
}

/** An hour, in milliseconds. */
const longestPause = 3_600_000;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function checkedHeader(value: Record<string, unknown>): Header {
  if (value.schema !== 'ryzanstein/session/1')
    throw new Error('a recording begins with a header whose "schema" is "ryzanstein/session/1".');
  for (const field of ['source', 'version', 'licence', 'copyright'])
    if (!isText(value[field])) throw new Error(`the header lacks "${field}".`);
  const files = Array.isArray(value.files) ? (value.files as Record<string, unknown>[]) : [];
  if (files.length === 0) throw new Error('the header has no "files".');
  for (const file of files)
    for (const field of ['path', 'languageId', 'text', 'sha256'])
      if (typeof file?.[field] !== 'string') throw new Error(`a file of the header lacks "${field}".`);
  return value as unknown as Header;
}

/** Of each kind of step, what its value has to be. */
const kinds: Record<string, { is: (value: unknown) => boolean; what: string }> = {
  type: { is: isText, what: 'a text' },
  accept: { is: isText, what: 'a text' },
  delete: { is: isCount, what: 'a number of characters' },
  undo: { is: isCount, what: 'a number of edits' },
  move: { is: isCount, what: 'an offset' },
  open: { is: isText, what: 'a path' },
};

function checkedStep(value: Record<string, unknown>): Step {
  const found = Object.keys(value).filter((key) => Object.hasOwn(kinds, key));
  if (found.length !== 1)
    throw new Error(`a step has exactly one of ${Object.keys(kinds).join(', ')}, not ${found.length}.`);
  const { is, what } = kinds[found[0]!]!;
  if (!is(value[found[0]!])) throw new Error(`"${found[0]}" needs ${what}.`);
  if (!isCount(value.pause) || (value.pause as number) > longestPause)
    throw new Error(`"pause" needs a number of milliseconds up to ${longestPause}.`);
  if (value.closes !== undefined && !isText(value.closes)) throw new Error('"closes" needs a text.');
  if (value.over !== undefined && !isCount(value.over))
    throw new Error('"over" needs a number of characters.');
  return value as unknown as Step;
}

/** Text that a step puts at the cursor, undefined for one that puts none. */
export function written(step: Step): string | undefined {
  return 'type' in step ? step.type : 'accept' in step ? step.accept : undefined;
}

/** One open file with its cursor, and what an undo goes back to. */
class OpenFile implements TextSource {
  cursor = 0;
  /** Counts the changes. */
  version = 0;
  private readonly before: { text: string; cursor: number }[] = [];

  constructor(
    readonly path: string,
    readonly languageId: string,
    private text: string,
  ) {}

  getText(): string {
    return this.text;
  }

  get place(): Place {
    return placeAt(this, this.position, { key: this.path, path: this.path });
  }

  get position(): { line: number; character: number } {
    const lines = this.text.slice(0, this.cursor).split('\n');
    return { line: lines.length - 1, character: lines.at(-1)!.length };
  }

  offsetAt({ line, character }: { line: number; character: number }): number {
    let start = 0;
    for (let n = 0; n < line; n++) start = this.text.indexOf('\n', start) + 1;
    return start + character;
  }

  move(cursor: number): void {
    if (cursor > this.text.length)
      throw new Error(
        `offset ${cursor} is outside of ${this.path}, which has ${this.text.length} characters.`,
      );
    this.cursor = cursor;
  }

  /** Replaces characters before and behind the cursor, which comes to stand between the two new texts. */
  replace(left: number, right: number, text: string, behind = ''): Change {
    const [start, end] = [this.cursor - left, this.cursor + right];
    if (start < 0 || end > this.text.length)
      throw new Error(
        `there are no ${left + right} characters ${start < 0 ? 'before' : 'behind'} the cursor.`,
      );
    this.before.push({ text: this.text, cursor: this.cursor });
    this.text = this.text.slice(0, start) + text + behind + this.text.slice(end);
    this.cursor = start + text.length;
    return this.changed(start, end - start, text + behind);
  }

  undo(edits: number): Change {
    if (edits > this.before.length)
      throw new Error(`${this.path} has no ${edits} edits to undo, only ${this.before.length}.`);
    const { length } = this.text;
    for (let n = 0; n < edits; n++) ({ text: this.text, cursor: this.cursor } = this.before.pop()!);
    return this.changed(0, length, this.text);
  }

  private changed(offset: number, length: number, text: string): Change {
    this.version++;
    return { key: this.path, offset, length, text, more: false };
  }
}

/** The files of a recording in an editor without a screen. */
export class Documents {
  private readonly files: Map<string, OpenFile>;
  private current: OpenFile;
  /** Newest first. */
  private visits: OpenFile[];

  constructor({ files }: Header) {
    this.files = new Map(
      files.map(({ path, languageId, text }) => [path, new OpenFile(path, languageId, text)]),
    );
    this.current = this.files.get(files[0]!.path)!;
    this.visits = [this.current];
  }

  /** What the step changes; nothing where it only moves the cursor or opens a file. */
  apply(step: Step): Change | undefined {
    const { current } = this;
    if ('type' in step) return current.replace(0, step.over ?? 0, step.type, step.closes);
    if ('accept' in step) return current.replace(0, step.over ?? 0, step.accept);
    if ('delete' in step) return current.replace(step.delete, 0, '');
    if ('undo' in step) return current.undo(step.undo);
    if ('move' in step) current.move(step.move);
    else this.open(step.open);
    return undefined;
  }

  /** The file in front. */
  get front(): OpenFile {
    return this.current;
  }

  get visited(): CodeFile[] {
    return this.visits.map((file) => ({
      key: file.path,
      path: file.path,
      languageId: file.languageId,
      ignored: isSecret(file.path),
      characters: file.getText().length,
      text: () => file.getText(),
    }));
  }

  textOf(path: string): string | undefined {
    return this.files.get(path)?.getText();
  }

  private open(path: string): void {
    const file = this.files.get(path);
    if (!file) throw new Error(`${path} is not among the files of the header.`);
    this.current = file;
    this.visits = [file, ...this.visits.filter((other) => other !== file)];
  }
}

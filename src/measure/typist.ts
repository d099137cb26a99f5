// Types a file from its top to its bottom, as a recording: a key at a time, with the brackets and quotes that VS Code closes by itself.

import { createHash } from 'node:crypto';
import type { Settings } from '../editing/settings';
import type { Answering } from '../engine/engine';
import { languageName } from '../language/languages';
import type { Typed, Typing } from '../reports';
import { namesIn } from '../specialists';
import type { Recording, Step } from './recording';
import { replay } from './replay';
import type { SourceFile } from './sourceFiles';

/** Between keys, in milliseconds: 80 words a minute. */
const pause = 150;

const closers: Readonly<Record<string, string>> = {
  ...{ '(': ')', '[': ']', '{': '}' },
  ...{ '"': '"', "'": "'", '`': '`' },
};

/** What the editor has put behind the cursor, and where in the text it belongs. */
interface Closed {
  text: string;
  at: number;
}

/** Types each file and tells by language what the ghost texts were good for. */
export async function typeFiles(
  engine: Answering,
  files: readonly SourceFile[],
  settings: Settings,
  progress: (done: number) => void,
): Promise<Typing> {
  const { kernel, threads } = engine.info;
  const byLanguage: Record<string, Typed> = {};
  for (const [i, file] of files.entries()) {
    const seen = await replay(engine, typed(file), settings, () => undefined);
    const all = (byLanguage[languageName(file.languageId)] ??= {
      ...{ files: 0, keys: 0, offers: 0, right: 0, taken: 0, keysSaved: 0, wrongMs: 0, offered: [] },
    });
    all.files++;
    all.keys += seen.keystrokes;
    for (const count of ['offers', 'right', 'taken', 'keysSaved', 'wrongMs'] as const)
      all[count] += seen[count];
    all.offered.push(...seen.offered);
    progress(i + 1);
  }
  return { model: namesIn(engine.info, Object.keys(byLanguage)), kernel, threads, byLanguage };
}

/** The recording of somebody who types `file` into an empty one. */
export function typed({ source = '', path, languageId, text: written }: SourceFile): Recording {
  const text = written.replaceAll('\r\n', '\n');
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {
    header: {
      ...{ schema: 'ryzanstein/session/1', source, version: '-', licence: '-', copyright: '-' },
      files: [{ path, languageId, text: '', sha256 }],
    },
    steps: stepsTo(text),
  };
}

function stepsTo(text: string): Step[] {
  const steps: Step[] = [];
  /** The next one last. */
  const closed: Closed[] = [];
  for (let at = 0; at < text.length;) {
    const next = closed.at(-1);
    if (next?.at === at) {
      closed.pop();
      // Behind a block the cursor is moved on, by an arrow key; a single closer is typed over.
      if (next.text.length > 1) steps.push({ pause, move: at + next.text.length });
      else steps.push({ pause, type: next.text, over: 1 });
      at += next.text.length;
      continue;
    }
    const key = keyAt(text, at);
    const end = key.startsWith('\n') ? lineEndBefore(text, next) : undefined;
    if (end !== undefined && end > at && closers[text[at - 1]!] === next!.text) {
      // Enter between a pair puts its closer on a line of its own.
      const before = text.slice(end, next!.at);
      Object.assign(next!, { text: before + next!.text, at: end });
      steps.push({ pause, type: key, closes: before });
    } else {
      const closer = closers[key];
      const closes = closer === undefined ? undefined : closerOf(text, at, next?.at ?? text.length);
      if (closes !== undefined) closed.push({ text: closer!, at: closes });
      steps.push(closes === undefined ? { pause, type: key } : { pause, type: key, closes: closer! });
    }
    at += key.length;
  }
  return steps;
}

/** A character, or a line end with the indentation that the editor puts behind it. */
function keyAt(text: string, at: number): string {
  return /^\n[ \t]*(?=\S)/.exec(text.slice(at, at + 200))?.[0] ?? String.fromCodePoint(text.codePointAt(at)!);
}

/** Where the line end stands that a closer has before it, with nothing but indentation between; undefined where it has none. */
function lineEndBefore(text: string, closed: Closed | undefined): number | undefined {
  if (!closed) return undefined;
  const line = text.lastIndexOf('\n', closed.at);
  return line >= 0 && text.slice(line, closed.at).trim() === '' ? line : undefined;
}

/**
 * Where the closer of what stands at `at` is, if VS Code would put it there: not before a word, no quote behind one, and
 * nothing that reaches beyond `end`.
 */
function closerOf(text: string, at: number, end: number): number | undefined {
  const opener = text[at]!;
  const closer = closers[opener]!;
  if (opener === closer) {
    if (/\w/.test(text[at - 1] ?? '')) return undefined;
    const found = text.indexOf(closer, at + 1);
    const line = text.indexOf('\n', at);
    return found > 0 && found < end && (line < 0 || found < line) ? found : undefined;
  }
  for (let i = at + 1, depth = 0; i < end; i++) {
    if (text[i] === closer && depth-- === 0) return i;
    if (text[i] === opener) depth++;
  }
  return undefined;
}
